"""The numbers of one day: of a vCenter, of its clusters, of its datastores.

Each kind of list tells some of the columns, and whoever publishes them puts the kinds together. A sum is null where
nothing of it is known, never zero.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import pc, values_of
from vcenter_pipeline.model.matching import State

Numbers = dict[str, Any]
Row = tuple[Any, ...]

_MACHINE_SUMS: Final = MappingProxyType(
    {
        "cpu_count": "vcpu_count",
        "memory_mib": "vm_memory_mib",
        "storage_bytes": "vm_storage_bytes",
        "provisioned_bytes": "vm_provisioned_bytes",
        "committed_bytes": "vm_used_bytes",
    }
)
_RUNNING_SUMS: Final = MappingProxyType({"cpu_count": "vcpu_on_count", "memory_mib": "vm_memory_on_mib"})
_POWER_STATES: Final = MappingProxyType(
    {"poweredOn": "powered_on_count", "poweredOff": "powered_off_count", "suspended": "suspended_count"}
)
_OF_MACHINES: Final = [
    *_MACHINE_SUMS,
    "power_state",
    "is_template",
    "snapshot_count",
    "oldest_snapshot_at",
    "cluster",
    "datacenter",
]
"""Of a wide table what is counted: rows are picked out of it for each cluster."""
_HOST_SUMS: Final = MappingProxyType(
    {
        "cpu_core_count": "cpu_core_count",
        "cpu_total_mhz": "cpu_total_mhz",
        "cpu_used_mhz": "cpu_used_mhz",
        "memory_mib": "host_memory_mib",
        "memory_used_mib": "host_memory_used_mib",
    }
)
_CLUSTER_COLUMNS: Final = MappingProxyType(
    {
        "host_count": "esxi_host_count",
        "cpu_total_mhz": "cpu_total_mhz",
        "cpu_used_mhz": "cpu_used_mhz",
        "memory_mib": "host_memory_mib",
        "memory_used_mib": "host_memory_used_mib",
    }
)
_DATASTORE_COLUMNS: Final = ("capacity_bytes", "free_bytes", "provisioned_bytes")


class Day(NamedTuple):
    """What the rows of one day have in common."""

    client: str
    environment: str
    vcenter: str
    report: str
    collected_at: datetime
    kind: Kind


def find_daily(state: State, day: Day) -> dict[str, list[Row]]:
    """Give the rows of one moment, the last one of its day, by table; only tables that it has rows of."""
    table, kind = state.table, day.kind
    if kind == "virtual_machines":
        table = table.select(_OF_MACHINES)
    rows: dict[str, list[Row]] = {"source_daily": [_row("source_daily", day, _OF_SOURCE[kind](table), None)]}
    if kind in {"virtual_machines", "esxi_hosts"}:
        count = machine_numbers if kind == "virtual_machines" else host_numbers
        rows["cluster_daily"] = _of_clusters(table, day, count)
    elif kind == "clusters":
        of_clusters = [one for one in table.to_pylist() if one["name"]]
        rows["cluster_daily"] = [
            _row(
                "cluster_daily", day, {**_renamed(one), "cluster": one["name"], "datacenter": one["datacenter"]}, number
            )
            for number, one in enumerate(of_clusters, 1)
        ]
    elif kind == "datastores":
        pairs = zip(state.identities(kind), table.to_pylist(), strict=True)
        rows["datastore_daily"] = [
            _row("datastore_daily", day, {**one, "object_key": identity}, number)
            for number, (identity, one) in enumerate(pairs, 1)
        ]
    return {name: some for name, some in rows.items() if some}


def machine_numbers(table: pa.Table) -> Numbers:
    """Count virtual machines and add up what they have."""
    is_template = pc.fill_null(table["is_template"], fill_value=False)
    machines = table.filter(pc.invert(is_template))
    running = machines.filter(pc.equal(machines["power_state"], "poweredOn"))
    is_told = machines["power_state"].null_count < machines.num_rows or not machines.num_rows
    found: Numbers = {
        "virtual_machine_count": machines.num_rows,
        "template_count": _sum(table, "is_template"),
        "snapshot_count": _sum(table, "snapshot_count"),
        "oldest_snapshot_at": pc.min(table["oldest_snapshot_at"]).as_py(),
    }
    for state, name in _POWER_STATES.items():
        is_so = pc.equal(machines["power_state"], state)
        found[name] = pc.sum(is_so, min_count=0 if not machines.num_rows else 1).as_py()
    found |= {name: _sum(machines, column) for column, name in _MACHINE_SUMS.items()}
    return found | {name: _sum(running, column) if is_told else None for column, name in _RUNNING_SUMS.items()}


def host_numbers(table: pa.Table) -> Numbers:
    """Count hosts and add up what they have."""
    return {"esxi_host_count": table.num_rows} | {name: _sum(table, column) for column, name in _HOST_SUMS.items()}


def _cluster_count(table: pa.Table) -> Numbers:
    return {"cluster_count": table.num_rows}


def _datastore_numbers(table: pa.Table) -> Numbers:
    return {"datastore_count": table.num_rows} | {name: _sum(table, name) for name in _DATASTORE_COLUMNS}


def _snapshot_numbers(table: pa.Table) -> Numbers:
    return {"snapshot_count": table.num_rows, "oldest_snapshot_at": pc.min(table["created_at"]).as_py()}


def _alarm_numbers(table: pa.Table) -> Numbers:
    standing = table.filter(pc.fill_null(pc.not_equal(table["overall_status"], "green"), fill_value=True))
    colours = values_of(standing, "overall_status")
    acknowledged = values_of(standing, "is_acknowledged")
    return {
        "alarm_count": standing.num_rows,
        "critical_alarm_count": _count(colours, "red"),
        "warning_alarm_count": _count(colours, "yellow"),
        "unacknowledged_alarm_count": _count(acknowledged, wanted=False),
    }


def _count(values: list[Any], wanted: object) -> int | None:
    """Count what has a value; nothing at all is 0, and nothing known is None."""
    return values.count(wanted) if not values or any(one is not None for one in values) else None


_OF_SOURCE: Final[Mapping[Kind, Callable[[pa.Table], Numbers]]] = MappingProxyType(
    {
        "virtual_machines": machine_numbers,
        "esxi_hosts": host_numbers,
        "clusters": _cluster_count,
        "datastores": _datastore_numbers,
        "vm_snapshots": _snapshot_numbers,
        "triggered_alarms": _alarm_numbers,
    }
)


def _of_clusters(table: pa.Table, day: Day, count: Callable[[pa.Table], Numbers]) -> list[Row]:
    """Give the numbers of the members of each cluster that is named."""
    members_of: dict[tuple[str | None, str], list[int]] = {}
    for row, (datacenter, cluster) in enumerate(
        zip(values_of(table, "datacenter"), values_of(table, "cluster"), strict=True)
    ):
        if cluster is not None:
            members_of.setdefault((datacenter, cluster), []).append(row)
    rows = []
    found = sorted(members_of, key=lambda pair: (pair[0] or "", pair[1]))
    for number, (datacenter, cluster) in enumerate(found, 1):
        members = table.take(pa.array(members_of[datacenter, cluster]))
        numbers = {**count(members), "cluster": cluster, "datacenter": datacenter}
        rows.append(_row("cluster_daily", day, numbers, number))
    return rows


def _renamed(cluster: Mapping[str, Any]) -> Numbers:
    return {name: cluster[column] for column, name in _CLUSTER_COLUMNS.items()}


def _sum(table: pa.Table, column: str) -> int | None:
    """Add up what is known; nothing at all is 0, and nothing known is None."""
    value: int | None = pc.sum(table[column], min_count=1 if table.num_rows else 0).as_py()
    return value


def _row(table: str, day: Day, numbers: Numbers, number: int | None) -> Row:
    values = numbers | day._asdict() | {"collected_on": day.collected_at.date(), "row_number": number}
    return tuple(values.get(column.name) for column in core_table(table).columns)
