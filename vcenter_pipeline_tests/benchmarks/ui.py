"""Measure Dagster's UI at size: `python -m vcenter_pipeline_tests.benchmarks.ui HOME [--new]`.

It makes a home of many sources and runs, starts the real webserver on it, opens its pages in headless Chromium, and
tells of each: seconds until its content shows and until nothing is asked for any more, the CPU seconds of the webserver
(which another process on the machine does not change), and the slowest query. Nothing is asserted: seconds belong to
the machine. It needs Playwright, and the Chromium that `--browser` names.
"""

import argparse
import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from vcenter_pipeline_tests.benchmarks.ui_home import build_home, environment_of
from vcenter_pipeline_tests.e2e.webserver import webserver

_SECONDS: Final = 60
_QUIET_SECONDS: Final = 0.4
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_FIRST, _SOURCE = "client-000/prod", "client-007/prod"

Page: TypeAlias = Any
BrowserContext: TypeAlias = Any
Request: TypeAlias = Any
"""Playwright's, which is installed for this program alone: whoever checks types may not have it."""
Shown = Callable[[Page], None]
"""Comes back when the content of a page shows."""


class Visit(NamedTuple):
    """One look at a page; seconds."""

    asked: float
    """When the page's program had started and asked first; no design of ours changes that."""
    shown: float
    settled: float
    """When the last answer came, before the page asks for the same again."""
    cpu: float
    queries: tuple[tuple[float, int, str], ...]
    """Seconds, bytes and name of each, the slowest first."""


def _text(text: str) -> Shown:
    return lambda page: page.get_by_text(text, exact=True).first.wait_for(timeout=_SECONDS * 1_000)


def _plots(page: Page) -> None:
    page.get_by_role("button", name="Plots").click(timeout=_SECONDS * 1_000)
    page.locator("canvas").first.wait_for(timeout=_SECONDS * 1_000)


def pages(run_id: str) -> dict[str, tuple[str, Shown]]:
    """Give the pages by what they are: the path, and what tells that the content shows."""
    report, partition = "/assets/raw/report", _SOURCE.replace("/", "%2F")
    return {
        "catalog": ("/assets", _text("300 partitions")),
        "raw/report, overview": (report, _text("Reports ingested")),
        "raw/report, plots": (report, _plots),
        "raw/report, partitions": (f"{report}?view=partitions", _text(_FIRST)),
        "raw/report, one partition": (f"{report}?view=partitions&partition={partition}", _text("Reports ingested")),
        "raw/report, events": (f"{report}?view=events", _text("Reports ingested")),
        "raw/report, checks": (f"{report}?view=checks", _text("something_was_recognised")),
        "raw/report, lineage": (f"{report}?view=lineage", _text("virtual_machines")),
        "powerbi/dim_source, overview": ("/assets/powerbi/dim_source", _text("Files")),
        "powerbi/dim_source, partitions": ("/assets/powerbi/dim_source?view=partitions", _text(_FIRST)),
        "powerbi/dim_source, events": ("/assets/powerbi/dim_source?view=events", _text("Files")),
        "powerbi/dim_virtual_machine, events": ("/assets/powerbi/dim_virtual_machine?view=events", _text("Files")),
        "lineage of all": ("/asset-groups", _text("powerbi")),
        "runs": ("/runs", lambda page: page.locator('a[href^="/runs/"]').nth(5).wait_for()),
        "runs of a client": (
            "/runs?q[0]=tag%3Avcenter%2Fclient%3Dclient-007",
            lambda page: page.locator('a[href^="/runs/"]').nth(5).wait_for(),
        ),
        "a run": (f"/runs/{run_id}", _text("RUN_SUCCESS")),
    }


def _cpu_seconds(process: int) -> float:
    """Give what the webserver used, all its threads; the code server beside it answers no query."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def visit(context: BrowserContext, url: str, shown: Shown, process: int) -> Visit:
    """Open a page, and wait until it shows and asks no more."""
    page = context.new_page()
    asked: dict[Request, float] = {}
    answered: dict[Request, float] = {}
    cpu, started = _cpu_seconds(process), time.perf_counter()

    def ask(request: Request) -> None:
        if request.url.endswith("/graphql") or "/graphql?" in request.url:
            asked[request] = time.perf_counter() - started

    def answer(request: Request) -> None:
        if request in asked:
            answered[request] = time.perf_counter() - started

    page.on("request", ask)
    page.on("requestfinished", answer)
    page.goto(url, wait_until="commit")
    shown(page)
    seconds = time.perf_counter() - started
    while time.perf_counter() - started < _SECONDS:
        page.wait_for_timeout(_QUIET_SECONDS * 100)
        last = max(answered.values(), default=0)
        if len(asked) == len(answered) and time.perf_counter() - started - max(last, seconds) > _QUIET_SECONDS:
            break
    used = _cpu_seconds(process) - cpu
    queries = sorted(
        ((answered[request] - asked[request], _size(request), _name(request)) for request in tuple(answered)),
        reverse=True,
    )
    settled = max(seconds, *answered.values()) if answered else seconds
    page.close()
    return Visit(min(asked.values(), default=0), seconds, settled, used, tuple(queries))


def _size(request: Request) -> int:
    response = request.response()
    return len(response.body()) if response else 0


def _name(request: Request) -> str:
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return str(body.get("operationName"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ui", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("home", type=Path, help="where the home is, or is made where there is none")
    parser.add_argument("--new", action="store_true", help="make it anew")
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each page is opened; default 3")
    parser.add_argument("--only", default="", help="only pages with this word in their name")
    parser.add_argument("--queries", type=int, default=1, help="how many of the slowest queries are told; default 1")
    parser.add_argument("--browser", type=Path, default=Path("/usr/bin/chromium"))
    return parser.parse_args()


def _row(name: str, visits: list[Visit], queries: int) -> str:
    cold, warm = visits[0], visits[1:] or visits
    best = min(warm, key=lambda each: each.settled)
    slowest = ", ".join(
        f"{name} {seconds:.2f} s, {size / 1024:,.0f} KiB" for seconds, size, name in best.queries[:queries]
    )
    least = [
        min(figures)
        for figures in zip(*((each.asked, each.shown, each.settled, each.cpu) for each in warm), strict=True)
    ]
    figures = (cold.shown, cold.settled, cold.cpu, *least)
    return f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} | {slowest} |\n"


def main() -> None:
    """Make the home, measure, and print a row as soon as it is there."""
    options = _arguments()
    playwright_of: Any = importlib.import_module("playwright.sync_api")
    if options.new or not (options.home / "dagster.yaml").exists():
        build_home(options.home, sources=options.sources, runs=options.runs)
    shards = sorted((options.home / "history" / "runs").glob("*-*.db"))
    run_id = max(shards[:20], key=lambda shard: shard.stat().st_size).stem
    sys.stdout.write("| page | first: shown | settled | CPU | then: asks | shown | settled | CPU | slowest query |\n")
    sys.stdout.write("|---|---:|---:|---:|---:|---:|---:|---:|---|\n")
    with webserver(environment_of(options.home)) as (url, process), playwright_of.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        with contextlib.closing(browser.new_context(viewport={"width": 1400, "height": 900})) as context:
            for name, (path, shown) in pages(run_id).items():
                if options.only in name:
                    visits = [visit(context, url + path, shown, process) for _ in range(options.rounds)]
                    sys.stdout.write(_row(name, visits, options.queries))
                    sys.stdout.flush()
        browser.close()


if __name__ == "__main__":
    main()
