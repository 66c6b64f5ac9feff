"""Measure what history costs: `python -m vcenter_pipeline_tests.benchmarks.history [DAYS [MACHINES]]`.

A source that reports every day for a year: machines of which one in a hundred changes, their hosts' and datastores'
alarms. It tells what a report costs late in the year against early in it, how large the database is, and how long
everything takes again from the archive.
"""

import contextlib
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from vcenter_pipeline.defs.ingestion import Pipeline, ingest_report, opened
from vcenter_pipeline.defs.publication import archive_ingested, build_tables, publish_source
from vcenter_pipeline.defs.rebuilding import Options, rebuild_sources
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import load_settings
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline_tests.estate import virtual_machines

_SOURCE = Source("acme", "prod")
_FIRST = date(2025, 1, 1)
_ALARMS = 40
_TENTH = 10
_ROUNDS = 11
"""How often the tenth and the last reports are ingested."""


def days(count: int, machines: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a report a day, with its name."""
    dice = random.Random(7)  # noqa: S311 - the same estate every time is what is wanted
    estate = list(virtual_machines(machines))
    spare = list(virtual_machines(machines + count, seed=1))[machines:]
    alarms: dict[str, dict[str, Any]] = {}
    for number in range(count):
        day = _FIRST + timedelta(days=number)
        for machine in dice.sample(estate, machines // 100):
            _change(machine, dice)
        if number:
            estate[dice.randrange(machines)] = spare.pop()
        _change_alarms(alarms, estate, dice, day)
        triggered = [
            {key: value for key, value in alarm.items() if not key.startswith("_")} for alarm in alarms.values()
        ]
        yield (
            f"estate-{day:%Y-%m-%d}T0200Z.json",
            {"virtual_machines": estate, "triggered_alarms": triggered},
        )


def _change(machine: dict[str, Any], dice: random.Random) -> None:
    what = dice.randrange(4)
    if what == 0:
        machine["power_state"] = "poweredOff" if machine["power_state"] == "poweredOn" else "poweredOn"
    elif what == 1:
        machine["esxi_hostname"] = f"esx-{dice.randrange(900):04d}.corp.example.com"
    elif what == 2:
        machine["allocated"]["memory"] *= 2
    else:
        machine["guest_name"] += "x"


def _change_alarms(
    alarms: dict[str, dict[str, Any]], estate: list[dict[str, Any]], dice: random.Random, day: date
) -> None:
    for gone in dice.sample(sorted(alarms), len(alarms) // 4):
        del alarms[gone]
    while len(alarms) < _ALARMS:
        machine = dice.choice(estate)
        alarms[machine["moid"]] = {
            "alarm_name": "Virtual machine CPU usage",
            "alarm_moid": "alarm-6",
            "entity_name": machine["guest_name"],
            "entity_moid": machine["moid"],
            "entity_type": "VirtualMachine",
            "overall_status": dice.choice(("yellow", "red")),
            "time": f"{day:%Y-%m-%d}T01:00:00Z",
            "acknowledged": False,
        }


class Taken:
    """CPU seconds by stage, of several rounds."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    def add(self, **seconds: float) -> None:
        """Note one round."""
        for stage, value in seconds.items():
            self._seconds.setdefault(stage, []).append(value)

    def median(self, stage: str) -> float:
        """Give the median of a stage."""
        return median(self._seconds[stage])


def measure(count: int, machines: int) -> None:
    """Ingest the year in this process and print what it took.

    The tenth report and the last ones are ingested in turns, each tenth into a copy of the database as it was then:
    other work on the machine then slows both.
    """
    early, late = Taken(), Taken()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tenth = ("", "")
        with _source(root / "old") as old:
            for number, (name, document) in enumerate(days(count, machines), 1):
                text = json.dumps(document)
                if number == _TENTH:
                    tenth = name, text
                    _copy_database(root / "old", root / "young")
                is_measured = number > count - _ROUNDS
                _take(old, name, text, late if is_measured else None)
                if is_measured:
                    _copy_database(root / "young", root / f"young-{number}")
                    with _source(root / f"young-{number}") as young:
                        _take(young, *tenth, early)
                        if number == count:
                            _publish(young, early)
            _publish(old, late)
            size = sum(path.stat().st_size for path in (root / "old").glob("warehouse.db*"))
            rebuild_seconds = _rebuild(old)
    for stage in ("all", "report", "history", "publish"):
        before, after = early.median(stage), late.median(stage)
        _say(f"{stage}: report 10 {before:.3f} s, report {count} {after:.3f} s, ratio {after / before:.2f}")
    _say(f"rebuild of {count} archived reports: {rebuild_seconds:.0f} s")
    _say(f"database: {size / 2**20:.0f} MiB, {size / count / machines:.0f} bytes a machine and day")


@contextlib.contextmanager
def _source(home: Path) -> Iterator[Pipeline]:
    settings = load_settings(home=home, formats="parquet")
    (settings.input_path / "acme" / "prod").mkdir(parents=True, exist_ok=True)
    with opened(settings) as pipeline:
        update_history(pipeline.database, "acme", "prod")
        yield pipeline


def _take(pipeline: Pipeline, name: str, text: str, into: Taken | None) -> None:
    (pipeline.settings.input_path / "acme" / "prod" / name).write_text(text, encoding="utf-8")
    started = time.process_time()
    ingest_report(pipeline, _SOURCE, f"acme/prod/{name}", run_id="benchmark", is_last_try=True)
    stored = time.process_time()
    update_history(pipeline.database, "acme", "prod")
    ended = time.process_time()
    if into is not None:
        into.add(all=ended - started, report=stored - started, history=ended - stored)


def _publish(pipeline: Pipeline, into: Taken) -> None:
    started = time.process_time()
    publish_source(pipeline, _SOURCE, build_tables(pipeline, _SOURCE))
    into.add(publish=time.process_time() - started)


def _rebuild(pipeline: Pipeline) -> float:
    folder = pipeline.settings.input_path / "acme" / "prod"
    archive_ingested(pipeline, _SOURCE, [f"acme/prod/{path.name}" for path in folder.iterdir()])
    started = time.process_time()
    (done,) = rebuild_sources(pipeline, [_SOURCE], Options(), lambda *_: None)
    if not done.is_good:
        raise RuntimeError(f"the rebuild went wrong: {done}")
    return time.process_time() - started


def _copy_database(home: Path, other: Path) -> None:
    """Copy a database with what its log still holds; nobody writes meanwhile."""
    other.mkdir()
    for path in home.glob("warehouse.db*"):
        if path.is_file():
            shutil.copy(path, other)


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    measure(*(int(argument) for argument in (*sys.argv[1:], *("365", "2000")[len(sys.argv) - 1 :])))
