"""What a run tells: its tags, its stages, and what becomes of a report that is asked for once more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline.defs.resources import intake_config
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str], Path]
Real = Callable[[str], bytes]
Run = Callable[..., dg.ExecuteInProcessResult]
Published = Callable[[str, str], list[dict[str, Any]]]


@pytest.fixture
def run(home: Settings, instance: dg.DagsterInstance) -> Run:
    """Launch the job for `acme/prod` with these reports, as a repetition of another run or not."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings, so not before isolation

    assert home.home_path
    instance.add_dynamic_partitions("source", ["acme/prod"])

    def _run(*reports: str, again: str | None = None) -> dg.ExecuteInProcessResult:
        tags = {"dagster/parent_run_id": again, "dagster/root_run_id": again} if again else {}
        job = defs.resolve_job_def(INGEST_JOB)
        return job.execute_in_process(
            instance=instance,
            partition_key="acme/prod",
            run_config=intake_config(list(reports), log_level="CRITICAL"),
            tags=tags,
            raise_on_error=False,
        )

    return _run


def tags_of(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Give the tags that the run list shows of the pipeline."""
    found = instance.get_run_by_id(result.run_id)
    assert found
    return {key: value for key, value in found.tags.items() if key.startswith("vcenter/")}


def metadata_of(result: dg.ExecuteInProcessResult, name: str) -> dict[str, Any]:
    """Give the values of an asset's metadata, in their order."""
    (found,) = [
        event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key and event.asset_key.to_user_string() == name
    ]
    return {key: entry.value for key, entry in found.items()}


def failure_of(result: dg.ExecuteInProcessResult) -> Any:  # noqa: ANN401 - Dagster keeps the type of an event's data open
    """Give what the failure page shows of the step that failed."""
    (found,) = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    data: Any = found.event_specific_data
    return data.user_failure_data


def test_a_run_by_hand_takes_what_waits_and_says_so(
    run: Run, instance: dg.DagsterInstance, drop: Drop, real: Real
) -> None:
    """The run list is where an admin looks first: without these tags every run there looks like the next."""
    drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/alarms-2026-11-24T0420Z.json", real("alarms/alarms_module_register.json"))
    result = run()
    assert result.success
    assert tags_of(instance, result) == {
        "vcenter/client": "acme",
        "vcenter/environment": "prod",
        "vcenter/source": "acme/prod",
        "vcenter/report": "2 reports",
        "vcenter/outcome": "2 ingested",
        "vcenter/virtual_machines": "77",
        "vcenter/triggered_alarms": "29",
    }
    report = metadata_of(result, "raw/report")
    assert next(iter(report.items())) == ("Report", "2 reports: 2 ingested.")
    for stage in ("Seconds to read", "Seconds to validate", "Seconds to store", "Seconds for the history"):
        assert isinstance(report[stage], float), stage
    ledger = metadata_of(result, "powerbi/fact_report")
    assert ledger["Reports waiting"] == 0
    assert ledger["Seconds to build tables"] > 0
    assert ledger["Seconds to write files"] > 0

    nothing = run()
    assert nothing.success
    assert tags_of(instance, nothing)["vcenter/outcome"] == "nothing waited"
    assert metadata_of(nothing, "raw/report")["Report"] == "Nothing waited for this source."


def test_a_run_is_executed_again_with_its_own_report_from_the_archive(
    run: Run, instance: dg.DagsterInstance, drop: Drop, real: Real, published: Published
) -> None:
    """Playbooks write the same name every night: repeating Monday's run must not read Tuesday's report as Monday's."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    first = run("acme/prod/vm_info.json")
    drop("acme/prod/vm_info.json", real("ansible12/vm_info.json"))
    run("acme/prod/vm_info.json")
    before = published("acme/prod", "dim_virtual_machine")
    again = run("acme/prod/vm_info.json", again=first.run_id)
    assert again.success
    sentence = metadata_of(again, "raw/report")["Report"]
    assert sentence.startswith("acme/prod/vm_info.json: ingested, 77 virtual machines")
    assert "It was read again from the archive, where it lies as acme/prod/" in sentence
    assert sentence.endswith("/vm_info.json."), "the first of the two has the plain name"
    assert tags_of(instance, again)["vcenter/outcome"] == "ingested"
    assert tags_of(instance, again)["vcenter/virtual_machines"] == "77"
    assert published("acme/prod", "dim_virtual_machine") == before
    assert len(published("acme/prod", "fact_report")) == 2, "a report takes effect once, however often it is read"


def test_a_quarantined_report_says_why_what_to_do_and_where_it_lies(
    run: Run, instance: dg.DagsterInstance, drop: Drop, home: Settings
) -> None:
    """Whoever opens the failed run, or repeats it, must learn there what to correct, and in which file."""
    drop("acme/prod/notes.json", '{"weather": "fine"}')
    first = run("acme/prod/notes.json")
    lies = str(home.quarantine_path / "acme/prod/notes.json")
    again = run("acme/prod/notes.json", again=first.run_id)
    for result in (first, again):
        assert not result.success
        failure = failure_of(result)
        told = {label: entry.value for label, entry in failure.metadata.items()}
        assert failure.description.startswith("acme/prod/notes.json: ")
        assert told["Report"] == "acme/prod/notes.json"
        assert told["Why"] == failure.description
        assert told["What to do"].startswith(
            "Correct the playbook or the file, and drop it into the input folder again."
        )
        assert told["Where it lies"] == lies
        assert ("It lies in quarantine since 20" in told["Why"]) == (result is again)
        assert tags_of(instance, result)["vcenter/outcome"] == "quarantined"


def test_a_report_that_is_nowhere_fails_the_run(run: Run, instance: dg.DagsterInstance) -> None:
    """A name with a slip in it, in the launchpad, would otherwise be a green run that did nothing."""
    result = run("acme/prod/vm_inof.json")
    assert not result.success
    assert "neither in the input folder, nor in the archive or quarantine" in failure_of(result).description
    assert tags_of(instance, result)["vcenter/outcome"] == "refused"
