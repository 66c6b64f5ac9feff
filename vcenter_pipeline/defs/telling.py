"""What a run says while it goes on, a line for each stage, and the tags by which its outcome is seen in the run list.

The run list shows every tag in the order of their names, and filters by their values: so an outcome is a word.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from vcenter_pipeline.defs.ingestion import Outcome
from vcenter_pipeline.defs.jobs import run_tags
from vcenter_pipeline.defs.metadata import added_seconds
from vcenter_pipeline.defs.partitions import ALARMS_TAG, OUTCOME_TAG, VIRTUAL_MACHINES_TAG
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.storage.history import Updated

BAD: Final = frozenset({"failed", "quarantined", "refused"})
"""What became of a report that was not taken."""


def told_ingest(key: str, outcomes: Sequence[Outcome], updated: Updated, seconds: Mapping[str, float]) -> Iterator[str]:
    """Say for each stage up to the history what a run did for a source."""
    taken = [outcome for outcome in outcomes if outcome.status == "ingested"]
    rows: Counter[str] = Counter()
    for outcome in taken:
        rows.update(outcome.row_counts)
    size = sum(outcome.ledger_row["size_bytes"] or 0 for outcome in taken if outcome.ledger_row)
    rejected = rows.pop("rejected_rows", 0)
    spent = added_seconds(taken)
    if taken:
        yield f"{key}: read: {counted(len(taken), 'report')} of {size:,} bytes{_in(spent.get('read'))}"
        yield f"{key}: validated: {rows.total():,} rows are valid, {rejected:,} rejected{_in(spent.get('validate'))}"
        tables = sum(bool(count) for count in rows.values())
        yield f"{key}: stored: {rows.total():,} rows in {counted(tables, 'table')}{_in(spent.get('store'))}"
    history = f"{counted(updated.derived, 'step')} derived, {sum(updated.rows.values()):,} rows"
    yield f"{key}: history: {history}{_in(seconds.get('history'))}"


def told_publish(key: str, rows: Sequence[int], sizes: Sequence[int], seconds: Mapping[str, float]) -> str:
    """Say what was published of a source, by the rows of each table and the bytes of each file."""
    files = f"{counted(len(sizes), 'file')} of {sum(sizes):,} bytes"
    spent = seconds.get("build", 0.0) + seconds.get("write", 0.0)
    return f"{key}: published: {sum(rows):,} rows in {counted(len(rows), 'table')}, {files}{_in(spent)}"


def told_archive(key: str, moved: Sequence[str], waiting: int | None, seconds: Mapping[str, float]) -> str:
    """Say what was moved to the archive of a source, and how much of it waits still."""
    names = f" ({', '.join(path.rpartition('/')[2] for path in moved[:5])}{', …' if len(moved) > 5 else ''})"  # noqa: PLR2004 - as many as a line holds
    still = "" if waiting is None else f"; {counted(waiting, 'report')} still {'waits' if waiting == 1 else 'wait'}"
    archived = f"{counted(len(moved), 'report')}{names if moved else ''}{_in(seconds.get('archive'), '')}"
    return f"{key}: archived: {archived}{still}."


def outcome_tags(outcomes: Mapping[Source, Sequence[Outcome]]) -> dict[str, str]:
    """Give the tags of a run once its reports are read; of one source also those that a run by hand has not."""
    everything = [outcome for of_source in outcomes.values() for outcome in of_source]
    rows = [outcome.ledger_row for outcome in everything if outcome.status == "ingested" and outcome.ledger_row]
    tags: dict[str, str] = {}
    if len(outcomes) == 1:
        ((source, of_source),) = outcomes.items()
        tags = run_tags(source, [outcome.path for outcome in of_source])
    for tag, column in ((VIRTUAL_MACHINES_TAG, "virtual_machine_count"), (ALARMS_TAG, "triggered_alarm_count")):
        counts = [row[column] for row in rows if row[column] is not None]
        if counts:
            tags[tag] = str(sum(counts))
    statuses = Counter(outcome.status for outcome in everything)
    told = ", ".join(f"{count:,} {status}" for status, count in statuses.items()) or "nothing waited"
    if len(everything) == 1:
        told = everything[0].status
    return tags | {OUTCOME_TAG: told}


def counted(count: int, word: str) -> str:
    """Give a count with its word, which takes an s where it is not one."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _in(seconds: float | None, end: str = ".") -> str:
    return end if seconds is None else f", in {seconds:.2f} s{end}"
