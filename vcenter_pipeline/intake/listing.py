"""One look at the input tree: what waits in it, and what lies where it cannot be read.

Only names and sizes are looked at. Nothing is opened: a FIFO would block for ever.
"""

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from vcenter_pipeline.errors import ListingError, SourceError
from vcenter_pipeline.intake.names import is_plain_name, to_name_kind
from vcenter_pipeline.intake.sources import Source, shown_name, to_source_name

REPORT_DEPTH: Final = 2
"""Folders above a report: client and environment."""
_DEEPEST: Final = 8
"""Folders below it are quarantined as a whole; a path of more than 4,096 bytes could not be opened."""
_FOREIGN_FOLDERS: Final = frozenset({"lost+found", "$recycle.bin", "system volume information", "@eadir", "#recycle"})
"""What file systems and file servers put at the top of a volume, often unreadable."""
_ROLES: Final = ("client", "environment")
_PLACE_IT: Final = "Put it into <input>/<client>/<environment>/."
_NO_LINKS: Final = "Put the files themselves here; links are never followed."
_UNUSABLE_NAME: Final = (
    "has a name that holds a control character or is not UTF-8.",
    "Rename the file to plain letters, and put it back.",
)


class Facts(NamedTuple):
    """What tells that a file is still the same one, unchanged."""

    size: int
    """Bytes."""
    mtime_ns: int
    inode: int

    @classmethod
    def from_stat(cls, result: os.stat_result) -> "Facts":
        """Give the facts of a stat."""
        return cls(result.st_size, result.st_mtime_ns, result.st_ino)


class Waiting(NamedTuple):
    """A file that lies where a report belongs and is named like one."""

    path: str
    """Below the root, with `/`: `acme/prod/vm_info.json`, the folders spelled as on disk."""
    source: Source
    name: str
    size: int
    mtime_ns: int
    inode: int
    device: int

    @property
    def facts(self) -> Facts:
        """What must not change until the report is read and moved."""
        return Facts(self.size, self.mtime_ns, self.inode)


class Misplaced(NamedTuple):
    """Something named like a report that can never be read where it lies, or as what it is."""

    path: str
    """Below the root, with `/`; bytes that are not UTF-8 are surrogates, as `os.fsdecode` gives them."""
    reason: str
    """One sentence that names it."""
    advice: str
    """One sentence: what to do."""
    size: int
    mtime_ns: int
    inode: int

    @property
    def facts(self) -> Facts:
        """What must not change until it is moved."""
        return Facts(self.size, self.mtime_ns, self.inode)


class Unreadable(NamedTuple):
    """A folder that could not be looked into: nothing is known of what waits below it."""

    path: str
    reason: str


class Listing(NamedTuple):
    """What one look found, each in the order of the paths."""

    waiting: tuple[Waiting, ...]
    misplaced: tuple[Misplaced, ...]
    unreadable: tuple[Unreadable, ...]
    ignored_count: int
    """Files and links that are no reports: other extensions, links to a file within the tree."""


def look(root: Path) -> Listing:
    """Look at the whole input tree once.

    A folder below the root that cannot be read is told of in `unreadable`, not raised: one client's folder
    with wrong permissions must not stop the others. It is not empty either, so `plan` forgets nothing below
    it. What vanishes during the look is simply not there. The root may itself be a link; nothing below it may.

    Raises:
        ListingError: the root could not be read.
    """
    walk = _Walk(os.path.realpath(root))
    try:
        walk.enter("", ())
    except FileNotFoundError:
        raise ListingError(
            f"The input folder {root} does not exist; create it, or name another one in the settings."
        ) from None
    except OSError as error:
        raise ListingError(
            f"The input folder {root} could not be read ({error.strerror}); "
            "check that it is a folder and that the pipeline may read it.",
        ) from error
    return Listing(
        waiting=tuple(sorted(walk.waiting)),
        misplaced=tuple(sorted(walk.misplaced)),
        unreadable=tuple(sorted(walk.unreadable)),
        ignored_count=walk.ignored_count,
    )


class _Walk:
    def __init__(self, root: str) -> None:
        self._root = root
        self.waiting: list[Waiting] = []
        self.misplaced: list[Misplaced] = []
        self.unreadable: list[Unreadable] = []
        self.ignored_count = 0

    def enter(self, folder: str, names: tuple[str, ...]) -> None:
        """Look into one folder; `folder` is its path below the root with a `/` at the end."""
        source, refusal = _to_source(names)
        with os.scandir(f"{self._root}/{folder}") as entries:
            for entry in entries:
                name = entry.name
                kind = to_name_kind(name)
                if kind == "passing":
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                mode = found.st_mode
                if stat.S_ISREG(mode):
                    if kind == "other":
                        self.ignored_count += 1
                    elif source is not None and is_plain_name(name):
                        self.waiting.append(
                            Waiting(
                                *(folder + name, source, name),
                                *(found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev),
                            ),
                        )
                    else:
                        self._misplace(folder + name, found, *(refusal or _UNUSABLE_NAME))
                elif stat.S_ISDIR(mode):
                    self._folder(folder, names, name, found, is_named_like_report=kind == "report")
                elif stat.S_ISLNK(mode):
                    self._link(folder + name, found, is_report=kind == "report")
                elif kind == "report":
                    self._misplace(
                        *(folder + name, found, f"is a {_kind_of_file(mode)}, not a file."),
                        "Write the report to a regular file.",
                    )
                else:
                    self.ignored_count += 1

    def _folder(
        self,
        folder: str,
        names: tuple[str, ...],
        name: str,
        found: os.stat_result,
        *,
        is_named_like_report: bool,
    ) -> None:
        path = folder + name
        if is_named_like_report:
            self._misplace(
                *(path, found, "is a folder that is named like a report."),
                "Rename the folder, and put the reports that it holds into <input>/<client>/<environment>/.",
            )
        elif len(names) >= _DEEPEST:
            self._misplace(path, found, f"lies {len(names)} folders deep, where no report belongs.", _PLACE_IT)
        elif name.lower() not in _FOREIGN_FOLDERS:
            try:
                self.enter(path + "/", (*names, name))
            except (FileNotFoundError, NotADirectoryError):
                return  # moved away, or replaced, since its parent was listed
            except OSError as error:
                sentence = f"The folder {shown_name(path)} could not be read ({error.strerror}); check its permissions."
                self.unreadable.append(Unreadable(path, sentence))

    def _link(self, path: str, found: os.stat_result, *, is_report: bool) -> None:
        """Refuse a link that leads out of the tree, or stands for a folder.

        A link to another file within the tree is ignored: playbooks keep a `latest.json` beside the reports,
        and what it points to is read in its own place.
        """
        absolute = f"{self._root}/{path}"
        is_folder = os.path.isdir(absolute)  # noqa: PTH112 - a Path for each entry would cost more than the look
        if not (is_report or is_folder):
            self.ignored_count += 1
        elif not os.path.realpath(absolute).startswith(f"{self._root}/"):
            self._misplace(path, found, "is a symbolic link that leads out of the input folder.", _NO_LINKS)
        elif is_folder:
            self._misplace(path, found, "is a symbolic link to a folder, maybe another client's.", _NO_LINKS)
        else:
            self.ignored_count += 1

    def _misplace(self, path: str, found: os.stat_result, what: str, advice: str) -> None:
        self.misplaced.append(Misplaced(path, f"{shown_name(path)} {what}", advice, *Facts.from_stat(found)))


def _to_source(names: tuple[str, ...]) -> tuple[Source | None, tuple[str, str] | None]:
    """Give the source that folders of these names hold reports of, or else why not and what to do."""
    for name, role in zip(names, _ROLES, strict=False):
        try:
            to_source_name(name, role)
        except SourceError as error:
            what = f"lies in a folder that is no {role}'s. {error}"
            return None, (what, "Rename the folder, or have the reports written elsewhere, and put this one there.")
    if len(names) == REPORT_DEPTH:
        return Source.from_folders(*names), None
    what = (
        "lies in the input folder itself, so nobody knows whose it is."
        if not names
        else "lies in a client's folder, not in one of the client's environments."
        if len(names) < REPORT_DEPTH
        else "lies deeper than in an environment's folder."
    )
    return None, (what, _PLACE_IT)


def _kind_of_file(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "named pipe"
    return "socket" if stat.S_ISSOCK(mode) else "device"
