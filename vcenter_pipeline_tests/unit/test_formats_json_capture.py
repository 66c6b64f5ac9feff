"""JSON values among what programs print: messages around a document, words before it, several of them."""

import io
import json
from pathlib import Path
from typing import cast

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Fragment, Limits, TruncatedError, read_document

REPORTS = Path(__file__).parent.parent / "reports"
LIMITS = Limits(max_file_bytes=16_000_000, max_content_bytes=16_000_000)
SMALL_CHUNKS = Limits(max_file_bytes=16_000_000, max_content_bytes=16_000_000, chunk_bytes=4_096)

WARNINGS = b"""[WARNING]: provided hosts list is empty, only localhost is available. Note that
the implicit localhost does not match 'all'
[DEPRECATION WARNING]: community.vmware.vmware_vm_info has been deprecated. This feature will be removed from
the collection 'community.vmware' version 7.0.0. Deprecation warnings can be disabled.

"""
RECAP = b"""
PLAY RECAP *********************************************************************
localhost                  : ok=7    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=1

Playbook run took 0 days, 0 hours, 0 minutes, 27 seconds
"""


def read(name: str, data: bytes, limits: Limits = LIMITS) -> list[Fragment]:
    """Read bytes under a name."""
    return list(read_document(io.BytesIO(data), name, limits))


def whole(name: str, data: bytes, limits: Limits = LIMITS) -> object:
    """Read bytes that come as one plain value."""
    [fragment] = read(name, data, limits)
    assert (fragment.path, fragment.offset, fragment.is_items) == ("", 0, False)
    return fragment.value


def items(name: str, data: bytes, limits: Limits = LIMITS) -> list[object]:
    """Read bytes that come as items of the document."""
    values: list[object] = []
    for fragment in read(name, data, limits):
        assert (fragment.path, fragment.offset, fragment.is_items) == ("", len(values), True)
        values += cast("list[object]", fragment.value)
    return values


def refusal(name: str, data: bytes, limits: Limits = LIMITS) -> str:
    """Read bytes that are refused, for good."""
    with pytest.raises(ReportError) as caught:
        read(name, data, limits)
    assert not isinstance(caught.value, TruncatedError), caught.value
    return str(caught.value)


@pytest.mark.parametrize("before", [b"", WARNINGS])
@pytest.mark.parametrize("behind", [b"", RECAP])
@pytest.mark.parametrize("limits", [LIMITS, SMALL_CHUNKS])
def test_a_real_play_is_read_between_warnings_and_recap(before: bytes, behind: bytes, limits: Limits) -> None:
    """`ansible-playbook > report.json` writes its warnings too; refused for them, the whole play is lost."""
    play = (REPORTS / "stdout/callback_json.stdout.json").read_bytes()
    fragments = read("play.json", before + play + behind, limits)
    document: dict[str, object] = {}
    for fragment in fragments:
        if fragment.is_items:
            document.setdefault(fragment.path, [])
            cast("list[object]", document[fragment.path]).extend(cast("list[object]", fragment.value))
        else:
            document |= cast("dict[str, object]", fragment.value)
    assert document == json.loads(play)


def test_warnings_before_a_register_are_left_out() -> None:
    """The place of what is wrong must be that in the file, warnings counted."""
    register = (REPORTS / "ansible12/vm_info_nofilter.txt").read_bytes()
    for name in ("x.json", "x.yml"):
        document = whole(name, WARNINGS + register + RECAP)
        assert isinstance(document, dict)
        assert len(document["virtual_machines"]) == 77
    assert "At line 6, column 12 " in refusal("x.json", WARNINGS + b'{"a": "b", x}')


def test_warnings_of_a_play_that_still_runs_wait() -> None:
    """The json callback prints at the very end: until then the file holds its warnings only, and stands still."""
    with pytest.raises(TruncatedError, match="there are messages of Ansible only"):
        read("x.json", WARNINGS)
    for end in (b"{", b'{"plays": [', b'{\n    "plays"'):
        with pytest.raises(TruncatedError):
            read("x.json", WARNINGS + end)


def test_colours_of_a_terminal_are_left_out() -> None:
    """ANSIBLE_FORCE_COLOR is set on many build servers."""
    assert whole("x.json", b'\x1b[1;35m[WARNING]: No "inventory" was parsed\x1b[0m\n{"a": 1}\n') == {"a": 1}


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("localhost | SUCCESS => ", {}),
        ("esx 01 | CHANGED => ", {}),
        ("localhost | FAILED! => ", {"failed": True}),
        ("localhost | UNREACHABLE! => ", {"failed": True, "unreachable": True}),
        ("localhost | SKIPPED => ", {"skipped": True}),
        ("ok: [localhost] => ", {}),
        ("ok: [vcenter -> localhost] => ", {}),
        ("changed: [localhost] => (item=web01) => ", {}),
        ("ok: [localhost] => (item={'name': 'web01', 'a': [1]}) => ", {}),
        ("fatal: [localhost]: FAILED! => ", {"failed": True}),
        ("fatal: [localhost]: UNREACHABLE! => ", {"failed": True, "unreachable": True}),
        ("failed: [localhost] (item=web01) => ", {"failed": True}),
        ("skipping: [localhost] => (item=web01) => ", {"skipped": True}),
    ],
)
def test_words_before_a_result_are_understood(prefix: str, said: dict[str, bool]) -> None:
    """A result that failed and is taken for one without machines would delete them all."""
    for indent in (None, 4):
        value = json.dumps({"changed": False, "b": {"c": [1, "} => {"]}}, indent=indent)
        expected = {"changed": False, "b": {"c": [1, "} => {"]}, **said}
        for name in ("x.json", "x.yml"):
            assert whole(name, (prefix + value + "\n").encode()) == expected
        assert items("x.jsonl", (prefix + value + "\n").encode()) == [expected]
        assert whole("x.json", (prefix + value + "\n").encode(), Limits(9_999, 9_999, chunk_bytes=8)) == expected


def test_a_whole_play_of_the_default_callback_is_read() -> None:
    """`ansible-playbook -v | tee report.json` is what people have who never heard of callbacks."""
    text = b"""Using /etc/ansible/ansible.cfg as config file

PLAY [Report] ******************************************************************

TASK [Read the machines] *******************************************************
ok: [localhost] => {"changed": false, "virtual_machines": [{"guest_name": "web01"}]}

TASK [Read a machine] **********************************************************
failed: [localhost] (item=web02) => {"ansible_loop_var": "item", "item": "web02", "msg": "Failed to find"}
...ignoring

TASK [Show] ********************************************************************
ok: [localhost] => {
    "msg": "done"
}

PLAY RECAP *********************************************************************
localhost                  : ok=2    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0

"""
    expected = [
        {"changed": False, "virtual_machines": [{"guest_name": "web01"}]},
        {"ansible_loop_var": "item", "item": "web02", "msg": "Failed to find", "failed": True},
        {"msg": "done"},
    ]
    assert items("x.json", text) == expected
    assert items("x.jsonl", text) == expected
    assert items("x.json", text, Limits(9_999, 9_999, chunk_bytes=100)) == expected


def test_several_hosts_of_an_ad_hoc_command_are_read() -> None:
    """Every vCenter of the inventory answers; the second must not be lost behind the first."""
    text = b"""vc-fra | SUCCESS => {
    "about_info": {"name": "VMware vCenter Server"}
}
vc-muc | UNREACHABLE! => {
    "changed": false,
    "msg": "Failed to connect"
}
"""
    assert items("x.json", text) == [
        {"about_info": {"name": "VMware vCenter Server"}},
        {"changed": False, "msg": "Failed to connect", "failed": True, "unreachable": True},
    ]


def test_events_of_govc_are_read_one_after_the_other() -> None:
    """`govc events -json` prints an object per event and no list. Made by hand, from its source."""
    events = [{"key": number, "createdTime": "2026-01-31T02:00:00Z"} for number in range(300)]
    for name, indent in (("x.json", 2), ("x.json", None), ("x.jsonl", 2), ("x.jsonl", None), ("x.yml", 2)):
        text = "\n".join(json.dumps(event, indent=indent) for event in events).encode()
        assert items(name, text) == events
        assert items(name, text, SMALL_CHUNKS) == events
    assert items("x.json", b'{"a": 1}{"b": 2} {"c": 3}') == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert items("x.jsonl", b'{"a": 1}{"b": 2}\n{"c": 3}\n') == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert items("x.json", b'[{"a": 1}]\n[{"b": 2}]\n') == [[{"a": 1}], [{"b": 2}]]


def test_a_document_too_long_to_be_held_stands_alone() -> None:
    """What was given of the first cannot be taken back: a second one must not be counted to it."""
    document = json.dumps({"vms": [{"name": "x"}] * 200}).encode()
    limits = Limits(99_999, 99_999, chunk_bytes=256)
    assert "At line 2, column 1 " in refusal("x.json", document + b"\n" + document, limits)
    assert "only short objects may follow each other" in refusal("x.json", document + document, limits)
    assert len(read("x.json", document + RECAP, limits)) > 5
    first = json.dumps({"vms": [{"name": "x"}] * 10}).encode()
    assert len(items("x.json", first + document, limits)) == 2


def test_a_cut_behind_whole_documents_is_cut_off() -> None:
    """A log that is still written ends in the middle of an object."""
    for name in ("x.json", "x.jsonl"):
        with pytest.raises(TruncatedError):
            read(name, b'{"a": 1}\n{\n  "b": 2,\n')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"a": 1}}\n', "after the end of the document stands }"),
        (b'{"a": 1}\n}\n', "after the end of the document stands }"),
        (b'{"a": 1},\n{"b": 2}\n', "after the end of the document stands ,"),
        (b'{"a": 1}\n"b": 2}\n', "after the end of the document stands a text"),
        (b'{"a": 1} hunter2\n', "after the end of the document stands text without quotes"),
        (b'"b": 2}\n{"a": 1}\n', "after the end of the document stands :"),
        (b'    "name": "x"\n  }\n]\n{"a": 1}', "after the end of the document stands :"),
        (b'TASK [x] ***\n{"a": 1}\n"b": 2}', "after the end of the document stands a text"),
        (b'[WARNING]: x\n"a": 1}\n}\n{"b": 1}', "(byte 21, counted from 0): expected a value but found }"),
        (b"hello there\n", "expected a value but found text without quotes"),
        (b"localhost | SUCCESS => {'a': 1}\n", "text stands in single quotes, as Python shows it"),
        (b"localhost | CHANGED | rc=0 >>\nfine\n", "expected a value but found text without quotes"),
    ],
)
def test_what_may_be_half_of_a_value_is_no_message(text: bytes, sentence: str) -> None:
    """Half of a report would be read as the whole of it, and every other machine would count as deleted."""
    assert sentence in refusal("x.json", text)


def test_values_of_python_are_named_as_such() -> None:
    """`copy: content={{ x }}` without a filter writes Python; the admin must hear which filter is missing."""
    data = (REPORTS / "ansible29/vm_info_python_repr.txt").read_bytes()
    for limits in (LIMITS, Limits(9_999, 9_999, chunk_bytes=64)):
        sentence = refusal("x.json", data, limits)
        assert (
            "At line 1, column 8 (byte 7, counted from 0): text stands in single quotes, as Python shows it" in sentence
        )
        assert "to_nice_json" in sentence
    assert "as Python shows it" in refusal("x.jsonl", b"{'guest_name': 'x', 'moid': None}\n")


def test_a_long_line_before_the_document_is_not_held_for_ever() -> None:
    """A message larger than a stretch must not end the search for what follows it."""
    message = b"[WARNING]: " + b"word " * 5_000 + b"\n"
    assert whole("x.json", message + b'{"a": 1}', SMALL_CHUNKS) == {"a": 1}


YAML_PLAY = b"""
PLAY [all] *********************************************************************

TASK [debug] *******************************************************************
ok: [vc1.example.com] =>
  vm_info:
    changed: false
    virtual_machines:
    - attributes: {}
      guest_name: web

PLAY RECAP *********************************************************************
vc1.example.com            : ok=1    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
"""
"""As ansible-core 2.19 prints with ANSIBLE_CALLBACK_RESULT_FORMAT=yaml, cut to one machine."""


@pytest.mark.parametrize("name", ["play.json", "play.yml"])
def test_a_play_that_printed_yaml_is_told_what_to_do(name: str) -> None:
    """It would count as still being written, and be waited for; and "mapping values are not allowed" helps nobody."""
    with pytest.raises(ReportError, match=r"holds no result as JSON.*=ansible\.posix\.json") as caught:
        read(name, YAML_PLAY)
    assert not isinstance(caught.value, TruncatedError)


def test_a_play_that_printed_json_is_read_from_a_file_called_yaml() -> None:
    """Whoever redirects the output chooses the name."""
    play = (
        b'PLAY [all] ***\n\nTASK [debug] ***\nok: [vc1] => {\n    "vms": []\n}\n\nPLAY RECAP ***\nvc1 : ok=1 failed=0\n'
    )
    assert whole("play.yml", play) == {"vms": []}
