"""What Dagster plots of the published tables."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from vcenter_pipeline.defs.measures import measures
from vcenter_pipeline.model.columns import published_table

NOW = datetime(2026, 3, 31, 12)  # noqa: DTZ001 - naive UTC, as everywhere
SCHEMA = published_table("fact_alarm_episode").arrow_schema


def episode(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - each goes to its column
    """An episode with these values."""
    return {"last_seen_at": NOW, "is_open": False, **values}


def test_open_alarms_are_counted_by_severity_and_the_rest_is_averaged() -> None:
    """Mean times to acknowledge and to clear are what an operations team is measured by."""
    rows = [
        episode(is_open=True, severity="critical", open_minutes=9_000),
        episode(is_open=True, severity="critical", acknowledge_minutes=10),
        episode(is_open=True, severity="warning"),
        episode(severity="critical", cleared_at=NOW, open_minutes=60, acknowledge_minutes=25),
        episode(severity="warning", cleared_at=NOW, open_minutes=21),
        episode(severity="critical", ending="unknown", open_minutes=500),
    ]
    assert measures("fact_alarm_episode", pa.Table.from_pylist(rows, SCHEMA)) == {
        "Open critical alarms": 2,
        "Open warning alarms": 1,
        "Mean minutes to acknowledge, 30 days": 17.5,
        "Mean minutes to clear, 30 days": 40.5,
    }


def test_what_ended_long_ago_is_left_out() -> None:
    """A mean over years would not move, whatever a team does."""
    old = NOW - timedelta(days=31)
    rows = [
        episode(cleared_at=old, last_seen_at=old, open_minutes=10_000, acknowledge_minutes=10_000),
        episode(cleared_at=NOW, open_minutes=10),
    ]
    assert measures("fact_alarm_episode", pa.Table.from_pylist(rows, SCHEMA)) == {
        "Open critical alarms": 0,
        "Open warning alarms": 0,
        "Mean minutes to clear, 30 days": 10,
    }


def test_a_source_without_alarms_has_none_open() -> None:
    """An empty table must not fail the run that publishes it; the other tables have no measures."""
    empty = {"Open critical alarms": 0, "Open warning alarms": 0}
    assert measures("fact_alarm_episode", SCHEMA.empty_table()) == empty
    assert measures("dim_date", published_table("dim_date").arrow_schema.empty_table()) == {}
