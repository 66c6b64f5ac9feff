"""Read triggered alarms as vSphere's own `AlarmState` objects.

`govc alarms -json` adds the alarm's `AlarmInfo` under `name` and the event behind it under `event`; the property
`triggeredAlarmState`, read with `govc object.collect`, the vSphere JSON API or PowerCLI, has moids only. The entity's
name stands in the event alone, and only where the event is about that entity.

The property holds alarms that are yellow or red, acknowledged ones as well, of the object and of all below it; an
alarm leaves it when it turns green. `declaredAlarmState` has the same form and lists what may go off, in every colour:
it is not claimed.

Source: govmomi, alarm/manager.go and the commands `alarms` and `object.collect`; the vSphere API types `AlarmState`,
`AlarmInfo`, `EventEx` and `ManagedEntity`.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.alarms.alarm_parts import either, either_object, to_reference, to_status
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_name, to_text, to_text_without_zone

DECLARED: Final = frozenset({"declaredAlarmState", "DeclaredAlarmState"})
"""Properties that list the alarms which may go off."""

_CONTENT_KEYS: Final = (
    "overallStatus",
    "time",
    "acknowledged",
    "acknowledgedByUser",
    "acknowledgedTime",
)
_REFERENCE_KEYS: Final = ("type", "value")


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is an `AlarmState`."""
    is_one = (
        either(item, "overallStatus") is not None
        and _is_reference(either(item, "alarm"))
        and _is_reference(either(item, "entity"))
        and around.key not in DECLARED
    )
    return Sureness.SURE if is_one else Sureness.NO


def _is_reference(value: object) -> bool:
    return isinstance(value, Mapping) and either(value, "value") is not None and "_vimid" not in value


def parse_alarm_state(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one `AlarmState` into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    info, event = either_object(item, "name"), either_object(item, "event")
    entity = to_reference("entity", either(item, "entity"))
    is_about_entity = entity.moid is not None and either(event, "objectId") == entity.moid
    return TriggeredAlarm(
        alarm_name=named("name.name", to_text, either(info, "name")),
        description=named("name.description", to_text, either(info, "description")),
        alarm_moid=to_reference("alarm", either(item, "alarm")).moid,
        entity_type=entity.type,
        entity_name=named("event.objectName", to_name, either(event, "objectName")) if is_about_entity else None,
        entity_moid=entity.moid,
        overall_status=named("overallStatus", to_status, either(item, "overallStatus")),
        triggered_at=named("time", to_instant, either(item, "time")),
        is_acknowledged=named("acknowledged", to_flag, either(item, "acknowledged")),
        acknowledged_by=named("acknowledgedByUser", to_text, either(item, "acknowledgedByUser")),
        acknowledged_at=named("acknowledgedTime", to_instant, either(item, "acknowledgedTime")),
        triggered_at_text=to_text_without_zone(either(item, "time")),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no event, no expression, no description."""
    values = [(key, either(item, key)) for key in _CONTENT_KEYS]
    for key in ("alarm", "entity"):
        inner = either_object(item, key)
        values += [(f"{key}.{part}", either(inner, part)) for part in _REFERENCE_KEYS]
    values += [("name.name", either(either_object(item, "name"), "name"))]
    return to_content((key, value) for key, value in values if value is not None)


SHAPE: Final = Shape(
    name="govc_alarms",
    kind="triggered_alarms",
    meaning="triggered alarms of govc or of the vSphere API",
    forms=frozenset({"list", "object"}),
    sureness=to_sureness,
    parse=parse_alarm_state,
    content_of=content_of,
    written_by="ansible.builtin.command: govc alarms -json",
    cannot_tell=(
        "The entity's name, where the event behind the alarm is about another entity; the alarm's name, where only "
        "the property triggeredAlarmState was read; whether it was read of the whole vCenter or of one object."
    ),
)
