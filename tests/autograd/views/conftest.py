"""A browser for the tests of the page; it never reaches the network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, walkthrough
from autograd.views.walkthrough import Walkthrough
from support.pages import Open

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the page with")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def show_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a walk’s page from disk, `made` so; cut off from the network, what it asks for or complains of fails."""
    contexts = []
    troubles: list[str] = []

    def opened(y: Value | Walkthrough, at: str = "", made: dict[str, Any] | None = None, **options: Any) -> Any:
        path = tmp_path / "page.html"
        (y if isinstance(y, Walkthrough) else walkthrough(y)).save_html(path, **(made or {}))
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "offline": True, **options})
        contexts.append(context)
        page = context.new_page()
        address = path.as_uri() + at
        page.on(
            "request",
            lambda request: request.url.split("#")[0] == path.as_uri() or troubles.append(f"asked for {request.url}"),
        )
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
