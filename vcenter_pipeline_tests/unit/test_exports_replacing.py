"""Whole files, in place of whole files, whatever happens meanwhile."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import vcenter_pipeline
from vcenter_pipeline.errors import ExportError
from vcenter_pipeline.exports.replacing import Replacing

FULL_DISK = """
import resource, sys
from pathlib import Path
from vcenter_pipeline.errors import ExportError
from vcenter_pipeline.exports.replacing import Replacing
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
try:
    with Replacing(Path(sys.argv[1])) as replacing:
        with replacing.open("a.csv") as file:
            file.write(b"new")
        with replacing.open("b.csv") as file:
            for _ in range(100):
                file.write(b"x" * 100_000)
except ExportError as error:
    print(error)
"""

WITHOUT_PERMISSION = """
import os, sys
from pathlib import Path
from vcenter_pipeline.errors import ExportError
from vcenter_pipeline.exports.replacing import Replacing
if os.geteuid() == 0:
    os.setuid(65534)
try:
    with Replacing(Path(sys.argv[1])) as replacing, replacing.open("a.csv") as file:
        file.write(b"new")
except ExportError as error:
    print(error)
"""


def run(script: str, directory: Path) -> str:
    """Run the script in a process of its own and give what it printed."""
    command = [sys.executable, "-c", script, str(directory)]
    root = Path(vcenter_pipeline.__file__).parents[1]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=root).stdout  # noqa: S603 - our own script


def write(directory: Path, **contents: bytes) -> None:
    """Put files with these contents in place."""
    with Replacing(directory) as replacing:
        for name, content in contents.items():
            with replacing.open(f"{name}.csv") as file:
                file.write(content)


def test_files_take_the_place_of_older_ones(tmp_path: Path) -> None:
    """A file that is not replaced leaves yesterday's machines in the report."""
    write(tmp_path, a=b"old")
    write(tmp_path, a=b"new", b=b"other")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"new", "b.csv": b"other"}


def test_nothing_is_in_place_before_the_end(tmp_path: Path) -> None:
    """A refresh in between would join the new machines with the old alarms."""
    write(tmp_path, a=b"old")
    with Replacing(tmp_path) as replacing:
        with replacing.open("a.csv") as file:
            file.write(b"new")
        assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert (tmp_path / "a.csv").read_bytes() == b"new"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_permissions_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    """A client's machines must not be readable for everybody, and must be for the group of the gateway."""
    before = os.umask(umask)
    try:
        write(tmp_path / "acme" / "prod", a=b"new")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in sorted(tmp_path.rglob("*"))]
    assert modes == [0o750, 0o750, 0o640]


def test_mode_is_an_argument(tmp_path: Path) -> None:
    """Who reads through another account than the group's could not be helped."""
    with Replacing(tmp_path, file_mode=0o644) as replacing, replacing.open("a.csv") as file:
        file.write(b"new")
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o644


def test_error_of_a_writer_leaves_everything(tmp_path: Path) -> None:
    """Half of the new files beside half of the old ones would be believed."""
    write(tmp_path, a=b"old")

    def fail() -> None:
        with Replacing(tmp_path) as replacing:
            with replacing.open("a.csv") as file:
                file.write(b"new")
            with replacing.open("b.csv") as file:
                file.write(b"half")
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old"}


def test_no_space(tmp_path: Path) -> None:
    """A disk fills up sooner or later; yesterday's files are worth more than a part of today's."""
    write(tmp_path, a=b"old", b=b"old")
    assert run(FULL_DISK, tmp_path) == (
        f"{tmp_path}/b.csv could not be written: it would be larger than a file may be here; "
        "raise the limit of the process or the file system.\n"
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old", "b.csv": b"old"}


def test_no_permission(tmp_path: Path) -> None:
    """A folder that was made by hand often belongs to somebody else: say so."""
    write(tmp_path, a=b"old")
    tmp_path.chmod(0o555)
    try:
        said = run(WITHOUT_PERMISSION, tmp_path)
    finally:
        tmp_path.chmod(0o755)
    assert "could not be written: that is not permitted; give the pipeline's user write access" in said
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old"}


def test_directory_with_the_name_of_a_file(tmp_path: Path) -> None:
    """Without a sentence an admin would search the pipeline for the fault."""
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ExportError, match=r"a\.csv could not be written: a directory has its name; move that away"):
        write(tmp_path, a=b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_file_with_the_name_of_the_directory(tmp_path: Path) -> None:
    """As above."""
    (tmp_path / "acme").write_bytes(b"")
    with pytest.raises(ExportError, match="a file stands where a directory should be"):
        write(tmp_path / "acme" / "prod", a=b"new")


def test_leftovers_of_dead_writers(tmp_path: Path) -> None:
    """Every killed run would leave hundreds of megabytes; a file of a living writer must stay."""
    old, fresh = ".a.csv.0123456789abcdef.writing", ".a.csv.fedcba9876543210.writing"
    others = [".a.csv.writing", "notes.writing", ".hidden"]
    for name in (old, fresh, *others):
        (tmp_path / name).write_bytes(b"x")
        if name != fresh:
            os.utime(tmp_path / name, (1_600_000_000, 1_600_000_000))
    write(tmp_path, a=b"new")
    assert {path.name for path in tmp_path.iterdir()} == {fresh, *others, "a.csv"}


def test_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """A link in the output folder could point into another client's."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "other.csv").write_bytes(b"other")
    (tmp_path / "acme" / "a.csv").symlink_to(tmp_path / "other.csv")
    write(tmp_path / "acme", a=b"new")
    assert (tmp_path / "other.csv").read_bytes() == b"other"
    assert not (tmp_path / "acme" / "a.csv").is_symlink()
