"""Current core tables -> the tables that Power BI reads; pure, Arrow in and Arrow out.

Rows come out sorted by their key, so that the same input gives the same bytes in every file.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from vcenter_pipeline.exports.alarms import build_alarms
from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.contract import TABLE_NAMES, conform
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
    }
)
"""Of each published table the core tables that it is made from; all but `dim_source` have the rows of the first one."""

REFERRED_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "virtual_machines": ("virtual_machine_key", "vcenter", "name", "moid", "folder", "collected_at"),
        "vm_disks": ("virtual_machine_key",),
    }
)
"""Of large core tables the columns that suffice for published tables other than the table's own."""

_AS_IT_IS: Final = ("fact_report", "fact_rejected_row", "fact_collection")
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
            `collections` and `rejected_rows` all that are kept.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    return {name: build_table(name, client, environment, core) for name in TABLE_NAMES}


def build_table(name: str, client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    """Give one published table of one source; of `core` only what `MADE_FROM` names is looked at.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    own = core[MADE_FROM[name][0]]
    if name == "dim_source":
        table = _source(client, environment, core)
    elif name == "dim_virtual_machine":
        table = _virtual_machines(core)
    elif name == "bridge_vm_datastore":
        table = place_files(own, core["virtual_machines"], core["datastores"])
    elif name == "fact_triggered_alarm":
        others = [core[other] for other in MADE_FROM[name][2:]]
        table = build_alarms(own, core["virtual_machines"], others)
    elif name == "dim_esxi_host":
        table = place_hosts(own, core["clusters"])
    elif name == "dim_vm_snapshot":
        table = build_snapshots(own, core["virtual_machines"])
    else:
        table = own if name in _AS_IT_IS else without_collection(own)
    return _sorted(name, conform(name, table))


def _sorted(name: str, table: pa.Table) -> pa.Table:
    """Give the rows by their key; the report, which nearly all rows share, decides last.

    Rows that come sorted are not copied: that is most of the cost. So does the database give virtual machines.
    """
    key = sorted(published_table(name).key, key="report".__eq__)
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
