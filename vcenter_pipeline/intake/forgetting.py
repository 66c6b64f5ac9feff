"""Take away everything that lies in the folders of one client or source; and which folders those are.

A folder belongs to a source by its name in lower case, as `listing` takes it. Nothing is followed: a link is removed as
a link, and a folder is opened below the descriptor of the one that it lies in.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from vcenter_pipeline.errors import ArchiveError, ListingError, SourceError
from vcenter_pipeline.intake.quarantine import MISPLACED_FOLDER
from vcenter_pipeline.intake.sources import Source, to_source_name

_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ATTEMPTS: Final = 5
"""A playbook may put something into a folder just before that is removed."""

Folders = tuple[str, ...]


class Gone(NamedTuple):
    """What was removed, or would be."""

    files: int = 0
    size_bytes: int = 0

    def __add__(self, other: object) -> "Gone":
        """Add counts."""
        if not isinstance(other, Gone):
            return NotImplemented
        return Gone(self.files + other.files, self.size_bytes + other.size_bytes)


def find_environments(root: Path, client: str) -> set[str]:
    """Give the environments that have a folder of the client below the root.

    Raises:
        ListingError: a folder could not be read.
    """
    found = set()
    for name in _named(root, client, "client"):
        for environment in _folders(root / name):
            with suppress(SourceError):
                found.add(to_source_name(environment, "environment"))
    return found


def find_sources(root: Path) -> dict[Source, list[Folders]]:
    """Give every source that has a folder below the root, with its folders.

    Raises:
        ListingError: a folder could not be read.
    """
    found: dict[Source, list[Folders]] = {}
    for client in _folders(root):
        with suppress(SourceError):
            to_source_name(client, "client")
            for environment in _folders(root / client):
                with suppress(SourceError):
                    found.setdefault(Source.from_folders(client, environment), []).append((client, environment))
    return found


def find_folders(root: Path, client: str, environment: str | None) -> list[Folders]:
    """Give what lies below the root of a client, or of one of its environments: folders, and links of such names.

    Among them is what was quarantined because it lay where no report can be.

    Raises:
        ListingError: a folder could not be read.
    """
    found: list[Folders] = []
    for above in ((), (MISPLACED_FOLDER,)):
        for name in _named(root.joinpath(*above), client, "client"):
            if environment is None:
                found.append((*above, name))
            elif not root.joinpath(*above, name).is_symlink():
                below = _named(root.joinpath(*above, name), environment, "environment")
                found += [(*above, name, one) for one in below]
    return found


def count_files(root: Path, folders: Iterable[Folders]) -> Gone:
    """Count what `remove_folders` would remove.

    Raises:
        ListingError: a folder could not be read.
    """
    found = Gone()
    for one in folders:
        try:
            with _opened(root, one[:-1]) as parent:
                found += _walk(parent, one[-1], is_removing=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ListingError(f"{root.joinpath(*one)} could not be read ({error.strerror}).") from error
    return found


def remove_folders(root: Path, folders: Iterable[Folders]) -> Gone:
    """Remove folders with all that is in them, and then the client's folder where nothing else is in it.

    Raises:
        ArchiveError: something could not be removed; the rest follows with the next call.
    """
    found = Gone()
    for one in folders:
        try:
            with _opened(root, one[:-1]) as parent:
                found += _walk(parent, one[-1], is_removing=True)
            for depth in range(len(one) - 1, 0, -1):
                with _opened(root, one[: depth - 1]) as parent:
                    os.rmdir(one[depth - 1], dir_fd=parent)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY} and not root.joinpath(*one).exists():
                continue  # something else is in the folder above
            raise ArchiveError(
                f"{root.joinpath(*one)} could not be removed ({error.strerror}); check its permissions, and that "
                "nothing writes there."
            ) from error
    return found


def remove_files(root: Path, folders: Folders, names: Iterable[str]) -> Gone:
    """Remove files of these names from a folder below the root, and the folder and its client's where they are empty.

    Raises:
        ArchiveError: something could not be removed.
    """
    found = Gone()
    try:
        with _opened(root, folders) as parent:
            for name in names:
                with suppress(FileNotFoundError):
                    size = os.stat(name, dir_fd=parent, follow_symlinks=False).st_size
                    os.unlink(name, dir_fd=parent)
                    found += Gone(1, size)
        for depth in range(len(folders), 0, -1):
            with _opened(root, folders[: depth - 1]) as parent:
                os.rmdir(folders[depth - 1], dir_fd=parent)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.ENOENT}:
            raise ArchiveError(
                f"{root.joinpath(*folders)} could not be emptied ({error.strerror}); check its permissions."
            ) from error
    return found


def _folders(folder: Path) -> Iterator[str]:
    """Give the folders in a folder that are no links; none where it is not there or is a file."""
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ListingError(f"{folder} could not be read ({error.strerror}); check its permissions.") from error


def _named(folder: Path, wanted: str, role: str) -> list[str]:
    """Give what stands for a client or an environment in a folder: folders, and links that only bear the name."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(SourceError):
                    is_wanted = to_source_name(entry.name, role) == wanted
                    if is_wanted and (entry.is_symlink() or entry.is_dir(follow_symlinks=False)):
                        found.append(entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ListingError(f"{folder} could not be read ({error.strerror}); check its permissions.") from error
    return sorted(found)


@contextmanager
def _opened(root: Path, folders: Folders) -> Iterator[int]:
    """Give a descriptor of a folder below a root; no step on the way may be a link."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            below = os.open(folder, _OPEN, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(parent: int, name: str, *, is_removing: bool) -> Gone:
    """Count what lies under a name, links as links; and remove it."""
    found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if not stat.S_ISDIR(found.st_mode):
        if is_removing:
            os.unlink(name, dir_fd=parent)
        return Gone(1, found.st_size)
    gone = Gone()
    for attempt in range(1, _ATTEMPTS + 1):
        descriptor = os.open(name, _OPEN, dir_fd=parent)
        try:
            with os.scandir(descriptor) as entries:
                children = [entry.name for entry in entries]
            for child in children:
                with suppress(FileNotFoundError):
                    gone += _walk(descriptor, child, is_removing=is_removing)
        finally:
            os.close(descriptor)
        if not is_removing:
            break
        try:
            os.rmdir(name, dir_fd=parent)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST} or attempt == _ATTEMPTS:
                raise
        else:
            break
    return gone
