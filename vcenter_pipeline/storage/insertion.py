"""How the rows of a report get into SQLite at little cost.

What it costs is handing values to the driver one by one, so what many rows share is handed over once a statement: the
report, and whatever the shape does not tell of any of them. A statement takes many rows. `OR FAIL` is there because
SQLite otherwise keeps a journal of every such statement, to undo it alone; here a failure undoes the whole report
anyway.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.values import Row, Shared, time_positions, time_to_text, to_sqlite_rows

_PARAMETERS: Final = 160
"""Values handed over with one statement, measured; fewer cost more statements, more cost more memory."""
_ROWS_A_CHUNK: Final = 2_000
_MANY_ROWS: Final = 100
"""From so many on it pays to look for columns that hold the same in all of them."""
_STATEMENTS: Final = 64
"""How many are kept: reports of one kind leave out the same columns."""


class Insertion:
    """Writes rows of one table; given by `insertion`."""

    def __init__(self, table: str) -> None:
        declared = core_table(table)
        self._table = table
        self._names = tuple(column.name for column in declared.columns)
        self._times = frozenset(time_positions(declared))
        self._shared = frozenset(self._names.index(name) for name in Shared._fields)
        self._shared_of = itemgetter(*(self._names.index(name) for name in Shared._fields))

    def shared(self, rows: Sequence[Row]) -> set[Shared]:
        """Give what the rows have in common: one element, if they are of one report.

        Raises:
            StorageError: a row has more or fewer values than the table has columns.
        """
        if not set(map(len, rows)) <= {len(self._names)}:
            raise StorageError(f"A row of {self._table} has to have {len(self._names)} values.")
        return {Shared(*values) for values in set(map(self._shared_of, rows))}

    def run(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Write rows that are of one report. After a failure some of them are written."""
        same = sorted(self._same(rows))
        own = tuple(number for number in range(len(self._names)) if number not in same)
        values = tuple(_to_text(rows[0][number]) for number in same)
        own_times = [place for place, number in enumerate(own) if number in self._times]
        own_of = itemgetter(*own) if len(own) > 1 else lambda row: tuple(row[number] for number in own)
        rows_a_statement = max(1, _PARAMETERS // max(1, len(own)))
        for start in range(0, len(rows), _ROWS_A_CHUNK):
            some: list[Row] = list(map(own_of, rows[start : start + _ROWS_A_CHUNK]))
            if own_times:
                some = list(to_sqlite_rows(some, own_times))
            whole = len(some) - len(some) % rows_a_statement
            parameters = [
                values + tuple(chain.from_iterable(some[first : first + rows_a_statement]))
                for first in range(0, whole, rows_a_statement)
            ]
            if parameters:
                statement = _statement(self._table, self._names, own, rows_a_statement)
                connection.exec_driver_sql(statement, parameters)
            if whole < len(some):
                rest = values + tuple(chain.from_iterable(some[whole:]))
                connection.exec_driver_sql(_statement(self._table, self._names, own, len(some) - whole), rest)

    def _same(self, rows: Sequence[Row]) -> set[int]:
        """Say which columns hold the same in all rows; a few rows are not looked through."""
        same = set(self._shared)
        if len(rows) >= _MANY_ROWS:
            for number, (first, last) in enumerate(zip(rows[0], rows[-1], strict=True)):
                if first is last and number not in same:
                    values = list(map(itemgetter(number), rows))
                    if values.count(first) == len(values) and set(map(type, values)) == {type(first)}:
                        same.add(number)
        return same


def _to_text(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return time_to_text(value) if isinstance(value, date) else value


@lru_cache(maxsize=_STATEMENTS)
def _statement(table: str, names: tuple[str, ...], own: tuple[int, ...], row_count: int) -> str:
    """Write the statement: first the values of the columns that all rows share, then those of each row."""
    shared = [number for number in range(len(names)) if number not in own]
    places = {number: place for place, number in enumerate(shared, 1)}
    slots = []
    place = len(shared)
    for number in list(range(len(names))) * row_count:
        if number in places:
            slots.append(f"?{places[number]}")
        else:
            place += 1
            slots.append(f"?{place}")
    width = len(names)
    rows = ", ".join(f"({', '.join(slots[n : n + width])})" for n in range(0, len(slots), width))
    return f"INSERT OR FAIL INTO {table} ({', '.join(names)}) VALUES {rows}"  # noqa: S608 - the names are those that the model declares


@cache
def insertion(table: str) -> Insertion:
    """Give what writes the rows of a table other than `reports`."""
    return Insertion(table)
