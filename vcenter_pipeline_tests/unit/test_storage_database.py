"""Opening and setting up: who may read the file, and what is said when it cannot be used."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.storage.database import migrate, open_database
from vcenter_pipeline.storage.ddl import declared_metadata
from vcenter_pipeline.storage.reader import read_sources


def test_nobody_else_can_read_the_database(tmp_path: Path) -> None:
    """It holds the inventories of all clients; a umask of 022 would leave them to every user of the machine."""
    before = os.umask(0o022)
    try:
        with open_database(f"sqlite:///{tmp_path}/new/deep/warehouse.db") as database:
            migrate(database)
            folder = tmp_path / "new" / "deep"
            found = {
                path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, folder.parent, *folder.rglob("*")]
            }
    finally:
        os.umask(before)
    assert {"warehouse.db", "warehouse.db-wal", "warehouse.db-shm", "warehouse.db.locks"} <= set(found)
    assert [name for name, mode in found.items() if mode & 0o007] == []


def test_readers_and_writers_do_not_block_each_other(tmp_path: Path) -> None:
    """Without the write-ahead log a Power BI refresh would stop every ingest."""
    with open_database(f"sqlite:///{tmp_path}/warehouse.db") as database:
        migrate(database)
    with sqlite3.connect(tmp_path / "warehouse.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA page_size").fetchone() == (16384,)
    connection.close()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """Every start migrates: it must be free of effects on a database that is up to date."""
    with open_database(f"sqlite:///{tmp_path}/warehouse.db") as database:
        migrate(database)
        with database.writing("write") as connection:
            connection.exec_driver_sql("INSERT INTO waiting_reports VALUES ('a', 1, 1, 1, 'x', NULL)")
            connection.commit()
        migrate(database)
        with database.reading("read") as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM waiting_reports").scalar() == 1


def test_processes_that_migrate_at_once_all_succeed(tmp_path: Path) -> None:
    """The webserver, the daemon and a run start together on a fresh home."""
    code = (
        "from vcenter_pipeline.storage.database import migrate, open_database\n"
        "from vcenter_pipeline.storage.reader import read_sources\n"
        f"with open_database('sqlite:///{tmp_path}/new/warehouse.db') as database:\n"
        "    input(); migrate(database); print(read_sources(database))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own code
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["[]\n"] * 3
    assert [process.returncode for process in processes] == [0, 0, 0]


def test_a_migration_that_fails_leaves_no_table(tmp_path: Path) -> None:
    """Half of the tables would make every later migration fail."""
    with open_database(f"sqlite:///{tmp_path}/warehouse.db") as database:
        with database.writing("stand in the way of the last table") as connection:
            connection.exec_driver_sql("CREATE VIEW waiting_reports AS SELECT 1")
            connection.commit()
        with pytest.raises(StorageError, match="could not be set up"):
            migrate(database)
        with database.reading("look") as connection:
            assert sa.inspect(connection).get_table_names() == []


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An older program would write rows that the newer tables cannot mean."""
    with open_database(f"sqlite:///{tmp_path}/warehouse.db") as database:
        migrate(database)
        with database.writing("write") as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        with pytest.raises(StorageError, match=r"is newer than this program: it is at revision 9999.*Install"):
            migrate(database)


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """A URL that points at Dagster's own database must not get our tables."""
    path = tmp_path / "warehouse.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE runs (id INTEGER)")
    connection.close()
    with (
        open_database(f"sqlite:///{path}") as database,
        pytest.raises(StorageError, match="another program: it holds runs"),
    ):
        migrate(database)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The admin has to learn which file it is and what to do, not read a traceback."""
    path = tmp_path / "warehouse.db"
    path.write_text("this is a text, and long enough to be one\n" * 100)
    with pytest.raises(StorageError, match=r"warehouse\.db could not be opened: it is not an SQLite database. Move"):
        open_database(f"sqlite:///{path}")
    assert path.read_text().startswith("this is a text")


def test_a_path_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """A file stands where a folder should: nothing can be tried again until it is gone."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot be opened: Not a directory. Check the path"):
        open_database(f"sqlite:///{tmp_path}/file/warehouse.db")


def test_a_folder_in_place_of_the_database_is_a_sentence(tmp_path: Path) -> None:
    """As above, for a path that names the home instead of the file."""
    with pytest.raises(StorageError, match="cannot be opened: Is a directory"):
        open_database(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://me:secret@db/warehouse", r"postgresql://me:\*\*\*@db/warehouse is not supported"),
        ("mysql://db/warehouse", "is not supported: only SQLite files are"),
        ("sqlite://", "has to name a file"),
        ("sqlite:///:memory:", "has to name a file"),
        ("sqlite:///x.db?mode=ro", "has to name a file and nothing else"),
        ("sqlite+aiosqlite:///x.db", "is not supported"),
        ("/var/lib/warehouse.db", "is not a database URL. Write it like sqlite:"),
    ],
)
def test_a_url_that_is_no_sqlite_file_is_refused(url: str, sentence: str) -> None:
    """Half-working on a database that was never tried would lose rows; and no message shows a password."""
    with pytest.raises(StorageError, match=sentence) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_a_database_without_tables_says_so(tmp_path: Path) -> None:
    """Whoever forgets to migrate has to read that, and not `no such table` alone."""
    with (
        open_database(f"sqlite:///{tmp_path}/warehouse.db") as database,
        pytest.raises(StorageError, match="not been set up"),
    ):
        read_sources(database)


def test_an_sqlite_without_strict_tables_gets_plain_ones() -> None:
    """Enterprise Linux 9 has SQLite 3.34, on which the word STRICT is a syntax error at the first start."""
    with sqlite3.connect(":memory:") as connection:
        for table in declared_metadata(is_strict=False).sorted_tables:
            statement = str(sa.schema.CreateTable(table).compile(dialect=sa.create_engine("sqlite://").dialect))
            assert "STRICT" not in statement
            connection.execute(statement)
    connection.close()
