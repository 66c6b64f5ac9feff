"""YAML as values: text stays text, and nothing that a file asks for is obeyed."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Fragment, Limits, TruncatedError, read_document

REPORTS = Path(__file__).parent.parent / "reports"
LIMITS = Limits(max_file_bytes=16_000_000, max_content_bytes=16_000_000)


def read(data: str, limits: Limits = LIMITS) -> list[Fragment]:
    """Read YAML."""
    return list(read_document(io.BytesIO(data.encode()), "x.yml", limits))


def whole(data: str) -> object:
    """Read YAML that comes as one plain value."""
    [fragment] = read(data)
    assert not fragment.is_items
    return fragment.value


def refusal(data: str, limits: Limits = LIMITS) -> str:
    """Read YAML that is refused, for good."""
    with pytest.raises(ReportError) as caught:
        read(data, limits)
    assert not isinstance(caught.value, TruncatedError), caught.value
    return str(caught.value)


def numbers_as_text(value: object) -> object:
    """Turn JSON's numbers into the text that YAML leaves them."""
    if isinstance(value, dict):
        return {key: numbers_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers_as_text(item) for item in value]
    return str(value) if type(value) is int else value


def test_real_register_equals_its_json() -> None:
    """The same playbook writes both; which one a client chose must not change what Power BI shows."""
    [from_yaml] = read((REPORTS / "ansible12/vm_info_full.yml").read_text())
    with (REPORTS / "ansible12/vm_info_full.json").open("rb") as file:
        [from_json] = read_document(file, "vm_info_full.json", LIMITS)
    assert isinstance(from_yaml.value, dict)
    assert len(from_yaml.value["virtual_machines"]) == 77
    assert from_yaml.value == numbers_as_text(from_json.value)


def test_real_bare_list() -> None:
    """A list at the top has no key; its 77 VMs must all be there."""
    document = whole((REPORTS / "ansible12/virtual_machines_only.yaml").read_text())
    assert isinstance(document, list)
    assert [len(document), document[0]["guest_name"]] == [77, "sapp01"]


def test_real_register_streams() -> None:
    """A large file comes in stretches; a VM lost or repeated at a cut would go unnoticed."""
    text = (REPORTS / "ansible12/vm_info_full.yml").read_text()
    *streamed, last = read(text, Limits(16_000_000, 16_000_000, chunk_bytes=4_096))
    assert len(streamed) > 5
    count = 0
    for fragment in streamed:
        assert (fragment.path, fragment.offset, fragment.is_items) == ("virtual_machines", count, True)
        assert isinstance(fragment.value, list)
        count += len(fragment.value)
    assert count == 77
    assert last == Fragment("", 0, {"changed": False, "failed": False}, is_items=False)


@pytest.mark.parametrize("text", ["no", "on", "0123456", "1.10", "1e5", "0b_", "2026-02-30", "00:50:56", ".nan", "="])
def test_plain_text_stays_text(text: str) -> None:
    """A VM called no becomes False, a cost centre 0123456 becomes 42798, an invalid date ends the reading."""
    assert whole(f"name: {text}") == {"name": text}


@pytest.mark.parametrize("text", ["null", "Null", "NULL", "~", ""])
def test_plain_null_is_null(text: str) -> None:
    """to_nice_yaml writes null for what the module does not know; as text it would be a name."""
    assert whole(f"name: {text}\nquoted: '{text}'") == {"name": None, "quoted": text}


def test_booleans_are_booleans_unless_quoted() -> None:
    """Flags must stay flags, and a VM called 'true' must stay a name."""
    assert whole("a: true\nb: FALSE\nc: 'true'\nd: |\n  true\n") == {"a": True, "b": False, "c": "true", "d": "true\n"}


def test_document_markers() -> None:
    """Ansible's own files begin with three dashes, and a stream may end with three dots."""
    assert whole("---\na: b\n...\n") == {"a": "b"}
    assert "At line 2, column 1: a second YAML document" in refusal("a: b\n---\nc: d\n")
    for empty in ("---\n", "# only a comment\n", "null\n"):
        assert "holds no YAML value" in refusal(empty)


def test_tags_are_never_obeyed() -> None:
    """`!!python/object/apply` runs a command in a loader that believes it."""
    text = (
        "a: !unsafe 'yes'\nb: !vault |\n  $ANSIBLE_VAULT\nc: !!python/object/apply:os.system [exit 1]\n"
        "d: !!int '7'\ne: !<x> {f: g}\n"
    )
    expected = {"a": "yes", "b": "$ANSIBLE_VAULT\n", "c": ["exit 1"], "d": "7", "e": {"f": "g"}}
    assert whole(text) == expected


def test_keys_become_text() -> None:
    """A port group called 10 or no is a name; a key that is no text would break whoever sorts keys."""
    assert whole("10: a\nno: b\nnull: c\n? [x, 'y']\n: d\n") == {"10": "a", "no": "b", "null": "c", '["x", "y"]': "d"}


def test_duplicate_keys_are_refused() -> None:
    """The last one wins silently in every loader, so half of a report would vanish."""
    assert refusal("a: 1\nb: 2\na: 3\n").startswith("At line 3, column 1: the key 'a' stands twice")
    assert "stands twice" in refusal('{"a": 1, "a": 2}')
    items = "".join(f"- name: vm-{number}\n" for number in range(50))
    limits = Limits(10_000, 10_000, chunk_bytes=50)
    assert "stands twice" in refusal(f"vms:\n{items}vms:\n{items}", limits)


def test_aliases_are_read() -> None:
    """to_nice_yaml writes an alias wherever two VMs share one object, for instance their tags."""
    expected = {"a": ["x", "y"], "b": ["x", "y"], "c": "z", "d": "z", "z": None}
    assert whole("a: &id001 [x, 'y']\nb: *id001\nc: &t z\nd: *t\n*t : null\n") == expected


def test_alias_bomb_is_refused() -> None:
    """Twelve lines stand for a billion values: they load at once and explode where they are written."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "Write the report without aliases" in refusal("\n".join(lines))
    long_text = "a: &a " + "x" * 100_000 + "\n" + "".join(f"b{n}: *a\n" for n in range(1_000))
    assert "Write the report without aliases" in refusal(long_text)


def test_alias_that_deepens_is_refused() -> None:
    """Each line is one level only, but all together they are as deep as there are lines."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200)]
    assert "more than 100 deep" in refusal("\n".join(lines))


def test_merge_keys_are_refused() -> None:
    """A merge-key bomb of 665 bytes keeps a loader busy for 9 s, and longer with each line."""
    assert refusal("a: &a {x: y}\nb:\n  <<: *a\n").startswith("At line 3, column 3: merge keys")
    assert whole("'<<': a") == {"<<": "a"}


def test_self_reference_is_refused() -> None:
    """A list that contains itself is walked for ever."""
    assert "stands inside of the value it names" in refusal("a: &a [*a]")
    assert "names no anchor" in refusal("a: *b")


@pytest.mark.parametrize("pattern", ["[", "{", "- ", "? ", "{a: ["])
def test_deep_nesting_does_not_end_the_process(pattern: str) -> None:
    """60 kB of brackets crash PyYAML's C loader, and no except clause catches that: ask another process."""
    code = (
        "import io\n"
        "from vcenter_pipeline.errors import ReportError\n"
        "from vcenter_pipeline.formats.documents.document import Limits, read_document\n"
        f"file = io.BytesIO({pattern!r}.encode() * 100_000)\n"
        "try: list(read_document(file, 'x.yml', Limits(10**9, 10**9)))\n"
        "except ReportError as error: print(error)\n"
    )
    done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests, and code written above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert "more than 100 deep" in done.stdout


@pytest.mark.parametrize("text", ["a: [1, 2", 'a: "x', "a: 1\nbcd", "- a\n- {b: ", '{"a": [', "- 'Süd"])
def test_cut_off_yaml_is_told(text: str) -> None:
    """A file that is still being written must be read again, not quarantined."""
    with pytest.raises(TruncatedError, match="rename it when it is whole"):
        read(text)


def test_damaged_yaml_says_where() -> None:
    """An admin gets this sentence and nothing else to find the fault with."""
    assert refusal("a: b\nc: d: e\n").startswith("At line 2, column 5: mapping values are not allowed")
    assert refusal("a: b\n\tc: d\n").startswith("At line 2, column 1: ")
    assert "Byte 3 cannot stand in YAML: control characters" in refusal("a: \x01")


def test_json_in_a_yaml_file_is_read_as_json() -> None:
    """to_nice_json into x.yml is common; libyaml refuses its escapes of characters beyond 16 bits."""
    assert whole('{"a": "\\ud83d\\ude00", "n": 18446744073709551617}') == {"a": "\U0001f600", "n": 18446744073709551617}
    assert whole("{a: 1, b: [x]}") == {"a": "1", "b": ["x"]}


def test_a_python_dump_of_quoted_texts_is_yaml() -> None:
    """The real file has no word of Python: as YAML it is well written, and every value of it is what was meant."""
    document = whole((REPORTS / "ansible29/vm_info_python_repr.txt").read_text())
    assert isinstance(document, dict)
    assert [machine["guest_name"] for machine in document["vms"]] == ["sapp01", "sapp02", "sapp03"]
    assert document["vms"][1]["vm_network"] == {"00:0c:29:64:30:61": {"ipv4": ["10.10.0.25"], "ipv6": []}}
    assert document["vms"][2]["attributes"] == {"CostCenter": "004727"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("vms: [{'guest_name': 'x', 'resource_pool': None}]", "At line 1, column 44: None "),
        ("{'changed': False, 'vms': []}", "At line 1, column 13: False "),
        ("- {'guest_name': 'x', 'mac_address': ['a', None]}", "At line 1, column 44: None "),
    ],
)
def test_words_of_python_are_refused(text: str, place: str) -> None:
    """YAML takes None for a text: every machine without a pool would be in the pool `None`."""
    sentence = refusal(text)
    assert sentence.startswith(place)
    assert "as Python shows them. Write the report with to_nice_json" in sentence


def test_none_in_a_yaml_file_stays_a_name() -> None:
    """Somebody may call a folder None; only what stands beside Python's quotes is Python's."""
    assert whole("{'a b': 'None'}") == {"a b": "None"}
    assert whole("{folder: None}") == {"folder": "None"}
    assert whole("'folder': None\nup: True") == {"folder": "None", "up": True}
    assert whole("{'a b': {c: None}}") == {"a b": {"c": "None"}}


def test_a_text_that_is_a_word_of_python_is_read_where_any_key_stands_bare() -> None:
    """A machine may be called None, and YAML quotes only those keys that need it."""
    text = "vms: [{'0123': a, guest_name: None}, {guest_name: None, 'no': b}]"
    assert whole(text) == {"vms": [{"0123": "a", "guest_name": "None"}, {"guest_name": "None", "no": "b"}]}
