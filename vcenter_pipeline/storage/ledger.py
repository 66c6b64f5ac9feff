"""The ledger, and the rows that are read through it: those of whole reports, whether they are current or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.pieces import fetched
from vcenter_pipeline.storage.values import Shared, to_record_batch


def read_ledger_of_source(connection: sa.Connection, table: str, source: tuple[str, str]) -> pa.Table:
    """Read all rows of a source in `reports`, oldest first, or all of its rejected rows."""
    reports = declared_table("reports")
    is_of_source = sa.and_(reports.c.client == source[0], reports.c.environment == source[1])
    if table == "rejected_rows":
        has_some = sa.func.coalesce(reports.c.rejected_row_count, 1) > 0
        return rows_of_reports(connection, table, sa.select(reports.c.report).where(is_of_source, has_some))
    declared = core_table("reports")
    batches = [to_record_batch(rows, declared) for rows in fetched(connection.execute(select_ledger(is_of_source)))]
    return pa.Table.from_batches(batches, declared.arrow_schema)


def rows_of_reports(connection: sa.Connection, table: str, reports: sa.Select[str] | Sequence[str]) -> pa.Table:
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
        rows_of_batches = fetched(connection.execute(select))
        batches += [to_record_batch(rows, declared, shared._asdict()) for rows in rows_of_batches]
    return pa.Table.from_batches(batches, declared.arrow_schema)


def select_ledger(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select ledger rows in the declared column order, oldest first."""
    reports = declared_table("reports")
    columns = [reports.c[column.name] for column in core_table("reports").columns]
    return sa.select(*columns).where(*conditions).order_by(reports.c.ingested_at, reports.c.report)
