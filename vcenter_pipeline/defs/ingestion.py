"""One report from the input directory into the tables, without Dagster.

Assets, the sensor and the command call this; what it decides it says in an `Outcome`.
"""

import hashlib
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, Literal, NamedTuple, cast

from vcenter_pipeline.defs.stages import Stages
from vcenter_pipeline.errors import PipelineError, ReportError, UnfinishedError
from vcenter_pipeline.formats.documents.document import Limits, TruncatedError
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.formats.stamp import read_stamp
from vcenter_pipeline.intake.collected_at import to_collected_at
from vcenter_pipeline.intake.listing import Facts
from vcenter_pipeline.intake.opening import fingerprint, is_being_written, open_report, read_facts
from vcenter_pipeline.intake.quarantine import Reason, quarantine
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.batches import KINDS, Batch, Kind, kind_name, merge_batches
from vcenter_pipeline.model.parts import Row
from vcenter_pipeline.model.tables import Normalizer, Origin, Rows
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.reader import LedgerRow, find_reports, newest_collected_at
from vcenter_pipeline.storage.writer import begin_report, record_quarantine

BATCH_ROWS: Final = 10_000
"""Pandera costs 20 ms a batch however few its rows; each 5,000 rows more in a batch cost 20 MB."""
TICK_TIMEOUT_SECONDS: Final = 3
"""A tick that waits for a long report to be stored would be cut off; the next one is near."""
_CHUNK_BYTES: Final = 512 * 1024
"""What fits into the processor's cache: with 4 MiB reading takes nearly twice the CPU."""
_PREVIEW_ROWS: Final = 5
_OF_THE_FILE: Final = "file time"
ADVICE: Final = "Correct the playbook or the file, and drop it into the input folder again."

Status = Literal["ingested", "known", "quarantined", "gone", "failed", "refused"]


class Pipeline(NamedTuple):
    """What one process works with."""

    settings: Settings
    database: Database

    @property
    def limits(self) -> Limits:
        """How much of a report is read."""
        return Limits(self.settings.max_file_bytes, self.settings.max_content_bytes, chunk_bytes=_CHUNK_BYTES)


class Outcome(NamedTuple):
    """What became of one report."""

    path: str
    status: Status
    """`known`: the tables hold this content already. `gone`: it is not there. `failed`: it still waits.

    `refused`: a run asked for it by name, and it cannot be taken; trying again cannot help.
    """
    sentence: str
    ledger_row: LedgerRow | None = None
    row_counts: Mapping[str, int] = MappingProxyType({})
    """Rows stored, by table."""
    preview: Mapping[str, Sequence[Row]] = MappingProxyType({})
    """The first of them."""
    seconds: Mapping[str, float] = MappingProxyType({})
    """How long its stages took: read, validate, store."""
    place: Path | None = None
    """Where the file lies in quarantine."""


@contextmanager
def opened(settings: Settings, *, timeout_seconds: float = 600) -> Iterator[Pipeline]:
    """Open the database, set up when it is new, for the block; a writer waits so long for other writers."""
    with open_database(settings.database, timeout_seconds=timeout_seconds) as database:
        migrate(database)
        yield Pipeline(settings, database)


def utc_now() -> datetime:
    """Give the time as a naive UTC datetime."""
    return datetime.now(UTC).replace(tzinfo=None)


def ingest_report(pipeline: Pipeline, source: Source, path: str, *, run_id: str, is_last_try: bool) -> Outcome:
    """Read one report and store it, or send it to quarantine.

    Args:
        pipeline: what to work with.
        source: whose report it is; the caller holds the source's lock.
        path: below the input folder.
        run_id: the Dagster run, for the ledger.
        is_last_try: whether a report that ends in the middle is quarantined rather than left to grow.

    Raises:
        TransientError: trying again can help; the report and the tables are as they were.
    """
    found = _Found(source, path, run_id)
    try:
        with open_report(pipeline.settings.input_path, path, now=utc_now()) as file:
            found = found._replace(facts=read_facts(file))
            if is_being_written(file):
                raise UnfinishedError(f"{path} is still open for writing; it is read when its writer closes it.")
            found = found._replace(digest=fingerprint(file, max_bytes=pipeline.settings.max_file_bytes))
            return _store(pipeline, found, file)
    except FileNotFoundError:
        return Outcome(path, "gone", f"{path} is not there any more; another run has taken it.")
    except TruncatedError as error:
        if not is_last_try:
            raise UnfinishedError(f"{path}: {error}") from error
        return _quarantined(pipeline, found, error)
    except ReportError as error:
        return _quarantined(pipeline, found, error)


class _Found(NamedTuple):
    """What is known of a report before it is read."""

    source: Source
    path: str
    run_id: str
    facts: Facts | None = None
    digest: str | None = None


def _store(pipeline: Pipeline, found: _Found, file: BinaryIO) -> Outcome:
    source, path, facts = found.source, found.path, cast("Facts", found.facts)
    collected_at, origin = read_collected_at(pipeline, file, path.rpartition("/")[2], facts)
    key = report_key(pipeline, source, cast("str", found.digest), collected_at, origin)
    if key is None:
        return Outcome(path, "known", f"{path} holds what the tables hold already; nothing changed.")
    row = to_ledger_row(*found) | {"report": key, "collected_at": collected_at, "collected_at_origin": origin}
    return store_report(pipeline, source, file, row, facts)


def store_report(pipeline: Pipeline, source: Source, file: BinaryIO, known: LedgerRow, facts: Facts) -> Outcome:
    """Read an open report into the tables, in place of what they hold under its key, in one transaction.

    Args:
        pipeline: what to work with.
        source: whose report it is; the caller holds the source's lock.
        file: the report.
        known: its row in the ledger as far as it does not depend on what is read now: the key, the path, whose name
            says how to read it, and when it was collected. What is read is put in place of what else it holds.
        facts: what the file was when it was fingerprinted.

    Raises:
        ReportError: it cannot be read. Like every other error it leaves the tables as they were.
        UnfinishedError: it changed meanwhile.
    """
    started = time.monotonic()
    path, zone = known["path"], pipeline.settings.zone
    normalizer = Normalizer(
        Origin(source.client, source.environment, source.key, known["report"], known["collected_at"]),
        pipeline.settings.free_text,
    )
    stages = Stages()
    shapes: dict[str, None] = {}
    counts: Counter[str] = Counter()
    preview: dict[str, list[Row]] = {}
    with begin_report(pipeline.database, known["report"]) as writer:
        batches = stages.timed_each("read", _batches(pipeline, file, path.rpartition("/")[2], zone))
        for found_rows in _normalized(normalizer, batches, shapes, stages):
            for table, rows in found_rows.items():
                with stages.timed("store"):
                    writer.add(table, rows)
                counts[table] += len(rows)
                preview[table] = [*preview.get(table, []), *rows[:_PREVIEW_ROWS]][:_PREVIEW_ROWS]
        if read_facts(file) != facts:
            raise UnfinishedError(f"{path} changed while it was read; it is read again when it is finished.")
        row = known | {
            "shapes": ", ".join(shapes),
            **{count_column(kind): normalizer.counts.get(kind) for kind in KINDS},
            "failed_item_count": normalizer.failed_count,
            "rejected_row_count": normalizer.rejected_count,
            "vcenter": source.key,
            "status": "ingested",
            "ingest_seconds": time.monotonic() - started,
            "read_at": utc_now(),
            "thinned_at": None,
        }
        committing = time.monotonic()
        writer.finish(row)
    stages.add("store", time.monotonic() - committing)
    return Outcome(path, "ingested", f"{path}: ingested, {told(row)}.", row, counts, preview, stages.seconds)


def count_column(kind: Kind) -> str:
    """Give the column of the ledger that counts objects of a kind."""
    return f"{kind.removesuffix('s')}_count"


def _batches(pipeline: Pipeline, file: BinaryIO, name: str, zone: tzinfo) -> Iterator[Batch]:
    return merge_batches(read_batches(file, name, pipeline.limits, batch_rows=BATCH_ROWS, zone=zone), BATCH_ROWS)


def _normalized(
    normalizer: Normalizer, batches: Iterator[Batch], shapes: dict[str, None], stages: Stages
) -> Iterator[Rows]:
    for batch in batches:
        shapes[batch.shape] = None
        with stages.timed("validate"):
            rows = normalizer.add(batch)
        yield rows
        del batch, rows  # they must not be in memory while the next ones are read
    yield normalizer.finish()


def read_collected_at(pipeline: Pipeline, file: BinaryIO, name: str, facts: Facts) -> tuple[datetime, str]:
    """Give when the report was collected, not later than tomorrow, and what says so.

    A report of the year 2096 would be the newest for seventy years, and hide every other one.
    """
    zone = pipeline.settings.zone
    stamp = read_stamp(file, name, pipeline.limits, zone)
    latest = utc_now() + timedelta(days=1)
    if stamp is not None and stamp <= latest:
        return stamp, "report"
    for tried in (name, ""):
        collected_at, origin = to_collected_at(tried, facts.mtime_ns, zone)
        if collected_at <= latest:
            return collected_at, origin
    return utc_now(), origin


def told(row: LedgerRow) -> str:
    """Say in a few words what a report held."""
    counted = [(row[count_column(kind)], kind_name(kind)) for kind in KINDS]
    found = [f"{count:,} {word}" for count, word in counted if count is not None]
    rejected = row["rejected_row_count"]
    return ", ".join(found) + (f", {rejected:,} rows rejected" if rejected else "")


def report_key(pipeline: Pipeline, source: Source, digest: str, collected_at: datetime, origin: str) -> str | None:
    """Give the key of the report, or None when its content has been ingested already.

    The same content of another time is a new collection: a quiet night leaves the very file of the night before, and
    its alarms stood on. A file's own time is no proof of another night, as copying a file changes it: there the same
    content later counts only when something else was collected in between.
    """
    earlier = [
        row
        for row in find_reports(pipeline.database, source.client, source.environment, digest)
        if row["status"] == "ingested"
    ]
    if any(row["collected_at"] == collected_at for row in earlier):
        return None
    if origin == _OF_THE_FILE:
        if not earlier:
            return _key(source.key, digest)
        if not _is_anything_between(pipeline, source, earlier, collected_at):
            return None
    return _key(source.key, digest, collected_at.isoformat())


def _is_anything_between(
    pipeline: Pipeline, source: Source, earlier: Sequence[LedgerRow], collected_at: datetime
) -> bool:
    kinds = [kind for kind in KINDS if earlier[-1][count_column(kind)] is not None]
    newest = max(row["collected_at"] for row in earlier)
    between = [newest_collected_at(pipeline.database, source.client, source.environment, kind) for kind in kinds]
    return any(moment and newest < moment < collected_at for moment in between)


def _key(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def to_ledger_row(source: Source, path: str, run_id: str | None, facts: Facts | None, digest: str | None) -> LedgerRow:
    """Give what the ledger holds of a report before it is read, but its key: `path` is below the input folder."""
    modified_at = datetime.fromtimestamp(facts.mtime_ns / 1e9, UTC).replace(tzinfo=None) if facts else None
    return {
        "client": source.client,
        "environment": source.environment,
        "path": path,
        "fingerprint": digest,
        "size_bytes": facts.size if facts else None,
        "modified_at": modified_at,
        "run_id": run_id,
        "ingested_at": utc_now(),
    }


def _quarantined(pipeline: Pipeline, found: _Found, error: ReportError) -> Outcome:
    """Record why in the ledger, then move the file: the move is last, so a crash before it is made good later.

    Each file has its own row: two empty files are two faults, and one row for both would hide the first.
    """
    sentence = str(error) if found.path in str(error) else f"{found.path}: {error}"
    row = to_ledger_row(*found) | {
        "report": _key(found.source.key, found.digest or found.facts, found.path),
        "status": "quarantined",
        "reason": sentence,
    }
    record_quarantine(pipeline.database, row)
    reason = Reason(sentence, ADVICE, utc_now(), fingerprint=found.digest, run_id=found.run_id)
    settings = pipeline.settings
    place = quarantine(settings.input_path, found.path, settings.quarantine_path, reason=reason, expected=found.facts)
    return Outcome(found.path, "quarantined", sentence, row, place=place)


def ingest_reports(
    pipeline: Pipeline, source: Source, paths: Sequence[str], *, run_id: str, is_last_try: bool
) -> Iterator[Outcome]:
    """Ingest reports of one source one after the other; none that fails stops the next."""
    for path in paths:
        try:
            yield ingest_report(pipeline, source, path, run_id=run_id, is_last_try=is_last_try)
        except PipelineError as error:
            yield Outcome(path, "failed", str(error))
        except Exception as error:  # noqa: BLE001 - whatever one report brings about, the next ones go on
            detail = "".join(traceback.format_exception(error)[-2:]).strip()
            yield Outcome(path, "failed", f"{path} could not be ingested, for a reason that nobody foresaw: {detail}")
