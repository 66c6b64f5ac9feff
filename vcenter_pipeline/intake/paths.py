"""Paths below the input folder, from a look at it or from somebody's run config, so never trusted.

Whoever reaches Dagster's port can launch a run with any run config.
"""

from typing import NamedTuple

from vcenter_pipeline.errors import SourceError
from vcenter_pipeline.intake.listing import REPORT_DEPTH
from vcenter_pipeline.intake.names import is_plain_name, to_name_kind
from vcenter_pipeline.intake.sources import Source, shown_name


class InputPath(NamedTuple):
    """A path below the input folder that cannot lead out of it."""

    folders: tuple[str, ...]
    name: str


def parse_path(relative: str) -> InputPath:
    """Take the path of anything below the input folder apart.

    Raises:
        SourceError: the path is absolute, empty, or holds `..`, a NUL or a lone surrogate.
    """
    *folders, name = parts = relative.split("/")
    if not all(part not in {"", ".", ".."} and "\x00" not in part and _is_file_name(part) for part in parts):
        raise SourceError(
            f"{shown_name(relative)} is not a path below the input folder; "
            "write it as client/environment/file, without '..' and without a '/' in front.",
        )
    return InputPath(tuple(folders), name)


def parse_report_path(relative: str) -> tuple[Source, InputPath]:
    """Take the path of a report apart: exactly client, environment and a name that a report can have.

    Raises:
        SourceError: it has not that form, or one of the folders cannot name a client or an environment.
    """
    path = parse_path(relative)
    if len(path.folders) != REPORT_DEPTH or to_name_kind(path.name) != "report" or not is_plain_name(path.name):
        raise SourceError(
            f"{shown_name(relative)} is not the path of a report; write it as client/environment/file, with a file "
            "that ends in .json, .jsonl, .yaml or .yml, or one of these and .gz.",
        )
    return Source.from_folders(*path.folders), path


def to_source(relative: str) -> Source:
    """Give the source of a report by its path below the input folder.

    Raises:
        SourceError: as `parse_report_path`.
    """
    return parse_report_path(relative)[0]


def _is_file_name(part: str) -> bool:
    try:
        part.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
