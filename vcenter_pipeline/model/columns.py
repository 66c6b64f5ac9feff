"""What `schemas` declares, as plain facts for the rooms that derive something from it."""

from functools import cache
from typing import NamedTuple

import pyarrow as pa
from pandera.pandas import DataFrameModel

from vcenter_pipeline.model.schemas import PUBLISHED_TABLES, STORED_TABLES


class Column(NamedTuple):
    """One declared column."""

    name: str
    arrow_type: pa.DataType
    """One of string, int64, bool, timestamp[us] (UTC, without zone), date32, float64."""
    is_nullable: bool
    display_name: str
    description: str
    unit: str | None
    is_free_text: bool
    """Whether people write it freely, so that a preview or a log must not show it."""


class Table(NamedTuple):
    """One declared table."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that are unique together."""

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema that every file and frame of the table has, empty or not."""
        return pa.schema([pa.field(c.name, c.arrow_type, c.is_nullable) for c in self.columns])


@cache
def core_table(name: str) -> Table:
    """Give the declaration of a table of the database."""
    return _table(name, STORED_TABLES[name])


@cache
def published_table(name: str) -> Table:
    """Give the declaration of a table that Power BI reads."""
    return _table(name, PUBLISHED_TABLES[name])


def _table(name: str, model: type[DataFrameModel]) -> Table:
    schema = model.to_schema()
    leading: tuple[str, ...] = (getattr(model.Config, "metadata", None) or {}).get("leading", ())
    order = [*leading, *(column for column in schema.columns if column not in leading)]
    columns = []
    for column_name in order:
        field = schema.columns[column_name]
        facts = field.metadata or {}
        columns.append(
            Column(
                name=column_name,
                arrow_type=field.dtype.type.pyarrow_dtype,
                is_nullable=field.nullable,
                display_name=field.title,
                description=field.description,
                unit=facts["unit"],
                is_free_text=facts["free_text"],
            ),
        )
    return Table(name, (model.__doc__ or "").strip(), tuple(columns), tuple(schema.unique or ()))
