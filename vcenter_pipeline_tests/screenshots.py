"""Make the pictures of README: `python -m vcenter_pipeline_tests.screenshots [DIRECTORY]`.

It runs the demo in a home of its own, gives one client a month of reports, starts the real webserver on it, and takes
the pictures in headless Chromium. The month is the demo's newest list of that client with fewer machines the older it
is. It takes about three minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vcenter_pipeline.demo import demo_reports
from vcenter_pipeline_tests.e2e.browser import MISSING, browsing, find_chromium
from vcenter_pipeline_tests.e2e.webserver import webserver

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

_DOCS: Final = Path(__file__).parent.parent / "docs"
_SOURCE: Final = "acme/prod"
_LIST: Final = f"{_SOURCE}/vm_info-2026-11-24T0415Z.json"
_PARTITION: Final = "view=partitions&partition=acme%2Fprod"
_DAYS: Final = 30
_SECONDS: Final = 120.0


class Picture(NamedTuple):
    """One picture, and how the page gets to show it."""

    name: str
    path: str
    show: "Callable[[Page], None]"
    width: int
    height: int


def _show_markdown(page: "Page") -> None:
    page.get_by_text("[Show Markdown]", exact=True).first.click()
    page.locator('img[src^="data:image/svg+xml"]').nth(2).wait_for()


def _show_graph(page: "Page") -> None:
    for table in ("report", "history", "fact_vm_change"):
        page.get_by_text(table, exact=True).last.wait_for()


def _show_trend(page: "Page") -> None:
    page.get_by_text("Trend", exact=True).first.wait_for()


PICTURES: Final = (
    Picture("asset_graph.png", "/assets/core/virtual_machines?view=lineage", _show_graph, 1500, 1000),
    Picture("overview.png", "/assets/overview/estate", _show_markdown, 1500, 720),
    Picture("overview_source.png", f"/assets/overview/source?{_PARTITION}", _show_markdown, 1500, 860),
    Picture("trend.png", f"/assets/powerbi/fact_source_daily?{_PARTITION}", _show_trend, 1500, 920),
)


def place_month(input_path: Path) -> None:
    """Place a list of each of the days before the demo's newest."""
    (content,) = (report.content for report in demo_reports() if report.path == _LIST)
    newest = json.loads(content)
    last = date(2026, 11, 22)
    for age in range(_DAYS):
        machines = newest["virtual_machines"][: len(newest["virtual_machines"]) - (2 * age) // 3 - 2]
        path = input_path / _SOURCE / f"vm_info-{last - timedelta(days=age)}T0200Z.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(newest | {"virtual_machines": machines}), encoding="utf-8")


def build_home(home: Path) -> None:
    """Run the demo and the month."""
    command = [sys.executable, "-m", "vcenter_pipeline.cli"]
    place_month(home / "input")
    subprocess.run([*command, "demo", "--home", str(home)], check=True)  # noqa: S603 - our own words


def take_pictures(address: str, docs: Path, only: str) -> None:
    """Take every picture and say so."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit(MISSING)
    for picture in PICTURES:
        if only in picture.name:
            with browsing(chromium, width=picture.width, height=picture.height, seconds=_SECONDS) as page:
                page.goto(address + picture.path)
                picture.show(page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1_000)  # what slides or fades in has no end to wait for
                page.screenshot(path=docs / picture.name)
            sys.stdout.write(f"{docs / picture.name}\n")


def main() -> None:
    """Make the home, unless one is given, and take the pictures."""
    parser = argparse.ArgumentParser(prog="screenshots", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=_DOCS, help="where the pictures go; default docs")
    parser.add_argument("--home", type=Path, help="a home that was made before, or is made where there is none")
    parser.add_argument("--only", default="", help="only pictures with this word in their name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = (options.home or Path(scratch) / "vcenter_home").resolve()
        if not (home / "dagster").exists():
            build_home(home)
        environment = os.environ | {"VCENTER_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
        with webserver(environment) as (address, _):
            take_pictures(address, options.directory, options.only)


if __name__ == "__main__":
    main()
