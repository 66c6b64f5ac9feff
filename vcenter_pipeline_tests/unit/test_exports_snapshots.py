"""Whose a snapshot is, and how many a virtual machine has."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import MADE_FROM, build_table
from vcenter_pipeline.model.columns import core_table

NOON = datetime.fromisoformat("2026-01-31T12:00")
HOUR = timedelta(hours=1)
ALWAYS = {
    "client": "acme",
    "environment": "prod",
    "vcenter": "vc1",
    "collected_at": NOON,
    "report": "r1",
    "collection": 1,
}
LISTED = {"kind": "vm_snapshots", "shape": "vmware_all_snapshots_info", "is_complete": True, "row_count": 3}
MACHINES = [
    {"virtual_machine_key": "k1", "name": "web", "folder": "/dc/vm/shop"},
    {"virtual_machine_key": "k2", "name": "twin", "folder": "/dc/vm/shop"},
    {"virtual_machine_key": "k3", "name": "twin", "folder": "/dc/vm/mail/"},
    {"virtual_machine_key": "k4", "name": "half", "folder": "/dc/vm/shop"},
    {"virtual_machine_key": "k5", "name": "half"},
    {"virtual_machine_key": "k6", "name": "web", "vcenter": "vc2"},
    {"virtual_machine_key": "k7", "name": "same", "folder": "/dc1/vm"},
    {"virtual_machine_key": "k8", "name": "same", "folder": "/dc2/vm"},
    {"virtual_machine_key": "k9"},
]


def published(name: str, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a published table of a source with these rows, by its keys."""
    core = {
        table: pa.Table.from_pylist([ALWAYS | row for row in rows.get(table, [])], core_table(table).arrow_schema)
        for table in MADE_FROM[name]
    }
    return build_table(name, "acme", "prod", core).to_pylist()


def snapshot(number: int, vm_name: str | None, **values: object) -> dict[str, Any]:
    """Give a snapshot of which the name of the machine is known."""
    return {"snapshot_key": f"s{number}", "snapshot_id": number, "vm_name": vm_name, "created_at": NOON} | values


@pytest.mark.parametrize(
    ("values", "key", "match"),
    [
        ({"virtual_machine_key": "k2", "vm_name": "twin"}, "k2", "key"),
        ({"virtual_machine_key": "k0", "vm_name": "web"}, "k0", "key"),
        ({"vm_name": "web"}, "k1", "name"),
        ({"vm_name": "web", "vm_folder": "elsewhere"}, "k1", "name"),
        ({"vm_name": "web", "vcenter": "vc2"}, "k6", "name"),
        ({"vm_name": "web", "vcenter": "vc3"}, None, "unknown name"),
        ({"vm_name": "Web"}, None, "unknown name"),
        ({"vm_name": "twin", "vm_folder": "shop"}, "k2", "name"),
        ({"vm_name": "twin", "vm_folder": "mail"}, "k3", "name"),
        ({"vm_name": "twin", "vm_folder": "vm"}, None, "ambiguous name"),
        ({"vm_name": "twin"}, None, "ambiguous name"),
        ({"vm_name": "half", "vm_folder": "shop"}, None, "ambiguous name"),
        ({"vm_name": "same", "vm_folder": "vm"}, None, "ambiguous name"),
        ({}, None, "unknown name"),
    ],
)
def test_machine_of_a_snapshot(values: dict[str, Any], key: str | None, match: str) -> None:
    """Who deletes the old snapshots of the wrong machine loses its way back."""
    rows = published("dim_vm_snapshot", vm_snapshots=[{"snapshot_key": "s"} | values], virtual_machines=MACHINES)
    assert [(row["virtual_machine_key"], row["vm_match"]) for row in rows] == [(key, match)]


def test_the_name_of_the_machine_is_filled_and_never_replaced() -> None:
    """A list of snapshots without the names of their machines cannot be read."""
    rows = published(
        "dim_vm_snapshot",
        vm_snapshots=[
            {"snapshot_key": "s1", "virtual_machine_key": "k1"},
            {"snapshot_key": "s2", "virtual_machine_key": "k1", "vm_name": "as told"},
            {"snapshot_key": "s3", "virtual_machine_key": "k0"},
        ],
        virtual_machines=MACHINES,
    )
    assert [row["vm_name"] for row in rows] == ["web", "as told", None]


def test_snapshots_without_machines() -> None:
    """A source that lists its snapshots only must be published all the same."""
    rows = published("dim_vm_snapshot", vm_snapshots=[snapshot(1, "web")])
    assert [(row["virtual_machine_key"], row["vm_match"]) for row in rows] == [(None, "unknown name")]


def counts(
    snapshots: list[dict[str, Any]],
    collections: list[dict[str, Any]],
    machines: list[dict[str, Any]] = MACHINES,
    vcenters: list[dict[str, Any]] | None = None,
) -> dict[str, tuple[int | None, datetime | None]]:
    """Give by the machine's key how many snapshots it has, and when the oldest was taken."""
    rows = published(
        "dim_virtual_machine",
        virtual_machines=machines,
        vm_snapshots=snapshots,
        collections=collections,
        vcenters=vcenters or [],
    )
    return {row["virtual_machine_key"]: (row["snapshot_count"], row["oldest_snapshot_at"]) for row in rows}


def test_a_list_of_all_snapshots_tells_how_many_each_machine_has() -> None:
    """Machines with forgotten snapshots are what this is looked up for; null would hide them, and 0 as well."""
    found = counts(
        [
            snapshot(1, "web", created_at=NOON - HOUR),
            snapshot(2, "web"),
            snapshot(3, "twin", vm_folder="mail", created_at=None),
            snapshot(4, "twin", vm_folder="mail"),
            snapshot(5, "same", vm_folder="vm"),
        ],
        [LISTED],
    )
    assert found == {
        "k1": (2, NOON - HOUR),
        "k2": (None, None),
        "k3": (2, None),
        "k4": (None, None),
        "k5": (None, None),
        "k6": (None, None),
        "k7": (None, None),
        "k8": (None, None),
        "k9": (None, None),
    }


def test_a_machine_that_the_list_does_not_name_has_none() -> None:
    """Without the list nobody knows; with it 0 is an answer, but not for one of two machines of one name."""
    machines = [*MACHINES[:3], {"virtual_machine_key": "k4", "name": "mail"}]
    found = counts([snapshot(1, "web")], [LISTED], machines)
    assert found == {"k1": (1, NOON), "k2": (None, None), "k3": (None, None), "k4": (0, None)}
    assert counts([], [LISTED | {"row_count": 0}], machines)["k4"] == (0, None)


@pytest.mark.parametrize(
    "collection",
    [
        LISTED | {"is_complete": False},
        LISTED | {"kind": "virtual_machines"},
        LISTED | {"collected_at": NOON - HOUR},
        LISTED | {"vcenter": "vc2", "report": "r2"},
    ],
)
def test_what_is_not_a_list_of_all_snapshots_tells_nothing(collection: dict[str, Any]) -> None:
    """A list that is older than the machine, of another vCenter, or of one machine only would make all others 0."""
    machines = [{"virtual_machine_key": "k1", "name": "web"}]
    assert counts([], [collection], machines) == {"k1": (None, None)}


def test_what_the_machine_s_own_report_says_stays() -> None:
    """The machine's report is newer than what is put together; only what it leaves open is filled."""
    machines = [
        {"virtual_machine_key": "k1", "name": "web", "snapshot_count": 2},
        {"virtual_machine_key": "k2", "name": "db", "snapshot_count": 3},
        {"virtual_machine_key": "k3", "name": "app", "snapshot_count": 1, "oldest_snapshot_at": NOON - 9 * HOUR},
    ]
    listed = [snapshot(1, "web"), snapshot(2, "web", created_at=NOON - HOUR), snapshot(3, "db"), snapshot(4, "app")]
    assert counts(listed, [LISTED], machines) == {
        "k1": (2, NOON - HOUR),
        "k2": (3, None),
        "k3": (1, NOON - 9 * HOUR),
    }


def test_snapshots_from_before_the_list_are_not_counted_and_none_is_counted_twice() -> None:
    """A snapshot that was deleted before the list was made would be looked for in vain."""
    snapshots = [
        snapshot(1, "web"),
        snapshot(1, None, snapshot_key="k1/1", virtual_machine_key="k1", report="r3", collected_at=NOON + HOUR),
        snapshot(2, None, snapshot_key="k1/2", virtual_machine_key="k1", report="r0", collected_at=NOON - HOUR),
    ]
    assert counts(snapshots, [LISTED], [{"virtual_machine_key": "k1", "name": "web"}]) == {"k1": (1, NOON)}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("vc1.example.com", 0),
        ("VC1.example.com", 0),
        ("50000000-0000-4000-8000-000000000001", 0),
        ("vc2.example.com", None),
        (None, 0),
    ],
)
def test_an_empty_list_is_of_the_vcenter_that_its_report_names(told: str | None, expected: int | None) -> None:
    """A list without rows bears the host name that its report used, while all tables go by the vCenter's uuid."""
    uuid = "50000000-0000-4000-8000-000000000001"
    machines = [{"virtual_machine_key": "k1", "name": "web", "vcenter": uuid}]
    vcenters = [{"vcenter_key": "v1", "vcenter": uuid, "instance_uuid": uuid, "host_name": "vc1.example.com"}]
    found = counts([], [LISTED | {"vcenter": told, "row_count": 0}], machines, vcenters)
    assert found == {"k1": (expected, None)}


def test_a_list_of_an_unnamed_vcenter_tells_nothing_where_there_are_two() -> None:
    """It may be of either: 0 for the machines of the other one would be made up."""
    machines = [
        {"virtual_machine_key": "k1", "name": "web"},
        {"virtual_machine_key": "k2", "name": "web", "vcenter": "vc2"},
    ]
    collection = LISTED | {"vcenter": None, "row_count": 0}
    assert counts([], [collection], machines) == {"k1": (None, None), "k2": (None, None)}
    told = counts([snapshot(1, "web", vcenter="vc2")], [collection], machines)
    assert told == {"k1": (None, None), "k2": (1, NOON)}
