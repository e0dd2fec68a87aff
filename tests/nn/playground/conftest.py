"""A browser for the tests of the playground's page; it never reaches the network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nn import Playground

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

OpenPlayground = Callable[..., Any]
"""The fixture `open_page`: opens a playground's page."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the page with")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[OpenPlayground]:
    """Open a page from disk, cut off from the network; whatever it asks for or complains of fails the test."""
    contexts = []
    troubles: list[str] = []

    def opened(playground: Playground, at: str = "", **options: Any) -> Any:
        path = playground.save_html(tmp_path / "playground.html")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "offline": True, **options})
        contexts.append(context)
        page = context.new_page()
        address = path.as_uri()
        page.on("request", lambda request: _is_own(request.url, address) or troubles.append(f"asked for {request.url}"))
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.goto(address + at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def _is_own(url: str, address: str) -> bool:
    """Whether it is the page itself, or a file that it has made in memory."""
    return url.split("#")[0] == address or url.startswith("blob:")
