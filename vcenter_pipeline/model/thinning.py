"""Which collections retention takes away: all are kept for a while, then the last one of each day, then of each month.

What must not change is what is current, and which vCenter anything is of. A report may have told that a host name is
the vCenter of a uuid, and later reports live on that word; so what names a vCenter stays longer than what it named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current import Collection, plan_pieces
from vcenter_pipeline.model.timeline import plan_moments

Key = tuple[str, int]
"""A report and the number of a collection in it."""
_Name = tuple[str | None, str | None]


class Rules(NamedTuple):
    """How long collections are kept, in days; 0 is for ever."""

    keep_all_days: int
    keep_daily_days: int
    """How long the last one of each day is kept; then it is the last one of each month."""

    def horizon(self, now: datetime) -> datetime | None:
        """Give the instant before which collections are thinned, or None where none are.

        It is a midnight of UTC, so that no day is thinned in parts.
        """
        return _midnight(now, self.keep_all_days)

    def daily_horizon(self, now: datetime) -> datetime | None:
        """Give the instant before which only months are kept, or None where days are kept for ever."""
        return _midnight(now, self.keep_daily_days)


class Described(NamedTuple):
    """One row of a collection that describes vCenters."""

    identity: str
    """Its key, without what the keys of its collection begin with."""
    instance_uuid: str | None
    host_name: str | None


def plan_thinning(
    collections: Mapping[Kind, Mapping[str, Sequence[Collection]]],
    described: Mapping[Key, Sequence[Described]],
    now: datetime,
    rules: Rules,
) -> list[Collection]:
    """Choose the collections of one source that go, oldest first.

    Planning again what a plan leaves gives nothing to take.

    Args:
        collections: all of the source, by kind and vCenter.
        described: the rows of those that describe vCenters.
        now: naive UTC.
        rules: how long they are kept.
    """
    horizon = rules.horizon(now)
    if horizon is None:
        return []
    every = [one for of_kind in collections.values() for some in of_kind.values() for one in some]
    kept = {_key(one) for one in every if one.collected_at >= horizon}
    if len(kept) == len(every):
        return []
    for kind, of_vcenters in collections.items():
        for some in of_vcenters.values():
            if kind == "vcenters":
                kept |= _newest_descriptions(some, described)
            else:
                kept |= _current(kind, some)
                kept |= _last_moments(kind, some, rules.daily_horizon(now))
    kept |= _asked_objects(every, kept)
    kept |= _names(every, described, kept)
    gone = [one for one in every if _key(one) not in kept]
    return sorted(gone, key=lambda one: (one.moment, one.number))


def _midnight(now: datetime, days: int) -> datetime | None:
    return datetime.combine(now.date() - timedelta(days=days), time.min) if days else None


def _key(collection: Collection) -> Key:
    return collection.report, collection.number


def _current(kind: Kind, collections: Sequence[Collection]) -> set[Key]:
    """Give what makes the current state; where nothing does, the newest collection, which says that it was asked."""
    pieces = plan_pieces(kind, collections).all
    return {_key(one) for one in pieces or [max(collections, key=lambda one: one.moment)]}


def _last_moments(kind: Kind, collections: Sequence[Collection], daily_horizon: datetime | None) -> set[Key]:
    """Give the complete collections of the last moment of each day, or of each month where days are not kept."""
    of_days: dict[date, tuple[Collection, ...]] = {}
    of_months: dict[tuple[int, int], tuple[Collection, ...]] = {}
    for moment in plan_moments(kind, collections):
        day = moment.collected_at.date()
        if daily_horizon is None or moment.collected_at >= daily_horizon:
            of_days[day] = moment.pieces.base
        of_months[day.year, day.month] = moment.pieces.base
    return {_key(one) for base in (*of_days.values(), *of_months.values()) for one in base}


def _newest_descriptions(collections: Sequence[Collection], described: Mapping[Key, Sequence[Described]]) -> set[Key]:
    """Give, of each vCenter and shape, the newest description: what is current is filled from all shapes."""
    newest: dict[tuple[str, str], Key] = {}
    for one in sorted(collections, key=lambda one: (one.moment, -one.number)):
        for row in described.get(_key(one), ()):
            newest[one.shape, row.identity] = _key(one)
    return set(newest.values()) or {_key(max(collections, key=lambda one: one.moment))}


def _asked_objects(every: Iterable[Collection], kept: set[Key]) -> set[Key]:
    """Give the collections that say of which object alone the alarms of a kept one are."""
    asked = {
        (one.report, one.shape)
        for one in every
        if one.kind == "triggered_alarms" and not one.is_complete and _key(one) in kept
    }
    return {
        _key(one)
        for one in every
        if one.kind in {"virtual_machines", "esxi_hosts"} and one.row_count == 1 and (one.report, one.shape) in asked
    }


def _names(every: Iterable[Collection], described: Mapping[Key, Sequence[Described]], kept: set[Key]) -> set[Key]:
    """Give the collections that name vCenters, as far as anything that stays depends on them.

    Every report that stays has to name what it named before, or what it does not name itself would be taken for another
    vCenter's. Of the others the newest that names just the same things stands for all: the newest word counts.
    """
    of_report: dict[str, list[Collection]] = {}
    for one in every:
        of_report.setdefault(one.report, []).append(one)
    newest: dict[frozenset[_Name], str] = {}
    for report, some in sorted(of_report.items(), key=lambda item: item[1][0].moment):
        names = frozenset(name for one in some for name in _told(one, described))
        if names:
            newest[names] = report
    staying = {report for report, _ in kept}.union(newest.values())
    found: set[Key] = set()
    for report in staying:
        named: set[_Name] = set()
        by_cost = sorted(of_report[report], key=lambda one: (one.kind != "vcenters", one.row_count, one.number))
        for one in sorted(by_cost, key=lambda one: _key(one) not in kept):
            told = set(_told(one, described))
            if (told and one.kind == "vcenters") or not told <= named:
                found.add(_key(one))
                named |= told
    return found


def _told(collection: Collection, described: Mapping[Key, Sequence[Described]]) -> Iterator[_Name]:
    """Give the names that a collection tells: uuid and host name."""
    for row in described.get(_key(collection), ()):
        yield row.instance_uuid, row.host_name and row.host_name.casefold()
    if collection.vcenter and (collection.row_count or collection.is_complete):
        yield None, collection.vcenter.casefold()
