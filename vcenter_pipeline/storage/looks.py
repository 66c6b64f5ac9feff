"""What the sensor remembers of the input tree between two ticks.

A report is finished when two looks find it unchanged, so a look has to outlive the sensor's process. The
sensor's cursor is no place for it: 10,000 names are 380 kB, copied at every tick.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.values import instant_to_text

_INODES: Final = 2**64
"""Some file systems number files beyond what SQLite's signed integers hold."""
_ESCAPE: Final = "\\"


class Look(NamedTuple):
    """One waiting report as it was last seen."""

    path: str
    """Below the input folder, as `os.fsdecode` gives it: a name that is not UTF-8 has surrogates."""
    size_bytes: int
    modified_ns: int
    inode: int
    seen_at: datetime
    """When it was first seen as it is now. Naive UTC."""
    requested_at: datetime | None = None
    """When a run was last asked for. Naive UTC."""


def read_looks(database: Database) -> list[Look]:
    """Give everything that is remembered, by path.

    Raises:
        StorageError: the database did not answer.
    """
    with database.reading("read what waits") as connection:
        stored = _stored(connection)
    return sorted(_to_look(row) for row in stored.values())


def remember_looks(database: Database, looks: Iterable[Look]) -> None:
    """Remember these looks and forget all others.

    Nothing is written when nothing changed: at most ticks nothing does, and a writer would have to wait
    for a report that is being stored.

    Raises:
        StorageError: the database did not take them.
    """
    wanted = {row[0]: row for row in map(_to_row, looks)}
    doing = "remember what waits"
    with database.reading(doing) as connection:
        if _stored(connection) == wanted:
            return
    table = declared_table("waiting_reports")
    with database.writing(doing) as connection:
        stored = _stored(connection)
        stale = [(path,) for path, row in stored.items() if wanted.get(path) != row]
        fresh = [row for path, row in wanted.items() if stored.get(path) != row]
        if stale:
            delete = sa.delete(table).where(table.c.path == sa.bindparam("path"))
            connection.exec_driver_sql(str(delete.compile(dialect=connection.dialect)), stale)
        if fresh:
            insert = sa.insert(table)
            connection.exec_driver_sql(str(insert.compile(dialect=connection.dialect)), fresh)
        connection.commit()


def _stored(connection: sa.Connection) -> dict[str, tuple[Any, ...]]:
    rows = connection.execute(sa.select(declared_table("waiting_reports")))
    return {row[0]: tuple(row) for row in rows}


def _to_row(look: Look) -> tuple[Any, ...]:
    return (
        _to_stored_path(look.path),
        look.size_bytes,
        look.modified_ns,
        look.inode - _INODES if look.inode >= _INODES // 2 else look.inode,
        instant_to_text(look.seen_at),
        None if look.requested_at is None else instant_to_text(look.requested_at),
    )


def _to_look(row: tuple[Any, ...]) -> Look:
    path, size_bytes, modified_ns, inode, seen_at, requested_at = row
    return Look(
        path=_from_stored_path(path),
        size_bytes=size_bytes,
        modified_ns=modified_ns,
        inode=inode % _INODES,
        seen_at=datetime.fromisoformat(seen_at),
        requested_at=None if requested_at is None else datetime.fromisoformat(requested_at),
    )


def _to_stored_path(path: str) -> str:
    """Give the path as text that is UTF-8: as it is, or escaped behind a backslash."""
    try:
        path.encode()
    except UnicodeEncodeError:
        is_plain = False
    else:
        is_plain = not path.startswith(_ESCAPE)
    return path if is_plain else _ESCAPE + path.encode("unicode_escape").decode("ascii")


def _from_stored_path(text: str) -> str:
    return text.removeprefix(_ESCAPE).encode("ascii").decode("unicode_escape") if text.startswith(_ESCAPE) else text
