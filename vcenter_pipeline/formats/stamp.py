"""When a report says that it was collected.

Rows are stored as they are read, and each carries the time of its collection; a playbook may write that time behind a
long list. So it is looked for beforehand, and only in a report that has such a word at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from io import BytesIO
from typing import BinaryIO, Final

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.content import Content
from vcenter_pipeline.formats.documents.document import Limits, read_document
from vcenter_pipeline.formats.documents.fragment import MIB, DamageError
from vcenter_pipeline.formats.shape import Item
from vcenter_pipeline.model.units import times_without_zone, to_instant

_KEYS: Final = (
    "collected_at",
    "collectedAt",
    "collection_time",
    "collection_date",
    "collected",
    "generated_at",
    "generated",
    "report_time",
    "report_date",
    "scan_time",
    "scan_date",
    "timestamp",
    "Timestamp",
    "ansible_date_time",
)
"""What playbooks call it, at the top of a report or below its `metadata`."""
_PARTS: Final = ("iso8601_micro", "iso8601", "epoch")
"""In which words of `ansible_date_time` the whole time stands."""
_PLAYS: Final = "plays"
"""The `json` callback says when each play ended."""
_WORDS: Final = tuple(f"{key}".encode() for key in (*_KEYS, "duration", "event_data"))
_LONGEST: Final = max(map(len, _WORDS))


def read_stamp(file: BinaryIO, name: str, limits: Limits, zone: tzinfo) -> datetime | None:
    """Give the time that the report itself names, naive UTC, or None when it names none that can be meant.

    Args:
        file: the report; it is read from its beginning.
        name: its file name; the extension says how to read it.
        limits: how much to take.
        zone: the time zone of a time that names none.
    """
    try:
        if not _has_a_word(file, name, limits):
            return None
        with times_without_zone(zone):
            told = None
            for fragment in read_document(file, name, limits):
                value = fragment.value
                if not fragment.is_items and isinstance(value, Mapping):
                    return next(_stamps(value), None) or _stamp_of_text(value.get("stdout"), limits, zone)
                if not fragment.is_items and isinstance(value, str):
                    return _stamp_of_text(value, limits, zone)
                if not fragment.path and isinstance(fragment.value, list):
                    told = next(_instants(map(_time_of_event, reversed(fragment.value))), told)
            return told
    except (ReportError, DamageError):
        pass  # it is read again, and what is wrong is said then
    return None


def _stamp_of_text(text: object, limits: Limits, zone: tzinfo) -> datetime | None:
    """Give the time that a script printed, or that stands in a document which `to_json` went over twice."""
    if not isinstance(text, str) or not text.strip():
        return None
    return read_stamp(BytesIO(text.encode("utf-8", "surrogatepass")), "stdout.json", limits, zone)


def _has_a_word(file: BinaryIO, name: str, limits: Limits) -> bool:
    content = Content(file, limits, is_gzip=name.lower().endswith(".gz"))
    before = b""
    while block := content.read(MIB):
        text = before + block
        if any(word in text for word in _WORDS):
            return True
        before = text[-_LONGEST:]
    return False


def _stamps(document: Item) -> Iterator[datetime]:
    """Give the times that the document names: its own, those of its metadata, those in the metadata of its parts."""
    holders = [document, document.get("metadata"), *(_at(part, "metadata") for part in document.values())]
    for holder in holders:
        if isinstance(holder, Mapping):
            yield from _instants(holder.get(key) for key in _KEYS)
    plays = document.get(_PLAYS)
    if isinstance(plays, list):
        yield from _instants(_at(play, "play", "duration", "end") for play in reversed(plays))


def _time_of_event(item: object) -> object:
    """Give the time of an event: the `jsonl` callback and ansible-runner write one with each."""
    if not isinstance(item, Mapping):
        return None
    return item.get("_timestamp") if "_event" in item else item.get("created") if "event_data" in item else None


def _instants(values: Iterable[object]) -> Iterator[datetime]:
    for one in values:
        value = next((one[part] for part in _PARTS if part in one), None) if isinstance(one, Mapping) else one
        try:
            moment = to_instant(value) if isinstance(value, str | int | float) else None
        except ValueError:
            continue
        if moment is not None:
            yield moment


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
