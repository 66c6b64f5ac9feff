"""How the rows of a report get into SQLite at little cost.

What it costs is handing values to the driver one by one, so what all rows of a report share is handed over
once a statement, and a statement takes many rows. `OR FAIL` is there because SQLite otherwise keeps a
journal of every such statement, to undo it alone; here a failure undoes the whole report anyway.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Final

import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.values import Row, Shared, instant_positions, instant_to_text, to_sqlite_rows

_PARAMETERS: Final = 160
"""Values handed over with one statement, measured; fewer cost more statements, more cost more memory."""
_ROWS_A_CHUNK: Final = 2_000


class Insertion:
    """Writes rows of one table; given by `insertion`."""

    def __init__(self, table: str) -> None:
        declared = core_table(table)
        self._table = table
        self._names = [column.name for column in declared.columns]
        own = [number for number, name in enumerate(self._names) if name not in Shared._fields]
        self._own_of = itemgetter(*own)
        self._own_instants = [own.index(number) for number in instant_positions(declared) if number in own]
        self._shared_of = itemgetter(*(self._names.index(name) for name in Shared._fields))
        self._rows_a_statement = max(1, _PARAMETERS // len(own))
        self._statements: dict[int, str] = {}

    def shared(self, rows: Sequence[Row]) -> set[Shared]:
        """Give what the rows have in common: one element, if they are of one report.

        Raises:
            StorageError: a row has more or fewer values than the table has columns.
        """
        if not set(map(len, rows)) <= {len(self._names)}:
            raise StorageError(f"A row of {self._table} has to have {len(self._names)} values.")
        return {Shared(*values) for values in set(map(self._shared_of, rows))}

    def run(self, connection: sa.Connection, shared: Shared, rows: Sequence[Row]) -> None:
        """Write rows that have this in common. After a failure some of them are written."""
        values = (shared.report, shared.client, shared.environment, instant_to_text(shared.collected_at))
        for start in range(0, len(rows), _ROWS_A_CHUNK):
            own: list[Row] = list(map(self._own_of, rows[start : start + _ROWS_A_CHUNK]))
            if self._own_instants:
                own = list(to_sqlite_rows(own, self._own_instants))
            whole = len(own) - len(own) % self._rows_a_statement
            parameters = [
                values + tuple(chain.from_iterable(own[first : first + self._rows_a_statement]))
                for first in range(0, whole, self._rows_a_statement)
            ]
            if parameters:
                connection.exec_driver_sql(self._statement(self._rows_a_statement), parameters)
            if whole < len(own):
                rest = values + tuple(chain.from_iterable(own[whole:]))
                connection.exec_driver_sql(self._statement(len(own) - whole), rest)

    def _statement(self, row_count: int) -> str:
        if row_count not in self._statements:
            slots = []
            number = len(Shared._fields)
            for name in self._names * row_count:
                if name in Shared._fields:
                    slots.append(f"?{Shared._fields.index(name) + 1}")
                else:
                    number += 1
                    slots.append(f"?{number}")
            width = len(self._names)
            rows = ", ".join(f"({', '.join(slots[n : n + width])})" for n in range(0, len(slots), width))
            names = ", ".join(self._names)
            self._statements[row_count] = f"INSERT OR FAIL INTO {self._table} ({names}) VALUES {rows}"  # noqa: S608 - the names are those that the model declares
        return self._statements[row_count]


@cache
def insertion(table: str) -> Insertion:
    """Give what writes the rows of a table other than `reports`."""
    return Insertion(table)
