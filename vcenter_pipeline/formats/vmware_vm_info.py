"""Read what `community.vmware.vmware_vm_info` says of a virtual machine.

The module was called `vmware_vm_facts` before Ansible 2.9, and its output grew over the years: the oldest wrote a
mapping by name with three facts each, Ansible 2.9 a list without moid, today's lists have 18 keys. Its options leave
a key in place and empty what they switch off: `allocated: {}`, `mac_address: []`, `folder: null`.

Source: plugins/modules/vmware_vm_info.py of the collection community.vmware, and real output of 2.9 and 5.10.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, to_content
from vcenter_pipeline.formats.vm_parts import to_attributes, to_datastores, to_nic_count, to_nics
from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.records import VirtualMachine
from vcenter_pipeline.model.units import named, shown, to_address, to_count, to_text

_KEYS: Final = (
    "guest_name",
    "moid",
    "instance_uuid",
    "uuid",
    "power_state",
    "guest_fullname",
    "ip_address",
    "esxi_hostname",
    "cluster",
    "datacenter",
    "folder",
    "resource_pool",
    "annotation",
    "allocated",
    "mac_address",
    "vm_network",
    "datastore_url",
    "tags",
    "attributes",
)
_LIST_KEYS: Final = frozenset({"virtual_machines"})
_ALLOCATED_KEYS: Final = ("cpu", "memory", "storage")
_FREE_TEXT: Final = frozenset({"annotation", "attributes"})

_TYPICAL: Final = frozenset({"guest_fullname", "power_state", "uuid", "instance_uuid", "esxi_hostname", "vm_network"})
_TYPICAL_ENOUGH: Final = 2

_POWER_STATES: Final = {state: state for state in vocabulary.POWER_STATES}
_POWER_STATES_BY_LETTERS: Final = {state.lower(): state for state in vocabulary.POWER_STATES}

_SYSTEM_NAME: Final = re.compile(r"vCLS(-[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}| \([0-9]+\))")

_new: Final[Callable[..., Any]] = tuple.__new__
"""A named tuple from a tuple, without the keyword handling that doubles the time of a row."""


def looks_like(item: Item, key: str) -> bool:
    """Say whether the item is a virtual machine as the module writes it."""
    found = len(_TYPICAL.intersection(item))
    return found >= _TYPICAL_ENOUGH and ("guest_name" in item or key in _LIST_KEYS)


def parse_virtual_machine(item: Item, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn one item of the module's list into a record.

    Templates are listed like all others and the module does not say which they are, so `is_template` is unknown.

    Raises:
        ValueError: a value of the virtual machine itself cannot be meant; the message names its key.
    """
    try:
        return _parse(item, spoilt)
    except ValueError:
        spoilt.clear()
        _name_the_key(item)
        raise


def _parse(item: Item, spoilt: list[SpoiltChild]) -> VirtualMachine:
    (
        guest_name,
        moid,
        instance_uuid,
        bios_uuid,
        power_state,
        guest_os,
        ip_address,
        esxi_host,
        cluster,
        datacenter,
        folder,
        resource_pool,
        annotation,
        allocated,
        macs,
        network,
        datastores,
        tags,
        attributes,
    ) = map(item.get, _KEYS)
    name = to_text(guest_name)
    if allocated:
        cpu_count, memory_mib, storage_bytes = map(to_count, map(_to_item(allocated).get, _ALLOCATED_KEYS))
    else:
        cpu_count = memory_mib = storage_bytes = None
    nics = to_nics(macs, network, spoilt) if macs or network else ()
    record: VirtualMachine = _new(
        VirtualMachine,
        (
            name,
            to_text(moid),
            _to_uuid(instance_uuid),
            _to_uuid(bios_uuid),
            _to_power_state(power_state),
            to_text(guest_os),
            cpu_count,
            memory_mib,
            storage_bytes,
            ip_address if nics and nics[0].address == ip_address else _to_primary_ip(ip_address),
            to_nic_count(macs, network),
            to_text(esxi_host),
            to_text(cluster),
            to_text(datacenter),
            to_text(folder),
            to_text(resource_pool),
            None,
            None if name is None else name.startswith("vCLS") and _SYSTEM_NAME.fullmatch(name) is not None,
            to_text(annotation),
            nics,
            to_datastores(datastores, spoilt) if datastores else (),
            to_attributes(tags, attributes, spoilt) if tags or attributes else (),
        ),
    )
    return record


def _to_item(value: object) -> Item:
    if isinstance(value, Mapping):
        return value
    message = f"{shown(value)} is not an object"
    raise ValueError(message)


def _to_uuid(value: object) -> str | None:
    text = to_text(value)
    return None if text is None else text.lower()


def _to_primary_ip(value: object) -> str | None:
    found = to_address(value)
    return None if found is None else found[0]


def _to_power_state(value: object) -> str | None:
    """Give vSphere's spelling; the REST API writes POWERED_ON. Another word stays, so that validation refuses it."""
    text = to_text(value)
    if text is None or text in _POWER_STATES:
        return text
    return _POWER_STATES_BY_LETTERS.get(text.replace("_", "").lower(), text)


def _name_the_key(item: Item) -> None:
    """Convert the values one by one again, to say which of them cannot be meant."""
    for key, convert in _CONVERSIONS:
        named(key, convert, item.get(key))
    allocated = item.get("allocated")
    if allocated:
        for key in _ALLOCATED_KEYS:
            named(f"allocated.{key}", to_count, named("allocated", _to_item, allocated).get(key))


_CONVERSIONS: Final[tuple[tuple[str, Callable[[object], object]], ...]] = (
    ("ip_address", to_address),
    *((key, to_text) for key in _KEYS[: _KEYS.index("allocated")] if key != "ip_address"),
)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read, without free text."""
    values = [(key, item.get(key)) for key in _KEYS if key in item and key not in _FREE_TEXT]
    allocated = item.get("allocated")
    if isinstance(allocated, Mapping):
        values += [(f"allocated.{key}", allocated[key]) for key in _ALLOCATED_KEYS if key in allocated]
    return to_content(values)


SHAPE: Final = Shape(
    name="vmware_vm_info",
    kind="virtual_machines",
    meaning="virtual machines",
    list_keys=_LIST_KEYS,
    name_key="guest_name",
    looks_like=looks_like,
    parse=parse_virtual_machine,
    content_of=content_of,
)
