"""What lies in the archive of a source, to be read once more.

Nobody but the pipeline is meant to write there, but an archive is copied, restored and tidied up by hand. So it is
walked as the input is: links are never followed, and nothing but regular files is opened.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from vcenter_pipeline.errors import ListingError, ReportError, SourceError
from vcenter_pipeline.intake.names import is_plain_name, to_name_kind
from vcenter_pipeline.intake.opening import open_folder
from vcenter_pipeline.intake.sources import Source, shown_name, to_source_name

_DEEPEST: Final = 8
"""Reports lie two folders below their source, by year and month; whoever sorts them otherwise stays near that."""
_STAMP: Final = re.compile(
    r"~(?P<stamp>[0-9]{8}T[0-9]{6}Z)(?:-(?P<number>[0-9]+))?(?P<extension>\.(?:json|jsonl|yaml|yml)(?:\.gz)?)\Z",
    re.IGNORECASE,
)
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Archived(NamedTuple):
    """A report in the archive."""

    folders: tuple[str, ...]
    """Below the archive: client, environment, year, month."""
    name: str
    """With the stamp that tells it from others of its name."""

    @property
    def path(self) -> str:
        """Below the archive, with `/`."""
        return "/".join((*self.folders, self.name))

    @property
    def input_path(self) -> str:
        """The path below the input folder that it came with, as far as the archive tells."""
        return "/".join((*self.folders[:2], self._taken_apart[0]))

    @property
    def arrival(self) -> tuple[tuple[str, ...], str, int]:
        """What comes later is greater, among reports of one name."""
        _, stamp, number = self._taken_apart
        return self.folders, stamp, number

    @property
    def _taken_apart(self) -> tuple[str, str, int]:
        """Give the name that it came with, the stamp, and its number among reports of that stamp."""
        match = _STAMP.search(self.name)
        if match is None:
            return self.name, "", 0
        return self.name[: match.start()] + match["extension"], match["stamp"], int(match["number"] or 1)


class Found(NamedTuple):
    """What one look at the archive of a source found."""

    reports: tuple[Archived, ...]
    """In the order of their paths."""
    refused: tuple[str, ...]
    """A sentence for each link and for whatever is named like a report and is no file."""


def archived_sources(root: Path, client: str | None = None) -> tuple[list[Source], list[str]]:
    """Give the sources that have a folder in the archive, of all clients or of one, and a sentence for each refused.

    Folders that no source is named by are left alone: file systems and file servers put theirs at the top.

    Raises:
        ListingError: the archive could not be read.
    """
    found: list[Source] = []
    refused: list[str] = []
    for name, is_link in _folders(root):
        if client not in {None, name} or not _is_source_name(name, "client"):
            continue
        if is_link:
            refused.append(f"In the archive, {shown_name(name)} is a symbolic link; links are never followed.")
            continue
        try:
            environments = _folders(root / name)
        except ListingError as error:
            refused.append(str(error))
            continue
        found += [Source(name, environment) for environment, _ in environments if _is_source_name(environment)]
    return sorted(found), refused


def look_archived(root: Path, source: Source) -> Found:
    """Find the reports of a source in the archive; without its folder there are none.

    Raises:
        ReportError: the folder of the source, or of its client, is a link.
        ListingError: a folder could not be read.
    """
    reports: list[Archived] = []
    refused: list[str] = []
    waiting: list[tuple[str, ...]] = [(source.client, source.environment)]
    while waiting:
        folders = waiting.pop()
        for name, mode in _entries(root, folders):
            path = shown_name("/".join((*folders, name)))
            is_report = to_name_kind(name) == "report"
            if stat.S_ISDIR(mode) and len(folders) < _DEEPEST:
                waiting.append((*folders, name))
            elif stat.S_ISREG(mode) and is_report and is_plain_name(name):
                reports.append(Archived(folders, name))
            elif stat.S_ISLNK(mode):
                refused.append(f"In the archive, {path} is a symbolic link; links are never followed.")
            elif is_report and not stat.S_ISREG(mode):
                refused.append(f"In the archive, {path} is named like a report, but is no file that can be read.")
    return Found(tuple(sorted(reports)), tuple(sorted(refused)))


@contextmanager
def open_archived(root: Path, report: Archived) -> Iterator[BinaryIO]:
    """Open a report of the archive for the block; its `name` is its path below the archive.

    Raises:
        FileNotFoundError: it is not there any more; retention has taken it.
        ReportError: a link or something else has taken its place.
        ListingError: it could not be opened for a cause that may pass.
    """
    with open_folder(root, report.folders) as folder:

        def opener(_: str, __: int) -> int:
            _require_regular(os.stat(report.name, dir_fd=folder, follow_symlinks=False), report)
            return os.open(report.name, _FLAGS, dir_fd=folder)

        try:
            file = open(report.path, "rb", opener=opener)  # noqa: SIM115 - closed below; the block is not the opening
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ListingError(
                f"In the archive, {shown_name(report.path)} could not be opened ({error.strerror}); "
                "give the pipeline's user the right to read it, and begin the rebuild again."
            ) from error
    with file:
        _require_regular(os.fstat(file.fileno()), report)
        yield file


def _entries(root: Path, folders: tuple[str, ...]) -> list[tuple[str, int]]:
    """Give the names in a folder with their modes; none of a folder that is not there."""
    found = []
    try:
        with open_folder(root, folders) as place:
            descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place)
            try:
                for name in os.listdir(descriptor):  # noqa: PTH208 - a Path cannot list a descriptor
                    with suppress(FileNotFoundError):
                        found.append((name, os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode))
            finally:
                os.close(descriptor)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable("/".join(folders), error) from error
    return found


def _folders(folder: Path) -> list[tuple[str, bool]]:
    """Give the names of the folders in a folder, and of links to some, each with whether it is a link."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.is_symlink()) for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(str(folder), error) from error


def _is_source_name(name: str, role: str = "environment") -> bool:
    try:
        return to_source_name(name, role) == name
    except SourceError:
        return False


def _unreadable(folder: str, error: OSError) -> ListingError:
    return ListingError(
        f"In the archive, the folder {shown_name(folder)} could not be read ({error.strerror}); check its permissions."
    )


def _require_regular(found: os.stat_result, report: Archived) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ReportError(
            f"In the archive, {shown_name(report.path)} is no regular file any more; links are never followed."
        )
