"""The current state and the ledger.

*Current* is what the newest report of each vCenter says. A report that speaks of no virtual machine says
nothing of them, and one that lists none is no proof that all are gone: a playbook without permission on
the inventory writes just that. An empty list of alarms is an answer: nothing alarms.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.columns import Table, core_table
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.values import Shared, to_record_batch, to_values

LedgerRow = dict[str, Any]
"""A row of `reports` by column name; instants naive UTC."""

_ROWS_A_BATCH: Final = 1_000
"""What fits into the processor's cache: 5,000 rows of 25 columns at a time take a third more CPU."""

_KIND_BY_TABLE: Final[dict[str, Kind]] = {
    "virtual_machines": "virtual_machines",
    "vm_nics": "virtual_machines",
    "vm_datastores": "virtual_machines",
    "vm_attributes": "virtual_machines",
    "triggered_alarms": "triggered_alarms",
}


class SourceSummary(NamedTuple):
    """What the database holds of one source."""

    client: str
    environment: str
    ingested_count: int
    quarantined_count: int
    virtual_machine_count: int | None
    """Of the current reports; None when no report speaks of virtual machines."""
    triggered_alarm_count: int | None
    """Of the current reports; None when no report speaks of alarms."""
    rejected_row_count: int
    """Of all ingested reports."""
    virtual_machines_collected_at: datetime | None
    """The newest, naive UTC."""
    triggered_alarms_collected_at: datetime | None


def read_current(database: Database, client: str, environment: str, table: str) -> pa.Table:
    """Give the current rows of a source, with the declared types however few they are.

    Of `reports` and `rejected_rows` all rows are current.

    Args:
        database: the database.
        client: the source's client.
        environment: the source's environment.
        table: a table of `model.schemas.CORE_TABLES`.

    Returns:
        A table with exactly `core_table(table).arrow_schema`, in batches.

    Raises:
        StorageError: the database did not answer.
    """
    kind = _KIND_BY_TABLE.get(table)
    reports = declared_table("reports")
    is_of_source = sa.and_(reports.c.client == client, reports.c.environment == environment)
    with database.reading(f"read {table}") as connection:
        if kind is not None:
            return _rows_of(connection, table, _current_reports(kind, client, environment))
        if table == "rejected_rows":
            has_some = sa.func.coalesce(reports.c.rejected_row_count, 1) > 0
            return _rows_of(connection, table, sa.select(reports.c.report).where(is_of_source, has_some))
        declared = core_table("reports")
        select = _ledger(is_of_source)
        return pa.Table.from_batches(list(_batches(connection, select, declared)), declared.arrow_schema)


def read_reports_rows(database: Database, table: str, reports: Sequence[str]) -> pa.Table:
    """Give the rows of these reports, whether they are current or not.

    Raises:
        StorageError: the database did not answer.
    """
    with database.reading(f"read {table}") as connection:
        return _rows_of(connection, table, reports)


def find_reports(database: Database, client: str, environment: str, fingerprint: str) -> list[LedgerRow]:
    """Give the ledger rows of a source with this content, oldest first.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    return _ledger_rows(
        database,
        reports.c.client == client,
        reports.c.environment == environment,
        reports.c.fingerprint == fingerprint,
    )


def read_reports_of_run(database: Database, run_id: str) -> list[LedgerRow]:
    """Give the ledger rows that a Dagster run wrote, oldest first.

    Raises:
        StorageError: the database did not answer.
    """
    return _ledger_rows(database, declared_table("reports").c.run_id == run_id)


def newest_collected_at(database: Database, client: str, environment: str, kind: Kind) -> datetime | None:
    """Give the time of the newest current report of that kind, naive UTC, or None when there is none.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    current = _current_reports(kind, client, environment)
    with database.reading("read the ledger") as connection:
        text = connection.scalar(sa.select(sa.func.max(reports.c.collected_at)).where(reports.c.report.in_(current)))
    return None if text is None else datetime.fromisoformat(text)


def read_sources(database: Database) -> list[tuple[str, str]]:
    """Give (client, environment) of every source in the ledger, in order.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    columns = (reports.c.client, reports.c.environment)
    with database.reading("read the ledger") as connection:
        rows = connection.execute(sa.select(*columns).distinct().order_by(*columns))
        return [(client, environment) for client, environment in rows]


def summary(database: Database) -> list[SourceSummary]:
    """Say per source what the database holds, in the order of the sources.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    source = (reports.c.client, reports.c.environment)
    is_ingested = reports.c.status == "ingested"
    counted = (
        sa.select(
            *source,
            sa.func.count().filter(is_ingested),
            sa.func.count().filter(sa.not_(is_ingested)),
            sa.func.coalesce(sa.func.sum(reports.c.rejected_row_count).filter(is_ingested), 0),
        )
        .group_by(*source)
        .order_by(*source)
    )
    with database.reading("read the ledger") as connection:
        rows = connection.execute(counted).all()
        vms = _current_counts(connection, "virtual_machines")
        alarms = _current_counts(connection, "triggered_alarms")
    nothing = (None, None)
    return [
        SourceSummary(
            client=client,
            environment=environment,
            ingested_count=ingested,
            quarantined_count=quarantined,
            virtual_machine_count=vms.get((client, environment), nothing)[0],
            triggered_alarm_count=alarms.get((client, environment), nothing)[0],
            rejected_row_count=rejected,
            virtual_machines_collected_at=vms.get((client, environment), nothing)[1],
            triggered_alarms_collected_at=alarms.get((client, environment), nothing)[1],
        )
        for client, environment, ingested, quarantined, rejected in rows
    ]


def _current_reports(kind: Kind, client: str | None = None, environment: str | None = None) -> sa.Select[str]:
    """Select the newest report of each vCenter that speaks of the kind, of one source or of all."""
    reports = declared_table("reports")
    speaks = reports.c.virtual_machine_count > 0
    if kind == "triggered_alarms":
        speaks = reports.c.triggered_alarm_count.is_not(None)
    conditions = [reports.c.status == "ingested", speaks]
    if client is not None:
        conditions += [reports.c.client == client, reports.c.environment == environment]
    newest_first = (reports.c.collected_at.desc(), reports.c.ingested_at.desc(), reports.c.report.desc())
    rank = sa.func.row_number().over(
        partition_by=(reports.c.client, reports.c.environment, reports.c.vcenter), order_by=newest_first
    )
    ranked = sa.select(reports.c.report, rank.label("rank")).where(*conditions).subquery()
    return sa.select(ranked.c.report).where(ranked.c.rank == 1)


def _current_counts(connection: sa.Connection, kind: Kind) -> dict[tuple[str, str], tuple[int, datetime]]:
    reports = declared_table("reports")
    source = (reports.c.client, reports.c.environment)
    select = (
        sa.select(
            *source, sa.func.sum(reports.c[f"{kind.removesuffix('s')}_count"]), sa.func.max(reports.c.collected_at)
        )
        .where(reports.c.report.in_(_current_reports(kind)))
        .group_by(*source)
    )
    return {
        (client, environment): (count, datetime.fromisoformat(collected_at))
        for client, environment, count, collected_at in connection.execute(select)
    }


def _rows_of(connection: sa.Connection, table: str, reports: sa.Select[str] | Sequence[str]) -> pa.Table:
    """Read rows report by report, oldest first; what the rows of a report share is read once, from the ledger."""
    declared, sql, ledger = core_table(table), declared_table(table), declared_table("reports")
    own = [sql.c[column.name] for column in declared.columns if column.name not in Shared._fields]
    shared_columns = [ledger.c[name] for name in Shared._fields]
    found = connection.execute(
        sa.select(*shared_columns)
        .where(ledger.c.status == "ingested", ledger.c.report.in_(reports))
        .order_by(ledger.c.collected_at, ledger.c.report)
    ).all()
    batches: list[pa.RecordBatch] = []
    for report, client, environment, collected_at in found:
        shared = Shared(report, client, environment, datetime.fromisoformat(collected_at))
        select = sa.select(*own).where(sql.c.report == report).order_by(*sql.primary_key.columns)
        batches += _batches(connection, select, declared, shared)
    return pa.Table.from_batches(batches, declared.arrow_schema)


def _batches(
    connection: sa.Connection, select: sa.Select[Any], declared: Table, shared: Shared | None = None
) -> Iterator[pa.RecordBatch]:
    """Read through the driver's own cursor: a row object of SQLAlchemy for each row doubles the cost."""
    result = connection.execute(select)
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(_ROWS_A_BATCH)):
        yield to_record_batch(rows, declared, shared)
    result.close()


def _ledger(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select ledger rows in the declared column order, oldest first."""
    reports = declared_table("reports")
    columns = [reports.c[column.name] for column in core_table("reports").columns]
    return sa.select(*columns).where(*conditions).order_by(reports.c.ingested_at, reports.c.report)


def _ledger_rows(database: Database, *conditions: sa.ColumnElement[bool]) -> list[LedgerRow]:
    declared = core_table("reports")
    with database.reading("read the ledger") as connection:
        return [to_values(row, declared) for row in connection.execute(_ledger(*conditions))]
