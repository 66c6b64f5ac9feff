"""Columns of what is derived of several collections: how they differ, how long an alarm stood, each day's numbers.

These rows stay when the collections that they were derived of are thinned.
"""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import alarm_columns, vocabulary
from vcenter_pipeline.model.batches import KINDS
from vcenter_pipeline.model.fields import (
    Count,
    Day,
    Flag,
    Instant,
    Number,
    Text,
    count,
    day,
    flag,
    free_text,
    instant,
    number,
    one_of,
    text,
)
from vcenter_pipeline.model.shared_columns import (
    DeclaredTable,
    client,
    collected_at,
    environment,
    object_key,
    report,
    vcenter,
    virtual_machine_key,
)


class HistorySteps(DeclaredTable):
    """What was derived of a complete collection, and of which others: what is not in it as planned is derived again."""

    report: Series[Text] = report()
    kind: Series[Text] = one_of("Kind", "What the collection lists.", KINDS, nullable=False)
    vcenter: Series[Text] = vcenter()
    product: Series[Text] = one_of("Product", "What was derived.", vocabulary.HISTORY_PRODUCTS, nullable=False)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    collected_at: Series[Instant] = collected_at()
    previous_at: Series[Instant] = instant("Compared With", "When the complete collection before it was collected.")
    oldest_at: Series[Instant] = instant("Oldest", "The time of the oldest collection that was read.", nullable=False)
    basis: Series[Text] = text("Basis", "A digest of which collections were read.", nullable=False)
    is_frozen: Series[Flag] = flag(
        "Is Frozen", "Whether collections that it was derived of are gone, so that it stays.", nullable=False
    )
    row_count: Series[Count] = count("Rows", "Rows derived.", unit="rows", nullable=False)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "kind", "vcenter", "product"]


class _ObjectChange(DeclaredTable):
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    name: Series[Text] = text("Changed Name", "Its name after the change; the last one of what was removed.")
    change: Series[Text] = one_of("Change", "What happened.", vocabulary.CHANGES, nullable=False)
    aspect: Series[Text] = one_of("Aspect", "What of it changed.", vocabulary.ASPECTS, nullable=False)
    column_name: Series[Text] = text("Column", "The column that changed; null for added and removed.")
    old_value: Series[Text] = free_text("Old Value", "What it held before.")
    new_value: Series[Text] = free_text("New Value", "What it holds now.")
    difference: Series[Count] = number("Difference", "How much more it is now; null for what is no number.")
    previous_at: Series[Instant] = instant("Seen Before", "When the last collection without the change was collected.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()
    moid: Series[Text] = text("Changed Moid", "vSphere's managed object id.")


class ObjectChanges(_ObjectChange):
    """A difference between two complete collections that follow each other."""

    kind: Series[Text] = one_of("Kind", "What changed.", KINDS, nullable=False)
    change_number: Series[Count] = count("Change Number", "Counted from 1 in the comparison.", nullable=False)
    object_key: Series[Text] = text(
        "Object Key", "The key; in the database without the source and the vCenter in front.", nullable=False
    )

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "kind", "vcenter", "change_number"]


class _PublishedChange(_ObjectChange):
    changed_on: Series[Day] = day("Changed On", "The day of the collection that shows the change.", nullable=False)
    change_number: Series[Count] = count(
        "Change Number", "Counted from 1 in the comparison of one collection with the one before.", nullable=False
    )


class FactVmChange(_PublishedChange):
    """A virtual machine that was added, removed, or changed: which column, from what, to what."""

    virtual_machine_key: Series[Text] = virtual_machine_key()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "vcenter", "change_number"]
        metadata: ClassVar = {"leading": ("virtual_machine_key", "changed_on")}


class FactEsxiHostChange(_PublishedChange):
    """An ESXi host that was added, removed, or changed."""

    esxi_host_key: Series[Text] = object_key("ESXi Host Key", "the host's name, or its moid")

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "vcenter", "change_number"]
        metadata: ClassVar = {"leading": ("esxi_host_key", "changed_on")}


class FactDatastoreChange(_PublishedChange):
    """A datastore that was added, removed, or changed."""

    datastore_key: Series[Text] = object_key("Datastore Key", "the datastore's URL, moid or name")

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "vcenter", "change_number"]
        metadata: ClassVar = {"leading": ("datastore_key", "changed_on")}


class _AlarmOfHistory(DeclaredTable):
    alarm_key: Series[Text] = object_key("Alarm Key", "the alarm and the entity")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    alarm_name: Series[Text] = alarm_columns.alarm_name()
    alarm_moid: Series[Text] = alarm_columns.alarm_moid()
    entity_type: Series[Text] = alarm_columns.entity_type()
    entity_name: Series[Text] = alarm_columns.entity_name()
    entity_moid: Series[Text] = alarm_columns.entity_moid()
    overall_status: Series[Text] = alarm_columns.overall_status()
    severity: Series[Text] = alarm_columns.severity()
    triggered_at: Series[Instant] = alarm_columns.triggered_at()
    is_acknowledged: Series[Flag] = alarm_columns.is_acknowledged()
    acknowledged_by: Series[Text] = alarm_columns.acknowledged_by()
    acknowledged_at: Series[Instant] = alarm_columns.acknowledged_at()


class AlarmChanges(_AlarmOfHistory):
    """What became of an alarm between two complete collections; it holds the alarm as it was last seen."""

    change: Series[Text] = one_of("Alarm Change", "What happened.", vocabulary.ALARM_CHANGES, nullable=False)
    ending: Series[Text] = one_of("Ending", "How it ended; null while it stands.", vocabulary.ALARM_ENDINGS)
    seen_at: Series[Instant] = instant("Seen", "When the collection that shows it so was collected.", nullable=False)
    cleared_at: Series[Instant] = instant("Cleared", "When it was clear at the latest; null while it stands.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()
    change_number: Series[Count] = count("Change Number", "Counted from 1 in the comparison.", nullable=False)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "vcenter", "change_number"]


class FactAlarmEpisode(_AlarmOfHistory):
    """An alarm from the collection that first shows it to the one that shows it no more."""

    episode: Series[Count] = count("Episode", "Which one of this alarm on this entity, counted from 1.", nullable=False)
    virtual_machine_key: Series[Text] = virtual_machine_key(nullable=True)
    first_seen_at: Series[Instant] = instant("First Seen", "When it was first seen standing.", nullable=False)
    last_seen_at: Series[Instant] = instant("Last Seen", "When it was last seen standing.", nullable=False)
    cleared_at: Series[Instant] = instant(
        "Cleared", "When it was clear: where no report tells, when the first collection without it was collected."
    )
    is_open: Series[Flag] = flag("Is Open", "Whether the newest complete list still shows it.", nullable=False)
    ending: Series[Text] = one_of("Ending", "How it ended; null while it stands.", vocabulary.ALARM_ENDINGS)
    acknowledged_seen_at: Series[Instant] = instant(
        "Seen Acknowledged", "When the first collection that shows it acknowledged was collected."
    )
    open_minutes: Series[Count] = count(
        "Open Minutes", "From when it went off, or was first seen, until it was clear or last seen.", unit="minutes"
    )
    acknowledge_minutes: Series[Count] = count(
        "Minutes To Acknowledge", "From when it went off, or was first seen, until it was acknowledged.", unit="minutes"
    )
    began_on: Series[Day] = day("Began On", "The day on which it went off, or was first seen.", nullable=False)
    cleared_on: Series[Day] = day("Cleared On", "The day on which it was clear.")

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["alarm_key", "episode"]
        metadata: ClassVar = {"leading": ("alarm_key", "episode", "virtual_machine_key")}


class _Machines(DeclaredTable):
    virtual_machine_count: Series[Count] = count("VMs", "Virtual machines without templates.", unit="VMs")
    powered_on_count: Series[Count] = count("VMs On", "Those that run.", unit="VMs")
    powered_off_count: Series[Count] = count("VMs Off", "Those that are off.", unit="VMs")
    suspended_count: Series[Count] = count("VMs Suspended", "Those that are suspended.", unit="VMs")
    template_count: Series[Count] = count("Templates", "Templates; null where no report tells them.", unit="VMs")
    vcpu_count: Series[Count] = count("vCPUs", "Virtual processors, without templates.", unit="vCPU")
    vcpu_on_count: Series[Count] = count("vCPUs On", "Of those that run.", unit="vCPU")
    vm_memory_mib: Series[Count] = count("VM Memory MiB", "Configured memory, without templates.", unit="MiB")
    vm_memory_on_mib: Series[Count] = count("VM Memory On MiB", "Of those that run.", unit="MiB")
    vm_storage_bytes: Series[Count] = count("VM Disk Bytes", "The capacity of virtual disks.", unit="bytes")
    vm_provisioned_bytes: Series[Count] = count("VM Provisioned Bytes", "What the files may take.", unit="bytes")
    vm_used_bytes: Series[Count] = count("VM Used Bytes", "What the files take.", unit="bytes")
    snapshot_count: Series[Count] = count("Snapshots", "Snapshots of virtual machines.", unit="snapshots")
    oldest_snapshot_at: Series[Instant] = instant("Oldest Snapshot", "When the oldest of them was taken.")


class _Hosts(_Machines):
    esxi_host_count: Series[Count] = count("ESXi Hosts", "Hosts.", unit="hosts")
    cpu_core_count: Series[Count] = count("CPU Cores", "Cores of all hosts.", unit="cores")
    cpu_total_mhz: Series[Count] = count("CPU MHz", "Of all cores.", unit="MHz")
    cpu_used_mhz: Series[Count] = count("CPU Used MHz", "In use.", unit="MHz")
    host_memory_mib: Series[Count] = count("Host Memory MiB", "Memory of all hosts.", unit="MiB")
    host_memory_used_mib: Series[Count] = count("Host Memory Used MiB", "In use.", unit="MiB")


class _Day(DeclaredTable):
    collected_on: Series[Day] = day("Day", "The day, in UTC.", nullable=False)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()


class _OfOneKind(DeclaredTable):
    kind: Series[Text] = one_of("Kind", "The kind of list that tells it.", KINDS, nullable=False)
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class _SourceNumbers(_Hosts):
    cluster_count: Series[Count] = count("Clusters", "Clusters.", unit="clusters")
    datastore_count: Series[Count] = count("Datastores", "Datastores.", unit="datastores")
    capacity_bytes: Series[Count] = count("Datastore Bytes", "Capacity of all datastores.", unit="bytes")
    free_bytes: Series[Count] = count("Datastore Free Bytes", "What is free of it.", unit="bytes")
    provisioned_bytes: Series[Count] = count(
        "Datastore Provisioned Bytes", "What the files on them take and may still take.", unit="bytes"
    )
    alarm_count: Series[Count] = count("Alarms Open", "Alarms that stand, green ones left out.", unit="alarms")
    critical_alarm_count: Series[Count] = count("Critical Alarms", "Red ones.", unit="alarms")
    warning_alarm_count: Series[Count] = count("Warning Alarms", "Yellow ones.", unit="alarms")
    unacknowledged_alarm_count: Series[Count] = count(
        "Unacknowledged Alarms", "Those of which a report says that nobody has acknowledged them.", unit="alarms"
    )


class SourceDaily(_OfOneKind, _SourceNumbers, _Day):
    """The numbers of one day of one vCenter, as its last complete list of one kind tells them."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "kind", "vcenter"]


class _Ratios(DeclaredTable):
    vcpu_per_core: Series[Number] = number(
        "vCPUs per Core", "Virtual processors of running machines a core; null without hosts.", ge_zero=True
    )
    oldest_snapshot_days: Series[Count] = count(
        "Oldest Snapshot Days", "The age of the oldest snapshot at the end of that day.", unit="days"
    )


class FactSourceDaily(_Ratios, _SourceNumbers, _Day):
    """One day of a source: the numbers of the last complete lists of that day, a row for each of its vCenters."""

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["collected_on", "vcenter"]
        metadata: ClassVar = {"leading": ("collected_on",)}


class _ClusterNumbers(_Hosts):
    cluster: Series[Text] = text("Cluster", "The cluster's name.", nullable=False)
    datacenter: Series[Text] = text("Datacenter", "The datacenter that it is in; null where no report tells.")


class ClusterDaily(_OfOneKind, _ClusterNumbers, _Day):
    """The numbers of one day of one cluster, as the last complete list of one kind tells them."""

    row_number: Series[Count] = count("Row Number", "Counted from 1 in the collection.", nullable=False)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "kind", "vcenter", "row_number"]


class FactClusterDaily(_Ratios, _ClusterNumbers, _Day):
    """One day of a cluster: the numbers of the last complete lists of that day."""

    cluster_key: Series[Text] = object_key(
        "Cluster Key", "the cluster's moid or name; null when it is not known now", nullable=True
    )

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["collected_on", "vcenter", "datacenter", "cluster"]
        metadata: ClassVar = {
            "leading": ("collected_on", "cluster_key", "client", "environment", "vcenter", "datacenter", "cluster")
        }


class _DatastoreNumbers(DeclaredTable):
    name: Series[Text] = text("Datastore", "The datastore's name.")
    capacity_bytes: Series[Count] = count("Capacity Bytes", "Its size.", unit="bytes")
    free_bytes: Series[Count] = count("Free Bytes", "What is free of it.", unit="bytes")
    provisioned_bytes: Series[Count] = count(
        "Provisioned Bytes", "What the files on it take and may still take.", unit="bytes"
    )


class DatastoreDaily(_OfOneKind, _DatastoreNumbers, _Day):
    """One day of a datastore, as the last complete list of that day tells it."""

    object_key: Series[Text] = text(
        "Object Key", "The key; in the database without the source and the vCenter in front.", nullable=False
    )
    row_number: Series[Count] = count("Row Number", "Counted from 1 in the collection.", nullable=False)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "kind", "vcenter", "row_number"]


class FactDatastoreDaily(_DatastoreNumbers, _Day):
    """One day of a datastore: the numbers of the last complete list of that day."""

    datastore_key: Series[Text] = object_key("Datastore Key", "the datastore's URL, moid or name")
    used_bytes: Series[Count] = count("Used Bytes", "Capacity without what is free.", unit="bytes")
    used_share: Series[Number] = number("Used Share", "Used of the capacity, 0 to 1.", ge_zero=True)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["collected_on", "datastore_key"]
        metadata: ClassVar = {"leading": ("collected_on", "datastore_key")}


class DimDate(DeclaredTable):
    """A day of the calendar, for every day of the years that the source's history touches."""

    date: Series[Day] = day("Date", "The day.", nullable=False)
    year: Series[Count] = count("Year", "2026.", nullable=False)
    quarter: Series[Count] = count("Quarter", "1 to 4.", nullable=False)
    month: Series[Count] = count("Month", "1 to 12.", nullable=False)
    month_name: Series[Text] = text("Month Name", "January to December.", nullable=False)
    year_month: Series[Text] = text("Year Month", "2026-01.", nullable=False)
    iso_year: Series[Count] = count("ISO Year", "The year that the week counts to.", nullable=False)
    iso_week: Series[Count] = count("ISO Week", "1 to 53; weeks begin on Monday.", nullable=False)
    day_of_month: Series[Count] = count("Day Of Month", "1 to 31.", nullable=False)
    day_of_week: Series[Count] = count("Day Of Week", "1 is Monday, 7 is Sunday.", nullable=False)
    day_name: Series[Text] = text("Day Name", "Monday to Sunday.", nullable=False)
    is_weekend: Series[Flag] = flag("Is Weekend", "Saturday or Sunday.", nullable=False)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["date"]
