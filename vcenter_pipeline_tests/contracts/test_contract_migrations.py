"""The migrated database is the declared one."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import STORED_TABLES
from vcenter_pipeline.storage.database import REVISION, Database, migrate, open_database
from vcenter_pipeline.storage.ddl import declared_metadata
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.reader import read_current

_SOURCE: Final = ("acme", "prod", "acme/prod")
_FIRST_AT: Final = "2026-01-31T02:00:00.000000"


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


_FIRST_ROWS: Final = (
    (
        "reports",
        """report, client, environment, vcenter, path, collected_at, shapes, virtual_machine_count,
        triggered_alarm_count, status, ingested_at""",
        [
            ("r1", *_SOURCE, "a.json", _FIRST_AT, "vmware_vm_info, govc_alarms", 2, 1, "ingested", _FIRST_AT),
            ("r2", *_SOURCE, "b.json", "2026-01-30T02:00:00.000000", "govc_alarms", None, 1, "ingested", _FIRST_AT),
            ("r3", *_SOURCE, "c.json", None, None, None, None, "quarantined", _FIRST_AT),
        ],
    ),
    (
        "virtual_machines",
        "report, virtual_machine_key, client, environment, vcenter, name, moid, cpu_count, is_template, collected_at",
        [
            ("r1", "acme/prod:vm-2", *_SOURCE, "web", "vm-2", 4, 0, _FIRST_AT),
            ("r1", "acme/prod:vm-1", *_SOURCE, "db", "vm-1", None, 1, _FIRST_AT),
        ],
    ),
    (
        "vm_nics",
        "virtual_machine_key, client, environment, mac_address, address, prefix_length, family, collected_at, report",
        [
            ("acme/prod:vm-2", "acme", "prod", "00:50:56:aa:00:01", "10.0.0.1", 24, "ipv4", _FIRST_AT, "r1"),
        ],
    ),
    (
        "vm_datastores",
        "virtual_machine_key, client, environment, datastore_name, datastore_url, collected_at, report",
        [("acme/prod:vm-2", "acme", "prod", "a", "/vmfs/volumes/a", _FIRST_AT, "r1")],
    ),
    (
        "vm_attributes",
        "virtual_machine_key, client, environment, kind, category, name, value, collected_at, report",
        [("acme/prod:vm-2", "acme", "prod", "custom_attribute", None, "Owner", "me", _FIRST_AT, "r1")],
    ),
    (
        "triggered_alarms",
        "report, alarm_key, client, environment, vcenter, alarm_name, entity_moid, is_acknowledged, collected_at",
        [
            ("r1", "acme/prod:hot/vm-2", *_SOURCE, "hot", "vm-2", 0, _FIRST_AT),
            ("r2", "acme/prod:cold/vm-2", *_SOURCE, "cold", "vm-2", 0, "2026-01-30T02:00:00.000000"),
        ],
    ),
    (
        "rejected_rows",
        "report, row_number, client, environment, table_name, position, reason, collected_at",
        [("r1", 1, "acme", "prod", "virtual_machines", "virtual_machines[2]", "why", _FIRST_AT)],
    ),
)


@pytest.fixture
def of_the_first_version(tmp_path: Path) -> Iterator[Database]:
    """A database of the first revision, with rows."""
    with open_database(f"sqlite:///{tmp_path}/first.db") as database:
        with database.writing("be set up as it was") as connection:
            config = Config(attributes={"connection": connection, "is_strict": True})
            config.set_main_option("script_location", "vcenter_pipeline.storage:migrations")
            config.set_main_option("path_separator", "os")
            command.upgrade(config, "0001")
            for table, columns, rows in _FIRST_ROWS:
                slots = ", ".join("?" * len(rows[0]))
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({slots})", list(rows))  # noqa: S608 - names of this module
            connection.commit()
        yield database


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
    strict = {name: table["is_without_rowid, is_strict"] for name, table in facts(migrated).items()}
    assert strict == {
        "alarm_changes": (1, 1),
        "cluster_daily": (1, 1),
        "clusters": (1, 1),
        "collections": (1, 1),
        "datacenters": (1, 1),
        "datastore_daily": (1, 1),
        "datastores": (1, 1),
        "esxi_hosts": (1, 1),
        "history_steps": (1, 1),
        "object_changes": (1, 1),
        "rejected_rows": (1, 1),
        "reports": (1, 1),
        "resource_pools": (1, 1),
        "source_daily": (1, 1),
        "triggered_alarms": (1, 1),
        "vcenters": (1, 1),
        "virtual_machines": (1, 1),
        "vm_attributes": (0, 1),
        "vm_datastores": (0, 1),
        "vm_disks": (0, 1),
        "vm_guest_disks": (1, 1),
        "vm_nics": (0, 1),
        "vm_snapshots": (1, 1),
        "waiting_reports": (1, 1),
    }


@pytest.mark.parametrize("table", STORED_TABLES)
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


def test_the_rows_of_a_database_of_the_first_version_survive(of_the_first_version: Database) -> None:
    """An installation that is brought up to date would otherwise show an empty estate until every file comes again."""
    database = of_the_first_version
    migrate(database)
    machines = read_current(database, "acme", "prod", "virtual_machines").sort_by("name").to_pylist()
    assert [(row["name"], row["cpu_count"], row["is_template"], row["report"]) for row in machines] == [
        ("db", None, True, "r1"),
        ("web", 4, False, "r1"),
    ]
    assert machines[1]["virtual_machine_key"] == "acme/prod:vm-2"
    assert [row["guest_hostname"] for row in machines] == [None, None]
    nics = read_current(database, "acme", "prod", "vm_nics").to_pylist()
    assert [(row["virtual_machine_key"], row["mac_address"], row["prefix_length"]) for row in nics] == [
        ("acme/prod:vm-2", "00:50:56:aa:00:01", 24)
    ]
    stores = read_current(database, "acme", "prod", "vm_datastores").to_pylist()
    assert [row["datastore_url"] for row in stores] == ["/vmfs/volumes/a"]
    attributes = read_current(database, "acme", "prod", "vm_attributes").to_pylist()
    assert [(row["name"], row["value"]) for row in attributes] == [("Owner", "me")]
    alarms = read_current(database, "acme", "prod", "triggered_alarms").to_pylist()
    assert [(row["alarm_name"], row["is_acknowledged"], row["report"]) for row in alarms] == [("hot", False, "r1")]
    assert [row["reason"] for row in read_current(database, "acme", "prod", "rejected_rows").to_pylist()] == ["why"]
    assert update_history(database, "acme", "prod").derived == 6
    changes = read_current(database, "acme", "prod", "alarm_changes").to_pylist()
    assert [(row["alarm_key"], row["change"], row["ending"]) for row in changes] == [
        ("acme/prod:cold/vm-2", "cleared", "absent"),
        ("acme/prod:hot/vm-2", "raised", None),
        ("acme/prod:cold/vm-2", "raised", None),
    ]
    ledger = read_current(database, "acme", "prod", "reports").to_pylist()
    assert [(row["report"], row["esxi_host_count"], row["failed_item_count"]) for row in ledger] == [
        ("r1", None, None),
        ("r2", None, None),
        ("r3", None, None),
    ]
    with database.reading("check") as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_reports_of_the_first_version_get_their_collections(of_the_first_version: Database) -> None:
    """The current state is made of collections: a report without any would be there and never be read."""
    migrate(of_the_first_version)
    with of_the_first_version.reading("look") as connection:
        found = connection.exec_driver_sql(
            "SELECT report, collection, client, environment, vcenter, kind, shape, is_complete, row_count, "
            "failed_item_count, collected_at FROM collections ORDER BY 1, 2"
        ).all()
        numbers = connection.exec_driver_sql(
            "SELECT report, collection FROM virtual_machines UNION ALL "
            "SELECT report, collection FROM triggered_alarms ORDER BY 1, 2"
        ).all()
    at = "2026-01-31T02:00:00.000000"
    assert [tuple(row) for row in found] == [
        ("r1", 1, "acme", "prod", None, "virtual_machines", "vmware_vm_info, govc_alarms", 1, 2, None, at),
        ("r1", 2, "acme", "prod", None, "triggered_alarms", "vmware_vm_info, govc_alarms", 1, 1, None, at),
        ("r2", 1, "acme", "prod", None, "triggered_alarms", "govc_alarms", 1, 1, None, "2026-01-30T02:00:00.000000"),
    ]
    assert [tuple(row) for row in numbers] == [("r1", 1), ("r1", 1), ("r1", 2), ("r2", 1)]


def test_the_migrated_first_version_equals_the_declared_one(of_the_first_version: Database, declared: Path) -> None:
    """Rows that were there must not leave the tables in another form than a new installation has them."""
    migrate(of_the_first_version)
    assert facts(of_the_first_version.path) == facts(declared)


def test_the_program_names_the_newest_revision() -> None:
    """A database at an older revision than the newest would pass as up to date."""
    config = Config()
    config.set_main_option("script_location", "vcenter_pipeline.storage:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_a_database_of_the_first_version_gives_space_back_piece_by_piece(of_the_first_version: Database) -> None:
    """Retention would free pages for ever, and the file of an old installation never become smaller."""
    database = of_the_first_version
    for expected in (0, 2):
        connection = sqlite3.connect(database.path)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (expected,)
        connection.close()
        migrate(database)
