"""Locks that die with their process.

A flag file that a crash leaves behind would exclude a source for ever; the kernel drops an advisory lock
with the last descriptor of whoever held it.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from vcenter_pipeline.errors import StorageError

if TYPE_CHECKING:
    from vcenter_pipeline.storage.database import Database

FOLDER_MODE: Final = 0o750
FILE_MODE: Final = 0o640

_UNSAFE: Final = re.compile(r"[^a-z0-9_-]+")
_SLUG_LENGTH: Final = 130
_ATTEMPT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1


@contextmanager
def source_lock(
    database: "Database",
    source: str,
    *,
    timeout_seconds: float = 600,
    waiting: Callable[[float], None] | None = None,
) -> Iterator[None]:
    """Let one process at a time ingest a source: hold its lock for the block.

    Not re-entrant: locking the same source again inside the block waits until the timeout.

    Args:
        database: the lock file lies beside it, in `<database file>.locks/`.
        source: `acme/prod`.
        timeout_seconds: how long to wait for another process.
        waiting: called about every five seconds of waiting, with the seconds waited so far.

    Raises:
        StorageError: another process kept it until the timeout, or the lock file cannot be used.
    """
    name = f"source-{_file_name(source)}.lock"
    busy = f"The source {source} is still being ingested by another process"
    with held(database.path, name, busy, timeout_seconds=timeout_seconds, waiting=waiting):
        yield


@contextmanager
def held(
    database_file: Path,
    name: str,
    busy: str,
    *,
    timeout_seconds: float,
    waiting: Callable[[float], None] | None = None,
) -> Iterator[None]:
    """Hold one lock file of a database for the block.

    A file system without advisory locks is refused: a lock that is only a file would outlive a crash.

    Args:
        database_file: the lock lies in the folder of that name with `.locks` added.
        name: the name of the lock file.
        busy: how the sentence begins when the timeout is over.
        timeout_seconds: how long to wait.
        waiting: called about every five seconds of waiting, with the seconds waited so far.

    Raises:
        StorageError: another process kept the lock until the timeout, or its file cannot be used.
    """
    folder = database_file.with_name(f"{database_file.name}.locks")
    try:
        folder.mkdir(FOLDER_MODE, exist_ok=True)
        lock = FileLock(folder / name, mode=FILE_MODE, fallback_to_soft=False, poll_interval=_POLL_SECONDS)
        _acquire(lock, timeout_seconds, waiting)
    except Timeout:
        raise StorageError(
            f"{busy}; waited {timeout_seconds:g} s for {folder / name}. This is tried again; "
            "if it goes on, look for a run that hangs."
        ) from None
    except OSError as error:
        raise StorageError(
            f"The lock file {folder / name} cannot be used: {error.strerror or error}. Give this user write "
            "permission there, and keep the database on a local disk that has file locks."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, timeout_seconds: float, waiting: Callable[[float], None] | None) -> None:
    started = time.monotonic()
    while True:
        left = timeout_seconds - (time.monotonic() - started)
        try:
            lock.acquire(timeout=max(0.0, min(_ATTEMPT_SECONDS, left)))
        except Timeout:
            if left <= _ATTEMPT_SECONDS:
                raise
            if waiting is not None:
                waiting(time.monotonic() - started)
        else:
            return


def _file_name(source: str) -> str:
    """Give a name that no source can lead out of the folder with, and that no two sources share."""
    slug = _UNSAFE.sub("-", source.casefold())[:_SLUG_LENGTH]
    return f"{slug}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
