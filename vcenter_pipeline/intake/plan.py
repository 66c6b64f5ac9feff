"""Which reports to ingest now: decided from what a look found and what earlier looks found, and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from vcenter_pipeline.intake.collected_at import to_collected_at
from vcenter_pipeline.intake.listing import Listing, Misplaced, Unreadable, Waiting
from vcenter_pipeline.intake.sources import Source


class Look(NamedTuple):
    """What is remembered of a file that waits. Instants are naive UTC, by the pipeline's own clock."""

    size: int
    mtime_ns: int
    inode: int
    seen_at: datetime
    """When the file was first seen with this size, mtime and inode."""
    requested_at: datetime | None
    """When a run was last asked to ingest it as it is."""


Known = Mapping[str, Look]
"""What is remembered, by path below the input folder."""


class Rules(NamedTuple):
    """How much, and when."""

    batch_threshold: int
    """A source with more finished reports than this gets one request for many of them."""
    batch_size: int
    """Reports in one request at most."""
    stability_seconds: float
    """How long a file must stay the same to be finished; 0 takes everything at the first look."""
    max_runs: int
    """Requests of one plan at most: Dagster needs 0.5 to 0.7 s to submit a run."""
    max_bytes: int
    """Bytes of the reports of one plan, which all are fingerprinted; one report of any size is let through."""
    retry_after_seconds: float
    """A report that was asked for so long ago and still waits is asked for again by the backlog."""


class Request(NamedTuple):
    """Reports of one source for one run, oldest collection first."""

    source: Source
    reports: tuple[Waiting, ...]


class Counts(NamedTuple):
    """What a look came to, to be shown."""

    waiting: int
    growing: int
    """Of those, not finished yet."""
    finished: int
    pending: int
    """Of the finished, asked for by an earlier plan and still there."""
    requested: int
    """Of the finished, asked for by this plan."""
    misplaced: int
    ignored: int


class Plan(NamedTuple):
    """What to do, and what to remember."""

    requests: tuple[Request, ...]
    misplaced: tuple[Misplaced, ...]
    """What to quarantine: what has stayed the same for the stability time."""
    unreadable: tuple[Unreadable, ...]
    """What the look could not see, to be told."""
    looks: dict[str, Look]
    """The new memory; what is gone is forgotten."""
    counts: Counts


def plan(listing: Listing, known: Known, rules: Rules, now: datetime) -> Plan:
    """Choose the reports to ask for now.

    A report is finished once two looks, the stability time apart by our own clock, found the same size, mtime
    and inode: a redirected ansible-playbook writes as it goes, so a new file may still grow. The mtime says
    nothing more: copies keep old ones, and some lie in the future.

    Each finished report is asked for once. One source gets a request per report; with more than
    `batch_threshold` waiting, one request for up to `batch_size`. Sources take turns: those with nothing
    asked for before those whose runs are still to come, because a source is ingested by one run at a time;
    then whose report has waited longest, then who has fewest.
    """
    memory = _Memory(listing, known, rules, now)
    requests = tuple(_fair_requests(memory, rules, now))
    return memory.to_plan(requests, now)


def plan_backlog(listing: Listing, known: Known, rules: Rules, now: datetime) -> Plan:
    """Choose what still waits: per source one request for up to `batch_size` finished reports.

    It takes reports that nobody asked for, because the sensor was off, and those asked for at least
    `retry_after_seconds` ago whose run failed for a passing cause. Of more than `max_runs` sources those come first
    whose report has waited longest; `max_bytes` does not count, as none is fingerprinted beforehand.
    """
    memory = _Memory(listing, known, rules, now)

    def turn(item: tuple[Source, list[Waiting]]) -> tuple[datetime, Source]:
        source, reports = item
        looks = [memory.looks[report.path] for report in reports]
        return min(look.requested_at or look.seen_at for look in looks), source

    waiting = sorted(_by_source(memory.untouched(rules, now)).items(), key=turn)
    requests = tuple(
        Request(source, _oldest_first(reports)[: rules.batch_size]) for source, reports in waiting[: rules.max_runs]
    )
    return memory.to_plan(requests, now)


class _Memory:
    """The listing seen together with what was known."""

    def __init__(self, listing: Listing, known: Known, rules: Rules, now: datetime) -> None:
        self._listing = listing
        self.looks = _still_unseen(listing, known)
        latest = now - timedelta(seconds=rules.stability_seconds)
        self.finished: list[Waiting] = []
        self._misplaced: list[Misplaced] = []
        for report in listing.waiting:
            if self._remember(report, known, now).seen_at <= latest:
                self.finished.append(report)
        for misplaced in listing.misplaced:
            if self._remember(misplaced, known, now).seen_at <= latest:
                self._misplaced.append(misplaced)
        self._pending_count = sum(self.looks[report.path].requested_at is not None for report in self.finished)

    def _remember(self, found: Waiting | Misplaced, known: Known, now: datetime) -> Look:
        look = known.get(found.path)
        if look is None or look[:3] != found.facts:
            look = Look(*found.facts, now, None)
        elif look.seen_at > now or (look.requested_at is not None and look.requested_at > now):
            # The clock was set back; waiting for it to catch up could take for ever.
            look = look._replace(seen_at=min(look.seen_at, now), requested_at=look.requested_at and now)
        self.looks[found.path] = look
        return look

    def untouched(self, rules: Rules, now: datetime) -> Iterator[Waiting]:
        """Give the finished reports that nobody asked for lately."""
        latest = now - timedelta(seconds=rules.retry_after_seconds)
        for report in self.finished:
            requested_at = self.looks[report.path].requested_at
            if requested_at is None or requested_at <= latest:
                yield report

    def to_plan(self, requests: tuple[Request, ...], now: datetime) -> Plan:
        requested = [report.path for request in requests for report in request.reports]
        for path in requested:
            self.looks[path] = self.looks[path]._replace(requested_at=now)
        waiting = len(self._listing.waiting)
        return Plan(
            requests=requests,
            misplaced=tuple(self._misplaced),
            unreadable=self._listing.unreadable,
            looks=self.looks,
            counts=Counts(
                waiting=waiting,
                growing=waiting - len(self.finished),
                finished=len(self.finished),
                pending=self._pending_count,
                requested=len(requested),
                misplaced=len(self._listing.misplaced),
                ignored=self._listing.ignored_count,
            ),
        )


def _still_unseen(listing: Listing, known: Known) -> dict[str, Look]:
    """Keep the memory of files below folders that could not be read: they may well be there."""
    folders = tuple(f"{folder.path}/" for folder in listing.unreadable)
    return {path: look for path, look in known.items() if path.startswith(folders)} if folders else {}


def _fair_requests(memory: _Memory, rules: Rules, now: datetime) -> list[Request]:
    counts = Counter(report.source for report in memory.finished)
    turns = [
        (source, _chunks(reports, rules, is_batch=counts[source] > rules.batch_threshold))
        for source, reports in _sources_in_turn(memory, rules, now)
    ]
    requests: list[Request] = []
    room = rules.max_bytes
    while turns:
        staying = []
        for source, chunks in turns:
            if len(requests) >= rules.max_runs:
                return requests
            fitting = _fitting(next(chunks, ()), room, is_first=not requests)
            if fitting:
                requests.append(Request(source, fitting))
                room -= sum(report.size for report in fitting)
                staying.append((source, chunks))
        turns = staying
    return requests


def _sources_in_turn(memory: _Memory, rules: Rules, now: datetime) -> list[tuple[Source, list[Waiting]]]:
    latest = now - timedelta(seconds=rules.retry_after_seconds)
    running = set()
    for report in memory.finished:
        requested_at = memory.looks[report.path].requested_at
        if requested_at is not None and requested_at > latest:
            running.add(report.source)
    new = _by_source(report for report in memory.finished if memory.looks[report.path].requested_at is None)

    def turn(item: tuple[Source, list[Waiting]]) -> tuple[bool, datetime, int, Source]:
        source, reports = item
        return source in running, min(memory.looks[report.path].seen_at for report in reports), len(reports), source

    return sorted(new.items(), key=turn)


def _chunks(reports: list[Waiting], rules: Rules, *, is_batch: bool) -> Iterator[tuple[Waiting, ...]]:
    """Give the reports of each request that the source would like, one request after the other."""
    ordered = _oldest_first(reports)
    if is_batch:
        yield ordered[: rules.batch_size]
    else:
        yield from ((report,) for report in ordered)


def _fitting(reports: tuple[Waiting, ...], room: int, *, is_first: bool) -> tuple[Waiting, ...]:
    """Give the leading reports that together have at most `room` bytes, and at least one if it is the first."""
    total = 0
    for number, report in enumerate(reports):
        total += report.size
        if total > room:
            return reports[: max(number, int(is_first))]
    return reports


def _by_source(reports: Iterable[Waiting]) -> dict[Source, list[Waiting]]:
    grouped: dict[Source, list[Waiting]] = defaultdict(list)
    for report in reports:
        grouped[report.source].append(report)
    return grouped


def _oldest_first(reports: list[Waiting]) -> tuple[Waiting, ...]:
    return tuple(sorted(reports, key=lambda r: (to_collected_at(r.name, r.mtime_ns)[0], r.path)))
