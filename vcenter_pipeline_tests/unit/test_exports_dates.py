"""The calendar that all tables of the history join."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.dates import build_dates, to_days
from vcenter_pipeline.exports.star import MADE_FROM, build_table
from vcenter_pipeline.model.columns import core_table

ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "report": "r1", "kind": "virtual_machines"}


def days_of(*days: str) -> list[dict[str, Any]]:
    """Give the calendar of a history that touches these days."""
    touched = pa.array([date.fromisoformat(day) for day in days], pa.date32())
    return build_dates([touched, pa.nulls(1, pa.date32())]).to_pylist()


def test_whole_years() -> None:
    """A calendar with gaps, or that begins in the middle of a year, makes Power BI refuse it as a date table."""
    rows = days_of("2024-12-31", "2025-01-01")
    assert len(rows) == 366 + 365
    assert (rows[0]["date"], rows[365]["date"], rows[366]["date"], rows[-1]["date"]) == (
        date(2024, 1, 1),
        date(2024, 12, 31),
        date(2025, 1, 1),
        date(2025, 12, 31),
    )
    assert len(days_of("2026-06-01")) == 365


def test_a_day() -> None:
    """Weeks that begin on Sunday, or a month that sorts by its name, show in every chart."""
    row = next(row for row in days_of("2026-11-24") if row["date"] == date(2026, 11, 24))
    assert row == {
        "date": date(2026, 11, 24),
        "year": 2026,
        "quarter": 4,
        "month": 11,
        "month_name": "November",
        "year_month": "2026-11",
        "iso_year": 2026,
        "iso_week": 48,
        "day_of_month": 24,
        "day_of_week": 2,
        "day_name": "Tuesday",
        "is_weekend": False,
    }


@pytest.mark.parametrize(
    ("day", "iso_year", "iso_week", "day_name", "is_weekend"),
    [
        ("2020-12-31", 2020, 53, "Thursday", False),
        ("2021-01-01", 2020, 53, "Friday", False),
        ("2021-01-02", 2020, 53, "Saturday", True),
        ("2021-01-03", 2020, 53, "Sunday", True),
        ("2021-01-04", 2021, 1, "Monday", False),
        ("2024-12-30", 2025, 1, "Monday", False),
        ("2026-12-31", 2026, 53, "Thursday", False),
        ("2027-01-03", 2026, 53, "Sunday", True),
    ],
)
def test_weeks_around_the_new_year(day: str, iso_year: int, iso_week: int, day_name: str, *, is_weekend: bool) -> None:
    """A week that counts to the wrong year stands fifty-two weeks away from its neighbours."""
    row = next(row for row in days_of(day) if row["date"] == date.fromisoformat(day))
    assert (row["iso_year"], row["iso_week"], row["day_name"], row["is_weekend"]) == (
        iso_year,
        iso_week,
        day_name,
        is_weekend,
    )


def test_names_in_their_order() -> None:
    """A measure that filters by `Monday` must not depend on the machine that wrote the file."""
    rows = days_of("2026-01-01")
    assert [row["day_name"] for row in rows[:7]] == [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ]
    assert list(dict.fromkeys((row["quarter"], row["month_name"]) for row in rows)) == [
        (1, "January"),
        (1, "February"),
        (1, "March"),
        (2, "April"),
        (2, "May"),
        (2, "June"),
        (3, "July"),
        (3, "August"),
        (3, "September"),
        (4, "October"),
        (4, "November"),
        (4, "December"),
    ]


def test_no_day_is_touched() -> None:
    """A source without reports has no first year."""
    assert days_of() == []
    assert build_dates([]).num_rows == 0


def test_years_that_stand_for_no_time() -> None:
    """Go writes the year 1 for no time: two thousand years of days would fill most of a sheet."""
    assert len(days_of("0001-01-01", "2026-01-31")) == 365
    assert days_of("0001-01-01") == []
    assert len(days_of("1970-01-01")) == 365


def test_day_of_an_instant() -> None:
    """A change at a minute to midnight belongs to that day, and before 1970 days must not be rounded up."""
    texts = ["2026-01-31T23:59:59.999999", "2026-02-01T00:00:00", "1969-12-31T23:59:00"]
    instants = pa.array([*(datetime.fromisoformat(text) for text in texts), None], pa.timestamp("us"))
    assert to_days(instants).to_pylist() == [date(2026, 1, 31), date(2026, 2, 1), date(1969, 12, 31), None]


def at(text: str) -> dict[str, Any]:
    """Give what a row has that was collected then."""
    moment = datetime.fromisoformat(text)
    return ALWAYS | {"collected_at": moment, "collected_on": moment.date()}


ALARM = {"alarm_key": "a", "change_number": 1}
TOUCHING: list[tuple[dict[str, list[dict[str, Any]]], int, int]] = [
    ({"reports": [at("2021-03-01T00:00")]}, 2021, 2021),
    ({"reports": [ALWAYS]}, 0, 0),
    ({"object_changes": [at("2022-12-31T23:59")]}, 2022, 2022),
    ({"source_daily": [at("2023-01-01T00:00")]}, 2023, 2023),
    ({"cluster_daily": [at("2024-01-01T00:00")]}, 2024, 2024),
    ({"datastore_daily": [at("2025-01-01T00:00")], "source_daily": [at("2023-01-01T00:00")]}, 2023, 2025),
    (
        {
            "alarm_changes": [
                at("2021-01-01T05:00")
                | ALARM
                | {
                    "change": "raised",
                    "seen_at": datetime.fromisoformat("2021-01-01T05:00"),
                    "triggered_at": datetime.fromisoformat("2020-12-31T23:00"),
                },
                at("2022-01-01T05:00")
                | ALARM
                | {
                    "change": "cleared",
                    "seen_at": datetime.fromisoformat("2021-12-31T05:00"),
                    "cleared_at": datetime.fromisoformat("2022-01-01T05:00"),
                },
            ]
        },
        2020,
        2022,
    ),
]


@pytest.mark.parametrize(("rows", "first", "last"), TOUCHING)
def test_what_touches_a_year(rows: dict[str, list[dict[str, Any]]], first: int, last: int) -> None:
    """A fact whose day is in no calendar is shown under a blank year."""
    core = {
        table: pa.Table.from_pylist(rows.get(table, []), core_table(table).arrow_schema)
        for table in MADE_FROM["dim_date"]
    }
    rows_of_days = build_table("dim_date", "acme", "prod", core).to_pylist()
    years = [row["year"] for row in rows_of_days]
    assert (min(years, default=0), max(years, default=0)) == (first, last)
