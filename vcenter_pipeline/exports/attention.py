"""What in the published tables of a source somebody should look at: it fits together, and is not as it should be.

None of it keeps a table from being published: it is true as far as anybody knows, and who looks at the numbers must
see it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.consistency import Rule, Terms
from vcenter_pipeline.exports.packed import PackedTables

_MACHINES: Final = "dim_virtual_machine"
_COUNTED: Final = (
    ("virtual_machine_count", "virtual machines"),
    ("esxi_host_count", "ESXi hosts"),
    ("cluster_count", "clusters"),
    ("datastore_count", "datastores"),
)
"""What does not become much less from one day to the next. Alarms and snapshots do, and nobody minds."""
_FEWEST: Final = 2
"""One of four clusters that is gone is a quarter, and a day's work."""
_CLOCK: Final = timedelta(minutes=5)
"""How far clocks may differ."""
_GIB: Final = 2**30
_PERCENT: Final = 100.0
_OF_ITSELF: Final = ("169.254.", "fe80:", "127.", "::1")
"""Addresses that a machine gives itself, which others may have as well."""

_FALLEN_TYPES: Final[dict[str, pa.DataType]] = {
    "list": pa.string(),
    "before": pa.int64(),
    "now": pa.int64(),
    "day_before": pa.date32(),
    "day": pa.date32(),
    "vcenter": pa.string(),
}
_FALLEN: Final = pa.schema(_FALLEN_TYPES)
_SNAPSHOT: Final = ("vm_name", "name", "created_at", "vcenter")
_SHARED: Final = ("primary_ip", "name", "esxi_host", "vcenter")


def _lengths(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    """Compare each vCenter's last complete lists with those of the last day before that had some."""
    wanted = ["vcenter", "collected_on", *(column for column, _ in _COUNTED)]
    days = tables.columns("fact_source_daily", wanted).sort_by("collected_on")
    compared = pa.Table.from_pylist(list(_compared(days.to_pylist())), _FALLEN)
    kept = pc.multiply(compared["before"].cast(pa.float64()), 1 - terms.fall_percent / _PERCENT)
    is_less = pc.less(compared["now"].cast(pa.float64()), kept)
    is_more_than_one = pc.greater_equal(pc.subtract(compared["before"], compared["now"]), _FEWEST)
    return compared, compared.filter(pc.and_(is_less, is_more_than_one))


def _compared(days: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    told: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for row in days:
        for column, _ in _COUNTED:
            if row[column] is not None:
                told.setdefault((row["vcenter"], column), []).append((row["collected_on"], row[column]))
    words = dict(_COUNTED)
    for (vcenter, column), counts in told.items():
        if len(counts) > 1:
            (day_before, before), (day, now) = counts[-2:]
            yield {
                "list": words[column],
                "before": before,
                "now": now,
                "day_before": day_before,
                "day": day,
                "vcenter": vcenter,
            }


def _addresses(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    """Look at the first address of each running machine: others, such as those of containers, are the same everywhere.

    Two vCenters may well have the same private networks.
    """
    machines = tables.columns(_MACHINES, [*_SHARED, "power_state", "is_template"])
    is_template = pc.fill_null(machines["is_template"], fill_value=False)
    is_running = pc.and_(pc.equal(machines["power_state"], "poweredOn"), pc.invert(is_template))
    machines = machines.filter(pc.and_(is_running, pc.is_valid(machines["primary_ip"])))
    for beginning in _OF_ITSELF:
        machines = machines.filter(pc.invert(pc.starts_with(machines["primary_ip"], beginning)))
    places = pc.binary_join_element_wise(machines["vcenter"], machines["primary_ip"], "\x00")
    counted = pc.value_counts(places)
    shared = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    found = machines.filter(pc.is_in(places, value_set=shared))
    return machines, found.sort_by([("vcenter", "ascending"), ("primary_ip", "ascending"), ("name", "ascending")])


def _snapshots(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    """Look at all snapshots, and at the oldest one of machines of which no list tells the snapshots."""
    listed = tables.columns("dim_vm_snapshot", [*_SNAPSHOT, "virtual_machine_key"])
    machines = tables.columns(_MACHINES, ["virtual_machine_key", "name", "oldest_snapshot_at", "vcenter"])
    is_listed = pc.is_in(machines["virtual_machine_key"], value_set=listed["virtual_machine_key"].combine_chunks())
    machines = machines.filter(pc.and_(pc.is_valid(machines["oldest_snapshot_at"]), pc.invert(is_listed)))
    oldest_ones = machines.select(["name", "oldest_snapshot_at", "vcenter"])
    oldest_ones = oldest_ones.add_column(1, "nameless", pa.nulls(machines.num_rows, pa.string()))
    listed = listed.select(list(_SNAPSHOT))
    snapshots = pa.concat_tables([listed, oldest_ones.rename_columns(list(_SNAPSHOT)).cast(listed.schema)])
    snapshots = snapshots.filter(pc.is_valid(snapshots["created_at"])).sort_by("created_at")
    oldest = terms.now - timedelta(days=terms.snapshot_days)
    return snapshots, snapshots.filter(pc.less(snapshots["created_at"], _instant(oldest)))


def _datastores(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    """Look at datastores of which both numbers are known, and can be."""
    stores = tables.columns("dim_datastore", ["name", "capacity_bytes", "free_bytes", "vcenter"])
    capacity, free = stores["capacity_bytes"], stores["free_bytes"]
    is_told = pc.fill_null(pc.and_(pc.greater(capacity, 0), pc.less_equal(free, capacity)), fill_value=False)
    stores = stores.filter(is_told)
    capacity, free = (stores[name].cast(pa.float64()) for name in ("capacity_bytes", "free_bytes"))
    used = pc.multiply(pc.divide(pc.subtract(capacity, free), capacity), _PERCENT)
    shown = {
        "name": stores["name"],
        "used_percent": pc.round(used, 1),
        "free_gib": pc.round(pc.divide(free, float(_GIB)), 1),
        "capacity_gib": pc.round(pc.divide(capacity, float(_GIB)), 1),
        "vcenter": stores["vcenter"],
    }
    full = pa.table(shown).filter(pc.greater(used, terms.datastore_percent))
    return stores, full.sort_by([("used_percent", "descending"), ("name", "ascending")])


def _reports(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    return _in_future(tables.columns("fact_report", ["path", "collected_at", "collected_at_origin"]), terms)


def _times_of_alarms(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    shown = ["alarm_name", "entity_name", "triggered_at", "acknowledged_at", "report"]
    return _in_future(tables.columns("fact_triggered_alarm", shown), terms)


def _times_of_machines(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    return _in_future(tables.columns(_MACHINES, ["name", "created_at", "booted_at", "report"]), terms)


def _times_of_snapshots(tables: PackedTables, terms: Terms) -> tuple[pa.Table, pa.Table]:
    return _in_future(tables.columns("dim_vm_snapshot", ["vm_name", "name", "created_at", "report"]), terms)


def _in_future(rows: pa.Table, terms: Terms) -> tuple[pa.Table, pa.Table]:
    """Give the rows that have times, and those of them with one that is still to come."""
    columns = [rows[field.name] for field in rows.schema if pa.types.is_timestamp(field.type)]
    latest: Array = pc.max_element_wise(*columns)
    is_told = pc.is_valid(latest)
    rows, latest = rows.filter(is_told), latest.filter(is_told)
    return rows, rows.filter(pc.greater(latest, _instant(terms.now + _CLOCK)))


def _instant(moment: object) -> "pa.Scalar[Any]":
    return pa.scalar(moment, pa.timestamp("us"))


_TIMES: Final = "times_are_not_in_the_future"
_CLOCKS: Final = "The clock of whoever wrote it is wrong, or VCENTER_TIME_ZONE."

RULES: Final = (
    Rule(
        "lists_did_not_fall",
        "fact_source_daily",
        "No list of virtual machines, hosts, clusters or datastores is shorter by more than VCENTER_FALL_PERCENT than "
        "the complete one of the last day before.",
        "lists are shorter by more than {fall_percent} % than the last complete ones before: unless that much was "
        "removed, the account of the playbook may see less than it did.",
        tuple(_FALLEN.names),
        _lengths,
        "error",
    ),
    Rule(
        "addresses_are_not_shared",
        _MACHINES,
        "No two running virtual machines of a vCenter have the same first IP address.",
        "running virtual machines have a first IP address that another one of their vCenter has as well.",
        _SHARED,
        _addresses,
    ),
    Rule(
        "snapshots_are_young",
        "dim_vm_snapshot",
        "No snapshot of a virtual machine is older than VCENTER_SNAPSHOT_DAYS.",
        "snapshots are older than {snapshot_days} days: they grow, slow their machines down and are no backup.",
        _SNAPSHOT,
        _snapshots,
    ),
    Rule(
        "datastores_are_not_full",
        "dim_datastore",
        "No datastore is used by more than VCENTER_DATASTORE_PERCENT.",
        "datastores are used by more than {datastore_percent} %.",
        ("name", "used_percent", "free_gib", "capacity_gib", "vcenter"),
        _datastores,
    ),
    Rule(
        _TIMES,
        "fact_report",
        f"No report was collected after now. {_CLOCKS}",
        f"reports say that they were collected in the future. {_CLOCKS}",
        ("path", "collected_at", "collected_at_origin"),
        _reports,
    ),
    Rule(
        _TIMES,
        "fact_triggered_alarm",
        f"No alarm was triggered or acknowledged after now. {_CLOCKS}",
        f"alarms were triggered or acknowledged in the future. {_CLOCKS}",
        ("alarm_name", "entity_name", "triggered_at", "acknowledged_at", "report"),
        _times_of_alarms,
    ),
    Rule(
        _TIMES,
        _MACHINES,
        f"No virtual machine was made or started after now. {_CLOCKS}",
        f"virtual machines were made or started in the future. {_CLOCKS}",
        ("name", "created_at", "booted_at", "report"),
        _times_of_machines,
    ),
    Rule(
        _TIMES,
        "dim_vm_snapshot",
        f"No snapshot was taken after now. {_CLOCKS}",
        f"snapshots were taken in the future. {_CLOCKS}",
        ("vm_name", "name", "created_at", "report"),
        _times_of_snapshots,
    ),
)
"""Each of one published table."""
