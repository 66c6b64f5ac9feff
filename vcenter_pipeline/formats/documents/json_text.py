"""JSON text to a value: quickly where that is certain to be right, exactly otherwise."""

import json
import math
import re
from typing import Final

import msgspec

from vcenter_pipeline.formats.documents.fragment import DamageError
from vcenter_pipeline.formats.documents.json_grammar import check_json

UNCERTAIN: Final = object()
"""What `parse_quickly` gives when only `parse_json` can tell."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_ESCAPED_COLON = re.compile(rb"\\u003[aA]")
_STRING = re.compile(rb'"[^"]*"')
_ONE_KIND_OF_BRACKET = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS_AND_QUOTES = bytes(set(range(256)) - set(b'[]{}"'))


def parse_json(raw: bytes, offset: int, max_depth: int) -> object:
    r"""Parse one JSON value.

    Whole numbers are exact at any size. A lone surrogate (`"\ud800"`, half of a character) stays in its
    text as Python's json leaves it, so that one row can be rejected rather than the report.

    Args:
        raw: the text as UTF-8.
        offset: where in the content it begins, for the error.
        max_depth: how many lists and objects may stand inside each other.

    Raises:
        DamageError: it is no JSON, a key stands twice in an object, or a value is none that can be kept.
    """
    value = parse_quickly(raw, max_depth)
    if value is not UNCERTAIN:
        return value
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_to_unique, parse_constant=_refuse_constant, parse_float=_to_finite
        )
        if not is_deeper(raw, max_depth):
            return value
    except (ValueError, RecursionError):
        pass
    check_json(raw, offset, max_depth)
    raise DamageError("this is no JSON that can be read. Write the report with to_nice_json", offset)


def _to_unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise ValueError
    return unique


def _refuse_constant(_: str) -> None:
    raise ValueError


def _to_finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError
    return number


def parse_quickly(raw: bytes, max_depth: int) -> object:
    """Parse one JSON value, or give UNCERTAIN."""
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNCERTAIN
    return value if is_certain(raw, value, max_depth) else UNCERTAIN


def is_certain(raw: bytes, value: object, max_depth: int) -> bool:
    r"""Say whether the value, decoded from `raw`, surely lost no key and is not too deep.

    Every parser keeps the last of two equal keys and says nothing. Every key has one colon outside of text,
    and every other colon stands in text, where it is written as itself or as `\u003a`. So, without that
    escape, the value written again has as many colons as the text only if no key and no value was lost.
    """
    if b"\\" in raw and _ESCAPED_COLON.search(raw):
        return False
    written = _encode(value)
    return written.count(b":") == raw.count(b":") and not is_deeper(written, max_depth)


def is_deeper(raw: bytes, max_depth: int) -> bool:
    """Say whether valid JSON has more lists and objects inside each other than that.

    Only brackets and quotes are looked at, by a few searches that run in C. A pair of neighbouring quotes
    is a text without brackets, or stands between two texts: without it every bracket that was inside a
    text still is. Then each round takes away the innermost lists.
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = raw.translate(_ONE_KIND_OF_BRACKET, _ALL_BUT_BRACKETS_AND_QUOTES).replace(b'""', b"")
    if b'"' in brackets:
        brackets = _STRING.sub(b"", brackets)
    for _ in range(max_depth):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
