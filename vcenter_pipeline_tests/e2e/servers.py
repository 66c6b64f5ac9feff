"""A server that a test starts, with all processes that it starts itself."""

import json
import time
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess


class Server:
    """A server that was started, with all processes that it starts itself."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def wait_for(self, what: Callable[[], Any], seconds: float) -> Any:  # noqa: ANN401 - whatever is waited for
        """Wait until something is there; a server that ended, or the time being over, fails with its last lines."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := what():
                return found
            assert self.process.poll() is None, f"it ended:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.25)
        pytest.fail(f"not there after {seconds} s:\n{self.log.read_text()[-3000:]}")

    def ask(self, query: str) -> Any:  # noqa: ANN401 - GraphQL answers with anything
        """Ask Dagster's GraphQL, or give None while nobody answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
                return json.load(answer)["data"]
        except OSError:
            return None

    def finished_runs(self) -> list[dict[str, Any]]:
        """Give status and tags of the runs that have ended."""
        answer = self.ask("{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }")
        runs: list[dict[str, Any]] = answer["runsOrError"]["results"] if answer else []
        return [run for run in runs if run["status"] not in {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}]

    def members(self) -> list[int]:
        """Give the processes of its session that are alive."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (OSError, NotADirectoryError):
                continue
            if fields[3] == str(self.process.pid) and fields[0] != "Z":
                found.append(int(entry.name))
        return found


Serve = Callable[[list[str]], AbstractContextManager[Server]]
"""Runs a server for a block: `with serve(words) as server`."""
