"""What tests of whole servers share: one is started in a session of its own, asked, and gone without a trace."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vcenter_pipeline_tests.e2e.servers import Serve, Server

STOP_SECONDS = 60


@pytest.fixture
def port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@pytest.fixture
def serve(port: int, tmp_path: Path) -> Serve:
    """Give what runs a server for a block, and leaves no process of it behind."""

    @contextmanager
    def _serve(words: list[str]) -> Iterator[Server]:
        log = tmp_path / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)  # noqa: S603 - our own words
        server = Server(process, port, log)
        try:
            yield server
        finally:
            for number in server.members():
                os.kill(number, signal.SIGKILL)
            process.wait(STOP_SECONDS)

    return _serve
