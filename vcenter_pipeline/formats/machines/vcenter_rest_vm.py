"""Read virtual machines of vSphere's REST API: `vmware.vmware_rest.vcenter_vm_info`, or the module `uri`.

The list gives six values of each machine. The answer about one machine gives its hardware and its uuids, but not its
moid, which stands around it. The guest operating system is a word of the API's own: `RHEL_7_64`.

`vmware.vmware.vm_list_group_by_clusters_info` lists the same machines by cluster and folder and turns every value into
a text: `cpu` is `{count : 2, cores_per_socket : 1}`, as the SDK shows a structure.

Source: vSphere Automation API, `VM.Summary` and `VM.Info`; the documented return values of vmware.vmware_rest 4.9;
`VapiStruct` of VMware's vapi-runtime.
"""

import re
from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.machines.vm_parts import is_system_name
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, shown_key, to_content
from vcenter_pipeline.formats.values.item_values import inner_of, value_at, values_for_content
from vcenter_pipeline.formats.values.rest_item import entries_of, is_id, to_id_beside, to_lower_keys
from vcenter_pipeline.formats.values.words import to_power_state, to_uuid
from vcenter_pipeline.model.records import VirtualMachine, VmDisk, VmNic, virtual_machine
from vcenter_pipeline.model.units import named, shown, to_bytes, to_count, to_mac_address, to_name, to_text

_PREFIX: Final = "vm-"
_SUMMARY_KEYS: Final = frozenset({"power_state", "cpu_count"})
_DETAIL_KEYS: Final = frozenset({"hardware", "guest_os", "guest_OS", "nics", "disks", "boot_devices"})
_SUMMARY_CONTENT: Final = ("vm", "name", "power_state", "cpu_count", "memory_size_mib")
_DETAILS_CONTENT: Final = (
    "name",
    "identity.name",
    "identity.instance_uuid",
    "identity.bios_uuid",
    "power_state",
    "guest_os",
    "cpu.count",
    "cpu.cores_per_socket",
    "memory.size_mib",
    "hardware.version",
)
_BUSES: Final = ("scsi", "sata", "nvme")
_DATASTORE: Final = re.compile(r"\[([^\]]+)\] ?")
"""The start of a file's path: `[local] test_vm1/rhel-8.5.vmdk`."""
_SHOWN_STRUCTURES: Final = ("identity", "cpu", "memory", "hardware")
_SHOWN_VALUE: Final = re.compile(r"(?:^\{|, )([a-z_]{1,40}) : ([^,{}]{0,200})(?=[,}])")
_SHOWN_DEVICES: Final = ("nics", "disks")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a machine of the API's list."""
    is_one = is_id(item.get("vm"), _PREFIX) and "name" in item and not _SUMMARY_KEYS.isdisjoint(item)
    return Sureness.SURE if is_one else Sureness.NO


def parse_summary(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one machine of the list into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    item = to_lower_keys(item)
    name = value_at(item, to_name, "name")
    return virtual_machine(
        name=name,
        moid=value_at(item, to_text, "vm"),
        power_state=value_at(item, to_power_state, "power_state"),
        cpu_count=value_at(item, to_count, "cpu_count"),
        memory_mib=value_at(item, to_count, "memory_size_mib"),
        is_system=is_system_name(name),
    )


def to_sureness_of_details(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is the API's answer about one machine."""
    if "cpu" not in item or "memory" not in item or "power_state" not in item or _DETAIL_KEYS.isdisjoint(item):
        return Sureness.NO
    return Sureness.SURE if "count" in inner_of(item, "cpu") or _is_shown(item["cpu"]) else Sureness.NO


def _is_shown(structure: object) -> bool:
    return isinstance(structure, str) and structure.startswith("{") and "count : " in structure


def _to_structures(item: Item) -> Item:
    """Give the item with its structures as objects, where they were turned into texts; devices are then unknown."""
    if not _is_shown(item.get("cpu")):
        return item
    structures = {key: _to_structure(item.get(key)) for key in _SHOWN_STRUCTURES}
    return {key: value for key, value in item.items() if key not in _SHOWN_DEVICES} | structures


def _to_structure(text: object) -> dict[str, str | None]:
    found = _SHOWN_VALUE.findall(text) if isinstance(text, str) else ()
    return {key: None if value == "None" else value for key, value in found}


def parse_details(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn the answer about one machine into a record.

    Raises:
        ValueError: a value of the machine itself cannot be meant; the message names its path.
    """
    item = _to_structures(to_lower_keys(item))
    name = value_at(item, to_name, "name") or value_at(item, to_name, "identity", "name")
    nics, disks = _entries(item, "nics", "vm_nics", spoilt), _entries(item, "disks", "vm_disks", spoilt)
    return virtual_machine(
        name=name,
        moid=to_id_beside(around, "vm", _PREFIX),
        instance_uuid=value_at(item, to_uuid, "identity", "instance_uuid"),
        bios_uuid=value_at(item, to_uuid, "identity", "bios_uuid"),
        power_state=value_at(item, to_power_state, "power_state"),
        guest_os=value_at(item, to_text, "guest_os"),
        cpu_count=value_at(item, to_count, "cpu", "count"),
        cores_per_socket=value_at(item, to_count, "cpu", "cores_per_socket"),
        memory_mib=value_at(item, to_count, "memory", "size_mib"),
        hardware_version=value_at(item, _to_hardware_version, "hardware", "version"),
        is_system=is_system_name(name),
        nic_count=None if nics is None else len(nics),
        disk_count=None if disks is None else len(disks),
        nics=_to_nics(nics or [], spoilt),
        disks=_to_disks(disks or [], spoilt),
    )


def _to_hardware_version(value: object) -> str | None:
    """Give `vmx-11` for `VMX_11`, as every other shape has it."""
    text = to_text(value)
    return None if text is None else text.lower().replace("_", "-")


def _entries(item: Item, key: str, table: str, spoilt: list[SpoiltChild]) -> list[tuple[object, object]] | None:
    """Give the devices under the key; None where the report does not speak of them."""
    value = item.get(key)
    if value is None:
        return None
    entries = entries_of(value)
    if entries is None:
        spoilt.append(SpoiltChild(table, key, f"{shown(value)} is not an object", None))
        return None
    return list(entries)


def _to_nics(entries: list[tuple[object, object]], spoilt: list[SpoiltChild]) -> tuple[VmNic, ...]:
    """Give the adapters; the API knows no addresses here. One without MAC address is none that can be told apart."""
    nics: dict[str, VmNic] = {}
    for key, device in entries:
        try:
            mac = value_at(_to_device(device), to_mac_address, "mac_address")
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_nics", f"nics.{shown_key(key)}", str(error), None))
            continue
        if mac is not None:
            nics[mac] = VmNic(mac, None, None, None)
    return tuple(nics.values())


def _to_disks(entries: list[tuple[object, object]], spoilt: list[SpoiltChild]) -> tuple[VmDisk, ...]:
    disks: list[VmDisk] = []
    for key, device in entries:
        try:
            disks.append(_to_disk(key, _to_device(device)))
        except ValueError as error:
            content = (
                to_content(values_for_content(device, ("label", "capacity"))) if isinstance(device, Mapping) else None
            )
            spoilt.append(SpoiltChild("vm_disks", f"disks.{shown_key(key)}", str(error), content))
    return tuple(disks)


def _to_disk(key: object, device: Item) -> VmDisk:
    path = value_at(device, to_text, "backing", "vmdk_file")
    datastore = _DATASTORE.match(path or "")
    bus = next((bus for bus in _BUSES if inner_of(device, bus)), _BUSES[0])
    return VmDisk(
        label=value_at(device, to_text, "label"),
        device_key=named("key", to_count, key),
        capacity_bytes=value_at(device, to_bytes, "capacity"),
        datastore_name=None if datastore is None else to_name(datastore[1]),
        file_path=path,
        disk_mode=None,
        backing_type=None,
        is_thin=None,
        controller_type=value_at(device, to_text, "type"),
        unit_number=value_at(device, to_count, bus, "unit"),
        disk_uuid=None,
    )


def _to_device(device: object) -> Item:
    if isinstance(device, Mapping):
        return device
    message = f"{shown(device)} is not an object"
    raise ValueError(message)


def content_of_summary(item: Item) -> str:
    """Give what a rejected row keeps of a machine of the list."""
    return to_content(values_for_content(to_lower_keys(item), _SUMMARY_CONTENT))


def content_of_details(item: Item) -> str:
    """Give what a rejected row keeps of the answer about one machine."""
    return to_content(values_for_content(_to_structures(to_lower_keys(item)), _DETAILS_CONTENT))


SHAPE: Final = Shape(
    name="vcenter_vm_info",
    kind="virtual_machines",
    meaning="virtual machines of the REST API",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_summary,
    content_of=content_of_summary,
    written_by="vmware.vmware_rest.vcenter_vm_info: {}",
    cannot_tell="Everything but name, moid, power state, processors and memory; uuids come with the details only.",
)

DETAILS_SHAPE: Final = Shape(
    name="vcenter_vm_info_details",
    kind="virtual_machines",
    meaning="details of virtual machines of the REST API",
    forms=frozenset({"object", "list"}),
    sureness=to_sureness_of_details,
    parse=parse_details,
    content_of=content_of_details,
    written_by='vmware.vmware_rest.vcenter_vm_info: {vm: "{{ item.vm }}"}, in a loop',
    cannot_tell="Host, cluster, folder, addresses and VMware Tools; the moid, where only the answer itself is kept.",
    is_inventory=False,
)
