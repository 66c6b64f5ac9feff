"""Read what `community.vmware.vmware_datacenter_info` says of a datacenter.

The module writes `overall_status`; with `schema: vsphere` it adds the properties that were asked for, as vSphere
names them: `overallStatus`.

Source: plugins/modules/vmware_datacenter_info.py of community.vmware, and real output of 5.10.
"""

from collections.abc import Iterable
from typing import Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.words import to_moid, to_overall_status
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Datacenter, Record
from vcenter_pipeline.model.units import to_name

_CONTENT_KEYS: Final = ("name", "moid", "overall_status", "overallStatus", "config_status", "configStatus")
_MOID_PREFIX: Final = "datacenter-"


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a datacenter; vSphere names its objects after their type."""
    moid = item.get("moid")
    is_one = isinstance(moid, str) and moid.startswith(_MOID_PREFIX) and "name" in item
    return Sureness.SURE if is_one else Sureness.NO


def parse_datacenter(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> Datacenter:  # noqa: ARG001 - as above
    """Turn one datacenter into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    return Datacenter(
        name=value_at(item, to_name, "name"),
        moid=value_at(item, to_moid, "moid"),
        overall_status=value_at(
            item, to_overall_status, "overall_status" if "overall_status" in item else "overallStatus"
        ),
    )


def to_alarms_of(item: Item, around: Surroundings) -> Iterable[tuple[Kind, Record]]:  # noqa: ARG001 - the signature of `Shape.also`
    """Give the alarms of one datacenter, and of all that is in it.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    return to_alarms(item, "Datacenter", value_at(item, to_moid, "moid"), value_at(item, to_name, "name"))


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_datacenter_info",
    kind="datacenters",
    meaning="datacenters",
    forms=frozenset({"list"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_datacenter,
    content_of=content_of,
    written_by="community.vmware.vmware_datacenter_info: {}",
    cannot_tell="What is in a datacenter.",
    list_keys=frozenset({"datacenter_info"}),
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_datacenter_info_alarms",
    meaning="datacenters, with the alarms in them",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    written_by=(
        "community.vmware.vmware_datacenter_info: {schema: vsphere, properties: [overallStatus, triggeredAlarmState]}"
    ),
    cannot_tell="The names of the alarms, and alarms outside of datacenters.",
    list_keys=frozenset(),
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    is_inventory=False,
)
"""Of its own, because only a report that asked for the alarms says something by giving none."""
