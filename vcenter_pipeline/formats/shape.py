"""What a module that reads one shape offers to the reader.

A shape is known by the keys of its items, never by the name of the list alone: playbooks call lists what they like.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from vcenter_pipeline.model.records import Kind, TriggeredAlarm, VirtualMachine
from vcenter_pipeline.model.units import shown

Item = Mapping[str, object]

CONTENT_LENGTH: Final = 2_000
"""Characters that are kept of a rejected row."""

_KEY_LENGTH: Final = 60


class SpoiltChild(NamedTuple):
    """A part of an item that could not be read, while the item itself could."""

    table: str
    """The table that it would have gone to."""
    place: str
    """Where in the item: `vm_network.00:50:56:aa:00:00`."""
    reason: str
    content: str | None


class Shape(NamedTuple):
    """One shape that a list of a report may have."""

    name: str
    """In the word of the Ansible module or program that writes it."""
    kind: Kind
    meaning: str
    """What it lists, for people: `virtual machines`."""
    list_keys: frozenset[str]
    """Keys of a register under which an empty list means that there is none."""
    name_key: str | None
    """The item's key that holds the name, for modules that wrote a mapping by name instead of a list."""
    looks_like: Callable[[Item, str], bool]
    """Whether an item of the list under that key has this shape; the key is empty for a bare list."""
    parse: Callable[[Item, list[SpoiltChild]], VirtualMachine | TriggeredAlarm]
    """Item to record; appends parts that cannot be read, raises ValueError when the item itself cannot."""
    content_of: Callable[[Item], str]
    """What a rejected row keeps of the item."""


def to_content(values: Iterable[tuple[str, object]]) -> str:
    """Give the named values as JSON, cut at 2,000 characters.

    Only plain values are kept: a list or an object where a text belongs may hold anything, a password as well.
    """
    plain = {key: value for key, value in values if value is None or isinstance(value, str | int | float)}
    cut = {key: value[:CONTENT_LENGTH] if isinstance(value, str) else value for key, value in plain.items()}
    text = json.dumps(cut, ensure_ascii=False, separators=(", ", ": "))
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:CONTENT_LENGTH]


def shown_key(key: object) -> str:
    """Give a key as a position may show it: as it is when it is short and printable, else quoted and cut."""
    if isinstance(key, str) and key.isprintable() and 0 < len(key) <= _KEY_LENGTH:
        return key
    return shown(key)
