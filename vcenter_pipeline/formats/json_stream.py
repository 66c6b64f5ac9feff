"""A JSON file to fragments, with memory that does not grow with the file.

Ansible writes one long list, bare or under a key of a register. Its items are decoded in stretches of
some MiB. Where a stretch may end is guessed from how the first item begins, which costs one search from
behind; the guess is right if what stands before it, put in brackets, is a JSON list: a parser that got
there from the start of an item stands between two items of the same list. A wrong guess costs time only.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, cast

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.content import Content
from vcenter_pipeline.formats.fragment import DamageError, Fragment, Limits
from vcenter_pipeline.formats.json_grammar import check_json, more_error, second_key_error, unexpected_error
from vcenter_pipeline.formats.json_text import UNCERTAIN, parse_json, parse_quickly

SPACES: Final = b" \t\n\r"
_GUESSES: Final = 4
_FURTHEST_SPACE: Final = 256
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+'
_START = re.compile(rb'[ \t\n\r]*+(?:(\[)[ \t\n\r]*+(?=\{)|\{[ \t\n\r]*+(?="))')
_PAIR = re.compile(
    rb"[ \t\n\r]*+(" + _TEXT + rb'")[ \t\n\r]*+:[ \t\n\r]*+(?:(\[)[ \t\n\r]*+(?=\{)|(?=[^ \t\n\r]))',
    re.DOTALL,
)
_ITEM_START = re.compile(rb"[ \t\n\r]*+(\{[ \t\n\r]*+" + _TEXT + rb'")', re.DOTALL)
_BRACKET_OR_TEXT = re.compile(_TEXT + rb'("?)|[][{}]', re.DOTALL)
_SCALAR = re.compile(rb"(?:" + _TEXT + rb'"|[^][{}", \t\n\r]++)(?=.)', re.DOTALL)
_COMMA = re.compile(rb"[ \t\n\r]*+,")


def read_json(content: Content, limits: Limits) -> Iterator[Fragment]:
    """Read one JSON document.

    Yields:
        The whole document; or, if it is long, the items of its lists of objects as they come, and at
        the end the rest of a top level object.

    Raises:
        DamageError: it is no JSON, or has values that cannot be kept. Items may have been given before.
    """
    window = _Window(content, limits.chunk_bytes)
    window.read_more()
    start = None if window.is_last else _START.match(window.data)
    if start is None:
        yield Fragment("", 0, parse_document(window.read_all(), limits), is_items=False)
        return
    window.drop(start.end())
    if start[1]:
        yield from _read_list(window, limits.max_depth)
    else:
        yield from _ObjectReader(window, limits.max_depth).read()


def parse_document(raw: bytes, limits: Limits) -> object:
    """Parse a whole document, or say that there is none."""
    if not raw.strip(SPACES):
        raise ReportError("The file holds nothing but white space. Look whether the task that writes it failed.")
    return parse_json(raw, 0, limits.max_depth)


class _Window:
    """The stretch of the content that is in memory."""

    def __init__(self, content: Content, chunk_bytes: int) -> None:
        self._content = content
        self._chunk_bytes = chunk_bytes
        self.data = b""
        self.offset = 0
        """Of the first byte, in the content."""
        self.is_last = False

    @property
    def is_large(self) -> bool:
        return len(self.data) >= 2 * self._chunk_bytes

    def read_more(self) -> None:
        more = self._content.read(self._chunk_bytes)
        self.is_last = len(more) < self._chunk_bytes
        self.data += more

    def top_up(self) -> None:
        if len(self.data) < self._chunk_bytes and not self.is_last:
            self.read_more()

    def read_all(self) -> bytes:
        parts = [self.data]
        while not self.is_last:
            parts.append(self._content.read(self._chunk_bytes))
            self.is_last = len(parts[-1]) < self._chunk_bytes
        self.data = b"".join(parts)
        return self.data

    def drop(self, count: int) -> None:
        self.data = self.data[count:]
        self.offset += count

    def skip_space(self) -> None:
        """Let the window begin with what is no white space, or be empty at the end of the content."""
        while True:
            self.drop(len(self.data) - len(self.data.lstrip(SPACES)))
            if self.data or self.is_last:
                return
            self.read_more()

    def check_end(self) -> None:
        """Make sure that nothing but white space follows."""
        self.skip_space()
        if self.data:
            raise more_error(self.data[:20], self.offset)


class _Items:
    """The items of one list; the window begins behind its bracket."""

    def __init__(self, window: _Window, max_depth: int) -> None:
        self._window = window
        self._max_depth = max_depth
        self._item_start: bytes | None = None
        self._learn_item_start()
        self.count = 0
        """How many were taken."""
        self.is_ended = False
        """Whether the list is over; the window begins behind it."""
        self.is_stuck = False
        """Whether an item is larger than the window, or never ends; the window begins with it."""

    def take(self) -> list[object]:
        """Take as many items as lie whole in the window; none if the list is over or stuck."""
        window = self._window
        window.top_up()
        while not self.is_ended and not self.is_stuck:
            items = self._take_guessed() or self._take_exactly()
            if items:
                self.count += len(items)
                return items
            if window.is_last or window.is_large:
                self.is_stuck = True
            else:
                window.read_more()
        return []

    def _take_guessed(self) -> list[object] | None:
        data = self._window.data
        at = len(data)
        for _ in range(_GUESSES):
            at = data.rfind(self._item_start, 1, at) if self._item_start else -1
            if at < 0:
                break
            before = data[max(0, at - _FURTHEST_SPACE) : at]
            comma = at - len(before) + len(before.rstrip(SPACES)) - 1
            if data[comma : comma + 1] == b",":
                items = parse_quickly(b"[" + data[:comma] + b"]", self._max_depth)
                if items is not UNCERTAIN:
                    self._window.drop(comma + 1)
                    return cast("list[object]", items)
        return None

    def _take_exactly(self) -> list[object] | None:
        data, offset = self._window.data, self._window.offset
        comma, end = find_item_end(data)
        if end is not None:
            if data[end : end + 1] != b"]":
                check_json(b"[" + data[: end + 1], offset - 1, self._max_depth)
            items = parse_json(b"[" + data[:end] + b"]", offset - 1, self._max_depth)
            if not items:
                raise unexpected_error("a value", data[end:], offset + end)
            self._window.drop(end + 1)
            self.is_ended = True
            return cast("list[object]", items)
        if comma is None:
            return None
        items = parse_json(b"[" + data[:comma] + b"]", offset - 1, self._max_depth)
        self._window.drop(comma + 1)
        self._learn_item_start()
        return cast("list[object]", items)

    def _learn_item_start(self) -> None:
        if start := _ITEM_START.match(self._window.data):
            self._item_start = start[1]


def _read_list(window: _Window, max_depth: int) -> Iterator[Fragment]:
    items = _Items(window, max_depth)
    while batch := items.take():
        yield Fragment("", items.count - len(batch), batch, is_items=True)
    if items.is_stuck:
        rest = parse_json(b"[" + window.read_all(), window.offset - 1, max_depth)
        yield Fragment("", items.count, rest, is_items=True)
    else:
        window.check_end()


class _ObjectReader:
    """The top level object, pair by pair; the window begins behind its brace."""

    def __init__(self, window: _Window, max_depth: int) -> None:
        self._window = window
        self._max_depth = max_depth
        self._rest: dict[str, object] = {}
        self._streamed: set[str] = set()
        self._is_ended = False

    def read(self) -> Iterator[Fragment]:
        window = self._window
        while not self._is_ended:
            window.top_up()
            pair = _PAIR.match(window.data)
            if pair is None:
                self._read_rest()
                break
            key = cast("str", parse_json(pair[1], window.offset + pair.start(1), 1))
            if key in self._rest or key in self._streamed:
                raise second_key_error(pair[1], window.offset + pair.start(1))
            if pair[2] and key:  # an empty path is the document's own
                window.drop(pair.end())
                yield from self._read_list(key, pair[1])
            else:
                self._read_value(key, pair.start(2) if pair[2] else pair.end())
            self._go_on()
        yield Fragment("", 0, self._rest, is_items=False)

    def _read_list(self, key: str, token: bytes) -> Iterator[Fragment]:
        window = self._window
        items = _Items(window, self._max_depth - 1)
        batch = items.take()
        if items.is_ended:
            self._rest[key] = batch
            return
        while batch:
            self._streamed.add(key)
            yield Fragment(key, items.count - len(batch), batch, is_items=True)
            batch = items.take()
        if items.is_stuck:
            tail = self._parse_rest(b"{" + token + b":[", key).pop(key)
            if key in self._streamed:
                yield Fragment(key, items.count, tail, is_items=True)
            else:
                self._rest[key] = tail

    def _read_value(self, key: str, at: int) -> None:
        window = self._window
        end = find_value_end(window.data, at)
        while end is None and not window.is_last and not window.is_large:
            window.read_more()
            end = find_value_end(window.data, at)
        if end is None:
            self._read_rest()
        else:
            self._rest[key] = parse_json(window.data[at:end], window.offset + at, self._max_depth - 1)
            window.drop(end)

    def _read_rest(self) -> None:
        offset = self._window.offset
        if not self._parse_rest(b"{") and (self._rest or self._streamed):
            raise unexpected_error("a key in double quotes", b"}", offset)

    def _parse_rest(self, prefix: bytes, streaming: str | None = None) -> dict[str, object]:
        """Parse all that is left of the object, at the price of holding it."""
        self._is_ended = True
        raw = prefix + self._window.read_all()
        offset = self._window.offset - len(prefix)
        pairs = cast("dict[str, object]", parse_json(raw, offset, self._max_depth))
        for key in pairs:
            if key != streaming and (key in self._rest or key in self._streamed):
                before = b"{" + json.dumps(key).encode() + b":0,"
                check_json(before + raw[1:], offset + 1 - len(before), self._max_depth)
        self._rest.update((key, value) for key, value in pairs.items() if key != streaming)
        return pairs

    def _go_on(self) -> None:
        """Step over the comma to the next pair, or over the brace to the end of the document."""
        if self._is_ended:
            return
        window = self._window
        window.skip_space()
        if not window.data:
            raise DamageError("expected a comma or }", window.offset, is_cut=True)
        character = window.data[:1]
        if character not in (b",", b"}"):
            raise unexpected_error("a comma or }", window.data[:60], window.offset)
        window.drop(1)
        if character == b"}":
            self._is_ended = True
            window.check_end()


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
