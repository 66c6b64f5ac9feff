"""Which columns a column is made of: from the lists of a report through the database to what Power BI reads.

Dagster's open-source UI shows no column lineage: it knows `dagster/column_lineage` and leaves it to Dagster+. So each
column says in its description where it comes from, with a link, and the definition holds the same for whoever asks
through GraphQL. The definition and not the materialization: it never changes, and an event is stored for every run.

A column that a table has in common with the table that its rows come from is that table's. All others are told here.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, get_args

from vcenter_pipeline.exports.star import MADE_FROM
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table, published_table
from vcenter_pipeline.model.schemas import HISTORY_TABLES

REPORT: Final = "report"
"""The table that the lists of a report are columns of."""
FILE: Final = "file"
"""What of a report is told by the file: its path, its content, its time."""


class Origin(NamedTuple):
    """What a column is made of."""

    table: str
    """A table of the database, or `REPORT`."""
    column: str | None
    """Of a report the kind of list, or `FILE`. None where it may be any column of the table."""


_OF_THE_FILE: Final = frozenset({"client", "environment", "collected_at", "report", "collection"})
_LISTS: Final[Mapping[str, tuple[Kind, ...]]] = MappingProxyType(
    {
        **{kind: (kind,) for kind in get_args(Kind)},
        "vm_nics": ("virtual_machines",),
        "vm_datastores": ("virtual_machines",),
        "vm_attributes": ("virtual_machines",),
        "vm_disks": ("virtual_machines",),
        "vm_guest_disks": ("virtual_machines",),
        "vm_snapshots": ("vm_snapshots", "virtual_machines"),
        "triggered_alarms": (
            "triggered_alarms",
            "virtual_machines",
            "esxi_hosts",
            "clusters",
            "datastores",
            "datacenters",
        ),
        "datastores": ("datastores", "esxi_hosts"),
    }
)
"""The lists of a report that fill a table: virtual machines may come with their snapshots and alarms."""

_HISTORY: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "source_daily": {
            "virtual_machine_count": "virtual_machines.virtual_machine_key",
            "powered_on_count": "virtual_machines.power_state",
            "powered_off_count": "virtual_machines.power_state",
            "suspended_count": "virtual_machines.power_state",
            "template_count": "virtual_machines.is_template",
            "vcpu_count": "virtual_machines.cpu_count",
            "vcpu_on_count": "virtual_machines.cpu_count virtual_machines.power_state",
            "vm_memory_mib": "virtual_machines.memory_mib",
            "vm_memory_on_mib": "virtual_machines.memory_mib virtual_machines.power_state",
            "vm_storage_bytes": "virtual_machines.storage_bytes",
            "vm_provisioned_bytes": "virtual_machines.provisioned_bytes",
            "vm_used_bytes": "virtual_machines.committed_bytes",
            "snapshot_count": "virtual_machines.snapshot_count vm_snapshots.snapshot_key",
            "oldest_snapshot_at": "virtual_machines.oldest_snapshot_at vm_snapshots.created_at",
            "esxi_host_count": "esxi_hosts.esxi_host_key",
            "cpu_core_count": "esxi_hosts.cpu_core_count",
            "cpu_total_mhz": "esxi_hosts.cpu_total_mhz",
            "cpu_used_mhz": "esxi_hosts.cpu_used_mhz",
            "host_memory_mib": "esxi_hosts.memory_mib",
            "host_memory_used_mib": "esxi_hosts.memory_used_mib",
            "cluster_count": "clusters.cluster_key",
            "datastore_count": "datastores.datastore_key",
            "capacity_bytes": "datastores.capacity_bytes",
            "free_bytes": "datastores.free_bytes",
            "provisioned_bytes": "datastores.provisioned_bytes",
            "alarm_count": "triggered_alarms.overall_status",
            "critical_alarm_count": "triggered_alarms.overall_status",
            "warning_alarm_count": "triggered_alarms.overall_status",
            "unacknowledged_alarm_count": "triggered_alarms.is_acknowledged",
        },
        "cluster_daily": {
            "cluster": "virtual_machines.cluster esxi_hosts.cluster clusters.name",
            "datacenter": "virtual_machines.datacenter esxi_hosts.datacenter clusters.datacenter",
            "esxi_host_count": "esxi_hosts.esxi_host_key clusters.host_count",
            "cpu_total_mhz": "esxi_hosts.cpu_total_mhz clusters.cpu_total_mhz",
            "cpu_used_mhz": "esxi_hosts.cpu_used_mhz clusters.cpu_used_mhz",
            "host_memory_mib": "esxi_hosts.memory_mib clusters.memory_mib",
            "host_memory_used_mib": "esxi_hosts.memory_used_mib clusters.memory_used_mib",
        },
        "datastore_daily": {
            "name": "datastores.name",
            "object_key": "datastores.datastore_key",
            "capacity_bytes": "datastores.capacity_bytes",
            "free_bytes": "datastores.free_bytes",
            "provisioned_bytes": "datastores.provisioned_bytes",
        },
        "alarm_changes": {
            name: f"triggered_alarms.{name}"
            for name in (
                "alarm_key",
                "alarm_name",
                "alarm_moid",
                "entity_type",
                "entity_name",
                "entity_moid",
                "overall_status",
                "severity",
                "triggered_at",
                "is_acknowledged",
                "acknowledged_by",
                "acknowledged_at",
            )
        },
        "object_changes": {
            "name": "virtual_machines.name esxi_hosts.name datastores.name",
            "moid": "virtual_machines.moid esxi_hosts.moid datastores.moid",
            "object_key": "virtual_machines.virtual_machine_key esxi_hosts.esxi_host_key datastores.datastore_key",
            **dict.fromkeys(
                ("change", "aspect", "column_name", "old_value", "new_value", "difference"),
                "virtual_machines vm_datastores esxi_hosts datastores",
            ),
        },
        "history_steps": {},
    }
)
"""What the history is derived of; a column that is not named here tells of the collection itself."""

_OF_COLLECTIONS: Final = frozenset({"client", "environment", "vcenter", "kind", "collected_at", "report"})

_ENTITY_NAME: Final = "virtual_machines.name esxi_hosts.name datastores.name clusters.name"
_DAYS_OF_DATES: Final = (
    "reports.collected_at object_changes.collected_at alarm_changes.triggered_at alarm_changes.seen_at "
    "alarm_changes.cleared_at source_daily.collected_on cluster_daily.collected_on datastore_daily.collected_on"
)
_RATIOS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        table: {
            "vcpu_per_core": f"{table}.vcpu_on_count {table}.cpu_core_count",
            "oldest_snapshot_days": f"{table}.oldest_snapshot_at {table}.collected_on",
        }
        for table in ("source_daily", "cluster_daily")
    }
)
_PUBLISHED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "dim_source": {
            "source": "reports.client reports.environment",
            "virtual_machine_count": "virtual_machines.virtual_machine_key reports.virtual_machine_count",
            "triggered_alarm_count": "triggered_alarms.alarm_key reports.triggered_alarm_count",
            "esxi_host_count": "esxi_hosts.esxi_host_key reports.esxi_host_count",
            "cluster_count": "clusters.cluster_key reports.cluster_count",
            "datastore_count": "datastores.datastore_key reports.datastore_count",
            "vm_snapshot_count": "vm_snapshots.snapshot_key reports.vm_snapshot_count",
            "virtual_machines_collected_at": "virtual_machines.collected_at reports.collected_at",
            "triggered_alarms_collected_at": "triggered_alarms.collected_at reports.collected_at",
            "report_count": "reports.status",
        },
        "dim_virtual_machine": {
            "esxi_host": "virtual_machines.esxi_host esxi_hosts.name",
            "cluster": "virtual_machines.cluster esxi_hosts.cluster",
            "datacenter": "virtual_machines.datacenter esxi_hosts.datacenter",
            "esxi_host_key": "esxi_hosts.esxi_host_key",
            "cluster_key": "clusters.cluster_key",
            "snapshot_count": (
                "virtual_machines.snapshot_count vm_snapshots.snapshot_id collections.is_complete vcenters.host_name"
            ),
            "oldest_snapshot_at": "virtual_machines.oldest_snapshot_at vm_snapshots.created_at",
            "disk_count": "virtual_machines.disk_count vm_disks.virtual_machine_key",
        },
        "bridge_vm_datastore": {"datastore_key": "datastores.datastore_key"},
        "fact_triggered_alarm": {
            "virtual_machine_key": "virtual_machines.virtual_machine_key",
            "entity_name": f"triggered_alarms.entity_name {_ENTITY_NAME}",
        },
        "dim_esxi_host": {"cluster_key": "clusters.cluster_key"},
        "dim_vm_snapshot": {
            "virtual_machine_key": "vm_snapshots.virtual_machine_key virtual_machines.virtual_machine_key",
            "vm_name": "vm_snapshots.vm_name virtual_machines.name",
            "vm_match": "vm_snapshots.vm_name vm_snapshots.vm_folder virtual_machines.name virtual_machines.folder",
        },
        **{
            table: {key: f"object_changes.object_key {current}.{key}", "changed_on": "object_changes.collected_at"}
            for table, current, key in (
                ("fact_vm_change", "virtual_machines", "virtual_machine_key"),
                ("fact_esxi_host_change", "esxi_hosts", "esxi_host_key"),
                ("fact_datastore_change", "datastores", "datastore_key"),
            )
        },
        "fact_alarm_episode": {
            "virtual_machine_key": "virtual_machines.virtual_machine_key",
            "entity_name": f"alarm_changes.entity_name {_ENTITY_NAME}",
            "episode": "alarm_changes.change",
            "first_seen_at": "alarm_changes.seen_at",
            "last_seen_at": "alarm_changes.seen_at history_steps.collected_at",
            "is_open": "alarm_changes.change",
            "acknowledged_seen_at": "alarm_changes.seen_at alarm_changes.is_acknowledged",
            "open_minutes": "alarm_changes.triggered_at alarm_changes.seen_at alarm_changes.cleared_at",
            "acknowledge_minutes": "alarm_changes.triggered_at alarm_changes.seen_at alarm_changes.acknowledged_at",
            "began_on": "alarm_changes.triggered_at alarm_changes.seen_at",
            "cleared_on": "alarm_changes.cleared_at",
        },
        "fact_source_daily": _RATIOS["source_daily"],
        "fact_cluster_daily": {
            **_RATIOS["cluster_daily"],
            "cluster_key": "clusters.cluster_key",
            "datacenter": "cluster_daily.datacenter clusters.datacenter",
        },
        "fact_datastore_daily": {
            "datastore_key": "datastore_daily.object_key datastores.datastore_key",
            "used_bytes": "datastore_daily.capacity_bytes datastore_daily.free_bytes",
            "used_share": "datastore_daily.capacity_bytes datastore_daily.free_bytes",
        },
        "dim_date": {column.name: _DAYS_OF_DATES for column in published_table("dim_date").columns},
    }
)
"""Of published tables the columns that are not simply those of the table that the rows come from."""


def stored_origins(table: str) -> dict[str, tuple[Origin, ...]]:
    """Give what each column of a table of the database is made of: lists of a report, or tables for the history."""
    names = [column.name for column in core_table(table).columns]
    if table in HISTORY_TABLES:
        return {name: _of_history(table, name) for name in names}
    of_the_file = (Origin(REPORT, FILE),)
    of_lists = tuple(Origin(REPORT, kind) for kind in lists_of(table)) or of_the_file
    return {name: of_the_file if name in _OF_THE_FILE else of_lists for name in names}


def published_origins(table: str) -> dict[str, tuple[Origin, ...]]:
    """Give what each column of a published table is made of: columns of the tables of the database."""
    own = MADE_FROM[table][0]
    told = _PUBLISHED.get(table, {})
    return {
        column.name: tuple(_parsed(told.get(column.name, f"{own}.{column.name}")))
        for column in published_table(table).columns
    }


def lists_of(table: str) -> tuple[Kind, ...]:
    """Give the kinds of lists of a report that fill a table of the database; the ledger has none: it tells of files."""
    return _LISTS.get(table, ())


def _of_history(table: str, name: str) -> tuple[Origin, ...]:
    if told := _HISTORY[table].get(name):
        return tuple(_parsed(told))
    same = _HISTORY["source_daily"].get(name) if table == "cluster_daily" else None
    if same:
        return tuple(_parsed(same))
    return (Origin("collections", name if name in _OF_COLLECTIONS else "collected_at"),)


def _parsed(told: str) -> Iterator[Origin]:
    for one in told.split():
        table, _, column = one.partition(".")
        yield Origin(table, column or None)
