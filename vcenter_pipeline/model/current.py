"""Which collections of all that were stored make the current state of one kind of object of one vCenter.

Only a complete list says what is not there any more, so the newest one is the base. What is newer and tells of some
objects only fills what the base leaves open. A list without anything in it is no base, because a playbook without
permission on the inventory writes just that; but no alarm, and no snapshot, is an answer.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from vcenter_pipeline.model.batches import Kind

_EMPTY_IS_AN_ANSWER: Final = frozenset({"triggered_alarms", "vm_snapshots"})


class Collection(NamedTuple):
    """What is known of one collection without its rows."""

    report: str
    number: int
    """In the report, counted from 1."""
    kind: Kind
    shape: str
    path: str | None
    vcenter: str | None
    """The host name as the report tells it."""
    is_complete: bool
    row_count: int
    collected_at: datetime
    ingested_at: datetime
    only_object: str | None = None
    """The key of the one object that alarms were asked of, where a report asks one object alone."""
    leaves_out: str | None = None
    """Which alarms the shape leaves out though they stand."""

    @property
    def moment(self) -> tuple[datetime, datetime, str]:
        """What makes one report newer than another, whichever came first."""
        return self.collected_at, self.ingested_at, self.report


class Pieces(NamedTuple):
    """The collections that make the current state, the one that counts first in front."""

    base: tuple[Collection, ...]
    """Complete, and all of one report; empty when there is none."""
    partial: tuple[Collection, ...]
    """They fill what the base leaves open, and add what it lacks."""

    @property
    def all(self) -> tuple[Collection, ...]:
        """The base, and behind it the others."""
        return self.base + self.partial

    @property
    def alone(self) -> Collection | None:
        """The one complete collection that is the current state all by itself."""
        return self.base[0] if len(self.base) == 1 and not self.partial else None

    @property
    def collected_at(self) -> datetime | None:
        """The newest time of any of them."""
        return max((one.collected_at for one in self.all), default=None)


def is_base(kind: Kind, collection: Collection) -> bool:
    """Say whether a collection says by itself what there is, and so what is not there any more."""
    return collection.is_complete and (collection.row_count > 0 or kind in _EMPTY_IS_AN_ANSWER)


def plan_pieces(kind: Kind, collections: Iterable[Collection]) -> Pieces:
    """Choose among all collections of one kind of one vCenter.

    Of alarms that are told piece by piece, a newer collection from the same place of a report replaces the older one
    altogether: an alarm that it does not name any more has been cleared. Where a file asks of one object alone, it
    replaces only what was told of that object.
    """
    found = list(collections)
    complete = [one for one in found if is_base(kind, one)]
    newest = max(complete, key=lambda one: one.moment, default=None)
    partial = [one for one in found if not one.is_complete and (one.row_count or kind == "triggered_alarms")]
    base: list[Collection] = []
    if newest is not None:
        base = sorted((one for one in complete if one.report == newest.report), key=lambda one: one.number)
        partial = [one for one in partial if one.report == newest.report or one.collected_at >= newest.collected_at]
    partial.sort(key=lambda one: one.number)
    partial.sort(key=lambda one: one.moment, reverse=True)
    if kind == "triggered_alarms":
        partial = _newest_of_each_place(partial)
    return Pieces(tuple(base), tuple(partial))


def _newest_of_each_place(collections: Iterable[Collection]) -> list[Collection]:
    """Keep of each place of a report what the newest report has there; they come newest first."""
    newest: dict[tuple[str | None, ...], str] = {}
    return [
        one
        for one in collections
        if newest.setdefault((one.shape, one.path, one.only_object), one.report) == one.report
    ]
