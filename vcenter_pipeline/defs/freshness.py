"""Which sources have fallen silent: a check of each one, and one over all that the clock runs.

Dagster's `FreshnessPolicy` is not used: in 1.13 it judges an asset by its newest materialization, whatever the
partition, so that one source of three hundred that still reports would keep all of them fresh. It also has one window
for all, and takes the time of the run for the time of the data, so that an old file that is dropped late looks fresh.

The ingest says of its own source whether it is in time. A source that nothing is ingested of is told late by the job,
which the schedule launches only when there is something new to tell: a run an hour would be 9,000 runs a year.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import dagster as dg

from vcenter_pipeline.defs.checks import IN_TIME, newest_materialization, sample_table, to_evaluation
from vcenter_pipeline.defs.ingestion import TICK_TIMEOUT_SECONDS, Pipeline, opened, utc_now
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.specs import REPORT
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.timeliness import LEARNT_FROM, Rhythm, to_rhythms, told_duration, told_rhythm
from vcenter_pipeline.settings import load_settings
from vcenter_pipeline.storage.collection_times import read_collection_times

FRESHNESS_JOB: Final = "freshness_job"
ALL_IN_TIME: Final = dg.AssetCheckKey(REPORT, "sources_report_in_time")
_OF_SOURCE: Final = dg.AssetCheckKey(REPORT, IN_TIME)
_LATE: Final = "Late sources"
_SHOWN: Final = 50
_NAMED: Final = 5
_OLDEST_ANSWER_SECONDS: Final = 86_400
"""The list says how long a source has been silent: it is told anew once a day."""


class Late(NamedTuple):
    """One source that is late."""

    source: str
    rhythm: Rhythm
    """That of the kind of object that was due first."""


def check_source(pipeline: Pipeline, source: Source) -> dg.AssetCheckResult:
    """Say whether a source is in time, whose reports have just been ingested: what was dropped may be old."""
    key = (source.client, source.environment)
    now = utc_now()
    rhythms = _rhythms(pipeline, key).get(source.key, [])
    return _result(rhythms[0] if rhythms else None, now)


def find_late(pipeline: Pipeline, now: datetime) -> tuple[dict[str, Rhythm], list[Late]]:
    """Give what is due next of each source that ever told anything, and those that are late, the longest in front."""
    due = {source: rhythms[0] for source, rhythms in _rhythms(pipeline).items()}
    late = [Late(source, rhythm) for source, rhythm in due.items() if rhythm.is_late(now)]
    return due, sorted(late, key=lambda one: one.rhythm.due)


def _rhythms(pipeline: Pipeline, source: tuple[str, str] | None = None) -> dict[str, list[Rhythm]]:
    shortest = timedelta(hours=pipeline.settings.late_hours)
    times = read_collection_times(pipeline.database, LEARNT_FROM, source)
    return {f"{client}/{environment}": to_rhythms(of, shortest) for (client, environment), of in times.items()}


def _result(rhythm: Rhythm | None, now: datetime) -> dg.AssetCheckResult:
    if rhythm is None:
        return dg.AssetCheckResult(
            passed=True, check_name=IN_TIME, description="Nothing of this source could be read so far."
        )
    is_late = rhythm.is_late(now)
    metadata: dict[str, Any] = {
        "Newest": f"{rhythm.newest:%Y-%m-%d %H:%M} UTC",
        "In time until": f"{rhythm.due:%Y-%m-%d %H:%M} UTC",
        "Age (hours)": round((now - rhythm.newest).total_seconds() / 3600, 1),
    }
    if rhythm.usual:
        metadata["Usual interval (hours)"] = round(rhythm.usual.total_seconds() / 3600, 1)
    return dg.AssetCheckResult(
        passed=not is_late,
        check_name=IN_TIME,
        severity=dg.AssetCheckSeverity.WARN,
        description=told_rhythm(rhythm, now),
        metadata=metadata,
    )


def build_freshness_check() -> dg.AssetChecksDefinition:
    """Build the check over all sources, which also tells of each source what nobody has told of it yet."""

    @dg.multi_asset_check(
        name="freshness",
        specs=[
            dg.AssetCheckSpec(
                ALL_IN_TIME.name,
                asset=REPORT,
                description=(
                    "No source is silent for longer than VCENTER_LATE_HOURS, and for three times its usual interval, "
                    "which is learnt from its last reports. It is looked at every hour."
                ),
            )
        ],
        description="Looks for sources that have fallen silent.",
    )
    def freshness(
        context: dg.AssetCheckExecutionContext,
    ) -> Iterator["dg.AssetCheckResult | dg.AssetCheckEvaluation"]:
        now, instance = utc_now(), context.instance
        with opened(load_settings()) as pipeline:
            due, late = find_late(pipeline, now)
        for one in late:
            context.log.warning("%s is late since %s UTC.", one.source, f"{one.rhythm.due:%Y-%m-%d %H:%M}")
        for source in untold(instance, due, late):
            target = newest_materialization(instance, REPORT, source)
            yield to_evaluation(_result(due[source], now), REPORT, source, target)
        yield in_time(late, len(due), now)

    return freshness


def in_time(late: list[Late], count: int, now: datetime) -> dg.AssetCheckResult:
    """Say which of the sources are late, since when, and what they usually do."""
    metadata: dict[str, Any] = {_LATE: len(late), "Sources": count}
    if late:
        metadata["Since when"] = sample_table(
            [
                {
                    "source": one.source,
                    "late since": one.rhythm.due,
                    "what": one.rhythm.kind,
                    "newest": one.rhythm.newest,
                    "usually every": told_duration(one.rhythm.usual) if one.rhythm.usual else None,
                    "silent for": told_duration(now - one.rhythm.newest),
                }
                for one in late[:_SHOWN]
            ]
        )
    names = ", ".join(one.source for one in late[:_NAMED]) + (", …" if len(late) > _NAMED else "")
    return dg.AssetCheckResult(
        asset_key=REPORT,
        check_name=ALL_IN_TIME.name,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(late):,} of {count:,} sources are late: {names}." if late else None,
        metadata=metadata,
    )


def untold(instance: dg.DagsterInstance, due: Mapping[str, Rhythm], late: list[Late]) -> list[str]:
    """Give the sources whose own check says something else than is so now.

    One query for all of them; Dagster's own pages ask it, and no public method does.
    """
    infos = instance.event_log_storage.get_asset_check_partition_info([_OF_SOURCE])
    told = {info.partition_key: info.latest_execution_status.value for info in infos if info.is_current}
    is_late = {one.source for one in late}
    known = set(instance.get_dynamic_partitions(str(SOURCES.name)))
    return [
        source
        for source in due
        if source in known and (told.get(source) != "FAILED" if source in is_late else told.get(source) == "FAILED")
    ]


def is_news(instance: dg.DagsterInstance, due: Mapping[str, Rhythm], late: list[Late], now_seconds: float) -> bool:
    """Say whether a run would tell anything that the pages do not show already."""
    record = instance.get_latest_asset_check_evaluation_record(ALL_IN_TIME)
    evaluation = record.evaluation if record else None
    if record is None or evaluation is None or now_seconds - record.create_timestamp > _OLDEST_ANSWER_SECONDS:
        return True
    return evaluation.metadata[_LATE].value != len(late) or bool(untold(instance, due, late))


def build_freshness_job() -> Any:  # noqa: ANN401 - Dagster keeps the type of an unresolved asset job to itself
    """Build the job that runs the check over all sources."""
    return dg.define_asset_job(
        FRESHNESS_JOB,
        selection=dg.AssetSelection.checks(ALL_IN_TIME),
        executor_def=dg.in_process_executor,
        description="Tells which sources have fallen silent.",
    )


def build_freshness_schedule() -> dg.ScheduleDefinition:
    """Build the schedule that looks every hour, and launches the job when something changed."""

    @dg.schedule(
        name="freshness_schedule",
        job_name=FRESHNESS_JOB,
        cron_schedule="7 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Looks every hour for sources that have fallen silent, or speak again.",
    )
    def freshness_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = utc_now()
        with opened(load_settings(), timeout_seconds=TICK_TIMEOUT_SECONDS) as pipeline:
            due, late = find_late(pipeline, now)
        if not due:
            return dg.SkipReason("No source has told anything so far.")
        if is_news(context.instance, due, late, now.replace(tzinfo=UTC).timestamp()):
            return dg.RunRequest()
        return dg.SkipReason(f"{len(late):,} of {len(due):,} sources are late, as was told before.")

    return freshness_schedule
