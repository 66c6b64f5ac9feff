"""Read triggered alarms as vSphere's own `AlarmState` objects.

`govc alarms -json` adds the alarm's `AlarmInfo` under `name` and the event behind it under `event`; the property
`triggeredAlarmState`, read with `govc object.collect`, has moids only. The entity's name stands in the event alone,
and only where the event is about that entity.

Source: govmomi, govc/alarms; the vSphere API types `AlarmState`, `AlarmInfo` and `EventEx`.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.words import to_entity_type, to_overall_status
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_text

_CONTENT_KEYS: Final = (
    "overallStatus",
    "time",
    "acknowledged",
    "acknowledgedByUser",
    "acknowledgedTime",
)
_REFERENCE_KEYS: Final = ("type", "value")

_NOTHING: Final[Item] = {}


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is an `AlarmState`."""
    is_one = "overallStatus" in item and bool(_inner(item, "alarm")) and bool(_inner(item, "entity"))
    return Sureness.SURE if is_one else Sureness.NO


def parse_alarm_state(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - as above
    """Turn one `AlarmState` into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    alarm, entity, info, event = (_inner(item, key) for key in ("alarm", "entity", "name", "event"))
    entity_moid = named("entity.value", to_text, entity.get("value"))
    is_about_entity = entity_moid is not None and event.get("objectId") == entity_moid
    return TriggeredAlarm(
        alarm_name=named("name.name", to_text, info.get("name")),
        description=named("name.description", to_text, info.get("description")),
        alarm_moid=named("alarm.value", to_text, alarm.get("value")),
        entity_type=named("entity.type", to_entity_type, entity.get("type")),
        entity_name=named("event.objectName", to_text, event.get("objectName")) if is_about_entity else None,
        entity_moid=entity_moid,
        overall_status=named("overallStatus", to_overall_status, item.get("overallStatus")),
        triggered_at=named("time", to_instant, item.get("time")),
        is_acknowledged=named("acknowledged", to_flag, item.get("acknowledged")),
        acknowledged_by=named("acknowledgedByUser", to_text, item.get("acknowledgedByUser")),
        acknowledged_at=named("acknowledgedTime", to_instant, item.get("acknowledgedTime")),
    )


def _inner(item: Item, key: str) -> Item:
    value = item.get(key)
    return value if isinstance(value, Mapping) else _NOTHING


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no event, no expression, no description."""
    values = [(key, item[key]) for key in _CONTENT_KEYS if key in item]
    for key in ("alarm", "entity"):
        inner = _inner(item, key)
        values += [(f"{key}.{part}", inner[part]) for part in _REFERENCE_KEYS if part in inner]
    values += [("name.name", _inner(item, "name").get("name"))]
    return to_content(values)


SHAPE: Final = Shape(
    name="govc_alarms",
    kind="triggered_alarms",
    meaning="triggered alarms of govc",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_alarm_state,
    content_of=content_of,
    written_by="ansible.builtin.command: govc alarms -json",
    cannot_tell="The entity's name, where the event behind the alarm is about another entity.",
)
