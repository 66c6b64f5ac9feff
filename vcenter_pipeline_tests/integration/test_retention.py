"""`vcenter-pipeline retention`: a dry run changes nothing at all, and the real one does what that said."""

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.defs.ingestion import utc_now
from vcenter_pipeline.defs.old_runs import opened_instance
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.retention import RETENTION
from vcenter_pipeline.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(command: list[str]) -> Run:
    """Run the command to its end: `run("retention", "--dry-run")`."""
    return lambda *words: subprocess.run([*command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def tree(root: Path) -> dict[str, bytes | None]:
    """Give everything below a folder, byte by byte."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(root.rglob("*"))}


def test_a_dry_run_says_what_the_real_one_does_and_changes_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    take: Callable[[], Pass],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks first wants an answer that holds; a question that changes something is not asked twice."""
    monkeypatch.setenv("VCENTER_FORMATS", "csv")
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "1")
    day = utc_now() - timedelta(days=40)
    for hour in ("05", "09", "21"):
        changed = real("ansible12/vm_info_full.json").replace(
            b'"changed": false', b'"changed": false ' + b" " * int(hour)
        )
        drop(f"acme/prod/vm_info-{day:%Y-%m-%d}T{hour}00Z.json", changed)
    assert take().is_good
    before = tree(home.home_path)
    monkeypatch.setenv("VCENTER_KEEP_ALL_DAYS", "30")
    monkeypatch.setenv("VCENTER_KEEP_DAILY_DAYS", "60")

    asked = run("retention", "--dry-run", "--json")
    assert asked.returncode == 0, asked.stderr
    would: dict[str, Any] = json.loads(asked.stdout)
    assert would["is_dry_run"] is True
    assert would["problems"] == []
    counts = would["sources"]["acme/prod"]
    assert (counts["collections"], counts["reports"]) == (2, 2)
    assert counts["rows"] == 2 * (77 + 132 + 75 + 86), "machines, adapters, datastores, attributes"
    printed = run("retention", "--dry-run")
    assert "Tables: 2 collections with 740 rows would be removed" in printed.stdout
    assert tree(home.home_path) == before

    done = run("retention", "--json")
    assert done.returncode == 0, done.stderr
    did: dict[str, Any] = json.loads(done.stdout)
    assert did["sources"] == would["sources"]
    assert json.loads(run("retention", "--json").stdout)["sources"] == {}
    with opened_instance(home) as instance:
        assert instance is not None
        found = instance.fetch_materializations(RETENTION, limit=10).records
        assert [
            record.asset_materialization.metadata["Rows"].value for record in found if record.asset_materialization
        ] == [
            0,
            740,
        ]
    assert take().sources[0].virtual_machine_count == 77


def test_a_dry_run_of_a_home_that_is_not_there_makes_none(home: Settings, run: Run) -> None:
    """A word spelled wrongly after --home must not leave a database behind."""
    asked = run("retention", "--dry-run")
    assert asked.returncode == 0, asked.stderr
    assert "Tables: 0 collections with 0 rows would be removed" in asked.stdout
    assert not home.home_path.exists()
    refused = run("retention", "--days", "3")
    assert refused.returncode == 2
