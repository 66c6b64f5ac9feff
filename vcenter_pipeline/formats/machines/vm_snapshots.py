"""Read the snapshots of one virtual machine, as a flat list with the current one beside it.

Source: plugins/module_utils/vmware.py (`list_snapshots`) of the collection community.vmware, which flattens the tree
and repeats the current snapshot.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from vcenter_pipeline.formats.shape import Item, SpoiltChild, to_content
from vcenter_pipeline.formats.values.words import to_power_state
from vcenter_pipeline.model.records import VmSnapshot
from vcenter_pipeline.model.units import named, shown, to_count, to_flag, to_instant, to_name, to_text

_TABLE: Final = "vm_snapshots"
_CONTENT_KEYS: Final = ("id", "name", "creation_time", "state")


class Snapshots(NamedTuple):
    """What is known of all snapshots of a machine."""

    total: int | None = None
    oldest_at: datetime | None = None
    records: tuple[VmSnapshot, ...] = ()


def to_snapshots(listed: object, current: object, spoilt: list[SpoiltChild], place: str = "snapshots") -> Snapshots:
    """Give the records of a flat list.

    Where it has snapshots and none is told to be current, which one is current is unknown. The oldest one is unknown
    as soon as the time of one of them is.
    """
    if listed is None:
        return Snapshots()
    if not isinstance(listed, list):
        spoilt.append(SpoiltChild(_TABLE, place, f"{shown(listed)} is not a list", None))
        return Snapshots()
    current_id = _to_current_id(current)
    records = []
    for index, entry in enumerate(listed):
        try:
            records.append(_to_snapshot(entry, current_id))
        except ValueError as error:
            content = to_content((key, entry.get(key)) for key in _CONTENT_KEYS) if isinstance(entry, Mapping) else None
            spoilt.append(SpoiltChild(_TABLE, f"{place}[{index}]", str(error), content))
    return Snapshots(len(listed), to_oldest(records, len(listed)), tuple(records))


def to_oldest(records: list[VmSnapshot], count: int) -> datetime | None:
    """Give when the oldest of them was taken, where all of their times are known."""
    times = [record.created_at for record in records if record.created_at is not None]
    return min(times) if times and len(times) == count else None


def _to_current_id(current: object) -> int | None:
    try:
        return to_count(current.get("id")) if isinstance(current, Mapping) else None
    except ValueError:
        return None


def _to_snapshot(entry: object, current_id: int | None) -> VmSnapshot:
    if not isinstance(entry, Mapping):
        message = f"{shown(entry)} is not an object"
        raise ValueError(message)  # noqa: TRY004 - a ValueError is what makes it a rejected row
    item: Item = entry
    snapshot_id = named("id", to_count, item.get("id"))
    return VmSnapshot(
        name=named("name", to_name, item.get("name")),
        description=named("description", to_text, item.get("description")),
        snapshot_id=snapshot_id,
        created_at=named("creation_time", to_instant, item.get("creation_time")),
        power_state=named("state", to_power_state, item.get("state")),
        is_quiesced=named("quiesced", to_flag, item.get("quiesced")),
        is_current=None if current_id is None or snapshot_id is None else snapshot_id == current_id,
    )
