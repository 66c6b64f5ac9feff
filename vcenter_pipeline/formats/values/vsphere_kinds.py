"""Say what a set of vSphere properties belongs to: a virtual machine, a host, or something else.

A set that an admin chose may hold any properties. Some of them only one type has, and most objects have `name`,
`overallStatus` and the like.

Source: the vSphere API types `VirtualMachine` and `HostSystem`.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import PROPERTY, to_alarm_entity_type
from vcenter_pipeline.formats.shape import Item
from vcenter_pipeline.formats.values.property_set import has_property

MACHINE: Final = "VirtualMachine"
HOST: Final = "HostSystem"

REFERENCE_KEYS: Final = ("_vimref", "self", "vimref")
"""Keys under which an object names itself, with its type."""

_TYPE_KEYS: Final = (*REFERENCE_KEYS, "_vimtype")

MOID_KEYS: Final = ("_moId", "_vimid", "moid")

STATES: Final = ("overallStatus", "configStatus", "configIssue", PROPERTY)
"""What every managed entity has."""

TOP: Final = ("config", "summary", "runtime", "guest", "snapshot", "hardware", "guestHeartbeatStatus", PROPERTY)
"""What the properties that tell an object apart begin with."""

_ONLY_A_MACHINE: Final = (
    "config.hardware.numCPU",
    "config.hardware.memoryMB",
    "config.hardware.device",
    "config.instanceUuid",
    "config.guestFullName",
    "config.guestId",
    "config.template",
    "config.changeVersion",
    "summary.config.vmPathName",
    "summary.config.numCpu",
    "summary.config.memorySizeMB",
    "summary.config.guestFullName",
    "summary.config.instanceUuid",
    "summary.guest.toolsStatus",
    "summary.guest.toolsRunningStatus",
    "summary.runtime.host",
    "summary.quickStats.guestHeartbeatStatus",
    "summary.quickStats.guestMemoryUsage",
    "summary.storage.committed",
    "runtime.host",
    "runtime.consolidationNeeded",
    "guest.toolsStatus",
    "guest.toolsRunningStatus",
    "guest.toolsVersionStatus2",
    "guest.ipAddress",
    "guest.hostName",
    "guest.guestFullName",
    "guest.guestState",
    "guest.disk",
    "guest.net",
    "snapshot.rootSnapshotList",
)

_ONLY_A_HOST: Final = (
    "summary.hardware.cpuModel",
    "summary.hardware.memorySize",
    "summary.hardware.vendor",
    "summary.hardware.model",
    "summary.hardware.numCpuCores",
    "summary.host",
    "config.product",
    "config.hyperThread",
    "hardware.systemInfo",
    "hardware.cpuInfo",
    "hardware.memorySize",
    "runtime.inMaintenanceMode",
    "summary.runtime.inMaintenanceMode",
)


def to_type(item: Item) -> str | None:
    """Give the vSphere type that the item says it has, or that its properties give away; None for anything else."""
    told = _to_told_type(item)
    if told is not None:
        return told
    if not any(key in item for key in TOP):
        return None
    is_entity = "name" in item or any(key in item for key in STATES)
    if (is_entity and "guestHeartbeatStatus" in item) or any(has_property(item, path) for path in _ONLY_A_MACHINE):
        return MACHINE
    if any(has_property(item, path) for path in _ONLY_A_HOST):
        return HOST
    return to_alarm_entity_type(item)


def to_type_of_variables(item: Item) -> str | None:
    """Give the type of what an inventory plugin wrote, whose keys may be whole paths of any spelling."""
    told = _to_told_type(item)
    if told is not None:
        return told
    if any(has_property(item, path) for path in (*_ONLY_A_MACHINE, "config.uuid", "config.name")):
        return MACHINE
    if any(has_property(item, path) for path in _ONLY_A_HOST):
        return HOST
    return to_alarm_entity_type(item)


def _to_told_type(item: Item) -> str | None:
    for key in _TYPE_KEYS:
        value = item.get(key)
        if isinstance(value, str) and value.startswith(("vim.", "'vim.")):
            return value.strip("'").removeprefix("vim.").partition(":")[0]
        if key == "self" and isinstance(value, Mapping) and isinstance(value.get("type"), str):
            return str(value["type"])
    return None
