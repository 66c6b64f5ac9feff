"""Triggered alarms as pyVmomi writes them: references are texts."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms.alarm_state import SHAPE, parse_alarm_state, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import TriggeredAlarm

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("triggeredAlarmState")

RECORD = TriggeredAlarm(
    alarm_name=None,
    description=None,
    alarm_moid="alarm-976",
    entity_type="HostSystem",
    entity_name=None,
    entity_moid="host-25",
    overall_status="yellow",
    triggered_at=datetime(2026, 11, 24, 4, 19, 11, 715008),  # noqa: DTZ001 - instants are naive UTC
    is_acknowledged=False,
    acknowledged_by=None,
    acknowledged_at=None,
)
STATE: dict[str, Any] = {
    "alarm": "'vim.alarm.Alarm:alarm-976'",
    "entity": "'vim.HostSystem:host-25'",
    "overallStatus": "yellow",
    "time": "2026-11-24T04:19:11.715008Z",
    "acknowledged": False,
}
"""As a script prints the `str()` of its references; made by hand."""


def parse(item: Item) -> TriggeredAlarm:
    """Parse one item."""
    return parse_alarm_state(item, AROUND, [])


def test_real_alarms_of_hosts_are_read() -> None:
    """`vmware_host_info` with `schema: vsphere` is the one Ansible module that gives a host's alarms."""
    results = json.loads((REPORTS / "ansible12/host_alarm_state.json").read_text())["results"]
    items = [item for result in results for item in result["ansible_facts"]["triggeredAlarmState"]]
    assert len(items) == 3
    assert {to_sureness(item, AROUND) for item in items} == {Sureness.SURE}
    assert parse(items[0]) == RECORD
    assert [parse(item).entity_moid for item in items] == ["host-25", "host-34", "host-105"]


def test_references_in_quotes_are_the_same() -> None:
    """`str()` of a reference has quotes; a moid with one joins nothing."""
    assert to_sureness(STATE, AROUND) == Sureness.SURE
    assert parse(STATE) == RECORD


def test_what_the_encoder_explodes_gives_names() -> None:
    """VmomiJSONEncoder writes an object whole where it was told to. Made by hand, from its source."""
    item = STATE | {
        "_vimtype": "vim.alarm.AlarmState",
        "alarm": {
            "_vimid": "alarm-976",
            "_vimref": "vim.alarm.Alarm:alarm-976",
            "_vimtype": "vim.alarm.Alarm",
            "info": {"name": "Host CPU usage", "description": "Default alarm: Host CPU usage"},
        },
        "entity": {"_vimid": "host-25", "_vimtype": "vim.HostSystem", "name": "esx-fra-01.corp.example.com"},
    }
    assert to_sureness(item, AROUND) == Sureness.SURE
    assert parse(item) == RECORD._replace(
        alarm_name="Host CPU usage",
        description="Default alarm: Host CPU usage",
        entity_name="esx-fra-01.corp.example.com",
    )


@pytest.mark.parametrize(
    ("entity", "kind", "moid"),
    [
        ("vim.VirtualMachine:vm-42", "VirtualMachine", "vm-42"),
        ("vim.ClusterComputeResource:domain-c8", "ClusterComputeResource", "domain-c8"),
        ("vim.Folder:group-d1", "Folder", "group-d1"),
        ("vim.dvs.DistributedVirtualPortgroup:dvportgroup-12", "DistributedVirtualPortgroup", "dvportgroup-12"),
        ("VirtualMachine-vm-42", "VirtualMachine", "vm-42"),
        ("somebody", None, None),
        (None, None, None),
    ],
)
def test_every_kind_of_entity_is_told(entity: str | None, kind: str | None, moid: str | None) -> None:
    """A cluster's alarm must not hang on nobody."""
    record = parse(STATE | {"entity": entity})
    assert (record.entity_type, record.entity_moid) == (kind, moid)


def test_others_are_not_claimed() -> None:
    """Declared alarms are all green, and a machine with a status is none."""
    assert to_sureness(STATE, Surroundings("declaredAlarmState")) == Sureness.NO
    assert to_sureness({"name": "web01", "overallStatus": "green"}, AROUND) == Sureness.NO
    assert to_sureness({"alarm": "CPU", "entity": "web01", "overallStatus": "red"}, AROUND) == Sureness.NO
    assert to_sureness({"alarm": {"type": "Alarm", "value": "a"}, "overallStatus": "red"}, AROUND) == Sureness.NO


def test_a_bad_value_names_its_key() -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^overallStatus: a list is not a text$"):
        parse(STATE | {"overallStatus": ["red"]})
    content = json.loads(SHAPE.content_of(STATE | {"entity": {"name": "x", "password": "hunter2"}}))
    assert set(content) == {"alarm", "overallStatus", "time", "acknowledged"}
