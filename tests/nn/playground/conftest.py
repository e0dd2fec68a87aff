"""A browser for the tests of the playground's page; it never reaches the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nn import Playground
from support.browser import chromium, opener

OpenPlayground = Callable[..., Any]
"""The fixture `open_page`: opens a playground's page."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[OpenPlayground]:
    """Open a page from disk, cut off from the network; whatever it asks for or complains of fails the test."""
    with opener(browser, height=900) as opened:

        def open_playground(playground: Playground, at: str = "", **options: Any) -> Any:
            return opened(playground.save_html(tmp_path / "playground.html").as_uri(), at, **options)

        yield open_playground
