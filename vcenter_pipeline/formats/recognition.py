"""Which shape a node of a report has: the surest of all that claim it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vcenter_pipeline.formats.shape import Form, Item, Shape, Sureness, Surroundings


class Recognised(NamedTuple):
    """What a node is."""

    shape: Shape
    form: Form
    sureness: Sureness


def recognise(value: object, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Say what a node is: one item, a mapping of items by name, or a list of items.

    A list or a mapping is what its first recognisable item is. An empty one is recognised by its key, which must
    then be the module's own word.
    """
    if isinstance(value, list):
        return _empty("list", around, shapes) if not value else _first(value, "list", around, shapes)
    if not isinstance(value, Mapping):
        return None
    if not value:
        return _empty("mapping", around, shapes) or _empty("object", around, shapes)
    single = claim(value, "object", around, shapes)
    if single is not None and single.sureness is Sureness.SURE:
        return single
    by_name = None
    if all(isinstance(item, Mapping) for item in value.values()):
        by_name = _first(value.values(), "mapping", around, shapes)
    return max((one for one in (single, by_name) if one is not None), key=_by_sureness, default=None)


def _first(items: Iterable[object], form: Form, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    for item in items:
        if isinstance(item, Mapping):
            found = claim(item, form, around, shapes)
            if found is not None:
                return found
    return None


def claim(item: Item, form: Form, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Give the surest shape of an item; of several that are equally sure, the first."""
    claims = (Recognised(shape, form, shape.sureness(item, around)) for shape in shapes if form in shape.forms)
    return max((one for one in claims if one.sureness), key=_by_sureness, default=None)


def _by_sureness(found: Recognised) -> Sureness:
    return found.sureness


def _empty(form: Form, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    for shape in shapes:
        if form in shape.forms and around.key in shape.list_keys:
            return Recognised(shape, form, Sureness.LIKELY)
    return None
