"""Triggered alarms as vSphere's own AlarmState objects: govc, the JSON API, PowerCLI's raw property."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms.govc_alarms import SHAPE, parse_alarm_state, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import TriggeredAlarm

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("")

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
NAMELESS = RECORD._replace(alarm_name=None, description=None, entity_name=None)


def parse(item: Item) -> TriggeredAlarm:
    """Parse one item."""
    return parse_alarm_state(item, AROUND, [])


def capitalised(value: object) -> Any:  # noqa: ANN401 - what it is given
    """Give the value with the keys of old govc, which were Go's own names."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: capitalised(item) for key, item in value.items()}
    return [capitalised(item) for item in value] if isinstance(value, list) else value


def test_every_real_alarm_of_govc_is_read() -> None:
    """29 alarms stand in the vCenter; one that is left out would count as cleared."""
    items = json.loads((REPORTS / "alarms/govc_alarms.json").read_text())
    assert len(items) == 29
    assert {to_sureness(item, AROUND) for item in items} == {Sureness.SURE}
    records = [parse(item) for item in items]
    assert records[0] == RECORD
    assert [record.overall_status for record in records].count("red") == 13
    assert [record.is_acknowledged for record in records].count(True) == 3
    assert all(record.alarm_name and record.entity_moid and record.triggered_at for record in records)


def test_every_real_alarm_of_the_property_is_read() -> None:
    """`govc object.collect` gives moids alone; they are enough to know the machine by."""
    [collected] = json.loads((REPORTS / "alarms/govc_object_collect_root_triggered.json").read_text())
    items = collected["val"]["_value"]
    assert len(items) == 29
    assert {to_sureness(item, Surroundings("_value")) for item in items} == {Sureness.SURE}
    assert parse(items[0]) == NAMELESS


def test_capitalised_keys_of_old_govc_are_the_same_alarm() -> None:
    """An admin's govc may be years old: its alarms would vanish. Made by hand: govmomi before 0.31."""
    old = capitalised(STATE)
    assert to_sureness(old, AROUND) == Sureness.SURE
    assert parse(old) == RECORD


def test_the_json_api_s_type_names_change_nothing() -> None:
    """The vSphere JSON API adds `_typeName` to every object. Made by hand, from its documentation."""
    item = {
        "_typeName": "AlarmState",
        "key": "972.149",
        "entity": {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-149"},
        "alarm": {"_typeName": "ManagedObjectReference", "type": "Alarm", "value": "alarm-972"},
        "overallStatus": "yellow",
        "time": "2026-11-24T04:19:11.689839Z",
        "acknowledged": False,
        "eventKey": 931,
    }
    assert to_sureness(item, Surroundings("triggeredAlarmState")) == Sureness.SURE
    assert parse(item) == NAMELESS._replace(
        overall_status="yellow", is_acknowledged=False, acknowledged_by=None, acknowledged_at=None
    )


def test_powercli_s_raw_property_is_read() -> None:
    """ConvertTo-Json writes numbers for colours and ticks for times. Made by hand, from its documentation."""
    item = {
        "Key": "972.149",
        "Entity": {"Type": "VirtualMachine", "Value": "vm-149"},
        "Alarm": {"Type": "Alarm", "Value": "alarm-972"},
        "OverallStatus": 3,
        "Time": "/Date(1795493951689)/",
        "Acknowledged": False,
        "AcknowledgedByUser": None,
        "AcknowledgedTime": None,
        "EventKey": 931,
        "Disabled": None,
    }
    assert to_sureness(item, AROUND) == Sureness.SURE
    record = parse(item)
    assert record == NAMELESS._replace(
        triggered_at=datetime(2026, 11, 24, 4, 19, 11, 689000),  # noqa: DTZ001 - as above
        is_acknowledged=False,
        acknowledged_by=None,
        acknowledged_at=None,
    )
    words = [parse(item | {"OverallStatus": number}).overall_status for number in (0, 1, 2)]
    assert words == ["gray", "green", "yellow"]


def test_an_event_about_another_object_names_nobody() -> None:
    """An alarm on a host would carry the name of a virtual machine."""
    assert parse(STATE | {"event": {"objectId": "vm-1", "objectName": "other"}}).entity_name is None
    record = parse({key: STATE[key] for key in ("alarm", "entity", "overallStatus")})
    assert (record.alarm_name, record.entity_name, record.entity_moid) == (None, None, "vm-149")


def test_declared_alarms_are_not_triggered_ones() -> None:
    """Hundreds of alarms that may go off, all green, would be published as standing."""
    assert to_sureness(STATE, Surroundings("declaredAlarmState")) == Sureness.NO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "yesterday"}, "time: 'yesterday' is not a time such as 2026-01-31T02:00:00Z"),
        ({"entity": {"type": "HostSystem", "value": ["x"]}}, "entity.value: a list is not a text"),
        ({"name": {"name": {}}}, "name.name: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(STATE | changes)
    assert str(caught.value) == reason


def test_a_time_without_zone_is_kept_as_it_was() -> None:
    """The zone is assumed; who knows better must still find what was written."""
    record = parse(STATE | {"time": "2026-11-24 04:19:11"})
    assert record.triggered_at_text == "2026-11-24 04:19:11"


def test_a_rejected_alarm_keeps_nothing_unread() -> None:
    """Events and descriptions are free text and may hold anything."""
    assert json.loads(SHAPE.content_of(STATE)) == {
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
