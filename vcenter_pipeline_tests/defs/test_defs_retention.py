"""What the daily retention job takes away, and what it leaves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from vcenter_pipeline.defs import schedules
from vcenter_pipeline.defs.ingestion import utc_now
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings


def in_forty_days() -> datetime:
    """Give a time at which what is put away now is old; the kernel's own time of a file cannot be set."""
    return utc_now() + timedelta(days=40)


def files_below(settings: Settings) -> set[str]:
    """Give the names of what lies in archive and quarantine."""
    roots = (settings.archive_path, settings.quarantine_path)
    return {path.name for root in roots for path in root.rglob("*") if path.is_file()}


def run(instance: dg.DagsterInstance) -> None:
    """Run the job, as the schedule does."""
    assert schedules.build_retention_job().execute_in_process(instance=instance).success


def test_old_reports_go_only_when_asked_and_the_tables_stay(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    take: Callable[[], Pass],
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files that go too early cannot be read again; files that never go fill the disk."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/other.json", b"{}")
    assert not take().is_good
    everything = {"vm_info.json", "other.json", "other.json.reason.json"}
    monkeypatch.setattr(schedules, "utc_now", in_forty_days)

    run(instance)
    assert files_below(home) == everything, "0 days keeps everything"
    monkeypatch.setenv("VCENTER_RETENTION_DAYS", "41")
    run(instance)
    assert files_below(home) == everything, "not old enough"
    monkeypatch.setenv("VCENTER_RETENTION_DAYS", "39")
    run(instance)
    assert files_below(home) == set()
    assert (home.output_path / "acme/prod/dim_virtual_machine.parquet").exists()
    (source,) = take().sources
    assert source.virtual_machine_count == 77
