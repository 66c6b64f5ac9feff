"""The current state and the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.ledger import rows_of_reports, select_ledger
from vcenter_pipeline.storage.values import to_values

LedgerRow = dict[str, Any]
"""A row of `reports` by column name; instants naive UTC."""


class SourceSummary(NamedTuple):
    """What the database holds of one source."""

    client: str
    environment: str
    ingested_count: int
    quarantined_count: int
    virtual_machine_count: int | None
    """Current ones; None when no report speaks of virtual machines."""
    triggered_alarm_count: int | None
    """Current ones; None when no report speaks of alarms."""
    rejected_row_count: int
    """Of all ingested reports."""
    virtual_machines_collected_at: datetime | None
    """The newest, naive UTC."""
    triggered_alarms_collected_at: datetime | None
    esxi_host_count: int | None = None
    """Current ones; None when no report speaks of hosts. So are the others."""
    cluster_count: int | None = None
    datastore_count: int | None = None
    vm_snapshot_count: int | None = None


def read_current(database: Database, client: str, environment: str, table: str) -> pa.Table:
    """Give the current rows of a source, with the declared types however few they are.

    Of `reports`, `collections` and `rejected_rows` all rows are current. Whoever reads several tables asks one
    `CurrentState` for them, which then compares the virtual machines once.

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
    return CurrentState(database, client, environment).read(table)


def read_reports_rows(database: Database, table: str, reports: Sequence[str]) -> pa.Table:
    """Give the rows of these reports, whether they are current or not.

    Raises:
        StorageError: the database did not answer.
    """
    with database.reading(f"read {table}") as connection:
        return rows_of_reports(connection, table, reports)


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
    """Give the newest time of the collections that make the current state of a kind, naive UTC, or None without any.

    Raises:
        StorageError: the database did not answer.
    """
    return CurrentState(database, client, environment).newest_collected_at(kind)


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
    found = []
    for client, environment, ingested, quarantined, rejected in rows:
        state = CurrentState(database, client, environment)
        found.append(
            SourceSummary(
                client=client,
                environment=environment,
                ingested_count=ingested,
                quarantined_count=quarantined,
                virtual_machine_count=state.count("virtual_machines"),
                triggered_alarm_count=state.count("triggered_alarms"),
                rejected_row_count=rejected,
                virtual_machines_collected_at=state.newest_collected_at("virtual_machines"),
                triggered_alarms_collected_at=state.newest_collected_at("triggered_alarms"),
                esxi_host_count=state.count("esxi_hosts"),
                cluster_count=state.count("clusters"),
                datastore_count=state.count("datastores"),
                vm_snapshot_count=state.count("vm_snapshots"),
            )
        )
    return found


def _ledger_rows(database: Database, *conditions: sa.ColumnElement[bool]) -> list[LedgerRow]:
    declared = core_table("reports")
    with database.reading("read the ledger") as connection:
        return [to_values(row, declared) for row in connection.execute(select_ledger(*conditions))]
