"""What is told of tables that fit together and are not as they should be, and what is passed over."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.attention import RULES
from vcenter_pipeline.exports.consistency import Finding, Terms
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES

NOON = datetime.fromisoformat("2026-01-31T12:00")
TERMS = Terms(NOON, fall_percent=20, snapshot_days=7, datastore_percent=85)
ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": NOON, "report": "r1"}


def at(text: str) -> datetime:
    """Give an instant of January 2026: `24T11:59`."""
    return datetime.fromisoformat(f"2026-01-{text}")


def find(name: str, table: str, **rows: list[dict[str, Any]]) -> Finding:
    """Give what the rule of that name and table finds in a source with these rows."""
    tables = PackedTables(
        (one, pa.Table.from_pylist([ALWAYS | row for row in rows.get(one, [])], published_table(one).arrow_schema))
        for one in PUBLISHED_TABLES
    )
    [rule] = [rule for rule in RULES if (rule.name, rule.table) == (name, table)]
    return rule.find(tables, TERMS)


def day(number: int, vcenter: str = "vc1", **counts: int | None) -> dict[str, Any]:
    """Give a row of `fact_source_daily`."""
    return {"collected_on": date(2026, 1, number), "vcenter": vcenter, **counts}


def test_a_list_that_became_much_shorter() -> None:
    """A playbook whose account lost a permission sees half the estate, and Power BI would show a great cleaning up."""
    days = [
        day(30, virtual_machine_count=79, esxi_host_count=4),
        day(28, virtual_machine_count=100, esxi_host_count=5),
        day(29, virtual_machine_count=None),
        day(30, "vc2", virtual_machine_count=80),
        day(29, "vc2", virtual_machine_count=100),
        day(30, "vc3", virtual_machine_count=3),
    ]
    found = find("lists_did_not_fall", "fact_source_daily", fact_source_daily=days)
    fallen = {
        "list": "virtual machines",
        "before": 100,
        "now": 79,
        "day_before": date(2026, 1, 28),
        "day": date(2026, 1, 30),
        "vcenter": "vc1",
    }
    assert found == Finding(3, 1, (fallen,)), "80 of 100 is what was allowed, and 4 of 5 hosts is one host"


def test_a_list_that_fell_to_nothing_and_one_that_rose_again() -> None:
    """What fell last week and is whole again is no news."""
    name = "lists_did_not_fall"
    gone = [day(1, datastore_count=6), day(2, datastore_count=0)]
    assert find(name, "fact_source_daily", fact_source_daily=gone).found == 1
    back = [*gone, day(3, datastore_count=6)]
    assert find(name, "fact_source_daily", fact_source_daily=back).found == 0
    assert find(name, "fact_source_daily", fact_source_daily=[day(1, datastore_count=6)]) == Finding(0, 0, ())


def test_an_address_that_two_running_machines_have() -> None:
    """Two machines with one address disturb each other now and then, which nobody finds by looking at either."""

    def machine(key: str, ip: str | None, **more: object) -> dict[str, Any]:
        return {"virtual_machine_key": key, "name": key, "primary_ip": ip, "power_state": "poweredOn", **more}

    machines = [
        machine("web", "10.0.0.5", esxi_host="esx1"),
        machine("db", "10.0.0.5"),
        machine("off", "10.0.0.5", power_state="poweredOff"),
        machine("template", "10.0.0.5", is_template=True),
        machine("elsewhere", "10.0.0.5", vcenter="vc2"),
        machine("no1", "169.254.1.1"),
        machine("no2", "169.254.1.1"),
        machine("none1", None),
        machine("none2", None),
        machine("alone", "10.0.0.6", is_template=False),
        machine("unknown", "10.0.0.5", power_state=None),
    ]
    found = find("addresses_are_not_shared", "dim_virtual_machine", dim_virtual_machine=machines)
    assert found == Finding(
        4,
        2,
        (
            {"primary_ip": "10.0.0.5", "name": "db", "esxi_host": None, "vcenter": "vc1"},
            {"primary_ip": "10.0.0.5", "name": "web", "esxi_host": "esx1", "vcenter": "vc1"},
        ),
    )


def test_old_snapshots_of_lists_and_of_machines() -> None:
    """A forgotten snapshot fills its datastore, whichever report tells of it."""
    snapshots: list[dict[str, Any]] = [
        {
            "snapshot_key": "s1",
            "virtual_machine_key": "k1",
            "vm_name": "web",
            "name": "old",
            "created_at": at("24T11:59"),
        },
        {
            "snapshot_key": "s2",
            "virtual_machine_key": "k1",
            "vm_name": "web",
            "name": "new",
            "created_at": at("24T12:00"),
        },
        {"snapshot_key": "s3", "virtual_machine_key": "k1", "vm_name": "web", "name": "undated"},
        {"snapshot_key": "s4", "vm_name": "nobody's", "name": "older", "created_at": at("01T00:00")},
    ]
    machines: list[dict[str, Any]] = [
        {"virtual_machine_key": "k1", "name": "web", "oldest_snapshot_at": at("24T11:59")},
        {"virtual_machine_key": "k2", "name": "db", "oldest_snapshot_at": at("10T00:00")},
        {"virtual_machine_key": "k3", "name": "none"},
    ]
    found = find("snapshots_are_young", "dim_vm_snapshot", dim_vm_snapshot=snapshots, dim_virtual_machine=machines)
    assert (found.looked_at, found.found) == (4, 3)
    assert found.sample == (
        {"vm_name": "nobody's", "name": "older", "created_at": at("01T00:00"), "vcenter": "vc1"},
        {"vm_name": "db", "name": None, "created_at": at("10T00:00"), "vcenter": "vc1"},
        {"vm_name": "web", "name": "old", "created_at": at("24T11:59"), "vcenter": "vc1"},
    )


def test_full_datastores() -> None:
    """A datastore that is full stops every machine on it."""
    gib = 2**30
    stores = [
        {"datastore_key": "d1", "name": "full", "capacity_bytes": 1_000 * gib, "free_bytes": 100 * gib},
        {"datastore_key": "d2", "name": "just so", "capacity_bytes": 100, "free_bytes": 15},
        {"datastore_key": "d3", "name": "fuller", "capacity_bytes": 100 * gib, "free_bytes": 0},
        {"datastore_key": "d4", "name": "impossible", "capacity_bytes": 10, "free_bytes": 11},
        {"datastore_key": "d5", "name": "unreachable", "capacity_bytes": 0, "free_bytes": 0},
        {"datastore_key": "d6", "name": "unknown", "capacity_bytes": 100},
    ]
    found = find("datastores_are_not_full", "dim_datastore", dim_datastore=stores)
    fuller = {"name": "fuller", "used_percent": 100.0, "free_gib": 0.0, "capacity_gib": 100.0, "vcenter": "vc1"}
    full = {"name": "full", "used_percent": 90.0, "free_gib": 100.0, "capacity_gib": 1_000.0, "vcenter": "vc1"}
    assert found == Finding(3, 2, (fuller, full))


@pytest.mark.parametrize(
    ("table", "column", "key"),
    [
        ("fact_report", "collected_at", {"report": "r1", "path": "acme/prod/x.json", "status": "ingested"}),
        ("fact_triggered_alarm", "triggered_at", {"alarm_key": "a1"}),
        ("fact_triggered_alarm", "acknowledged_at", {"alarm_key": "a1"}),
        ("dim_virtual_machine", "created_at", {"virtual_machine_key": "k1"}),
        ("dim_virtual_machine", "booted_at", {"virtual_machine_key": "k1"}),
        ("dim_vm_snapshot", "created_at", {"snapshot_key": "s1"}),
    ],
)
def test_times_that_are_still_to_come(table: str, column: str, key: dict[str, Any]) -> None:
    """A clock or a time zone that is wrong makes ages and minutes wrong in every picture."""

    def found(moment: datetime | None) -> tuple[int, int]:
        rows = [key | {"ingested_at": NOON, column: moment}]
        finding = find("times_are_not_in_the_future", table, **{table: rows})
        return finding.looked_at, finding.found

    assert found(at("31T12:06")) == (1, 1)
    assert found(at("31T12:04")) == (1, 0), "clocks differ"
    assert found(None) == (0, 0)


def test_nothing_at_all() -> None:
    """A new source has no rows: no rule may fail on that, and with it the run."""
    for rule in RULES:
        assert find(rule.name, rule.table) == Finding(0, 0, ())
