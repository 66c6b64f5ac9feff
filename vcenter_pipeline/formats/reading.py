"""Read a report: from the bytes of a file to batches of records.

To understand a further shape, write its module with a `SHAPE` and add it to `SHAPES`.
"""

import gc
from collections.abc import Generator, Iterator, Mapping, Sequence
from io import BytesIO
from types import TracebackType
from typing import BinaryIO, Final, cast

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats import govc_alarms, triggered_alarms, vmware_vm_info
from vcenter_pipeline.formats.document import Fragment, Limits, read_document
from vcenter_pipeline.formats.envelope import ECHOES, RESULTS, Listed, join, lists_in, outcome_of
from vcenter_pipeline.formats.findings import Findings, kind_of
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild
from vcenter_pipeline.model.records import Batch, RejectedRow, TriggeredAlarm, VirtualMachine

SHAPES: Final[tuple[Shape, ...]] = (vmware_vm_info.SHAPE, triggered_alarms.SHAPE, govc_alarms.SHAPE)
"""What is understood; of two that fit an item, the first is taken."""

_DEEPEST: Final = 4
"""Registers within registers (a loop, the output of a command) are followed this far."""

_STDOUT_NAME: Final = "stdout.json"


def read_batches(file: BinaryIO, name: str, limits: Limits, *, batch_rows: int = 5_000) -> Iterator[Batch]:
    """Give what a report says, in batches of at most `batch_rows` rows.

    Cyclic garbage collection is 70 % of the CPU of parsing 100,000 virtual machines, and finds nothing: it is off
    while this reads, and as it was while the caller works on a batch.

    Args:
        file: the report, at its beginning.
        name: its file name; the extension says how to read it.
        limits: how much to take.
        batch_rows: records and rejected rows in a batch.

    Raises:
        ReportError: the file cannot be read, or nothing in it is recognised. It may come after batches were given:
            what a report says counts only when it was read to its end.
    """
    batches = _Reader(limits, batch_rows).read(read_document(file, name, limits))
    try:
        while True:
            with _NoCyclicGc():
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


class _Rows:
    """The rows of one list that were read and not yet given."""

    def __init__(self, shape: Shape, path: str) -> None:
        self.shape = shape
        self.path = path
        self.has_given = False
        self._start()

    def _start(self) -> None:
        self.indexes: list[int] = []
        self.records: list[VirtualMachine | TriggeredAlarm] = []
        self.rejected: list[RejectedRow] = []

    def __len__(self) -> int:
        return len(self.records) + len(self.rejected)

    def give(self) -> Batch:
        """Give the rows so far as a batch, and start anew."""
        records = cast("Sequence[VirtualMachine] | Sequence[TriggeredAlarm]", self.records)
        batch = Batch(self.shape.kind, self.shape.name, self.path, self.indexes, records, self.rejected)
        self.has_given = True
        self._start()
        return batch

    def read(self, items: Sequence[object], offset: int) -> None:
        """Parse items; one that cannot be read becomes a rejected row."""
        parse, spoilt = self.shape.parse, list[SpoiltChild]()
        for index, item in enumerate(items, offset):
            if not isinstance(item, dict):
                self.reject(index, f"it is {kind_of(item)}, not an object")
                continue
            try:
                self.records.append(parse(item, spoilt))
            except ValueError as error:
                self.reject(index, str(error), self.shape.content_of(item))
            else:
                self.indexes.append(index)
            if spoilt:
                self.rejected += [
                    RejectedRow(child.table, f"{self.path}[{index}].{child.place}", child.reason, child.content)
                    for child in spoilt
                ]
                spoilt.clear()

    def reject(self, index: int, reason: str, content: str | None = None) -> None:
        """Keep an item as a rejected row."""
        self.rejected.append(RejectedRow(self.shape.kind, f"{self.path}[{index}]", reason, content))


class _Reader:
    def __init__(self, limits: Limits, batch_rows: int) -> None:
        self._limits = limits
        self._batch_rows = batch_rows
        self._findings = Findings(SHAPES)
        self._rows: _Rows | None = None
        self._shapes: dict[str, Shape] = {}
        self._passed: dict[str, list[range]] = {}
        self._streamed: dict[str, str] = {}

    def read(self, fragments: Iterator[Fragment]) -> Generator[Batch, None, None]:
        for fragment in fragments:
            yield from self._fragment(fragment, "", 0)
        if not self._shapes:
            raise ReportError(self._findings.refusal())
        yield from self._finish_list()

    def _fragment(self, fragment: Fragment, prefix: str, depth: int) -> Iterator[Batch]:
        value = fragment.value
        if fragment.is_items and fragment.path not in ECHOES:
            path = join(prefix, fragment.path) if fragment.path else prefix
            self._streamed[path] = prefix
            yield from self._list(Listed(path, fragment.path, fragment.offset, cast("list[object]", value)), depth)
        elif isinstance(value, Mapping):
            yield from self._register(value, prefix, depth)
        elif isinstance(value, list):
            yield from self._list(Listed(prefix, "", 0, value), depth)
        elif not prefix:
            self._findings.note_plain(value)
        else:
            self._findings.note_stdout(f"it is {kind_of(value)}.")

    def _register(self, register: Item, path: str, depth: int) -> Iterator[Batch]:
        outcome = None if join(path, RESULTS) in self._streamed else outcome_of(register)
        self._findings.note_register(register, path, outcome)
        if outcome is not None:
            if any(parent == path and streamed in self._shapes for streamed, parent in self._streamed.items()):
                raise ReportError(self._findings.refusal())
            return
        for listed in lists_in(register, path):
            yield from self._list(listed, depth)
        stdout = register.get("stdout")
        if isinstance(stdout, str) and stdout.strip() and depth < _DEEPEST:
            for fragment in self._stdout_fragments(stdout):
                yield from self._fragment(fragment, join(path, "stdout"), depth + 1)

    def _stdout_fragments(self, text: str) -> list[Fragment]:
        """Decode the output of a command; what is no JSON gives nothing, because any command prints something."""
        try:
            return list(read_document(BytesIO(text.encode("utf-8", "surrogatepass")), _STDOUT_NAME, self._limits))
        except ReportError as error:
            self._findings.note_stdout(str(error))
            return []

    def _list(self, listed: Listed, depth: int) -> Iterator[Batch]:
        shape = self._shape_of(listed)
        if shape is not None:
            yield from self._rows_of(shape, listed)
            return
        if isinstance(listed.items, Mapping):
            return
        self._findings.note_list(listed)
        if depth == 0 and listed.items:
            self._passed.setdefault(listed.path, []).append(range(listed.offset, listed.offset + len(listed.items)))
        if listed.key in {"", RESULTS} and depth < _DEEPEST:
            for index, item in enumerate(listed.items, listed.offset):
                if isinstance(item, Mapping):
                    yield from self._register(item, f"{listed.path}[{index}]", depth + 1)

    def _shape_of(self, listed: Listed) -> Shape | None:
        """Recognise a list by its items; an empty one by its key, which must then be the module's own."""
        shape = self._shapes.get(listed.path)
        if shape is not None:
            return shape
        for candidate in SHAPES:
            is_hinted = listed.key in candidate.list_keys
            items: Sequence[object]
            if isinstance(listed.items, Mapping):
                items = list(listed.items.values()) if is_hinted and candidate.name_key else []
                is_empty = is_hinted and candidate.name_key is not None and not listed.items
            else:
                items, is_empty = listed.items, is_hinted and not listed.items
            looks_like = candidate.looks_like
            if is_empty or any(isinstance(item, Mapping) and looks_like(item, listed.key) for item in items):
                self._shapes[listed.path] = candidate
                return candidate
        return None

    def _rows_of(self, shape: Shape, listed: Listed) -> Iterator[Batch]:
        rows = self._rows
        if rows is None or rows.path != listed.path:
            yield from self._finish_list()
            rows = self._rows = _Rows(shape, listed.path)
        for passed in self._passed.pop(listed.path, ()):
            for index in passed:
                rows.reject(index, f"it stands among {shape.meaning} and is none of them")
        items = listed.items
        if isinstance(items, Mapping):
            items = [_with_name(value, shape.name_key, name) for name, value in items.items()]
        start = 0
        while start < len(items):
            end = start + max(1, self._batch_rows - len(rows))
            rows.read(items[start:end], listed.offset + start)
            start = end
            if len(rows) >= self._batch_rows:
                yield rows.give()

    def _finish_list(self) -> Iterator[Batch]:
        rows, self._rows = self._rows, None
        if rows is not None and (len(rows) or not rows.has_given):
            yield rows.give()


def _with_name(value: object, name_key: str | None, name: str) -> object:
    return {**value, name_key: name} if isinstance(value, Mapping) else value
