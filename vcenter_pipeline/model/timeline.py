"""The moments at which an estate is known whole, and what has to be derived of each.

A report that lists all objects of one kind of one vCenter is a moment. What tells of some objects only belongs to the
moment before it, exactly as in the current state, so the state of the newest moment is the current state. A step is
what is derived of one moment: how it differs from the moment before, and the numbers of its day. It bears a digest of
what it was derived of. So a report that comes late, or a detail that is told later, makes stale what it touches and
nothing else, and the same reports give the same steps in whatever order they came.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final, Literal, NamedTuple

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current import Collection, Pieces, is_base, plan_pieces

Product = Literal["changes", "day"]

CHANGING: Final[frozenset[Kind]] = frozenset({"virtual_machines", "esxi_hosts", "datastores", "triggered_alarms"})
"""Kinds of which a moment is compared with the one before."""
COUNTED: Final[frozenset[Kind]] = frozenset(
    {"virtual_machines", "esxi_hosts", "clusters", "datastores", "vm_snapshots", "triggered_alarms"}
)
"""Kinds that give numbers of a day."""

_DERIVATION: Final = "1"
"""Stands in every digest; another one makes every step be derived again, because it would come out otherwise."""


class Moment(NamedTuple):
    """One report that lists all objects of one kind of one vCenter, and what tells of some of them until the next."""

    pieces: Pieces

    @property
    def first(self) -> Collection:
        """The first complete collection of its report."""
        return self.pieces.base[0]

    @property
    def report(self) -> str:
        """The report."""
        return self.first.report

    @property
    def collected_at(self) -> datetime:
        """When the estate was so."""
        return self.first.collected_at

    @property
    def shapes(self) -> frozenset[str]:
        """What tells of it, in the words of the Ansible modules: its lists, and details of some objects."""
        return frozenset(one.shape for one in self.pieces.all)


class Step(NamedTuple):
    """What is to be derived of one moment."""

    product: Product
    kind: Kind
    vcenter: str
    now: Moment
    before: Moment | None
    """The moment before, for what compares with it."""
    filling: tuple[Moment, ...]
    """Earlier moments of which only what the others do not tell is taken: another shape knows other columns."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it apart: report, kind, vCenter, product."""
        return self.now.report, self.kind, self.vcenter, self.product

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Everything that it is derived of."""
        return (self.now, *((self.before,) if self.before else ()), *self.filling)

    @property
    def oldest_at(self) -> datetime:
        """The time of the oldest collection that it is derived of."""
        return min(one.collected_at for moment in self.moments for one in moment.pieces.all)

    @property
    def basis(self) -> str:
        """A digest of what it is derived of: 16 hex digits."""
        parts = ["now", *_names(self.now), "before", *(_names(self.before) if self.before else ())]
        for moment in self.filling:
            parts += ["filling", *_names(moment)]
        return hashlib.sha256(" ".join([_DERIVATION, *parts]).encode()).hexdigest()[:16]


def plan_moments(kind: Kind, collections: Iterable[Collection]) -> list[Moment]:
    """Give the moments of one kind of one vCenter, oldest first."""
    found = list(collections)
    complete = sorted((one for one in found if is_base(kind, one)), key=lambda one: one.moment)
    reports = [(moment, list(some)) for moment, some in groupby(complete, key=lambda one: one.moment)]
    starts = [moment[0] for moment, _ in reports]
    of_report = {moment[2]: number for number, (moment, _) in enumerate(reports)}
    partial: list[list[Collection]] = [[] for _ in reports]
    for one in found:
        if not one.is_complete:
            number = of_report.get(one.report, bisect_right(starts, one.collected_at) - 1)
            if number >= 0:
                partial[number].append(one)
    return [Moment(plan_pieces(kind, [*base, *some])) for (_, base), some in zip(reports, partial, strict=True)]


def plan_steps(kind: Kind, vcenter: str, moments: Sequence[Moment]) -> Iterator[Step]:
    """Give the steps of all moments of one kind of one vCenter, oldest first."""
    if kind in CHANGING:
        for number, now in enumerate(moments):
            before = moments[number - 1] if number else None
            filling: tuple[Moment, ...] = ()
            if before is not None and kind != "triggered_alarms":
                filling = tuple(_told_before(moments[: number - 1], now.shapes - before.shapes))
            yield Step("changes", kind, vcenter, now, before, filling)
    if kind in COUNTED:
        for _, of_day in groupby(moments, key=_day):
            *earlier, now = of_day
            filling = tuple(_others(earlier, now.shapes)) if kind != "triggered_alarms" else ()
            yield Step("day", kind, vcenter, now, None, filling)


def plan_history(moments: Mapping[Kind, Mapping[str, Sequence[Moment]]]) -> Iterator[Step]:
    """Give the steps of all kinds and vCenters of a source."""
    for kind, of_vcenters in moments.items():
        for vcenter, of_vcenter in of_vcenters.items():
            yield from plan_steps(kind, vcenter, of_vcenter)


def _names(moment: Moment) -> list[str]:
    return [f"{one.report}:{one.number}" for one in moment.pieces.all]


def _day(moment: Moment) -> date:
    return moment.collected_at.date()


def _told_before(earlier: Sequence[Moment], wanted: frozenset[str]) -> Iterator[Moment]:
    """Give the newest moment before that knows of each wanted shape, newest first."""
    missing = set(wanted)
    for moment in reversed(earlier):
        if not missing:
            return
        if missing & moment.shapes:
            missing -= moment.shapes
            yield moment


def _others(earlier: Sequence[Moment], known: frozenset[str]) -> Iterator[Moment]:
    """Give the newest moment with each other set of shapes, newest first."""
    told = set(known)
    for moment in reversed(earlier):
        if not moment.shapes <= told:
            told |= moment.shapes
            yield moment
