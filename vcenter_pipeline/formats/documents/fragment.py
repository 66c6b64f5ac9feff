"""What a document is read into, within which limits, and how it can be unreadable."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from vcenter_pipeline.errors import ReportError

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much one report may ask for.

    Whoever can write into the input tree can write anything there: 300 kB of gzip become 600 MB of text,
    60 kB of brackets end a process, 700 bytes of YAML aliases become billions of values.
    """

    max_file_bytes: int
    """Of the file as it lies there."""
    max_content_bytes: int
    """After decompression; also of the text that YAML aliases stand for."""
    max_depth: int = 100
    """Lists and objects inside each other. Real reports have up to 15."""
    max_alias_nodes: int = 1_000_000
    """Values that YAML aliases stand for, in all."""
    chunk_bytes: int = 4 * MIB
    """JSON up to this size is read whole; longer JSON in stretches of about this size."""


class Fragment(NamedTuple):
    """A part of a document, or the whole of it."""

    path: str
    """Empty for the document itself, `virtual_machines` for a list under that key of its top level object."""
    offset: int
    """Where the first of these items stands in that list, counted from 0; 0 for what is no list of items."""
    value: object
    """A list of items, or a plain value: dict, list, str, int, float, bool, None."""
    is_items: bool
    """Whether these are consecutive items of the list at `path`."""


class TruncatedError(ReportError):
    """The file ends in the middle: it may still be being written, so a later look can help."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The file ends in the middle: {what}. It is still being written, or its copy was cut off. "
            "Write a report under another name first (report.json.part) and rename it when it is whole.",
        )


class DamageError(ReportError):
    """Something in the text is wrong, at a byte that is not yet said as line and column."""

    def __init__(self, what: str, offset: int, *, is_cut: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        """Counted from 0, in the content as UTF-8 without a byte order mark."""
        self.is_cut = is_cut
        """Whether the text is right as far as it goes, and only ends too early."""
