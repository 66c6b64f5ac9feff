"""Open a report without being led elsewhere, held up, or fooled into half a file."""

import errno
import fcntl
import hashlib
import os
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from vcenter_pipeline.errors import ListingError, ReportError, UnfinishedError
from vcenter_pipeline.intake.listing import Facts
from vcenter_pipeline.intake.paths import parse_report_path
from vcenter_pipeline.intake.sources import shown_name

_SETTLING_SECONDS: Final = 60
"""Ansible renames a file into place, then sets mode and owner; over a slow connection that takes a while."""
_CHUNK_BYTES: Final = 1 << 20


@contextmanager
def open_folder(root: Path, folders: Sequence[str]) -> Iterator[int]:
    """Give a descriptor of a folder below the root for `dir_fd`; no step of the way may be a symbolic link.

    Raises:
        FileNotFoundError: it is not there.
        ReportError: a step is a link or a file, so that another client's folder might be reached.
        ListingError: it could not be opened for another cause.
    """
    descriptor = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            try:
                below = os.open(
                    folder,
                    os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                    dir_fd=descriptor,
                )
            except FileNotFoundError:
                raise
            except OSError as error:
                where = shown_name("/".join(folders))
                if error.errno in {errno.ENOTDIR, errno.ELOOP}:
                    raise ReportError(
                        f"In {where}, {shown_name(folder)} is a symbolic link or a file; links are never followed. "
                        "Put the files themselves into a folder of that name.",
                    ) from error
                raise ListingError(
                    f"The folder {where} could not be opened ({error.strerror}); check its permissions.",
                ) from error
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def open_report(root: Path, relative: str, *, now: datetime) -> BinaryIO:
    """Open a report for reading; the caller closes it.

    It is looked at before it is opened and again after: opening a FIFO would block, reading a device might
    never end, and either may take a file's place in between.

    Args:
        root: the input folder.
        relative: the report's path below it, `client/environment/file`; it may come from anybody.
        now: naive UTC, to tell a file that is just being put in place.

    Raises:
        SourceError: the path is not that of a report.
        FileNotFoundError: the report is not there any more.
        ReportError: it is no regular file, or may not be read.
        UnfinishedError: it may not be read yet, because it was put there just now.
        ListingError: it could not be opened for a cause that may pass.
    """
    _, path = parse_report_path(relative)
    with open_folder(root, path.folders) as folder:

        def opener(_: str, __: int) -> int:
            return _open_regular(folder, path.name, relative, now)

        file = open(relative, "rb", opener=opener)  # noqa: SIM115 - the caller closes
    try:
        _require_regular(os.fstat(file.fileno()), relative)
    except ReportError:
        file.close()
        raise
    return file


def read_facts(file: BinaryIO) -> Facts:
    """Give what tells that the opened file is still the same, unchanged."""
    return Facts.from_stat(os.fstat(file.fileno()))


def fingerprint(file: BinaryIO, *, max_bytes: int) -> str:
    """Give the sha256 of the content in hex, and go back to the start.

    Raises:
        ReportError: the file has more than `max_bytes`.
        UnfinishedError: it changed while it was read.
    """
    before = read_facts(file)
    digest = hashlib.sha256()
    buffer = bytearray(_CHUNK_BYTES)
    total = 0
    while total <= max_bytes and before.size <= max_bytes:
        read = file.readinto(buffer)  # type: ignore[attr-defined]  # typeshed's BinaryIO lacks it; every binary file has it
        if not read:
            break
        total += read
        digest.update(memoryview(buffer)[:read])
    file.seek(0)
    if max(total, before.size) > max_bytes:
        raise ReportError(
            f"{shown_name(file.name)} has {max(total, before.size):,} bytes, more than the limit of {max_bytes:,}; "
            "split the report, or raise the limit in the settings.",
        )
    if read_facts(file) != before or total != before.size:
        raise UnfinishedError(f"{shown_name(file.name)} changed while it was read; it is taken once it stays the same.")
    return digest.hexdigest()


def is_being_written(file: BinaryIO) -> bool | None:
    """Say whether somebody has the file open for writing; None where that cannot be known.

    Linux grants a read lease only on a file that nobody writes: local file systems, for the file's owner or
    with CAP_LEASE. It is given back at once. A writer that comes in between breaks the lease, and the kernel
    tells of that by SIGIO, which would end the process: SIGURG is asked for instead, which does nothing.
    """
    if sys.platform != "linux":
        return None
    descriptor = file.fileno()
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    with suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _open_regular(folder: int, name: str, relative: str, now: datetime) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        _require_regular(found, relative)
        try:
            return os.open(name, flags, dir_fd=folder)
        except PermissionError as error:
            raise _refused(relative, found, now) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ListingError(
            f"{shown_name(relative)} could not be opened ({error.strerror}); check the permissions of its folder.",
        ) from error


def _require_regular(found: os.stat_result, relative: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "a folder, a pipe, a socket or a device"
        raise ReportError(f"{shown_name(relative)} is {what}; write the report to a regular file.")


def _refused(relative: str, found: os.stat_result, now: datetime) -> ReportError | UnfinishedError:
    age = now.replace(tzinfo=UTC).timestamp() - found.st_ctime
    if abs(age) < _SETTLING_SECONDS:
        return UnfinishedError(
            f"{shown_name(relative)} may not be read yet; its permissions were set {abs(age):.0f} s ago, "
            "so it is tried again.",
        )
    return ReportError(
        f"{shown_name(relative)} may not be read; its mode is {stat.filemode(found.st_mode)} and its owner "
        f"{found.st_uid}:{found.st_gid}. Give the pipeline's user the right to read it, and put it back.",
    )
