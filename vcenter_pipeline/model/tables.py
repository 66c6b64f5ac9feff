"""Records -> valid rows by table, and rejected rows with a reason.

Rows are tuples in the column order of their table, ready for the database. What validation refuses is taken
out before anything is stored: an asset check that ran afterwards would only report what already stands there.
"""

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

from vcenter_pipeline.model.batches import KINDS, Batch, Kind, RejectedRow
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.free_text import FreeText, without_free_text
from vcenter_pipeline.model.keys import IDENTITIES, NAME_MARK, to_key_prefix
from vcenter_pipeline.model.parts import PARTS, Row, to_part_rows
from vcenter_pipeline.model.records import EsxiHost, Record, TriggeredAlarm, VirtualMachine
from vcenter_pipeline.model.validation import find_reasons
from vcenter_pipeline.model.vocabulary import SEVERITY_BY_STATUS

Rows = dict[str, list[Row]]
"""Rows by table of the database, in the column order of each."""

_CONTENT_LENGTH: Final = 2_000
_FIELDS: Final = VirtualMachine._fields
_FIRST_FIELDS: Final = _FIELDS.index("annotation") + 1
"""Fields whose columns stand before the report's own."""
_OWN_FIELDS: Final = _FIELDS.index("nics")
_TWICE: Final = "the report has it twice; the first one was kept"
_FROM_PARENT: Final = frozenset({"virtual_machine_key", "collection", "snapshot_key"})
_NO_IDENTITY: Final = (
    "it has neither an instance uuid, nor a moid, nor a BIOS uuid with a name, so it cannot be told apart"
)
_NO_NAME: Final = "it has nothing by which it could be told apart"
_CORES_A_SOCKET: Final = 16
"""What VMware counts of a processor at least."""


class Origin(NamedTuple):
    """Where the rows of one report come from."""

    client: str
    environment: str
    vcenter: str
    """The source, where nothing better is known."""
    report: str
    """The report's key in the ledger."""
    collected_at: datetime
    """Naive UTC."""


class _Collection:
    """What one report says of one kind of object of one vCenter."""

    def __init__(self, number: int, batch: Batch, origin: Origin) -> None:
        self.number = number
        self.batch = batch
        self.is_complete = True
        self.row_count = 0
        self.failed_count = 0
        told = batch.vcenter or (None if origin.vcenter == f"{origin.client}/{origin.environment}" else origin.vcenter)
        self.prefix = to_key_prefix(origin.client, origin.environment, told)
        self.head = (origin.client, origin.environment, batch.vcenter or origin.vcenter)
        self.tail = (origin.collected_at, origin.report, number)
        self.keys: set[str] = set()
        self.moids: set[str] = set()
        self.parts: dict[str, set[Any]] = {}


class Normalizer:
    """Turns the batches of one report into rows, and remembers what it has seen of that report."""

    def __init__(self, origin: Origin, free_text: FreeText = "keep") -> None:
        """Take what every row of the report shares.

        Raises:
            ValueError: the origin itself is not as the tables declare it.
        """
        _refuse_origin(origin)
        self._origin = origin
        self._free_text: FreeText = free_text
        self._collections: dict[object, _Collection] = {}
        self._identities: dict[Kind, set[object]] = {}
        self._rejected_count = 0

    @property
    def counts(self) -> Mapping[Kind, int]:
        """Objects kept so far, by kind, each once; a kind that the report does not speak of is not in it."""
        return {kind: len(self._identities[kind]) for kind in KINDS if kind in self._identities}

    @property
    def rejected_count(self) -> int:
        """Rows rejected so far."""
        return self._rejected_count

    @property
    def failed_count(self) -> int:
        """Turns of loops and tasks that failed."""
        return sum(collection.failed_count for collection in self._collections.values())

    def add(self, batch: Batch) -> Rows:
        """Give the rows of a batch, the rejected ones among them as rows of `rejected_rows`."""
        rejected = list(batch.rejected)
        collection = self._collection(batch)
        self._identities.setdefault(batch.kind, set())
        with _no_cyclic_gc():
            if batch.kind == "virtual_machines":
                rows = self._virtual_machines(batch, collection, rejected)
            else:
                rows = self._others(batch, collection, rejected)
        collection.row_count += len(rows[batch.kind])
        rows["rejected_rows"] = [self._rejected_row(row) for row in rejected]
        return rows

    def finish(self) -> Rows:
        """Give the rows that say what the report was made of, once all batches were added."""
        origin = self._origin
        rows = [
            (
                origin.report,
                one.number,
                origin.client,
                origin.environment,
                one.batch.vcenter,
                one.batch.kind,
                one.batch.shape,
                one.batch.group or None,
                one.is_complete,
                one.row_count,
                one.failed_count,
                one.batch.leaves_out,
                origin.collected_at,
            )
            for one in self._collections.values()
        ]
        return {"collections": cast("list[Row]", rows)}

    def _collection(self, batch: Batch) -> _Collection:
        found = self._collections.get(batch.collection)
        if found is None:
            found = _Collection(len(self._collections) + 1, batch, self._origin)
            self._collections[batch.collection] = found
        found.is_complete = found.is_complete and batch.is_complete
        found.failed_count += batch.failed_count
        return found

    def _virtual_machines(self, batch: Batch, collection: _Collection, rejected: list[RejectedRow]) -> Rows:
        records = cast("Sequence[VirtualMachine]", batch.records)
        if self._free_text != "keep":
            records = [without_free_text(record, self._free_text) for record in records]
        records = [_with_storage(record) if record.disks else record for record in records]
        keys = self._virtual_machine_keys(records, collection, may_repeat=batch.may_repeat)
        head, tail, number = collection.head, collection.tail[:2], collection.number
        rows = [
            (key, *head, *record[:_FIRST_FIELDS], *tail, *record[_FIRST_FIELDS:_OWN_FIELDS], number)
            for key, record in zip(keys, records, strict=True)
        ]
        reasons = self._reasons("virtual_machines", batch, collection, rows, keys)
        kept = [number for number in range(len(rows)) if number not in reasons] if reasons else range(len(rows))
        rows_by_table: Rows = {"virtual_machines": [rows[number] for number in kept] if reasons else rows}
        self._identities["virtual_machines"].update(
            records[number].moid or cast("str", keys[number]).removeprefix(collection.prefix) for number in kept
        )
        rejected += _rejected_rows("virtual_machines", batch, reasons, rows)
        with_children = [number for number in range(len(rows)) if not reasons.get(number)] if reasons else kept
        parents = [(cast("str", keys[number]), records[number], number) for number in with_children]
        return rows_by_table | self._children(batch, collection, parents, rejected)

    def _children(
        self,
        batch: Batch,
        collection: _Collection,
        machines: Sequence[tuple[str, VirtualMachine, int]],
        rejected: list[RejectedRow],
    ) -> Rows:
        """Give the rows of what belongs to virtual machines: key, record and number in the batch of each."""
        rows: Rows = {}
        parents: dict[str, list[int]] = {}
        for part in PARTS:
            seen = collection.parts.setdefault(part.table, set()) if batch.may_repeat else None
            found = to_part_rows(part, machines, collection.head, collection.tail, seen)
            rows[part.table], parents[part.table] = found.rows, found.parents
            rejected += [_rejected(part.table, batch.position(number), _TWICE, row) for number, row in found.repeated]
        self._identities_of_snapshots(rows["vm_snapshots"])
        for table, reasons in find_reasons(rows, but=_FROM_PARENT.union(Origin._fields)).items():
            for number in sorted(reasons):
                position = batch.position(parents[table][number])
                rejected.append(_rejected(table, position, reasons[number], rows[table][number]))
            rows[table] = [row for number, row in enumerate(rows[table]) if number not in reasons]
        return rows

    def _identities_of_snapshots(self, rows: Sequence[Row]) -> None:
        if rows:
            columns = [column.name for column in core_table("vm_snapshots").columns]
            of_row = itemgetter(*(columns.index(name) for name in ("vm_name", "snapshot_id", "created_at")))
            self._identities.setdefault("vm_snapshots", set()).update(map(of_row, rows))

    def _virtual_machine_keys(
        self, records: Sequence[VirtualMachine], collection: _Collection, *, may_repeat: bool
    ) -> list[str | None]:
        """Give the keys; of two virtual machines with one instance uuid the later one goes by its moid.

        vCenter keeps instance uuids apart, but what stands in a report may be older than its last repair, and
        a moid is never given twice: two moids are two virtual machines.
        """
        prefix, moids, identity_of = collection.prefix, collection.moids, IDENTITIES["virtual_machines"]
        taken = set[str]()
        keys: list[str | None] = []
        for record in records:
            identity = identity_of(record)
            if identity is None and may_repeat and record.name:
                identity = NAME_MARK + record.name
            key = identity and prefix + identity
            moid = record.moid
            if key and moid:
                if moid not in moids and (key in taken or key in collection.keys):
                    key = prefix + moid
                moids.add(moid)
            if key:
                taken.add(key)
            keys.append(key)
        return keys

    def _others(self, batch: Batch, collection: _Collection, rejected: list[RejectedRow]) -> Rows:
        """Give the rows of records that have no children."""
        batch = _newest_first(batch)
        records = batch.records
        if self._free_text != "keep":
            records = [without_free_text(record, self._free_text) for record in records]
        kind, prefix, identify = batch.kind, collection.prefix, IDENTITIES[batch.kind]
        identities = [identify(record) for record in records]
        keys = [identity and prefix + identity for identity in identities]
        to_values = _VALUES.get(kind, _all_values)
        head = (None, *collection.head) if kind == "vm_snapshots" else collection.head
        tail, number_of_collection = collection.tail[:2], collection.number
        rows = [
            (key, *head, *first, *tail, *last, number_of_collection)
            for key, (first, last) in zip(keys, map(to_values, records), strict=True)
        ]
        reasons = self._reasons(kind, batch, collection, rows, keys)
        rejected += _rejected_rows(kind, batch, reasons, rows)
        kept = [row for number, row in enumerate(rows) if number not in reasons]
        if kind == "vm_snapshots":
            self._identities_of_snapshots(kept)
        else:
            self._identities[kind].update(
                identity for number, identity in enumerate(identities) if number not in reasons
            )
        return {kind: kept}

    def _reasons(
        self,
        table: Kind,
        batch: Batch,
        collection: _Collection,
        rows: list[Row],
        keys: Sequence[str | None],
    ) -> dict[int, str]:
        """Say which rows do not stay and why; of two rows with one key only the first does.

        The reason is empty where nothing is wrong: an object that may come several times has come before.
        """
        seen = collection.keys
        reasons: dict[int, str] = {}
        for number, key in enumerate(keys):
            if key is None:
                reasons[number] = _NO_IDENTITY if table == "virtual_machines" else _NO_NAME
            elif key in seen:
                reasons[number] = "" if batch.may_repeat else f"{_TWICE} ({key})"
            else:
                seen.add(key)
        numbers = [number for number in range(len(rows)) if number not in reasons] if reasons else range(len(rows))
        candidates = [rows[number] for number in numbers] if reasons else rows
        found = find_reasons({table: candidates}, but=_FROM_PARENT.union(Origin._fields))
        for number, reason in found.get(table, {}).items():
            reasons[numbers[number]] = reason
            seen.discard(cast("str", keys[numbers[number]]))
        return reasons

    def _rejected_row(self, row: RejectedRow) -> Row:
        self._rejected_count += 1
        origin = self._origin
        return (
            origin.report,
            origin.client,
            origin.environment,
            self._rejected_count,
            row.table,
            row.position,
            row.reason,
            row.content,
            origin.collected_at,
        )


def _newest_first(batch: Batch) -> Batch:
    """Put the newest of alarms first that may come several times: of the events of one alarm it says how it stands."""
    if batch.kind != "triggered_alarms" or not batch.may_repeat:
        return batch
    alarms = cast("Sequence[TriggeredAlarm]", batch.records)
    times = [alarm.triggered_at or datetime.min for alarm in alarms]  # noqa: DTZ901 - naive UTC, as all instants here
    order = sorted(range(len(alarms)), key=times.__getitem__, reverse=True)
    return batch._replace(
        indexes=[batch.indexes[number] for number in order],
        records=[alarms[number] for number in order],
        paths=[batch.paths[number] for number in order] if batch.paths else (),
    )


def _with_storage(record: VirtualMachine) -> VirtualMachine:
    """Add up the disks where the report does not; a disk of unknown size makes the sum unknown."""
    sizes = [disk.capacity_bytes for disk in record.disks]
    if record.storage_bytes is not None or None in sizes:
        return record
    return record._replace(storage_bytes=sum(size for size in sizes if size is not None))


def _all_values(record: Record) -> tuple[Row, Row]:
    """Give the columns that stand before the report's own, and those behind."""
    return record, ()


def _alarm_values(record: TriggeredAlarm) -> tuple[Row, Row]:
    """Give the columns of an alarm; the severity stands behind the colour that it is derived from."""
    severity = SEVERITY_BY_STATUS.get(record.overall_status or "")
    return (*record[:7], severity, *record[7:-1]), record[-1:]


def _host_values(record: EsxiHost) -> tuple[Row, Row]:
    sockets, cores = record.cpu_socket_count, record.cpu_core_count
    licenses = max(_CORES_A_SOCKET * sockets, cores) if sockets and cores else None
    return (*record, licenses), ()


_VALUES: Final[Mapping[Kind, Callable[[Any], tuple[Row, Row]]]] = {
    "triggered_alarms": _alarm_values,
    "esxi_hosts": _host_values,
}
"""Kinds whose columns are not just the fields of their records."""


def _rejected_rows(table: str, batch: Batch, reasons: Mapping[int, str], rows: Sequence[Row]) -> list[RejectedRow]:
    return [
        _rejected(table, batch.position(number), reasons[number], rows[number])
        for number in sorted(reasons)
        if reasons[number]
    ]


def _refuse_origin(origin: Origin) -> None:
    columns = [column.name for column in core_table("virtual_machines").columns]
    row = tuple(getattr(origin, name, None) for name in columns)
    reasons = find_reasons({"virtual_machines": [row]}, but=frozenset(columns).difference(Origin._fields))
    if reasons:
        raise ValueError(f"The origin of a report is not as declared: {reasons['virtual_machines'][0]}.")


@contextmanager
def _no_cyclic_gc() -> Iterator[None]:
    """Switch the cyclic garbage collector off for the block: its passes over so many new rows double their cost.

    Freezing and unfreezing makes what the block made old, so that the next passes do not walk over it either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _rejected(table: str, position: str, reason: str, row: Row) -> RejectedRow:
    columns = core_table(table).columns
    content = {c.name: value for c, value in zip(columns, row, strict=True) if value is not None and not c.is_free_text}
    text = json.dumps(content, default=str, ensure_ascii=False)
    return RejectedRow(table, position, reason, _storable(text[:_CONTENT_LENGTH]))


def _storable(text: str) -> str:
    """Give the text without what `rejected_rows` itself would have to refuse."""
    return "".join(character if character not in "\ufffe\uffff" else "\ufffd" for character in text)
