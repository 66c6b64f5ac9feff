"""Python and Arrow values <-> what SQLite holds.

SQLite has no booleans, instants and days: they stand as 0 and 1, as `2026-01-31T02:00:00.000000`, always
with six digits, and as `2026-01-31`, so that the order of the texts is the order of the times.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.model.columns import Table

Row = tuple[Any, ...]


class Shared(NamedTuple):
    """What all rows of a report have in common; every table of such rows has these columns."""

    report: str
    client: str
    environment: str
    collected_at: datetime
    """Naive UTC."""


_BOOL: Final = "bool"
_INSTANT: Final = "timestamp[us]"
_DAY: Final = "date32[day]"


def instant_to_text(value: datetime) -> str:
    """Give a naive UTC datetime as the database holds it.

    Raises:
        ValueError: the value has a time zone, which the text would carry into the order.
    """
    if value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone; the database takes naive UTC")
    return value.isoformat(timespec="microseconds")


def time_to_text(value: date) -> str:
    """Give an instant or a day as the database holds it."""
    return instant_to_text(value) if isinstance(value, datetime) else value.isoformat()


def time_positions(table: Table) -> tuple[int, ...]:
    """Say which columns of the table hold instants or days."""
    return tuple(number for number, column in enumerate(table.columns) if str(column.arrow_type) in {_INSTANT, _DAY})


def to_sqlite_rows(rows: Iterable[Row], times: Sequence[int]) -> Iterator[Row]:
    """Give the rows with their instants and days as text; the driver writes booleans as 0 and 1 by itself."""
    for row in rows:
        values = list(row)
        for position in times:
            if values[position] is not None:
                values[position] = time_to_text(values[position])
        yield tuple(values)


def to_record_batch(
    rows: Sequence[Row], table: Table, shared: Mapping[str, object] = MappingProxyType({})
) -> pa.RecordBatch:
    """Give rows as the database holds them as a batch with the declared types.

    Args:
        rows: at least one, in the table's column order; without the columns of `shared`.
        table: the table's declaration.
        shared: what these columns hold in every row.
    """
    read = zip(*rows, strict=True)
    arrays = [
        _repeated(shared[column.name], column.arrow_type, len(rows))
        if column.name in shared
        else _to_array(next(read), column.arrow_type)
        for column in table.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow_schema)


def _repeated(value: object, arrow_type: pa.DataType, count: int) -> "pa.Array[Any]":
    scalar: Any = pa.scalar(value, arrow_type)
    array: pa.Array[Any] = pa.repeat(scalar, count)
    return array


def _to_array(values: Sequence[Any], arrow_type: pa.DataType) -> "pa.Array[Any]":
    if str(arrow_type) == _BOOL:
        return pa.array(values, pa.int64()).cast(arrow_type)
    if str(arrow_type) in {_INSTANT, _DAY}:
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
        elif kind == _DAY:
            found[column.name] = date.fromisoformat(value)
        elif kind == _BOOL:
            found[column.name] = bool(value)
        else:
            found[column.name] = value
    return found
