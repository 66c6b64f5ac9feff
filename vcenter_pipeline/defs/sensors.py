"""The sensor that watches the input folder and asks for a run per finished report."""

import json

import dagster as dg

from vcenter_pipeline.defs.ingestion import TICK_TIMEOUT_SECONDS, opened
from vcenter_pipeline.defs.jobs import INGEST_JOB, run_tags
from vcenter_pipeline.defs.looking import look_and_plan, quarantine_misplaced, run_key
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.resources import intake_config, paths_of
from vcenter_pipeline.defs.selection import build_rules
from vcenter_pipeline.intake.plan import Plan, Request
from vcenter_pipeline.settings import Settings, load_settings


def build_reports_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor; what it remembers between two ticks stands in the database, the cursor only says how much."""

    @dg.sensor(
        name="reports_sensor",
        job_name=INGEST_JOB,
        minimum_interval_seconds=settings.poll_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for a run per finished report, or per source where many wait.",
    )
    def reports_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = load_settings()
        rules = build_rules(now, stability_seconds=now.stability_seconds, retry_after_seconds=now.backlog_minutes * 60)
        with opened(now, timeout_seconds=TICK_TIMEOUT_SECONDS) as pipeline:
            plan = look_and_plan(pipeline, rules)
            for sentence in quarantine_misplaced(pipeline, plan):
                context.log.warning(sentence)
            keys = [run_key(pipeline, request) for request in plan.requests]
        for unreadable in plan.unreadable:
            context.log.warning(unreadable.reason)
        known = set(context.instance.get_dynamic_partitions("source"))
        new = sorted({request.source.key for request in plan.requests} - known)
        return dg.SensorResult(
            run_requests=[run_request(request, key) for request, key in zip(plan.requests, keys, strict=True)],
            skip_reason=None if plan.requests else dg.SkipReason(told(plan)),
            dynamic_partitions_requests=[SOURCES.build_add_request(new)] if new else [],
            cursor=json.dumps(plan.counts._asdict()),
        )

    return reports_sensor


def run_request(request: Request, key: str | None) -> dg.RunRequest:
    """Ask for one run that takes these reports."""
    paths = paths_of(request)
    return dg.RunRequest(
        run_key=key,
        partition_key=request.source.key,
        run_config=intake_config(paths),
        tags=run_tags(request.source, paths),
    )


def told(plan: Plan) -> str:
    """Say in one sentence why nothing is asked for."""
    counts = plan.counts
    if not counts.waiting:
        return "No report waits."
    return (
        f"Of {counts.waiting:,} reports that wait, {counts.growing:,} may still grow and "
        f"{counts.pending:,} are on their way."
    )
