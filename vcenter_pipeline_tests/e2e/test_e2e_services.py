"""The program as people start it: real servers in processes of their own, a file dropped, the output read."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from vcenter_pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
TAKE_SECONDS = 60
"""What README promises from the drop to the Power BI folder."""
STOP_SECONDS = 60


@pytest.fixture
def port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@contextmanager
def started(words: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own for the block, and leave no process of it behind."""
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)  # noqa: S603 - our own words
    try:
        yield process
    finally:
        for number in members(process.pid):
            os.kill(number, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def members(session: int) -> list[int]:
    """Give the processes of a session that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def wait_for(what: Callable[[], Any], seconds: float, process: subprocess.Popen[bytes], log: Path) -> Any:  # noqa: ANN401 - whatever is waited for
    """Wait until something is there; a server that ended, or the time being over, fails with its last lines."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        assert process.poll() is None, f"it ended:\n{log.read_text()[-3000:]}"
        time.sleep(0.25)
    pytest.fail(f"not there after {seconds} s:\n{log.read_text()[-3000:]}")


def ask(port: int, query: str) -> Any:  # noqa: ANN401 - GraphQL answers with anything
    """Ask Dagster's GraphQL, or give None while nobody answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
            return json.load(answer)["data"]
    except OSError:
        return None


def names_of(settings: Settings) -> list[str]:
    """Give the names of the virtual machines that Power BI would read, or nothing while there are none."""
    try:
        with (settings.output_path / "acme/prod/dim_virtual_machine.parquet").open("rb") as file:
            table = pyarrow.parquet.read_table(file)
    except FileNotFoundError:
        return []
    return [str(name) for name in table["name"].to_pylist()]


def test_up_takes_a_dropped_report_to_power_bi_and_stops_cleanly(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    command: list[str],
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """It is what the program is for: without it nothing that is dropped ever reaches a report, unless by hand."""
    for name, value in {"VCENTER_UI_PORT": port, "VCENTER_POLL_SECONDS": 5, "VCENTER_STABILITY_SECONDS": 2}.items():
        monkeypatch.setenv(name, str(value))
    log = tmp_path / "up.log"
    with started([*command, "up"], log) as process:
        wait_for(lambda: ask(port, "{ version }"), START_SECONDS, process, log)
        drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
        names = wait_for(lambda: names_of(home), TAKE_SECONDS, process, log)
        assert len(names) == 77
        assert {"0012", "null", "~", "=1+1", "trailing space ", "emoji-🚀"} <= set(names)

        archived = "acme/prod/*/*/vm_info-2026-11-24T0415Z.json"
        wait_for(lambda: list(home.archive_path.glob(archived)), TAKE_SECONDS, process, log)
        runs = wait_for(lambda: _finished_runs(port), TAKE_SECONDS, process, log)
        assert [run["status"] for run in runs] == ["SUCCESS"]
        tags = {tag["key"]: tag["value"] for tag in runs[0]["tags"]}
        assert tags["dagster/partition"] == "acme/prod"
        assert tags["vcenter/client"] == "acme"
        assert tags["vcenter/environment"] == "prod"
        assert tags["vcenter/report"] == "vm_info-2026-11-24T0415Z.json"
        assert ask(port, "{ instance { info } }")["instance"]["info"].count("telemetry:\n  enabled: false") == 1

        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0
        deadline = time.monotonic() + STOP_SECONDS
        while members(process.pid) and time.monotonic() < deadline:
            time.sleep(0.25)
        assert members(process.pid) == []


def _finished_runs(port: int) -> list[dict[str, Any]]:
    answer = ask(port, "{ runsOrError { ... on Runs { results { status tags { key value } } } } }")
    runs: list[dict[str, Any]] = answer["runsOrError"]["results"] if answer else []
    return [run for run in runs if run["status"] not in {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}]


def test_plain_dagster_dev_does_the_same(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Whoever knows Dagster types this; a sensor that is off, or a workspace not found, looks like a dead project."""
    for name, value in {"VCENTER_POLL_SECONDS": 5, "VCENTER_STABILITY_SECONDS": 2}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("workspace.yaml", "dagster.yaml"):
        Path(name).write_bytes((ROOT / name).read_bytes())
    log = tmp_path / "dev.log"
    drop("acme/prod/virtual_machines.yaml", real("ansible12/virtual_machines_only.yaml"))
    with started([sys.executable, "-m", "dagster", "dev", "--port", str(port)], log) as process:
        wait_for(lambda: ask(port, "{ version }"), START_SECONDS, process, log)
        assert len(wait_for(lambda: names_of(home), TAKE_SECONDS, process, log)) == 77
        info = ask(port, "{ instance { info } }")["instance"]["info"]
        assert info.count("telemetry:\n  enabled: false") == 1
