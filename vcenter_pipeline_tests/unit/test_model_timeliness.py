"""How a source's rhythm is learnt, and when it is late."""

from datetime import datetime, timedelta

import pytest

from vcenter_pipeline.model.timeliness import Rhythm, to_rhythm, to_rhythms, told_duration, told_rhythm

SHORTEST = timedelta(hours=36)


def at(text: str) -> datetime:
    """Give an instant of January 2026: `24T02:00`."""
    return datetime.fromisoformat(f"2026-01-{text}")


def test_a_nightly_report_is_late_after_three_nights() -> None:
    """One missed night is no reason to wake anybody; a playbook that died has to be noticed."""
    nights = [at(f"{day:02}T02:00") for day in (6, 2, 1, 4, 3, 5)]
    rhythm = to_rhythm("alarms", nights, SHORTEST)
    assert rhythm == Rhythm("alarms", at("06T02:00"), timedelta(days=1), at("09T02:00"))
    assert not rhythm.is_late(at("09T02:00"))
    assert rhythm.is_late(at("09T02:01"))


def test_a_report_every_ten_minutes_has_a_day_and_a_half() -> None:
    """A maintenance at the weekend would otherwise make hundreds of sources late for half an hour."""
    times = [at("01T02:00"), at("01T02:10"), at("01T02:10"), at("01T02:20")]
    assert to_rhythm("alarms", times, SHORTEST).due == at("02T14:20")


def test_the_median_is_not_moved_by_one_gap_and_what_is_long_ago_is_forgotten() -> None:
    """A source that reported daily and now does weekly must not be late every week for a year."""
    weekly = [at("01T00:00") + timedelta(weeks=number) for number in range(10)]
    daily = [at("01T00:00") - timedelta(days=number) for number in range(1, 60)]
    assert to_rhythm("alarms", weekly + daily, SHORTEST).usual == timedelta(weeks=1)
    gap = [at("01T00:00"), at("02T00:00"), at("20T00:00"), at("21T00:00"), at("22T00:00")]
    assert to_rhythm("alarms", gap, SHORTEST).usual == timedelta(days=1)


def test_what_is_due_first_comes_first_and_a_single_try_does_not_count() -> None:
    """Somebody tried the alarm playbook once: that must not make the source late for ever."""
    daily = [at("01T00:00"), at("02T00:00"), at("03T00:00")]
    weekly = [at("01T00:00"), at("08T00:00")]
    kinds = [rhythm.kind for rhythm in to_rhythms({"virtual machines": weekly, "alarms": daily}, SHORTEST)]
    assert kinds == ["alarms", "virtual machines"]
    tried = to_rhythms({"virtual machines": daily, "alarms": [at("01T00:00")]}, SHORTEST)
    assert [rhythm.kind for rhythm in tried] == ["virtual machines"]
    (only,) = to_rhythms({"alarms": [at("01T00:00")]}, SHORTEST)
    assert only == Rhythm("alarms", at("01T00:00"), None, at("02T12:00"))
    assert to_rhythms({}, SHORTEST) == []


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 minutes"), (119, "119 minutes"), (120, "2 hours"), (2_879, "48 hours"), (2_880, "2 days")],
)
def test_durations_are_said_as_people_say_them(minutes: int, text: str) -> None:
    """`P2DT3H4M` in an alert is read by nobody."""
    assert told_duration(timedelta(minutes=minutes)) == text


def test_the_sentence() -> None:
    """It stands in the check, and has to say what is compared with what."""
    rhythm = Rhythm("alarms", at("06T02:00"), timedelta(days=1), at("09T02:00"))
    assert (
        told_rhythm(rhythm, at("10T02:00"))
        == "The newest alarms are 4 days old (2026-01-06 02:00 UTC), usually every 24 hours."
    )
    once = Rhythm("virtual machines", at("06T02:00"), None, at("07T14:00"))
    assert told_rhythm(once, at("06T01:00")) == (
        "The newest virtual machines are 0 minutes old (2026-01-06 02:00 UTC), by the only report so far."
    )
