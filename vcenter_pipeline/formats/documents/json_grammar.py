"""JSON to the letter: what is wrong, and at which byte.

The quick parsers say that something is wrong; this one says what, finds keys that stand twice, and tells
a text that only ends too early from one that is damaged. It is slow, and runs where the quick ones are
not certain. Source: RFC 8259.
"""

import json
import math
import re
from typing import Final

from vcenter_pipeline.formats.documents.fragment import DamageError

MAX_DIGITS: Final = 4_300
"""Python and msgspec turn no longer text into a whole number, because it takes quadratic time."""

_STRING = rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
_TOKEN = re.compile(
    rb"[ \t\n\r]*+(?:([][{}:,])|(" + _STRING + rb'")'
    rb"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![0-9.eE+-]))"
    rb"|((?:true|false|null)(?![0-9A-Za-z_])))",
)
_PUNCTUATION, _TEXT, _NUMBER, _WORD = 1, 2, 3, 4
_CUT = re.compile(
    rb"[ \t\n\r]*+(?:" + _STRING + rb"(?:\\(?:u[0-9a-fA-F]{0,3})?)?"
    rb"|-|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:\.|[eE][+-]?)"
    rb"|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)?\Z",
)
_SPACE = re.compile(rb"[ \t\n\r]*+")
_NO_NUMBER = re.compile(rb"-?(?:NaN|Infinity)|[+-]?(?:nan|inf)\b")

_SINGLE_QUOTED_KEY = re.compile(rb"[{,]\s*(u?'[^'\n]{0,100}'\s*:)")
_SINGLE_QUOTES: Final = "text stands in single quotes, as Python shows it. Write the report with to_nice_json"
_HEAD_BYTES: Final = 4_096

_VALUE = "a value"
_VALUE_OR_END = "a value or ]"
_KEY = "a key in double quotes"
_KEY_OR_END = "a key in double quotes or }"
_COLON = "a colon"
_NEXT_ITEM = "a comma or ]"
_NEXT_KEY = "a comma or }"
_END = "the end"
_VALUES = (_VALUE, _VALUE_OR_END)
_KEYS = (_KEY, _KEY_OR_END)
_OPENING: Final = {"[": _VALUE_OR_END, "{": _KEY_OR_END}
_CLOSING: Final = {"]": (_VALUE_OR_END, _NEXT_ITEM), "}": (_KEY_OR_END, _NEXT_KEY)}
_GOING_ON: Final = {(":", _COLON): _VALUE, (",", _NEXT_ITEM): _VALUE, (",", _NEXT_KEY): _KEY}
_WRONG_TEXT: Final = (
    "a text holds a line break, another control character or a wrong escape, such as one backslash in a Windows path. "
    "Write the report with to_nice_json"
)


def check_json(raw: bytes, offset: int, max_depth: int) -> None:
    """Make sure that the bytes are one JSON value and nothing else.

    Args:
        raw: the text as UTF-8.
        offset: where in the content it begins, for the error.
        max_depth: how many lists and objects may stand inside each other.

    Raises:
        DamageError: they are not, a key stands twice in an object, or a value is none that can be kept.
    """
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise DamageError("the last character is cut off", offset + error.start, is_cut=True) from error
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8. Write the report as UTF-8"
        raise DamageError(what, offset + error.start) from error
    _Grammar(raw, offset, max_depth).check()


class _Grammar:
    def __init__(self, raw: bytes, offset: int, max_depth: int) -> None:
        self._raw = raw
        self._offset = offset
        self._max_depth = max_depth
        self._open: list[set[bytes] | None] = []
        """For every list and object around: None, or the keys so far."""
        self._expected = _VALUE

    def check(self) -> None:
        at = 0
        while self._expected != _END:
            token = _TOKEN.match(self._raw, at)
            if token is None or token.lastindex is None:
                raise self._unreadable(at)
            if token.lastindex == _PUNCTUATION:
                self._take_punctuation(token[_PUNCTUATION].decode(), token.start(_PUNCTUATION))
            elif self._expected in _KEYS and token.lastindex == _TEXT:
                self._take_key(token[_TEXT], token.start(_TEXT))
            elif self._expected in _VALUES:
                if token.lastindex == _NUMBER:
                    self._check_number(token[_NUMBER], token.start(_NUMBER))
                self._end_value()
            else:
                raise self._unexpected(token.start(token.lastindex))
            at = token.end()
        at = self._after_space(at)
        if at < len(self._raw):
            raise more_error(self._raw[at : at + 20], self._offset + at)

    def _take_punctuation(self, character: str, at: int) -> None:
        if character in _OPENING and self._expected in _VALUES:
            self._open.append(set() if character == "{" else None)
            if len(self._open) > self._max_depth:
                raise self._damage("lists and objects stand too deep inside each other. No report needs it", at)
            self._expected = _OPENING[character]
        elif self._expected in _CLOSING.get(character, ()):
            self._open.pop()
            self._end_value()
        elif (character, self._expected) in _GOING_ON:
            self._expected = _GOING_ON[character, self._expected]
        else:
            raise self._unexpected(at)

    def _take_key(self, token: bytes, at: int) -> None:
        key = json.loads(token).encode(errors="surrogatepass") if b"\\" in token else token[1:-1]
        keys = self._open[-1]
        if keys is None or key in keys:
            raise second_key_error(token, self._offset + at)
        keys.add(key)
        self._expected = _COLON

    def _end_value(self) -> None:
        if not self._open:
            self._expected = _END
        else:
            self._expected = _NEXT_ITEM if self._open[-1] is None else _NEXT_KEY

    def _check_number(self, token: bytes, at: int) -> None:
        if not token.lstrip(b"-").isdigit():
            if not math.isfinite(float(token)):
                raise self._damage(f"the number {shown_bytes(token)} is too large for any computer number", at)
        elif len(token.lstrip(b"-")) > MAX_DIGITS:
            raise self._damage(f"a number has {len(token):,} digits. No report needs it", at)

    def _after_space(self, at: int) -> int:
        space = _SPACE.match(self._raw, at)
        return space.end() if space else at

    def _damage(self, what: str, at: int) -> DamageError:
        return DamageError(what, self._offset + at)

    def _unexpected(self, at: int) -> DamageError:
        return unexpected_error(self._expected, self._raw[at : at + 60], self._offset + at)

    def _unreadable(self, at: int) -> DamageError:
        if _CUT.match(self._raw, at):
            return DamageError(f"expected {self._expected}", self._offset + len(self._raw), is_cut=True)
        at = self._after_space(at)
        if number := _NO_NUMBER.match(self._raw, at):
            return self._damage(f"{number[0].decode()} is no JSON value. Write null where a number is not known", at)
        if self._raw[at : at + 1] == b'"':
            return self._damage(_WRONG_TEXT, at)
        if self._raw[at : at + 1] == b"'":
            return self._damage(_SINGLE_QUOTES, at)
        return self._unexpected(at)


_WORDS: Final = (b"true", b"false", b"null", b"True", b"False", b"None", b"NaN", b"Infinity", b"-Infinity")
_SIGNS: Final = frozenset({b"{", b"}", b"[", b"]", b",", b":"})


def unexpected_error(expected: str, raw: bytes, offset: int) -> DamageError:
    """Say that something else stands at the beginning of `raw`, and of what kind it is."""
    return DamageError(f"expected {expected} but found {_kind(raw)}. Write the report with to_nice_json", offset)


def second_key_error(token: bytes, offset: int) -> DamageError:
    """Say that a key stands twice."""
    what = (
        f"the key {shown_bytes(token)} stands twice in one object, and only one of its values can be kept. "
        "Correct what writes the report"
    )
    return DamageError(what, offset)


def more_error(raw: bytes, offset: int) -> DamageError:
    """Say that the document is over, and something follows."""
    if raw.startswith((b"{", b"[")):
        what = (
            "a second JSON document begins here, and only short objects may follow each other in one file. "
            "Write a file for each, or one object per line into a .jsonl file"
        )
    else:
        what = f"after the end of the document stands {_kind(raw)}"
    return DamageError(what, offset)


def single_quote_error(raw: bytes, offset: int) -> DamageError | None:
    """Say that the text is Python's where an early key stands in single quotes; None where there is none."""
    key = _SINGLE_QUOTED_KEY.search(raw[:_HEAD_BYTES])
    return None if key is None else DamageError(_SINGLE_QUOTES, offset + key.start(1))


def _kind(raw: bytes) -> str:
    """Say what begins here without quoting it: where a comma is missing, the next thing may be a password."""
    for word in _WORDS:
        if raw.startswith(word) and not raw[len(word) : len(word) + 1].isalnum():
            return word.decode()
    first = raw[:1]
    if first in _SIGNS:
        return first.decode()
    if first == b'"':
        return "a text"
    if first == b"'":
        return "a text in single quotes"
    if first.isdigit() or first in {b"-", b"+", b"."}:
        return "a number"
    return "text without quotes" if first > b" " else "a control character"


def shown_bytes(raw: bytes) -> str:
    """Give a stretch of text as a message may show it: on one line and short."""
    text = raw[:60].decode(errors="replace")
    return ascii(text) if not text.isprintable() else text
