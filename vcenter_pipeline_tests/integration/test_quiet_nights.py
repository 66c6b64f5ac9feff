"""Nights on which nothing changed: their files are those of the night before, byte by byte."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.defs.ingestion import ingest_report, opened
from vcenter_pipeline.defs.publication import build_tables
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.history import update_history

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]

ALARM = {
    "alarm_name": "Host memory usage",
    "alarm_moid": "alarm-5",
    "entity": "esx1.example.com",
    "entity_moid": "host-1",
    "entity_type": "HostSystem",
    "status": "red",
    "time": "2026-01-01T00:00:00Z",
    "acknowledged": False,
}
STANDS: dict[str, Any] = {"alarms": [ALARM]}
CLEAR: dict[str, Any] = {"alarms": []}


def told(home: Settings, drop: Drop, nights: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Give the published history of alarms after lists of these days of January 2026, in this order of arrival."""
    source = Source("acme", "prod")
    with opened(home) as pipeline:
        for day, report in nights:
            path = f"acme/prod/alarms-2026-01-{day:02}T0400Z.json"
            drop(path, report)
            assert ingest_report(pipeline, source, path, run_id="run", is_last_try=True).status == "ingested"
            (home.input_path / path).unlink()
            update_history(pipeline.database, "acme", "prod")
        tables = build_tables(pipeline, source)
        return {name: tables[name].to_pylist() for name in ("fact_alarm_episode", "fact_source_daily")}


ORDERS = [(1, 2, 3, 4), (4, 3, 2, 1), (3, 1, 4, 2)]


@pytest.mark.parametrize("order", ORDERS)
def test_an_alarm_that_stands_night_after_night(home: Settings, drop: Drop, order: tuple[int, ...]) -> None:
    """It stood for three days and four hours; four hours would be told if only the first night counted."""
    found = told(home, drop, [(day, STANDS) for day in order])
    (episode,) = found["fact_alarm_episode"]
    assert (episode["first_seen_at"], episode["last_seen_at"]) == (datetime(2026, 1, 1, 4), datetime(2026, 1, 4, 4))  # noqa: DTZ001 - naive UTC
    assert (episode["open_minutes"], episode["is_open"]) == (4560, True)
    days = [(row["collected_on"], row["alarm_count"]) for row in found["fact_source_daily"]]
    assert days == [(date(2026, 1, day), 1) for day in (1, 2, 3, 4)]


@pytest.mark.parametrize("order", ORDERS)
def test_what_comes_back_as_it_was(home: Settings, drop: Drop, order: tuple[int, ...]) -> None:
    """Clear, alarmed, clear, clear: each night counts, whichever file came first."""
    reports = {1: CLEAR, 2: STANDS, 3: CLEAR, 4: CLEAR}
    found = told(home, drop, [(day, reports[day]) for day in order])
    (episode,) = found["fact_alarm_episode"]
    assert (episode["first_seen_at"].day, episode["cleared_at"].day, episode["ending"]) == (2, 3, "absent")
    assert [row["alarm_count"] for row in found["fact_source_daily"]] == [0, 1, 0, 0]
