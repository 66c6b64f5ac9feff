"""Records of virtual machines in words of people's own.

The samples were made by hand: one as an older program documents its input, others as public playbooks write them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.old_vm_list import SHAPE, parse_virtual_machine, to_sureness
from vcenter_pipeline.formats.shape import Item, SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VirtualMachine, VmAttribute, VmDatastore, VmNic, virtual_machine

REPORTS = Path(__file__).parent.parent / "reports"
VMS = Surroundings("vms")

OLD: dict[str, Any] = {
    "name": "Prod%2fweb-01",
    "power_state": "poweredOn",
    "cpu_count": 4,
    "memory_mb": 8192,
    "guest_os": "Red Hat Enterprise Linux 9 (64-bit)",
    "ip_address": "10.10.20.18",
    "host": "esx-fra-01.corp.example.com",
    "cluster": "fra-prod",
    "datastore": "vmfs-fra-prod-01",
    "uuid": "F46764EC-2275-51c6-88d7-d39fb4e8df10",
}
RECORD = virtual_machine(
    name="Prod/web-01",
    bios_uuid="f46764ec-2275-51c6-88d7-d39fb4e8df10",
    power_state="poweredOn",
    guest_os="Red Hat Enterprise Linux 9 (64-bit)",
    cpu_count=4,
    memory_mib=8192,
    primary_ip="10.10.20.18",
    esxi_host="esx-fra-01.corp.example.com",
    cluster="fra-prod",
    is_system=False,
    datastores=(VmDatastore("vmfs-fra-prod-01", None),),
)


def parse(item: Item) -> VirtualMachine:
    """Parse one record of a list."""
    spoilt: list[SpoiltChild] = []
    record = parse_virtual_machine(item, VMS, spoilt)
    assert spoilt == []
    return record


def test_the_older_program_s_record_fills_its_columns() -> None:
    """A swapped key would publish memory as processors."""
    assert to_sureness(OLD, VMS) == Sureness.LIKELY
    assert parse(OLD) == RECORD


def test_other_words_are_the_same_machine() -> None:
    """Everybody names the columns anew; one word that is not known empties its column."""
    item = {
        "vm_name": "Prod/web-01",
        "status": "Powered On",
        "num_cpu": "4",
        "memory": "8 GB",
        "guest_os": "Red Hat Enterprise Linux 9 (64-bit)",
        "ip": "10.10.20.18, fe80::1",
        "esxi_host": "esx-fra-01.corp.example.com",
        "cluster": "fra-prod",
        "datastores": [{"name": "vmfs-fra-prod-01"}, "vmfs-fra-prod-01", None],
        "bios_uuid": "f46764ec-2275-51c6-88d7-d39fb4e8df10",
    }
    assert to_sureness(item, Surroundings("")) == Sureness.LIKELY
    assert parse(item) == RECORD


@pytest.mark.parametrize(
    ("said", "power", "status"),
    [
        ({"power_state": "POWERED_OFF"}, "poweredOff", None),
        ({"power_state": "on"}, "poweredOn", None),
        ({"power_state": "unknown"}, None, None),
        ({"power_state": "hibernating"}, "hibernating", None),
        ({"status": "running"}, "poweredOn", None),
        ({"status": "green"}, None, "green"),
        ({"status": "active"}, None, None),
        ({"power_state": "off", "status": "red"}, "poweredOff", "red"),
        ({}, None, None),
    ],
)
def test_a_status_is_a_power_state_only_where_it_is_one(said: Item, power: str | None, status: str | None) -> None:
    """A machine whose alarm is green must not count as one with an unknown power state, and be refused for it."""
    record = parse({"name": "web01", **said})
    assert (record.power_state, record.overall_status) == (power, status)


@pytest.mark.parametrize(
    ("said", "mib"),
    [
        ({"memory": 4096}, 4096),
        ({"memory": "4,096"}, 4096),
        ({"memory": "4096 MB"}, 4096),
        ({"memory": "1.5 GB"}, 1536),
        ({"memory": 16}, None),
        ({"memory_gb": 16}, 16384),
        ({"memory_gb": "0.5"}, 512),
        ({"memory_mb": "N/A"}, None),
        ({"memory_gb": "N/A"}, None),
        ({"memory_mb": None, "memory_gb": 2}, 2048),
    ],
)
def test_memory_has_a_unit_or_is_not_known(said: Item, mib: int | None) -> None:
    """16 may be MiB or GiB: whoever guesses is wrong by a factor of 1024 for half of the scripts."""
    assert parse({"name": "web01", **said}).memory_mib == mib


def test_lists_in_the_module_s_form_are_read() -> None:
    """A playbook that renames `guest_name` alone would lose all adapters, datastores, tags and attributes."""
    record = parse(
        {
            "name": "web",
            "power_state": "poweredOn",
            "mac_address": ["00:50:56:AA:00:01"],
            "vm_network": {"00:50:56:aa:00:01": {"ipv4": ["10.0.0.4/24"], "ipv6": []}},
            "datastore_url": [{"name": "SSD", "url": "ds:///vmfs/volumes/7/"}],
            "tags": [{"name": "prod", "category_name": "Env"}],
            "attributes": {"Owner": "Anna"},
        }
    )
    assert (record.nic_count, record.nics) == (1, (VmNic("00:50:56:aa:00:01", "10.0.0.4", 24, "ipv4"),))
    assert record.datastores == (VmDatastore("SSD", "/vmfs/volumes/7"),)
    assert record.attributes == (
        VmAttribute("tag", "Env", "prod", None),
        VmAttribute("custom_attribute", None, "Owner", "Anna"),
    )
    other = parse({"name": "web", "power_state": "poweredOn", "tags": "a, b", "attributes": ["x"], "vm_network": "LAN"})
    assert (other.nics, other.nic_count, other.attributes) == ((), None, ())


def test_what_is_not_known_stays_unknown() -> None:
    """`N/A` is no address, and no processor count is not zero."""
    item = OLD | {"ip_address": "N/A", "cpu_count": None, "guest_os": "Unknown", "host": "", "memory_mb": None}
    record = parse(item)
    assert (record.primary_ip, record.cpu_count, record.guest_os, record.esxi_host, record.memory_mib) == (None,) * 5


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"name": "esx01", "power_state": "poweredOn", "cpu_count": 2, "memory_mb": 1024}, "hosts"),
        ({"name": "esx01", "connection_state": "connected", "cpu_count": 2, "memory_mb": 1024}, "vm_hosts"),
        ({"name": "switch", "ip_address": "10.0.0.1", "host": "rack"}, "devices"),
        ({"name": "before update", "vm_name": "web01", "state": "poweredOff"}, "snapshots"),
        ({"vm_name": "web01", "alarm_name": "CPU", "severity": "critical", "status": "active"}, "alarms"),
        ({"vm_name": "web01", "datastore": "ds1", "capacity_gb": 40}, "disks"),
        ({"name": "web01"}, "vms"),
        ({"name": "web01", "power_state": "poweredOn"}, "vms"),
        ({"name": "web01", "power_state": "poweredOn", "cpu": {"count": 4}, "memory": {"size_MiB": 4}}, "vms"),
        ({"vm": "vm-42", "name": "web01", "power_state": "POWERED_ON", "cpu_count": 4}, "vms"),
        ({"name": ["web01"], "power_state": "poweredOn", "cpu_count": 4}, "vms"),
        ({"name": "web01", "uuid": "x", "ip_address": "10.0.0.1"}, "vms"),
    ],
)
def test_what_may_be_something_else_is_not_claimed(item: dict[str, Any], key: str) -> None:
    """Hosts, snapshots and disks would be counted as virtual machines."""
    assert to_sureness(item, Surroundings(key)) == Sureness.NO


def test_machines_of_the_module_are_left_to_its_shape() -> None:
    """Two shapes that claim one item make the reader choose."""
    machines = json.loads((REPORTS / "ansible12/virtual_machines_only.json").read_text())
    assert len(machines) == 77
    for key in ("", "vms", "virtual_machines"):
        assert {to_sureness(machine, Surroundings(key)) for machine in machines} == {Sureness.NO}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cpu_count": "four"}, "cpu_count: 'four' is not a whole number"),
        ({"memory_mb": "much"}, "memory_mb: 'much' is not a size such as 69.73 GB"),
        ({"ip_address": "somewhere"}, "ip_address: 'somewhere' is not an IP address"),
        ({"host": {"password": "hunter2"}}, "host: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_key(changes: dict[str, object], reason: str) -> None:
    """The admin must find it, and the message is stored."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(OLD | changes)
    assert str(caught.value) == reason


def test_a_bad_datastore_costs_itself_alone() -> None:
    """One odd entry must not cost the machine."""
    spoilt: list[SpoiltChild] = []
    record = parse_virtual_machine(OLD | {"datastore": ["ds1", ["x"]]}, VMS, spoilt)
    assert record.datastores == (VmDatastore("ds1", None),)
    assert spoilt == [SpoiltChild("vm_datastores", "datastore", "datastore: a list is not a text", None)]


def test_a_rejected_record_keeps_no_notes_and_nothing_unread() -> None:
    """Notes are free text and may hold a password."""
    content = json.loads(SHAPE.content_of(OLD | {"annotation": "hunter2", "token": "hunter2"}))
    assert set(content) == set(OLD)
