"""A page's address follows the step, a print is a page, and the start shows the whole graph, with a legend."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, walkthrough
from autograd.views.page import notebook
from support.pages import Open, neuron


def chain(length: int) -> Value:
    y = Value(0.5, "x")
    for _ in range(length):
        y = autograd.sin(y)
    y.label = "y"
    return y


def fragment(page: Any, wanted: str) -> None:
    """Wait until the address ends in this."""
    page.wait_for_function("wanted => location.hash === wanted", arg=wanted)


# -- the address ------------------------------------------------------------------------------------------------------


def test_the_address_follows_the_step_and_a_reload_comes_back_to_it(show_page: Open) -> None:
    page = show_page(neuron())
    assert page.evaluate("location.hash") == ""
    entries = page.evaluate("history.length")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    fragment(page, "#step=4")
    page.reload()
    assert page.locator("#where").inner_text() == "step 4 of 15"
    page.keyboard.press("Home")
    fragment(page, "#step=0")
    assert page.evaluate("history.length") == entries, "back leads out of the page, not through the steps"


def test_home_is_kept_by_a_page_that_starts_elsewhere(show_page: Open) -> None:
    page = show_page(neuron(), made={"start": 9})
    page.keyboard.press("Home")
    fragment(page, "#step=0")
    page.reload()
    assert page.locator("#where").inner_text() == "15 steps ahead"


def test_links_and_the_back_button_lead_to_their_steps(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=3")
    page.evaluate("location.hash = '#step=12'")  # as a link to it does
    page.locator("#where", has_text="step 12 of 15").wait_for()
    page.go_back()
    page.locator("#where", has_text="step 3 of 15").wait_for()
    page.go_forward()
    page.locator("#where", has_text="step 12 of 15").wait_for()
    page.evaluate("location.hash = '#step=4000'")
    fragment(page, "#step=15")  # the address tells where one is


def test_a_key_held_down_makes_no_browser_complain(show_page: Open) -> None:
    """Chromium and Safari refuse to change the address more than some 100 times in half a minute, and say so."""
    page = show_page(chain(300))
    page.evaluate("for (let i = 0; i < 601; i++) view.go(i)")
    fragment(page, "#step=600")


def test_a_notebooks_frame_leaves_addresses_alone(browser: Any) -> None:
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.set_content(notebook(walkthrough(neuron()))["text/html"])
        frame = page.frame_locator("iframe")
        frame.locator("#last").click()
        assert frame.locator("#where").inner_text() == "step 15 of 15"
        assert page.frames[1].url == "about:srcdoc"
        assert page.url == "about:blank"
        assert troubles == []


# -- the start --------------------------------------------------------------------------------------------------------

INSIDE = """(i) => {
  const frame = document.querySelector("#graph > svg").getBoundingClientRect();
  const box = document.getElementById(`n${i}`).getBoundingClientRect();
  return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_start_shows_the_whole_graph_and_a_step_its_own_part_legibly(
    width: int, height: int, show_page: Open
) -> None:
    y = chain(30)
    page = show_page(y, viewport={"width": width, "height": height}, reduced_motion="reduce")
    count = page.evaluate("walk.nodes.length")
    assert all(page.evaluate(INSIDE, i) for i in range(count)), "with the output in sight"
    scale = "document.querySelector('#graph > svg').getScreenCTM().a"
    for position in (1, 2, 30, 31, 61):
        page.evaluate(f"view.go({position})")
        assert page.evaluate(scale) >= 0.8 - 1e-6
        assert page.evaluate(INSIDE, page.evaluate("walk.steps[view.position - 1].target"))
    page.keyboard.press("Home")
    assert all(page.evaluate(INSIDE, i) for i in range(count))


def test_the_view_glides_to_where_the_step_is(show_page: Open) -> None:
    """With motion on, also where one goes on before the last glide has ended."""
    page = show_page(chain(30), reduced_motion="no-preference")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => ['x', 'y', 'width'].every((key) => view.graph.view[key] === view.graph.aim[key])")
    assert page.evaluate(INSIDE, page.evaluate("walk.steps[19].target"))


def test_the_legend_names_colours_and_edge_numbers(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=12")
    legend = page.locator("#legend")
    assert "local derivative" in legend.inner_text()
    style = "(selector) => { const s = getComputedStyle(document.querySelector(selector)); return [s.fill, s.stroke]; }"
    for kind in ("variable", "constant", "output"):  # drawn as in the graph
        assert page.evaluate(style, f"#legend .{kind}") == page.evaluate(style, f"g.node.{kind} rect"), kind
    assert page.evaluate(style, "#legend .backward")[1] == page.evaluate(style, "g.edge.backward path")[1]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(style, "#legend .forward")[1] == page.evaluate(style, "g.edge.forward path")[1]


# -- on paper ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_a_print_shows_the_whole_graph_dark_on_white_and_the_table(theme: str, show_page: Open) -> None:
    page = show_page(chain(30), at="#step=40", made={"theme": theme}, color_scheme="dark", reduced_motion="reduce")
    before = page.evaluate("document.querySelector('#graph > svg').getAttribute('viewBox')")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = page.evaluate("document.querySelector('#graph > svg').getAttribute('viewBox')").split()
    for left, top, wide, high in page.evaluate("walk.nodes.map((node) => node.box)"):
        assert float(shown[0]) <= left
        assert left + wide <= float(shown[0]) + float(shown[2])
        assert float(shown[1]) <= top
        assert top + high <= float(shown[1]) + float(shown[3])
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert page.locator("#controls").is_hidden()
    assert page.locator("#arithmetic").is_visible()
    assert page.locator("#rows tr").last.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelector('#graph > svg').getAttribute('viewBox')") == before


def test_a_pdf_has_pages(show_page: Open, tmp_path: Path) -> None:
    page = show_page(neuron())
    pdf = page.pdf(path=tmp_path / "page.pdf")
    assert pdf.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 3
    assert page.locator("#where").inner_text() == "15 steps ahead"
