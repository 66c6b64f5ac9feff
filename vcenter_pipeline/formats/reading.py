"""Read a report: from the bytes of a file to batches of records.

The reader goes through objects and lists from the outside in. What a shape claims is read and not looked into any
further; registers that failed are noted; everything else is gone through.
"""

import gc
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from io import BytesIO
from itertools import groupby
from types import TracebackType
from typing import BinaryIO, Final, cast

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Fragment, Limits, read_document
from vcenter_pipeline.formats.envelope import (
    ECHOES,
    RESULTS,
    Outcome,
    Place,
    children_of,
    is_vcenter_s_name,
    outcome_of,
    texts_of,
    to_vcenter,
    vcenters_named_by_keys,
)
from vcenter_pipeline.formats.failures import Failures
from vcenter_pipeline.formats.findings import Findings, kind_of
from vcenter_pipeline.formats.recognition import Recognised, recognise
from vcenter_pipeline.formats.rows import Rows, to_named
from vcenter_pipeline.formats.shape import Item
from vcenter_pipeline.formats.shapes import SHAPES
from vcenter_pipeline.model.batches import Batch
from vcenter_pipeline.model.records import VCenter
from vcenter_pipeline.model.units import times_without_zone

_DEEPEST: Final = 16
"""Objects and lists within each other are followed this far."""
_DEEPEST_STDOUT: Final = 4
"""So often the output of a command may hold the output of a command."""

_STDOUT_NAME: Final = "stdout.json"
_ENVELOPE: Final = "envelope"
"""The shape of what the report says of itself."""


def read_batches(
    file: BinaryIO, name: str, limits: Limits, *, batch_rows: int = 5_000, zone: tzinfo = UTC
) -> Iterator[Batch]:
    """Give what a report says, in batches of at most `batch_rows` rows.

    Cyclic garbage collection is 70 % of the CPU of parsing 100,000 virtual machines, and finds nothing: it is off
    while this reads, and as it was while the caller works on a batch.

    Args:
        file: the report, at its beginning.
        name: its file name; the extension says how to read it.
        limits: how much to take.
        batch_rows: records and rejected rows in a batch.
        zone: the time zone of times that name none.

    Raises:
        ReportError: the file cannot be read, or nothing in it is recognised. It may come after batches were given:
            what a report says counts only when it was read to its end.
    """
    batches = _Reader(limits, batch_rows).read(read_document(file, name, limits))
    try:
        while True:
            with _NoCyclicGc(), times_without_zone(zone):
                batch = next(batches, None)
            if batch is None:
                return
            yield batch
    finally:
        batches.close()


class _NoCyclicGc:
    """Switches the cyclic garbage collector off, and back to what it was.

    Its next pass would walk over all that was read meanwhile, which costs as much as reading it. Freezing and
    unfreezing makes everything old without a look at it: it is still found by a full collection.
    """

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


class _Reader:
    def __init__(self, limits: Limits, batch_rows: int) -> None:
        self._limits = limits
        self._batch_rows = batch_rows
        self._findings = Findings(SHAPES)
        self._failures = Failures(SHAPES)
        self._rows: Rows | None = None
        self._recognised: dict[str, Recognised] = {}
        self._passed: dict[str, list[range]] = {}
        self._streamed: dict[str, str] = {}
        self._vcenters: dict[str, None] = {}
        self._stdout_depth = 0

    def read(self, fragments: Iterator[Fragment]) -> Generator[Batch, None, None]:
        for batch in self._read(fragments):
            for record in batch.records if batch.kind == "vcenters" else ():
                self._vcenters.pop(cast("VCenter", record).host_name or "", None)
            yield batch
        yield from self._named_vcenters()

    def _read(self, fragments: Iterator[Fragment]) -> Iterator[Batch]:
        for fragment in fragments:
            yield from self._fragment(fragment, Place())
        if not self._recognised:
            raise ReportError(self._findings.refusal())
        yield from self._finish_node()
        yield from self._failures.give()

    def _fragment(self, fragment: Fragment, place: Place) -> Iterator[Batch]:
        value = fragment.value
        if fragment.is_items and fragment.path not in ECHOES:
            below = place.below(fragment.path, {}) if fragment.path else place
            if is_vcenter_s_name(fragment.path):
                below = self._of_vcenter(fragment.path.lower(), below)
            self._streamed[below.path] = place.path
            yield from self._list(cast("list[object]", value), below, fragment.offset)
        elif isinstance(value, Mapping | list):
            yield from self._node(value, place)
        elif not place.path:
            self._findings.note_plain(value)
            if isinstance(value, str):
                yield from self._text(value, place)
        else:
            self._findings.note_stdout(f"it is {kind_of(value)}.")

    def _text(self, text: str, place: Place) -> Iterator[Batch]:
        """Read a text that is JSON itself: `to_json` went over it twice, or a message holds it."""
        if self._stdout_depth < _DEEPEST_STDOUT:
            self._stdout_depth += 1
            for fragment in self._fragments_of(text):
                if isinstance(fragment.value, Mapping | list):
                    yield from self._fragment(fragment, place)
            self._stdout_depth -= 1

    def _fragments_of(self, text: str, *, is_output: bool = False) -> list[Fragment]:
        """Decode a text; what is no JSON gives nothing, because any command prints something."""
        try:
            return list(read_document(BytesIO(text.encode("utf-8", "surrogatepass")), _STDOUT_NAME, self._limits))
        except ReportError as error:
            if is_output:
                self._findings.note_stdout(str(error))
            return []

    def _node(self, value: object, place: Place) -> Iterator[Batch]:
        if place.depth > _DEEPEST:
            return
        if isinstance(value, list):
            yield from self._list(value, place, 0)
        elif isinstance(value, Mapping):
            yield from self._object(value, place)

    def _object(self, value: Item, place: Place) -> Iterator[Batch]:
        outcome = None if f"{place.path}.{RESULTS}".lstrip(".") in self._streamed else outcome_of(value)
        self._findings.note_register(value, place, outcome)
        if outcome is not None:
            self._failed(value, place, outcome)
            return
        place = place.within(value)
        found = recognise(value, place.around, SHAPES)
        if found is not None and not (place.path == "" and self._streamed):
            yield from self._items(found, [value] if found.form == "object" else value, place, 0)
            return
        told = to_vcenter(value)
        if told is not None:
            place = self._of_vcenter(told, place)
        vcenters = vcenters_named_by_keys(value)
        for key, child in children_of(value):
            below = place.below(key, value)
            yield from self._node(child, self._of_vcenter(vcenters[key], below) if key in vcenters else below)
        for key, text in texts_of(value):
            yield from self._text(text, place.below(key, value))
        yield from self._stdout(value, place)

    def _of_vcenter(self, vcenter: str, place: Place) -> Place:
        self._vcenters[vcenter] = None
        return place._replace(vcenter=vcenter)

    def _failed(self, register: Item, place: Place, outcome: Outcome) -> None:
        """Note a task without a result; a list of it that was given already must not count."""
        is_given = any(parent == place.path and path in self._recognised for path, parent in self._streamed.items())
        if is_given:
            raise ReportError(self._findings.refusal())
        if outcome != "skipped":
            self._failures.note(register, place, outcome)

    def _stdout(self, register: Item, place: Place) -> Iterator[Batch]:
        stdout = register.get("stdout")
        if isinstance(stdout, str) and stdout.strip() and self._stdout_depth < _DEEPEST_STDOUT:
            self._stdout_depth += 1
            for fragment in self._fragments_of(stdout, is_output=True):
                yield from self._fragment(fragment, place.below("stdout", register))
            self._stdout_depth -= 1

    def _list(self, items: list[object], place: Place, offset: int) -> Iterator[Batch]:
        found = self._recognised.get(place.path) or recognise(items, place.around, SHAPES)
        if found is not None:
            if not items or _vcenter_of(items[0]) is None:
                yield from self._items(found, items, place, offset)
                return
            for vcenter, own in groupby(items, _vcenter_of):
                some = list(own)
                yield from self._items(found, some, self._of_vcenter(vcenter, place) if vcenter else place, offset)
                offset += len(some)
            return
        self._findings.note_list(place, items)
        if place.depth <= 1 and items:
            self._passed.setdefault(place.path, []).append(range(offset, offset + len(items)))
        for index, item in enumerate(items, offset):
            yield from self._node(item, place.item(index))

    def _items(self, found: Recognised, items: Sequence[object] | Item, place: Place, offset: int) -> Iterator[Batch]:
        self._recognised[place.path] = found
        rows = self._rows
        if (
            rows is None
            or rows.place.path != place.path
            or rows.place.vcenter != place.vcenter
            or rows.shape is not found.shape
        ):
            yield from self._finish_node()
            is_alone = found.form == "mapping" and len(items) == 1 and place.key not in found.shape.list_keys
            rows = self._rows = Rows(found, place, is_alone=is_alone and "object" in found.shape.forms)
            self._failures.note_collection(rows.collection)
        for passed in self._passed.pop(place.path, ()):
            for index in passed:
                rows.reject(index, f"it stands among {found.shape.meaning} and is none of them")
        listed = items if found.form != "mapping" and not isinstance(items, Mapping) else to_named(found, items, place)
        yield from self._listed(listed, rows, None if found.form == "object" else offset)

    def _listed(self, items: Sequence[object], rows: Rows, offset: int | None) -> Iterator[Batch]:
        start = 0
        while start < len(items):
            end = start + max(1, self._batch_rows - len(rows))
            rows.read(items[start:end], None if offset is None else offset + start)
            start = end
            if len(rows) >= self._batch_rows:
                yield from rows.give()

    def _finish_node(self) -> Iterator[Batch]:
        rows, self._rows = self._rows, None
        if rows is not None:
            yield from rows.give()

    def _named_vcenters(self) -> Iterator[Batch]:
        """Give the vCenters that the report names and does not describe; it may name them behind long lists."""
        for name in self._vcenters:
            records = [VCenter(host_name=name)]
            yield Batch("vcenters", _ENVELOPE, "", [None], records, (), vcenter=name, is_complete=False)


def _vcenter_of(item: object) -> str | None:
    """Give the vCenter that an item names itself: playbooks add it to each before they join the lists of several."""
    return to_vcenter(item) if isinstance(item, Mapping) else None
