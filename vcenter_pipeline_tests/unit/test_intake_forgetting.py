"""Everything of a client out of the folders, and nothing of anybody else."""

from pathlib import Path

import pytest

from vcenter_pipeline.errors import ArchiveError
from vcenter_pipeline.intake.forgetting import (
    Gone,
    count_files,
    find_environments,
    find_folders,
    find_sources,
    remove_files,
    remove_folders,
)
from vcenter_pipeline.intake.sources import Source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a folder of two clients, one of them spelled in two ways, and of what was misplaced."""
    for path in (
        "acme/prod/2026/01/a.json",
        "Acme/Prod/b.json",
        "acme/lab/c.json",
        "acme/d.json",
        "_misplaced/ACME/e.json",
        "_misplaced/acme/prod/deep/f.json",
        "_misplaced/g.json",
        "acmeplus/prod/h.json",
        "globex/prod/i.json",
    ):
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text("12345")
    return tmp_path / "root"


def left(root: Path) -> set[str]:
    """Give what is left below the root, folders too."""
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_a_client_goes_however_it_is_spelled(root: Path) -> None:
    """A folder that is overlooked brings the client back at the next look."""
    assert find_environments(root, "acme") == {"prod", "lab"}
    folders = find_folders(root, "acme", None)
    assert count_files(root, folders) == Gone(6, 30)
    assert remove_folders(root, folders) == Gone(6, 30)
    assert left(root) == {
        "_misplaced", "_misplaced/g.json", "acmeplus", "acmeplus/prod", "acmeplus/prod/h.json",
        "globex", "globex/prod", "globex/prod/i.json",
    }  # fmt: skip
    assert remove_folders(root, folders) == Gone(0, 0)
    assert find_folders(root, "acme", None) == []


def test_one_environment_goes_and_the_others_stay(root: Path) -> None:
    """A client gives up its lab, not its production."""
    assert remove_folders(root, find_folders(root, "acme", "prod")) == Gone(3, 15)
    assert {"acme/lab/c.json", "acme/d.json", "_misplaced/ACME/e.json", "globex/prod/i.json"} <= left(root)
    assert not {"acme/prod", "Acme", "_misplaced/acme"} & left(root)


def test_links_go_as_links(root: Path, tmp_path: Path) -> None:
    """A link that somebody laid would have another client's files removed, or those of the whole machine."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("x")
    (root / "acme/prod/link").symlink_to(outside)
    (root / "acme/prod/file").symlink_to(outside / "keep")
    (root / "acme/stage").symlink_to(root / "globex/prod")
    (root / "ACME").symlink_to(root / "globex")
    assert find_environments(root, "acme") == {"prod", "lab"}
    assert ("ACME", "prod") not in find_folders(root, "acme", "prod")
    remove_folders(root, find_folders(root, "acme", "stage"))
    assert "globex/prod/i.json" in left(root)
    remove_folders(root, find_folders(root, "acme", None))
    assert (outside / "keep").exists()
    assert {"globex/prod/i.json"} <= left(root)
    assert not {"ACME", "acme", "Acme"} & left(root)


def test_sources_are_found_by_their_folders_alone(root: Path) -> None:
    """Who looks for exports of gone sources must not take a file or a link for one."""
    (root / "linked").symlink_to(root / "globex")
    (root / "_x").mkdir()
    assert find_sources(root) == {
        Source("acme", "prod"): [("Acme", "Prod"), ("acme", "prod")],
        Source("acme", "lab"): [("acme", "lab")],
        Source("acmeplus", "prod"): [("acmeplus", "prod")],
        Source("globex", "prod"): [("globex", "prod")],
    }
    assert find_sources(root / "missing") == {}


def test_only_named_files_go_of_a_folder_that_may_hold_others(root: Path) -> None:
    """Beside the published tables lies the report that somebody built on them."""
    (root / "globex/prod/own.pbix").write_text("x")
    assert remove_files(root, ("globex", "prod"), ["i.json", "missing.csv"]) == Gone(1, 5)
    assert "globex/prod/own.pbix" in left(root)
    assert remove_files(root, ("acmeplus", "prod"), ["h.json"]) == Gone(1, 5)
    assert "acmeplus" not in left(root)


def test_what_cannot_be_removed_is_told_of() -> None:
    """Whoever was promised that all is gone has to know that it is not."""
    # /proc lets nobody remove anything, not even root
    with pytest.raises(ArchiveError, match="/proc/self/attr could not be removed"):
        remove_folders(Path("/proc/self"), [("attr",)])
