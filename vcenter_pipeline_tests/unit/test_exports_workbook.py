"""What Excel and Power Query find in the workbook."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from vcenter_pipeline.errors import ExportError
from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.exports.workbook import write_workbook
from vcenter_pipeline.model.columns import core_table, published_table
from vcenter_pipeline.model.schemas import STORED_TABLES

NOON = datetime.fromisoformat("2026-01-31T12:00")
NAMES = [
    "0012",
    "1e3",
    "=1+1",
    "~",
    "null",
    "O'Brien's \"test\" VM",
    "trailing space ",
    "emoji-🚀",
    "数据库-01",
    "-starts-with-dash",
    "<b>&amp;</b>",
    "  two  spaces  ",
    "TRUE",
    "#N/A",
    "2026-01-31",
]


def star_of(machines: list[dict[str, Any]], **more: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give the published tables of a source with these machines."""
    always = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": NOON, "report": "r1"}
    told = {"virtual_machines": machines} | more
    core = {
        name: pa.Table.from_pylist(
            [always | {"collection": 1} | row for row in told.get(name, [])], core_table(name).arrow_schema
        )
        for name in STORED_TABLES
    }
    return build_star("acme", "prod", core)


def machines_with(column: str, values: list[Any]) -> list[dict[str, Any]]:
    """Give a machine for each value, in this order."""
    return [{"virtual_machine_key": f"k{number:03}", column: value} for number, value in enumerate(values)]


def workbook_of(tables: dict[str, pa.Table], **arguments: Any) -> io.BytesIO:  # noqa: ANN401 - arguments of write_workbook
    """Give the workbook's file."""
    file = io.BytesIO()
    write_workbook(file, tables, **arguments)
    return file


def column_of(sheet: Worksheet, header: str) -> list[Any]:
    """Give the values below a header."""
    number = [cell.value for cell in sheet[1]].index(header) + 1
    return [sheet.cell(row, number).value for row in range(2, sheet.max_row + 1)]


def sheet_of(machines: list[dict[str, Any]]) -> Worksheet:
    """Give the sheet of the machines as openpyxl reads it."""
    sheet = openpyxl.load_workbook(workbook_of(star_of(machines)))["Dim Virtual Machine"]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_same_as_openpyxl_writes() -> None:
    """The rows are not written by openpyxl; cells of another kind would show in every report at once."""
    machines = [
        row
        | {
            "cpu_count": number or None,
            "storage_bytes": 10**14 + number,
            "is_template": (True, False, None)[number % 3],
            "collected_at": NOON + timedelta(minutes=number),
        }
        for number, row in enumerate(machines_with("name", NAMES))
    ]
    ours = sheet_of(machines)
    workbook = openpyxl.Workbook()
    theirs = workbook.worksheets[0]
    table = star_of(machines)["dim_virtual_machine"]
    for row_number, row in enumerate(table.to_pylist(), start=2):
        for column_number, value in enumerate(row.values(), start=1):
            cell = theirs.cell(row_number, column_number)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    file = io.BytesIO()
    workbook.save(file)
    theirs = openpyxl.load_workbook(file).worksheets[0]
    assert ours.max_row == theirs.max_row == 16
    for ours_row, theirs_row in zip(
        ours.iter_rows(min_row=2), theirs.iter_rows(min_row=2, max_col=ours.max_column), strict=True
    ):
        assert [(cell.value, cell.data_type) for cell in ours_row] == [
            (cell.value, cell.data_type) for cell in theirs_row
        ]


def test_names_are_text() -> None:
    """`=1+1` must not be calculated, and `0012` must not become 12."""
    sheet = sheet_of(machines_with("name", NAMES))
    assert column_of(sheet, "VM") == NAMES
    assert {row[4].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}


def test_spaces_are_kept() -> None:
    """Excel trims a text unless the file asks it not to; the join on the name then misses."""
    file = workbook_of(star_of(machines_with("name", ["trailing space "])))
    assert b'<t xml:space="preserve">trailing space </t>' in zipfile.ZipFile(file).read("xl/worksheets/sheet3.xml")


def test_typed_cells() -> None:
    """A date as text cannot be sorted, and a number as text cannot be added up."""
    machine = {"virtual_machine_key": "k", "cpu_count": 4, "is_template": False, "is_system": True}
    cells = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXY", sheet_of([machine])[2], strict=False))
    assert (cells["K"].value, cells["K"].data_type) == (4, "n")
    assert (cells["U"].value, cells["U"].data_type) == (False, "b")
    assert (cells["V"].value, cells["V"].data_type) == (True, "b")
    assert (cells["X"].value, cells["X"].data_type, cells["X"].number_format) == (NOON, "d", "yyyy-mm-dd hh:mm:ss")
    assert (cells["L"].value, cells["Y"].value) == (None, "r1")


def sheet_of_days(days: list[date]) -> tuple[Worksheet, Worksheet]:
    """Give the overview and the sheet of a source's days."""
    columns = {"collected_on": days, **{name: ["acme"] * len(days) for name in ("client", "environment", "vcenter")}}
    schema = published_table("fact_source_daily").arrow_schema
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    star = star_of([]) | {"fact_source_daily": pa.Table.from_pylist(rows, schema)}
    workbook = openpyxl.load_workbook(workbook_of(star))
    overview, sheet = workbook["Overview"], workbook["Fact Source Daily"]
    assert isinstance(overview, Worksheet)
    assert isinstance(sheet, Worksheet)
    return overview, sheet


def test_days_are_days() -> None:
    """A day as text joins no calendar; one that shows a time of 00:00:00 looks as if something happened at midnight."""
    overview, sheet = sheet_of_days([date(2026, 1, 31), date(1900, 2, 28), date(1900, 3, 1)])
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [
        datetime.fromisoformat("2026-01-31"),
        "1900-02-28",
        datetime.fromisoformat("1900-03-01"),
    ]
    assert [(cell.data_type, cell.number_format) for cell in cells] == [
        ("d", "yyyy-mm-dd"),
        ("s", "General"),
        ("d", "yyyy-mm-dd"),
    ]
    assert sheet.column_dimensions["A"].width == 10
    assert overview["F28"].value == datetime.fromisoformat("2026-01-31")
    assert overview["F28"].number_format == "yyyy-mm-dd"


def test_a_day_that_all_rows_have() -> None:
    """The rows of one day are written by another way than those of several."""
    _, sheet = sheet_of_days([date(2026, 1, 31)] * 2)
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [datetime.fromisoformat("2026-01-31")] * 2
    assert {cell.number_format for cell in cells} == {"yyyy-mm-dd"}


def test_integers_of_more_than_fifteen_digits_are_text() -> None:
    """Excel would round them: another number that looks like the right one."""
    values = [10**15 - 1, 10**15, 2**63 - 1]
    assert column_of(sheet_of(machines_with("storage_bytes", values)), "Storage Bytes") == [
        999_999_999_999_999,
        "1000000000000000",
        "9223372036854775807",
    ]


def test_times_that_excel_has_not() -> None:
    """Excel counts a 29th of February 1900: earlier days would be one off."""
    instants = [
        datetime.fromisoformat("1900-02-28T23:59:59"),
        datetime.fromisoformat("1900-03-01"),
        datetime.fromisoformat("9999-12-31T23:59:59"),
        datetime.fromisoformat("2026-01-31T02:03:04.500000"),
    ]
    assert column_of(sheet_of(machines_with("collected_at", instants)), "Collected") == [
        "1900-02-28T23:59:59",
        *instants[1:],
    ]


@pytest.mark.parametrize(
    ("text", "in_file"),
    [
        ("a\x0bb", "a_x000B_b"),
        ("a\rb\r\nc\td", "a_x000D_b_x000D_\nc\td"),
        ("_x000B_", "_x005F_x000B_"),
        ("_x000b_x000B_", "_x005F_x000b_x005F_x000B_"),
        ("\x01_x0041_\x1f", "_x0001__x005F_x0041__x001F_"),
        ("\ufffe\uffff", "_xFFFE__xFFFF_"),
        ("_xyz_ _x12_", "_xyz_ _x12_"),
    ],
)
def test_characters_that_xml_has_not(text: str, in_file: str) -> None:
    """One vertical tab from Outlook makes Excel refuse the whole workbook."""
    [value] = column_of(sheet_of(machines_with("annotation", [text])), "Annotation")
    assert value == in_file
    assert unescape(value) == text


def test_long_text_is_cut_and_says_so() -> None:
    """Excel repairs a workbook with a longer text by deleting it."""
    texts = ["x" * 32_767, "x" * 40_000, "🚀" * 20_000, "短" * 32_767]
    values = column_of(sheet_of(machines_with("annotation", texts)), "Annotation")
    assert values[0] == texts[0]
    assert values[3] == texts[3]
    assert values[1] == "x" * 32_721 + "… [cut: 40,000 characters; Excel holds 32,767]"
    assert values[2].endswith("🚀… [cut: 40,000 characters; Excel holds 32,767]")
    assert [len(value.encode("utf-16-le")) // 2 for value in values] == [32_767, 32_767, 32_766, 32_767]


def test_table_without_rows() -> None:
    """Excel repairs a table without a row below its header, and the query of its readers ends."""
    workbook = openpyxl.load_workbook(workbook_of(star_of([])))
    sheet = workbook["Fact Triggered Alarm"]
    assert sheet.tables["fact_triggered_alarm"].ref == "A1:T2"
    assert sheet.dimensions == "A1:T1"
    assert [cell.value for cell in workbook["Overview"][11]] == [
        "fact_triggered_alarm",
        "Fact Triggered Alarm",
        0,
        0,
        None,
        None,
        "no rows: Excel's table needs one and has an empty one",
    ]


def test_sheet_and_table_cover_the_rows() -> None:
    """Power Query reads what the dimension says, Excel what the table says: rows outside are not seen."""
    file = workbook_of(star_of(machines_with("name", NAMES)))
    archive = zipfile.ZipFile(file)
    assert archive.testzip() is None
    xml = archive.read("xl/worksheets/sheet3.xml").decode()
    assert re.findall('<dimension ref="([^"]*)"', xml) == ["A1:AT16"]
    sheet = openpyxl.load_workbook(file)["Dim Virtual Machine"]
    table = sheet.tables["dim_virtual_machine"]
    assert (table.ref, table.autoFilter.ref) == ("A1:AT16", "A1:AT16")
    assert sheet.freeze_panes == "A2"


def test_widths() -> None:
    """A column of the default width shows `#####` for a time."""
    sheet = sheet_of([{"virtual_machine_key": "k", "name": "x" * 30, "annotation": "x" * 500}])
    assert sheet.column_dimensions["E"].width == 30
    assert sheet.column_dimensions["W"].width == 60
    assert sheet.column_dimensions["X"].width == 19
    assert sheet.column_dimensions["K"].width == 9


def test_overview() -> None:
    """The first look must say whose machines these are, how many, and how old that is."""
    reports = [
        {
            "path": "x",
            "status": "ingested",
            "ingested_at": NOON,
            "virtual_machine_count": 2,
            "triggered_alarm_count": 0,
        },
    ]
    sheet = openpyxl.load_workbook(workbook_of(star_of(machines_with("name", ["a", "b"]), reports=reports)))["Overview"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:2] for row in rows[:3]] == [
        ["Source", "acme/prod"],
        ["VMs Collected", NOON],
        ["Alarms Collected", NOON],
    ]
    assert rows[4] == ["Table", "Sheet", "Rows", "Rows Here", "Collected From", "Collected To", "Note"]
    assert [row[1] for row in rows[5:]] == [
        "Dim Source",
        "Dim Virtual Machine",
        "Bridge VM NIC",
        "Bridge VM Datastore",
        "Bridge VM Attribute",
        "Fact Triggered Alarm",
        "Fact Report",
        "Fact Rejected Row",
        "Dim vCenter",
        "Dim Datacenter",
        "Dim Cluster",
        "Dim ESXi Host",
        "Dim Datastore",
        "Dim Resource Pool",
        "Dim VM Disk",
        "Dim VM Guest Disk",
        "Dim VM Snapshot",
        "Fact Collection",
        "Fact VM Change",
        "Fact ESXi Host Change",
        "Fact Datastore Change",
        "Fact Alarm Episode",
        "Fact Source Daily",
        "Fact Cluster Daily",
        "Fact Datastore Daily",
        "Dim Date",
    ]
    assert rows[6] == ["dim_virtual_machine", "Dim Virtual Machine", 2, 2, NOON, NOON, None]
    assert sheet["E7"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert sheet.tables["overview"].ref == "A5:G31"


def test_rows_that_excel_cannot_hold() -> None:
    """Rows that are silently missing make every sum wrong."""
    workbook = openpyxl.load_workbook(workbook_of(star_of(machines_with("name", ["a", "b", "c"])), max_rows=2))
    sheet = workbook["Dim Virtual Machine"]
    assert column_of(sheet, "VM") == ["a", "b"]
    assert sheet.tables["dim_virtual_machine"].ref == "A1:AT3"
    assert [cell.value for cell in workbook["Overview"][7]][2:] == [
        3,
        2,
        NOON,
        NOON,
        "cut: 3 rows; Excel holds 2. The other formats hold them all.",
    ]


def test_sheet_that_excel_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel offers to repair a sheet of more than 2 GiB, and then it is empty."""
    monkeypatch.setattr("vcenter_pipeline.exports.workbook._MAX_SHEET_BYTES", 10_000)
    with pytest.raises(ExportError, match="The sheet Dim Virtual Machine would be larger than 2 GiB"):
        workbook_of(star_of(machines_with("name", NAMES * 10)))


def test_same_bytes_for_the_same_tables() -> None:
    """A workbook that differs at every run cannot be compared with yesterday's."""
    machines = machines_with("name", NAMES)
    assert workbook_of(star_of(machines)).getvalue() == workbook_of(star_of(machines[::-1])).getvalue()
