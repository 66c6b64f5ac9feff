"""Read what `community.vmware.vmware_guest_info` and `vmware.vmware.guest_info` say of a virtual machine.

Both gather the same keys. The first returns one machine as `instance` (so do `vmware_guest` and the old
`vmware_guest_facts`), the second a list `guests`, and writes folders without the slash at their beginning.
`hw_guest_full_name` and `hw_guest_id` are `summary.guest.guestFullName` and `.guestId`, which VMware Tools report:
they are null for a machine without Tools, and never say what was configured.

Source: plugins/module_utils/vmware.py (`gather_vm_facts`) of community.vmware and plugins/module_utils/_facts.py of
vmware.vmware; real output of 2.9 and 5.10.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from vcenter_pipeline.formats.machines.vm_adapters import Adapter, to_adapter_nics
from vcenter_pipeline.formats.machines.vm_parts import is_system_name, to_attributes, to_primary_ip
from vcenter_pipeline.formats.machines.vm_snapshots import to_snapshots
from vcenter_pipeline.formats.machines.vm_values import to_datacenter_of, to_folder, to_tools_version
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_moid, to_power_state, to_tools_running_status, to_uuid
from vcenter_pipeline.model.records import VirtualMachine, VmDatastore, virtual_machine
from vcenter_pipeline.model.units import named, shown, to_count, to_flag, to_name, to_text

_TYPICAL: Final = ("hw_power_status", "hw_product_uuid", "hw_processor_count", "hw_guest_id", "module_hw")

_IDS: Final = ("moid", "instance_uuid")
_ALSO_TYPICAL: Final = (
    "hw_esxi_host",
    "hw_cluster",
    "hw_folder",
    "hw_memtotal_mb",
    "hw_is_template",
    "hw_datastores",
    "hw_version",
    "hw_guest_full_name",
    "guest_tools_status",
    "guest_tools_version",
    "guest_consolidation_needed",
    "snapshots",
)

_CONTENT_KEYS: Final = (
    "hw_name",
    "moid",
    "instance_uuid",
    "hw_product_uuid",
    "hw_power_status",
    "hw_processor_count",
    "hw_cores_per_socket",
    "hw_memtotal_mb",
    "hw_esxi_host",
    "hw_cluster",
    "hw_folder",
    "hw_is_template",
    "hw_version",
    "hw_guest_full_name",
    "guest_tools_status",
    "guest_tools_version",
    "guest_consolidation_needed",
    "ipv4",
    "ipv6",
)

_ADAPTER: Final = re.compile(r"hw_eth[0-9]+")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a virtual machine as the modules gather it, or a few keys of one with an id."""
    if "hw_name" not in item:
        return Sureness.NO
    if any(key in item for key in _TYPICAL):
        return Sureness.SURE
    is_chosen = any(item.get(key) for key in _IDS) and any(key in item for key in _ALSO_TYPICAL)
    return Sureness.LIKELY if is_chosen else Sureness.NO


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one machine into a record.

    Raises:
        ValueError: a value of the virtual machine itself cannot be meant; the message names its key.
    """
    name = named("hw_name", to_name, item.get("hw_name"))
    folder = named("hw_folder", to_folder, item.get("hw_folder"))
    adapters = list(_adapters(item))
    nics = to_adapter_nics(adapters, spoilt)
    snapshots = to_snapshots(item.get("snapshots"), item.get("current_snapshot"), spoilt)
    return virtual_machine(
        name=name,
        moid=named("moid", to_moid, item.get("moid")) or named("vimref", to_moid, item.get("vimref")),
        instance_uuid=named("instance_uuid", to_uuid, item.get("instance_uuid")),
        bios_uuid=named("hw_product_uuid", to_uuid, item.get("hw_product_uuid")),
        power_state=named("hw_power_status", to_power_state, item.get("hw_power_status")),
        cpu_count=named("hw_processor_count", to_count, item.get("hw_processor_count")),
        cores_per_socket=named("hw_cores_per_socket", to_count, item.get("hw_cores_per_socket")),
        memory_mib=named("hw_memtotal_mb", to_count, item.get("hw_memtotal_mb")),
        primary_ip=named("ipv4", lambda told: to_primary_ip(told, nics), item.get("ipv4") or item.get("ipv6")),
        nic_count=len(adapters) if adapters or isinstance(item.get("hw_interfaces"), list) else None,
        esxi_host=named("hw_esxi_host", to_name, item.get("hw_esxi_host")),
        cluster=named("hw_cluster", to_name, item.get("hw_cluster")),
        datacenter=to_datacenter_of(folder),
        folder=folder,
        is_template=named("hw_is_template", to_flag, item.get("hw_is_template")),
        is_system=is_system_name(name),
        annotation=named("annotation", to_text, item.get("annotation")),
        hardware_version=named("hw_version", to_text, item.get("hw_version")),
        guest_os_reported=_to_guest_os(item),
        guest_hostname=named("identity.host_name", _to_said, _inner(item, "identity").get("host_name")),
        tools_running_status=named("guest_tools_status", to_tools_running_status, item.get("guest_tools_status")),
        tools_version=named("guest_tools_version", to_tools_version, item.get("guest_tools_version")),
        is_consolidation_needed=named("guest_consolidation_needed", to_flag, item.get("guest_consolidation_needed")),
        snapshot_count=snapshots.total,
        oldest_snapshot_at=snapshots.oldest_at,
        nics=nics,
        datastores=_to_datastores(item.get("hw_datastores"), spoilt),
        attributes=to_attributes(item.get("tags"), item.get("customvalues"), spoilt),
        snapshots=snapshots.records,
    )


def _adapters(item: Item) -> Iterator[Adapter]:
    for key, value in item.items():
        if isinstance(key, str) and _ADAPTER.fullmatch(key) and isinstance(value, Mapping):
            yield Adapter(key, value.get("macaddress"), value.get("ipaddresses"))


def _to_guest_os(item: Item) -> str | None:
    """Give what Tools report; vmware.vmware adds the same from another service, as a message with its text in it."""
    told = named("hw_guest_full_name", to_text, item.get("hw_guest_full_name"))
    message = _inner(_inner(item, "identity"), "full_name").get("default_message")
    return told or named("identity.full_name", _to_said, message)


def _to_said(value: object) -> str | None:
    """Give a text of vmware.vmware's `identity`, which turns every value into a text: `None` says nothing."""
    text = to_text(value)
    return None if text == "None" else text


def _inner(item: Item, key: str) -> Item:
    value = item.get(key)
    return value if isinstance(value, Mapping) else {}


def _to_datastores(listed: object, spoilt: list[SpoiltChild]) -> tuple[VmDatastore, ...]:
    if not isinstance(listed, list):
        if listed:
            spoilt.append(SpoiltChild("vm_datastores", "hw_datastores", f"{shown(listed)} is not a list", None))
        return ()
    datastores: dict[VmDatastore, None] = {}
    for value in listed:
        try:
            name = to_name(value)
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_datastores", "hw_datastores", str(error), None))
            continue
        if name is not None:
            datastores[VmDatastore(name, None)] = None
    return tuple(datastores)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: neither settings of the machine nor free text."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="vmware_guest_info",
    kind="virtual_machines",
    meaning="virtual machines in detail",
    list_keys=frozenset({"guests"}),
    forms=frozenset({"object", "list"}),
    sureness=to_sureness,
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_guest_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}"}, in a loop '
        "over virtual_machines; or vmware.vmware.guest_info: {gather_tags: true}"
    ),
    cannot_tell="The configured guest operating system, disks, the resource pool, and whether Tools are outdated.",
    is_inventory=False,
)
