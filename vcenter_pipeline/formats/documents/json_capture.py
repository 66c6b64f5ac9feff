"""JSON values among what programs print around them.

A redirected `ansible-playbook` puts warnings before the document of its `json` callback and a recap behind it; the
default callback and ad-hoc commands print `host | SUCCESS => {…}` and `ok: [host] => {…}`; `govc events -json` and
files that were joined hold one value after the other. Messages stand on lines of their own. What may be half of a
value (a bracket, a comma, a text in quotes) is never taken for one: whatever was lost with it would go unnoticed.

Source: ansible-core, plugins/callback/default.py and minimal.py, utils/display.py; govmomi, the command `events`.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from vcenter_pipeline.formats.documents.fragment import DamageError, Fragment
from vcenter_pipeline.formats.documents.json_grammar import more_error, single_quote_error, unexpected_error
from vcenter_pipeline.formats.documents.json_text import parse_json
from vcenter_pipeline.formats.documents.json_window import SPACES, Window, find_value_end

Outcome = Literal["", "failed", "unreachable", "skipped"]

_AHEAD: Final = 256
"""Bytes of the next line that are looked at to tell how a value begins."""

_VALUE: Final = rb"(?=\{[ \t\n\r]*+(?:[\"}]|\Z)|\[[ \t\n\r]*+(?:[\[{\"\]]|\Z))"
_VALUE_START = re.compile(_VALUE)
_PREFIX = re.compile(
    rb"[^|\n{}\"]{1,300}? \| (?P<adhoc>[A-Z]+)!? => " + _VALUE + rb"|"
    rb"(?P<callback>[a-z]+): \[[^\]\n]{1,600}\](?:: (?P<word>[A-Z]+)!)?(?: =>)?"
    rb"(?: \(item=[^\n]*?\))?(?: =>)? " + _VALUE,
)
_OUTCOMES: Final[dict[bytes, Outcome]] = {
    b"FAILED": "failed",
    b"failed": "failed",
    b"fatal": "failed",
    b"UNREACHABLE": "unreachable",
    b"SKIPPED": "skipped",
    b"skipping": "skipped",
}
_LABEL = re.compile(rb"\[[A-Z][A-Z ]*\]:? ")
"""`[WARNING]: `, `[DEPRECATION WARNING]: `, `[ERROR]: `."""
_ANNOUNCEMENT = re.compile(rb"\[[A-Z ]+\]|(?:PLAY|TASK|RUNNING HANDLER)\b|Using .* as config file")
_PLAY = re.compile(rb"(?:PLAY|TASK) \[|Using \S+ as config file")
_RECAP: Final = b"PLAY RECAP"
_TEXT_START = re.compile(rb"[ \t\n\r]*+(?:\[[A-Z]|[^][{}\"' \t\n\r])")
_NO_SPACE = re.compile(rb"[^ \t\n\r]")
_WORD = re.compile(rb"[A-Za-z]{4}")
_NO_MESSAGE: Final = b"{}[],:\"'"
_BRACKETS: Final = b"{}[],:"
_RULERS: Final = b"*=-_#. "


def begins_capture(window: Window) -> bool:
    """Say whether the window begins with a message or a prefix, and not with a value or with damage."""
    while not window.is_last and _TEXT_START.match(window.data) and b"\n" not in window.data.lstrip(SPACES):
        window.read_more()
    line, end, _ = window.data.lstrip(SPACES).partition(b"\n")
    return bool(line and end) and (is_message(line) or is_prefixed(window.data))


def is_prefixed(line: bytes) -> bool:
    """Say whether the line begins with a host's name or a task's outcome, and a value."""
    return _PREFIX.match(line.lstrip(SPACES)) is not None


def is_message(line: bytes) -> bool:
    """Say whether a line is what a program says to people, and surely no part of a value."""
    text = line.strip(SPACES)
    if not text or _LABEL.match(text):
        return True
    if text[:1] in _NO_MESSAGE:
        return False
    return not text.strip(_RULERS) or (_WORD.search(text) is not None and (b'"' not in text or b" " in text))


def begins_play(head: bytes) -> bool:
    """Say whether a content begins as a play that prints for people does; no YAML begins so."""
    return _PLAY.match(head.lstrip(SPACES)) is not None


class Capture:
    """The values that stand in a window and behind it, one after the other."""

    def __init__(
        self, window: Window, max_depth: int, error: DamageError | None = None, *, is_line_over: bool = False
    ) -> None:
        """Begin where the window begins.

        Args:
            window: what to read.
            max_depth: how many lists and objects may stand inside each other.
            error: what to raise where the very first thing is none that can be read; None behind a value.
            is_line_over: whether a line begins there; so it does where the content does.
        """
        self._window = window
        self._max_depth = max_depth
        self._error = error
        self._at = 0
        self._is_line_over = is_line_over or error is not None
        self._is_message_over = False
        self._is_message_before = self._has_announcement = self._is_play_over = False
        self._outcome: Outcome | None = None
        """What `next_outcome` found and nobody took."""

    def next_outcome(self) -> Outcome | None:
        """Go on to the next value; None at the end, else what is said of its task: '' where nothing is.

        Raises:
            DamageError: what stands there is neither a value nor a message.
        """
        while self._outcome is None and self._skip_space():
            if _VALUE_START.match(self._window.data, self._at):
                self._outcome = ""
                break
            self._read_line()
            data, at = self._window.data, self._at
            if self._is_line_over and (prefix := _PREFIX.match(data, at)):
                self._at = prefix.end()
                self._outcome = _outcome_of(prefix)
                break
            end = data.find(b"\n", at) + 1 or len(data)
            line = data[at:end]
            if not self._is_line_over or not self._is_message(line):
                raise self._unreadable()
            self._is_message_before = True
            self._has_announcement = self._has_announcement or _ANNOUNCEMENT.match(line) is not None
            self._is_play_over = self._is_play_over or line.startswith(_RECAP)
            self._at = end
        if self._outcome is None and self._error is not None:
            raise self._missing(self._error)
        return self._outcome

    def take(self) -> tuple[object, int]:
        """Take the value that `next_outcome` went to, and tell its length.

        Raises:
            DamageError: it is no JSON, or cut off.
        """
        window = self._window
        end = find_value_end(window.data, self._at)
        while end is None and not window.is_last:
            self.drop()
            size = 2 * len(window.data)
            while not window.is_last and len(window.data) < size:
                window.read_more()
            end = find_value_end(window.data, 0)
        raw = window.data[self._at : end]
        value = parse_json(raw, window.offset + self._at, self._max_depth)
        self._at += len(raw)
        outcome, self._outcome, self._error = self._outcome, None, None
        self._is_line_over = self._is_message_over = False
        return with_outcome(value, outcome or ""), len(raw)

    def check_end(self) -> None:
        """Make sure that no further value follows."""
        if self.next_outcome() is not None:
            data = self._window.data[self._at : self._at + 20]
            raise more_error(data, self._window.offset + self._at)

    def _skip_space(self) -> bool:
        """Go on to what is no white space; False at the end of the content."""
        window = self._window
        while True:
            start = self._at
            self._at = len(window.data) if (found := _NO_SPACE.search(window.data, start)) is None else found.start()
            self._is_line_over = self._is_line_over or b"\n" in window.data[start : self._at]
            if window.is_last or self._at + _AHEAD < len(window.data):
                return self._at < len(window.data)
            self._read_more()

    def _read_line(self) -> None:
        """Have the whole line in the window, and some of the next, where its value may begin."""
        window = self._window
        while not window.is_last and not 0 <= window.data.find(b"\n", self._at) < len(window.data) - _AHEAD:
            self._read_more()

    def _read_more(self) -> None:
        self.drop()
        self._window.read_more()

    def _is_message(self, line: bytes) -> bool:
        """Say whether the line is a message or goes on with one: Ansible breaks warnings at the terminal's width."""
        is_one = is_message(line) or (self._is_message_over and line[:1] not in _BRACKETS)
        self._is_message_over = is_one
        return is_one

    def drop(self) -> None:
        """Let the window begin with what comes next."""
        self._window.drop(self._at)
        self._at = 0

    def _unreadable(self) -> DamageError:
        raw, offset = self._window.data[self._at : self._at + 60], self._window.offset + self._at
        if self._error is None:
            return more_error(raw, offset)
        return unexpected_error("a value", raw, offset) if self._is_message_before else self._missing(self._error)

    def _missing(self, error: DamageError) -> DamageError:
        """Say that no value came; while the play runs, its document is yet to come."""
        window = self._window
        if self._is_play_over:
            what = (
                "the output of a play stands here and holds no result as JSON. Let it write a file with to_nice_json, "
                "or set ANSIBLE_STDOUT_CALLBACK=ansible.posix.json for its output"
            )
            return DamageError(what, window.offset)
        if self._has_announcement and not window.data[self._at :]:
            return DamageError("there are messages of Ansible only", window.offset + self._at, is_cut=True)
        return single_quote_error(window.data, window.offset) or error


def _outcome_of(prefix: re.Match[bytes]) -> Outcome:
    for name in ("word", "adhoc", "callback"):
        if outcome := _OUTCOMES.get(prefix[name] or b""):
            return outcome
    return ""


def with_outcome(value: object, outcome: Outcome) -> object:
    """Give the value of a task with what the words before it say: that it failed, or was skipped."""
    if outcome and isinstance(value, dict):
        value["skipped" if outcome == "skipped" else "failed"] = True
        if outcome == "unreachable":
            value["unreachable"] = True
    return value


def read_values(
    capture: Capture, chunk_bytes: int, first: list[object], given: int | None = None
) -> Iterator[Fragment]:
    """Read all values that are left.

    Args:
        capture: where they stand.
        chunk_bytes: how much to hold.
        first: the values before them that were not given yet.
        given: how many items were; None where one value alone is no item but the document.

    Yields:
        The one value; or all as items of the document, in stretches.
    """
    held, size = first, 0
    while capture.next_outcome() is not None:
        value, length = capture.take()
        held.append(value)
        size += length
        if size >= chunk_bytes and (given is not None or len(held) > 1):
            given = given or 0
            yield Fragment("", given, held, is_items=True)
            given += len(held)
            held, size = [], 0
    if given is None and len(held) == 1:
        yield Fragment("", 0, held[0], is_items=False)
    elif held:
        yield Fragment("", given or 0, held, is_items=True)
