"""The job that a report goes through, from the input folder to Power BI."""

from typing import Any, Final

import dagster as dg

from vcenter_pipeline.defs.freshness import ALL_IN_TIME
from vcenter_pipeline.defs.overview import OF_SOURCE
from vcenter_pipeline.defs.partitions import CLIENT_TAG, ENVIRONMENT_TAG, REPORT_TAG, SOURCE_TAG
from vcenter_pipeline.intake.sources import Source

INGEST_JOB: Final = "ingest_job"
_TAG_LENGTH: Final = 200


def build_ingest_job() -> Any:  # noqa: ANN401 - Dagster keeps the type of an unresolved asset job to itself
    """Build the job over all assets of a source.

    Its steps run in the run's own process: a process for each step would cost a start of Dagster each, and
    a killed run would leave a step behind that goes on writing.
    """
    return dg.define_asset_job(
        INGEST_JOB,
        selection=dg.AssetSelection.groups("raw", "core", "powerbi") - dg.AssetSelection.checks(ALL_IN_TIME)
        | dg.AssetSelection.assets(OF_SOURCE),
        executor_def=dg.in_process_executor,
        description=(
            "Takes reports of one source from the input folder to Power BI: those that `reports` names, or whatever "
            "waits. A report that was taken before is read again from the archive."
        ),
    )


def run_tags(source: Source, paths: list[str]) -> dict[str, str]:
    """Give the tags by which a run is found in the run list, and by which runs of one source wait for each other."""
    report = paths[0] if len(paths) == 1 else f"{len(paths)} reports" if paths else "whatever waits"
    return {
        SOURCE_TAG: source.key,
        CLIENT_TAG: source.client,
        ENVIRONMENT_TAG: source.environment,
        REPORT_TAG: report.rpartition("/")[2][:_TAG_LENGTH],
    }
