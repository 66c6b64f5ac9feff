"""Whatever people write into a vCenter comes back out of every file."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.exports.files import write_csv, write_json
from vcenter_pipeline.exports.sheet_rows import TimeStyles, to_sheet_rows
from vcenter_pipeline.exports.star import build_star, build_table
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
    return build_star("acme", "prod", core_of(machines, alarms, **more))


def core_of(
    machines: list[dict[str, Any]], alarms: list[dict[str, Any]], **more: list[dict[str, Any]]
) -> dict[str, pa.Table]:
    """Give the tables of the database with these rows."""
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in STORED_TABLES}
    at = datetime.fromisoformat("2026-01-31T02:00")
    always = {"client": "acme", "environment": "prod", "collected_at": at, "report": "r1", "collection": 1}
    for name, rows in {"virtual_machines": machines, "triggered_alarms": alarms, **more}.items():
        core[name] = pa.Table.from_pylist([always | row for row in rows], core[name].schema)
    return core


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
    fact = build_table("fact_triggered_alarm", "acme", "prod", core_of(machines, alarms)).to_pylist()
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
    published = build_table(
        "dim_virtual_machine", "acme", "prod", core_of(machines, [], esxi_hosts=hosts, clusters=clusters)
    ).to_pylist()
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
    published = build_table(
        "dim_vm_snapshot", "acme", "prod", core_of(machines, [], vm_snapshots=snapshots)
    ).to_pylist()
    assert {row["snapshot_key"]: (row["virtual_machine_key"], row["vm_match"]) for row in published} == expected


HOURS = st.integers(0, 60).map(lambda hours: datetime(2026, 1, 30) + timedelta(hours=hours))  # noqa: DTZ001 - naive UTC
COUNTS = st.none() | st.integers(0, 3)
ALARM_CHANGES = st.lists(
    st.fixed_dictionaries(
        {
            "vcenter": st.sampled_from(["vc1", "vc2"]),
            "alarm_key": st.sampled_from(["a", "b"]),
            "change": st.sampled_from(["raised", "updated", "cleared"]),
            "collected_at": HOURS,
            "triggered_at": st.none() | HOURS,
            "is_acknowledged": st.none() | st.booleans(),
            "acknowledged_at": st.none() | HOURS,
        }
    ),
    max_size=12,
)


def told(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the changes as the database has them: each is of its own report, and was seen when it was collected."""
    return [
        row
        | {"report": f"r{number:02}", "change_number": 1, "seen_at": row["collected_at"]}
        | ({"ending": "absent", "cleared_at": row["collected_at"]} if row["change"] == "cleared" else {})
        for number, row in enumerate(changes)
    ]


@given(ALARM_CHANGES)
def test_episodes_hold_every_change_once(changes: list[dict[str, Any]]) -> None:
    """Whatever was thinned between them, an alarm stands once at most, and no time runs backwards."""
    rows = told(changes)
    episodes = build_table("fact_alarm_episode", "acme", "prod", core_of([], [], alarm_changes=rows)).to_pylist()
    for key in {row["alarm_key"] for row in rows}:
        of_key = [row for row in episodes if row["alarm_key"] == key]
        assert [row["episode"] for row in of_key] == list(range(1, len(of_key) + 1))
        assert [row["first_seen_at"] for row in of_key] == sorted(row["first_seen_at"] for row in of_key)
    for vcenter, key in {(row["vcenter"], row["alarm_key"]) for row in rows}:
        mine = [row for row in episodes if (row["vcenter"], row["alarm_key"]) == (vcenter, key)]
        sequence = sorted(
            (row for row in rows if (row["vcenter"], row["alarm_key"]) == (vcenter, key)),
            key=lambda row: (row["collected_at"], row["report"]),
        )
        assert [row["is_open"] for row in mine] == [False] * (len(mine) - 1) + [sequence[-1]["change"] != "cleared"]
        assert sum(row["ending"] == "absent" for row in mine) == [row["change"] for row in sequence].count("cleared")
    for row in episodes:
        assert row["first_seen_at"] <= row["last_seen_at"]
        assert row["open_minutes"] >= 0
        assert (row["acknowledge_minutes"] or 0) >= 0
        assert row["is_open"] == (row["ending"] is None)


CLUSTER_DAYS = st.lists(
    st.fixed_dictionaries(
        {
            "vcenter": st.sampled_from(["vc1", "vc2"]),
            "kind": st.sampled_from(["virtual_machines", "esxi_hosts", "clusters"]),
            "cluster": st.sampled_from(["one", "two"]),
            "datacenter": DATACENTERS,
            "virtual_machine_count": COUNTS,
        }
    ),
    max_size=8,
    unique_by=lambda row: (row["vcenter"], row["kind"], row["cluster"], row["datacenter"]),
)


@given(CLUSTER_DAYS, CLUSTERS)
def test_no_cluster_is_lost_or_counted_twice(days: list[dict[str, Any]], clusters: list[dict[str, Any]]) -> None:
    """Rows are put together where they alone can be meant; none may vanish, and no key may stand twice a day."""
    rows = [
        row | {"report": row["kind"], "row_number": number, "collected_on": date(2026, 1, 31)}
        for number, row in enumerate(days)
    ]
    forwards, backwards = (
        build_table("fact_cluster_daily", "acme", "prod", core_of([], [], cluster_daily=some, clusters=clusters))
        for some in (rows, rows[::-1])
    )
    assert forwards.equals(backwards)
    found = forwards.to_pylist()
    keys = [row["cluster_key"] for row in found if row["cluster_key"]]
    assert len(set(keys)) == len(keys)
    places = [(row["vcenter"], row["cluster"], row["datacenter"]) for row in found]
    assert len(set(places)) == len(places)
    for row in rows:
        datacenters = {place[2] for place in places if place[:2] == (row["vcenter"], row["cluster"])}
        assert row["datacenter"] in datacenters if row["datacenter"] else datacenters


@given(ALARM_CHANGES)
def test_order_of_arrival_of_the_history_does_not_matter(changes: list[dict[str, Any]]) -> None:
    """The database promises no order; another one must not change a file."""
    rows = told(changes)
    forwards, backwards = (core_of([], [], alarm_changes=some) for some in (rows, rows[::-1]))
    for name in ("fact_alarm_episode", "dim_date"):
        assert build_table(name, "acme", "prod", forwards).equals(build_table(name, "acme", "prod", backwards))
