"""The rebuild of one source as it is launched in the UI."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.rebuild_job import REBUILD, REBUILD_JOB
from vcenter_pipeline.settings import Settings

FIELDS = {
    "is_restarted": "Begin anew, rather than go on with a rebuild of this source that was not finished.",
    "is_publishing": "Replace the files that Power BI reads at the end.",
}


@pytest.fixture
def job(home: Settings) -> dg.JobDefinition:
    """Give the job of the project's definitions, loaded with the settings of a test's home."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings

    assert home.home_path
    return defs.resolve_job_def(REBUILD_JOB)


def run(job: dg.JobDefinition, instance: dg.DagsterInstance, **config: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - values of several types
    """Run the job for one source, with the config that the launchpad shows and what is changed of it."""
    instance.add_dynamic_partitions("source", ["acme/prod"])
    chosen = {"ops": {"maintenance__rebuild": {"config": config}}} if config else None
    return job.execute_in_process(instance=instance, partition_key="acme/prod", run_config=chosen, raise_on_error=False)


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Give what the materialization says."""
    (event,) = result.asset_materializations_for_node("maintenance__rebuild")
    assert event.asset_key == REBUILD
    assert event.partition == "acme/prod"
    return {name: value.value for name, value in event.metadata.items()}


def test_a_rebuild_is_a_materialization_with_numbers(  # noqa: PLR0913, PLR0917 - fixtures
    job: dg.JobDefinition,
    home: Settings,
    drop: Callable[[str, bytes | str], Path],
    real: Callable[[str], bytes],
    take: Callable[[], Pass],
    instance: dg.DagsterInstance,
) -> None:
    """Whoever launches it after an upgrade has to see what it did, and that a file was refused."""
    drop("acme/prod/vm_info-2026-11-23.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/alarms-2026-11-24.json", real("alarms/alarms_module_list.json"))
    assert take().is_good
    result = run(job, instance)
    assert result.success
    told = metadata(result)
    assert told.pop("Seconds") > 0
    assert told.pop("Files published") > 70
    assert told == {
        "Reports read": 2,
        "Reports read before": 0,
        "Reports new": 0,
        "Reports without a file": 0,
        "Files refused": 0,
        "Files failed": 0,
        "Steps derived": 4,
    }
    (check,) = result.get_asset_check_evaluations()
    assert check.passed

    (archived,) = home.archive_path.glob("acme/prod/*/*/vm_info-2026-11-23.json")
    archived.write_text("{")
    result = run(job, instance, is_restarted=True, is_publishing=False)
    assert result.success
    told = metadata(result)
    assert (told["Reports read"], told["Files refused"], told["Files published"]) == (1, 1, 0)
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert "vm_info-2026-11-23.json" in str(check.metadata["Problems"].value)


def test_its_runs_wait_for_the_ingests_of_the_source(job: dg.JobDefinition, instance: dg.DagsterInstance) -> None:
    """Dagster queues by the tag; a rebuild without it would wait for the lock in a run that holds a place."""
    result = run(job, instance)
    tags = instance.get_run_by_id(result.run_id).tags  # type: ignore[union-attr]  # it has just run
    assert tags["vcenter/source"] == "acme/prod"
    assert tags["vcenter/client"] == "acme"
    assert tags["vcenter/environment"] == "prod"
    assert tags["dagster/max_runtime"] == "86400"
    assert metadata(result)["Reports read"] == 0, "a source without any report is no failure"


def test_the_launchpad_explains_each_field(job: dg.JobDefinition) -> None:
    """Nobody dares to launch what is not explained; a default that is not shown has to be looked up in the code."""
    fields: Any = job.run_config_schema.config_type
    shown = fields.fields["ops"].config_type.fields["maintenance__rebuild"].config_type.fields["config"]
    assert {name: field.description for name, field in shown.config_type.fields.items()} == FIELDS
    assert {name: field.default_value for name, field in shown.config_type.fields.items()} == {
        "is_restarted": False,
        "is_publishing": True,
    }
    config = job.partitioned_config.get_run_config_for_partition_key("acme/prod")  # type: ignore[union-attr]  # it has one
    assert config["ops"]["maintenance__rebuild"]["config"] == {"is_restarted": False, "is_publishing": True}
