"""Which tables come of what the database holds, and which machine an alarm stands on."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.model.columns import core_table

EARLY = datetime.fromisoformat("2026-01-30T02:00")
LATE = datetime.fromisoformat("2026-01-31T02:00")
ALWAYS = {"client": "acme", "environment": "prod", "collected_at": LATE, "report": "r1"}


def core(**rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give every table of the database, with these rows."""
    names = ("virtual_machines", "vm_nics", "vm_datastores", "vm_attributes", "triggered_alarms", "reports")
    return {
        name: pa.Table.from_pylist([ALWAYS | row for row in rows.get(name, [])], core_table(name).arrow_schema)
        for name in (*names, "rejected_rows")
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


@pytest.mark.parametrize(
    ("entity_type", "entity_moid", "entity_name", "vcenter", "expected"),
    [
        ("VirtualMachine", "vm-1", "another name", "vc1", "k1"),
        ("VirtualMachine", "vm-1", "web", "vc2", "k4"),
        ("VirtualMachine", "vm-1", "web", "vc3", None),
        ("VirtualMachine", "vm-9", "web", "vc1", None),
        ("VirtualMachine", None, "web", "vc1", "k1"),
        ("VirtualMachine", None, "Web", "vc1", "k5"),
        ("VirtualMachine", None, "WEB", "vc1", None),
        ("VirtualMachine", None, "twin", "vc1", None),
        ("VirtualMachine", None, None, "vc1", None),
        ("VirtualMachine", "vm-6", "split", "vc1", None),
        ("HostSystem", "vm-1", "web", "vc1", None),
        (None, "vm-1", "web", "vc1", None),
    ],
)
def test_machine_of_an_alarm(
    entity_type: str | None, entity_moid: str | None, entity_name: str | None, vcenter: str, expected: str | None
) -> None:
    """An alarm shown on the wrong machine sends somebody to repair what is well."""
    alarm = {"alarm_key": "a", "entity_type": entity_type, "entity_moid": entity_moid, "entity_name": entity_name}
    star = build_star("acme", "prod", core(virtual_machines=MACHINES, triggered_alarms=[alarm | {"vcenter": vcenter}]))
    assert star["fact_triggered_alarm"]["virtual_machine_key"].to_pylist() == [expected]
    assert star["fact_triggered_alarm"].column_names[:2] == ["alarm_key", "virtual_machine_key"]


def test_alarms_without_machines() -> None:
    """A source that sends alarms only must be published all the same."""
    alarm = {"alarm_key": "a", "entity_type": "VirtualMachine", "entity_moid": "vm-1", "vcenter": "vc1"}
    star = build_star("acme", "prod", core(triggered_alarms=[alarm]))
    assert star["fact_triggered_alarm"]["virtual_machine_key"].to_pylist() == [None]


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
    }


def test_counts_of_a_source() -> None:
    """A quarantined report must not count as read, nor 0 alarms as unknown."""
    ledger = {"path": "x.json", "ingested_at": LATE, "status": "ingested", "vcenter": "vc1"}
    reports = [
        ledger | {"report": "r1", "virtual_machine_count": 7, "rejected_row_count": 2},
        ledger | {"report": "r2", "triggered_alarm_count": 0, "rejected_row_count": 1, "collected_at": EARLY},
        ledger | {"report": "r3", "status": "quarantined", "collected_at": None},
    ]
    row = build_star("acme", "prod", core(virtual_machines=MACHINES, reports=reports))["dim_source"].to_pylist()[0]
    assert row["virtual_machine_count"] == 7
    assert row["virtual_machines_collected_at"] == LATE
    assert row["triggered_alarm_count"] == 0
    assert row["triggered_alarms_collected_at"] == EARLY
    assert row["report_count"] == 2
    assert row["rejected_row_count"] == 3
