"""The stages of the retention, where one cannot do its work; without Dagster."""

from datetime import datetime
from pathlib import Path

import pytest

from vcenter_pipeline.defs.forgetting import forget
from vcenter_pipeline.defs.ingestion import Pipeline, opened
from vcenter_pipeline.defs.tidying import Options, Tidied, tidy
from vcenter_pipeline.settings import Settings, load_settings
from vcenter_pipeline.storage.rebuild import begin_rebuild, is_rebuilding
from vcenter_pipeline.storage.writer import record_quarantine

NOW = datetime(2026, 11, 1, 3, 17)  # noqa: DTZ001 - the tables hold naive UTC


def know(pipeline: Pipeline) -> None:
    """Let the ledger know acme/prod."""
    ledger = {"report": "r", "client": "acme", "environment": "prod", "path": "x", "ingested_at": NOW}
    record_quarantine(pipeline.database, {**ledger, "status": "quarantined"})


def pass_over(pipeline: Pipeline, settings: Settings) -> Tidied:
    """Make a pass."""
    return tidy(settings, pipeline, None, Options(), now=NOW, tell=lambda *_: None)


def test_a_source_that_is_being_rebuilt_is_not_thinned(home: Settings) -> None:
    """The rebuild has brought back what was thinned once, to derive the history of it: it must find all of that."""
    with opened(home) as pipeline:
        know(pipeline)
        assert pass_over(pipeline, home).problems == ()
        begin_rebuild(pipeline.database, ["acme/prod"], NOW)
        (problem,) = pass_over(pipeline, home).problems
        assert problem == (
            "acme/prod: A rebuild of acme/prod is not finished, so none of its rows were removed. "
            "`vcenter-pipeline rebuild` goes on with it."
        )
        forget(pipeline, None, "acme", "prod", lambda *_: None)
        assert not is_rebuilding(pipeline.database, "acme/prod")
        assert pass_over(pipeline, home).problems == ()


@pytest.mark.usefixtures("_as_a_common_user")
def test_a_folder_that_cannot_be_read_stops_no_other_stage(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong mode in the archive, and the quarantine would fill the disk as well."""
    monkeypatch.setenv("VCENTER_RETENTION_DAYS", "1")
    closed, old = home.archive_path / "acme", home.quarantine_path / "acme" / "prod" / "x.json"
    closed.mkdir(parents=True)
    old.parent.mkdir(parents=True)
    old.write_text("12345")
    closed.chmod(0)
    later = datetime(2126, 11, 1, 3, 17)  # noqa: DTZ001 - as above; a file's ctime cannot be set
    with opened(home) as pipeline:
        found = tidy(load_settings(), pipeline, None, Options(), now=later, tell=lambda *_: None)
    (problem,) = found.problems
    assert problem.startswith(f"old files in {home.archive_path}: {Path(closed)} could not be read")
    assert found.by_source == {"acme/prod": {"files": 1, "file_bytes": 5}}
    assert not old.exists()
