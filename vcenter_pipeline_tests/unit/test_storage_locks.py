"""One ingest per source at a time, and no lock that outlives its process."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vcenter_pipeline.errors import TransientError
from vcenter_pipeline.storage.database import Database, open_database
from vcenter_pipeline.storage.locks import source_lock

_HOLD = """
import time
from vcenter_pipeline.storage.database import open_database
from vcenter_pipeline.storage.locks import source_lock
with open_database("sqlite:///{path}") as database, source_lock(database, "acme/prod"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database, beside which the locks lie."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        yield opened


@pytest.fixture
def holder(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of acme/prod."""
    process = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", _HOLD.format(path=database.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_source_is_locked_once(database: Database, holder: subprocess.Popen[str]) -> None:
    """Two runs of one source would each archive and export what the other is at."""
    assert holder.poll() is None
    with (
        pytest.raises(
            TransientError, match=r"source acme/prod is still being ingested by another process; waited 0.3 s"
        ),
        source_lock(database, "acme/prod", timeout_seconds=0.3),
    ):
        pass


def test_another_source_is_free(database: Database, holder: subprocess.Popen[str]) -> None:
    """Sources wait for themselves only: a large client must not hold up the others."""
    assert holder.poll() is None
    with source_lock(database, "acme/test", timeout_seconds=0.3):
        pass


def test_the_lock_dies_with_its_process(database: Database, holder: subprocess.Popen[str]) -> None:
    """A lock that a crash leaves behind would exclude the source for ever."""
    holder.kill()
    started = time.monotonic()
    with source_lock(database, "acme/prod", timeout_seconds=10):
        assert time.monotonic() - started < 5


def test_waiting_is_told(database: Database, holder: subprocess.Popen[str]) -> None:
    """A run that waits in silence looks like one that hangs."""
    told: list[float] = []

    def waiting(seconds: float) -> None:
        told.append(seconds)
        holder.kill()

    with source_lock(database, "acme/prod", timeout_seconds=60, waiting=waiting):
        pass
    assert len(told) == 1
    assert 4 < told[0] < 10


def test_it_can_be_taken_again(database: Database) -> None:
    """The next run of the source comes in the same process when a batch has several."""
    for _ in range(2):
        with source_lock(database, "acme/prod", timeout_seconds=1):
            pass


def test_lock_files_stay_in_their_folder_and_apart(database: Database) -> None:
    """A source is named by a folder that a client made; two names must not share a lock, nor one lead out."""
    for source in ("acme/prod", "acme-prod", "../../etc/x", "Ünï/cödé", "a" * 300, ".."):
        with source_lock(database, source, timeout_seconds=1):
            pass
    folder = database.path.parent / "warehouse.db.locks"
    assert len(list(folder.iterdir())) == 6
    assert sorted(path.name for path in database.path.parent.iterdir() if path.is_dir()) == ["warehouse.db.locks"]
