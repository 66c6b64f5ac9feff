"""Every row of a source out of the database, nobody else's, and nothing that could be read in the file.

Records are hand-made, as the shapes give them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.batches import Batch, RejectedRow
from vcenter_pipeline.model.records import virtual_machine
from vcenter_pipeline.model.schemas import STORED_TABLES
from vcenter_pipeline.model.tables import Normalizer, Origin
from vcenter_pipeline.storage import forgetting, vacuuming
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.forgetting import count_rows, forget_rows
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.looks import Look, remember_looks
from vcenter_pipeline.storage.vacuuming import count_free, give_back
from vcenter_pipeline.storage.writer import begin_report, record_quarantine

ITS = ("acmeprod", "acme/prod/")
"""What its reports and its files begin with."""
START = datetime(2026, 1, 1)  # noqa: DTZ001 - the database takes naive UTC
ACME = {
    "waiting_reports": 3, "reports": 4, "virtual_machines": 9, "collections": 3, "rejected_rows": 3,
    "history_steps": 6, "object_changes": 2, "source_daily": 3, "cluster_daily": 3,
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of two sources of one client, and one of another."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        for client, environment in (("acme", "prod"), ("acme", "lab"), ("globex", "prod")):
            for day in range(3):
                store(opened, client, environment, day)
            update_history(opened, client, environment)
            bad = {"report": f"{client}{environment}bad", "client": client, "environment": environment, "path": "x"}
            record_quarantine(opened, {**bad, "status": "quarantined", "ingested_at": START})
        paths = [
            "acme/prod/a.json",
            "Acme/PROD/b.json",
            "acme/prod/na\udcef.json",
            "acme/prod2/c.json",
            "globex/prod/d.json",
        ]
        remember_looks(opened, [Look(path, 1, 1, 1, START) for path in paths])
        yield opened


def store(database: Database, client: str, environment: str, day: int, count: int = 3) -> None:
    """Store a report of some machines, of which one is resized each day, and of a row that was refused."""
    records = [virtual_machine(moid="vm-1", name=f"secret-of-{client}", cpu_count=day + 1, cluster="c")]
    records += [virtual_machine(moid=f"vm-{number}", name="x", cluster="c") for number in range(2, count + 1)]
    row = RejectedRow("virtual_machines", "virtual_machines[3]", "moid: it is a list", None)
    batch = Batch("virtual_machines", "vmware_vm_info", "x", range(count), records, (row,), group="x")
    report, at = f"{client}{environment}{day}", START + timedelta(days=day)
    normalizer = Normalizer(Origin(client, environment, f"{client}/{environment}", report, at))
    with begin_report(database, report) as writer:
        for rows in (normalizer.add(batch), normalizer.finish()):
            for table, some in rows.items():
                writer.add(table, some)
        ledger = {"report": report, "client": client, "environment": environment, "path": "x", "collected_at": at}
        writer.finish({**ledger, "status": "ingested", "ingested_at": at, "rejected_row_count": 1})


def stored(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Give every table as it is stored."""
    found = {}
    with database.reading("be read") as connection:
        for name in (*STORED_TABLES, "waiting_reports"):
            found[name] = [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}").all()]  # noqa: S608 - our own words
    return found


def test_all_of_it_goes_and_nothing_else(database: Database) -> None:
    """A client that asks to be forgotten asks for all of it; another one would lose its history."""
    before = stored(database)
    assert count_rows(database, "acme", "prod") == ACME
    assert forget_rows(database, "acme", "prod") == ACME
    assert count_rows(database, "acme", "prod") == {}
    after = stored(database)
    for name, rows in before.items():
        theirs = [row for row in rows if not any(str(value).lower().lstrip("\\").startswith(ITS) for value in row)]
        assert after[name] == theirs, name
    assert forget_rows(database, "acme", "prod") == {}
    assert forget_rows(database, "nobody", "prod") == {}


def test_a_process_may_end_on_the_way(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half forgotten, and nobody knows which half: called again it has to find the rest."""
    monkeypatch.setattr(forgetting, "_ROWS_A_BATCH", 2)
    monkeypatch.setattr(forgetting, "_REPORTS_A_BATCH", 1)

    def end(_done: int, _total: int) -> None:
        raise StorageError("the power failed")

    ends = 0
    for _ in range(100):
        try:
            forget_rows(database, "acme", "prod", tell=end)
        except StorageError:
            ends += 1
        else:
            break
    assert ends > 8
    assert count_rows(database, "acme", "prod") == {}
    assert count_rows(database, "acme", "lab")["virtual_machines"] == 9


def test_what_is_forgotten_is_not_in_the_file_any_more(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite leaves what it deletes where it stood, for whoever opens the file with an editor or has its backup."""
    monkeypatch.setattr(vacuuming, "_PAGES_A_STEP", 2)
    store(database, "acme", "prod", 9, count=2_000)
    for environment in ("prod", "lab"):
        forget_rows(database, "acme", environment)
    free = count_free(database)
    told: list[tuple[int, int]] = []
    given = give_back(database, lambda *how_far: told.append(how_far))
    assert free == given > 0
    assert told[-1] == (given // 16_384, given // 16_384)
    assert count_free(database) == give_back(database) == 0
    database.close()
    assert not database.path.with_name("warehouse.db-wal").exists()
    content = database.path.read_bytes()
    assert b"secret-of-acme" not in content
    assert b"secret-of-globex" in content
