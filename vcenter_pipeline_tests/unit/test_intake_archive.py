"""Moving real files to the archive and to quarantine."""

import json
import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ArchiveError, ReportError, SourceError, UnfinishedError
from vcenter_pipeline.intake.archive import archive
from vcenter_pipeline.intake.listing import Facts, look
from vcenter_pipeline.intake.moving import _put_back, _remove, place
from vcenter_pipeline.intake.names import to_free_names
from vcenter_pipeline.intake.quarantine import Reason, quarantine
from vcenter_pipeline.intake.renaming import _rename_reserved, rename_new

WHEN = datetime.fromisoformat("2026-01-31T02:00:00")
REASON = Reason(
    reason="'acme/prod/x.json' ends in the middle of a list.",
    advice="Have it written again.",
    when=WHEN,
    fingerprint="ab" * 32,
    run_id="7f1c",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give an input folder."""
    path = tmp_path / "input"
    (path / "acme" / "prod").mkdir(parents=True)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on another file system: memory, which every Linux offers at /dev/shm."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        assert Path(name).stat().st_dev != tmp_path.stat().st_dev
        yield Path(name)


def write(root: Path, content: str = "{}", relative: str = "acme/prod/x.json") -> Facts:
    """Write a report and give its facts."""
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return Facts.from_stat(path.stat())


def files(folder: Path) -> dict[str, str]:
    """Give every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_report_goes_to_its_sources_month(root: Path, tmp_path: Path) -> None:
    """The archive would lose whose report it was, or show it to other users of the machine."""
    expected = write(root, "old", "Acme/PROD/x.json")
    os.utime(root / "Acme/PROD/x.json", ns=(5, 5))
    (root / "Acme/PROD/x.json").chmod(0o604)
    expected = expected._replace(mtime_ns=5)

    moved = archive(root, "Acme/PROD/x.json", tmp_path / "archive", when=WHEN, expected=expected)

    assert moved == tmp_path / "archive/acme/prod/2026/01/x.json"
    assert (moved.read_text(), moved.stat().st_mtime_ns, stat.S_IMODE(moved.stat().st_mode)) == ("old", 5, 0o604)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (moved.parent, moved.parents[3])} == {0o750}
    assert files(root) == {}


def test_nothing_in_the_archive_is_overwritten(root: Path, tmp_path: Path) -> None:
    """A playbook that writes one name each hour would leave one report of a whole month."""
    for content in ("1", "2", "3"):
        archive(root, "acme/prod/x.json", tmp_path / "a", when=WHEN, expected=write(root, content))
    assert files(tmp_path / "a/acme/prod/2026/01") == {
        "x.json": "1",
        "x~20260131T020000Z.json": "2",
        "x~20260131T020000Z-2.json": "3",
    }


def test_the_same_content_is_kept_once(root: Path, tmp_path: Path) -> None:
    """A report that was archived and dropped again would fill the disk, and wait for ever if it could not move."""
    for _ in range(2):
        moved = archive(root, "acme/prod/x.json", tmp_path / "a", when=WHEN, expected=write(root, "same"))
        assert moved.name == "x.json"
    assert (files(tmp_path / "a"), files(root)) == ({"acme/prod/2026/01/x.json": "same"}, {})


@pytest.mark.parametrize("content", ["new", "older"])
def test_a_newer_report_under_the_name_stays(root: Path, tmp_path: Path, content: str) -> None:
    """It would be archived without ever being read."""
    expected = write(root, "old")
    (root / "acme/prod/y.json").write_text(content)
    (root / "acme/prod/y.json").rename(root / "acme/prod/x.json")
    for move in (
        partial(archive, when=WHEN, expected=expected),
        partial(quarantine, reason=REASON, expected=expected),
    ):
        with pytest.raises(UnfinishedError, match="changed after it was read"):
            move(root, "acme/prod/x.json", tmp_path / "a")
    assert (files(root), files(tmp_path / "a")) == ({"acme/prod/x.json": content}, {})


def test_a_report_that_comes_while_another_is_moved_stays(root: Path, tmp_path: Path) -> None:
    """Ansible may rename a new report into place at any moment; none may be lost or archived unread."""
    folder, target = root / "acme/prod", tmp_path / "a"
    target.mkdir()
    source_fd, target_fd = (os.open(path, os.O_RDONLY) for path in (folder, target))
    done = threading.Event()
    written = 0

    def write_on() -> None:
        nonlocal written
        while not done.is_set():
            (folder / ".new").write_text(str(written + 1))
            os.link(folder / ".new", folder / f".kept{written + 1}")  # so that an inode is never used again
            (folder / ".new").rename(folder / "x.json")
            written += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    moved = refused = 0
    while moved < 200:
        try:
            found = Facts.from_stat((folder / "x.json").stat())
            content = (folder / "x.json").read_text()
            if Facts.from_stat((folder / "x.json").stat()) != found:
                continue
            name = place(source_fd, "x.json", target_fd, partial(to_free_names, "x.json", f"{moved}"), found)
        except FileNotFoundError:
            continue
        except UnfinishedError:
            refused += 1
            continue
        moved += 1
        assert (target / name).read_text() == content
    done.set()
    writer.join()
    os.close(source_fd)
    os.close(target_fd)
    assert len(files(target)) == moved


def test_a_copied_report_is_removed_only_if_it_is_still_that_one(root: Path) -> None:
    """A report that came while its forerunner was copied to another disk would be deleted unread."""
    folder = root / "acme/prod"
    write(root, "old")
    found = (folder / "x.json").stat()
    (folder / "y.json").write_text("new")
    (folder / "y.json").rename(folder / "x.json")
    descriptor = os.open(folder, os.O_RDONLY)
    with pytest.raises(UnfinishedError):
        _remove(descriptor, "x.json", found)
    assert files(folder) == {"x.json": "new"}
    _remove(descriptor, "x.json", (folder / "x.json").stat())
    os.close(descriptor)
    assert files(folder) == {}


def test_what_is_put_back_overwrites_nothing(root: Path) -> None:
    """Of three reports that came one after the other, the second would be lost."""
    folder = root / "acme/prod"
    write(root, "third")
    (folder / ".second").write_text("second")
    descriptor = os.open(folder, os.O_RDONLY)
    _put_back(descriptor, ".second", descriptor, "x.json")
    os.close(descriptor)
    assert sorted(files(folder).values()) == ["second", "third"]
    assert len(look(root).waiting) == 2


def test_two_files_never_get_one_name(tmp_path: Path) -> None:
    """Two runs at once would overwrite each other's report."""
    target = tmp_path / "archive"
    target.mkdir()
    sources = [tmp_path / str(number) for number in range(8)]
    for source in sources:
        source.mkdir()
        for number in range(40):
            (source / f"x{number}.json").write_text(f"{source.name}-{number}")
    barrier = threading.Barrier(len(sources))

    def move_all(source: Path) -> None:
        source_fd, target_fd = os.open(source, os.O_RDONLY), os.open(target, os.O_RDONLY)
        barrier.wait()
        for number in range(40):
            place(source_fd, f"x{number}.json", target_fd, partial(to_free_names, f"x{number}.json", "S"), None)
        os.close(source_fd)
        os.close(target_fd)

    threads = [threading.Thread(target=move_all, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(files(target).values()) == sorted(f"{source}-{number}" for source in range(8) for number in range(40))


@pytest.mark.parametrize("rename", [rename_new, _rename_reserved])
@pytest.mark.parametrize("is_folder", [False, True])
def test_both_ways_to_rename_overwrite_nothing(tmp_path: Path, rename: object, is_folder: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """File systems without renameat2 take the second way; a report would be lost there."""
    assert callable(rename)
    for name in ("a", "taken"):
        if is_folder:
            (tmp_path / name).mkdir()
            (tmp_path / name / "inner").write_text(name)
        else:
            (tmp_path / name).write_text(name)
    before = files(tmp_path)
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        rename(folder, "a", folder, "taken")
    assert files(tmp_path) == before
    rename(folder, "a", folder, "free")
    os.close(folder)
    assert set(files(tmp_path).values()) == {"a", "taken"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["free", "taken"]


def test_a_failed_reservation_leaves_nothing(tmp_path: Path, elsewhere: Path) -> None:
    """An empty report would stay in the archive."""
    (tmp_path / "a").write_text("a")
    folder, target = os.open(tmp_path, os.O_RDONLY), os.open(elsewhere, os.O_RDONLY)
    with pytest.raises(OSError, match="cross-device"):
        _rename_reserved(folder, "a", target, "b")
    os.close(folder)
    os.close(target)
    assert (files(tmp_path), files(elsewhere)) == ({"a": "a"}, {})


def test_the_archive_may_be_on_another_disk(root: Path, elsewhere: Path) -> None:
    """Archives mostly are; nothing could be archived, or a crash would leave half a file under the final name."""
    for content in ("1", "2", "2"):
        write(root, content)
        (root / "acme/prod/x.json").chmod(0o640)
        os.utime(root / "acme/prod/x.json", ns=(5, 5))
        expected = Facts.from_stat((root / "acme/prod/x.json").stat())
        archive(root, "acme/prod/x.json", elsewhere / "a", when=WHEN, expected=expected)
    archived = elsewhere / "a/acme/prod/2026/01"
    assert files(archived) == {"x.json": "1", "x~20260131T020000Z.json": "2"}
    assert stat.S_IMODE((archived / "x.json").stat().st_mode) == 0o640
    assert (archived / "x.json").stat().st_mtime_ns == 5
    assert files(root) == {}


def test_a_name_of_255_bytes_finds_a_place(root: Path, tmp_path: Path) -> None:
    """The report would be ingested again at each run and never leave the input."""
    name = "x" * 250 + ".json"
    for content in ("1", "2"):
        expected = write(root, content, f"acme/prod/{name}")
        archive(root, f"acme/prod/{name}", tmp_path / "a", when=WHEN, expected=expected)
    assert set(files(tmp_path / "a/acme/prod/2026/01")) == {name, "x" * 233 + "~20260131T020000Z.json"}
    write(root, "3", f"acme/prod/{name}")
    moved = quarantine(root, f"acme/prod/{name}", tmp_path / "q", reason=REASON)
    assert moved.name == "x" * 238 + ".json"


def test_what_cannot_be_moved_stays_and_is_told_of(root: Path, tmp_path: Path) -> None:
    """A full or wrongly mounted archive must not cost a report."""
    (tmp_path / "a").write_text("a file where the archive should be")
    expected = write(root)
    with pytest.raises(
        ArchiveError, match=r"'acme/prod/x.json' could not be moved to .*/a \(.*\); check that the disk"
    ):
        archive(root, "acme/prod/x.json", tmp_path / "a", when=WHEN, expected=expected)
    assert files(root) == {"acme/prod/x.json": "{}"}


def test_a_report_that_was_moved_before_is_told_apart(root: Path, tmp_path: Path) -> None:
    """A run that repeats another's work would fail at its last step."""
    with pytest.raises(FileNotFoundError):
        archive(root, "acme/prod/x.json", tmp_path / "a", when=WHEN, expected=Facts(1, 1, 1))
    with pytest.raises(FileNotFoundError):
        quarantine(root, "acme/prod/x.json", tmp_path / "q", reason=REASON)
    assert files(tmp_path / "q") == {}


def test_nothing_outside_the_input_is_moved(root: Path, tmp_path: Path) -> None:
    """A run config could have any file of the machine moved away."""
    (tmp_path / "secret.json").write_text("secret")
    for path in ("../secret.json", str(tmp_path / "secret.json"), "acme/../../secret.json"):
        with pytest.raises(SourceError):
            archive(root, path, tmp_path / "a", when=WHEN, expected=Facts(1, 1, 1))
        with pytest.raises(SourceError):
            quarantine(root, path, tmp_path / "a", reason=REASON)
    (root / "acme" / "linked").symlink_to(tmp_path)
    with pytest.raises(ReportError):
        quarantine(root, "acme/linked/secret.json", tmp_path / "a", reason=REASON)
    assert (tmp_path / "secret.json").read_text() == "secret"


@pytest.mark.parametrize("disk", ["same", "another"])
def test_a_quarantined_report_lies_beside_its_reason(root: Path, tmp_path: Path, elsewhere: Path, disk: str) -> None:
    """An admin would find a file that nobody can explain."""
    where = tmp_path / "q" if disk == "same" else elsewhere / "q"
    for content in ("[", "[["):
        expected = write(root, content, "Acme/prod/x.json")
        quarantine(root, "Acme/prod/x.json", where, reason=REASON, expected=expected)

    found = files(where / "acme/prod")

    assert found["x.json"] == "["
    assert found["x~20260131T020000Z.json"] == "[["
    assert json.loads(found["x~20260131T020000Z.json.reason.json"])["size_bytes"] == 2
    assert json.loads(found["x.json.reason.json"]) == {
        "file": "Acme/prod/x.json",
        "reason": "'acme/prod/x.json' ends in the middle of a list.",
        "advice": "Have it written again.",
        "quarantined_at": "2026-01-31T02:00:00Z",
        "client": "acme",
        "environment": "prod",
        "size_bytes": 1,
        "sha256": "ab" * 32,
        "run_id": "7f1c",
    }
    assert len(found) == 4
    assert files(root) == {}


def test_a_reason_that_a_crash_left_alone_is_replaced(root: Path, tmp_path: Path) -> None:
    """The file would get another name, and the old reason speak of a file that is not there."""
    folder = tmp_path / "q/acme/prod"
    folder.mkdir(parents=True)
    (folder / "x.json.reason.json").write_text("left alone")
    write(root)
    quarantine(root, "acme/prod/x.json", tmp_path / "q", reason=REASON)
    assert sorted(files(folder)) == ["x.json", "x.json.reason.json"]
    assert json.loads((folder / "x.json.reason.json").read_text())["run_id"] == "7f1c"


@pytest.mark.parametrize("disk", ["same", "another"])
def test_whatever_is_misplaced_can_be_moved(root: Path, tmp_path: Path, elsewhere: Path, disk: str) -> None:
    """What cannot be moved is found again at each look, and its sentence told for ever."""
    where = tmp_path / "q" if disk == "same" else elsewhere / "q"
    (tmp_path / "outside").write_text("untouched")
    write(root, "1", "top.json")
    write(root, "2", "Müller GmbH/prod/x.json")
    write(root, "3", os.fsdecode(b"acme/prod/bad\xff.json"))
    write(root, "4", "acme/prod/folder.json/inner/x.json")
    os.mkfifo(root / "acme/prod/pipe.json")
    (root / "acme/prod/out.json").symlink_to(tmp_path / "outside")
    (root / "globex").symlink_to(tmp_path)
    paths = ["top.json", "Müller GmbH/prod/x.json", os.fsdecode(b"acme/prod/bad\xff.json"), "acme/prod/folder.json"]

    for path in [*paths, "acme/prod/pipe.json", "acme/prod/out.json", "globex"]:
        quarantine(root, path, where, reason=REASON)

    assert {str(path.relative_to(where)) for path in where.rglob("*") if not path.name.endswith(".reason.json")} == {
        *("_misplaced", "_misplaced/top.json", "_misplaced/globex"),
        *("_misplaced/Müller GmbH", "_misplaced/Müller GmbH/prod", "_misplaced/Müller GmbH/prod/x.json"),
        *("acme", "acme/prod", "acme/prod/bad%FF.json", "acme/prod/folder.json", "acme/prod/folder.json/inner"),
        *("acme/prod/folder.json/inner/x.json", "acme/prod/pipe.json", "acme/prod/out.json"),
    }
    assert (where / "acme/prod/folder.json/inner/x.json").read_text() == "4"
    assert (where / "acme/prod/out.json").is_symlink()
    assert json.loads((where / "acme/prod/bad%FF.json.reason.json").read_text())["file"] == "acme/prod/bad%FF.json"
    assert sorted(path.name for path in root.rglob("*")) == ["Müller GmbH", "acme", "prod", "prod"]
    assert (tmp_path / "outside").read_text() == "untouched"
