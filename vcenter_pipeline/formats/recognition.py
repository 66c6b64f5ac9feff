"""Which shape a node of a report has: the surest of all that claim it."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from vcenter_pipeline.formats.envelope import ECHOES
from vcenter_pipeline.formats.shape import Form, Item, Shape, Sureness, Surroundings

_PAIR: Final = ("name", "value")
_NAMES_OF_PAIRS: Final = ("key", "name")
_PROPERTY: Final = frozenset({*ECHOES, "val", "Val"})


class Recognised(NamedTuple):
    """What a node is."""

    shape: Shape
    form: Form
    sureness: Sureness


def recognise(value: object, around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Say what a node is: one item, a mapping of items by name, or a list of items.

    A list is what its first recognisable item is, a mapping what all of its items are. An empty one is recognised by
    its key, which must then be the module's own word. A list of names with what they name is a mapping.
    """
    if isinstance(value, list):
        if not value:
            return _empty("list", around, shapes)
        return _first(value, "list", around, shapes) or _by_pairs(value, around, shapes)
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
    return _all_named(list(value.values()), around, shapes) if ECHOES.isdisjoint(value) else None


def _by_pairs(value: list[object], around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    """Recognise what `dict2items`, `dictsort` or `zip` made of a mapping by name."""
    items = []
    for one in value:
        pair = pair_of(one)
        if pair is None:
            return None
        items.append(pair[1])
    return _all_named(items, around, shapes)


def pair_of(value: object) -> tuple[str, object] | None:
    """Give name and value of `{key: name, value: {...}}`, or of `[name, {...}]`; None for anything else.

    Of `dict2items`, people choose the words; a property of the PropertyCollector, `{name: ..., val: ...}`, is none.
    """
    parts: tuple[object, ...] = ()
    if isinstance(value, list):
        parts = tuple(value)
    elif isinstance(value, Mapping) and len(value) == len(_PAIR):
        key = next((key for key in _NAMES_OF_PAIRS if key in value), None)
        if key is not None:
            parts = (value[key], *(part for other, part in value.items() if other != key and other not in _PROPERTY))
    if len(parts) == len(_PAIR) and isinstance(parts[0], str) and isinstance(parts[1], Mapping):
        return parts[0], parts[1]
    return None


def _all_named(items: list[object], around: Surroundings, shapes: Iterable[Shape]) -> Recognised | None:
    if not all(isinstance(item, Mapping) for item in items):
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
