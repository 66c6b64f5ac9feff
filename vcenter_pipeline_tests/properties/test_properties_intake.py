"""What holds for every input tree and every order of events."""

import os
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vcenter_pipeline.errors import SourceError
from vcenter_pipeline.intake.collected_at import to_collected_at
from vcenter_pipeline.intake.listing import Listing, Waiting
from vcenter_pipeline.intake.moving import place
from vcenter_pipeline.intake.names import is_plain_name, to_free_names, to_name_kind, to_plain_name
from vcenter_pipeline.intake.paths import parse_path
from vcenter_pipeline.intake.plan import Look, Plan, Rules, plan, plan_backlog
from vcenter_pipeline.intake.sources import Source

START = datetime.fromisoformat("2026-01-31T02:00:00")
SOURCES = [Source("acme", "prod"), Source("acme", "test"), Source("globex", "prod"), Source("initech", "prod")]

reports = st.dictionaries(
    st.tuples(st.sampled_from(SOURCES), st.integers(0, 30)),
    st.integers(0, 2_000),  # bytes
    max_size=40,
)
rules = st.builds(
    Rules,
    batch_threshold=st.integers(1, 6),
    batch_size=st.integers(1, 8),
    stability_seconds=st.sampled_from([0, 5, 10, 25]),
    max_runs=st.integers(1, 5),
    max_bytes=st.integers(0, 3_000),
    retry_after_seconds=st.just(600),
)
file_names = st.binary(min_size=1, max_size=255).map(
    lambda name: os.fsdecode(name.replace(b"/", b"_").replace(b"\0", b"_"))
)


def to_listing(found: dict[tuple[Source, int], int]) -> Listing:
    """Give the listing of these reports."""
    waiting = [
        Waiting(f"{source.key}/{number}.json", source, f"{number}.json", size, 1, number, 1)
        for (source, number), size in found.items()
    ]
    return Listing(tuple(sorted(waiting)), (), (), 0)


def require_sane(decided: Plan, limits: Rules, largest: int) -> None:
    """Check what holds for every plan."""
    paths = [report.path for request in decided.requests for report in request.reports]
    assert len(paths) == len(set(paths))
    assert len(decided.requests) <= limits.max_runs
    assert all(0 < len(request.reports) <= limits.batch_size for request in decided.requests)
    assert all(report.source == request.source for request in decided.requests for report in request.reports)
    assert sum(r.size for request in decided.requests for r in request.reports) <= max(limits.max_bytes, largest)
    sizes: dict[Source, list[int]] = {}
    for request in decided.requests:
        sizes.setdefault(request.source, []).append(len(request.reports))
    assert all(len(found) == 1 or set(found) == {1} for found in sizes.values())


@given(reports, rules)
def test_every_finished_report_is_asked_for_exactly_once(found: dict[tuple[Source, int], int], limits: Rules) -> None:
    """A report asked for twice is read twice; one never asked for waits for ever."""
    known: dict[str, Look] = {}
    asked: Counter[str] = Counter()
    listing = to_listing(found)
    for tick in range(len(found) + 10):
        decided = plan(listing, known, limits, START + timedelta(seconds=10 * tick))
        require_sane(decided, limits, max(found.values(), default=0))
        asked.update(report.path for request in decided.requests for report in request.reports)
        if limits.stability_seconds > 10 * tick:
            assert not decided.requests
        known = decided.looks
    assert asked == Counter({report.path: 1 for report in listing.waiting})


@given(reports, rules, st.data())
def test_whatever_runs_do_everything_is_ingested_in_the_end(
    found: dict[tuple[Source, int], int],
    limits: Rules,
    data: st.DataObject,
) -> None:
    """Runs fail, files come and change: none may be left lying once that is over."""
    known: dict[str, Look] = {}
    waiting = dict(found)
    for tick in range(200):
        now = START + timedelta(seconds=100 * tick)
        decide = plan_backlog if tick % 7 == 6 else plan
        decided = decide(to_listing(waiting), known, limits, now)
        for request in decided.requests:
            succeeds = tick > 10 or data.draw(st.booleans())
            for report in request.reports:
                if succeeds:
                    del waiting[report.source, report.inode]
        known = decided.looks
        if tick < 5 and waiting and data.draw(st.booleans()):
            waiting[data.draw(st.sampled_from(sorted(waiting)))] += 1
    assert waiting == {}


@given(reports, rules, st.sets(st.integers(0, 30)))
def test_a_report_that_grows_is_never_asked_for(
    found: dict[tuple[Source, int], int],
    limits: Rules,
    growing: set[int],
) -> None:
    """Half a file would go to quarantine."""
    limits = limits._replace(stability_seconds=5)
    known: dict[str, Look] = {}
    for tick in range(20):
        grown = {key: size + tick if key[1] in growing else size for key, size in found.items()}
        decided = plan(to_listing(grown), known, limits, START + timedelta(seconds=10 * tick))
        assert not [report for request in decided.requests for report in request.reports if report.inode in growing]
        known = decided.looks


@settings(max_examples=50)
@given(st.lists(st.tuples(file_names, st.binary(max_size=3)), max_size=12))
def test_moving_keeps_every_content(found: list[tuple[str, bytes]]) -> None:
    """A report that is overwritten is lost for good."""
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "source"), Path(name, "target")
        source.mkdir()
        target.mkdir()
        source_fd, target_fd = os.open(source, os.O_RDONLY), os.open(target, os.O_RDONLY)
        placed: dict[str, bytes] = {}
        for _, content in found:
            (source / "x").write_bytes(content)
            new = place(source_fd, "x", target_fd, partial(to_free_names, to_plain_name(found[0][0][:50]), "S"), None)
            assert placed.setdefault(new, content) == content
        os.close(source_fd)
        os.close(target_fd)
        assert {path.name: path.read_bytes() for path in target.iterdir()} == placed
        assert set(placed.values()) == {content for _, content in found}
        assert list(source.iterdir()) == []


@given(file_names)
def test_every_name_gets_names_that_a_disk_and_a_log_can_hold(name: str) -> None:
    """A name that cannot be written would keep its file in the input for ever."""
    names = list(islice(to_free_names(to_plain_name(name), "20260131T020000Z", longest=243), 5))
    assert len(set(names)) == 5
    for new in names:
        assert 0 < len(new.encode()) <= 243
        assert is_plain_name(new)
    if to_name_kind(name) == "report":
        assert all(to_name_kind(new) == "report" for new in names)


@given(st.text())
def test_no_path_leads_out(path: str) -> None:
    """Any file of the machine could be read or moved."""
    try:
        folders, name = parse_path(path)
    except SourceError:
        return
    below = Path("/root", *folders, name)
    assert os.path.normpath(below) == str(below)
    assert len(below.parts) == len(folders) + 3


@given(st.text(st.sampled_from("0123456789-_.:T Z+2026"), max_size=40), st.integers())
def test_every_name_and_time_gives_an_instant(name: str, mtime_ns: int) -> None:
    """One strange name would end the look for everybody."""
    moment, origin = to_collected_at(name, mtime_ns)
    assert moment.tzinfo is None
    assert origin in {"file name", "file time"}
    assert origin == "file time" or 1999 <= moment.year <= 2100
