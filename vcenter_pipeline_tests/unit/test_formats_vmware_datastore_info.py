"""Datastores as `vmware_datastore_info` describes them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from vcenter_pipeline.formats.estate import vmware_datastore_info
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import Datastore, TriggeredAlarm

AROUND = Surroundings("datastores")

DOCUMENTED: dict[str, Any] = {
    "accessible": False,
    "capacity": 42681237504,
    "datastore_cluster": "datacluster0",
    "freeSpace": 39638269952,
    "maintenanceMode": "normal",
    "multipleHostAccess": False,
    "name": "datastore2",
    "provisioned": 12289211488,
    "type": "VMFS",
    "uncommitted": 9246243936,
    "url": "ds:///vmfs/volumes/5a69b18a-c03cd88c-36ae-5254001249ce/",
    "vmfs_blockSize": 1024,
    "vmfs_uuid": "5a69b18a-c03cd88c-36ae-5254001249ce",
    "vmfs_version": "6.81",
}
"""The documented return values: the simulator knows neither VMFS nor datastore clusters."""

PROPERTIES: dict[str, Any] = {
    "name": "vmfs%2f01",
    "overallStatus": "red",
    "summary": {"capacity": 1000, "freeSpace": 400},
    "triggeredAlarmState": [
        {"alarm": "vim.alarm.Alarm:alarm-8", "entity": "vim.HostSystem:host-25", "overallStatus": "red"},
        {"alarm": "vim.alarm.Alarm:alarm-7", "entity": "vim.Datastore:datastore-12", "overallStatus": "red"},
    ],
}
"""Hand-made as `schema: vsphere` gives it: the real report of that schema failed in the simulator."""


def parse(item: dict[str, Any], around: Surroundings = AROUND) -> Datastore | None:
    """Parse one datastore of which no part is spoilt."""
    spoilt: list[SpoiltChild] = []
    datastore = vmware_datastore_info.parse_datastore(item, around, spoilt)
    assert spoilt == []
    return datastore


def test_a_real_datastore_fills_every_column_that_it_can(real: Callable[[str], bytes]) -> None:
    """Free for used is the most expensive mistake of all reports about storage."""
    turns = json.loads(real("ansible12/datastore_info.json"))["results"]
    assert [len(turn["datastores"]) for turn in turns] == [4, 2]
    around = Surroundings("datastores", turns[1], "muc-dc2", {"datacenter": "muc-dc2", "name": None})
    assert parse(turns[1]["datastores"][1], around) == Datastore(
        name="ds muc 02 (alt)",
        url="/vmfs/volumes/ds_muc_02_(alt)",
        datacenter="muc-dc2",
        type="OTHER",
        capacity_bytes=3298534883328,
        free_bytes=2293512536064,
        uncommitted_bytes=0,
        provisioned_bytes=1005022347264,
        is_accessible=True,
        maintenance_mode="normal",
    )


def test_documented_values_fill_the_rest() -> None:
    """A datastore cluster, and the URL of a real host, which has another spelling."""
    assert parse(DOCUMENTED) == Datastore(
        name="datastore2",
        url="/vmfs/volumes/5a69b18a-c03cd88c-36ae-5254001249ce",
        type="VMFS",
        capacity_bytes=42681237504,
        free_bytes=39638269952,
        uncommitted_bytes=9246243936,
        provisioned_bytes=12289211488,
        is_accessible=False,
        maintenance_mode="normal",
        has_multiple_host_access=False,
        datastore_cluster="datacluster0",
    )


def test_old_yaml_and_bundled_reports_give_the_same(real: Callable[[str], bytes]) -> None:
    """Every playbook writes them in its own way; the same datastore must have the same size."""
    texts = yaml.load(real("ansible12/datastore_info.yml"), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    expected = Datastore(
        name="vmfs-fra-prod-02",
        url="/vmfs/volumes/vmfs-fra-prod-02",
        type="OTHER",
        capacity_bytes=6597069766656,
        free_bytes=5944234737664,
        uncommitted_bytes=0,
        provisioned_bytes=652835028992,
        is_accessible=True,
        maintenance_mode="normal",
    )
    bundle = json.loads(real("ansible12/vcenter_report.json"))["datastores"]
    old = json.loads(real("ansible29/datastore_info.json"))["datastores"]
    assert (len(bundle), len(old)) == (6, 4)
    # `multipleHostAccess: null` of JSON is the text `null` to a loader that builds texts only
    from_yaml = parse(texts["results"][0]["datastores"][1] | {"multipleHostAccess": "null"})
    assert [from_yaml, parse(bundle[1]), parse(old[1])] == [expected] * 3


def test_properties_of_vsphere_fill_the_same_columns() -> None:
    """`schema: vsphere` is the only way to a datastore's colour; its alarm is the only way to its moid."""
    assert parse(PROPERTIES) == Datastore(
        name="vmfs/01", moid="datastore-12", capacity_bytes=1000, free_bytes=400, overall_status="red"
    )
    summary = {
        "accessible": True,
        "capacity": 1000,
        "datastore": "vim.Datastore:datastore-1015",
        "freeSpace": 400,
        "maintenanceMode": "inMaintenance",
        "multipleHostAccess": True,
        "name": "vmfs01",
        "type": "NFS",
        "uncommitted": 700,
        "url": "ds:///vmfs/volumes/a/",
    }
    expected = Datastore(
        name="vmfs01",
        moid="datastore-1015",
        url="/vmfs/volumes/a",
        type="NFS",
        capacity_bytes=1000,
        free_bytes=400,
        uncommitted_bytes=700,
        provisioned_bytes=1300,
        is_accessible=True,
        maintenance_mode="inMaintenance",
        has_multiple_host_access=True,
    )
    assert parse({"summary": summary}) == expected
    reference = {"type": "Datastore", "value": "datastore-1015"}
    assert parse(summary | {"datastore": reference}) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"name": "nfs-01", "moid": "datastore-31", "_moId": "datastore-31", "summary": {"type": "NFS41"}},
            Datastore(name="nfs-01", moid="datastore-31", type="NFS41"),
        ),
        (
            {"name": "nfs-01", "vimref": "vim.Datastore:datastore-31", "overallStatus": "green"},
            Datastore(name="nfs-01", moid="datastore-31", overall_status="green"),
        ),
        (
            {
                "name": "nfs-01",
                "info": {"freeSpace": 2048, "url": "ds:///vmfs/volumes/6f2a-1/", "nas": {"type": "NFS"}},
            },
            Datastore(name="nfs-01", url="/vmfs/volumes/6f2a-1", free_bytes=2048),
        ),
        ({"name": "nfs-01", "moid": "datastore-31"}, Datastore(name="nfs-01", moid="datastore-31")),
    ],
)
def test_any_choice_of_properties_is_read(item: dict[str, Any], expected: Datastore) -> None:
    """Admins ask for what they need; without the moid the datastore would not join with the REST API's."""
    assert vmware_datastore_info.to_sureness(item, AROUND) is not Sureness.NO
    assert parse(item) == expected


def test_a_datastore_with_all_its_properties_names_itself() -> None:
    """Without a choice pyVmomi writes the moid as `_vimid`, and the type beside it."""
    item = {"_vimid": "datastore-31", "_vimref": "vim.Datastore:datastore-31", "_vimtype": "vim.Datastore", "name": "a"}
    assert vmware_datastore_info.to_sureness(item, Surroundings("storage")) is Sureness.SURE
    assert parse(item) == Datastore(name="a", moid="datastore-31")


def test_what_the_options_add_changes_nothing() -> None:
    """The module adds the mounts of NFS and VMFS, and tags; a datastore must not be lost for them."""
    item = DOCUMENTED | {
        "type": "NFS41",
        "nfs_server": ["10.20.0.5"],
        "nfs_path": "/export/vm",
        "tags": [{"name": "gold", "category_name": "tier", "id": "urn:vmomi:InventoryServiceTag:1:GLOBAL"}],
    }
    datastore = parse(item)
    assert datastore is not None
    assert (datastore.type, datastore.capacity_bytes) == ("NFS41", 42681237504)


def test_sizes_may_be_text() -> None:
    """Scripts in between format numbers for people."""
    item = DOCUMENTED | {"capacity": "69.73 GB", "freeSpace": "1,048,576 KB", "uncommitted": "N/A", "provisioned": ""}
    datastore = parse(item)
    assert datastore is not None
    assert (datastore.capacity_bytes, datastore.free_bytes) == (74_872_017_388, 1073741824)
    assert (datastore.uncommitted_bytes, datastore.provisioned_bytes) == (None, None)


def test_a_datastore_that_nobody_reaches_is_not_full() -> None:
    """With a capacity and free space of 0 it would lead every list of full datastores."""
    datastore = parse(DOCUMENTED | {"capacity": 0, "freeSpace": 0, "uncommitted": 0, "provisioned": 0})
    assert datastore is not None
    sizes = (
        datastore.capacity_bytes,
        datastore.free_bytes,
        datastore.uncommitted_bytes,
        datastore.provisioned_bytes,
    )
    assert sizes == (None, None, None, None)
    assert datastore.is_accessible is False


@pytest.mark.parametrize(
    ("arguments", "datacenter"),
    [
        ({"datacenter": "fra%2fdc1"}, "fra/dc1"),
        ({"datacenter": None, "datacenter_name": "fra-dc1"}, "fra-dc1"),
        ({"datacenter": ["fra-dc1"]}, None),
        ({"cluster": "fra-prod"}, None),
        ({}, None),
    ],
)
def test_the_datacenter_is_the_one_that_was_asked_for(arguments: dict[str, Any], datacenter: str | None) -> None:
    """Two datacenters have a `datastore1` each."""
    datastore = parse(DOCUMENTED, Surroundings("datastores", {}, "fra-prod", arguments))
    assert datastore is not None
    assert datastore.datacenter == datacenter


def test_datastores_are_told_from_other_things(real: Callable[[str], bytes]) -> None:
    """The REST API and other modules list datastores with other keys; a VM's `summary` is none."""
    for turn in json.loads(real("ansible12/datastore_info.json"))["results"]:
        for item in turn["datastores"]:
            assert vmware_datastore_info.to_sureness(item, Surroundings("storage")) is Sureness.SURE
    assert vmware_datastore_info.to_sureness(PROPERTIES, Surroundings("")) is Sureness.SURE
    likely = {"name": "a", "overallStatus": "green"}
    assert vmware_datastore_info.to_sureness(likely, AROUND) is Sureness.LIKELY
    assert vmware_datastore_info.to_sureness(likely, Surroundings("hosts")) is Sureness.NO
    others: list[dict[str, Any]] = [
        {"datastore": "datastore-1", "name": "a", "type": "VMFS", "free_space": 1, "capacity": 2},
        {"name": "a", "url": "/vmfs/volumes/a"},
        {"freeSpace": 1, "capacity": 2, "path": "/var"},
        {"summary": "free", "freeSpace": [], "capacity": {}},
        {"label": "Hard disk 1", "summary": "10,240 KB"},
        {},
    ]
    assert {vmware_datastore_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


def test_a_datastore_that_names_nothing_is_none() -> None:
    """A row without name, moid and URL joins with nothing."""
    assert parse({"summary": {"freeSpace": 1, "capacity": 2}, "triggeredAlarmState": ["odd", {}]}) is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (DOCUMENTED | {"capacity": "much"}, "capacity: 'much' is not a size such as 69.73 GB"),
        (DOCUMENTED | {"accessible": "maybe"}, "accessible: 'maybe' is neither true nor false"),
        (
            PROPERTIES | {"summary": {"freeSpace": "much"}},
            "summary.freeSpace: 'much' is not a size such as 69.73 GB",
        ),
        (DOCUMENTED | {"url": {"password": "hunter2"}}, "url: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_path(item: dict[str, Any], reason: str) -> None:
    """The admin must find it."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(item)
    assert str(caught.value) == reason


def test_a_rejected_datastore_keeps_only_what_is_read() -> None:
    """Whatever else stands there is nobody's business."""
    item = PROPERTIES | {"password": "hunter2", "url": ["hunter2"]}
    assert json.loads(vmware_datastore_info.content_of(item)) == {
        "name": "vmfs%2f01",
        "overallStatus": "red",
        "summary.capacity": 1000,
        "summary.freeSpace": 400,
    }


def test_alarms_come_with_a_datastore_where_they_were_asked_for() -> None:
    """A full datastore raises its alarm long before a virtual machine stops."""
    with_alarms = vmware_datastore_info.SHAPE_WITH_ALARMS
    assert vmware_datastore_info.SHAPE.sureness(PROPERTIES, AROUND) is Sureness.NO
    assert with_alarms.sureness(PROPERTIES, AROUND) is Sureness.SURE
    assert vmware_datastore_info.SHAPE.sureness(DOCUMENTED, AROUND) is Sureness.SURE
    assert with_alarms.sureness(DOCUMENTED, AROUND) is Sureness.NO
    assert list(vmware_datastore_info.to_alarms_of(PROPERTIES, AROUND))[1] == (
        "triggered_alarms",
        TriggeredAlarm(None, None, "alarm-7", "Datastore", "vmfs/01", "datastore-12", "red", None, None, None, None),
    )
