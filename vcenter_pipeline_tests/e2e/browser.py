"""A headless Chromium that looks at Dagster's UI."""

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

MISSING: Final = "There is no Chromium, so nobody can look at the UI. Install it: apt-get install chromium"
_FLAGS: Final = (
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-sync",
)
"""Without a network of its own the browser would look for its maker's hosts first."""


def find_chromium() -> str | None:
    """Find the machine's own browser: Playwright's would be a download from elsewhere."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browsing(chromium: str, *, width: int, height: int, seconds: float) -> "Iterator[Page]":
    """Give a page of a browser for the block, which waits so long for what it is asked for."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and used here only

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[f"--{flag}" for flag in _FLAGS])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(seconds * 1000)
        yield page
        browser.close()
