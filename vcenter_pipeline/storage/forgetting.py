"""All rows of one source out of the database: nobody shall find there that it ever was."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import ROW_TABLES, declared_table
from vcenter_pipeline.storage.deletion import delete_some

_ROWS_A_BATCH: Final = 50_000
_REPORTS_A_BATCH: Final = 50
_WAITING: Final = "waiting_reports"
_LEDGER: Final = "reports"

Tell = Callable[[int, int], None]
"""Is told how many reports of how many are gone."""


def count_rows(database: Database, client: str, environment: str) -> dict[str, int]:
    """Count the rows of a source in each table that holds any.

    Raises:
        StorageError: the database did not answer.
    """
    counts: dict[str, int] = {}
    with database.reading("count what is to go") as connection:
        reports = declared_table(_LEDGER)
        own = _of_source(reports, client, environment)
        counts[_LEDGER] = connection.scalar(sa.select(sa.func.count()).select_from(reports).where(own)) or 0
        every = sa.select(reports.c.report).where(own)
        for name in ROW_TABLES:
            table = declared_table(name)
            select = sa.select(sa.func.count()).select_from(table).where(table.c.report.in_(every))
            counts[name] = connection.scalar(select) or 0
        for name in HISTORY_TABLES:
            table = declared_table(name)
            select = sa.select(sa.func.count()).select_from(table).where(_of_source(table, client, environment))
            counts[name] = connection.scalar(select) or 0
        counts[_WAITING] = len(_waiting(connection, client, environment))
    return {name: count for name, count in counts.items() if count}


def forget_rows(database: Database, client: str, environment: str, tell: Tell | None = None) -> dict[str, int]:
    """Delete the rows of a source in every table; give how many went of each table that had any.

    The caller holds the source's lock. It goes report by report, the ledger's row last, some rows a transaction: a
    process that ends on the way is made good by the next call. What SQLite frees it also overwrites.

    Raises:
        StorageError: the database did not answer; the rest follows with the next call.
    """
    counts: Counter[str] = Counter()
    with _forgetting(database) as connection:
        waiting = declared_table(_WAITING)
        for path in _waiting(connection, client, environment):
            counts[_WAITING] += connection.execute(sa.delete(waiting).where(waiting.c.path == path)).rowcount
        for name in HISTORY_TABLES:
            table = declared_table(name)
            counts[name] += connection.execute(sa.delete(table).where(_of_source(table, client, environment))).rowcount
        connection.commit()
    reports = declared_table(_LEDGER)
    with database.reading("read the ledger") as connection:
        every = list(connection.scalars(sa.select(reports.c.report).where(_of_source(reports, client, environment))))
    left = list(every)
    while left:
        with _forgetting(database) as connection:
            _forget_reports(connection, left, counts)
            connection.commit()
        if tell is not None:
            tell(len(every) - len(left), len(every))
    return {name: count for name, count in counts.items() if count}


def _forget_reports(connection: sa.Connection, left: list[str], counts: "Counter[str]") -> None:
    """Delete as many reports as go into one transaction, and take them from the end of what is left."""
    reports = declared_table(_LEDGER)
    rows = 0
    for _ in range(min(_REPORTS_A_BATCH, len(left))):
        for name in ROW_TABLES:
            count = delete_some(connection, name, (left[-1],), _ROWS_A_BATCH - rows)
            counts[name] += count
            rows += count
            if rows >= _ROWS_A_BATCH:
                return
        counts[_LEDGER] += connection.execute(sa.delete(reports).where(reports.c.report == left.pop())).rowcount


@contextmanager
def _forgetting(database: Database) -> Iterator[sa.Connection]:
    """Give a connection that writes, and overwrites with zeros what it deletes."""
    with database.writing("forget a source") as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def _of_source(table: sa.Table, client: str, environment: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.client == client, table.c.environment == environment)


def _waiting(connection: sa.Connection, client: str, environment: str) -> Sequence[str]:
    """Read what the sensor remembers of the source's folder, however its name is spelled.

    A path that is not UTF-8 is stored escaped, behind a backslash.
    """
    folder = f"{client}/{environment}/"
    paths = connection.scalars(sa.select(declared_table(_WAITING).c.path))
    return [path for path in paths if path.removeprefix("\\").lower().startswith(folder)]
