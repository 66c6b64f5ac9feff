"""What the sensor and the daemon do, once and in this process: take whatever waits, through the real job."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import dagster as dg

from vcenter_pipeline.defs.ingestion import Pipeline, opened, utc_now
from vcenter_pipeline.defs.instance import prepare_home
from vcenter_pipeline.defs.jobs import INGEST_JOB, run_tags
from vcenter_pipeline.defs.looking import look_and_plan, quarantine_misplaced
from vcenter_pipeline.defs.overview import OVERVIEW_JOB, reason_to_skip
from vcenter_pipeline.defs.resources import console_config, intake_config, paths_of
from vcenter_pipeline.defs.selection import build_rules
from vcenter_pipeline.defs.specs import REPORT
from vcenter_pipeline.intake.plan import Plan, Request
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.reader import SourceSummary, read_reports_of_run, summary

_QUIET: Final = "CRITICAL"
"""Dagster's console log would write over the progress display; the run's own log holds all of it."""


class RunResult(NamedTuple):
    """What became of one run."""

    source: str
    run_id: str
    reports: int
    quarantined: tuple[str, ...]
    """A sentence for each."""
    failed: tuple[str, ...]
    """A sentence for each report that still waits."""


class Pass(NamedTuple):
    """What one pass over the input folder did."""

    runs: tuple[RunResult, ...]
    misplaced: tuple[str, ...]
    """A sentence for each file that lay where no report can be."""
    unreadable: tuple[str, ...]
    growing: int
    """Reports that were not finished, and wait for the next pass."""
    sources: tuple[SourceSummary, ...]
    """What the tables hold now."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was quarantined and nothing failed."""
        return not (self.misplaced or self.unreadable or any(run.quarantined or run.failed for run in self.runs))


class Progress(NamedTuple):
    """How far a pass has come, told before each run and after the last."""

    done: int
    total: int
    """Reports."""
    doing: str


def ingest_once(
    settings: Settings,
    definitions: dg.Definitions,
    *,
    is_waiting_for_writers: bool,
    tell: Callable[[Progress], None],
) -> Pass:
    """Take whatever finished reports wait in the input folder, and give what became of them.

    Args:
        settings: where everything is.
        definitions: the project's, so that the job is the one that the daemon runs.
        is_waiting_for_writers: whether to look twice, the stability time apart, so as to leave alone what grows.
        tell: is told how far it has come.
    """
    os.environ["DAGSTER_HOME"] = str(prepare_home(settings))
    with opened(settings) as pipeline, dg.DagsterInstance.get() as instance:
        stability = settings.stability_seconds if is_waiting_for_writers else 0
        plan = _plan(pipeline, stability)
        if plan.counts.growing:
            time.sleep(stability)
            plan = _plan(pipeline, stability)
        misplaced = list(quarantine_misplaced(pipeline, plan))
        runs: list[RunResult] = []
        tried: set[str] = set()
        job = definitions.resolve_job_def(INGEST_JOB)
        while requests := [request for request in plan.requests if not tried.issuperset(paths_of(request))]:
            instance.add_dynamic_partitions("source", sorted({request.source.key for request in requests}))
            for request in requests:
                tell(Progress(len(tried), len(tried) + plan.counts.finished, _what(request)))
                runs.append(_run(pipeline, job, instance, request))
                tried.update(paths_of(request))
                plan = plan._replace(counts=plan.counts._replace(finished=plan.counts.finished - len(request.reports)))
            plan = _plan(pipeline, stability)
        tell(Progress(len(tried), len(tried), "done"))
        return Pass(
            runs=tuple(runs),
            misplaced=tuple(misplaced),
            unreadable=tuple(folder.reason for folder in plan.unreadable),
            growing=plan.counts.growing,
            sources=tuple(summary(pipeline.database)),
        )


def refresh_overview(settings: Settings, definitions: dg.Definitions) -> None:
    """Make the page of all sources, as the schedule of the daemon does, when it would tell something else."""
    with opened(settings) as pipeline, dg.DagsterInstance.get() as instance:
        if reason_to_skip(pipeline, instance, utc_now()) is None:
            job = definitions.resolve_job_def(OVERVIEW_JOB)
            job.execute_in_process(instance=instance, run_config=console_config(_QUIET), raise_on_error=False)


def _plan(pipeline: Pipeline, stability_seconds: float) -> Plan:
    """Plan all that is finished, also what a sensor asked for: its daemon may be gone, and the ledger knows."""
    rules = build_rules(pipeline.settings, stability_seconds=stability_seconds, retry_after_seconds=0)
    everything = rules._replace(max_runs=sys.maxsize, max_bytes=sys.maxsize)
    return look_and_plan(pipeline, everything, is_asking_again=True)


def _what(request: Request) -> str:
    reports = request.reports
    return reports[0].path if len(reports) == 1 else f"{len(reports):,} reports of {request.source.key}"


def _run(pipeline: Pipeline, job: dg.JobDefinition, instance: dg.DagsterInstance, request: Request) -> RunResult:
    result = job.execute_in_process(
        instance=instance,
        partition_key=request.source.key,
        run_config=intake_config(paths_of(request), log_level=_QUIET),
        tags=run_tags(request.source, paths_of(request)),
        raise_on_error=False,
    )
    return _to_result(pipeline, request, result)


def _to_result(pipeline: Pipeline, request: Request, result: dg.ExecuteInProcessResult) -> RunResult:
    ledger = read_reports_of_run(pipeline.database, result.run_id)
    quarantined = {row["path"]: row["reason"] for row in ledger if row["status"] == "quarantined"}
    input_path = pipeline.settings.input_path
    still_there = [report.path for report in request.reports if (input_path / report.path).exists()]
    told, failure = _told_by(result), _failure_of(result)
    return RunResult(
        source=request.source.key,
        run_id=result.run_id,
        reports=len(request.reports),
        quarantined=tuple(quarantined.values()),
        failed=tuple(f"{path} still waits: {told.get(path, failure)}" for path in still_there),
    )


def _told_by(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Give the sentences, by path, of a run that succeeded although some of its reports could not be read."""
    return {
        path: str(sentence.value)
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.asset_key == REPORT
        for path, sentence in evaluation.metadata.items()
    }


def _failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Give the first sentence that a failed step left."""
    for event in result.all_events:
        data: Any = event.event_specific_data
        if event.event_type_value == "STEP_FAILURE" and data.user_failure_data:
            return str(data.user_failure_data.description)
        if event.event_type_value == "STEP_FAILURE" and data.error:
            return str((data.error.cause or data.error).message).strip()
    return "see the run in the Dagster UI."
