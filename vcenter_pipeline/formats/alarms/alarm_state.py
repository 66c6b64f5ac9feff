"""Read triggered alarms as pyVmomi writes vSphere's `AlarmState` objects.

Ansible's modules with `schema: vsphere` and pyVmomi's VmomiJSONEncoder write managed objects as text
(`vim.alarm.Alarm:alarm-976`), so neither the alarm nor the entity has a name; only what the encoder was told to
explode has. The property holds what is yellow or red on the object that was asked for and on all below it,
acknowledged or not.

Source: pyVmomi, VmomiJSONEncoder; the vSphere API types `AlarmState` and `ManagedEntity`; real output of
`community.vmware.vmware_host_info`.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.alarms.alarm_parts import is_reference, to_reference, to_status
from vcenter_pipeline.formats.alarms.govc_alarms import DECLARED
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_name, to_text, to_text_without_zone

_TYPES: Final = frozenset({"vim.alarm.AlarmState", "vim.AlarmState"})
_CONTENT_KEYS: Final = (
    "alarm",
    "entity",
    "overallStatus",
    "time",
    "acknowledged",
    "acknowledgedByUser",
    "acknowledgedTime",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is an `AlarmState` of pyVmomi."""
    if "overallStatus" not in item or "alarm" not in item or around.key in DECLARED:
        return Sureness.NO
    alarm, entity = item["alarm"], item.get("entity")
    if isinstance(alarm, Mapping) and "_vimid" not in alarm:
        return Sureness.NO
    kind = item.get("_vimtype")
    is_named = isinstance(kind, str) and kind in _TYPES
    is_bare = is_reference(alarm) and is_reference(entity) and "alarm_name" not in item
    return Sureness.SURE if is_named or is_bare else Sureness.NO


def parse_alarm_state(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one `AlarmState` into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    alarm, entity = item.get("alarm"), item.get("entity")
    info = alarm.get("info") if isinstance(alarm, Mapping) else None
    names = info if isinstance(info, Mapping) else {}
    reference = to_reference("entity", entity)
    return TriggeredAlarm(
        alarm_name=named("alarm.info.name", to_text, names.get("name")),
        description=named("alarm.info.description", to_text, names.get("description")),
        alarm_moid=to_reference("alarm", alarm).moid,
        entity_type=reference.type,
        entity_name=named("entity.name", to_name, entity.get("name")) if isinstance(entity, Mapping) else None,
        entity_moid=reference.moid,
        overall_status=named("overallStatus", to_status, item.get("overallStatus")),
        triggered_at=named("time", to_instant, item.get("time")),
        is_acknowledged=named("acknowledged", to_flag, item.get("acknowledged")),
        acknowledged_by=named("acknowledgedByUser", to_text, item.get("acknowledgedByUser")),
        acknowledged_at=named("acknowledgedTime", to_instant, item.get("acknowledgedTime")),
        triggered_at_text=to_text_without_zone(item.get("time")),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="alarm_state",
    kind="triggered_alarms",
    meaning="triggered alarms of one object",
    list_keys=frozenset({"triggeredAlarmState"}),
    forms=frozenset({"list", "object"}),
    sureness=to_sureness,
    parse=parse_alarm_state,
    content_of=content_of,
    written_by=(
        "a pyVmomi script that prints json.dumps(entity.triggeredAlarmState, cls=VmomiJSONEncoder) under "
        "ansible.builtin.command"
    ),
    cannot_tell=(
        "The names of alarm and entity, unless the encoder is told to explode both; alarms of objects that were not "
        "asked for."
    ),
    is_inventory=False,
)
