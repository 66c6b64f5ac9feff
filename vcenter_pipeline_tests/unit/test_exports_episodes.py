"""How long an alarm stood, and how long nobody took care of it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import MADE_FROM, REFERRED_COLUMNS, build_table
from vcenter_pipeline.model.columns import core_table

STEP = {
    "kind": "triggered_alarms",
    "product": "changes",
    "basis": "x",
    "is_frozen": False,
    "row_count": 0,
    "vcenter": "vc1",
    "oldest_at": datetime.fromisoformat("2026-01-01T00:00"),
}


def at(text: str) -> datetime:
    """Give an instant of January 2026: `31T02:00`."""
    return datetime.fromisoformat(f"2026-01-{text}")


def raised(seen: str, key: str = "a", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give the row of an alarm that a list shows and the list before did not."""
    row = {"alarm_key": key, "change": "raised", "seen_at": at(seen), "collected_at": at(seen), "change_number": 1}
    return row | {"report": f"r{seen}", "vcenter": "vc1"} | values


def updated(seen: str, key: str = "a", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Give the row of an alarm that stands in another way than before."""
    return raised(seen, key, change="updated", **values)


def cleared(seen: str, found: str, key: str = "a", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Give the row of an alarm that a list shows no more; what it holds is of when it was seen last."""
    row = raised(found, key, change="cleared", ending="absent", cleared_at=at(found), seen_at=at(seen))
    return row | values


def listed(text: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Give the step of a complete list of alarms."""
    return STEP | {"report": f"r{text}", "collected_at": at(text)} | values


def core_of(changes: list[dict[str, Any]], **rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give the tables that the episodes are made from, with these rows."""
    told = {"alarm_changes": changes} | rows
    always = {"client": "acme", "environment": "prod", "collection": 1}
    return {
        table: pa.Table.from_pylist([always | row for row in told.get(table, [])], core_table(table).arrow_schema)
        for table in MADE_FROM["fact_alarm_episode"]
    }


def episodes_of(changes: list[dict[str, Any]], **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the published episodes, by their key."""
    return build_table("fact_alarm_episode", "acme", "prod", core_of(changes, **rows)).to_pylist()


def test_an_episode_with_all_that_is_known() -> None:
    """Who is asked how fast alarms are taken care of adds up these rows."""
    alarm: dict[str, Any] = {
        "alarm_name": "Host connection",
        "alarm_moid": "alarm-1",
        "entity_type": "HostSystem",
        "entity_name": "esx1",
        "entity_moid": "host-1",
        "overall_status": "yellow",
        "severity": "warning",
        "triggered_at": at("10T00:50"),
        "is_acknowledged": False,
    }
    red: dict[str, Any] = {"overall_status": "red", "severity": "critical"}
    taken: dict[str, Any] = red | {
        "is_acknowledged": True,
        "acknowledged_by": "CORP\\ada",
        "acknowledged_at": at("10T03:20"),
    }
    changes = [
        raised("10T01:00", **alarm),
        updated("10T02:00", **alarm | red),
        updated("10T04:00", **alarm | taken),
        cleared("11T23:00", "12T00:00", **alarm | taken),
    ]
    assert episodes_of(changes, history_steps=[listed("20T00:00")]) == [
        {
            "alarm_key": "a",
            "episode": 1,
            "virtual_machine_key": None,
            "client": "acme",
            "environment": "prod",
            "vcenter": "vc1",
            "alarm_name": "Host connection",
            "alarm_moid": "alarm-1",
            "entity_type": "HostSystem",
            "entity_name": "esx1",
            "entity_moid": "host-1",
            "overall_status": "red",
            "severity": "critical",
            "triggered_at": at("10T00:50"),
            "is_acknowledged": True,
            "acknowledged_by": "CORP\\ada",
            "acknowledged_at": at("10T03:20"),
            "first_seen_at": at("10T01:00"),
            "last_seen_at": at("11T23:00"),
            "cleared_at": at("12T00:00"),
            "is_open": False,
            "ending": "absent",
            "acknowledged_seen_at": at("10T04:00"),
            "open_minutes": 2_830,
            "acknowledge_minutes": 150,
            "began_on": date(2026, 1, 10),
            "cleared_on": date(2026, 1, 12),
        },
    ]


def shown(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Give some columns."""
    return [tuple(row[name] for name in names) for row in rows]


def test_an_alarm_that_stands() -> None:
    """It is known to stand until its own vCenter was listed last, not until another one was."""
    steps = [
        listed("10T02:00"),
        listed("10T05:30"),
        listed("11T00:00", vcenter="vc2"),
        listed("12T00:00", kind="virtual_machines"),
        listed("13T00:00", product="day"),
    ]
    changes = [raised("10T01:00"), raised("10T01:00", "b", vcenter="vc2"), raised("10T01:00", "c", vcenter="vc3")]
    names = ("is_open", "last_seen_at", "cleared_at", "ending", "open_minutes", "cleared_on")
    assert shown(episodes_of(changes, history_steps=steps), *names) == [
        (True, at("10T05:30"), None, None, 270, None),
        (True, at("11T00:00"), None, None, 1_380, None),
        (True, at("10T01:00"), None, None, 0, None),
    ]


def test_an_alarm_that_goes_off_again() -> None:
    """Three short alarms are something else than one that stood all the time."""
    changes = [
        cleared("10T02:00", "10T03:00", ending="triggered again", change_number=1),
        raised("10T01:00", triggered_at=at("10T00:30")),
        raised("10T03:00", change_number=2, triggered_at=at("10T02:40")),
        cleared("10T04:00", "10T05:00", ending="green"),
        raised("12T00:00"),
    ]
    rows = episodes_of(changes, history_steps=[listed("12T01:00")])
    names = ("episode", "first_seen_at", "last_seen_at", "cleared_at", "is_open", "ending", "open_minutes")
    assert shown(rows, *names) == [
        (1, at("10T01:00"), at("10T02:00"), at("10T03:00"), False, "triggered again", 150),
        (2, at("10T03:00"), at("10T04:00"), at("10T05:00"), False, "green", 140),
        (3, at("12T00:00"), at("12T01:00"), None, True, None, 60),
    ]
    assert shown(rows, "triggered_at") == [(at("10T00:30"),), (at("10T02:40"),), (None,)]


def test_an_episode_of_which_the_end_is_not_known() -> None:
    """Two alarms must not become one because what lies between them was thinned."""
    changes = [raised("10T01:00"), updated("10T02:00", overall_status="red"), raised("12T01:00")]
    rows = episodes_of(changes, history_steps=[listed("12T02:00")])
    names = ("episode", "last_seen_at", "cleared_at", "is_open", "ending", "open_minutes", "cleared_on")
    assert shown(rows, *names) == [
        (1, at("10T02:00"), None, False, "unknown", 60, None),
        (2, at("12T02:00"), None, True, None, 60, None),
    ]


def test_an_episode_of_which_the_beginning_is_not_known() -> None:
    """What is known of an alarm must not be lost with the list that showed it first."""
    changes = [
        cleared("10T01:00", "10T03:00", is_acknowledged=True, acknowledged_at=at("10T00:30"), alarm_name="CPU"),
        updated("10T01:00", "b", is_acknowledged=True),
        cleared("10T01:00", "10T02:00", "c", is_acknowledged=True, triggered_at=at("10T00:00")),
    ]
    rows = episodes_of(changes, history_steps=[listed("10T04:00")])
    names = ("alarm_key", "episode", "first_seen_at", "last_seen_at", "is_open", "open_minutes")
    assert shown(rows, *names) == [
        ("a", 1, at("10T01:00"), at("10T01:00"), False, 120),
        ("b", 1, at("10T01:00"), at("10T04:00"), True, 180),
        ("c", 1, at("10T01:00"), at("10T01:00"), False, 120),
    ]
    assert shown(rows, "alarm_name", "acknowledged_seen_at", "acknowledge_minutes") == [
        ("CPU", None, None),
        (None, at("10T01:00"), 0),
        (None, None, None),
    ]


def test_episodes_of_two_vcenters() -> None:
    """Alarms of two vCenters may have the same moids; one that is cleared leaves the other standing."""
    changes = [
        raised("10T01:00", "acme/prod:vc1:alarm-1/vm-1"),
        raised("10T01:30", "acme/prod:vc2:alarm-1/vm-1", vcenter="vc2"),
        cleared("10T01:30", "10T02:00", "acme/prod:vc2:alarm-1/vm-1", vcenter="vc2"),
        raised("10T01:00", "same"),
        raised("10T02:00", "same", vcenter="vc2"),
        cleared("10T02:00", "10T03:00", "same"),
    ]
    names = ("alarm_key", "vcenter", "episode", "is_open")
    assert shown(episodes_of(changes), *names) == [
        ("acme/prod:vc1:alarm-1/vm-1", "vc1", 1, True),
        ("acme/prod:vc2:alarm-1/vm-1", "vc2", 1, False),
        ("same", "vc1", 1, False),
        ("same", "vc2", 2, True),
    ]


@pytest.mark.parametrize(
    ("triggered", "began", "open_minutes"),
    [
        (None, date(2026, 1, 10), 60),
        ("2026-01-09T23:59:30", date(2026, 1, 9), 120),
        ("2026-01-10T01:00:01", date(2026, 1, 10), 60),
        ("0001-01-01T00:00:00", date(2026, 1, 10), 60),
        ("1970-01-01T00:00:00", date(2026, 1, 10), 60),
        ("2019-12-31T01:00:00", date(2019, 12, 31), 2_202 * 1_440 + 60),
    ],
)
def test_when_it_began(triggered: str | None, began: date, open_minutes: int) -> None:
    """A clock that runs ahead, or the year 1 that Go writes for no time, would spoil every average."""
    told = triggered and datetime.fromisoformat(triggered)
    [row] = episodes_of([raised("10T01:00", triggered_at=told), cleared("10T01:30", "10T02:00", triggered_at=told)])
    assert (row["began_on"], row["open_minutes"], row["triggered_at"]) == (began, open_minutes, told)


YES: dict[str, Any] = {"is_acknowledged": True}
NO: dict[str, Any] = {"is_acknowledged": False}


@pytest.mark.parametrize(
    ("first", "then", "last", "seen", "minutes", "is_acknowledged"),
    [
        ({}, {}, {}, None, None, None),
        (NO, NO, NO, None, None, False),
        (NO, YES, YES, "10T03:00", 180, True),
        (NO, YES | {"acknowledged_at": at("10T02:10")}, YES, "10T03:00", 130, True),
        (NO, YES, YES | {"acknowledged_at": at("10T02:10")}, "10T03:00", 130, True),
        (YES, YES, NO, "10T01:00", 60, False),
        (NO, YES | {"acknowledged_at": at("10T02:10")}, NO, "10T03:00", 130, False),
        (YES, {}, {}, "10T01:00", 60, True),
        (YES | {"acknowledged_at": at("09T00:00")}, {}, {}, "10T01:00", 0, True),
        (YES | {"acknowledged_at": datetime.fromisoformat("0001-01-01T00:00")}, {}, {}, "10T01:00", 60, True),
    ],
)
def test_when_it_was_acknowledged(  # noqa: PLR0913 - three rows, and what comes of them
    first: dict[str, Any],
    then: dict[str, Any],
    last: dict[str, Any],
    seen: str | None,
    minutes: int | None,
    *,
    is_acknowledged: bool | None,
) -> None:
    """Zero minutes for an alarm that nobody acknowledged would make the team look its best when it does least."""
    told: dict[str, Any] = {"triggered_at": at("10T00:00")}
    [row] = episodes_of([raised("10T01:00", **told | first), updated("10T03:00", **then), updated("10T05:00", **last)])
    assert row["acknowledged_seen_at"] == (seen and at(seen))
    assert (row["acknowledge_minutes"], row["is_acknowledged"]) == (minutes, is_acknowledged)


def test_an_acknowledgement_that_was_taken_back() -> None:
    """An alarm that nobody takes care of any more must not bear the name of who once did."""
    taken: dict[str, Any] = {"is_acknowledged": True, "acknowledged_by": "ada", "acknowledged_at": at("10T01:30")}
    [row] = episodes_of([raised("10T01:00"), updated("10T02:00", **taken), updated("10T03:00", is_acknowledged=False)])
    assert (row["is_acknowledged"], row["acknowledged_by"], row["acknowledged_at"]) == (False, None, None)
    assert (row["acknowledged_seen_at"], row["acknowledge_minutes"]) == (at("10T02:00"), 30)


def test_what_only_an_earlier_list_tells() -> None:
    """One shape names the alarm and another only its moid; the episode has both."""
    [row] = episodes_of(
        [raised("10T01:00", alarm_name="CPU", overall_status="red", severity="critical"), updated("10T02:00")]
    )
    assert (row["alarm_name"], row["overall_status"], row["severity"]) == ("CPU", "red", "critical")


def test_machine_and_names_of_an_episode() -> None:
    """An alarm that is over must still be found at its machine, and tell more than `host-9`."""
    machines = [
        {"virtual_machine_key": "k1", "vcenter": "vc1", "moid": "vm-1", "name": "web"},
        {"virtual_machine_key": "k2", "vcenter": "vc2", "moid": "vm-1", "name": "db"},
    ]
    hosts = [{"esxi_host_key": "h", "vcenter": "vc1", "moid": "host-9", "name": "esx9"}]
    machine: dict[str, Any] = {"entity_type": "VirtualMachine", "entity_moid": "vm-1"}
    changes = [
        raised("10T01:00", "a", **machine),
        cleared("10T01:00", "10T02:00", "a", **machine),
        raised("10T01:00", "b", vcenter="vc2", **machine),
        raised("10T01:00", "c", entity_type="VirtualMachine", entity_moid="vm-9"),
        raised("10T01:00", "d", entity_type="HostSystem", entity_moid="host-9"),
        raised("10T01:00", "e", entity_type="VirtualMachine", entity_name="web"),
    ]
    names = ("alarm_key", "virtual_machine_key", "entity_name")
    expected = [("a", "k1", "web"), ("b", "k2", "db"), ("c", None, None), ("d", None, "esx9"), ("e", "k1", "web")]
    core = core_of(changes, virtual_machines=machines, esxi_hosts=hosts)
    assert shown(build_table("fact_alarm_episode", "acme", "prod", core).to_pylist(), *names) == expected
    core["virtual_machines"] = core["virtual_machines"].select(list(REFERRED_COLUMNS["virtual_machines"]))
    assert shown(build_table("fact_alarm_episode", "acme", "prod", core).to_pylist(), *names) == expected


def test_no_alarms() -> None:
    """A source that never told of alarms must be published all the same."""
    table = build_table("fact_alarm_episode", "acme", "prod", core_of([], history_steps=[listed("10T01:00")]))
    assert table.num_rows == 0
    assert str(table.schema.field("began_on").type) == "date32[day]"
