"""Whatever a script wrote into an alarm or a machine, it becomes a record or a sentence."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.formats.alarms import alarm_events, alarm_state, govc_alarms, powercli_alarms, triggered_alarms
from vcenter_pipeline.formats.machines import old_vm_list, powercli_vm
from vcenter_pipeline.formats.shape import Shape, SpoiltChild, Sureness, Surroundings

SHAPES: list[Shape] = [
    module.SHAPE
    for module in (
        alarm_events,
        alarm_state,
        govc_alarms,
        old_vm_list,
        powercli_alarms,
        powercli_vm,
        triggered_alarms,
    )
]
KEYS_OF_ALARMS = st.sampled_from(
    [
        "alarm",
        "alarm_name",
        "name",
        "entity",
        "entity_name",
        "entity_type",
        "entity_moid",
        "overallStatus",
        "status",
        "severity",
        "time",
        "acknowledged",
        "acknowledged_by",
        "acknowledgedTime",
        "event",
        "key",
        "chainId",
        "createdTime",
        "source",
        "to",
        "from",
        "value",
        "type",
        "_vimid",
        "_vimtype",
        "info",
        "Alarm",
        "Entity",
        "EntityType",
        "OverallStatus",
        "Status",
        "Time",
        "Acknowledged",
        "AckBy",
        "VC",
        "Key",
        "ChainId",
        "CreatedTime",
        "Source",
        "To",
        "Value",
        "Type",
        "objectId",
        "vm_name",
    ]
)
KEYS_OF_MACHINES = st.sampled_from(
    [
        "name",
        "vm_name",
        "power_state",
        "status",
        "cpu_count",
        "memory",
        "memory_gb",
        "guest_os",
        "ip_address",
        "host",
        "datastore",
        "uuid",
        "cluster",
        "moid",
        "is_template",
        "Name",
        "PowerState",
        "NumCpu",
        "MemoryGB",
        "MemoryMB",
        "VMHost",
        "Guest",
        "IPAddress",
        "Id",
        "UsedSpaceGB",
        "CreateDate",
        "Value",
        "value",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "N/A",
            "red",
            "Red",
            "purple",
            "critical",
            "active",
            "poweredOn",
            "vim.alarm.Alarm:alarm-9",
            "'vim.VirtualMachine:vm-42'",
            "VirtualMachine-vm-42",
            "2026-01-31T02:00:00Z",
            "2026-01-31 02:00:00",
            "/Date(1785531600000)/",
            "10.0.0.1, fe80::1",
            "8 GB",
            "1e999",
            "\ud800",
            "x%2fy",
            10**400,
        ]
    )
)


def values(keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """Give values of any kind, with these keys inside."""
    return st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
    )


def items(plain: list[dict[str, Any]], keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Give items that begin as a plain one, with keys put over it."""
    more = st.dictionaries(keys, values(keys), max_size=8)
    return st.builds(lambda start, over: start | over, st.sampled_from(plain), more)


REFERENCE = {"type": "VirtualMachine", "value": "vm-42"}
ALARMS: list[dict[str, Any]] = [
    {},
    {"alarm_name": "CPU", "entity": "web01", "status": "red"},
    {"name": "CPU", "entity_name": "web01", "status": "red", "acknowledged": False},
    {"alarm": REFERENCE, "entity": REFERENCE, "overallStatus": "red"},
    {"Alarm": {"Type": "Alarm", "Value": "alarm-9"}, "Entity": {"Type": "X", "Value": "x-1"}, "OverallStatus": 3},
    {"alarm": "vim.alarm.Alarm:alarm-9", "entity": "vim.HostSystem:host-1", "overallStatus": "red"},
    {"Alarm": "CPU", "Entity": "web01", "Status": 3},
    {"key": 1, "chainId": 1, "createdTime": "2026-01-31T02:00:00Z", "alarm": {}, "source": {"name": "x"}, "to": "red"},
]
MACHINES: list[dict[str, Any]] = [
    {},
    {"name": "web01", "power_state": "on", "cpu_count": 4, "memory": "8 GB", "host": "esx01"},
    {"Name": "web01", "PowerState": 1, "MemoryGB": 8, "VMHost": {"Name": "esx01"}},
]
ITEMS = items(ALARMS, KEYS_OF_ALARMS) | items(MACHINES, KEYS_OF_MACHINES)
AROUND = st.sampled_from(["", "alarms", "vms", "hosts", "triggeredAlarmState", "declaredAlarmState", "event"])


@given(ITEMS, AROUND)
def test_any_item_is_a_record_or_a_sentence(item: dict[str, Any], key: str) -> None:
    """An error of any other kind costs the whole report, with all that was right in it."""
    around = Surroundings(key)
    for shape in SHAPES:
        shape.sureness(item, around)
        spoilt: list[SpoiltChild] = []
        try:
            record = shape.parse(item, around, spoilt)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - every shape may either refuse or not
        else:
            assert record is None or isinstance(record, tuple)
        content = shape.content_of(item)
        content.encode()
        assert len(content) <= 2_000


@given(ITEMS, AROUND)
def test_no_item_is_claimed_twice(item: dict[str, Any], key: str) -> None:
    """The reader would take the first of two, and which that is nobody has decided."""
    sure = [shape.name for shape in SHAPES if shape.sureness(item, Surroundings(key)) == Sureness.SURE]
    likely = [shape.name for shape in SHAPES if shape.sureness(item, Surroundings(key)) == Sureness.LIKELY]
    assert len(sure) <= 1, sure
    assert sure or len(likely) <= 1, likely


@given(ITEMS)
def test_nothing_of_a_nested_value_is_kept(item: dict[str, Any]) -> None:
    """A list or an object where a text belongs may hold anything, a password as well."""
    planted = {key: {"x": "hunter2"} if isinstance(value, list) else value for key, value in item.items()}
    for shape in SHAPES:
        assert "hunter2" not in json.dumps(shape.content_of(planted))
