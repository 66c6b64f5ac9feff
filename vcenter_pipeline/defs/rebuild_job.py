"""The rebuild of one source as Dagster runs it: an asset of its own, and the job that launches it.

It is an asset and no op, because an asset is partitioned by source as everything else is: the list of its partitions
says which source was rebuilt when, and its numbers are plotted over time.
"""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg
from pydantic import Field

from vcenter_pipeline.defs.ingestion import opened
from vcenter_pipeline.defs.jobs import run_tags
from vcenter_pipeline.defs.metadata import Metadata
from vcenter_pipeline.defs.partitions import REPORT_TAG, SOURCES
from vcenter_pipeline.defs.rebuilding import Options, Rebuilt, rebuild_sources
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import load_settings

REBUILD_JOB: Final = "rebuild_job"
REBUILD: Final = dg.AssetKey(["maintenance", "rebuild"])
_CHECK: Final = "every_archived_report_was_read"
_TOLD_STEPS: Final = 100
_LONGEST_SECONDS: Final = 86_400
"""Years of a large vCenter take longer than an ingest may. A run that is ended goes on when it is launched again."""


class RebuildConfig(dg.Config):
    """How a source is rebuilt."""

    is_restarted: bool = Field(
        default=False, description="Begin anew, rather than go on with a rebuild of this source that was not finished."
    )
    is_publishing: bool = Field(default=True, description="Replace the files that Power BI reads at the end.")


def build_rebuild() -> dg.AssetsDefinition:
    """Build the asset whose materialization is a rebuild."""

    @dg.asset(
        key=REBUILD,
        group_name="maintenance",
        partitions_def=SOURCES,
        check_specs=[
            dg.AssetCheckSpec(_CHECK, asset=REBUILD, description="No file of the archive was refused or failed.")
        ],
        kinds={"table", "file"},
        owners=["team:vcenter-pipeline"],
        description=(
            "All archived reports of a source read once more with today's code, each in place of its rows, and the "
            "history derived anew: for new columns after an upgrade, or when the database is lost."
        ),
    )
    def rebuild(context: dg.AssetExecutionContext, config: RebuildConfig) -> Iterator[dg.MaterializeResult[None]]:
        def tell(doing: str, done: int, total: int) -> None:
            if done % _TOLD_STEPS == 0 or done == total:
                context.log.info("%s: %s of %s.", doing, f"{done:,}", f"{total:,}")

        options = Options(config.is_restarted, config.is_publishing, context.run.run_id)
        with opened(load_settings()) as pipeline:
            (result,) = rebuild_sources(pipeline, [Source.parse(context.partition_key)], options, tell)
        for sentence in result.remarks:
            context.log.info(sentence)
        for sentence in result.problems:
            context.log.warning(sentence)
        if not result.is_finished:
            raise dg.Failure(
                " ".join(("The rebuild is not finished; launched again, it goes on.", *result.problems)),
                metadata=rebuild_metadata(result),
            )
        passed = dg.AssetCheckResult(
            passed=not result.problems,
            check_name=_CHECK,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"Problems": "\n".join(result.problems) or "none"},
        )
        yield dg.MaterializeResult(metadata=rebuild_metadata(result), check_results=[passed])

    return rebuild


def rebuild_metadata(result: Rebuilt) -> Metadata:
    """Describe what became of a source."""
    return {
        "Reports read": result.reports_read,
        "Reports read before": result.reports_read_before,
        "Reports new": result.reports_new,
        "Reports without a file": result.reports_without_file,
        "Files refused": result.reports_refused,
        "Files failed": result.reports_failed,
        "Steps derived": result.history_steps,
        "Files published": result.files_published,
        "Seconds": result.seconds,
    }


def build_rebuild_job() -> Any:  # noqa: ANN401 - Dagster keeps the type of an unresolved asset job to itself
    """Build the job, whose runs wait for the ingests of their source, whoever launches them."""
    return dg.define_asset_job(
        REBUILD_JOB,
        selection=[REBUILD],
        config=dg.PartitionedConfig(
            partitions_def=SOURCES,
            run_config_for_partition_key_fn=lambda _: _default_config(),
            tags_for_partition_key_fn=_tags,
        ),
        tags={"dagster/max_runtime": str(_LONGEST_SECONDS)},
        executor_def=dg.in_process_executor,
        description="Reads all archived reports of a source once more, and derives its history anew.",
    )


def _default_config() -> dict[str, object]:
    """Give what the launchpad shows: every field with its default."""
    return {"ops": {REBUILD.to_python_identifier(): {"config": RebuildConfig().model_dump()}}}


def _tags(partition_key: str) -> dict[str, str]:
    """Give the tags by which runs of one source wait for each other."""
    return run_tags(Source.parse(partition_key), []) | {REPORT_TAG: "the archive"}
