"""Which object of one state is the same as which of an earlier one.

Within one state a moid decides first. Over time it does not: a virtual machine that is registered anew gets another
moid and keeps its instance uuid, and a vCenter that is installed anew counts its moids from the start.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current_objects import IDENTIFYING, find_objects
from vcenter_pipeline.model.current_rows import key_column, pc, values_of

_LASTING: Final[Mapping[Kind, str]] = MappingProxyType(
    {"virtual_machines": "instance_uuid", "esxi_hosts": "hardware_uuid", "datastores": "url"}
)
"""What an object keeps for life: two that differ in it are two, whatever their moid is."""


class State(NamedTuple):
    """The objects of one kind of one vCenter at one moment."""

    table: pa.Table
    """One row an object, in the columns of its table; more columns may follow."""
    prefix: str
    """What its keys begin with."""

    def identities(self, kind: Kind) -> list[str]:
        """Give the keys without what they begin with."""
        return [key[len(self.prefix) :] for key in values_of(self.table, key_column(kind))]


def find_same(kind: Kind, now: State, before: State) -> list[int | None]:
    """Give for each object of one state the row of the same object in the other, or None where it has none."""
    pairs = _Pairs(kind, now.table, before.table)
    if "moid" in now.table.column_names:
        pairs.join(values_of(now.table, "moid"), values_of(before.table, "moid"))
    pairs.join(now.identities(kind), before.identities(kind))
    if kind == "esxi_hosts":
        pairs.join(*(values_of(state.table, "hardware_uuid") for state in (now, before)))
    if kind in IDENTIFYING:
        pairs.join_rest()
    return pairs.found


def with_told(kind: Kind, state: State, others: Iterable[State]) -> State:
    """Give the state with nulls filled from other states, which come in the order in which they count."""
    table = state.table
    for other in others:
        found = find_same(kind, State(table, state.prefix), other)
        rows: Any = pa.array(found, pa.int64())
        columns: list[Any] = []
        for name, column in zip(table.column_names, table.columns, strict=True):
            if column.null_count and name in other.table.column_names:
                column = pc.coalesce(column.combine_chunks(), other.table[name].combine_chunks().take(rows))  # noqa: PLW2901 - the same column, filled
            columns.append(column)
        table = pa.table(columns, schema=table.schema)
    return State(table, state.prefix)


class _Pairs:
    """Rows of two states, of which ever more are found to be the same object."""

    def __init__(self, kind: Kind, now: pa.Table, before: pa.Table) -> None:
        self.found: list[int | None] = [None] * now.num_rows
        self._kind = kind
        self._tables = (now, before)
        self._taken = [False] * before.num_rows
        lasting = _LASTING.get(kind)
        self._lasting = [values_of(table, lasting) if lasting else [None] * table.num_rows for table in self._tables]

    def join(self, now: Sequence[str | None], before: Sequence[str | None]) -> None:
        """Pair what has the same value, if neither has a partner yet."""
        rows = {value: row for row, value in enumerate(before) if value is not None and not self._taken[row]}
        for row, value in enumerate(now):
            if self.found[row] is None and value is not None:
                self._pair(row, rows.get(value))

    def join_rest(self) -> None:
        """Pair what is left by the rules of one state: shapes know objects by different names."""
        now_rows = [row for row, other in enumerate(self.found) if other is None]
        before_rows = [row for row, is_taken in enumerate(self._taken) if not is_taken]
        if not now_rows or not before_rows:
            return
        columns = {}
        for name in IDENTIFYING[self._kind]:
            now, before = (values_of(table, name) for table in self._tables)
            columns[name] = [now[row] for row in now_rows] + [before[row] for row in before_rows]
        for number, first in enumerate(find_objects(self._kind, columns)):
            if number >= len(now_rows) > first:
                self._pair(now_rows[first], before_rows[number - len(now_rows)])

    def _pair(self, row: int, other: int | None) -> None:
        if other is None or self._taken[other] or self.found[row] is not None:
            return
        mine, theirs = self._lasting[0][row], self._lasting[1][other]
        if mine is None or theirs is None or mine == theirs:
            self.found[row] = other
            self._taken[other] = True
