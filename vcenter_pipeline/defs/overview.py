"""The overview: a page of each source, made when it is published, and one of all sources, made by the clock.

The page of all sources is put together from the numbers that stand in the events of the pages of each: what a thousand
sources hold is not read again every quarter of an hour. What goes by the clock, late sources and what went wrong in the
last days, is asked of the ledger.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dagster as dg

from vcenter_pipeline.defs.checks import to_terms
from vcenter_pipeline.defs.freshness import find_late
from vcenter_pipeline.defs.ingestion import TICK_TIMEOUT_SECONDS, Pipeline, opened, utc_now
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.specs import powerbi_key
from vcenter_pipeline.exports.consistency import Terms
from vcenter_pipeline.exports.overview import RECENT_DAYS, Numbers, to_numbers, to_trouble
from vcenter_pipeline.exports.overview_pages import build_estate_page, build_source_page, read_numbers
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.exports.standing import Standing
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import Settings, load_settings
from vcenter_pipeline.storage.recent_trouble import newest_ingested_at, read_recent_trouble

OVERVIEW_JOB: Final = "overview_job"
OF_SOURCE: Final = dg.AssetKey(["overview", "source"])
OF_ESTATE: Final = dg.AssetKey(["overview", "estate"])
_GROUP: Final = "overview"
_OWNERS: Final = ["team:vcenter-pipeline"]
_MADE_FROM: Final = (
    "dim_source",
    "dim_virtual_machine",
    "fact_triggered_alarm",
    "dim_vm_snapshot",
    "dim_datastore",
    "fact_report",
    "fact_source_daily",
)
_PAGE: Final = "Overview"
_AS_OF: Final = "As of"
_RECENT: Final = timedelta(days=RECENT_DAYS)
_LONGEST: Final = timedelta(days=1)
"""Snapshots become too old, and faults old news, though nothing comes."""
_EVENTS: Final = 200
"""So many events are read at a time: each holds a page."""


def source_spec() -> dg.AssetSpec:
    """Describe the page of a source, which the step that publishes makes."""
    return dg.AssetSpec(
        OF_SOURCE,
        deps=[powerbi_key(name) for name in _MADE_FROM],
        group_name=_GROUP,
        description=(
            "The start page of one source: choose its partition and click *Show Markdown* at `Overview`. What needs "
            "attention comes first: red alarms, datastores that are full, snapshots that are old, reports that were "
            "rejected; then charts of power states, alarms and growth. "
            "[The page of all sources](/assets/overview/estate)."
        ),
        kinds={"markdown"},
        owners=_OWNERS,
    )


def source_metadata(source: Source, tables: PackedTables, terms: Terms) -> dict[str, Any]:
    """Make the page of one source of its published tables."""
    numbers, details = to_numbers(tables, terms)
    standing = Standing(source.key, numbers, *to_trouble(tables, terms.now - _RECENT))
    return {_PAGE: dg.MetadataValue.md(build_source_page(standing, details, terms))}


def build_estate() -> dg.AssetsDefinition:
    """Build the asset whose materialization is the page of all sources."""

    @dg.asset(
        key=OF_ESTATE,
        deps=[OF_SOURCE],
        group_name=_GROUP,
        kinds={"markdown"},
        owners=_OWNERS,
        description=(
            "The start page: all sources in one table, those that need attention first. Click *Show Markdown* at "
            "`Overview`. It is made anew every VCENTER_OVERVIEW_MINUTES when something came or a source turned late."
        ),
    )
    def estate(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        now = utc_now()
        with opened(load_settings()) as pipeline:
            standings = _standings(pipeline, context.instance, now)
            page = build_estate_page(standings, to_terms(pipeline.settings)._replace(now=now))
        context.log.info("%s of %s sources need attention.", sum(one.is_urgent for one in standings), len(standings))
        return dg.MaterializeResult(metadata=estate_metadata(page, standings, now))

    return estate


def estate_metadata(page: str, standings: Sequence[Standing], now: datetime) -> dict[str, Any]:
    """Give the page, and the numbers of all sources together that are worth a plot; what nobody tells is left out."""
    known = [one.numbers for one in standings if one.numbers]
    machines = [numbers.machines for numbers in known if numbers.machines is not None]
    alarms = [numbers.alarms for numbers in known if numbers.alarms is not None]
    metadata: dict[str, Any] = {
        _PAGE: dg.MetadataValue.md(page),
        "Sources": len(standings),
        "Sources that need attention": sum(one.is_urgent for one in standings),
        "Late sources": sum(one.late_since is not None for one in standings),
    }
    for label, word in (("VMs on", "poweredOn"), ("VMs off", "poweredOff")):
        if machines:
            metadata[label] = sum((Counter(counts) for counts in machines), Counter())[word]
    for label, word in (("Red alarms", "critical"), ("Yellow alarms", "warning")):
        if alarms:
            metadata[label] = sum((Counter(counts) for counts in alarms), Counter())[word]
    return metadata | {_AS_OF: dg.MetadataValue.timestamp(now.replace(tzinfo=UTC))}


def _standings(pipeline: Pipeline, instance: dg.DagsterInstance, now: datetime) -> list[Standing]:
    """Give every source that Dagster knows: one that was forgotten is gone from there."""
    trouble = read_recent_trouble(pipeline.database, now - _RECENT)
    late = {one.source: one.rhythm.due for one in find_late(pipeline, now)[1]}
    known = set(instance.get_dynamic_partitions(str(SOURCES.name)))
    numbers = dict(_read_numbers(instance))
    sources = [Source.parse(key) for key in sorted(known)]
    return [
        Standing(one.key, numbers.get(one.key), *trouble.get((one.client, one.environment), (0, 0)), late.get(one.key))
        for one in sources
    ]


def _read_numbers(instance: dg.DagsterInstance) -> Iterator[tuple[str, Numbers]]:
    """Read the numbers of the newest page of each source."""
    newest = instance.get_latest_storage_id_by_partition(OF_SOURCE, dg.DagsterEventType.ASSET_MATERIALIZATION)
    ids = sorted(newest.values())
    for start in range(0, len(ids), _EVENTS):
        wanted = dg.AssetRecordsFilter(asset_key=OF_SOURCE, storage_ids=ids[start : start + _EVENTS])
        for record in instance.fetch_materializations(wanted, limit=_EVENTS).records:
            materialization = record.asset_materialization
            page = materialization.metadata.get(_PAGE) if materialization else None
            numbers = read_numbers(page.value or "") if isinstance(page, dg.MarkdownMetadataValue) else None
            if record.partition_key and numbers:
                yield record.partition_key, numbers


def build_overview_job() -> Any:  # noqa: ANN401 - Dagster keeps the type of an unresolved asset job to itself
    """Build the job that makes the page of all sources."""
    return dg.define_asset_job(
        OVERVIEW_JOB,
        selection=[OF_ESTATE],
        executor_def=dg.in_process_executor,
        description="Makes the overview of all sources.",
    )


def build_overview_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Build the schedule that makes the page of all sources anew when it would tell something else."""

    @dg.schedule(
        name="overview_schedule",
        job_name=OVERVIEW_JOB,
        cron_schedule=f"*/{settings.overview_minutes} * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Makes the overview of all sources anew when reports came or a source turned late.",
    )
    def overview_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = utc_now()
        with opened(load_settings(), timeout_seconds=TICK_TIMEOUT_SECONDS) as pipeline:
            skipped = reason_to_skip(pipeline, context.instance, now)
        return dg.SkipReason(skipped) if skipped else dg.RunRequest()

    return overview_schedule


def reason_to_skip(pipeline: Pipeline, instance: dg.DagsterInstance, now: datetime) -> str | None:
    """Say in a sentence why the page of all sources would be the same, or give None.

    A page that is made only when reports come would call everything well on the day when all of them stop coming.
    """
    ingested_at = newest_ingested_at(pipeline.database)
    if ingested_at is None:
        return "Nothing was ingested so far."
    as_of = _as_of(instance)
    if as_of is None or now - as_of > _LONGEST or ingested_at > as_of:
        return None
    page = instance.get_latest_materialization_event(OF_SOURCE)
    if page is not None and page.timestamp > as_of.replace(tzinfo=UTC).timestamp():
        return None
    if any(as_of < rhythm.due <= now for rhythm in find_late(pipeline, now)[0].values()):
        return None
    return f"Nothing was ingested and no source turned late since the page of {as_of:%Y-%m-%d %H:%M} UTC."


def _as_of(instance: dg.DagsterInstance) -> datetime | None:
    """Give what time the page speaks of, naive UTC: what came while it was made may not be in it."""
    event = instance.get_latest_materialization_event(OF_ESTATE)
    told = event.asset_materialization.metadata.get(_AS_OF) if event and event.asset_materialization else None
    if not isinstance(told, dg.TimestampMetadataValue):
        return None
    return datetime.fromtimestamp(told.value, UTC).replace(tzinfo=None)
