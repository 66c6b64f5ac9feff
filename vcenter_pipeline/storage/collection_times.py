"""When the newest reports of each source were collected, as the ledger says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table

_ALL: Final = "reports"
_KINDS: Final[tuple[tuple[str, str | None], ...]] = (
    ("virtual machines", "virtual_machine_count"),
    ("alarms", "triggered_alarm_count"),
    (_ALL, None),
)

Times = Mapping[str, list[datetime]]
"""When each kind was collected, naive UTC, the newest first; no kind that a source never told of."""


def read_collection_times(
    database: Database, limit: int, source: tuple[str, str] | None = None
) -> dict[tuple[str, str], Times]:
    """Give the newest times by (client, environment), in the order of the sources.

    A source that tells of hosts only, say, has those of all its reports. The same time counts once: a playbook that
    writes one file for each vCenter has not run several times.

    Args:
        database: the database.
        limit: how many times of each kind.
        source: only this one.

    Raises:
        StorageError: the database did not answer.
    """
    found: dict[tuple[str, str], dict[str, list[datetime]]] = {}
    with database.reading("read the ledger") as connection:
        for word, column in _KINDS:
            for client, environment, collected_at in connection.execute(_select(column, limit, source)):
                times = found.setdefault((client, environment), {})
                if word != _ALL or not times.keys() - {_ALL}:
                    times.setdefault(word, []).append(datetime.fromisoformat(collected_at))
    return {key: found[key] for key in sorted(found)}


def _select(column: str | None, limit: int, source: tuple[str, str] | None) -> sa.Select[str, str, str]:
    reports = declared_table("reports")
    columns = (reports.c.client, reports.c.environment, reports.c.collected_at)
    conditions = [reports.c.status == "ingested"]
    if column:
        conditions.append(reports.c[column].is_not(None))
    if source:
        conditions += [reports.c.client == source[0], reports.c.environment == source[1]]
    times = sa.select(*columns).where(*conditions).distinct().subquery()
    ranked = sa.select(
        times,
        sa.func.row_number()
        .over(partition_by=(times.c.client, times.c.environment), order_by=times.c.collected_at.desc())
        .label("rank"),
    ).subquery()
    return (
        sa.select(ranked.c.client, ranked.c.environment, ranked.c.collected_at)
        .where(ranked.c.rank <= limit)
        .order_by(ranked.c.client, ranked.c.environment, ranked.c.rank)
    )
