"""Read what every shape of an alarm has: references to managed objects, colours, and keys in two spellings.

govc wrote Go's own names until 2023 (`OverallStatus`, `Entity.Type`), as VMware's .NET types under PowerCLI still do;
the API's names are the same with a small first letter.

Source: the vSphere API types `ManagedObjectReference` and `ManagedEntityStatus`; govmomi's change log for 0.31;
pyVmomi, VmomiJSONEncoder.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from vcenter_pipeline.formats.shape import Item
from vcenter_pipeline.formats.values.words import to_entity_type, to_overall_status
from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.units import named, to_text

_NOTHING: Final[Item] = MappingProxyType({})

_ENTITY_TYPES: Final = (
    "Alarm",
    "ClusterComputeResource",
    "ComputeResource",
    "Datacenter",
    "Datastore",
    "DistributedVirtualPortgroup",
    "DistributedVirtualSwitch",
    "Folder",
    "HostSystem",
    "Network",
    "OpaqueNetwork",
    "ResourcePool",
    "StoragePod",
    "VirtualApp",
    "VirtualMachine",
    "VmwareDistributedVirtualSwitch",
)
_REFERENCE: Final = re.compile(
    rf"'?(?:vim\.)?(?:[a-z][A-Za-z]*\.)*({'|'.join(_ENTITY_TYPES)})[:-]([A-Za-z][A-Za-z-]*-[A-Za-z]?[0-9]+)'?"
)
"""`vim.alarm.Alarm:alarm-976` of pyVmomi, in quotes where a script printed its `str()`; `HostSystem-host-25` of
PowerCLI. Only vSphere's types count, because a machine may be called `Prod-web-01`."""

_STATUS_NUMBERS: Final = MappingProxyType(
    {str(number): word for number, word in enumerate(vocabulary.OVERALL_STATUSES)}
)
"""What ConvertTo-Json writes for .NET's `ManagedEntityStatus`: its members are numbered in the API's order."""


class Reference(NamedTuple):
    """What a managed object reference says."""

    type: str | None
    """`VirtualMachine`."""
    moid: str | None


_NO_REFERENCE: Final = Reference(None, None)


def either(item: Item, key: str) -> object:
    """Give the value of a key of the API, with a small or a capital first letter."""
    value = item.get(key)
    return item.get(key[:1].upper() + key[1:]) if value is None else value


def either_object(item: Item, key: str) -> Item:
    """Give the object under a key in either spelling; an empty one where there is none."""
    value = either(item, key)
    return value if isinstance(value, Mapping) else _NOTHING


def first_of(item: Item, keys: Iterable[str]) -> tuple[str, object] | None:
    """Give the first of these keys that the item has with a value, and the value."""
    for key in keys:
        value = item.get(key)
        if value is not None and value != "":
            return key, value
    return None


def is_reference(value: object) -> bool:
    """Say whether the value refers to a managed object, as an object or as text."""
    if isinstance(value, str):
        return _REFERENCE.fullmatch(value) is not None
    return isinstance(value, Mapping) and (either(value, "value") is not None or "_vimid" in value)


def to_reference(key: str, value: object) -> Reference:
    """Give type and moid of a reference: `{type, value}`, pyVmomi's object with `_vimid`, or a text.

    Raises:
        ValueError: one of the two cannot be meant; the message names `key`.
    """
    if isinstance(value, Mapping):
        if "_vimid" in value:
            kind = named(f"{key}._vimtype", to_text, value.get("_vimtype"))
            moid = named(f"{key}._vimid", to_text, value["_vimid"])
        else:
            kind = named(f"{key}.type", to_text, either(value, "type"))
            moid = named(f"{key}.value", to_text, either(value, "value"))
        return Reference(to_kind(kind), moid)
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return _NO_REFERENCE if found is None else Reference(found[1], found[2])


def to_kind(value: object) -> str | None:
    """Give a vSphere type without the prefix that pyVmomi or .NET puts before it: `Alarm` for `vim.alarm.Alarm`."""
    kind = to_entity_type(value)
    return None if kind is None else kind.rpartition(".")[2] or None


def to_status(value: object) -> str | None:
    """Give a colour, also of .NET's number for it.

    Raises:
        ValueError: the value is no text.
    """
    word = to_overall_status(value)
    return None if word is None else _STATUS_NUMBERS.get(word, word)
