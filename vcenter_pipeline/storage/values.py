"""Python and Arrow values <-> what SQLite holds.

SQLite has no booleans and no instants: they stand as 0 and 1, and as `2026-01-31T02:00:00.000000`, always
with six digits, so that the order of the texts is the order of the times.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from vcenter_pipeline.model.columns import Table

Row = tuple[Any, ...]

_BOOL: Final = "bool"
_INSTANT: Final = "timestamp[us]"


def instant_to_text(value: datetime) -> str:
    """Give a naive UTC datetime as the database holds it.

    Raises:
        ValueError: the value has a time zone, which the text would carry into the order.
    """
    if value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone; the database takes naive UTC")
    return value.isoformat(timespec="microseconds")


def instant_positions(table: Table) -> tuple[int, ...]:
    """Say which columns of the table hold instants."""
    return tuple(number for number, column in enumerate(table.columns) if str(column.arrow_type) == _INSTANT)


def to_sqlite_rows(rows: Iterable[Row], instants: Sequence[int]) -> Iterator[Row]:
    """Give the rows with their instants as text; the driver writes booleans as 0 and 1 by itself.

    A report has one `collected_at`, the same object in every row, so the last conversion is kept.
    """
    last: datetime | None = None
    text = ""
    for row in rows:
        values = list(row)
        for position in instants:
            value = values[position]
            if value is not None:
                if value is not last:
                    text = instant_to_text(value)
                    last = value
                values[position] = text
        yield tuple(values)


def to_record_batch(rows: Sequence[Row], table: Table) -> pa.RecordBatch:
    """Give rows as the database holds them as a batch with the declared types."""
    arrays = [
        _to_array(values, column.arrow_type)
        for values, column in zip(zip(*rows, strict=True), table.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow_schema)


def _to_array(values: Sequence[Any], arrow_type: pa.DataType) -> "pa.Array[Any]":
    if str(arrow_type) == _BOOL:
        return pa.array(values, pa.int64()).cast(arrow_type)
    if str(arrow_type) == _INSTANT:
        return pa.array(values, pa.string()).cast(arrow_type)
    return pa.array(values, arrow_type)


def to_values(row: Sequence[Any], table: Table) -> dict[str, Any]:
    """Give one row as the database holds it as Python values by column name."""
    found: dict[str, Any] = {}
    for value, column in zip(row, table.columns, strict=True):
        kind = str(column.arrow_type)
        if value is None:
            found[column.name] = None
        elif kind == _INSTANT:
            found[column.name] = datetime.fromisoformat(value)
        elif kind == _BOOL:
            found[column.name] = bool(value)
        else:
            found[column.name] = value
    return found
