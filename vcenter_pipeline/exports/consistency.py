"""What in the published tables of a source does not go together.

None of it keeps a table from being published: reports of different times, and of different parts of an estate, never
go together altogether. But who looks at the numbers should know.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import pyarrow as pa

from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.packed import PackedTables

_SAMPLE: Final = 5
_MACHINES: Final = "dim_virtual_machine"


class Finding(NamedTuple):
    """What a rule found in one source."""

    looked_at: int
    """Rows of which the rule can be told; 0 where nothing is known to compare with."""
    found: int
    """Those that break it."""
    sample: tuple[dict[str, Any], ...]
    """The first of them, in a few columns."""


class Terms(NamedTuple):
    """What is too old, too full or too few, and now."""

    now: datetime
    """Naive UTC."""
    fall_percent: int
    snapshot_days: int
    datastore_percent: int


class Rule(NamedTuple):
    """What is expected of a published table."""

    name: str
    table: str
    description: str
    shortfall: str
    """What is wrong with the rows that break it: it follows `3 of 120`. It may name terms in braces."""
    shown: tuple[str, ...]
    """The columns of a sample row."""
    look: Callable[[PackedTables, Terms], tuple[pa.Table, pa.Table]]
    """Give the rows of which it can be told, and those of them that break it."""
    severity: Literal["warn", "error"] = "warn"

    def find(self, tables: PackedTables, terms: Terms) -> Finding:
        """Look at the tables of one source."""
        looked_at, broken = self.look(tables, terms)
        sample = broken.select(list(self.shown)).slice(0, _SAMPLE).to_pylist()
        return Finding(looked_at.num_rows, broken.num_rows, tuple(sample))


def _alarms(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    shown = ["alarm_name", "entity_name", "entity_moid", "vcenter"]
    alarms = tables.columns("fact_triggered_alarm", [*shown, "entity_type", "virtual_machine_key"])
    alarms = alarms.filter(pc.equal(alarms["entity_type"], "VirtualMachine"))
    alarms = _where_known(alarms, tables, _MACHINES)
    return alarms, _without(alarms, "virtual_machine_key")


def _machines(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    shown = ["name", "esxi_host", "esxi_host_moid", "vcenter"]
    machines = tables.columns(_MACHINES, [*shown, "esxi_host_key"])
    has_host = pc.or_(pc.is_valid(machines["esxi_host"]), pc.is_valid(machines["esxi_host_moid"]))
    machines = _where_known(machines.filter(has_host), tables, "dim_esxi_host")
    return machines, _without(machines, "esxi_host_key")


def _hosts(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    hosts = tables["dim_esxi_host"]
    hosts = _where_known(hosts.filter(pc.is_valid(hosts["cluster"])), tables, "dim_cluster")
    return hosts, _without(hosts, "cluster_key")


def _snapshots(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    snapshots = _where_known(tables["dim_vm_snapshot"], tables, _MACHINES)
    known = tables.columns(_MACHINES, ["virtual_machine_key"])["virtual_machine_key"]
    is_known = pc.is_in(snapshots["virtual_machine_key"], value_set=known, skip_nulls=True)
    return snapshots, snapshots.filter(pc.invert(is_known))


def _datastores(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    datastores = tables["dim_datastore"]
    is_told = pc.and_(pc.is_valid(datastores["capacity_bytes"]), pc.is_valid(datastores["free_bytes"]))
    datastores = datastores.filter(is_told)
    return datastores, datastores.filter(pc.greater(datastores["free_bytes"], datastores["capacity_bytes"]))


def _collections(tables: PackedTables, _: Terms) -> tuple[pa.Table, pa.Table]:
    """Look at the newest of each list of each vCenter: an older one that had failed was made good since."""
    collections = tables["fact_collection"]
    key = ["vcenter", "kind", "shape"]
    newest = collections.group_by(key).aggregate([("collected_at", "max")]).rename_columns([*key, "collected_at"])
    of_all, of_newest = (_text_of(table, [*key, "collected_at"]) for table in (collections, newest))
    collections = collections.filter(pc.is_in(of_all, value_set=of_newest))
    return collections, collections.filter(pc.greater(collections["failed_item_count"], 0))


def _where_known(rows: pa.Table, tables: PackedTables, table: str) -> pa.Table:
    """Give the rows of vCenters of which the other table has rows: nothing is missing where nobody looked."""
    known = pc.unique(tables.columns(table, ["vcenter"])["vcenter"])
    return rows.filter(pc.is_in(rows["vcenter"], value_set=known))


def _without(rows: pa.Table, column: str) -> pa.Table:
    return rows.filter(pc.is_null(rows[column]))


def _text_of(table: pa.Table, columns: Sequence[str]) -> Any:  # noqa: ANN401 - an Arrow array of any layout
    texts = [pc.fill_null(pc.cast(table[column], pa.string()), "") for column in columns]
    return pc.binary_join_element_wise(*texts, "\x00")


RULES: Final = (
    Rule(
        "alarms_stand_on_known_machines",
        "fact_triggered_alarm",
        "Every alarm on a virtual machine finds it, where the virtual machines of its vCenter are known.",
        "alarms on virtual machines stand on one that no report describes, or that others share the name of.",
        ("alarm_name", "entity_name", "entity_moid", "vcenter"),
        _alarms,
    ),
    Rule(
        "machines_run_on_known_hosts",
        _MACHINES,
        "Every virtual machine finds its host, where the hosts of its vCenter are known.",
        "virtual machines run on a host that no report describes.",
        ("name", "esxi_host", "esxi_host_moid", "vcenter"),
        _machines,
    ),
    Rule(
        "hosts_are_in_known_clusters",
        "dim_esxi_host",
        "Every host finds its cluster, where the clusters of its vCenter are known.",
        "hosts are in a cluster that no report describes, or that another one shares the name of.",
        ("name", "cluster", "datacenter", "vcenter"),
        _hosts,
    ),
    Rule(
        "snapshots_are_of_known_machines",
        "dim_vm_snapshot",
        "Every snapshot finds its virtual machine, where those of its vCenter are known.",
        "snapshots are of a virtual machine that no report describes, or that others share the name of.",
        ("vm_name", "vm_folder", "name", "vm_match", "vcenter"),
        _snapshots,
    ),
    Rule(
        "free_space_is_within_capacity",
        "dim_datastore",
        "No datastore has more free space than capacity.",
        "datastores have more free space than capacity: something was mixed up before the report was written.",
        ("name", "capacity_bytes", "free_bytes", "vcenter"),
        _datastores,
    ),
    Rule(
        "collections_are_whole",
        "fact_collection",
        "No task and no turn of a loop failed on the way to the newest list of each kind of object.",
        "lists lack what a failed task or turn of a loop should have told: what is not in them is not gone.",
        ("kind", "shape", "path", "vcenter", "failed_item_count", "report"),
        _collections,
    ),
)
"""Each of one published table."""
