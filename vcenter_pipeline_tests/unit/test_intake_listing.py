"""A look at real trees."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ListingError
from vcenter_pipeline.intake.listing import Listing, look
from vcenter_pipeline_tests.unit.growth import FEW, MANY, MOST, growth


def write(path: Path, content: str = "{}") -> Path:
    """Write a file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def misplaced(root: Path) -> dict[str, str]:
    """Give what is misplaced below the root, and why."""
    return {item.path: item.reason for item in look(root).misplaced}


def test_reports_are_found_with_their_source(tmp_path: Path) -> None:
    """Nothing would be ingested, or under another client's name."""
    path = write(tmp_path / "Acme" / "prod" / "b.json", "[1]")
    write(tmp_path / "acme" / "prod" / "a.yml.gz")
    write(tmp_path / "acme" / "prod" / ".hidden.json")
    write(tmp_path / "acme" / "prod" / "list.csv")
    write(tmp_path / ".git" / "prod" / "x.json")
    (tmp_path / "empty" / "prod").mkdir(parents=True)

    listing = look(tmp_path)

    assert [(w.path, w.source.key, w.name, w.size) for w in listing.waiting] == [
        ("Acme/prod/b.json", "acme/prod", "b.json", 3),
        ("acme/prod/a.yml.gz", "acme/prod", "a.yml.gz", 2),
    ]
    found = path.stat()
    assert listing.waiting[0].facts == (3, found.st_mtime_ns, found.st_ino)
    assert (listing.misplaced, listing.unreadable, listing.ignored_count) == ((), (), 1)


def test_a_file_where_no_source_is_is_told_of(tmp_path: Path) -> None:
    """People would wait for a report that nobody will ever read."""
    for path in ("a.json", "acme/b.json", "acme/prod/deep/er/c.json", "CON/prod/d.json", "acme/a b/e.json"):
        write(tmp_path / path)

    assert look(tmp_path).waiting == ()
    assert misplaced(tmp_path) == {
        "a.json": "'a.json' lies in the input folder itself, so nobody knows whose it is.",
        "acme/b.json": "'acme/b.json' lies in a client's folder, not in one of the client's environments.",
        "acme/prod/deep/er/c.json": "'acme/prod/deep/er/c.json' lies deeper than in an environment's folder.",
        "CON/prod/d.json": "'CON/prod/d.json' lies in a folder that is no client's. The folder 'CON' cannot name a "
        "client, because Windows reserves that name; choose another one.",
        "acme/a b/e.json": "'acme/a b/e.json' lies in a folder that is no environment's. The folder 'a b' cannot name "
        "an environment; use 1 to 63 of the letters a to z, digits, '-' and '_', starting with a letter or digit.",
    }


def test_what_is_no_file_is_told_of(tmp_path: Path) -> None:
    """Opening a pipe would hold up every other report for ever."""
    folder = tmp_path / "acme" / "prod"
    (folder / "folder.json" / "inner.json").mkdir(parents=True)
    os.mkfifo(folder / "pipe.json")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s.json"))
        found = misplaced(tmp_path)

    assert found == {
        "acme/prod/folder.json": "'acme/prod/folder.json' is a folder that is named like a report.",
        "acme/prod/pipe.json": "'acme/prod/pipe.json' is a named pipe, not a file.",
        "acme/prod/s.json": "'acme/prod/s.json' is a socket, not a file.",
    }


def test_links_out_of_the_tree_are_refused(tmp_path: Path) -> None:
    """A link would show one client another client's reports, or any file of the machine."""
    root = tmp_path / "input"
    write(tmp_path / "outside" / "prod" / "secret.json")
    real = write(root / "acme" / "prod" / "real.json")
    (root / "acme" / "prod" / "out.json").symlink_to(tmp_path / "outside" / "prod" / "secret.json")
    (root / "acme" / "prod" / "gone.json").symlink_to(tmp_path / "nowhere")
    (root / "acme" / "prod" / "latest.json").symlink_to(real)
    (root / "acme" / "prod" / "loop.json").symlink_to("loop.json")
    (root / "globex").symlink_to(tmp_path / "outside")
    (root / "other").symlink_to(root / "acme")

    listing = look(root)

    assert [w.path for w in listing.waiting] == ["acme/prod/real.json"]
    assert {item.path: item.reason for item in listing.misplaced} == {
        "acme/prod/gone.json": "'acme/prod/gone.json' is a symbolic link that leads out of the input folder.",
        "acme/prod/out.json": "'acme/prod/out.json' is a symbolic link that leads out of the input folder.",
        "globex": "'globex' is a symbolic link that leads out of the input folder.",
        "other": "'other' is a symbolic link to a folder, maybe another client's.",
    }
    assert listing.ignored_count == 2


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    """Many keep the input on another disk and link to it."""
    write(tmp_path / "disk" / "acme" / "prod" / "x.json")
    (tmp_path / "input").symlink_to(tmp_path / "disk")
    assert [w.path for w in look(tmp_path / "input").waiting] == ["acme/prod/x.json"]


def test_names_that_are_no_text_do_not_end_the_look(tmp_path: Path) -> None:
    """One such name would stop everyone's reports."""
    folder = tmp_path / "acme" / "prod"
    folder.mkdir(parents=True)
    for name in (b"bad\xff.json", b"line\nbreak.json"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"{}")
    (tmp_path / os.fsdecode(b"cl\xfeient")).mkdir()
    write(tmp_path / os.fsdecode(b"cl\xfeient") / "prod" / "x.json")

    assert {path: reason.partition(" ")[2] for path, reason in misplaced(tmp_path).items()} == {
        "acme/prod/bad\udcff.json": "has a name that holds a control character or is not UTF-8.",
        "acme/prod/line\nbreak.json": "has a name that holds a control character or is not UTF-8.",
        "cl\udcfeient/prod/x.json": r"lies in a folder that is no client's. The folder 'cl\udcfeient' cannot name a "
        "client; use 1 to 63 of the letters a to z, digits, '-' and '_', starting with a letter or digit.",
    }


def test_a_bottomless_tree_is_told_of_as_a_whole(tmp_path: Path) -> None:
    """A path longer than the system takes would end every look."""
    write(tmp_path.joinpath(*("abcdefghij") * 2) / "x.json")
    assert list(misplaced(tmp_path)) == ["a/b/c/d/e/f/g/h/i"]


def test_a_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """An unmounted disk would read as "no reports", and everything known be forgotten."""
    with pytest.raises(ListingError, match="does not exist"):
        look(tmp_path / "missing")
    with pytest.raises(ListingError, match="could not be read"):
        look(write(tmp_path / "file"))


def test_ten_thousand_reports_are_seen_for_ten_times_the_cost_of_a_thousand(tmp_path: Path) -> None:
    """A tick of the sensor has 5 s for everything."""

    def looking(count: int) -> Callable[[], Listing]:
        for number in range(count):
            path = tmp_path / str(count) / f"client{number % 20}" / "prod" / f"vm_{number}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        return partial(look, tmp_path / str(count))

    many = looking(MANY)
    assert growth(looking(FEW), many) < MOST
    assert len(many().waiting) == 10_000
