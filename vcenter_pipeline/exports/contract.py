"""What is published: file names, sheet and table names, columns, order and types.

A Power BI refresh fails when a column or a file is renamed ("The column … of the table wasn't found"), so
every name here follows from `model.schemas` and from nothing else: not from the data, the time or the source.

| what                 | for `dim_virtual_machine`                                  |
| -------------------- | ---------------------------------------------------------- |
| file                 | `dim_virtual_machine.parquet`, `.csv`, `.json`             |
| sheet of the workbook| `Dim Virtual Machine`                                      |
| named table in it    | `dim_virtual_machine`, its headers are the display names   |

The named table bears the name of the files, so that a query is the same words whatever it reads. The sheet's
title differs from it, because the navigator of Power Query lists both.
"""

from types import MappingProxyType
from typing import Final, Literal

import pyarrow as pa

from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES

FileFormat = Literal["parquet", "csv", "json", "excel"]

FILE_FORMATS: Final[tuple[FileFormat, ...]] = ("parquet", "csv", "json", "excel")

TABLE_NAMES: Final = tuple(PUBLISHED_TABLES)
"""In the order of the sheets."""

WORKBOOK_NAME: Final = "vcenter.xlsx"

_SPELLED: Final = MappingProxyType({"vm": "VM", "nic": "NIC", "esxi": "ESXi", "vcenter": "vCenter"})
_TEXT_TYPES: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def file_name(table_name: str, file_format: Literal["parquet", "csv", "json"]) -> str:
    """Give the name of the table's own file: `dim_virtual_machine.csv`."""
    return f"{table_name}.{file_format}"


def sheet_title(table_name: str) -> str:
    """Give the title of the table's sheet: `Bridge VM NIC` of `bridge_vm_nic`."""
    return " ".join(_SPELLED.get(word, word.capitalize()) for word in table_name.split("_"))


def display_names(table_name: str) -> tuple[str, ...]:
    """Give the headers of the table in the workbook."""
    return tuple(column.display_name for column in published_table(table_name).columns)


def conform(table_name: str, table: pa.Table) -> pa.Table:
    """Give the table with exactly the declared schema.

    Columns may come in any order, and text in any of Arrow's layouts (pandas hands over `large_string`); a
    column of type null becomes the declared type. No value is converted: an integer column that became a
    float on its way has lost something, and the files would hide it.

    Raises:
        ValueError: a column is missing, undeclared, of another type, or null where it must not be.
    """
    declared = published_table(table_name).arrow_schema
    differences = [f"{name} is missing" for name in declared.names if name not in table.column_names]
    differences += [f"{name} is not declared" for name in table.column_names if name not in declared.names]
    differences += [f"{name} is there twice" for name in declared.names if table.column_names.count(name) > 1]
    columns = []
    for field in declared if not differences else ():
        column = table[field.name]
        if column.type == field.type or _is_other_layout(column.type, field.type):
            columns.append(column.cast(field.type))
        else:
            differences.append(f"{field.name} is {column.type}, not {field.type}")
        if column.null_count and not field.nullable:
            differences.append(f"{field.name} is null in {column.null_count} rows")
    if differences:
        message = f"{table_name} is not as declared: {'; '.join(differences)}"
        raise ValueError(message)
    return pa.table(columns, schema=declared)


def _is_other_layout(actual: pa.DataType, declared: pa.DataType) -> bool:
    if pa.types.is_dictionary(actual):
        actual = actual.value_type
    return pa.types.is_null(actual) or (
        pa.types.is_string(declared) and any(is_text(actual) for is_text in _TEXT_TYPES)
    )
