"""What the vSphere properties of one ESXi host say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.estate.vsphere_host import SHAPE, SHAPE_WITH_ALARMS, to_sureness
from vcenter_pipeline.formats.machines.vsphere_vm import to_sureness as to_sureness_of_machine
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import EsxiHost, TriggeredAlarm

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("ansible_facts")

DUMP: dict[str, Any] = {
    "_vimref": "vim.HostSystem:host-25",
    "config": {"option": [{"key": "UserVars.secret", "value": "planted-secret"}]},
    "hardware": {"systemInfo": {"serialNumber": "CZ1234", "uuid": "4C4C4544-0052-3410-804C-b2c04f4e3632"}},
    "name": "esx01.example.com",
    "overallStatus": "green",
    "runtime": {
        "bootTime": "2026-01-31T02:00:00Z",
        "connectionState": "connected",
        "inMaintenanceMode": False,
        "powerState": "poweredOn",
    },
    "summary": {
        "config": {"name": "esx01", "product": {"build": "22380479", "version": "8.0.2"}},
        "hardware": {
            "cpuMhz": 2500,
            "cpuModel": "Intel(R) Xeon(R) Gold 6226R",
            "memorySize": 137438953472,
            "model": "ProLiant DL380 Gen10",
            "numCpuCores": 16,
            "numCpuPkgs": 2,
            "numCpuThreads": 32,
            "otherIdentifyingInfo": [{"identifierType": {"key": "ServiceTag"}, "identifierValue": "OLD"}],
            "vendor": "HPE",
        },
        "overallStatus": "gray",
        "quickStats": {"overallCpuUsage": 1200, "overallMemoryUsage": 65536, "uptime": "12531937.54"},
    },
}
"""Made by hand of the vSphere API's documentation, as pyVmomi's JSON encoder writes it."""


def parse(item: dict[str, Any], around: Surroundings = AROUND) -> tuple[EsxiHost, list[SpoiltChild]]:
    """Parse one item."""
    spoilt: list[SpoiltChild] = []
    record = SHAPE.parse(item, around, spoilt)
    assert isinstance(record, EsxiHost)
    return record, spoilt


def read_loop() -> list[tuple[dict[str, Any], Surroundings]]:
    """Give what a real loop over hosts returned, each with what stands around it."""
    report = json.loads((REPORTS / "ansible12/host_alarm_state.json").read_text("utf-8"))
    return [
        (
            result["ansible_facts"],
            Surroundings(
                "ansible_facts",
                result,
                result["item"],
                {"esxi_hostname": result["invocation"]["module_args"]["esxi_hostname"]},
            ),
        )
        for result in report["results"]
    ]


def test_every_property_finds_its_column() -> None:
    """Cores published as sockets would double a licence bill."""
    record, spoilt = parse(DUMP)
    assert not spoilt
    assert record == EsxiHost(
        name="esx01.example.com",
        moid="host-25",
        hardware_uuid="4c4c4544-0052-3410-804c-b2c04f4e3632",
        connection_state="connected",
        is_in_maintenance=False,
        power_state="poweredOn",
        overall_status="green",
        version="8.0.2",
        build="22380479",
        vendor="HPE",
        model="ProLiant DL380 Gen10",
        serial_number="CZ1234",
        cpu_model="Intel(R) Xeon(R) Gold 6226R",
        cpu_socket_count=2,
        cpu_core_count=16,
        cpu_thread_count=32,
        cpu_mhz=2500,
        cpu_total_mhz=40000,
        cpu_used_mhz=1200,
        memory_mib=131072,
        memory_used_mib=65536,
        uptime_seconds=12531937,
        booted_at=datetime(2026, 1, 31, 2),  # noqa: DTZ001 - naive UTC, as stored
    )
    assert "planted-secret" not in SHAPE.content_of(DUMP)
    assert json.loads(SHAPE.content_of(DUMP))["name"] == "esx01.example.com"


def test_hosts_of_a_real_loop_are_read_with_their_alarms() -> None:
    """Hosts in alarm would look healthy."""
    loop = read_loop()
    assert len(loop) == 9
    assert SHAPE_WITH_ALARMS.also is not None
    alarms = []
    for item, around in loop:
        assert SHAPE_WITH_ALARMS.sureness(item, around) is Sureness.SURE
        assert SHAPE.sureness(item, around) is Sureness.NO
        assert to_sureness_of_machine(item, around) is Sureness.NO
        assert not parse(item, around)[1]
        alarms += [alarm for _, alarm in SHAPE_WITH_ALARMS.also(item, around)]
    assert parse(*loop[0])[0] == EsxiHost(
        name="esx-fra-01.corp.example.com", connection_state="connected", overall_status="green"
    )
    assert len(alarms) == 3
    assert alarms[0] == TriggeredAlarm(
        alarm_name=None,
        description=None,
        alarm_moid="alarm-976",
        entity_type="HostSystem",
        entity_name="esx-fra-01.corp.example.com",
        entity_moid="host-25",
        overall_status="yellow",
        triggered_at=datetime(2026, 11, 24, 4, 19, 11, 715008),  # noqa: DTZ001 - naive UTC, as stored
        is_acknowledged=False,
        acknowledged_by=None,
        acknowledged_at=None,
    )


def test_the_hardware_says_what_the_summary_does_not() -> None:
    """An admin who asks for `hardware` alone would get a host without processors."""
    item = {
        "name": "e",
        "hardware": {
            "cpuInfo": {"hz": 2499998000, "numCpuCores": 8, "numCpuPackages": 1, "numCpuThreads": 16},
            "memorySize": "1073741824",
            "systemInfo": {
                "otherIdentifyingInfo": [
                    {"identifierType": {"key": "AssetTag"}, "identifierValue": "unknown"},
                    {"identifierType": {"key": "ServiceTag"}, "identifierValue": "ABC123"},
                ]
            },
        },
    }
    assert to_sureness(item, AROUND) is Sureness.SURE
    assert parse(item)[0] == EsxiHost(
        name="e",
        serial_number="ABC123",
        cpu_socket_count=1,
        cpu_core_count=8,
        cpu_thread_count=16,
        cpu_mhz=2500,
        cpu_total_mhz=20000,
        memory_mib=1024,
    )


def test_a_host_gets_its_name_from_what_was_asked() -> None:
    """A status without a host would be a row of its own in the table."""
    around = Surroundings("ansible_facts", {}, None, {"esxi_hostname": "esx01"})
    assert to_sureness({"runtime": {"connectionState": "connected"}}, around) is Sureness.SURE
    assert parse({"overallStatus": "red"}, around)[0] == EsxiHost(name="esx01", overall_status="red")
    with pytest.raises(ValueError, match="nothing says which host this is"):
        parse({"overallStatus": "red"})


def test_a_host_that_was_asked_itself_has_the_name_it_was_asked_by() -> None:
    """Without a vCenter the module has no `esxi_hostname`: the host would be refused."""
    around = Surroundings("ansible_facts", {}, None, {"esxi_hostname": None, "hostname": "esx07.example.com"})
    assert parse({"config": {"product": {"version": "8.0.2"}}}, around)[0] == EsxiHost(
        name="esx07.example.com", version="8.0.2"
    )
    assert parse({"parent": {"name": "localhost.localdomain"}}, around)[0] == EsxiHost(name="esx07.example.com")
    elsewhere = around._replace(key="hosts")
    with pytest.raises(ValueError, match="nothing says which host this is"):
        parse({"config": {"product": {"version": "8.0.2"}}}, elsewhere)


@pytest.mark.parametrize(
    ("parent", "cluster"),
    [
        ({"name": "prod%2f01"}, "prod/01"),
        ({"name": "prod", "_vimtype": "vim.ClusterComputeResource", "host": ["vim.HostSystem:host-1"]}, "prod"),
        ({"name": "esx07"}, None),
        ({"name": "other", "_vimtype": "vim.ComputeResource"}, None),
        ("vim.ClusterComputeResource:domain-c9", None),
        (None, None),
    ],
)
def test_the_parent_names_the_cluster(parent: object, cluster: str | None) -> None:
    """Admins ask for `parent.name`; a host outside of a cluster has a parent of its own name."""
    around = Surroundings("ansible_facts", {}, None, {"esxi_hostname": "esx07"})
    item = {"parent": parent, "name": "esx07"}
    assert to_sureness(item, around) is Sureness.SURE
    assert parse(item, around)[0] == EsxiHost(name="esx07", cluster=cluster)


@pytest.mark.parametrize(
    ("tags", "serial_number"),
    [
        ([("ServiceTag", "ENCLOSURE1"), ("AssetTag", "x"), ("ServiceTag", "BLADE07")], "BLADE07"),
        ([("ServiceTag", "BLADE07"), ("ServiceTag", " ")], "BLADE07"),
        ([("EnclosureSerialNumberTag", "ENCLOSURE1"), ("SerialNumberTag", "BLADE07")], "BLADE07"),
        ([("SerialNumberTag", "OTHER"), ("ServiceTag", " BLADE07 ")], "BLADE07"),
        ([("ServiceTag", "unknown"), ("SerialNumberTag", "None")], None),
    ],
)
def test_a_blade_has_its_own_serial_number(tags: list[tuple[str, str]], serial_number: str | None) -> None:
    """All blades of an enclosure would have one serial number, and support would be asked for the wrong machine."""
    listed = [{"identifierType": {"key": kind}, "identifierValue": value} for kind, value in tags]
    summary = {"hardware": {"otherIdentifyingInfo": listed}}
    assert parse({"name": "e", "summary": summary})[0].serial_number == serial_number
    hardware = {"systemInfo": {"serialNumber": "", "otherIdentifyingInfo": listed}}
    assert parse({"name": "e", "hardware": hardware})[0].serial_number == serial_number


def test_a_value_that_cannot_be_meant_names_its_path() -> None:
    """An admin could not find what is wrong in a tree of properties."""
    with pytest.raises(ValueError, match=r"summary\.hardware\.numCpuCores: 'many' is not a whole number"):
        parse({"name": "e", "summary": {"hardware": {"numCpuCores": "many"}}})


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({}, "ansible_facts"),
        ({"ansible_hostname": "a", "ansible_distribution": "VMware ESXi", "overallStatus": "x"}, "ansible_facts"),
        ({"name": "a", "config": {"x": 1}}, "ansible_facts"),
        ({"name": "a", "overallStatus": "green"}, "anything"),
        ({"summary": {"config": {"product": None, "numCpu": 1}}}, "instance"),
        ({"summary": {"capacity": 1}, "overallStatus": "green"}, "datastores"),
        ({"summary": "x", "hardware": {"cpu": 1}, "runtime": None}, "value"),
    ],
)
def test_other_objects_are_not_claimed(item: dict[str, Any], key: str) -> None:
    """Facts of any machine that Ansible gathered would be published as ESXi hosts."""
    assert to_sureness(item, Surroundings(key)) is Sureness.NO
