"""Reports that a run asks for by name and that have left the input folder; without Dagster.

A run that is executed again names the reports of the first time. They lie in the archive by now, or in quarantine.
"""

from collections.abc import Iterator, Sequence

from vcenter_pipeline.defs.ingestion import (
    Outcome,
    Pipeline,
    read_collected_at,
    report_key,
    store_report,
    to_ledger_row,
)
from vcenter_pipeline.errors import PermanentError, PipelineError
from vcenter_pipeline.intake.archived import Archived, look_archived, open_archived
from vcenter_pipeline.intake.opening import fingerprint, read_facts
from vcenter_pipeline.intake.quarantined import find_quarantined
from vcenter_pipeline.intake.sources import Source, shown_name
from vcenter_pipeline.storage.reader import LedgerRow, find_reports, read_reports_of_run


def read_returned(
    pipeline: Pipeline, source: Source, path: str, *, run_id: str, earlier_runs: Sequence[str]
) -> Outcome:
    """Read a report once more that is not in the input folder, or say where it lies.

    Many reports of one source have the same name. The one that an earlier run took is known by its content;
    without such a run it is the one that came last.

    Args:
        pipeline: what to work with.
        source: whose report it is; the caller holds the source's lock.
        path: below the input folder, as the run names it; it has been found to be of the source.
        run_id: the Dagster run, for the ledger.
        earlier_runs: the runs that this one repeats.
    """
    rows = [row for run in earlier_runs for row in read_reports_of_run(pipeline.database, run) if row["path"] == path]
    taken = [row for row in rows if row["status"] == "ingested"]
    if not rows or taken:
        try:
            found = next(_candidates(pipeline, source, path, taken), None)
            if found is not None:
                return _read_again(pipeline, source, found, taken, run_id)
        except FileNotFoundError:
            pass  # retention has taken it since it was found
        except PermanentError as error:
            return Outcome(path, "refused", f"{path}: it lies in the archive, and cannot be read any more. {error}")
        except PipelineError as error:
            return Outcome(path, "failed", f"{path}: it lies in the archive, and could not be read. {error}")
    return _told_to_lie(pipeline, source, path)


def _candidates(
    pipeline: Pipeline, source: Source, path: str, taken: Sequence[LedgerRow]
) -> Iterator[tuple[Archived, str]]:
    """Give the archived reports that can be meant, the newest first, each with its fingerprint."""
    settings = pipeline.settings
    meant = f"{source.key}/{path.rpartition('/')[2]}"
    archived = [
        one
        for one in look_archived(settings.archive_path, source).reports
        if meant in {one.input_path, f"{source.key}/{one.name}"}
    ]
    for one in sorted(archived, key=lambda one: one.arrival, reverse=True):
        with open_archived(settings.archive_path, one) as file:
            if taken and read_facts(file).size not in {row["size_bytes"] for row in taken}:
                continue  # fingerprinting every report of that name could take minutes
            digest = fingerprint(file, max_bytes=settings.max_file_bytes)
        if not taken or digest in {row["fingerprint"] for row in taken}:
            yield one, digest


def _read_again(
    pipeline: Pipeline, source: Source, found: tuple[Archived, str], taken: Sequence[LedgerRow], run_id: str
) -> Outcome:
    archived, digest = found
    with open_archived(pipeline.settings.archive_path, archived) as file:
        facts = read_facts(file)
        known = [
            row
            for row in find_reports(pipeline.database, source.client, source.environment, digest)
            if row["status"] == "ingested"
        ]
        keys = {row["report"] for row in taken}
        row = next((one for one in known if one["report"] in keys), known[-1] if known else None)
        if row is None:
            name = archived.input_path.rpartition("/")[2]
            collected_at, origin = read_collected_at(pipeline, file, name, facts)
            row = to_ledger_row(source, archived.input_path, run_id, facts, digest) | {
                "report": report_key(pipeline, source, digest, collected_at, origin),
                "collected_at": collected_at,
                "collected_at_origin": origin,
            }
        outcome = store_report(pipeline, source, file, row, facts)
    return outcome._replace(
        sentence=f"{outcome.sentence} It was read again from the archive, where it lies as {archived.path}."
    )


def _told_to_lie(pipeline: Pipeline, source: Source, path: str) -> Outcome:
    found = find_quarantined(pipeline.settings.quarantine_path, source, path)
    if found is None:
        sentence = (
            f"{shown_name(path)} is neither in the input folder, nor in the archive or quarantine of {source.key}. "
            "Check how it is spelled; retention removes old files."
        )
        return Outcome(path, "refused", sentence)
    why = found.reason if path in found.reason else f"{path}: {found.reason}"
    since = f"It lies in quarantine since {found.quarantined_at}." if found.quarantined_at else "It lies in quarantine."
    return Outcome(path, "quarantined", f"{why} {since}", place=found.path)
