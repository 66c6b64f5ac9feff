"""Where a report goes once it is ingested."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from vcenter_pipeline.errors import ArchiveError
from vcenter_pipeline.intake.listing import Facts
from vcenter_pipeline.intake.moving import in_folder, place
from vcenter_pipeline.intake.names import to_free_names
from vcenter_pipeline.intake.opening import open_folder
from vcenter_pipeline.intake.paths import parse_report_path
from vcenter_pipeline.intake.sources import shown_name


def archive(root: Path, relative: str, archive_root: Path, *, when: datetime, expected: Facts) -> Path:
    """Move a report to `<archive>/<client>/<environment>/<yyyy>/<mm>/` and give its new path.

    Nothing there is overwritten: a name that is taken gets a stamp, `vm_info~20260131T020000Z.json`. If the
    file that has it holds the same, the waiting one is removed. The file keeps its mode and its times; folders
    are made for the owner and the group only, as reports name everything that a client runs.

    Args:
        root: the input folder.
        relative: the report's path below it.
        archive_root: the archive; it may lie on another file system.
        when: naive UTC; gives year, month and stamp.
        expected: the facts of the file that was read. A newer report under the same name is left alone.

    Raises:
        SourceError: the path is not that of a report.
        FileNotFoundError: it is not there any more; an earlier run moved it.
        UnfinishedError: the file changed after it was read. It stays and is read again.
        ReportError: a folder on the way to it is a symbolic link.
        ArchiveError: it could not be moved, and is still there.
    """
    source, path = parse_report_path(relative)
    folders = (source.client, source.environment, f"{when:%Y}", f"{when:%m}")
    names = partial(to_free_names, path.name, to_stamp(when))
    with explained(relative, archive_root), open_folder(root, path.folders) as folder:
        name = in_folder(
            archive_root,
            folders,
            lambda target: place(folder, path.name, target, names, expected),
        )
    return archive_root.joinpath(*folders, name)


def to_stamp(when: datetime) -> str:
    """Give a naive UTC instant as a part of a file name: `20260131T020000Z`."""
    return f"{when:%Y%m%dT%H%M%SZ}"


@contextmanager
def explained(relative: str, target: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence; that a file is gone passes."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ArchiveError(
            f"{shown_name(relative)} could not be moved to {target} ({error.strerror}); check that the disk has room, "
            "and that the pipeline's user may write there and in the folder where the report lies.",
        ) from error
