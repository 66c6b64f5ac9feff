"""The history of one source: brought to what its collections give, step by step, each in a transaction of its own.

What has to be derived follows from the collections alone, and every step says of which it was derived. So nothing has
to be remembered between two runs: a run that was killed in the middle is made good by the next one, and a report that
comes late has its neighbours derived again.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.model.alarm_changes import find_alarm_changes
from vcenter_pipeline.model.batches import KINDS, Kind
from vcenter_pipeline.model.changes import Comparison, find_changes, with_datastores
from vcenter_pipeline.model.current import Pieces
from vcenter_pipeline.model.current_rows import pc
from vcenter_pipeline.model.daily import Day, find_daily
from vcenter_pipeline.model.matching import State, with_told
from vcenter_pipeline.model.timeline import CHANGING, COUNTED, Moment, Step, plan_history, plan_moments
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.history_rows import (
    StoredStep,
    delete_step,
    read_steps,
    step_row,
    write_step,
)
from vcenter_pipeline.storage.known import Known, read_known
from vcenter_pipeline.storage.values import Row, instant_to_text

_DAY_LENGTH: Final = len("2026-01-31")
_STATES: Final = 4
"""How many states are kept while steps are derived: the next step begins with what the last one ended with."""


class Updated(NamedTuple):
    """What was brought up to date."""

    derived: int
    """Steps that were derived."""
    removed: int
    """Steps that were derived once and are not planned any more."""
    rows: dict[str, int]
    """Rows written, by table."""


def update_history(
    database: Database, client: str, environment: str, tell: Callable[[int, int], None] | None = None
) -> Updated:
    """Derive what is missing or stale of the history of a source; the caller holds the source's lock.

    Args:
        database: the database.
        client: the source's client.
        environment: the source's environment.
        tell: is told how many steps of how many are done, after each.

    Raises:
        StorageError: the database did not answer; what was derived so far stays.
    """
    with database.reading("read the history") as connection:
        known = read_known(connection, client, environment)
        stored = read_steps(connection, known.source)
    stale, obsolete = _plan(known, stored)
    with database.writing("tidy the history") as connection:
        for old in obsolete:
            delete_step(connection, *old.stored_key)
        if obsolete:
            connection.commit()
    derivation = _Derivation(database, known)
    rows: dict[str, int] = {}
    for number, (step, old_step) in enumerate(stale, 1):
        derived = derivation.rows(step)
        for table, some in derived.items():
            rows[table] = rows.get(table, 0) + len(some)
        with database.writing("store the history") as connection:
            for key in {step.key, *((old_step.stored_key,) if old_step else ())}:
                delete_step(connection, *key)
            write_step(connection, derivation.step_row(step, sum(map(len, derived.values()))), derived)
            connection.commit()
        if tell is not None:
            tell(number, len(stale))
    return Updated(len(stale), len(obsolete), rows)


def read_moments(known: Known) -> dict[Kind, dict[str, list[Moment]]]:
    """Give the moments of a source, by kind and vCenter, oldest first."""
    return {
        kind: {vcenter: plan_moments(kind, some) for vcenter, some in known.collections.get(kind, {}).items()}
        for kind in KINDS
        if kind in CHANGING | COUNTED
    }


def _plan(known: Known, stored: Sequence[StoredStep]) -> tuple[list[tuple[Step, StoredStep | None]], list[StoredStep]]:
    """Give the steps to derive, each with the stored one that it replaces, and stored ones that have to go."""
    kept: dict[tuple[str, str, str, str], StoredStep] = {}
    obsolete = []
    frozen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for old in stored:
        vcenter = known.vcenters.of_label(old.vcenter)
        if old.is_frozen:
            line = (old.kind, vcenter, old.product)
            frozen[line] = max(old.moment, frozen.get(line, old.moment))
        elif (key := (old.report, old.kind, vcenter, old.product)) in kept:
            obsolete.append(old)
        else:
            kept[key] = old
    for key in [key for key, old in kept.items() if old.moment <= frozen.get((key[1], key[2], key[3]), ("", ""))]:
        del kept[key]  # nothing there is derived again, so nothing there counts as not planned any more
    stale: list[tuple[Step, StoredStep | None]] = []
    for step in plan_history(read_moments(known)):
        if _is_closed(step, frozen.get((step.kind, step.vcenter, step.product))):
            continue
        same = kept.pop(step.key, None)
        if same is None or same.basis != step.basis:
            stale.append((step, same))
    return stale, [*obsolete, *kept.values()]


def _is_closed(step: Step, newest_frozen: tuple[str, str] | None) -> bool:
    """Say whether a step lies in the time of which collections are gone; a day whose row is frozen keeps it."""
    if newest_frozen is None:
        return False
    at = instant_to_text(step.now.collected_at)
    if step.product == "day":
        return at[:_DAY_LENGTH] <= newest_frozen[0][:_DAY_LENGTH]
    return (at, step.now.report) <= newest_frozen


class _Derivation:
    """Reads the states that steps need, and derives them."""

    def __init__(self, database: Database, known: Known) -> None:
        self._database = database
        self._known = known
        self._states: dict[tuple[Kind, str, Pieces], State] = {}

    def rows(self, step: Step) -> dict[str, list[Row]]:
        """Derive a step: its rows by table."""
        client, environment = self._known.source
        now, kind = self._state(step.kind, step.vcenter, step.now.pieces), step.kind
        if step.product == "day":
            filling = [self._state(kind, step.vcenter, moment.pieces) for moment in step.filling]
            day = Day(client, environment, step.vcenter, step.now.report, step.now.collected_at, kind)
            return find_daily(with_told(kind, now, filling), day)
        previous_at = step.before.collected_at if step.before else None
        shared = Comparison(client, environment, step.vcenter, step.now.report, step.now.collected_at, previous_at)
        before = self._state(kind, step.vcenter, step.before.pieces) if step.before else None
        if kind == "triggered_alarms":
            left_out = [one.leaves_out for one in step.now.pieces.base if one.leaves_out]
            return {"alarm_changes": find_alarm_changes(now, before, ", ".join(left_out) or None, shared)}
        if before is None:
            return {}
        filling = [self._state(kind, step.vcenter, moment.pieces) for moment in step.filling]
        return {"object_changes": find_changes(kind, now, before, filling, shared)}

    def step_row(self, step: Step, row_count: int) -> Row:
        """Give the row of `history_steps`."""
        client, environment = self._known.source
        return step_row(
            {
                "report": step.now.report,
                "kind": step.kind,
                "vcenter": step.vcenter,
                "product": step.product,
                "client": client,
                "environment": environment,
                "collected_at": step.now.collected_at,
                "previous_at": step.before.collected_at if step.before else None,
                "oldest_at": step.oldest_at,
                "basis": step.basis,
                "is_frozen": False,
                "row_count": row_count,
            }
        )

    def _state(self, kind: Kind, vcenter: str, pieces: Pieces) -> State:
        key = (kind, vcenter, pieces)
        if key not in self._states:
            while len(self._states) >= _STATES:
                del self._states[next(iter(self._states))]
            self._states[key] = self._read(kind, vcenter, pieces)
        return self._states[key]

    def _read(self, kind: Kind, vcenter: str, pieces: Pieces) -> State:
        known = self._known._replace(pieces={one: {vcenter: pieces} if one == kind else {} for one in KINDS})
        state = CurrentState(self._database, *known.source, known)
        table = state.read(kind)
        if kind != "triggered_alarms" and pieces.partial:
            table = _listed(table, pieces)
        if kind == "virtual_machines":
            table = with_datastores(table, state.read("vm_datastores"))
        return State(table, known.prefix(vcenter))


def _listed(table: pa.Table, pieces: Pieces) -> pa.Table:
    """Give the objects that the complete lists name: details fill, and what only they name came after the lists."""
    named = [f"{one.report}:{one.number}" for one in pieces.base]
    told = pc.binary_join_element_wise(table["report"], table["collection"].cast(pa.string()), ":")
    return table.filter(pc.is_in(told, value_set=pa.array(named, pa.string())))
