"""The overview through the real jobs: a page of each source, and when the page of all is made anew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.forgetting import forget
from vcenter_pipeline.defs.ingestion import opened, utc_now
from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline.defs.overview import OF_ESTATE, OF_SOURCE, OVERVIEW_JOB, reason_to_skip
from vcenter_pipeline.defs.resources import console_config, intake_config
from vcenter_pipeline.settings import Settings, load_settings

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Real = Callable[[str], bytes]


class Pipeline:
    """The definitions, and a Dagster of their own."""

    def __init__(self, defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self.defs = defs
        self.instance = instance

    def ingest(self, source: str) -> bool:
        """Take what waits for a source; give whether the run succeeded."""
        self.instance.add_dynamic_partitions("source", [source])
        result = self.defs.resolve_job_def(INGEST_JOB).execute_in_process(
            instance=self.instance,
            partition_key=source,
            run_config=intake_config([], log_level="CRITICAL"),
            raise_on_error=False,
        )
        return result.success

    def look(self) -> dict[str, Any]:
        """Make the page of all sources, and give what the event holds."""
        result = self.defs.resolve_job_def(OVERVIEW_JOB).execute_in_process(
            instance=self.instance, run_config=console_config("CRITICAL")
        )
        (event,) = result.get_asset_materialization_events()
        assert event.asset_key == OF_ESTATE
        return {name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()}

    def tick(self, now: datetime | None = None) -> str | None:
        """Give why the schedule would make no page now; None where it would."""
        with opened(load_settings()) as pipeline:
            return reason_to_skip(pipeline, self.instance, now or utc_now())

    def page_of(self, source: str) -> str:
        """Give the newest page of a source."""
        wanted = dg.AssetRecordsFilter(asset_key=OF_SOURCE, asset_partitions=[source])
        (record,) = self.instance.fetch_materializations(wanted, limit=1).records
        assert record.asset_materialization
        assert next(iter(record.asset_materialization.metadata)) == "Overview", "it comes first"
        page = record.asset_materialization.metadata["Overview"]
        assert isinstance(page, dg.MarkdownMetadataValue)
        return str(page.value)


@pytest.fixture
def pipeline(home: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Give a pipeline that publishes one format: which files there are is not what these tests are about."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings, so not before isolation

    monkeypatch.setenv("VCENTER_FORMATS", "csv")

    assert not home.home_path.exists()
    return Pipeline(defs, instance)


def rows_of(page: str) -> dict[str, str]:
    """Give the rows of the table of sources by source, without the time."""
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| [")]
    return {row[0].partition("]")[0].removeprefix("| ["): " ".join(row[2:]).removesuffix(" |") for row in rows}


def test_pages_of_real_reports(pipeline: Pipeline, drop: Drop, real: Real) -> None:
    """This is the start page: of each source what its newest reports say, and what could not be read as well."""
    now = utc_now()
    drop(f"acme/prod/vm_info-{now:%Y-%m-%dT%H%M}Z.json", real("ansible12/vm_info_full.json"))
    drop(f"acme/prod/alarms-{now:%Y-%m-%dT%H%M}Z.json", real("alarms/alarms_module_register.json"))
    drop(f"globex/lab/datastores-{now:%Y-%m-%dT%H%M}Z.json", real("ansible12/datastore_info.json"))
    assert pipeline.ingest("acme/prod")
    assert pipeline.ingest("globex/lab")
    drop("initech/prod/vm_info.json", "no report at all")
    assert not pipeline.ingest("initech/prod")

    page = pipeline.page_of("acme/prod")
    assert page.startswith("**Needs attention:** 13 red alarms.")
    assert "poweredOn 62, poweredOff 10, suspended 5]" in page
    assert "critical 13, warning 16]" in page
    assert page.count("](data:image/svg+xml;base64,") == 3
    assert len(page) < 10_000

    told = pipeline.look()
    assert next(iter(told)) == "Overview"
    assert told["Overview"].startswith(
        "**2 of 3 sources need attention:** 1 with red alarms, 1 with quarantined reports."
    )
    assert rows_of(told["Overview"]) == {
        "acme/prod": "62 10 **13** 16 - - 0 0",
        "globex/lab": "- - - - - 0 0 0",
        "initech/prod": "- - - - - - 0 **1**",
    }
    numbers = {name: value for name, value in told.items() if name not in {"Overview", "As of"}}
    assert numbers == {
        "Sources": 3,
        "Sources that need attention": 2,
        "Late sources": 0,
        "VMs on": 62,
        "VMs off": 10,
        "Red alarms": 13,
        "Yellow alarms": 16,
    }


def test_the_page_is_made_anew_only_when_it_would_tell_something_else(
    pipeline: Pipeline, drop: Drop, real: Real
) -> None:
    """A run every quarter of an hour buries the others; a page that stands still when all reports stop hides it."""
    assert pipeline.tick() == "Nothing was ingested so far."
    now = utc_now()
    drop(f"acme/prod/vm_info-{now:%Y-%m-%dT%H%M}Z.json", real("ansible12/vm_info_full.json"))
    pipeline.ingest("acme/prod")
    assert pipeline.tick() is None
    pipeline.look()
    assert str(pipeline.tick()).startswith("Nothing was ingested and no source turned late since the page of ")
    drop("globex/lab/vm_info.json", "no report at all")
    pipeline.ingest("globex/lab")
    assert pipeline.tick() is None, "a report that nobody could read is news"
    pipeline.look()
    assert pipeline.tick() is not None
    assert pipeline.tick(now + timedelta(hours=25)) is None, "once a day in any case: snapshots grow old"


def test_a_source_that_turns_late_is_on_the_next_page(
    pipeline: Pipeline, drop: Drop, real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes from it, so nothing else would ever make the page anew."""
    at = utc_now() - timedelta(hours=35, minutes=30)
    drop(f"acme/prod/vm_info-{at:%Y-%m-%dT%H%M}Z.json", real("ansible12/vm_info_full.json"))
    pipeline.ingest("acme/prod")
    assert pipeline.look()["Late sources"] == 0
    assert pipeline.tick() is not None
    assert pipeline.tick(utc_now() + timedelta(hours=1)) is None
    monkeypatch.setenv("VCENTER_LATE_HOURS", "24")
    told = pipeline.look()
    assert told["Late sources"] == 1
    assert f"**{at:%Y-%m-%d %H:%M}, late**" in told["Overview"]


def test_a_source_that_was_forgotten_is_on_no_page(pipeline: Pipeline, drop: Drop, real: Real) -> None:
    """Whoever asked to be forgotten must not be read of in yesterday's page."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    pipeline.ingest("acme/prod")
    assert "acme" in pipeline.look()["Overview"]
    with opened(load_settings()) as home:
        forget(home, pipeline.instance, "acme", None, lambda *_: None)
    assert pipeline.instance.get_latest_materialization_event(OF_ESTATE) is None
    assert pipeline.look()["Overview"].startswith("**No source has sent anything so far.**")


def test_the_schedule_asks_for_the_job(pipeline: Pipeline, drop: Drop, real: Real) -> None:
    """Who opens the page in the morning has not materialized it by hand."""
    schedule = pipeline.defs.resolve_schedule_def("overview_schedule")
    assert schedule.cron_schedule == "*/15 * * * *"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    pipeline.ingest("acme/prod")
    context = dg.build_schedule_context(instance=pipeline.instance)
    assert [request.job_name or OVERVIEW_JOB for request in schedule.evaluate_tick(context).run_requests or ()] == [
        OVERVIEW_JOB
    ]
    pipeline.look()
    assert not schedule.evaluate_tick(context).run_requests
