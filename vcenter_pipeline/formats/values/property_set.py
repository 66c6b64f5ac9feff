"""Read vSphere properties by their path, in whichever of its spellings a report has them.

`config.hardware.numCPU` stands nested in the `vsphere` schema of Ansible's modules. The inventory plugins also write
the whole path as one key, in snake case (`config.hardware.num_cpu`), and made fit for a variable name
(`config_hardware_num_cpu`). `ansible-inventory` wraps a text as `{"__ansible_unsafe": …}` and a secret as
`{"__ansible_vault": …}`; a secret stays unknown.

Source: plugins/inventory/vmware_vm_inventory.py of community.vmware, plugins/inventory_utils/_base.py of
vmware.vmware, and the JSON encoder of ansible-core.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeVar

from vcenter_pipeline.formats.shape import Item, SpoiltChild
from vcenter_pipeline.formats.values.words import to_entity_type, to_moid
from vcenter_pipeline.model.units import named, shown, to_text

T = TypeVar("T")

_ABSENT: Final = object()
_NEW_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DEEPEST: Final = 6


@lru_cache(maxsize=1024)
def _ways(path: str) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Give every way to a property, by its first key and then the keys to follow.

    Nested ways come first, because most reports nest.
    """
    snake = _NEW_WORD.sub("_", path).lower()
    ways = [way for spelling in (path, snake) for way in _splits(spelling.split("."))]
    by_first: dict[str, dict[tuple[str, ...], None]] = {}
    for first, *rest in (*ways, (snake.replace(".", "_"),)):
        by_first.setdefault(first, {})[tuple(rest)] = None
    return tuple((first, tuple(rests)) for first, rests in by_first.items())


def _splits(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Give the path cut at every choice of its dots, all of them first."""
    for length in range(1, len(words)):
        for rest in _splits(words[length:]):
            yield (".".join(words[:length]), *rest)
    yield (".".join(words),)


def to_unwrapped(value: object) -> object:
    """Give what `ansible-inventory` wrapped; a vault's content is unknown."""
    if isinstance(value, dict) and len(value) == 1:
        if "__ansible_unsafe" in value:
            return value["__ansible_unsafe"]
        if "__ansible_vault" in value:
            return None
    return value


def to_plain(value: object, depth: int = 0) -> object:
    """Give a value with all that is wrapped in it unwrapped, as deep as a tag or an attribute may be."""
    value = to_unwrapped(value)
    if depth < _DEEPEST and isinstance(value, dict):
        return {key: to_plain(inner, depth + 1) for key, inner in value.items()}
    if depth < _DEEPEST and isinstance(value, list):
        return [to_plain(inner, depth + 1) for inner in value]
    return value


def _find(item: Item, path: str) -> object:
    for first, rests in _ways(path):
        if first not in item:
            continue
        start = to_unwrapped(item[first])
        for rest in rests:
            value = start
            for key in rest:
                if not isinstance(value, dict) or key not in value:
                    value = _ABSENT
                    break
                value = value[key]
                if isinstance(value, dict) and len(value) == 1:
                    value = to_unwrapped(value)
            if value is not _ABSENT:
                return value
    return _ABSENT


def to_property(item: Item, path: str) -> object:
    """Give the value of a property, or None."""
    value = _find(item, path)
    return None if value is _ABSENT else value


def has_property(item: Item, path: str) -> bool:
    """Say whether the report has the property, be it null: a null snapshot tells that there is none."""
    return _find(item, path) is not _ABSENT


def to_mapping(item: Item, path: str) -> Mapping[str, object]:
    """Give an object whose keys are names of the admin's, also where they were drawn into the path.

    Its own keys may hold dots, so that they are not read as a path.
    """
    value = to_plain(to_property(item, path))
    if isinstance(value, Mapping):
        return value
    prefix = f"{path}."
    return {
        key.removeprefix(prefix): to_plain(inner)
        for key, inner in item.items()
        if isinstance(key, str) and key.startswith(prefix)
    }


def to_first(item: Item, convert: Callable[[object], T | None], *paths: str) -> T | None:
    """Convert the first of several properties that says something.

    Raises:
        ValueError: a value cannot be meant; the message names its path.
    """
    for path in paths:
        value = to_property(item, path)
        if value is not None and (converted := named(path, convert, value)) is not None:
            return converted
    return None


def to_entries(item: Item, path: str, table: str, spoilt: list[SpoiltChild]) -> Iterator[tuple[str, Item]]:
    """Give the objects of a list, each with its place; what is none becomes a spoilt child."""
    listed = to_property(item, path)
    if not isinstance(listed, list):
        if listed:
            spoilt.append(SpoiltChild(table, path, f"{shown(listed)} is not a list", None))
        return
    for index, value in enumerate(listed):
        entry = to_unwrapped(value)
        if isinstance(entry, Mapping):
            yield f"{path}[{index}]", entry
        else:
            spoilt.append(SpoiltChild(table, f"{path}[{index}]", f"{shown(entry)} is not an object", None))


def to_reference(value: object) -> tuple[str | None, str | None]:
    """Give type and managed object id of a reference: `'vim.HostSystem:host-96'`, or an object that has both."""
    value = to_unwrapped(value)
    if isinstance(value, Mapping) and "_vimref" not in value:
        return to_entity_type(to_unwrapped(value.get("type"))), to_text(to_unwrapped(value.get("value")))
    text = (to_text(value["_vimref"] if isinstance(value, Mapping) else value) or "").strip("'\"")
    return to_entity_type(text.rpartition(":")[0]), to_moid(text)


def to_reference_moid(value: object) -> str | None:
    """Give the managed object id of a reference."""
    return to_reference(value)[1]
