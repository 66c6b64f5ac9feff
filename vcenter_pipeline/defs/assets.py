"""The two steps of a run: reports into the tables, tables into the files that Power BI reads."""

import logging
from collections.abc import Iterator
from typing import Final

import dagster as dg

from vcenter_pipeline.defs import checks
from vcenter_pipeline.defs.freshness import check_source
from vcenter_pipeline.defs.ingestion import Outcome, Pipeline, ingest_reports, opened
from vcenter_pipeline.defs.metadata import (
    build_failure,
    core_metadata,
    history_metadata,
    published_metadata,
    report_metadata,
)
from vcenter_pipeline.defs.overview import OF_SOURCE, source_metadata, source_spec
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.publication import archive_ingested, build_tables, publish_source, repeated_keys
from vcenter_pipeline.defs.resources import Intake
from vcenter_pipeline.defs.returning import read_returned
from vcenter_pipeline.defs.selection import count_waiting, refuse_strangers, select_reports
from vcenter_pipeline.defs.specs import HISTORY, REPORT, WORKBOOK, core_key, ingest_specs, powerbi_key, publish_specs
from vcenter_pipeline.defs.stages import Stages, seconds_metadata
from vcenter_pipeline.defs.telling import BAD, outcome_tags, told_archive, told_ingest, told_publish
from vcenter_pipeline.exports.contract import WORKBOOK_NAME
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import CORE_TABLES, PUBLISHED_TABLES
from vcenter_pipeline.settings import load_settings
from vcenter_pipeline.storage.history import Updated, update_history
from vcenter_pipeline.storage.locks import source_lock

MAX_RETRIES: Final = 3
_RETRIES: Final = dg.RetryPolicy(max_retries=MAX_RETRIES, delay=2, backoff=dg.Backoff.EXPONENTIAL)
"""2, 6 and 14 seconds, as Dagster counts: a report that ends in the middle is mostly one that is still being copied."""

_TOLD_STEPS: Final = 100
_LEDGER: Final = "fact_report"
"""The published table that shows what the step took and what still waits: it lists the reports."""

Events = Iterator[dg.MaterializeResult[None] | dg.Output[None] | dg.AssetCheckEvaluation]


def build_ingest() -> dg.AssetsDefinition:
    """Build the step that reads reports and stores what they say."""

    @dg.multi_asset(
        name="ingest",
        specs=ingest_specs(),
        check_specs=checks.INGEST_CHECKS,
        partitions_def=SOURCES,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=_RETRIES,
        description="Reads reports and stores what they say; one transaction a report.",
    )
    def ingest(context: dg.AssetExecutionContext, intake: Intake) -> Events:
        is_last_try = context.retry_number >= MAX_RETRIES
        sources = _sources(context)
        strangers = refuse_strangers(sources, intake.reports)
        outcomes: dict[Source, list[Outcome]] = {}
        updated: dict[str, Updated] = {}
        stages: dict[str, Stages] = {source.key: Stages() for source in sources}
        in_time: dict[str, dg.AssetCheckResult] = {}
        with opened(load_settings()) as pipeline:
            for source in sources:
                spent = stages[source.key]
                with source_lock(pipeline.database, source.key):
                    paths = select_reports(pipeline, source, intake.reports)
                    found = ingest_reports(pipeline, source, paths, run_id=context.run.run_id, is_last_try=is_last_try)
                    outcomes[source] = [_logged(context, _returned(context, pipeline, source, one)) for one in found]
                    with spent.timed("history"):
                        updated[source.key] = _update_history(context, pipeline, source)
                in_time[source.key] = check_source(pipeline, source)
                for line in told_ingest(source.key, outcomes[source], updated[source.key], spent.seconds):
                    context.log.info(line)
        outcomes[sources[0]] += [_logged(context, stranger) for stranger in strangers]
        everything = [outcome for of_source in outcomes.values() for outcome in of_source]
        if not is_last_try and any(outcome.status == "failed" for outcome in everything):
            raise dg.RetryRequested(MAX_RETRIES, seconds_to_wait=_RETRIES.calculate_delay(context.retry_number + 1))
        context.instance.add_run_tags(context.run.run_id, outcome_tags(outcomes))
        for source, of_source in outcomes.items():
            key = source.key
            metadata = report_metadata(of_source, stages[key].seconds)
            context.add_asset_metadata(metadata, asset_key=REPORT, partition_key=key)
            for name in CORE_TABLES:
                metadata = core_metadata(name, of_source)
                context.add_asset_metadata(metadata, asset_key=core_key(name), partition_key=key)
            context.add_asset_metadata(history_metadata(updated[key]), asset_key=HISTORY, partition_key=key)
        yield dg.MaterializeResult(asset_key=REPORT)
        by_key = {source.key: found for source, found in outcomes.items()}
        told = {key: [checks.recognised(found), in_time[key]] for key, found in by_key.items()}
        yield from checks.told(context, REPORT, told)
        if everything and all(outcome.status in BAD for outcome in everything):
            raise build_failure(everything)
        for name in CORE_TABLES:
            yield dg.MaterializeResult(asset_key=core_key(name))
            if name == "rejected_rows":
                told = {key: [checks.no_rows_rejected(found, load_settings())] for key, found in by_key.items()}
                yield from checks.told(context, core_key(name), told)
        yield dg.MaterializeResult(asset_key=HISTORY)

    return ingest


def _update_history(context: dg.AssetExecutionContext, pipeline: Pipeline, source: Source) -> Updated:
    """Derive what the new reports touch, and say how far it has come where it takes long."""

    def tell(done: int, total: int) -> None:
        if done % _TOLD_STEPS == 0:
            context.log.info("%s: %s of %s steps of the history derived.", source.key, f"{done:,}", f"{total:,}")

    return update_history(pipeline.database, source.client, source.environment, tell)


def _returned(context: dg.AssetExecutionContext, pipeline: Pipeline, source: Source, outcome: Outcome) -> Outcome:
    """Look elsewhere for a report that has left the input folder, if a person asked for it.

    What the sensor or the schedule asked for has been taken by another run meanwhile, and need not be read twice.
    """
    run = context.run
    earlier = [run.tags[tag] for tag in ("dagster/parent_run_id", "dagster/root_run_id") if tag in run.tags]
    is_automatic = not {"dagster/sensor_name", "dagster/schedule_name"}.isdisjoint(run.tags)
    if outcome.status != "gone" or (is_automatic and not earlier):
        return outcome
    return read_returned(pipeline, source, outcome.path, run_id=run.run_id, earlier_runs=earlier)


def build_publish(formats: tuple[str, ...]) -> dg.AssetsDefinition:
    """Build the step that publishes; which formats are written decides whether there is a workbook."""

    @dg.multi_asset(
        name="publish",
        specs=[*publish_specs(formats), source_spec()],
        check_specs=checks.PUBLISH_CHECKS,
        partitions_def=SOURCES,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=_RETRIES,
        description="Replaces the files of the source, then moves its ingested reports to the archive.",
    )
    def publish(context: dg.AssetExecutionContext, intake: Intake) -> Events:
        terms = checks.to_terms(load_settings())
        repeated: dict[str, dict[str, list[str]]] = {}
        results: dict[str, dict[str, list[dg.AssetCheckResult]]] = {}
        with opened(load_settings()) as pipeline:
            for source in _sources(context):
                spent = Stages()
                with source_lock(pipeline.database, source.key):
                    with spent.timed("build"):
                        tables = build_tables(pipeline, source)
                    found = _publish(context, pipeline, source, tables, spent)
                    moved = []
                    if not any(found.values()):
                        with spent.timed("archive"):
                            moved = archive_ingested(pipeline, source, select_reports(pipeline, source, intake.reports))
                repeated[source.key] = found
                results[source.key] = checks.check_tables(tables, found, terms)
                page = source_metadata(source, tables, terms)
                context.add_asset_metadata(page, asset_key=OF_SOURCE, partition_key=source.key)
                waiting = count_waiting(pipeline)
                still = None if waiting is None else waiting[source]
                context.log.info(told_archive(source.key, moved, still, spent.seconds))
                metadata = seconds_metadata(spent.seconds) | ({} if still is None else {"Reports waiting": still})
                context.add_asset_metadata(metadata, asset_key=powerbi_key(_LEDGER), partition_key=source.key)
        for name in PUBLISHED_TABLES:
            yield dg.MaterializeResult(asset_key=powerbi_key(name))
            told = {key: of_source[name] for key, of_source in results.items()}
            yield from checks.told(context, powerbi_key(name), told)
        if "excel" in formats:
            yield dg.MaterializeResult(asset_key=WORKBOOK)
        yield dg.MaterializeResult(asset_key=OF_SOURCE)
        if any(any(found.values()) for found in repeated.values()):
            raise dg.Failure("A source was not published, because keys stand twice.", allow_retries=False)

    return publish


def _publish(
    context: dg.AssetExecutionContext, pipeline: Pipeline, source: Source, tables: PackedTables, spent: Stages
) -> dict[str, list[str]]:
    """Publish one source, unless a key stands twice; give the repeated keys by table.

    Power BI refuses to load a table whose key is repeated, so the files of before are the better ones.
    """
    repeated = {
        name: repeated_keys(name, tables.columns(name, published_table(name).key)) for name in checks.KEYED_TABLES
    }
    if any(repeated.values()):
        context.log.error("%s: nothing was published, because keys stand twice: %s.", source.key, repeated)
        return repeated
    with spent.timed("write"):
        sizes = {file.path: file.size_bytes for file in publish_source(pipeline, source, tables)}
    rows = []
    for name, table in tables.items():
        files = {str(path): size for path, size in sizes.items() if path.stem == name}
        metadata = published_metadata(name, table, files)
        context.add_asset_metadata(metadata, asset_key=powerbi_key(name), partition_key=source.key)
        rows.append(table.num_rows)
    context.log.info(told_publish(source.key, rows, list(sizes.values()), spent.seconds))
    for path, size in sizes.items():
        if path.name == WORKBOOK_NAME and WORKBOOK in context.assets_def.keys:
            metadata = {"File": dg.MetadataValue.path(str(path)), "Bytes": size}
            context.add_asset_metadata(metadata, asset_key=WORKBOOK, partition_key=source.key)
    return repeated


def _sources(context: dg.AssetExecutionContext) -> list[Source]:
    return [Source.parse(key) for key in context.partition_keys]


def _logged(context: dg.AssetExecutionContext, outcome: Outcome) -> Outcome:
    context.log.log(logging.WARNING if outcome.status in BAD else logging.INFO, "%s", outcome.sentence)
    return outcome
