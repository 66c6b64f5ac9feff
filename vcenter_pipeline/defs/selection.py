"""Which reports a run takes: those that its config names, or whatever waits for its source."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from vcenter_pipeline.defs.ingestion import Outcome, Pipeline, utc_now
from vcenter_pipeline.errors import ListingError, PermanentError
from vcenter_pipeline.intake.listing import look
from vcenter_pipeline.intake.paths import to_source
from vcenter_pipeline.intake.plan import Rules, plan_backlog
from vcenter_pipeline.intake.sources import Source, shown_name
from vcenter_pipeline.settings import Settings

RUNS_A_TICK: Final = 5
"""Submitting a run takes the daemon 0.5 to 0.7 s, and a tick should stay below 5 s."""
RUNS_A_BACKLOG: Final = 50
"""A schedule may take longer, but others wait for it."""
BYTES_A_TICK: Final = 512 * 1024 * 1024
"""Fingerprinting takes about a second for these."""


def select_reports(pipeline: Pipeline, source: Source, asked_for: Sequence[str]) -> list[str]:
    """Give the paths of the reports of a source that a run takes, at most a batch of those that wait.

    Whoever reaches Dagster's port can launch a run with any run config, so a path counts only when it lies
    below the source's own folders.
    """
    if asked_for:
        return [path for path in asked_for if _lies_below(path, source)]
    rules = build_rules(pipeline.settings, stability_seconds=0, retry_after_seconds=0, max_runs=sys.maxsize)
    waiting = plan_backlog(look(pipeline.settings.input_path), {}, rules, utc_now())
    return [report.path for request in waiting.requests if request.source == source for report in request.reports]


def refuse_strangers(sources: Sequence[Source], asked_for: Sequence[str]) -> list[Outcome]:
    """Refuse the paths of a run config that are of none of the run's sources."""
    owners = " or ".join(source.key for source in sources)
    return [
        Outcome(path, "refused", f"{shown_name(path)} is not the path of a report of {owners}; it was not looked at.")
        for path in asked_for
        if not any(_lies_below(path, source) for source in sources)
    ]


def count_waiting(pipeline: Pipeline) -> Counter[Source] | None:
    """Count the reports in the input folder by source; None where it cannot be looked at."""
    try:
        return Counter(report.source for report in look(pipeline.settings.input_path).waiting)
    except ListingError:
        return None


def build_rules(
    settings: Settings, *, stability_seconds: float, retry_after_seconds: float, max_runs: int = RUNS_A_TICK
) -> Rules:
    """Give the rules of planning that the settings ask for."""
    return Rules(
        batch_threshold=settings.batch_threshold,
        batch_size=settings.batch_size,
        stability_seconds=stability_seconds,
        max_runs=max_runs,
        max_bytes=BYTES_A_TICK,
        retry_after_seconds=retry_after_seconds,
    )


def _lies_below(path: str, source: Source) -> bool:
    try:
        return to_source(path) == source
    except PermanentError:
        return False
