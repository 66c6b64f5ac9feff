"""Removing old files, and only those."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ArchiveError
from vcenter_pipeline.intake.retention import expired, remove_expired

HOUR = timedelta(hours=1)


def now() -> datetime:
    """Give the time as the pipeline writes it."""
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give an archive of three reports."""
    for path in ("acme/prod/2025/01/a.json", "acme/prod/2026/01/b.json", "globex/prod/2026/01/c.json"):
        (tmp_path / "archive" / path).parent.mkdir(parents=True)
        (tmp_path / "archive" / path).write_text("12345")
    return tmp_path / "archive"


def test_old_files_go_with_their_empty_folders(root: Path) -> None:
    """The disk would fill up."""
    assert remove_expired(root, now() + HOUR) == (3, 10, 15, True)
    assert list(root.iterdir()) == []


def test_a_file_is_kept_by_when_it_was_archived(root: Path) -> None:
    """A copy that kept an old mtime would be deleted on the day it came."""
    os.utime(root / "acme/prod/2025/01/a.json", (0, 0))
    assert remove_expired(root, now() - HOUR) == (0, 0, 0, True)
    assert len(list(expired(root, now() + HOUR))) == 3


def test_many_files_go_in_portions(root: Path) -> None:
    """One call would hold up the daemon for minutes."""
    assert remove_expired(root, now() + HOUR, limit=2)[::3] == (2, False)
    assert remove_expired(root, now() + HOUR, limit=2)[::3] == (1, True)


def test_links_are_removed_and_not_followed(root: Path, tmp_path: Path) -> None:
    """A quarantined link would have files outside the quarantine deleted."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "keep").write_text("x")
    (root / "link").symlink_to(tmp_path / "outside")
    assert remove_expired(root, now() + HOUR).files == 4
    assert (tmp_path / "outside" / "keep").exists()


def test_a_folder_quarantined_whole_is_as_old_as_its_reason(tmp_path: Path) -> None:
    """Its files are older than their quarantine, and would go before anybody saw them."""
    (tmp_path / "x.json" / "empty").mkdir(parents=True)
    (tmp_path / "x.json" / "inner").write_text("1")
    inner_at = datetime.fromtimestamp((tmp_path / "x.json" / "inner").stat().st_ctime, UTC)
    while datetime.now(UTC) < inner_at + timedelta(seconds=1.2):
        pass  # ctime cannot be set; the limit is counted in whole seconds
    (tmp_path / "x.json.reason.json").write_text("{}")
    between = inner_at.replace(tzinfo=None) + timedelta(seconds=1.1)
    assert list(expired(tmp_path, between)) == []
    (tmp_path / "x.json.reason.json").unlink()
    assert [Path(found.path).name for found in expired(tmp_path, between)] == ["inner"]


def test_an_empty_quarantined_folder_goes_with_its_reason(tmp_path: Path) -> None:
    """It would stay for ever without anything that explains it."""
    (tmp_path / "x.json").mkdir()
    (tmp_path / "x.json.reason.json").write_text("{}")
    assert remove_expired(tmp_path, now() + HOUR)[:2] == (1, 1)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """A new installation would fail on its first day."""
    assert remove_expired(tmp_path / "missing", now()) == (0, 0, 0, True)


def test_what_cannot_be_removed_is_told_of(root: Path) -> None:
    """The disk would fill up and nobody know why."""
    with pytest.raises(ArchiveError, match="could not be removed"):
        # /proc lets nobody remove anything, not even root
        remove_expired(Path("/proc/self/attr"), now() + HOUR)
    assert root.exists()
