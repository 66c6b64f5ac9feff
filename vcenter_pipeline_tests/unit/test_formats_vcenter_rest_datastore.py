"""Datastores of the REST API: hand-made from the documented return values, as the simulator has no such API."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vcenter_rest_datastore
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import Datastore

SUMMARY: dict[str, Any] = {
    "capacity": 11542724608,
    "datastore": "datastore-1015",
    "free_space": 10033823744,
    "name": "local",
    "type": "VMFS",
}
DETAILS: dict[str, Any] = {
    "accessible": 1,
    "free_space": "10033823744",
    "multiple_host_access": 0,
    "name": "a%2fb",
    "thin_provisioning_supported": True,
    "type": "NFS",
}
AROUND = Surroundings("value", {"id": "datastore-1015"})


def test_a_datastore_of_the_list_fills_five_columns() -> None:
    """Free for capacity would never warn."""
    assert vcenter_rest_datastore.parse_datastore(SUMMARY, Surroundings("value"), []) == Datastore(
        name="local",
        moid="datastore-1015",
        type="VMFS",
        capacity_bytes=11542724608,
        free_bytes=10033823744,
    )


def test_the_answer_about_one_datastore_adds_flags() -> None:
    """The REST modules write 0 and 1, and the answer does not name the datastore's moid."""
    assert vcenter_rest_datastore.parse_datastore(DETAILS, AROUND, []) == Datastore(
        name="a/b",
        moid="datastore-1015",
        type="NFS",
        free_bytes=10033823744,
        is_accessible=True,
        has_multiple_host_access=False,
    )


def test_an_answer_with_its_id_is_no_list_of_all() -> None:
    """A list of one answer, taken for the list of all datastores, would end every other datastore."""
    item = DETAILS | {"datastore": "datastore-1017"}
    assert vcenter_rest_datastore.to_sureness(item, Surroundings("info")) is Sureness.NO
    assert vcenter_rest_datastore.to_sureness_of_details(item, Surroundings("info")) is Sureness.SURE
    assert not vcenter_rest_datastore.DETAILS_SHAPE.is_inventory
    assert vcenter_rest_datastore.parse_datastore(item, Surroundings("info"), []).moid == "datastore-1017"


def test_a_list_with_the_answers_in_it_is_still_the_list() -> None:
    """vmware.vmware_rest 5 writes such a list: taken for single answers, it would end no datastore that is gone."""
    item = DETAILS | SUMMARY
    assert vcenter_rest_datastore.to_sureness(item, Surroundings("info")) is Sureness.SURE
    assert vcenter_rest_datastore.to_sureness_of_details(item, Surroundings("info")) is Sureness.NO
    assert vcenter_rest_datastore.parse_datastore(item, Surroundings("info"), []) == Datastore(
        name="local",
        moid="datastore-1015",
        type="VMFS",
        capacity_bytes=11542724608,
        free_bytes=10033823744,
        is_accessible=True,
        has_multiple_host_access=False,
    )


def test_the_type_is_spelled_as_vsphere_does() -> None:
    """The API says VSAN and the other modules vsan: a filter for one of them would miss half of the datastores."""
    for told, expected in (("VSAN", "vsan"), ("NFS41", "NFS41"), ("VVOL", "VVOL"), ("NEWER", "NEWER")):
        item = SUMMARY | {"type": told}
        assert vcenter_rest_datastore.parse_datastore(item, Surroundings("value"), []).type == expected
        item = DETAILS | {"type": told}
        assert vcenter_rest_datastore.parse_datastore(item, AROUND, []).type == expected


def test_a_datastore_that_nobody_reaches_is_not_full() -> None:
    """With sizes of 0 it would lead every list of full datastores."""
    item = SUMMARY | {"capacity": 0, "free_space": 0}
    record = vcenter_rest_datastore.parse_datastore(item, Surroundings("value"), [])
    assert (record.capacity_bytes, record.free_bytes) == (None, None)
    item = {"datastore": "datastore-1", "name": "a", "type": "VMFS"}
    assert vcenter_rest_datastore.parse_datastore(item, AROUND, []) == Datastore(
        name="a", moid="datastore-1", type="VMFS"
    )


def test_datastores_are_told_from_other_things() -> None:
    """Everything that the API answers stands under the same key."""
    around = Surroundings("json")
    assert vcenter_rest_datastore.to_sureness(SUMMARY, around) is Sureness.SURE
    assert vcenter_rest_datastore.to_sureness(DETAILS, around) is Sureness.NO
    assert vcenter_rest_datastore.to_sureness_of_details(DETAILS, around) is Sureness.SURE
    assert vcenter_rest_datastore.to_sureness_of_details(SUMMARY, around) is Sureness.NO
    others: list[dict[str, Any]] = [
        {"name": "a", "capacity": 1, "freeSpace": 1, "multipleHostAccess": None},
        {"vm": "vm-1", "datastore": "datastore-1", "name": "x", "type": "VM"},
        {"datastore": "datastore1", "name": "x", "capacity": 1},
        {"datastore": {}, "name": [], "type": 1},
        {},
    ]
    assert {vcenter_rest_datastore.to_sureness(item, around) for item in others} == {Sureness.NO}
    assert {vcenter_rest_datastore.to_sureness_of_details(item, around) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_key_and_the_row_is_kept() -> None:
    """The admin must find it."""
    item = SUMMARY | {"capacity": "much", "token": "hunter2", "type": ["hunter2"]}
    with pytest.raises(ValueError, match=r"^capacity: 'much' is not a size such as 69\.73 GB$"):
        vcenter_rest_datastore.parse_datastore(item, AROUND, [])
    assert json.loads(vcenter_rest_datastore.content_of(item)) == {
        "datastore": "datastore-1015",
        "name": "local",
        "capacity": "much",
        "free_space": 10033823744,
    }
