"""A JSONL file to fragments: one JSON object per line. Source: https://jsonlines.org."""

from collections.abc import Iterator
from typing import Final

import msgspec

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.content import Content
from vcenter_pipeline.formats.fragment import DamageError, Fragment, Limits
from vcenter_pipeline.formats.json_stream import SPACES
from vcenter_pipeline.formats.json_text import is_certain, parse_json

_decode_lines: Final = msgspec.json.Decoder().decode_lines


def read_json_lines(content: Content, limits: Limits) -> Iterator[Fragment]:
    """Read a file of one JSON value per line; empty lines are skipped.

    Yields:
        The values as items of the whole document, in stretches.

    Raises:
        DamageError: a line is no JSON value. Earlier lines may have been given before.
    """
    count = 0
    for raw, offset, is_last in _read_stretches(content, limits):
        values = _parse_lines(raw, offset, limits, is_last=is_last)
        if values:
            yield Fragment("", count, values, is_items=True)
            count += len(values)
    if not count:
        raise ReportError("The file holds nothing but empty lines. Look whether the task that writes it failed.")


def _read_stretches(content: Content, limits: Limits) -> Iterator[tuple[bytes, int, bool]]:
    """Cut the content behind a line's end; the last stretch has what is left."""
    offset = 0
    parts: list[bytes] = []
    while True:
        more = content.read(limits.chunk_bytes)
        is_last = len(more) < limits.chunk_bytes
        cut = len(more) if is_last else more.rfind(b"\n") + 1
        if not cut and not is_last:
            parts.append(more)
            continue
        raw = b"".join([*parts, more[:cut]])
        yield raw, offset, is_last
        if is_last:
            return
        offset += len(raw)
        parts = [more[cut:]]


def _parse_lines(raw: bytes, offset: int, limits: Limits, *, is_last: bool) -> list[object]:
    lines = raw.split(b"\n")
    try:
        values: list[object] = _decode_lines(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        values = []
    # msgspec also takes several values on one line, and one on several lines
    if len(values) == sum(1 for line in lines if line.strip(SPACES)) and is_certain(raw, values, limits.max_depth + 1):
        return values
    return list(_parse_each(lines, offset, limits, is_last=is_last))


def _parse_each(lines: list[bytes], offset: int, limits: Limits, *, is_last: bool) -> Iterator[object]:
    for number, line in enumerate(lines, 1):
        if line.strip(SPACES):
            try:
                yield parse_json(line, offset, limits.max_depth)
            except DamageError as error:
                if error.is_cut and not (is_last and number == len(lines)):
                    what = "the line ends in the middle of its value. Write every value on a line of its own"
                    raise DamageError(what, error.offset) from error
                raise
        offset += len(line) + 1
