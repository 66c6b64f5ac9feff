"""Which sources are told to be late, and when a run is launched to tell it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.freshness import ALL_IN_TIME, FRESHNESS_JOB
from vcenter_pipeline.defs.ingestion import utc_now
from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline.defs.resources import intake_config
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any]], Path]
Found = dict[tuple[str, str | None], bool]


class Pipeline:
    """A pipeline of its own, with what its checks said last."""

    def __init__(self, defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
        """Take both."""
        self.defs, self.instance = defs, instance

    def ingest(self, source: str) -> Found:
        """Ingest what waits of a source, and give what was said of its being in time."""
        self.instance.add_dynamic_partitions("source", [source])
        result = self.defs.resolve_job_def(INGEST_JOB).execute_in_process(
            instance=self.instance, partition_key=source, run_config=intake_config([], log_level="CRITICAL")
        )
        return _found(result)

    def look(self) -> Found:
        """Run the job of the schedule."""
        result = self.defs.resolve_job_def(FRESHNESS_JOB).execute_in_process(instance=self.instance)
        assert result.success
        self.checks = {one.check_name: one for one in result.get_asset_check_evaluations()}
        return _found(result)

    def tick(self) -> str:
        """Give what the schedule answers: why it skips, or that it launches."""
        schedule = self.defs.get_repository_def().get_schedule_def("freshness_schedule")
        data = schedule.evaluate_tick(dg.build_schedule_context(instance=self.instance))
        return str(data.skip_message) if not data.run_requests else "launched"


def _found(result: dg.ExecuteInProcessResult) -> Found:
    return {
        (one.check_name, one.partition): one.passed
        for one in result.get_asset_check_evaluations()
        if one.check_name in {"newest_report_is_in_time", ALL_IN_TIME.name}
    }


@pytest.fixture
def pipeline(home: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Give a pipeline that publishes one format: which files there are is not what these tests are about."""
    monkeypatch.setenv("VCENTER_FORMATS", "csv")
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings, so not before isolation

    assert not home.home_path.exists()
    return Pipeline(defs, instance)


def drop_ages(drop: Drop, source: str, *ages: int) -> None:
    """Drop reports of one virtual machine, so many hours old, hand-made as `vmware_vm_info` returns it."""
    for hours in ages:
        machine = {
            "guest_name": "web", "moid": "vm-1", "power_state": "poweredOn", "cluster": "c",
            "esxi_hostname": "e", "guest_fullname": "Linux", "ip_address": "", "mac_address": [], "vm_network": {},
            "attributes": {}, "tags": [], "allocated": {"cpu": hours, "memory": 1024},
        }  # fmt: skip
        at = utc_now() - timedelta(hours=hours)
        drop(f"{source}/vm_info-{at:%Y-%m-%dT%H%M}Z.json", {"changed": False, "virtual_machines": [machine]})


def test_a_source_that_falls_silent_is_told_once_and_again_when_it_speaks(pipeline: Pipeline, drop: Drop) -> None:
    """A dead playbook shows yesterday's numbers for ever; a run an hour that tells it would bury all other runs."""
    assert pipeline.tick() == "No source has told anything so far."
    drop_ages(drop, "acme/prod", 1, 25, 49)
    drop_ages(drop, "globex/lab", 1, 4 * 24, 5 * 24)
    assert pipeline.ingest("acme/prod") == {("newest_report_is_in_time", "acme/prod"): True}
    assert pipeline.ingest("globex/lab") == {("newest_report_is_in_time", "globex/lab"): True}
    assert pipeline.tick() == "launched", "the list was never told"
    assert pipeline.look() == {(ALL_IN_TIME.name, None): True}
    assert pipeline.tick() == "0 of 2 sources are late, as was told before."


def test_old_reports_are_late_though_they_were_dropped_just_now(pipeline: Pipeline, drop: Drop) -> None:
    """Dagster's own freshness takes the run for the data: a restored folder of last month would be fresh."""
    drop_ages(drop, "acme/prod", 74, 98, 122)
    drop_ages(drop, "globex/lab", 1)
    assert pipeline.ingest("acme/prod") == {("newest_report_is_in_time", "acme/prod"): False}
    assert pipeline.ingest("globex/lab") == {("newest_report_is_in_time", "globex/lab"): True}
    assert pipeline.look() == {(ALL_IN_TIME.name, None): False}, "of the source itself, the ingest has told it"
    check = pipeline.checks[ALL_IN_TIME.name]
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.description == "1 of 2 sources are late: acme/prod."
    table = check.metadata["Since when"]
    assert isinstance(table, dg.TableMetadataValue)
    (row,) = [record.data for record in table.records]
    assert (row["source"], row["what"], row["usually every"], row["silent for"]) == (
        "acme/prod", "virtual machines", "24 hours", "3 days",
    )  # fmt: skip
    assert row["late since"] == f"{utc_now() - timedelta(hours=2):%Y-%m-%d %H}:{str(row['late since'])[-2:]}"
    assert pipeline.tick() == "1 of 2 sources are late, as was told before."

    drop_ages(drop, "acme/prod", 1)
    assert pipeline.ingest("acme/prod") == {("newest_report_is_in_time", "acme/prod"): True}
    assert pipeline.tick() == "launched"
    assert pipeline.look() == {(ALL_IN_TIME.name, None): True}


def test_what_turned_late_since_the_ingest_is_told_of_the_source_too(
    pipeline: Pipeline, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the source is where its admin looks; nobody ingests anything of it any more."""
    drop_ages(drop, "acme/prod", 30)
    drop_ages(drop, "globex/lab", 1)
    assert pipeline.ingest("acme/prod") == {("newest_report_is_in_time", "acme/prod"): True}
    pipeline.ingest("globex/lab")
    pipeline.look()
    monkeypatch.setenv("VCENTER_LATE_HOURS", "24")  # which is as if six hours had gone by
    assert pipeline.tick() == "launched"
    assert pipeline.look() == {
        (ALL_IN_TIME.name, None): False,
        ("newest_report_is_in_time", "acme/prod"): False,
    }
    assert pipeline.look() == {(ALL_IN_TIME.name, None): False}, "told once"
    monkeypatch.setenv("VCENTER_LATE_HOURS", "48")
    assert pipeline.look() == {(ALL_IN_TIME.name, None): True, ("newest_report_is_in_time", "acme/prod"): True}
