"""Retention as Dagster runs it: an asset that says what was removed, the job that makes it, and the daily schedule."""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg
from pydantic import Field

from vcenter_pipeline.defs.ingestion import opened, utc_now
from vcenter_pipeline.defs.metadata import Metadata
from vcenter_pipeline.defs.tidying import Options, Tidied, opened_to_count, tidy
from vcenter_pipeline.settings import load_settings

RETENTION_JOB: Final = "retention_job"
RETENTION: Final = dg.AssetKey(["maintenance", "retention"])
CHECK: Final = "everything_old_was_removed"

LABELS: Final = {
    "files": "Files",
    "file_bytes": "File bytes",
    "collections": "Collections",
    "rows": "Rows",
    "reports": "Reports thinned",
    "exports": "Exported files",
    "export_bytes": "Exported bytes",
    "runs": "Runs",
}
"""What is counted, as it is shown."""

_TOLD_STEPS: Final = 1_000
_LONGEST_SECONDS: Final = 21_600
"""The first night after years takes longer than an ingest may. What it leaves, the next one takes."""


class RetentionConfig(dg.Config):
    """What a run of the retention may be told."""

    is_dry_run: bool = Field(default=False, description="Count what would go, and remove nothing.")
    gone_exports: bool = Field(
        default=False,
        description="Remove also the published files of sources that the ledger does not know any more.",
    )


def build_retention() -> dg.AssetsDefinition:
    """Build the asset whose materialization is one pass of the retention."""

    @dg.asset(
        key=RETENTION,
        group_name="maintenance",
        check_specs=[dg.AssetCheckSpec(CHECK, asset=RETENTION, description="No source and no stage failed.")],
        kinds={"table", "file"},
        owners=["team:vcenter-pipeline"],
        description=(
            "What is older than the settings say is removed: archived and quarantined files "
            "(VCENTER_RETENTION_DAYS), collections (VCENTER_KEEP_ALL_DAYS, VCENTER_KEEP_DAILY_DAYS), Dagster's runs "
            "(VCENTER_RUN_DAYS). What is current and the history that was derived stay. Each materialization says "
            "how much that was."
        ),
    )
    def retention(context: dg.AssetExecutionContext, config: RetentionConfig) -> Iterator[dg.MaterializeResult[None]]:
        def tell(doing: str, done: int, total: int | None) -> None:
            if done and (done % _TOLD_STEPS == 0 or done == total):
                context.log.info("%s: %s of %s.", doing, f"{done:,}", "?" if total is None else f"{total:,}")

        settings = load_settings()
        options = Options(config.is_dry_run, config.gone_exports)
        with opened_to_count(settings) if options.is_dry_run else opened(settings) as pipeline:
            tidied = tidy(
                settings,
                pipeline,
                context.instance,
                options,
                now=utc_now(),
                tell=tell,
                run_id=context.run.run_id,
            )
        for sentence in told(tidied, is_dry_run=options.is_dry_run):
            context.log.info(sentence)
        for sentence in tidied.problems:
            context.log.warning(sentence)
        passed = dg.AssetCheckResult(
            passed=not tidied.problems,
            check_name=CHECK,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"Problems": "\n".join(tidied.problems) or "none"},
        )
        yield dg.MaterializeResult(
            metadata=retention_metadata(tidied, is_dry_run=options.is_dry_run), check_results=[passed]
        )

    return retention


def told(tidied: Tidied, *, is_dry_run: bool) -> Iterator[str]:
    """Say in a sentence for each stage what went, or would go."""
    verb = "would be removed" if is_dry_run else "removed"
    yield f"Archive and quarantine: {tidied.total('files'):,} files of {tidied.total('file_bytes'):,} bytes {verb}."
    yield (
        f"Tables: {tidied.total('collections'):,} collections with {tidied.total('rows'):,} rows {verb}; nothing "
        f"but the row in the ledger is left of {tidied.total('reports'):,} reports."
    )
    yield f"Exports of gone sources: {tidied.total('exports'):,} files {verb}."
    yield f"Dagster: {tidied.total('runs'):,} runs {verb}."
    yield f"Database: {tidied.bytes_given_back:,} bytes {'are free' if is_dry_run else 'given back to the disk'}."


def retention_metadata(tidied: Tidied, *, is_dry_run: bool) -> Metadata:
    """Describe a pass; the numbers of a dry run bear other names, so that they are in no plot of the real ones."""
    mark = " (dry run)" if is_dry_run else ""
    metadata: Metadata = {f"{label}{mark}": tidied.total(name) for name, label in LABELS.items()}
    metadata[f"{'Bytes free' if is_dry_run else 'Bytes given back'}{mark}"] = tidied.bytes_given_back
    metadata[f"Seconds{mark}"] = tidied.seconds
    metadata[f"Problems{mark}"] = len(tidied.problems)
    return metadata


def build_retention_job() -> Any:  # noqa: ANN401 - Dagster keeps the type of an unresolved asset job to itself
    """Build the job that makes the asset."""
    return dg.define_asset_job(
        RETENTION_JOB,
        selection=[RETENTION],
        config={"ops": {RETENTION.to_python_identifier(): {"config": RetentionConfig().model_dump()}}},
        tags={"dagster/max_runtime": str(_LONGEST_SECONDS)},
        executor_def=dg.in_process_executor,
        description="Removes what is older than the settings say: files, collections, Dagster's own runs.",
    )


def build_retention_schedule() -> dg.ScheduleDefinition:
    """Build the daily schedule of the job."""
    return dg.ScheduleDefinition(
        name="retention_schedule",
        job_name=RETENTION_JOB,
        cron_schedule="17 3 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Removes what is older than the settings say, once a day.",
    )
