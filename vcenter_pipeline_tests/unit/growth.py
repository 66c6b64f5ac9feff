"""How the cost of work grows with its amount."""

import gc
import time
from collections.abc import Callable
from typing import Final

FEW: Final = 1_000
MANY: Final = 10_000
MOST: Final = 40
"""Ten times the work costs about ten times as much; work that grows with the square would cost a hundred times."""
_ROUNDS: Final = 3


def growth(work: Callable[[], object], more_work: Callable[[], object]) -> float:
    """Give the CPU time of more work as a multiple of that of the work, each the best of three rounds.

    The garbage of all tests that ran before in this process is not collected meanwhile.
    """
    return _seconds(more_work) / _seconds(work)


def _seconds(work: Callable[[], object]) -> float:
    work()
    gc.disable()
    try:
        return min(_once(work) for _ in range(_ROUNDS))
    finally:
        gc.enable()


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
