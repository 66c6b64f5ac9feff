"""Whole processes, measured by what the kernel says of them when they end."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
_PACKAGE: Final = "vcenter_pipeline_tests.benchmarks"
_KIB_A_MIB: Final = 1024


class Measured(NamedTuple):
    """What one process took, or the medians of several."""

    cpu_seconds: float
    """User and system, imports included."""
    peak_mib: float
    seconds: Mapping[str, float]
    """CPU by stage."""
    mib: Mapping[str, float]
    """Peak memory by stage."""


def run_worker(module: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Measured:
    """Run one of the programs beside this module to its end, and give what it took.

    A child's peak memory is never told as less than its parent's at the start, so this program imports nothing large.

    Raises:
        RuntimeError: the program failed; what it said is in the message.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("VCENTER_", "DAGSTER_", "DATABASE"))}
    process = subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, "-m", f"{_PACKAGE}.{module}", *arguments],
        env={**kept, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    output, errors = process.stdout, process.stderr
    if output is None or errors is None:
        raise RuntimeError("the output of the process was not to be had")
    with output, errors:
        text, said = output.read(), errors.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {process.returncode}: {said[-2000:]}")
    last = text.strip().splitlines()[-1:]
    told: dict[str, Any] = json.loads(last[0]) if last and last[0].startswith("{") else {}
    return Measured(
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=max(usage.ru_maxrss / _KIB_A_MIB, told.get("peak_mib", 0)),
        seconds=told.get("seconds", {}),
        mib=told.get("mib", {}),
    )


def medians(rounds: Sequence[Measured]) -> Measured:
    """Give the median of each figure."""
    return Measured(
        cpu_seconds=median(each.cpu_seconds for each in rounds),
        peak_mib=median(each.peak_mib for each in rounds),
        seconds={stage: median(each.seconds[stage] for each in rounds) for stage in rounds[0].seconds},
        mib={stage: median(each.mib[stage] for each in rounds) for stage in rounds[0].mib},
    )
