"""What became of each alarm between two lists. Rows are hand-made, as lists of alarms give them."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.model.alarm_changes import find_alarm_changes
from vcenter_pipeline.model.changes import Comparison
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.matching import State

PREFIX = "acme/prod:vc01:"
COLUMNS = [column.name for column in core_table("alarm_changes").columns]


def at(text: str) -> datetime:
    """Give an instant of January 2026: `30T02:00`."""
    return datetime.fromisoformat(f"2026-01-{text}")


EARLY, LATE = at("30T02:00"), at("31T02:00")
SHARED = Comparison("acme", "prod", "vc01", "r2", LATE, EARLY)


def alarm(key: str = "alarm-1/vm-1", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give an alarm that went off at midnight; red, unless it is said otherwise."""
    return {"key": key, "overall_status": "red", "triggered_at": at("30T00:00")} | values


def state(collected_at: datetime, *rows: dict[str, Any]) -> State:
    """Give a list of alarms."""
    always = {
        "client": "acme",
        "environment": "prod",
        "vcenter": "vc01",
        "report": "r",
        "collection": 1,
        "collected_at": collected_at,
    }
    made = [always | {"alarm_key": PREFIX + row["key"]} | row for row in rows]
    return State(pa.Table.from_pylist(made, core_table("triggered_alarms").arrow_schema), PREFIX)


def changes(
    before: list[dict[str, Any]] | None, now: list[dict[str, Any]], leaves_out: str | None = None
) -> list[dict[str, Any]]:
    """Give what became of the alarms of one day until the next one, by column."""
    older = None if before is None else state(EARLY, *before)
    found = find_alarm_changes(state(LATE, *now), older, leaves_out, SHARED)
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Give of each change what happened, how it ended, when it was seen so and when it was clear."""
    return [(row["change"], row["ending"], row["seen_at"], row["cleared_at"]) for row in rows]


def test_an_alarm_with_all_that_is_known() -> None:
    """The episode is made of these rows alone: the lists themselves are thinned after a while."""
    seen = alarm(
        alarm_name="hot",
        alarm_moid="alarm-1",
        entity_type="VirtualMachine",
        entity_name="web",
        entity_moid="vm-1",
        severity="critical",
        is_acknowledged=True,
        acknowledged_by="anna",
        acknowledged_at=at("30T01:00"),
    )
    assert changes([], [seen]) == [
        {
            "alarm_key": "alarm-1/vm-1",
            "client": "acme",
            "environment": "prod",
            "vcenter": "vc01",
            "alarm_name": "hot",
            "alarm_moid": "alarm-1",
            "entity_type": "VirtualMachine",
            "entity_name": "web",
            "entity_moid": "vm-1",
            "overall_status": "red",
            "severity": "critical",
            "triggered_at": at("30T00:00"),
            "is_acknowledged": True,
            "acknowledged_by": "anna",
            "acknowledged_at": at("30T01:00"),
            "change": "raised",
            "ending": None,
            "seen_at": LATE,
            "cleared_at": None,
            "collected_at": LATE,
            "report": "r2",
            "change_number": 1,
        }
    ]


def test_what_stands_at_the_beginning_is_first_seen() -> None:
    """Without it the alarms of the first day would have no beginning, and those that stay would never show."""
    assert told(changes(None, [alarm()])) == [("raised", None, LATE, None)]


def test_an_alarm_that_stands_on_is_no_change() -> None:
    """A row a day for each alarm would be the lists once more."""
    assert changes([alarm()], [alarm()]) == []
    assert changes([alarm(triggered_at=None)], [alarm(triggered_at=None)]) == []


def test_absent_from_a_list_of_all() -> None:
    """It ended some time before; it was last seen standing in the list before, and as it was there."""
    (row,) = changes([alarm(alarm_name="hot", overall_status="yellow")], [])
    assert told([row]) == [("cleared", "absent", EARLY, LATE)]
    assert (row["alarm_name"], row["overall_status"], row["triggered_at"]) == ("hot", "yellow", at("30T00:00"))
    assert (row["collected_at"], row["report"]) == (LATE, "r2")


def test_absent_from_a_list_that_leaves_some_out() -> None:
    """A list without the acknowledged ones does not say that one is over: nobody knows."""
    assert told(changes([alarm()], [], "acknowledged alarms")) == [("cleared", "unknown", EARLY, LATE)]


def test_told_green() -> None:
    """Some lists show what was cleared, with the time; a time that lies elsewhere is that of something else."""
    green = alarm(overall_status="green")
    for triggered_at, cleared_at in [
        (at("30T12:00"), at("30T12:00")),
        (LATE, LATE),
        (EARLY, LATE),
        (at("30T00:00"), LATE),
        (at("31T02:01"), LATE),
        (None, LATE),
    ]:
        (row,) = changes([alarm()], [green | {"triggered_at": triggered_at}])
        assert told([row]) == [("cleared", "green", EARLY, cleared_at)]
        assert (row["overall_status"], row["triggered_at"]) == ("red", at("30T00:00"))


def test_told_green_by_a_list_that_leaves_some_out() -> None:
    """What is told is known."""
    assert told(changes([alarm()], [alarm(overall_status="green")], "grey ones")) == [("cleared", "green", EARLY, LATE)]


def test_green_alarms_do_not_stand() -> None:
    """A green one is no alarm, neither at the beginning nor when it goes; it is one when it turns red."""
    green = alarm(overall_status="green")
    assert changes(None, [green]) == []
    assert changes([green], [green]) == []
    assert changes([green], []) == []
    assert told(changes([green], [alarm()])) == [("raised", None, LATE, None)]


def test_an_alarm_without_a_colour_stands() -> None:
    """A script that leaves the colour out lists what stands; a grey one does as well."""
    for status in (None, "gray"):
        assert told(changes(None, [alarm(overall_status=status)])) == [("raised", None, LATE, None)]


def test_acknowledged() -> None:
    """The time to acknowledge is measured by it; taken back it is a change as well."""
    (row,) = changes(
        [alarm(is_acknowledged=False)],
        [alarm(is_acknowledged=True, acknowledged_by="anna", acknowledged_at=at("30T09:00"))],
    )
    assert told([row]) == [("updated", None, LATE, None)]
    assert (row["is_acknowledged"], row["acknowledged_by"], row["acknowledged_at"]) == (True, "anna", at("30T09:00"))
    assert told(changes([alarm(is_acknowledged=True)], [alarm(is_acknowledged=False)])) == told([row])


def test_what_is_not_told_any_more_is_no_change() -> None:
    """A list without acknowledgements does not take them back."""
    before = alarm(is_acknowledged=True, acknowledged_by="anna", acknowledged_at=at("30T01:00"))
    assert changes([before], [alarm()]) == []
    assert changes([before], [alarm(overall_status=None)]) == []


def test_another_colour_at_the_same_time_of_triggering() -> None:
    """It is the same alarm, which got worse."""
    (row,) = changes([alarm(overall_status="yellow")], [alarm(overall_status="red")])
    assert told([row]) == [("updated", None, LATE, None)]
    assert row["overall_status"] == "red"
    assert told(changes([alarm(overall_status="red")], [alarm(overall_status="yellow")])) == told([row])


def test_another_colour_at_another_time_of_triggering() -> None:
    """It went off anew: what stood before ended when the other one began, and is kept as it was."""
    old, new = changes([alarm(overall_status="yellow")], [alarm(overall_status="red", triggered_at=at("30T12:00"))])
    assert told([old, new]) == [
        ("cleared", "triggered again", EARLY, at("30T12:00")),
        ("raised", None, LATE, None),
    ]
    assert [row["overall_status"] for row in (old, new)] == ["yellow", "red"]
    assert [row["triggered_at"] for row in (old, new)] == [at("30T00:00"), at("30T12:00")]
    assert [row["change_number"] for row in (old, new)] == [1, 2]


def test_triggered_again_in_the_same_colour() -> None:
    """Two episodes of a day each are not one of two days."""
    found = changes([alarm()], [alarm(triggered_at=at("31T01:00"))])
    assert told(found) == [("cleared", "triggered again", EARLY, at("31T01:00")), ("raised", None, LATE, None)]


def test_a_time_that_only_one_list_tells_is_no_other_time() -> None:
    """A script without times takes turns with a module that has them."""
    assert changes([alarm(triggered_at=None)], [alarm()]) == []
    assert changes([alarm()], [alarm(triggered_at=None)]) == []


@pytest.mark.parametrize("rounded", ["30T00:00:07", "30T00:00:07.500000", "30T00:00:07.512000"])
def test_a_time_told_to_the_second_is_no_other_time(rounded: str) -> None:
    """PowerCLI tells milliseconds, a script often seconds, vSphere microseconds: all of one moment."""
    exact = alarm(triggered_at=at("30T00:00:07.512345"))
    assert changes([exact], [alarm(triggered_at=at(rounded))]) == []
    assert changes([alarm(triggered_at=at(rounded))], [exact]) == []


def test_a_second_later_is_another_time() -> None:
    """An alarm that flaps goes off every few seconds."""
    assert len(changes([alarm()], [alarm(triggered_at=at("30T00:00:01"))])) == 2


def test_the_order_is_that_of_the_keys() -> None:
    """The same two lists must give the same rows under the same numbers, whatever order they are in."""
    before = [alarm("c"), alarm("b", overall_status="yellow"), alarm("a")]
    now = [alarm("d"), alarm("b"), alarm("c", triggered_at=at("30T12:00"))]
    expected = [
        (1, "a", "cleared"),
        (2, "b", "updated"),
        (3, "c", "cleared"),
        (4, "c", "raised"),
        (5, "d", "raised"),
    ]
    for some, others in ((before, now), (before[::-1], now[::-1])):
        found = changes(some, others)
        assert [(row["change_number"], row["alarm_key"], row["change"]) for row in found] == expected


def test_no_alarms_at_all() -> None:
    """An empty list of alarms is an answer."""
    assert changes(None, []) == []
    assert changes([], []) == []
