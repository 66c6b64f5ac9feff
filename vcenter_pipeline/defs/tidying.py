"""Retention, stage by stage: old files, old collections, exports of sources that are gone, old runs, free space.

Whoever calls it brings Dagster's instance; nothing here is an asset. A stage or a source that fails stops no other.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import dagster as dg

from vcenter_pipeline.defs.ingestion import Pipeline
from vcenter_pipeline.defs.old_runs import find_old_runs, known_sources, remove_run, sources_of
from vcenter_pipeline.errors import PipelineError, SourceError, StorageError
from vcenter_pipeline.exports.contract import FILE_FORMATS, TABLE_NAMES, WORKBOOK_NAME, file_name
from vcenter_pipeline.intake.forgetting import find_sources, remove_files
from vcenter_pipeline.intake.retention import Expired, expired, remove_expired
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.thinning import Rules
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.database import open_database
from vcenter_pipeline.storage.locks import source_lock
from vcenter_pipeline.storage.reader import read_sources
from vcenter_pipeline.storage.rebuild import is_rebuilding
from vcenter_pipeline.storage.thinning import count_thinning, thin_source
from vcenter_pipeline.storage.vacuuming import count_free, give_back

NOBODY: Final = ""
"""Stands for files and runs that are of no source, or of several."""

_LOCK_SECONDS: Final = 60
"""A source that is being ingested for longer is thinned the next day."""
_RUNS_A_PASS: Final = 10_000
"""Each takes a tenth of a second."""
_PUBLISHED: Final = (
    *(file_name(table, form) for table in TABLE_NAMES for form in FILE_FORMATS if form != "excel"),
    WORKBOOK_NAME,
)

Tell = Callable[[str, int, int | None], None]
"""Is told what is being done, how much of it is done, and of how much."""


class Options(NamedTuple):
    """What is asked for."""

    is_dry_run: bool = False
    """Count only, and change nothing."""
    gone_exports: bool = False
    """Remove also the published files of sources that the ledger does not know."""


class Tidied(NamedTuple):
    """What was removed, or would be."""

    by_source: Mapping[str, Mapping[str, int]]
    """Counts by source: files, file_bytes, collections, rows, reports, exports, export_bytes, runs."""
    bytes_given_back: int
    """Of the database; what is free already, where it was a dry run."""
    seconds: float
    problems: tuple[str, ...]
    """A sentence for each stage or source that failed, and for what is left for the next time."""

    def total(self, name: str) -> int:
        """Give a count over all sources."""
        return sum(counts.get(name, 0) for counts in self.by_source.values())


@contextmanager
def opened_to_count(settings: Settings) -> Iterator[Pipeline | None]:
    """Open the database for the block without setting it up, or give None where there is none yet."""
    if not Path(settings.database.removeprefix("sqlite:///")).exists():
        yield None
        return
    with open_database(settings.database) as database:
        yield Pipeline(settings, database)


class _Tidying:
    """One pass."""

    def __init__(self, settings: Settings, options: Options, now: datetime, tell: Tell) -> None:
        self.settings = settings
        self.options = options
        self.now = now
        self.tell = tell
        self.counts: dict[str, Counter[str]] = {}
        self.problems: list[str] = []

    def count(self, source: str, name: str, number: int) -> None:
        """Add to a count of a source."""
        if number:
            self.counts.setdefault(source, Counter())[name] += number

    @contextmanager
    def guarded(self, doing: str) -> Iterator[None]:
        """Note in a sentence what fails in the block, and go on behind it."""
        try:
            yield
        except PipelineError as error:
            self.problems.append(f"{doing}: {error}")
        except Exception as error:  # noqa: BLE001 - whatever one stage brings about, the next ones go on
            detail = "".join(traceback.format_exception_only(error)).strip()
            self.problems.append(f"{doing}: it failed for a reason that nobody foresaw: {detail}")


def tidy(  # noqa: PLR0913 - what to work with, and what is asked for
    settings: Settings,
    pipeline: Pipeline | None,
    instance: dg.DagsterInstance | None,
    options: Options,
    *,
    now: datetime,
    tell: Tell,
    run_id: str | None = None,
) -> Tidied:
    """Remove what is older than the settings say, and give what that was.

    Args:
        settings: where everything is, and how long it is kept.
        pipeline: the database; None where there is none yet.
        instance: Dagster's; None where there is none yet.
        options: what is asked for.
        now: naive UTC.
        tell: is told how far it has come.
        run_id: the run that does it, which stays.
    """
    started = time.monotonic()
    tidying = _Tidying(settings, options, now, tell)
    for root in (settings.archive_path, settings.quarantine_path):
        with tidying.guarded(f"old files in {root}"):
            _remove_files(tidying, root)
    bytes_given_back = 0
    if pipeline is not None:
        _thin(tidying, pipeline)
        if options.gone_exports:
            with tidying.guarded("exports of sources that are gone"):
                _remove_exports(tidying, pipeline)
    if instance is not None and settings.run_days:
        with tidying.guarded("old runs"):
            _remove_runs(tidying, instance, run_id)
    if pipeline is not None:
        with tidying.guarded("free space"):
            bytes_given_back = _give_back(tidying, pipeline)
    return Tidied(
        {source: dict(counts) for source, counts in sorted(tidying.counts.items())},
        bytes_given_back,
        round(time.monotonic() - started, 3),
        tuple(tidying.problems),
    )


def _remove_files(tidying: _Tidying, root: Path) -> None:
    """Remove old files of the archive or of the quarantine, some of them at a time."""
    if not tidying.settings.retention_days:
        return
    before = tidying.now - timedelta(days=tidying.settings.retention_days)
    done = 0

    def gone(one: Expired) -> None:
        nonlocal done
        done += 1
        source = _owner(Path(one.path).relative_to(root).parts)
        tidying.count(source, "files", 1)
        tidying.count(source, "file_bytes", one.size)
        if done % 100 == 0:
            tidying.tell(f"old files in {root.name}", done, None)

    if tidying.options.is_dry_run:
        for one in expired(root, before):
            gone(one)
        return
    while not remove_expired(root, before, tell=gone).is_complete:
        pass


def _owner(parts: tuple[str, ...]) -> str:
    with suppress(SourceError):
        if len(parts) > len(Source._fields):
            return Source.from_folders(*parts[:2]).key
    return NOBODY


def _thin(tidying: _Tidying, pipeline: Pipeline) -> None:
    """Thin the collections of each source."""
    settings, database = tidying.settings, pipeline.database
    rules = Rules(settings.keep_all_days, settings.keep_daily_days)
    sources: list[tuple[str, str]] = []
    with tidying.guarded("old collections"):
        sources = read_sources(database)
    for client, environment in sources:
        source = Source(client, environment).key
        with tidying.guarded(source):
            tidying.tell(f"old collections of {source}", 0, None)
            if tidying.options.is_dry_run:
                thinned = count_thinning(database, client, environment, rules=rules, now=tidying.now)
            else:
                with source_lock(database, source, timeout_seconds=_LOCK_SECONDS):
                    if is_rebuilding(database, source):
                        # It would derive the history anew of what is left, and take that for all there was.
                        raise StorageError(
                            f"A rebuild of {source} is not finished, so none of its rows were removed. "
                            "`vcenter-pipeline rebuild` goes on with it."
                        )
                    thinned = thin_source(
                        database,
                        client,
                        environment,
                        rules=rules,
                        now=tidying.now,
                        tell=_telling(tidying.tell, f"old collections of {source}"),
                    )
            for name, number in thinned._asdict().items():
                tidying.count(source, name, number)


def _telling(tell: Tell, doing: str) -> Callable[[int, int], None]:
    return lambda done, total: tell(doing, done, total)


def _remove_exports(tidying: _Tidying, pipeline: Pipeline) -> None:
    """Remove the published files of sources that the ledger does not know; what else lies there stays."""
    root, database = tidying.settings.output_path, pipeline.database
    known = {Source(*source) for source in read_sources(database)}
    for source, every in find_sources(root).items():
        if source in known:
            continue
        with tidying.guarded(f"exports of {source.key}"):
            for folders in every:
                if tidying.options.is_dry_run:
                    files = [root.joinpath(*folders, name) for name in _PUBLISHED]
                    sizes = [path.lstat().st_size for path in files if path.exists()]
                    tidying.count(source.key, "exports", len(sizes))
                    tidying.count(source.key, "export_bytes", sum(sizes))
                    continue
                with source_lock(database, source.key, timeout_seconds=_LOCK_SECONDS):
                    if tuple(source) in read_sources(database):
                        break  # its first report came meanwhile
                    gone = remove_files(root, folders, _PUBLISHED)
                tidying.count(source.key, "exports", gone.files)
                tidying.count(source.key, "export_bytes", gone.size_bytes)


def _remove_runs(tidying: _Tidying, instance: dg.DagsterInstance, run_id: str | None) -> None:
    """Remove Dagster's old runs, each with its logs."""
    before = tidying.now - timedelta(days=tidying.settings.run_days)
    sources = known_sources(instance)
    runs = find_old_runs(instance, before, limit=_RUNS_A_PASS, is_kept=run_id)
    for done, run in enumerate(runs, 1):
        if not tidying.options.is_dry_run:
            remove_run(instance, run.run_id)
            tidying.tell("old runs", done, len(runs))
        of_run = sources_of(run, sources)
        tidying.count(of_run[0] if len(of_run) == 1 else NOBODY, "runs", 1)
    if len(runs) == _RUNS_A_PASS:
        tidying.problems.append(f"old runs: {_RUNS_A_PASS:,} were taken; the rest follows the next time.")


def _give_back(tidying: _Tidying, pipeline: Pipeline) -> int:
    """Give what the database has free back to the disk."""
    if tidying.options.is_dry_run:
        return count_free(pipeline.database)
    return give_back(pipeline.database, _telling(tidying.tell, "free space"))
