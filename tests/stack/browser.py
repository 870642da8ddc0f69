"""The Chromium of the system (Debian's package `chromium`), with which tests open pages of the product."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM: Final = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
MOVES_MILLISECONDS: Final = 30_000
"""For what other processes do; on an idle machine it takes a second."""

needs_chromium: Final = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on the PATH: install Debian's package chromium"
)


@contextmanager
def opened_page(address: str) -> Iterator[Page]:
    """Open a browser of the width of a laptop; a script that fails, or that a policy refuses, fails the test."""
    problems: list[str] = []
    with sync_playwright() as playwright:
        # Without a sandbox, which is not to be had in containers: the browser opens our own pages only.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        opened = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
        opened.set_default_timeout(MOVES_MILLISECONDS)
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        yield opened
        browser.close()
    assert problems == []
