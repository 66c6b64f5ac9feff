"""All tables of a source once more, read from its archive with today's code; without Dagster.

In place and report by report: each stays under its key, so whoever reads meanwhile sees all of them. What was done
stands in the ledger, so a rebuild that was killed goes on where it was.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from vcenter_pipeline.defs.ingestion import Pipeline, utc_now
from vcenter_pipeline.defs.publication import build_tables, publish_source, repeated_keys
from vcenter_pipeline.defs.rereading import Rereading, Tell
from vcenter_pipeline.errors import PipelineError, SourceError
from vcenter_pipeline.intake.archived import archived_sources
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.locks import source_lock
from vcenter_pipeline.storage.reader import read_sources
from vcenter_pipeline.storage.rebuild import begin_rebuild, clear_history, finish_rebuild, read_unread


class Options(NamedTuple):
    """How to rebuild."""

    is_restarted: bool = False
    """Whether to begin anew where an earlier rebuild was not finished, rather than to go on with it."""
    is_publishing: bool = True
    """Whether the files that Power BI reads are replaced at the end of each source."""
    run_id: str | None = None
    """The Dagster run, for reports that the ledger does not know."""


class Rebuilt(NamedTuple):
    """What became of one source."""

    source: str
    began_at: datetime
    """Naive UTC."""
    is_continued: bool = False
    """Whether an earlier rebuild went on, that was not finished."""
    is_finished: bool = False
    """If not, the next rebuild goes on with it."""
    reports_read: int = 0
    reports_read_before: int = 0
    """Since the rebuild began, but not by this process."""
    reports_new: int = 0
    """Archived reports that the ledger did not know."""
    reports_refused: int = 0
    """Files that cannot be read any more; rows that they gave once stay."""
    reports_failed: int = 0
    """Files that could not be read for a cause that may pass."""
    reports_without_file: int = 0
    """Ingested reports with no file in the archive; their rows stay."""
    history_steps: int = 0
    files_published: int = 0
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """A sentence for each thing that went wrong."""

    @property
    def is_good(self) -> bool:
        """Whether it is finished and nothing went wrong."""
        return self.is_finished and not self.problems


def choose_sources(
    pipeline: Pipeline, client: str | None = None, environment: str | None = None
) -> tuple[list[Source], list[str]]:
    """Give the sources to rebuild, of all clients or of one, and a sentence for each folder that is refused.

    They are those in the ledger and those in the archive: either may be lost.

    Raises:
        SourceError: the client or the environment is known to neither.
        ListingError: the archive could not be read.
    """
    found, refused = archived_sources(pipeline.settings.archive_path, client)
    known = {*found, *(Source(*names) for names in read_sources(pipeline.database))}
    chosen = [
        source
        for source in sorted(known)
        if client in {None, source.client} and environment in {None, source.environment}
    ]
    if client is not None and not chosen and not refused:
        named = client if environment is None else f"{client}/{environment}"
        raise SourceError(
            f"Neither the tables nor the archive know {named}; `vcenter-pipeline rebuild` without a name takes all."
        )
    return chosen, refused


def rebuild_sources(pipeline: Pipeline, sources: Iterable[Source], options: Options, tell: Tell) -> Iterator[Rebuilt]:
    """Rebuild sources one after the other; none that fails stops the next.

    Raises:
        StorageError: it could not be noted that a rebuild has begun.
    """
    now = utc_now()
    by_key = {source.key: source for source in sources}
    begun = begin_rebuild(pipeline.database, list(by_key), now, is_restarted=options.is_restarted)
    for key, rebuild in begun.items():
        result = Rebuilt(key, rebuild.began_at, is_continued=rebuild.began_at != now, is_finished=rebuild.is_finished)
        if rebuild.is_finished:
            yield result._replace(remarks=(_continued(result),))
            continue
        if result.is_continued:
            result = result._replace(remarks=(_continued(result),))
        started = time.monotonic()
        reading = Rereading(pipeline, by_key[key], rebuild.began_at, options.run_id)
        try:
            result = _rebuild(reading, result, options, tell)
        except PipelineError as error:
            result = _told(result, reading, (f"{key} is not rebuilt to its end: {error}",))
        yield result._replace(seconds=round(time.monotonic() - started, 3))


def _rebuild(reading: Rereading, result: Rebuilt, options: Options, tell: Tell) -> Rebuilt:
    """Read the archive, derive the history anew, publish.

    It is finished last: whatever ends it before that, the next one derives the history again.
    """
    pipeline, source = reading.pipeline, reading.source
    database, names = pipeline.database, (source.client, source.environment)
    reading.read_archive(tell)
    problems: tuple[str, ...] = ()
    files = 0
    with source_lock(database, source.key):
        clear_history(database, *names, result.began_at)
        updated = update_history(database, *names, partial(tell, f"{source.key}: steps of the history"))
        unread = read_unread(database, *names, result.began_at)
        if options.is_publishing and names in read_sources(database):  # else it has nothing, or was forgotten meanwhile
            files, problems = _publish(pipeline, source)
    without_file = sum(row.fingerprint not in reading.digests for row in unread)
    if not reading.failed:
        finish_rebuild(database, source.key)
    return _told(result, reading, problems)._replace(
        is_finished=not reading.failed,
        reports_without_file=without_file,
        history_steps=updated.derived,
        files_published=files,
        remarks=(*result.remarks, *([_without_file(source, without_file)] if without_file else [])),
    )


def _publish(pipeline: Pipeline, source: Source) -> tuple[int, tuple[str, ...]]:
    """Replace the files of a source, unless a key of which relationships are made stands twice; give their number."""
    tables = build_tables(pipeline, source)
    for name in PUBLISHED_TABLES:
        key = published_table(name).key
        if len(key) == 1 and (repeated := repeated_keys(name, tables.columns(name, key))):
            return 0, (f"{source.key} was not published: keys stand twice in {name}: {', '.join(repeated)}.",)
    return len(publish_source(pipeline, source, tables)), ()


def _told(result: Rebuilt, reading: Rereading, problems: tuple[str, ...]) -> Rebuilt:
    return result._replace(
        reports_read=len(reading.read),
        reports_read_before=len(reading.read_before),
        reports_new=len(reading.new),
        reports_refused=len(reading.refused),
        reports_failed=len(reading.failed),
        problems=(*reading.refused, *reading.failed, *problems),
    )


def _continued(result: Rebuilt) -> str:
    what = "was finished then" if result.is_finished else "goes on"
    return f"{result.source}: the rebuild that began at {result.began_at:%Y-%m-%d %H:%M:%S} UTC {what}."


def _without_file(source: Source, count: int) -> str:
    what, whose = ("1 report has", "its") if count == 1 else (f"{count:,} reports have", "their")
    return f"{source.key}: {what} no file in the archive any more; {whose} rows stay as they were."
