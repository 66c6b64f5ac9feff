"""Episodes of alarms: from the collection that first shows an alarm to the one that shows it no more.

The database holds what became of each alarm between two collections, as a sequence: raised, updated, cleared. Some
ten thousand rows of it are a year of a large vCenter, so they are folded one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from vcenter_pipeline.exports.alarms import place_alarms
from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.dates import to_days
from vcenter_pipeline.exports.joins import whole
from vcenter_pipeline.model.columns import published_table

_ORDER: Final = ("collected_at", "report", "change_number")
_NAMES: Final = ("client", "environment", "vcenter", "alarm_key")
_LAST_KNOWN: Final = (
    "alarm_name",
    "alarm_moid",
    "entity_type",
    "entity_name",
    "entity_moid",
    "overall_status",
    "severity",
    "triggered_at",
)
_ACKNOWLEDGEMENT: Final = ("is_acknowledged", "acknowledged_by", "acknowledged_at")
_EARLIEST: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - instants are naive UTC in all tables
"""No vCenter is older. An earlier time is a program's word for none: year 1 of Go and .NET, 1970 of Unix."""
_MINUTE: Final = timedelta(minutes=1)

Row = Mapping[str, Any]


@dataclass
class _Episode:
    number: int
    rows: list[Row] = field(default_factory=list)
    """What is known of it, in the order of time: the cleared row is the last one."""
    ending: str | None = None
    cleared_at: datetime | None = None
    is_open: bool = True


def build_episodes(changes: pa.Table, steps: pa.Table, machines: pa.Table, others: Iterable[pa.Table]) -> pa.Table:
    """Give the episodes of all alarms, with the key of the virtual machine that each stood on.

    Args:
        changes: all `alarm_changes`.
        steps: all `history_steps`; they say until when an open alarm is known to stand.
        machines: the current virtual machines.
        others: current tables of other entities, which may know the name of one.
    """
    return place_alarms(_folded(changes, steps), machines, others)


def to_episode_days(changes: pa.Table) -> list[Array]:
    """Give days among which are all on which an episode began or was cleared, without folding them."""
    triggered, seen = whole(changes, "triggered_at"), whole(changes, "seen_at")
    may_begin = pc.and_(pc.greater_equal(triggered, _EARLIEST), pc.less_equal(triggered, seen))
    began = pc.if_else(may_begin, triggered, None)
    return [to_days(instants) for instants in (began, seen, whole(changes, "cleared_at"))]


def _folded(changes: pa.Table, steps: pa.Table) -> pa.Table:
    """Give the episodes of all alarms in the columns of `fact_alarm_episode`, without the virtual machine's key."""
    found: list[_Episode] = []
    standing: dict[tuple[str, str], _Episode] = {}
    counts: Counter[str] = Counter()
    for row in changes.sort_by([(name, "ascending") for name in _ORDER]).to_pylist():
        key = row["vcenter"], row["alarm_key"]
        episode = standing.pop(key, None)
        if episode and row["change"] == "raised":  # nothing tells what became of the one before
            episode.ending, episode.is_open, episode = "unknown", False, None
        if not episode:
            counts[row["alarm_key"]] += 1
            episode = _Episode(counts[row["alarm_key"]])
            found.append(episode)
        episode.rows.append(row)
        if row["change"] == "cleared":
            episode.ending, episode.cleared_at, episode.is_open = row["ending"], row["cleared_at"], False
        else:
            standing[key] = episode
    listed_at = _listed_at(steps)
    schema = published_table("fact_alarm_episode").arrow_schema
    schema = schema.remove(schema.get_field_index("virtual_machine_key"))
    return pa.Table.from_pylist([_to_row(episode, listed_at) for episode in found], schema)


def _listed_at(steps: pa.Table) -> dict[str, datetime]:
    """Give when all alarms of a vCenter were listed last, by vCenter."""
    is_list = pc.and_(pc.equal(steps["kind"], "triggered_alarms"), pc.equal(steps["product"], "changes"))
    newest = steps.filter(is_list).group_by("vcenter").aggregate([("collected_at", "max")]).to_pylist()
    return {row["vcenter"]: row["collected_at_max"] for row in newest}


def _to_row(episode: _Episode, listed_at: Mapping[str, datetime]) -> dict[str, Any]:
    rows = episode.rows
    first_seen_at, last_seen_at = rows[0]["seen_at"], rows[-1]["seen_at"]
    if episode.is_open:
        last_seen_at = max(last_seen_at, listed_at.get(rows[-1]["vcenter"], last_seen_at))
    last_known = {name: _last_known(rows, name) for name in _LAST_KNOWN}
    began_at, is_begin_told = first_seen_at, _is_time(last_known["triggered_at"])
    if is_begin_told:
        began_at = min(last_known["triggered_at"], first_seen_at)
    acknowledged_seen_at, acknowledged_at = _acknowledged(rows)
    acknowledge_minutes = None
    if acknowledged_at and (is_begin_told or acknowledged_at >= began_at):
        acknowledge_minutes = _minutes(began_at, acknowledged_at)
    return {
        **{name: rows[-1][name] for name in _NAMES},
        **last_known,
        **_acknowledgement(rows),
        "episode": episode.number,
        "first_seen_at": first_seen_at,
        "last_seen_at": last_seen_at,
        "cleared_at": episode.cleared_at,
        "is_open": episode.is_open,
        "ending": episode.ending,
        "acknowledged_seen_at": acknowledged_seen_at,
        "open_minutes": _minutes(began_at, episode.cleared_at or last_seen_at),
        "acknowledge_minutes": acknowledge_minutes,
        "began_on": began_at.date(),
        "cleared_on": episode.cleared_at and episode.cleared_at.date(),
    }


def _last_known(rows: list[Row], name: str) -> Any:  # noqa: ANN401 - a value of any column
    return next((row[name] for row in reversed(rows) if row[name] is not None), None)


def _acknowledgement(rows: list[Row]) -> dict[str, Any]:
    """Give who acknowledged it and when, as one row says: an acknowledgement may be taken back."""
    told = (row for row in reversed(rows) if any(row[name] is not None for name in _ACKNOWLEDGEMENT))
    row = next(told, rows[-1])
    return {name: row[name] for name in _ACKNOWLEDGEMENT}


def _acknowledged(rows: list[Row]) -> tuple[datetime | None, datetime | None]:
    """Give when it was first seen acknowledged, and when it was acknowledged.

    What is known only of the last sight of an alarm was so for an unknown time, so that is no first sight.
    """
    acknowledged = [row for row in rows if row["is_acknowledged"]]
    seen_at = next((row["seen_at"] for row in acknowledged if row["change"] != "cleared"), None)
    told_at = next((row["acknowledged_at"] for row in acknowledged if _is_time(row["acknowledged_at"])), None)
    return seen_at, told_at or seen_at


def _is_time(moment: datetime | None) -> bool:
    return moment is not None and moment >= _EARLIEST


def _minutes(since: datetime, until: datetime) -> int:
    """Count whole minutes; the clocks of a vCenter and of who reads it differ, so it may be less than none."""
    return max((until - since) // _MINUTE, 0)
