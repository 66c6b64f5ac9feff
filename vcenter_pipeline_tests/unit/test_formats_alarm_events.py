"""What events say of alarms.

The samples were made by hand, from the vSphere API types and from what govmomi's `events` command prints.
"""

import json
from datetime import datetime
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms.alarm_events import SHAPE, parse_alarm_event, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import TriggeredAlarm

AROUND = Surroundings("")

EVENT: dict[str, Any] = {
    "key": 4711,
    "chainId": 4711,
    "createdTime": "2026-11-24T04:19:11.689839Z",
    "userName": "",
    "datacenter": {"name": "fra-dc1", "datacenter": {"type": "Datacenter", "value": "datacenter-2"}},
    "vm": {"name": "fra-web-01", "vm": {"type": "VirtualMachine", "value": "vm-149"}},
    "fullFormattedMessage": "Alarm 'Virtual machine CPU usage' on fra-web-01 changed from Green to Red",
    "alarm": {"name": "Virtual machine CPU usage", "alarm": {"type": "Alarm", "value": "alarm-972"}},
    "source": {"name": "fra-web-01", "entity": {"type": "VirtualMachine", "value": "vm-149"}},
    "entity": {"name": "Datacenters", "entity": {"type": "Folder", "value": "group-d1"}},
    "from": "green",
    "to": "red",
}
RECORD = TriggeredAlarm(
    alarm_name="Virtual machine CPU usage",
    description=None,
    alarm_moid="alarm-972",
    entity_type="VirtualMachine",
    entity_name="fra-web-01",
    entity_moid="vm-149",
    overall_status="red",
    triggered_at=datetime(2026, 11, 24, 4, 19, 11, 689839),  # noqa: DTZ001 - instants are naive UTC
    is_acknowledged=None,
    acknowledged_by=None,
    acknowledged_at=None,
)


def parse(item: Item) -> TriggeredAlarm | None:
    """Parse one item."""
    return parse_alarm_event(item, AROUND, [])


def capitalised(value: object) -> Any:  # noqa: ANN401 - what it is given
    """Give the value with the keys of old govc, which were Go's own names."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: capitalised(item) for key, item in value.items()}
    return value


def test_a_change_of_status_is_read() -> None:
    """The alarm is defined on the root folder and stands on the machine: the folder must not be blamed."""
    assert to_sureness(EVENT, AROUND) == Sureness.SURE
    assert parse(EVENT) == RECORD
    assert parse(EVENT | {"_typeName": "AlarmStatusChangedEvent", "to": "Gray"}) == RECORD._replace(
        overall_status="gray"
    )


def test_capitalised_keys_of_old_govc_are_the_same() -> None:
    """An admin's govc may be years old."""
    assert to_sureness(capitalised(EVENT), AROUND) == Sureness.SURE
    assert parse(capitalised(EVENT)) == RECORD


def test_pyvmomi_s_references_are_the_same() -> None:
    """A script with VmomiJSONEncoder writes references as texts."""
    item = EVENT | {
        "_vimtype": "vim.event.AlarmStatusChangedEvent",
        "alarm": {"name": "Virtual machine CPU usage", "alarm": "vim.alarm.Alarm:alarm-972"},
        "source": {"name": "fra-web-01", "entity": "vim.VirtualMachine:vm-149"},
    }
    assert parse(item) == RECORD


def test_an_event_without_source_is_about_its_entity() -> None:
    """Scripts shorten events to the keys they like."""
    item = {key: value for key, value in EVENT.items() if key != "source"} | {"entity": EVENT["source"]}
    assert parse(item) == RECORD


@pytest.mark.parametrize(
    "item",
    [
        {"key": 1, "chainId": 1, "createdTime": "2026-01-31T02:00:00Z", "fullFormattedMessage": "hunter2 logged in"},
        {"Key": 1, "ChainId": 1, "CreatedTime": "2026-01-31T02:00:00Z", "EventTypeId": "x"},
        {key: value for key, value in EVENT.items() if key not in {"from", "to"}},
    ],
)
def test_other_events_name_no_alarm(item: dict[str, Any]) -> None:
    """Among a thousand events a handful is of alarms; a login must not become one, nor be a rejected row."""
    assert to_sureness(item, AROUND) == Sureness.SURE
    assert parse(item) is None


@pytest.mark.parametrize("item", [{}, {"key": "972.149", "time": "x"}, {"createdTime": "x", "message": "y"}])
def test_what_is_no_event_is_not_claimed(item: dict[str, Any]) -> None:
    """What another shape knows must reach it."""
    assert to_sureness(item, AROUND) == Sureness.NO
    assert to_sureness(EVENT, Surroundings("configIssue")) == Sureness.NO


def test_a_bad_value_names_its_key() -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^createdTime: 'yesterday' is not a time such as 2026-01-31T02:00:00Z$"):
        parse(EVENT | {"createdTime": "yesterday"})
    with pytest.raises(ValueError, match=r"^source\.name: a list is not a text$"):
        parse(EVENT | {"source": {"name": ["hunter2"]}})


def test_a_rejected_event_keeps_no_message() -> None:
    """Messages of events hold whatever somebody typed."""
    assert json.loads(SHAPE.content_of(EVENT)) == {
        "key": 4711,
        "createdTime": "2026-11-24T04:19:11.689839Z",
        "from": "green",
        "to": "red",
        "alarm.name": "Virtual machine CPU usage",
        "source.name": "fra-web-01",
        "entity.name": "Datacenters",
    }
    assert SHAPE.leaves_out is not None
    assert not SHAPE.is_inventory
