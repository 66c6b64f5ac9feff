"""Read what a virtual machine's properties list: adapters, disks, file systems, snapshots, tags and attributes.

Source: the vSphere API types `GuestNicInfo`, `VirtualDevice`, `GuestDiskInfo`, `VirtualMachineSnapshotTree` and
`CustomFieldValue`; the tags are those of Ansible's modules and inventory plugins.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from vcenter_pipeline.formats.machines.vm_adapters import Adapter, to_adapter_nics
from vcenter_pipeline.formats.machines.vm_parts import to_attributes
from vcenter_pipeline.formats.machines.vm_snapshots import Snapshots, to_oldest
from vcenter_pipeline.formats.shape import Item, SpoiltChild, to_content
from vcenter_pipeline.formats.values.property_set import (
    has_property,
    to_entries,
    to_first,
    to_mapping,
    to_plain,
    to_property,
    to_reference_moid,
    to_unwrapped,
)
from vcenter_pipeline.formats.values.words import to_power_state, to_uuid
from vcenter_pipeline.model.records import GuestDisk, VmAttribute, VmDisk, VmNic, VmSnapshot
from vcenter_pipeline.model.units import shown, to_count, to_flag, to_instant, to_name, to_text

_KIB: Final = 1024
_DEVICES: Final = "config.hardware.device"
_BACKING: Final = re.compile(r"VirtualDisk\.?([A-Za-z0-9]+)BackingInfo")
_DATASTORE: Final = re.compile(r"\[([^\]]+)\] ")
_FREE_KEYS: Final = ("tag", "vmware_inventory_tags")
"""Beginnings of the keys that are looked at for tags: a machine has a hundred keys, and few of them are these."""

_CONTROLLERS: Final = {
    "ParaVirtualSCSIController": "paravirtual",
    "VirtualLsiLogicController": "lsilogic",
    "VirtualLsiLogicSASController": "lsilogicsas",
    "VirtualBusLogicController": "buslogic",
    "VirtualAHCIController": "sata",
    "VirtualSATAController": "sata",
    "VirtualNVMEController": "nvme",
    "VirtualIDEController": "ide",
}
"""In the words of `vmware_guest_disk_info`."""


class Devices(NamedTuple):
    """Adapters and disks; a number is null where the report does not list the virtual hardware."""

    nic_count: int | None
    nics: tuple[VmNic, ...]
    disk_count: int | None
    disks: tuple[VmDisk, ...]


def to_devices(item: Item, spoilt: list[SpoiltChild]) -> Devices:
    """Give adapters and disks: of the virtual hardware, and of what VMware Tools report."""
    devices = list(_entries(item, _DEVICES, "vm_disks", spoilt))
    cards = [entry for entry in devices if has_property(entry[1], "macAddress")]
    drives = [entry for entry in devices if _is_disk(entry[1])]
    tools = list(_entries(item, "guest.net", "vm_nics", spoilt))
    adapters = [Adapter(place, to_property(net, "macAddress"), _to_addresses(net)) for place, net in tools]
    adapters += [Adapter(place, to_property(card, "macAddress"), None) for place, card in cards]
    types = {_to_key(entry, "key"): _to_type(entry) for _, entry in devices if has_property(entry, "busNumber")}
    disks = [_to_disk(place, drive, types, spoilt) for place, drive in drives]
    return Devices(
        len(cards) if devices else _to_told_nic_count(item, [net for _, net in tools]),
        to_adapter_nics(adapters, spoilt),
        len(drives) if devices else to_first(item, to_count, "summary.config.numVirtualDisks"),
        tuple(disk for disk in disks if disk is not None),
    )


def _entries(item: Item, path: str, table: str, spoilt: list[SpoiltChild]) -> Iterator[tuple[str, Item]]:
    """Give the objects of a list; none of one of which the admin asked for a property only.

    For `config.hardware.device.deviceInfo.summary` the modules write the list's objects apart: `{deviceInfo: [...]}`.
    """
    value = to_property(item, path)
    if isinstance(value, Mapping) and value and all(isinstance(inner, list) for inner in value.values()):
        return iter(())
    return to_entries(item, path, table, spoilt)


def _to_told_nic_count(item: Item, nets: list[Item]) -> int | None:
    """Count what Tools report of the virtual hardware; bridges inside the guest have a negative device."""
    told = to_first(item, to_count, "summary.config.numEthernetCards")
    if told is not None:
        return told
    macs = set()
    for net in nets:
        mac = to_property(net, "macAddress")
        if isinstance(mac, str) and _is_of_hardware(net):
            macs.add(mac.lower())
    return len(macs) or None


def _is_of_hardware(net: Item) -> bool:
    try:
        device = to_first(net, to_count, "deviceConfigId")
    except ValueError:
        return False
    return device is None or device > 0


def _to_addresses(net: Item) -> object:
    """Give the addresses of one adapter with their prefix lengths, which stand in a list beside them."""
    listed = to_plain(to_property(net, "ipAddress"))
    lengths = {}
    configured = to_plain(to_property(net, "ipConfig.ipAddress"))
    for entry in configured if isinstance(configured, list) else ():
        if isinstance(entry, Mapping) and isinstance(address := to_property(entry, "ipAddress"), str):
            lengths[address] = to_property(entry, "prefixLength")
    if listed is None:
        return list(lengths.items())
    if not isinstance(listed, list):
        return listed
    return [(text, lengths.get(text)) if isinstance(text, str) else text for text in listed]


def _is_disk(device: Item) -> bool:
    return has_property(device, "capacityInKB") or has_property(device, "capacityInBytes")


def _to_key(device: Item, path: str) -> str:
    """Give a device's key so that two are equal in JSON, where it is a number, and in YAML, where it is a text."""
    return shown(to_property(device, path)).strip("'")


def _to_type(device: Item) -> str:
    told = to_property(device, "_vimtype") or to_property(device, "_typeName")
    return told.rpartition(".")[2] if isinstance(told, str) else ""


def _to_disk(place: str, device: Item, types: Mapping[str, str], spoilt: list[SpoiltChild]) -> VmDisk | None:
    try:
        kib = to_first(device, to_count, "capacityInKB")
        file_path = to_first(device, to_text, "backing.fileName")
        datastore = _DATASTORE.match(file_path or "")
        backing = to_property(device, "backing._vimtype") or to_property(device, "backing._typeName")
        backing_type = _BACKING.search(backing) if isinstance(backing, str) else None
        return VmDisk(
            label=to_first(device, to_text, "deviceInfo.label"),
            device_key=to_first(device, to_count, "key"),
            capacity_bytes=to_first(device, to_count, "capacityInBytes") or (None if kib is None else kib * _KIB),
            datastore_name=to_name(datastore[1]) if datastore else None,
            file_path=file_path,
            disk_mode=to_first(device, to_text, "backing.diskMode"),
            backing_type=backing_type[1] if backing_type else None,
            is_thin=to_first(device, to_flag, "backing.thinProvisioned"),
            controller_type=_CONTROLLERS.get(types.get(_to_key(device, "controllerKey"), "")),
            unit_number=to_first(device, to_count, "unitNumber"),
            disk_uuid=to_first(device, to_uuid, "backing.uuid"),
        )
    except ValueError as error:
        content = to_content((key, to_property(device, key)) for key in ("key", "capacityInKB", "unitNumber"))
        spoilt.append(SpoiltChild("vm_disks", place, str(error), content))
        return None


def to_guest_disks(item: Item, spoilt: list[SpoiltChild]) -> tuple[GuestDisk, ...]:
    """Give the file systems that VMware Tools report."""
    disks = []
    for place, entry in _entries(item, "guest.disk", "vm_guest_disks", spoilt):
        try:
            path = to_first(entry, to_text, "diskPath")
            if path is None:
                message = "diskPath: it has none"
                raise ValueError(message)  # noqa: TRY301 - one place makes the spoilt child
            capacity, free = (to_first(entry, to_count, key) for key in ("capacity", "freeSpace"))
            disks.append(GuestDisk(path, capacity, free))
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_guest_disks", place, str(error), None))
    return tuple(disks)


def to_snapshot_tree(item: Item, spoilt: list[SpoiltChild]) -> Snapshots:
    """Give all snapshots of the tree, parents first; a property that is null tells that there are none.

    An admin may ask for `snapshot.currentSnapshot` alone, which does not tell how many there are.
    """
    if not has_property(item, "snapshot") and not has_property(item, "snapshot.rootSnapshotList"):
        return Snapshots()
    if to_property(item, "snapshot") and not has_property(item, "snapshot.rootSnapshotList"):
        return Snapshots()
    current = to_reference_moid(to_property(item, "snapshot.currentSnapshot"))
    records, total = [], 0
    waiting = list(to_entries(item, "snapshot.rootSnapshotList", "vm_snapshots", spoilt))[::-1]
    while waiting:
        place, node = waiting.pop()
        total += 1
        children = list(to_entries(node, "childSnapshotList", "vm_snapshots", spoilt))[::-1]
        waiting += [(f"{place}.{inner}", child) for inner, child in children]
        try:
            records.append(_to_snapshot(node, current))
        except ValueError as error:
            content = to_content((key, to_property(node, key)) for key in ("id", "name", "createTime", "state"))
            spoilt.append(SpoiltChild("vm_snapshots", place, str(error), content))
    return Snapshots(total, to_oldest(records, total), tuple(records))


def _to_snapshot(node: Item, current: str | None) -> VmSnapshot:
    moid = to_first(node, to_reference_moid, "snapshot")
    return VmSnapshot(
        name=to_first(node, to_name, "name"),
        description=to_first(node, to_text, "description"),
        snapshot_id=to_first(node, to_count, "id"),
        created_at=to_first(node, to_instant, "createTime"),
        power_state=to_first(node, to_power_state, "state"),
        is_quiesced=to_first(node, to_flag, "quiesced"),
        is_current=None if current is None or moid is None else moid == current,
    )


def to_property_attributes(item: Item, spoilt: list[SpoiltChild]) -> tuple[VmAttribute, ...]:
    """Give tags, with their categories where the report has them, and custom attributes."""
    custom_values = _to_custom_values(item, spoilt)
    item = {key: value for key, value in item.items() if isinstance(key, str) and key.startswith(_FREE_KEYS)}
    by_category = to_mapping(item, "tags_by_category") or to_mapping(item, "tag_category")
    tags: object = None
    if by_category:
        tags = [
            {"category_name": category, "name": name}
            for category, listed in by_category.items()
            for entry in (listed if isinstance(listed, list) else ())
            for name in (entry.values() if isinstance(entry, Mapping) else (entry,))
        ]
    else:
        listed = to_plain(to_property(item, "tags")) or to_plain(to_property(item, "vmware_inventory_tags"))
        by_id = to_mapping(item, "tags") or to_mapping(item, "vmware_inventory_tags")
        tags = listed if isinstance(listed, list) else list(by_id.values())
    return to_attributes(tags, custom_values, spoilt)


def _to_custom_values(item: Item, spoilt: list[SpoiltChild]) -> Mapping[str, object]:
    """Give custom attributes by name; vSphere keeps the names in a list of their own, `availableField`."""
    values = to_property(item, "customValue") or to_property(item, "summary.customValue")
    if not isinstance(values, list):
        return to_mapping(item, "customValue") or to_mapping(item, "custom_value")
    fields = to_entries(item, "availableField", "vm_attributes", spoilt)
    names = {shown(to_property(field, "key")): to_property(field, "name") for _, field in fields}
    found = {}
    for value in values:
        entry = to_unwrapped(value)
        if isinstance(entry, Mapping):
            name = names.get(shown(to_property(entry, "key")))
            if isinstance(name, str):
                found[name] = to_property(entry, "value")
    return found
