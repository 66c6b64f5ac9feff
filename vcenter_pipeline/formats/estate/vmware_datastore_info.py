"""Read what `community.vmware.vmware_datastore_info` says of a datastore.

An item of `schema: summary` is vSphere's `DatastoreSummary` with two values that the module adds; `datastore_cluster`
is `N/A` outside of any. With `schema: vsphere` an item has the properties that were asked for, so that the same values
stand under `summary`, some of them under `info`; without any choice it has all, and its moid stands under `_vimid`. The
datacenter is in no item: it is known where the module was asked for one.

Source: plugins/modules/vmware_datastore_info.py of community.vmware, real output of 2.9 and 5.10; the vSphere API
types `Datastore` and `DatastoreSummary`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import inner_of, to_asked_datacenter, value_at, values_for_content
from vcenter_pipeline.formats.values.property_set import to_first, to_reference_moid
from vcenter_pipeline.formats.values.rest_item import is_id
from vcenter_pipeline.formats.values.vsphere_kinds import MOID_KEYS, REFERENCE_KEYS
from vcenter_pipeline.formats.values.words import (
    to_datastore_type,
    to_maintenance_mode,
    to_moid,
    to_overall_status,
)
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Datastore, Record
from vcenter_pipeline.model.units import to_bytes, to_datastore_url, to_flag, to_name, to_text

_OF_A_SUMMARY: Final = frozenset({"multipleHostAccess", "maintenanceMode", "accessible", "datastore_cluster"})
_SIZES_OF_A_SUMMARY: Final = frozenset({"freeSpace", "uncommitted"})
_LIST_KEYS: Final = frozenset({"datastores"})
_SUMMARY_KEYS: Final = (
    "name",
    "url",
    "type",
    "capacity",
    "freeSpace",
    "uncommitted",
    "accessible",
    "maintenanceMode",
    "multipleHostAccess",
)
_CONTENT_KEYS: Final = (
    *_SUMMARY_KEYS,
    "provisioned",
    "datastore_cluster",
    "overallStatus",
    *(f"summary.{key}" for key in _SUMMARY_KEYS),
)
_TYPE: Final = "vim.Datastore"
_ENTITY_PREFIX: Final = f"{_TYPE}:"
_MOID_PREFIX: Final = "datastore-"
_PROPERTIES: Final = ("summary", "info")


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is a datastore, in either schema."""
    if "freeSpace" in item and "capacity" in item and not _OF_A_SUMMARY.isdisjoint(item):
        return Sureness.SURE
    if not _SIZES_OF_A_SUMMARY.isdisjoint(inner_of(item, "summary")) or item.get("_vimtype") == _TYPE:
        return Sureness.SURE
    if "name" in item and is_id(item.get("moid"), _MOID_PREFIX):
        return Sureness.SURE
    has_properties = "overallStatus" in item or any(key in item for key in _PROPERTIES)
    is_one = around.key in _LIST_KEYS and "name" in item and has_properties
    return Sureness.LIKELY if is_one else Sureness.NO


def parse_datastore(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> Datastore | None:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one datastore into a record; None where nothing says which one it is.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    path = _path_to_summary(item)
    datastore = Datastore(
        name=_to_name_of(item),
        moid=_to_own_moid(item, *path),
        url=to_datastore_url(value_at(item, to_text, *path, "url")),
        datacenter=to_asked_datacenter(around),
        type=value_at(item, to_datastore_type, *path, "type"),
        capacity_bytes=value_at(item, to_bytes, *path, "capacity"),
        free_bytes=value_at(item, to_bytes, *path, "freeSpace"),
        uncommitted_bytes=value_at(item, to_bytes, *path, "uncommitted"),
        provisioned_bytes=value_at(item, to_bytes, "provisioned"),
        is_accessible=value_at(item, to_flag, *path, "accessible"),
        maintenance_mode=value_at(item, to_maintenance_mode, *path, "maintenanceMode"),
        has_multiple_host_access=value_at(item, to_flag, *path, "multipleHostAccess"),
        datastore_cluster=value_at(item, _to_datastore_cluster, "datastore_cluster"),
        overall_status=value_at(item, to_overall_status, "overallStatus"),
    )
    if datastore.name is None and datastore.moid is None and datastore.url is None:
        return None
    return _with_known_sizes(datastore)


def _path_to_summary(item: Item) -> tuple[str, ...]:
    """Give where the values stand; `info` has fewer of them."""
    return next(((key,) for key in _PROPERTIES if inner_of(item, key)), ())


def _to_name_of(item: Item) -> str | None:
    return value_at(item, to_name, "name") or value_at(item, to_name, *_path_to_summary(item), "name")


def _with_known_sizes(datastore: Datastore) -> Datastore:
    """Drop sizes that nobody knows, and add the provisioned one where only vSphere's values are there.

    A datastore that no host can reach has a capacity of 0: what the module computes from it is nothing either.
    """
    capacity, free, uncommitted = datastore.capacity_bytes, datastore.free_bytes, datastore.uncommitted_bytes
    if capacity == 0:
        return datastore._replace(capacity_bytes=None, free_bytes=None, uncommitted_bytes=None, provisioned_bytes=None)
    if datastore.provisioned_bytes is None and None not in (capacity, free, uncommitted):
        return datastore._replace(provisioned_bytes=(capacity or 0) - (free or 0) + (uncommitted or 0))
    return datastore


def _to_datastore_cluster(value: object) -> str | None:
    return None if value == "N/A" else to_name(value)


def _to_own_moid(item: Item, *path: str) -> str | None:
    """Give the moid that the item says, or that of the summary's reference, or of an alarm on the datastore itself.

    Ansible writes references as text, `vim.Datastore:datastore-12`; govc and the REST form of the API as an object.
    """
    told = to_first(item, to_reference_moid, *MOID_KEYS, *REFERENCE_KEYS)
    if told is not None:
        return told
    inner = inner_of(item, path[0]) if path else item
    reference = inner.get("datastore")
    if isinstance(reference, Mapping):
        return value_at(item, to_moid, *path, "datastore", "value")
    if isinstance(reference, str) and reference.strip("'").startswith(_ENTITY_PREFIX):
        return to_moid(reference)
    alarms = item.get("triggeredAlarmState")
    for alarm in alarms if isinstance(alarms, list) else ():
        entity = alarm.get("entity") if isinstance(alarm, Mapping) else None
        if isinstance(entity, str) and entity.startswith(_ENTITY_PREFIX):
            return to_moid(entity)
    return None


def to_alarms_of(item: Item, around: Surroundings) -> Iterable[tuple[Kind, Record]]:  # noqa: ARG001 - the signature of `Shape.also`
    """Give the alarms of one datastore.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    return to_alarms(item, "Datastore", _to_own_moid(item, *_path_to_summary(item)), _to_name_of(item))


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_datastore_info",
    kind="datastores",
    meaning="datastores",
    forms=frozenset({"list", "object"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_datastore,
    content_of=content_of,
    written_by='community.vmware.vmware_datastore_info: {datacenter: "{{ item }}"}, in a loop over all datacenters',
    cannot_tell="Moids; the datacenter, unless the whole register is kept and a datacenter was asked for.",
    list_keys=_LIST_KEYS,
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_datastore_info_alarms",
    meaning="datastores, with their alarms",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    written_by=(
        'community.vmware.vmware_datastore_info: {datacenter: "{{ item }}", schema: vsphere, properties: [name, '
        "overallStatus, summary, triggeredAlarmState]}, in a loop over all datacenters"
    ),
    cannot_tell="The names of the alarms, and alarms of anything but datastores.",
    list_keys=frozenset(),
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    is_inventory=False,
)
"""Of its own, because only a report that asked for the alarms says something by giving none."""
