"""Files that take the place of older ones, whole and together.

A new file is written beside the old one under a hidden name and renamed once all of it is on the disk: a
reader that met a file while it was rewritten in place failed nearly always. All files of a directory are
written first and renamed afterwards in one go, so that readers meet two generations side by side for
milliseconds only, and a full disk leaves all the old files.

A reader that opens a file once never meets half of it. One that opens it twice by its name, as pyarrow's
`read_table` and so pandas do, may meet two whole files, take them for one and call it corrupt: give such a
reader an open file, or let it try again.
"""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Final, Self

from vcenter_pipeline.errors import ExportError

FILE_MODE: Final = 0o640
"""The owner writes; the group reads, which the account of the Power BI gateway is made a member of."""
DIRECTORY_MODE: Final = 0o750

_LEFTOVER: Final = re.compile(r"\..+\.[0-9a-f]{16}\.writing")
_LEFTOVER_AFTER_SECONDS: Final = 3_600
_BUFFER_BYTES: Final = 2**20

_REASONS: Final = MappingProxyType(
    {
        errno.ENOSPC: "the disk is full; free some space on it",
        errno.EDQUOT: "the disk quota is used up; free some space or raise it",
        errno.EFBIG: "it would be larger than a file may be here; raise the limit of the process or the file system",
        errno.EROFS: "the file system is read-only; mount it writable or choose another output directory",
        errno.EACCES: "that is not permitted; give the pipeline's user write access, and close the file elsewhere",
        errno.EPERM: "that is not permitted; give the pipeline's user write access, and close the file elsewhere",
        errno.EISDIR: "a directory has its name; move that away",
        errno.ENOTDIR: "a file stands where a directory should be; move that away",
    },
)


class Replacing:
    """New files of one directory; leaving the `with` block without an error puts them in place.

    Args:
        directory: where the files go; it is made, with its parents, for the owner and the group.
        file_mode: the permissions of the files, whatever the umask.

    Raises:
        ExportError: a file could not be written. If that was before the end of the block, no old file has changed.
    """

    def __init__(self, directory: Path, *, file_mode: int = FILE_MODE) -> None:
        self._directory = directory
        self._file_mode = file_mode
        self._written: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        """Make the directory where it is missing."""
        with _told(self._directory):
            _make_directory(self._directory)
        return self

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file that will get this name; it is on the disk when the block ends."""
        path = self._directory / name
        beside = self._directory / f".{name}.{secrets.token_hex(8)}.writing"
        try:
            with _told(path):
                descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with open(descriptor, "wb", buffering=_BUFFER_BYTES) as file:  # noqa: PTH123 - a Path cannot open a descriptor
                    os.fchmod(descriptor, self._file_mode)
                    yield file
                    file.flush()
                    os.fsync(descriptor)
            self._written[path] = beside
        finally:
            if path not in self._written:
                beside.unlink(missing_ok=True)

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Put the files in place, or, after an error, remove them."""
        try:
            if kind is None:
                self._put_in_place()
        finally:
            for beside in self._written.values():
                beside.unlink(missing_ok=True)

    def _put_in_place(self) -> None:
        for path, beside in self._written.items():
            with _told(path):
                beside.replace(path)
        with _told(self._directory):
            _sync_directory(self._directory)
            _remove_leftovers(self._directory)


def _make_directory(directory: Path) -> None:
    """Make the directory and its missing parents, all of them readable for nobody but owner and group."""
    if directory.is_dir():
        return
    if directory.parent != directory:
        _make_directory(directory.parent)
    with suppress(FileExistsError):
        directory.mkdir()
        directory.chmod(DIRECTORY_MODE)
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))


def _sync_directory(directory: Path) -> None:
    """Bring the new names to the disk; network file systems that cannot are content without."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _remove_leftovers(directory: Path) -> None:
    """Remove what writers that died left an hour before the directory's own last change.

    Both times come from the file system, whose clock may differ from this machine's.
    """
    newest = directory.stat().st_mtime - _LEFTOVER_AFTER_SECONDS
    for entry in os.scandir(directory):
        if _LEFTOVER.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < newest:
            with suppress(FileNotFoundError):
                os.unlink(entry.path)  # noqa: PTH108 - scandir gives no Path


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into a sentence."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise ExportError(f"{path} could not be written: {reason}.") from error
