"""What the sensor remembers between two ticks."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.looks import Look, read_looks, remember_looks
from vcenter_pipeline.storage.writer import begin_report
from vcenter_pipeline_tests.unit.growth import FEW, MANY, MOST, growth

SEEN = datetime(2026, 1, 31, 2, 0)  # noqa: DTZ001 - the database takes naive UTC
ASKED = datetime(2026, 1, 31, 3, 0)  # noqa: DTZ001 - as above


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables, whose writers give up soon."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}", timeout_seconds=0.2) as opened:
        migrate(opened)
        yield opened


def test_looks_replace_each_other(database: Database) -> None:
    """A file that is gone must be forgotten, or the table grows for ever."""
    remember_looks(database, [Look("a", 1, 2, 3, SEEN), Look("b", 1, 2, 3, SEEN)])
    remember_looks(database, [Look("b", 9, 2, 3, SEEN), Look("c", 1, 2, 3, SEEN, ASKED)])
    assert read_looks(database) == [Look("b", 9, 2, 3, SEEN), Look("c", 1, 2, 3, SEEN, ASKED)]


def test_requests_are_remembered(database: Database) -> None:
    """The sensor would ask for the same report at every tick until its run is over."""
    remember_looks(database, [Look("a", 1, 2, 3, SEEN), Look("b\udcff", 1, 2, 3, SEEN)])
    remember_looks(database, [Look("a", 1, 2, 3, SEEN), Look("b\udcff", 1, 2, 3, SEEN, ASKED)])
    assert read_looks(database) == [Look("a", 1, 2, 3, SEEN), Look("b\udcff", 1, 2, 3, SEEN, ASKED)]


def test_unchanged_looks_do_not_wait_for_a_writer(database: Database) -> None:
    """A tick would otherwise hang for as long as a large report is being stored, and time out."""
    looks = [Look("a", 1, 2, 3, SEEN)]
    remember_looks(database, looks)
    with begin_report(database, "r1") as writer:
        writer.finish(
            {
                "report": "r1",
                "client": "acme",
                "environment": "prod",
                "path": "x",
                "status": "ingested",
                "ingested_at": SEEN,
            }
        )
        remember_looks(database, looks)
        assert read_looks(database) == looks


def test_ten_thousand_looks_cost_ten_times_a_thousand(database: Database) -> None:
    """A tick has five seconds for everything; what grows with the square of the files would take all of them."""

    def remember(count: int) -> None:
        looks = [Look(f"acme/prod/{number}.json", number, 2, 3, SEEN) for number in range(count)]
        remember_looks(database, [])
        remember_looks(database, looks)
        remember_looks(database, looks)
        remember_looks(database, [look._replace(requested_at=ASKED) for look in looks])
        assert len(read_looks(database)) == count

    assert growth(partial(remember, FEW), partial(remember, MANY)) < MOST
