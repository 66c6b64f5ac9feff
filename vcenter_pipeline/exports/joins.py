"""Rows that another table refers to by a name: found for whole columns at once, and only where one alone can be meant.

Names are not unique in a vCenter, and moids not between vCenters. A row joined to the wrong object is worse than one
that is joined to none, so a name that two rows bear finds neither.
"""

from typing import Any, Final

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc

_SEPARATOR: Final = "\x00"
"""No name can hold it, so joined names are equal only when their parts are."""

_NO_ROW: Final = pa.scalar(None, pa.int32())


def whole(table: pa.Table, name: str) -> Array:
    """Give a column as one array."""
    return table[name].combine_chunks()


def joined(table: pa.Table, *names: str) -> Array:
    """Give the columns of each row, of text or days, as one text; null where any of them is."""
    columns = [whole(table, name).cast(pa.string()) for name in names]
    if any(column.null_count == len(column) for column in columns):
        return pa.nulls(table.num_rows, pa.string())
    result: Array = pc.binary_join_element_wise(*columns, _SEPARATOR)
    return result


def only_rows(wanted: Array, known: Array) -> Array:
    """Give the number of the only row that is known as wanted; null where there is none, or more than one."""
    if wanted.null_count == len(wanted) or known.null_count == len(known):
        return no_rows(len(wanted))
    numbers = None
    if len(known) > len(wanted):  # counting is what costs
        numbers = pc.indices_nonzero(pc.is_in(known, value_set=wanted, skip_nulls=True)).cast(pa.int32())
        known = known.take(numbers)
    counted = pc.if_else(pc.is_in(wanted, value_set=repeated(known)), None, wanted)
    rows: Array = pc.index_in(counted, value_set=known, skip_nulls=True)
    return rows if numbers is None else numbers.take(rows)


def no_rows(count: int) -> Array:
    """Give so many references to nothing."""
    return pa.repeat(_NO_ROW, count)


def repeated(known: Array) -> Array:
    """Give what stands more than once."""
    counts = counted(known.drop_null())
    return whole(counts.filter(pc.greater(counts["count"], 1)), "value")


def counted(known: Array) -> pa.Table:
    """Give each value once, with how often it stands."""
    pairs = pc.value_counts(known)
    return pa.table({"value": pairs.field("values"), "count": pairs.field("counts")})


def of_rows(table: pa.Table, name: str, rows: Array) -> Array:
    """Give the column's value in each of these rows; null for the reference to nothing."""
    result: Array = whole(table, name).take(rows)
    return result


def replaced(table: pa.Table, name: str, values: Any) -> pa.Table:  # noqa: ANN401 - an Arrow array of any layout
    """Give the table with other values in a column."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values)


def filled(table: pa.Table, name: str, values: Array) -> pa.Table:
    """Give the table with these values where the column has none."""
    if not table[name].null_count or values.null_count == len(values):
        return table
    return replaced(table, name, pc.coalesce(whole(table, name), values))


def without_collection(table: pa.Table) -> pa.Table:
    """Give the table without the number of the collection, which only the database has."""
    return table.drop_columns("collection")
