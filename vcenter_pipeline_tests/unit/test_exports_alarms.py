"""Which virtual machine an alarm stands on, and the names that other tables know."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import build_table
from vcenter_pipeline.model.columns import core_table

NOON = datetime.fromisoformat("2026-01-31T12:00")
ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": NOON, "report": "r1"}


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


def published(alarms: list[dict[str, Any]], **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the published alarms, by their keys."""
    told = {"triggered_alarms": alarms} | rows
    names = ("triggered_alarms", "virtual_machines", "esxi_hosts", "datastores", "clusters")
    core = {
        name: pa.Table.from_pylist(
            [ALWAYS | {"collection": 1} | row for row in told.get(name, [])], core_table(name).arrow_schema
        )
        for name in names
    }
    return build_table("fact_triggered_alarm", "acme", "prod", core).to_pylist()


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
    [row] = published([alarm | {"vcenter": vcenter}], virtual_machines=MACHINES)
    assert row["virtual_machine_key"] == expected
    assert list(row)[:2] == ["alarm_key", "virtual_machine_key"]


def test_alarms_without_machines() -> None:
    """A source that sends alarms only must be published all the same."""
    alarm = {"alarm_key": "a", "entity_type": "VirtualMachine", "entity_moid": "vm-1", "vcenter": "vc1"}
    assert [row["virtual_machine_key"] for row in published([alarm])] == [None]


def test_names_of_entities_that_other_tables_know() -> None:
    """Reports of alarms often name nothing but moids: `host-9` tells an admin nothing."""
    named = [
        ("VirtualMachine", "vm-1", "vc1", "web"),
        ("VirtualMachine", "vm-1", "vc2", "web"),
        ("VirtualMachine", "vm-6", "vc1", None),
        ("HostSystem", "host-9", "vc1", "esx9"),
        ("HostSystem", "host-9", "vc2", None),
        ("Datastore", "datastore-3", "vc1", "vmfs3"),
        ("ClusterComputeResource", "domain-c8", "vc1", "blue"),
        ("Folder", "group-v3", "vc1", None),
        ("Folder", None, "vc1", None),
    ]
    alarms: list[dict[str, Any]] = [
        {"alarm_key": f"a{number}", "entity_type": kind, "entity_moid": moid, "vcenter": vcenter}
        for number, (kind, moid, vcenter, _) in enumerate(named)
    ]
    alarms.append({"alarm_key": "b", "entity_type": "HostSystem", "entity_moid": "host-9", "entity_name": "as told"})
    rows = published(
        alarms,
        virtual_machines=MACHINES,
        esxi_hosts=[{"esxi_host_key": "h", "moid": "host-9", "name": "esx9"}],
        datastores=[{"datastore_key": "d", "moid": "datastore-3", "name": "vmfs3"}],
        clusters=[{"cluster_key": "c", "moid": "domain-c8", "name": "blue"}],
    )
    assert [row["entity_name"] for row in rows] == [*(name for *_, name in named), "as told"]


def test_a_name_that_was_filled_joins_no_machine() -> None:
    """The moid stands on a machine of another key; its name must not lead to a third one."""
    alarm = {"alarm_key": "a", "entity_type": "VirtualMachine", "entity_moid": "host-9"}
    rows = published(
        [alarm], virtual_machines=MACHINES, esxi_hosts=[{"esxi_host_key": "h", "moid": "host-9", "name": "web"}]
    )
    assert [(row["entity_name"], row["virtual_machine_key"]) for row in rows] == [("web", None)]


def test_names_of_alarms_that_other_alarms_know() -> None:
    """One shape names the alarm definition and another only its moid; both are about the same definition."""
    alarms: list[dict[str, Any]] = [
        {"alarm_key": "a1", "alarm_moid": "alarm-1", "alarm_name": "Host connection"},
        {"alarm_key": "a2", "alarm_moid": "alarm-1"},
        {"alarm_key": "a3", "alarm_moid": "alarm-1", "vcenter": "vc2"},
        {"alarm_key": "a4", "alarm_moid": "alarm-2", "alarm_name": "before it was renamed"},
        {"alarm_key": "a5", "alarm_moid": "alarm-2", "alarm_name": "after it was renamed"},
        {"alarm_key": "a6", "alarm_moid": "alarm-2"},
        {"alarm_key": "a7"},
    ]
    names = [row["alarm_name"] for row in published(alarms)]
    assert names[:3] == ["Host connection", "Host connection", None]
    assert names[5:] == [None, None]


def test_a_time_without_zone_keeps_its_text() -> None:
    """The instant rests on a setting; who doubts it needs the report's own words."""
    alarm = {"alarm_key": "a", "triggered_at": NOON, "triggered_at_text": "31.01.2026 13:00"}
    [row] = published([alarm])
    assert (row["triggered_at"], row["triggered_at_text"]) == (NOON, "31.01.2026 13:00")
