"""What `vmware_guest_info` and `vmware.vmware.guest_info` say of one virtual machine."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vmware_guest_info import SHAPE, to_sureness
from vcenter_pipeline.formats.machines.vmware_guest_info import parse_virtual_machine as parse_one
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import (
    VirtualMachine,
    VmAttribute,
    VmDatastore,
    VmNic,
    VmSnapshot,
    virtual_machine,
)

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("instance")

GUEST: dict[str, Any] = {
    "advanced_settings": {"guestinfo.password": "planted-secret"},
    "annotation": None,
    "current_snapshot": None,
    "customvalues": {},
    "env": {"API_TOKEN": "planted-secret"},
    "guest_consolidation_needed": "False",
    "guest_tools_status": "guestToolsRunning",
    "guest_tools_version": "12389",
    "hw_cluster": None,
    "hw_cores_per_socket": "1",
    "hw_datastores": ["LocalDS_0"],
    "hw_esxi_host": "DC0_H0",
    "hw_eth0": {"ipaddresses": ["172.17.0.1", "169.254.1.2", "10.0.0.4"], "macaddress": "00:0c:29:36:63:62"},
    "hw_folder": "DC0/vm",
    "hw_guest_full_name": None,
    "hw_guest_id": "otherGuest",
    "hw_interfaces": ["eth0"],
    "hw_is_template": False,
    "hw_memtotal_mb": "32",
    "hw_name": "a%2fb %25 c%5cd",
    "hw_power_status": "poweredOn",
    "hw_processor_count": "1",
    "hw_product_uuid": "265104DE-1472-547c-b873-6dc7883fb6cb",
    "hw_version": "vmx-13",
    "identity": {"full_name": {"default_message": "Red Hat Enterprise Linux 9"}, "host_name": "a.example.com"},
    "instance_uuid": "B4689bed-97f0-5bcd-8a4c-07477cc8f06f",
    "ipv4": "172.17.0.1",
    "ipv6": None,
    "module_hw": True,
    "moid": "vm-63",
    "snapshots": [],
    "tags": [{"category_name": "Tier", "name": "gold", "description": "", "id": "urn:1"}],
    "vnc": {"password": "planted-secret"},
}
"""Made by hand of the documented return values of vmware.vmware 2.6.0; `identity` of its source."""


def read_instances(file: str) -> list[dict[str, Any]]:
    """Give what a loop over virtual machines returned."""
    report = json.loads((REPORTS / file).read_text("utf-8"))
    return [result["instance"] for result in report["results"]]


def parse(item: dict[str, Any], **changes: object) -> tuple[VirtualMachine, list[SpoiltChild]]:
    """Parse the item with some keys changed."""
    spoilt: list[SpoiltChild] = []
    return parse_one({**item, **changes}, AROUND, spoilt), spoilt


def test_every_key_of_a_real_machine_finds_its_column() -> None:
    """Two keys swapped would publish cores as processors, for every machine that is asked about in detail."""
    item = next(item for item in read_instances("ansible12/guest_info.json") if item["moid"] == "vm-152")
    record, spoilt = parse(item)
    assert not spoilt
    assert record == virtual_machine(
        name="fra-web-02",
        moid="vm-152",
        instance_uuid="ed5a5e8b-cd22-5dfd-affe-dcea815f16d3",
        bios_uuid="5d1e720b-a878-55e3-8e0e-ce29868b3653",
        power_state="poweredOn",
        cpu_count=2,
        memory_mib=2048,
        primary_ip="10.10.10.11",
        nic_count=1,
        esxi_host="esx-fra-02.corp.example.com",
        cluster="fra-prod",
        datacenter="fra-dc1",
        folder="/fra-dc1/vm/Produktion",
        is_template=False,
        is_system=False,
        tools_running_status="guestToolsRunning",
        tools_version="12389",
        hardware_version="vmx-13",
        cores_per_socket=1,
        snapshot_count=3,
        oldest_snapshot_at=datetime(2026, 11, 24, 4, 19, 11, 423806),  # noqa: DTZ001 - naive UTC, as stored
        is_consolidation_needed=False,
        nics=(VmNic("00:0c:29:36:35:33", "10.10.10.11", None, "ipv4"),),
        datastores=(VmDatastore("vmfs-fra-prod-02", None),),
        snapshots=(
            VmSnapshot(
                "before patch 1",
                "Patchday 2026-11\nby admin",
                1,
                datetime(2026, 11, 24, 4, 19, 11, 423806),  # noqa: DTZ001 - as above
                "poweredOn",
                is_quiesced=False,
                is_current=False,
            ),
            VmSnapshot(
                "nach Update \u2013 ok",
                None,
                2,
                datetime(2026, 11, 24, 4, 19, 11, 426298),  # noqa: DTZ001 - as above
                "poweredOn",
                is_quiesced=False,
                is_current=False,
            ),
            VmSnapshot(
                "third",
                "deep",
                3,
                datetime(2026, 11, 24, 4, 19, 11, 428019),  # noqa: DTZ001 - as above
                "poweredOn",
                is_quiesced=True,
                is_current=True,
            ),
        ),
    )


@pytest.mark.parametrize(("file", "count"), [("ansible12/guest_info.json", 25), ("ansible29/guest_info.json", 8)])
def test_every_machine_of_a_real_loop_is_read(file: str, count: int) -> None:
    """A key that a version leaves out would cost the machines of all who have that version."""
    instances = read_instances(file)
    assert len(instances) == count
    for item in instances:
        record, spoilt = parse(item)
        assert to_sureness(item, AROUND) is Sureness.SURE
        assert not spoilt
        assert record.moid is not None
        assert record.instance_uuid is not None
        assert record.nic_count == 1


def test_a_machine_of_vmware_vmware_is_the_same_machine() -> None:
    """Its folder without a slash would look like a move of every machine when a client changes the collection."""
    record, spoilt = parse(GUEST)
    assert not spoilt
    assert record == virtual_machine(
        name="a/b % c\\d",
        moid="vm-63",
        instance_uuid="b4689bed-97f0-5bcd-8a4c-07477cc8f06f",
        bios_uuid="265104de-1472-547c-b873-6dc7883fb6cb",
        power_state="poweredOn",
        cpu_count=1,
        memory_mib=32,
        primary_ip="10.0.0.4",
        nic_count=1,
        esxi_host="DC0_H0",
        datacenter="DC0",
        folder="/DC0/vm",
        is_template=False,
        is_system=False,
        guest_os_reported="Red Hat Enterprise Linux 9",
        guest_hostname="a.example.com",
        tools_running_status="guestToolsRunning",
        tools_version="12389",
        hardware_version="vmx-13",
        cores_per_socket=1,
        snapshot_count=0,
        is_consolidation_needed=False,
        nics=(
            VmNic("00:0c:29:36:63:62", "172.17.0.1", None, "ipv4"),
            VmNic("00:0c:29:36:63:62", "169.254.1.2", None, "ipv4"),
            VmNic("00:0c:29:36:63:62", "10.0.0.4", None, "ipv4"),
        ),
        datastores=(VmDatastore("LocalDS_0", None),),
        attributes=(VmAttribute("tag", "Tier", "gold", None),),
    )


def test_no_secret_is_kept() -> None:
    """Guest settings hold passwords; one copied would reach the database and every export."""
    record, _ = parse(GUEST)
    assert "planted-secret" not in repr(record)
    assert "planted-secret" not in SHAPE.content_of(GUEST)
    assert json.loads(SHAPE.content_of(GUEST))["moid"] == "vm-63"


def test_tags_may_be_names_only_and_custom_values_are_attributes() -> None:
    """Without tag_details the tags are a list of names; they would all be lost."""
    record, spoilt = parse(GUEST, tags=["backup"], customvalues={"CostCenter": "004719"})
    assert not spoilt
    assert record.attributes == (
        VmAttribute("tag", None, "backup", None),
        VmAttribute("custom_attribute", None, "CostCenter", "004719"),
    )


def test_an_ipv6_address_under_ipv4_is_taken_as_what_it_is() -> None:
    """The Ansible module puts whatever Tools report first there; the machine would be rejected for it."""
    record, _ = parse(GUEST, hw_eth0={}, ipv4="2001:0DB8:0010:0000:0000:0000:0000:0038")
    assert record.primary_ip == "2001:db8:10::38"


def test_an_adapter_without_mac_address_counts_and_has_no_row() -> None:
    """A row without a MAC address has no key, and the adapter must still be counted."""
    record, spoilt = parse(GUEST, hw_eth1={"macaddress": None, "ipaddresses": None})
    assert (record.nic_count, len(record.nics)) == (2, 3)
    assert not spoilt


def test_a_part_that_cannot_be_read_does_not_cost_the_machine() -> None:
    """One broken address would lose the machine with all else that is known of it."""
    record, spoilt = parse(
        GUEST,
        hw_eth0={"macaddress": "00:0c:29:36:63:62", "ipaddresses": ["10.0.0.4", "nonsense"]},
        hw_datastores=["LocalDS_0", {}],
        snapshots=[{"id": 1, "name": "a", "creation_time": "yesterday"}, 7],
    )
    assert record.primary_ip == "10.0.0.4"
    assert (record.snapshot_count, record.oldest_snapshot_at, record.snapshots) == (2, None, ())
    assert [(child.table, child.place) for child in spoilt] == [
        ("vm_nics", "hw_eth0"),
        ("vm_snapshots", "snapshots[0]"),
        ("vm_snapshots", "snapshots[1]"),
        ("vm_datastores", "hw_datastores"),
    ]
    assert spoilt[0].reason == "address: 'nonsense' is not an IP address"


def test_a_machine_without_tools_has_no_tools_version() -> None:
    """Version 0 would be listed as the oldest version of all, and be upgraded."""
    assert parse(GUEST, guest_tools_version="0")[0].tools_version is None


def test_what_is_missing_is_unknown() -> None:
    """Zero adapters or snapshots would be believed, though nobody asked."""
    record, spoilt = parse({"hw_name": "old", "hw_product_uuid": None, "module_hw": True})
    assert not spoilt
    assert record == virtual_machine(name="old", is_system=False)


def test_a_few_chosen_keys_are_enough_with_an_id() -> None:
    """Admins keep with json_query what they need: the whole report would be refused."""
    chosen = {"hw_name": "web", "instance_uuid": "a", "hw_esxi_host": "esx1", "hw_memtotal_mb": 512}
    assert to_sureness(chosen, AROUND) is Sureness.LIKELY
    assert to_sureness({"hw_name": "web", "moid": "vm-1", "snapshots": []}, AROUND) is Sureness.LIKELY
    assert to_sureness({"hw_name": "web", "hw_esxi_host": "esx1"}, AROUND) is Sureness.NO
    assert to_sureness({"hw_name": "web", "moid": "vm-1"}, AROUND) is Sureness.NO


def test_a_value_that_cannot_be_meant_names_its_key() -> None:
    """An admin could not find what is wrong in a row of 40 keys."""
    with pytest.raises(ValueError, match="hw_memtotal_mb: 'four' is not a whole number"):
        parse(GUEST, hw_memtotal_mb="four")


@pytest.mark.parametrize(
    "item",
    [{}, {"hw_name": "a"}, {"guest_name": "a", "uuid": "b", "power_state": "c"}, {"config": {"name": "a"}}],
)
def test_other_objects_are_not_claimed(item: dict[str, Any]) -> None:
    """Two shapes on one object would count its machine twice."""
    assert to_sureness(item, AROUND) is Sureness.NO
