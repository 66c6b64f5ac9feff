"""One look at the input folder, remembered, and what to do about it; without Dagster."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from vcenter_pipeline.defs.ingestion import Pipeline, utc_now
from vcenter_pipeline.defs.instance import ensure_input
from vcenter_pipeline.errors import PermanentError, TransientError
from vcenter_pipeline.intake.listing import Listing, look
from vcenter_pipeline.intake.opening import fingerprint, open_report
from vcenter_pipeline.intake.plan import Known, Look, Plan, Request, Rules
from vcenter_pipeline.intake.plan import plan as plan_reports
from vcenter_pipeline.intake.quarantine import Reason, quarantine
from vcenter_pipeline.storage import looks
from vcenter_pipeline.storage.reader import find_reports

_MISPLACED_A_LOOK: Final = 200
"""How many misplaced files one look moves, so that a tick stays short."""


def look_and_plan(
    pipeline: Pipeline,
    rules: Rules,
    planned: Callable[[Listing, Known, Rules, datetime], Plan] = plan_reports,
    *,
    is_asking_again: bool = False,
) -> Plan:
    """Look at the input folder, decide, and remember what was seen and asked for.

    Args:
        pipeline: what to work with.
        rules: how much, and when.
        planned: how to decide.
        is_asking_again: whether what was asked for before counts as not asked for.

    Raises:
        ListingError: the folder could not be looked at; nothing is planned and nothing forgotten.
    """
    ensure_input(pipeline.settings)
    listing = look(pipeline.settings.input_path)
    known = {seen.path: Look(*seen[1:]) for seen in looks.read_looks(pipeline.database)}
    if is_asking_again:
        known = {path: seen._replace(requested_at=None) for path, seen in known.items()}
    plan = planned(listing, known, rules, utc_now())
    looks.remember_looks(pipeline.database, [looks.Look(path, *seen) for path, seen in plan.looks.items()])
    return plan


def quarantine_misplaced(pipeline: Pipeline, plan: Plan) -> Iterator[str]:
    """Move what lies where no report can be, some of it at a time; give a sentence for each."""
    settings = pipeline.settings
    for misplaced in plan.misplaced[:_MISPLACED_A_LOOK]:
        reason = Reason(misplaced.reason, misplaced.advice, utc_now())
        try:
            quarantine(
                settings.input_path,
                misplaced.path,
                settings.quarantine_path,
                reason=reason,
                expected=misplaced.facts,
            )
        except FileNotFoundError:
            continue
        except TransientError as error:
            yield str(error)
        else:
            yield f"{misplaced.reason} It was moved to quarantine. {misplaced.advice}"


def run_key(pipeline: Pipeline, request: Request) -> str:
    """Give the key by which Dagster starts one run, and not a second one, for these reports.

    For one report it is the source and the fingerprint. Content that the ledger has seen before gets the
    file's time as well: Dagster would skip it, and the file would lie there. A batch goes by the files' facts,
    since reading a hundred reports twice is no look.
    """
    reports = request.reports
    if len(reports) > 1:
        facts = "\n".join(f"{report.path}\t{report.facts}" for report in reports)
        return f"{request.source.key}@batch-{_digest(facts)}"
    report = reports[0]
    try:
        with open_report(pipeline.settings.input_path, report.path, now=utc_now()) as file:
            content = fingerprint(file, max_bytes=pipeline.settings.max_file_bytes)
    except (OSError, PermanentError, TransientError):
        return f"{request.source.key}@file-{_digest(f'{report.path}{report.facts}')}"
    source = request.source
    is_new = not find_reports(pipeline.database, source.client, source.environment, content)
    return f"{source.key}@{content}" if is_new else f"{source.key}@{content}@{report.mtime_ns}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
