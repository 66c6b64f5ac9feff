"""Take values out of an item by the path of their keys.

A message about a value names the whole path: `resource_summary.cpuUsedMHz: 'many' is not a whole number`.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from vcenter_pipeline.formats.shape import Item, Surroundings
from vcenter_pipeline.formats.values.rest_item import is_id
from vcenter_pipeline.model.units import named, shown, to_name

T = TypeVar("T")

NOTHING: Final[Item] = MappingProxyType({})


def value_at(item: Item, convert: Callable[[object], T], *path: str) -> T:
    """Convert the value at the path; a key that is not there is as good as null.

    Raises:
        ValueError: the value cannot be meant, or one on the way to it is no object; the message names the path.
    """
    inner = item
    for depth, key in enumerate(path[:-1], 1):
        inner = named(".".join(path[:depth]), _to_inner, inner.get(key))
    return named(".".join(path), convert, inner.get(path[-1]))


def _to_inner(value: object) -> Item:
    if isinstance(value, Mapping):
        return value
    if value is None or value in ("", "N/A"):
        return NOTHING
    message = f"{shown(value)} is not an object"
    raise ValueError(message)


def to_asked_datacenter(around: Surroundings) -> str | None:
    """Give the datacenter that the module was asked for; a moid, and an argument of another form, says no name.

    Raises:
        ValueError: the name cannot be stored.
    """
    for key in ("datacenter", "datacenter_name"):
        value = around.arguments.get(key)
        if isinstance(value, str) and value and not is_id(value, "datacenter-"):
            return named(key, to_name, value)
    return None


def inner_of(item: Item, key: str) -> Item:
    """Give the object under the key; an empty one for anything else, so that it may be asked of any item."""
    value = item.get(key)
    return value if isinstance(value, Mapping) else NOTHING


def values_for_content(item: Item, paths: Iterable[str]) -> list[tuple[str, object]]:
    """Give the values that a rejected row keeps, by dotted paths; what the item does not have is left out."""
    values: list[tuple[str, object]] = []
    for path in paths:
        *outer, key = path.split(".")
        inner = item
        for step in outer:
            inner = inner_of(inner, step)
        if key in inner:
            values.append((path, inner[key]))
    return values
