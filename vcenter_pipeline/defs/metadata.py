"""What a materialization says of itself: counts, times, a preview without free text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from vcenter_pipeline.defs.ingestion import Outcome, count_column
from vcenter_pipeline.defs.measures import measures
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import Column, Table, core_table, published_table
from vcenter_pipeline.model.parts import Row
from vcenter_pipeline.storage.history import Updated

Metadata = dict[str, Any]

ROW_COUNT: Final = "dagster/row_count"
_LABELS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "virtual_machines": "Virtual machines",
        "triggered_alarms": "Triggered alarms",
        "esxi_hosts": "ESXi hosts",
        "clusters": "Clusters",
        "datastores": "Datastores",
        "resource_pools": "Resource pools",
        "datacenters": "Datacenters",
        "vcenters": "vCenters",
        "vm_snapshots": "Snapshots",
    }
)
_HISTORY_LABELS: Final = MappingProxyType(
    {
        "object_changes": "Changes found",
        "alarm_changes": "Alarm changes found",
        "source_daily": "Days of the source",
        "cluster_daily": "Days of clusters",
        "datastore_daily": "Days of datastores",
    }
)
_PREVIEW_ROWS: Final = 5
_PREVIEW_CELL: Final = 80


def report_metadata(outcomes: Sequence[Outcome]) -> Metadata:
    """Describe the reports of a run: first which, then what became of them."""
    rows = [outcome.ledger_row for outcome in outcomes if outcome.ledger_row and outcome.status == "ingested"]
    metadata: Metadata = {
        "report": ", ".join(outcome.path for outcome in outcomes) or "nothing waited",
        "outcome": " ".join(outcome.sentence for outcome in outcomes) or "Nothing waited for this source.",
        "Reports ingested": len(rows),
        "Reports quarantined": sum(outcome.status == "quarantined" for outcome in outcomes),
        "Rejected rows": _total(rows, "rejected_row_count") or 0,
        "Seconds to ingest": round(sum(row["ingest_seconds"] for row in rows), 3),
    }
    for kind, label in _LABELS.items():
        if (total := _total(rows, count_column(kind))) is not None:
            metadata[label] = total
    if failed := _total(rows, "failed_item_count"):
        metadata["Failed items"] = failed
    return metadata | _collected(row["collected_at"] for row in rows)


def core_metadata(name: str, outcomes: Sequence[Outcome]) -> Metadata:
    """Describe what a run stored in a table of the database."""
    ingested = [outcome for outcome in outcomes if outcome.status == "ingested" and outcome.ledger_row]
    counts = [outcome.row_counts[name] for outcome in ingested if name in outcome.row_counts]
    if name == "reports":
        counts = [1 for outcome in outcomes if outcome.ledger_row]
    metadata: Metadata = {}
    if counts:
        metadata = {ROW_COUNT: sum(counts), "Rows stored": sum(counts)}
    rejected = [row for outcome in ingested for row in outcome.preview.get("rejected_rows", ())]
    if name != "rejected_rows" and rejected:
        metadata["Rejected rows"] = sum(outcome.row_counts["rejected_rows"] for outcome in ingested)
    rows = [row for outcome in ingested for row in outcome.preview.get(name, ())]
    collected = (outcome.ledger_row["collected_at"] for outcome in ingested if outcome.ledger_row)
    return metadata | _preview(core_table(name), rows) | _collected(collected)


def history_metadata(updated: Updated) -> Metadata:
    """Describe what a run derived of the history."""
    metadata: Metadata = {"Steps derived": updated.derived, "Steps removed": updated.removed}
    return metadata | {_HISTORY_LABELS[table]: count for table, count in updated.rows.items()}


def published_metadata(name: str, table: pa.Table, files: Mapping[str, int]) -> Metadata:
    """Describe a published table and the files that hold it (bytes by path)."""
    declared = published_table(name)
    rows = [tuple(row.values()) for row in table.slice(0, _PREVIEW_ROWS).to_pylist()]
    metadata: Metadata = {
        ROW_COUNT: table.num_rows,
        "Rows": table.num_rows,
        "Files": dg.MetadataValue.md("\n".join(f"- `{path}` ({size:,} bytes)" for path, size in files.items())),
    }
    metadata |= measures(name, table)
    if "collected_at" in table.column_names:
        metadata |= _collected(filter(None, pc.unique(table["collected_at"]).to_pylist()))
    return metadata | _preview(declared, rows)


def _total(rows: Iterable[Mapping[str, Any]], column: str) -> int | None:
    found = [row[column] for row in rows if row[column] is not None]
    return sum(found) if found else None


def _collected(moments: Iterable[datetime]) -> Metadata:
    newest = max(moments, default=None)
    return {} if newest is None else {"Collected": dg.MetadataValue.timestamp(newest.replace(tzinfo=UTC))}


def _preview(declared: Table, rows: Sequence[Row]) -> Metadata:
    """Show the first rows; free text may hold anything, so it is not shown."""
    if not rows:
        return {}
    shown: list[tuple[int, Column]] = [(i, c) for i, c in enumerate(declared.columns) if not c.is_free_text]
    records = [dg.TableRecord({c.name: _cell(row[i]) for i, c in shown}) for row in rows[:_PREVIEW_ROWS]]
    schema = dg.TableSchema(columns=[dg.TableColumn(c.name, "string") for _, c in shown])
    return {"Preview": dg.MetadataValue.table(records=records, schema=schema)}


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _PREVIEW_CELL else text[: _PREVIEW_CELL - 1] + "…"
