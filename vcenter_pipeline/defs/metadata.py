"""What a materialization says of itself: counts, times, a preview without free text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from vcenter_pipeline.defs.ingestion import ADVICE, Outcome, Status, count_column
from vcenter_pipeline.defs.measures import measures
from vcenter_pipeline.defs.stages import seconds_metadata
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
_TO_DO: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "quarantined": f"{ADVICE} The reason stands beside it, in a file that ends in .reason.json.",
        "failed": "It still waits in the input folder, and is tried again by the backlog schedule.",
        "refused": "Launch the run again with the path of a report of this source, or with none for whatever waits.",
    }
)
_TOLD: Final = 5
_LISTED: Final = 20
"""An event should stay small: every run keeps its own for as long as it is kept itself."""
_PREVIEW_ROWS: Final = 5
_PREVIEW_COLUMNS: Final = 12
_PREVIEW_CELL: Final = 80
_SAME_IN_ALL: Final = frozenset({"client", "environment", "vcenter", "report", "collection"})


def report_metadata(outcomes: Sequence[Outcome], seconds: dict[str, float]) -> Metadata:
    """Describe the reports of a run: first which and what became of them, then numbers to plot.

    Args:
        outcomes: what became of each report of the source.
        seconds: how long the stages took that are of no single report.
    """
    rows = [outcome.ledger_row for outcome in outcomes if outcome.ledger_row and outcome.status == "ingested"]
    metadata: Metadata = {"Report": told_in_short(outcomes)}
    if len(outcomes) > 1:
        metadata["Reports"] = dg.MetadataValue.md(_listed(outcomes))
    metadata |= {
        "Reports ingested": len(rows),
        "Reports quarantined": sum(outcome.status == "quarantined" for outcome in outcomes),
        "Rejected rows": _total(rows, "rejected_row_count") or 0,
        "Seconds to ingest": round(sum(row["ingest_seconds"] for row in rows), 3),
    }
    metadata |= seconds_metadata(added_seconds(outcomes) | seconds)
    for kind, label in _LABELS.items():
        if (total := _total(rows, count_column(kind))) is not None:
            metadata[label] = total
    if failed := _total(rows, "failed_item_count"):
        metadata["Failed items"] = failed
    return metadata | _collected(row["collected_at"] for row in rows)


def told_in_short(outcomes: Sequence[Outcome]) -> str:
    """Say in one sentence which reports a run took of a source, and what became of them."""
    if len(outcomes) == 1:
        return outcomes[0].sentence
    if not outcomes:
        return "Nothing waited for this source."
    counts = Counter(outcome.status for outcome in outcomes)
    return f"{len(outcomes):,} reports: {', '.join(f'{count:,} {status}' for status, count in counts.items())}."


def added_seconds(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Add up how long the stages of the reports took."""
    seconds: dict[str, float] = {}
    for outcome in outcomes:
        for stage, some in outcome.seconds.items():
            seconds[stage] = seconds.get(stage, 0.0) + some
    return seconds


def build_failure(outcomes: Sequence[Outcome]) -> dg.Failure:
    """Tell of a run of which no report could be taken: why, what to do, and where each file lies."""
    sentences = [outcome.sentence for outcome in outcomes[:_TOLD]]
    if len(outcomes) > _TOLD:
        sentences.append(f"So it went with {len(outcomes) - _TOLD:,} more.")
    first = outcomes[0]
    if len(outcomes) > 1:
        metadata: Metadata = {outcome.path: outcome.sentence for outcome in outcomes[:_TOLD]}
        statuses = {outcome.status for outcome in outcomes}
        metadata["What to do"] = " ".join(text for status, text in _TO_DO.items() if status in statuses)
        if first.place:
            metadata["Where they lie"] = dg.MetadataValue.path(str(first.place.parent))
    else:
        metadata = {"Report": first.path, "Why": first.sentence, "What to do": _TO_DO[first.status]}
        if first.place:
            metadata["Where it lies"] = dg.MetadataValue.path(str(first.place))
    return dg.Failure(" ".join(sentences), metadata=metadata, allow_retries=False)


def _listed(outcomes: Sequence[Outcome]) -> str:
    lines = [f"- {outcome.status}: {outcome.sentence}" for outcome in outcomes[:_LISTED]]
    return "\n".join([*lines, *([f"- and {len(outcomes) - _LISTED:,} more"] if len(outcomes) > _LISTED else [])])


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
    """Show the first rows in the columns that hold something; free text may hold anything, so it is not shown.

    Every run keeps its previews for as long as it is kept itself: what says nothing would be most of them.
    """
    rows = rows[:_PREVIEW_ROWS]
    shown: list[tuple[int, Column]] = [
        (i, c)
        for i, c in enumerate(declared.columns)
        if not c.is_free_text and c.name not in _SAME_IN_ALL and any(row[i] is not None for row in rows)
    ][:_PREVIEW_COLUMNS]
    if not shown:
        return {}
    records = [dg.TableRecord({c.name: _cell(row[i]) for i, c in shown}) for row in rows]
    schema = dg.TableSchema(columns=[dg.TableColumn(c.name, "string") for _, c in shown])
    return {"Preview": dg.MetadataValue.table(records=records, schema=schema)}


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _PREVIEW_CELL else text[: _PREVIEW_CELL - 1] + "…"
