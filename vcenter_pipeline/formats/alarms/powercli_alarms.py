"""Read triggered alarms as PowerCLI scripts list them, through ConvertTo-Json.

PowerCLI has no cmdlet for triggered alarms. Everybody's function walks `ExtensionData.TriggeredAlarmState` of the root
folder and selects `VC, EntityType, Alarm, Entity, Status, Time, Acknowledged, AckBy, AckTime`, or a few of them under
slightly other names. Keys are matched without regard to case, as PowerShell does. ConvertTo-Json writes one alarm as
an object and no list, a colour as the number that .NET gives it, and in PowerShell 5 a time as `/Date(…)/`; what went
through CSV is text.

Source: public scripts of that function; Microsoft's documentation of ConvertTo-Json; the vSphere API type `AlarmState`.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from vcenter_pipeline.formats.alarms.alarm_parts import first_of, is_reference, to_kind, to_reference, to_status
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.model.records import TriggeredAlarm
from vcenter_pipeline.model.units import named, to_flag, to_instant, to_name, to_text, to_text_without_zone

T = TypeVar("T")

_NAMES: Final = ("alarm", "alarmname", "reported")
_ENTITIES: Final = ("entity", "entityname")
_STATUSES: Final = ("status", "overallstatus", "alarmstatus")
_TIMES: Final = ("time", "triggered", "triggeredtime")
_BY: Final = ("ackby", "acknowledgedby", "acknowledgedbyuser")
_AT: Final = ("acktime", "acknowledgedtime")
_OWN: Final = frozenset({"vc", "vcenter", "entitytype", "ackby", "acktime"})
"""Keys that tell the table from the flat objects of a Python script, whose words have underscores."""

_CAPITALS: Final = ("Alarm", "AlarmName", "Reported", "ALARM")
_SMALL: Final = ("alarm", "alarmname", "reported")
_CONTENT_KEYS: Final = (
    "vc",
    "entitytype",
    *_NAMES,
    *_ENTITIES,
    *_STATUSES,
    *_TIMES,
    "acknowledged",
    *_BY,
    *_AT,
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is an alarm of such a table."""
    is_capital = any(key in item for key in _CAPITALS)
    if not is_capital and not any(key in item for key in _SMALL):
        return Sureness.NO
    values = _by_small_key(item)
    name, entity = first_of(values, _NAMES), first_of(values, _ENTITIES)
    if name is None or entity is None or not any(key in values for key in _STATUSES):
        return Sureness.NO
    if not isinstance(name[1], str) or not isinstance(entity[1], str) or "_vimtype" in values or "chainid" in values:
        return Sureness.NO
    if is_reference(name[1]) and is_reference(entity[1]):
        return Sureness.NO
    return Sureness.SURE if is_capital or not _OWN.isdisjoint(values) else Sureness.NO


def _by_small_key(item: Item) -> Item:
    return {key.lower(): value for key, value in item.items()}


class _Columns:
    """The columns of one row, whatever the case of their names."""

    def __init__(self, item: Item) -> None:
        self._values = _by_small_key(item)
        self._spelled = {key.lower(): key for key in item}

    def read(self, keys: tuple[str, ...], convert: Callable[[object], T]) -> T:
        """Convert the first of these columns that has a value; a failure names it as the report does."""
        key, value = first_of(self._values, keys) or (keys[0], None)
        return named(self._spelled.get(key, key), convert, _unwrapped(value))


def _unwrapped(value: object) -> object:
    """Give the value that PowerShell 5 wraps where a property was added to it: `{value: "/Date(…)/", DateTime: …}`."""
    return value.get("value") if isinstance(value, Mapping) and "value" in value else value


def parse_powercli_alarm(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> TriggeredAlarm:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one alarm into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key as the item spells it.
    """
    read = _Columns(item).read
    alarm = read(_NAMES, to_text)
    entity = read(_ENTITIES, to_text)
    alarm_reference, entity_reference = to_reference("alarm", alarm), to_reference("entity", entity)
    return TriggeredAlarm(
        alarm_name=None if alarm_reference.moid is not None else alarm,
        description=read(("description",), to_text),
        alarm_moid=alarm_reference.moid,
        entity_type=read(("entitytype",), to_kind) or entity_reference.type,
        entity_name=None if entity_reference.moid is not None else to_name(entity),
        entity_moid=entity_reference.moid,
        overall_status=read(_STATUSES, to_status),
        triggered_at=read(_TIMES, to_instant),
        is_acknowledged=read(("acknowledged",), to_flag),
        acknowledged_by=read(_BY, to_text),
        acknowledged_at=read(_AT, to_instant),
        triggered_at_text=read(_TIMES, to_text_without_zone),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item."""
    return to_content((key, value) for key, value in item.items() if key.lower() in _CONTENT_KEYS)


SHAPE: Final = Shape(
    name="powercli_alarms",
    kind="triggered_alarms",
    meaning="triggered alarms of a PowerCLI script",
    forms=frozenset({"list", "object"}),
    sureness=to_sureness,
    parse=parse_powercli_alarm,
    content_of=content_of,
    written_by="Get-TriggeredAlarms | ConvertTo-Json, a function of your own that selects these columns",
    cannot_tell="The moids of alarm and entity, and whether the script left out what is acknowledged.",
)
