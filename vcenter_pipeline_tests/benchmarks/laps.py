"""What each stage of a process took, told as one line of JSON on stdout when it ends."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Laps:
    """CPU seconds and peak memory by stage; a stage within a stage counts for itself alone.

    Looking for the peak anew in each stage also resets what the kernel tells of the whole process, so that is kept.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.mib: dict[str, int] = {}
        self.peak_mib = 0
        self._open: list[str] = []
        self._since = time.process_time()

    def enter(self, stage: str) -> None:
        """Begin a stage."""
        self._note()
        self._open.append(stage)

    def leave(self) -> None:
        """End the stage that was begun last."""
        self._note()
        self._open.pop()

    def _note(self) -> None:
        now = time.process_time()
        peak = _peak_mib()
        self.peak_mib = max(self.peak_mib, peak)
        if self._open:
            stage = self._open[-1]
            self.seconds[stage] = self.seconds.get(stage, 0) + now - self._since
            self.mib[stage] = max(self.mib.get(stage, 0), peak)
        _RESET.write_text("5")  # Linux begins anew to look for the peak
        self._since = time.process_time()

    def timed(self, owner: Any, name: str, stage: str) -> None:  # noqa: ANN401 - a module or a class
        """Put a function in place of one of a module or class that also counts what it takes."""
        function = getattr(owner, name)

        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes on what it gets
            self.enter(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        setattr(owner, name, counted)

    def timed_iterator(self, owner: Any, name: str, stage: str) -> None:  # noqa: ANN401 - as above
        """Do the same for a function that gives an iterator: what counts is each step of it."""
        function: Callable[..., Iterator[Any]] = getattr(owner, name)

        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
            steps = function(*args, **kwargs)
            while True:
                self.enter(stage)
                try:
                    item = next(steps)
                except StopIteration:
                    return
                finally:
                    self.leave()
                yield item

        setattr(owner, name, counted)

    def tell(self) -> None:
        """Print the line."""
        sys.stdout.write(json.dumps({"seconds": self.seconds, "mib": self.mib, "peak_mib": self.peak_mib}) + "\n")


def _peak_mib() -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
