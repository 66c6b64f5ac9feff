"""Records -> valid rows by table, and rejected rows with a reason.

Rows are tuples in the column order of their table, ready for the database: Pandera sees them once, as a
frame of Arrow columns, and what it refuses is taken out before anything is stored. An asset check that
ran afterwards would only report what already stands in the tables.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from itertools import compress
from typing import Any, Final, Literal, NamedTuple, TypeVar, cast

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.records import Batch, RejectedRow, TriggeredAlarm, VirtualMachine
from vcenter_pipeline.model.schemas import CORE_TABLES
from vcenter_pipeline.model.units import shown
from vcenter_pipeline.model.vocabulary import SEVERITY_BY_STATUS

T = TypeVar("T")

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
"""Rows by table of the database, in the column order of each."""

FreeText = Literal["keep", "mask", "drop"]
"""What becomes of annotations and of the values of custom attributes."""

MASK: Final = "(masked)"
_CONTENT_LENGTH: Final = 2_000
_OWN_FIELDS: Final = VirtualMachine._fields.index("nics")
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
        kept = list(compress(zip(cast("list[str]", keys), records, batch.indexes, strict=True), keep))
        children: dict[str, list[tuple[str, int, Row]]] = {
            "vm_nics": [(key, index, nic) for key, vm, index in kept for nic in _distinct(vm.nics)],
            "vm_datastores": [(key, index, item) for key, vm, index in kept for item in _distinct(vm.datastores)],
            "vm_attributes": [(key, index, item) for key, vm, index in kept for item in _distinct(vm.attributes)],
        }
        for table, found in children.items():
            child_rows = [(key, *head[:2], *child, *tail) for key, _, child in found]
            reasons = _validate(table, child_rows)
            for number, reason in reasons.items():
                rejected.append(_rejected(table, batch.path, found[number][1], reason, child_rows[number]))
            rows_by_table[table] = [row for number, row in enumerate(child_rows) if number not in reasons]
        return rows_by_table

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
                reasons[number] = f"the report has it twice; the first one was kept ({key})"
            else:
                seen.add(key)
        numbers = [number for number in range(len(rows)) if number not in reasons] if reasons else range(len(rows))
        found = _validate(table, [rows[number] for number in numbers] if reasons else rows)
        for number, reason in found.items():
            reasons[numbers[number]] = reason
            seen.discard(cast("str", keys[numbers[number]]))
        rejected.extend(
            _rejected(table, batch.path, batch.indexes[number], reasons[number], rows[number])
            for number in sorted(reasons)
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


def _distinct(children: tuple[T, ...]) -> Iterable[T]:
    return children if len(children) < 2 else dict.fromkeys(children)  # noqa: PLR2004 - one child repeats nothing


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


def _validate(table: str, rows: Sequence[Row]) -> dict[int, str]:
    """Give the reason for every row that does not pass, by its number.

    What `Origin` fills is the same in every row of a report, so one row of it is looked at for all.
    """
    if not rows:
        return {}
    columns = dict(zip((c.name for c in core_table(table).columns), zip(*rows, strict=True), strict=True))
    varying, constant = _schemas(table)
    _failures(constant, {name: columns[name][:1] for name in constant.columns})
    return _reasons(_failures(varying, {name: columns[name] for name in varying.columns}))


@cache
def _schemas(table: str) -> tuple[DataFrameSchema, DataFrameSchema]:
    """Give the declared schema in two parts: the columns that vary, and those that `Origin` fills."""
    schema = copy(CORE_TABLES[table].to_schema())
    filled = [name for name in Origin._fields if name in schema.columns]
    key, schema.unique = cast("list[str]", schema.unique), None
    varying = schema.remove_columns(filled)
    varying.unique = [name for name in key if name not in filled]
    varying.report_duplicates = "exclude_first"
    return varying, schema.select_columns(filled)


def _failures(schema: DataFrameSchema, columns: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """Give Pandera's failure cases: `column`, `check`, `failure_case` and the row's `index`."""
    frame = pd.DataFrame(
        {
            name: ArrowExtensionArray(pa.array(values, schema.columns[name].dtype.type.pyarrow_dtype))
            for name, values in columns.items()
        },
        copy=False,
    )
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        return cast("pd.DataFrame", errors.failure_cases)
    return pd.DataFrame(columns=["column", "check", "failure_case", "index"])


def _reasons(failures: pd.DataFrame) -> dict[int, str]:
    reasons: dict[int, dict[str, None]] = {}
    for column, check, case, index in failures[["column", "check", "failure_case", "index"]].itertuples(index=False):
        if check == "not_nullable":
            sentence = f"{column} is missing"
        elif check == "multiple_fields_uniqueness":
            sentence = "the report has it twice; the first one was kept"
        else:
            sentence = f"{column} {check}: {shown(case)}"
        reasons.setdefault(int(index), {})[sentence] = None
    return {index: "; ".join(sentences) for index, sentences in reasons.items()}


def _rejected(table: str, path: str, index: int, reason: str, row: Row) -> RejectedRow:
    columns = core_table(table).columns
    content = {c.name: value for c, value in zip(columns, row, strict=True) if value is not None and not c.is_free_text}
    text = json.dumps(content, default=str, ensure_ascii=False)
    return RejectedRow(table, f"{path}[{index}]", reason, _storable(text[:_CONTENT_LENGTH]))


def _storable(text: str) -> str:
    """Give the text without what `rejected_rows` itself would have to refuse."""
    return "".join(character if character not in "\ufffe\uffff" else "\ufffd" for character in text)
