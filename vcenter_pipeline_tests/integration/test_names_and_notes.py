"""Names and notes as people write them, from the report to what they open."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Take = Callable[[], Pass]
Published = Callable[[str, str], list[dict[str, Any]]]

SECRET = "s3cr3t-Pa55"  # noqa: S105 - it stands in a note


def vm(name: str, moid: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever stands in a report
    """Give a virtual machine as `vmware_vm_info` writes it."""
    return {
        "guest_name": name,
        "moid": moid,
        "power_state": "poweredOn",
        "guest_fullname": "Debian GNU/Linux 12 (64-bit)",
        "allocated": {"cpu": 2, "memory": 2048, "storage": 1},
        "vm_network": {},
        **more,
    }


def test_a_very_long_annotation_is_whole_but_in_excel(
    home: Settings, drop: Drop, take: Take, published: Published
) -> None:
    """Excel holds 32,767 characters in a cell; openpyxl cuts silently, and people would trust the half."""
    note = "n" * 40_000
    drop("acme/prod/vm.json", {"virtual_machines": [vm("long", "vm-1", annotation=note)]})
    assert take().is_good
    assert [row["annotation"] for row in published("acme/prod", "dim_virtual_machine")] == [note]
    workbook = openpyxl.load_workbook(home.output_path / "acme/prod/vcenter.xlsx")
    (sheet,) = [sheet for sheet in workbook.worksheets if "dim_virtual_machine" in sheet.tables]
    header, cells = sheet.iter_rows(values_only=True)
    text = str(cells[header.index("Annotation")])
    assert len(text) == 32_767
    assert text.endswith("… [cut: 40,000 characters; Excel holds 32,767]")


def readable(path: Path) -> str:
    """Give what a file says, Excel's and Parquet's compressed cells included."""
    if path.suffix == ".xlsx":
        return repr([list(sheet.values) for sheet in openpyxl.load_workbook(path).worksheets])
    return path.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize(("choice", "shown"), [("mask", "(masked)"), ("drop", None)])
def test_free_text_can_be_kept_out(  # noqa: PLR0913, PLR0917 - fixtures, and what differs
    choice: str,
    shown: str | None,
    home: Settings,
    drop: Drop,
    take: Take,
    published: Published,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People write passwords into notes; who switches notes off must not find them in a table all the same."""
    monkeypatch.setenv("VCENTER_FREE_TEXT", choice)
    drop(
        "acme/prod/vm.json",
        {"virtual_machines": [vm("a", "vm-1", annotation=SECRET, attributes={"Owner": SECRET}), vm("b\0", "vm-2")]},
    )
    assert take().is_good
    assert [row["annotation"] for row in published("acme/prod", "dim_virtual_machine")] == [shown]
    assert [(r["name"], r["value"]) for r in published("acme/prod", "bridge_vm_attribute")] == [("Owner", shown)]
    shutil.rmtree(home.archive_path)
    assert [path for path in home.home_path.rglob("*") if path.is_file() and SECRET in readable(path)] == []


def test_a_name_is_text_in_every_format(home: Settings, drop: Drop, take: Take, published: Published) -> None:
    """A machine called 0123 that becomes 123 is another machine; one called =cmd runs on the reader's desk."""
    names = ["0123", "no", "1e5", "2026-01-31", "=cmd|' /C calc'!A0", 'Müller, "Test"']
    rows = "".join(
        f"- guest_name: {name if name.isascii() and name.isalnum() else json.dumps(name)}\n  moid: vm-{number}\n"
        "  power_state: poweredOn\n  uuid: null\n"
        for number, name in enumerate(names)
    )
    drop("acme/prod/vms.yaml", f"virtual_machines:\n{rows}")
    assert take().is_good
    assert sorted(row["name"] for row in published("acme/prod", "dim_virtual_machine")) == sorted(names)
    folder = home.output_path / "acme/prod"
    assert sorted(row["name"] for row in json.loads((folder / "dim_virtual_machine.json").read_bytes())) == sorted(
        names
    )
    workbook = openpyxl.load_workbook(folder / "vcenter.xlsx")
    (sheet,) = [sheet for sheet in workbook.worksheets if "dim_virtual_machine" in sheet.tables]
    column = [cell.value for cell in sheet[1]].index("VM")
    cells = [row[column] for row in sheet.iter_rows(min_row=2)]
    assert sorted(str(cell.value) for cell in cells) == sorted(names)
    assert {cell.data_type for cell in cells} == {"s"}
    text = (folder / "dim_virtual_machine.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in text
    assert '"Müller, ""Test"""' in text
