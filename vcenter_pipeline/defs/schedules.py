"""What happens by the clock: the backlog."""

import dagster as dg

from vcenter_pipeline.defs.ingestion import TICK_TIMEOUT_SECONDS, opened
from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline.defs.looking import look_and_plan, quarantine_misplaced
from vcenter_pipeline.defs.selection import RUNS_A_BACKLOG, build_rules
from vcenter_pipeline.defs.sensors import run_request, told
from vcenter_pipeline.intake.plan import plan_backlog
from vcenter_pipeline.settings import Settings, load_settings


def build_backlog_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Build the schedule that takes what still waits: the sensor was off, or a run failed for a passing cause."""

    @dg.schedule(
        name="backlog_schedule",
        job_name=INGEST_JOB,
        cron_schedule=f"*/{settings.backlog_minutes} * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Asks for one run per source that has reports which nobody took.",
    )
    def backlog_schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        now = load_settings()
        rules = build_rules(
            now,
            stability_seconds=now.stability_seconds,
            retry_after_seconds=now.backlog_minutes * 60,
            max_runs=RUNS_A_BACKLOG,
        )
        with opened(now, timeout_seconds=TICK_TIMEOUT_SECONDS) as pipeline:
            plan = look_and_plan(pipeline, rules, plan_backlog)
            for sentence in quarantine_misplaced(pipeline, plan):
                context.log.warning(sentence)
        if not plan.requests:
            return dg.SkipReason(told(plan))
        context.instance.add_dynamic_partitions("source", sorted({request.source.key for request in plan.requests}))
        return [run_request(request, None) for request in plan.requests]

    return backlog_schedule
