"""What `vmware_vm_info` says of one virtual machine."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vmware_vm_info import SHAPE, parse_virtual_machine
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VirtualMachine, VmAttribute, VmDatastore, VmNic, virtual_machine

AROUND = Surroundings("virtual_machines")

FULL: dict[str, Any] = {
    "allocated": {"cpu": 1, "memory": 4096, "storage": 107374182400},
    "attributes": {"CostCenter": "004719", "SLA": ""},
    "cluster": "fra-prod",
    "datacenter": "fra-dc1",
    "datastore_url": [{"name": "vmfs-fra-prod-01", "url": "ds:///vmfs/volumes/vmfs-fra-prod-01/"}],
    "esxi_hostname": "esx-fra-01.corp.example.com",
    "folder": "/fra-dc1/vm/Produktion",
    "guest_fullname": "Red Hat Enterprise Linux 9 (64-bit)",
    "guest_name": "fra-db-01",
    "instance_uuid": "AAC35C24-51A4-5C02-AE04-55CD9D894DEC",
    "ip_address": "10.10.20.18",
    "mac_address": ["00:0c:29:66:31:30"],
    "moid": "vm-173",
    "power_state": "poweredOn",
    "resource_pool": None,
    "tags": [{"category_name": "cat_0001", "name": "tag_0001", "description": "", "id": "urn:1"}],
    "uuid": "F46764ec-2275-51c6-88d7-d39fb4e8df10",
    "vm_network": {
        "00:0c:29:66:31:30": {
            "ipv4": ["10.10.20.18/24"],
            "ipv6": ["fe80::250:56ff:fe08:08/64", "2001:db8:10::8/64"],
        },
    },
}


def parse(**changes: object) -> tuple[VirtualMachine, list[SpoiltChild]]:
    """Parse the full item with some keys changed."""
    spoilt: list[SpoiltChild] = []
    return parse_virtual_machine({**FULL, **changes}, AROUND, spoilt), spoilt


def test_every_key_finds_its_column() -> None:
    """Two keys swapped would publish a host as a cluster, in every report."""
    record, spoilt = parse()
    assert not spoilt
    assert record == virtual_machine(
        name="fra-db-01",
        moid="vm-173",
        instance_uuid="aac35c24-51a4-5c02-ae04-55cd9d894dec",
        bios_uuid="f46764ec-2275-51c6-88d7-d39fb4e8df10",
        power_state="poweredOn",
        guest_os="Red Hat Enterprise Linux 9 (64-bit)",
        cpu_count=1,
        memory_mib=4096,
        storage_bytes=107374182400,
        primary_ip="10.10.20.18",
        nic_count=1,
        esxi_host="esx-fra-01.corp.example.com",
        cluster="fra-prod",
        datacenter="fra-dc1",
        folder="/fra-dc1/vm/Produktion",
        resource_pool=None,
        is_template=None,
        is_system=False,
        annotation=None,
        nics=(
            VmNic("00:0c:29:66:31:30", "10.10.20.18", 24, "ipv4"),
            VmNic("00:0c:29:66:31:30", "fe80::250:56ff:fe08:8", 64, "ipv6"),
            VmNic("00:0c:29:66:31:30", "2001:db8:10::8", 64, "ipv6"),
        ),
        datastores=(VmDatastore("vmfs-fra-prod-01", "/vmfs/volumes/vmfs-fra-prod-01"),),
        attributes=(
            VmAttribute("tag", "cat_0001", "tag_0001", None),
            VmAttribute("custom_attribute", None, "CostCenter", "004719"),
            VmAttribute("custom_attribute", None, "SLA", None),
        ),
    )


def test_a_missing_value_is_unknown() -> None:
    """Zero CPUs would be summed up in Power BI as if somebody had counted them."""
    spoilt: list[SpoiltChild] = []
    record = parse_virtual_machine({"guest_name": "a", "uuid": "b", "allocated": {}, "ip_address": ""}, AROUND, spoilt)
    assert record == virtual_machine(name="a", bios_uuid="b", is_system=False)
    assert (record.cpu_count, record.primary_ip, record.nic_count, record.snapshot_count) == (None,) * 4
    assert not spoilt


def test_names_are_those_that_people_see() -> None:
    """A `/` in a name comes as `%2f`; a machine would not be found on its cluster, pool and datastore."""
    record, spoilt = parse(
        esxi_hostname="esx%2f1",
        cluster="Prod%2fTest",
        datacenter="Nord%2fSüd",
        resource_pool="a%5cb",
        datastore_url=[{"name": "SSD%2f1", "url": "ds:///vmfs/volumes/1/"}],
    )
    assert (record.esxi_host, record.cluster, record.datacenter) == ("esx/1", "Prod/Test", "Nord/Süd")
    assert record.resource_pool == "a\\b"
    assert record.datastores == (VmDatastore("SSD/1", "/vmfs/volumes/1"),)
    assert not spoilt


def test_adapters_are_unknown_when_the_module_was_told_not_to_show_them() -> None:
    """With show_mac_address and show_net off every machine would be published with no adapter."""
    record, _ = parse(mac_address=[], vm_network={})
    assert (record.nic_count, record.nics) == (None, ())


def test_adapters_are_counted_by_hardware_and_not_by_what_the_guest_shows() -> None:
    """Docker bridges and the like would count as adapters."""
    record, _ = parse(
        mac_address=["00:0C:29:00:00:01", "00:0c:29:00:00:02"],
        vm_network={
            "00:0c:29:00:00:01": {"ipv4": [], "ipv6": []},
            "02:42:00:00:00:01": {"ipv4": ["172.17.0.1"], "ipv6": []},
        },
    )
    assert record.nic_count == 2
    assert record.nics == (
        VmNic("00:0c:29:00:00:01", None, None, None),
        VmNic("02:42:00:00:00:01", "172.17.0.1", None, "ipv4"),
        VmNic("00:0c:29:00:00:02", None, None, None),
    )


def test_adapters_are_counted_by_what_tools_show_when_hardware_is_not_shown() -> None:
    """With show_mac_address off the number would be lost though vm_network has it."""
    assert parse(mac_address=[])[0].nic_count == 1


def test_an_address_shown_twice_is_one_record() -> None:
    """VLAN interfaces of a Linux guest share the link-local address: the second would be a rejected row each time."""
    record, spoilt = parse(
        mac_address=[],
        vm_network={
            "00:0c:29:00:00:01": {"ipv4": ["10.0.0.1", "10.0.0.1/24"], "ipv6": ["fe80::1%eth0", "fe80::1%eth1"]}
        },
    )
    assert record.nics == (
        VmNic("00:0c:29:00:00:01", "10.0.0.1", None, "ipv4"),
        VmNic("00:0c:29:00:00:01", "fe80::1", None, "ipv6"),
    )
    assert not spoilt


def test_a_bad_address_costs_only_itself() -> None:
    """One odd address would hide a virtual machine from the inventory."""
    record, spoilt = parse(vm_network={"00:0c:29:66:31:30": {"ipv4": ["10.0.0.1", "dhcp"], "ipv6": None}})
    assert record.nics == (VmNic("00:0c:29:66:31:30", "10.0.0.1", None, "ipv4"),)
    assert spoilt == [
        SpoiltChild(
            "vm_nics",
            "vm_network.00:0c:29:66:31:30",
            "address: 'dhcp' is not an IP address",
            '{"mac_address": "00:0c:29:66:31:30", "address": "dhcp"}',
        ),
    ]


@pytest.mark.parametrize(
    ("changes", "table", "reason"),
    [
        ({"vm_network": "none"}, "vm_nics", "'none' is not an object"),
        ({"vm_network": {"": {"ipv4": ["10.0.0.1"], "ipv6": []}}}, "vm_nics", "the adapter has no MAC address"),
        ({"vm_network": {"00:0c:29:00:00:01": "10.0.0.1"}}, "vm_nics", "'10.0.0.1' is not an object"),
        ({"mac_address": 5}, "vm_nics", "5 is not a list"),
        ({"mac_address": [{"a": "b"}]}, "vm_nics", "an object is not a text"),
        ({"datastore_url": ["ds1"]}, "vm_datastores", "'ds1' is not an object"),
        ({"datastore_url": [{"name": ["x"], "url": "y"}]}, "vm_datastores", "name: a list is not a text"),
        ({"datastore_url": 7}, "vm_datastores", "7 is not a list"),
        ({"tags": [{"category_name": "c"}]}, "vm_attributes", "it has no name"),
        ({"tags": [["x"]]}, "vm_attributes", "name: a list is not a text"),
        ({"attributes": {"": "x"}}, "vm_attributes", "it has no name"),
        ({"attributes": {"Owner": {"password": "hunter2"}}}, "vm_attributes", "an object is not a text"),
        ({"attributes": ["x"]}, "vm_attributes", "a list is not an object"),
    ],
)
def test_a_bad_part_keeps_its_virtual_machine(changes: dict[str, object], table: str, reason: str) -> None:
    """A part of a wrong form would cost the machine, or end the run."""
    record, spoilt = parse(**changes)
    assert record.name == "fra-db-01"
    assert [(child.table, child.reason) for child in spoilt] == [(table, reason)]


def test_a_half_pair_in_an_attribute_costs_only_the_attribute() -> None:
    """Neither SQL nor Arrow takes it: the whole batch would fail."""
    record, spoilt = parse(attributes={"Owner": "\ud800", "SLA": "gold"})
    assert [item.name for item in record.attributes if item.kind == "custom_attribute"] == ["SLA"]
    assert spoilt[0].reason == "'\\ud800' holds half of a surrogate pair, which cannot be stored"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"allocated": {"cpu": "four"}}, "allocated.cpu: 'four' is not a whole number"),
        ({"allocated": {"storage": 2**64}}, "allocated.storage: 18446744073709551616 does not fit in 64 bits"),
        ({"allocated": "much"}, "allocated: 'much' is not an object"),
        ({"guest_name": ["a"]}, "guest_name: a list is not a text"),
        ({"guest_name": "a\udfff"}, "guest_name: 'a\\udfff' holds half of a surrogate pair, which cannot be stored"),
        ({"folder": {"password": "hunter2"}}, "folder: an object is not a text"),
        ({"ip_address": "unknown"}, "ip_address: 'unknown' is not an IP address"),
    ],
)
def test_a_bad_value_of_its_own_rejects_the_machine_and_names_the_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find the value among 18 keys, and nothing may be guessed."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(**changes)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("poweredOff", "poweredOff"),
        ("POWERED_ON", "poweredOn"),
        ("SUSPENDED", "suspended"),
        ("standby", "standby"),
        ("", None),
    ],
)
def test_the_power_state_is_spelled_as_vsphere_does(written: str, read: str | None) -> None:
    """A slicer in Power BI would show one state twice; an unknown word is left for validation to refuse."""
    assert parse(power_state=written)[0].power_state == read


@pytest.mark.parametrize(
    ("name", "is_system"),
    [
        ("vCLS-2f8ab6d0-5b1c-4b8e-9f0e-0a1b2c3d4e5f", True),
        ("vCLS (12)", True),
        ("vCLS", False),
        ("vCLS-template", False),
        ("my vCLS (1)", False),
    ],
)
def test_vsphere_s_own_agents_are_told_apart(name: str, is_system: bool) -> None:  # noqa: FBT001 - a parametrized value
    """They would be billed to the client."""
    assert parse(guest_name=name)[0].is_system is is_system


def test_a_machine_without_a_name_may_be_anybody_s() -> None:
    """Unknown is not false."""
    assert parse(guest_name=None)[0].is_system is None


def test_numbers_from_yaml_are_texts() -> None:
    """A YAML report would lose its figures."""
    record, _ = parse(allocated={"cpu": "8", "memory": "16384", "storage": "42949672960"})
    assert (record.cpu_count, record.memory_mib, record.storage_bytes) == (8, 16384, 42949672960)


def test_a_rejected_row_keeps_no_free_text_and_nothing_unread() -> None:
    """What is kept is stored and published: notes, attributes and foreign keys must not get there."""
    item = {
        "guest_name": "web\ud800",
        "annotation": "root: hunter2",
        "attributes": {"Owner": "hunter2"},
        "advanced_settings": "hunter2",
        "folder": {"password": "hunter2"},
        "allocated": {"cpu": "four", "secret": "hunter2"},
        "mac_address": ["hunter2"],
        "vm_network": {"hunter2": "hunter2"},
    }
    assert json.loads(SHAPE.content_of(item)) == {"guest_name": "web\ud800", "allocated.cpu": "four"}


def test_a_rejected_row_is_cut() -> None:
    """A name of a megabyte would be stored whole."""
    assert len(SHAPE.content_of({"guest_name": "x" * 1_000_000, "moid": "y" * 1_000_000})) == 2_000


@pytest.mark.parametrize(("kind", "expected"), [("vm", False), ("template", True), ("all", None), ([], None)])
def test_templates_are_told_apart_where_the_module_was_asked_for_one_kind(
    kind: object, *, expected: bool | None
) -> None:
    """Templates would be counted among the machines that could run."""
    record = parse_virtual_machine(FULL, Surroundings("virtual_machines", {}, None, {"vm_type": kind}), [])
    assert record.is_template is expected


def test_a_few_chosen_keys_are_enough_with_an_id() -> None:
    """Admins keep with json_query what they need: the whole report would be refused."""
    chosen = {"guest_name": "web", "moid": "vm-11", "folder": "/DC0/vm/Web", "cluster": "C1"}
    assert SHAPE.sureness(chosen, Surroundings("")) is Sureness.LIKELY
    assert SHAPE.sureness({"guest_name": "web", "uuid": "a", "tags": []}, Surroundings("vms")) is Sureness.LIKELY
    assert SHAPE.sureness({"guest_name": "web", "moid": "vm-11"}, Surroundings("")) is Sureness.NO
    assert SHAPE.sureness({"guest_name": "web", "cluster": "C1", "folder": "/"}, Surroundings("")) is Sureness.NO
    assert SHAPE.sureness({"guest_name": "web", "moid": None, "cluster": "C1"}, Surroundings("")) is Sureness.NO


def test_other_lists_are_not_taken_for_virtual_machines() -> None:
    """Hosts and snapshots would be published as machines."""
    old = {"guest_fullname": "x", "power_state": "poweredOn"}
    assert SHAPE.sureness(FULL, Surroundings("")) is Sureness.SURE
    assert SHAPE.sureness(old, AROUND) is Sureness.LIKELY
    assert SHAPE.sureness(old, Surroundings("vms")) is Sureness.NO
    host = {"name": "esx", "uuid": "x", "power_state": "POWERED_ON"}
    assert SHAPE.sureness(host, Surroundings("")) is Sureness.NO
    assert SHAPE.sureness({"guest_name": "web", "snapshots": []}, AROUND) is Sureness.NO


@pytest.mark.parametrize(
    ("told", "listed", "primary"),
    [
        ("172.17.0.1", ["172.17.0.1", "10.0.0.5"], "10.0.0.5"),
        ("169.254.3.4", ["169.254.3.4", "fe80::1", "2001:db8::7"], "2001:db8::7"),
        ("fe80::1", ["fe80::1"], "fe80::1"),
        ("", ["169.254.3.4", "10.0.0.5"], "10.0.0.5"),
        ("192.168.0.9", ["10.0.0.5"], "192.168.0.9"),
        ("", [], None),
    ],
)
def test_the_primary_address_is_one_that_people_can_reach(told: str, listed: list[str], primary: str | None) -> None:
    """The address of a Docker bridge is the same on a hundred machines, and a join on it would mix them."""
    record, spoilt = parse(ip_address=told, vm_network={"00:0c:29:66:31:30": {"ipv4": listed, "ipv6": []}})
    assert record.primary_ip == primary
    assert [nic.address for nic in record.nics if nic.address] == listed
    assert not spoilt
