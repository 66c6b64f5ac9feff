"""Rows -> why some of them do not pass, by Pandera.

Pandera costs more for a column than for its values, and many columns are declared alike: names, counts, uuids.
So columns that must satisfy the same are looked at together, and each of their values once: of 20,000 virtual
machines most share their cluster, folder and guest.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, Final, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute
from pandas.arrays import ArrowExtensionArray
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from vcenter_pipeline.model.columns import Column, core_table
from vcenter_pipeline.model.schemas import CORE_TABLES
from vcenter_pipeline.model.units import shown

_pc: Any = pyarrow.compute
_chunked: Any = pa.chunked_array
"""Without types: the stubs know neither Python's values beside arrays nor arrays of any type."""
_VALUE: Final = "value"

Row = tuple[Any, ...]


class _Place(NamedTuple):
    """A column of a table."""

    table: str
    position: int
    column: Column


class _Alike(NamedTuple):
    """Columns that are declared alike, and what they must satisfy."""

    schema: DataFrameSchema
    places: tuple[_Place, ...]


def find_reasons(rows: Mapping[str, Sequence[Row]], *, but: AbstractSet[str]) -> dict[str, dict[int, str]]:
    """Give the reason for every row that does not pass, by table and by its number.

    Args:
        rows: by table, in the column order of each.
        but: columns that are not looked at, because their values are known to pass.

    Returns:
        Only tables that have such rows. A reason names each column and, unless people write it freely, the value.
    """
    columns = {table: list(zip(*some, strict=True)) for table, some in rows.items() if some}
    found: dict[str, dict[int, dict[int, list[str]]]] = {}
    for alike in _alike(tuple(columns), frozenset(but)):
        arrow_type = alike.places[0].column.arrow_type
        arrays = [(place, pa.array(columns[place.table][place.position], arrow_type)) for place in alike.places]
        distinct = _pc.unique(_chunked([array for _, array in arrays], arrow_type))
        for check, value in _failures(alike.schema, distinct):
            for place, array in arrays:
                is_it = _pc.is_null(array) if value is None else _pc.equal(array, pa.scalar(value, arrow_type))
                for number in _pc.indices_nonzero(_pc.fill_null(is_it, False)).to_pylist():  # noqa: FBT003 - Arrow's own signature
                    by_column = found.setdefault(place.table, {}).setdefault(number, {})
                    by_column.setdefault(place.position, []).append(_sentence(place.column, check, value))
    return {
        table: {
            number: "; ".join(dict.fromkeys(sentence for _, some in sorted(by_column.items()) for sentence in some))
            for number, by_column in numbers.items()
        }
        for table, numbers in found.items()
    }


@cache
def _alike(tables: tuple[str, ...], but: frozenset[str]) -> tuple[_Alike, ...]:
    groups: dict[tuple[object, ...], tuple[DataFrameSchema, list[_Place]]] = {}
    for table in tables:
        schema = CORE_TABLES[table].to_schema()
        for position, column in enumerate(core_table(table).columns):
            if column.name in but:
                continue
            declared = schema.columns[column.name]
            checks = tuple((check.name, repr(check.statistics), check.error) for check in declared.checks)
            alone = DataFrameSchema({_VALUE: declared.set_name(_VALUE)}, strict=True)
            group = groups.setdefault((column.arrow_type, column.is_nullable, checks), (alone, []))
            group[1].append(_Place(table, position, column))
    return tuple(_Alike(schema, tuple(places)) for schema, places in groups.values())


def _failures(schema: DataFrameSchema, values: "pa.Array[Any]") -> list[tuple[str, Any]]:
    """Give which check each value fails; a null that must not be fails `not_nullable`."""
    if schema.columns[_VALUE].nullable and values.null_count == len(values):
        return []
    frame = pd.DataFrame({_VALUE: ArrowExtensionArray(values)}, copy=False)
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            (check, values[int(index)].as_py()) for check, index in zip(cases["check"], cases["index"], strict=True)
        ]
    return []


def _sentence(column: Column, check: str, value: object) -> str:
    if check == "not_nullable":
        return f"{column.name} is missing"
    return f"{column.name} {check}" if column.is_free_text else f"{column.name} {check}: {shown(value)}"
