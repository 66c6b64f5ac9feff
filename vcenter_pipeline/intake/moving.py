"""Move one file to a folder where nothing may be overwritten and nothing else moved along.

Both sides are given as descriptors of folders, so that no name is looked up twice on different ways.
"""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from vcenter_pipeline.errors import UnfinishedError
from vcenter_pipeline.intake.listing import Facts
from vcenter_pipeline.intake.renaming import CREATE, rename_new
from vcenter_pipeline.intake.sources import shown_name

T = TypeVar("T")
Census = tuple[tuple[str, Facts], ...]

_FOLDER_MODE: Final = 0o750
_CHUNK_BYTES: Final = 1 << 20
_ATTEMPTS: Final = 5


def in_folder(root: Path, folders: tuple[str, ...], act: Callable[[int], T]) -> T:
    """Call `act` with a descriptor of a folder below the root, which is made if need be.

    Retention removes empty folders, maybe just before something is put into one: then it is made again.
    """
    folder = root.joinpath(*folders)
    for attempt in range(_ATTEMPTS):
        root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        for depth in range(1, len(folders) + 1):
            with suppress(FileExistsError, FileNotFoundError):
                root.joinpath(*folders[:depth]).mkdir(mode=_FOLDER_MODE)
        try:
            with _closing(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as descriptor:
                try:
                    return act(descriptor)
                except FileNotFoundError:
                    if folder.exists() and os.path.samestat(folder.stat(), os.fstat(descriptor)):
                        raise
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1 or folder.exists():
                raise
    raise FileNotFoundError(errno.ENOENT, "the folder is removed again and again", str(folder))


def place(
    source: int,
    name: str,
    target: int,
    names: Callable[[], Iterator[str]],
    expected: Facts | None,
) -> str:
    """Move `name` under the first of the `names` that is free, and give that one.

    Where a name is taken by a file of the same content, the moved one is removed instead. On another file
    system the content is copied under a passing name, flushed to disk, published, and only then removed.

    Args:
        source: descriptor of the folder where it lies.
        name: what to move: a file, a link, a folder, anything.
        target: descriptor of the folder where it goes.
        names: gives the names to try, anew at each call.
        expected: what the file must still be; None for whatever lies there.

    Raises:
        FileNotFoundError: it is not there any more.
        UnfinishedError: another or a changed file lies there, or came while it was moved. It stays.
        OSError: the move failed; the file is where it was.
    """
    found = _require(source, name, expected)
    try:
        return _publish(source, name, target, names, found)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    passing = f".{secrets.token_hex(8)}.part"
    census = _census(source, name) if stat.S_ISDIR(found.st_mode) else ()  # walking into a FIFO would block
    try:
        _copy(source, name, target, passing)
        _require(source, name, Facts.from_stat(found))
        placed = _publish(target, passing, target, names, os.stat(passing, dir_fd=target, follow_symlinks=False))
    except BaseException:
        _discard(target, passing)
        raise
    os.fsync(target)
    _remove(source, name, found, census)
    return placed


def _publish(
    source: int,
    name: str,
    target: int,
    names: Callable[[], Iterator[str]],
    found: os.stat_result,
) -> str:
    for new_name in names():
        try:
            rename_new(source, name, target, new_name)
        except FileExistsError:
            if _is_same_content(source, name, target, new_name, found):
                _remove(source, name, found)
                return new_name
            continue
        if _is_still(os.stat(new_name, dir_fd=target, follow_symlinks=False), found):
            return new_name
        _put_back(target, new_name, source, name)
        raise _changed(name)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)


def _remove(source: int, name: str, found: os.stat_result, census: Census = ()) -> None:
    """Remove what was found under the name, and not what may have taken its place since.

    It is renamed first: nobody writes to a name that nobody knows, so what is looked at is what is removed.
    """
    passing = f".{secrets.token_hex(8)}.part"
    rename_new(source, name, source, passing)
    is_still = _is_still(os.stat(passing, dir_fd=source, follow_symlinks=False), found)
    if not is_still or (census and census != _census(source, passing)):
        _put_back(source, passing, source, name)
        raise _changed(name)
    _discard(source, passing)


def _census(folder: int, name: str) -> Census:
    """Give what a folder holds, all the way down."""
    return tuple(
        (inner_name, Facts.from_stat(os.stat(inner_name, dir_fd=inner, follow_symlinks=False)))
        for _, _, inner_names, inner in os.fwalk(name, dir_fd=folder)
        for inner_name in sorted(inner_names)
    )


def _put_back(holder: int, held: str, source: int, name: str) -> None:
    """Give back what was moved by mistake, beside a still newer one if there is one."""
    stem, dot, extension = name.partition(".")
    for new_name in (name, f"{stem[:100]}~{secrets.token_hex(4)}{dot}{extension[-100:]}"):
        with suppress(FileExistsError):
            return rename_new(holder, held, source, new_name)
    return None


def _discard(folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def _require(source: int, name: str, expected: Facts | None) -> os.stat_result:
    found = os.stat(name, dir_fd=source, follow_symlinks=False)
    if expected is not None and Facts.from_stat(found) != expected:
        raise _changed(name)
    return found


def _is_still(now: os.stat_result, found: os.stat_result) -> bool:
    """Say whether it is the same, unchanged. Some file systems touch a folder when it is renamed."""
    if stat.S_ISDIR(found.st_mode):
        return now.st_ino == found.st_ino
    return Facts.from_stat(now) == Facts.from_stat(found)


def _changed(name: str) -> UnfinishedError:
    return UnfinishedError(f"{shown_name(name)} changed after it was read, so it stays where it is and is read again.")


def _is_same_content(source: int, name: str, target: int, new_name: str, found: os.stat_result) -> bool:
    """Compare two files byte by byte; what is no regular file, or may not be read, is never the same."""
    other = os.stat(new_name, dir_fd=target, follow_symlinks=False)
    if not (stat.S_ISREG(found.st_mode) and stat.S_ISREG(other.st_mode)) or other.st_size != found.st_size:
        return False
    try:
        with _closing(_open(source, name)) as left, _closing(_open(target, new_name)) as right:
            while True:
                chunk = os.read(left, _CHUNK_BYTES)
                if chunk != _read_exactly(right, len(chunk) or 1):
                    return False
                if not chunk:
                    return True
    except PermissionError:
        return False


def _read_exactly(descriptor: int, size: int) -> bytes:
    chunk = b""
    while len(chunk) < size:
        more = os.read(descriptor, size - len(chunk))
        if not more:
            break
        chunk += more
    return chunk


def _copy(source: int, name: str, target: int, new_name: str) -> None:
    """Copy across file systems; of a pipe, a socket or a device nothing is left but an empty file."""
    found = os.stat(name, dir_fd=source, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(name, dir_fd=source), new_name, dir_fd=target)
    elif stat.S_ISDIR(found.st_mode):
        os.mkdir(new_name, _FOLDER_MODE, dir_fd=target)
        with _closing(_open(source, name)) as inner, _closing(_open(target, new_name)) as inner_target:
            for child in os.listdir(inner):  # noqa: PTH208 - pathlib knows no descriptors
                _copy(inner, child, inner_target, child)
    else:
        with _closing(os.open(new_name, CREATE, 0o600, dir_fd=target)) as written:
            if stat.S_ISREG(found.st_mode):
                with _closing(_open(source, name)) as read:
                    while chunk := os.read(read, _CHUNK_BYTES):
                        _write_all(written, chunk)
            with suppress(PermissionError):
                os.fchown(written, found.st_uid, found.st_gid)
            os.fchmod(written, stat.S_IMODE(found.st_mode) & 0o777)
            os.utime(written, ns=(found.st_atime_ns, found.st_mtime_ns))
            os.fsync(written)


def _open(folder: int, name: str) -> int:
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
