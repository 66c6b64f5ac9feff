"""Which tables come of what the database holds, and what is counted of a source."""

from datetime import datetime
from typing import Any

import pyarrow as pa

from vcenter_pipeline.exports.star import MADE_FROM, REFERRED_COLUMNS, build_star, build_table
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import STORED_TABLES

EARLY = datetime.fromisoformat("2026-01-30T02:00")
LATE = datetime.fromisoformat("2026-01-31T02:00")
ALWAYS = {"client": "acme", "environment": "prod", "collected_at": LATE, "report": "r1", "collection": 1}


def core(**rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give every table of the database, with these rows."""
    return {
        name: pa.Table.from_pylist([ALWAYS | row for row in rows.get(name, [])], core_table(name).arrow_schema)
        for name in STORED_TABLES
    }


def machine(key: str, name: str, moid: str | None, vcenter: str = "vc1") -> dict[str, Any]:
    """Give a row of `virtual_machines`."""
    return {"virtual_machine_key": key, "name": name, "moid": moid, "vcenter": vcenter}


MACHINES = [
    machine("k3", "twin", "vm-3"),
    machine("k1", "web", "vm-1"),
    machine("k2", "twin", "vm-2"),
    machine("k4", "web", "vm-1", "vc2"),
    machine("k5", "Web", None),
    machine("k6", "split", "vm-6"),
    machine("k7", "split-too", "vm-6"),
]


def test_rows_are_sorted_by_key() -> None:
    """Rows in the order of arrival would make every file differ at every run."""
    nics: list[dict[str, Any]] = [
        {"virtual_machine_key": "k2", "mac_address": "00:00:00:00:00:01", "address": "10.0.0.1"},
        {"virtual_machine_key": "k1", "mac_address": "00:00:00:00:00:02", "address": None},
        {"virtual_machine_key": "k1", "mac_address": "00:00:00:00:00:01", "address": "10.0.0.3"},
        {"virtual_machine_key": "k1", "mac_address": "00:00:00:00:00:01", "address": "10.0.0.2"},
    ]
    star = build_star("acme", "prod", core(virtual_machines=MACHINES, vm_nics=nics))
    assert star["dim_virtual_machine"]["virtual_machine_key"].to_pylist() == ["k1", "k2", "k3", "k4", "k5", "k6", "k7"]
    assert star["bridge_vm_nic"]["address"].to_pylist() == ["10.0.0.2", "10.0.0.3", None, "10.0.0.1"]


def test_source_of_which_nothing_is_known() -> None:
    """Counts of 0 would say that the client runs no machines; nobody has said so."""
    star = build_star("acme", "prod", core())
    assert star["dim_source"].to_pylist() == [
        {
            "source": "acme/prod",
            "client": "acme",
            "environment": "prod",
            "virtual_machine_count": None,
            "triggered_alarm_count": None,
            "virtual_machines_collected_at": None,
            "triggered_alarms_collected_at": None,
            "report_count": 0,
            "rejected_row_count": 0,
            "esxi_host_count": None,
            "cluster_count": None,
            "datastore_count": None,
            "vm_snapshot_count": None,
        },
    ]
    assert {name: table.num_rows for name, table in star.items()} == {
        "dim_source": 1,
        "dim_virtual_machine": 0,
        "bridge_vm_nic": 0,
        "bridge_vm_datastore": 0,
        "bridge_vm_attribute": 0,
        "fact_triggered_alarm": 0,
        "fact_report": 0,
        "fact_rejected_row": 0,
        "dim_vcenter": 0,
        "dim_datacenter": 0,
        "dim_cluster": 0,
        "dim_esxi_host": 0,
        "dim_datastore": 0,
        "dim_resource_pool": 0,
        "dim_vm_disk": 0,
        "dim_vm_guest_disk": 0,
        "dim_vm_snapshot": 0,
        "fact_collection": 0,
        "fact_vm_change": 0,
        "fact_esxi_host_change": 0,
        "fact_datastore_change": 0,
        "fact_alarm_episode": 0,
        "fact_source_daily": 0,
        "fact_cluster_daily": 0,
        "fact_datastore_daily": 0,
        "dim_date": 0,
    }


def test_counts_of_a_source() -> None:
    """A quarantined report must not count as read, nor 0 alarms as unknown."""
    ledger = {"path": "x.json", "ingested_at": LATE, "status": "ingested", "vcenter": "vc1"}
    reports = [
        ledger | {"report": "r1", "virtual_machine_count": 7, "rejected_row_count": 2},
        ledger | {"report": "r2", "triggered_alarm_count": 0, "rejected_row_count": 1, "collected_at": EARLY},
        ledger | {"report": "r3", "status": "quarantined", "collected_at": None},
        ledger | {"report": "r4", "vm_snapshot_count": 0},
    ]
    hosts = [{"esxi_host_key": f"h{number}", "vcenter": "vc1"} for number in range(3)]
    clusters = [{"cluster_key": "c1", "vcenter": "vc1"}]
    rows = core(virtual_machines=MACHINES, reports=reports, esxi_hosts=hosts, clusters=clusters)
    row = build_star("acme", "prod", rows)["dim_source"].to_pylist()[0]
    assert row["virtual_machine_count"] == 7
    assert row["virtual_machines_collected_at"] == LATE
    assert row["triggered_alarm_count"] == 0
    assert row["triggered_alarms_collected_at"] == EARLY
    assert row["report_count"] == 3
    assert row["rejected_row_count"] == 3
    assert (row["esxi_host_count"], row["cluster_count"]) == (3, 1)
    assert (row["datastore_count"], row["vm_snapshot_count"]) == (None, 0)


def test_tables_are_made_of_what_is_said() -> None:
    """The lineage in Dagster, and what a run reads, follow from what is said here: a table more would be missing."""
    everything = core(virtual_machines=MACHINES)
    for name, made_from in MADE_FROM.items():
        assert build_table(name, "acme", "prod", {table: everything[table] for table in made_from}).num_rows >= 0


def test_few_columns_of_large_tables_suffice_for_other_tables() -> None:
    """A run keeps only these of 100,000 virtual machines: with all of them it would need three times the memory."""
    everything = core(
        virtual_machines=[row | {"folder": f"/dc/vm/{row['virtual_machine_key']}"} for row in MACHINES],
        vm_datastores=[{"virtual_machine_key": "k1", "datastore_name": "ds"}],
        datastores=[{"datastore_key": "d", "vcenter": "vc1", "name": "ds"}],
        vm_snapshots=[{"snapshot_key": "s", "vcenter": "vc1", "vm_name": "twin", "vm_folder": "k3"}],
        vm_disks=[{"virtual_machine_key": "k1", "label": "Hard disk 1"}],
    )
    few = everything | {name: everything[name].select(list(columns)) for name, columns in REFERRED_COLUMNS.items()}
    for name in ("bridge_vm_datastore", "fact_triggered_alarm", "dim_vm_snapshot", "dim_source"):
        assert build_table(name, "acme", "prod", few) == build_table(name, "acme", "prod", everything)
    assert build_table("dim_vm_snapshot", "acme", "prod", few)["virtual_machine_key"].to_pylist() == ["k3"]
    with_few_disks = everything | {"vm_disks": few["vm_disks"]}
    counted = build_table("dim_virtual_machine", "acme", "prod", with_few_disks)["disk_count"].to_pylist()
    assert counted == [1, None, None, None, None, None, None]
