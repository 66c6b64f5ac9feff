"""The rows of the collections that make a current state, as Arrow tables.

Complete collections are read one by one, as they lie together. Of the others there may be thousands, one a virtual
machine and day, so SQLite picks the newest row of each object before any row is handed over.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.columns import Table, core_table
from vcenter_pipeline.model.current import Collection, Pieces
from vcenter_pipeline.model.keys import to_key_prefix
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.values import Row, to_record_batch

ROWS_A_BATCH: Final = 1_000
"""What fits into the processor's cache: 5,000 rows of 25 columns at a time take a third more CPU."""

_ADDS_UP: Final = frozenset({"vmware_tag_info"})
"""Shapes of which a newer report does not replace an older one: each may tell of another tag."""
_CHOSEN: Final = """
    CREATE TEMPORARY TABLE chosen (
        report TEXT NOT NULL, collection INTEGER NOT NULL, place INTEGER NOT NULL, moment INTEGER NOT NULL,
        line INTEGER NOT NULL, start INTEGER NOT NULL
    )
"""


class Wanted(NamedTuple):
    """What to read of collections."""

    table: str
    names: Sequence[str] | None = None
    """Which columns, if not all."""
    are_parts: bool = False
    """Whether the rows belong to virtual machines. Of what does not, only the newest row of each object and shape is
    read."""


class PieceRows(NamedTuple):
    """Rows of several collections, in the order of the collections."""

    table: pa.Table
    places: npt.NDArray[np.int64]
    """Of each row: the number of its collection among those that were asked for, from 0."""


def read_collection(connection: sa.Connection, table: str, source: tuple[str, str], collection: Collection) -> pa.Table:
    """Read the rows of one collection, in the order of their keys where they have one."""
    declared = core_table(table)
    return pa.Table.from_batches(
        list(_collection_batches(connection, declared, source, collection)), declared.arrow_schema
    )


def read_pieces(connection: sa.Connection, wanted: Wanted, source: tuple[str, str], pieces: Pieces) -> PieceRows:
    """Read the rows of the collections that make a current state.

    Args:
        connection: where to read.
        wanted: what of them.
        source: client and environment.
        pieces: which collections.
    """
    declared = _declared(wanted)
    batches: list[pa.RecordBatch] = []
    places: list[npt.NDArray[np.int64]] = []
    for place, collection in enumerate(pieces.base):
        for batch in _collection_batches(connection, declared, source, collection):
            batches.append(batch)
            places.append(np.full(batch.num_rows, place, np.int64))
    if pieces.partial:
        connection.exec_driver_sql(_CHOSEN)
        connection.exec_driver_sql("INSERT INTO chosen VALUES (?, ?, ?, ?, ?, ?)", _chosen(source, pieces))
        for batch, some in _chosen_batches(connection, declared, are_parts=wanted.are_parts):
            batches.append(batch)
            places.append(some)
        connection.exec_driver_sql("DROP TABLE chosen")
    found = pa.Table.from_batches(batches, declared.arrow_schema)
    return PieceRows(found, np.concatenate(places) if places else np.empty(0, np.int64))


def read_rows_of_source(connection: sa.Connection, table: str, source: tuple[str, str]) -> pa.Table:
    """Read all rows of a source, by report."""
    declared, sql = core_table(table), declared_table(table)
    select = (
        sa.select(*(sql.c[column.name] for column in declared.columns))
        .where(sql.c.client == source[0], sql.c.environment == source[1])
        .order_by(*sql.primary_key.columns)
    )
    batches = [to_record_batch(rows, declared) for rows in fetched(connection.execute(select))]
    return pa.Table.from_batches(batches, declared.arrow_schema)


def fetched(result: sa.CursorResult[Any]) -> Iterator[Sequence[Row]]:
    """Read through the driver's own cursor: a row object of SQLAlchemy for each row doubles the cost."""
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(ROWS_A_BATCH)):
        yield rows
    result.close()


def _declared(wanted: Wanted) -> Table:
    declared = core_table(wanted.table)
    if wanted.names is None:
        return declared
    return declared._replace(columns=tuple(column for column in declared.columns if column.name in wanted.names))


def _collection_batches(
    connection: sa.Connection, declared: Table, source: tuple[str, str], collection: Collection
) -> Iterator[pa.RecordBatch]:
    shared = {
        "report": collection.report,
        "collection": collection.number,
        "client": source[0],
        "environment": source[1],
        "collected_at": collection.collected_at,
    }
    sql = declared_table(declared.name)
    own = [sql.c[column.name] for column in declared.columns if column.name not in shared]
    select = (
        sa.select(*own)
        .where(sql.c.report == collection.report, sql.c.collection == collection.number)
        .order_by(*sql.primary_key.columns)
    )
    for rows in fetched(connection.execute(select)):
        yield to_record_batch(rows, declared, shared)


def _chosen(source: tuple[str, str], pieces: Pieces) -> list[tuple[Any, ...]]:
    moments: dict[str, int] = {}
    lines: dict[object, int] = {}
    rows = []
    for place, one in enumerate(pieces.partial, len(pieces.base)):
        moment = moments.setdefault(one.report, len(moments))
        line = lines.setdefault((one.shape, one.report if one.shape in _ADDS_UP else None), len(lines))
        rows.append((one.report, one.number, place, moment, line, len(to_key_prefix(*source, one.vcenter)) + 1))
    return rows


def _chosen_batches(
    connection: sa.Connection, declared: Table, *, are_parts: bool
) -> Iterator[tuple[pa.RecordBatch, npt.NDArray[np.int64]]]:
    columns = ", ".join(f"stored.{column.name}" for column in declared.columns)
    names = {column.name for column in core_table(declared.name).columns}
    key = core_table(declared.name).key[-1]
    if are_parts:
        statement = f"""
            SELECT chosen.place, {columns}
            FROM chosen CROSS JOIN {declared.name} AS stored
            WHERE stored.report = chosen.report AND stored.collection = chosen.collection
            ORDER BY chosen.place
        """  # noqa: S608 - the names are those that the model declares
    else:
        same = f"chosen.line, substr(stored.{key}, chosen.start)" + (", stored.moid" if "moid" in names else "")
        statement = f"""
            SELECT aged.place, {columns}
            FROM (
                SELECT chosen.place AS place, stored.report AS report, stored.collection AS collection,
                    stored.{key} AS object_key, rank() OVER (PARTITION BY {same} ORDER BY chosen.moment) AS age
                FROM chosen CROSS JOIN {declared.name} AS stored
                WHERE stored.report = chosen.report AND stored.collection = chosen.collection
            ) AS aged CROSS JOIN {declared.name} AS stored
            WHERE aged.age = 1 AND stored.report = aged.report AND stored.collection = aged.collection
                AND stored.{key} = aged.object_key
            ORDER BY aged.place, aged.object_key
        """  # noqa: S608 - as above
    for rows in fetched(connection.exec_driver_sql(statement)):
        yield (
            to_record_batch([row[1:] for row in rows], declared),
            np.fromiter((row[0] for row in rows), np.int64, len(rows)),
        )
