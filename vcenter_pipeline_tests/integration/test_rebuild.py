"""Everything once more from the archive: it has to be what it was, however it was interrupted."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from vcenter_pipeline.defs import rereading
from vcenter_pipeline.defs.ingestion import ingest_reports, opened
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.publication import archive_ingested
from vcenter_pipeline.defs.rebuilding import Options, rebuild_sources
from vcenter_pipeline.intake.paths import to_source
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.schemas import HISTORY_TABLES, STORED_TABLES
from vcenter_pipeline.model.thinning import Rules
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.locks import source_lock
from vcenter_pipeline.storage.thinning import thin_source

Drop = Callable[[str, bytes | dict[str, Any]], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]
Keep = Callable[[], None]
Rebuild = Callable[..., tuple[int, dict[str, Any]]]
Tables = dict[str, list[tuple[Any, ...]]]

NEW_WHEN_READ = {"read_at", "ingest_seconds"}
"""What a rebuild writes anew: when the file was read, and how long that took."""
NEW_WHEN_INGESTED = NEW_WHEN_READ | {"run_id", "ingested_at"}
"""Where the database is lost, who ingested it, and when, is lost with it."""
REAL = {
    "acme/prod/vm_info-2026-11-10T0400Z.json": "ansible12/vm_info_full.json",
    "acme/prod/vm_info-2026-11-11T0400Z.yml": "ansible12/vm_info_full.yml",
    "acme/prod/alarms-2026-11-11T0410Z.json": "alarms/alarms_module_register.json",
    "acme/prod/cluster_info-2026-11-11T0420Z.json": "ansible12/cluster_info.json",
    "acme/prod/datastore_info-2026-11-11T0420Z.json": "ansible12/datastore_info.json",
    "acme/prod/host_facts-2026-11-11T0420Z.json": "ansible12/host_facts.json",
    "acme/prod/all_snapshots-2026-11-11T0430Z.json": "ansible12/all_snapshots_info.json",
    "globex/lab/vcenter_report-2026-11-12.json": "ansible12/vcenter_report.json",
}

KILLED_AT = """
import os, signal
from vcenter_pipeline.cli import main
from vcenter_pipeline.{module} import {holder} as room

left = {after}
real = room.{function}

def killed(*words, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **named)

room.{function} = killed
main()
"""


def machine(number: int, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - values of several types
    """Give a virtual machine as `vmware_vm_info` returns it; hand-made from its documented return values."""
    return {
        "guest_name": f"vm-{number}",
        "uuid": f"4234a9b0-0000-0000-0000-{number:012d}",
        "instance_uuid": f"5034a9b0-0000-0000-0000-{number:012d}",
        "moid": f"vm-{number}",
        "power_state": "poweredOn",
        "esxi_hostname": "esx1.example.com",
        "cluster": "cl-1",
        "allocated": {"cpu": 2, "memory": 4096, "storage": 1024},
    } | values


def small(*machines: dict[str, Any], vcenter: str = "vc1.example.com") -> dict[str, Any]:
    """Give a small report of one vCenter."""
    return {"changed": False, "vcenter_hostname": vcenter, "virtual_machines": list(machines)}


WEEK = {
    1: [machine(1), machine(2)],
    2: [machine(1), machine(2), machine(3)],
    3: [machine(1, guest_name="renamed"), machine(2), machine(3)],
    4: [machine(1, guest_name="renamed", allocated={"cpu": 4, "memory": 8192, "storage": 1024}), machine(2)],
    5: [machine(2), machine(4, power_state="poweredOff")],
    6: [machine(2), machine(4, esxi_hostname="esx2.example.com")],
    7: [machine(2), machine(4)],
}
"""Born, renamed, resized, gone, moved."""


@pytest.fixture
def keep(home: Settings) -> Callable[[], None]:
    """Ingest what waits, derive its history, archive it; what a pass does without Dagster, and without publishing."""

    def _keep() -> None:
        with opened(home) as pipeline:
            waiting = [str(path.relative_to(home.input_path)) for path in sorted(home.input_path.glob("*/*/*"))]
            for source in sorted({to_source(path) for path in waiting}):
                paths = [path for path in waiting if to_source(path) == source]
                for outcome in ingest_reports(pipeline, source, paths, run_id="by hand", is_last_try=True):
                    assert outcome.status in {"ingested", "known"}, outcome
                update_history(pipeline.database, source.client, source.environment)
                assert sorted(archive_ingested(pipeline, source, paths)) == paths

    return _keep


@pytest.fixture
def week(drop: Drop, keep: Keep) -> None:
    """Ingest a week of small reports of two vCenters, as they came: one of a day a day late."""
    for day in (1, 2, 4, 3, 5, 6, 7):
        drop(f"acme/week/vc1-2026-11-{day:02d}T0400Z.json", small(*WEEK[day]))
        if day in {3, 6}:
            drop(f"acme/week/vc2-2026-11-{day:02d}T0500Z.json", small(machine(9), vcenter="vc2.example.com"))
        keep()


@pytest.fixture
def rebuild(command: list[str], monkeypatch: pytest.MonkeyPatch) -> Rebuild:
    """Rebuild from the shell: `rebuild("acme", "--no-publish")`; give the exit code and what is told as JSON."""
    monkeypatch.setenv("NO_COLOR", "1")

    def _rebuild(*words: str) -> tuple[int, dict[str, Any]]:
        ended = subprocess.run([*command, "rebuild", *words, "--json"], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        assert ended.stdout, ended.stderr
        return ended.returncode, json.loads(ended.stdout)

    return _rebuild


def query(home: Settings, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask or change the database by hand."""
    with sqlite3.connect(home.home_path / "warehouse.db") as connection:
        return connection.execute(statement, values).fetchall()


def tables(home: Settings, left_out: set[str] = NEW_WHEN_READ) -> Tables:
    """Give everything that the database holds, but some columns of the ledger."""
    found: Tables = {}
    for name in STORED_TABLES:
        columns = [row[1] for row in query(home, f"PRAGMA table_info({name})")]
        chosen = ", ".join(column for column in columns if name != "reports" or column not in left_out)
        found[name] = sorted(query(home, f"SELECT {chosen} FROM {name}"), key=repr)  # noqa: S608 - a table's own name
    return found


def note(home: Settings) -> Path:
    """Give where it is noted that a rebuild is not finished."""
    return home.home_path / "warehouse.db.rebuild.json"


def source_of(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Give what is told of one source."""
    (found,) = [source for source in document["sources"] if source["source"] == key]
    return dict(found)


def counts(source: dict[str, Any]) -> dict[str, int]:
    """Give the numbers of reports that are told of a source, but zeros."""
    return {name: value for name, value in source.items() if name.startswith("reports_") and value}


def forget_database(home: Settings) -> None:
    """Lose the database."""
    for name in ("warehouse.db", "warehouse.db-wal", "warehouse.db-shm"):
        (home.home_path / name).unlink(missing_ok=True)


@pytest.mark.usefixtures("week")
def test_a_rebuild_ends_in_the_same_tables(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings, drop: Drop, real: Real, take: Take, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What differs after an upgrade has to be what the upgrade changed, and not what the rebuild did."""
    monkeypatch.setenv("VCENTER_FORMATS", "csv")
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "1")
    for path, name in REAL.items():
        drop(path, real(name))
    drop("acme/prod/same-2026-11-12.json", real("alarms/alarms_module_register.json"))
    assert take().is_good
    before = tables(home)
    assert len(before["object_changes"]) > 5
    assert len(before["reports"]) == 18, "the same alarms of another day are another collection"
    published = {path: path.read_bytes() for path in home.output_path.rglob("*.csv")}
    ended = subprocess.run([*command, "rebuild"], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = {words[0]: words[1:] for words in map(str.split, ended.stdout.splitlines())}
    assert lines["acme/prod"][:6] == ["8", "0", "0", "0", "0", "0"]
    assert lines["acme/week"][:6] == ["9", "0", "0", "0", "0", "0"]
    assert lines["globex/lab"][:6] == ["1", "0", "0", "0", "0", "0"]
    assert tables(home) == before
    assert not note(home).exists()
    assert query(home, "SELECT count(*) FROM reports WHERE read_at <= ingested_at") == [(0,)], "all were read anew"
    changed = {path.name for path, content in published.items() if path.read_bytes() != content}
    assert changed <= {"fact_report.csv"}, "only the ledger says when it was read"


@pytest.mark.usefixtures("week")
def test_a_lost_database_comes_back(home: Settings, drop: Drop, real: Real, keep: Keep, rebuild: Rebuild) -> None:
    """The archive is what is left; what it does not bring back is gone for good."""
    for path, name in REAL.items():
        drop(path, real(name))
    for number in (1, 2):
        undated = drop("acme/week/undated.json", small(machine(number)))
        os.utime(undated, ns=(1_763_000_000_123_456_789 + number * 86_400_000_000_000,) * 2)
        keep()
    assert len(list(home.archive_path.glob("acme/week/*/*/undated~*Z.json"))) == 1, "its name was taken"
    before = tables(home, NEW_WHEN_INGESTED)
    forget_database(home)
    code, told = rebuild()
    assert code == 0, told
    assert {source["source"]: counts(source) for source in told["sources"]} == {
        "acme/prod": {"reports_new": 7},
        "acme/week": {"reports_new": 11},
        "globex/lab": {"reports_new": 1},
    }
    assert tables(home, NEW_WHEN_INGESTED) == before
    assert query(home, "SELECT count(*) FROM reports WHERE path = 'acme/week/undated.json'") == [(2,)]


def test_the_same_alarms_again_come_back_as_the_collections_that_they_were(
    home: Settings, drop: Drop, keep: Keep, rebuild: Rebuild
) -> None:
    """Alarms that go off again leave the very file of before: one of the two collections must not swallow the other."""
    alarm = {
        "alarm": "Host CPU usage",
        "entity": "esx1.example.com",
        "entity_type": "HostSystem",
        "overall_status": "red",
        "triggered_time": "2026-11-01T04:00:00Z",
    }
    for day, alarms in ((1, [alarm]), (2, []), (3, [alarm])):
        drop(f"acme/prod/alarms-2026-11-{day:02d}.json", {"alarms": alarms})
        keep()
    before = tables(home, NEW_WHEN_INGESTED)
    assert len(before["reports"]) == 3
    code, told = rebuild()
    assert (code, counts(source_of(told, "acme/prod"))) == (0, {"reports_read": 3})
    assert tables(home, NEW_WHEN_INGESTED) == before
    forget_database(home)
    code, told = rebuild()
    assert (code, counts(source_of(told, "acme/prod"))) == (0, {"reports_new": 3})
    assert tables(home, NEW_WHEN_INGESTED) == before


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("module", "holder", "function", "after", "read"),
    [
        ("storage.writer", "ReportWriter", "finish", 4, 4),
        ("defs", "rebuilding", "clear_history", 0, 9),
        ("storage", "history", "write_step", 5, 9),
        ("defs", "rebuilding", "publish_source", 0, 9),
    ],
    ids=["in a report", "before the history", "in the history", "before the files"],
)
def test_a_killed_rebuild_goes_on(  # noqa: PLR0913, PLR0917 - fixtures, and what differs
    module: str, holder: str, function: str, after: int, read: int, home: Settings, rebuild: Rebuild
) -> None:
    """It takes hours for a large archive: one that has to begin anew after each reboot never ends."""
    before = tables(home)
    began = query(home, "SELECT max(read_at) FROM reports")
    code = KILLED_AT.format(module=module, holder=holder, function=function, after=after)
    ended = subprocess.run([sys.executable, "-c", code, "rebuild"], capture_output=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert note(home).exists()
    assert query(home, "SELECT count(*) FROM reports WHERE read_at > ?", *began[0]) == [(read,)]
    for name in STORED_TABLES:
        if name not in HISTORY_TABLES:
            assert tables(home)[name] == before[name], "a report is never half there"
    exit_code, told = rebuild()
    assert exit_code == 0, told
    source = source_of(told, "acme/week")
    assert source["is_continued"]
    (remark,) = source["remarks"]
    assert remark.startswith("acme/week: the rebuild that began at ")
    assert remark.endswith(" UTC goes on.")
    assert counts(source) == {
        name: value for name, value in {"reports_read": 9 - read, "reports_read_before": read}.items() if value
    }
    assert tables(home) == before
    assert not note(home).exists()
    assert counts(source_of(rebuild("--no-publish")[1], "acme/week")) == {"reports_read": 9}, "that one was finished"


@pytest.mark.usefixtures("week")
def test_a_rebuild_of_several_sources_takes_up_the_unfinished_ones(
    home: Settings, drop: Drop, real: Real, keep: Keep, rebuild: Rebuild
) -> None:
    """What was finished is not read again, unless one asks for it."""
    drop("globex/lab/vcenter_report-2026-11-12.json", real("ansible12/vcenter_report.json"))
    keep()
    code = KILLED_AT.format(module="storage.writer", holder="ReportWriter", function="finish", after=9)
    ended = subprocess.run([sys.executable, "-c", code, "rebuild", "--no-publish"], capture_output=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    sources = json.loads(note(home).read_text())["sources"]
    assert {key: one["is_finished"] for key, one in sources.items()} == {"acme/week": True, "globex/lab": False}
    _, told = rebuild("--no-publish")
    assert counts(source_of(told, "acme/week")) == {}
    assert source_of(told, "acme/week")["remarks"][0].endswith("was finished then.")
    assert counts(source_of(told, "globex/lab")) == {"reports_read": 1}
    assert not note(home).exists()

    ended = subprocess.run([sys.executable, "-c", code, "rebuild", "--no-publish"], capture_output=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    _, told = rebuild("--no-publish", "--restart")
    assert counts(source_of(told, "acme/week")) == {"reports_read": 9}
    assert not source_of(told, "acme/week")["is_continued"]
    assert not note(home).exists()


@pytest.mark.usefixtures("week")
def test_what_retention_thinned_comes_back(home: Settings, rebuild: Rebuild) -> None:
    """Whoever raises the days to keep, and has the files, gets the collections again, and all of their history."""
    before = tables(home)
    thinned = query(home, "SELECT report FROM reports WHERE path GLOB '*vc1-2026-11-0[23]*'")
    assert len(thinned) == 2
    for (report,) in thinned:
        for name in STORED_TABLES:
            if name not in HISTORY_TABLES and name != "reports":
                query(home, f"DELETE FROM {name} WHERE report = ?", report)  # noqa: S608 - a table's own name
        query(home, "UPDATE reports SET thinned_at = '2026-11-20T00:00:00.000000' WHERE report = ?", report)
    query(home, "UPDATE history_steps SET is_frozen = 1 WHERE collected_at < '2026-11-05'")
    query(home, "UPDATE object_changes SET new_value = 'as it was derived then' WHERE column_name = 'name'")
    code, told = rebuild("--no-publish")
    assert (code, counts(source_of(told, "acme/week"))) == (0, {"reports_read": 9})
    assert tables(home) == before, "nothing is frozen any more, as all that it was derived of is there"


@pytest.mark.usefixtures("week")
def test_what_retention_itself_took_comes_back_as_far_as_there_are_files(home: Settings, rebuild: Rebuild) -> None:
    """Retention and rebuild meet here: what one freezes, the other must neither lose nor count twice."""
    before = tables(home)
    history = {name: rows for name, rows in before.items() if name in HISTORY_TABLES}

    def thin() -> int:
        with opened(home) as pipeline:
            rules = Rules(keep_all_days=30, keep_daily_days=60)
            return thin_source(pipeline.database, "acme", "week", rules=rules, now=datetime(2027, 3, 1)).reports  # noqa: DTZ001 - instants are naive UTC

    assert thin() == 7, "of each vCenter the last one of the month stays"
    code, told = rebuild("--no-publish")
    assert (code, counts(source_of(told, "acme/week"))) == (0, {"reports_read": 9})
    assert tables(home) == before
    assert thin() == 7
    for path in home.archive_path.glob("acme/week/*/*/vc1-2026-11-0[35]*"):
        path.unlink()
    code, told = rebuild("--no-publish")
    assert (code, counts(source_of(told, "acme/week"))) == (0, {"reports_read": 7, "reports_without_file": 2})
    after = tables(home)
    frozen = query(home, "SELECT count(*) FROM history_steps WHERE is_frozen")
    assert frozen != [(0,)]
    assert {name: rows for name, rows in after.items() if name in history and name != "history_steps"} == {
        name: rows for name, rows in history.items() if name != "history_steps"
    }
    assert query(home, "SELECT count(*) FROM reports WHERE thinned_at IS NOT NULL") == [(2,)]


@pytest.mark.usefixtures("week")
def test_without_the_files_what_was_derived_of_them_stays(home: Settings, rebuild: Rebuild, keep: Keep) -> None:
    """The changes of a year ago stand nowhere else any more; a rebuild that drops them destroys what it should save."""
    before = tables(home)
    (gone,) = home.archive_path.glob("acme/week/*/*/vc1-2026-11-02*")
    gone.unlink()
    (report,) = query(home, "SELECT report FROM reports WHERE path GLOB '*vc1-2026-11-02*'")
    query(home, "DELETE FROM virtual_machines WHERE report = ?", *report)
    query(home, "DELETE FROM collections WHERE report = ? AND kind = 'virtual_machines'", *report)
    query(home, "UPDATE history_steps SET is_frozen = 1 WHERE collected_at < '2026-11-04'")
    frozen = {name: rows for name, rows in tables(home).items() if name in HISTORY_TABLES}
    code, told = rebuild("--no-publish")
    source = source_of(told, "acme/week")
    assert (code, counts(source)) == (0, {"reports_read": 8, "reports_without_file": 1})
    assert source["remarks"] == ["acme/week: 1 report has no file in the archive any more; its rows stay as they were."]
    assert {name: rows for name, rows in tables(home).items() if name in HISTORY_TABLES} == frozen
    assert tables(home)["object_changes"] == before["object_changes"]
    assert query(home, "SELECT thinned_at FROM reports WHERE report = ?", *report) == [(None,)], "it was not touched"
    keep()
    assert tables(home)["object_changes"] == before["object_changes"]


@pytest.mark.usefixtures("week")
def test_a_file_that_cannot_be_read_any_more_costs_nothing_but_a_sentence(home: Settings, rebuild: Rebuild) -> None:
    """A disk that spoilt one file of a year must not take the rows that were read of it when it was whole."""
    before = tables(home)
    (spoilt,) = home.archive_path.glob("acme/week/*/*/vc1-2026-11-02*")
    content = spoilt.read_bytes()
    spoilt.write_bytes(content[:100])
    code, told = rebuild("--no-publish")
    source = source_of(told, "acme/week")
    assert code == 1
    assert not told["is_good"]
    assert counts(source) == {"reports_read": 8, "reports_refused": 1, "reports_without_file": 1}
    (sentence,) = source["problems"]
    assert sentence.startswith(f"In the archive, {spoilt.relative_to(home.archive_path)} cannot be read any more: ")
    assert sentence.endswith(" Rows that it gave once stay as they were.")
    assert tables(home) == before
    assert spoilt.read_bytes() == content[:100], "nothing is moved"
    assert not note(home).exists(), "trying again cannot help"


@pytest.mark.usefixtures("week")
def test_what_todays_code_refuses_keeps_its_rows(
    home: Settings, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch, drop: Drop, keep: Keep
) -> None:
    """A limit that was lowered since, or a stricter reader, must not empty the tables."""
    drop("acme/week/large-2026-11-08.json", small(*map(machine, range(100, 6000))))
    keep()
    before = tables(home)
    monkeypatch.setenv("VCENTER_MAX_FILE_MIB", "1")
    code, told = rebuild("--no-publish")
    source = source_of(told, "acme/week")
    assert (code, source["reports_read"], source["reports_refused"]) == (1, 9, 1)
    assert "more than the limit of 1,048,576" in source["problems"][0]
    assert tables(home) == before


@pytest.mark.usefixtures("week")
def test_a_column_that_an_upgrade_brought_is_filled(home: Settings, rebuild: Rebuild, published: Any) -> None:  # noqa: ANN401 - a fixture
    """It is what a rebuild is for: without it the new column is empty for everything before the upgrade."""
    before = tables(home)
    query(home, "UPDATE virtual_machines SET cpu_count = NULL, memory_mib = NULL")
    query(home, "UPDATE reports SET failed_item_count = NULL, virtual_machine_count = NULL")
    query(home, "UPDATE source_daily SET vcpu_count = NULL")
    code, _ = rebuild("acme", "week")
    assert code == 0
    assert tables(home) == before
    assert {row["memory_mib"] for row in published("acme/week", "dim_virtual_machine")} == {4096}


@pytest.mark.usefixtures("week")
def test_links_in_the_archive_are_not_followed(home: Settings, rebuild: Rebuild, tmp_path: Path) -> None:
    """A link is how one client's inventory would come into another one's tables."""
    before = tables(home)
    secret = tmp_path / "vm_info-2026-11-30.json"
    secret.write_text(json.dumps(small(machine(77))))
    (month,) = home.archive_path.glob("acme/week/*/*")
    (month / secret.name).symlink_to(secret)
    (home.archive_path / "acme/week/more").symlink_to(tmp_path)
    code, told = rebuild("acme", "week", "--no-publish")
    assert code == 1
    source = source_of(told, "acme/week")
    assert counts(source) == {"reports_read": 9, "reports_refused": 2}
    assert all("is a symbolic link; links are never followed." in sentence for sentence in source["problems"])
    assert tables(home) == before

    moved = shutil.move(home.archive_path / "acme", tmp_path / "elsewhere")
    (home.archive_path / "acme").symlink_to(moved)
    code, told = rebuild("--no-publish")
    assert code == 1
    assert any("'acme' is a symbolic link; links are never followed." in sentence for sentence in told["refused"])
    assert tables(home) == before


def test_a_client_that_nobody_knows_is_a_sentence(home: Settings, command: list[str]) -> None:
    """A name that was mistyped must not read as "all is rebuilt"."""
    for words, says in (
        (["nobody"], "Neither the tables nor the archive know nobody;"),
        (["acme", "../globex"], "The folder '../globex' cannot name an environment;"),
    ):
        ended = subprocess.run([*command, "rebuild", *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        assert ended.returncode == 2
        assert says in ended.stderr
        assert "Traceback" not in ended.stderr
    assert home.home_path.exists()


@pytest.mark.usefixtures("week")
def test_new_reports_are_taken_while_a_rebuild_goes_on(
    home: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild of a large archive takes hours; a source that shows yesterday's alarms all that time is no help."""
    monkeypatch.setattr(rereading, "_TURN_SECONDS", 0.0)
    drop("acme/week/vc1-2026-11-09T0400Z.json", small(machine(1), machine(5)))
    source = Source("acme", "week")
    taken_after: list[int] = []
    done: list[int] = []

    def take_it() -> None:
        with opened(home) as pipeline, source_lock(pipeline.database, "acme/week"):
            paths = ["acme/week/vc1-2026-11-09T0400Z.json"]
            (outcome,) = ingest_reports(pipeline, source, paths, run_id="beside", is_last_try=True)
            assert outcome.status == "ingested"
            taken_after.append(len(done))

    def tell(doing: str, number: int, _: int) -> None:
        if doing.endswith(": reports"):
            done.append(number)
            if number == 1:
                beside.start()

    beside = Thread(target=take_it)
    with opened(home) as pipeline:
        (result,) = rebuild_sources(pipeline, [source], Options(is_publishing=False), tell)
    beside.join()
    assert result.is_good
    assert result.reports_read == 9
    assert taken_after, "it was not taken at all"
    assert taken_after[0] < 9, "it had to wait for the end"
    assert query(home, "SELECT count(*) FROM history_steps WHERE collected_at LIKE '2026-11-09%'") == [(2,)]
