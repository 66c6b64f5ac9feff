"""Opening real files, and what must not be opened."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from vcenter_pipeline.errors import ReportError, SourceError, UnfinishedError
from vcenter_pipeline.intake.opening import fingerprint, is_being_written, open_report, read_facts

NOW = datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give acme/prod in an input tree at tmp_path."""
    path = tmp_path / "acme" / "prod"
    path.mkdir(parents=True)
    return path


def open_x(root: Path) -> BinaryIO:
    """Open acme/prod/x.json."""
    return open_report(root, "acme/prod/x.json", now=NOW)


def test_a_report_is_opened_and_fingerprinted(tmp_path: Path, folder: Path) -> None:
    """The ledger could not tell a new report from one that was ingested before."""
    (folder / "x.json").write_bytes(b"abc")
    with open_x(tmp_path) as file:
        assert fingerprint(file, max_bytes=3) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert file.read() == b"abc"
        found = (folder / "x.json").stat()
        assert read_facts(file) == (3, found.st_mtime_ns, found.st_ino)


def test_a_report_over_the_limit_is_an_error(tmp_path: Path, folder: Path) -> None:
    """One file could fill the machine's memory."""
    with (folder / "x.json").open("wb") as file:
        file.truncate(10**12)  # sparse: it must be refused before a terabyte is read
    with (
        open_x(tmp_path) as opened,
        pytest.raises(ReportError, match=r"'acme/prod/x.json' has 1,000,000,000,000 bytes, more than the limit of 9;"),
    ):
        fingerprint(opened, max_bytes=9)


def test_a_report_that_grows_while_it_is_read_is_waited_for(tmp_path: Path, folder: Path) -> None:
    """Half a report would be ingested as a whole one."""
    (folder / "x.json").write_bytes(b" " * (64 << 20))
    with open_x(tmp_path) as file:
        done = threading.Event()

        def write() -> None:
            with (folder / "x.json").open("ab", buffering=0) as growing:
                while not done.is_set():
                    growing.write(b" ")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            with pytest.raises(UnfinishedError, match="changed while it was read"):
                fingerprint(file, max_bytes=1 << 30)
        finally:
            done.set()
            writer.join()


def test_a_pipe_does_not_hold_up_the_run(tmp_path: Path, folder: Path) -> None:
    """Opening it would block for ever, and with it every other report."""
    os.mkfifo(folder / "x.json")
    with pytest.raises(ReportError, match="is a folder, a pipe, a socket or a device"):
        open_x(tmp_path)


def test_a_folder_is_no_report(tmp_path: Path, folder: Path) -> None:
    """The read would fail in a way that no admin understands."""
    (folder / "x.json").mkdir()
    with pytest.raises(ReportError, match="write the report to a regular file"):
        open_x(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path, folder: Path) -> None:
    """Any file that the pipeline may read could be shown in Power BI."""
    (tmp_path / "secret").write_text("{}")
    (folder / "x.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ReportError, match="is a symbolic link"):
        open_x(tmp_path)


def test_a_linked_folder_is_not_entered(tmp_path: Path, folder: Path) -> None:
    """One client's folder would show another client's reports."""
    (folder / "x.json").write_text("{}")
    (tmp_path / "globex").symlink_to(tmp_path / "acme")
    with pytest.raises(ReportError, match="In 'globex/prod', 'globex' is a symbolic link"):
        open_report(tmp_path, "globex/prod/x.json", now=NOW)
    (tmp_path / "initech").mkdir()
    (tmp_path / "initech" / "prod").symlink_to(folder)
    with pytest.raises(ReportError, match="In 'initech/prod', 'prod' is a symbolic link"):
        open_report(tmp_path, "initech/prod/x.json", now=NOW)


def test_a_report_that_is_gone_is_told_apart(tmp_path: Path, folder: Path) -> None:
    """A run that repeats another one's work would fail instead of having nothing to do."""
    assert folder.exists()
    with pytest.raises(FileNotFoundError):
        open_x(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_report(tmp_path, "globex/prod/x.json", now=NOW)


def test_a_run_config_cannot_name_another_file(tmp_path: Path) -> None:
    """Whoever reaches Dagster's port could read any file of the machine."""
    for path in ("../../etc/passwd", "/etc/passwd", "acme/../x.json", "acme/prod/x.txt"):
        with pytest.raises(SourceError):
            open_report(tmp_path, path, now=NOW)


def test_a_writer_is_noticed(tmp_path: Path, folder: Path) -> None:
    """A stalled writer looks finished, and half of its report would go to quarantine."""
    (folder / "x.json").write_text("{}")
    with open_x(tmp_path) as file:
        with (folder / "x.json").open("ab"):
            assert is_being_written(file) is True
        assert is_being_written(file) is False


def test_a_file_system_without_leases_says_nothing() -> None:
    """A guess would make reports on a file server wait for ever."""
    read, write = os.pipe()  # grants no lease, as a file server does not
    with os.fdopen(read, "rb") as file:
        assert is_being_written(file) is None
    os.close(write)


def test_a_writer_that_breaks_the_lease_ends_nobody(tmp_path: Path, folder: Path) -> None:
    """The kernel tells of a broken lease by a signal that ends a process by default: here, Dagster's daemon."""
    (folder / "x.json").write_text("{}")
    program = """if True:
        import sys, threading
        from datetime import datetime
        from pathlib import Path
        from vcenter_pipeline.intake.opening import is_being_written, open_report
        root = Path(sys.argv[1])
        file = open_report(root, "acme/prod/x.json", now=datetime.fromisoformat("2026-01-31"))
        print("ready", flush=True)
        for _ in range(50_000):
            is_being_written(file)
    """
    with subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as checker:
        assert checker.stdout is not None
        assert checker.stdout.readline() == b"ready\n"
        while checker.poll() is None:
            with (folder / "x.json").open("ab"):
                pass
        assert checker.returncode == 0
