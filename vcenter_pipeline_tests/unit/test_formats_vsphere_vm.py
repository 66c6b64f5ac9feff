"""What the vSphere properties of one virtual machine say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.alarms.vsphere_alarms import parse_alarm_state_of
from vcenter_pipeline.formats.machines.vsphere_vm import SHAPE, SHAPE_WITH_ALARMS, to_sureness
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import (
    GuestDisk,
    TriggeredAlarm,
    VirtualMachine,
    VmAttribute,
    VmDatastore,
    VmDisk,
    VmNic,
    VmSnapshot,
    virtual_machine,
)

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("instance")

DUMP: dict[str, Any] = {
    "_vimid": "vm-42",
    "_vimref": "vim.VirtualMachine:vm-42",
    "_vimtype": "vim.VirtualMachine",
    "availableField": [{"key": 101, "name": "CostCenter"}, {"key": 102, "name": "Owner"}],
    "config": {
        "annotation": "patched\nby night",
        "changeVersion": "2026-01-31T02:00:00.123456Z",
        "createDate": "2024-02-29T23:59:59.5Z",
        "datastoreUrl": [{"name": "vmfs-01", "url": "ds:///vmfs/volumes/5a69b18a/"}],
        "extraConfig": [{"key": "guestinfo.password", "value": "planted-secret"}],
        "guestFullName": "Red Hat Enterprise Linux 9 (64-bit)",
        "guestId": "rhel9_64Guest",
        "hardware": {
            "device": [
                {"_vimtype": "vim.vm.device.VirtualIDEController", "busNumber": 0, "key": 200},
                {"_vimtype": "vim.vm.device.ParaVirtualSCSIController", "busNumber": 0, "key": 1000},
                {
                    "_vimtype": "vim.vm.device.VirtualVmxnet3",
                    "key": 4000,
                    "macAddress": "00:50:56:AA:00:01",
                },
                {"_vimtype": "vim.vm.device.VirtualVmxnet3", "key": 4001, "macAddress": "00:50:56:aa:00:02"},
                {
                    "_vimtype": "vim.vm.device.VirtualDisk",
                    "backing": {
                        "_vimtype": "vim.vm.device.VirtualDisk.FlatVer2BackingInfo",
                        "diskMode": "persistent",
                        "fileName": "[vmfs-01] web01/web01.vmdk",
                        "thinProvisioned": True,
                        "uuid": "6000C29A-0000-1111-2222-333344445555",
                    },
                    "capacityInBytes": 42949672960,
                    "capacityInKB": 41943040,
                    "controllerKey": 1000,
                    "deviceInfo": {"label": "Hard disk 1", "summary": "41,943,040 KB"},
                    "key": 2000,
                    "unitNumber": 0,
                },
                {
                    "_vimtype": "vim.vm.device.VirtualDisk",
                    "backing": {"_vimtype": "vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo"},
                    "capacityInKB": "1024",
                    "controllerKey": 9,
                    "deviceInfo": {"label": "Hard disk 2"},
                    "key": 2001,
                    "unitNumber": 1,
                },
            ],
            "memoryMB": 8192,
            "numCPU": 4,
            "numCoresPerSocket": 2,
        },
        "instanceUuid": "5007769D-add3-1e12-f1fe-225ae2a07caf",
        "managedBy": None,
        "name": "web%2f01",
        "template": False,
        "uuid": "4207072C-edd8-3bd5-64dc-903fd3a0db04",
        "version": "vmx-19",
    },
    "customValue": [{"key": 101, "value": "004719"}, {"key": 102, "value": ""}, {"key": 999, "value": "lost"}],
    "datastore": ["vim.Datastore:datastore-11"],
    "guest": {
        "disk": [{"capacity": 1073741824, "diskPath": "C:\\", "freeSpace": 536870912}],
        "guestFullName": "Red Hat Enterprise Linux 9.3 (Plow)",
        "hostName": "web01.example.com",
        "ipAddress": "169.254.3.4",
        "net": [
            {
                "deviceConfigId": 4000,
                "ipAddress": ["169.254.3.4", "10.1.2.3", "fe80::1"],
                "ipConfig": {
                    "ipAddress": [
                        {"ipAddress": "10.1.2.3", "prefixLength": 24},
                        {"ipAddress": "fe80::1", "prefixLength": 64},
                    ]
                },
                "macAddress": "00:50:56:aa:00:01",
            },
            {"deviceConfigId": -1, "ipAddress": ["172.17.0.1"], "macAddress": "02:42:00:00:00:01"},
        ],
        "toolsRunningStatus": "guestToolsRunning",
        "toolsStatus": "toolsOld",
        "toolsVersion": "12389",
        "toolsVersionStatus2": "guestToolsSupportedOld",
    },
    "name": "web%2f01",
    "overallStatus": "yellow",
    "resourcePool": "vim.ResourcePool:resgroup-8",
    "runtime": {
        "bootTime": "2026-01-01T00:00:00Z",
        "connectionState": "connected",
        "consolidationNeeded": True,
        "host": "vim.HostSystem:host-25",
        "powerState": "poweredOn",
    },
    "snapshot": {
        "currentSnapshot": "vim.vm.Snapshot:snapshot-3",
        "rootSnapshotList": [
            {
                "childSnapshotList": [
                    {
                        "childSnapshotList": [],
                        "createTime": "2026-02-02T02:02:02Z",
                        "description": "",
                        "id": 3,
                        "name": "second",
                        "quiesced": False,
                        "snapshot": "vim.vm.Snapshot:snapshot-3",
                        "state": "poweredOn",
                    }
                ],
                "createTime": "2026-01-01T01:01:01Z",
                "description": "base",
                "id": 1,
                "name": "first",
                "quiesced": True,
                "snapshot": "vim.vm.Snapshot:snapshot-1",
                "state": "poweredOff",
            }
        ],
    },
    "summary": {"overallStatus": "gray", "storage": {"committed": 1000, "uncommitted": 500}},
    "tags": [{"category_name": "Tier", "id": "urn:1", "name": "gold"}],
}
"""Made by hand of the vSphere API's documentation, as pyVmomi's JSON encoder writes it with no choice of properties."""


def parse(item: dict[str, Any], around: Surroundings = AROUND) -> tuple[VirtualMachine, list[SpoiltChild]]:
    """Parse one item."""
    spoilt: list[SpoiltChild] = []
    record = SHAPE.parse(item, around, spoilt)
    assert isinstance(record, VirtualMachine)
    return record, spoilt


def read_loop() -> list[tuple[dict[str, Any], Surroundings]]:
    """Give what a real loop over virtual machines returned, each with what stands around it."""
    report = json.loads((REPORTS / "ansible12/guest_alarm_state.json").read_text("utf-8"))
    return [
        (
            result["instance"],
            Surroundings(
                "instance",
                result,
                result["item"],
                {
                    key: result["invocation"]["module_args"][key]
                    for key in ("moid", "name", "uuid", "use_instance_uuid")
                },
            ),
        )
        for result in report["results"]
    ]


def test_every_property_finds_its_column() -> None:
    """Two paths swapped would publish the configured system as the one that runs."""
    record, spoilt = parse(DUMP)
    assert not spoilt
    assert record == virtual_machine(
        name="web/01",
        moid="vm-42",
        instance_uuid="5007769d-add3-1e12-f1fe-225ae2a07caf",
        bios_uuid="4207072c-edd8-3bd5-64dc-903fd3a0db04",
        power_state="poweredOn",
        guest_os="Red Hat Enterprise Linux 9 (64-bit)",
        cpu_count=4,
        memory_mib=8192,
        committed_bytes=1000,
        provisioned_bytes=1500,
        primary_ip="10.1.2.3",
        nic_count=2,
        is_template=False,
        is_system=False,
        annotation="patched\nby night",
        guest_os_reported="Red Hat Enterprise Linux 9.3 (Plow)",
        guest_hostname="web01.example.com",
        tools_status="toolsOld",
        tools_running_status="guestToolsRunning",
        tools_version_status="guestToolsSupportedOld",
        tools_version="12389",
        hardware_version="vmx-19",
        cores_per_socket=2,
        connection_state="connected",
        overall_status="yellow",
        snapshot_count=2,
        oldest_snapshot_at=datetime(2026, 1, 1, 1, 1, 1),  # noqa: DTZ001 - naive UTC, as stored
        is_consolidation_needed=True,
        disk_count=2,
        booted_at=datetime(2026, 1, 1),  # noqa: DTZ001 - as above
        created_at=datetime(2024, 2, 29, 23, 59, 59, 500000),  # noqa: DTZ001 - as above
        esxi_host_moid="host-25",
        nics=(
            VmNic("00:50:56:aa:00:01", "169.254.3.4", None, "ipv4"),
            VmNic("00:50:56:aa:00:01", "10.1.2.3", 24, "ipv4"),
            VmNic("00:50:56:aa:00:01", "fe80::1", 64, "ipv6"),
            VmNic("02:42:00:00:00:01", "172.17.0.1", None, "ipv4"),
            VmNic("00:50:56:aa:00:02", None, None, None),
        ),
        datastores=(VmDatastore("vmfs-01", "/vmfs/volumes/5a69b18a"),),
        attributes=(
            VmAttribute("tag", "Tier", "gold", None),
            VmAttribute("custom_attribute", None, "CostCenter", "004719"),
            VmAttribute("custom_attribute", None, "Owner", None),
        ),
        disks=(
            VmDisk(
                "Hard disk 1",
                2000,
                42949672960,
                "vmfs-01",
                "[vmfs-01] web01/web01.vmdk",
                "persistent",
                "FlatVer2",
                is_thin=True,
                controller_type="paravirtual",
                unit_number=0,
                disk_uuid="6000c29a-0000-1111-2222-333344445555",
            ),
            VmDisk(
                "Hard disk 2",
                2001,
                1048576,
                None,
                None,
                None,
                "RawDiskMappingVer1",
                is_thin=None,
                controller_type=None,
                unit_number=1,
                disk_uuid=None,
            ),
        ),
        guest_disks=(GuestDisk("C:\\", 1073741824, 536870912),),
        snapshots=(
            VmSnapshot(
                "first",
                "base",
                1,
                datetime(2026, 1, 1, 1, 1, 1),  # noqa: DTZ001 - as above
                "poweredOff",
                is_quiesced=True,
                is_current=False,
            ),
            VmSnapshot(
                "second",
                None,
                3,
                datetime(2026, 2, 2, 2, 2, 2),  # noqa: DTZ001 - as above
                "poweredOn",
                is_quiesced=False,
                is_current=True,
            ),
        ),
    )


def test_a_real_machine_gets_its_ids_from_the_loop() -> None:
    """The alarms and file systems of every machine would stand for themselves, joined to nothing."""
    item, around = next((item, around) for item, around in read_loop() if item["name"] == "fra-web-01")
    record, spoilt = parse(item, around)
    assert not spoilt
    assert record == virtual_machine(
        name="fra-web-01",
        moid="vm-149",
        instance_uuid="30d88c70-7aa0-5e15-ba48-70f08a097b8b",
        bios_uuid="df541627-5840-53b8-80bf-c9c786d04b89",
        is_system=False,
        overall_status="red",
        guest_disks=(GuestDisk("/", 17179869184, None), GuestDisk("/boot", 1063256064, 734003200)),
    )
    assert SHAPE_WITH_ALARMS.also is not None
    assert list(SHAPE_WITH_ALARMS.also(item, around)) == [
        (
            "triggered_alarms",
            TriggeredAlarm(
                alarm_name=None,
                description=None,
                alarm_moid="alarm-972",
                entity_type="VirtualMachine",
                entity_name="fra-web-01",
                entity_moid="vm-149",
                overall_status="red",
                triggered_at=datetime(2026, 11, 24, 4, 19, 11, 689839),  # noqa: DTZ001 - naive UTC, as stored
                is_acknowledged=True,
                acknowledged_by="administrator@vsphere.local",
                acknowledged_at=datetime(2026, 11, 24, 4, 19, 11, 723238),  # noqa: DTZ001 - as above
            ),
        )
    ]


def test_all_machines_of_a_real_loop_are_read_with_their_alarms() -> None:
    """A machine that is called `null` or `12:30:45` would lose its alarm."""
    loop = read_loop()
    assert len(loop) == 77
    assert SHAPE_WITH_ALARMS.also is not None
    alarms, file_systems = [], 0
    for item, around in loop:
        assert SHAPE_WITH_ALARMS.sureness(item, around) is Sureness.SURE
        assert SHAPE.sureness(item, around) is Sureness.NO
        record, spoilt = parse(item, around)
        assert not spoilt
        assert record.moid is not None
        file_systems += len(record.guest_disks)
        alarms += [alarm for _, alarm in SHAPE_WITH_ALARMS.also(item, around)]
    assert (len(alarms), file_systems) == (23, 114)
    assert all(isinstance(alarm, TriggeredAlarm) and alarm.entity_name is not None for alarm in alarms)
    names = {record.name for record, _ in (parse(item, around) for item, around in loop)}
    assert {"app/backend", "back\\slash 100%", "trailing space ", "null", "0012"} <= names


def test_alarms_of_others_do_not_get_the_name_of_this_machine() -> None:
    """An alarm of a host would be shown on one of its machines."""
    states = [
        {"alarm": "vim.alarm.Alarm:alarm-1", "entity": "vim.HostSystem:host-25", "overallStatus": "red"},
        {"alarm": "vim.alarm.Alarm:alarm-1", "entity": "vim.VirtualMachine:vm-7", "overallStatus": "red"},
        {"alarm": "vim.alarm.Alarm:alarm-1", "entity": "vim.VirtualMachine:vm-42", "overallStatus": "red"},
    ]
    assert SHAPE_WITH_ALARMS.also is not None
    alarms = [alarm for _, alarm in SHAPE_WITH_ALARMS.also({**DUMP, "triggeredAlarmState": states}, AROUND)]
    assert [(alarm.entity_name, alarm.entity_moid) for alarm in alarms if isinstance(alarm, TriggeredAlarm)] == [
        (None, "host-25"),
        (None, "vm-7"),
        ("web/01", "vm-42"),
    ]


def test_an_alarm_that_cannot_be_read_comes_after_the_others() -> None:
    """One broken time would hide all alarms of the machine."""
    states = [{"entity": "vim.VirtualMachine:vm-42", "time": "soon"}, {"entity": "vim.VirtualMachine:vm-42"}, "x"]
    assert SHAPE_WITH_ALARMS.also is not None
    given = iter(SHAPE_WITH_ALARMS.also({**DUMP, "triggeredAlarmState": states}, AROUND))
    assert next(given)[0] == "triggered_alarms"
    with pytest.raises(ValueError, match=r"triggeredAlarmState\[0\]\.time: 'soon' is not a time"):
        next(given)


def test_no_secret_is_kept() -> None:
    """Settings of a machine hold passwords, and a dump of all properties has them all."""
    assert "planted-secret" not in repr(parse(DUMP)[0])
    content = json.loads(SHAPE.content_of(DUMP))
    assert content["config.instanceUuid"] == "5007769D-add3-1e12-f1fe-225ae2a07caf"
    assert "planted-secret" not in str(content)
    assert "by night" not in str(content)


def test_a_null_snapshot_means_none_and_a_missing_one_is_unknown() -> None:
    """Nobody would know whether the machines have no snapshots or nobody asked."""
    assert parse({**DUMP, "snapshot": None})[0].snapshot_count == 0
    assert parse({key: value for key, value in DUMP.items() if key != "snapshot"})[0].snapshot_count is None


def test_adapters_without_hardware_are_counted_by_what_tools_show() -> None:
    """Docker's bridge would count as an adapter, and no Tools as no adapter."""
    record, _ = parse({"config": {"name": "a"}, "guest": DUMP["guest"]})
    assert (record.nic_count, record.disk_count) == (1, None)
    assert parse({"config": {"name": "a"}, "guest": {"net": []}})[0].nic_count is None


def test_summary_says_what_the_other_properties_do_not() -> None:
    """An admin who asks for `summary` alone has most of the columns in it."""
    summary = {
        "config": {
            "guestFullName": "Other",
            "instanceUuid": "a",
            "memorySizeMB": 512,
            "name": "x",
            "numCpu": 1,
            "numEthernetCards": 3,
            "numVirtualDisks": 2,
            "template": True,
            "uuid": "b",
        },
        "guest": {"ipAddress": "10.0.0.9", "toolsStatus": "toolsOk", "hostName": "x.example.com"},
        "overallStatus": "green",
        "runtime": {"connectionState": "orphaned", "host": "vim.HostSystem:host-1", "powerState": "suspended"},
        "vm": "vim.VirtualMachine:vm-9",
    }
    assert to_sureness({"summary": summary}, Surroundings("vm")) is Sureness.SURE
    assert parse({"summary": summary})[0] == virtual_machine(
        name="x",
        moid="vm-9",
        instance_uuid="a",
        bios_uuid="b",
        power_state="suspended",
        guest_os="Other",
        cpu_count=1,
        memory_mib=512,
        primary_ip="10.0.0.9",
        nic_count=3,
        is_template=True,
        is_system=False,
        guest_hostname="x.example.com",
        tools_status="toolsOk",
        connection_state="orphaned",
        overall_status="green",
        disk_count=2,
        esxi_host_moid="host-1",
    )


@pytest.mark.parametrize(
    ("managed_by", "expected"),
    [
        ({"extensionKey": "com.vmware.vcDr", "type": "placeholderVm"}, True),
        ({"extensionKey": "com.vmware.vcDr", "type": "testVm"}, False),
        ({"extensionKey": "com.vmware.vim.eam", "type": "cluster-agent"}, True),
        ({"extensionKey": "com.vmware.vcIntegrity", "type": "x"}, False),
        (None, False),
    ],
)
def test_stand_ins_and_agents_are_the_systems_own(managed_by: object, *, expected: bool) -> None:
    """Stand-ins of Site Recovery Manager would be counted twice, as machines that run nowhere."""
    record, _ = parse({"config": {"name": "web01", "managedBy": managed_by}})
    assert record.is_system is expected


def test_the_family_of_the_guest_is_not_the_name_of_the_machine() -> None:
    """vmware.vmware.guest_info writes `RHEL_9_64` over it: all machines would have a handful of names."""
    item = {"name": "RHEL_9_64", "identity": {"name": "RHEL_9_64"}, "overallStatus": "green", "env": {}, "tags": []}
    around = Surroundings("guests", {}, None, {"name": "web01", "moid": None})
    assert parse(item, around)[0].name == "web01"


def test_a_machine_whose_guest_says_nothing_keeps_its_name() -> None:
    """vmware.vmware writes `identity: {}` for machines without Tools, and every machine that is off would go."""
    record, spoilt = parse({"name": "off01", "config": {"hardware": {"numCPU": 2}}, "identity": {}, "tags": []})
    assert (record.name, record.cpu_count, spoilt) == ("off01", 2, [])


def test_a_current_snapshot_alone_does_not_say_how_many_there_are() -> None:
    """A machine with forgotten snapshots would be published as one that has none."""
    record, _ = parse({"name": "a", "_moId": "vm-1", "snapshot": {"currentSnapshot": "'vim.vm.Snapshot:snapshot-12'"}})
    assert record.snapshot_count is None


def test_the_datastore_of_a_disk_has_the_name_that_people_see() -> None:
    """A `/` comes as `%2f`; the disk would not be found on its datastore."""
    disk = {"key": 2000, "capacityInKB": 1, "backing": {"fileName": "[SSD%2f1] web/web.vmdk"}}
    record, _ = parse({"name": "a", "_moId": "vm-1", "config": {"hardware": {"device": [disk]}}})
    assert [(one.datastore_name, one.file_path) for one in record.disks] == [("SSD/1", "[SSD%2f1] web/web.vmdk")]


@pytest.mark.parametrize("key", [[1000], {"a": 1}, None, "?"])
def test_a_disk_without_a_controller_that_is_known_is_a_disk(key: object) -> None:
    """A key of another form would end the reading of the whole report."""
    controller = {"_vimtype": "vim.vm.device.VirtualNVMEController", "key": 1000, "busNumber": 0}
    disks = [{"key": 2000, "capacityInKB": 1, "controllerKey": one} for one in (key, 1000, "1000")]
    record, _ = parse({"name": "a", "_moId": "vm-1", "config": {"hardware": {"device": [controller, *disks]}}})
    assert [disk.controller_type for disk in record.disks] == [None, "nvme", "nvme"]


def test_a_property_of_devices_alone_is_no_list_of_devices() -> None:
    """The modules take such a list apart, and every machine would have a rejected row."""
    hardware = {"numCPU": 2, "device": {"deviceInfo": [{"summary": "VM Network"}, {"summary": "1,024 KB"}]}}
    guest = {"net": {"ipConfig": [{"ipAddress": []}]}, "disk": {"mappings": [{"key": 1}]}}
    record, spoilt = parse({"name": "a", "_moId": "vm-1", "config": {"hardware": hardware}, "guest": guest})
    assert (record.cpu_count, record.nic_count, record.disk_count, spoilt) == (2, None, None, [])


def test_adapters_of_a_yaml_report_are_counted() -> None:
    """YAML leaves numbers as texts; the same machine would have an adapter in JSON and an unknown number in YAML."""
    nets = [{"deviceConfigId": "4000", "macAddress": "00:50:56:AA:00:01"}]
    nets += [{"deviceConfigId": "-1", "macAddress": "02:42:56:AA:00:01"}, {"deviceConfigId": "?", "macAddress": "1"}]
    record, _ = parse({"name": "a", "_moId": "vm-1", "guest": {"net": nets}})
    assert record.nic_count == 1


def test_a_machine_older_than_the_property_has_no_creation_time() -> None:
    """The vCenter writes 1970 there, and the machine would be the oldest of all."""
    assert parse({"config": {"name": "a", "createDate": "1970-01-01T00:00:00Z"}})[0].created_at is None


def test_properties_that_name_nobody_are_refused_with_advice() -> None:
    """A status without a machine would be a row of its own in the table."""
    with pytest.raises(ValueError, match="nothing says which virtual machine this is"):
        parse({"overallStatus": "green"})


def test_a_part_that_cannot_be_read_does_not_cost_the_machine() -> None:
    """One broken disk would lose the machine with all else that is known of it."""
    record, spoilt = parse(
        {
            "config": {"name": "a", "hardware": {"device": [{"capacityInKB": "big", "key": 1}, None]}},
            "guest": {"disk": [{"capacity": 1}, {"diskPath": "/", "capacity": "x"}], "net": "none"},
            "snapshot": {"rootSnapshotList": [{"createTime": "then", "name": "s"}]},
        }
    )
    assert (record.name, record.disk_count, record.snapshot_count, record.disks) == ("a", 1, 1, ())
    assert [(child.table, child.place) for child in spoilt] == [
        ("vm_disks", "config.hardware.device[1]"),
        ("vm_nics", "guest.net"),
        ("vm_disks", "config.hardware.device[0]"),
        ("vm_snapshots", "snapshot.rootSnapshotList[0]"),
        ("vm_guest_disks", "guest.disk[0]"),
        ("vm_guest_disks", "guest.disk[1]"),
    ]


@pytest.mark.parametrize(
    ("item", "key", "sureness"),
    [
        ({"overallStatus": "green", "name": "a"}, "instance", Sureness.LIKELY),
        ({"moid": "vm-7", "_moId": "vm-7"}, "instance", Sureness.SURE),
        ({"config": {"name": "a"}}, "guests", Sureness.LIKELY),
        (
            {"self": {"type": "VirtualMachine", "value": "vm-7"}, "name": "a", "config": {}},
            "virtualMachines",
            Sureness.SURE,
        ),
        ({"guest": {"toolsStatus": "toolsOk"}}, "anything", Sureness.SURE),
        ({"moid": "vm-7", "name": "a", "cpu": 2}, "guests", Sureness.NO),
    ],
)
def test_a_machine_is_known_by_what_it_has_or_by_the_modules_word(
    item: dict[str, Any], key: str, sureness: Sureness
) -> None:
    """An admin who chose few properties would be told that the report is not understood.

    The word alone is a guess: people call a list of anything `guests`.
    """
    assert to_sureness(item, Surroundings(key)) is sureness


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({}, "instance"),
        ({"name": "i-0abc", "instance_id": "i-0abc"}, "instance"),
        ({"overallStatus": "green", "name": "a"}, "hosts_of_mine"),
        ({"hw_name": "a", "vimref": "vim.VirtualMachine:vm-1", "module_hw": True}, "instance"),
        ({"guest_name": "a", "moid": "vm-1"}, "instance"),
        ({"name": "a", "summary": {"capacity": 1, "freeSpace": 1}, "overallStatus": "green"}, "datastores"),
        ({"name": "e", "summary": {"hardware": {"cpuModel": "x"}}, "runtime": {"powerState": "poweredOn"}}, "x"),
        ({"_vimref": "vim.HostSystem:host-1", "name": "e", "overallStatus": "green"}, "instance"),
        ({"config": {"guestFullName": "a", "name": "b"}}, "hostvars"),
        ({"guest": None, "config": [], "summary": "x", "runtime": 1}, "instance_of"),
        ({"guestHeartbeatStatus": "green", "overallCpuUsage": 1, "uptimeSeconds": 2}, "quickStats"),
        ({"_vimtype": "vim.vm.Summary", "overallStatus": "green", "guest": {"toolsStatus": "toolsOk"}}, "summary"),
    ],
)
def test_other_objects_are_not_claimed(item: dict[str, Any], key: str) -> None:
    """Hosts and datastores would be counted as machines."""
    assert to_sureness(item, Surroundings(key)) is Sureness.NO


def test_an_alarm_that_was_written_whole_has_its_name() -> None:
    """A script that asks the encoder for the alarms' names would get alarms without any."""
    alarm = {
        "_vimref": "vim.alarm.Alarm:alarm-1",
        "info": {"name": "Virtual machine CPU usage", "description": "Default alarm"},
    }
    state = {"alarm": alarm, "entity": "'vim.VirtualMachine:vm-42'", "overallStatus": "red", "time": "2026-01-01 10:00"}
    assert parse_alarm_state_of(state, "web01") == TriggeredAlarm(
        alarm_name="Virtual machine CPU usage",
        description="Default alarm",
        alarm_moid="alarm-1",
        entity_type="VirtualMachine",
        entity_name="web01",
        entity_moid="vm-42",
        overall_status="red",
        triggered_at=datetime(2026, 1, 1, 10),  # noqa: DTZ001 - naive UTC, as stored
        is_acknowledged=None,
        acknowledged_by=None,
        acknowledged_at=None,
        triggered_at_text="2026-01-01 10:00",
    )
