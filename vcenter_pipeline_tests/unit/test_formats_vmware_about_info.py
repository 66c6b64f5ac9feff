"""The vCenter as `vmware_about_info` describes it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vmware_about_info
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import VCenter

AROUND = Surroundings("about_info")
EXPECTED = VCenter(
    instance_uuid="5a6fe851-54f4-58eb-ac2c-8d81d54ea451",
    host_name=None,
    name="VMware vCenter Server",
    full_name="VMware vCenter Server 6.5.0 build-5973321 (govmomi simulator)",
    version="6.5.0",
    build="5973321",
    api_version="8.0.2.0",
    api_type="VirtualCenter",
    os_type="linux-amd64",
)


@pytest.mark.parametrize(
    ("name", "key"), [("ansible12/about_info.json", "about_info"), ("ansible12/vcenter_report.json", "about")]
)
def test_a_real_vcenter_fills_every_column(real: Callable[[str], bytes], name: str, key: str) -> None:
    """Its uuid keeps the virtual machines of two vCenters apart; admins call it what they like."""
    item = json.loads(real(name))[key]
    assert vmware_about_info.to_sureness(item, Surroundings(key)) is Sureness.SURE
    assert vmware_about_info.parse_vcenter(item, AROUND, []) == EXPECTED


def test_a_build_may_be_a_number() -> None:
    """A script in between may have parsed it."""
    item: dict[str, Any] = {"product_full_name": None, "api_type": "HostAgent", "version": 8.0, "build": 5973321}
    assert vmware_about_info.parse_vcenter(item, AROUND, []) == VCenter(
        api_type="HostAgent", version="8.0", build="5973321"
    )
    assert (
        vmware_about_info.parse_vcenter({"product_full_name": "", "api_type": None, "version": ""}, AROUND, []) is None
    )


def test_other_objects_are_no_vcenter() -> None:
    """A package or an appliance has a version too."""
    others: list[dict[str, Any]] = [
        {"version": "8.0.1", "build_number": "21560480", "product": "VMware vCenter Server"},
        {"api_type": [], "version": {}},
        {},
    ]
    assert {vmware_about_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_key_and_the_row_is_kept() -> None:
    """The admin must find it."""
    item = {"product_full_name": "VMware", "api_type": "VirtualCenter", "version": ["hunter2"], "session": "hunter2"}
    with pytest.raises(ValueError, match=r"^version: a list is not a text$"):
        vmware_about_info.parse_vcenter(item, AROUND, [])
    assert json.loads(vmware_about_info.content_of(item)) == {
        "product_full_name": "VMware",
        "api_type": "VirtualCenter",
    }
