"""What `vmware_guest_tools_info` says of VMware Tools in one machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vmware_guest_tools_info import SHAPE, parse_tools, to_sureness
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import virtual_machine

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("vmtools_info")

TOOLS: dict[str, Any] = {
    "vm_guest_fullname": "Microsoft Windows 10 (64-bit)",
    "vm_guest_hostname": "test",
    "vm_guest_id": "windows9_64Guest",
    "vm_hw_version": "vmx-14",
    "vm_ipaddress": "10.10.10.10",
    "vm_moid": None,
    "vm_name": "test%2fvm",
    "vm_tools_install_type": "guestToolsTypeMSI",
    "vm_tools_last_install_count": 0,
    "vm_tools_running_status": "guestToolsRunning",
    "vm_tools_upgrade_policy": "manual",
    "vm_tools_version": 10341,
    "vm_tools_version_status": "guestToolsCurrent",
    "vm_use_instance_uuid": False,
    "vm_uuid": None,
}
"""Made by hand of the module's documented return values."""


def test_every_key_finds_its_column() -> None:
    """Tools that are outdated would be published as current."""
    assert to_sureness(TOOLS, AROUND) is Sureness.SURE
    assert parse_tools(TOOLS, AROUND, []) == virtual_machine(
        name="test/vm",
        primary_ip="10.10.10.10",
        is_system=False,
        guest_os_reported="Microsoft Windows 10 (64-bit)",
        guest_hostname="test",
        tools_running_status="guestToolsRunning",
        tools_version_status="guestToolsCurrent",
        tools_version="10341",
        hardware_version="vmx-14",
    )


def test_the_first_releases_also_say_whether_tools_are_old() -> None:
    """They wrote `summary.guest.toolsStatus`; machines with old Tools would pass for unknown ones."""
    item = {**TOOLS, "vm_tools_install_status": "toolsOld", "vm_tools_version_status": "guestToolsNeedUpgrade"}
    record = parse_tools(item, AROUND, [])
    assert (record.tools_status, record.tools_version_status) == ("toolsOld", "guestToolsNeedUpgrade")


@pytest.mark.parametrize(
    ("use_instance_uuid", "column"), [(True, "instance_uuid"), (False, "bios_uuid"), (None, "bios_uuid")]
)
def test_the_uuid_is_of_the_kind_that_was_asked_for(use_instance_uuid: object, column: str) -> None:
    """A BIOS uuid among instance uuids makes a second machine of every one."""
    uuid = "4207072C-EDD8-3BD5-64DC-903FD3A0DB04"
    item = {**TOOLS, "vm_name": None, "vm_uuid": uuid, "vm_use_instance_uuid": use_instance_uuid}
    record = parse_tools(item, AROUND, [])
    assert getattr(record, column) == "4207072c-edd8-3bd5-64dc-903fd3a0db04"
    assert [record.name, record.moid, record.instance_uuid, record.bios_uuid].count(None) == 3


def test_a_loop_over_machines_gives_the_other_ids() -> None:
    """A machine that was asked by its moid could not be joined to a list with uuids only."""
    turn = {"guest_name": "a", "moid": "vm-7", "instance_uuid": "4207072c-edd8-3bd5-64dc-903fd3a0db04"}
    around = Surroundings("vmtools_info", {}, turn)
    record = parse_tools({**TOOLS, "vm_name": None, "vm_moid": "vm-7"}, around, [])
    assert (record.name, record.moid, record.instance_uuid) == ("a", "vm-7", "4207072c-edd8-3bd5-64dc-903fd3a0db04")


def test_a_machine_without_tools_has_no_version() -> None:
    """Version 0 would be listed as the oldest version of all, and be upgraded."""
    record = parse_tools({**TOOLS, "vm_tools_version": 0, "vm_ipaddress": None}, AROUND, [])
    assert (record.tools_version, record.primary_ip) == (None, None)


def test_a_value_that_cannot_be_meant_names_its_key() -> None:
    """An admin could not find what is wrong."""
    with pytest.raises(ValueError, match="vm_ipaddress: 'x' is not an IP address"):
        parse_tools({**TOOLS, "vm_ipaddress": "x"}, AROUND, [])
    with pytest.raises(ValueError, match="nothing says which virtual machine this is"):
        parse_tools({**TOOLS, "vm_name": None}, AROUND, [])
    assert json.loads(SHAPE.content_of(TOOLS))["vm_name"] == "test%2fvm"


def test_a_real_task_that_failed_is_not_claimed() -> None:
    """Its message would become a machine."""
    report = json.loads((REPORTS / "ansible12/guest_tools_info.json").read_text("utf-8"))
    assert to_sureness(report, Surroundings("")) is Sureness.NO
    assert to_sureness({"vm_name": "a", "alarm_name": "b"}, AROUND) is Sureness.NO
