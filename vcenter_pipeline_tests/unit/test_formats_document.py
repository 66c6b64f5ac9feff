"""What real and damaged files become, whatever their compression and encoding."""

import codecs
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import cast

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Fragment, Limits, TruncatedError, read_document

REPORTS = Path(__file__).parent.parent / "reports"
LIMITS = Limits(max_file_bytes=16_000_000, max_content_bytes=16_000_000)
SMALL_CHUNKS = Limits(max_file_bytes=16_000_000, max_content_bytes=16_000_000, chunk_bytes=4_096)


def read(name: str, data: bytes, limits: Limits = LIMITS) -> list[Fragment]:
    """Read bytes under a name."""
    return list(read_document(io.BytesIO(data), name, limits))


def whole(name: str, data: bytes, limits: Limits = LIMITS) -> object:
    """Read bytes that come as one plain value."""
    [fragment] = read(name, data, limits)
    assert (fragment.path, fragment.offset, fragment.is_items) == ("", 0, False)
    return fragment.value


def refusal(name: str, data: bytes, limits: Limits = LIMITS) -> ReportError:
    """Read bytes that are refused, for good."""
    with pytest.raises(ReportError) as caught:
        read(name, data, limits)
    assert not isinstance(caught.value, TruncatedError), caught.value
    return caught.value


def cut_off(name: str, data: bytes, limits: Limits = LIMITS) -> str:
    """Read bytes that end too early."""
    with pytest.raises(TruncatedError) as caught:
        read(name, data, limits)
    return str(caught.value)


def test_real_register_comes_whole() -> None:
    """A register of 77 VMs is the most common report there is; losing one VM would go unnoticed."""
    document = whole("vm_info_full.json", (REPORTS / "ansible12/vm_info_full.json").read_bytes())
    assert isinstance(document, dict)
    assert list(document) == ["changed", "failed", "virtual_machines"]
    assert len(document["virtual_machines"]) == 77
    assert document["virtual_machines"][0]["guest_name"] == "sapp01"
    assert document["virtual_machines"][0]["allocated"] == {"cpu": 4, "memory": 4096, "storage": 107374182400}


def test_real_register_streams_to_the_same_content() -> None:
    """Large reports take the other way through the code; it must not lose or repeat a VM at a cut."""
    fragments = read("vm_info_full.json", (REPORTS / "ansible12/vm_info_full.json").read_bytes(), SMALL_CHUNKS)
    *streamed, last = fragments
    assert len(streamed) > 10
    names: list[str] = []
    for fragment in streamed:
        assert fragment.path == "virtual_machines"
        assert fragment.is_items
        assert fragment.offset == len(names)
        assert isinstance(fragment.value, list)
        names += [machine["guest_name"] for machine in fragment.value]
    assert len(names) == 77
    assert names[0] == "sapp01"
    assert last == Fragment("", 0, {"changed": False, "failed": False}, is_items=False)


def test_real_bare_list_streams() -> None:
    """A bare list has no key that its items could be found under."""
    fragments = read("x.json", (REPORTS / "ansible12/virtual_machines_only.json").read_bytes(), SMALL_CHUNKS)
    assert len(fragments) > 10
    assert all(fragment.is_items and fragment.path == "" for fragment in fragments)
    assert sum(len(cast("list[object]", fragment.value)) for fragment in fragments) == 77


def test_real_json_lines() -> None:
    """JSONL has no brackets; a line that is taken for a document of its own would hide the other 76."""
    fragments = read("virtual_machines.jsonl", (REPORTS / "ansible12/virtual_machines.jsonl").read_bytes())
    [fragment] = fragments
    assert fragment.is_items
    assert isinstance(fragment.value, list)
    assert [len(fragment.value), fragment.value[0]["guest_name"]] == [77, "sapp01"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["x.json", "x.json.gz", "x.jsonl", "x.yml", "X.YAML.GZ"])
def test_encodings_and_compression(name: str, encoding: str) -> None:
    """Windows PowerShell writes UTF-16 and byte order marks; a German VM name must survive them."""
    data = '{"name": "Süd-\U0001f600"}\n'.encode(encoding)
    if encoding == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    data = gzip.compress(data) if name.lower().endswith(".gz") else data
    expected: object = {"name": "Süd-\U0001f600"}
    [fragment] = read(name, data)
    assert fragment.value == ([expected] if name == "x.jsonl" else expected)


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.yml"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_empty_file_is_refused(name: str, data: bytes) -> None:
    """A task that failed leaves an empty file; read as a report without VMs it would delete them all."""
    if name == "x.yml" and b"\t" in data:
        data = b"\n\n"
    assert "Look whether the task that writes it failed" in str(refusal(name, data))


def test_file_over_the_limit_is_refused() -> None:
    """A disk image with the wrong name must not be read into memory."""
    limits = Limits(max_file_bytes=100, max_content_bytes=1_000)
    assert "101 bytes, more than the limit of 100" in str(refusal("x.json", b" " * 101, limits))


def test_gzip_bomb_is_refused_without_holding_it() -> None:
    """200 MB of blanks fit into 200 kB; decompressed at once they end the process."""
    bomb = gzip.compress(b" " * 200_000_000, 1)
    limits = Limits(max_file_bytes=16_000_000, max_content_bytes=20_000_000)
    tracemalloc.start()
    error = refusal("x.json.gz", bomb, limits)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than the limit of 20,000,000 bytes" in str(error)
    assert peak < 60_000_000


def test_every_cut_of_a_gzip_file_is_cut_off() -> None:
    """A copy that broke off must be told from a damaged file: a later look finds it whole."""
    packed = gzip.compress(b'{"virtual_machines": []}')
    for length in range(2, len(packed)):
        assert "The file ends in the middle" in cut_off("x.json.gz", packed[:length])


def test_damaged_gzip_is_refused() -> None:
    """Damage has three kinds of errors in Python, and none of them is a sentence."""
    packed = bytearray(gzip.compress(b'{"virtual_machines": []}' * 20))
    packed[14] ^= 0xFF
    assert "damaged" in str(refusal("x.json.gz", bytes(packed)))
    assert "no gzip file" in str(refusal("x.json.gz", b'{"a": 1}'))
    assert "Rename it" in str(refusal("x.json", gzip.compress(b"{}")))


def test_invalid_utf8_says_the_byte() -> None:
    """A report in Latin-1 reads as nonsense or not at all; the admin needs to know which byte it is."""
    error = refusal("x.json", b'{\n  "name": "S\xfcd"\n}')
    assert str(error).startswith("At line 2, column 13 (byte 14, counted from 0): byte 0xfc is not UTF-8.")
    assert "(byte 17, counted from 0)" in str(refusal("x.json", codecs.BOM_UTF8 + b'{\n  "name": "S\xfcd"\n}'))
    assert "Byte 8 cannot stand in YAML" in str(refusal("x.yml", b"name: S \xfcd"))
    assert "Byte 6 is not UTF-16" in str(refusal("x.json", codecs.BOM_UTF16_LE + b'{\0"\0\x00\xd8"\0'))


@pytest.mark.parametrize("text", ["[NaN]", '{"a": NaN}', "[Infinity]", "[-Infinity]", "[1e999]"])
def test_numbers_that_are_none_are_refused(text: str) -> None:
    """SQLite stores NaN as NULL, and Power BI refuses infinity; both come from a playbook's mistake."""
    error = str(refusal("x.json", text.encode()))
    assert error.startswith("At line 1, column ")


def test_large_whole_numbers_are_exact() -> None:
    """A float would be near the number, and nobody would see that it is another one."""
    assert whole("x.json", b"[18446744073709551617, -9223372036854775809]") == [2**64 + 1, -(2**63) - 1]
    assert "5,000 digits" in str(refusal("x.json", b"[" + b"7" * 5_000 + b"]"))


def test_lone_surrogate_stays_in_its_text() -> None:
    """One VM with half a character in its notes must not cost the report of all others."""
    assert whole("x.json", b'[{"a": "\\ud800"}, {"a": "b"}]') == [{"a": "\ud800"}, {"a": "b"}]
    [fragment] = read("x.jsonl", b'{"a": 1}\n{"a": "\\udfff"}\n')
    assert fragment.value == [{"a": 1}, {"a": "\udfff"}]


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.yml"])
@pytest.mark.parametrize("pattern", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused(name: str, pattern: str) -> None:
    """60 kB of brackets end a process by a stack overflow, and with it every other report of the run."""
    assert "deep inside each other" in str(refusal(name, pattern.encode() * 100_000))


def test_depth_is_counted_exactly() -> None:
    """The limit must be the same however a document is read, or a report passes by its size."""
    for chunk_bytes in (8, 4_000_000):
        limits = Limits(1_000, 1_000, max_depth=4, chunk_bytes=chunk_bytes)
        read("x.json", b'{"a": [{"a": ["[[[", "]"]}, {"a": 1}]}', limits)
        read("x.json", b'[{"a": ["]]]", {"a": 1}, "[[["]}, {"a": 1}]', limits)
        assert "too deep inside each other" in str(refusal("x.json", b'{"a": [{"a": [[]]}, {"a": 1}]}', limits))
        assert "too deep inside each other" in str(refusal("x.json", b'[{"a": ["[[[", {"a": []}]}, {"a": 1}]', limits))
        assert "too deep inside each other" in str(refusal("x.jsonl", b'{"a": 1}\n[[[[[]]]]]', limits))
        read("x.jsonl", b'{"a": 1}\n[[[[]]]]', limits)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1,\n "a": 2}', "At line 2, column 2 "),
        ('{"a": 1, "\\u0061": 2}', "At line 1, column 10 "),
        ('{"a" : 1, "a"\t: 2}', "At line 1, column 11 "),
        ('[{"b": {"a": 1, "a": 1}}]', "At line 1, column 17 "),
        ('["\\u003a", {"a": 1, "a": 2}]', "At line 1, column 21 "),
        ('{"x:": ":", "x:": ":"}', "At line 1, column 13 "),
    ],
)
def test_duplicate_keys_are_refused(text: str, place: str) -> None:
    """Every parser keeps the last value and is silent, so half of a report would vanish."""
    for limits in (LIMITS, Limits(1_000, 1_000, chunk_bytes=8)):
        error = str(refusal("x.json", text.encode(), limits))
        assert error.startswith(place)
        assert "stands twice" in error


def test_duplicate_top_level_list_is_refused_while_streaming() -> None:
    """Two lists under one key come one after the other; the second would be counted on top of the first."""
    items = ", ".join('{"name": "x"}' for _ in range(20))
    data = f'{{"virtual_machines": [{items}], "virtual_machines": [{items}]}}'.encode()
    assert "stands twice" in str(refusal("x.json", data, Limits(10_000, 10_000, chunk_bytes=64)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a": 1}}', "after the end of the document stands }"),
        ('{"a": 1,}', "expected a key in double quotes but found }"),
        ("[1,]", "expected a value but found ]"),
        ("[1 2]", "expected a comma or ] but found a number"),
        ('{"a" 1}', "expected a colon but found a number"),
        ("{]", "expected a key in double quotes or } but found ]"),
        ('{"a": 01}', "but found a number"),
        ('{"a": "x\ny"}', "a text holds a line break"),
        ('{"a": "\\x"}', "a wrong escape"),
        ('{"a": "C:\\vms"}', "such as one backslash in a Windows path. Write the report with to_nice_json."),
        ("{'changed': False}", "text stands in single quotes, as Python shows it"),
        ("changed: false", "expected a value but found text without quotes"),
        ("\0\0\0\0", "expected a value but found a control character"),
    ],
)
def test_damaged_json_says_what_and_where(text: str, sentence: str) -> None:
    """An admin gets this sentence and nothing else to find the fault with."""
    assert sentence in str(refusal("x.json", text.encode()))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("name", "text"), [("x.json", '{"name": "Süd"}'), ("x.yml", "name: Süd\n")])
def test_utf16_without_its_mark_is_read(encoding: str, name: str, text: str) -> None:
    """.NET programs leave the mark out; "a control character" tells an admin nothing."""
    assert whole(name, text.encode(encoding)) == {"name": "Süd"}
    assert "Byte 4 is not UTF-16" in str(refusal("x.json", b'{\0"\0\x00\xd8"\0'))


def test_python_repr_is_named() -> None:
    """`copy: content={{ x }}` without a filter writes Python, which looks like JSON to its author."""
    data = (REPORTS / "ansible29/vm_info_python_repr.txt").read_bytes()
    assert "to_nice_json" in str(refusal("x.json", data))


def test_damage_in_a_streamed_list_says_the_line() -> None:
    """In a file of 100 MB the place is all that helps."""
    items = [f'  {{"name": "vm-{number}"}}' for number in range(200)]
    items[150] = '  {"name": vm-150}'
    data = ("[\n" + ",\n".join(items) + "\n]").encode()
    error = refusal("x.json", data, Limits(10_000, 10_000, chunk_bytes=256))
    assert str(error).startswith("At line 152, column 12 ")
    error = refusal("x.json", data.replace(b"vm-150", b'"x"').replace(b"\n]", b",\n]"), SMALL_CHUNKS)
    assert "expected a value but found ]" in str(error)


@pytest.mark.parametrize(
    "end", [" , ]}", ' , ], "z": [' + "0, " * 100 + "0]}", "}", "} ]}", '],"a":0,}', '],"a":0]', "]}, {}", "]}]"]
)
def test_damage_at_the_end_of_a_streamed_list_is_seen_at_every_cut(end: str) -> None:
    """A list that a hand or a merge of two files broke must not be read as far as it looks right."""
    data = ('{"a b": 1, "vms": [' + ", ".join(['{"name": "x"}'] * 12) + end).encode()
    for chunk_bytes in range(1, 120):
        refusal("x.json", data, Limits(10_000, 10_000, chunk_bytes=chunk_bytes))


@pytest.mark.parametrize("chunk_bytes", [8, 64, 4_000_000])
def test_every_cut_of_a_document_is_cut_off(chunk_bytes: int) -> None:
    """A file that is still being written must be read again, not quarantined."""
    document = {"changed": False, "n": -1.5e3, "vms": [{"name": f"Sü\\d {n}", "up": True} for n in range(3)], "x": None}
    limits = Limits(10_000, 10_000, chunk_bytes=chunk_bytes)
    for ensure_ascii in (True, False):
        data = json.dumps(document, ensure_ascii=ensure_ascii).encode()
        for length in range(1, len(data)):
            sentence = cut_off("x.json", data[:length], limits)
        assert "rename it when it is whole" in sentence
        cut_off("x.json", data.decode().encode("utf-16")[:-1], limits)


def test_json_lines_name_the_bad_line() -> None:
    """The line number is what an editor jumps to; and only the last line can be one still being written."""
    assert "At line 3, column 8 " in str(refusal("x.jsonl", b'{"a": 1}\n\n{"b": 2]\n{"c": 3}\n'))
    assert "the line ends in the middle" in str(refusal("x.jsonl", b'{"a": 1}\n{"b":\n{"c": 3}\n'))
    assert "At line 1, column 9 " in str(refusal("x.jsonl", b'{"a": 1}, {"b": 2}\n'))
    assert "at line 2, column 6 " in cut_off("x.jsonl", b'{"a": 1}\n{"b":')
    assert "stands twice" in str(refusal("x.jsonl", b'{"a": 1}\n{"b": 2, "b": 3}\n'))


def test_json_lines_offsets() -> None:
    """A rejected row is found again by its position, so positions must not start anew in each stretch."""
    data = b"\n".join(b'{"n": %d}' % number for number in range(500))
    count = 0
    for fragment in read("x.jsonl", data, Limits(100_000, 100_000, chunk_bytes=100)):
        assert fragment.offset == count
        assert isinstance(fragment.value, list)
        assert fragment.value[0] == {"n": count}
        count += len(fragment.value)
    assert count == 500


def test_items_of_any_kind_are_given() -> None:
    """A row that is a text is rejected with its position; left out, nobody would know."""
    data = json.dumps({"vms": [{"a": 1}, "text", None, 5, [1], {"a": 2}] * 20}).encode()
    items: list[object] = []
    for fragment in read("x.json", data, Limits(10_000, 10_000, chunk_bytes=64)):
        if fragment.is_items:
            items += cast("list[object]", fragment.value)
    assert items == [{"a": 1}, "text", None, 5, [1], {"a": 2}] * 20


def test_list_under_an_empty_key_stays_in_its_object() -> None:
    """An empty path is the document's own: the object's list would pass for a bare list."""
    data = json.dumps({"": [{"a": 1}] * 50, "b": 2}).encode()
    assert whole("x.json", data, Limits(10_000, 10_000, chunk_bytes=64)) == {"": [{"a": 1}] * 50, "b": 2}


def test_unknown_extension_is_refused() -> None:
    """Guessing a format from the content would read whatever lies around."""
    assert "Rename the file" in str(refusal("x.txt", b"{}"))


def test_caller_keeps_the_file() -> None:
    """The caller looks at the file's size again after reading, to see whether it grew."""
    for name, data in (("x.json", b"{}"), ("x.json.gz", gzip.compress(b"{}")), ("x.yml", b"a: 1")):
        file = io.BytesIO(data)
        list(read_document(file, name, LIMITS))
        assert not file.closed
