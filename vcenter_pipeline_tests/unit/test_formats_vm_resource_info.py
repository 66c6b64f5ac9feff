"""What `vmware.vmware.vm_resource_info` says of one machine."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vm_resource_info import SHAPE, parse_virtual_machine, to_sureness
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import virtual_machine

AROUND = Surroundings("vms")

MACHINE: dict[str, Any] = {
    "cpu": {"cores_per_socket": 2, "hot_add_enabled": False, "hot_remove_enabled": False, "processor_count": 4},
    "esxi_host": {"moid": "host-64", "name": "10.10.10.129"},
    "memory": {"hot_add_enabled": False, "hot_add_increment": 0, "hot_add_max_limit": 4096, "size_mb": 4096},
    "moid": "vm-75373",
    "name": "ma%2f1",
    "resource_pool": {"moid": "resgroup-35", "name": "Resources"},
    "stats": {"cpu": {"demand_mhz": 68, "usage_mhz": 68}, "memory": {"active_mb": 81, "swapped_mb": 0}},
}
"""Made by hand of the module's documented return values."""


def test_every_key_finds_its_column() -> None:
    """Cores per socket published as processors would halve or double them."""
    assert to_sureness(MACHINE, AROUND) is Sureness.SURE
    assert parse_virtual_machine(MACHINE, AROUND, []) == virtual_machine(
        name="ma/1",
        moid="vm-75373",
        cpu_count=4,
        memory_mib=4096,
        esxi_host="10.10.10.129",
        resource_pool="Resources",
        is_system=False,
        cores_per_socket=2,
        esxi_host_moid="host-64",
    )


def test_what_was_not_gathered_is_unknown() -> None:
    """A machine with no processors would be summed up as one."""
    item = {
        **MACHINE,
        "cpu": {},
        "memory": {},
        "stats": {"cpu": {}, "memory": {}},
        "resource_pool": {},
        "esxi_host": {},
    }
    assert to_sureness(item, AROUND) is Sureness.SURE
    assert parse_virtual_machine(item, AROUND, []) == virtual_machine(name="ma/1", moid="vm-75373", is_system=False)


def test_a_value_that_cannot_be_meant_names_its_key() -> None:
    """An admin could not find what is wrong."""
    with pytest.raises(ValueError, match=r"memory\.size_mb: 'much' is not a whole number"):
        parse_virtual_machine({**MACHINE, "memory": {"size_mb": "much"}}, AROUND, [])
    assert json.loads(SHAPE.content_of(MACHINE))["memory.size_mb"] == 4096


@pytest.mark.parametrize("item", [{}, {"name": "a", "moid": "vm-1"}, {"vm_name": "a", "alarm_name": "b"}])
def test_other_lists_called_vms_are_not_claimed(item: dict[str, Any]) -> None:
    """Many an admin calls his list `vms`."""
    assert to_sureness(item, AROUND) is Sureness.NO
