"""Forget a client, or one of its environments: files, rows, Dagster's runs and its partition.

Files in the input folder go first, or the next look of the sensor would bring the client back; the archive goes before
the rows, or a rebuild would. Each part is looked for by itself, so that what a process left that ended on the way is
found by the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import dagster as dg

from vcenter_pipeline.defs.ingestion import Pipeline
from vcenter_pipeline.defs.old_runs import FINISHED, find_runs_of, known_sources, remove_pages, remove_run
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.errors import ListingError, SourceError, StorageError
from vcenter_pipeline.intake.forgetting import (
    Folders,
    count_files,
    find_environments,
    find_folders,
    remove_folders,
)
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.forgetting import count_rows, forget_rows
from vcenter_pipeline.storage.locks import source_lock
from vcenter_pipeline.storage.reader import read_sources
from vcenter_pipeline.storage.rebuild import drop_rebuild
from vcenter_pipeline.storage.vacuuming import give_back

_DEAD_AFTER: Final = timedelta(hours=24)
"""A run that has been going for longer than any may has lost its process."""

Tell = Callable[[str, int, int | None], None]
"""Is told what is being done, how much of it is done, and of how much."""


class Forgotten(NamedTuple):
    """What went, or would go."""

    sources: tuple[str, ...]
    files: Mapping[str, int]
    """By folder: input, archive, quarantine, output."""
    file_bytes: int
    rows: Mapping[str, int]
    """By table; the ledger is `reports`."""
    runs: int
    shared_runs: int
    """Runs that stay, because they are of other sources as well."""
    partitions: int
    bytes_given_back: int = 0


class _Found(NamedTuple):
    """What there is of a client or a source."""

    sources: tuple[Source, ...]
    folders: Mapping[str, tuple[Path, tuple[Folders, ...]]]
    own_runs: Mapping[str, dg.RunRecord]
    shared_runs: frozenset[str]
    partitions: tuple[str, ...]


def count_forgetting(
    pipeline: Pipeline, instance: dg.DagsterInstance | None, client: str, environment: str | None
) -> Forgotten:
    """Count what `forget` would remove.

    Args:
        pipeline: the database, and where everything is.
        instance: Dagster's; None where there is none yet.
        client: as sources name it: in lower case.
        environment: the same; None for all of the client's.

    Raises:
        SourceError: nothing is known of it.
        ListingError: a folder is not there or could not be read.
        StorageError: the database did not answer.
    """
    found = _find(pipeline, instance, client, environment)
    rows: Counter[str] = Counter()
    for source in found.sources:
        rows.update(count_rows(pipeline.database, *source))
    counted = {name: count_files(*where) for name, where in found.folders.items()}
    return Forgotten(
        sources=tuple(source.key for source in found.sources),
        files={name: gone.files for name, gone in counted.items()},
        file_bytes=sum(gone.size_bytes for gone in counted.values()),
        rows=rows,
        runs=len(found.own_runs),
        shared_runs=len(found.shared_runs),
        partitions=len(found.partitions),
    )


def forget(
    pipeline: Pipeline, instance: dg.DagsterInstance | None, client: str, environment: str | None, tell: Tell
) -> Forgotten:
    """Remove all that there is of a client, or of one of its environments, and give what that was.

    Args:
        pipeline: the database, and where everything is.
        instance: Dagster's; None where there is none yet.
        client: as sources name it: in lower case.
        environment: the same; None for all of the client's.
        tell: is told how far it has come.

    Raises:
        SourceError: nothing is known of it.
        PipelineError: a run of it is not finished, or something could not be removed; the rest follows with the next
            call.
    """
    sources = _find(pipeline, instance, client, environment).sources
    with _locked(pipeline, sources, tell):
        found = _find(pipeline, instance, client, environment)
        _refuse_while_runs_go_on(found)
        removed = {}
        for name, where in found.folders.items():
            tell(f"files in {name}", 0, None)
            removed[name] = remove_folders(*where)
        rows: Counter[str] = Counter()
        for source in found.sources:
            rows.update(forget_rows(pipeline.database, *source, tell=_telling(tell, f"rows of {source.key}")))
            drop_rebuild(pipeline.database, source.key)
        if instance is not None:
            for done, run_id in enumerate(found.own_runs, 1):
                remove_run(instance, run_id)
                tell("runs", done, len(found.own_runs))
            for key in found.partitions:
                instance.delete_dynamic_partition(str(SOURCES.name), key)
            remove_pages(instance)
    return Forgotten(
        sources=tuple(source.key for source in found.sources),
        files={name: gone.files for name, gone in removed.items()},
        file_bytes=sum(gone.size_bytes for gone in removed.values()),
        rows=rows,
        runs=len(found.own_runs),
        shared_runs=len(found.shared_runs),
        partitions=len(found.partitions),
        bytes_given_back=give_back(pipeline.database, _telling(tell, "free space")),
    )


def _telling(tell: Tell, doing: str) -> Callable[[int, int], None]:
    return lambda done, total: tell(doing, done, total)


def _find(pipeline: Pipeline, instance: dg.DagsterInstance | None, client: str, environment: str | None) -> _Found:
    roots = _roots(pipeline.settings)
    keys = known_sources(instance) if instance is not None else []
    partitions = tuple(key for key in keys if _is_of(key, client, environment))
    if environment is None:
        environments = {name for of_client, name in read_sources(pipeline.database) if of_client == client}
        environments |= {Source.parse(key).environment for key in partitions}
        environments = environments.union(*(find_environments(root, client) for root in roots.values()))
    else:
        environments = {environment}
    folders = {name: (root, tuple(find_folders(root, client, environment))) for name, root in roots.items()}
    own: dict[str, dg.RunRecord] = {}
    shared: set[str] = set()
    for name in sorted(environments):
        if instance is not None:
            runs, of_others = find_runs_of(instance, Source(client, name).key)
            own |= {record.dagster_run.run_id: record for record in runs}
            shared.update(record.dagster_run.run_id for record in of_others)
    found = _Found(
        tuple(Source(client, name) for name in sorted(environments)), folders, own, frozenset(shared), partitions
    )
    has_rows = any(count_rows(pipeline.database, *source) for source in found.sources)
    if not (has_rows or own or partitions or any(every for _, every in folders.values())):
        named = client if environment is None else f"{client}/{environment}"
        raise SourceError(
            f"Nothing is known of {named}: no rows, no files, no runs. It may be forgotten already; "
            "`vcenter-pipeline ingest` prints the sources that there are."
        )
    return found


def _roots(settings: Settings) -> dict[str, Path]:
    """Give the folders that hold what clients have, those first from which it could come back.

    Raises:
        ListingError: one that was moved elsewhere is not there: it may be a share that is not mounted.
    """
    roots = {
        "input": (settings.input_dir, settings.input_path),
        "archive": (settings.archive_dir, settings.archive_path),
        "quarantine": (settings.quarantine_dir, settings.quarantine_path),
        "output": (settings.output_dir, settings.output_path),
    }
    for name, (moved, root) in roots.items():
        if moved is not None and not root.is_dir():
            raise ListingError(
                f"The {name} folder {root} does not exist, so what lies there could not be forgotten. "
                f"Mount it, or correct VCENTER_{name.upper()}_DIR."
            )
    return {name: root for name, (_, root) in roots.items()}


def _is_of(key: str, client: str, environment: str | None) -> bool:
    of_client, _, name = key.partition("/")
    return of_client == client and environment in {None, name}


@contextmanager
def _locked(pipeline: Pipeline, sources: tuple[Source, ...], tell: Tell) -> Iterator[None]:
    """Hold the locks of all of the sources, in their order."""
    with ExitStack() as stack:
        for source in sources:
            waiting = _waiting(tell, source)
            stack.enter_context(source_lock(pipeline.database, source.key, waiting=waiting))
        yield


def _waiting(tell: Tell, source: Source) -> Callable[[float], None]:
    return lambda seconds: tell(f"waiting for a run of {source.key}", int(seconds), None)


def _refuse_while_runs_go_on(found: _Found) -> None:
    """Refuse while a run is not finished: between its steps it holds no lock, and would write what is forgotten.

    Raises:
        StorageError: a run is not finished.
    """
    now = datetime.now(UTC)
    for run_id, record in found.own_runs.items():
        began = record.create_timestamp.replace(tzinfo=UTC)
        if record.dagster_run.status not in FINISHED and now - began < _DEAD_AFTER:
            raise StorageError(
                f"The run {run_id} is not finished, and would write again what is forgotten. Nothing was removed. "
                "Wait for its end, or terminate it in Dagster's UI, and forget again."
            )
