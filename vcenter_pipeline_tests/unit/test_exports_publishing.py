"""All files of a source at once, and what their readers meet meanwhile."""

import json
import threading
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from vcenter_pipeline.exports.contract import FileFormat
from vcenter_pipeline.exports.publishing import publish
from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import STORED_TABLES

ALL: tuple[FileFormat, ...] = ("parquet", "csv", "json", "excel")


def star_of(names: list[str]) -> dict[str, pa.Table]:
    """Give the published tables of a source with machines of these names."""
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in STORED_TABLES}
    always = {
        "client": "acme",
        "environment": "prod",
        "vcenter": "vc1",
        "collected_at": datetime.fromisoformat("2026-01-31T02:00"),
        "report": "r1",
    }
    rows = [always | {"virtual_machine_key": f"k{number:05}", "name": name} for number, name in enumerate(names)]
    core["virtual_machines"] = pa.Table.from_pylist(rows, core["virtual_machines"].schema)
    return build_star("acme", "prod", core)


def test_every_format_holds_the_same_machines(tmp_path: Path) -> None:
    """Two people with two formats must see one estate."""
    names = ["0012", "1e3", "~", "null", "O'Brien's \"test\" VM", "trailing space ", "emoji-🚀", "数据库-01"]
    files = publish(tmp_path, star_of(names), ALL)
    assert len(files) == 79
    assert all(file.size_bytes == file.path.stat().st_size for file in files)
    assert pq.read_table(tmp_path / "dim_virtual_machine.parquet")["name"].to_pylist() == names
    assert [row["name"] for row in json.loads((tmp_path / "dim_virtual_machine.json").read_bytes())] == names
    types = pyarrow.csv.ConvertOptions(column_types={"name": pa.string()})
    assert (
        pyarrow.csv.read_csv(tmp_path / "dim_virtual_machine.csv", convert_options=types)["name"].to_pylist() == names
    )
    sheet = openpyxl.load_workbook(tmp_path / "vcenter.xlsx")["Dim Virtual Machine"]
    assert [row[4].value for row in sheet.iter_rows(min_row=2)] == names


def test_formats_that_are_off_are_left_alone(tmp_path: Path) -> None:
    """Files that somebody still reads must not vanish with a setting."""
    publish(tmp_path, star_of(["old"]), ["json", "csv"])
    files = publish(tmp_path, star_of(["new"]), ["csv"])
    assert len(files) == 26
    assert {file.path.suffix for file in files} == {".csv"}
    assert '"name":"old"' in (tmp_path / "dim_virtual_machine.json").read_text()
    assert '"new"' in (tmp_path / "dim_virtual_machine.csv").read_text()
    assert not list(tmp_path.glob("*.parquet"))


def test_guard_can_be_off(tmp_path: Path) -> None:
    """The setting must reach the files."""
    publish(tmp_path, star_of(["=1+1"]), ["csv"])
    assert '"\'=1+1"' in (tmp_path / "dim_virtual_machine.csv").read_text()
    publish(tmp_path, star_of(["=1+1"]), ["csv"], guard_formulas=False)
    assert '"=1+1"' in (tmp_path / "dim_virtual_machine.csv").read_text()


def test_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    """Files that differ without a reason make every backup copy them again."""
    star = star_of(["a", "b", "c"])
    for file in publish(tmp_path / "one", star, ALL):
        other = tmp_path / "two" / file.path.name
        publish(tmp_path / "two", star, ALL) if not other.exists() else None
        assert file.path.read_bytes() == other.read_bytes()


def test_wrong_arguments_write_nothing(tmp_path: Path) -> None:
    """Half a set of files with another schema would end the refresh of the other half."""
    star = star_of(["a"])
    with pytest.raises(ValueError, match="there is no format xml; there are parquet, csv, json, excel"):
        publish(tmp_path, star, ["csv", "xml"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="these tables are missing: dim_source"):
        publish(tmp_path, {name: table for name, table in star.items() if name != "dim_source"}, ["csv"])
    with pytest.raises(ValueError, match="fact_report is not as declared: status is missing"):
        publish(tmp_path, star | {"fact_report": star["fact_report"].drop_columns(["status"])}, ["csv"])
    assert not list(tmp_path.iterdir())


def test_readers_never_meet_half_a_file(tmp_path: Path) -> None:
    """A refresh that starts while the files are written must read the old ones or the new ones."""
    stars = [star_of(["small"]), star_of([f"large-{number}" for number in range(600)])]
    publish(tmp_path, stars[0], ALL)
    done = threading.Event()
    met: list[int] = []
    failures: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                # read_table of a path opens it twice and may meet two files, both whole
                with (tmp_path / "dim_virtual_machine.parquet").open("rb") as parquet:
                    met.append(pq.ParquetFile(parquet).read().num_rows)
                met.append(len(json.loads((tmp_path / "dim_virtual_machine.json").read_bytes())))
                met.append((tmp_path / "dim_virtual_machine.csv").read_text().count("\n") - 1)
                workbook = openpyxl.load_workbook(tmp_path / "vcenter.xlsx", read_only=True)
                met.append(sum(1 for _ in workbook["Dim Virtual Machine"].rows) - 1)
                workbook.close()
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is what this test is about
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 9):
            publish(tmp_path, stars[number % 2], ALL)
    finally:
        done.set()
        reader.join()
    assert not failures
    assert set(met) <= {1, 600}
    assert len(met) > 4
