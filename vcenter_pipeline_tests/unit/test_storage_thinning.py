"""Old collections out of the database: what goes, what must not change, and a process that ends on the way.

Records are hand-made, as the shapes give them.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.batches import Batch, RejectedRow
from vcenter_pipeline.model.records import Datastore, TriggeredAlarm, VCenter, virtual_machine
from vcenter_pipeline.model.schemas import HISTORY_TABLES, STORED_TABLES
from vcenter_pipeline.model.thinning import Rules
from vcenter_pipeline.storage import thinning
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.thinning import Thinned, count_thinning, thin_source
from vcenter_pipeline_tests.unit.history_days import listed, store

NOW = datetime(2026, 2, 1, 3, 17)  # noqa: DTZ001 - the database takes naive UTC
RULES = Rules(keep_all_days=10, keep_daily_days=20)
"""Everything from 22 January on, each day's last from 12 January on, and the last of each month."""
U1 = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"

Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


def at(day: int, hour: int = 4) -> datetime:
    """Give a time of January 2026; of February from day 32 on."""
    return datetime(2026, 1, 1, hour) + timedelta(days=day - 1)  # noqa: DTZ001 - the database takes naive UTC


def machines(cpu_count: int, *more: str) -> Batch:
    """Give a list of two virtual machines, and more."""
    records = [virtual_machine(moid="vm-1", name="web", cpu_count=cpu_count), virtual_machine(moid="vm-2", name="db")]
    return listed("virtual_machines", *records, *(virtual_machine(moid=moid, name=moid) for moid in more))


def alarm(status: str) -> Batch:
    """Give a list of one alarm."""
    fields = dict.fromkeys(TriggeredAlarm._fields) | {
        "alarm_name": "CPU", "alarm_moid": "alarm-1", "entity_type": "VirtualMachine", "entity_name": "web",
        "entity_moid": "vm-1", "overall_status": status, "triggered_at": at(1, 3),
    }  # fmt: skip
    return listed("triggered_alarms", TriggeredAlarm(**fields), shape="vmware_triggered_alarms")


def datastore(free: int) -> Batch:
    """Give a list of one datastore."""
    fields = dict.fromkeys(Datastore._fields) | {"name": "ds1", "capacity_bytes": 100, "free_bytes": free}
    return listed("datastores", Datastore(**fields), shape="vmware_datastore_info")


def about() -> Batch:
    """Give the description of a vCenter."""
    fields = dict.fromkeys(VCenter._fields) | {"instance_uuid": U1, "host_name": "vc.example.com", "version": "8.0.3"}
    return listed("vcenters", VCenter(**fields), shape="vmware_about_info", is_complete=False)


def rejected() -> Batch:
    """Give a list of which one row could not be read."""
    row = RejectedRow("virtual_machines", "virtual_machines[1]", "moid: it is a list", None)
    return listed("virtual_machines", virtual_machine(moid="vm-1", name="web", cpu_count=1), rejected=(row,))


def tell_a_month(database: Database) -> None:
    """Store a month: twice a day machines, once alarms and datastores, details in between, a vCenter named once."""
    store(database, "about", at(1, 2), about())
    for day in range(1, 32):
        store(database, f"m{day:02}a", at(day, 4), machines(day), alarm("red" if day % 3 else "yellow"))
        store(database, f"d{day:02}", at(day, 6), listed(
            "virtual_machines", virtual_machine(moid="vm-1", name="web", guest_os=f"Linux {day}"),
            shape="vmware_guest_info", is_complete=False, may_repeat=True,
        ))  # fmt: skip
        more = ("vm-3",) if day % 2 else ()
        store(database, f"m{day:02}b", at(day, 16), machines(day, *more), datastore(100 - day))
    store(database, "bad", at(3, 8), rejected())
    update_history(database, "acme", "prod")


def current(database: Database) -> Tables:
    """Give the current state: every table but those of the ledger."""
    state = CurrentState(database, "acme", "prod")
    names = [name for name in STORED_TABLES if name not in {*HISTORY_TABLES, "reports", "collections", "rejected_rows"}]
    return {name: sorted(map(tuple, (row.values() for row in state.read(name).to_pylist())), key=str) for name in names}


def history(database: Database) -> Tables:
    """Give what is stored of the history, but for whether it is frozen."""
    found = stored(database, *(name for name in HISTORY_TABLES if name != "history_steps"))
    names = "report, kind, vcenter, product, collected_at, previous_at, oldest_at, basis, row_count"
    with database.reading("be read") as connection:
        steps = connection.exec_driver_sql(f"SELECT {names} FROM history_steps ORDER BY {names}").all()  # noqa: S608 - our own words
    return {**found, "history_steps": [tuple(step) for step in steps]}


def stored(database: Database, *names: str) -> Tables:
    """Give tables as they are stored."""
    with database.reading("be read") as connection:
        every = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}  # noqa: S608 - our own words
    return {name: sorted(map(tuple, rows), key=str) for name, rows in every.items()}


def thin(database: Database, rules: Rules = RULES) -> Thinned:
    """Thin the source as the job does."""
    return thin_source(database, "acme", "prod", rules=rules, now=NOW)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a month, written once."""
    path = tmp_path_factory.mktemp("month") / "warehouse.db"
    with open_database(f"sqlite:///{path}") as opened:
        migrate(opened)
        tell_a_month(opened)
    return path


@pytest.fixture
def month(written: Path, tmp_path: Path) -> Iterator[Database]:
    """The database of a month, of which nothing is thinned yet."""
    shutil.copy(written, tmp_path / "month.db")
    with open_database(f"sqlite:///{tmp_path / 'month.db'}") as opened:
        yield opened


def test_a_month_is_thinned_and_nothing_that_anybody_reads_changes(month: Database) -> None:
    """The night that thins must be one that nobody notices, but for the size of the database."""
    before, derived = current(month), history(month)
    assert count_thinning(month, "acme", "prod", rules=RULES, now=NOW) == Thinned(76, 115, 44)
    told: list[tuple[int, int]] = []
    found = thin_source(month, "acme", "prod", rules=RULES, now=NOW, tell=lambda *how_far: told.append(how_far))
    assert found == Thinned(collections=76, rows=115, reports=44)
    assert told == [(50, 76), (76, 76)]
    assert current(month) == before
    assert history(month) == derived
    assert len({row[3] for row in derived["source_daily"]}) == 31, "each day's numbers stay"
    assert len(derived["object_changes"]) > 60

    left = stored(month, "collections")["collections"]
    kept = {(row[0], row[5]) for row in left}
    days = {f"m{day}b" for day in range(12, 22)}
    assert {report for report, kind in kept if kind == "virtual_machines" and report < "m22"} - days == {
        f"d{day}" for day in range(22, 32)
    }
    assert ("m12a", "triggered_alarms") in kept
    assert ("m11a", "triggered_alarms") not in kept
    assert ("about", "vcenters") in kept, "without it every machine would be another vCenter's"
    assert [row[0] for row in stored(month, "virtual_machines")["virtual_machines"] if row[0] < "d22"] == []


def test_the_ledger_remembers_what_is_gone(month: Database) -> None:
    """A report that comes again would be ingested again, and the ledger would show rows that are not there."""
    thin(month)
    with month.reading("be read") as connection:
        rows = connection.exec_driver_sql("SELECT report, thinned_at FROM reports WHERE report < 'm13'").all()
        rejected_rows = connection.exec_driver_sql("SELECT count(*) FROM rejected_rows").scalar()
    noted = dict(map(tuple, rows))
    assert len(noted) == 1 + 1 + 31 + 24
    assert noted["bad"] == noted["d21"] == noted["m11b"] == "2026-02-01T03:17:00.000000"
    assert noted["d22"] is noted["about"] is noted["m12a"] is None, "something of it is left"
    assert rejected_rows == 0


def test_after_it_nothing_is_to_be_derived_nor_to_go(month: Database) -> None:
    """A step that no longer finds what it was made of would be made again, of less."""
    thin(month)
    assert update_history(month, "acme", "prod") == (0, 0, {})
    assert thin(month) == Thinned(0, 0, 0)
    assert thin(month, Rules(0, 0)) == Thinned(0, 0, 0)
    assert count_thinning(month, "acme", "prod", rules=Rules(0, 0), now=NOW) == Thinned(0, 0, 0)


@pytest.mark.parametrize("late", [at(5, 12), at(5, 23), at(12, 5), at(21, 3)])
def test_a_late_report_of_the_thinned_past_changes_nothing(month: Database, late: datetime) -> None:
    """Compared with the wrong neighbour it would tell of machines that were born and died in between."""
    thin(month)
    before, derived = current(month), history(month)
    store(month, "late", late, machines(99, "vm-7"), alarm("yellow"), datastore(7))
    assert update_history(month, "acme", "prod") == (0, 0, {})
    assert (current(month), history(month)) == (before, derived)
    thin(month)
    assert (current(month), history(month)) == (before, derived)
    assert update_history(month, "acme", "prod") == (0, 0, {})


def test_what_is_not_derived_yet_is_derived_before_it_goes(database: Database) -> None:
    """The backlog of a quarter, read in one night, would leave no history at all."""
    for day in range(1, 32):
        store(database, f"m{day:02}", at(day), machines(day))
    assert thin(database).collections == 11
    assert len(stored(database, "source_daily")["source_daily"]) == 31
    assert len(stored(database, "object_changes")["object_changes"]) == 30, "one machine gets another processor a day"


def test_night_after_night(month: Database) -> None:
    """Each night begins with what the last one left: an error in that shows after months."""
    before, derived = current(month), history(month)
    for day in (12, 13, 20, 21, 22, 31, 45, 60, 89):
        now = NOW + timedelta(days=day - 31)
        thin_source(month, "acme", "prod", rules=RULES, now=now)
        assert update_history(month, "acme", "prod") == (0, 0, {}), day
    assert (current(month), history(month)) == (before, derived)
    assert {row[0] for row in stored(month, "collections")["collections"]} == {"about", "m31a", "m31b"}


def test_a_process_may_end_between_any_two_transactions(
    month: Database, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power fails at any moment; what is half gone must not be taken for what there was."""
    before, derived = current(month), history(month)
    monkeypatch.setattr(thinning, "_ROWS_A_BATCH", 2)
    monkeypatch.setattr(thinning, "_COLLECTIONS_A_BATCH", 5)

    def end(_done: int, _total: int) -> None:
        raise StorageError("the power failed")

    ends = 0
    while ends < 60:
        try:
            thin_source(month, "acme", "prod", rules=RULES, now=NOW, tell=end)
        except StorageError:
            ends += 1
            assert update_history(month, "acme", "prod") == (0, 0, {})
        else:
            break
        if ends % 9 == 0:
            assert (current(month), history(month)) == (before, derived)
    assert ends > 30
    thin(month)
    assert (current(month), history(month)) == (before, derived)
    shutil.copy(written, tmp_path / "twin.db")
    with open_database(f"sqlite:///{tmp_path / 'twin.db'}") as twin:
        thin(twin)
        assert stored(month, *STORED_TABLES) == stored(twin, *STORED_TABLES)


def test_a_collection_that_is_half_gone_counts_for_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody raises the number of days after a night that broke off: half a list would tell of machines removed."""
    many = [virtual_machine(moid=f"vm-{number}", name="x") for number in range(10)]
    store(database, "m1", at(1), listed("virtual_machines", *many))
    store(database, "m2", at(2), machines(1))
    monkeypatch.setattr(thinning, "_ROWS_A_BATCH", 4)

    def end(_done: int, _total: int) -> None:
        raise StorageError("the power failed")

    with pytest.raises(StorageError, match="the power failed"):
        thin_source(database, "acme", "prod", rules=RULES, now=NOW, tell=end)
    assert len(stored(database, "virtual_machines")["virtual_machines"]) == 6 + 2
    with database.reading("be read") as connection:
        found = connection.exec_driver_sql("SELECT report, is_complete, row_count FROM collections ORDER BY 1").all()
    assert found == [("m1", 0, 0), ("m2", 1, 2)]
    assert update_history(database, "acme", "prod") == (0, 0, {})


def test_other_sources_are_left_alone(month: Database) -> None:
    """Each client has its own words about how long; one's night must not be another's."""
    for day in (1, 2, 3):
        store(month, f"globex{day}", at(day), machines(day), client="globex")
    update_history(month, "globex", "prod")
    theirs = {name: [row for row in rows if "globex" in row] for name, rows in stored(month, *STORED_TABLES).items()}
    thin(month)
    after = stored(month, *STORED_TABLES)
    assert {name: [row for row in rows if "globex" in row] for name, rows in after.items()} == theirs
    assert thin_source(month, "nobody", "prod", rules=RULES, now=NOW) == Thinned(0, 0, 0)
