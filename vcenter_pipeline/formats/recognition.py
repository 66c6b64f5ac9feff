"""Which shape a node of a report has: the surest of all that claim it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vcenter_pipeline.formats.envelope import ECHOES
from vcenter_pipeline.formats.shape import Form, Item, Shape, Sureness, Surroundings


class Recognised(NamedTuple):
    """What a node is."""

    shape: Shape
    form: Form
    sureness: Sureness


def recognise(value: object, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Say what a node is: one item, a mapping of items by name, or a list of items.

    A list is what its first recognisable item is, a mapping what all of its items are. An empty one is recognised by
    its key, which must then be the module's own word.
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
    by_name = _by_name(value, around, shapes)
    return max((one for one in (single, by_name) if one is not None), key=_by_sureness, default=None)


def _by_name(value: Item, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Recognise a mapping by name: each of its values is an item of one shape.

    A register is none, though all that it has may be objects: its `item` often is a whole virtual machine. Under the
    module's own word some values may be damaged, and an inventory may have hosts that are no virtual machines.
    """
    items = list(value.values())
    if not all(isinstance(item, Mapping) for item in items) or not ECHOES.isdisjoint(value):
        return None
    found = _first(items, "mapping", around, shapes)
    if found is None or around.key in found.shape.list_keys or found.shape.forms == {"mapping"}:
        return found
    sureness = found.shape.sureness
    return found if all(isinstance(item, Mapping) and sureness(item, around) for item in items) else None


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
