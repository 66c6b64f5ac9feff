"""Read what events say of alarms: the status that an alarm turned to.

`govc events -json` and scripts write all events of a time, and only `AlarmStatusChangedEvent` tells a colour. Its
`source` is the entity whose alarm changed; `entity` is the object that the alarm is defined on, often the root folder.
An alarm that stands since before the first event is in none of them, and one may change several times: the event with
the latest time says how it is.

Source: the vSphere API types `Event`, `AlarmEvent` and `AlarmStatusChangedEvent`; govmomi, the command `events`.
"""

from typing import Final

from vcenter_pipeline.formats.alarms.alarm_parts import either, either_object, to_reference
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_overall_status
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_instant, to_name, to_text, to_text_without_zone

_ISSUES: Final = frozenset({"configIssue", "ConfigIssue"})
_STATES: Final = frozenset({"overallStatus", "OverallStatus", "PowerState", "powerstate"})
"""Keys of what lasts: no event has them."""

_CONTENT_KEYS: Final = ("key", "createdTime", "from", "to")


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is an event, of an alarm or of anything else; `configIssue` of an object is no log."""
    is_event = either(item, "chainId") is not None and either(item, "createdTime") is not None
    is_one = is_event and either(item, "key") is not None and around.key not in _ISSUES and _STATES.isdisjoint(item)
    return Sureness.SURE if is_one else Sureness.NO


def parse_alarm_event(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm | None:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn an event that changed an alarm's status into a record, and every other event into None.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    alarm = either_object(item, "alarm")
    entity_key = "source" if either_object(item, "source") else "entity"
    entity = either_object(item, entity_key)
    if not alarm or not entity or either(item, "to") is None:
        return None
    reference = to_reference(f"{entity_key}.entity", either(entity, "entity"))
    return TriggeredAlarm(
        alarm_name=named("alarm.name", to_text, either(alarm, "name")),
        description=None,
        alarm_moid=to_reference("alarm.alarm", either(alarm, "alarm")).moid,
        entity_type=reference.type,
        entity_name=named(f"{entity_key}.name", to_name, either(entity, "name")),
        entity_moid=reference.moid,
        overall_status=named("to", to_overall_status, either(item, "to")),
        triggered_at=named("createdTime", to_instant, either(item, "createdTime")),
        is_acknowledged=None,
        acknowledged_by=None,
        acknowledged_at=None,
        triggered_at_text=to_text_without_zone(either(item, "createdTime")),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no message, and nobody's name."""
    values = [(key, either(item, key)) for key in _CONTENT_KEYS]
    values += [(f"{key}.name", either(either_object(item, key), "name")) for key in ("alarm", "source", "entity")]
    return to_content((key, value) for key, value in values if value is not None)


SHAPE: Final = Shape(
    name="alarm_events",
    kind="triggered_alarms",
    meaning="events that changed an alarm",
    forms=frozenset({"list", "object"}),
    sureness=to_sureness,
    parse=parse_alarm_event,
    content_of=content_of,
    written_by="ansible.builtin.command: govc events -json -n 1000 -type AlarmStatusChangedEvent",
    cannot_tell="Whether anybody has acknowledged an alarm.",
    is_inventory=False,
    leaves_out="every alarm that did not change in the time of the events",
)
