"""Virtual machines of the REST API: hand-made from the documented return values, as the simulator has no such API."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.machines import vcenter_rest_vm
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VirtualMachine, VmDisk, VmNic, virtual_machine

SUMMARY: dict[str, Any] = {
    "vm": "vm-1049",
    "name": "test_vm1",
    "power_state": "POWERED_ON",
    "cpu_count": 2,
    "memory_size_MiB": 1024,
}
DETAILS: dict[str, Any] = {
    "boot": {"delay": 0, "enter_setup_mode": 0, "type": "BIOS"},
    "boot_devices": [],
    "cpu": {"cores_per_socket": 1, "count": 4, "hot_add_enabled": 0},
    "disks": {
        "16000": {
            "backing": {"type": "VMDK_FILE", "vmdk_file": "[local] test_vm1/rhel-8.5.vmdk"},
            "capacity": 16106127360,
            "label": "Hard disk 1",
            "sata": {"bus": 0, "unit": 0},
            "type": "SATA",
        },
        "16001": {
            "backing": {"type": "VMDK_FILE", "vmdk_file": "[local] test_vm1_1/second_disk.vmdk"},
            "capacity": 32000000000,
            "label": "Hard disk 2",
            "scsi": {"bus": 0, "unit": 7},
            "type": "SCSI",
        },
    },
    "guest_OS": "RHEL_7_64",
    "hardware": {"upgrade_policy": "NEVER", "version": "VMX_11"},
    "identity": {
        "bios_uuid": "4231943A-a1b5-9d24-1e05-d447e9ff0396",
        "instance_uuid": "5031e081-01a7-d61a-31f8-4bc54057ec60",
        "name": "test_vm1",
    },
    "instant_clone_frozen": 0,
    "memory": {"hot_add_enabled": 1, "size_MiB": 1024},
    "name": "test_vm1",
    "nics": {
        "4000": {
            "backing": {"network": "network-1041", "network_name": "VM Network", "type": "STANDARD_PORTGROUP"},
            "label": "Network adapter 1",
            "mac_address": "00:50:56:B1:22:7D",
            "mac_type": "ASSIGNED",
        },
    },
    "power_state": "POWERED_OFF",
    "scsi_adapters": {},
}
BESIDE = Surroundings("value", {"id": "vm-1049", "value": DETAILS})
DISKS = (
    VmDisk(
        label="Hard disk 1",
        device_key=16000,
        capacity_bytes=16106127360,
        datastore_name="local",
        file_path="[local] test_vm1/rhel-8.5.vmdk",
        disk_mode=None,
        backing_type=None,
        is_thin=None,
        controller_type="SATA",
        unit_number=0,
        disk_uuid=None,
    ),
    VmDisk(
        label="Hard disk 2",
        device_key=16001,
        capacity_bytes=32000000000,
        datastore_name="local",
        file_path="[local] test_vm1_1/second_disk.vmdk",
        disk_mode=None,
        backing_type=None,
        is_thin=None,
        controller_type="SCSI",
        unit_number=7,
        disk_uuid=None,
    ),
)
MACHINE = virtual_machine(
    name="test_vm1",
    moid="vm-1049",
    instance_uuid="5031e081-01a7-d61a-31f8-4bc54057ec60",
    bios_uuid="4231943a-a1b5-9d24-1e05-d447e9ff0396",
    power_state="poweredOff",
    guest_os="RHEL_7_64",
    cpu_count=4,
    cores_per_socket=1,
    memory_mib=1024,
    hardware_version="vmx-11",
    is_system=False,
    nic_count=1,
    disk_count=2,
    nics=(VmNic("00:50:56:b1:22:7d", None, None, None),),
    disks=DISKS,
)


def details(item: dict[str, Any], around: Surroundings = BESIDE) -> VirtualMachine:
    """Parse the answer about one machine, of which no part is spoilt."""
    spoilt: list[SpoiltChild] = []
    machine = vcenter_rest_vm.parse_details(item, around, spoilt)
    assert spoilt == []
    return machine


@pytest.mark.parametrize("key", ["memory_size_MiB", "memory_size_mib"])
def test_a_machine_of_the_list_fills_five_columns(key: str) -> None:
    """Newer releases write the unit small; all machines would be without memory."""
    item = {**SUMMARY, key: SUMMARY["memory_size_MiB"]}
    if key != "memory_size_MiB":
        del item["memory_size_MiB"]
    assert vcenter_rest_vm.parse_summary(item, Surroundings("value"), []) == virtual_machine(
        name="test_vm1", moid="vm-1049", power_state="poweredOn", cpu_count=2, memory_mib=1024, is_system=False
    )


def test_a_machine_without_configuration_has_no_size() -> None:
    """The API leaves processors and memory out where the machine's files cannot be read; 0 would be wrong."""
    item = {"vm": "vm-7", "name": "vCLS-42069c05-5f3b-4b2b-9b9f-6f5c1b0f0e2a", "power_state": "SUSPENDED"}
    assert vcenter_rest_vm.parse_summary(item, Surroundings("json"), []) == virtual_machine(
        name="vCLS-42069c05-5f3b-4b2b-9b9f-6f5c1b0f0e2a", moid="vm-7", power_state="suspended", is_system=True
    )


def test_the_answer_about_one_machine_fills_every_column_that_it_can() -> None:
    """Its uuids join the list with what other modules say."""
    assert details(DETAILS) == MACHINE


def test_older_answers_have_lists_and_newer_ones_small_letters() -> None:
    """A release of vSphere must not cost the disks."""
    older = DETAILS | {
        "disks": [{"key": key, "value": disk} for key, disk in DETAILS["disks"].items()],
        "nics": [{"key": key, "value": nic} for key, nic in DETAILS["nics"].items()],
    }
    assert details(older) == MACHINE
    newer = {**DETAILS, "guest_os": DETAILS["guest_OS"], "memory": {"size_mib": 1024}}
    del newer["guest_OS"]
    assert details(newer) == MACHINE


@pytest.mark.parametrize(
    ("around", "moid"),
    [
        (Surroundings("value", {}, "vm-12"), "vm-12"),
        (Surroundings("value", {}, {"vm": "vm-12", "name": "a"}), "vm-12"),
        (Surroundings("json", {"url": "https://user:hunter2@vc/api/vcenter/vm/vm-12"}), "vm-12"),
        (Surroundings("json", {"url": "https://vc/rest/vcenter/vm/vm-12/"}), "vm-12"),
        (Surroundings("json", {"url": "https://vc/rest/vcenter/host/vm-12", "id": 12}, {"vm": ["vm-12"]}), None),
        (Surroundings("info", {"id": "host-12"}, "web01"), None),
        (Surroundings("value"), None),
    ],
)
def test_the_moid_stands_around_the_answer(around: Surroundings, moid: str | None) -> None:
    """Without it the machine of the list and that of the details are two."""
    assert details(DETAILS, around).moid == moid


def test_what_is_not_said_is_unknown() -> None:
    """A machine without adapters and one of which they are not shown differ."""
    item = {"cpu": {"count": "4"}, "memory": {"size_MiB": "1,024"}, "power_state": None, "hardware": None}
    assert details(item) == virtual_machine(moid="vm-1049", cpu_count=4, memory_mib=1024)
    machine = details(item | {"nics": {}, "disks": [], "identity": {"name": "a%2fb"}})
    assert (machine.name, machine.nic_count, machine.disk_count, machine.nics, machine.disks) == ("a/b", 0, 0, (), ())


def test_a_device_that_cannot_be_read_costs_nothing_else() -> None:
    """One odd disk would hide the machine."""
    item = DETAILS | {
        "disks": {
            "16000": DETAILS["disks"]["16000"],
            "16001": {"label": "Hard disk 2", "capacity": "much", "backing": {"password": "hunter2"}},
            "16002": "hunter2",
        },
        "nics": {"4000": {"mac_address": ["hunter2"]}, "4001": {"mac_address": None}},
    }
    spoilt: list[SpoiltChild] = []
    machine = vcenter_rest_vm.parse_details(item, BESIDE, spoilt)
    assert (machine.disks, machine.disk_count, machine.nics, machine.nic_count) == (DISKS[:1], 3, (), 2)
    assert spoilt == [
        SpoiltChild("vm_nics", "nics.4000", "mac_address: a list is not a text", None),
        SpoiltChild(
            "vm_disks",
            "disks.16001",
            "capacity: 'much' is not a size such as 69.73 GB",
            '{"label": "Hard disk 2", "capacity": "much"}',
        ),
        SpoiltChild("vm_disks", "disks.16002", "'hunter2' is not an object", None),
    ]
    spoilt.clear()
    machine = vcenter_rest_vm.parse_details(DETAILS | {"nics": "none", "disks": 3}, BESIDE, spoilt)
    assert (machine.nic_count, machine.disk_count) == (None, None)
    assert [(child.place, child.reason) for child in spoilt] == [
        ("nics", "'none' is not an object"),
        ("disks", "3 is not an object"),
    ]


def test_list_and_details_are_told_from_each_other_and_from_other_things() -> None:
    """The key of both is `value` or `json`, as that of everything that the API answers."""
    around = Surroundings("json")
    assert vcenter_rest_vm.to_sureness(SUMMARY, around) is Sureness.SURE
    assert vcenter_rest_vm.to_sureness(DETAILS, around) is Sureness.NO
    assert vcenter_rest_vm.to_sureness_of_details(DETAILS, around) is Sureness.SURE
    assert vcenter_rest_vm.to_sureness_of_details(SUMMARY, around) is Sureness.NO
    others: list[dict[str, Any]] = [
        {"host": "host-1013", "name": "esxi1.test", "connection_state": "CONNECTED", "power_state": "POWERED_ON"},
        {"vm": "web01", "name": "x", "power_state": "poweredOn"},
        {"vm": {"type": "VirtualMachine", "value": "vm-1"}, "name": "x", "power_state": "poweredOn"},
        {"vm": "vm-1x", "name": "x", "power_state": "poweredOn"},
        {"cpu": {"processor_count": 1}, "memory": {"size_mb": 1}, "power_state": 1, "hardware": {}},
        {"cpu": [], "memory": 7, "power_state": {}, "nics": ""},
        {},
    ]
    assert {vcenter_rest_vm.to_sureness(item, around) for item in others} == {Sureness.NO}
    assert {vcenter_rest_vm.to_sureness_of_details(item, around) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_path_and_the_row_is_kept() -> None:
    """The admin must find it; hardware may hold anything."""
    with pytest.raises(ValueError, match=r"^memory_size_mib: 'much' is not a whole number$"):
        vcenter_rest_vm.parse_summary(SUMMARY | {"memory_size_MiB": "much"}, BESIDE, [])
    with pytest.raises(ValueError, match=r"^cpu.count: 'many' is not a whole number$"):
        details(DETAILS | {"cpu": {"count": "many"}})
    assert json.loads(vcenter_rest_vm.content_of_summary(SUMMARY | {"password": "hunter2"})) == {
        "vm": "vm-1049",
        "name": "test_vm1",
        "power_state": "POWERED_ON",
        "cpu_count": 2,
        "memory_size_mib": 1024,
    }
    content = json.loads(vcenter_rest_vm.content_of_details(DETAILS | {"guest_OS": {"a": "hunter2"}}))
    assert (len(content), content["memory.size_mib"], content["identity.bios_uuid"]) == (
        9,
        1024,
        "4231943A-a1b5-9d24-1e05-d447e9ff0396",
    )


SHOWN: dict[str, Any] = {
    "guest_os": "RHEL_8_64",
    "name": "web, 01",
    "identity": "{name : web, 01, bios_uuid : 4212AAAA-0000-1111-2222-333344445555, "
    "instance_uuid : 5012aaaa-0000-1111-2222-333344445555}",
    "power_state": "POWERED_ON",
    "hardware": "{version : VMX_19, upgrade_policy : NEVER, upgrade_version : None, upgrade_status : NONE}",
    "boot_devices": "[]",
    "cpu": "{count : 4, cores_per_socket : 2, hot_add_enabled : False, hot_remove_enabled : False}",
    "memory": "{size_mib : 8192, hot_add_enabled : True, hot_add_limit_mib : None}",
    "disks": "{'2000': Info(label='Hard disk 1', capacity=17179869184)}",
    "nics": "{}",
}
"""Made by hand of vmware.vmware.vm_list_group_by_clusters_info and of how the SDK turns a structure into a text."""


def test_a_machine_whose_structures_were_turned_into_texts_is_read() -> None:
    """The module lists machines by cluster and folder like that, and every one of them would be rejected."""
    around = Surroundings("Production")
    assert vcenter_rest_vm.to_sureness_of_details(SHOWN, around) is Sureness.SURE
    assert details(SHOWN, around) == virtual_machine(
        name="web, 01",
        instance_uuid="5012aaaa-0000-1111-2222-333344445555",
        bios_uuid="4212aaaa-0000-1111-2222-333344445555",
        power_state="poweredOn",
        guest_os="RHEL_8_64",
        cpu_count=4,
        memory_mib=8192,
        cores_per_socket=2,
        hardware_version="vmx-19",
        is_system=False,
    )
    assert '"cpu.count": "4"' in vcenter_rest_vm.content_of_details(SHOWN)


def test_a_structure_as_text_that_says_nothing_is_unknown() -> None:
    """A machine whose configuration the vCenter cannot read would cost its row."""
    item = {**SHOWN, "cpu": "{count : None}", "memory": "None", "hardware": "", "identity": "None"}
    record = details(item, Surroundings("vm"))
    assert (record.cpu_count, record.memory_mib, record.hardware_version) == (None, None, None)
    assert (record.instance_uuid, record.bios_uuid, record.name) == (None, None, "web, 01")
