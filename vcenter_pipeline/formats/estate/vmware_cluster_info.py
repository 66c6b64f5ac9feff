"""Read what `community.vmware.vmware_cluster_info` and `vmware.vmware.cluster_info` say of a cluster.

Both write `clusters`, a mapping by name. The older module says `enable_ha`, `enabled_drs` and `enabled_vsan`, the
newer one `ha_enabled`, `drs_enabled` and `vsan_enabled`. In Ansible 2.9 there was neither moid nor datacenter. With
`schema: vsphere` an item has the properties that were asked for, as vSphere names them, and without any all of them:
the moid then stands under `_vimid`.

Source: plugins/modules/vmware_cluster_info.py of community.vmware, plugins/modules/cluster_info.py of vmware.vmware,
real output of 2.9 and 5.10; the vSphere API types `ClusterConfigInfoEx` and `ClusterComputeResourceSummary`.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import inner_of, to_asked_datacenter, value_at, values_for_content
from vcenter_pipeline.formats.values.property_set import to_first, to_reference_moid
from vcenter_pipeline.formats.values.rest_item import is_id
from vcenter_pipeline.formats.values.vsphere_kinds import MOID_KEYS, REFERENCE_KEYS
from vcenter_pipeline.formats.values.words import to_drs_behavior, to_moid, to_overall_status
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Cluster, Record
from vcenter_pipeline.model.units import named, to_count, to_flag, to_name, to_text

T = TypeVar("T")

_MODULE_KEYS: Final = frozenset(
    {
        "enable_ha",
        "enabled_drs",
        "enabled_vsan",
        "dpm_enabled",
        "drs_default_vm_behavior",
        "drs_vmotion_rate",
        "ha_admission_control_enabled",
        "ha_host_monitoring",
        "vsan_auto_claim_storage",
    },
)
"""Keys of the modules only: `ha_enabled` and `drs_enabled` alone are the REST API's."""
_ENOUGH: Final = 2
_LIST_KEYS: Final = frozenset({"clusters"})
_CONFIGURATIONS: Final = ("configurationEx", "configuration")
_SUMMARY_KEYS: Final = frozenset({"numEffectiveHosts", "effectiveCpu", "effectiveMemory", "totalCpu", "totalMemory"})
_TYPE: Final = "vim.ClusterComputeResource"
_MOID_PREFIX: Final = "domain-c"
_PROPERTIES: Final = ("summary", *_CONFIGURATIONS)
_CONTENT_KEYS: Final = (
    "name",
    "moid",
    "datacenter",
    "overallStatus",
    "enable_ha",
    "ha_enabled",
    "enabled_drs",
    "drs_enabled",
    "drs_default_vm_behavior",
    "enabled_vsan",
    "vsan_enabled",
    "ha_admission_control_enabled",
    "ha_failover_level",
    "resource_summary.cpuCapacityMHz",
    "resource_summary.cpuUsedMHz",
    "resource_summary.memCapacityMB",
    "resource_summary.memUsedMB",
    "resource_summary.storageCapacityMB",
    "resource_summary.storageUsedMB",
    "summary.numHosts",
    "summary.totalCpu",
    "summary.totalMemory",
)
_MIB: Final = 1024**2


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is a cluster as one of the modules writes it."""
    if len(_MODULE_KEYS.intersection(item)) >= _ENOUGH or _is_told_by_properties(item):
        return Sureness.SURE
    is_one = around.key in _LIST_KEYS and (
        "overallStatus" in item or _has_properties(item) or is_id(item.get("moid"), _MOID_PREFIX)
    )
    return Sureness.LIKELY if is_one else Sureness.NO


def _has_properties(item: Item) -> bool:
    return any(inner_of(item, key) for key in _PROPERTIES) or isinstance(item.get("host"), list)


def _is_told_by_properties(item: Item) -> bool:
    """Say whether the item has properties that only a cluster has in vSphere."""
    if item.get("_vimtype") == _TYPE or _SUMMARY_KEYS.intersection(inner_of(item, "summary")):
        return True
    return any("drsConfig" in inner_of(item, key) or "dasConfig" in inner_of(item, key) for key in _CONFIGURATIONS)


def parse_cluster(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> Cluster | None:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one cluster into a record; None where neither its name nor its moid is said.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    name = _to_name_of(item)
    moid = _to_own_moid(item)
    if name is None and moid is None:
        return None
    cluster = Cluster(
        name=name,
        moid=moid,
        datacenter=value_at(item, to_name, "datacenter") or to_asked_datacenter(around),
        overall_status=value_at(item, to_overall_status, "overallStatus"),
    )
    return _with_properties(cluster, item) if _has_properties(item) else _with_module_keys(cluster, item)


def _to_own_moid(item: Item) -> str | None:
    return value_at(item, to_moid, "moid") or to_first(item, to_reference_moid, *MOID_KEYS, *REFERENCE_KEYS)


def _to_name_of(item: Item) -> str | None:
    """Give the name; community.vmware has decoded it: once more, and `%2f` that is really in a name would be lost."""
    return value_at(item, to_text if "enabled_drs" in item else to_name, "name")


def _with_module_keys(cluster: Cluster, item: Item) -> Cluster:
    hosts = item.get("hosts")
    return cluster._replace(
        is_ha_enabled=_either(item, to_flag, "enable_ha", "ha_enabled"),
        is_drs_enabled=_either(item, to_flag, "enabled_drs", "drs_enabled"),
        drs_behavior=value_at(item, to_drs_behavior, "drs_default_vm_behavior"),
        is_vsan_enabled=_to_vsan_flag(item),
        is_admission_control_enabled=value_at(item, to_flag, "ha_admission_control_enabled"),
        ha_failover_level=value_at(item, to_count, "ha_failover_level"),
        host_count=len(hosts) if isinstance(hosts, list) else None,
        cpu_total_mhz=value_at(item, to_count, "resource_summary", "cpuCapacityMHz"),
        cpu_used_mhz=value_at(item, to_count, "resource_summary", "cpuUsedMHz"),
        memory_mib=value_at(item, to_count, "resource_summary", "memCapacityMB"),
        memory_used_mib=value_at(item, to_count, "resource_summary", "memUsedMB"),
        storage_bytes=value_at(item, _from_mib_to_bytes, "resource_summary", "storageCapacityMB"),
        storage_used_bytes=value_at(item, _from_mib_to_bytes, "resource_summary", "storageUsedMB"),
    )


def _to_vsan_flag(item: Item) -> bool | None:
    """Say whether vSAN is on, as far as the module could tell.

    community.vmware 1.8 and 1.9 wrote the flag as a list of one. Before 1.8 the module looked for vSAN at the wrong
    place and always said no; those versions say no datacenter either (1.7 does, and cannot be told from later ones).
    """
    told = item.get("enabled_vsan")
    if isinstance(told, list) and len(told) == 1:
        return named("enabled_vsan", to_flag, told[0])
    is_on = _either(item, to_flag, "enabled_vsan", "vsan_enabled")
    return is_on if is_on or "enabled_vsan" not in item or "datacenter" in item else None


def _with_properties(cluster: Cluster, item: Item) -> Cluster:
    key = next((key for key in _CONFIGURATIONS if inner_of(item, key)), _CONFIGURATIONS[0])
    return cluster._replace(
        is_ha_enabled=value_at(item, to_flag, key, "dasConfig", "enabled"),
        is_drs_enabled=value_at(item, to_flag, key, "drsConfig", "enabled"),
        drs_behavior=value_at(item, to_drs_behavior, key, "drsConfig", "defaultVmBehavior"),
        is_vsan_enabled=value_at(item, to_flag, key, "vsanConfigInfo", "enabled"),
        is_admission_control_enabled=value_at(item, to_flag, key, "dasConfig", "admissionControlEnabled"),
        ha_failover_level=value_at(item, to_count, key, "dasConfig", "admissionControlPolicy", "failoverLevel"),
        host_count=_to_host_count(item),
        cpu_total_mhz=value_at(item, to_count, "summary", "totalCpu"),
        memory_mib=value_at(item, _from_bytes_to_mib, "summary", "totalMemory"),
        overall_status=cluster.overall_status or value_at(item, to_overall_status, "summary", "overallStatus"),
    )


def _to_host_count(item: Item) -> int | None:
    count, hosts = value_at(item, to_count, "summary", "numHosts"), item.get("host")
    return len(hosts) if count is None and isinstance(hosts, list) else count


def _either(item: Item, convert: Callable[[object], T], older: str, newer: str) -> T:
    return value_at(item, convert, older if older in item else newer)


def _from_mib_to_bytes(value: object) -> int | None:
    mib = to_count(value)
    return None if mib is None else mib * _MIB


def _from_bytes_to_mib(value: object) -> int | None:
    size = to_count(value)
    return None if size is None else size // _MIB


def to_alarms_of(item: Item, around: Surroundings) -> Iterable[tuple[Kind, Record]]:  # noqa: ARG001 - the signature of `Shape.also`
    """Give the alarms of one cluster, and of the hosts and virtual machines in it.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    return to_alarms(item, "ClusterComputeResource", _to_own_moid(item), _to_name_of(item))


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_cluster_info",
    kind="clusters",
    meaning="clusters",
    forms=frozenset({"mapping", "list"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_cluster,
    content_of=content_of,
    written_by=(
        'vmware.vmware.cluster_info: {datacenter: "{{ item }}"}, in a loop over all datacenters; or '
        "community.vmware.vmware_cluster_info"
    ),
    cannot_tell="The cluster's alarm colour, unless it is asked for with schema: vsphere.",
    list_keys=_LIST_KEYS,
    name_key="name",
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_cluster_info_alarms",
    meaning="clusters, with the alarms in them",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    written_by=(
        'vmware.vmware.cluster_info: {datacenter: "{{ item }}", schema: vsphere, properties: [name, _moId, '
        "overallStatus, summary, configurationEx, triggeredAlarmState]}, in a loop over all datacenters"
    ),
    cannot_tell=(
        "The datacenter, unless the whole register is kept and one was asked for; the names of the alarms, and alarms "
        "outside of clusters."
    ),
    list_keys=frozenset(),
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    is_inventory=False,
)
"""Of its own, because only a report that asked for the alarms says something by giving none."""
