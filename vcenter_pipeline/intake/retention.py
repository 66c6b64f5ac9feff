"""Take files out of archive and quarantine once they are old enough."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from vcenter_pipeline.errors import ArchiveError
from vcenter_pipeline.intake.names import REASON_SUFFIX


class Expired(NamedTuple):
    """A file that is old enough to go."""

    path: str
    size: int
    """Bytes."""


class Removed(NamedTuple):
    """What one call of `remove_expired` did."""

    files: int
    folders: int
    """Folders that were left empty."""
    size_bytes: int
    is_complete: bool
    """Whether nothing more is old enough; if not, call again."""


def expired(root: Path, before: datetime) -> Iterator[Expired]:
    """Find the files below the root that were put there before an instant (naive UTC).

    What counts is the ctime, which the kernel sets when a file is moved. The mtime came with the file: copies
    keep old ones, so a report of last year could go on the day it was archived. A folder that was quarantined
    whole is as old as the reason beside it. Links are not followed. A root that is not there holds nothing.

    Raises:
        ArchiveError: a folder could not be read.
    """
    limit_ns = int(before.replace(tzinfo=UTC).timestamp()) * 1_000_000_000
    if root.is_dir():
        yield from _expired(str(root), limit_ns, 0)


def remove_expired(
    root: Path, before: datetime, *, limit: int = 10_000, tell: Callable[[Expired], None] | None = None
) -> Removed:
    """Remove up to `limit` files that were put below the root before an instant (naive UTC), and empty folders.

    Args:
        root: the archive or the quarantine.
        before: naive UTC.
        limit: how many at most.
        tell: is told of each file that is gone.

    Raises:
        ArchiveError: a folder could not be read, or a file not be removed.
    """
    files = size = 0
    touched: set[str] = set()
    found = list(islice(expired(root, before), limit + 1))
    try:
        for one in found[:limit]:
            path, file_size = one
            with suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - a Path for each of 10,000 files is most of the time
                files += 1
                size += file_size
                if tell is not None:
                    tell(one)
            touched.update((os.path.dirname(path), path.removesuffix(REASON_SUFFIX)))  # noqa: PTH120 - as above
    except OSError as error:
        raise ArchiveError(
            f"{error.filename} could not be removed ({error.strerror}); check its permissions."
        ) from error
    return Removed(files, _remove_empty(touched, str(root)), size, is_complete=len(found) <= limit)


def _expired(folder: str, limit_ns: int, youngest_ns: int) -> Iterator[Expired]:
    try:
        with os.scandir(folder) as entries:
            children = {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return
    except OSError as error:
        raise ArchiveError(f"{folder} could not be read ({error.strerror}); check its permissions.") from error
    for name, entry in children.items():
        with suppress(FileNotFoundError):
            if entry.is_dir(follow_symlinks=False):
                reason = children.get(name + REASON_SUFFIX)
                moved_ns = reason.stat(follow_symlinks=False).st_ctime_ns if reason else 0
                yield from _expired(entry.path, limit_ns, max(youngest_ns, moved_ns))
            else:
                found = entry.stat(follow_symlinks=False)
                if max(found.st_ctime_ns, youngest_ns) < limit_ns:
                    yield Expired(entry.path, found.st_size)


def _remove_empty(folders: set[str], root: str) -> int:
    """Remove folders that hold nothing any more, then their parents, but never the root."""
    removed = 0
    for folder in folders:
        while folder != root:
            try:
                os.rmdir(folder)  # noqa: PTH106 - as above
            except OSError:
                break  # something is in it, or came back
            removed += 1
            folder = os.path.dirname(folder)  # noqa: PTH120, PLW2901 - as above; climbing is the point
    return removed
