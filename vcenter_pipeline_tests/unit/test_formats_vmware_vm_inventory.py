"""What a dynamic inventory says of one virtual machine."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.estate.vsphere_host import to_sureness as to_sureness_of_host
from vcenter_pipeline.formats.machines.vmware_vm_inventory import SHAPE, SHAPE_WITH_ALARMS, parse_variables, to_sureness
from vcenter_pipeline.formats.machines.vsphere_vm import to_sureness as to_sureness_of_machine
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import (
    TriggeredAlarm,
    VirtualMachine,
    VmAttribute,
    VmNic,
    virtual_machine,
)

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("hostvars")

VMS: dict[str, Any] = {
    "ansible_host": "10.0.0.7",
    "ansible_password": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162"},
    "cluster": {"moid": "domain-c9", "name": "prod%2fa"},
    "config": {
        "guestId": "rhel9_64Guest",
        "hardware": {"numCPU": 2},
        "instanceUuid": "5007769D-ADD3-1e12-f1fe-225ae2a07caf",
        "name": {"__ansible_unsafe": "web%2f01"},
        "template": False,
        "uuid": "4207072c-edd8-3bd5-64dc-903fd3a0db04",
    },
    "customValue": {"CostCenter": {"__ansible_unsafe": "004719"}},
    "db_password": "planted-secret",
    "esxi_host": {"moid": "host-64", "name": "esx01"},
    "guest": {"guestState": "running", "hostName": "web01", "ipAddress": None},
    "moid": "vm-42",
    "path": "DC0/vm/Test",
    "summary": {"runtime": {"powerState": "poweredOn"}},
    "tags_by_category": {"Tier": [{"urn:1": {"__ansible_unsafe": "gold"}}]},
    "vmware_inventory_name": "web%2f01",
    "vmware_inventory_tags": {"urn:1": "gold"},
}
"""Made by hand of the source of vmware.vmware.vms with its default properties, tags and compute objects."""

EXPECTED = virtual_machine(
    name="web/01",
    moid="vm-42",
    instance_uuid="5007769d-add3-1e12-f1fe-225ae2a07caf",
    bios_uuid="4207072c-edd8-3bd5-64dc-903fd3a0db04",
    power_state="poweredOn",
    cpu_count=2,
    primary_ip="10.0.0.7",
    esxi_host="esx01",
    cluster="prod/a",
    datacenter="DC0",
    folder="/DC0/vm/Test",
    is_template=False,
    is_system=False,
    guest_hostname="web01",
    esxi_host_moid="host-64",
    attributes=(
        VmAttribute("tag", "Tier", "gold", None),
        VmAttribute("custom_attribute", None, "CostCenter", "004719"),
    ),
)


def read_hostvars() -> dict[str, dict[str, Any]]:
    """Give the variables of a real inventory, by inventory name."""
    report = json.loads((REPORTS / "inventory/vmware_vm_inventory_list.json").read_text("utf-8"))
    hostvars: dict[str, dict[str, Any]] = report["_meta"]["hostvars"]
    return hostvars


def parse(item: dict[str, Any]) -> VirtualMachine:
    """Parse one item that has no spoilt part."""
    spoilt: list[SpoiltChild] = []
    record = parse_variables(item, AROUND, spoilt)
    assert not spoilt
    return record


def flat(item: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Write every path as one key, as the plugins' option for flat properties does."""
    found: dict[str, Any] = {}
    for key, value in item.items():
        if isinstance(value, dict) and value and "__ansible_unsafe" not in value:
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def test_every_property_of_a_real_machine_finds_its_column() -> None:
    """The wrapper around texts would be published instead of them, for every machine."""
    item = read_hostvars()["12345_474d9b1b-a070-58a5-b39a-6203f468e960"]
    assert parse(item) == virtual_machine(
        name="12345",
        bios_uuid="474d9b1b-a070-58a5-b39a-6203f468e960",
        power_state="poweredOn",
        guest_os="Red Hat Enterprise Linux 8 (64-bit)",
        cpu_count=1,
        memory_mib=4096,
        primary_ip="10.10.20.66",
        nic_count=1,
        is_system=False,
        annotation='Owner: Team 56\nTicket: CHG004056\tnext: "review"\nÜbergabe an Müller',
        tools_status="toolsOk",
        connection_state="connected",
        overall_status="yellow",
        esxi_host_moid="host-105",
        nics=(
            VmNic("00:0c:29:39:36:30", "10.10.20.66", 24, "ipv4"),
            VmNic("00:0c:29:39:36:30", "fe80::250:56ff:fe38:38", 64, "ipv6"),
            VmNic("00:0c:29:39:36:30", "2001:db8:10::38", 64, "ipv6"),
        ),
    )
    assert SHAPE_WITH_ALARMS.also is not None
    assert list(SHAPE_WITH_ALARMS.also(item, AROUND)) == [
        (
            "triggered_alarms",
            TriggeredAlarm(
                alarm_name=None,
                description=None,
                alarm_moid="alarm-972",
                entity_type="VirtualMachine",
                entity_name="12345",
                entity_moid="vm-317",
                overall_status="yellow",
                triggered_at=datetime(2026, 11, 24, 4, 19, 11, 706488),  # noqa: DTZ001 - naive UTC, as stored
                is_acknowledged=False,
                acknowledged_by=None,
                acknowledged_at=None,
            ),
        )
    ]


def test_every_machine_of_a_real_inventory_is_read_once() -> None:
    """A machine that two shapes claim would be counted twice."""
    hostvars = read_hostvars()
    assert len(hostvars) == 77
    assert SHAPE_WITH_ALARMS.also is not None
    alarms = 0
    for item in hostvars.values():
        assert SHAPE_WITH_ALARMS.sureness(item, AROUND) is Sureness.SURE
        assert SHAPE.sureness(item, AROUND) is Sureness.NO
        assert to_sureness_of_machine(item, AROUND) is Sureness.NO
        assert to_sureness_of_host(item, AROUND) is Sureness.NO
        assert parse(item).name is not None
        alarms += len(list(SHAPE_WITH_ALARMS.also(item, AROUND)))
    assert alarms == 23


def test_a_machine_of_vmware_vmware_is_read() -> None:
    """Clients of the newer collection would see no machine at all."""
    assert SHAPE.sureness(VMS, AROUND) is Sureness.SURE
    assert SHAPE_WITH_ALARMS.sureness(VMS, AROUND) is Sureness.NO
    assert parse(VMS) == EXPECTED


def test_flat_properties_are_the_same_machine() -> None:
    """An option of the plugin would change all columns of all machines."""
    assert "config.hardware.numCPU" in flat(VMS)
    assert to_sureness(flat(VMS), AROUND) is Sureness.SURE
    assert parse(flat(VMS)) == EXPECTED


def test_snake_case_is_the_same_machine() -> None:
    """An option that makes names of variables uniform would leave all columns empty."""
    item = {
        "config": {"hardware": {"num_cpu": 2, "memory_mb": 512}, "instance_uuid": "a", "name": "web01"},
        "guest": {"host_name": "h", "tools_running_status": "guestToolsRunning", "tools_version_status2": "x"},
        "overall_status": "green",
        "triggered_alarm_state": [
            {"alarm": "vim.alarm.Alarm:alarm-1", "entity": "vim.VirtualMachine:vm-1", "overall_status": "red"}
        ],
    }
    assert SHAPE_WITH_ALARMS.sureness(item, AROUND) is Sureness.SURE
    assert parse(item) == virtual_machine(
        name="web01",
        instance_uuid="a",
        cpu_count=2,
        memory_mib=512,
        is_system=False,
        guest_hostname="h",
        tools_running_status="guestToolsRunning",
        tools_version_status="x",
        overall_status="green",
    )
    assert SHAPE_WITH_ALARMS.also is not None
    assert [
        alarm.overall_status for _, alarm in SHAPE_WITH_ALARMS.also(item, AROUND) if isinstance(alarm, TriggeredAlarm)
    ]
    item = {"config_hardware_num_cpu": 2, "config_name": "web01", "runtime_host": "vim.HostSystem:host-1"}
    assert to_sureness(item, AROUND) is Sureness.SURE
    assert parse(item) == virtual_machine(name="web01", cpu_count=2, is_system=False, esxi_host_moid="host-1")


def test_a_path_from_the_root_folder_is_the_same_folder() -> None:
    """community.vmware begins at the root folder: every machine would seem to have moved."""
    record = parse({**VMS, "path": "Datacenters/Europe/DC0/vm/Test"})
    assert (record.folder, record.datacenter) == ("/Europe/DC0/vm/Test", "DC0")
    record = parse({**VMS, "path": "/usr/local/bin"})
    assert (record.folder, record.datacenter) == (None, None)


def test_a_host_that_stands_alone_is_no_cluster() -> None:
    """The plugin writes the host's own compute resource as its cluster, and each such host would become a cluster."""
    alone = {**VMS, "cluster": {"name": "esx9.example.org", "moid": "domain-s44"}}
    assert parse(alone).cluster is None
    assert parse({**VMS, "cluster": {"name": "C1", "moid": "domain-c8"}}).cluster == "C1"


def test_custom_attributes_are_found_in_flat_snake_case() -> None:
    """With both of the plugin's options the owners of all machines would be lost."""
    item = {
        "name": "a",
        "moid": "vm-3",
        "path": "/DC0/vm",
        "custom_value.owner": "bob",
        "custom_value.cost.centre": "7",
    }
    assert parse(item).attributes == (
        VmAttribute("custom_attribute", None, "owner", "bob"),
        VmAttribute("custom_attribute", None, "cost.centre", "7"),
    )


def test_variables_of_groups_are_not_read() -> None:
    """A password of the group's variables would reach the database as a custom attribute."""
    assert "planted-secret" not in repr(parse(VMS))
    assert "ANSIBLE_VAULT" not in repr(parse(VMS))
    assert "planted-secret" not in SHAPE.content_of(VMS)
    assert parse({**VMS, "ansible_host": "bastion.example.com"}).primary_ip is None


def test_tags_of_community_vmware_have_their_categories() -> None:
    """Tags of one name in two categories would become one."""
    item = {**VMS, "tags": ["gold", "web"], "tag_category": {"Tier": ["gold"], "Role": ["web"]}, "customValue": {}}
    del item["tags_by_category"]
    assert parse(item).attributes == (
        VmAttribute("tag", "Tier", "gold", None),
        VmAttribute("tag", "Role", "web", None),
    )
    del item["tag_category"]
    assert parse(item).attributes == (VmAttribute("tag", None, "gold", None), VmAttribute("tag", None, "web", None))


def test_a_machine_without_a_name_is_refused_with_advice() -> None:
    """Its inventory name is not its name: it would be renamed by every change of a template."""
    with pytest.raises(ValueError, match=r"add name and config\.instanceUuid to the properties"):
        parse_variables({"guest": {"toolsStatus": "toolsOk"}}, AROUND, [])


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({}, "hostvars"),
        ({"ansible_host": "10.0.0.1", "ansible_user": "root"}, "hostvars"),
        ({"ec2_instance_id": "i-0", "tags": {"Name": "a"}, "name": "a"}, "hostvars"),
        ({"name": "esx01", "summary": {"hardware": {"cpuModel": "x"}}}, "hostvars"),
        ({"name": "esx01", "runtime": {"connectionState": "connected"}, "moid": "host-25", "path": "DC0"}, "hostvars"),
        ({"config": None, "guest": [], "path": 7, "moid": "vm-1"}, "hostvars"),
        (VMS, "anything"),
    ],
)
def test_other_computers_are_not_claimed(item: dict[str, Any], key: str) -> None:
    """An inventory of Linux servers would become virtual machines of a vCenter."""
    assert to_sureness(item, Surroundings(key)) is Sureness.NO
