"""Rows of several collections -> one row an object; whole columns at a time, because estates have many rows."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_objects import IDENTIFYING, find_doubtful, find_objects, to_identities
from vcenter_pipeline.model.keys import to_key_prefix

pc: Any = pyarrow.compute
"""Without types: the stubs know neither Python's values beside arrays nor arrays of any type."""

Numbers: TypeAlias = npt.NDArray[np.int64]

_OF_THE_FIRST: Final = frozenset({"client", "environment", "vcenter", "collected_at", "report", "collection"})
"""Columns that say where a row comes from."""


class Objects(NamedTuple):
    """Which rows are one object."""

    first: Numbers
    """The row of each object that counts first, ascending."""
    numbers: Numbers
    """The object of each row, counted from 0."""


def key_column(kind: Kind) -> str:
    """Give the column of the object's own key."""
    return core_table(kind).key[-1]


def values_of(table: pa.Table, name: str) -> list[Any]:
    """Give the values of a column."""
    return table[name].to_pylist()


def to_objects(kind: Kind, table: pa.Table, prefix_lengths: Numbers) -> Objects:
    """Find out which rows are the same object.

    Args:
        kind: what the rows are.
        table: the rows, those that count first in front; it has the key and the identifying columns.
        prefix_lengths: how much of each row's key says only of which vCenter it is.
    """
    columns = {name: values_of(table, name) for name in IDENTIFYING.get(kind, ())}
    if columns:
        return _numbered(find_objects(kind, columns))
    keys = zip(values_of(table, key_column(kind)), prefix_lengths.tolist(), strict=True)
    firsts: dict[str, int] = {}
    return _numbered([firsts.setdefault(key[length:], row) for row, (key, length) in enumerate(keys)])


def certain_rows(kind: Kind, table: pa.Table) -> "npt.NDArray[np.bool_] | None":
    """Say which rows are objects that can be told apart from all before them; None when all are."""
    columns = {name: values_of(table, name) for name in IDENTIFYING.get(kind, ())}
    doubtful = find_doubtful(kind, columns) if columns else set()
    if not doubtful:
        return None
    certain = np.ones(table.num_rows, bool)
    certain[list(doubtful)] = False
    return certain


def _numbered(firsts: Sequence[int]) -> Objects:
    first, numbers = np.unique(np.asarray(firsts, np.int64), return_inverse=True)
    return Objects(first, numbers.astype(np.int64))


def merge_rows(kind: Kind, table: pa.Table, objects: Objects) -> pa.Table:
    """Give one row an object: of each column the first value that any of its rows has.

    Where a row comes from is told by the first alone.
    """
    if len(objects.first) == table.num_rows:
        return table
    of_the_first = _OF_THE_FIRST | {key_column(kind)}
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        rows: Any = objects.first
        if name not in of_the_first and column.null_count:
            rows = _first_valid(column, objects)
        columns.append(column.combine_chunks().take(pa.array(rows)))
    return pa.Table.from_arrays(columns, schema=table.schema)


def _first_valid(column: "pa.ChunkedArray[Any]", objects: Objects) -> "pa.Array[Any]":
    """Give the first row of each object in which the column has a value; null where none has."""
    rows = np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False))
    found = first_of(objects.numbers[rows], rows, len(objects.first))
    return pa.array(found, mask=found < 0)


def first_of(numbers: Numbers, values: Numbers, count: int) -> Numbers:
    """Give for each of so many objects the first value that it has; -1 where it has none."""
    found = np.full(count, -1, np.int64)
    found[numbers[::-1]] = values[::-1]  # of several values for one object numpy keeps the last that it meets
    return found


def with_keys(
    kind: Kind, table: pa.Table, prefix: str, prefix_lengths: Numbers, *, vcenter: str | None = None
) -> pa.Table:
    """Give merged rows with the keys that they have now, and the vCenter that they are of.

    Args:
        kind: what the rows are.
        table: one row an object.
        prefix: what every key of the vCenter begins with.
        prefix_lengths: as in `to_objects`, of these rows.
        vcenter: the vCenter; None where the rows have no column of it.
    """
    name = key_column(kind)
    if kind in IDENTIFYING:
        identities = to_identities(kind, {column: values_of(table, column) for column in IDENTIFYING[kind]})
    else:
        keys = zip(values_of(table, name), prefix_lengths.tolist(), strict=True)
        identities = [key[length:] for key, length in keys]
    table = with_column(table, name, pa.array([prefix + one for one in identities], pa.string()))
    return table if vcenter is None else with_column(table, "vcenter", vcenter)


def vcenter_rows(table: pa.Table, vcenters: Sequence[str]) -> pa.Table:
    """Give one row for each vCenter, of descriptions that count first in front; `vcenters` says whose each is."""
    firsts: dict[str, int] = {}
    objects = _numbered([firsts.setdefault(vcenter, row) for row, vcenter in enumerate(vcenters)])
    merged = merge_rows("vcenters", table, objects)
    sources = zip(values_of(merged, "client"), values_of(merged, "environment"), firsts, strict=True)
    keys = [to_key_prefix(client, environment, None) + vcenter for client, environment, vcenter in sources]
    merged = with_column(merged, "vcenter_key", pa.array(keys, pa.string()))
    return with_column(merged, "vcenter", pa.array(list(firsts), pa.string()))


def with_prefix(
    table: pa.Table, columns: Sequence[str], told: str, prefix: str, vcenter: str | None = None
) -> pa.Table:
    """Give the rows of one collection with keys that begin as those of their vCenter do now.

    Args:
        table: rows of one collection.
        columns: those that hold keys.
        told: what the keys begin with.
        prefix: what they shall begin with.
        vcenter: the vCenter; None where the rows have no column of it.
    """
    if told != prefix:
        for name in columns:
            rest = pc.utf8_slice_codeunits(table[name], start=len(told))
            table = with_column(table, name, pc.binary_join_element_wise(prefix, rest, ""))
    return table if vcenter is None else with_column(table, "vcenter", vcenter)


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:  # noqa: ANN401 - a text, or an array of any layout
    """Put values in the place of a column; a text stands in every row."""
    place = table.schema.get_field_index(name)
    if isinstance(values, str):
        if pc.all(pc.equal(table[name], values)).as_py() is not False:
            return table
        values = pa.array([values] * table.num_rows, pa.string())
    return table.set_column(place, table.schema.field(place), values)
