"""What a glance at a source has to tell: few numbers, and first of all what somebody should look at."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

import pyarrow as pa

from vcenter_pipeline.exports import attention
from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.consistency import Terms
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.model.vocabulary import POWER_STATES, SEVERITIES

RECENT_DAYS: Final = 7
"""What was rejected or quarantined longer ago is no news."""
GROWTH_DAYS: Final = 90
SHOWN: Final = 5
"""So many alarms, datastores and snapshots are named; the pages of their tables have the others."""

_MACHINES: Final = "dim_virtual_machine"
_RULES: Final = MappingProxyType({rule.name: rule for rule in attention.RULES})
_CRITICAL: Final = ("alarm_name", "entity_name", "triggered_at")


class Numbers(NamedTuple):
    """The numbers of one source; null is unknown, as no report speaks of it."""

    machines: Mapping[str, int] | None
    """Virtual machines without templates by power state; `unknown` where none is told."""
    templates: int | None
    alarms: Mapping[str, int] | None
    """Alarms that stand, by severity."""
    old_snapshots: int | None
    full_datastores: int | None
    collected_at: datetime | None
    """When the newest report was collected, naive UTC."""
    growth: tuple[tuple[date, int], ...]
    """Virtual machines by day, only the days on which the number changed, and the last one; all vCenters together."""

    def to_text(self) -> str:
        """Give what the page of all sources is made from, on one short line: it stands in each event of the source."""
        first = self.growth[0][0] if self.growth else None
        told = {
            "machines": None if self.machines is None else dict(self.machines),
            "templates": self.templates,
            "alarms": None if self.alarms is None else dict(self.alarms),
            "old_snapshots": self.old_snapshots,
            "full_datastores": self.full_datastores,
            "collected_at": self.collected_at and self.collected_at.isoformat(),
            "growth_from": first and first.isoformat(),
            "growth": [[(day - first).days, count] for day, count in self.growth if first],
        }
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read them again."""
        told = json.loads(text)
        first = date.fromisoformat(told["growth_from"]) if told["growth"] else date.min
        return cls(
            told["machines"],
            told["templates"],
            told["alarms"],
            told["old_snapshots"],
            told["full_datastores"],
            datetime.fromisoformat(told["collected_at"]) if told["collected_at"] else None,
            tuple((first + timedelta(days=days), count) for days, count in told["growth"]),
        )


class Details(NamedTuple):
    """The first objects that somebody should look at, in a few columns."""

    critical_alarms: list[dict[str, Any]]
    full_datastores: list[dict[str, Any]]
    old_snapshots: list[dict[str, Any]]


def to_numbers(tables: PackedTables, terms: Terms) -> tuple[Numbers, Details]:
    """Look at the published tables of a source."""
    (source,) = tables["dim_source"].to_pylist()
    machines, templates = _machines(tables) if source["virtual_machine_count"] is not None else (None, None)
    alarms, critical = _alarms(tables)
    snapshots = _RULES["snapshots_are_young"].find(tables, terms)
    stores = _RULES["datastores_are_not_full"].find(tables, terms)
    says_snapshots = snapshots.looked_at or source["vm_snapshot_count"] is not None or _counts_snapshots(tables)
    numbers = Numbers(
        machines,
        templates,
        None if source["triggered_alarm_count"] is None else alarms,
        snapshots.found if says_snapshots else None,
        stores.found if stores.looked_at or source["datastore_count"] == 0 else None,
        pc.max(tables.columns("fact_report", ["collected_at"])["collected_at"]).as_py(),
        _growth(tables, terms.now.date() - timedelta(days=GROWTH_DAYS)),
    )
    return numbers, Details(critical, _named(stores.sample), _named(snapshots.sample))


def to_trouble(tables: PackedTables, since: datetime) -> tuple[int, int]:
    """Count the rejected rows and the quarantined reports of a source that came since then."""
    reports = tables.columns("fact_report", ["status", "rejected_row_count", "ingested_at"])
    recent = reports.filter(pc.greater_equal(reports["ingested_at"], pa.scalar(since, pa.timestamp("us"))))
    rejected: int = pc.sum(recent["rejected_row_count"], min_count=0).as_py()
    return rejected, recent.filter(pc.equal(recent["status"], "quarantined")).num_rows


def _named(sample: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the vCenter: what a source calls so is mostly a long id, and the table has it."""
    return [{name: value for name, value in row.items() if name != "vcenter"} for row in sample]


def _machines(tables: PackedTables) -> tuple[dict[str, int], int | None]:
    machines = tables.columns(_MACHINES, ["power_state", "is_template"])
    is_template = pc.fill_null(machines["is_template"], fill_value=False)
    counts = _counted(machines.filter(pc.invert(is_template))["power_state"], POWER_STATES)
    says_templates = machines["is_template"].null_count < machines.num_rows
    return counts, pc.sum(is_template, min_count=0).as_py() if says_templates else None


def _alarms(tables: PackedTables) -> tuple[dict[str, int], list[dict[str, Any]]]:
    alarms = tables.columns("fact_triggered_alarm", ["severity", *_CRITICAL])
    critical = alarms.filter(pc.equal(alarms["severity"], "critical")).sort_by([("triggered_at", "descending")])
    return _counted(alarms["severity"], SEVERITIES), critical.select(list(_CRITICAL)).slice(0, SHOWN).to_pylist()


def _counted(column: Any, words: tuple[str, ...]) -> dict[str, int]:  # noqa: ANN401 - Arrow's stubs know no such arrays
    found = {entry["values"] or "unknown": entry["counts"] for entry in pc.value_counts(column).to_pylist()}
    return {word: found.get(word, 0) for word in words} | ({"unknown": found["unknown"]} if "unknown" in found else {})


def _counts_snapshots(tables: PackedTables) -> bool:
    counts = tables.columns(_MACHINES, ["snapshot_count"])["snapshot_count"]
    return len(counts) > counts.null_count


def _growth(tables: PackedTables, since: date) -> tuple[tuple[date, int], ...]:
    """Add up the vCenters of a source, whose lists come on different days: each counts as it was last told."""
    days = tables.columns("fact_source_daily", ["collected_on", "vcenter", "virtual_machine_count"])
    days = days.filter(pc.is_valid(days["virtual_machine_count"]))
    days = days.sort_by([("collected_on", "ascending"), ("vcenter", "ascending")])
    newest: dict[str, int] = {}
    by_day: dict[date, int] = {}
    for day in days.to_pylist():
        newest[day["vcenter"]] = day["virtual_machine_count"]
        by_day[max(day["collected_on"], since)] = sum(newest.values())
    return changes(by_day)


def changes(by_day: Mapping[date, int]) -> tuple[tuple[date, int], ...]:
    """Give the days, in order, on which a number changed, and the last one."""
    days = sorted(by_day.items())
    kept = [day for day, before in zip(days, [None, *days], strict=False) if before is None or before[1] != day[1]]
    return tuple(kept if not days or kept[-1] == days[-1] else [*kept, days[-1]])
