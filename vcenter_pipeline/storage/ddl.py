"""SQL tables, derived from what `model.columns` declares.

Everything that only SQLite needs in a table's definition stands here: STRICT, because SQLite otherwise
stores `'abc'` and 1.5 in an integer column, and WITHOUT ROWID, because the rows of a report then lie
together in key order and are read in half the time.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from vcenter_pipeline.model.columns import Table, core_table
from vcenter_pipeline.model.schemas import CORE_TABLES, HISTORY_TABLES, STORED_TABLES

STRICT_SINCE: Final = (3, 37)
"""The first SQLite that knows STRICT tables. Enterprise Linux 9 has 3.34."""

ROW_TABLES: Final = tuple(name for name in CORE_TABLES if name != "reports")
"""Tables whose rows belong to a report: loading it again replaces them."""

_TYPES: Final[dict[str, sa.types.TypeEngine[Any]]] = {
    "string": sa.TEXT(),
    "int64": sa.INTEGER(),
    "bool": sa.INTEGER(),
    "timestamp[us]": sa.TEXT(),
    "date32[day]": sa.TEXT(),
    "double": sa.REAL(),
}
"""SQLite's type by Arrow type: 0 and 1 for booleans, ISO 8601 text for instants and days."""

_INDEXES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        "reports": (
            ("client", "environment", "fingerprint"),
            ("client", "environment", "collected_at"),
            ("run_id",),
        ),
        "collections": (("client", "environment", "kind", "collected_at"),),
        **dict.fromkeys(HISTORY_TABLES, (("client", "environment"),)),
    },
)


@cache
def declared_metadata(*, is_strict: bool = True) -> sa.MetaData:
    """Give every table of the database as it is declared now.

    Args:
        is_strict: whether this SQLite knows STRICT tables; an older one gets plain ones, and then only
            validation before the write keeps types apart.
    """
    metadata = sa.MetaData()
    for name in STORED_TABLES:
        _add_table(metadata, core_table(name), is_strict=is_strict)
    sa.Table(
        "waiting_reports",
        metadata,
        sa.Column("path", sa.TEXT(), nullable=False, comment="Below the input folder."),
        sa.Column("size_bytes", sa.INTEGER(), nullable=False),
        sa.Column("modified_ns", sa.INTEGER(), nullable=False),
        sa.Column("inode", sa.INTEGER(), nullable=False),
        sa.Column("seen_at", sa.TEXT(), nullable=False, comment="When it was first seen as it is now."),
        sa.Column("requested_at", sa.TEXT(), nullable=True, comment="When a run was asked for."),
        sa.PrimaryKeyConstraint("path"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
        comment="What the sensor remembers of the input tree between two ticks.",
    )
    return metadata


def declared_table(name: str) -> sa.Table:
    """Give one declared table, to build statements with."""
    return declared_metadata().tables[name]


def _add_table(metadata: sa.MetaData, declared: Table, *, is_strict: bool) -> None:
    """Add a table, with the columns of its key first.

    In SQL the order of columns means nothing here, every statement names them. But SQLite 3.40 reports a table
    WITHOUT ROWID whose key comes later as damaged: `NULL value in …`, where there is none.
    """
    columns = {
        column.name: sa.Column(
            column.name, _TYPES[str(column.arrow_type)], nullable=column.is_nullable, comment=column.description
        )
        for column in declared.columns
    }
    has_key = not any(columns[name].nullable for name in declared.key)
    order = list(dict.fromkeys((*declared.key, *columns))) if has_key else list(columns)
    table = sa.Table(
        declared.name,
        metadata,
        *(columns[name] for name in order),
        *([sa.PrimaryKeyConstraint(*declared.key)] if has_key else []),
        sqlite_strict=is_strict,
        sqlite_with_rowid=not has_key,
        comment=declared.description,
    )
    for names in _INDEXES.get(declared.name, () if has_key else (("report", "collection"),)):
        sa.Index(f"ix_{declared.name}_{'_'.join(names)}", *(table.c[name] for name in names))
