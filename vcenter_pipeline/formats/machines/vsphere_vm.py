"""Read a virtual machine from its vSphere properties: the schema `vsphere` of Ansible's modules.

The admin chooses which properties the module returns, so that any subset may come, down to `overallStatus` alone;
then only the loop around it says which machine it is. Without a choice the module returns all of them.

`summary.overallStatus` and the others in `summary` repeat properties of the machine, and are read where those are
missing. `vmware.vmware.guest_info` puts the name of the guest's operating system over the machine's `name`, where
VMware Tools report one.

Source: the vSphere API type `VirtualMachine`; `to_json` of community.vmware, `vmware_obj_to_json` of vmware.vmware;
real output of 5.10.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.machines.asked import to_asked, to_identified
from vcenter_pipeline.formats.machines.vm_parts import is_system_name, to_datastores, to_primary_ip
from vcenter_pipeline.formats.machines.vm_values import to_created_at, to_tools_version
from vcenter_pipeline.formats.machines.vsphere_devices import (
    to_devices,
    to_guest_disks,
    to_property_attributes,
    to_snapshot_tree,
)
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.property_set import (
    has_property,
    to_first,
    to_plain,
    to_property,
    to_reference_moid,
    to_unwrapped,
)
from vcenter_pipeline.formats.values.vsphere_kinds import MACHINE, MOID_KEYS, REFERENCE_KEYS, STATES, TOP, to_type
from vcenter_pipeline.formats.values.words import (
    to_overall_status,
    to_power_state,
    to_tools_running_status,
    to_tools_status,
    to_uuid,
    to_vm_connection_state,
)
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Record, VirtualMachine, virtual_machine
from vcenter_pipeline.model.units import named, to_count, to_flag, to_instant, to_name, to_text

_OWN_WORDS: Final = frozenset({"instance", "guests"})
"""Keys under which the modules return machines; other modules, of clouds, use them as well."""

_OF_A_MACHINE_TOO: Final = (
    "config.uuid",
    "config.name",
    "config.annotation",
    "config.version",
    "config.createDate",
    "summary.quickStats",
    "summary.storage",
    "summary.overallStatus",
    "runtime.powerState",
    "runtime.connectionState",
    "runtime.bootTime",
    "summary.runtime.powerState",
    "summary.runtime.connectionState",
)
"""Properties that other objects have as well, like `STATES`."""

_SYSTEM_OWNERS: Final = {"com.vmware.vcDr": "placeholderVm", "com.vmware.vim.eam": "cluster-agent"}
"""Site Recovery Manager's stand-ins, and the vCLS agents: what manages them, and as what."""

_FIELDS: Final[tuple[tuple[str, Callable[[object], object], tuple[str, ...]], ...]] = (
    ("instance_uuid", to_uuid, ("config.instanceUuid", "summary.config.instanceUuid")),
    ("bios_uuid", to_uuid, ("config.uuid", "summary.config.uuid")),
    ("power_state", to_power_state, ("runtime.powerState", "summary.runtime.powerState")),
    ("guest_os", to_text, ("config.guestFullName", "summary.config.guestFullName")),
    ("cpu_count", to_count, ("config.hardware.numCPU", "summary.config.numCpu")),
    ("memory_mib", to_count, ("config.hardware.memoryMB", "summary.config.memorySizeMB")),
    ("cores_per_socket", to_count, ("config.hardware.numCoresPerSocket",)),
    ("committed_bytes", to_count, ("summary.storage.committed",)),
    ("is_template", to_flag, ("config.template", "summary.config.template")),
    ("annotation", to_text, ("config.annotation", "summary.config.annotation")),
    ("guest_os_reported", to_text, ("guest.guestFullName", "summary.guest.guestFullName")),
    ("guest_hostname", to_text, ("guest.hostName", "summary.guest.hostName")),
    ("tools_status", to_tools_status, ("guest.toolsStatus", "summary.guest.toolsStatus")),
    (
        "tools_running_status",
        to_tools_running_status,
        ("guest.toolsRunningStatus", "summary.guest.toolsRunningStatus"),
    ),
    (
        "tools_version_status",
        to_text,
        (
            "guest.toolsVersionStatus2",
            "summary.guest.toolsVersionStatus2",
            "guest.toolsVersionStatus",
            "summary.guest.toolsVersionStatus",
        ),
    ),
    ("tools_version", to_tools_version, ("guest.toolsVersion", "config.tools.toolsVersion")),
    ("hardware_version", to_text, ("config.version", "summary.config.hwVersion", "guest.hwVersion")),
    ("connection_state", to_vm_connection_state, ("runtime.connectionState", "summary.runtime.connectionState")),
    ("overall_status", to_overall_status, ("overallStatus", "summary.overallStatus")),
    ("is_consolidation_needed", to_flag, ("runtime.consolidationNeeded", "summary.runtime.consolidationNeeded")),
    ("booted_at", to_instant, ("runtime.bootTime", "summary.runtime.bootTime")),
    ("created_at", to_created_at, ("config.createDate", "summary.config.createDate")),
    ("esxi_host_moid", to_reference_moid, ("runtime.host", "summary.runtime.host")),
)

_CONTENT_PATHS: Final = (
    "name",
    "config.name",
    "moid",
    *(path for field, _, paths in _FIELDS if field != "annotation" for path in paths),
    "guest.ipAddress",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item holds properties of a virtual machine."""
    if "hw_name" in item or "guest_name" in item or around.key in {"hostvars", "hosts"}:
        return Sureness.NO
    found = to_type(item)
    if found is not None:
        has_more = found == MACHINE and any(key in item for key in (*TOP, *STATES, *MOID_KEYS))
        return Sureness.SURE if has_more else Sureness.NO
    if around.key not in _OWN_WORDS:
        return Sureness.NO
    if (_to_string(item, "_moId") or "").startswith("vm-"):
        return Sureness.SURE
    is_one = any(key in item for key in STATES) or any(has_property(item, path) for path in _OF_A_MACHINE_TOO)
    return Sureness.LIKELY if is_one else Sureness.NO


def _to_string(item: Item, key: str) -> str | None:
    value = to_unwrapped(item.get(key))
    return value if isinstance(value, str) else None


def parse_properties(item: Item, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn the properties of one machine into a record, which has only what they say of its identity.

    Raises:
        ValueError: a value of the virtual machine itself cannot be meant; the message names its path.
    """
    values: dict[str, Any] = {field: to_first(item, convert, *paths) for field, convert, paths in _FIELDS}
    name = to_own_name(item)
    devices = to_devices(item, spoilt)
    snapshots = to_snapshot_tree(item, spoilt)
    told_ip = to_property(item, "guest.ipAddress") or to_property(item, "summary.guest.ipAddress")
    uncommitted = to_first(item, to_count, "summary.storage.uncommitted")
    committed = values["committed_bytes"]
    return virtual_machine(
        **values,
        name=name,
        moid=to_own_moid(item),
        primary_ip=named("guest.ipAddress", lambda told: to_primary_ip(told, devices.nics), told_ip),
        nic_count=devices.nic_count,
        disk_count=devices.disk_count,
        provisioned_bytes=None if committed is None or uncommitted is None else committed + uncommitted,
        is_system=_is_system(item, name),
        snapshot_count=snapshots.total,
        oldest_snapshot_at=snapshots.oldest_at,
        nics=devices.nics,
        datastores=to_datastores(to_plain(to_property(item, "config.datastoreUrl")), spoilt),
        attributes=to_property_attributes(item, spoilt),
        disks=devices.disks,
        guest_disks=to_guest_disks(item, spoilt),
        snapshots=snapshots.records,
    )


def to_own_name(item: Item) -> str | None:
    """Give the machine's name; beside an `identity` that has a name as well, the item's `name` is that one."""
    told = ("config.name", "summary.config.name", "vmware_inventory_name")
    return to_first(item, to_name, *told, *(() if has_property(item, "identity.name") else ("name",)))


def to_own_moid(item: Item) -> str | None:
    """Give the machine's managed object id, where its properties tell it."""
    for key in (*REFERENCE_KEYS, *MOID_KEYS):
        moid = to_first(item, to_reference_moid, key)
        if moid is not None:
            return moid
    return to_first(item, to_reference_moid, "summary.vm")


def _is_system(item: Item, name: str | None) -> bool | None:
    owner, role = (
        to_first(item, to_text, f"config.managedBy.{key}", f"summary.config.managedBy.{key}")
        for key in ("extensionKey", "type")
    )
    if owner is not None and role in {None, _SYSTEM_OWNERS.get(owner)} and owner in _SYSTEM_OWNERS:
        return True
    return is_system_name(name)


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn the properties of one machine, and what stands around them, into a record.

    Raises:
        ValueError: a value of the virtual machine itself cannot be meant, or nothing says which machine it is.
    """
    return to_identified(parse_properties(item, spoilt), to_asked(around))


def to_alarms_of(item: Item, around: Surroundings) -> Iterator[tuple[Kind, Record]]:
    """Give the alarms of one machine.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    asked = to_asked(around)
    return to_alarms(item, MACHINE, to_own_moid(item) or asked.moid, to_own_name(item) or asked.name)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no settings of the machine, no free text."""
    values = ((path, to_property(item, path)) for path in _CONTENT_PATHS if has_property(item, path))
    return to_content(values)


SHAPE: Final = Shape(
    name="vmware_guest_info_vsphere",
    kind="virtual_machines",
    meaning="properties of virtual machines",
    forms=frozenset({"object", "list"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_guest_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}", '
        "schema: vsphere, properties: [name, config.instanceUuid, config.hardware, guest, snapshot]}, in a loop over "
        "virtual_machines"
    ),
    cannot_tell="What is not among the chosen properties; host, cluster, datacenter, folder and resource pool by name.",
    is_inventory=False,
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_guest_info_alarms",
    meaning="properties of virtual machines, with their alarms",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    written_by=(
        'community.vmware.vmware_guest_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}", '
        "schema: vsphere, properties: [name, config.instanceUuid, overallStatus, triggeredAlarmState]}, in a loop over "
        "virtual_machines"
    ),
    cannot_tell="What is not among the chosen properties; the names of the alarms; alarms of all but machines.",
)
"""Of its own, because only a report that asked for the alarms says something by giving none."""
