"""That no content of a report breaks the shapes that read details of virtual machines and hosts."""

import math
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcenter_pipeline.formats.estate import vsphere_host
from vcenter_pipeline.formats.machines import (
    vm_resource_info,
    vmware_guest_disk_info,
    vmware_guest_info,
    vmware_guest_snapshot_info,
    vmware_guest_tools_info,
    vmware_vm_inventory,
    vsphere_vm,
)
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings

SHAPES: Final = (
    vm_resource_info.SHAPE,
    vmware_guest_disk_info.SHAPE,
    vmware_guest_info.SHAPE,
    vmware_guest_snapshot_info.SHAPE,
    vmware_guest_tools_info.SHAPE,
    vmware_vm_inventory.SHAPE,
    vmware_vm_inventory.SHAPE_WITH_ALARMS,
    vsphere_host.SHAPE,
    vsphere_host.SHAPE_WITH_ALARMS,
    vsphere_vm.SHAPE,
    vsphere_vm.SHAPE_WITH_ALARMS,
)

OF_PROPERTIES: Final = [
    shape for shape in SHAPES if shape.name.startswith(("vmware_vm_inv", "vmware_guest_info_", "vmware_host"))
]
"""Those that know an item by vSphere properties alone."""

WORDS: Final = [
    "__ansible_unsafe",
    "_vimref",
    "alarm",
    "ansible_host",
    "availableField",
    "busNumber",
    "capacity_in_kb",
    "capacityInKB",
    "childSnapshotList",
    "config",
    "config.hardware.numCPU",
    "cpu",
    "current_snapshot",
    "customValue",
    "customvalues",
    "datastoreUrl",
    "device",
    "disk",
    "diskPath",
    "entity",
    "extensionKey",
    "guest",
    "hardware",
    "hw_datastores",
    "hw_eth0",
    "hw_folder",
    "hw_name",
    "hw_power_status",
    "id",
    "identifierType",
    "identity",
    "instanceUuid",
    "ipAddress",
    "ipConfig",
    "ipaddresses",
    "ipv4",
    "key",
    "macAddress",
    "macaddress",
    "managedBy",
    "memory",
    "moid",
    "name",
    "net",
    "numCPU",
    "otherIdentifyingInfo",
    "overallStatus",
    "path",
    "quickStats",
    "resource_pool",
    "rootSnapshotList",
    "runtime",
    "self",
    "snapshot",
    "snapshots",
    "stats",
    "summary",
    "systemInfo",
    "tag_category",
    "tags",
    "tags_by_category",
    "time",
    "triggeredAlarmState",
    "type",
    "uuid",
    "value",
    "vm_moid",
    "vm_name",
    "vm_tools_version",
    "0",
]
"""Keys that the shapes look at."""

PLAIN: Final = st.sampled_from(
    [
        None,
        "",
        "x",
        "N/A",
        "10.0.0.1",
        "00:50:56:00:00:01",
        "2026-01-01",
        "vm-1",
        "'vim.HostSystem:host-1'",
        "\ud800",
        0,
        -1,
        10**30,
        1.5,
        math.nan,
        math.inf,
        True,
    ]
)
ANYTHING: Final = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=15,
)
ITEMS: Final = st.dictionaries(st.sampled_from(WORDS), ANYTHING, max_size=8)
AROUND: Final = st.builds(
    Surroundings,
    st.sampled_from(["instance", "guests", "ansible_facts", "hostvars", "guest_snapshots", "guest_disk_info", "x"]),
    ITEMS,
    ANYTHING,
    st.fixed_dictionaries({}, optional={"moid": PLAIN, "name": ANYTHING, "uuid": PLAIN, "esxi_hostname": PLAIN}),
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.name))
@given(item=ITEMS, around=AROUND)
@settings(max_examples=25, deadline=None)
def test_no_content_breaks_a_shape(shape: Shape, item: Item, around: Surroundings) -> None:
    """Any other error than a ValueError would send the whole report to quarantine for one strange object."""
    spoilt: list[SpoiltChild] = []
    assert shape.sureness(item, around) in Sureness
    with suppress(ValueError):
        assert shape.parse(item, around, spoilt) is not None
    if shape.also is not None:
        with suppress(ValueError):
            assert all(kind in shape.also_kinds for kind, _ in shape.also(item, around))
    assert isinstance(shape.content_of(item), str)
    assert all(isinstance(child.reason, str) and child.table for child in spoilt)


@given(item=ITEMS, around=AROUND)
@settings(max_examples=150, deadline=None)
def test_no_set_of_properties_is_claimed_by_two_shapes(item: Item, around: Surroundings) -> None:
    """An admin may choose any properties; a machine that two shapes claim would be counted twice."""
    sure = [shape.name for shape in OF_PROPERTIES if shape.sureness(item, around) is Sureness.SURE]
    assert len(sure) <= 1
