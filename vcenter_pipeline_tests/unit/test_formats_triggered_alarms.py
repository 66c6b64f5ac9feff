"""Triggered alarms as home-made modules and scripts list them: flat objects, with words of their own."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms import alarm_events, alarm_state, govc_alarms, powercli_alarms, triggered_alarms
from vcenter_pipeline.formats.alarms.triggered_alarms import SHAPE, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import TriggeredAlarm

REPORTS = Path(__file__).parent.parent / "reports"
ALARMS = Surroundings("alarms")

FLAT: dict[str, Any] = {
    "acknowledged": True,
    "acknowledged_by": "administrator@vsphere.local",
    "acknowledged_time": "2026-11-24T04:19:11.723238+00:00",
    "alarm_moid": "alarm-972",
    "alarm_name": "Virtual machine CPU usage",
    "description": "Default alarm: Virtual machine CPU usage",
    "entity": "fra-web-01",
    "entity_moid": "vm-149",
    "entity_type": "vim.VirtualMachine",
    "key": "972.149",
    "severity": "CRITICAL",
    "status": "RED",
    "time": "2026-11-24 04:19:11.689839+00:00",
}
RECORD = TriggeredAlarm(
    alarm_name="Virtual machine CPU usage",
    description="Default alarm: Virtual machine CPU usage",
    alarm_moid="alarm-972",
    entity_type="VirtualMachine",
    entity_name="fra-web-01",
    entity_moid="vm-149",
    overall_status="red",
    triggered_at=datetime(2026, 11, 24, 4, 19, 11, 689839),  # noqa: DTZ001 - instants are naive UTC
    is_acknowledged=True,
    acknowledged_by="administrator@vsphere.local",
    acknowledged_at=datetime(2026, 11, 24, 4, 19, 11, 723238),  # noqa: DTZ001 - as above
)


OLD: dict[str, Any] = {
    "vm_name": "fra-web-01",
    "alarm_name": "Virtual machine CPU usage",
    "severity": "critical",
    "status": "active",
    "triggered_time": "2026-07-01 10:00:00",
    "acknowledged": False,
}
"""As the documented input of an older program has it; made by hand."""


def parse(item: Item) -> TriggeredAlarm:
    """Parse one item of a list of alarms."""
    return triggered_alarms.parse_triggered_alarm(item, ALARMS, [])


def test_a_flat_alarm_fills_every_column() -> None:
    """A swapped key would publish the description as the alarm."""
    assert parse(FLAT) == RECORD


def test_every_alarm_of_the_real_reports_is_read() -> None:
    """The module and the script list the same 29 alarms; one that is left out would count as cleared."""
    listed = json.loads((REPORTS / "alarms/alarms_module_list.json").read_text())
    script = json.loads((REPORTS / "alarms/alarms_script_register.json").read_text())
    printed = json.loads(script["stdout"])["alarms"]
    for items in (listed, printed):
        assert len(items) == 29
        assert {to_sureness(item, ALARMS) for item in items} == {Sureness.SURE}
        records = [parse(item) for item in items]
        assert sum(record.overall_status == "red" for record in records) == 13
        assert {record.overall_status for record in records} == {"red", "yellow"}
        assert sum(record.is_acknowledged is True for record in records) == 3
        assert all(record.triggered_at is not None and record.entity_name is not None for record in records)
    first = parse(printed[0])
    assert (first.alarm_name, first.entity_name, first.entity_type, first.entity_moid) == (
        "Virtual machine CPU usage",
        "fra-web-01",
        "VirtualMachine",
        None,
    )


def test_yaml_leaves_texts() -> None:
    """The text `false` is truthy: every alarm would be acknowledged."""
    record = parse(FLAT | {"acknowledged": "false", "acknowledged_time": None})
    assert (record.is_acknowledged, record.acknowledged_at) == (False, None)


def test_a_script_leaves_out_the_moids() -> None:
    """Most scripts give names only; their alarms are alarms."""
    record = parse({key: FLAT[key] for key in ("alarm_name", "entity", "status")})
    assert record == TriggeredAlarm(
        "Virtual machine CPU usage", None, None, None, "fra-web-01", None, "red", None, None, None, None
    )


def test_the_older_program_s_alarms_are_read() -> None:
    """They say `active` where others have a colour; refused for that, every old file would be lost."""
    assert to_sureness(OLD, ALARMS) == Sureness.SURE
    assert parse(OLD) == TriggeredAlarm(
        alarm_name="Virtual machine CPU usage",
        description=None,
        alarm_moid=None,
        entity_type="VirtualMachine",
        entity_name="fra-web-01",
        entity_moid=None,
        overall_status="red",
        triggered_at=datetime(2026, 7, 1, 10),  # noqa: DTZ001 - instants are naive UTC
        is_acknowledged=False,
        acknowledged_by=None,
        acknowledged_at=None,
        triggered_at_text="2026-07-01 10:00:00",
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"status": "active", "severity": "warning"}, "yellow"),
        ({"status": "triggered", "severity": "yellow"}, "yellow"),
        ({"status": "Triggered", "severity": "INFO"}, "green"),
        ({"status": "open", "severity": "unknown"}, "gray"),
        ({"status": "active", "severity": "normal"}, "green"),
        ({"overallStatus": "RED", "severity": "warning"}, "red"),
        ({"overall_status": "gray"}, "gray"),
        ({"status": "cleared", "severity": "critical"}, "green"),
        ({"status": "alert"}, "red"),
        ({"severity": "P3"}, None),
        ({"status": "active"}, None),
        ({"status": None, "severity": "critical"}, "red"),
        ({"status": "purple", "severity": "P3"}, "purple"),
    ],
)
def test_the_colour_is_found_where_it_is_said(said: dict[str, object], status: str | None) -> None:
    """A critical alarm that is shown as a warning is looked at too late; an invented colour is worse."""
    item = {key: value for key, value in OLD.items() if key not in {"status", "severity"}} | said
    assert parse(item).overall_status == status


def test_other_spellings_are_the_same_alarm() -> None:
    """Everybody writes the script anew; one word that is not known empties its column."""
    item = {
        "name": "Virtual machine CPU usage",
        "description": "Default alarm: Virtual machine CPU usage",
        "alarm_moid": "vim.alarm.Alarm:alarm-972",
        "entity_name": "fra-web-01",
        "entity_type": "vim.VirtualMachine",
        "entity_id": "'vim.VirtualMachine:vm-149'",
        "overallStatus": "red",
        "triggered_at": "2026-11-24 04:19:11.689839+00:00",
        "ack": "True",
        "ack_by": "administrator@vsphere.local",
        "ack_time": "2026-11-24T04:19:11.723238Z",
    }
    assert to_sureness(item, Surroundings("x")) == Sureness.LIKELY
    assert parse(item) == RECORD


def test_a_reference_is_no_name() -> None:
    """`str()` of a pyVmomi object in the column of names would match no virtual machine."""
    item = {"alarm": "Host CPU usage", "entity": "'vim.HostSystem:host-25'", "status": "red"}
    record = parse(item)
    assert to_sureness(item, ALARMS) == Sureness.SURE
    assert (record.entity_type, record.entity_name, record.entity_moid) == ("HostSystem", None, "host-25")
    both = {"alarm_name": "Host CPU usage", "entity_name": "esx01", **item, "alarm": "vim.alarm.Alarm:alarm-9"}
    record = parse(both)
    assert to_sureness(both, ALARMS) == Sureness.SURE
    assert (record.alarm_name, record.alarm_moid) == ("Host CPU usage", "alarm-9")
    assert (record.entity_name, record.entity_moid) == ("esx01", "host-25")
    record = parse({"alarm": "'vim.alarm.Alarm:alarm-9'", "entity": "Prod-web-01", "status": "red"})
    assert (record.alarm_name, record.alarm_moid, record.entity_name) == (None, "alarm-9", "Prod-web-01")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "yesterday"}, "time: 'yesterday' is not a time such as 2026-01-31T02:00:00Z"),
        ({"acknowledged": "maybe"}, "acknowledged: 'maybe' is neither true nor false"),
        ({"entity": {"password": "hunter2"}}, "entity: an object is not a text"),
        ({"alarm_name": "\ud800"}, "alarm_name: '\\ud800' holds half of a surrogate pair, which cannot be stored"),
        ({"status": ["red"]}, "status: a list is not a text"),
        ({"acknowledged_time": True}, "acknowledged_time: True is not a time such as 2026-01-31T02:00:00Z"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(FLAT | changes)
    assert str(caught.value) == reason


def test_a_rejected_alarm_keeps_no_free_text_and_nothing_unread() -> None:
    """Descriptions are free text and may hold anything."""
    content = json.loads(SHAPE.content_of(FLAT | {"token": "hunter2", "time": {"a": "hunter2"}}))
    assert set(content) == {
        "acknowledged",
        "acknowledged_by",
        "acknowledged_time",
        "alarm_moid",
        "alarm_name",
        "entity",
        "entity_moid",
        "entity_type",
        "severity",
        "status",
    }


@pytest.mark.parametrize(
    "item",
    [
        {"alarm_name": "CPU", "enabled": True},
        {"alarm_name": "CPU", "severity": "critical", "enabled": True},
        {"name": "web01", "status": "green", "cluster": "prod"},
        {"name": "before update", "vm_name": "web01", "status": "ok"},
        {"vm_name": "web01", "power_state": "poweredOn", "status": "green"},
        {"name": "web01", "overallStatus": "green", "triggeredAlarmState": []},
        {"alarm": {"name": "CPU"}, "entity": {"name": "web01"}, "status": "red"},
        {"alarm_name": None, "entity": "web01", "status": "red"},
        {"alarm_name": 5, "entity": "web01", "status": "red"},
        {},
    ],
)
def test_what_is_no_alarm_is_not_claimed(item: dict[str, object]) -> None:
    """Definitions, machines and snapshots would be published as triggered alarms."""
    assert to_sureness(item, ALARMS) == Sureness.NO


def test_no_alarm_is_claimed_twice() -> None:
    """Two shapes that claim one item make the reader choose, and every alarm may count twice."""
    reference = {"type": "VirtualMachine", "value": "vm-149"}
    event = {"key": 1, "chainId": 1, "createdTime": "2026-01-31T02:00:00Z"}
    samples: dict[str, list[Item]] = {
        "triggered_alarms": [
            FLAT,
            OLD,
            {"alarm": "CPU", "entity": "web01", "overallStatus": "red", "acknowledgedByUser": None},
            {"alarm": "vim.alarm.Alarm:alarm-9", "entity": "web01", "overallStatus": "red"},
        ],
        "govc_alarms": [
            {"alarm": {"type": "Alarm", "value": "alarm-9"}, "entity": reference, "overallStatus": "red"},
            {"Alarm": {"Type": "Alarm", "Value": "alarm-9"}, "Entity": {"Type": "V", "Value": "v"}, "OverallStatus": 3},
        ],
        "alarm_state": [
            {"alarm": "vim.alarm.Alarm:alarm-9", "entity": "vim.HostSystem:host-25", "overallStatus": "red"},
            {"alarm": None, "entity": None, "overallStatus": "red", "_vimtype": "vim.alarm.AlarmState"},
        ],
        "powercli_alarms": [
            {"VC": "vc", "EntityType": "VirtualMachine", "Alarm": "CPU", "Entity": "web01", "Status": 3},
            {"vc": "vc", "entitytype": "VirtualMachine", "alarm": "CPU", "entity": "web01", "status": "red"},
            {"Entity": "web01", "Alarm": "CPU", "AlarmStatus": "red"},
        ],
        "alarm_events": [
            event,
            event
            | {"alarm": {"name": "CPU", "alarm": reference}, "entity": {"name": "w"}, "from": "red", "to": "gray"},
        ],
    }
    shapes = [module.SHAPE for module in (alarm_events, alarm_state, govc_alarms, powercli_alarms, triggered_alarms)]
    for name, items in samples.items():
        for item in items:
            assert [shape.name for shape in shapes if shape.sureness(item, ALARMS)] == [name], item
