"""Records -> valid rows by table, and rejected rows with a reason.

Rows are tuples in the column order of their table, ready for the database. What validation refuses is taken
out before anything is stored: an asset check that ran afterwards would only report what already stands there.
"""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import compress
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple, cast

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.records import Batch, RejectedRow, TriggeredAlarm, VirtualMachine
from vcenter_pipeline.model.validation import find_reasons
from vcenter_pipeline.model.vocabulary import SEVERITY_BY_STATUS

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
"""Rows by table of the database, in the column order of each."""

FreeText = Literal["keep", "mask", "drop"]
"""What becomes of annotations and of the values of custom attributes."""

MASK: Final = "(masked)"
_CONTENT_LENGTH: Final = 2_000
_OWN_FIELDS: Final = VirtualMachine._fields.index("nics")
_TWICE: Final = "the report has it twice; the first one was kept"
_CHILDREN: Final = (("vm_nics", "nics"), ("vm_datastores", "datastores"), ("vm_attributes", "attributes"))
_CHILD_KEYS: Final = {
    "vm_nics": itemgetter(0, 1),
    "vm_datastores": itemgetter(0, 1),
    "vm_attributes": itemgetter(0, 1, 2),
}
"""What tells the children of one virtual machine apart: the rest of their table's key."""
_FROM_PARENT: Final = frozenset({"virtual_machine_key"})
_NO_IDENTITY: Final = (
    "it has neither an instance uuid, nor a moid, nor a BIOS uuid with a name, so it cannot be told apart"
)


class Origin(NamedTuple):
    """Where the rows of one report come from."""

    client: str
    environment: str
    vcenter: str
    report: str
    """The report's key in the ledger."""
    collected_at: datetime
    """Naive UTC."""

    @property
    def key_prefix(self) -> str:
        """What every key of this vCenter begins with."""
        source = f"{self.client}/{self.environment}"
        return f"{source}:" if self.vcenter == source else f"{source}:{self.vcenter}:"


class Normalizer:
    """Turns the batches of one report into rows, and remembers what it has seen of that report."""

    def __init__(self, origin: Origin, free_text: FreeText = "keep") -> None:
        """Take what every row of the report shares.

        Raises:
            ValueError: the origin itself is not as the tables declare it.
        """
        _refuse_origin(origin)
        self._origin = origin
        self._free_text = free_text
        self._keys: dict[str, set[str]] = {"virtual_machines": set(), "triggered_alarms": set()}
        self._moids: set[str] = set()
        self._counts: dict[str, int] = {}
        self._rejected_count = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows kept so far, by kind; a kind that the report does not speak of is not in it."""
        return self._counts

    @property
    def rejected_count(self) -> int:
        """Rows rejected so far."""
        return self._rejected_count

    def add(self, batch: Batch) -> Rows:
        """Give the rows of a batch, the rejected ones among them as rows of `rejected_rows`."""
        rejected = list(batch.rejected)
        with _no_cyclic_gc():
            if batch.kind == "virtual_machines":
                rows = self._virtual_machines(batch, cast("Sequence[VirtualMachine]", batch.records), rejected)
            else:
                rows = self._triggered_alarms(batch, cast("Sequence[TriggeredAlarm]", batch.records), rejected)
        self._counts[batch.kind] = self._counts.get(batch.kind, 0) + len(rows[batch.kind])
        rows["rejected_rows"] = [self._rejected_row(row) for row in rejected]
        return rows

    def _virtual_machines(self, batch: Batch, records: Sequence[VirtualMachine], rejected: list[RejectedRow]) -> Rows:
        if self._free_text != "keep":
            records = [self._without_free_text(record) for record in records]
        origin = self._origin
        keys = self._virtual_machine_keys(records)
        head, tail = (origin.client, origin.environment, origin.vcenter), (origin.collected_at, origin.report)
        rows = [(key, *head, *record[:_OWN_FIELDS], *tail) for key, record in zip(keys, records, strict=True)]
        keep = self._kept("virtual_machines", batch, rows, keys, rejected)
        rows_by_table: Rows = {"virtual_machines": list(compress(rows, keep))}
        kept = list(compress(zip(cast("list[str]", keys), records, range(len(records)), strict=True), keep))
        rows_by_table |= self._children(batch, kept, rejected)
        return rows_by_table

    def _children(
        self, batch: Batch, machines: Sequence[tuple[str, VirtualMachine, int]], rejected: list[RejectedRow]
    ) -> Rows:
        """Give the rows of what belongs to virtual machines: key, record and number in the batch of each."""
        origin = self._origin
        head, tail = (origin.client, origin.environment), (origin.collected_at, origin.report)
        rows: Rows = {}
        parents: dict[str, list[int]] = {}
        for table, field in _CHILDREN:
            of_machine, key_of = itemgetter(VirtualMachine._fields.index(field)), _CHILD_KEYS[table]
            found, numbers = list[Row](), list[int]()
            for key, machine, number in machines:
                children = of_machine(machine)
                if len(children) > 1:
                    distinct: dict[Any, Row] = {}
                    for child in children:
                        if distinct.setdefault(key_of(child), child) != child:
                            row = (key, *head, *child, *tail)
                            rejected.append(_rejected(table, batch.position(number), _TWICE, row))
                    children = distinct.values()
                for child in children:
                    found.append((key, *head, *child, *tail))
                    numbers.append(number)
            rows[table], parents[table] = found, numbers
        for table, reasons in find_reasons(rows, but=_FROM_PARENT.union(Origin._fields)).items():
            for number in sorted(reasons):
                position = batch.position(parents[table][number])
                rejected.append(_rejected(table, position, reasons[number], rows[table][number]))
            rows[table] = [row for number, row in enumerate(rows[table]) if number not in reasons]
        return rows

    def _virtual_machine_keys(self, records: Sequence[VirtualMachine]) -> list[str | None]:
        """Give the keys; of two virtual machines with one instance uuid the later one goes by its moid.

        vCenter keeps instance uuids apart, but what stands in a report may be older than its last repair, and
        a moid is never given twice: two moids are two virtual machines.
        """
        prefix, moids = self._origin.key_prefix, self._moids
        taken = set[str]()
        keys: list[str | None] = []
        for record in records:
            key = _virtual_machine_key(prefix, record)
            moid = record.moid
            if key and moid:
                if moid not in moids and (key in taken or key in self._keys["virtual_machines"]):
                    key = prefix + moid
                moids.add(moid)
            if key:
                taken.add(key)
            keys.append(key)
        return keys

    def _triggered_alarms(self, batch: Batch, records: Sequence[TriggeredAlarm], rejected: list[RejectedRow]) -> Rows:
        origin = self._origin
        keys = [_alarm_key(origin.key_prefix, record) for record in records]
        rows = [
            (
                key,
                origin.client,
                origin.environment,
                origin.vcenter,
                *record[:7],
                SEVERITY_BY_STATUS.get(record.overall_status or ""),
                *record[7:],
                origin.collected_at,
                origin.report,
            )
            for key, record in zip(keys, records, strict=True)
        ]
        keep = self._kept("triggered_alarms", batch, rows, keys, rejected)
        return {"triggered_alarms": list(compress(rows, keep))}

    def _kept(
        self,
        table: Literal["virtual_machines", "triggered_alarms"],
        batch: Batch,
        rows: list[Row],
        keys: Sequence[str | None],
        rejected: list[RejectedRow],
    ) -> list[bool]:
        """Say which rows stay; of two rows with one key only the first does."""
        seen = self._keys[table]
        reasons: dict[int, str] = {}
        for number, key in enumerate(keys):
            if key is None:
                reasons[number] = _NO_IDENTITY
            elif key in seen:
                reasons[number] = f"{_TWICE} ({key})"
            else:
                seen.add(key)
        numbers = [number for number in range(len(rows)) if number not in reasons] if reasons else range(len(rows))
        candidates = [rows[number] for number in numbers] if reasons else rows
        found = find_reasons({table: candidates}, but=frozenset(Origin._fields))
        for number, reason in found.get(table, {}).items():
            reasons[numbers[number]] = reason
            seen.discard(cast("str", keys[numbers[number]]))
        rejected.extend(
            _rejected(table, batch.position(number), reasons[number], rows[number]) for number in sorted(reasons)
        )
        return [number not in reasons for number in range(len(rows))]

    def _without_free_text(self, record: VirtualMachine) -> VirtualMachine:
        hidden = MASK if self._free_text == "mask" else None
        return record._replace(
            annotation=record.annotation and hidden,
            attributes=tuple(item._replace(value=item.value and hidden) for item in record.attributes),
        )

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


def _virtual_machine_key(prefix: str, record: VirtualMachine) -> str | None:
    identity = record.instance_uuid or record.moid
    if identity is None and record.bios_uuid and record.name:
        identity = f"{record.bios_uuid}/{record.name}"
    return identity and prefix + identity


def _alarm_key(prefix: str, record: TriggeredAlarm) -> str | None:
    """Give the key of an alarm on an entity.

    vSphere's own key is made of the two moids. A report without moids has only names, which two
    entities may share; the time of triggering tells those apart.
    """
    alarm = record.alarm_moid or record.alarm_name
    if record.entity_moid:
        entity = record.entity_moid
    elif record.entity_name:
        when = record.triggered_at.isoformat() if record.triggered_at else ""
        entity = f"{record.entity_type or ''}/{record.entity_name}/{when}"
    else:
        return None
    return alarm and f"{prefix}{alarm}/{entity}"


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
