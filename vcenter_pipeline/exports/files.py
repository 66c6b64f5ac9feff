"""Parquet, CSV and JSON: how a table is written to an open file.

Each writes the bytes of the whole file, the same for the same table.

CSV is opened in spreadsheets, which run a text as a formula when it begins with certain characters
(CWE-1236). Such a text, and one that begins with an apostrophe, gets an apostrophe in front. To get the
text back, take one leading apostrophe away where there is one. Parquet, JSON and Excel hold it unchanged.
"""

from typing import BinaryIO, Final

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from vcenter_pipeline.exports.chunks import Array, Piece, chunked, is_time, only_value, pc, to_iso_text, to_text_of_rows

_TO_GUARD: Final = pa.array(list("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
"""What Excel takes for the start of a formula, in both widths, and the apostrophe that guards against it."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_TO_ESCAPE_IN_JSON: Final = '["\\\\\x00-\x1f]'


def write_parquet(file: BinaryIO, table: pa.Table) -> None:
    """Write Parquet that the Power BI gateway reads.

    It rejected the RLE booleans that data pages of version 2.0 hold ("Unknown encoding type").
    """
    pa.parquet.write_table(table, file, compression="snappy", version="2.6", data_page_version="1.0")


def write_csv(file: BinaryIO, table: pa.Table, *, guard_formulas: bool = True) -> None:
    r"""Write CSV for Power Query and Excel: UTF-8 with a byte order mark, comma, lines that end in \n.

    Power Query takes a file without the mark for the code page of the machine. Text is quoted, so that a
    lone carriage return in it ends no line; null is empty. Times are `2026-01-31T02:00:00`, in UTC, and days
    `2026-01-31`.
    """
    file.write(_BYTE_ORDER_MARK)
    options = pa.csv.WriteOptions(batch_size=8192, quoting_style="needed")
    with pa.csv.CSVWriter(file, _csv_schema(table.schema), write_options=options) as writer:
        for chunk in chunked(table):
            columns = [_to_csv(column, guard_formulas=guard_formulas) for column in chunk.columns]
            writer.write_batch(pa.record_batch(columns, names=table.column_names))


def _csv_schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(f.name, pa.string() if is_time(f.type) else f.type) for f in schema])


def _to_csv(column: Array, *, guard_formulas: bool) -> Array:
    if is_time(column.type):
        return to_iso_text(column)
    if pa.types.is_string(column.type) and guard_formulas:
        is_guarded = pc.is_in(pc.utf8_slice_codeunits(column, 0, 1), value_set=_TO_GUARD)
        if pc.any(is_guarded).as_py():
            column = pc.if_else(is_guarded, pc.binary_join_element_wise("'", column, ""), column)
    return column


def write_json(file: BinaryIO, table: pa.Table) -> None:
    """Write an array of objects, one a line; every object has every column, null where unknown."""
    separator = b"[\n"
    for chunk in chunked(table):
        pieces: list[Piece] = []
        for name, column in zip(table.column_names, chunk.columns, strict=True):
            pieces += [f'{"," if pieces else "{"}"{name}":', *_to_json(column)]
        file.write(separator)
        file.write(to_text_of_rows(len(chunk), [*pieces, "},\n"])[:-2])
        separator = b",\n"
    file.write(b"\n]\n" if table.num_rows else b"[]\n")


def _to_json(column: Array) -> tuple[Piece, ...]:
    value = only_value(column)
    if value is not None:
        return (_encoded(value.as_py()),)
    if pa.types.is_boolean(column.type) or pa.types.is_integer(column.type):
        return (pc.fill_null(column.cast(pa.string()), "null"),)
    if is_time(column.type):
        column = to_iso_text(column)
    if not pa.types.is_string(column.type) or pc.any(pc.match_substring_regex(column, _TO_ESCAPE_IN_JSON)).as_py():
        return (pa.array([_encoded(value) for value in column.to_pylist()], pa.string()),)
    if column.null_count:
        return (pc.fill_null(pc.binary_join_element_wise('"', column, '"', ""), "null"),)
    return '"', column, '"'


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()
