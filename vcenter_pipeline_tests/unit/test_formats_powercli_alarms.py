"""Triggered alarms of PowerCLI scripts, as ConvertTo-Json writes them.

No PowerCLI runs here: the samples were made by hand, from the columns that public scripts select and from what
Microsoft documents of ConvertTo-Json.
"""

import json
from datetime import datetime
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms.powercli_alarms import SHAPE, parse_powercli_alarm, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import TriggeredAlarm

AROUND = Surroundings("")

ROW: dict[str, Any] = {
    "VC": "vcenter.corp.example.com",
    "EntityType": "VirtualMachine",
    "Alarm": "Virtual machine CPU usage",
    "Entity": "Prod%2fweb-01",
    "Status": 3,
    "Time": "2026-07-31T21:00:00Z",
    "Acknowledged": True,
    "AckBy": "CORP\\admin",
    "AckTime": "2026-07-31T21:30:00.5Z",
}
RECORD = TriggeredAlarm(
    alarm_name="Virtual machine CPU usage",
    description=None,
    alarm_moid=None,
    entity_type="VirtualMachine",
    entity_name="Prod/web-01",
    entity_moid=None,
    overall_status="red",
    triggered_at=datetime(2026, 7, 31, 21),  # noqa: DTZ001 - instants are naive UTC
    is_acknowledged=True,
    acknowledged_by="CORP\\admin",
    acknowledged_at=datetime(2026, 7, 31, 21, 30, 0, 500_000),  # noqa: DTZ001 - as above
)


def parse(item: Item) -> TriggeredAlarm:
    """Parse one item."""
    return parse_powercli_alarm(item, AROUND, [])


def test_a_row_of_powershell_7_fills_every_column() -> None:
    """A swapped column would publish the user as the machine."""
    assert to_sureness(ROW, AROUND) == Sureness.SURE
    assert parse(ROW) == RECORD


def test_a_row_of_powershell_5_is_the_same() -> None:
    """Windows brings PowerShell 5, which writes ticks, and wraps values that carry more properties."""
    wrapped = {"value": "/Date(1785531600000)/", "DisplayHint": 2, "DateTime": "Friday, July 31, 2026 9:00:00 PM"}
    assert parse(ROW | {"Time": "/Date(1785531600000)/", "AckTime": "/Date(1785533400500)/"}) == RECORD
    assert parse(ROW | {"Time": wrapped, "Status": {"value": 3, "Value": "red"}}) == RECORD


def test_a_row_that_went_through_csv_is_the_same() -> None:
    """ConvertFrom-Csv leaves texts, times in the words of the machine's language, and no zone."""
    record = parse(ROW | {"Status": "red", "Time": "7/31/2026 9:00:00 PM", "Acknowledged": "True", "AckTime": ""})
    assert record == RECORD._replace(acknowledged_at=None, triggered_at_text="7/31/2026 9:00:00 PM")


def test_keys_are_matched_as_powershell_does() -> None:
    """PowerShell does not tell cases apart, and neither do the people who write its scripts."""
    for lowered in ({key.lower(): value for key, value in ROW.items()}, {key.upper(): ROW[key] for key in ROW}):
        assert to_sureness(lowered, AROUND) == Sureness.SURE
        assert parse(lowered) == RECORD


@pytest.mark.parametrize(
    "row",
    [
        {"Entity": "web01", "Alarm": "CPU", "AlarmStatus": "red"},
        {"Entity": "web01", "EntityType": "VirtualMachine", "Alarm": "CPU", "Time": None, "OverallStatus": 3},
        {"Entity": "web01", "EntityType": "VMware.Vim.VirtualMachine", "Reported": "CPU", "Status": "red"},
    ],
)
def test_other_selections_are_alarms(row: dict[str, Any]) -> None:
    """Everybody's function selects other columns; its alarms are alarms."""
    assert to_sureness(row, AROUND) == Sureness.SURE
    record = parse(row)
    assert (record.alarm_name, record.entity_name, record.overall_status) == ("CPU", "web01", "red")
    assert record.entity_type == ("VirtualMachine" if "EntityType" in row else None)
    assert record.is_acknowledged is None


@pytest.mark.parametrize(
    "item",
    [
        {"Name": "web01", "PowerState": 1, "Status": "green"},
        {"Alarm": {"Type": "Alarm", "Value": "alarm-9"}, "Entity": {"Type": "V", "Value": "v"}, "OverallStatus": 3},
        {"Alarm": "CPU", "Enabled": True, "Entity": "Datacenters"},
        {"alarm": "CPU", "entity": "web01", "status": "red"},
        {"Alarm": None, "Entity": "web01", "Status": "red"},
    ],
)
def test_others_are_not_claimed(item: dict[str, Any]) -> None:
    """Machines and definitions would be published as triggered alarms."""
    assert to_sureness(item, AROUND) == Sureness.NO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Time": "31.07.2026 21:00:00"}, "Time: '31.07.2026 21:00:00' is not a time such as 2026-01-31T02:00:00Z"),
        ({"Acknowledged": "maybe"}, "Acknowledged: 'maybe' is neither true nor false"),
        ({"AckBy": {"Name": "hunter2"}}, "AckBy: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(ROW | changes)
    assert str(caught.value) == reason


def test_a_rejected_row_keeps_its_columns_alone() -> None:
    """A selected session or credential must not be stored."""
    assert set(json.loads(SHAPE.content_of(ROW | {"Session": "hunter2", "Description": "hunter2"}))) == {
        "VC",
        "EntityType",
        "Alarm",
        "Entity",
        "Status",
        "Time",
        "Acknowledged",
        "AckBy",
        "AckTime",
    }
