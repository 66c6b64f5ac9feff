"""Read what `community.vmware.vmware_vm_info` says of a virtual machine.

The module was called `vmware_vm_facts` before Ansible 2.9, and its output grew over the years: the oldest wrote a
mapping by name with three facts each, Ansible 2.9 a list without moid, today's lists have 18 keys. Its options leave
a key in place and empty what they switch off: `allocated: {}`, `mac_address: []`, `folder: null`.

Source: plugins/modules/vmware_vm_info.py of the collection community.vmware, and real output of 2.9 and 5.10.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from vcenter_pipeline.formats.machines.vm_parts import (
    is_system_name,
    to_attributes,
    to_datastores,
    to_nic_count,
    to_nics,
    to_primary_ip,
)
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_power_state, to_uuid
from vcenter_pipeline.model.records import VirtualMachine
from vcenter_pipeline.model.units import named, shown, to_address, to_count, to_name, to_text

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

_IDS: Final = ("moid", "instance_uuid", "uuid")
_KEYS_KNOWN: Final = frozenset(_KEYS)
_IDENTITY: Final = 2
"""A name and one id, which say nothing of a machine but that somebody spoke of it."""

_NOT_SAID: Final = (None,) * (VirtualMachine._fields.index("nics") - VirtualMachine._fields.index("annotation") - 1)

_ONE_KIND: Final = ("vm", "template")
"""Of the module's option `vm_type`; the third one is `all`."""

_new: Final[Callable[..., Any]] = tuple.__new__
"""A named tuple from a tuple, without the keyword handling that doubles the time of a row."""


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is a virtual machine as the module writes it."""
    if len(_TYPICAL.intersection(item)) < _TYPICAL_ENOUGH:
        return Sureness.LIKELY if _is_chosen(item) else Sureness.NO
    if "guest_name" in item:
        return Sureness.SURE
    return Sureness.LIKELY if around.key in _LIST_KEYS and "name" not in item else Sureness.NO


def _is_chosen(item: Item) -> bool:
    """Say whether somebody chose a few of the module's keys, and an id among them: `{guest_name, moid, folder}`."""
    return (
        "guest_name" in item and any(item.get(key) for key in _IDS) and len(_KEYS_KNOWN.intersection(item)) > _IDENTITY
    )


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn one item of the module's list into a record.

    Templates are listed like all others and the module does not say which they are, so `is_template` is unknown, but
    where the report keeps that the module was asked for one kind alone.

    Raises:
        ValueError: a value of the virtual machine itself cannot be meant; the message names its key.
    """
    try:
        record = _parse(item, spoilt)
    except ValueError:
        spoilt.clear()
        _name_the_key(item)
        raise
    kind = around.arguments.get("vm_type")
    return record._replace(is_template=kind == "template") if kind in _ONE_KIND else record


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
    name = to_name(guest_name)
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
            to_uuid(instance_uuid),
            to_uuid(bios_uuid),
            to_power_state(power_state),
            to_text(guest_os),
            cpu_count,
            memory_mib,
            storage_bytes,
            to_primary_ip(ip_address, nics),
            to_nic_count(macs, network),
            to_name(esxi_host),
            to_name(cluster),
            to_name(datacenter),
            to_text(folder),
            to_name(resource_pool),
            None,
            is_system_name(name),
            to_text(annotation),
            *_NOT_SAID,
            nics,
            to_datastores(datastores, spoilt) if datastores else (),
            to_attributes(tags, attributes, spoilt) if tags or attributes else (),
            (),
            (),
            (),
        ),
    )
    return record


def _to_item(value: object) -> Item:
    if isinstance(value, Mapping):
        return value
    message = f"{shown(value)} is not an object"
    raise ValueError(message)


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
    forms=frozenset({"list", "mapping", "object"}),
    name_key="guest_name",
    sureness=to_sureness,
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by="community.vmware.vmware_vm_info: {show_attribute: true, show_allocated: true, show_tag: true}",
    cannot_tell="Disks, snapshots, VMware Tools, and whether a machine is a template.",
)
