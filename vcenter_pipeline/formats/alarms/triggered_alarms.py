"""Read triggered alarms as home-made modules and pyVmomi scripts list them.

There is no Ansible module for alarms, so people write one: a flat object per alarm, with pyVmomi's names turned into
words of their own. A script under `command` leaves the entity's moid out more often than not. The colour stands under
one of several keys, or not at all: then `severity` is turned back into it (`critical` is red), and words that say how
the alarm is doing (`active`, `triggered`) are no colours.

Source: real output of such a module and such a script; the vSphere API type `AlarmState`.
"""

from types import MappingProxyType
from typing import Final

from vcenter_pipeline.formats.alarms.alarm_parts import Reference, first_of, is_reference, to_kind, to_reference
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_moid, to_overall_status
from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_name, to_text, to_text_without_zone

_NAMES: Final = ("alarm_name", "alarmName", "alarm", "name")
_ENTITIES: Final = ("entity", "entity_name", "entityName", "object", "object_name", "vm_name")
_ENTITY_TYPES: Final = ("entity_type", "entityType", "object_type")
_ENTITY_MOIDS: Final = ("entity_moid", "entity_id", "moid", "vm_moid")
_STATUSES: Final = ("status", "overall_status", "overallStatus", "alarm_status", "color", "colour", "severity")
_TIMES: Final = ("time", "triggered_time", "triggeredTime", "triggered_at", "trigger_time", "timestamp")
_ACKNOWLEDGED: Final = ("acknowledged", "ack", "is_acknowledged")
_ACKNOWLEDGED_BY: Final = ("acknowledged_by", "ack_by", "acknowledged_by_user", "acknowledgedByUser")
_ACKNOWLEDGED_AT: Final = ("acknowledged_time", "ack_time", "acknowledged_at", "acknowledgedTime")
_DESCRIPTIONS: Final = ("description", "alarm_description")

_JUDGEMENTS: Final = (*_STATUSES, *_ACKNOWLEDGED)
_OF_OTHER_SHAPES: Final = (
    "vc",
    "vcenter",
    "ackby",
    "acktime",
    "entitytype",
    "_vimtype",
    "_typeName",
    "chainId",
    "ChainId",
)

_CONTENT_KEYS: Final = (
    *_NAMES,
    "alarm_moid",
    *_ENTITIES,
    *_ENTITY_MOIDS,
    *_ENTITY_TYPES,
    *_STATUSES,
    *_TIMES,
    *_ACKNOWLEDGED,
    *_ACKNOWLEDGED_BY,
    *_ACKNOWLEDGED_AT,
)

_STATUS_BY_WORD: Final = MappingProxyType(
    {
        **{severity: status for status, severity in vocabulary.SEVERITY_BY_STATUS.items()},
        "alert": "red",
        "error": "red",
        "warn": "yellow",
        "info": "green",
        "informational": "green",
        "ok": "green",
        "cleared": "green",
        "resolved": "green",
        "grey": "gray",
    }
)
"""Words that stand for a colour; `alert` is govc's for red."""

_ALIVE: Final = frozenset({"active", "triggered", "open", "new", "acknowledged", "unacknowledged"})
"""Words under `status` that say that the alarm stands, and no colour."""


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is an alarm on an entity.

    `name` is a key of everything: beside it an item must be acknowledged or not, and speak of an entity.
    """
    found = first_of(item, _NAMES)
    if found is None or not isinstance(found[1], str) or not any(key in item for key in _JUDGEMENTS):
        return Sureness.NO
    entity = first_of(item, _ENTITIES)
    if entity is None or not isinstance(entity[1], str) or (is_reference(found[1]) and is_reference(entity[1])):
        return Sureness.NO
    if any(key in item for key in _OF_OTHER_SHAPES):
        return Sureness.NO
    if found[0] != "name":
        return Sureness.SURE
    is_alarm = any(key in item for key in _ACKNOWLEDGED) and any(key in item for key in _STATUSES)
    return Sureness.LIKELY if is_alarm or (is_alarm_key(around.key) and "vm_name" not in item) else Sureness.NO


def is_alarm_key(key: str) -> bool:
    """Say whether a list's key speaks of alarms."""
    return "alarm" in key.lower()


def parse_triggered_alarm(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one alarm into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    alarm_key, alarm_name, alarm = _name_and_reference(item, _NAMES)
    entity_key, entity_name, entity = _name_and_reference(item, _ENTITIES)
    time_key, time = first_of(item, _TIMES) or (_TIMES[0], None)
    acknowledged_key, acknowledged = first_of(item, _ACKNOWLEDGED) or (_ACKNOWLEDGED[0], None)
    acknowledged_at_key, acknowledged_at = first_of(item, _ACKNOWLEDGED_AT) or (_ACKNOWLEDGED_AT[0], None)
    kind = _text_of(item, _ENTITY_TYPES)
    if kind is None:
        kind = "VirtualMachine" if entity_key == "vm_name" and entity_name is not None else entity.type
    return TriggeredAlarm(
        alarm_name=named(alarm_key, to_text, alarm_name),
        description=_text_of(item, _DESCRIPTIONS),
        alarm_moid=named("alarm_moid", to_moid, item.get("alarm_moid")) or alarm.moid,
        entity_type=to_kind(kind),
        entity_name=named(entity_key, to_name, entity_name),
        entity_moid=to_moid(_text_of(item, _ENTITY_MOIDS)) or entity.moid,
        overall_status=_status_of(item),
        triggered_at=named(time_key, to_instant, time),
        is_acknowledged=named(acknowledged_key, to_flag, acknowledged),
        acknowledged_by=_text_of(item, _ACKNOWLEDGED_BY),
        acknowledged_at=named(acknowledged_at_key, to_instant, acknowledged_at),
        triggered_at_text=to_text_without_zone(time),
    )


def _name_and_reference(item: Item, keys: tuple[str, ...]) -> tuple[str, object, Reference]:
    """Give the first value that is no reference, with its key, and what the first reference refers to.

    A script may give `str()` of pyVmomi's object under one key and its name under another.
    """
    name_key, name, reference = keys[0], None, Reference(None, None)
    for key in keys:
        value = item.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str) or not is_reference(value):
            name_key, name = (key, value) if name is None else (name_key, name)
        elif reference.moid is None:
            reference = to_reference(key, value)
    return name_key, name, reference


def _text_of(item: Item, keys: tuple[str, ...]) -> str | None:
    found = first_of(item, keys)
    return None if found is None else named(found[0], to_text, found[1])


def _status_of(item: Item) -> str | None:
    """Give the colour: one that stands there, else what a word stands for, else a word that validation refuses.

    A severity of the script's own (`P3`) is no mistake, so it is left out.
    """
    words = {
        key: word
        for key in _STATUSES
        if key in item and (word := named(key, to_overall_status, item[key])) and word.lower() not in _ALIVE
    }
    for word in words.values():
        if word in vocabulary.OVERALL_STATUSES:
            return word
    for word in words.values():
        if status := _STATUS_BY_WORD.get(word.strip().lower()):
            return status
    return next((word for key, word in words.items() if key != "severity"), None)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item; the description is free text."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="triggered_alarms",
    kind="triggered_alarms",
    meaning="triggered alarms of a module or script",
    list_keys=frozenset({"alarms"}),
    forms=frozenset({"list", "mapping"}),
    sureness=to_sureness,
    parse=parse_triggered_alarm,
    content_of=content_of,
    written_by="a module of your own, or a pyVmomi script that prints JSON under ansible.builtin.command",
    cannot_tell="What the script leaves out: most leave out the entity's moid, some the alarms that are acknowledged.",
)
