"""Read the alarms that stand in the property `triggeredAlarmState` of a virtual machine or a host.

They name the alarm and the entity by managed object id only, unless the encoder was told to write the alarm itself.
An entity passes its alarms up to what contains it, so that a list may hold alarms of others: the owner's name is
right for its own alarms alone.

Source: the vSphere API type `AlarmState`, as pyVmomi's JSON encoder and Ansible's inventory plugins write it.
"""

from collections.abc import Iterator
from typing import Final

from vcenter_pipeline.formats.shape import Item, SpoiltChild
from vcenter_pipeline.formats.values.property_set import (
    has_property,
    to_entries,
    to_first,
    to_property,
    to_reference,
    to_reference_moid,
)
from vcenter_pipeline.formats.values.words import to_overall_status
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Record, TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_text, to_text_without_zone

PROPERTY: Final = "triggeredAlarmState"

_KIND: Final[Kind] = "triggered_alarms"


def has_alarms(item: Item) -> bool:
    """Say whether the item speaks of alarms: its list may be empty, but must be there."""
    return has_property(item, PROPERTY)


def parse_alarm_state_of(item: Item, entity_name: str | None) -> TriggeredAlarm:
    """Turn one `AlarmState` with references as texts into a record.

    Args:
        item: the alarm state.
        entity_name: the name of its entity, where the surroundings tell it.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    entity_type, entity_moid = named("entity", to_reference, to_property(item, "entity"))
    return TriggeredAlarm(
        alarm_name=to_first(item, to_text, "alarm.info.name"),
        description=to_first(item, to_text, "alarm.info.description"),
        alarm_moid=to_first(item, to_reference_moid, "alarm"),
        entity_type=entity_type,
        entity_name=entity_name,
        entity_moid=entity_moid,
        overall_status=to_first(item, to_overall_status, "overallStatus"),
        triggered_at=to_first(item, to_instant, "time"),
        is_acknowledged=to_first(item, to_flag, "acknowledged"),
        acknowledged_by=to_first(item, to_text, "acknowledgedByUser"),
        acknowledged_at=to_first(item, to_instant, "acknowledgedTime"),
        triggered_at_text=to_text_without_zone(to_property(item, "time")),
    )


def to_alarms(item: Item, own_type: str, own_moid: str | None, own_name: str | None) -> Iterator[tuple[Kind, Record]]:
    """Give the alarms of a virtual machine or a host.

    Args:
        item: the properties of the entity.
        own_type: the entity's vSphere type; neither a host nor a virtual machine contains another of its type.
        own_moid: its managed object id, where it is known.
        own_name: its name.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    failure: ValueError | None = None
    spoilt: list[SpoiltChild] = []
    for place, state in to_entries(item, PROPERTY, _KIND, spoilt):
        try:
            entity_type, entity_moid = to_reference(to_property(state, "entity"))
            is_own = entity_type == own_type and own_moid in {None, entity_moid}
            yield _KIND, parse_alarm_state_of(state, own_name if is_own else None)
        except ValueError as error:
            failure = failure or ValueError(f"{place}.{error}")
    if spoilt and failure is None:
        failure = ValueError(f"{spoilt[0].place}: {spoilt[0].reason}")
    if failure is not None:
        raise failure


def to_alarm_entity_type(item: Item) -> str | None:
    """Give the type of entity that the alarms of an item are about, where they are all about one."""
    listed = to_property(item, PROPERTY)
    types = set()
    for state in listed if isinstance(listed, list) else ():
        if isinstance(state, dict):
            try:
                types.add(to_reference(to_property(state, "entity"))[0])
            except ValueError:
                return None
    return types.pop() if len(types) == 1 else None
