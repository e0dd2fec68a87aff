"""A browser for the tests of the page, which never reaches the network, and a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, walkthrough
from autograd.views.walkthrough import Walkthrough
from support.browser import chromium, opener
from support.pages import Open
from support.terminals import Terminal


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def show_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a walk’s page from disk, `made` so; cut off from the network, what it asks for or complains of fails."""
    with opener(browser, height=800) as opened:

        def open_walk(y: Value | Walkthrough, at: str = "", made: dict[str, Any] | None = None, **options: Any) -> Any:
            walk = y if isinstance(y, Walkthrough) else walkthrough(y)
            return opened(walk.save_html(tmp_path / "page.html", **(made or {})).as_uri(), at, **options)

        yield open_walk


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal().start()
    yield made
    made.child.close(force=True)
