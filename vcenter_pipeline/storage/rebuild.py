"""What a rebuild asks of the database: which reports it holds, and to forget what can be derived anew.

How far a rebuild has come stands in `reports.read_at`. That one is going on stands beside the database, in a file:
a table of it would be lost together with the database, which is when a rebuild is wanted most.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from vcenter_pipeline.errors import StorageError
from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.history_rows import delete_step, read_steps
from vcenter_pipeline.storage.locks import FILE_MODE, held
from vcenter_pipeline.storage.values import instant_to_text

_LOCK_SECONDS: Final = 30.0


class Rebuild(NamedTuple):
    """A rebuild of one source that has begun."""

    began_at: datetime
    """Naive UTC. Reports that were read since are not read again."""
    is_finished: bool = False
    """Whether it is done, and only other sources of the same rebuild are not."""


class Unread(NamedTuple):
    """Ingested reports of a source that a rebuild has not read."""

    report: str
    fingerprint: str | None


def begin_rebuild(
    database: Database, sources: list[str], now: datetime, *, is_restarted: bool = False
) -> dict[str, Rebuild]:
    """Note that sources are being rebuilt; give of each when that began, and whether it is finished already.

    A rebuild that was not finished goes on. One in which all of these sources are finished is over for them, even if
    others are not: then these begin anew.

    Args:
        database: the database; the note lies beside it.
        sources: as `acme/prod`.
        now: naive UTC.
        is_restarted: whether to begin anew whatever was begun.

    Raises:
        StorageError: the note could not be read or written.
    """
    with _noted(database) as noted:
        goes_on = not is_restarted and any(key in noted and not noted[key].is_finished for key in sources)
        for key in sources:
            if key not in noted or not goes_on:
                noted[key] = Rebuild(now)
        return {key: noted[key] for key in sources}


def finish_rebuild(database: Database, source: str) -> None:
    """Note that a source is rebuilt; with the last one the note goes.

    Raises:
        StorageError: the note could not be read or written.
    """
    with _noted(database) as noted:
        if source in noted:
            noted[source] = noted[source]._replace(is_finished=True)
        if all(one.is_finished for one in noted.values()):
            noted.clear()


def is_rebuilding(database: Database, source: str) -> bool:
    """Say whether a rebuild of a source was begun and is not finished; nothing is written.

    Raises:
        StorageError: the note could not be read.
    """
    found = _read(note_path(database)).get(source)
    return found is not None and not found.is_finished


def drop_rebuild(database: Database, source: str) -> None:
    """Note nothing of a source any more, whether it was finished or not: it was forgotten.

    Raises:
        StorageError: the note could not be read or written.
    """
    with _noted(database) as noted:
        noted.pop(source, None)
        if all(one.is_finished for one in noted.values()):
            noted.clear()


def note_path(database: Database) -> Path:
    """Give where it is noted which sources are being rebuilt."""
    return database.path.with_name(f"{database.path.name}.rebuild.json")


def read_unread(database: Database, client: str, environment: str, began_at: datetime) -> list[Unread]:
    """Give the ingested reports of a source that were not read since an instant (naive UTC), oldest first.

    Raises:
        StorageError: the database did not answer.
    """
    reports = declared_table("reports")
    select = (
        sa.select(reports.c.report, reports.c.fingerprint)
        .where(reports.c.client == client, reports.c.environment == environment, reports.c.status == "ingested")
        .where(sa.or_(reports.c.read_at.is_(None), reports.c.read_at < instant_to_text(began_at)))
        .order_by(reports.c.collected_at, reports.c.report)
    )
    with database.reading("read the ledger") as connection:
        return [Unread(report, fingerprint) for report, fingerprint in connection.execute(select)]


def clear_history(database: Database, client: str, environment: str, began_at: datetime) -> int:
    """Delete what was derived of the collections of a source; give the number of steps.

    Frozen steps were derived of collections that retention took. They can be derived anew only when all of these came
    back: when every report up to the newest frozen step was read since the rebuild began. A report that was not read
    may lack some of its collections, which nothing tells. So if there is one, frozen steps stay.

    Args:
        database: the database.
        client: the source's client.
        environment: the source's environment.
        began_at: when the rebuild began, naive UTC.

    Raises:
        StorageError: the database did not answer; then everything is as it was.
    """
    reports = declared_table("reports")
    with database.writing("derive the history anew") as connection:
        steps = read_steps(connection, (client, environment))
        newest = max((step.moment[0] for step in steps if step.is_frozen), default="")
        is_unread = sa.or_(
            reports.c.read_at.is_(None),
            reports.c.read_at < instant_to_text(began_at),
            reports.c.thinned_at.is_not(None),
        )
        unread = connection.scalar(
            sa.select(sa.func.count())
            .where(reports.c.client == client, reports.c.environment == environment, reports.c.status == "ingested")
            .where(reports.c.collected_at <= newest, is_unread)
        )
        gone = [step for step in steps if not (step.is_frozen and unread)]
        if len(gone) == len(steps):
            for name in HISTORY_TABLES:
                table = declared_table(name)
                delete = sa.delete(table).where(table.c.client == client, table.c.environment == environment)
                connection.execute(delete)
        else:
            for step in gone:
                delete_step(connection, *step.stored_key)
        connection.commit()
    return len(gone)


@contextmanager
def _noted(database: Database) -> Iterator[dict[str, Rebuild]]:
    """Give the note, and write it when the block has changed it; without any source in it the file goes."""
    path = note_path(database)
    busy = f"The note {path} is still being written by another process"
    with held(database.path, "rebuild.lock", busy, timeout_seconds=_LOCK_SECONDS):
        noted = _read(path)
        before = dict(noted)
        yield noted
        if noted != before:
            _write(path, noted)


def _read(path: Path) -> dict[str, Rebuild]:
    try:
        document = json.loads(path.read_bytes())
        return {
            key: Rebuild(datetime.fromisoformat(one["began_at"]), bool(one["is_finished"]))
            for key, one in document["sources"].items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(f"The note {path} could not be read ({error.strerror}); check its permissions.") from error
    except (ValueError, LookupError, TypeError, AttributeError):
        raise StorageError(
            f"The note {path} of a rebuild that was not finished is damaged; remove it, and begin the rebuild again."
        ) from None


def _write(path: Path, noted: Mapping[str, Rebuild]) -> None:
    try:
        if not noted:
            path.unlink(missing_ok=True)
            return
        document: dict[str, Any] = {
            "meaning": "A rebuild was begun and is not finished: `vcenter-pipeline rebuild` goes on with it.",
            "sources": {
                key: {"began_at": instant_to_text(one.began_at), "is_finished": one.is_finished}
                for key, one in sorted(noted.items())
            },
        }
        beside = path.with_name(f"{path.name}.new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "wb") as file:  # noqa: PTH123 - the mode counts from the start
            file.write(json.dumps(document, indent=2).encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StorageError(
            f"The note {path} could not be written ({error.strerror}); check that the disk has room, and that this "
            "user may write there."
        ) from error
