"""Rows out of a table, at most so many at a time, so that a transaction stays short however large the report was."""

from typing import Final

import sqlalchemy as sa

from vcenter_pipeline.storage.ddl import declared_table

_OWNER: Final = ("report", "collection")


def delete_some(connection: sa.Connection, name: str, owner: tuple[str, int] | tuple[str], limit: int) -> int:
    """Delete rows of a report, or of a collection in it, and give how many went: fewer than `limit` when all did.

    SQLite's own `DELETE … LIMIT` is missing from most builds. So what goes is told by the row number where a table has
    one, and else by what follows in its key.

    Args:
        connection: one that may write.
        name: the table.
        owner: the report, or the report and the number of the collection.
        limit: how many at most.
    """
    if limit <= 0:
        return 0
    table = declared_table(name)
    is_owned = sa.and_(*(table.c[column] == value for column, value in zip(_OWNER, owner, strict=False)))
    key = list(table.primary_key.columns)
    delete = sa.delete(table).where(is_owned)
    if not key:
        row_number: sa.ColumnClause[int] = sa.literal_column("rowid")
        some = sa.select(row_number).select_from(table).where(is_owned).limit(limit)
        return connection.execute(delete.where(row_number.in_(some))).rowcount
    following = key[len(owner) :]
    bound = connection.execute(
        sa.select(*following).where(is_owned).order_by(*following).offset(limit).limit(1)
    ).first()
    if bound is not None:
        delete = delete.where(sa.tuple_(*following) < sa.tuple_(*bound))
    return connection.execute(delete).rowcount
