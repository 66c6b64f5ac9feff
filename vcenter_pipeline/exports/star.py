"""Current core tables -> the tables that Power BI reads; pure, Arrow in and Arrow out.

Rows come out sorted by their key, so that the same input gives the same bytes in every file.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from vcenter_pipeline.exports.alarms import place_alarms
from vcenter_pipeline.exports.changes import CHANGED, build_changes
from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.contract import TABLE_NAMES, conform
from vcenter_pipeline.exports.daily import build_cluster_days, build_datastore_days, build_source_days
from vcenter_pipeline.exports.dates import build_dates, to_days
from vcenter_pipeline.exports.episodes import build_episodes, to_episode_days
from vcenter_pipeline.exports.joins import counted, filled, of_rows, whole, without_collection
from vcenter_pipeline.exports.placement import place_files, place_hosts, place_machines
from vcenter_pipeline.exports.snapshots import build_snapshots, count_snapshots
from vcenter_pipeline.model.columns import published_table

MADE_FROM: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "dim_source": (
            "reports",
            "virtual_machines",
            "triggered_alarms",
            "esxi_hosts",
            "clusters",
            "datastores",
            "vm_snapshots",
        ),
        "dim_virtual_machine": (
            "virtual_machines",
            "esxi_hosts",
            "clusters",
            "vm_disks",
            "vm_snapshots",
            "collections",
            "vcenters",
        ),
        "bridge_vm_nic": ("vm_nics",),
        "bridge_vm_datastore": ("vm_datastores", "virtual_machines", "datastores"),
        "bridge_vm_attribute": ("vm_attributes",),
        "fact_triggered_alarm": ("triggered_alarms", "virtual_machines", "esxi_hosts", "datastores", "clusters"),
        "fact_report": ("reports",),
        "fact_rejected_row": ("rejected_rows",),
        "dim_vcenter": ("vcenters",),
        "dim_datacenter": ("datacenters",),
        "dim_cluster": ("clusters",),
        "dim_esxi_host": ("esxi_hosts", "clusters"),
        "dim_datastore": ("datastores",),
        "dim_resource_pool": ("resource_pools",),
        "dim_vm_disk": ("vm_disks",),
        "dim_vm_guest_disk": ("vm_guest_disks",),
        "dim_vm_snapshot": ("vm_snapshots", "virtual_machines"),
        "fact_collection": ("collections",),
        "fact_vm_change": ("object_changes", "virtual_machines"),
        "fact_esxi_host_change": ("object_changes", "esxi_hosts"),
        "fact_datastore_change": ("object_changes", "datastores"),
        "fact_alarm_episode": (
            "alarm_changes",
            "history_steps",
            "virtual_machines",
            "esxi_hosts",
            "datastores",
            "clusters",
        ),
        "fact_source_daily": ("source_daily",),
        "fact_cluster_daily": ("cluster_daily", "clusters"),
        "fact_datastore_daily": ("datastore_daily", "datastores"),
        "dim_date": (
            "reports",
            "object_changes",
            "alarm_changes",
            "source_daily",
            "cluster_daily",
            "datastore_daily",
        ),
    }
)
"""Of each published table the stored tables that it is made from.

The rows are those of the first one, some of them, or several put together; but those of `dim_source` and `dim_date`.
"""

REFERRED_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "virtual_machines": (
            "virtual_machine_key",
            "vcenter",
            "name",
            "moid",
            "folder",
            "collected_at",
            "instance_uuid",
        ),
        "vm_disks": ("virtual_machine_key",),
    }
)
"""Of large core tables the columns that suffice for published tables other than the table's own."""

_AS_IT_IS: Final = ("fact_report", "fact_rejected_row", "fact_collection")
_OF_HISTORY: Final = (
    *CHANGED,
    "fact_alarm_episode",
    "fact_source_daily",
    "fact_cluster_daily",
    "fact_datastore_daily",
    "dim_date",
)
_OF_TIME: Final = ["collected_at", "report", "vcenter", "change_number"]
_COUNTED: Final = (
    "virtual_machine",
    "triggered_alarm",
    "esxi_host",
    "cluster",
    "datastore",
    "vm_snapshot",
)


def build_star(client: str, environment: str, core: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Give every published table of one source.

    Args:
        client: the source's client.
        environment: the source's environment.
        core: the current rows of all tables of the database, by name, in their declared columns; of `reports`,
            `collections`, `rejected_rows` and the history all that are kept.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    return {name: build_table(name, client, environment, core) for name in TABLE_NAMES}


def build_table(name: str, client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    """Give one published table of one source; of `core` only what `MADE_FROM` names is looked at.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    table = _current(name, client, environment, core) if name not in _OF_HISTORY else _history(name, core)
    return _sorted(name, conform(name, table))


def _current(name: str, client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    own = core[MADE_FROM[name][0]]
    if name == "dim_source":
        table = _source(client, environment, core)
    elif name == "dim_virtual_machine":
        table = _virtual_machines(core)
    elif name == "bridge_vm_datastore":
        table = place_files(own, core["virtual_machines"], core["datastores"])
    elif name == "fact_triggered_alarm":
        others = [core[other] for other in MADE_FROM[name][2:]]
        table = place_alarms(without_collection(own), core["virtual_machines"], others)
    elif name == "dim_esxi_host":
        table = place_hosts(own, core["clusters"])
    elif name == "dim_vm_snapshot":
        table = build_snapshots(own, core["virtual_machines"])
    else:
        table = own if name in _AS_IT_IS else without_collection(own)
    return table


def _history(name: str, core: Mapping[str, pa.Table]) -> pa.Table:
    own = core[MADE_FROM[name][0]]
    if name == "fact_alarm_episode":
        others = [core[other] for other in MADE_FROM[name][3:]]
        table = build_episodes(own, core["history_steps"], core["virtual_machines"], others)
    elif name == "fact_source_daily":
        table = build_source_days(own)
    elif name == "fact_cluster_daily":
        table = build_cluster_days(own, core["clusters"])
    elif name == "fact_datastore_daily":
        table = build_datastore_days(own, core["datastores"])
    elif name == "dim_date":
        table = build_dates(_touched(core))
    else:
        table = build_changes(name, own, core[CHANGED[name].kind])
    return table


def _touched(core: Mapping[str, pa.Table]) -> Iterator[Array]:
    """Give the days that rows of the history, or reports, are of."""
    for name in ("reports", "object_changes"):
        yield to_days(whole(core[name], "collected_at"))
    for name in ("source_daily", "cluster_daily", "datastore_daily"):
        yield whole(core[name], "collected_on")
    yield from to_episode_days(core["alarm_changes"])


def _sorted(name: str, table: pa.Table) -> pa.Table:
    """Give the rows by their key; the report, which nearly all rows share, decides last. Changes come as time goes.

    Rows that come sorted are not copied: that is most of the cost. So does the database give virtual machines.
    """
    key = sorted(published_table(name).key, key="report".__eq__) if name not in CHANGED else _OF_TIME
    first = table[key[0]]
    if not first.null_count and pc.all(pc.less(first[:-1], first[1:])).as_py() is not False:
        return table
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in key])
    return table if pc.all(pc.less(order[:-1], order[1:])).as_py() is not False else table.take(order)


def _source(client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    """Give the one row of the source.

    A source whose reports never spoke of alarms has a null count of alarms; one whose newest report says
    that none stands has 0.
    """
    reports = core["reports"]
    declared = published_table("dim_source").arrow_schema
    row: dict[str, object] = {
        "source": f"{client}/{environment}",
        "client": client,
        "environment": environment,
        "report_count": pc.sum(pc.equal(reports["status"], "ingested"), min_count=0).as_py(),
        "rejected_row_count": pc.sum(reports["rejected_row_count"], min_count=0).as_py(),
    }
    for thing in _COUNTED:
        rows = core[f"{thing}s"]
        speaking = reports.filter(pc.is_valid(reports[f"{thing}_count"]))
        row[f"{thing}_count"] = rows.num_rows if rows.num_rows or speaking.num_rows else None
        if f"{thing}s_collected_at" in declared.names:
            moments = [pc.max(table["collected_at"]).as_py() for table in (speaking, rows)]
            row[f"{thing}s_collected_at"] = max((moment for moment in moments if moment is not None), default=None)
    return pa.Table.from_pylist([row], schema=declared)


def _virtual_machines(core: Mapping[str, pa.Table]) -> pa.Table:
    machines = without_collection(core["virtual_machines"])
    machines = place_machines(machines, core["esxi_hosts"], core["clusters"])
    machines = count_snapshots(machines, core["vm_snapshots"], core["collections"], core["vcenters"])
    return _with_disk_counts(machines, core["vm_disks"])


def _with_disk_counts(machines: pa.Table, disks: pa.Table) -> pa.Table:
    if not machines["disk_count"].null_count or not disks.num_rows:
        return machines
    counts = counted(whole(disks, "virtual_machine_key"))
    rows = pc.index_in(whole(machines, "virtual_machine_key"), value_set=whole(counts, "value"))
    return filled(machines, "disk_count", of_rows(counts, "count", rows))
