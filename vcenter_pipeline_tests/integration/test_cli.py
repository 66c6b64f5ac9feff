"""The command as people and scripts call it: what it prints, where, and its exit code."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(command: list[str]) -> Run:
    """Run the command to its end: `run("ingest", "--now")`."""

    def _run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    return _run


def test_ingest_tells_machines_what_it_did(
    run: Run, home: Settings, drop: Callable[[str, bytes | str], Path], real: Callable[[str], bytes]
) -> None:
    """A cron job goes by the exit code, a script by the JSON; progress among it would break every parser."""
    drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
    done = run("ingest", "--now", "--json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["is_good"] is True
    assert document["output"] == str(home.output_path)
    (source,) = document["sources"]
    assert source == {
        "client": "acme",
        "environment": "prod",
        "ingested_count": 1,
        "quarantined_count": 0,
        "virtual_machine_count": 77,
        "triggered_alarm_count": None,
        "rejected_row_count": 0,
        "virtual_machines_collected_at": "2026-11-24 04:15:00",
        "triggered_alarms_collected_at": None,
        "esxi_host_count": None,
        "cluster_count": None,
        "datastore_count": None,
        "vm_snapshot_count": None,
    }
    assert [(r["source"], r["reports"], r["quarantined"], r["failed"]) for r in document["runs"]] == [
        ("acme/prod", 1, [], [])
    ]
    drop("acme/prod/bad.json", "")
    drop("bad.json", "{}")
    second = run("ingest", "--now")
    assert second.returncode == 1
    assert "! acme/prod/bad.json: The file is empty." in second.stdout
    assert "! 'bad.json' lies in the input folder itself" in second.stdout
    assert "Reports taken: 1, in runs: 1." in second.stdout
    third = run("ingest", "--now")
    assert third.returncode == 0
    assert "No finished report waited." in third.stdout


def test_ingest_waits_for_a_file_that_may_still_grow(
    run: Run,
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without --now a file is taken only when a second look finds it unchanged; in one call, so that cron may do it."""
    monkeypatch.setenv("VCENTER_STABILITY_SECONDS", "0.5")
    drop("acme/prod/alarms.json", real("alarms/alarms_module_list.json"))
    done = run("ingest", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sources"][0]["triggered_alarm_count"] == 29
    assert list(home.input_path.glob("*/*/*")) == []


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("VCENTER_BATCH_SIZE", "many", "VCENTER_BATCH_SIZE: "),
        ("VCENTER_UI_PORT", "70000", "VCENTER_UI_PORT: "),
        ("VCENTER_FORMATS", "csv,xml", "VCENTER_FORMATS: "),
        ("DATABASE_URL", "oracle://scott:tiger@db/x", "DATABASE_URL: must begin with sqlite:///."),
        ("VCENTER_INPUT_DIRS", "/x", "VCENTER_INPUT_DIRS is no setting; VCENTER_INPUT_DIR is."),
    ],
)
def test_a_bad_setting_is_one_sentence_and_exit_code_2(
    variable: str, value: str, says: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack trace tells an admin nothing, and a password in it is in every log."""
    monkeypatch.setenv(variable, value)
    done = run("settings")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("vcenter-pipeline: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "tiger" not in done.stderr


def test_settings_are_printed_with_their_origin_and_no_password(
    run: Run, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what people paste into a ticket."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///reader:Pa55word@warehouse.db")
    Path(".env").write_text("VCENTER_BATCH_SIZE=7\n")
    done = run("settings")
    assert done.returncode == 0, done.stderr
    assert f"VCENTER_HOME = {home.home_path}  (environment)" in done.stdout
    assert "VCENTER_BATCH_SIZE = 7  (.env)" in done.stdout
    assert "VCENTER_UI_PORT = 3000  (default)" in done.stdout
    assert "Pa55word" not in done.stdout
    assert "****" in done.stdout


def test_an_input_folder_that_is_gone_is_exit_code_2(run: Run, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that is not mounted must not read as "nothing waited": the day would be missed without a word."""
    monkeypatch.setenv("VCENTER_INPUT_DIR", str(home.home_path / "not" / "mounted"))
    done = run("ingest", "--now")
    assert done.returncode == 2
    assert f"The input folder {home.home_path}/not/mounted does not exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_twice_changes_nothing_and_says_so(run: Run, home: Settings) -> None:
    """It is the first thing that anybody runs; counts that double would be the last that they see of it."""
    first = run("demo")
    assert first.returncode == 0, first.stderr
    assert "12 reports of three clients were placed in " in first.stdout
    for line in ("acme/prod 6 77 29 9 27 0 0", "globex/lab 3 77 29 - - 0 0", "initech/prod 1 20 6 6 10 0 0"):
        assert line in [" ".join(printed.split()) for printed in first.stdout.splitlines()]
    outputs = {path: path.read_bytes() for path in home.output_path.rglob("*.*")}
    assert home.output_path / "globex/lab/vcenter.xlsx" in outputs
    second = run("demo")
    assert second.returncode == 0
    assert "Nothing changed: the tables hold all demo reports already." in second.stdout
    assert {path: path.read_bytes() for path in home.output_path.rglob("*.*")} == outputs
    assert "No finished report waited." in second.stdout


def test_without_a_daemon_the_start_page_is_made_too(
    run: Run, home: Settings, drop: Callable[[str, bytes], Path], real: Callable[[str], bytes]
) -> None:
    """Who tries it, or runs it by cron, would open the page that the README names first, and find nothing."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    assert run("ingest", "--now").returncode == 0
    with dg.DagsterInstance.from_config(str(home.dagster_path)) as instance:
        (page,) = instance.fetch_materializations(dg.AssetKey(["overview", "estate"]), limit=5).records
    assert page.asset_materialization
    assert page.asset_materialization.metadata["Sources"].value == 1
    assert run("ingest", "--now").returncode == 0
    with dg.DagsterInstance.from_config(str(home.dagster_path)) as instance:
        assert len(instance.fetch_materializations(dg.AssetKey(["overview", "estate"]), limit=5).records) == 1
