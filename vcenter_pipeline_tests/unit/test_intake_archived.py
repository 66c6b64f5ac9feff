"""What lies in an archive: names as they were, links refused, nothing opened that is no file."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from vcenter_pipeline.errors import ListingError, ReportError
from vcenter_pipeline.intake.archived import Archived, archived_sources, look_archived, open_archived
from vcenter_pipeline.intake.sources import Source

ACME = Source("acme", "prod")
MONTH = ("acme", "prod", "2026", "11")


@pytest.fixture
def month(tmp_path: Path) -> Path:
    """Give a folder of the archive."""
    folder = tmp_path.joinpath(*MONTH)
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("name", "came_as"),
    [
        ("vm_info.json", "vm_info.json"),
        ("vm_info~20260131T020000Z.json", "vm_info.json"),
        ("vm_info~20260131T020000Z-12.json.gz", "vm_info.json.gz"),
        ("vm_info-2026-01-31.YML", "vm_info-2026-01-31.YML"),
        ("vm_info~20260131T020000Z.YML", "vm_info.YML"),
        ("vm~1.json", "vm~1.json"),
        ("a~20260131T020000Z.json~20260201T020000Z.json", "a~20260131T020000Z.json.json"),
        ("a~20260131T020000Z.tar.json", "a~20260131T020000Z.tar.json"),
    ],
)
def test_a_stamp_of_the_archive_is_no_part_of_the_name(name: str, came_as: str) -> None:
    """Left in the name it would be read as the time when the report was collected, and that is another time."""
    assert Archived(MONTH, name).input_path == f"acme/prod/{came_as}"
    assert Archived(MONTH, name).path == f"acme/prod/2026/11/{name}"


def test_reports_of_one_name_are_in_the_order_in_which_they_came() -> None:
    """A corrected report counts because it came later; the other way round the mistake would be current."""
    names = [
        (("acme", "prod", "2026", "01"), "vm.json"),
        (("acme", "prod", "2026", "01"), "vm~20260131T020000Z.json"),
        (("acme", "prod", "2026", "01"), "vm~20260131T020000Z-2.json"),
        (("acme", "prod", "2026", "01"), "vm~20260131T020000Z-10.json"),
        (("acme", "prod", "2026", "02"), "vm.json"),
    ]
    arrivals = [Archived(folders, name).arrival for folders, name in names]
    assert all(earlier < later for earlier, later in pairwise(arrivals))


def test_only_files_are_found_and_links_are_told(month: Path, tmp_path: Path) -> None:
    """A link leads into another client's inventory, a pipe blocks the rebuild for ever."""
    (month / "vm_info.json").write_text("{}")
    (month / ".half.part").write_text("{}")
    (month / "notes.txt").write_text("")
    (month.parent / "sorted").mkdir()
    (month.parent / "sorted" / "by hand.json").write_text("{}")
    (month / "link.json").symlink_to("vm_info.json")
    (month / "link").symlink_to(tmp_path)
    os.mkfifo(month / "pipe.json")
    found = look_archived(tmp_path, ACME)
    assert [report.path for report in found.reports] == [
        "acme/prod/2026/11/vm_info.json",
        "acme/prod/2026/sorted/by hand.json",
    ]
    assert found.refused == (
        "In the archive, 'acme/prod/2026/11/link' is a symbolic link; links are never followed.",
        "In the archive, 'acme/prod/2026/11/link.json' is a symbolic link; links are never followed.",
        "In the archive, 'acme/prod/2026/11/pipe.json' is named like a report, but is no file that can be read.",
    )
    assert look_archived(tmp_path, Source("acme", "lab")).reports == ()
    assert look_archived(tmp_path / "nothing", ACME).reports == ()


def test_a_link_in_the_place_of_a_source_is_refused(month: Path, tmp_path: Path) -> None:
    """Whoever may write below one client's folder must not decide what another client's tables hold."""
    (month / "vm_info.json").write_text("{}")
    (tmp_path / "globex").mkdir()
    (tmp_path / "globex" / "prod").symlink_to(tmp_path / "acme" / "prod")
    with pytest.raises(ReportError, match="'prod' is a symbolic link or a file"):
        look_archived(tmp_path, Source("globex", "prod"))


def test_sources_are_the_folders_that_can_name_one(month: Path, tmp_path: Path) -> None:
    """What file servers put beside the clients is no client; a client that is not found is not brought back."""
    assert month.is_dir()
    for folder in ("globex/lab", "globex/prod", "lost+found/x", "#recycle/y", "Acme/prod", "acme/@eadir"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "globex" / "notes.json").write_text("{}")
    (tmp_path / "initech").symlink_to(tmp_path / "globex")
    refused = ["In the archive, 'initech' is a symbolic link; links are never followed."]
    assert archived_sources(tmp_path) == ([ACME, Source("globex", "lab"), Source("globex", "prod")], refused)
    assert archived_sources(tmp_path, "acme") == ([ACME], [])
    assert archived_sources(tmp_path / "nothing") == ([], [])


def test_what_took_the_place_of_a_report_is_not_opened(month: Path, tmp_path: Path) -> None:
    """Between the look and the opening a file may be replaced."""
    report = Archived(MONTH, "vm_info.json")
    with pytest.raises(FileNotFoundError), open_archived(tmp_path, report):
        pass
    (month / "vm_info.json").write_text("{}")
    with open_archived(tmp_path, report) as file:
        assert file.read() == b"{}"
        assert file.name == report.path
    (month / "vm_info.json").unlink()
    (month / "vm_info.json").symlink_to("/etc/hostname")
    with pytest.raises(ReportError, match="is no regular file any more"), open_archived(tmp_path, report):
        pass


@pytest.mark.usefixtures("_as_a_common_user")
def test_what_may_not_be_read_is_tried_again(month: Path, tmp_path: Path) -> None:
    """Permissions are put right; "refused" would leave the old rows for ever."""
    (month / "vm_info.json").write_text("{}")
    (month / "vm_info.json").chmod(0)
    with (
        pytest.raises(ListingError, match="give the pipeline's user the right"),
        open_archived(tmp_path, Archived(MONTH, "vm_info.json")),
    ):
        pass
    month.chmod(0)
    try:
        with pytest.raises(ListingError, match=r"'acme/prod/2026/11' could not be read .Permission denied."):
            look_archived(tmp_path, ACME)
    finally:
        month.chmod(0o750)
