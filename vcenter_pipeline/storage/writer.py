"""One report's rows and its row in the ledger, in one transaction.

A report owns its rows: storing it again replaces them. Whoever reads meanwhile sees the state before or the
state after, and a process that is killed on the way leaves the state before.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import ROW_TABLES, declared_table
from vcenter_pipeline.storage.failures import storage_errors
from vcenter_pipeline.storage.insertion import insertion
from vcenter_pipeline.storage.values import Row, Shared, time_positions, to_sqlite_rows

LedgerRow = dict[str, Any]
"""A row of `reports` by column name; a nullable column may be left out."""


class ReportWriter:
    """Takes the rows of one report; given by `begin_report`."""

    def __init__(self, connection: sa.Connection, report: str, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._doing = f"store the report {report}"
        self._report = report
        self._shared: Shared | None = None
        self._is_begun = False
        self._is_broken = False
        self._is_finished = False

    @property
    def is_finished(self) -> bool:
        """Whether the ledger row has been written, so that the report may be kept."""
        return self._is_finished

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows of one table.

        The first rows take the turn to write, and other writers wait from then on. Until then a report
        can be read and found wanting without anybody noticing.

        Args:
            table: a table of `model.schemas.CORE_TABLES` other than `reports`.
            rows: in the table's column order; instants naive UTC. All rows of a report have the same
                `report`, `client`, `environment` and `collected_at`.

        Raises:
            StorageError: a row is of another report, or the database did not take them; then the report
                cannot be finished.
        """
        if not rows:
            return
        if self._is_finished or self._is_broken:
            raise StorageError(f"The report {self._report} takes no more rows: it is finished, or has failed.")
        self._is_broken = True
        self._keep_to_one(insertion(table).shared(rows), table)
        with storage_errors(self._path, self._doing), _unfit(table):
            self._begin()
            insertion(table).run(self._connection, rows)
        self._is_broken = False

    def finish(self, ledger_row: Mapping[str, Any]) -> None:
        """Write the report's ledger row, in place of an earlier one; leaving the block then keeps everything.

        Raises:
            StorageError: the ledger row does not go with the rows or is not `ingested`, rows were refused
                before, or the database did not take it.
        """
        row = _ledger_tuple(ledger_row)
        if self._is_broken:
            raise StorageError(f"The report {self._report} cannot be finished: some of its rows were refused.")
        if ledger_row["report"] != self._report or ledger_row["status"] != "ingested":
            raise StorageError(f"The ledger row of the report {self._report} has to name it and to be ingested.")
        if self._shared and any(ledger_row.get(name) != value for name, value in self._shared._asdict().items()):
            raise StorageError(f"The ledger row of the report {self._report} has another source or time than its rows.")
        with storage_errors(self._path, self._doing):
            self._begin()
            _replace_ledger_row(self._connection, self._report, row)
        self._is_finished = True

    def _keep_to_one(self, found: set[Shared], table: str) -> None:
        """Refuse rows of another report than those so far: readers take what they share once a report."""
        self._shared = self._shared or next(iter(found))
        if found != {self._shared} or self._shared.report != self._report:
            raise StorageError(f"A row of {table} is of another report, source or time than the report {self._report}.")

    def _begin(self) -> None:
        if self._is_begun:
            return
        for name in ROW_TABLES:
            table = declared_table(name)
            self._connection.execute(sa.delete(table).where(table.c.report == self._report))
        self._is_begun = True


@contextmanager
def begin_report(database: Database, report: str) -> Iterator[ReportWriter]:
    """Store one report: add its rows as they are read, finish with its ledger row.

        with begin_report(database, "0123456789abcdef") as writer:
            writer.add("virtual_machines", rows)
            writer.finish(ledger_row)

    Everything becomes visible at the end of the block. A block that fails, or ends without `finish`,
    leaves the database as it was.

    Raises:
        StorageError: the database did not take it, or other writers took longer than the timeout.
    """
    with database.writing(f"store the report {report}") as connection:
        writer = ReportWriter(connection, report, database.path)
        yield writer
        if writer.is_finished:
            connection.commit()


def record_quarantine(database: Database, ledger_row: Mapping[str, Any]) -> bool:
    """Write the ledger row of a report that went to quarantine.

    It takes the place of an earlier quarantine of the same report, never of an ingested one: that one's
    rows are in the tables.

    Returns:
        Whether it was written.

    Raises:
        StorageError: the row is not `quarantined`, or the database did not take it.
    """
    row = _ledger_tuple(ledger_row)
    report = ledger_row["report"]
    if ledger_row["status"] != "quarantined":
        raise StorageError(f"The ledger row of the report {report} has to be quarantined.")
    reports = declared_table("reports")
    with database.writing(f"record the quarantine of the report {report}") as connection:
        status = connection.scalar(sa.select(reports.c.status).where(reports.c.report == report))
        if status == "ingested":
            return False
        _replace_ledger_row(connection, report, row)
        connection.commit()
    return True


def _replace_ledger_row(connection: sa.Connection, report: str, row: Row) -> None:
    reports = declared_table("reports")
    connection.execute(sa.delete(reports).where(reports.c.report == report))
    with _unfit("reports"):
        (values,) = to_sqlite_rows([row], time_positions(core_table("reports")))
        names = [column.name for column in core_table("reports").columns]
        connection.execute(sa.insert(reports), dict(zip(names, values, strict=True)))


@contextmanager
def _unfit(table: str) -> Iterator[None]:
    """Say it in a sentence when the driver cannot even hand a value over.

    That is an integer beyond 64 bits, or text with a lone surrogate. An encoding error quotes the whole text.
    """
    try:
        yield
    except (OverflowError, ValueError) as error:
        reason = error.reason if isinstance(error, UnicodeEncodeError) else str(error)
        raise StorageError(f"A row of {table} does not fit into the database: {reason}.") from None


def _ledger_tuple(ledger_row: Mapping[str, Any]) -> Row:
    names = [column.name for column in core_table("reports").columns]
    unknown = sorted(set(ledger_row).difference(names))
    if unknown or not {"report", "status"}.issubset(ledger_row):
        raise StorageError(
            f"A ledger row has to have a report, a status and no {', '.join(unknown) or 'other column'}."
        )
    return tuple(ledger_row.get(name) for name in names)
