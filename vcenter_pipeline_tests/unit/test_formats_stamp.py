"""When a report says that it was collected: wherever playbooks write it, and never out of anything else."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.stamp import read_stamp

REPORTS = Path(__file__).parents[1] / "reports"
LIMITS = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000)
NOON = "2026-11-24T12:00:00Z"
AT_NOON = datetime(2026, 11, 24, 12)  # noqa: DTZ001 - naive UTC, as stored
MACHINE = {"guest_name": "web01", "guest_fullname": "Linux", "power_state": "poweredOn"}


def stamp(document: object, name: str = "report.json", zone: tzinfo = UTC, limits: Limits = LIMITS) -> datetime | None:
    """Read the time of a document that a test made up; bytes and text stand for themselves."""
    content = document.encode() if isinstance(document, str) else document
    if not isinstance(content, bytes):
        content = json.dumps(document).encode()
    return read_stamp(BytesIO(content), name, limits, zone)


@pytest.mark.parametrize(
    "key",
    [
        "collected_at",
        "collectedAt",
        "collection_time",
        "collection_date",
        "collected",
        "generated_at",
        "generated",
        "report_time",
        "report_date",
        "scan_time",
        "scan_date",
        "timestamp",
        "Timestamp",
    ],
)
def test_the_time_stands_at_the_top_or_in_the_metadata(key: str) -> None:
    """History is ordered by it: a report that is copied late would otherwise count as new."""
    assert stamp({key: NOON, "vms": [MACHINE]}) == AT_NOON
    assert stamp({"metadata": {key: NOON}, "vms": [MACHINE]}) == AT_NOON


def test_the_time_stands_in_the_metadata_of_parts_that_set_stats_gave() -> None:
    """`set_stats` gives each list metadata of its own; the first says when the collection began."""
    parts = {
        "raw_alarms": {"data": {"alarms": []}, "metadata": {"environment": "prod"}},
        "raw_vms": {"data": {"virtual_machines": [MACHINE]}, "metadata": {"collected_at": NOON}},
        "raw_hosts": {"data": {}, "metadata": {"collected_at": "2026-11-24T12:05:00Z"}},
    }
    assert stamp(parts) == AT_NOON


def test_what_stands_further_out_counts() -> None:
    """A report's own time is that of all of it, and that of one part only the part's."""
    document = {
        "raw_vms": {"metadata": {"collected_at": "2026-11-24T10:00:00Z"}},
        "metadata": {"timestamp": "2026-11-24T11:00:00Z"},
        "collected_at": NOON,
    }
    assert stamp(document) == AT_NOON
    del document["collected_at"]
    assert stamp(document) == datetime(2026, 11, 24, 11)  # noqa: DTZ001 - naive UTC


def test_the_last_play_of_a_callback_says_when_it_ended() -> None:
    """Of a captured run nothing else says when it was; the file may have been copied days later."""

    def play(end: object) -> dict[str, object]:
        return {"play": {"duration": {"start": "2026-11-24T11:00:00Z", "end": end}, "name": "p"}, "tasks": []}

    assert stamp({"plays": [play("2026-11-24T11:30:00.5Z"), play(NOON)]}) == AT_NOON
    assert stamp({"plays": [play(NOON), play(None), {"tasks": []}, "x"]}) == AT_NOON
    assert stamp({"collected_at": NOON, "plays": [play("2026-11-24T13:00:00Z")]}) == AT_NOON


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("stdout/callback_json.stdout.json", datetime(2026, 11, 24, 4, 27, 33, 330160)),  # noqa: DTZ001 - naive UTC
        ("collected/vcenter-vcenter.example.com-20261124T111144Z.json", datetime(2026, 11, 24, 11, 11, 44)),  # noqa: DTZ001 - naive UTC
        ("ansible12/vm_info_full.json", None),
        ("ansible12/all_snapshots_info.yml", None),
        ("alarms/govc_alarms.json", None),
        ("inventory/vmware_vm_inventory_list.json", None),
        ("ansible29/vm_info_python_repr.txt", None),
    ],
)
def test_real_reports(report: str, expected: datetime | None) -> None:
    """Times of alarms and snapshots stand in nearly every report, and are none of a collection."""
    path = REPORTS / report
    with path.open("rb") as file:
        assert read_stamp(file, path.name.replace(".txt", ".json"), LIMITS, UTC) == expected


def test_the_time_is_found_behind_a_long_list() -> None:
    """Rows of a long list are stored as they are read, each with the time that stands behind all of them."""
    document = {"vms": [{**MACHINE, "annotation": "x" * 200}] * 2_000, "collected_at": NOON}
    assert stamp(document, limits=replace(LIMITS, chunk_bytes=10_000)) == AT_NOON
    assert stamp({"collected_at": NOON} | document, limits=replace(LIMITS, chunk_bytes=10_000)) == AT_NOON


@pytest.mark.parametrize("before", [1_048_576 - length for length in (0, 1, 5, 11, 12, 13)])
def test_the_word_is_found_wherever_it_is_cut(before: int) -> None:
    """The file is searched a MiB at a time; a word that lies across two of them is a word as well."""
    head = '{"vms": [], "x": "'
    content = f'{head}{"y" * (before - len(head) - 4)}", "collected_at": "{NOON}"}}'
    assert stamp(content) == AT_NOON


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (UTC, datetime(2026, 11, 24, 12)),  # noqa: DTZ001 - naive UTC
        (timezone(timedelta(hours=-5)), datetime(2026, 11, 24, 17)),  # noqa: DTZ001 - naive UTC
        (ZoneInfo("Europe/Berlin"), datetime(2026, 11, 24, 11)),  # noqa: DTZ001 - naive UTC
    ],
)
def test_a_time_without_a_zone_is_one_of_the_settings_zone(zone: tzinfo, expected: datetime) -> None:
    """`ansible_date_time` writes local time; an hour off, and two reports change places."""
    assert stamp({"collected_at": "2026-11-24 12:00:00"}, zone=zone) == expected
    assert stamp({"collected_at": "2026-11-24T13:00:00+01:00"}, zone=zone) == AT_NOON


@pytest.mark.parametrize("value", ["1795521600", 1795521600, 1795521600.0, 1795521600000, "2026-11-24 13:00:00+01:00"])
def test_a_time_is_read_in_every_spelling(value: object) -> None:
    """`ansible_date_time.epoch` is text, `now().timestamp()` a number."""
    assert stamp({"collected_at": value}) == AT_NOON


@pytest.mark.parametrize(
    "value", [None, "", "yesterday", True, False, "2026-02-30T00:00:00Z", [NOON], {"at": NOON}, "{{ now() }}"]
)
def test_nonsense_says_nothing_and_hides_nothing(value: object) -> None:
    """An unrendered template must neither stop the report nor hide the time that its metadata has."""
    assert stamp({"collected_at": value}) is None
    assert stamp({"collected_at": value, "timestamp": NOON}) == AT_NOON
    assert stamp({"collected_at": value, "metadata": {"timestamp": NOON}}) == AT_NOON


@pytest.mark.parametrize(
    "document",
    [
        {"vms": [{**MACHINE, "collected_at": NOON}]},
        [{"collected_at": NOON}],
        {"plays": "x", "durations": []},
        {"vms": {"data": {"collected_at": NOON}}},
        "collected_at",
        {},
    ],
)
def test_a_word_anywhere_else_says_nothing(document: object) -> None:
    """What a machine or an alarm has of its own is no time of the report."""
    assert stamp(document) is None


def test_every_kind_of_file_is_looked_into() -> None:
    """People compress what they keep, and write YAML."""
    assert stamp(gzip.compress(json.dumps({"collected_at": NOON}).encode()), "report.json.gz") == AT_NOON
    assert stamp(f"collected_at: {NOON}\nvms: []\n", "report.yml") == AT_NOON
    assert stamp(gzip.compress(f"metadata:\n  timestamp: '{NOON}'\n".encode()), "REPORT.YAML.GZ") == AT_NOON
    assert stamp(b"\xff\xfe" + json.dumps({"collected_at": NOON}).encode("utf-16-le")) == AT_NOON


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "report.json"),
        (b'{"collected_at": "2026-11-24T12:00:00Z", "vms": [', "report.json"),
        (b'{"collected_at": "2026-11-24T12:00:00Z"}', "report.json.gz"),
        (b'{"collected_at": "2026-11-24T12:00:00Z"}', "report.txt"),
        (gzip.compress(b'{"collected_at": "2026-11-24T12:00:00Z"}', mtime=0)[:-9], "report.json.gz"),
        (b'{"collected_at": "2026-11-24T12:00:00Z", "collected_at": "2026-11-24T13:00:00Z"}', "report.json"),
    ],
)
def test_a_file_that_cannot_be_read_says_nothing(content: bytes, name: str) -> None:
    """The reader says what is wrong, with the place; this look beforehand must not fail in its stead."""
    assert stamp(content, name) is None


def test_a_file_beyond_the_limits_says_nothing() -> None:
    """As above: the limit is told when the file is read."""
    assert stamp({"collected_at": NOON}, limits=replace(LIMITS, max_file_bytes=10)) is None
    packed = gzip.compress(json.dumps({"x": "y" * 5_000, "collected_at": NOON}).encode())
    assert stamp(packed, "report.json.gz", limits=replace(LIMITS, max_content_bytes=1_000)) is None


def test_the_facts_of_ansible_hold_the_time_in_parts() -> None:
    """`collected_at: "{{ ansible_date_time }}"` without `.iso8601`: the time of a copy would count."""
    facts = {"date": "2026-11-24", "epoch": "1795521600", "iso8601": NOON, "time": "12:00:00", "tz": "UTC"}
    assert stamp({"collected_at": facts, "vms": [MACHINE]}) == AT_NOON
    assert stamp({"ansible_date_time": facts, "vms": [MACHINE]}) == AT_NOON
    assert stamp({"collected_at": {"date": "2026-11-24"}, "vms": [MACHINE]}) is None


@pytest.mark.parametrize(
    "keys", [("_event", "_timestamp"), ("event_data", "created")], ids=["jsonl callback", "ansible-runner"]
)
def test_events_of_a_play_bear_the_time(keys: tuple[str, str]) -> None:
    """The last one counts: a play that is captured line by line names no other time."""
    kind, time = keys
    lines = [{kind: {}, time: "2026-11-24T11:58:00.5Z"}, {kind: {}, time: NOON}, {kind: {}}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    assert stamp(text, "play.jsonl") == AT_NOON
    assert stamp(text.replace(f'"{kind}"', '"vm"'), "play.jsonl") is None


def test_the_time_within_a_text_is_the_report_s() -> None:
    """A script prints it with its answer, and `to_json` twice makes a text of the whole report."""
    document = {"collected_at": NOON, "vms": [MACHINE]}
    assert stamp({"rc": 0, "stdout": json.dumps(document)}) == AT_NOON
    assert stamp(json.dumps(json.dumps(json.dumps(document)))) == AT_NOON
    assert stamp({"rc": 0, "stdout": "collected_at: today", "vms": [MACHINE]}) is None
    assert stamp({"collected_at": NOON, "stdout": json.dumps({"collected_at": "2026-01-01"})}) == AT_NOON
