"""Days of a small estate in the database, and what its history says of them. Records are hand-made."""

from datetime import datetime, timedelta
from typing import Any

from vcenter_pipeline.model.batches import Batch, Kind
from vcenter_pipeline.model.records import Record, TriggeredAlarm, virtual_machine
from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.model.tables import Normalizer, Origin
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.history import Updated, update_history
from vcenter_pipeline.storage.writer import begin_report


def at(day: int, hour: int = 2) -> datetime:
    """Give a time of January 2026."""
    return datetime(2026, 1, 1, hour) + timedelta(days=day - 1)  # noqa: DTZ001 - the database takes naive UTC


def listed(kind: Kind, *records: Record, shape: str = "vmware_vm_info", **values: Any) -> Batch:  # noqa: ANN401 - each goes to its field
    """Give a complete list."""
    return Batch(kind, shape, "x", range(len(records)), records, (), group="x")._replace(**values)


def machines(*cpus: int | None, **values: Any) -> Batch:  # noqa: ANN401 - as above
    """Give a list of machines vm-1, vm-2 and so on with so many processors each."""
    some = [
        virtual_machine(moid=f"vm-{number}", name=f"m{number}", cpu_count=count) for number, count in enumerate(cpus, 1)
    ]
    return listed("virtual_machines", *some, **values)


def alarm(moid: str, **values: Any) -> TriggeredAlarm:  # noqa: ANN401 - as above
    """Give an alarm of the entity of that moid."""
    nothing = dict.fromkeys(TriggeredAlarm._fields)
    told = {"alarm_moid": "alarm-1", "alarm_name": "hot", "entity_moid": moid, "overall_status": "red"}
    return TriggeredAlarm(**{**nothing, **told, **values})


def alarms(*moids: str, **values: Any) -> Batch:  # noqa: ANN401 - as above
    """Give a list of red alarms, each on the entity of that moid."""
    return listed("triggered_alarms", *map(alarm, moids), shape="triggered_alarms", **values)


def store(database: Database, report: str, when: datetime, *batches: Batch, client: str = "acme") -> None:
    """Store a report, as a run does."""
    normalizer = Normalizer(Origin(client, "prod", f"{client}/prod", report, when))
    with begin_report(database, report) as writer:
        for batch in batches:
            for table, rows in normalizer.add(batch).items():
                writer.add(table, rows)
        for table, rows in normalizer.finish().items():
            writer.add(table, rows)
        ledger = {"report": report, "client": client, "environment": "prod", "path": "x", "collected_at": when}
        counts = {f"{kind.removesuffix('s')}_count": count for kind, count in normalizer.counts.items()}
        writer.finish(
            {
                **ledger,
                **counts,
                "rejected_row_count": normalizer.rejected_count,
                "status": "ingested",
                "ingested_at": when,
            }
        )


def update(database: Database, client: str = "acme") -> Updated:
    """Bring the history of a client up to date."""
    return update_history(database, client, "prod")


def read(database: Database, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Give these columns of all rows of acme's history, in order."""
    rows = CurrentState(database, "acme", "prod").read(table).select(list(names)).to_pylist()
    return sorted((tuple(row.values()) for row in rows), key=str)


def whole(database: Database, client: str = "acme") -> dict[str, list[str]]:
    """Give the whole history of a client as it is read."""
    state = CurrentState(database, client, "prod")
    return {name: sorted(map(repr, state.read(name).to_pylist())) for name in HISTORY_TABLES}


def execute(database: Database, *statements: str) -> None:
    """Change the database, as retention does."""
    with database.writing("change it") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


def forget(database: Database, report: str) -> None:
    """Take away what a report tells of machines."""
    execute(
        database,
        f"DELETE FROM virtual_machines WHERE report = '{report}'",  # noqa: S608 - a report of these tests
        f"DELETE FROM collections WHERE report = '{report}'",  # noqa: S608 - as above
    )


def query(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """Give rows as they stand in the database."""
    with database.reading("look") as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def changes(database: Database) -> list[tuple[Any, ...]]:
    """Give day, object, and what changed from what to what."""
    rows = read(database, "object_changes", "collected_at", "object_key", "change", "old_value", "new_value")
    return [(when.day, key, what, old, new) for when, key, what, old, new in rows]


def three_days(database: Database) -> None:
    """Store lists of machines and of alarms of three days."""
    for day, cpus, moids in ((1, (2, 2), ("vm-1",)), (2, (4, 2), ("vm-1", "vm-2")), (3, (8,), ())):
        store(database, f"m{day}", at(day), machines(*cpus))
        store(database, f"a{day}", at(day, 4), alarms(*moids))


THREE_DAYS = [
    (2, "acme/prod:vm-1", "changed", "2", "4"),
    (3, "acme/prod:vm-1", "changed", "4", "8"),
    (3, "acme/prod:vm-2", "removed", None, None),
]
