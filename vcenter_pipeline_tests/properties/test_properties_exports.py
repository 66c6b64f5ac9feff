"""Whatever people write into a vCenter comes back out of every file."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.exports.files import write_csv, write_json
from vcenter_pipeline.exports.sheet_rows import to_sheet_rows
from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import CORE_TABLES

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

TEXTS = st.lists(
    st.none()
    | st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
    | st.text(min_size=1, alphabet="=+-@'\"\t\r\n\uff1d, _x0Bab1"),
    min_size=1,
    max_size=20,
)


@given(TEXTS)
def test_csv_gives_the_text_back(texts: list[str | None]) -> None:
    """Taking one leading apostrophe away must give the name that the vCenter has, and no field may run."""
    file = io.BytesIO()
    write_csv(file, pa.table({"text": pa.array(texts, pa.string()), "n": range(len(texts))}))
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))[1:]
    assert [row[0].removeprefix("'") or None for row in rows] == texts
    assert not [row[0] for row in rows if row[0].startswith(FORMULA_STARTS)]


@given(TEXTS)
def test_json_gives_the_text_back(texts: list[str | None]) -> None:
    """One wrong escape makes the whole file unreadable."""
    file = io.BytesIO()
    write_json(file, pa.table({"text": pa.array(texts, pa.string())}))
    assert [row["text"] for row in json.loads(file.getvalue())] == texts


@given(TEXTS)
def test_sheet_gives_the_text_back(texts: list[str | None]) -> None:
    """One character that XML cannot hold makes Excel refuse the whole workbook."""
    rows = b"".join(to_sheet_rows(pa.table({"text": pa.array(texts, pa.string())}), date_style=1))
    parsed = ET.fromstring(b"<sheetData>" + rows + b"</sheetData>")  # noqa: S314 - our own XML
    found: list[str | None] = []
    for row in parsed:
        text = row.findtext("c/is/t")
        found.append(text and re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text))
    assert found == texts
    assert [row.get("r") for row in parsed] == [str(number) for number in range(2, len(texts) + 2)]


MACHINES = st.lists(
    st.fixed_dictionaries(
        {
            "virtual_machine_key": st.text(alphabet="abc", min_size=1, max_size=3),
            "name": st.none() | st.sampled_from(["web", "db", "app"]),
            "moid": st.none() | st.sampled_from(["vm-1", "vm-2", "vm-3"]),
            "vcenter": st.sampled_from(["vc1", "vc2"]),
        }
    ),
    max_size=6,
    unique_by=lambda row: row["virtual_machine_key"],
)
ALARMS = st.lists(
    st.fixed_dictionaries(
        {
            "alarm_key": st.text(alphabet="abc", min_size=1, max_size=3),
            "entity_type": st.sampled_from(["VirtualMachine", "HostSystem"]),
            "entity_name": st.none() | st.sampled_from(["web", "db", "app"]),
            "entity_moid": st.none() | st.sampled_from(["vm-1", "vm-2", "vm-3"]),
            "vcenter": st.sampled_from(["vc1", "vc2"]),
        }
    ),
    max_size=6,
    unique_by=lambda row: row["alarm_key"],
)


def star_of(machines: list[dict[str, Any]], alarms: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give the published tables of a source with these rows."""
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in CORE_TABLES}
    at = datetime.fromisoformat("2026-01-31T02:00")
    always = {"client": "acme", "environment": "prod", "collected_at": at, "report": "r1"}
    for name, rows in (("virtual_machines", machines), ("triggered_alarms", alarms)):
        core[name] = pa.Table.from_pylist([always | row for row in rows], core[name].schema)
    return build_star("acme", "prod", core)


@given(MACHINES, ALARMS)
def test_alarm_stands_on_the_only_machine_that_it_can_mean(
    machines: list[dict[str, Any]], alarms: list[dict[str, Any]]
) -> None:
    """The join is done on whole columns; this says row by row what it must give."""
    keys = {}
    for alarm in alarms:
        column, entity = ("moid", "entity_moid") if alarm["entity_moid"] else ("name", "entity_name")
        meant = [
            machine["virtual_machine_key"]
            for machine in machines
            if alarm["entity_type"] == "VirtualMachine"
            and alarm[entity] is not None
            and (machine["vcenter"], machine[column]) == (alarm["vcenter"], alarm[entity])
        ]
        keys[alarm["alarm_key"]] = meant[0] if len(meant) == 1 else None
    fact = star_of(machines, alarms)["fact_triggered_alarm"].to_pylist()
    assert {row["alarm_key"]: row["virtual_machine_key"] for row in fact} == keys


@given(MACHINES, ALARMS)
def test_order_of_arrival_does_not_matter(machines: list[dict[str, Any]], alarms: list[dict[str, Any]]) -> None:
    """Otherwise the same report, read again, changes every file."""
    forwards, backwards = star_of(machines, alarms), star_of(machines[::-1], alarms[::-1])
    assert all(table.equals(backwards[name]) for name, table in forwards.items())
