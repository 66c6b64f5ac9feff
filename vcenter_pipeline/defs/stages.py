"""How long each stage of a run takes; stages that take turns, as reading and storing do, are told apart."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")

SECONDS_LABELS: Final[Mapping[str, str]] = {
    "read": "Seconds to read",
    "validate": "Seconds to validate",
    "store": "Seconds to store",
    "history": "Seconds for the history",
    "build": "Seconds to build tables",
    "write": "Seconds to write files",
    "archive": "Seconds to archive",
}
"""The stages in their order, as plots name them."""


class Stages:
    """Adds up the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the block for a stage, whatever comes of it."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.add(stage, time.monotonic() - started)

    def add(self, stage: str, seconds: float) -> None:
        """Count seconds for a stage."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def timed_each(self, stage: str, items: Iterator[T]) -> Iterator[T]:
        """Count for a stage what it takes until each item is there; what is done with it counts elsewhere."""
        while True:
            with self.timed(stage):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item
            del item  # it must not be in memory while the next one is read


def seconds_metadata(seconds: Mapping[str, float]) -> dict[str, float]:
    """Name the seconds as plots show them, in the order of the stages."""
    return {label: round(seconds[stage], 3) for stage, label in SECONDS_LABELS.items() if stage in seconds}
