"""What stands in the Parquet, CSV and JSON files."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vcenter_pipeline.exports.chunks import chunked
from vcenter_pipeline.exports.files import write_csv, write_json, write_parquet

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
    "+49 30 1234",
    "@SUM(A1)",
    "\uff1d1+1",
    "'quoted",
    "no",
    "a,b;c",
    "back\\slash",
]
"""Names as real estates have them, and those that a program takes for something else."""

NOON = datetime.fromisoformat("2026-01-31T12:00")
MIXED = pa.table(
    {
        "name": pa.array(["web", None, 'a\rb\n"c"'], pa.string()),
        "count": pa.array([1, None, 2**62], pa.int64()),
        "flag": pa.array([True, None, False], pa.bool_()),
        "at": pa.array([NOON, None, NOON.replace(microsecond=250_000)], pa.timestamp("us")),
        "seconds": pa.array([0.5, None, 1e-7], pa.float64()),
        "client": pa.array(["acme"] * 3, pa.string()),
        "nothing": pa.nulls(3, pa.string()),
        "on": pa.array([date(2026, 1, 31), None, date(1969, 12, 31)], pa.date32()),
    },
)


def csv_of(table: pa.Table, *, guard_formulas: bool = True) -> str:
    """Give the CSV without its byte order mark."""
    file = io.BytesIO()
    write_csv(file, table, guard_formulas=guard_formulas)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return file.getvalue().decode("utf-8-sig")


def json_of(table: pa.Table) -> str:
    """Give the JSON."""
    file = io.BytesIO()
    write_json(file, table)
    return file.getvalue().decode()


def test_csv_spelling() -> None:
    """Power Query guesses types from the text: another spelling of times or booleans becomes another type."""
    assert csv_of(MIXED) == (
        '"name","count","flag","at","seconds","client","nothing","on"\n'
        '"web",1,true,"2026-01-31T12:00:00",0.5,"acme",,"2026-01-31"\n'
        ',,,,,"acme",,\n'
        '"a\rb\n""c""",4611686018427387904,false,"2026-01-31T12:00:00.250000",1e-7,"acme",,"1969-12-31"\n'
    )


def test_csv_names_are_guarded_reversibly() -> None:
    """A machine called `=cmd|…` would run in the spreadsheet of whoever opens the file."""
    rows = list(csv.reader(io.StringIO(csv_of(pa.table({"name": NAMES})), newline="")))[1:]
    written = [row[0] for row in rows]
    assert [name for name in written if name.startswith("'")] == [
        "'=1+1",
        "'-starts-with-dash",
        "'+49 30 1234",
        "'@SUM(A1)",
        "'\uff1d1+1",
        "''quoted",
    ]
    assert [name.removeprefix("'") for name in written] == NAMES


def test_csv_guard_can_be_off() -> None:
    """A program that reads the file would not know the apostrophe."""
    rows = list(csv.reader(io.StringIO(csv_of(pa.table({"name": NAMES}), guard_formulas=False), newline="")))[1:]
    assert [row[0] for row in rows] == NAMES


def test_json_spelling() -> None:
    """One object a line, every column in each: a reader that takes its columns from the first row misses none."""
    assert json_of(MIXED) == (
        "[\n"
        '{"name":"web","count":1,"flag":true,"at":"2026-01-31T12:00:00","seconds":0.5,"client":"acme","nothing":null,'
        '"on":"2026-01-31"},\n'
        '{"name":null,"count":null,"flag":null,"at":null,"seconds":null,"client":"acme","nothing":null,"on":null},\n'
        '{"name":"a\\rb\\n\\"c\\"","count":4611686018427387904,"flag":false,"at":"2026-01-31T12:00:00.250000",'
        '"seconds":1e-7,"client":"acme","nothing":null,"on":"1969-12-31"}\n'
        "]\n"
    )


def test_json_without_rows() -> None:
    """An empty file is not JSON, and a refresh fails on it."""
    assert json_of(MIXED.slice(0, 0)) == "[]\n"


def test_json_of_numbers_that_json_has_not() -> None:
    """A single NaN makes the whole file unreadable."""
    assert json.loads(json_of(pa.table({"x": [float("nan"), float("inf"), 1.5]}))) == [
        {"x": None},
        {"x": None},
        {"x": 1.5},
    ]


def test_json_names() -> None:
    """Text is text: a name that a reader takes for a number is another machine."""
    assert [row["name"] for row in json.loads(json_of(pa.table({"name": NAMES})))] == NAMES


def test_json_of_many_chunks() -> None:
    """A seam between two pieces that is not a comma loses the whole file."""
    rows = json.loads(json_of(pa.table({"n": range(25_000), "even": [n % 2 == 0 for n in range(25_000)]})))
    assert len(rows) == 25_000
    assert rows[9_999:10_001] == [{"n": 9_999, "even": False}, {"n": 10_000, "even": True}]
    assert rows[-1] == {"n": 24_999, "even": False}


def test_parquet_is_what_the_gateway_reads() -> None:
    """The gateway of Power BI refuses RLE booleans, which data pages of version 2.0 hold."""
    file = io.BytesIO()
    write_parquet(file, MIXED)
    metadata = pq.ParquetFile(file).metadata
    columns = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    assert {column.compression for column in columns} == {"SNAPPY"}
    assert {name for column in columns for name in column.encodings} <= {"PLAIN", "RLE", "RLE_DICTIONARY"}
    flag = columns[2]
    assert flag.physical_type == "BOOLEAN"
    assert "PLAIN" in flag.encodings
    assert not flag.has_dictionary_page
    assert str(metadata.schema.column(3).logical_type) == (
        "Timestamp(isAdjustedToUTC=false, timeUnit=microseconds, is_from_converted_type=false, "
        "force_set_converted_type=false)"
    )
    assert str(metadata.schema.column(7).logical_type) == "Date"
    assert pq.read_table(file).equals(MIXED)


def test_control_a_version_2_page_would_be_seen() -> None:
    """Without this the test above might pass whatever is written."""
    file = io.BytesIO()
    pq.write_table(MIXED, file, data_page_version="2.0")
    assert "PLAIN" not in pq.ParquetFile(file).metadata.row_group(0).column(2).encodings


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_bytes_do_not_depend_on_how_the_table_lies_in_memory(write: Callable[[io.BytesIO, pa.Table], None]) -> None:
    """Files that differ without a reason make every backup and every comparison copy them again."""
    whole, pieces = io.BytesIO(), io.BytesIO()
    write(whole, MIXED)
    write(pieces, pa.concat_tables([MIXED.slice(0, 1), MIXED.slice(1)]))
    assert whole.getvalue() == pieces.getvalue()


def test_chunks_are_bounded() -> None:
    """Annotations may be long: ten thousand of them at once would not fit in an Arrow array, nor in memory."""
    table = pa.table({"text": ["x" * 2**20] * 40, "n": range(40)})
    chunks = list(chunked(table))
    assert max(chunk.nbytes for chunk in chunks) <= 16 * 2**20
    assert [n for chunk in chunks for n in chunk.column(1).to_pylist()] == list(range(40))
    assert [chunk.num_rows for chunk in chunked(pa.table({"n": range(25_000)}))] == [10_000, 10_000, 5_000]
