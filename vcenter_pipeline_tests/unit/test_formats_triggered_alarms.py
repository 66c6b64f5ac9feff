"""Triggered alarms, flat and as vSphere's AlarmState."""

import json
from datetime import datetime
from typing import Any

import pytest

from vcenter_pipeline.formats import govc_alarms, triggered_alarms
from vcenter_pipeline.model.records import TriggeredAlarm

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
STATE: dict[str, Any] = {
    "key": "972.149",
    "entity": {"type": "VirtualMachine", "value": "vm-149"},
    "alarm": {"type": "Alarm", "value": "alarm-972"},
    "overallStatus": "red",
    "time": "2026-11-24T04:19:11.689839761Z",
    "acknowledged": True,
    "acknowledgedByUser": "administrator@vsphere.local",
    "acknowledgedTime": "2026-11-24T04:19:11.723238104Z",
    "name": {"name": "Virtual machine CPU usage", "description": "Default alarm: Virtual machine CPU usage"},
    "event": {"objectId": "vm-149", "objectName": "fra-web-01", "userName": "administrator@vsphere.local"},
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


def test_a_flat_alarm_fills_every_column() -> None:
    """A swapped key would publish the description as the alarm."""
    assert triggered_alarms.parse_triggered_alarm(FLAT, []) == RECORD


def test_an_alarm_state_fills_the_same_columns() -> None:
    """The same alarm from govc must be the same alarm in Power BI."""
    assert govc_alarms.parse_alarm_state(STATE, []) == RECORD


def test_yaml_leaves_texts() -> None:
    """The text `false` is truthy: every alarm would be acknowledged."""
    record = triggered_alarms.parse_triggered_alarm(FLAT | {"acknowledged": "false", "acknowledged_time": None}, [])
    assert (record.is_acknowledged, record.acknowledged_at) == (False, None)


def test_a_script_leaves_out_the_moids() -> None:
    """Most scripts give names only; their alarms are alarms."""
    item = {key: FLAT[key] for key in ("alarm_name", "entity", "status")}
    record = triggered_alarms.parse_triggered_alarm(item, [])
    assert record == TriggeredAlarm(
        "Virtual machine CPU usage", None, None, None, "fra-web-01", None, "red", None, None, None, None
    )


def test_an_event_about_another_object_names_nobody() -> None:
    """An alarm on a host would carry the name of a virtual machine."""
    record = govc_alarms.parse_alarm_state(STATE | {"event": {"objectId": "vm-1", "objectName": "other"}}, [])
    assert record.entity_name is None
    record = govc_alarms.parse_alarm_state({key: STATE[key] for key in ("alarm", "entity", "overallStatus")}, [])
    assert (record.alarm_name, record.entity_name, record.entity_moid) == (None, None, "vm-149")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "yesterday"}, "time: 'yesterday' is not a time such as 2026-01-31T02:00:00Z"),
        ({"acknowledged": "maybe"}, "acknowledged: 'maybe' is neither true nor false"),
        ({"entity": {"password": "hunter2"}}, "entity: an object is not a text"),
        ({"alarm_name": "\ud800"}, "alarm_name: '\\ud800' holds half of a surrogate pair, which cannot be stored"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        triggered_alarms.parse_triggered_alarm(FLAT | changes, [])
    assert str(caught.value) == reason


def test_a_rejected_alarm_keeps_no_free_text_and_nothing_unread() -> None:
    """Descriptions and events are free text and may hold anything."""
    content = json.loads(triggered_alarms.SHAPE.content_of(FLAT | {"token": "hunter2", "time": {"a": "hunter2"}}))
    assert set(content) == {
        "acknowledged",
        "acknowledged_by",
        "acknowledged_time",
        "alarm_moid",
        "alarm_name",
        "entity",
        "entity_moid",
        "entity_type",
        "status",
    }
    assert json.loads(govc_alarms.SHAPE.content_of(STATE)) == {
        "overallStatus": "red",
        "time": "2026-11-24T04:19:11.689839761Z",
        "acknowledged": True,
        "acknowledgedByUser": "administrator@vsphere.local",
        "acknowledgedTime": "2026-11-24T04:19:11.723238104Z",
        "alarm.type": "Alarm",
        "alarm.value": "alarm-972",
        "entity.type": "VirtualMachine",
        "entity.value": "vm-149",
        "name.name": "Virtual machine CPU usage",
    }


def test_each_form_is_told_from_the_other_and_from_other_lists() -> None:
    """A list of alarm definitions or of events would be published as triggered alarms."""
    assert triggered_alarms.SHAPE.looks_like(FLAT, "")
    assert not triggered_alarms.SHAPE.looks_like(STATE, "alarms")
    assert govc_alarms.SHAPE.looks_like(STATE, "")
    assert not govc_alarms.SHAPE.looks_like(FLAT, "alarms")
    assert not triggered_alarms.SHAPE.looks_like({"alarm_name": "CPU", "enabled": True}, "alarms")
    assert not govc_alarms.SHAPE.looks_like({"alarm": "CPU", "entity": "web", "overallStatus": "red"}, "alarms")
