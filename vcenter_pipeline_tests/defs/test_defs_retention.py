"""The daily retention as Dagster runs it: what it takes away, what it leaves, and what it says of that."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs import retention
from vcenter_pipeline.defs.ingestion import opened, utc_now
from vcenter_pipeline.defs.old_runs import find_old_runs, find_runs_of, remove_run
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.specs import REPORT
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.locks import source_lock

Drop = Callable[[str, bytes | str | dict[str, Any]], Path]
Take = Callable[[], Pass]
Run = Callable[..., dict[str, Any]]


def in_forty_days() -> datetime:
    """Give a time at which what is put away now is old; the kernel's own time of a file cannot be set."""
    return utc_now() + timedelta(days=40)


def files_below(settings: Settings) -> set[str]:
    """Give the names of what lies in archive and quarantine."""
    roots = (settings.archive_path, settings.quarantine_path)
    return {path.name for root in roots for path in root.rglob("*") if path.is_file()}


def machines(cpu_count: int) -> dict[str, Any]:
    """Give a report of one virtual machine, hand-made as `vmware_vm_info` returns it."""
    machine = {
        "guest_name": "web", "moid": "vm-1", "power_state": "poweredOn", "cluster": "c",
        "esxi_hostname": "e", "guest_fullname": "Linux", "ip_address": "", "mac_address": [], "vm_network": {},
        "attributes": {}, "tags": [], "allocated": {"cpu": cpu_count, "memory": 1024},
    }  # fmt: skip
    return {"changed": False, "virtual_machines": [machine]}


def drop_days(drop: Drop, source: str = "acme/prod", days: int = 4) -> None:
    """Drop a report of noon and one of the evening for some days that are 30 to 34 days old in forty days."""
    for day in range(days):
        for hour in (12, 20):
            at = (utc_now() - timedelta(days=10 - day)).replace(hour=hour, minute=0)
            drop(f"{source}/vm_info-{at:%Y-%m-%dT%H%M}Z.json", machines(2 * day + (hour == 20) + 1))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what waits of a source in one run, and publish one format: neither is what these tests are about."""
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "1")
    monkeypatch.setenv("VCENTER_FORMATS", "csv")


@pytest.fixture
def run(instance: dg.DagsterInstance) -> Run:
    """Run the job as the schedule does, and give what its materialization says."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings

    def _run(**config: bool) -> dict[str, Any]:
        result = defs.resolve_job_def(retention.RETENTION_JOB).execute_in_process(
            instance=instance, run_config={"ops": {"maintenance__retention": {"config": config}}}
        )
        assert result.success
        (event,) = result.get_asset_materialization_events()
        (check,) = result.get_asset_check_evaluations()
        metadata = {
            name: found.value for name, found in event.step_materialization_data.materialization.metadata.items()
        }
        return {**metadata, "check": check.passed, "problems": check.metadata["Problems"].value}

    return _run


def test_old_reports_go_only_when_asked_and_the_tables_stay(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings, drop: Drop, real: Callable[[str], bytes], take: Take, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that go too early cannot be read again; files that never go fill the disk."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/other.json", b"{}")
    assert not take().is_good
    everything = {"vm_info.json", "other.json", "other.json.reason.json"}
    size = sum(path.stat().st_size for path in home.archive_path.rglob("*.json"))
    size += sum(path.stat().st_size for path in home.quarantine_path.rglob("*.json"))
    monkeypatch.setattr(retention, "utc_now", in_forty_days)

    assert run()["Files"] == 0
    assert files_below(home) == everything, "0 days keeps everything"
    monkeypatch.setenv("VCENTER_RETENTION_DAYS", "41")
    assert run()["Files"] == 0
    assert files_below(home) == everything, "not old enough"
    monkeypatch.setenv("VCENTER_RETENTION_DAYS", "39")
    assert run(is_dry_run=True)["Files (dry run)"] == 3
    assert files_below(home) == everything
    found = run()
    assert (found["Files"], found["File bytes"]) == (3, size)
    assert files_below(home) == set()
    assert (home.output_path / "acme/prod/dim_virtual_machine.csv").exists()
    (source,) = take().sources
    assert source.virtual_machine_count == 77


def test_collections_are_thinned_and_the_numbers_can_be_plotted(
    drop: Drop, take: Take, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants to know what the night took looks at the asset; a number that is text is in no plot."""
    drop_days(drop)
    assert take().is_good
    monkeypatch.setattr(retention, "utc_now", in_forty_days)
    assert run() == {
        "Files": 0, "File bytes": 0, "Collections": 0, "Rows": 0, "Reports thinned": 0, "Exported files": 0,
        "Exported bytes": 0, "Runs": 0, "Bytes given back": 0, "Seconds": pytest.approx(5, abs=30), "Problems": 0,
        "check": True, "problems": "none",
    }  # fmt: skip
    monkeypatch.setenv("VCENTER_KEEP_ALL_DAYS", "20")
    monkeypatch.setenv("VCENTER_KEEP_DAILY_DAYS", "100")
    asked = run(is_dry_run=True)
    assert (asked["Collections (dry run)"], asked["Rows (dry run)"], asked["Reports thinned (dry run)"]) == (4, 4, 4)
    found = run()
    assert (found["Collections"], found["Rows"], found["Reports thinned"]) == (4, 4, 4)
    assert run()["Collections"] == 0
    assert take().sources[0].virtual_machine_count == 1
    assert all(isinstance(value, int | float) for name, value in found.items() if name not in {"check", "problems"})


def test_a_source_that_is_locked_stops_no_other(
    home: Settings, drop: Drop, take: Take, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client whose reports take all night would keep every other client's rows for ever."""
    drop_days(drop, "acme/prod", days=2)
    drop_days(drop, "globex/prod", days=2)
    take()
    monkeypatch.setattr(retention, "utc_now", in_forty_days)
    monkeypatch.setattr("vcenter_pipeline.defs.tidying._LOCK_SECONDS", 0.2)
    monkeypatch.setenv("VCENTER_KEEP_ALL_DAYS", "20")
    with opened(home) as pipeline, source_lock(pipeline.database, "acme/prod"):
        found = run()
    assert (found["Collections"], found["Problems"], found["check"]) == (2, 1, False)
    assert found["problems"].startswith("acme/prod: The source acme/prod is still being ingested by another process")
    assert run()["Collections"] == 2, "the next night takes what was left"


def test_exports_of_gone_sources_go_only_when_asked(home: Settings, drop: Drop, take: Take, run: Run) -> None:
    """Power BI shows a client that left; but a folder that only looks like a source holds somebody's own work."""
    drop_days(drop, days=1)
    take()
    gone, own = home.output_path / "gone" / "prod", home.output_path / "models" / "finance"
    for folder in (gone, own):
        folder.mkdir(parents=True)
    for name in ("dim_source.csv", "dim_source.parquet", "vcenter.xlsx"):
        (gone / name).write_text("x")
    (own / "finance.pbix").write_text("x")
    (home.output_path / "link").symlink_to(home.output_path / "acme")
    (home.output_path / "linked").mkdir()
    (home.output_path / "linked" / "prod").symlink_to(home.output_path / "acme" / "prod")
    before = len(list((home.output_path / "acme/prod").iterdir()))
    assert run()["Exported files"] == 0
    assert run(gone_exports=True, is_dry_run=True)["Exported files (dry run)"] == 3
    assert len(list(gone.iterdir())) == 3
    found = run(gone_exports=True)
    assert (found["Exported files"], found["Exported bytes"]) == (3, 3)
    assert not gone.parent.exists()
    assert (own / "finance.pbix").exists()
    assert len(list((home.output_path / "acme/prod").iterdir())) == before


def test_what_the_launchpad_shows_is_described(home: Settings) -> None:
    """Whoever launches it by hand sees two switches, and has to know which of them removes something."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings

    assert home
    config: Any = retention.build_retention().op.config_schema.config_type
    fields = config.fields
    assert {name: field.default_value for name, field in fields.items()} == {"is_dry_run": False, "gone_exports": False}
    assert fields["is_dry_run"].description == "Count what would go, and remove nothing."
    assert "the ledger does not know" in fields["gone_exports"].description
    job = defs.get_repository_def().get_schedule_def("retention_schedule").job_name
    assert job == retention.RETENTION_JOB


def test_old_runs_go_but_for_those_that_the_partitions_live_on(
    home: Settings, drop: Drop, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An asset whose only run is gone shows as missing, and an admin looks for a fault that is none."""
    drop_days(drop, days=1)
    drop_days(drop, "globex/prod", days=1)
    first = take()
    drop("acme/prod/vm_info.json", machines(9))
    second = take()
    drop("acme/prod/bad.json", "no report")
    bad = take()
    assert [len(found.runs) for found in (first, second, bad)] == [2, 1, 1]
    old, good, failed = [run.run_id for run in (*first.runs, *second.runs, *bad.runs) if run.source == "acme/prod"]
    (only,) = [run.run_id for run in first.runs if run.source == "globex/prod"]
    dagster = home.dagster_path
    with dg.DagsterInstance.get() as instance:
        assert find_old_runs(instance, utc_now() - timedelta(hours=1), limit=9) == []
        assert [run.run_id for run in find_old_runs(instance, utc_now() + timedelta(days=1), limit=9)] == [old]
        assert find_old_runs(instance, utc_now() + timedelta(days=1), limit=9, is_kept=old) == []
        materialized = instance.get_materialized_partitions(REPORT)
        monkeypatch.setattr(retention, "utc_now", lambda: utc_now() + timedelta(days=91))
        from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings

        result = defs.resolve_job_def(retention.RETENTION_JOB).execute_in_process(instance=instance)
        (event,) = result.get_asset_materialization_events()
        assert event.step_materialization_data.materialization.metadata["Runs"].value == 1
        left = {record.dagster_run.run_id for record in instance.get_run_records()}
        assert left == {result.run_id, good, failed, only}
        assert instance.get_materialized_partitions(REPORT) == materialized == {"acme/prod", "globex/prod"}
    assert list(dagster.rglob(f"{old}*")) == []
    assert (dagster / "history" / "runs" / f"{good}.db").exists()


def test_a_run_of_a_range_is_of_each_source_in_it(instance: dg.DagsterInstance) -> None:
    """Forgetting one client must not take the run of another's; and what it is of has to be known to keep it."""
    instance.add_dynamic_partitions("source", ["acme/prod", "beta/prod", "globex/prod"])
    ranges = {"dagster/asset_partition_range_start": "acme/prod", "dagster/asset_partition_range_end": "beta/prod"}
    alone = {"dagster/asset_partition_range_start": "beta/prod", "dagster/asset_partition_range_end": "beta/prod"}
    runs = [
        instance.create_run_for_job(_nothing, tags=tags) for tags in (ranges, alone, {"dagster/partition": "beta/prod"})
    ]
    own, shared = find_runs_of(instance, "beta/prod")
    assert {record.dagster_run.run_id for record in own} == {runs[1].run_id, runs[2].run_id}
    assert [record.dagster_run.run_id for record in shared] == [runs[0].run_id]
    assert [len(found) for found in find_runs_of(instance, "globex/prod")] == [0, 0]
    assert find_old_runs(instance, utc_now() + timedelta(days=1), limit=10) == [], "none of them has ended"
    remove_run(instance, runs[1].run_id)
    assert len(instance.get_run_records()) == 2


@dg.job
def _nothing() -> None:
    """A job without steps."""


def test_space_is_given_back(home: Settings, drop: Drop, take: Take, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that go but leave the file as large as it was help nobody whose disk is full."""
    big = machines(1)
    (machine,) = big["virtual_machines"]
    big["virtual_machines"] = [machine | {"moid": f"vm-{number}"} for number in range(5_000)]
    at = (utc_now() - timedelta(days=9)).replace(hour=1)
    drop(f"acme/prod/vm_info-{at:%Y-%m-%dT%H%M}Z.json", big)
    drop_days(drop, days=3)
    take()
    database = home.home_path / "warehouse.db"
    before = database.stat().st_size
    monkeypatch.setattr(retention, "utc_now", in_forty_days)
    monkeypatch.setenv("VCENTER_KEEP_ALL_DAYS", "20")
    found = run()
    assert found["Rows"] >= 5_000
    assert found["Bytes given back"] > 700_000
    assert database.stat().st_size <= before - 700_000
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
