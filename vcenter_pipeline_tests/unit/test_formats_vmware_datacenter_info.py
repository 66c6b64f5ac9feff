"""Datacenters as `vmware_datacenter_info` describes them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vmware_datacenter_info
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import Datacenter, TriggeredAlarm

AROUND = Surroundings("datacenter_info")


def test_real_datacenters_fill_every_column(real: Callable[[str], bytes]) -> None:
    """The report of hosts and datastores is sliced by datacenter."""
    items = json.loads(real("ansible12/datacenter_info.json"))["datacenter_info"]
    assert {vmware_datacenter_info.to_sureness(item, Surroundings("x")) for item in items} == {Sureness.SURE}
    assert [vmware_datacenter_info.parse_datacenter(item, AROUND, []) for item in items] == [
        Datacenter("fra-dc1", "datacenter-1", "green"),
        Datacenter("muc-dc2", "datacenter-7", "green"),
    ]


def test_properties_of_vsphere_have_other_names() -> None:
    """Hand-made from the documented return values: the colour would be unknown."""
    item = {"configStatus": "gray", "overallStatus": "yellow", "moid": "datacenter-2", "name": "Asia%2f1"}
    assert vmware_datacenter_info.to_sureness(item, AROUND) is Sureness.SURE
    assert vmware_datacenter_info.parse_datacenter(item, AROUND, []) == Datacenter("Asia/1", "datacenter-2", "yellow")


@pytest.mark.parametrize(
    "item",
    [
        {"moid": "group-d1", "name": "Datacenters"},
        {"moid": "vm-1", "name": "datacenter-1"},
        {"moid": "datacenter-2", "path": "/Asia"},
        {"moid": ["datacenter-2"], "name": "a"},
        {},
    ],
)
def test_other_objects_are_no_datacenters(item: dict[str, Any]) -> None:
    """Folders have a moid and a name as well."""
    assert vmware_datacenter_info.to_sureness(item, AROUND) is Sureness.NO


def test_a_bad_value_names_its_key_and_the_row_is_kept() -> None:
    """The admin must find it."""
    item = {"moid": "datacenter-2", "name": {"password": "hunter2"}, "token": "hunter2"}
    with pytest.raises(ValueError, match=r"^name: an object is not a text$"):
        vmware_datacenter_info.parse_datacenter(item, AROUND, [])
    assert vmware_datacenter_info.content_of(item) == '{"moid": "datacenter-2"}'


def test_alarms_come_with_a_datacenter_where_they_were_asked_for() -> None:
    """One task gives the alarms of all that is in it; hand-made as `schema: vsphere` writes them."""
    alarm = {"alarm": "vim.alarm.Alarm:alarm-2", "entity": "vim.VirtualMachine:vm-25", "overallStatus": "yellow"}
    item = {"moid": "datacenter-2", "name": "a", "triggeredAlarmState": [alarm]}
    shapes = (vmware_datacenter_info.SHAPE, vmware_datacenter_info.SHAPE_WITH_ALARMS)
    assert [shape.sureness(item, AROUND) for shape in shapes] == [Sureness.NO, Sureness.SURE]
    del item["triggeredAlarmState"]
    assert [shape.sureness(item, AROUND) for shape in shapes] == [Sureness.SURE, Sureness.NO]
    item["triggeredAlarmState"] = [alarm]
    assert list(vmware_datacenter_info.to_alarms_of(item, AROUND)) == [
        (
            "triggered_alarms",
            TriggeredAlarm(None, None, "alarm-2", "VirtualMachine", None, "vm-25", "yellow", None, None, None, None),
        )
    ]
