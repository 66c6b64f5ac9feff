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
from vcenter_pipeline.exports.sheet_rows import TimeStyles, to_sheet_rows
from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import STORED_TABLES

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
    rows = b"".join(to_sheet_rows(pa.table({"text": pa.array(texts, pa.string())}), styles=TimeStyles(1, 2)))
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


def star_of(
    machines: list[dict[str, Any]], alarms: list[dict[str, Any]], **more: list[dict[str, Any]]
) -> dict[str, pa.Table]:
    """Give the published tables of a source with these rows."""
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in STORED_TABLES}
    at = datetime.fromisoformat("2026-01-31T02:00")
    always = {"client": "acme", "environment": "prod", "collected_at": at, "report": "r1", "collection": 1}
    for name, rows in {"virtual_machines": machines, "triggered_alarms": alarms, **more}.items():
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


def rows_of(key: str, **values: st.SearchStrategy[str | None]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Give rows with these values, told apart by their key."""
    vcenter = st.sampled_from(["vc1", "vc2"])
    row = st.fixed_dictionaries({key: st.text(alphabet="abc", min_size=1, max_size=3), "vcenter": vcenter, **values})
    return st.lists(row, max_size=6, unique_by=lambda one: one[key])


MOIDS = st.none() | st.sampled_from(["host-1", "host-2"])
NAMES = st.none() | st.sampled_from(["one", "One", "two"])
DATACENTERS = st.none() | st.sampled_from(["east", "west"])
FOLDERS = st.none() | st.sampled_from(["/dc/vm", "/dc/vm/a", "/dc/vm/b", "/dc2/vm/a"])

PLACED = rows_of("virtual_machine_key", esxi_host=NAMES, esxi_host_moid=MOIDS, cluster=NAMES, datacenter=DATACENTERS)
HOSTS = rows_of("esxi_host_key", name=NAMES, moid=MOIDS, cluster=NAMES, datacenter=DATACENTERS)
CLUSTERS = rows_of("cluster_key", name=NAMES, datacenter=DATACENTERS)


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the row when there is one; else one in which nothing is known."""
    return rows[0] if len(rows) == 1 else {}


@given(PLACED, HOSTS, CLUSTERS)
def test_places_are_those_that_alone_can_be_meant(
    machines: list[dict[str, Any]], hosts: list[dict[str, Any]], clusters: list[dict[str, Any]]
) -> None:
    """The joins are done on whole columns; this says row by row what they must give."""
    expected = {}
    for machine in machines:
        near = [host for host in hosts if host["vcenter"] == machine["vcenter"]]
        moid, name = machine["esxi_host_moid"], machine["esxi_host"]
        host = only([one for one in near if moid is not None and one["moid"] == moid])
        if not host and name is not None:
            host = only([one for one in near if (one["name"] or "").lower() == name.lower()])
        cluster = machine["cluster"] or host.get("cluster")
        datacenter = machine["datacenter"] or host.get("datacenter")
        named = [one for one in clusters if one["vcenter"] == machine["vcenter"] and one["name"] == cluster]
        named = named if cluster is not None else []
        found = only([one for one in named if datacenter is not None and one["datacenter"] == datacenter])
        if not found and (datacenter is None or only(named).get("datacenter") is None):
            found = only(named)
        expected[machine["virtual_machine_key"]] = (
            host.get("esxi_host_key"),
            name or host.get("name"),
            cluster,
            datacenter,
            found.get("cluster_key"),
        )
    columns = ("esxi_host_key", "esxi_host", "cluster", "datacenter", "cluster_key")
    published = star_of(machines, [], esxi_hosts=hosts, clusters=clusters)["dim_virtual_machine"].to_pylist()
    assert {row["virtual_machine_key"]: tuple(row[name] for name in columns) for row in published} == expected


SNAPSHOTS = rows_of(
    "snapshot_key",
    virtual_machine_key=st.none() | st.sampled_from(["a", "b"]),
    vm_name=NAMES,
    vm_folder=st.none() | st.sampled_from(["vm", "a", "b"]),
)


@given(rows_of("virtual_machine_key", name=NAMES, folder=FOLDERS), SNAPSHOTS)
def test_snapshots_are_of_the_only_machine_that_they_can_mean(
    machines: list[dict[str, Any]], snapshots: list[dict[str, Any]]
) -> None:
    """As above, of snapshots of which there is only a name and the last part of a folder."""
    expected = {}
    for snapshot in snapshots:
        key, name, folder = snapshot["virtual_machine_key"], snapshot["vm_name"], snapshot["vm_folder"]
        named = [one for one in machines if name is not None and one["name"] == name]
        named = [one for one in named if one["vcenter"] == snapshot["vcenter"]]
        machine = only(named)
        if not machine and folder is not None and all(one["folder"] for one in named):
            machine = only([one for one in named if one["folder"].rpartition("/")[2] == folder])
        match = "name" if machine else "ambiguous name" if named else "unknown name"
        expected[snapshot["snapshot_key"]] = (key, "key") if key else (machine.get("virtual_machine_key"), match)
    published = star_of(machines, [], vm_snapshots=snapshots)["dim_vm_snapshot"].to_pylist()
    assert {row["snapshot_key"]: (row["virtual_machine_key"], row["vm_match"]) for row in published} == expected
