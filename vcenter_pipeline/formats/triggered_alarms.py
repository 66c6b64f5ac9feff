"""Read triggered alarms as home-made modules and pyVmomi scripts list them.

There is no Ansible module for alarms, so people write one: a flat object per alarm, with pyVmomi's names turned into
words. A script under `command` leaves the entity's moid out more often than not. Their `severity` is not read,
because every script maps the colours to words of its own.

Source: real output of such a module and such a script; the vSphere API type `AlarmState`.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.words import to_entity_type, to_overall_status
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_text, to_text_without_zone

_STATUS_KEYS: Final = ("status", "overall_status", "overallStatus")
_CONTENT_KEYS: Final = (
    "alarm_name",
    "alarm_moid",
    "entity",
    "entity_moid",
    "entity_type",
    *_STATUS_KEYS,
    "time",
    "acknowledged",
    "acknowledged_by",
    "acknowledged_time",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is an alarm on an entity."""
    is_one = "alarm_name" in item and "entity" in item and any(status in item for status in _STATUS_KEYS)
    return Sureness.SURE if is_one else Sureness.NO


def parse_triggered_alarm(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - as above
    """Turn one alarm into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    status_key = next((key for key in _STATUS_KEYS if key in item), "status")
    return TriggeredAlarm(
        alarm_name=named("alarm_name", to_text, item.get("alarm_name")),
        description=named("description", to_text, item.get("description")),
        alarm_moid=named("alarm_moid", to_text, item.get("alarm_moid")),
        entity_type=named("entity_type", to_entity_type, item.get("entity_type")),
        entity_name=named("entity", to_text, item.get("entity")),
        entity_moid=named("entity_moid", to_text, item.get("entity_moid")),
        overall_status=named(status_key, to_overall_status, item.get(status_key)),
        triggered_at=named("time", to_instant, item.get("time")),
        is_acknowledged=named("acknowledged", to_flag, item.get("acknowledged")),
        acknowledged_by=named("acknowledged_by", to_text, item.get("acknowledged_by")),
        acknowledged_at=named("acknowledged_time", to_instant, item.get("acknowledged_time")),
        triggered_at_text=to_text_without_zone(item.get("time")),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item; the description is free text."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="triggered_alarms",
    kind="triggered_alarms",
    meaning="triggered alarms of a module or script",
    list_keys=frozenset({"alarms"}),
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_triggered_alarm,
    content_of=content_of,
    written_by="a module of your own, or a pyVmomi script that prints JSON under ansible.builtin.command",
    cannot_tell="Only what the script leaves out; most leave out the entity's moid.",
)
