"""Numbers that people ask for of a published table, as metadata that Dagster plots."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from vcenter_pipeline.defs.trends import source_trend
from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.model.vocabulary import CHANGES

_DAYS: Final = 30
_SEVERITIES: Final = ("critical", "warning")


def measures(name: str, table: pa.Table) -> dict[str, Any]:
    """Give the measures of a published table of one source; what is not known, as a mean of nothing, is left out."""
    found = _MEASURES[name](table) if name in _MEASURES else {}
    return {label: value for label, value in found.items() if value is not None}


def _of_episodes(episodes: pa.Table) -> dict[str, Any]:
    """Count open alarms by severity, and give the means of what ended in the days before the newest list."""
    still_open = episodes.filter(episodes["is_open"])
    found: dict[str, Any] = {
        f"Open {severity} alarms": pc.sum(pc.equal(still_open["severity"], severity), min_count=0).as_py()
        for severity in _SEVERITIES
    }
    if newest := pc.max(episodes["last_seen_at"]).as_py():
        since = pa.scalar(newest - timedelta(days=_DAYS), pa.timestamp("us"))
        recent = episodes.filter(pc.greater(episodes["last_seen_at"], since))
        cleared = recent.filter(pc.is_valid(recent["cleared_at"]))
        found[f"Mean minutes to acknowledge, {_DAYS} days"] = _mean(recent, "acknowledge_minutes")
        found[f"Mean minutes to clear, {_DAYS} days"] = _mean(cleared, "open_minutes")
    return found


def count_changes(changes: pa.Table, now: datetime) -> dict[str, Any]:
    """Count the virtual machines that collections of the last 24 hours show to be added, removed or changed."""
    recent = changes.filter(pc.greater(changes["collected_at"], pa.scalar(now - timedelta(days=1), pa.timestamp("us"))))
    return {
        f"VMs {change}, 24 hours": pc.count_distinct(
            recent.filter(pc.equal(recent["change"], change))["virtual_machine_key"]
        ).as_py()
        for change in CHANGES
    }


def _of_changes(changes: pa.Table) -> dict[str, Any]:
    return count_changes(changes, datetime.now(UTC).replace(tzinfo=None))


def _mean(table: pa.Table, column: str) -> float | None:
    mean = pc.mean(table[column]).as_py()
    return None if mean is None else round(mean, 1)


_MEASURES: Final[Mapping[str, Callable[[pa.Table], dict[str, Any]]]] = MappingProxyType(
    {"fact_alarm_episode": _of_episodes, "fact_source_daily": source_trend, "fact_vm_change": _of_changes}
)
