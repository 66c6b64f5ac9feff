"""The archived reports of one source into the tables once more, each in place of what it gave before; without Dagster.

The lock of the source is given up every few seconds: new reports need not wait until hundreds of old ones are read.
"""

import time
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar

from vcenter_pipeline.defs.ingestion import (
    Pipeline,
    read_collected_at,
    report_key,
    store_report,
    to_ledger_row,
)
from vcenter_pipeline.errors import PermanentError, PipelineError, UnfinishedError
from vcenter_pipeline.intake.archived import Archived, look_archived, open_archived
from vcenter_pipeline.intake.collected_at import to_collected_at
from vcenter_pipeline.intake.listing import Facts
from vcenter_pipeline.intake.opening import fingerprint, read_facts
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.storage.locks import source_lock
from vcenter_pipeline.storage.reader import find_reports

_TURN_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.2
"""Whoever waits for the lock looks ten times a second."""

T = TypeVar("T")
Tell = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


class _New(NamedTuple):
    """An archived report that the ledger does not know; in the order in which such reports are ingested."""

    collected_at: datetime
    arrival: tuple[tuple[str, ...], str, int]
    planned_at: datetime
    """By which reports of one run are put in order."""
    archived: Archived
    origin: str
    digest: str
    facts: Facts


class Rereading:
    """What was read of the archive of a source, and what came of it."""

    def __init__(self, pipeline: Pipeline, source: Source, began_at: datetime, run_id: str | None) -> None:
        self.pipeline = pipeline
        self.source = source
        self._began_at = began_at
        self._run_id = run_id
        self._unknown: list[_New] = []
        self.digests: set[str] = set()
        """Of all files that could be read."""
        self.read: set[str] = set()
        """Keys of reports whose rows were replaced."""
        self.read_before: set[str] = set()
        """Reports that were read since the rebuild began, but not now."""
        self.new: set[str] = set()
        """Reports that the ledger did not know."""
        self.refused: list[str] = []
        """A sentence for each file that cannot be read."""
        self.failed: list[str] = []
        """A sentence for each file that could not be read for a cause that may pass."""

    def read_archive(self, tell: Tell) -> None:
        """Read every report of the source that lies in the archive, and was not read since the rebuild began.

        Raises:
            ReportError: the folder of the source, or of its client, is a link.
            ListingError: a folder could not be read.
            StorageError: another process kept the lock of the source.
        """
        found = look_archived(self.pipeline.settings.archive_path, self.source)
        self.refused += found.refused
        key = self.source.key
        self._in_turns(found.reports, lambda report: report, self._read_again, partial(tell, f"{key}: reports"))
        unknown = sorted(self._unknown)
        self._in_turns(unknown, lambda new: new.archived, self._ingest, partial(tell, f"{key}: new reports"))

    def _in_turns(
        self,
        items: Iterable[T],
        archived: Callable[[T], Archived],
        act: Callable[[T], None],
        tell: Callable[[int, int], None],
    ) -> None:
        """Do something with each item under the lock of the source, which is given up every few seconds."""
        every = list(items)
        done = 0
        while done < len(every):
            with source_lock(self.pipeline.database, self.source.key):
                until = time.monotonic() + _TURN_SECONDS
                for item in every[done:]:
                    self._try(archived(item), partial(act, item))
                    done += 1
                    tell(done, len(every))
                    if time.monotonic() >= until:
                        break
            if done < len(every):
                time.sleep(_PAUSE_SECONDS)

    def _try(self, archived: Archived, act: Callable[[], None]) -> None:
        """Do something with one report; whatever comes of it, the next ones go on."""
        place = f"In the archive, {archived.path}"
        try:
            act()
        except FileNotFoundError:
            return  # retention has taken it since it was found
        except PermanentError as error:
            told = str(error) if archived.path in str(error) else f"{place} cannot be read any more: {error}"
            self.refused.append(f"{told} Rows that it gave once stay as they were.")
        except PipelineError as error:
            self.failed.append(str(error) if archived.path in str(error) else f"{place} could not be read: {error}")
        except Exception as error:  # noqa: BLE001 - whatever one report brings about, the next ones go on
            detail = "".join(traceback.format_exception(error)[-2:]).strip()
            self.failed.append(f"{place} could not be read, for a reason that nobody foresaw: {detail}")

    def _read_again(self, archived: Archived) -> None:
        """Replace the rows of every report that had the content of the file; put off what the ledger does not know."""
        pipeline, source = self.pipeline, self.source
        with open_archived(pipeline.settings.archive_path, archived) as file:
            facts = read_facts(file)
            digest = fingerprint(file, max_bytes=pipeline.settings.max_file_bytes)
            found = find_reports(pipeline.database, source.client, source.environment, digest)
            known = [row for row in found if row["status"] == "ingested"]
            if not known:
                name = archived.input_path.rpartition("/")[2]
                collected_at, origin = read_collected_at(pipeline, file, name, facts)
                planned_at, _ = to_collected_at(name, facts.mtime_ns)
                self._unknown.append(
                    _New(collected_at, archived.arrival, planned_at, archived, origin, digest, facts),
                )
                return
            self.digests.add(digest)
            for row in known:
                if row["read_at"] is None or row["read_at"] < self._began_at:
                    store_report(pipeline, source, file, row, facts)
                    self.read.add(row["report"])
                elif row["report"] not in self.read:
                    self.read_before.add(row["report"])

    def _ingest(self, new: _New) -> None:
        """Ingest what the ledger does not know as it once came."""
        pipeline, source = self.pipeline, self.source
        with open_archived(pipeline.settings.archive_path, new.archived) as file:
            if read_facts(file) != new.facts:
                raise UnfinishedError(f"In the archive, {new.archived.path} was replaced meanwhile; begin once more.")
            self.digests.add(new.digest)
            key = report_key(pipeline, source, new.digest, new.collected_at, new.origin)
            if key is not None:
                row = to_ledger_row(source, new.archived.input_path, self._run_id, new.facts, new.digest)
                row |= {"report": key, "collected_at": new.collected_at, "collected_at_origin": new.origin}
                store_report(pipeline, source, file, row, new.facts)
                self.new.add(key)
