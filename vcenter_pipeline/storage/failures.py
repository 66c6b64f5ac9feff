"""What the database said, as a sentence for the person who runs the pipeline.

SQLAlchemy's own messages carry the statement and its parameters, and with them a client's rows into a log.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vcenter_pipeline.errors import StorageError

_SENTENCES: Final = {
    "SQLITE_BUSY": "another process has been writing to it for too long. This is tried again; if it goes on, "
    "look for a run that hangs",
    "SQLITE_LOCKED": "another connection of this process is using the table. This is tried again",
    "SQLITE_NOTADB": "it is not an SQLite database. Move the file away, or set DATABASE_URL to another one",
    "SQLITE_CORRUPT": "the file is damaged. Restore it from a backup, or move it away with its -wal and -shm files "
    "and run `vcenter-pipeline rebuild`",
    "SQLITE_FULL": "the disk is full. Free some space; nothing was half written",
    "SQLITE_READONLY": "it is read-only. Give this user write permission on the file and on its folder",
    "SQLITE_CANTOPEN": "it cannot be opened. Check that its folder exists and that this user may write there",
    "SQLITE_PERM": "this user may not use it. Check the permissions of the file and of its folder",
    "SQLITE_IOERR": "the disk reported an error. Check the disk and the file system",
}


@contextmanager
def storage_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn what SQLAlchemy or the driver raises in the block into one StorageError.

    Args:
        path: the database file.
        doing: what was tried, to follow "could not": `read the ledger`.

    Raises:
        StorageError: names the database, what was tried, why it failed and what to do. Other errors pass.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StorageError(f"The database {path} could not {doing}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = str(getattr(cause, "sqlite_errorname", ""))
    for prefix, sentence in _SENTENCES.items():
        if code.startswith(prefix):
            return sentence
    if isinstance(cause, sqlite3.OperationalError) and "no such table" in str(cause):
        return f"it has not been set up ({cause}). Start vcenter-pipeline again, which sets it up"
    if isinstance(cause, sqlite3.Error):
        return str(cause)
    return type(cause).__name__
