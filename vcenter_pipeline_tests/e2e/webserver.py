"""Dagster's webserver alone, as programs start it that look at a home without running anything."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def webserver(environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Run it for the block; give its address and its process, once it answers or has ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own words
        [*words, "-m", "vcenter_pipeline.definitions"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/server_info", timeout=5).close()  # noqa: S310 - our own server
            except OSError:
                time.sleep(0.5)
            else:
                break
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()
