"""Which host, cluster and datastore a row refers to, and when it refers to none."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import MADE_FROM, build_table
from vcenter_pipeline.model.columns import core_table

NOON = datetime.fromisoformat("2026-01-31T12:00")
ALWAYS = {
    "client": "acme",
    "environment": "prod",
    "vcenter": "vc1",
    "collected_at": NOON,
    "report": "r1",
    "collection": 1,
}
HOSTS = [
    {"esxi_host_key": "h1", "name": "esx1.example.com", "moid": "host-1", "cluster": "blue", "datacenter": "east"},
    {"esxi_host_key": "h2", "name": "ESX2.example.com", "cluster": "blue", "datacenter": "west"},
    {"esxi_host_key": "h3", "name": "esx3.example.com", "moid": "host-3", "datacenter": "east"},
    {"esxi_host_key": "h4", "name": "esx1.example.com", "moid": "host-1", "vcenter": "vc2"},
]
CLUSTERS = [
    {"cluster_key": "c1", "name": "blue", "datacenter": "east"},
    {"cluster_key": "c2", "name": "blue", "datacenter": "west"},
    {"cluster_key": "c3", "name": "green", "datacenter": "east"},
    {"cluster_key": "c4", "name": "bare"},
    {"cluster_key": "c5", "name": "green", "datacenter": "east", "vcenter": "vc2"},
]


def published(name: str, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a published table of a source with these rows, by its keys."""
    core = {
        table: pa.Table.from_pylist([ALWAYS | row for row in rows.get(table, [])], core_table(table).arrow_schema)
        for table in MADE_FROM[name]
    }
    return build_table(name, "acme", "prod", core).to_pylist()


def placed(**values: object) -> dict[str, Any]:
    """Give the published row of a virtual machine with these values, among the hosts and clusters."""
    machine = {"virtual_machine_key": "k"} | values
    [row] = published("dim_virtual_machine", virtual_machines=[machine], esxi_hosts=HOSTS, clusters=CLUSTERS)
    return row


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"esxi_host_moid": "host-1", "esxi_host": "esx1.example.com"}, "h1"),
        ({"esxi_host_moid": "host-1", "esxi_host": "under its old name"}, "h1"),
        ({"esxi_host_moid": "host-1"}, "h1"),
        ({"esxi_host_moid": "host-1", "vcenter": "vc2"}, "h4"),
        ({"esxi_host_moid": "host-1", "vcenter": "vc3"}, None),
        ({"esxi_host_moid": "host-9", "esxi_host": "esx3.example.com"}, "h3"),
        ({"esxi_host": "Esx1.Example.com"}, "h1"),
        ({"esxi_host": "esx2.example.com"}, "h2"),
        ({"esxi_host": "esx2"}, None),
        ({"esxi_host": "esx2.example.com", "vcenter": "vc2"}, None),
        ({}, None),
    ],
)
def test_host_of_a_machine(values: dict[str, Any], expected: str | None) -> None:
    """A machine counted on another host hides that its own is full."""
    assert placed(**values)["esxi_host_key"] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"cluster": "blue", "datacenter": "east"}, "c1"),
        ({"cluster": "blue", "datacenter": "west"}, "c2"),
        ({"cluster": "blue"}, None),
        ({"cluster": "green"}, "c3"),
        ({"cluster": "green", "vcenter": "vc2"}, "c5"),
        ({"cluster": "green", "datacenter": "west"}, None),
        ({"cluster": "Green", "datacenter": "east"}, None),
        ({"cluster": "bare", "datacenter": "east"}, "c4"),
        ({"datacenter": "east"}, None),
        ({"esxi_host": "esx1.example.com"}, "c1"),
        ({"esxi_host": "esx2.example.com"}, "c2"),
        ({"esxi_host": "esx3.example.com"}, None),
        ({"esxi_host": "esx1.example.com", "cluster": "green"}, "c3"),
    ],
)
def test_cluster_of_a_machine(values: dict[str, Any], expected: str | None) -> None:
    """Two datacenters have a cluster `blue`; the load of one must not be shown as the other's."""
    assert placed(**values)["cluster_key"] == expected


def test_what_only_the_host_knows() -> None:
    """The REST API gives a machine's host as a moid and says no more: without this nobody could search by its name."""
    row = placed(esxi_host_moid="host-1")
    assert (row["esxi_host"], row["cluster"], row["datacenter"]) == ("esx1.example.com", "blue", "east")
    row = placed(esxi_host_moid="host-1", esxi_host="as told", cluster="green", datacenter="east")
    assert (row["esxi_host"], row["cluster"], row["datacenter"]) == ("as told", "green", "east")
    row = placed(esxi_host_moid="host-3")
    assert (row["esxi_host"], row["cluster"], row["datacenter"]) == ("esx3.example.com", None, "east")
    row = placed(esxi_host_moid="host-9")
    assert (row["esxi_host"], row["cluster"], row["datacenter"]) == (None, None, None)


def test_machines_of_which_no_host_is_known() -> None:
    """Most sources send machines only; they must be published as they are."""
    machine = {"virtual_machine_key": "k", "esxi_host": "esx1", "esxi_host_moid": "host-1", "cluster": "blue"}
    [row] = published("dim_virtual_machine", virtual_machines=[machine])
    assert (row["esxi_host"], row["cluster"], row["esxi_host_key"], row["cluster_key"]) == ("esx1", "blue", None, None)


def test_cluster_of_a_host() -> None:
    """A host in the wrong cluster makes two capacities wrong."""
    rows = published("dim_esxi_host", esxi_hosts=HOSTS, clusters=CLUSTERS)
    assert [(row["esxi_host_key"], row["cluster_key"]) for row in rows] == [
        ("h1", "c1"),
        ("h2", "c2"),
        ("h3", None),
        ("h4", None),
    ]


def test_disks_are_counted_where_nobody_counted_them() -> None:
    """A count that the report gives stays, and a machine whose disks nobody told of has not none."""
    machines: list[dict[str, Any]] = [
        {"virtual_machine_key": "k1"},
        {"virtual_machine_key": "k2", "disk_count": 5},
        {"virtual_machine_key": "k3"},
    ]
    disks = [{"virtual_machine_key": key, "label": label} for key, label in (("k1", "1"), ("k1", "2"), ("k2", "1"))]
    rows = published("dim_virtual_machine", virtual_machines=machines, vm_disks=disks)
    assert [row["disk_count"] for row in rows] == [2, 5, None]


DATASTORES = [
    {"datastore_key": "d1", "name": "shared", "url": "/vmfs/volumes/1"},
    {"datastore_key": "d2", "name": "datastore1", "url": "/vmfs/volumes/2"},
    {"datastore_key": "d3", "name": "datastore1", "url": "/vmfs/volumes/3"},
    {"datastore_key": "d4", "name": "without url"},
    {"datastore_key": "d5", "name": "shared", "url": "/vmfs/volumes/1", "vcenter": "vc2"},
]


@pytest.mark.parametrize(
    ("key", "name", "url", "expected"),
    [
        ("k1", "shared", "/vmfs/volumes/1", "d1"),
        ("k1", "its old name", "/vmfs/volumes/1", "d1"),
        ("k1", "shared", None, "d1"),
        ("k1", "shared", "/vmfs/volumes/9", None),
        ("k1", "datastore1", None, None),
        ("k1", "datastore1", "/vmfs/volumes/3", "d3"),
        ("k1", "without url", "/vmfs/volumes/4", "d4"),
        ("k1", None, None, None),
        ("k2", "shared", "/vmfs/volumes/1", "d5"),
        ("k9", "shared", "/vmfs/volumes/1", None),
    ],
)
def test_datastore_of_a_machine(key: str, name: str | None, url: str | None, expected: str | None) -> None:
    """Who empties a datastore needs the machines on it, and no others: every host may have a `datastore1`."""
    rows = published(
        "bridge_vm_datastore",
        vm_datastores=[{"virtual_machine_key": key, "datastore_name": name, "datastore_url": url}],
        virtual_machines=[{"virtual_machine_key": "k1"}, {"virtual_machine_key": "k2", "vcenter": "vc2"}],
        datastores=DATASTORES,
    )
    assert [row["datastore_key"] for row in rows] == [expected]
