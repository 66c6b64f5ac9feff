"""The Excel workbook: an overview, then a sheet with one named table for each published table.

openpyxl makes everything but the rows: styles, tables, widths, content types. Its file serves as a frame, and
`sheet_rows` fills the sheets while they are packed, so that memory does not grow with the rows.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import IO, BinaryIO, Final, NamedTuple

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from vcenter_pipeline.errors import ExportError
from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.contract import TABLE_NAMES, display_names, sheet_title
from vcenter_pipeline.exports.sheet_rows import TimeStyles, to_sheet_rows

MAX_ROWS: Final = 1_048_575
"""What a sheet holds below its header."""

OVERVIEW_TITLE: Final = "Overview"
OVERVIEW_TABLE: Final = "overview"

_OVERVIEW_HEAD: Final = (
    ("Source", "source"),
    ("VMs Collected", "virtual_machines_collected_at"),
    ("Alarms Collected", "triggered_alarms_collected_at"),
)
_OVERVIEW_HEADERS: Final = ("Table", "Sheet", "Rows", "Rows Here", "Collected From", "Collected To", "Note")
_OVERVIEW_TIMES: Final = ("collected_at", "collected_on")
"""A table has one of them, or none."""
_OVERVIEW_FIRST_ROW: Final = 5
_OVERVIEW_WIDTHS: Final = (28, 28, 12, 12, 20, 20, 80)
_INSTANT_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
_DAY_FORMAT: Final = "yyyy-mm-dd"
_NARROWEST, _WIDEST, _ROOM_FOR_BUTTON, _ROWS_TO_MEASURE = 8, 60, 4, 1_000
_COMPRESSION_LEVEL: Final = 2
"""Of zlib: half the time of its default 6, for files a tenth larger."""
_MAX_SHEET_BYTES: Final = 2**31 - 1
"""Larger members of an archive need the ZIP64 format, with which Excel offers to repair the file."""
_DIMENSION: Final = re.compile(rb'(<dimension ref=")[^"]*')
_WRITING_TIMES: Final = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>")


class _Sheet(NamedTuple):
    title: str
    table: str
    """Its rows are asked for when they are written: those of all sheets would be the peak of a run's memory."""
    reference: str


def write_workbook(file: BinaryIO, tables: Mapping[str, pa.Table], *, max_rows: int = MAX_ROWS) -> None:
    """Write the workbook of one source.

    A sheet holds 1,048,575 rows below its header; further rows are left out, and the overview says so. A
    table without rows has one empty row, because Excel's tables need one.

    Args:
        file: where to; it must be seekable.
        tables: every published table, as `contract.conform` gives it; each is looked at three times.
        max_rows: the rows of a sheet.

    Raises:
        ExportError: a sheet is larger than Excel reads.
    """
    frame, styles, sheets = _frame(tables, max_rows)
    with (
        zipfile.ZipFile(frame) as empty,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as full,
    ):
        for name in empty.namelist():
            content = _WRITING_TIMES.sub(b"", empty.read(name))
            # opened by name, a member bears the year 1980, so the same tables give the same bytes
            with full.open(name, "w") as member:
                if name in sheets:
                    sheet = sheets[name]
                    _write_sheet(member, content, sheet, tables[sheet.table].slice(0, max_rows), styles)
                else:
                    member.write(content)


def _write_sheet(member: IO[bytes], content: bytes, sheet: _Sheet, table: pa.Table, styles: TimeStyles) -> None:
    content = _DIMENSION.sub(rb"\g<1>" + sheet.reference.encode(), content, count=1)
    head, end, tail = content.partition(b"</sheetData>")
    size = len(content)
    member.write(head)
    for rows in to_sheet_rows(table, styles=styles):
        size += len(rows)
        if size > _MAX_SHEET_BYTES:
            raise ExportError(
                f"The sheet {sheet.title} would be larger than 2 GiB, which Excel does not read: "
                "leave excel out of the formats to write.",
            )
        member.write(rows)
    member.write(end + tail)


def _frame(tables: Mapping[str, pa.Table], max_rows: int) -> tuple[io.BytesIO, TimeStyles, dict[str, _Sheet]]:
    """Give a workbook without rows, its styles of times, and what belongs into which member."""
    workbook = Workbook()
    overview = workbook.worksheets[0]
    styles = _fill_overview(overview, tables, max_rows)
    sheets = {}
    for number, name in enumerate(TABLE_NAMES, start=2):
        sheet = workbook.create_sheet(sheet_title(name))
        rows = tables[name].slice(0, max_rows)
        reference = _add_table(sheet, name, display_names(name), first_row=1, row_count=rows.num_rows)
        _set_widths(sheet, name, rows)
        sheet.freeze_panes = "A2"
        sheets[f"xl/worksheets/sheet{number}.xml"] = _Sheet(sheet.title, name, reference)
        del rows  # before the next table is there
    frame = io.BytesIO()
    workbook.save(frame)
    return frame, styles, sheets


def _fill_overview(sheet: Worksheet, tables: Mapping[str, pa.Table], max_rows: int) -> TimeStyles:
    """Say what is in the workbook and when it was so; give the styles of times."""
    sheet.title = OVERVIEW_TITLE
    source = tables["dim_source"].to_pylist()[0]
    for row, (label, column) in enumerate(_OVERVIEW_HEAD, start=1):
        sheet.cell(row, 1, label).font = Font(bold=True)
        _set_value(sheet.cell(row, 2), source[column])
    _add_table(sheet, OVERVIEW_TABLE, _OVERVIEW_HEADERS, first_row=_OVERVIEW_FIRST_ROW, row_count=len(TABLE_NAMES))
    for row, name in enumerate(TABLE_NAMES, start=_OVERVIEW_FIRST_ROW + 1):
        for column_number, value in enumerate(_overview_row(name, tables[name], max_rows), start=1):
            _set_value(sheet.cell(row, column_number), value)
    for number, width in enumerate(_OVERVIEW_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    empty = [sheet.cell(row, len(_OVERVIEW_HEADERS)) for row in (1, 2)]
    for cell, number_format in zip(empty, (_INSTANT_FORMAT, _DAY_FORMAT), strict=True):
        cell.number_format = number_format
    return TimeStyles(*(int(cell.style_id) for cell in empty))


def _overview_row(name: str, table: pa.Table, max_rows: int) -> tuple[str | int | date | None, ...]:
    first, last = None, None
    for column in _OVERVIEW_TIMES:
        if column in table.column_names:
            first, last = pc.min(table[column]).as_py(), pc.max(table[column]).as_py()
    note = None
    if table.num_rows > max_rows:
        note = f"cut: {table.num_rows:,} rows; Excel holds {max_rows:,}. The other formats hold them all."
    elif not table.num_rows:
        note = "no rows: Excel's table needs one and has an empty one"
    return name, sheet_title(name), table.num_rows, min(table.num_rows, max_rows), first, last, note


def _set_value(cell: Cell | MergedCell, value: str | int | date | None) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, date):
        cell.number_format = _INSTANT_FORMAT if isinstance(value, datetime) else _DAY_FORMAT


def _add_table(sheet: Worksheet, name: str, headers: Sequence[str], *, first_row: int, row_count: int) -> str:
    """Add a named table with its header row; give the cells that it covers: `A1:Y243`."""
    for number, header in enumerate(headers, start=1):
        sheet.cell(first_row, number, header)
    reference = f"A{first_row}:{get_column_letter(len(headers))}{first_row + max(row_count, 1)}"
    table = Table(displayName=name, name=name, ref=reference, autoFilter=AutoFilter(ref=reference))
    # openpyxl would fill them at the end, by making a cell for every cell of the table
    table.tableColumns = [TableColumn(id=number, name=header) for number, header in enumerate(headers, start=1)]
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    sheet.add_table(table)
    return reference


def _set_widths(sheet: Worksheet, name: str, rows: pa.Table) -> None:
    """Fit each column to its header and its first thousand rows."""
    for number, (header, column) in enumerate(
        zip(display_names(name), rows.slice(0, _ROWS_TO_MEASURE).columns, strict=True)
    ):
        texts = pa.array([_INSTANT_FORMAT]) if pa.types.is_timestamp(column.type) else column.cast(pa.string())
        longest = pc.max(pc.utf8_length(texts)).as_py() or 0
        width = min(max(longest, len(header) + _ROOM_FOR_BUTTON, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
