"""What the names of folders and files say."""

from datetime import datetime
from itertools import islice

import pytest

from vcenter_pipeline.errors import SourceError
from vcenter_pipeline.intake.collected_at import to_collected_at
from vcenter_pipeline.intake.names import to_free_names, to_name_kind, to_plain_name
from vcenter_pipeline.intake.paths import parse_path, parse_report_path
from vcenter_pipeline.intake.sources import Source, shown_name

MTIME_NS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


def test_folders_that_differ_in_case_are_one_source() -> None:
    """If they were two, their output folders would overwrite each other on Windows."""
    assert Source.from_folders("Acme", "PROD") == Source.from_folders("acme", "prod") == ("acme", "prod")
    assert Source.parse("acme/prod").key == "acme/prod"


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", ".", "CON", "nul", "com1", "LPT9", "-a", "_a", "a.b", "a b", "a/b", "müller", "a" * 64),
        "\u212aunde",  # the Kelvin sign, which folds to k
        "\u017fx",  # a long s, which folds to s
    ],
)
def test_a_name_that_could_be_something_else_is_refused(name: str) -> None:
    """Such a name would become a folder elsewhere, a device, or another client."""
    with pytest.raises(SourceError, match="cannot name a client"):
        Source.from_folders(name, "prod")
    with pytest.raises(SourceError, match="cannot name an environment"):
        Source.from_folders("acme", name)


@pytest.mark.parametrize("key", ["acme", "acme/prod/x", "/acme/prod", ""])
def test_a_key_that_is_no_source_is_refused(key: str) -> None:
    """A partition key comes from whoever launches a run."""
    with pytest.raises(SourceError):
        Source.parse(key)


def test_the_longest_name_is_taken() -> None:
    """A client with a long name would otherwise be turned away for nothing."""
    assert Source.from_folders("a" * 63, "0_-z").client == "a" * 63


@pytest.mark.parametrize(
    "name",
    ["a.json", "A.JSON", "a.jsonl", "a.yaml", "a.yml", "a.json.gz", "a.YML.GZ", "tmp12345.json", "a b.json", "~a.json"],
)
def test_reports_are_known_by_their_extension(name: str) -> None:
    """A report that is not seen is never ingested, and nobody is told."""
    assert to_name_kind(name) == "report"


@pytest.mark.parametrize(
    "name",
    [".a.json", "._a.json", "~$a.json", ".ansible_tmpq1w2e3r4a.json", "tmpq1w2e3r4", "a.json~", "a.json.part"]
    + [f"a.json.{end}" for end in ("tmp", "partial", "filepart", "crdownload", "SWP", "swx", "bak", "lock", "writing")]
    + ["Thumbs.db", "desktop.ini", ".nfs000000000001", ".json"],
)
def test_unfinished_files_are_passed_over(name: str) -> None:
    """Half a file would go to quarantine, and the whole one would come too late."""
    assert to_name_kind(name) == "passing"


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "README", "a.gz", "a.json.zip", "a.json.reason.json", "json"])
def test_other_files_are_told_apart(name: str) -> None:
    """They are counted; taking a reason that was put back with its file would quarantine it once more."""
    assert to_name_kind(name) == "other"


def test_names_to_try_keep_the_extension() -> None:
    """An archived report could not be put back into the input without its extension."""
    assert list(islice(to_free_names("vm.json.gz", "S"), 3)) == ["vm.json.gz", "vm~S.json.gz", "vm~S-2.json.gz"]
    assert list(islice(to_free_names("pipe", "S"), 2)) == ["pipe", "pipe~S"]


def test_a_name_of_255_bytes_gets_room_for_the_stamp() -> None:
    """The move would fail for ever, and the report be ingested again at each run."""
    long = "ä" * 125 + ".json"  # 255 bytes
    names = list(islice(to_free_names(long, "20260131T020000Z"), 2))
    assert names == [long, "ä" * 116 + "~20260131T020000Z.json"]
    assert len(names[1].encode()) == 254


def test_bytes_that_are_no_text_get_a_spelling() -> None:
    """Such a name breaks the log, the ledger and the reason file."""
    assert to_plain_name("a\udcff\n.json") == "a%FF%0A.json"
    assert shown_name("a\udcff\n.json") == r"'a\udcff\n.json'"
    assert shown_name("ä.json") == "'ä.json'"


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "acme/prod/../x.json", "../x/y.json", "acme//x.json", "acme/prod/", "", "."),
        *("a/b/\x00.json", "acme/prod/\ud800.json"),
    ],
)
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    """Whoever reaches Dagster's port could have any file of the machine read or moved."""
    with pytest.raises(SourceError, match="is not a path below the input folder"):
        parse_path(path)


@pytest.mark.parametrize(
    "path",
    [
        *("x.json", "acme/x.json", "acme/prod/deep/x.json", "acme/prod/x.txt", "acme/prod/.x.json"),
        *("acme/prod/a\nb.json", "CON/prod/x.json", "acme/a.b/x.json"),
    ],
)
def test_only_the_path_of_a_report_is_one(path: str) -> None:
    """A run config must not name what the sensor would never choose."""
    with pytest.raises(SourceError):
        parse_report_path(path)


def test_a_report_path_says_its_source() -> None:
    """The rows would go to the wrong client."""
    assert parse_report_path("Acme/prod/x.json") == (("acme", "prod"), (("Acme", "prod"), "x.json"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vm_20260131.json", "2026-01-31T00:00:00"),
        ("vm-2026-01-31T0200Z.json", "2026-01-31T02:00:00"),
        ("2026-01-31_02-00-15.yml", "2026-01-31T02:00:15"),
        ("20260131T020015Z.json.gz", "2026-01-31T02:00:15"),
        ("20260131-0200.json", "2026-01-31T02:00:00"),
        ("20260131T0200+0100.json", "2026-01-31T01:00:00"),
        ("2026-01-31T02:00:15.123456-05:30.json", "2026-01-31T07:30:15"),
        ("20260101T0030+0100_x.json", "2025-12-31T23:30:00"),
        ("vm_20260131020015.json", "2026-01-31T02:00:15"),
        ("vm_202601310200.json", "2026-01-31T02:00:00"),
        ("2026.01.31.json", "2026-01-31T00:00:00"),
        ("2026_01_31_0200.json", "2026-01-31T02:00:00"),
        ("2026-01-31T02.json", "2026-01-31T02:00:00"),
        ("2026-01-31_2026-02-01.json", "2026-02-01T00:00:00"),
        ("20260131_20261399.json", "2026-01-31T00:00:00"),
        ("20260131_7.json", "2026-01-31T00:00:00"),
        ("20260131T0200-0001.json", "2026-01-31T02:00:00"),
        ("20240229.json", "2024-02-29T00:00:00"),
    ],
)
def test_the_time_in_a_name_is_read(name: str, expected: str) -> None:
    """A late report would be taken for the newest, and Power BI show the past as the present."""
    assert to_collected_at(name, MTIME_NS) == (datetime.fromisoformat(expected), "file name")


@pytest.mark.parametrize(
    "name",
    [
        *("vm.json", "20261399.json", "20260230.json", "2026013102.json", "CHG2026013102.json", "1769824800.json"),
        *("19991231.json", "21000101.json", "20260131999999.json", "120260131.json", "2026-01-3102.json"),
    ],
)
def test_a_number_that_looks_alike_is_no_time(name: str) -> None:
    """A ticket number would put the report into another year."""
    assert to_collected_at(name, MTIME_NS) == (datetime.fromisoformat("2026-01-01T00:00:00"), "file time")


def test_no_mtime_is_too_strange() -> None:
    """One file with a broken clock would end every look."""
    assert to_collected_at("x.json", 10**21)[0].year == 9999
    assert to_collected_at("x.json", -(10**21))[0].year == 1970
