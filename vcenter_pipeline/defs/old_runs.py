"""Dagster's own records: which runs are of a source, which are old, and how to remove one with all that it left.

Removing a run removes its materializations. A partition whose only run goes shows as missing, so the run that an asset
of a source was last made by stays, however old it is.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import dagster as dg

from vcenter_pipeline.defs.overview import OF_ESTATE
from vcenter_pipeline.defs.partitions import SOURCE_TAG, SOURCES
from vcenter_pipeline.defs.rebuild_job import REBUILD
from vcenter_pipeline.defs.specs import HISTORY, REPORT, powerbi_key
from vcenter_pipeline.settings import Settings

FINISHED: Final = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)

_PARTITION_TAG: Final = "dagster/partition"
_RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
_RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
_LAST_OF_STEPS: Final = (REPORT, HISTORY, powerbi_key("dim_source"), REBUILD)
"""Assets that tell by which run each step of a source was last done: a run that failed has made some of them only."""
_RUNS_A_LOOK: Final = 500
_LEFT_BEHIND: Final = ("", "-wal", "-shm", "-journal")


@contextmanager
def opened_instance(settings: Settings) -> Iterator[dg.DagsterInstance | None]:
    """Give Dagster's instance for the block, or None where none was ever started: nothing is created."""
    if not (settings.dagster_path / "dagster.yaml").exists():
        yield None
        return
    os.environ["DAGSTER_HOME"] = str(settings.dagster_path)
    with dg.DagsterInstance.get() as instance:
        yield instance


def sources_of(run: dg.DagsterRun, sources: Sequence[str]) -> list[str]:
    """Give the keys of the sources that a run is of; `sources` are all there are, in Dagster's order."""
    for tag in (SOURCE_TAG, _PARTITION_TAG):
        if tag in run.tags:
            return [run.tags[tag]]
    start, end = run.tags.get(_RANGE_START_TAG), run.tags.get(_RANGE_END_TAG)
    if start is None or end is None:
        return []
    if start in sources and end in sources:
        return list(sources[sources.index(start) : sources.index(end) + 1])
    return [start] if start == end else [start, end]


def known_sources(instance: dg.DagsterInstance) -> list[str]:
    """Give the keys of all sources that Dagster knows, in its order."""
    return list(instance.get_dynamic_partitions(str(SOURCES.name)))


def find_old_runs(
    instance: dg.DagsterInstance, before: datetime, *, limit: int, is_kept: str | None = None
) -> list[dg.DagsterRun]:
    """Give runs that ended before an instant (naive UTC) and may go, oldest first.

    Args:
        instance: Dagster's.
        before: naive UTC.
        limit: how many at most.
        is_kept: the id of a run that stays: the one that asks.
    """
    sources = known_sources(instance)
    needed: dict[str, set[str]] = {}
    found: list[dg.DagsterRun] = []
    ended_before = before.replace(tzinfo=UTC)
    cursor: str | None = None
    while len(found) < limit:
        records = instance.get_run_records(
            dg.RunsFilter(statuses=FINISHED, created_before=ended_before),
            limit=_RUNS_A_LOOK,
            ascending=True,
            cursor=cursor,
        )
        for record in records:
            run = record.dagster_run
            cursor = run.run_id
            ended_at = record.end_time or record.update_timestamp.replace(tzinfo=UTC).timestamp()
            if ended_at >= ended_before.timestamp() or run.run_id == is_kept:
                continue
            for source in sources_of(run, sources):
                if source not in needed:
                    needed[source] = _needed_runs(instance, source) if source in sources else set()
            if not any(run.run_id in needed.get(source, ()) for source in sources_of(run, sources)):
                found.append(run)
        if len(records) < _RUNS_A_LOOK:
            break
    return found[:limit]


def remove_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove a run with its event log and its compute logs.

    On SQLite Dagster leaves the file that held the run's events, and the folder of what its processes printed.
    """
    instance.delete_run(run_id)
    name = str(UUID(run_id))
    root = Path(instance.root_directory)
    for suffix in _LEFT_BEHIND:
        (root / "history" / "runs" / f"{name}.db{suffix}").unlink(missing_ok=True)
    shutil.rmtree(root / "storage" / name, ignore_errors=True)


def remove_pages(instance: dg.DagsterInstance) -> None:
    """Remove the runs that made a page of all sources, as each names a source that is forgotten now.

    The schedule makes a new one at its next tick. A run that is not finished is left: it asks for the sources
    that there are when it begins.
    """
    run_ids: dict[str, None] = {}
    cursor, has_more = None, True
    while has_more:
        found = instance.fetch_materializations(OF_ESTATE, limit=_RUNS_A_LOOK, cursor=cursor)
        run_ids |= dict.fromkeys(record.run_id for record in found.records)
        cursor, has_more = found.cursor, found.has_more
    for run_id in run_ids:
        run = instance.get_run_by_id(run_id)
        if run is not None and run.status in FINISHED:
            remove_run(instance, run_id)
    if run_ids:
        instance.wipe_assets([OF_ESTATE])  # Dagster keeps the newest event beside the runs as well


def find_runs_of(instance: dg.DagsterInstance, source: str) -> tuple[list[dg.RunRecord], list[dg.RunRecord]]:
    """Give the runs of one source alone, and those that are of other sources as well."""
    sources = known_sources(instance)
    own: dict[str, dg.RunRecord] = {}
    for tag in (SOURCE_TAG, _PARTITION_TAG):
        for record in instance.get_run_records(dg.RunsFilter(tags={tag: source})):
            own[record.dagster_run.run_id] = record
    shared = []
    for start in {source, *sources}:
        for record in instance.get_run_records(dg.RunsFilter(tags={_RANGE_START_TAG: start})):
            of_run = sources_of(record.dagster_run, sources)
            if of_run == [source]:
                own[record.dagster_run.run_id] = record
            elif source in of_run:
                shared.append(record)
    return list(own.values()), shared


def _needed_runs(instance: dg.DagsterInstance, source: str) -> set[str]:
    """Give the newest run of a source, and those by which its assets were last made."""
    newest = instance.get_run_records(dg.RunsFilter(tags={SOURCE_TAG: source}), limit=1)
    found = {record.dagster_run.run_id for record in newest}
    for asset in _LAST_OF_STEPS:
        last = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[source]), limit=1
        )
        found.update(record.run_id for record in last.records)
    return found
