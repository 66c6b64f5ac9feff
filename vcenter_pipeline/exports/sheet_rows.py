"""Rows of a table -> `<row>` elements of a worksheet (Office Open XML, part 1, 18.3.1).

openpyxl needs 16 s to write the cells of 100,000 virtual machines. The same cells are text that Arrow puts
together in C.

- Text is an inline string, so that `=1+1` is never a formula. Null leaves no cell.
- An integer of more than 15 digits is text: Excel would round it.
- An instant is a day number, with a fraction and the style of instants; a day is one without, with the style
  of days. Before March 1900, where Excel counts a day that never was, both are ISO text.
- NaN and infinity have no cell: Excel cannot hold them.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import pyarrow as pa
from openpyxl.utils import get_column_letter

from vcenter_pipeline.exports.chunks import Array, Piece, chunked, only_value, pc, to_iso_text, to_text_of_rows

CELL_LENGTH: Final = 32_767
"""UTF-16 units in a cell's text."""

_LARGEST_INTEGER: Final = 10**15 - 1
_MICROSECONDS_A_DAY: Final = 86_400_000_000
_DAYS_TO_1970: Final = 25_569
_MARCH_1900: Final = -25_508
"""In days since 1970."""

_HAS_UNWRITABLE: Final = "[\\x01-\\x08\\x0b-\\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_"
_UNWRITABLE: Final = re.compile("[\\x00-\\x08\\x0b-\\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold or would change (a carriage return), and text that looks like its escape."""

Cell = tuple[str, str]
"""What stands between the row number and the value, and after the value."""

_TEXT: Final = ('" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")
_NUMBER: Final = ('"><v>', "</v></c>")
_BOOLEAN: Final = ('" t="b"><v>', "</v></c>")


class TimeStyles(NamedTuple):
    """The numbers of cell styles in the workbook's style sheet, without which a time is shown as a number."""

    instant: int
    day: int


def to_sheet_rows(table: pa.Table, *, styles: TimeStyles, first_row: int = 2) -> Iterator[memoryview]:
    """Give the `<row>` elements as UTF-8, some thousand rows at a time.

    Args:
        table: columns of text, int64, float64, bool, timestamp[us] and date32.
        styles: those of instants and of days.
        first_row: the number of the first row in the sheet.
    """
    letters = [get_column_letter(number) for number in range(1, table.num_columns + 1)]
    for chunk in chunked(table):
        row_count = chunk.num_rows
        row_numbers = pa.array(range(first_row, first_row + row_count), pa.int32()).cast(pa.string())
        pieces: list[Piece] = ['<row r="', row_numbers, '">']
        for letter, column in zip(letters, chunk.columns, strict=True):
            is_constant = only_value(column) is not None
            for cell, values in _values(column[:1] if is_constant else column, styles):
                if values.null_count < len(values):
                    pieces += _cells(letter, row_numbers, cell, values[0].as_py() if is_constant else values)
        yield to_text_of_rows(row_count, [*pieces, "</row>"])
        first_row += row_count


def _cells(letter: str, row_numbers: Array, cell: Cell, values: Piece) -> list[Piece]:
    """Give what makes the column's cells, one a row; a null value makes none."""
    pieces: list[Piece] = [f'<c r="{letter}', row_numbers, cell[0], values, cell[1]]
    if isinstance(values, str) or not values.null_count:
        return pieces
    return [pc.fill_null(pc.binary_join_element_wise(*pieces, ""), "")]


def _values(column: Array, styles: TimeStyles) -> Iterator[tuple[Cell, Array]]:
    """Give the column's values as XML, by the kind of cell; what is null in one kind may stand in the next."""
    if pa.types.is_string(column.type):
        yield _TEXT, _to_xml(column)
    elif pa.types.is_boolean(column.type):
        yield _BOOLEAN, column.cast(pa.int8()).cast(pa.string())
    elif pa.types.is_timestamp(column.type):
        microseconds = column.cast(pa.int64()).cast(pa.float64(), safe=False)
        yield from _time_values(column, pc.divide(microseconds, _MICROSECONDS_A_DAY), styles.instant)
    elif pa.types.is_date32(column.type):
        yield from _time_values(column, column.cast(pa.int32()).cast(pa.int64()), styles.day)
    elif pa.types.is_integer(column.type):
        text = column.cast(pa.string())
        fits = pc.and_(pc.greater_equal(column, -_LARGEST_INTEGER), pc.less_equal(column, _LARGEST_INTEGER))
        yield _NUMBER, pc.if_else(fits, text, None)
        yield _TEXT, pc.if_else(fits, None, text)
    else:
        yield _NUMBER, pc.if_else(pc.is_finite(column), column.cast(pa.string()), None)


def _time_values(column: Array, days: Array, style: int) -> Iterator[tuple[Cell, Array]]:
    """Give times as the days since 1970 say, by the kind of cell."""
    fits = pc.greater_equal(days, _MARCH_1900)
    numbers = pc.add(days, _DAYS_TO_1970).cast(pa.string())
    yield (f'" s="{style}"><v>', "</v></c>"), pc.if_else(fits, numbers, None)
    yield _TEXT, pc.if_else(fits, None, to_iso_text(column))


def _to_xml(column: Array) -> Array:
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > CELL_LENGTH or pc.any(pc.match_substring_regex(column, _HAS_UNWRITABLE)).as_py():
        column = pa.array([text and _escaped(_cut(text)) for text in column.to_pylist()], pa.string())
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        column = pc.replace_substring(column, character, entity)
    return column


def _escaped(text: str) -> str:
    """Write what XML cannot hold as `_x000B_`, Office Open XML's own escape (part 1, 22.9.2.19)."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match.group()):04X}_", text)


def _cut(text: str) -> str:
    encoded = text.encode("utf-16-le")
    length = len(encoded) // 2
    if length <= CELL_LENGTH:
        return text
    end = f"… [cut: {length:,} characters; Excel holds {CELL_LENGTH:,}]"
    return encoded[: 2 * (CELL_LENGTH - len(end))].decode("utf-16-le", errors="ignore") + end
