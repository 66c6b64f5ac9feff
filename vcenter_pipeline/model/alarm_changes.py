"""What became of each alarm between one complete list of alarms and the one before.

An alarm stands while a list shows it and not as green. One that goes off anew begins again: vSphere gives it another
time of triggering, and so it does where the colour changes from yellow to red.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from vcenter_pipeline.model.changes import Comparison
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.matching import State

Row = tuple[Any, ...]
Alarm = Mapping[str, Any]

_SECOND: Final = timedelta(seconds=1)
_MAY_CHANGE: Final = ("overall_status", "is_acknowledged", "acknowledged_by", "acknowledged_at")


def find_alarm_changes(now: State, before: State | None, leaves_out: str | None, shared: Comparison) -> list[Row]:
    """Give the changes as rows of `alarm_changes`, alarm by alarm in the order of the keys.

    Args:
        now: the alarms of the newer list.
        before: those of the older one; None for the first: then whatever stands is first seen.
        leaves_out: which alarms the newer list leaves out though they stand; None when it shows all.
        shared: what all rows have in common.
    """
    new, old = _by_key(now), {} if before is None else _by_key(before)
    columns = [column.name for column in core_table("alarm_changes").columns]
    own = set(Comparison._fields) & set(columns)
    rows: list[Row] = []
    for key in sorted({*new, *old}):
        for change in _of_one(new.get(key), old.get(key), leaves_out, shared.collected_at):
            values = {name: getattr(shared, name) for name in own}
            values |= {"alarm_key": key, "change_number": len(rows) + 1}
            rows.append(tuple(values[name] if name in values else change[name] for name in columns))
    return rows


def _by_key(state: State) -> dict[str, Alarm]:
    keys = state.identities("triggered_alarms")
    return dict(zip(keys, state.table.to_pylist(), strict=True))


def _of_one(new: Alarm | None, old: Alarm | None, leaves_out: str | None, at: datetime) -> Iterator[Alarm]:
    stands = new is not None and new["overall_status"] != "green"
    stood = old is not None and old["overall_status"] != "green"
    if new is not None and stands and not (old is not None and stood):
        yield _seen("raised", new)
    elif old is not None and stood and not (new is not None and stands):
        if new is None:
            yield _cleared(old, "unknown" if leaves_out else "absent", at)
        else:
            yield _cleared(old, "green", _between(new["triggered_at"], old["collected_at"], at))
    elif new is not None and old is not None and stands:
        if _is_another_time(new["triggered_at"], old["triggered_at"]):
            yield _cleared(old, "triggered again", _between(new["triggered_at"], old["collected_at"], at))
            yield _seen("raised", new)
        elif any(new[name] is not None and new[name] != old[name] for name in _MAY_CHANGE):
            yield _seen("updated", new)


def _is_another_time(new: datetime | None, old: datetime | None) -> bool:
    """Say whether an alarm went off anew; some programs tell its time to the second, others to the microsecond."""
    return new is not None and old is not None and abs(new - old) >= _SECOND


def _seen(change: str, alarm: Alarm) -> Alarm:
    return {**alarm, "change": change, "ending": None, "seen_at": alarm["collected_at"], "cleared_at": None}


def _cleared(alarm: Alarm, ending: str, at: datetime) -> Alarm:
    return {**alarm, "change": "cleared", "ending": ending, "seen_at": alarm["collected_at"], "cleared_at": at}


def _between(told: datetime | None, after: datetime, at: datetime) -> datetime:
    """Give the time that the newer list tells where it lies between the two lists, else that of the newer one."""
    return told if told is not None and after < told <= at else at
