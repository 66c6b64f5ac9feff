"""What is current, and what the ledger says."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.reader import (
    SourceSummary,
    find_reports,
    newest_collected_at,
    read_current,
    read_reports_of_run,
    read_sources,
    summary,
)
from vcenter_pipeline.storage.writer import begin_report, record_quarantine


def day(number: int) -> datetime:
    """A day of January 2026."""
    return datetime(2026, 1, number)  # noqa: DTZ001 - the database takes naive UTC


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


def row(table: str, **values: object) -> tuple[Any, ...]:
    """A row of these values, and null in every other column."""
    return tuple(values.get(column.name) for column in core_table(table).columns)


def store(  # noqa: PLR0913 - what tells reports apart here
    database: Database,
    report: str,
    at: int,
    *,
    vms: list[str] | None = None,
    alarms: list[str] | None = None,
    client: str = "acme",
    vcenter: str = "vc1",
    **values: object,
) -> None:
    """Store a report that names these virtual machines and alarms; None where it does not speak of them."""
    when = day(at)
    start = f"{client}/prod:{vcenter}:"
    shared = {"client": client, "environment": "prod", "collected_at": when, "report": report}
    of_vms, of_alarms = {**shared, "collection": 1}, {**shared, "collection": 2}
    vm_rows = [
        row("virtual_machines", virtual_machine_key=start + name, vcenter=vcenter, moid=name, name=name, **of_vms)
        for name in vms or []
    ]
    nic_rows = [
        row("vm_nics", virtual_machine_key=start + name, mac_address="00:50:56:aa:00:00", **of_vms)
        for name in vms or []
    ]
    alarm_rows = [
        row("triggered_alarms", alarm_key=start + name, vcenter=vcenter, alarm_name=name, **of_alarms)
        for name in alarms or []
    ]
    spoken = [(1, "virtual_machines", vms), (2, "triggered_alarms", alarms)]
    collections = [
        (report, number, client, "prod", vcenter, kind, "any", None, True, len(some), 0, None, when)
        for number, kind, some in spoken
        if some is not None
    ]
    rejected = [
        (report, client, "prod", number, "virtual_machines", f"virtual_machines[{number}]", "why", None, when)
        for number in range(1, int(str(values.get("rejected_row_count", 0))) + 1)
    ]
    ledger = {
        "report": report,
        "client": client,
        "environment": "prod",
        "vcenter": vcenter,
        "path": f"{client}/prod/{report}.json",
        "fingerprint": f"fingerprint of {report}",
        "collected_at": when,
        "virtual_machine_count": None if vms is None else len(vms),
        "triggered_alarm_count": None if alarms is None else len(alarms),
        "rejected_row_count": 0,
        "status": "ingested",
        "run_id": f"run of {report}",
        "ingested_at": when,
    }
    with begin_report(database, report) as writer:
        writer.add("virtual_machines", vm_rows)
        writer.add("vm_nics", nic_rows)
        writer.add("triggered_alarms", alarm_rows)
        writer.add("rejected_rows", rejected)
        writer.add("collections", collections)
        writer.finish({**ledger, **values})


def quarantine(database: Database, report: str, client: str = "acme") -> None:
    """Record a report that could not be read."""
    record_quarantine(
        database,
        {
            "report": report,
            "client": client,
            "environment": "prod",
            "path": "x",
            "status": "quarantined",
            "ingested_at": day(9),
        },
    )


def named(table: pa.Table, column: str = "name") -> list[object]:
    """The values of a column, in order."""
    return sorted(table[column].to_pylist(), key=str)


def test_the_newest_collection_is_current_whatever_came_last(database: Database) -> None:
    """A late report must not bring back what was true before the newest."""
    store(database, "newer", 20, vms=["b"])
    store(database, "older", 10, vms=["a"], ingested_at=day(25))
    assert named(read_current(database, "acme", "prod", "virtual_machines")) == ["b"]
    assert read_current(database, "acme", "prod", "vm_nics")["report"].to_pylist() == ["newer"]


def test_of_two_reports_of_one_time_the_later_ingested_is_current(database: Database) -> None:
    """A corrected file has the time of the one that it corrects."""
    store(database, "b", 20, vms=["wrong"], ingested_at=day(21))
    store(database, "a", 20, vms=["corrected"], ingested_at=day(22))
    assert named(read_current(database, "acme", "prod", "virtual_machines")) == ["corrected"]


def test_each_vcenter_has_its_own_newest(database: Database) -> None:
    """A source with two vCenters would otherwise lose the machines of the one that reported first."""
    store(database, "r1", 10, vms=["a"], vcenter="vc1")
    store(database, "r2", 20, vms=["b"], vcenter="vc2")
    assert named(read_current(database, "acme", "prod", "virtual_machines")) == ["a", "b"]


def test_no_virtual_machines_does_not_mean_that_all_are_gone(database: Database) -> None:
    """A playbook without permission on the inventory writes an empty list: Power BI would show an empty estate."""
    store(database, "r1", 10, vms=["a"])
    store(database, "r2", 20, vms=[])
    assert named(read_current(database, "acme", "prod", "virtual_machines")) == ["a"]
    assert newest_collected_at(database, "acme", "prod", "virtual_machines") == day(10)


def test_no_alarms_is_an_answer(database: Database) -> None:
    """An alarm that has been cleared must not stand for ever."""
    store(database, "r1", 10, alarms=["hot"])
    assert named(read_current(database, "acme", "prod", "triggered_alarms"), "alarm_name") == ["hot"]
    store(database, "r2", 20, alarms=[])
    assert read_current(database, "acme", "prod", "triggered_alarms").num_rows == 0
    assert newest_collected_at(database, "acme", "prod", "triggered_alarms") == day(20)


def test_a_report_of_one_kind_says_nothing_of_the_other(database: Database) -> None:
    """Machines and alarms come in files of their own: each must leave the other as it is."""
    store(database, "r1", 10, vms=["a"])
    store(database, "r2", 20, alarms=["hot"])
    assert named(read_current(database, "acme", "prod", "virtual_machines")) == ["a"]
    assert named(read_current(database, "acme", "prod", "triggered_alarms"), "alarm_name") == ["hot"]


def test_no_client_sees_another(database: Database) -> None:
    """The first duty towards a provider's clients."""
    store(database, "r1", 10, vms=["a"], rejected_row_count=1)
    store(database, "r2", 20, vms=["b"], client="globex", rejected_row_count=2)
    for table in ("virtual_machines", "vm_nics", "reports", "rejected_rows"):
        assert set(read_current(database, "acme", "prod", table)["client"].to_pylist()) == {"acme"}
        assert read_current(database, "acme", "test", table).num_rows == 0
    assert find_reports(database, "acme", "prod", "fingerprint of r2") == []


def test_the_ledger_and_the_rejected_rows_are_read_whole(database: Database) -> None:
    """Why a machine is missing stands in them, also for a report that is no longer the newest."""
    store(database, "r1", 10, vms=["a"], rejected_row_count=2)
    store(database, "r2", 20, vms=["a"], rejected_row_count=1)
    quarantine(database, "r3")
    assert named(read_current(database, "acme", "prod", "reports"), "report") == ["r1", "r2", "r3"]
    rejected = read_current(database, "acme", "prod", "rejected_rows")
    assert rejected["report"].to_pylist() == ["r1", "r1", "r2"]
    assert rejected["row_number"].to_pylist() == [1, 2, 1]
    assert rejected["collected_at"].to_pylist() == [day(10), day(10), day(20)]


def test_reports_are_found_by_content_and_by_run(database: Database) -> None:
    """The same content must not be ingested twice, and a run has to tell what it did."""
    store(database, "r1", 10, vms=["a"], size_bytes=123, ingest_seconds=0.5)
    (found,) = find_reports(database, "acme", "prod", "fingerprint of r1")
    assert (found["size_bytes"], found["ingest_seconds"], found["collected_at"]) == (123, 0.5, day(10))
    assert found["triggered_alarm_count"] is None
    assert [row["report"] for row in read_reports_of_run(database, "run of r1")] == ["r1"]
    assert read_reports_of_run(database, "no such run") == []


def test_nothing_is_known_of_a_source_without_reports(database: Database) -> None:
    """Unknown is not zero: a source that never reported has no time, not the epoch."""
    assert newest_collected_at(database, "acme", "prod", "virtual_machines") is None
    assert read_sources(database) == []
    assert summary(database) == []


def test_the_summary_counts_the_current_state(database: Database) -> None:
    """It is what `demo` and `ingest` print, and what an admin checks first."""
    store(database, "r1", 10, vms=["a", "b", "c"], rejected_row_count=1)
    store(database, "r2", 20, vms=["a", "b"], rejected_row_count=2)
    store(database, "r3", 21, vms=["z"], vcenter="vc2")
    store(database, "r4", 5, alarms=[], client="globex")
    quarantine(database, "r5")
    quarantine(database, "r6", "initech")
    assert read_sources(database) == [("acme", "prod"), ("globex", "prod"), ("initech", "prod")]
    assert summary(database) == [
        SourceSummary("acme", "prod", 3, 1, 3, None, 3, day(21), None),
        SourceSummary("globex", "prod", 1, 0, None, 0, 0, None, day(5)),
        SourceSummary("initech", "prod", 0, 1, None, None, 0, None, None),
    ]
