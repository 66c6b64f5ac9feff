"""Old collections out of the database, some of them a transaction, so that nobody waits long for a turn to write.

Before any goes, what was derived of it is frozen: it is not derived again, and not taken for something that nobody
planned. Each transaction leaves a state from which the next pass goes on, so a process may end between any two.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from vcenter_pipeline.model.current import Collection
from vcenter_pipeline.model.thinning import Described, Key, Rules, plan_thinning
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import ROW_TABLES, declared_table
from vcenter_pipeline.storage.deletion import delete_some
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.history_rows import STEPS
from vcenter_pipeline.storage.known import Known, read_known
from vcenter_pipeline.storage.values import instant_to_text

COLLECTION_TABLES: Final = tuple(name for name in ROW_TABLES if name not in {"collections", "rejected_rows"})
"""Tables whose rows belong to a collection."""

_COLLECTIONS_A_BATCH: Final = 50
_ROWS_A_BATCH: Final = 50_000
"""So many rows go in about a tenth of a second."""

Tell = Callable[[int, int], None]
"""Is told how many collections of how many are gone."""


class Thinned(NamedTuple):
    """What went, or would go, of one source."""

    collections: int = 0
    rows: int = 0
    """Of all tables, without those of `collections` itself."""
    reports: int = 0
    """Of which nothing is left but the row in the ledger."""


def thin_source(  # noqa: PLR0913 - the source is two of them
    database: Database, client: str, environment: str, *, rules: Rules, now: datetime, tell: Tell | None = None
) -> Thinned:
    """Take away what is old enough of a source; the caller holds the source's lock.

    The history is brought up to date first, so that nothing goes that was not compared yet.

    Args:
        database: the database.
        client: the source's client.
        environment: the source's environment.
        rules: how long collections are kept.
        now: naive UTC.
        tell: is told how far it has come, after each transaction.

    Raises:
        StorageError: the database did not answer; what is gone so far is whole collections, and the rest follows
            with the next call.
    """
    horizon = rules.horizon(now)
    if horizon is None:
        return Thinned()
    update_history(database, client, environment)
    known, gone = _plan(database, client, environment, rules, now)
    if gone:
        _freeze(database, known, {one.kind for one in gone}, horizon)
    rows = _take(database, gone, tell)
    rejected, reports = _close_reports(database, known.source, horizon, now)
    return Thinned(len(gone), rows + rejected, reports)


def count_thinning(database: Database, client: str, environment: str, *, rules: Rules, now: datetime) -> Thinned:
    """Count what `thin_source` would take away now, and write nothing.

    Raises:
        StorageError: the database did not answer.
    """
    horizon = rules.horizon(now)
    if horizon is None:
        return Thinned()
    known, gone = _plan(database, client, environment, rules, now)
    going = {(one.report, one.number) for one in gone}
    with _chosen(database, "count what is old", gone) as connection:
        rows = sum(connection.scalar(_count_of_chosen(name)) or 0 for name in COLLECTION_TABLES)
        left = {
            one.report
            for of_kind in known.collections.values()
            for some in of_kind.values()
            for one in some
            if (one.report, one.number) not in going
        }
        closing = [report for report in connection.scalars(_old_reports(known.source, horizon)) if report not in left]
        rejected = declared_table("rejected_rows")
        rows += sum(
            connection.scalar(sa.select(sa.func.count()).where(rejected.c.report == report)) or 0 for report in closing
        )
    return Thinned(len(gone), rows, len(closing))


def _plan(
    database: Database, client: str, environment: str, rules: Rules, now: datetime
) -> tuple[Known, list[Collection]]:
    with database.reading("read what is old") as connection:
        known = read_known(connection, client, environment)
        described = _read_described(connection, known)
    return known, plan_thinning(known.collections, described, now, rules)


def _read_described(connection: sa.Connection, known: Known) -> dict[Key, list[Described]]:
    """Read the rows of the collections that describe vCenters: a few a report."""
    table = declared_table("vcenters")
    names = ("report", "collection", "vcenter_key", "instance_uuid", "host_name")
    prefixes = {
        (one.report, one.number): known.told_prefix(one)
        for some in known.collections.get("vcenters", {}).values()
        for one in some
    }
    client, environment = known.source
    select = sa.select(*(table.c[name] for name in names)).where(
        table.c.client == client, table.c.environment == environment
    )
    found: dict[Key, list[Described]] = {}
    for report, number, key, instance_uuid, host_name in connection.execute(select):
        if (report, number) in prefixes:
            identity = key[len(prefixes[report, number]) :]
            found.setdefault((report, number), []).append(Described(identity, instance_uuid, host_name))
    return found


def _freeze(database: Database, known: Known, kinds: set[str], horizon: datetime) -> None:
    """Freeze what was derived of old collections of these kinds, and what was derived before the last of that.

    Nothing at or before a frozen step is derived again, so nothing there may count as not planned any more either.
    """
    steps = declared_table(STEPS)
    client, environment = known.source
    names = ("report", "kind", "vcenter", "product", "collected_at", "oldest_at", "is_frozen")
    select = sa.select(*(steps.c[name] for name in names)).where(
        steps.c.client == client, steps.c.environment == environment, steps.c.kind.in_(sorted(kinds))
    )
    limit = instant_to_text(horizon)
    with database.writing("freeze the history") as connection:
        found = [
            ((kind, known.vcenters.of_label(vcenter), product), (collected_at, report), vcenter, oldest_at, is_frozen)
            for report, kind, vcenter, product, collected_at, oldest_at, is_frozen in connection.execute(select)
        ]
        newest: dict[tuple[str, str, str], tuple[str, str]] = {}
        for line, moment, _, oldest_at, is_frozen in found:
            if is_frozen or oldest_at < limit:
                newest[line] = max(moment, newest.get(line, moment))
        freeze = sa.update(steps).values(is_frozen=1)
        for line, moment, vcenter, _, is_frozen in found:
            if not is_frozen and line in newest and moment <= newest[line]:
                kind, _, product = line
                connection.execute(
                    freeze.where(
                        steps.c.report == moment[1],
                        steps.c.kind == kind,
                        steps.c.vcenter == vcenter,
                        steps.c.product == product,
                    )
                )
        connection.commit()


def _take(database: Database, gone: Sequence[Collection], tell: Tell | None) -> int:
    """Delete collections and their rows, some of them a transaction; give how many rows went."""
    waiting = deque(gone)
    rows = 0
    while waiting:
        with database.writing("remove old collections") as connection:
            rows += _take_batch(connection, waiting)
            connection.commit()
        if tell is not None:
            tell(len(gone) - len(waiting), len(gone))
    return rows


def _take_batch(connection: sa.Connection, waiting: "deque[Collection]") -> int:
    """Delete as much as goes into one transaction, and take what is done from the front."""
    collections = declared_table("collections")
    rows = 0
    for _ in range(min(_COLLECTIONS_A_BATCH, len(waiting))):
        one = waiting[0]
        is_it = sa.and_(collections.c.report == one.report, collections.c.collection == one.number)
        for name in COLLECTION_TABLES:
            rows += delete_some(connection, name, (one.report, one.number), _ROWS_A_BATCH - rows)
            if rows >= _ROWS_A_BATCH:
                # What is left of it must count for nothing, should the rules be others when it is taken up again.
                connection.execute(sa.update(collections).where(is_it).values(is_complete=0, row_count=0))
                return rows
        connection.execute(sa.delete(collections).where(is_it))
        waiting.popleft()
    return rows


def _close_reports(database: Database, source: tuple[str, str], horizon: datetime, now: datetime) -> tuple[int, int]:
    """Delete what is left of reports without collections, and note it; give how many rows and reports that were."""
    reports, collections = declared_table("reports"), declared_table("collections")
    has_none = ~sa.exists().where(collections.c.report == reports.c.report)
    with database.reading("read the ledger") as connection:
        closing = list(connection.scalars(_old_reports(source, horizon).where(has_none)))
    waiting = deque(closing)
    rows = 0
    while waiting:
        with database.writing("note what is gone") as connection:
            of_batch = 0
            for _ in range(min(_COLLECTIONS_A_BATCH, len(waiting))):
                of_batch += delete_some(connection, "rejected_rows", (waiting[0],), _ROWS_A_BATCH - of_batch)
                if of_batch >= _ROWS_A_BATCH:
                    break
                noted = sa.update(reports).values(thinned_at=instant_to_text(now))
                connection.execute(noted.where(reports.c.report == waiting.popleft()))
            connection.commit()
        rows += of_batch
    return rows, len(closing)


def _old_reports(source: tuple[str, str], horizon: datetime) -> sa.Select[str]:
    """Select the reports that retention may close."""
    reports = declared_table("reports")
    return (
        sa.select(reports.c.report)
        .where(reports.c.client == source[0], reports.c.environment == source[1])
        .where(reports.c.collected_at < instant_to_text(horizon))
        .where(reports.c.status == "ingested", reports.c.thinned_at.is_(None))
        .order_by(reports.c.collected_at, reports.c.report)
    )


@contextmanager
def _chosen(database: Database, doing: str, gone: Sequence[Collection]) -> Iterator[sa.Connection]:
    """Give a connection that has these collections in a table of its own, which nobody else sees."""
    with database.reading(doing) as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE going (report TEXT NOT NULL, collection INTEGER NOT NULL)")
        keys = [(one.report, one.number) for one in gone]
        if keys:
            connection.exec_driver_sql("INSERT INTO going VALUES (?, ?)", keys)
        yield connection
        connection.exec_driver_sql("DROP TABLE going")


def _count_of_chosen(name: str) -> sa.TextClause:
    return sa.text(
        f"SELECT count(*) FROM going CROSS JOIN {name} AS stored "  # noqa: S608 - the names are those that the model declares
        "WHERE stored.report = going.report AND stored.collection = going.collection"
    )
