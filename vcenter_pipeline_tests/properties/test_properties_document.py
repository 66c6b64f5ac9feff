"""Whatever a document holds and however it is written, it is read right or refused."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from itertools import cycle
from typing import cast

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Fragment, Limits, TruncatedError, read_document

NO_LIMIT = 10**9
LETTERS = st.sampled_from(["ascii", "all"])
CHUNKS = st.integers(1, 80) | st.just(NO_LIMIT)

texts = st.text(max_size=6) | st.text('"\\:,[]{}u0 \n', max_size=8) | st.sampled_from(["a", "b", "name", "", "ü", "😀"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
objects = st.dictionaries(texts, values, max_size=4)
alike = st.builds(lambda name, more: {"name": name, **more}, texts, objects)
lists = st.lists(alike, max_size=12) | st.lists(objects, max_size=6) | st.lists(alike | scalars, max_size=8)
documents = lists | st.dictionaries(texts, lists | values, max_size=4) | values
spaces = st.lists(st.text(" \t\r\n", max_size=4), min_size=1, max_size=5)


VALUE = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
MESSAGE = re.compile(rb"(?m)^[ \t\r]*(?:[^]\[{}\",:' \t\r\n]+[^\n]*[a-zA-Z]{4}|[a-zA-Z]{4}|-+$)")
"""A line that a person would take for a message, as when the quotes of a text were lost."""

MESSAGES = st.sampled_from(
    [
        "[WARNING]: No inventory was parsed, only implicit localhost is available\n",
        "[DEPRECATION WARNING]: \"x\" will be removed.\nSee 'y': [z]\n\n",
        "Using /etc/ansible/ansible.cfg as config file\r\n",
        "\nPLAY RECAP *********************\nlocalhost                  : ok=7    changed=0\n\n",
        "",
    ]
)


def written(value: object, spaces: list[str], *, ensure_ascii: bool) -> str:
    """Write JSON with white space wherever it may stand, as odd as it may be."""
    space = cycle(spaces)

    def parts(value: object) -> Iterator[str]:
        yield next(space)
        if isinstance(value, dict):
            yield "{" + next(space)
            for number, (key, item) in enumerate(value.items()):
                yield ("," if number else "") + next(space)
                yield json.dumps(key, ensure_ascii=ensure_ascii) + next(space) + ":"
                yield from parts(item)
            yield "}"
        elif isinstance(value, list):
            yield "[" + next(space)
            for number, item in enumerate(value):
                yield "," if number else ""
                yield from parts(item)
            yield "]"
        else:
            yield json.dumps(value, ensure_ascii=ensure_ascii)
        yield next(space)

    return "".join(parts(value))


def limits(chunk_bytes: int, max_depth: int = 1_000) -> Limits:
    """Give limits that only the chunk size makes narrow."""
    return Limits(NO_LIMIT, NO_LIMIT, max_depth=max_depth, chunk_bytes=chunk_bytes)


def read(name: str, data: bytes, limits: Limits) -> object:
    """Read, and put the fragments together again as their description says."""
    fragments = list(read_document(io.BytesIO(data), name, limits))
    streamed: dict[str, list[object]] = {}
    rest: list[Fragment] = []
    for fragment in fragments:
        if fragment.is_items:
            items = streamed.setdefault(fragment.path, [])
            assert fragment.offset == len(items)
            assert fragment.value
            items += cast("list[object]", fragment.value)
        else:
            rest.append(fragment)
    if not rest:
        assert list(streamed) == [""]
        return streamed[""]
    [last] = rest
    assert fragments[-1] is last
    if not streamed:
        return last.value
    assert isinstance(last.value, dict)
    assert not streamed.keys() & last.value.keys()
    return {**last.value, **streamed}


def same(left: object, right: object) -> bool:
    """Compare with types: True is not 1, and 1.0 is not 1; the order of keys is free."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@given(documents, spaces, LETTERS, CHUNKS)
def test_json_streams_to_what_was_written(document: object, spaces: list[str], letters: str, chunk: int) -> None:
    """A wrong cut of a large file would lose or invent VMs, at one size of one file in a thousand."""
    text = written(document, spaces, ensure_ascii=letters == "ascii")
    assume(text.encode("utf-8", "replace").strip())
    assert same(read("x.json", text.encode(), limits(chunk)), document)


@given(st.lists(alike | objects, min_size=1, max_size=12), st.sampled_from([None, 0, 1, 4]), CHUNKS)
def test_registers_stream_to_what_was_written(items: list[object], indent: int | None, chunk: int) -> None:
    """This is the form that Ansible writes: a register with one long list, compact or indented."""
    document = {"changed": False, "virtual_machines": items, "zone": None}
    data = json.dumps(document, indent=indent).encode()
    assert same(read("x.json", data, limits(chunk)), document)


def parsed_strictly(data: bytes) -> object:
    """Parse as the standard library does, without what it tolerates; several objects or lists make a list."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError(pairs)
        return dict(pairs)

    decoder = json.JSONDecoder(parse_constant=refuse, object_pairs_hook=unique)
    text = data.decode()
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError:
        value = several = []
        text = text.strip(" \t\r\n")
        if not text:
            raise
        while text := text.lstrip(" \t\r\n"):
            if not VALUE.match(text):
                raise
            item, end = decoder.raw_decode(text)
            several.append(item)
            text = text[end:]
    json.dumps(value, allow_nan=False)
    return value


@given(st.data(), documents, spaces, CHUNKS)
def test_damaged_json_is_refused_or_read_as_it_is(
    data: st.DataObject, document: object, spaces: list[str], chunk: int
) -> None:
    """Any byte can be lost or changed on the way; that must end in a sentence, or in exactly what it says."""
    raw = bytearray(written(document, spaces, ensure_ascii=data.draw(st.booleans())).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from(
                [
                    b"",
                    b'"',
                    b"\\",
                    b"[",
                    b"]",
                    b"{",
                    b"}",
                    b",",
                    b":",
                    b"1",
                    b"e",
                    b"\xff",
                    b"\xc3",
                    b" ",
                    b"NaN",
                    b"\n",
                ]
            )
        )
    assume(not raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")))
    try:
        expected = parsed_strictly(bytes(raw))
    except ValueError:
        refused = True
    else:
        refused = False
    try:
        value = read("x.json", bytes(raw), limits(chunk))
    except ReportError:
        assert refused
    else:
        assert MESSAGE.search(raw) if refused else same(value, expected)


@given(documents, spaces, LETTERS, CHUNKS, st.data())
def test_every_beginning_is_cut_off(
    document: object,
    spaces: list[str],
    letters: str,
    chunk: int,
    data: st.DataObject,
) -> None:
    """A file that is still being written must be read again, not quarantined."""
    assume(isinstance(document, list | dict))
    raw = written(document, spaces, ensure_ascii=letters == "ascii").strip(" \t\r\n").encode()
    beginning = raw[: data.draw(st.integers(1, len(raw) - 1))]
    with pytest.raises(TruncatedError):
        read("x.json", beginning, limits(chunk))
    packed = gzip.compress(raw)
    beginning = packed[: data.draw(st.integers(2, len(packed) - 1))]
    with pytest.raises(TruncatedError):
        read("x.json.gz", beginning, limits(chunk))


pairs = st.lists(st.tuples(st.sampled_from(["a", "b", ":", '"', "\\", "ü"]), texts), max_size=4)


@given(st.lists(pairs, min_size=1, max_size=6), spaces, st.data(), CHUNKS)
@example([[("a", ""), ("a", "")]], [" "], None, NO_LIMIT)
def test_a_key_that_stands_twice_is_always_found(
    items: list[list[tuple[str, str]]], spaces: list[str], data: st.DataObject | None, chunk: int
) -> None:
    """Every parser is silent about it, and half of a report would vanish."""

    def quoted(text: str) -> str:
        if data and data.draw(st.booleans()):
            return (
                '"'
                + "".join(f"\\u{ord(character):04x}" if ord(character) < 65536 else character for character in text)
                + '"'
            )
        return json.dumps(text)

    space = cycle(spaces)
    bodies = [
        "{" + ",".join(next(space) + quoted(key) + next(space) + ":" + quoted(value) for key, value in item) + "}"
        for item in items
    ]
    text = "[" + (next(space) + "," + next(space)).join(bodies) + "]"
    is_twice = any(len(dict(item)) < len(item) for item in items)
    try:
        value = read("x.json", text.encode(), limits(chunk))
    except ReportError:
        assert is_twice
    else:
        assert not is_twice
        assert value == [dict(item) for item in items]


def depth(value: object) -> int:
    """Count lists and objects inside each other."""
    if isinstance(value, dict):
        return 1 + max((depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth(item) for item in value), default=0)
    return 0


def is_refused(name: str, data: bytes, limits: Limits) -> bool:
    """Say whether a file is refused."""
    try:
        read(name, data, limits)
    except ReportError:
        return True
    return False


@given(documents, CHUNKS, st.integers(1, 6), st.sampled_from(["x.json", "x.jsonl", "x.yml"]))
def test_depth_is_limited_exactly(document: object, chunk: int, max_depth: int, name: str) -> None:
    """Whoever walks the values relies on the limit, and brackets inside of text must not count."""
    data = json.dumps([document]).encode()
    assert is_refused(name, data, limits(chunk, max_depth)) == (1 + depth(document) > max_depth)


@given(
    st.lists(values, min_size=1, max_size=10),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.sampled_from(["", "\n"]),
    CHUNKS,
)
def test_json_lines_are_read_in_order(items: list[object], end: str, last: str, chunk: int) -> None:
    """A line lost at the edge of a stretch would be a VM lost."""
    text = end.join(json.dumps(item, ensure_ascii=False) for item in items) + last
    assert same(read("x.jsonl", text.encode(), limits(chunk)), items)


yaml_texts = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=8) | st.sampled_from(
    ["no", "null", "~", "0123", "true", "<<", "1e5", "=", "- a", "a: b", "#", "2026-02-30", "*a", "&a", "!x"]
)
yaml_values = st.recursive(
    st.none() | st.booleans() | yaml_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(yaml_texts, inner, max_size=4),
)
yaml_documents = st.lists(st.dictionaries(yaml_texts, yaml_values), min_size=1) | st.dictionaries(
    yaml_texts, st.lists(st.dictionaries(yaml_texts, yaml_values)) | yaml_values, min_size=1
)


@given(yaml_documents, st.sampled_from(["flow", "block"]), CHUNKS)
def test_yaml_is_read_as_it_was_written(document: object, style: str, chunk: int) -> None:
    """to_nice_yaml is PyYAML's dumper: what it was given must come out, text as text."""
    text = yaml.safe_dump(document, default_flow_style=style == "flow", allow_unicode=True, sort_keys=False)
    assume(not re.search(r"\b(None|True|False)\b", text))  # refused where all keys need quotes: so Python shows a dict
    text = "# a comment first, for what begins with a bracket\n" + text
    assert same(read("x.yml", text.encode(), limits(chunk)), document)


plain_objects = st.dictionaries(texts, scalars, min_size=1, max_size=4)


@given(
    st.lists(plain_objects, min_size=2, max_size=8),
    st.sampled_from(["", " ", "\n", "\n\n"]),
    st.sampled_from([None, 2]),
    st.sampled_from(["x.json", "x.jsonl"]),
    CHUNKS,
)
def test_objects_one_after_the_other_are_read_in_order(
    items: list[object], between: str, indent: int | None, name: str, chunk: int
) -> None:
    """`govc events -json` and files that were joined: an object lost at the edge of a stretch is an event lost."""
    text = between.join(json.dumps(item, indent=indent) for item in items)
    assert same(read(name, text.encode(), limits(chunk)), items)


@given(st.lists(objects, min_size=2, max_size=4), MESSAGES, st.sampled_from(["x.json", "x.jsonl", "x.yml"]))
def test_messages_between_objects_change_nothing(items: list[object], message: str, name: str) -> None:
    """A whole play's output has a message before every task."""
    text = ("\n" + message).join(json.dumps(item, indent=4) for item in items)
    assert same(read(name, text.encode(), limits(NO_LIMIT)), items)


@given(st.dictionaries(texts, lists | values, max_size=4) | st.lists(alike, max_size=12), MESSAGES, MESSAGES, CHUNKS)
def test_messages_around_a_document_change_nothing(document: object, before: str, behind: str, chunk: int) -> None:
    """A redirected `ansible-playbook` with the json callback has warnings before its document, and a recap behind."""
    text = before + json.dumps(document, indent=4) + "\n" + behind
    assert same(read("x.json", text.encode(), limits(chunk)), document)


@given(st.dictionaries(texts, lists | values, min_size=1, max_size=4), MESSAGES, CHUNKS, st.data())
def test_a_document_cut_behind_messages_is_cut_off(
    document: object, before: str, chunk: int, data: st.DataObject
) -> None:
    """The play still runs, and its document is half written: it must be read again, not quarantined."""
    raw = json.dumps(document, indent=4).encode()
    beginning = before.encode() + raw[: data.draw(st.integers(2, len(raw) - 1))]
    with pytest.raises(TruncatedError):
        read("x.json", beginning, limits(chunk))
