"""The pipeline beside the pandas script that it replaces, on generated reports; prints Markdown, asserts nothing.

Every figure is of whole processes, imports included, each started anew; the two programs take turns, and
the medians of the rounds are told. Only ratios mean something: seconds belong to the machine.

    python vcenter_pipeline_tests/benchmarks/run.py --quick
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vcenter_pipeline_tests.benchmarks.measuring import Measured, medians, run_worker
from vcenter_pipeline_tests.estate import write_report

_FLAT: Final = "parquet,csv,json"
_ALL: Final = f"{_FLAT},excel"
_PATH: Final = "acme/prod/vm_info.json"
_STAGES: Final = (
    ("parse", "json.load"),
    ("normalize", "json_normalize"),
    ("store", ""),
    ("read current", ""),
    ("star", ""),
    ("unique keys", ""),
    ("parquet", "to_parquet"),
    ("csv", "to_csv"),
    ("json", "to_json"),
    ("excel", "to_excel"),
)
_CPU_WITH_EXCEL, _CPU_WITHOUT, _MEMORY, _GROWTH = 0.40, 0.50, 0.45, 11.0
_LARGE: Final = 100_000


class Pair(NamedTuple):
    """Ours and the naive script on the same report."""

    ours: Measured
    naive: Measured


def _home(folder: Path, report: Path, name: str) -> dict[str, str]:
    """Make a new home with the report in its input folder; give the environment that says so."""
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    target = home / "input" / _PATH
    target.parent.mkdir(parents=True)
    target.hardlink_to(report)
    return {"VCENTER_HOME": str(home)}


def compare(folder: Path, report: Path, formats: str, rounds: int) -> Pair:
    """Let ours and the naive script take turns on one report."""
    ours, naive = [], []
    for _ in range(rounds):
        environment = {**_home(folder, report, "ours"), "VCENTER_FORMATS": formats}
        copy = report.with_suffix(".kept")
        shutil.copyfile(report, copy)  # the run moves its report to the archive
        ours.append(run_worker("ours", [_PATH], environment))
        shutil.rmtree(folder / "ours")
        copy.replace(report)
        naive.append(run_worker("naive", [str(report), str(folder), formats]))
    return Pair(medians(ours), medians(naive))


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _rate(vms: int, measured: Measured, stage: str) -> str:
    seconds = measured.seconds.get(stage)
    return f"{vms / max(seconds, 1e-6):,.0f}" if seconds is not None else "-"


def _peak(measured: Measured, stage: str) -> str:
    return f"{measured.mib[stage]:,.0f}" if stage in measured.mib else "-"


def stage_table(vms: int, pair: Pair) -> Iterator[str]:
    """Give the stages side by side: virtual machines per CPU second, and the peak of the process in that stage."""
    yield f"\n### Stages at {vms:,} VMs\n\n"
    yield _row("stage", "ours VMs/s", "peak MiB", "naive", "naive VMs/s", "peak MiB")
    yield _row("---", "---:", "---:", "---", "---:", "---:")
    for stage, theirs in _STAGES:
        yield _row(
            "normalize + validate" if stage == "normalize" else stage,
            _rate(vms, pair.ours, stage),
            _peak(pair.ours, stage),
            theirs or "-",
            _rate(vms, pair.naive, stage),
            _peak(pair.naive, stage),
        )


def whole_table(pairs: dict[tuple[int, str], Pair]) -> Iterator[str]:
    """Give whole processes side by side."""
    yield "\n### Whole processes\n\n"
    yield _row("VMs", "Excel", "ours CPU s", "naive CPU s", "ratio", "ours MiB", "naive MiB", "ratio")
    yield _row(*["---:"] * 8)
    for (vms, formats), (ours, naive) in pairs.items():
        yield _row(
            f"{vms:,}",
            "with" if formats == _ALL else "without",
            f"{ours.cpu_seconds:.2f}",
            f"{naive.cpu_seconds:.2f}",
            f"{ours.cpu_seconds / naive.cpu_seconds:.2f}",
            f"{ours.peak_mib:.0f}",
            f"{naive.peak_mib:.0f}",
            f"{ours.peak_mib / naive.peak_mib:.2f}",
        )


def targets(pairs: dict[tuple[int, str], Pair]) -> Iterator[str]:
    """Say of each target whether it is reached, where the sizes for it were measured."""
    yield "\n### Targets\n\n"
    yield _row("what", "at most", "got", "reached")
    yield _row("---", "---:", "---:", "---")
    for formats, words, cpu in ((_ALL, "with Excel", _CPU_WITH_EXCEL), (_FLAT, "without Excel", _CPU_WITHOUT)):
        if (_LARGE, formats) in pairs:
            ours, naive = pairs[_LARGE, formats]
            yield _target(f"CPU, ours / naive, {words}", cpu, ours.cpu_seconds / naive.cpu_seconds)
            yield _target(f"peak memory, ours / naive, {words}", _MEMORY, ours.peak_mib / naive.peak_mib)
        if {(_LARGE, formats), (_LARGE // 10, formats)} <= set(pairs):
            small = pairs[_LARGE // 10, formats].ours
            growth = pairs[_LARGE, formats].ours.cpu_seconds / small.cpu_seconds
            yield _target(f"CPU from 10,000 to 100,000 VMs, {words}", _GROWTH, growth)


def _target(what: str, limit: float, got: float) -> str:
    return _row(what, f"{limit:.2f}", f"{got:.2f}", "yes" if got <= limit else "**no**")


def reading_table(folder: Path, sizes: Sequence[int]) -> Iterator[str]:
    """Say what parsing and flattening alone need: memory that does not grow with the file."""
    yield "\n### Parse and flatten alone\n\n"
    yield _row("VMs", "CPU s", "peak MiB")
    yield _row(*["---:"] * 3)
    for vms in sizes:
        report = _report(folder, vms)
        measured = run_worker("reading", [str(report)], {"VCENTER_HOME": str(folder / "reading")})
        yield _row(f"{vms:,}", f"{measured.cpu_seconds:.2f}", f"{measured.peak_mib:.0f}")


def frame_table(folder: Path, *, reports: int, rounds: int) -> Iterator[str]:
    """Say what Dagster costs: one report with and without it, then many reports by run and by batch."""
    yield "\n### The frame\n\n"
    yield _row("what", "CPU s", "peak MiB")
    yield _row("---", "---:", "---:")
    small = _report(folder, 1_000)
    with_it, without = [], []
    for _ in range(rounds):
        environment = _home(folder, _copied(small), "warm")
        run_worker("frame", [], environment)  # sets up Dagster's own database, which is done once
        report = folder / "warm" / "input" / _PATH
        write_report(report, 1_000, seed=2)
        with_it.append(run_worker("frame", [], environment))
        environment = _home(folder, _copied(small), "bare")
        run_worker("ours", [_PATH], environment)
        write_report(folder / "bare" / "input" / _PATH, 1_000, seed=2)
        without.append(run_worker("ours", [_PATH], environment))
    dagster, bare = medians(with_it), medians(without)
    yield _row(
        "one report of 1,000 VMs through Dagster, in process", f"{dagster.cpu_seconds:.2f}", f"{dagster.peak_mib:.0f}"
    )
    yield _row("the same without Dagster", f"{bare.cpu_seconds:.2f}", f"{bare.peak_mib:.0f}")
    yield _row("ratio", f"{dagster.cpu_seconds / bare.cpu_seconds:.2f}", f"{dagster.peak_mib / bare.peak_mib:.2f}")
    many = {}
    for words, threshold in (("a run per report", "100000"), ("batches", "1")):
        home = folder / "many"
        shutil.rmtree(home, ignore_errors=True)
        for number in range(reports):
            target = home / "input" / f"client-{number % 10}" / "prod" / f"vm_info_{number:03d}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            write_report(target, 20, seed=number)
        environment = {"VCENTER_HOME": str(home), "VCENTER_BATCH_THRESHOLD": threshold}
        many[words] = run_worker("frame", [], environment)
        yield _row(
            f"{reports} reports of 10 sources, {words}",
            f"{many[words].cpu_seconds:.2f}",
            f"{many[words].peak_mib:.0f}",
        )
    ratio = many["batches"].cpu_seconds / many["a run per report"].cpu_seconds
    yield _row("ratio", f"{ratio:.2f}", "")


def _copied(report: Path) -> Path:
    copy = report.with_suffix(".copy")
    shutil.copyfile(report, copy)
    return copy


def _report(folder: Path, vms: int) -> Path:
    report = folder / f"vms_{vms}.json"
    if not report.exists():
        write_report(report, vms)
    return report


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description=(__doc__ or "").split("\n\n    ")[0])
    parser.add_argument("--vms", type=int, nargs="+", default=[1_000, 10_000, _LARGE], help="sizes of the reports")
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair of processes runs; default 3")
    parser.add_argument("--quick", action="store_true", help="one round of 1,000 and 10,000 VMs, and 20 small reports")
    parser.add_argument("--no-excel", action="store_true", help="leave out Excel, which takes most of the time")
    parser.add_argument("--no-frame", action="store_true", help="leave out what Dagster costs")
    return parser.parse_args()


def main() -> None:
    """Measure, and print a part as soon as it is there."""
    options = _arguments()
    sizes = [1_000, 10_000] if options.quick else options.vms
    rounds = 1 if options.quick else options.rounds
    pairs: dict[tuple[int, str], Pair] = {}
    with tempfile.TemporaryDirectory(prefix="vcenter-benchmark-") as name:
        folder = Path(name)
        for vms in sizes:
            report = _report(folder, vms)
            for formats in (_FLAT,) if options.no_excel else (_FLAT, _ALL):
                sys.stderr.write(f"{vms:,} VMs, {formats}, {rounds} rounds\n")
                pairs[vms, formats] = compare(folder, report, formats, rounds)
        for vms in sizes:
            _print(stage_table(vms, pairs[vms, _FLAT if options.no_excel else _ALL]))
        _print(whole_table(pairs))
        _print(targets(pairs))
        _print(reading_table(folder, [10_000, 40_000, *([] if options.quick else [_LARGE])]))
        if not options.no_frame:
            _print(frame_table(folder, reports=20 if options.quick else 100, rounds=rounds))
    _print(iter(["\nThe naive script leaves out `vm_network`: it would make a column of every MAC address.\n"]))


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
