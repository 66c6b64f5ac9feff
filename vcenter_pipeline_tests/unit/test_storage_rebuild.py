"""The note of a rebuild that is not finished, beside the database."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.rebuild import (
    Rebuild,
    begin_rebuild,
    clear_history,
    drop_rebuild,
    finish_rebuild,
    note_path,
)

MONDAY = datetime(2026, 11, 23, 4)  # noqa: DTZ001 - instants are naive UTC everywhere behind the door
TUESDAY = datetime(2026, 11, 24, 4)  # noqa: DTZ001 - as above


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database."""
    with open_database(f"sqlite:///{tmp_path}/warehouse.db") as found:
        migrate(found)
        yield found


def test_what_was_not_finished_goes_on_and_what_was_is_skipped(database: Database) -> None:
    """A rebuild of ten clients that was killed in the eighth would otherwise read seven again."""
    assert begin_rebuild(database, ["a/x", "b/x"], MONDAY) == {"a/x": Rebuild(MONDAY), "b/x": Rebuild(MONDAY)}
    finish_rebuild(database, "a/x")
    assert begin_rebuild(database, ["a/x", "b/x", "c/x"], TUESDAY) == {
        "a/x": Rebuild(MONDAY, is_finished=True),
        "b/x": Rebuild(MONDAY),
        "c/x": Rebuild(TUESDAY),
    }
    finish_rebuild(database, "b/x")
    assert note_path(database).exists()
    finish_rebuild(database, "c/x")
    assert not note_path(database).exists()
    assert begin_rebuild(database, ["a/x"], TUESDAY) == {"a/x": Rebuild(TUESDAY)}


def test_a_source_that_is_asked_for_once_more_is_rebuilt_once_more(database: Database) -> None:
    """That it was finished in a rebuild which waits for another source must not make a new one do nothing."""
    begin_rebuild(database, ["a/x", "b/x"], MONDAY)
    finish_rebuild(database, "a/x")
    assert begin_rebuild(database, ["a/x"], TUESDAY) == {"a/x": Rebuild(TUESDAY)}
    finish_rebuild(database, "a/x")
    assert begin_rebuild(database, ["b/x"], TUESDAY) == {"b/x": Rebuild(MONDAY)}, "the other one still waits"
    assert begin_rebuild(database, ["b/x"], TUESDAY, is_restarted=True) == {"b/x": Rebuild(TUESDAY)}


def test_a_source_that_is_forgotten_is_not_noted_either(database: Database) -> None:
    """A client that asked to be forgotten must not be named in a file that nobody thinks of."""
    begin_rebuild(database, ["a/x", "b/x"], MONDAY)
    drop_rebuild(database, "a/x")
    assert begin_rebuild(database, ["b/x"], TUESDAY) == {"b/x": Rebuild(MONDAY)}
    assert "a/x" not in note_path(database).read_text()
    drop_rebuild(database, "b/x")
    drop_rebuild(database, "c/x")
    assert not note_path(database).exists()


def test_the_note_is_closed_to_others_and_explains_itself(database: Database) -> None:
    """It names clients, and somebody will find it and ask what it is."""
    begin_rebuild(database, ["a/x"], MONDAY)
    path = note_path(database)
    assert path.name == "warehouse.db.rebuild.json"
    assert path.stat().st_mode & 0o007 == 0
    assert json.loads(path.read_text()) == {
        "meaning": "A rebuild was begun and is not finished: `vcenter-pipeline rebuild` goes on with it.",
        "sources": {"a/x": {"began_at": "2026-11-23T04:00:00.000000", "is_finished": False}},
    }


@pytest.mark.parametrize("content", ["", "[]", '{"sources": {"a/x": {}}}', '{"sources": {"a/x": {"began_at": 1}}}'])
def test_a_damaged_note_is_a_sentence(database: Database, content: str) -> None:
    """Taken for none, a rebuild would begin anew without a word; taken as it is, it would end in a stack trace."""
    note_path(database).write_text(content)
    with pytest.raises(StorageError, match=r"is damaged; remove it, and begin the rebuild again\."):
        begin_rebuild(database, ["a/x"], MONDAY)


def test_nothing_to_clear_is_no_failure(database: Database) -> None:
    """A source may hold reports that nothing is derived of."""
    assert clear_history(database, "a", "x", MONDAY) == 0
