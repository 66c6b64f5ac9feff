"""What went wrong lately, by source, and when anything came at all, as the ledger says it."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.values import instant_to_text


class Trouble(NamedTuple):
    """What went wrong with the reports of one source."""

    rejected_rows: int
    quarantined_reports: int


def read_recent_trouble(database: Database, since: datetime) -> dict[tuple[str, str], Trouble]:
    """Count by (client, environment) what was rejected and quarantined since then; every source of the ledger is in it.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    source = (reports.c.client, reports.c.environment)
    is_recent = reports.c.ingested_at >= instant_to_text(since)
    rejected = sa.func.coalesce(sa.func.sum(reports.c.rejected_row_count).filter(is_recent), 0)
    quarantined = sa.func.count().filter(is_recent, reports.c.status == "quarantined")
    with database.reading("read the ledger") as connection:
        rows = connection.execute(sa.select(*source, rejected, quarantined).group_by(*source).order_by(*source))
        return {(client, environment): Trouble(*counts) for client, environment, *counts in rows}


def newest_ingested_at(database: Database) -> datetime | None:
    """Give when the newest report was taken, whatever became of it, naive UTC; None where there is none.

    Raises:
        StorageError: the database did not answer.
    """
    with database.reading("read the ledger") as connection:
        found = connection.scalar(sa.select(sa.func.max(declared_table("reports").c.ingested_at)))
    return None if found is None else datetime.fromisoformat(found)
