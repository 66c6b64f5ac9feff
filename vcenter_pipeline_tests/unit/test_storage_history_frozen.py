"""Steps of the history that retention has frozen: they stay, and nothing before them is derived again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vcenter_pipeline.model.records import (
    VCenter,
)
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.history import Updated
from vcenter_pipeline_tests.unit.history_days import (
    THREE_DAYS,
    alarms,
    at,
    changes,
    execute,
    forget,
    listed,
    machines,
    read,
    store,
    three_days,
    update,
    whole,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


FREEZE = "UPDATE history_steps SET is_frozen = 1 WHERE kind = 'virtual_machines' AND report IN ('m1', 'm2')"


def test_frozen_steps_stay(database: Database) -> None:
    """Their collections are gone: what was derived of them cannot be derived again, and is the history."""
    three_days(database)
    update(database)
    before = whole(database)
    execute(database, FREEZE)
    forget(database, "m1")
    assert update(database) == Updated(0, 0, {})
    after = whole(database)
    assert {name: rows for name, rows in after.items() if name != "history_steps"} == {
        name: rows for name, rows in before.items() if name != "history_steps"
    }
    assert changes(database) == THREE_DAYS


def test_nothing_is_derived_at_or_before_a_frozen_step(database: Database) -> None:
    """A report that comes after its time was thinned would be compared with a list of another month."""
    three_days(database)
    update(database)
    execute(database, FREEZE)
    for report, when in (("late1", at(1, 1)), ("late2", at(1, 12)), ("late3", at(2, 1))):
        store(database, report, when, machines(99, 99, 99))
        assert update(database) == Updated(0, 0, {})
    store(database, "late4", at(2, 3), machines(5, 2))
    updated = update(database)
    assert updated.derived == 2  # how it and the third day differ; the frozen day keeps its row
    assert changes(database) == [
        THREE_DAYS[0],
        (2, "acme/prod:vm-1", "changed", "4", "5"),
        (3, "acme/prod:vm-1", "changed", "5", "8"),
        THREE_DAYS[2],
    ]


def test_what_is_frozen_is_one_line_only(database: Database) -> None:
    """Thinned alarms do not close the history of machines, nor that of another vCenter, nor the days."""
    three_days(database)
    store(database, "v1", at(1, 3), machines(2, vcenter="vc02"), listed("vcenters", VCenter(host_name="vc01")))
    update(database)
    execute(
        database,
        "UPDATE history_steps SET is_frozen = 1 WHERE kind = 'triggered_alarms'",
        "UPDATE history_steps SET is_frozen = 1 WHERE report IN ('m1', 'm2', 'm3') AND product = 'day'",
    )
    store(database, "late", at(1, 12), machines(3, 2), alarms("vm-7"))
    updated = update(database)
    assert updated == Updated(2, 0, {"object_changes": 2})  # how it and the second day differ; no day, no alarm
    store(database, "other", at(2, 12), machines(5, vcenter="vc02"))
    assert update(database) == Updated(2, 0, {"object_changes": 1, "source_daily": 1})


def test_open_steps_before_a_frozen_one_stay(database: Database) -> None:
    """They are not derived again, so to delete them would be to lose what nobody can derive."""
    three_days(database)
    update(database)
    execute(database, "UPDATE history_steps SET is_frozen = 1 WHERE report = 'm2'")
    assert update(database) == Updated(0, 0, {})
    assert changes(database) == THREE_DAYS
    assert len(read(database, "source_daily", "report")) == 6
