"""What is asked for, when, and in whose turn."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from vcenter_pipeline.intake.listing import Listing, Misplaced, Waiting
from vcenter_pipeline.intake.plan import Counts, Look, Plan, Rules, plan, plan_backlog
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline_tests.unit.growth import FEW, MANY, MOST, growth

START = datetime.fromisoformat("2026-01-31T02:00:00")
RULES = Rules(
    batch_threshold=3, batch_size=4, stability_seconds=10, max_runs=5, max_bytes=1000, retry_after_seconds=600
)


def at(seconds: float) -> datetime:
    """Give the time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def report(path: str, size: int = 10, mtime_ns: int = 1, inode: int = 1) -> Waiting:
    """Give a waiting report."""
    client, environment, name = path.split("/")
    return Waiting(path, Source(client, environment), name, size, mtime_ns, inode, 1)


def listing(*reports: Waiting, misplaced: tuple[Misplaced, ...] = ()) -> Listing:
    """Give what a look found."""
    return Listing(tuple(sorted(reports)), misplaced, (), 0)


def asked(decided: Plan) -> list[list[str]]:
    """Give the paths of each request."""
    return [[found.path for found in request.reports] for request in decided.requests]


def seen(*reports: Waiting, requested_at: datetime | None = None) -> dict[str, Look]:
    """Give the memory of reports that were first seen at the start."""
    return {found.path: Look(*found.facts, START, requested_at) for found in reports}


def test_a_report_is_asked_for_once_it_stayed_the_same() -> None:
    """Half a file would go to quarantine; or a whole one be ingested again at each look."""
    found = listing(report("acme/prod/x.json"))

    first = plan(found, {}, RULES, at(0))
    second = plan(found, first.looks, RULES, at(9.9))
    third = plan(found, second.looks, RULES, at(10))
    fourth = plan(found, third.looks, RULES, at(20))
    much_later = plan(found, fourth.looks, RULES, at(100_000))

    assert [asked(each) for each in (first, second, third, fourth, much_later)] == [
        [],
        [],
        [["acme/prod/x.json"]],
        [],
        [],
    ]
    assert third.looks == {"acme/prod/x.json": Look(10, 1, 1, at(0), at(10))}
    assert first.counts == Counts(waiting=1, growing=1, finished=0, pending=0, requested=0, misplaced=0, ignored=0)
    assert third.counts == Counts(waiting=1, growing=0, finished=1, pending=0, requested=1, misplaced=0, ignored=0)
    assert fourth.counts == Counts(waiting=1, growing=0, finished=1, pending=1, requested=0, misplaced=0, ignored=0)


def test_a_report_that_changes_waits_anew() -> None:
    """A slow copy would be read in the middle; a corrected report would never be read."""
    known = seen(report("acme/prod/x.json"), requested_at=at(10))
    for changed in ({"size": 11}, {"mtime_ns": 2}, {"inode": 2}):
        found = listing(report("acme/prod/x.json", **changed))
        decided = plan(found, known, RULES, at(20))
        assert asked(decided) == []
        assert decided.looks["acme/prod/x.json"][3:] == (at(20), None)
        assert asked(plan(found, decided.looks, RULES, at(30))) == [["acme/prod/x.json"]]


def test_an_mtime_in_the_future_or_the_past_does_not_matter() -> None:
    """Copies keep old times, and clocks are wrong: such reports would wait for ever, or be read half."""
    for mtime_ns in (0, -(10**18), 4 * 10**18):
        found = report("acme/prod/x.json", mtime_ns=mtime_ns)
        assert asked(plan(listing(found), {}, RULES, at(0))) == []
        assert asked(plan(listing(found), seen(found), RULES, at(10))) == [["acme/prod/x.json"]]


def test_a_clock_that_is_set_back_delays_nothing_for_long() -> None:
    """Reports would wait until the clock has caught up, which may take years."""
    found = report("acme/prod/x.json")
    ahead = {found.path: Look(*found.facts, at(10**8), None)}
    first = plan(listing(found), ahead, RULES, at(0))
    assert asked(first) == []
    assert asked(plan(listing(found), first.looks, RULES, at(10))) == [["acme/prod/x.json"]]


def test_without_a_stability_time_everything_is_taken_at_once() -> None:
    """Somebody who asks for it now would get nothing."""
    now = RULES._replace(stability_seconds=0)
    assert asked(plan(listing(report("acme/prod/x.json")), {}, now, at(0))) == [["acme/prod/x.json"]]
    assert asked(plan_backlog(listing(report("acme/prod/x.json")), {}, now, at(0))) == [["acme/prod/x.json"]]


def test_what_is_gone_is_forgotten() -> None:
    """The memory would grow for ever."""
    stays, gone = report("acme/prod/a.json"), report("acme/prod/b.json")
    decided = plan(listing(stays), seen(stays, gone), RULES, at(5))
    assert set(decided.looks) == {"acme/prod/a.json"}
    new = report("acme/prod/c.json")
    decided = plan(listing(stays, new), seen(stays), RULES, at(5))
    assert decided.looks == {**seen(stays), "acme/prod/c.json": Look(10, 1, 1, at(5), None)}


def test_many_reports_of_a_source_are_one_request() -> None:
    """A run costs 3.4 s of CPU whatever it reads: a thousand reports would take an hour."""
    reports = [report(f"acme/prod/x_2026010{day}.json") for day in (5, 4, 3, 2, 1)]
    single = report("globex/prod/x.json")
    first = plan(listing(*reports, single), seen(*reports, single), RULES, at(10))
    assert asked(first) == [
        ["globex/prod/x.json"],
        [f"acme/prod/x_2026010{day}.json" for day in (1, 2, 3, 4)],
    ]
    second = plan(listing(*reports), first.looks, RULES, at(20))
    assert asked(second) == [["acme/prod/x_20260105.json"]]


def test_as_many_as_the_threshold_get_a_request_each() -> None:
    """One run page would no longer show one file's story."""
    reports = [report(f"acme/prod/{name}.json") for name in "abc"]
    assert asked(plan(listing(*reports), seen(*reports), RULES, at(10))) == [
        ["acme/prod/a.json"],
        ["acme/prod/b.json"],
        ["acme/prod/c.json"],
    ]


def test_sources_take_turns() -> None:
    """One client's thousand files would hold up everybody else's one."""
    reports = [report(f"{client}/prod/{name}.json") for client in ("acme", "globex") for name in "abc"]
    reports.append(report("initech/prod/a.json"))
    assert asked(plan(listing(*reports), seen(*reports), RULES, at(10))) == [
        ["initech/prod/a.json"],
        ["acme/prod/a.json"],
        ["globex/prod/a.json"],
        ["acme/prod/b.json"],
        ["globex/prod/b.json"],
    ]


def test_a_source_whose_run_is_to_come_lets_others_go_first() -> None:
    """Five clients with a large backlog would keep all others from being served for as long as it lasts."""
    backlog = [report(f"acme/prod/{number}.json") for number in range(9)]
    fresh = report("globex/prod/x.json")
    known = seen(*backlog[:4], requested_at=at(10)) | seen(*backlog[4:])
    known["globex/prod/x.json"] = Look(*fresh.facts, at(30), None)
    rules = RULES._replace(max_runs=1)
    assert asked(plan(listing(*backlog, fresh), known, rules, at(40))) == [["globex/prod/x.json"]]


def test_a_tick_reads_no_more_than_it_may() -> None:
    """Fingerprints of many large files would take longer than a tick may; a very large one would wait for ever."""
    big, small = report("acme/prod/a.json", size=5000), report("globex/prod/b.json", size=5)
    batch = [report(f"initech/prod/{name}.json", size=400) for name in "abcd"]
    known = seen(big, small, *batch)
    assert asked(plan(listing(big, small), known, RULES, at(10))) == [["acme/prod/a.json"]]
    assert asked(plan(listing(small, *batch), known, RULES, at(10))) == [
        ["globex/prod/b.json"],
        ["initech/prod/a.json", "initech/prod/b.json"],
    ]


def test_the_backlog_takes_what_was_left_and_what_failed() -> None:
    """A report whose run failed because the database was away would wait for ever."""
    failed = report("acme/prod/failed.json")
    running = report("acme/prod/running.json")
    left = [report(f"globex/prod/{number}.json") for number in range(9)]
    growing = report("acme/prod/growing.json")
    known = seen(failed, requested_at=at(0)) | seen(running, requested_at=at(1)) | seen(*left)

    decided = plan_backlog(listing(failed, running, growing, *left), known, RULES, at(600))

    assert asked(decided) == [["acme/prod/failed.json"], [f"globex/prod/{number}.json" for number in range(4)]]
    assert decided.looks["acme/prod/failed.json"].requested_at == at(600)
    assert decided.looks["acme/prod/running.json"].requested_at == at(1)


def test_what_is_misplaced_is_moved_once_it_stays_the_same() -> None:
    """Moving it to another disk while it is written would leave half of it."""
    item = Misplaced("x.json", "reason", "advice", 1, 1, 1)
    first = plan(listing(misplaced=(item,)), {}, RULES, at(0))
    second = plan(listing(misplaced=(item,)), first.looks, RULES, at(10))
    assert (first.misplaced, second.misplaced) == ((), (item,))
    assert second.requests == ()


def test_ten_thousand_reports_are_planned_for_ten_times_the_cost_of_a_thousand() -> None:
    """A tick of the sensor has 5 s for everything."""

    def planning(count: int) -> Callable[[], Plan]:
        reports = [report(f"client{n % 300}/prod/vm_{n}_20260131T0200Z.json") for n in range(count)]
        return partial(plan, listing(*reports), seen(*reports), RULES, at(10))

    many = planning(MANY)
    assert growth(planning(FEW), many) < MOST
    assert len(many().requests) == 5
