"""The columns of an asset as its page shows them: type, meaning, unit, and where they come from."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import dagster as dg

from vcenter_pipeline.defs import lineage
from vcenter_pipeline.defs.keys import REPORT, stored_key, to_link
from vcenter_pipeline.defs.lineage import FILE, Origin, published_origins, stored_origins
from vcenter_pipeline.formats.shapes import SHAPES
from vcenter_pipeline.model.batches import KINDS
from vcenter_pipeline.model.columns import Column, Table, core_table, published_table
from vcenter_pipeline.model.schemas import HISTORY_TABLES

_TYPES: Final = MappingProxyType(
    {"int64": "integer", "double": "float", "timestamp[us]": "timestamp", "date32[day]": "date"}
)
_MOST_COLUMNS: Final = 4
"""Of a table so many columns are named; a day of the calendar comes from more."""

Metadata = dict[str, dg.TableSchema | dg.TableColumnLineage]


def report_columns() -> Metadata:
    """Describe the lists that a report may hold, with the names of the shapes that tell each."""
    columns = [dg.TableColumn(FILE, "file", "Its path below the input folder, its content and its time.")]
    for kind in KINDS:
        names = ", ".join(f"`{shape.name}`" for shape in SHAPES if kind in {shape.kind, *shape.also_kinds})
        columns.append(dg.TableColumn(kind, "list", f"Told by {names}."))
    return {"dagster/column_schema": dg.TableSchema(columns)}


def stored_columns(name: str) -> Metadata:
    """Describe the columns of a table of the database."""
    return _metadata([("", core_table(name), stored_origins(name))])


def history_columns() -> Metadata:
    """Describe the columns of all tables of the history, which are one asset."""
    return _metadata([(f"{name}.", core_table(name), stored_origins(name)) for name in HISTORY_TABLES])


def published_columns(name: str) -> Metadata:
    """Describe the columns of a published table."""
    return _metadata([("", published_table(name), published_origins(name))])


def _metadata(tables: Iterable[tuple[str, Table, Mapping[str, tuple[Origin, ...]]]]) -> Metadata:
    columns: list[dg.TableColumn] = []
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for prefix, table, origins in tables:
        for column in table.columns:
            found = origins[column.name]
            columns.append(_to_column(prefix, column, found, is_unique=table.key == (column.name,)))
            deps[prefix + column.name] = [dg.TableColumnDep(_asset(one), _column(one)) for one in found if one.column]
    of_columns = dg.TableColumnLineage({name: found for name, found in deps.items() if found})
    return {"dagster/column_schema": dg.TableSchema(columns), "dagster/column_lineage": of_columns}


def _to_column(prefix: str, column: Column, origins: tuple[Origin, ...], *, is_unique: bool) -> dg.TableColumn:
    meaning = f"{column.description} [{column.unit}]" if column.unit else column.description
    return dg.TableColumn(
        prefix + column.name,
        _TYPES.get(str(column.arrow_type), str(column.arrow_type)),
        f"{meaning} *From {_told(column.name, origins)}.*",
        constraints=dg.TableColumnConstraints(nullable=column.is_nullable, unique=is_unique),
    )


def _told(name: str, origins: tuple[Origin, ...]) -> str:
    """Say where a column comes from; a column of the same name goes without saying."""
    columns_of: dict[dg.AssetKey, list[str]] = {}
    for origin in origins:
        columns_of.setdefault(_asset(origin), []).extend([_column(origin)] if origin.column else [])
    return ", ".join(
        to_link(key)
        if columns == [name] or len(columns) > _MOST_COLUMNS
        else " ".join([to_link(key), *map(_code, columns)])
        for key, columns in columns_of.items()
    )


def _code(name: str) -> str:
    return f"`{name}`"


def _asset(origin: Origin) -> dg.AssetKey:
    return REPORT if origin.table == lineage.REPORT else stored_key(origin.table)


def _column(origin: Origin) -> str:
    """Name a column as its asset does: the tables of the history are one."""
    return f"{origin.table}.{origin.column}" if origin.table in HISTORY_TABLES else str(origin.column)
