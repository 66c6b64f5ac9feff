"""Columns of virtual machines, of what belongs to one, and of alarms.

What Power BI reads and what the database holds differ in few columns: the database numbers the collections of a
report, and the published tables refer to each other.
"""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.fields import (
    MAC_ADDRESS,
    UUID,
    Count,
    Flag,
    Instant,
    Text,
    count,
    flag,
    free_text,
    instant,
    one_of,
    text,
)
from vcenter_pipeline.model.shared_columns import (
    DeclaredTable,
    client,
    collected_at,
    collection,
    environment,
    object_key,
    report,
    vcenter,
    virtual_machine_key,
)


class _VirtualMachine(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("VM", "The name in the inventory; neither unique nor stable.")
    moid: Series[Text] = text("VM Moid", "vSphere's managed object id, unique in one vCenter: vm-191.")
    instance_uuid: Series[Text] = text("Instance UUID", "vCenter's own uuid of the virtual machine.", str_matches=UUID)
    bios_uuid: Series[Text] = text("BIOS UUID", "The uuid that the guest sees; clones may share it.", str_matches=UUID)
    power_state: Series[Text] = one_of("Power State", "Whether it runs.", vocabulary.POWER_STATES)
    guest_os: Series[Text] = text("Guest OS", "The guest operating system as configured.")
    cpu_count: Series[Count] = count("vCPUs", "Virtual processors.", unit="vCPU")
    memory_mib: Series[Count] = count("Memory MiB", "Configured memory.", unit="MiB")
    storage_bytes: Series[Count] = count("Storage Bytes", "The capacity of its virtual disks.", unit="bytes")
    primary_ip: Series[Text] = text(
        "Primary IP", "The address that VMware Tools report first, unless the guest has a better reachable one."
    )
    nic_count: Series[Count] = count("NICs", "Network adapters.", unit="adapters")
    esxi_host: Series[Text] = text("ESXi Host", "The host that it runs on, or last ran on.")
    cluster: Series[Text] = text("Cluster", "The cluster of that host; null on a host outside any cluster.")
    datacenter: Series[Text] = text("Datacenter", "The datacenter object in the inventory.")
    folder: Series[Text] = text("Folder", "The path of the inventory folder.")
    resource_pool: Series[Text] = text("Resource Pool", "The resource pool or vApp.")
    is_template: Series[Flag] = flag("Is Template", "Whether it is a template; null where the report does not say.")
    is_system: Series[Flag] = flag(
        "Is System", "Whether vSphere runs it for itself: vCLS agents, placeholders of Site Recovery Manager."
    )
    annotation: Series[Text] = free_text("Annotation", "The notes of the virtual machine.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()
    guest_os_reported: Series[Text] = text("Guest OS Reported", "The guest operating system as VMware Tools report it.")
    guest_hostname: Series[Text] = text("Guest Host Name", "The guest's own host name, as VMware Tools report it.")
    tools_status: Series[Text] = one_of("Tools Status", "State of VMware Tools.", vocabulary.TOOLS_STATUSES)
    tools_running_status: Series[Text] = one_of(
        "Tools Running Status", "Whether VMware Tools run.", vocabulary.TOOLS_RUNNING_STATUSES
    )
    tools_version_status: Series[Text] = text(
        "Tools Version Status", "Whether VMware Tools are current: guestToolsCurrent, guestToolsNeedUpgrade …"
    )
    tools_version: Series[Text] = text("Tools Version", "The version of VMware Tools, as vSphere numbers it.")
    hardware_version: Series[Text] = text("Hardware Version", "The version of the virtual hardware: vmx-19.")
    cores_per_socket: Series[Count] = count("Cores per Socket", "Virtual cores of a virtual socket.", unit="cores")
    connection_state: Series[Text] = one_of(
        "VM Connection", "Whether the host can reach its files.", vocabulary.VM_CONNECTION_STATES
    )
    overall_status: Series[Text] = one_of(
        "VM Status", "The colour of the virtual machine.", vocabulary.OVERALL_STATUSES
    )
    snapshot_count: Series[Count] = count("Snapshots", "Snapshots of it; null where no report says.", unit="snapshots")
    oldest_snapshot_at: Series[Instant] = instant("Oldest Snapshot", "When the oldest of them was taken.")
    is_consolidation_needed: Series[Flag] = flag("Needs Consolidation", "Whether its disks need consolidation.")
    disk_count: Series[Count] = count("Disks", "Virtual disks.", unit="disks")
    provisioned_bytes: Series[Count] = count(
        "Provisioned Bytes", "What its files take on the datastores, and what thin disks may still take.", unit="bytes"
    )
    booted_at: Series[Instant] = instant("Booted", "When it was last powered on.")
    created_at: Series[Instant] = instant("Created", "When it was created.")
    esxi_host_moid: Series[Text] = text("ESXi Host Moid", "The managed object id of the host.")
    committed_bytes: Series[Count] = count("Committed Bytes", "What its files take on the datastores.", unit="bytes")


class DimVirtualMachine(_VirtualMachine):
    """A virtual machine as the newest reports describe it."""

    esxi_host_key: Series[Text] = object_key("ESXi Host Key", "the host's name", nullable=True)
    cluster_key: Series[Text] = object_key("Cluster Key", "the cluster's moid or name", nullable=True)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key"]


class VirtualMachines(_VirtualMachine):
    """A virtual machine as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key"]


class _VmNic(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    mac_address: Series[Text] = text("MAC Address", "Lower case, with colons.", nullable=False, str_matches=MAC_ADDRESS)
    address: Series[Text] = text("IP Address", "Null for an adapter without addresses.")
    prefix_length: Series[Count] = count("Prefix Length", "Bits of the network part.", unit="bits")
    family: Series[Text] = one_of("IP Family", "Which kind of address.", vocabulary.ADDRESS_FAMILIES)
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class BridgeVmNic(_VmNic):
    """An address of a virtual machine's network adapter; an adapter without addresses has one row."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key", "mac_address", "address"]


class VmNics(_VmNic):
    """An address of a virtual machine's network adapter; an adapter without addresses has one row."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key", "mac_address", "address"]


class _VmDatastore(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    datastore_name: Series[Text] = text("Datastore", "The datastore's name.")
    datastore_url: Series[Text] = text("Datastore URL", "Its path on the host: /vmfs/volumes/x.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class BridgeVmDatastore(_VmDatastore):
    """A datastore that holds files of a virtual machine."""

    datastore_key: Series[Text] = object_key(
        "Datastore Key", "the datastore's URL, moid or name; null when it is not known", nullable=True
    )

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key", "datastore_name", "datastore_url"]


class VmDatastores(_VmDatastore):
    """A datastore that holds files of a virtual machine."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key", "datastore_name", "datastore_url"]


class _VmAttribute(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    kind: Series[Text] = one_of("Attribute Kind", "What it is.", vocabulary.ATTRIBUTE_KINDS, nullable=False)
    category: Series[Text] = text("Tag Category", "A tag's category; null for a custom attribute.")
    name: Series[Text] = text("Attribute", "The tag's or the attribute's name.", nullable=False)
    value: Series[Text] = free_text("Attribute Value", "A custom attribute's value; null for a tag.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class BridgeVmAttribute(_VmAttribute):
    """A tag or custom attribute of a virtual machine."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key", "kind", "category", "name"]


class VmAttributes(_VmAttribute):
    """A tag or custom attribute of a virtual machine."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key", "kind", "category", "name"]


class _VmDisk(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    label: Series[Text] = text("Disk", "The disk's label, unique in its virtual machine: Hard disk 1.")
    device_key: Series[Count] = count("Device Key", "vSphere's key of the device in its virtual machine.")
    capacity_bytes: Series[Count] = count("Disk Capacity Bytes", "The size that the guest sees.", unit="bytes")
    datastore_name: Series[Text] = text("Disk Datastore", "The datastore that holds it.")
    file_path: Series[Text] = text("Disk File", "Its file: [datastore1] web01/web01.vmdk.")
    disk_mode: Series[Text] = text("Disk Mode", "persistent, independent_persistent …")
    backing_type: Series[Text] = text("Backing Type", "FlatVer2, RawDiskMappingVer1 …")
    is_thin: Series[Flag] = flag("Is Thin", "Whether it takes its storage as it fills.")
    controller_type: Series[Text] = text("Controller", "What it hangs on: paravirtual, lsilogic, SATA …")
    unit_number: Series[Count] = count("Unit Number", "Its place at the controller.")
    disk_uuid: Series[Text] = text("Disk UUID", "The uuid of its file.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class DimVmDisk(_VmDisk):
    """A virtual disk of a virtual machine."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key", "label", "device_key"]


class VmDisks(_VmDisk):
    """A virtual disk of a virtual machine."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key", "label", "device_key"]


class _VmGuestDisk(DeclaredTable):
    virtual_machine_key: Series[Text] = virtual_machine_key()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    disk_path: Series[Text] = text("File System", "Where the guest has it: C:\\, /var.", nullable=False)
    capacity_bytes: Series[Count] = count("File System Bytes", "Its size.", unit="bytes")
    free_bytes: Series[Count] = count("File System Free Bytes", "What is free of it.", unit="bytes")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class DimVmGuestDisk(_VmGuestDisk):
    """A file system of a virtual machine, as VMware Tools report it."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["virtual_machine_key", "disk_path"]


class VmGuestDisks(_VmGuestDisk):
    """A file system of a virtual machine, as VMware Tools report it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "virtual_machine_key", "disk_path"]
