"""What the pipeline's user may not read.

Root may read everything, so for the time of a test the thread lays down the two capabilities that let it.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ListingError, ReportError, UnfinishedError
from vcenter_pipeline.intake.listing import look
from vcenter_pipeline.intake.opening import open_report
from vcenter_pipeline.intake.plan import Look, Rules, plan

RULES = Rules(
    batch_threshold=5, batch_size=100, stability_seconds=10, max_runs=5, max_bytes=10**9, retry_after_seconds=600
)


def utc_now() -> datetime:
    """Give the time now: what a test writes must not be older than a minute when it is opened."""
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Give a report in an input tree at tmp_path."""
    path = tmp_path / "acme" / "prod" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


@pytest.mark.usefixtures("_as_a_common_user")
def test_one_folder_that_cannot_be_read_stops_nobody_else(tmp_path: Path, report: Path) -> None:
    """One client's wrong permissions would stop hundreds of others, or read as "no files" and be forgotten."""
    closed = tmp_path / "globex"
    (closed / "prod").mkdir(parents=True)
    closed.chmod(0)
    try:
        listing = look(tmp_path)
    finally:
        closed.chmod(0o755)

    assert [w.path for w in listing.waiting] == ["acme/prod/x.json"]
    assert listing.unreadable == (
        ("globex", "The folder 'globex' could not be read (Permission denied); check its permissions."),
    )
    now = utc_now()
    known = {path: Look(1, 1, 1, now, now) for path in ("globex/prod/y.json", "acme/prod/gone.json")}
    decided = plan(listing, known, RULES, now)
    assert set(decided.looks) == {"globex/prod/y.json", "acme/prod/x.json"}
    assert decided.unreadable == listing.unreadable
    assert report.exists()


@pytest.mark.usefixtures("_as_a_common_user")
def test_a_root_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It would read as "no reports"."""
    root = tmp_path / "input"
    root.mkdir(mode=0)
    with pytest.raises(ListingError, match="Permission denied"):
        look(root)


@pytest.mark.usefixtures("_as_a_common_user")
def test_a_report_that_was_just_renamed_is_waited_for(tmp_path: Path, report: Path) -> None:
    """Ansible renames, then sets the mode: a good report would land in quarantine in between."""
    report.chmod(0)
    with pytest.raises(UnfinishedError, match="may not be read yet"):
        open_report(tmp_path, "acme/prod/x.json", now=utc_now())


@pytest.mark.usefixtures("_as_a_common_user")
def test_a_report_that_stays_unreadable_is_an_error(tmp_path: Path, report: Path) -> None:
    """It would be tried again for ever, and nobody told."""
    report.chmod(0)
    sentence = rf"'acme/prod/x.json' may not be read; its mode is ---------- and its owner {os.getuid()}:"
    for later in (timedelta(hours=1), timedelta(hours=-1)):
        with pytest.raises(ReportError, match=f"^{sentence.replace('-', '.')}"):
            open_report(tmp_path, "acme/prod/x.json", now=utc_now() + later)


@pytest.mark.usefixtures("_as_a_common_user")
def test_a_folder_that_cannot_be_entered_may_pass(tmp_path: Path, report: Path) -> None:
    """The report would go to quarantine for a fault of its folder."""
    report.parent.chmod(0)
    try:
        with pytest.raises(ListingError, match="Permission denied"):
            open_report(tmp_path, "acme/prod/x.json", now=utc_now())
    finally:
        report.parent.chmod(0o755)
