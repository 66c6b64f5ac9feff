"""The numbers of one day, counted by hand. Rows are hand-made, as states have them."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import key_column
from vcenter_pipeline.model.daily import Day, find_daily
from vcenter_pipeline.model.matching import State

PREFIX = "acme/prod:"
AT = datetime.fromisoformat("2026-01-31T23:59:59.999999")
OLD = datetime.fromisoformat("2025-12-24T18:00")
NEW = datetime.fromisoformat("2026-01-30T18:00")
OF_THE_DAY = {"client": "acme", "environment": "prod", "vcenter": "vc01", "report": "r1", "collected_at": AT}
FREE = frozenset(OF_THE_DAY) | {"collected_on", "kind", "row_number"}


def state(kind: Kind, *rows: dict[str, Any]) -> State:
    """Give a state; each row has a key of its own."""
    made = [
        OF_THE_DAY | {"report": "r0", "collection": 1, key_column(kind): f"{PREFIX}{number}"} | row
        for number, row in enumerate(rows)
    ]
    return State(pa.Table.from_pylist(made, core_table(kind).arrow_schema), PREFIX)


def daily(kind: Kind, *rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of the day, by table and column."""
    found = find_daily(state(kind, *rows), Day("acme", "prod", "vc01", "r1", AT, kind))
    return {
        name: [dict(zip((column.name for column in core_table(name).columns), row, strict=True)) for row in some]
        for name, some in found.items()
    }


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Give what is known of a row, but for what the whole day shares."""
    return {name: value for name, value in row.items() if value is not None and name not in FREE}


def of_source(kind: Kind, *rows: dict[str, Any]) -> dict[str, Any]:
    """Give what is known of the one row of the source."""
    (row,) = daily(kind, *rows)["source_daily"]
    return told(row)


def on(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a virtual machine that runs."""
    return {"power_state": "poweredOn", **values}


def off(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give one that is off."""
    return {"power_state": "poweredOff", **values}


def test_every_row_says_of_which_day_and_list_it_is() -> None:
    """Rows of several kinds become one: the day is that of the list in UTC, not of a row that was filled in."""
    found = daily("virtual_machines", on(cluster="c1", datacenter="dc1"))
    (source,), (cluster,) = found["source_daily"], found["cluster_daily"]
    expected = OF_THE_DAY | {"collected_on": date(2026, 1, 31), "kind": "virtual_machines"}
    assert {name: source[name] for name in expected} == expected
    expected |= {"row_number": 1, "cluster": "c1", "datacenter": "dc1"}
    assert {name: cluster[name] for name in expected} == expected


def test_virtual_machines() -> None:
    """The numbers that a capacity report begins with."""
    found = of_source(
        "virtual_machines",
        on(cpu_count=2, memory_mib=1024, storage_bytes=10, provisioned_bytes=20, committed_bytes=5, snapshot_count=0),
        on(cpu_count=4, memory_mib=4096, storage_bytes=30, provisioned_bytes=40, committed_bytes=6, snapshot_count=2)
        | {"oldest_snapshot_at": NEW},
        off(cpu_count=8, memory_mib=8192, storage_bytes=50, provisioned_bytes=60, committed_bytes=7, snapshot_count=1)
        | {"oldest_snapshot_at": OLD},
        {"power_state": "suspended", "cpu_count": 1, "memory_mib": 512, "is_template": False},
    )
    assert found == {
        "virtual_machine_count": 4,
        "powered_on_count": 2,
        "powered_off_count": 1,
        "suspended_count": 1,
        "template_count": 0,
        "vcpu_count": 15,
        "vcpu_on_count": 6,
        "vm_memory_mib": 13824,
        "vm_memory_on_mib": 5120,
        "vm_storage_bytes": 90,
        "vm_provisioned_bytes": 120,
        "vm_used_bytes": 18,
        "snapshot_count": 3,
        "oldest_snapshot_at": OLD,
    }


def test_templates_are_no_machines() -> None:
    """Their processors do not run anywhere; what nobody calls a template is a machine."""
    found = of_source(
        "virtual_machines",
        on(cpu_count=2, is_template=None),
        off(cpu_count=4, is_template=True, storage_bytes=10),
        off(cpu_count=8, is_template=False, storage_bytes=20),
    )
    assert found == {
        "virtual_machine_count": 2,
        "powered_on_count": 1,
        "powered_off_count": 1,
        "suspended_count": 0,
        "template_count": 1,
        "vcpu_count": 10,
        "vcpu_on_count": 2,
        "vm_storage_bytes": 20,
    }


def test_unknown_is_not_zero() -> None:
    """A list of names says how many machines there are, and not that none of them runs or has processors."""
    assert of_source("virtual_machines", {"name": "a"}, {"name": "b"}) == {"virtual_machine_count": 2}


def test_nothing_running_is_zero_running() -> None:
    """Where all are known to be off, no processor runs; that nothing takes no memory is known without a list of it."""
    found = of_source("virtual_machines", off(cpu_count=2), off(cpu_count=4))
    assert found == {
        "virtual_machine_count": 2,
        "powered_on_count": 0,
        "powered_off_count": 2,
        "suspended_count": 0,
        "vcpu_count": 6,
        "vcpu_on_count": 0,
        "vm_memory_on_mib": 0,
    }


def test_running_without_processors_told() -> None:
    """Unknown processors of running machines are not none."""
    found = of_source("virtual_machines", on(), off(cpu_count=4))
    assert (found["powered_on_count"], found["vcpu_count"], found.get("vcpu_on_count")) == (1, 4, None)


def test_only_templates() -> None:
    """Nothing but templates is no machine at all, which is known."""
    found = of_source("virtual_machines", off(cpu_count=4, memory_mib=1024, is_template=True))
    assert found["virtual_machine_count"] == found["vcpu_count"] == found["vcpu_on_count"] == 0
    assert found["powered_on_count"] == found["powered_off_count"] == found["vm_memory_mib"] == 0
    assert found["template_count"] == 1


def test_machines_by_cluster() -> None:
    """Two datacenters may each have a cluster of one name; a machine outside of any is in no row."""
    found = daily(
        "virtual_machines",
        on(cluster="prod", datacenter="dc2", cpu_count=8),
        on(cluster="prod", datacenter="dc1", cpu_count=2),
        off(cluster="prod", datacenter="dc1", cpu_count=4),
        on(cluster="prod", datacenter=None, cpu_count=16),
        on(cluster="dev", datacenter="dc1"),
        on(cluster=None, datacenter="dc1", cpu_count=32),
    )["cluster_daily"]
    assert [(row["row_number"], row["datacenter"], row["cluster"]) for row in found] == [
        (1, None, "prod"),
        (2, "dc1", "dev"),
        (3, "dc1", "prod"),
        (4, "dc2", "prod"),
    ]
    assert [(row["virtual_machine_count"], row["vcpu_count"], row["vcpu_on_count"]) for row in found] == [
        (1, 16, 16),
        (1, None, None),
        (2, 6, 2),
        (1, 8, 8),
    ]


def test_no_cluster_no_rows() -> None:
    """A stand-alone host has none."""
    assert set(daily("virtual_machines", on(cluster=None))) == {"source_daily"}


def test_hosts() -> None:
    """Unknown load is not an idle host; sums are of what is known."""
    some: list[dict[str, Any]] = [
        {"cluster": "c1", "cpu_core_count": 16, "cpu_total_mhz": 40000, "memory_mib": 1000, "memory_used_mib": 500},
        {"cluster": "c1", "cpu_core_count": 32, "memory_mib": 3000},
        {"cluster": None, "cpu_core_count": 8},
    ]
    assert of_source("esxi_hosts", *some) == {
        "esxi_host_count": 3,
        "cpu_core_count": 56,
        "cpu_total_mhz": 40000,
        "host_memory_mib": 4000,
        "host_memory_used_mib": 500,
    }
    (cluster,) = daily("esxi_hosts", *some)["cluster_daily"]
    assert told(cluster) == {
        "cluster": "c1",
        "esxi_host_count": 2,
        "cpu_core_count": 48,
        "cpu_total_mhz": 40000,
        "host_memory_mib": 4000,
        "host_memory_used_mib": 500,
    }


def test_clusters() -> None:
    """The list of clusters tells hosts and load itself; a cluster without a name cannot be joined to anything."""
    found = daily(
        "clusters",
        {
            "name": "prod",
            "datacenter": "dc1",
            "host_count": 3,
            "cpu_total_mhz": 9,
            "cpu_used_mhz": 4,
            "memory_mib": 8,
            "memory_used_mib": 2,
        },
        {"name": None, "moid": "domain-c9", "host_count": 1},
        {"name": "prod", "datacenter": "dc2", "host_count": 0},
    )
    assert [told(row) for row in found["source_daily"]] == [{"cluster_count": 3}]
    assert [(row["row_number"], told(row)) for row in found["cluster_daily"]] == [
        (
            1,
            {
                "cluster": "prod",
                "datacenter": "dc1",
                "esxi_host_count": 3,
                "cpu_total_mhz": 9,
                "cpu_used_mhz": 4,
                "host_memory_mib": 8,
                "host_memory_used_mib": 2,
            },
        ),
        (2, {"cluster": "prod", "datacenter": "dc2", "esxi_host_count": 0}),
    ]


def test_datastores() -> None:
    """One that no host reaches has no sizes; it is there all the same."""
    found = daily(
        "datastores",
        {"datastore_key": PREFIX + "/vmfs/volumes/a", "name": "a", "capacity_bytes": 100, "free_bytes": 40}
        | {"provisioned_bytes": 90},
        {"datastore_key": PREFIX + "datastore-2", "name": "b"},
    )
    assert [told(row) for row in found["source_daily"]] == [
        {"datastore_count": 2, "capacity_bytes": 100, "free_bytes": 40, "provisioned_bytes": 90}
    ]
    assert [(row["row_number"], told(row)) for row in found["datastore_daily"]] == [
        (
            1,
            {
                "object_key": "/vmfs/volumes/a",
                "name": "a",
                "capacity_bytes": 100,
                "free_bytes": 40,
                "provisioned_bytes": 90,
            },
        ),
        (2, {"object_key": "datastore-2", "name": "b"}),
    ]
    assert of_source("datastores", {"name": "b"}) == {"datastore_count": 1}


def test_snapshots() -> None:
    """No snapshot is an answer; one of unknown age counts."""
    assert of_source("vm_snapshots") == {"snapshot_count": 0}
    assert of_source("vm_snapshots", {"created_at": NEW}, {"created_at": OLD}, {"created_at": None}) == {
        "snapshot_count": 3,
        "oldest_snapshot_at": OLD,
    }


def test_alarms() -> None:
    """Green ones do not stand; one without a colour does, and is neither critical nor a warning."""
    found = of_source(
        "triggered_alarms",
        {"overall_status": "red", "is_acknowledged": False},
        {"overall_status": "red", "is_acknowledged": True},
        {"overall_status": "yellow", "is_acknowledged": None},
        {"overall_status": "gray", "is_acknowledged": False},
        {"overall_status": None},
        {"overall_status": "green", "is_acknowledged": False},
    )
    assert found == {
        "alarm_count": 5,
        "critical_alarm_count": 2,
        "warning_alarm_count": 1,
        "unacknowledged_alarm_count": 2,
    }


@pytest.mark.parametrize("rows", [[], [{"overall_status": "green", "is_acknowledged": False}]])
def test_no_alarm_is_an_answer(rows: list[dict[str, Any]]) -> None:
    """A day without alarms is what people hope to see; it must not look like a day without a list."""
    assert of_source("triggered_alarms", *rows) == {
        "alarm_count": 0,
        "critical_alarm_count": 0,
        "warning_alarm_count": 0,
        "unacknowledged_alarm_count": 0,
    }


def test_acknowledgements_that_nobody_tells() -> None:
    """A list without them does not say that somebody has seen to all."""
    assert of_source("triggered_alarms", {"overall_status": "red"}) == {
        "alarm_count": 1,
        "critical_alarm_count": 1,
        "warning_alarm_count": 0,
    }


def test_alarms_without_colours() -> None:
    """Where no colour is told, nobody knows how many are critical."""
    found = of_source("triggered_alarms", {"overall_status": None}, {"overall_status": None})
    assert found == {"alarm_count": 2}


def test_rows_are_in_the_types_of_the_database() -> None:
    """SQLite takes any type into any column, and Power BI then refuses the refresh."""
    for kind in ("virtual_machines", "esxi_hosts", "clusters", "datastores", "triggered_alarms", "vm_snapshots"):
        row = {"name": "x", "cluster": "c", "cpu_count": 1, "is_template": False, "created_at": NEW}
        made = {name: value for name, value in row.items() if name in core_table(kind).arrow_schema.names}
        for name, rows in daily(kind, made).items():
            assert pa.Table.from_pylist(rows, core_table(name).arrow_schema).num_rows == 1
            for value in rows[0].values():
                assert value is None or type(value) in {str, int, datetime, date}
