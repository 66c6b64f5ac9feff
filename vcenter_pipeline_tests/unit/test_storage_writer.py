"""A report takes effect exactly once, whole, or not at all."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError, TransientError
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.reader import find_reports, read_current, read_reports_rows
from vcenter_pipeline.storage.writer import ReportWriter, begin_report, record_quarantine

AT = datetime(2026, 1, 31, 2, 0)  # noqa: DTZ001 - the database takes naive UTC


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}", timeout_seconds=20) as opened:
        migrate(opened)
        yield opened


def vm(name: str, report: str = "r1", *, cpu_count: object = 4, at: datetime = AT) -> tuple[Any, ...]:
    """A row of virtual_machines in column order, its first columns spelled out."""
    first = (
        *(f"acme/prod:{name}", "acme", "prod", "acme/prod", name, "vm-1", None, None, "poweredOn", None),
        *(cpu_count, 8192, 1, None, 0, None, None, None, None, None, False, None, None, at, report),
    )
    rest = len(core_table("virtual_machines").columns) - len(first) - 1
    return (*first, *[None] * rest, 1)


def collection(row_count: int, report: str = "r1") -> tuple[Any, ...]:
    """A row of collections: the report lists all virtual machines."""
    return (report, 1, "acme", "prod", None, "virtual_machines", "vmware_vm_info", None, True, row_count, 0, None, AT)


def ledger(report: str = "r1", **values: object) -> dict[str, object]:
    """A ledger row of one ingested report of acme/prod with one virtual machine."""
    row = {
        "report": report,
        "client": "acme",
        "environment": "prod",
        "vcenter": "acme/prod",
        "path": "acme/prod/vms.json",
        "fingerprint": "f1",
        "collected_at": AT,
        "virtual_machine_count": 1,
        "rejected_row_count": 0,
        "status": "ingested",
        "ingested_at": AT,
    }
    return {**row, **values}


def names(database: Database) -> list[str]:
    """The names of the stored virtual machines."""
    stored = read_reports_rows(database, "virtual_machines", ["r1", "r2"])
    return sorted(str(name) for name in stored["name"].to_pylist())


def store_batches(
    database: Database,
    batches: Iterable[Sequence[tuple[Any, ...]]],
    *,
    then: Callable[[ReportWriter], None] = lambda _writer: None,
) -> None:
    """Store a report of virtual machines as the batches come."""
    with begin_report(database, "r1") as writer:
        for batch in batches:
            writer.add("virtual_machines", batch)
        writer.finish(ledger())
        then(writer)


def store(database: Database, *rows: tuple[Any, ...], report: str = "r1", **values: object) -> None:
    """Store one report of virtual machines."""
    with begin_report(database, report) as writer:
        writer.add("virtual_machines", rows)
        writer.add("collections", [collection(len(rows), report)])
        writer.finish(ledger(report, **values))


def test_an_error_in_the_middle_of_the_rows_leaves_nothing(database: Database) -> None:
    """A file that breaks off would otherwise leave half of its machines, taken for all."""

    def batches() -> Iterator[list[tuple[Any, ...]]]:
        yield [vm("a")]
        raise ValueError("breaks off")

    with pytest.raises(ValueError, match="breaks off"):
        store_batches(database, batches())
    assert names(database) == []
    assert read_reports_rows(database, "virtual_machines", ["r1"]).num_rows == 0
    with database.reading("look") as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM virtual_machines").scalar() == 0


def test_a_block_without_finish_leaves_nothing(database: Database) -> None:
    """Rows without their ledger row would belong to no report that anybody knows."""
    with begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("a")])
    with database.reading("look") as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM virtual_machines").scalar() == 0


def test_an_error_after_finish_leaves_nothing(database: Database) -> None:
    """What fails inside the block has failed, however late."""

    def fail(_writer: ReportWriter) -> None:
        raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"):
        store_batches(database, [[vm("a")]], then=fail)
    assert find_reports(database, "acme", "prod", "f1") == []


def test_loading_again_replaces_the_rows(database: Database) -> None:
    """A second ingest of one report would otherwise double a client's estate."""
    store(database, vm("a"), vm("b"))
    store(database, vm("b", cpu_count=8), vm("c"))
    current = read_current(database, "acme", "prod", "virtual_machines")
    assert dict(zip(current["name"].to_pylist(), current["cpu_count"].to_pylist(), strict=True)) == {"b": 8, "c": 4}
    assert len(find_reports(database, "acme", "prod", "f1")) == 1


def test_a_failed_second_load_keeps_the_first(database: Database) -> None:
    """Deleting and inserting in two transactions would leave a report with no rows."""
    store(database, vm("a"))
    with pytest.raises(StorageError), begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("b"), vm("b")])
    assert names(database) == ["a"]


def test_a_loaded_report_without_rows_of_a_table_loses_its_old_ones(database: Database) -> None:
    """Rows of the earlier reading would be read as if the new one had them."""
    store(database, vm("a"))
    with begin_report(database, "r1") as writer:
        writer.finish(ledger(virtual_machine_count=0))
    assert read_reports_rows(database, "virtual_machines", ["r1"]).num_rows == 0


@pytest.mark.parametrize(
    ("cpu_count", "sentence"),
    [
        ("four", "cannot store TEXT value in INTEGER column virtual_machines.cpu_count"),
        (1.5, "cannot store REAL value in INTEGER column virtual_machines.cpu_count"),
        (2**63, "does not fit into the database"),
    ],
)
def test_a_value_of_another_type_is_refused(database: Database, cpu_count: object, sentence: str) -> None:
    """SQLite by itself stores any text in an integer column, and Power BI's refresh breaks on it."""
    with pytest.raises(StorageError, match=sentence), begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("a", cpu_count=cpu_count)])
    assert names(database) == []


def test_refused_rows_cannot_be_finished(database: Database) -> None:
    """A caller that passes over the error would otherwise keep half of a batch."""
    with begin_report(database, "r1") as writer:
        with pytest.raises(StorageError, match="UNIQUE constraint failed"):
            writer.add("virtual_machines", [vm("a"), vm("a")])
        with pytest.raises(StorageError, match="some of its rows were refused"):
            writer.finish(ledger())
    assert names(database) == []


def test_a_refusal_does_not_show_the_row(database: Database) -> None:
    """Messages go to logs, and a client's inventory must not."""
    with pytest.raises(StorageError) as caught, begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("secret-name\ud800")])
    assert "secret-name" not in str(caught.value)
    assert "does not fit" in str(caught.value)


@pytest.mark.parametrize(
    "row",
    [
        vm("a", "r2"),
        vm("a")[:-1],
        vm("a", at=datetime(2026, 1, 31, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_row_that_is_not_of_this_report_is_refused(database: Database, row: tuple[Any, ...]) -> None:
    """It would be found under another report, or under none, and never be replaced."""
    with pytest.raises(StorageError), begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [row])


@pytest.mark.parametrize(
    "change",
    [{"report": "r2"}, {"status": "quarantined"}, {"environment": "test"}, {"collected_at": None}, {"colour": "red"}],
)
def test_a_ledger_row_that_does_not_go_with_the_rows_is_refused(database: Database, change: dict[str, object]) -> None:
    """Readers find the rows through the ledger: a row of another source would show them to another client."""
    with begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("a")])
        with pytest.raises(StorageError):
            writer.finish({**ledger(), **change})
    assert names(database) == []


def test_many_rows_keep_every_value_in_its_column(database: Database) -> None:
    """Rows go many to a statement: a slip there would mix up machines without an error."""
    store(database, *(vm(f"vm{number:04}", cpu_count=number) for number in range(2_345)), virtual_machine_count=2_345)
    current = read_current(database, "acme", "prod", "virtual_machines")
    assert current.num_rows == 2_345
    assert current["cpu_count"].to_pylist() == list(range(2_345))
    assert current["name"].to_pylist()[2_344] == "vm2344"
    assert set(current["is_template"].to_pylist()) == {False}
    assert set(current["is_system"].to_pylist()) == {None}


def test_one_row_that_differs_in_the_middle_keeps_its_values(database: Database) -> None:
    """What all rows share is handed over once: the one machine that is off would otherwise be on as all others."""
    rows = [vm(f"vm{number:04}", cpu_count=2) for number in range(300)]
    rows[150] = vm("vm0150", cpu_count=None)
    store(database, *rows)
    assert read_current(database, "acme", "prod", "virtual_machines")["cpu_count"].to_pylist() == [
        *[2] * 150,
        None,
        *[2] * 149,
    ]


def test_quarantine_replaces_quarantine_but_never_an_ingested_report(database: Database) -> None:
    """The ledger would otherwise say that a report is not in the tables, while its rows are."""
    assert record_quarantine(database, ledger(status="quarantined", reason="first", virtual_machine_count=None))
    assert record_quarantine(database, ledger(status="quarantined", reason="second", virtual_machine_count=None))
    assert [row["reason"] for row in find_reports(database, "acme", "prod", "f1")] == ["second"]
    store(database, vm("a"))
    assert not record_quarantine(database, ledger(status="quarantined", reason="third"))
    assert [row["status"] for row in find_reports(database, "acme", "prod", "f1")] == ["ingested"]
    assert names(database) == ["a"]


def test_readers_go_on_while_a_report_is_stored(database: Database) -> None:
    """A refresh of Power BI must neither wait for an ingest nor see half of it."""
    store(database, vm("a"))
    with begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("b"), vm("c")])
        assert names(database) == ["a"]
        writer.finish(ledger())
        assert names(database) == ["a"]
    assert names(database) == ["b", "c"]


def test_a_second_writer_gives_up_with_a_sentence(database: Database) -> None:
    """Trying again can help, so the report must not go to quarantine."""
    url = f"sqlite:///{database.path}"
    with open_database(url, timeout_seconds=0.2) as other, begin_report(database, "r1") as writer:
        writer.add("virtual_machines", [vm("a")])
        with pytest.raises(TransientError, match="another process has been writing"):
            store(other, vm("b", "r2"), report="r2")
        writer.finish(ledger())
    assert names(database) == ["a"]


_WRITE = """
    import sys, time
    from pathlib import Path
    from vcenter_pipeline.storage.database import open_database
    from vcenter_pipeline.storage.writer import begin_report
    sys.path.insert(0, {tests!r})
    from test_storage_writer import ledger, vm
    with open_database("sqlite:///{path}") as database, begin_report(database, {report!r}) as writer:
        for number in range({count}):
            writer.add("virtual_machines", [vm(f"{report}-{{number}}", {report!r})])
            if number == 0:
                print("writing", flush=True)
        {then}
        writer.finish(ledger({report!r}, virtual_machine_count={count}))
"""


def start(database: Database, report: str, count: int, then: str = "pass") -> subprocess.Popen[str]:
    """Store a report in a process of its own."""
    code = textwrap.dedent(_WRITE).format(
        tests=str(Path(__file__).parent), path=database.path, report=report, count=count, then=then
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own code


def test_two_processes_that_write_at_once_both_succeed(database: Database) -> None:
    """Sources are ingested side by side: the second has to wait for its turn, not to fail."""
    processes = [start(database, "ra", 300, "time.sleep(1)"), start(database, "rb", 300, "time.sleep(1)")]
    assert [process.communicate(timeout=60)[0] for process in processes] == ["writing\n", "writing\n"]
    assert [process.returncode for process in processes] == [0, 0]
    assert read_reports_rows(database, "virtual_machines", ["ra", "rb"]).num_rows == 600


def test_a_process_killed_in_the_middle_leaves_the_old_state(database: Database) -> None:
    """Power fails and systems kill: the next run has to find the database as if nothing had happened."""
    store(database, vm("a"))
    process = start(database, "r1", 5_000, "time.sleep(60)")
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert names(database) == ["a"]
    store(database, vm("b"))
    assert names(database) == ["b"]
    with database.reading("look") as connection:
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
