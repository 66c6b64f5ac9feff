"""The migrated database is the declared one."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import CORE_TABLES
from vcenter_pipeline.storage.database import REVISION, migrate, open_database
from vcenter_pipeline.storage.ddl import declared_metadata


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A database that every migration has run on."""
    with open_database(f"sqlite:///{tmp_path}/migrated.db") as database:
        migrate(database)
    return tmp_path / "migrated.db"


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """A database made from the declaration at once."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/declared.db")
    declared_metadata().create_all(engine)
    engine.dispose()
    return tmp_path / "declared.db"


def facts(path: Path) -> dict[str, Any]:
    """Everything that SQLite says of the tables: kind, columns, types, nullability, keys, indexes."""
    connection = sqlite3.connect(path)
    try:
        tables = [
            row for row in connection.execute("PRAGMA table_list") if not row[1].startswith(("sqlite_", "alembic_"))
        ]
        return {
            name: {
                "is_without_rowid, is_strict": (without_rowid, strict),
                "columns": connection.execute(f"PRAGMA table_xinfo({name})").fetchall(),
                "indexes": sorted(
                    (index[1], index[2:], connection.execute(f"PRAGMA index_xinfo({index[1]})").fetchall())
                    for index in connection.execute(f"PRAGMA index_list({name})")
                ),
            }
            for _, name, _, _, without_rowid, strict in tables
        }
    finally:
        connection.close()


def test_the_migrated_database_equals_the_declared_one(migrated: Path, declared: Path) -> None:
    """A column that is declared but never migrated fails at the first report of every existing installation."""
    assert facts(migrated) == facts(declared)


def test_every_table_is_there_and_strict(migrated: Path) -> None:
    """Both sides of the comparison above could lack the same thing."""
    found = facts(migrated)
    assert sorted(found) == [
        "rejected_rows",
        "reports",
        "triggered_alarms",
        "virtual_machines",
        "vm_attributes",
        "vm_datastores",
        "vm_nics",
        "waiting_reports",
    ]
    strict = {name: table["is_without_rowid, is_strict"] for name, table in found.items()}
    assert strict == {
        "rejected_rows": (1, 1),
        "reports": (1, 1),
        "triggered_alarms": (1, 1),
        "virtual_machines": (1, 1),
        "vm_attributes": (0, 1),
        "vm_datastores": (0, 1),
        "vm_nics": (0, 1),
        "waiting_reports": (1, 1),
    }


@pytest.mark.parametrize("table", CORE_TABLES)
def test_every_declared_column_is_stored(migrated: Path, table: str) -> None:
    """The model is the only place where a column is declared: storage must not forget one."""
    stored = {row[1] for row in facts(migrated)[table]["columns"]}
    assert stored == {column.name for column in core_table(table).columns}


def test_the_ledger_in_sql(migrated: Path) -> None:
    """Types by hand, since a wrong mapping would be wrong on both sides: (type, not null, place in the key)."""
    columns = {row[1]: (row[2], row[3], row[5]) for row in facts(migrated)["reports"]["columns"]}
    assert columns["report"] == ("TEXT", 1, 1)
    assert columns["size_bytes"] == ("INTEGER", 0, 0)
    assert columns["ingested_at"] == ("TEXT", 1, 0)
    assert columns["ingest_seconds"] == ("REAL", 0, 0)
    assert columns["fingerprint"] == ("TEXT", 0, 0)


def test_the_program_names_the_newest_revision() -> None:
    """A database at an older revision than the newest would pass as up to date."""
    config = Config()
    config.set_main_option("script_location", "vcenter_pipeline.storage:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]
