"""A Dagster home as it is after months: many sources, thousands of runs, on SQLite.

Two reports are really ingested, a good one and one that is quarantined. Every further run is a copy of what those two
left in Dagster's tables, under an id, a source and a time of its own: through Dagster's API a run takes seconds, since
each of its events is a transaction in two databases. Sources and the removal of the two go through the API.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import dagster as dg

from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline_tests.benchmarks.history import days
from vcenter_pipeline_tests.benchmarks.measuring import ROOT

_CLIENT, _ENVIRONMENT = "pattern-client", "pattern-place"
_GOOD, _BAD = "pattern-good.json", "pattern-bad.json"
_MACHINES: Final = 100
_DAYS: Final = 90
_FAILED_EVERY: Final = 50
"""One run in so many is of a report that is quarantined."""
_TOLD_EVERY: Final = 250
_NEAR_SECONDS: Final = 2 * 86_400
"""A number so close to the start of the run is an instant."""
_REPOSITORY: Final = "__repository__@vcenter_pipeline.definitions"
_SQLITE_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
_PLACES: Final = ("prod", "test", "lab", "dr", "edge")
_OF_RUN: Final = {
    "event_logs": ("SELECT * FROM event_logs WHERE run_id = ?", {"id"}),
    "asset_event_tags": (
        "SELECT * FROM asset_event_tags WHERE event_id IN (SELECT id FROM event_logs WHERE run_id = ?)",
        {"event_id"},
    ),
    "asset_check_executions": (
        "SELECT * FROM asset_check_executions WHERE run_id = ?",
        {"evaluation_event_storage_id", "materialization_event_storage_id"},
    ),
}
"""What a run leaves in the database of all runs, and which columns hold ids of events."""
_MOVING: Final = re.compile(
    r"(?P<id>(?<=\"storage_id\": )\d+|(?<=\": \")\d+(?=\"))"
    r"|(?P<moment>\b1\d{9}\.\d+)|(?P<day>\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)"
)

Row = Sequence[Any]


class Copy(NamedTuple):
    """What differs from the run that is copied."""

    run_id: str
    client: str
    environment: str
    report: str
    seconds: float
    """How much later."""
    events: int
    """By how much the ids of its events are higher."""


class Run(NamedTuple):
    """A run that was really made."""

    run_id: str
    report: str
    started: float
    ids: range
    """Of its events."""


class Rows:
    """Rows of one table, taken apart once, so that thousands of copies are quickly put together."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Row], run: Run, ids: Collection[str] = ()) -> None:
        """Take them apart; `ids` names the columns that hold ids of events, any other `id` is given by the table."""
        kept = [number for number, name in enumerate(columns) if name != "id" or name in ids]
        self.columns = [columns[number] for number in kept]
        self.rows = [[_taken_apart(row[number], run, is_id=columns[number] in ids) for number in kept] for row in rows]

    def copies(self, copy: Copy) -> Iterator[Row]:
        """Put the rows of a copy together."""
        for row in self.rows:
            yield [_put_together(cell, copy) for cell in row]


class Pattern(NamedTuple):
    """All that a run left."""

    run: Run
    runs: Mapping[str, Rows]
    """By table of the database of runs."""
    assets: Mapping[str, Rows]
    """By table of the database that holds the asset events of all runs."""
    shard: Rows
    """Its own event log."""


class Databases(NamedTuple):
    """Dagster's."""

    runs: sqlite3.Connection
    assets: sqlite3.Connection
    """The asset events of all runs."""
    shards: Path
    """Where each run has its event log."""


def _taken_apart(cell: Any, run: Run, *, is_id: bool) -> Any:  # noqa: ANN401 - a cell of any table
    """Give what is the same in every copy, and how to make what is not."""
    if is_id and cell is not None:
        return ("events", cell)
    if isinstance(cell, float):
        return ("seconds", cell)
    if not isinstance(cell, str):
        return cell
    words = re.compile(f"({'|'.join(map(re.escape, (run.run_id, _CLIENT, _ENVIRONMENT, run.report)))})")
    parts: list[Any] = []
    for piece in words.split(cell):
        if words.fullmatch(piece):
            kind = {run.run_id: "run_id", _CLIENT: "client", _ENVIRONMENT: "environment"}.get(piece, "report")
            parts.append((kind, piece))
            continue
        parts += _moving_parts(piece, run)
    return parts if any(isinstance(part, tuple) for part in parts) else cell


def _moving_parts(text: str, run: Run) -> Iterator[Any]:
    """Take apart what tells an event or an instant of the run."""
    end = 0
    for found in _MOVING.finditer(text):
        value: Any
        if found.lastgroup == "id":
            value = int(found[0])
            if value not in run.ids:
                continue
        elif found.lastgroup == "moment":
            value = float(found[0])
            if abs(value - run.started) > _NEAR_SECONDS:
                continue
        else:
            value = datetime.fromisoformat(found[0])
        yield text[end : found.start()]
        yield (found.lastgroup, value)
        end = found.end()
    yield text[end:]


def _put_together(cell: Any, copy: Copy) -> Any:  # noqa: ANN401 - as above
    if isinstance(cell, list):
        return "".join(part if isinstance(part, str) else _moved(part[0], part[1], copy) for part in cell)
    return cell[1] + getattr(copy, cell[0]) if isinstance(cell, tuple) else cell


def _moved(kind: str, value: Any, copy: Copy) -> str:  # noqa: ANN401 - as above
    if kind == "id":
        return str(value + copy.events)
    if kind == "moment":
        return repr(value + copy.seconds)
    if kind == "day":
        return f"{value + timedelta(seconds=copy.seconds):{_SQLITE_TIME}}"
    return str(getattr(copy, kind))


def environment_of(home: Path) -> dict[str, str]:
    """Give the environment of processes that work on the home; its `dagster.yaml` lies at its top."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("VCENTER_", "DAGSTER_", "DATABASE"))}
    return {"PYTHONPATH": str(ROOT), **kept, "VCENTER_HOME": str(home), "DAGSTER_HOME": str(home)}


def build_home(home: Path, *, sources: int, runs: int) -> None:
    """Make the home anew; what was there is removed.

    Raises:
        FileExistsError: the folder holds something that is no such home.
    """
    if home.exists() and any(home.iterdir()) and not (home / "dagster.yaml").exists():
        raise FileExistsError(f"{home} is no Dagster home, so it is not replaced.")
    shutil.rmtree(home, ignore_errors=True)
    _ingest(home)
    keys = [f"client-{number // len(_PLACES):03d}/{_PLACES[number % len(_PLACES)]}" for number in range(sources)]
    shards = home / "history" / "runs"
    with dg.DagsterInstance.from_config(str(home)) as instance:
        real = list(reversed(instance.get_runs()))
        ingests = [run.run_id for run in real if run.job_name == INGEST_JOB]
        instance.add_dynamic_partitions("source", keys)
        with (
            closing(sqlite3.connect(home / "history" / "runs.db")) as of_runs,
            closing(sqlite3.connect(shards / "index.db")) as index,
        ):
            for connection in (of_runs, index):
                connection.execute("PRAGMA synchronous=OFF")
                connection.execute("PRAGMA cache_size=-1000000")
            databases = Databases(of_runs, index, shards)
            patterns = [_read_pattern(databases, run_id) for run_id in ingests[-2:]]
            _write_copies(databases, patterns, keys, runs)
            of_runs.commit()
            index.commit()
        instance.delete_dynamic_partition("source", f"{_CLIENT}/{_ENVIRONMENT}")
        for run in real:
            instance.delete_run(run.run_id)
            (shards / f"{run.run_id}.db").unlink(missing_ok=True)


def _ingest(home: Path) -> None:
    """Let the real command take three reports: the first of a source, the one that is copied, and a bad one."""
    folder = home / "input" / _CLIENT / _ENVIRONMENT
    folder.mkdir(parents=True)
    texts = [json.dumps(report) for _, report in days(2, _MACHINES)]
    for name, text in (("pattern-first.json", texts[0]), (_GOOD, texts[1]), (_BAD, '{"nothing": "known"}')):
        (folder / name).write_text(text)
        command = [sys.executable, "-m", "vcenter_pipeline.cli", "ingest", "--now"]
        subprocess.run(  # noqa: S603 - our own command
            command, env=environment_of(home), check=name == _GOOD, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def _read(connection: sqlite3.Connection, query: str, *arguments: str) -> tuple[list[str], list[Row]]:
    cursor = connection.execute(query, arguments)
    return [column[0] for column in cursor.description], cursor.fetchall()


def _read_pattern(databases: Databases, run_id: str) -> Pattern:
    columns, (row,) = _read(databases.runs, "SELECT * FROM runs WHERE run_id = ?", run_id)
    values = dict(zip(columns, row, strict=True))
    body = json.loads(values["run_body"])
    (path,) = body["run_config"]["resources"]["intake"]["config"]["reports"]
    (first, last), *_ = databases.assets.execute("SELECT min(id), max(id) FROM event_logs WHERE run_id = ?", (run_id,))
    run = Run(run_id, path.rpartition("/")[2], values["start_time"], range(first, last + 1))
    body["tags"] |= {
        ".dagster/repository": _REPOSITORY,
        "dagster/sensor_name": "reports_sensor",
        "dagster/run_key": f"{_CLIENT}/{_ENVIRONMENT}@{run_id}",
    }
    values["run_body"] = json.dumps(body)
    tags = [(run_id, *tag) for tag in sorted(body["tags"].items())]
    with closing(sqlite3.connect(databases.shards / f"{run_id}.db")) as database:
        shard = _read(database, "SELECT * FROM event_logs ORDER BY id")
    return Pattern(
        run,
        {
            "runs": Rows(list(values), [list(values.values())], run),
            "run_tags": Rows(["run_id", "key", "value"], tags, run),
        },
        {name: Rows(*_read(databases.assets, query, run_id), run, ids) for name, (query, ids) in _OF_RUN.items()},
        Rows(*shard, run),
    )


def _write_copies(databases: Databases, patterns: Sequence[Pattern], sources: Sequence[str], runs: int) -> None:
    """Write the runs, the oldest first, each source in turn."""
    good, bad = patterns
    template = databases.shards / "empty.db"
    _write_empty_shard(databases.shards / f"{good.run.run_id}.db", template)
    now, step = time.time(), timedelta(days=_DAYS).total_seconds() / runs
    newest: dict[str, tuple[Pattern, Copy]] = {}
    (last_id,) = databases.assets.execute("SELECT max(id) FROM event_logs").fetchone()
    first_id = last_id + 1
    for number in range(runs):
        pattern = bad if number % _FAILED_EVERY == _FAILED_EVERY - 1 else good
        client, _, environment = sources[number % len(sources)].partition("/")
        started = now - step * (runs - number)
        copy = Copy(
            run_id=str(uuid4()),
            client=client,
            environment=environment,
            report=f"vm_info-{datetime.fromtimestamp(started, UTC):%Y-%m-%dT%H%MZ}.json",
            seconds=started - pattern.run.started,
            events=first_id - pattern.run.ids.start,
        )
        first_id += len(pattern.run.ids)
        newest[pattern.run.run_id] = (pattern, copy)
        for name, rows in pattern.runs.items():
            _insert(databases.runs, name, rows, copy)
        for name, rows in pattern.assets.items():
            _insert(databases.assets, name, rows, copy)
        shard = databases.shards / f"{copy.run_id}.db"
        shutil.copyfile(template, shard)
        with closing(sqlite3.connect(shard)) as database:
            database.execute("PRAGMA synchronous=OFF")
            _insert(database, "event_logs", pattern.shard, copy)
            database.commit()
        if number % _TOLD_EVERY == 0:
            sys.stderr.write(f"\r{number:,} of {runs:,} runs")
    sys.stderr.write("\n")
    template.unlink()
    for pattern, copy in newest.values():
        _write_newest(databases.assets, pattern, copy)


def _insert(connection: sqlite3.Connection, table: str, rows: Rows, copy: Copy) -> None:
    names = ", ".join(f'"{name}"' for name in rows.columns)
    marks = ", ".join("?" * len(rows.columns))
    query = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - Dagster's own names
    connection.executemany(query, rows.copies(copy))


def _write_empty_shard(real: Path, template: Path) -> None:
    """Write an event log as Dagster makes it, without an event."""
    with closing(sqlite3.connect(real)) as source, closing(sqlite3.connect(template)) as target:
        source.backup(target)
        target.execute("DELETE FROM event_logs")
        target.commit()
        target.execute("VACUUM")


def _write_newest(index: sqlite3.Connection, pattern: Pattern, copy: Copy) -> None:
    """Let assets that were last made by a run point to its newest copy."""
    query = (
        "SELECT last_materialization, last_run_id, last_materialization_timestamp, asset_key FROM asset_keys "
        "WHERE last_run_id = ?"
    )
    rows = Rows(*_read(index, query, pattern.run.run_id), pattern.run)
    index.executemany(
        "UPDATE asset_keys SET last_materialization = ?, last_run_id = ?, last_materialization_timestamp = ? "
        "WHERE asset_key = ?",
        list(rows.copies(copy)),
    )
