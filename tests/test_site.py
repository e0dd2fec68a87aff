"""The site made of docs/: built without a warning, and opened from disk in a real browser, cut off from the network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from support.browser import chromium

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LIVE = ("index", "first_hour", "seeing", "ko/first_hour")
"""The pages with live pages in them."""

pytestmark = pytest.mark.skipif(not (ROOT / "CONTRIBUTING.md").is_file(), reason="not in a source tree")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `.ci/docs` builds it, where a warning is an error; or what that has built for .ci/run."""
    if built := os.environ.get("SITE"):
        return Path(built)
    for name in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(name, reason=f"{name} (extra docs) is not installed")
    folder = tmp_path_factory.mktemp("site")
    options = ["-q", "-W", "--keep-going", "-E", "-b", "html", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(folder / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def show(site: Path, browser: Any) -> Iterator[Callable[[str], Any]]:
    """Open a page of the site; a request for anything but a file, and anything in the console, fails the test."""
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.on("request", lambda request: troubles.append(request.url) if not is_local(request.url) else None)
    page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
    page.on("console", lambda message: troubles.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))

    def opened(address: str) -> Any:
        page.goto((site / "index.html").as_uri().replace("index.html", address))
        return page

    yield opened
    context.close()
    assert troubles == []


def is_local(address: str) -> bool:
    return urlsplit(address).scheme in ("file", "data", "blob")


class _Links(HTMLParser):
    """What a page links to and shows, and the places in it that can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, text in attrs:
            if name in ("href", "src") and text:
                self.links.append(text)
            elif name == "id" and text:
                self.places.add(text)


@cache
def read(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def pages(site: Path) -> list[Path]:
    """Sphinx's pages."""
    return [page for page in sorted(site.rglob("*.html")) if "live" not in page.parts]


def test_every_page_of_docs_is_a_page_of_the_site(site: Path) -> None:
    for source in DOCS.rglob("*.md"):
        assert (site / source.relative_to(DOCS)).with_suffix(".html").is_file()


def test_links_within_the_site_hold(site: Path) -> None:
    broken, checked = [], 0
    for page in pages(site):
        for link in read(page).links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            checked += 1
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            place = unquote(address.fragment)
            if not target.is_file() or (place and place not in read(target).places):
                broken.append(f"{page.name}: {link}")
    assert broken == []
    assert checked > 1000


def test_nothing_is_fetched_from_elsewhere(site: Path, show: Callable[[str], Any]) -> None:
    for page in pages(site):
        show(page.relative_to(site).as_posix()).wait_for_load_state()


@pytest.mark.parametrize(("word", "page"), [("checkpoint", "transforms"), ("playground", "seeing"), ("기울기", "ko/")])
def test_the_search_works_from_disk(show: Callable[[str], Any], word: str, page: str) -> None:
    shown = show(f"search.html?q={word}")
    shown.wait_for_selector("#search-results .search-summary:has-text('found')")
    found = shown.eval_on_selector_all("#search-results li a", "links => links.map((link) => link.href)")
    assert any(page in address for address in found)
    shown.click("#search-results li a")
    shown.wait_for_selector("article h1")


@pytest.mark.parametrize("name", LIVE)
def test_live_pages_are_alive_where_they_are_embedded(show: Callable[[str], Any], name: str) -> None:
    page = show(f"{name}.html")
    frames = page.locator("iframe.live")
    assert frames.count() >= 2
    for i in range(frames.count()):
        frames.nth(i).scroll_into_view_if_needed()
        inside = frames.nth(i).content_frame
        inside.locator("button").first.wait_for()
    for image in page.locator("img").all():
        assert image.evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0


def test_no_page_is_wider_than_a_screen(site: Path, show: Callable[[str], Any]) -> None:
    """Of a telephone either; on a larger one tables, too, don't need to be scrolled to the side."""
    too_wide = "(all) => all.filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.innerText.slice(0, 40))"
    tables = 0
    for page in pages(site):
        shown = show(page.relative_to(site).as_posix())
        shown.set_viewport_size({"width": 390, "height": 900})
        assert shown.eval_on_selector_all("html", too_wide) == [], page.name
        shown.set_viewport_size({"width": 1280, "height": 900})
        assert shown.eval_on_selector_all("html, .table-wrapper", too_wide) == [], page.name
        tables += shown.locator(".table-wrapper").count()
    assert tables > 10


@pytest.mark.parametrize(("theme", "is_dark"), [("dark", True), ("light", False), ("auto", False)])
def test_live_pages_have_the_theme_of_the_page_around_them(site: Path, browser: Any, theme: str, is_dark: bool) -> None:
    """On a system of the light scheme, which isn't emulated: frames would be told what is."""
    page = browser.new_page(color_scheme="null")
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.goto((site / "index.html").as_uri())
    frames = page.locator("iframe.live")
    for i in range(frames.count()):
        frames.nth(i).scroll_into_view_if_needed()
        body = frames.nth(i).content_frame.locator("body")
        assert body.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") is is_dark
    page.close()


def test_a_step_is_taken_in_the_first_page(show: Callable[[str], Any]) -> None:
    walk = show("index.html").locator("iframe.live").first.content_frame
    product = walk.locator("#rows tr").filter(has_text="x1·w1")
    assert "0.8000" not in product.inner_text()
    walk.locator("#next").click()
    product.filter(has_text="0.8000").wait_for()


def test_korean_pages_are_in_korean_with_their_walks(show: Callable[[str], Any]) -> None:
    page = show("ko/first_hour.html")
    assert page.locator("html").get_attribute("lang") == "ko"
    walk = page.locator("iframe.live").first
    walk.scroll_into_view_if_needed()
    assert walk.content_frame.locator("html").get_attribute("lang") == "ko"
