"""The two steps of a run: reports into the tables, tables into the files that Power BI reads."""

import logging
from collections.abc import Iterator
from typing import Final

import dagster as dg

from vcenter_pipeline.defs import checks
from vcenter_pipeline.defs.freshness import check_source
from vcenter_pipeline.defs.ingestion import Outcome, Pipeline, ingest_reports, opened
from vcenter_pipeline.defs.metadata import core_metadata, history_metadata, published_metadata, report_metadata
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.publication import archive_ingested, build_tables, publish_source, repeated_keys
from vcenter_pipeline.defs.resources import Intake
from vcenter_pipeline.defs.selection import select_reports
from vcenter_pipeline.defs.specs import HISTORY, REPORT, WORKBOOK, core_key, ingest_specs, powerbi_key, publish_specs
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
        outcomes: dict[str, list[Outcome]] = {}
        updated: dict[str, Updated] = {}
        in_time: dict[str, dg.AssetCheckResult] = {}
        with opened(load_settings()) as pipeline:
            for source in _sources(context):
                with source_lock(pipeline.database, source.key):
                    paths = select_reports(pipeline, source, intake.reports)
                    found = ingest_reports(pipeline, source, paths, run_id=context.run.run_id, is_last_try=is_last_try)
                    outcomes[source.key] = [_logged(context, outcome) for outcome in found]
                    updated[source.key] = _update_history(context, pipeline, source)
                in_time[source.key] = check_source(pipeline, source)
        everything = [outcome for of_source in outcomes.values() for outcome in of_source]
        if not is_last_try and any(outcome.status == "failed" for outcome in everything):
            raise dg.RetryRequested(MAX_RETRIES, seconds_to_wait=_RETRIES.calculate_delay(context.retry_number + 1))
        for key, of_source in outcomes.items():
            context.add_asset_metadata(report_metadata(of_source), asset_key=REPORT, partition_key=key)
            for name in CORE_TABLES:
                metadata = core_metadata(name, of_source)
                context.add_asset_metadata(metadata, asset_key=core_key(name), partition_key=key)
            context.add_asset_metadata(history_metadata(updated[key]), asset_key=HISTORY, partition_key=key)
        yield dg.MaterializeResult(asset_key=REPORT)
        told = {key: [checks.recognised(found), in_time[key]] for key, found in outcomes.items()}
        yield from checks.told(context, REPORT, told)
        if everything and all(outcome.status in {"failed", "quarantined"} for outcome in everything):
            raise dg.Failure(
                " ".join(outcome.sentence for outcome in everything),
                metadata={outcome.path: outcome.sentence for outcome in everything},
                allow_retries=False,
            )
        for name in CORE_TABLES:
            yield dg.MaterializeResult(asset_key=core_key(name))
            if name == "rejected_rows":
                told = {key: [checks.no_rows_rejected(found, load_settings())] for key, found in outcomes.items()}
                yield from checks.told(context, core_key(name), told)
        yield dg.MaterializeResult(asset_key=HISTORY)

    return ingest


def _update_history(context: dg.AssetExecutionContext, pipeline: Pipeline, source: Source) -> Updated:
    """Derive what the new reports touch, and say how far it has come where it takes long."""

    def tell(done: int, total: int) -> None:
        if done % _TOLD_STEPS == 0:
            context.log.info("%s: %s of %s steps of the history derived.", source.key, f"{done:,}", f"{total:,}")

    updated = update_history(pipeline.database, source.client, source.environment, tell)
    context.log.info("%s: %s steps of the history derived.", source.key, f"{updated.derived:,}")
    return updated


def build_publish(formats: tuple[str, ...]) -> dg.AssetsDefinition:
    """Build the step that publishes; which formats are written decides whether there is a workbook."""

    @dg.multi_asset(
        name="publish",
        specs=publish_specs(formats),
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
                with source_lock(pipeline.database, source.key):
                    tables = build_tables(pipeline, source)
                    found = _publish(context, pipeline, source, tables)
                    moved = []
                    if not any(found.values()):
                        moved = archive_ingested(pipeline, source, select_reports(pipeline, source, intake.reports))
                repeated[source.key] = found
                results[source.key] = checks.check_tables(tables, found, terms)
                context.log.info("%s: %s", source.key, f"moved to the archive: {', '.join(moved) or 'nothing'}.")
        for name in PUBLISHED_TABLES:
            yield dg.MaterializeResult(asset_key=powerbi_key(name))
            told = {key: of_source[name] for key, of_source in results.items()}
            yield from checks.told(context, powerbi_key(name), told)
        if "excel" in formats:
            yield dg.MaterializeResult(asset_key=WORKBOOK)
        if any(any(found.values()) for found in repeated.values()):
            raise dg.Failure("A source was not published, because keys stand twice.", allow_retries=False)

    return publish


def _publish(
    context: dg.AssetExecutionContext, pipeline: Pipeline, source: Source, tables: PackedTables
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
    sizes = {file.path: file.size_bytes for file in publish_source(pipeline, source, tables)}
    for name, table in tables.items():
        files = {str(path): size for path, size in sizes.items() if path.stem == name}
        metadata = published_metadata(name, table, files)
        context.add_asset_metadata(metadata, asset_key=powerbi_key(name), partition_key=source.key)
        context.log.info("%s: %s rows of %s published.", source.key, f"{table.num_rows:,}", name)
    for path, size in sizes.items():
        if path.name == WORKBOOK_NAME:
            metadata = {"File": dg.MetadataValue.path(str(path)), "Bytes": size}
            context.add_asset_metadata(metadata, asset_key=WORKBOOK, partition_key=source.key)
    return repeated


def _sources(context: dg.AssetExecutionContext) -> list[Source]:
    return [Source.parse(key) for key in context.partition_keys]


def _logged(context: dg.AssetExecutionContext, outcome: Outcome) -> Outcome:
    level = logging.INFO if outcome.status in {"ingested", "known"} else logging.WARNING
    context.log.log(level, "%s: %s", outcome.status, outcome.sentence)
    return outcome
