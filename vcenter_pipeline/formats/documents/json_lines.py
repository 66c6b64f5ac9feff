"""A JSONL file to fragments: one JSON object per line. Source: https://jsonlines.org."""

from collections.abc import Iterator
from typing import Final

import msgspec

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.content import Content
from vcenter_pipeline.formats.documents.fragment import DamageError, Fragment, Limits
from vcenter_pipeline.formats.documents.json_capture import Capture, is_message, is_prefixed, read_values
from vcenter_pipeline.formats.documents.json_text import is_certain, parse_json
from vcenter_pipeline.formats.documents.json_window import SPACES, Window, find_value_end

_decode_lines: Final = msgspec.json.Decoder().decode_lines
_BRACKETS: Final = (b"{", b"[")


def read_json_lines(content: Content, limits: Limits) -> Iterator[Fragment]:
    """Read a file of one JSON value per line; empty lines are skipped.

    Programs that print a value per line also print messages, and one that prints indented values is often
    redirected into a file of this name: from the first such line on, values are read wherever they end.

    Yields:
        The values as items of the whole document, in stretches.

    Raises:
        DamageError: a line is no JSON value. Earlier lines may have been given before.
    """
    count = offset = 0
    parts: list[bytes] = []
    is_last = False
    while not is_last:
        more = content.read(limits.chunk_bytes)
        is_last = len(more) < limits.chunk_bytes
        cut = len(more) if is_last else more.rfind(b"\n") + 1
        if not cut and not is_last:
            parts.append(more)
            continue
        raw = b"".join([*parts, more[:cut]])
        parts = [more[cut:]]
        values, length = _parse_lines(raw, offset, limits, is_last=is_last)
        if length < len(raw):
            window = Window(content, limits.chunk_bytes, raw[length:] + parts[0], offset + length, is_last=is_last)
            error = None if count or values else DamageError("no JSON value stands here", window.offset)
            capture = Capture(window, limits.max_depth, error, is_line_over=True)
            yield from read_values(capture, limits.chunk_bytes, values, count)
            return
        if values:
            yield Fragment("", count, values, is_items=True)
            count += len(values)
        offset += len(raw)
    if not count:
        raise ReportError("The file holds nothing but empty lines. Look whether the task that writes it failed.")


def _parse_lines(raw: bytes, offset: int, limits: Limits, *, is_last: bool) -> tuple[list[object], int]:
    """Parse a value per line; give them, and the length of the lines that were read."""
    lines = raw.split(b"\n")
    try:
        values: list[object] = _decode_lines(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        values = []
    # msgspec also takes several values on one line, and one on several lines
    if len(values) == sum(1 for line in lines if line.strip(SPACES)) and is_certain(raw, values, limits.max_depth + 1):
        return values, len(raw)
    values = []
    start = offset
    for number, line in enumerate(lines, 1):
        if line.strip(SPACES):
            try:
                values.append(parse_json(line, offset, limits.max_depth))
            except DamageError as error:
                if _is_more_than_a_value(line):
                    return values, offset - start
                if error.is_cut and not (is_last and number == len(lines)):
                    what = "the line ends in the middle of its value. Write every value on a line of its own"
                    raise DamageError(what, error.offset) from error
                raise
        offset += len(line) + 1
    return values, len(raw)


def _is_more_than_a_value(line: bytes) -> bool:
    """Say whether the line is a message, has words before its value, begins an indented value, or has two values."""
    text = line.strip(SPACES)
    if text in _BRACKETS or is_message(line) or is_prefixed(line):
        return True
    end = find_value_end(text, 0) if text[:1] == b"{" else None
    return end is not None and text[end:].lstrip(SPACES)[:1] == b"{"
