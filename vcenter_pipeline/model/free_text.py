"""What becomes of text that people write freely: it may name persons, projects and passwords."""

from typing import Any, Final, Literal, TypeVar

from vcenter_pipeline.model.records import NamedSnapshot, Record, TriggeredAlarm, VirtualMachine, VmAttribute

FreeText = Literal["keep", "mask", "drop"]
"""What becomes of annotations, tags, the values of custom attributes, and descriptions."""

MASK: Final = "(masked)"

T = TypeVar("T", bound=Record)


def without_free_text(record: T, free_text: FreeText) -> T:
    """Give the record with its free text masked or dropped.

    A masked tag keeps its category, and several of one category become one; a dropped one is gone. The name of a
    custom attribute is a definition of the vCenter and stays.
    """
    hidden = MASK if free_text == "mask" else None
    changed: Any = record
    if isinstance(record, VirtualMachine):
        changed = record._replace(
            annotation=record.annotation and hidden,
            attributes=_without_values(record.attributes, hidden),
            snapshots=tuple(one._replace(description=one.description and hidden) for one in record.snapshots),
        )
    elif isinstance(record, TriggeredAlarm | NamedSnapshot):
        changed = record._replace(description=record.description and hidden)
    result: T = changed
    return result


def _without_values(attributes: tuple[VmAttribute, ...], hidden: str | None) -> tuple[VmAttribute, ...]:
    kept: dict[VmAttribute, None] = {}
    for one in attributes:
        if one.kind != "tag":
            kept[one._replace(value=one.value and hidden)] = None
        elif hidden is not None:
            kept[one._replace(name=hidden)] = None
    return tuple(kept)
