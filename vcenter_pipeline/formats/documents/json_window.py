"""The stretch of a JSON text that is in memory, and where values end in it."""

import re
from typing import Final, Protocol

from vcenter_pipeline.formats.documents.fragment import DamageError
from vcenter_pipeline.formats.documents.json_text import parse_json

SPACES: Final = b" \t\n\r"
TEXT: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+'
"""A text in quotes, but for the last one."""

_BRACKET_OR_TEXT = re.compile(TEXT + rb'("?)|[][{}]', re.DOTALL)
_SCALAR = re.compile(rb"(?:" + TEXT + rb'"|[^][{}", \t\n\r]++)(?=.)', re.DOTALL)
_COMMA = re.compile(rb"[ \t\n\r]*+,")


class Readable(Protocol):
    """What a window is filled from: fewer bytes than asked for are given at the end only."""

    def read(self, size: int, /) -> bytes:
        """Read on."""
        ...


class Window:
    """The stretch of the content that is in memory."""

    def __init__(
        self, content: Readable, chunk_bytes: int, data: bytes = b"", offset: int = 0, *, is_last: bool = False
    ) -> None:
        self._content = content
        self._chunk_bytes = chunk_bytes
        self.data = data
        self.offset = offset
        """Of the first byte, in the content."""
        self.is_last = is_last

    @property
    def is_large(self) -> bool:
        """Whether no more should be held than this."""
        return len(self.data) >= 2 * self._chunk_bytes

    def read_more(self) -> None:
        """Read a further stretch."""
        more = self._content.read(self._chunk_bytes)
        self.is_last = len(more) < self._chunk_bytes
        self.data += more

    def top_up(self) -> None:
        """Read on where less than a stretch is held."""
        if len(self.data) < self._chunk_bytes and not self.is_last:
            self.read_more()

    def read_all(self) -> bytes:
        """Read all that is left."""
        parts = [self.data]
        while not self.is_last:
            parts.append(self._content.read(self._chunk_bytes))
            self.is_last = len(parts[-1]) < self._chunk_bytes
        self.data = b"".join(parts)
        return self.data

    def drop(self, count: int) -> None:
        """Let the window begin that many bytes later."""
        self.data = self.data[count:]
        self.offset += count

    def skip_space(self) -> None:
        """Let the window begin with what is no white space, or be empty at the end of the content."""
        while True:
            self.drop(len(self.data) - len(self.data.lstrip(SPACES)))
            if self.data or self.is_last:
                return
            self.read_more()

    def take_rest(self, prefix: bytes, max_depth: int) -> object:
        """Take the value of which the window holds all but the prefix, at the price of holding it.

        Raises:
            DamageError: it is no JSON, or cut off.
        """
        raw = prefix + self.read_all()
        offset = self.offset - len(prefix)
        try:
            value = parse_json(raw, offset, max_depth)
        except DamageError:
            end = find_value_end(raw, 0)
            if end is None or not raw[end:].strip(SPACES):
                raise
            value = parse_json(raw[:end], offset, max_depth)
            self.drop(end - len(prefix))
        else:
            self.drop(len(self.data))
        return value


def find_value_end(data: bytes, at: int) -> int | None:
    """Find where the value that begins at `at` ends, by brackets and quotes only; None if it does not."""
    if data[at : at + 1] not in (b"[", b"{"):
        scalar = _SCALAR.match(data, at)
        return scalar.end() if scalar else None
    depth = 0
    for token in _BRACKET_OR_TEXT.finditer(data, at):
        if token.lastindex:
            if not token[1]:
                break
        elif token[0] in (b"[", b"{"):
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return token.end()
    return None


def find_item_end(data: bytes) -> tuple[int | None, int | None]:
    """Find the last comma between two items, and the bracket that ends the list.

    The data begins inside of a list, before an item. Only commas behind a list or an object count.
    """
    depth = 0
    last_comma = None
    for token in _BRACKET_OR_TEXT.finditer(data):
        if token.lastindex:
            if not token[1]:
                break
        elif token[0] in (b"[", b"{"):
            depth += 1
        elif depth == 0:
            return last_comma, token.start()
        else:
            depth -= 1
            if depth == 0 and (comma := _COMMA.match(data, token.end())):
                last_comma = comma.end() - 1
    return last_comma, None
