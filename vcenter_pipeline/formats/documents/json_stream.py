"""A JSON file to fragments, with memory that does not grow with the file.

Ansible writes one long list, bare or under a key of a register. Its items are decoded in stretches of
some MiB. Where a stretch may end is guessed from how the first item begins, which costs one search from
behind; the guess is right if what stands before it, put in brackets, is a JSON list: a parser that got
there from the start of an item stands between two items of the same list. A wrong guess costs time only.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, cast

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.fragment import DamageError, Fragment, Limits
from vcenter_pipeline.formats.documents.json_capture import Capture, Outcome, begins_capture, read_values, with_outcome
from vcenter_pipeline.formats.documents.json_grammar import check_json, second_key_error, unexpected_error
from vcenter_pipeline.formats.documents.json_text import UNCERTAIN, parse_json, parse_quickly
from vcenter_pipeline.formats.documents.json_window import SPACES, TEXT, Readable, Window, find_item_end, find_value_end

_GUESSES: Final = 4
_FURTHEST_SPACE: Final = 256
_START = re.compile(rb'[ \t\n\r]*+(?:(\[)[ \t\n\r]*+(?=\{)|\{[ \t\n\r]*+(?="))')
_PAIR = re.compile(
    rb"[ \t\n\r]*+(" + TEXT + rb'")[ \t\n\r]*+:[ \t\n\r]*+(?:(\[)[ \t\n\r]*+(?=\{)|(?=[^ \t\n\r]))',
    re.DOTALL,
)
_ITEM_START = re.compile(rb"[ \t\n\r]*+(\{[ \t\n\r]*+" + TEXT + rb'")', re.DOTALL)


def read_json(content: Readable, limits: Limits) -> Iterator[Fragment]:
    """Read one JSON document, or several values one after the other, with messages around them.

    Yields:
        The whole document; or, if it is long, the items of its lists of objects as they come, and at
        the end the rest of a top level object. Several values come as items of the document.

    Raises:
        DamageError: it is no JSON, or has values that cannot be kept. Items may have been given before.
    """
    window = Window(content, limits.chunk_bytes)
    window.read_more()
    start = None if window.is_last else _START.match(window.data)
    outcome: Outcome = ""
    if start is None and not window.is_last and begins_capture(window):
        capture = Capture(window, limits.max_depth, unexpected_error("a value", window.data.lstrip(SPACES), 0))
        outcome = capture.next_outcome() or ""
        capture.drop()
        start = None if window.is_last else _START.match(window.data)
        if start is None:
            yield from read_values(capture, limits.chunk_bytes, [])
            return
    if start is None:
        yield from _read_whole(window, limits)
        return
    window.drop(start.end())
    if start[1]:
        yield from _read_list(window, limits.max_depth)
    else:
        yield from _ObjectReader(window, limits, outcome).read()


def _read_whole(window: Window, limits: Limits) -> Iterator[Fragment]:
    """Read what is short, or no object and no list of objects."""
    try:
        value = parse_document(window.read_all(), limits)
    except DamageError as error:
        if error.is_cut:
            raise
        yield from read_values(Capture(window, limits.max_depth, error), limits.chunk_bytes, [])
    else:
        yield Fragment("", 0, value, is_items=False)


def parse_document(raw: bytes, limits: Limits) -> object:
    """Parse a whole document, or say that there is none."""
    if not raw.strip(SPACES):
        raise ReportError("The file holds nothing but white space. Look whether the task that writes it failed.")
    return parse_json(raw, 0, limits.max_depth)


class _Items:
    """The items of one list; the window begins behind its bracket."""

    def __init__(self, window: Window, max_depth: int) -> None:
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


def _read_list(window: Window, max_depth: int) -> Iterator[Fragment]:
    items = _Items(window, max_depth)
    while batch := items.take():
        yield Fragment("", items.count - len(batch), batch, is_items=True)
    if items.is_stuck:
        yield Fragment("", items.count, window.take_rest(b"[", max_depth), is_items=True)
    Capture(window, max_depth).check_end()


class _ObjectReader:
    """The top level object, pair by pair; the window begins behind its brace."""

    def __init__(self, window: Window, limits: Limits, outcome: Outcome) -> None:
        self._window = window
        self._chunk_bytes = limits.chunk_bytes
        self._max_depth = limits.max_depth
        self._outcome = outcome
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
        capture = Capture(window, self._max_depth)
        if self._streamed:
            capture.check_end()
        yield from read_values(capture, self._chunk_bytes, [with_outcome(self._rest, self._outcome)])

    def _read_list(self, key: str, token: bytes) -> Iterator[Fragment]:
        window = self._window
        items = _Items(window, self._max_depth - 1)
        batches = [items.take()]
        if not items.is_ended and not items.is_stuck:
            batches.append(items.take())  # its end may stand in the window already, and more documents behind it
        if items.is_ended:
            self._rest[key] = [item for batch in batches for item in batch]
            return
        count = 0
        for batch in chain(batches, iter(items.take, [])):
            if batch:
                self._streamed.add(key)
                yield Fragment(key, count, batch, is_items=True)
                count += len(batch)
        if items.is_stuck:
            tail = self._parse_rest(b"{" + token + b":[", key).pop(key)
            if key in self._streamed:
                yield Fragment(key, count, tail, is_items=True)
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
        offset = self._window.offset - len(prefix)
        data = self._window.read_all()
        pairs = cast("dict[str, object]", self._window.take_rest(prefix, self._max_depth))
        for key in pairs:
            if key != streaming and (key in self._rest or key in self._streamed):
                before = b"{" + json.dumps(key).encode() + b":0,"
                check_json(before + prefix[1:] + data, offset + 1 - len(before), self._max_depth)
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
        self._is_ended = character == b"}"
