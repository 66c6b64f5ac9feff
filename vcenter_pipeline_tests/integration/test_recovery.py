"""What a crash, a full disk or a wrong mode leaves behind, and that the next pass makes it good."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | dict[str, Any]], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]
Published = Callable[[str, str], list[dict[str, Any]]]


KILLED_AT = """
import os, signal, sys
from vcenter_pipeline.{module} import {holder} as room
from vcenter_pipeline.definitions import defs
from vcenter_pipeline.defs.once import ingest_once
from vcenter_pipeline.settings import load_settings

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

room.{function} = killed
ingest_once(load_settings(), defs, is_waiting_for_writers=False, tell=lambda _: None)
"""


def waiting(settings: Settings) -> list[str]:
    """Give what is left in the input folder."""
    return sorted(str(p.relative_to(settings.input_path)) for p in settings.input_path.rglob("*") if not p.is_dir())


def counts(settings: Settings) -> tuple[int, int]:
    """Give the rows of virtual machines and of the ledger."""
    with sqlite3.connect(settings.home_path / "warehouse.db") as connection:
        (vms,) = connection.execute("SELECT count(*) FROM virtual_machines").fetchone()
        (reports,) = connection.execute("SELECT count(*) FROM reports").fetchone()
    return vms, reports


@pytest.mark.parametrize(
    ("module", "holder", "function", "left"),
    [
        ("storage.writer", "ReportWriter", "finish", (0, 0)),
        ("defs", "publication", "publish", (77, 1)),
        ("defs", "publication", "archive", (77, 1)),
    ],
    ids=["before the commit", "before the files are written", "before the report is moved"],
)
def test_a_killed_process_is_made_good_by_the_next_pass(  # noqa: PLR0913, PLR0917 - fixtures, and what differs
    module: str,
    holder: str,
    function: str,
    left: tuple[int, int],
    home: Settings,
    drop: Drop,
    real: Real,
    take: Take,
    published: Published,
) -> None:
    """Power fails at any moment; a report that is lost then, or counted twice, is found by nobody."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    code = KILLED_AT.format(module=module, holder=holder, function=function)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert counts(home) == left
    assert waiting(home) == ["acme/prod/vm_info.json"]
    done = take()
    assert done.is_good
    assert counts(home) == (77, 1)
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    assert waiting(home) == []
    assert len(list(home.archive_path.glob("acme/prod/*/*/vm_info.json"))) == 1


def test_outputs_that_cannot_be_written_leave_the_report_waiting(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings, drop: Drop, real: Real, take: Take, published: Published, command: list[str]
) -> None:
    """A report that is archived although Power BI never saw it is a day that is missing without a word."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    home.output_path.mkdir(parents=True)
    home.output_path.joinpath("acme").write_text("in the way")
    ended = subprocess.run([*command, "ingest", "--now", "--json"], capture_output=True, check=False)  # noqa: S603 - our own words
    assert ended.returncode == 1, ended.stderr.decode()
    (run,) = json.loads(ended.stdout)["runs"]
    (sentence,) = run["failed"]
    assert sentence.startswith("acme/prod/vm_info.json still waits: ")
    assert str(home.output_path / "acme") in sentence
    assert waiting(home) == ["acme/prod/vm_info.json"]
    home.output_path.joinpath("acme").unlink()
    assert take().is_good
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    assert waiting(home) == []


@pytest.mark.usefixtures("_as_a_common_user")
def test_one_report_that_may_not_be_read_yet_holds_up_no_other(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings, drop: Drop, real: Real, take: Take, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ansible sets the mode after the rename: it is waited for, but what came with it must reach Power BI now.

    This waits for the retries of the real job: 2, 6 and 14 seconds.
    """
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "1")
    closed = drop("acme/prod/a_closed.json", {"virtual_machines": []})
    closed.chmod(0)
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("globex/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    done = take()
    for source in ("acme/prod", "globex/prod"):
        assert len(published(source, "dim_virtual_machine")) == 77
    assert waiting(home) == ["acme/prod/a_closed.json"]
    (sentence,) = [sentence for run in done.runs for sentence in run.failed]
    assert "a_closed.json" in sentence
    assert "may not be read yet" in sentence
    assert not done.is_good
    closed.chmod(0o640)
    assert os.access(closed, os.R_OK)
    assert take().is_good
    assert waiting(home) == []


@pytest.mark.usefixtures("_as_a_common_user")
def test_an_archive_that_cannot_be_written_leaves_the_report_and_is_made_good(
    home: Settings, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """The tables hold it already: read again it must not count twice, and it must not lie in the input for ever."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    home.archive_path.mkdir()
    home.archive_path.chmod(0o550)
    done = take()
    (sentence,) = [sentence for run in done.runs for sentence in run.failed]
    assert "could not be moved to" in sentence
    assert waiting(home) == ["acme/prod/vm_info.json"]
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    home.archive_path.chmod(0o750)
    assert take().is_good
    assert counts(home) == (77, 1)
    assert waiting(home) == []
