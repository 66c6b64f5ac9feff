"""The database: open it, set it up, read it, write it.

Everything that only SQLite needs of a connection stands here: its pragmas, its write-ahead log, and
BEGIN IMMEDIATE, without which two writers that both began by reading fail instead of waiting.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.storage.ddl import STRICT_SINCE
from vcenter_pipeline.storage.failures import storage_errors
from vcenter_pipeline.storage.locks import FILE_MODE, FOLDER_MODE, held

REVISION: Final = "0003"
"""The newest migration. Known without Alembic, whose import costs more than a look at a database that has it."""

_PAGE_BYTES: Final = 16_384
"""Rows are wide and come by the thousand: with SQLite's 4 KiB a report takes a third more CPU to store."""
_CACHE_KIB: Final = 16_384
_LOG_BYTES: Final = 64 * 1024 * 1024
"""How much of the write-ahead log stays on disk after a large report."""
_INCREMENTAL: Final = 2
"""What SQLite answers for `auto_vacuum = INCREMENTAL`."""
_MIGRATION_LOCK_SECONDS: Final = 120.0
_IS_WRITING: Final = "vcenter_pipeline_is_writing"


class Database:
    """An open database; made by `open_database`. May be shared by threads, not by forked processes."""

    def __init__(self, engine: sa.Engine, path: Path, timeout_seconds: float) -> None:
        self.engine: Final = engine
        self.path: Final = path
        self.timeout_seconds: Final = timeout_seconds

    def __enter__(self) -> Self:
        """Give the database itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self, doing: str) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the database for the whole block, whoever writes meanwhile.

        Raises:
            StorageError: the database did not answer; `doing` says in it what was tried: `read the ledger`.
        """
        with storage_errors(self.path, doing), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, doing: str) -> Iterator[sa.Connection]:
        """Give a connection whose first statement waits for its turn to write and begins a transaction.

        Nothing is kept unless the block commits, whatever ends it.

        Raises:
            StorageError: as for `reading`; also when other writers took longer than the timeout.
        """
        with storage_errors(self.path, doing), self.engine.connect() as connection:
            yield connection.execution_options(**{_IS_WRITING: True})


def open_database(url: str, *, timeout_seconds: float = 30) -> Database:
    """Open the database, and create an empty one where none is.

    The file holds every client's inventory, so neither it nor a folder created for it is open to other
    users, whatever the umask. Call `migrate` before the first use.

    Args:
        url: `sqlite:////var/lib/vcenter/warehouse.db`; three slashes for a relative path.
        timeout_seconds: how long a writer waits for other writers.

    Raises:
        StorageError: the URL is not one of an SQLite file, or the file cannot be opened or is no database.
    """
    path = _sqlite_path(url)
    try:
        _create(path)
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be opened: {error.strerror or error}. "
            "Check the path, and that this user may write there."
        ) from error
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": timeout_seconds, "isolation_level": None},
    )
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)
    database = Database(engine, path, timeout_seconds)
    try:
        with database.reading("be opened") as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except StorageError:
        database.close()
        raise
    return database


def migrate(database: Database) -> None:
    """Bring the tables of the database to what this program declares; at once when they already are.

    Safe in several processes at once: one does it in one transaction, the others wait and find it done.

    Raises:
        StorageError: the database is newer than this program, or holds other tables, or could not be changed.
    """
    doing = "be set up"
    if _revision(database) == REVISION:
        return
    busy = f"The database {database.path} is still being set up by another process"
    with held(database.path, "migrate.lock", busy, timeout_seconds=_MIGRATION_LOCK_SECONDS):
        found = _revision(database)
        if found == REVISION:
            return
        _use_write_ahead_log(database)
        from vcenter_pipeline.storage.migrations import upgrade  # noqa: PLC0415 - Alembic is needed only here

        with database.writing(doing) as connection:
            upgrade(connection, database.path, found, is_strict=sqlite3.sqlite_version_info >= STRICT_SINCE)
            connection.commit()
        _use_incremental_vacuum(database)


def _sqlite_path(url: str) -> Path:
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        raise StorageError(
            "DATABASE_URL is not a database URL. Write it like sqlite:////var/lib/vcenter/warehouse.db."
        ) from None
    shown = parsed.render_as_string(hide_password=True)
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"} or parsed.host:
        raise StorageError(
            f"The database {shown} is not supported: only SQLite files are. "
            "Write DATABASE_URL like sqlite:////var/lib/vcenter/warehouse.db."
        )
    if not parsed.database or parsed.database.startswith((":memory:", "file:")) or parsed.query:
        raise StorageError(
            f"The database URL {shown} has to name a file and nothing else, because several processes share it. "
            "Write DATABASE_URL like sqlite:////var/lib/vcenter/warehouse.db."
        )
    return Path(parsed.database).absolute()


def _create(path: Path) -> None:
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(FOLDER_MODE, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"cache_size = -{_CACHE_KIB}",
        f"journal_size_limit = {_LOG_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_IS_WRITING) else "BEGIN")


def _revision(database: Database) -> str | None:
    """Give the revision that the database is at, or None for an empty database."""
    with database.reading("be read") as connection:
        tables = set(sa.inspect(connection).get_table_names())
        if "alembic_version" in tables:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if tables:
        raise StorageError(
            f"The database {database.path} belongs to another program: it holds {', '.join(sorted(tables)[:5])}. "
            "Set DATABASE_URL to a file of its own."
        )
    return None


def _use_write_ahead_log(database: Database) -> None:
    """Let readers go on while a report is being written, and let free pages be given back piece by piece.

    SQLite keeps both choices in the file.
    """
    with storage_errors(database.path, "be set up"):
        pooled = database.engine.raw_connection()
        try:
            cursor = pooled.cursor()
            cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
            cursor.execute("PRAGMA journal_mode = WAL")
            mode = cursor.fetchone()
        finally:
            pooled.close()
    if mode is None or mode[0] != "wal":
        raise StorageError(
            f"The database {database.path} lies on a file system that cannot share memory between processes. "
            "Move it to a local disk, and set DATABASE_URL."
        )


def _use_incremental_vacuum(database: Database) -> None:
    """Let free pages of a database of an earlier version be given back piece by piece: it is written anew, once."""
    with storage_errors(database.path, "be set up"):
        pooled = database.engine.raw_connection()
        try:
            cursor = pooled.cursor()
            cursor.execute("PRAGMA auto_vacuum")
            if cursor.fetchone() != (_INCREMENTAL,):
                cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
                cursor.execute("VACUUM")
        finally:
            pooled.close()
