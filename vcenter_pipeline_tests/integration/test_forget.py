"""`vcenter-pipeline forget`: a client is gone from files, tables and Dagster; everybody else is as before."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs import forgetting
from vcenter_pipeline.defs.forgetting import forget
from vcenter_pipeline.defs.ingestion import opened
from vcenter_pipeline.defs.old_runs import opened_instance
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.partitions import SOURCE_TAG
from vcenter_pipeline.errors import ListingError, StorageError
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any]], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]


@pytest.fixture
def run(command: list[str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command to its end: `run("forget", "acme")`."""
    return lambda *words: subprocess.run([*command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def files(settings: Settings, client: str) -> dict[str, bytes]:
    """Give every file of a client."""
    roots = (settings.input_path, settings.archive_path, settings.quarantine_path, settings.output_path)
    found = [path for root in roots for path in root.glob(f"{client}/**/*") if path.is_file()]
    return {str(path): path.read_bytes() for path in found}


def rows(settings: Settings, client: str) -> dict[str, list[Any]]:
    """Give every row of a client in every table that has clients."""
    found = {}
    with closing(sqlite3.connect(settings.home_path / "warehouse.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in tables:
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
            if "client" in columns:
                select = f"SELECT * FROM {name} WHERE client = ?"  # noqa: S608 - our own words
                found[name] = connection.execute(select, (client,)).fetchall()
    return found


def test_a_client_is_forgotten_and_no_other(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Drop,
    real: Real,
    take: Take,
    run: Callable[..., subprocess.CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A provider's client leaves and has it in writing that nothing of it is kept; the others must not notice."""
    monkeypatch.setenv("VCENTER_FORMATS", "csv")
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("globex/prod/alarms.json", real("alarms/alarms_module_list.json"))
    drop("acme/prod/bad.json", "no report")
    take()
    drop("Acme/prod/late.json", "{")
    theirs = files(home, "globex"), rows(home, "globex")
    assert theirs[0]

    asked = run("forget", "ACME", "--json")
    assert asked.returncode == 1, asked.stderr
    would: dict[str, Any] = json.loads(asked.stdout)
    assert would["is_done"] is False
    assert would["sources"] == ["acme/prod"]
    assert (would["files"]["input"], would["files"]["archive"], would["files"]["quarantine"]) == (1, 1, 2)
    assert (would["rows"]["virtual_machines"], would["rows"]["reports"]) == (77, 2)
    assert (would["runs"], would["shared_runs"], would["partitions"]) == (2, 0, 1)
    assert len(files(home, "acme")) > 3, "nothing is removed without --yes"
    assert len(rows(home, "acme")["virtual_machines"]) == 77
    assert "Add --yes" in run("forget", "acme").stdout

    done = run("forget", "acme", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    did: dict[str, Any] = json.loads(done.stdout)
    changed = {"is_done", "bytes_given_back"}
    assert {name: did[name] for name in did if name not in changed} == {n: would[n] for n in would if n not in changed}
    assert files(home, "acme") == files(home, "Acme") == {}
    assert not any(rows(home, "acme").values())
    for root in (home.input_path, home.archive_path, home.quarantine_path, home.output_path):
        assert [path.name for path in root.iterdir() if path.name.lower() == "acme"] == []
    assert (files(home, "globex"), rows(home, "globex")) == theirs
    with opened_instance(home) as instance:
        assert instance is not None
        assert instance.get_dynamic_partitions("source") == ["globex/prod"]
        kept = instance.get_run_records()
        assert {record.dagster_run.tags[SOURCE_TAG] for record in kept} == {"globex/prod"}
        left = {path.stem for path in (home.dagster_path / "history" / "runs").glob("*.db")} - {"index"}
        assert left == {record.dagster_run.run_id for record in kept}

    again = run("forget", "acme", "--yes")
    assert again.returncode == 2
    assert "Nothing is known of acme: no rows, no files, no runs." in again.stderr
    refused = run("forget", "../globex", "--yes")
    assert refused.returncode == 2
    assert "cannot name a client" in refused.stderr
    assert (files(home, "globex"), rows(home, "globex")) == theirs


def test_what_a_process_left_on_the_way_is_found_by_the_next(
    home: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are gone, rows are not: whoever calls it again must not hear that nothing is known."""
    drop("acme/prod/vm_info.json", "{}")
    home.output_path.joinpath("acme/prod").mkdir(parents=True)
    home.output_path.joinpath("acme/prod/dim_source.csv").write_text("x")

    def end(*_: object, **__: object) -> dict[str, int]:
        raise StorageError("the power failed")

    home.dagster_path.mkdir()
    home.dagster_path.joinpath("dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with opened(home) as pipeline, opened_instance(home) as instance:
        assert instance is not None
        instance.add_dynamic_partitions("source", ["acme/prod", "beta/prod"])
        with monkeypatch.context() as broken:
            broken.setattr(forgetting, "forget_rows", end)
            with pytest.raises(StorageError, match="the power failed"):
                forget(pipeline, instance, "acme", None, lambda *_: None)
        assert files(home, "acme") == {}
        done = forget(pipeline, instance, "acme", None, lambda *_: None)
        assert (done.sources, done.partitions) == (("acme/prod",), 1)
        assert instance.get_dynamic_partitions("source") == ["beta/prod"]


def test_while_a_run_goes_on_nothing_is_removed(home: Settings, drop: Drop) -> None:
    """It would publish the client's files again a moment later, and nobody would look."""
    waiting = drop("acme/prod/vm_info.json", "{}")
    home.dagster_path.mkdir()
    home.dagster_path.joinpath("dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with opened(home) as pipeline, opened_instance(home) as instance:
        assert instance is not None
        going = instance.create_run_for_job(_nothing, tags={SOURCE_TAG: "acme/prod"})
        with pytest.raises(StorageError, match=f"The run {going.run_id} is not finished"):
            forget(pipeline, instance, "acme", "prod", lambda *_: None)
        assert waiting.exists()
        instance.report_run_canceled(going)
        assert forget(pipeline, instance, "acme", "prod", lambda *_: None).runs == 1
    assert not waiting.exists()


def test_a_folder_that_is_not_mounted_is_told_of(
    home: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What lies on it would come back with it, long after the client was told that all is gone."""
    waiting = drop("acme/prod/vm_info.json", "{}")
    moved = home.model_copy(update={"archive_dir": tmp_path / "not" / "mounted"})
    monkeypatch.setenv("VCENTER_ARCHIVE_DIR", str(tmp_path / "not" / "mounted"))
    with opened(moved) as pipeline, pytest.raises(ListingError, match="VCENTER_ARCHIVE_DIR"):
        forget(pipeline, None, "acme", None, lambda *_: None)
    assert waiting.exists()


@dg.job
def _nothing() -> None:
    """A job without steps."""
