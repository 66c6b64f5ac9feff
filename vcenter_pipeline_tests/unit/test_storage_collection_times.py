"""When the newest reports of each source were collected."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.collection_times import read_collection_times
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.writer import begin_report, record_quarantine


def at(number: int) -> datetime:
    """Give a day of January 2026."""
    return datetime.fromisoformat(f"2026-01-{number:02}")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


def store(database: Database, report: str, number: int, client: str = "acme", **counts: int) -> None:
    """Store a report of that day that counted these objects."""
    row = dict.fromkeys(column.name for column in core_table("reports").columns) | {
        "report": report, "client": client, "environment": "prod", "vcenter": f"{client}/prod", "path": report,
        "collected_at": at(number), "ingested_at": at(30), "status": "ingested", **counts,
    }  # fmt: skip
    with begin_report(database, report) as writer:
        writer.finish(row)


def test_times_by_kind_the_newest_first(database: Database) -> None:
    """A source whose alarm playbook died is late, though its virtual machines come every night."""
    for number in (3, 1, 4, 2):
        store(database, f"vm{number}", number, virtual_machine_count=5)
    store(database, "again", 4, virtual_machine_count=0)
    store(database, "alarms", 2, triggered_alarm_count=0)
    store(database, "hosts", 9, esxi_host_count=3)
    store(database, "others", 7, client="globex", esxi_host_count=3)
    found = read_collection_times(database, 3)
    assert found == {
        ("acme", "prod"): {"virtual machines": [at(4), at(3), at(2)], "alarms": [at(2)]},
        ("globex", "prod"): {"reports": [at(7)]},
    }
    assert list(found) == [("acme", "prod"), ("globex", "prod")]
    assert read_collection_times(database, 1, ("globex", "prod")) == {("globex", "prod"): {"reports": [at(7)]}}
    assert read_collection_times(database, 1, ("nobody", "prod")) == {}


def test_what_was_quarantined_told_nothing(database: Database) -> None:
    """A source that sends broken files every night is silent all the same."""
    record_quarantine(
        database,
        {
            "report": "q", "client": "acme", "environment": "prod", "path": "q", "fingerprint": None,
            "size_bytes": 1, "modified_at": at(9), "run_id": None, "ingested_at": at(9), "status": "quarantined",
            "reason": "It is no report.",
        },
    )  # fmt: skip
    assert read_collection_times(database, 3) == {}
