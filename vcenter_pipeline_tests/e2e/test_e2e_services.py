"""The program as people start it: real servers in processes of their own, a file dropped, the output read."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest

from vcenter_pipeline.settings import Settings
from vcenter_pipeline_tests.e2e.servers import Serve

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
TAKE_SECONDS = 60
"""What README promises from the drop to the Power BI folder."""
STOP_SECONDS = 60


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
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is what the program is for: without it nothing that is dropped ever reaches a report, unless by hand."""
    for name, value in {"VCENTER_UI_PORT": port, "VCENTER_POLL_SECONDS": 5, "VCENTER_STABILITY_SECONDS": 2}.items():
        monkeypatch.setenv(name, str(value))
    with serve([*command, "up"]) as server:
        server.wait_for(lambda: server.ask("{ version }"), START_SECONDS)
        drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
        names = server.wait_for(lambda: names_of(home), TAKE_SECONDS)
        assert len(names) == 77
        assert {"0012", "null", "~", "=1+1", "trailing space ", "emoji-🚀"} <= set(names)

        archived = "acme/prod/*/*/vm_info-2026-11-24T0415Z.json"
        server.wait_for(lambda: list(home.archive_path.glob(archived)), TAKE_SECONDS)
        runs = server.wait_for(server.finished_runs, TAKE_SECONDS)
        assert [run["status"] for run in runs] == ["SUCCESS"]
        tags = {tag["key"]: tag["value"] for tag in runs[0]["tags"]}
        assert tags["dagster/partition"] == "acme/prod"
        assert tags["vcenter/client"] == "acme"
        assert tags["vcenter/environment"] == "prod"
        assert tags["vcenter/report"] == "vm_info-2026-11-24T0415Z.json"
        assert server.ask("{ instance { info } }")["instance"]["info"].count("telemetry:\n  enabled: false") == 1

        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(STOP_SECONDS) == 0
        deadline = time.monotonic() + STOP_SECONDS
        while server.members() and time.monotonic() < deadline:
            time.sleep(0.25)
        assert server.members() == []


def test_plain_dagster_dev_does_the_same(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    port: int,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever knows Dagster types this; a sensor that is off, or a workspace not found, looks like a dead project."""
    for name, value in {"VCENTER_POLL_SECONDS": 5, "VCENTER_STABILITY_SECONDS": 2}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("workspace.yaml", "dagster.yaml"):
        Path(name).write_bytes((ROOT / name).read_bytes())
    drop("acme/prod/virtual_machines.yaml", real("ansible12/virtual_machines_only.yaml"))
    with serve([sys.executable, "-m", "dagster", "dev", "--port", str(port)]) as server:
        server.wait_for(lambda: server.ask("{ version }"), START_SECONDS)
        assert len(server.wait_for(lambda: names_of(home), TAKE_SECONDS)) == 77
        info = server.ask("{ instance { info } }")["instance"]["info"]
        assert info.count("telemetry:\n  enabled: false") == 1
