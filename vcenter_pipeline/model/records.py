"""What formats produce: one frozen record per thing that a report names.

A record knows nothing of its source, its report or its keys; `tables` adds those.
Named tuples, because a column of 100,000 records is then one `zip(*records)` away.
None means that the report does not say; it never means zero, false or empty.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple


class VmNic(NamedTuple):
    """One address of one network adapter; an adapter without addresses has one record without."""

    mac_address: str
    """Lower case, separated by colons."""
    address: str | None
    prefix_length: int | None
    family: str | None
    """`ipv4` or `ipv6`."""


class VmDatastore(NamedTuple):
    """One datastore that holds files of the virtual machine."""

    name: str | None
    url: str | None
    """`/vmfs/volumes/x`, without scheme and without a slash at the end."""


class VmAttribute(NamedTuple):
    """One tag or custom attribute of a virtual machine."""

    kind: str
    """`tag` or `custom_attribute`."""
    category: str | None
    """A tag's category; null for a custom attribute."""
    name: str
    value: str | None
    """A custom attribute's value; null for a tag."""


class VmDisk(NamedTuple):
    """One virtual disk. Source: the vSphere API type `VirtualDisk`."""

    label: str | None
    """`Hard disk 1`; unique in its virtual machine."""
    device_key: int | None
    """vSphere's key of the device, unique in its virtual machine: 2000."""
    capacity_bytes: int | None
    datastore_name: str | None
    file_path: str | None
    """`[datastore1] web01/web01.vmdk`."""
    disk_mode: str | None
    """`persistent`, `independent_persistent` …"""
    backing_type: str | None
    """`FlatVer2`, `RawDiskMappingVer1` …"""
    is_thin: bool | None
    controller_type: str | None
    """`paravirtual`, `lsilogic`, `SATA` …"""
    unit_number: int | None
    disk_uuid: str | None


class GuestDisk(NamedTuple):
    """One file system as VMware Tools report it. Source: the vSphere API type `GuestDiskInfo`."""

    disk_path: str
    """`C:\\`, `/var`."""
    capacity_bytes: int | None
    free_bytes: int | None


class VmSnapshot(NamedTuple):
    """One snapshot of a virtual machine that is known. Source: the vSphere API type `VirtualMachineSnapshotTree`."""

    name: str | None
    description: str | None
    snapshot_id: int | None
    """vSphere's number of the snapshot, unique in its virtual machine."""
    created_at: datetime | None
    power_state: str | None
    """Of the virtual machine when it was taken."""
    is_quiesced: bool | None
    is_current: bool | None
    """Whether the virtual machine runs on it; null where the report does not say."""


class NamedSnapshot(NamedTuple):
    """One snapshot of which only the virtual machine's name is known: `vmware_all_snapshots_info`."""

    vm_name: str | None
    vm_folder: str | None
    """The last part of the folder's path only, as the module writes it: `vm`, `Produktion`."""
    name: str | None
    description: str | None
    snapshot_id: int | None
    created_at: datetime | None
    power_state: str | None
    is_quiesced: bool | None
    is_current: bool | None


class VirtualMachine(NamedTuple):
    """One virtual machine as one report describes it.

    Sources: `community.vmware.vmware_vm_info`; the vSphere API type `VirtualMachine`.
    `virtual_machine()` makes one of the few values that a shape has.
    """

    name: str | None
    moid: str | None
    instance_uuid: str | None
    bios_uuid: str | None
    power_state: str | None
    guest_os: str | None
    cpu_count: int | None
    memory_mib: int | None
    storage_bytes: int | None
    """The capacity of its virtual disks, which is what `allocated.storage` of the module adds up."""
    primary_ip: str | None
    nic_count: int | None
    esxi_host: str | None
    cluster: str | None
    datacenter: str | None
    folder: str | None
    resource_pool: str | None
    is_template: bool | None
    is_system: bool | None
    annotation: str | None
    guest_os_reported: str | None
    """The full name of the guest operating system as VMware Tools report it."""
    guest_hostname: str | None
    """The guest's own host name, as VMware Tools report it."""
    tools_status: str | None
    """`toolsOk`, `toolsOld`, `toolsNotRunning`, `toolsNotInstalled`: vSphere's `GuestInfo.toolsStatus`."""
    tools_running_status: str | None
    """`guestToolsRunning` …: vSphere's `GuestInfo.toolsRunningStatus`."""
    tools_version_status: str | None
    """`guestToolsCurrent` …: vSphere's `GuestInfo.toolsVersionStatus2`."""
    tools_version: str | None
    hardware_version: str | None
    """`vmx-19`."""
    cores_per_socket: int | None
    connection_state: str | None
    """`connected`, `disconnected`, `orphaned`, `inaccessible`, `invalid`."""
    overall_status: str | None
    snapshot_count: int | None
    oldest_snapshot_at: datetime | None
    is_consolidation_needed: bool | None
    disk_count: int | None
    provisioned_bytes: int | None
    """Committed and uncommitted storage: vSphere's `VirtualMachineStorageSummary`."""
    booted_at: datetime | None
    created_at: datetime | None
    esxi_host_moid: str | None
    committed_bytes: int | None
    """What its files take on the datastores."""
    nics: tuple[VmNic, ...]
    datastores: tuple[VmDatastore, ...]
    attributes: tuple[VmAttribute, ...]
    disks: tuple[VmDisk, ...]
    guest_disks: tuple[GuestDisk, ...]
    snapshots: tuple[VmSnapshot, ...]


_PARTS: Final = frozenset({"nics", "datastores", "attributes", "disks", "guest_disks", "snapshots"})

_NOTHING_OF_A_VIRTUAL_MACHINE: Final = VirtualMachine._make(
    () if field in _PARTS else None for field in VirtualMachine._fields
)


def virtual_machine(**values: Any) -> VirtualMachine:  # noqa: ANN401 - each goes to the field of its name
    """Make a record of the values that a report has; all others are unknown.

    Raises:
        ValueError: there is no such field.
    """
    return _NOTHING_OF_A_VIRTUAL_MACHINE._replace(**values)


class TriggeredAlarm(NamedTuple):
    """One alarm that stands on one entity.

    Source: the vSphere API type `AlarmState`, with the name and description of its `AlarmInfo`.
    """

    alarm_name: str | None
    description: str | None
    alarm_moid: str | None
    entity_type: str | None
    """The vSphere type without prefix: `VirtualMachine`, `HostSystem`, `Datastore` …"""
    entity_name: str | None
    entity_moid: str | None
    overall_status: str | None
    triggered_at: datetime | None
    is_acknowledged: bool | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    triggered_at_text: str | None = None
    """The time as the report wrote it, only where it names no zone."""


class EsxiHost(NamedTuple):
    """One ESXi host. Sources: `community.vmware.vmware_host_facts`; the vSphere API type `HostSystem`."""

    name: str | None = None
    """As it was added to the vCenter: a host name or an address."""
    moid: str | None = None
    """`host-25`."""
    hardware_uuid: str | None = None
    cluster: str | None = None
    datacenter: str | None = None
    connection_state: str | None = None
    """`connected`, `disconnected`, `notResponding`."""
    is_in_maintenance: bool | None = None
    power_state: str | None = None
    """`poweredOn`, `poweredOff`, `standBy`, `unknown`."""
    overall_status: str | None = None
    version: str | None = None
    """`8.0.2`."""
    build: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    cpu_model: str | None = None
    cpu_socket_count: int | None = None
    cpu_core_count: int | None = None
    """Of all sockets."""
    cpu_thread_count: int | None = None
    cpu_mhz: int | None = None
    """The speed of one core."""
    cpu_total_mhz: int | None = None
    """Of all cores."""
    cpu_used_mhz: int | None = None
    memory_mib: int | None = None
    memory_used_mib: int | None = None
    uptime_seconds: int | None = None
    booted_at: datetime | None = None


class Cluster(NamedTuple):
    """One cluster. Sources: `vmware_cluster_info`; the vSphere API type `ClusterComputeResource`."""

    name: str | None = None
    moid: str | None = None
    """`domain-c15`."""
    datacenter: str | None = None
    overall_status: str | None = None
    is_ha_enabled: bool | None = None
    is_drs_enabled: bool | None = None
    drs_behavior: str | None = None
    """`fullyAutomated`, `partiallyAutomated`, `manual`: vSphere's `DrsBehavior`."""
    is_vsan_enabled: bool | None = None
    is_admission_control_enabled: bool | None = None
    ha_failover_level: int | None = None
    host_count: int | None = None
    cpu_total_mhz: int | None = None
    cpu_used_mhz: int | None = None
    memory_mib: int | None = None
    memory_used_mib: int | None = None
    storage_bytes: int | None = None
    storage_used_bytes: int | None = None


class Datastore(NamedTuple):
    """One datastore. Sources: `vmware_datastore_info`; the vSphere API type `DatastoreSummary`."""

    name: str | None = None
    moid: str | None = None
    """`datastore-1015`."""
    url: str | None = None
    """`/vmfs/volumes/x`, without scheme and without a slash at the end."""
    datacenter: str | None = None
    type: str | None = None
    """`VMFS`, `NFS`, `vsan` …"""
    capacity_bytes: int | None = None
    free_bytes: int | None = None
    uncommitted_bytes: int | None = None
    """What thin disks may still grow by."""
    provisioned_bytes: int | None = None
    """Capacity less free, plus uncommitted."""
    is_accessible: bool | None = None
    maintenance_mode: str | None = None
    """`normal`, `enteringMaintenance`, `inMaintenance`."""
    has_multiple_host_access: bool | None = None
    datastore_cluster: str | None = None
    overall_status: str | None = None


class ResourcePool(NamedTuple):
    """One resource pool. Sources: `vmware_resource_pool_info`; the vSphere API type `ResourcePool`."""

    name: str | None = None
    moid: str | None = None
    owner: str | None = None
    """The cluster or the host that it divides."""
    overall_status: str | None = None
    cpu_limit_mhz: int | None = None
    """Null where it is unlimited, which vSphere writes as -1; so in the other limits."""
    cpu_reservation_mhz: int | None = None
    cpu_shares: int | None = None
    cpu_shares_level: str | None = None
    is_cpu_expandable: bool | None = None
    cpu_used_mhz: int | None = None
    memory_limit_mib: int | None = None
    memory_reservation_mib: int | None = None
    memory_shares: int | None = None
    memory_shares_level: str | None = None
    is_memory_expandable: bool | None = None
    memory_used_bytes: int | None = None


class Datacenter(NamedTuple):
    """One datacenter object. Source: `vmware_datacenter_info`."""

    name: str | None = None
    moid: str | None = None
    overall_status: str | None = None


class VCenter(NamedTuple):
    """One vCenter, or an ESXi host that was asked itself. Sources: `vmware_about_info`; vSphere's `AboutInfo`."""

    instance_uuid: str | None = None
    host_name: str | None = None
    """Under which it was asked, where the report says so."""
    name: str | None = None
    """The product: `VMware vCenter Server`."""
    full_name: str | None = None
    """With version and build."""
    version: str | None = None
    build: str | None = None
    api_version: str | None = None
    api_type: str | None = None
    """`VirtualCenter`, or `HostAgent` of an ESXi host."""
    os_type: str | None = None


Record = (
    VirtualMachine
    | TriggeredAlarm
    | EsxiHost
    | Cluster
    | Datastore
    | ResourcePool
    | Datacenter
    | VCenter
    | NamedSnapshot
)
