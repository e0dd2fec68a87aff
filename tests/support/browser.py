"""A real browser for the tests of pages; it never reaches the network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, running; skips where it or what drives it isn't there."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the page with")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@contextmanager
def opener(browser: Any, height: int) -> Iterator[Callable[..., Any]]:
    """Opens files, each in a window of its own, cut off from the network: `open(address, at="", **options)`.

    Whatever a page asks for besides itself and files it has made in memory, or complains of, fails the test.
    """
    contexts = []
    troubles: list[str] = []

    def opened(address: str, at: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": height}, "offline": True, **options})
        context.set_default_timeout(300_000)  # however slow the machine is
        contexts.append(context)
        page = context.new_page()

        def asked(request: Any) -> None:
            if request.url.split("#")[0] != address and not request.url.startswith("blob:"):
                troubles.append(f"asked for {request.url}")

        page.on("request", asked)
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.goto(address + at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
