"""Columns of what virtual machines run on: hosts, clusters, datastores, pools, datacenters, vCenters."""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.fields import (
    Count,
    Flag,
    Instant,
    Text,
    count,
    flag,
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
)

_NO_LIMIT = "null where it is unlimited or not known"


class _EsxiHost(DeclaredTable):
    esxi_host_key: Series[Text] = object_key("ESXi Host Key", "the host's name, or its moid")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("ESXi Host", "The name or address under which it was added to the vCenter.")
    moid: Series[Text] = text("ESXi Host Moid", "vSphere's managed object id: host-25.")
    hardware_uuid: Series[Text] = text("Hardware UUID", "The uuid of the machine's BIOS.")
    cluster: Series[Text] = text("Cluster", "Its cluster; null outside any.")
    datacenter: Series[Text] = text("Datacenter", "The datacenter object in the inventory.")
    connection_state: Series[Text] = one_of(
        "Host Connection", "Whether vCenter reaches it.", vocabulary.HOST_CONNECTION_STATES
    )
    is_in_maintenance: Series[Flag] = flag("In Maintenance", "Whether it is in maintenance mode.")
    power_state: Series[Text] = one_of("Host Power State", "Whether it runs.", vocabulary.HOST_POWER_STATES)
    overall_status: Series[Text] = one_of("Host Status", "The colour of the host.", vocabulary.OVERALL_STATUSES)
    version: Series[Text] = text("ESXi Version", "8.0.2.")
    build: Series[Text] = text("ESXi Build", "The number of the build.")
    vendor: Series[Text] = text("Vendor", "Who made the machine.")
    model: Series[Text] = text("Model", "Which one it is.")
    serial_number: Series[Text] = text("Serial Number", "The machine's serial number.")
    cpu_model: Series[Text] = text("CPU Model", "The processor's name.")
    cpu_socket_count: Series[Count] = count("CPU Sockets", "Processors.", unit="sockets")
    cpu_core_count: Series[Count] = count("CPU Cores", "Cores of all processors.", unit="cores")
    cpu_thread_count: Series[Count] = count("CPU Threads", "Threads of all cores.", unit="threads")
    cpu_mhz: Series[Count] = count("Core MHz", "The speed of one core.", unit="MHz")
    cpu_total_mhz: Series[Count] = count("CPU MHz", "Of all cores.", unit="MHz")
    cpu_used_mhz: Series[Count] = count("CPU Used MHz", "In use.", unit="MHz")
    memory_mib: Series[Count] = count("Host Memory MiB", "Installed memory.", unit="MiB")
    memory_used_mib: Series[Count] = count("Host Memory Used MiB", "In use.", unit="MiB")
    uptime_seconds: Series[Count] = count("Uptime Seconds", "Since it booted.", unit="seconds")
    booted_at: Series[Instant] = instant("Host Booted", "When it booted.")
    license_core_count: Series[Count] = count(
        "License Cores",
        "What VMware counts for a license: 16 cores a socket, or as many as it has if they are more.",
        unit="cores",
    )
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class DimEsxiHost(_EsxiHost):
    """An ESXi host as the newest reports describe it."""

    cluster_key: Series[Text] = object_key("Cluster Key", "the cluster's moid or name", nullable=True)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["esxi_host_key"]


class EsxiHosts(_EsxiHost):
    """An ESXi host as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "esxi_host_key"]


class DimCluster(DeclaredTable):
    """A cluster as the newest reports describe it."""

    cluster_key: Series[Text] = object_key("Cluster Key", "the cluster's moid; without one its datacenter and name")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("Cluster", "The cluster's name.")
    moid: Series[Text] = text("Cluster Moid", "vSphere's managed object id: domain-c15.")
    datacenter: Series[Text] = text("Datacenter", "The datacenter object in the inventory.")
    overall_status: Series[Text] = one_of("Cluster Status", "The colour of the cluster.", vocabulary.OVERALL_STATUSES)
    is_ha_enabled: Series[Flag] = flag("HA Enabled", "Whether vSphere HA is on.")
    is_drs_enabled: Series[Flag] = flag("DRS Enabled", "Whether DRS is on.")
    drs_behavior: Series[Text] = one_of("DRS Behavior", "How far DRS goes by itself.", vocabulary.DRS_BEHAVIORS)
    is_vsan_enabled: Series[Flag] = flag("vSAN Enabled", "Whether vSAN is on.")
    is_admission_control_enabled: Series[Flag] = flag("Admission Control", "Whether HA's admission control is on.")
    ha_failover_level: Series[Count] = count("HA Failover Level", "Hosts whose failure HA provides for.", unit="hosts")
    host_count: Series[Count] = count("Hosts", "Hosts in the cluster.", unit="hosts")
    cpu_total_mhz: Series[Count] = count("Cluster CPU MHz", "Of all hosts.", unit="MHz")
    cpu_used_mhz: Series[Count] = count("Cluster CPU Used MHz", "In use.", unit="MHz")
    memory_mib: Series[Count] = count("Cluster Memory MiB", "Of all hosts.", unit="MiB")
    memory_used_mib: Series[Count] = count("Cluster Memory Used MiB", "In use.", unit="MiB")
    storage_bytes: Series[Count] = count("Cluster Storage Bytes", "Of the datastores that it reaches.", unit="bytes")
    storage_used_bytes: Series[Count] = count("Cluster Storage Used Bytes", "In use.", unit="bytes")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["cluster_key"]


class Clusters(DimCluster):
    """A cluster as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "cluster_key"]


class DimDatastore(DeclaredTable):
    """A datastore as the newest reports describe it."""

    datastore_key: Series[Text] = object_key("Datastore Key", "the datastore's URL; without one its moid, or its name")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("Datastore", "The datastore's name.")
    moid: Series[Text] = text("Datastore Moid", "vSphere's managed object id: datastore-1015.")
    url: Series[Text] = text("Datastore URL", "Its path on the host: /vmfs/volumes/x.")
    datacenter: Series[Text] = text("Datacenter", "The datacenter object in the inventory.")
    type: Series[Text] = text("Datastore Type", "VMFS, NFS, vsan …")
    capacity_bytes: Series[Count] = count("Capacity Bytes", "Its size.", unit="bytes")
    free_bytes: Series[Count] = count("Free Bytes", "What is free of it.", unit="bytes")
    uncommitted_bytes: Series[Count] = count("Uncommitted Bytes", "What thin disks may still take.", unit="bytes")
    provisioned_bytes: Series[Count] = count(
        "Datastore Provisioned Bytes", "What is used, and what thin disks may still take.", unit="bytes"
    )
    is_accessible: Series[Flag] = flag("Is Accessible", "Whether any host reaches it.")
    maintenance_mode: Series[Text] = one_of(
        "Maintenance Mode", "Whether it is being emptied.", vocabulary.MAINTENANCE_MODES
    )
    has_multiple_host_access: Series[Flag] = flag("Multiple Host Access", "Whether several hosts reach it.")
    datastore_cluster: Series[Text] = text("Datastore Cluster", "Its datastore cluster; null outside any.")
    overall_status: Series[Text] = one_of(
        "Datastore Status", "The colour of the datastore.", vocabulary.OVERALL_STATUSES
    )
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["datastore_key"]


class Datastores(DimDatastore):
    """A datastore as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "datastore_key"]


class DimResourcePool(DeclaredTable):
    """A resource pool as the newest reports describe it."""

    resource_pool_key: Series[Text] = object_key(
        "Resource Pool Key", "the pool's moid; without one its owner and its name"
    )
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("Resource Pool", "The pool's name; the root pool of every owner is called Resources.")
    moid: Series[Text] = text("Resource Pool Moid", "vSphere's managed object id: resgroup-35.")
    owner: Series[Text] = text("Pool Owner", "The cluster or the host that it divides.")
    overall_status: Series[Text] = one_of("Pool Status", "The colour of the pool.", vocabulary.OVERALL_STATUSES)
    cpu_limit_mhz: Series[Count] = count("CPU Limit MHz", f"What it may take; {_NO_LIMIT}.", unit="MHz")
    cpu_reservation_mhz: Series[Count] = count("CPU Reservation MHz", "What it is sure of.", unit="MHz")
    cpu_shares: Series[Count] = count("CPU Shares", "Its weight among its siblings.", unit="shares")
    cpu_shares_level: Series[Text] = one_of("CPU Shares Level", "How they were set.", vocabulary.SHARES_LEVELS)
    is_cpu_expandable: Series[Flag] = flag("CPU Expandable", "Whether it may borrow reservation from its parent.")
    cpu_used_mhz: Series[Count] = count("Pool CPU Used MHz", "In use.", unit="MHz")
    memory_limit_mib: Series[Count] = count("Memory Limit MiB", f"What it may take; {_NO_LIMIT}.", unit="MiB")
    memory_reservation_mib: Series[Count] = count("Memory Reservation MiB", "What it is sure of.", unit="MiB")
    memory_shares: Series[Count] = count("Memory Shares", "Its weight among its siblings.", unit="shares")
    memory_shares_level: Series[Text] = one_of("Memory Shares Level", "How they were set.", vocabulary.SHARES_LEVELS)
    is_memory_expandable: Series[Flag] = flag("Memory Expandable", "Whether it may borrow reservation from its parent.")
    memory_used_bytes: Series[Count] = count("Pool Memory Used Bytes", "In use.", unit="bytes")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["resource_pool_key"]


class ResourcePools(DimResourcePool):
    """A resource pool as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "resource_pool_key"]


class DimDatacenter(DeclaredTable):
    """A datacenter object as the newest reports describe it."""

    datacenter_key: Series[Text] = object_key("Datacenter Key", "the datacenter's moid, or its name")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("Datacenter", "The datacenter's name.")
    moid: Series[Text] = text("Datacenter Moid", "vSphere's managed object id: datacenter-1.")
    overall_status: Series[Text] = one_of(
        "Datacenter Status", "The colour of the datacenter.", vocabulary.OVERALL_STATUSES
    )
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["datacenter_key"]


class Datacenters(DimDatacenter):
    """A datacenter object as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "datacenter_key"]


class DimVcenter(DeclaredTable):
    """A vCenter as the newest reports describe it."""

    vcenter_key: Series[Text] = text(
        "vCenter Key", "client/environment, and the vCenter where the source has several.", nullable=False
    )
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    instance_uuid: Series[Text] = text("vCenter UUID", "The uuid of this installation.")
    host_name: Series[Text] = text("vCenter Host", "The name or address under which it was asked.")
    name: Series[Text] = text("Product", "VMware vCenter Server, or VMware ESXi where a host was asked itself.")
    full_name: Series[Text] = text("Product Full Name", "With version and build.")
    version: Series[Text] = text("vCenter Version", "8.0.2.")
    build: Series[Text] = text("vCenter Build", "The number of the build.")
    api_version: Series[Text] = text("API Version", "8.0.2.0.")
    api_type: Series[Text] = text("API Type", "VirtualCenter, or HostAgent.")
    os_type: Series[Text] = text("vCenter OS", "linux-x64 …")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["vcenter_key"]


class Vcenters(DimVcenter):
    """A vCenter as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "vcenter_key"]
