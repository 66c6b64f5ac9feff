"""What people see of it in a browser: Dagster's real UI, with the real daemon behind it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from vcenter_pipeline.settings import Settings
from vcenter_pipeline_tests.e2e.browser import MISSING, browsing, find_chromium
from vcenter_pipeline_tests.e2e.servers import Serve, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

START_SECONDS = 120
RUN_SECONDS = 90
SEE_SECONDS = 60
GOOD, NEXT, BAD = "vm_info-2026-11-24T0415Z.json", "alarms-2026-11-24T0430Z.json", "notes-2026-11-24T0420Z.json"
SENTENCE = "Nothing in the report is recognised."
GROUPS = ("raw", "core", "powerbi", "overview", "maintenance")


@pytest.fixture
def page() -> "Iterator[Page]":
    """Give a page of a headless Chromium.

    Without a browser the test is skipped with the words that install one; where CI is set it fails.
    """
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with browsing(chromium, width=1600, height=1100, seconds=SEE_SECONDS) as found:
        yield found


def of_report(server: Server, report: str) -> dict[str, Any] | None:
    """Give the run that took a report, once it has ended."""
    for run in server.finished_runs():
        if {"key": "vcenter/report", "value": report} in run["tags"]:
            found: dict[str, Any] = run
            return found
    return None


def test_the_ui_shows_what_became_of_two_reports(  # noqa: PLR0913, PLR0917 - fixtures
    home: Settings,
    drop: Callable[[str, bytes], Path],
    real: Callable[[str], bytes],
    command: list[str],
    port: int,
    serve: Serve,
    page: "Page",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The UI is the dashboard: what it does not show, or shows only after a reload, nobody will see at night."""
    assert home.home_path.is_absolute()
    settings = {"UI_PORT": port, "POLL_SECONDS": 5, "STABILITY_SECONDS": 1, "FORMATS": "parquet"}
    for name, value in settings.items():
        monkeypatch.setenv(f"VCENTER_{name}", str(value))
    root = f"http://127.0.0.1:{port}"
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    with serve([*command, "up"]) as server:
        server.wait_for(lambda: server.ask("{ version }"), START_SECONDS)

        page.goto(f"{root}/runs")
        page.get_by_text("No runs").first.wait_for()
        drop(f"acme/prod/{GOOD}", real("ansible12/vm_info_full.json"))
        drop(f"globex/prod/{BAD}", b'{"remark": "no list of anything"}')
        for report in (GOOD, BAD):
            page.get_by_text(f"vcenter/report: {report}").first.wait_for(timeout=RUN_SECONDS * 1000)
        good = page.get_by_role("link", name="ingest_job").first
        good.wait_for()
        page.get_by_text("Success", exact=True).first.wait_for(timeout=RUN_SECONDS * 1000)
        page.get_by_text("Failure", exact=True).first.wait_for(timeout=RUN_SECONDS * 1000)

        drop(f"acme/prod/{NEXT}", real("alarms/alarms_module_register.json"))
        page.get_by_text(f"vcenter/report: {NEXT}").first.wait_for(timeout=RUN_SECONDS * 1000)
        running = server.ask("{ runsOrError(limit: 1) { ... on Runs { results { runId } } } }")
        page.goto(f"{root}/runs/{running['runsOrError']['results'][0]['runId']}")
        page.get_by_text("RUN_SUCCESS").first.wait_for(timeout=RUN_SECONDS * 1000)
        assert any(url.startswith("ws://") and url.endswith("/graphql") for url in sockets)

        failed = server.wait_for(lambda: of_report(server, BAD), RUN_SECONDS)
        assert failed["status"] == "FAILURE"
        page.goto(f"{root}/runs/{failed['runId']}")
        page.get_by_text(SENTENCE).first.wait_for()

        page.goto(f"{root}/asset-groups")
        for group in GROUPS:
            page.get_by_text(group, exact=True).first.wait_for()

        page.goto(f"{root}/assets/raw/report?partition={quote('acme/prod', safe='')}&view=partitions")
        page.get_by_text(f"acme/prod/{NEXT}: ingested, 29 triggered alarms.").first.wait_for()
        page.goto(f"{root}/assets/raw/report?view=overview")
        page.get_by_text("Plots", exact=True).first.click()
        page.get_by_text("Triggered alarms").first.wait_for()
        page.locator("canvas").first.wait_for()

        page.goto(f"{root}/assets/overview/source?partition={quote('acme/prod', safe='')}&view=partitions")
        page.get_by_text("[Show Markdown]").first.click()
        page.get_by_text("Needs attention:").first.wait_for()
        page.locator('img[src^="data:image/svg+xml"]').nth(2).wait_for()

        page.goto(f"{root}/assets/raw/report?view=checks")
        page.get_by_text("something_was_recognised").first.wait_for()
        page.goto(f"{root}/assets/raw/report?partition={quote('globex/prod', safe='')}&view=partitions")
        page.get_by_text(SENTENCE).first.wait_for()
