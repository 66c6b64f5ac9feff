"""Read what all answers of vSphere's REST API have in common.

An answer about one object does not name it: its id is in the address that was asked. vmware.vmware_rest puts it beside
the answer as `id`; the module `uri` keeps the address. Some keys are spelled in two ways, `memory_size_MiB` and
`memory_size_mib`. Until vSphere 7.0.1 a mapping was written as a list of `{key, value}`.

Source: vSphere Automation API, `/rest/vcenter` and `/api/vcenter`; the collection vmware.vmware_rest,
plugins/modules/vcenter_vm_info.py.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from vcenter_pipeline.formats.shape import Item, Surroundings

_DEEPEST: Final = 3
"""How deep keys are read: `disks`, a disk, its backing."""


def is_id(value: object, prefix: str) -> bool:
    """Say whether the value is the id of an object of that type: `vm-1049` for `vm-`."""
    if not isinstance(value, str) or not value.startswith(prefix):
        return False
    number = value[len(prefix) :]
    return number.isascii() and number.isdecimal()


def to_id_beside(around: Surroundings, key: str, prefix: str) -> str | None:
    """Give the id of the object that was asked for, from what stands around the answer.

    In a loop the turn is the id itself, or the object out of the list that was asked for before. Of an address only
    its last part is taken.
    """
    turn, address = around.turn, around.register.get("url")
    candidates = [around.register.get("id"), turn]
    if isinstance(turn, Mapping):
        candidates.append(turn.get(key))
    if isinstance(address, str):
        before, _, last = address.rstrip("/").rpartition("/")
        candidates.append(last if before.endswith(f"/vcenter/{key}") else None)
    return next((value for value in candidates if isinstance(value, str) and is_id(value, prefix)), None)


def to_lower_keys(item: Item, depth: int = _DEEPEST) -> Item:
    """Give the item with its keys in lower case, and those of objects in it."""
    return {
        str(key).lower(): to_lower_keys(value, depth - 1) if depth and isinstance(value, Mapping) else value
        for key, value in item.items()
    }


def entries_of(value: object) -> Iterator[tuple[object, object]] | None:
    """Give keys and values of a mapping in either of its forms; None where the value is no such thing."""
    if isinstance(value, Mapping):
        return iter(value.items())
    if isinstance(value, list):
        return (_entry_of(entry) for entry in value)
    return None


def _entry_of(entry: object) -> tuple[object, object]:
    if isinstance(entry, Mapping) and "value" in entry:
        value = entry["value"]
        return entry.get("key"), to_lower_keys(value) if isinstance(value, Mapping) else value
    return None, to_lower_keys(entry) if isinstance(entry, Mapping) else entry
