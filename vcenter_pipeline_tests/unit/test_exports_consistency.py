"""What is told of tables that do not go together, and what is passed over."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.consistency import RULES, Finding, Terms
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES

NOON = datetime.fromisoformat("2026-01-31T12:00")
TERMS = Terms(NOON, fall_percent=20, snapshot_days=7, datastore_percent=85)
ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": NOON, "report": "r1"}


def find(name: str, **rows: list[dict[str, Any]]) -> Finding:
    """Give what the rule of that name finds in a source with these rows."""
    tables = PackedTables(
        (
            table,
            pa.Table.from_pylist([ALWAYS | row for row in rows.get(table, [])], published_table(table).arrow_schema),
        )
        for table in PUBLISHED_TABLES
    )
    [rule] = [rule for rule in RULES if rule.name == name]
    return rule.find(tables, TERMS)


MACHINE = {"virtual_machine_key": "k1", "name": "web"}


def test_alarms_on_machines() -> None:
    """An alarm on a machine that is in no table is shown beside no machine: somebody has to be told."""
    alarms: list[dict[str, Any]] = [
        {"alarm_key": "a1", "entity_type": "VirtualMachine", "virtual_machine_key": "k1"},
        {"alarm_key": "a2", "entity_type": "VirtualMachine", "alarm_name": "CPU", "entity_name": "db"},
        {"alarm_key": "a3", "entity_type": "HostSystem"},
        {"alarm_key": "a4", "entity_type": "VirtualMachine", "vcenter": "vc2"},
        {"alarm_key": "a5"},
    ]
    name = "alarms_stand_on_known_machines"
    sample = ({"alarm_name": "CPU", "entity_name": "db", "entity_moid": None, "vcenter": "vc1"},)
    assert find(name, fact_triggered_alarm=alarms, dim_virtual_machine=[MACHINE]) == Finding(2, 1, sample)
    assert find(name, fact_triggered_alarm=alarms) == Finding(0, 0, ())


def test_hosts_of_machines() -> None:
    """Machines that no host is found for are missing in every sum by host."""
    machines: list[dict[str, Any]] = [
        MACHINE | {"esxi_host": "esx1", "esxi_host_key": "h1"},
        {"virtual_machine_key": "k2", "name": "db", "esxi_host": "esx2"},
        {"virtual_machine_key": "k3", "esxi_host_moid": "host-3"},
        {"virtual_machine_key": "k4"},
        {"virtual_machine_key": "k5", "esxi_host": "esx1", "vcenter": "vc2"},
    ]
    found = find("machines_run_on_known_hosts", dim_virtual_machine=machines, dim_esxi_host=[{"esxi_host_key": "h1"}])
    assert (found.looked_at, found.found) == (3, 2)
    assert found.sample == (
        {"name": "db", "esxi_host": "esx2", "esxi_host_moid": None, "vcenter": "vc1"},
        {"name": None, "esxi_host": None, "esxi_host_moid": "host-3", "vcenter": "vc1"},
    )
    assert find("machines_run_on_known_hosts", dim_virtual_machine=machines) == Finding(0, 0, ())


def test_clusters_of_hosts() -> None:
    """A host whose cluster is not found is missing in the cluster's capacity."""
    hosts: list[dict[str, Any]] = [
        {"esxi_host_key": "h1", "name": "esx1", "cluster": "blue", "cluster_key": "c1"},
        {"esxi_host_key": "h2", "name": "esx2", "cluster": "green", "datacenter": "east"},
        {"esxi_host_key": "h3", "name": "esx3"},
        {"esxi_host_key": "h4", "name": "esx4", "cluster": "blue", "vcenter": "vc2"},
    ]
    sample = ({"name": "esx2", "cluster": "green", "datacenter": "east", "vcenter": "vc1"},)
    found = find("hosts_are_in_known_clusters", dim_esxi_host=hosts, dim_cluster=[{"cluster_key": "c1"}])
    assert found == Finding(2, 1, sample)


def test_machines_of_snapshots() -> None:
    """Old snapshots that belong to nobody are deleted by nobody."""
    snapshots: list[dict[str, Any]] = [
        {"snapshot_key": "s1", "virtual_machine_key": "k1", "vm_match": "key"},
        {"snapshot_key": "s2", "virtual_machine_key": "k9", "vm_match": "key", "vm_name": "gone", "name": "old"},
        {"snapshot_key": "s3", "vm_match": "ambiguous name", "vm_name": "twin", "vm_folder": "vm"},
        {"snapshot_key": "s4", "vm_match": "unknown name", "vcenter": "vc2"},
    ]
    found = find("snapshots_are_of_known_machines", dim_vm_snapshot=snapshots, dim_virtual_machine=[MACHINE])
    assert found == Finding(
        3,
        2,
        (
            {"vm_name": "gone", "vm_folder": None, "name": "old", "vm_match": "key", "vcenter": "vc1"},
            {"vm_name": "twin", "vm_folder": "vm", "name": None, "vm_match": "ambiguous name", "vcenter": "vc1"},
        ),
    )


def test_free_space() -> None:
    """More free than there is makes every percentage nonsense; unknown is nothing to complain of."""
    datastores: list[dict[str, Any]] = [
        {"datastore_key": "d1", "name": "full", "capacity_bytes": 10, "free_bytes": 0},
        {"datastore_key": "d2", "name": "empty", "capacity_bytes": 10, "free_bytes": 10},
        {"datastore_key": "d3", "name": "odd", "capacity_bytes": 10, "free_bytes": 11},
        {"datastore_key": "d4", "capacity_bytes": 10},
        {"datastore_key": "d5", "free_bytes": 10},
    ]
    sample = ({"name": "odd", "capacity_bytes": 10, "free_bytes": 11, "vcenter": "vc1"},)
    assert find("free_space_is_within_capacity", dim_datastore=datastores) == Finding(3, 1, sample)


def test_lists_that_failed() -> None:
    """A host that did not answer is not gone; only this says so. A list that was made good is not named for ever."""

    def collection(number: int, **values: object) -> dict[str, Any]:
        always = {"kind": "esxi_hosts", "shape": "vmware_host_facts", "is_complete": False, "row_count": 1}
        return always | {"collection": number, "failed_item_count": 0} | values

    later = NOON + timedelta(hours=1)
    collections = [
        collection(1, failed_item_count=2),
        collection(2, collected_at=later, report="r2"),
        collection(3, vcenter="vc2", failed_item_count=3, path="results[]"),
        collection(4, vcenter=None, failed_item_count=1, kind="virtual_machines", shape="vmware_guest_info"),
        collection(5, vcenter=None, failed_item_count=None, kind="clusters", shape="vmware_cluster_info"),
    ]
    found = find("collections_are_whole", fact_collection=collections)
    assert (found.looked_at, found.found) == (4, 2)
    assert [(row["vcenter"], row["kind"], row["failed_item_count"]) for row in found.sample] == [
        ("vc2", "esxi_hosts", 3),
        (None, "virtual_machines", 1),
    ]


def test_five_rows_are_enough_for_a_sample() -> None:
    """100,000 rows in the metadata of a check would fill Dagster's database."""
    machines: list[dict[str, Any]] = [{"virtual_machine_key": f"k{n}", "esxi_host": "esx9"} for n in range(20)]
    found = find("machines_run_on_known_hosts", dim_virtual_machine=machines, dim_esxi_host=[{"esxi_host_key": "h1"}])
    assert (found.found, len(found.sample)) == (20, 5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_sample_shows_free_text(rule: Any) -> None:  # noqa: ANN401 - a rule
    """Notes may hold passwords, and Dagster's database is read by more people than the tables."""
    free = {column.name for column in published_table(rule.table).columns if column.is_free_text}
    assert free.isdisjoint(rule.shown)


def test_few_columns_of_a_packed_table() -> None:
    """A column under another's name would check the wrong thing; they come in the order that is asked for."""
    table = pa.table({"a": [1, 2], "b": ["x", None], "c": [True, False]})
    packed = PackedTables([("t", table), ("u", table.slice(0, 0))])
    assert packed.columns("t", ["c", "a"]) == table.select(["c", "a"])
    assert packed.columns("t", ["b"]).to_pydict() == {"b": ["x", None]}
    assert packed.columns("u", ["b", "a"]).num_rows == 0
    assert packed["t"] == table
