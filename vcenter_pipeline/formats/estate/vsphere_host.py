"""Read an ESXi host from its vSphere properties: the schema `vsphere` of `vmware_host_facts`.

The module returns them as `ansible_facts`, and the admin chooses which. It was called `vmware_host_info` for a while.
The properties of hosts that an inventory plugin lists are read as well.

Source: the vSphere API type `HostSystem`; `properties_facts` of plugins/modules/vmware_host_facts.py of the
collection community.vmware; real output of 5.10.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.property_set import (
    has_property,
    to_entries,
    to_first,
    to_property,
    to_reference_moid,
)
from vcenter_pipeline.formats.values.vsphere_kinds import HOST, MOID_KEYS, REFERENCE_KEYS, STATES, TOP, to_type
from vcenter_pipeline.formats.values.words import (
    to_host_connection_state,
    to_host_power_state,
    to_overall_status,
    to_serial_number,
    to_uuid,
)
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import EsxiHost, Record
from vcenter_pipeline.model.units import to_count, to_flag, to_instant, to_name, to_rounded, to_text

_FACTS: Final = "ansible_facts"
_ASKED_FOR: Final = (*STATES, "summary", "runtime", "config", "hardware", "parent", "name")
_CLUSTER: Final = "vim.ClusterComputeResource"
_SERIAL_NUMBER_TAGS: Final = ("ServiceTag", "SerialNumberTag")

_HZ_IN_MHZ: Final = 1_000_000
_BYTES_IN_MIB: Final = 1_048_576


def _to_mib(value: object) -> int | None:
    total = to_count(value)
    return None if total is None else total // _BYTES_IN_MIB


def _to_mhz(value: object) -> int | None:
    hertz = to_count(value)
    return None if hertz is None else round(hertz / _HZ_IN_MHZ)


_FIELDS: Final[tuple[tuple[str, Callable[[object], object], tuple[str, ...]], ...]] = (
    ("hardware_uuid", to_uuid, ("hardware.systemInfo.uuid", "summary.hardware.uuid")),
    ("connection_state", to_host_connection_state, ("runtime.connectionState", "summary.runtime.connectionState")),
    ("is_in_maintenance", to_flag, ("runtime.inMaintenanceMode", "summary.runtime.inMaintenanceMode")),
    ("power_state", to_host_power_state, ("runtime.powerState", "summary.runtime.powerState")),
    ("overall_status", to_overall_status, ("overallStatus", "summary.overallStatus")),
    ("version", to_text, ("config.product.version", "summary.config.product.version")),
    ("build", to_text, ("config.product.build", "summary.config.product.build")),
    ("vendor", to_text, ("hardware.systemInfo.vendor", "summary.hardware.vendor")),
    ("model", to_text, ("hardware.systemInfo.model", "summary.hardware.model")),
    ("cpu_model", to_text, ("summary.hardware.cpuModel",)),
    ("cpu_socket_count", to_count, ("summary.hardware.numCpuPkgs", "hardware.cpuInfo.numCpuPackages")),
    ("cpu_core_count", to_count, ("summary.hardware.numCpuCores", "hardware.cpuInfo.numCpuCores")),
    ("cpu_thread_count", to_count, ("summary.hardware.numCpuThreads", "hardware.cpuInfo.numCpuThreads")),
    ("cpu_used_mhz", to_count, ("summary.quickStats.overallCpuUsage",)),
    ("memory_mib", _to_mib, ("summary.hardware.memorySize", "hardware.memorySize")),
    ("memory_used_mib", to_count, ("summary.quickStats.overallMemoryUsage",)),
    ("uptime_seconds", to_rounded, ("summary.quickStats.uptime",)),
    ("booted_at", to_instant, ("runtime.bootTime", "summary.runtime.bootTime")),
)

_CONTENT_PATHS: Final = ("name", "moid", *(path for _, _, paths in _FIELDS for path in paths))


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item holds properties of an ESXi host."""
    if "ansible_hostname" in item or "ansible_distribution" in item:
        return Sureness.NO
    found = to_type(item)
    if found is not None:
        return Sureness.SURE if found == HOST and any(key in item for key in (*TOP, *STATES)) else Sureness.NO
    if around.key != _FACTS:
        return Sureness.NO
    if isinstance(around.arguments.get("esxi_hostname"), str):
        return Sureness.SURE if any(key in item for key in _ASKED_FOR) else Sureness.NO
    return Sureness.LIKELY if any(key in item for key in STATES) else Sureness.NO


def parse_esxi_host(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> EsxiHost:
    """Turn the properties of one host into a record.

    Raises:
        ValueError: a value of the host cannot be meant, or nothing says which host it is; the message names its path.
    """
    values: dict[str, Any] = {field: to_first(item, convert, *paths) for field, convert, paths in _FIELDS}
    name, moid = _to_name_of(item, around), _to_own_moid(item)
    if name is None and moid is None and values["hardware_uuid"] is None:
        message = "nothing says which host this is: ask for the property name as well"
        raise ValueError(message)
    cpu_mhz = to_first(item, to_count, "summary.hardware.cpuMhz") or to_first(item, _to_mhz, "hardware.cpuInfo.hz")
    cores = values["cpu_core_count"]
    return EsxiHost(
        **values,
        name=name,
        moid=moid,
        cluster=_to_cluster(item, name, around),
        serial_number=_to_serial_number(item, spoilt),
        cpu_mhz=cpu_mhz,
        cpu_total_mhz=None if cpu_mhz is None or cores is None else cpu_mhz * cores,
    )


def _to_name_of(item: Item, around: Surroundings) -> str | None:
    """Give the name that the host has, else that under which it was asked: of a vCenter, or the host itself."""
    told = to_first(item, to_name, "name", "vmware_inventory_name", "summary.config.name")
    keys = ("esxi_hostname", "hostname") if around.key == _FACTS else ("esxi_hostname",)
    asked = (around.arguments.get(key) for key in keys)
    return told or next((value for value in asked if isinstance(value, str) and value), None)


def _to_cluster(item: Item, name: str | None, around: Surroundings) -> str | None:
    """Give the cluster, where the name of the parent was asked for.

    A host outside of a cluster has a parent of its own, of another type and with the host's name; a host that was
    asked itself knows of no cluster.
    """
    parent, kind = to_first(item, to_name, "parent.name"), to_property(item, "parent._vimtype")
    if kind is not None:
        return parent if kind == _CLUSTER else None
    is_asked_itself = "hostname" in around.arguments and not around.arguments.get("esxi_hostname")
    return None if parent == name or is_asked_itself else parent


def _to_own_moid(item: Item) -> str | None:
    return to_first(item, to_reference_moid, *REFERENCE_KEYS, *MOID_KEYS, "summary.host")


def _to_serial_number(item: Item, spoilt: list[SpoiltChild]) -> str | None:
    """Give the serial number: a property of its own in vSphere 6.7 and later, and one of several tags before.

    A blade has two service tags, that of its enclosure first.
    """
    told = to_first(item, to_serial_number, "hardware.systemInfo.serialNumber")
    for parent in ("hardware.systemInfo", "summary.hardware"):
        if told is not None:
            break
        tags = [tag for _, tag in to_entries(item, f"{parent}.otherIdentifyingInfo", "esxi_hosts", spoilt)]
        for kind in _SERIAL_NUMBER_TAGS:
            of_kind = [tag for tag in tags if to_property(tag, "identifierType.key") == kind]
            numbers = [to_first(tag, to_serial_number, "identifierValue") for tag in of_kind]
            told = told or next((number for number in reversed(numbers) if number is not None), None)
    return told


def to_alarms_of(item: Item, around: Surroundings) -> Iterator[tuple[Kind, Record]]:
    """Give the alarms of one host.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    return to_alarms(item, HOST, _to_own_moid(item), _to_name_of(item, around))


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item."""
    return to_content((path, to_property(item, path)) for path in _CONTENT_PATHS if has_property(item, path))


SHAPE: Final = Shape(
    name="vmware_host_facts_vsphere",
    kind="esxi_hosts",
    meaning="properties of ESXi hosts",
    forms=frozenset({"object", "list", "mapping"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_esxi_host,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_host_facts: {esxi_hostname: "{{ item }}", schema: vsphere, properties: [name, '
        "overallStatus, summary, runtime.connectionState, runtime.inMaintenanceMode]}, in a loop over all hosts"
    ),
    cannot_tell=(
        "What is not among the chosen properties; the cluster, unless parent.name is among them; the datacenter."
    ),
    is_inventory=False,
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_host_facts_alarms",
    meaning="properties of ESXi hosts, with their alarms",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    written_by=(
        'community.vmware.vmware_host_facts: {esxi_hostname: "{{ item }}", schema: vsphere, '
        "properties: [name, overallStatus, triggeredAlarmState]}, in a loop over all hosts"
    ),
    cannot_tell="What is not among the chosen properties; the names of the alarms; alarms of anything but hosts.",
)
"""Of its own, because only a report that asked for the alarms says something by giving none."""
