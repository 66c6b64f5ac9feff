"""Virtual machines of PowerCLI's Get-VM, as ConvertTo-Json writes them.

No PowerCLI runs here: the samples were made by hand, from VMware's reference of its objects.
"""

import json
from datetime import datetime
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.powercli_vm import SHAPE, parse_virtual_machine, to_sureness
from vcenter_pipeline.formats.shape import Item, Sureness, Surroundings
from vcenter_pipeline.model.records import VirtualMachine, virtual_machine

AROUND = Surroundings("")

WHOLE: dict[str, Any] = {
    "Name": "Prod%2fweb-01",
    "PowerState": 1,
    "Notes": "Web server",
    "Guest": {
        "OSFullName": "Red Hat Enterprise Linux 9 (64-bit)",
        "IPAddress": ["10.10.20.18", "fe80::1"],
        "HostName": "web-01.corp.example.com",
    },
    "NumCpu": 4,
    "CoresPerSocket": 2,
    "MemoryMB": 8192.0,
    "MemoryGB": 8.0,
    "HardwareVersion": "vmx-19",
    "VMHost": {"Name": "esx-fra-01.corp.example.com", "State": 0},
    "Folder": "Produktion",
    "ResourcePool": {"Name": "Resources"},
    "UsedSpaceGB": 12.5,
    "ProvisionedSpaceGB": 40.0,
    "CreateDate": "2026-01-31T02:00:00Z",
    "Id": "VirtualMachine-vm-149",
    "Uid": "/VIServer=corp\\admin@vcenter:443/VirtualMachine=VirtualMachine-vm-149/",
    "ExtensionData": {"Config": {"Password": "hunter2"}},
}
RECORD = virtual_machine(
    name="Prod/web-01",
    moid="vm-149",
    power_state="poweredOn",
    cpu_count=4,
    cores_per_socket=2,
    memory_mib=8192,
    committed_bytes=13_421_772_800,
    provisioned_bytes=42_949_672_960,
    primary_ip="10.10.20.18",
    esxi_host="esx-fra-01.corp.example.com",
    folder="Produktion",
    resource_pool="Resources",
    guest_os_reported="Red Hat Enterprise Linux 9 (64-bit)",
    guest_hostname="web-01.corp.example.com",
    hardware_version="vmx-19",
    annotation="Web server",
    created_at=datetime(2026, 1, 31, 2),  # noqa: DTZ001 - instants are naive UTC
    is_system=False,
)


def parse(item: Item) -> VirtualMachine:
    """Parse one machine."""
    return parse_virtual_machine(item, AROUND, [])


def test_a_whole_machine_fills_its_columns() -> None:
    """A swapped key would publish used space as provisioned."""
    assert to_sureness(WHOLE, AROUND) == Sureness.SURE
    assert parse(WHOLE) == RECORD


def test_a_selection_is_a_machine() -> None:
    """Most scripts select a few columns, and CSV makes texts of them."""
    row = {"Name": "web01", "PowerState": "PoweredOff", "NumCpu": "2", "MemoryGB": "1.5", "VMHost": "esx01"}
    for item in (row, {key.lower(): value for key, value in row.items()}):
        assert to_sureness(item, AROUND) == Sureness.SURE
        assert parse(item) == virtual_machine(
            name="web01", power_state="poweredOff", cpu_count=2, memory_mib=1536, esxi_host="esx01", is_system=False
        )


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (0, "poweredOff"),
        (1, "poweredOn"),
        (2, "suspended"),
        ("PoweredOn", "poweredOn"),
        ("Suspended", "suspended"),
        ({"value": 1, "Value": "PoweredOn"}, "poweredOn"),
        (None, None),
    ],
)
def test_power_states_are_numbers_or_words(value: object, state: str | None) -> None:
    """ConvertTo-Json writes numbers; one off, and every machine that runs is shown as off."""
    assert parse(WHOLE | {"PowerState": value}).power_state == state


def test_names_of_types_say_nothing() -> None:
    """Deeper than it goes, ConvertTo-Json writes the type's name: every machine would run on one host."""
    item = WHOLE | {"VMHost": "VMware.VimAutomation.ViCore.Impl.V1.Inventory.VMHostImpl", "Guest": "x", "Id": "x"}
    record = parse(item)
    assert (record.esxi_host, record.guest_hostname, record.primary_ip, record.moid) == (None, None, None, None)
    assert parse(WHOLE | {"Guest": {"IPAddress": []}}).primary_ip is None


@pytest.mark.parametrize(
    "item",
    [
        {"Name": "esx01", "PowerState": 1, "ConnectionState": 0, "NumCpu": 64, "Version": "8.0.2"},
        {"Name": "esx01", "PowerState": 1, "CpuTotalMhz": 1, "MemoryTotalGB": 512.0, "NumCpu": 64},
        {"Name": "before update", "PowerState": 0, "VM": {"Name": "web01"}},
        {"name": "web01", "power_state": "poweredOn", "num_cpu": 2},
        {"name": "web01", "powerstate": "on"},
        {"Name": "web01", "NumCpu": 2},
    ],
)
def test_hosts_and_snapshots_are_not_claimed(item: dict[str, Any]) -> None:
    """Get-VMHost and Get-Snapshot have names and power states too."""
    assert to_sureness(item, AROUND) == Sureness.NO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"NumCpu": "four"}, "NumCpu: 'four' is not a whole number"),
        ({"UsedSpaceGB": "much"}, "UsedSpaceGB: 'much' is not a number"),
        ({"Guest": {"IPAddress": "somewhere"}}, "Guest.IPAddress: 'somewhere' is not an IP address"),
        ({"Name": {"a": "hunter2"}}, "Name: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(WHOLE | changes)
    assert str(caught.value) == reason


def test_a_rejected_machine_keeps_no_notes_and_nothing_unread() -> None:
    """ExtensionData holds the whole configuration, guestinfo and passwords with it."""
    content = json.loads(SHAPE.content_of(WHOLE))
    assert "hunter2" not in json.dumps(content)
    assert set(content) == {
        "Name",
        "PowerState",
        "NumCpu",
        "CoresPerSocket",
        "MemoryMB",
        "MemoryGB",
        "HardwareVersion",
        "Folder",
        "UsedSpaceGB",
        "ProvisionedSpaceGB",
        "CreateDate",
        "Id",
    }
