"""Where a report goes that cannot be read at all, and what is written beside it."""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from vcenter_pipeline.errors import SourceError
from vcenter_pipeline.intake.archive import explained, to_stamp
from vcenter_pipeline.intake.listing import REPORT_DEPTH, Facts
from vcenter_pipeline.intake.moving import in_folder, place
from vcenter_pipeline.intake.names import NAME_BYTES, REASON_SUFFIX, to_free_names, to_plain_name
from vcenter_pipeline.intake.opening import open_folder
from vcenter_pipeline.intake.paths import InputPath, parse_path
from vcenter_pipeline.intake.renaming import CREATE
from vcenter_pipeline.intake.sources import Source

MISPLACED_FOLDER: Final = "_misplaced"
"""Holds what belongs to no source. No client can have this name, as none starts with `_`."""
_LONGEST_NAME: Final = NAME_BYTES - len(REASON_SUFFIX)


class Reason(NamedTuple):
    """Why a file goes to quarantine."""

    reason: str
    """One sentence: what was wrong, and where in the file."""
    advice: str
    """One sentence: what to do."""
    when: datetime
    """Naive UTC."""
    fingerprint: str | None = None
    """sha256 of the content, where it could be read."""
    run_id: str | None = None
    """The Dagster run that found it."""


def quarantine(
    root: Path,
    relative: str,
    quarantine_root: Path,
    *,
    reason: Reason,
    expected: Facts | None = None,
) -> Path:
    """Move a file to quarantine, with `<name>.reason.json` beside it, and give its new path.

    It goes to `<quarantine>/<client>/<environment>/`, or to `<quarantine>/_misplaced/<its folders>/` when it
    belongs to no source. A folder is moved whole, a link as a link. Nothing is overwritten, as in `archive`.

    The reason is written first. If the process ends between the two, the file still waits, the next run finds
    the same fault, and its reason replaces the one that was left alone. The other way round a file would stay
    in quarantine that nobody can explain.

    Args:
        root: the input folder.
        relative: the path below it, of a report or of something misplaced.
        quarantine_root: the quarantine; it may lie on another file system.
        reason: why.
        expected: the facts of the file that was found wanting, so that a corrected one under the same name is
            left alone; None where it could not even be looked at.

    Raises:
        SourceError: the path could lead out of the input folder.
        FileNotFoundError: it is not there any more; an earlier run moved it.
        UnfinishedError: the file changed since. It stays and is read again.
        ReportError: a folder on the way to it is a symbolic link.
        ArchiveError: it could not be moved, and is still there.
    """
    path = parse_path(relative)
    source, folders = _to_folders(path)

    def put(target: int) -> str:
        with _alone_in(target):
            found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
            free = to_free_names(to_plain_name(path.name), to_stamp(reason.when), longest=_LONGEST_NAME)
            name = next(candidate for candidate in free if not _exists(target, candidate))
            _write_reason(target, name, _to_document(relative, found, source, reason))
            try:
                place(folder, path.name, target, lambda: iter((name,)), expected)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(name + REASON_SUFFIX, dir_fd=target)
                raise
            return name

    with explained(relative, quarantine_root), open_folder(root, path.folders) as folder:
        name = in_folder(quarantine_root, folders, put)
    return quarantine_root.joinpath(*folders, name)


def _to_folders(path: InputPath) -> tuple[Source | None, tuple[str, ...]]:
    if len(path.folders) == REPORT_DEPTH:
        with suppress(SourceError):
            source = Source.from_folders(*path.folders)
            return source, source
    plain = (next(to_free_names(to_plain_name(folder), "")) for folder in path.folders)
    return None, (MISPLACED_FOLDER, *plain)


def _to_document(relative: str, found: os.stat_result, source: Source | None, reason: Reason) -> bytes:
    """Give the reason as JSON, in ASCII: a name that is not UTF-8 must not make it unreadable."""
    document = {
        "file": "/".join(map(to_plain_name, relative.split("/"))),
        "reason": reason.reason,
        "advice": reason.advice,
        "quarantined_at": f"{reason.when.isoformat(timespec='seconds')}Z",
        "client": source and source.client,
        "environment": source and source.environment,
        "size_bytes": found.st_size if stat.S_ISREG(found.st_mode) else None,
        "sha256": reason.fingerprint,
        "run_id": reason.run_id,
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _write_reason(target: int, name: str, document: bytes) -> None:
    """Write beside, flush, replace: a reason that was left alone by a crash goes, and none is ever half."""
    passing = f".{secrets.token_hex(8)}.part"
    descriptor = os.open(passing, CREATE, 0o640, dir_fd=target)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        os.replace(passing, name + REASON_SUFFIX, src_dir_fd=target, dst_dir_fd=target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(passing, dir_fd=target)
        raise
    os.fsync(target)


@contextmanager
def _alone_in(target: int) -> Iterator[None]:
    """Let one process at a time put something into a folder, so that no reason replaces another file's.

    The lock goes with its process. Where a file system does not lock folders (NFS), two files of one name
    would have to come at the same moment to do harm.
    """
    with suppress(OSError):
        fcntl.flock(target, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(target, fcntl.LOCK_UN)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
