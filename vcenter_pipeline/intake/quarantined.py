"""What lies in the quarantine of a source, told from the reasons that stand beside the files.

People correct, move and delete files there, so each reason is taken as a hint: what does not read as one is passed by.
"""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from vcenter_pipeline.errors import PipelineError
from vcenter_pipeline.intake.names import REASON_SUFFIX, to_plain_name
from vcenter_pipeline.intake.opening import open_folder
from vcenter_pipeline.intake.sources import Source

_LONGEST_REASON: Final = 64 * 1024
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Quarantined(NamedTuple):
    """A report that was sent to quarantine, and still lies there."""

    path: Path
    """Where it lies."""
    reason: str
    """One sentence: what was wrong."""
    advice: str
    """One sentence: what to do."""
    quarantined_at: str
    """As the reason has it: ISO 8601, UTC."""


def find_quarantined(root: Path, source: Source, relative: str) -> Quarantined | None:
    """Give the newest file in the quarantine of a source that came with this path below the input folder.

    Args:
        root: the quarantine.
        source: whose report it is.
        relative: the path that it had below the input folder, spelled as on disk.
    """
    file = "/".join(map(to_plain_name, relative.split("/")))
    folders = (source.client, source.environment)
    found: list[Quarantined] = []
    try:
        with open_folder(root, folders) as folder:
            for name, document in _reasons(folder):
                if document.get("file") == file:
                    told = (str(document.get(key, "")) for key in ("reason", "advice", "quarantined_at"))
                    found.append(Quarantined(root.joinpath(*folders, name), *told))
    except (OSError, PipelineError):
        return None
    return max(found, key=lambda one: (one.quarantined_at, one.path), default=None)


def _reasons(folder: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name of each file that has a reason beside it, with the reason."""
    descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        names = set(os.listdir(descriptor))  # noqa: PTH208 - a Path cannot list a descriptor
        for name in sorted(names):
            if name + REASON_SUFFIX not in names:
                continue
            try:
                document = _read(descriptor, name + REASON_SUFFIX)
            except (OSError, ValueError, RecursionError):
                continue
            if isinstance(document, dict):
                yield name, document
    finally:
        os.close(descriptor)


def _read(folder: int, name: str) -> object:
    with open(os.open(name, _FLAGS, dir_fd=folder), "rb") as file:  # noqa: PTH123 - a Path cannot open a descriptor
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        found: object = json.loads(file.read(_LONGEST_REASON))
        return found
