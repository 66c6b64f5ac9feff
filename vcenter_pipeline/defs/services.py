"""Dagster's webserver and daemon, started, watched and stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from types import FrameType
from typing import Final

import dagster as dg

from vcenter_pipeline.defs.ingestion import opened
from vcenter_pipeline.defs.instance import prepare_home
from vcenter_pipeline.settings import Settings

DEFINITIONS: Final = "vcenter_pipeline.definitions"
_HOST: Final = "127.0.0.1"
_STOP_SECONDS: Final = 20


def run_services(settings: Settings, tell: Callable[[str], None]) -> int:
    """Run webserver and daemon until one ends or a signal asks to stop; give the exit code.

    Both databases are set up before: started together on an empty home, the two processes would create
    Dagster's tables at once, which killed the webserver in one of four tries.
    """
    os.environ["DAGSTER_HOME"] = str(prepare_home(settings))
    with opened(settings), dg.DagsterInstance.get() as instance:
        instance.upgrade()
    tell(f"Dagster UI: http://{_HOST}:{settings.ui_port}")
    tell(f"Drop reports into {settings.input_path}/<client>/<environment>/")
    tell(f"Power BI reads {settings.output_path}")
    tell("Stop with Ctrl-C.")
    commands = {
        "The webserver": ["dagster_webserver", "--host", _HOST, "--port", str(settings.ui_port)],
        "The daemon": ["dagster._daemon", "run"],
    }
    stopping = _Stopping()
    processes = {
        name: subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", *command, "--module-name", DEFINITIONS]
        )
        for name, command in commands.items()
    }
    try:
        while not stopping.is_asked and all(process.poll() is None for process in processes.values()):
            time.sleep(0.5)
    finally:
        ended = [name for name, process in processes.items() if process.poll() is not None]
        _stop(processes.values())
    if stopping.is_asked:
        return 0
    tell(f"{' and '.join(ended)} ended, so the rest was stopped; its last lines above say why.")
    return 1


class _Stopping:
    """Whether a signal asked to stop."""

    def __init__(self) -> None:
        self.is_asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True


def _stop(processes: Collection[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
