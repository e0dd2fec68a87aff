"""The page shows labels as text, fits its window, and works in frames, narrow ones and hidden ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, walkthrough
from autograd.views.page import notebook
from autograd.views.walkthrough import Walkthrough
from support.pages import Open, fill, missed, neuron, rows

# -- safe, readable, everywhere ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "{{script}} {0}",
        "\"'&amp;\n</title><svg onload=alert(1)>",
        "가중치 ∂w",
    ],
)
def test_labels_stay_text(label: str, show_page: Open) -> None:
    x = Value(2.0, label)
    y = autograd.exp(x) * x
    y.label = label + "!"
    page = show_page(y, at="#step=4")
    shown = " ".join(label.split())
    assert shown in [" ".join(name.split()) for name in rows(page)]
    page.locator("#n0").click()
    assert page.locator("#detail-name").inner_text() == shown
    assert page.locator("g.node title").first.text_content() == shown
    assert page.locator("img, svg svg, main script").count() == 0
    assert page.title() == f"{shown}!, step by step"


def test_names_from_a_file_stay_text(show_page: Open) -> None:
    text = walkthrough(Value(2.0, "x") ** 3).to_json()
    hostile = "<img src=x onerror=alert(1)>"
    walk = Walkthrough.from_json(text.replace('"name": "3"', f'"name": "{hostile}"'))
    assert walk.nodes[1].name == hostile
    page = show_page(walk, at="#step=3")
    assert page.locator("img").count() == 0
    assert page.locator("#n1 text").text_content() == hostile[:19] + "…"


def test_the_policy_stops_what_might_get_in(browser: Any, tmp_path: Path) -> None:
    walkthrough(neuron()).save_html(tmp_path / "page.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.inside = 1'}))"
    )
    assert page.evaluate("window.inside") is None
    assert "fetched" not in page.evaluate(
        "fetch('https://example.com').then(() => 'fetched', (error) => String(error))"
    )
    context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_texts_stay_in_their_boxes_and_the_page_in_its_window(width: int, height: int, show_page: Open) -> None:
    y = neuron()
    autograd.variables(y)[0].label = "a weight with an extraordinarily long name"
    autograd.variables(y)[1].label = "손실함수의기울기를구하는가중치"
    page = show_page(y, at="#step=15", viewport={"width": width, "height": height})
    fill(page, "x", "-1.2345e-300")  # as long as a number gets
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll("g.node")].flatMap((node) => {
          const frame = node.querySelector("rect").getBBox();
          const boxes = [...node.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
          const outside = (a) => a.x < 0 || a.y < 0 || a.x + a.width > frame.width || a.y + a.height > frame.height;
          const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < 4;
          return boxes.filter(([, a], i) => outside(a) || boxes.some(([, b], j) => i !== j && meet(a, b)))
            .map(([text]) => text);
        })"""
    )
    assert overlapping == []
    cut_off = """() => [...document.querySelectorAll("td, th, button, p, h1, h2, dt, dd, li")]
      .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth).map((e) => e.textContent)"""
    assert page.evaluate(cut_off) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_everything_one_can_press_has_a_name(show_page: Open) -> None:
    page = show_page(neuron())
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")]
          .filter((e) => !(e.ariaLabel || e.innerText || e.labels?.length)).map((e) => e.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("[aria-live]").count() >= 2


def test_the_notebooks_frame_is_alive_and_isolated(browser: Any) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_content(notebook(walkthrough(neuron()))["text/html"])
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#where").inner_text() == "step 15 of 15"
    frame.locator("#practice").check()
    frame.locator("#first").click()
    frame.locator("#next").click()
    frame.locator("#answer").fill("1")
    frame.locator("#answer").press("Enter")
    assert frame.locator("#verdict").inner_text() == "Right: v1 = 1.0000."
    assert (
        page.frames[1].evaluate("(() => { try { return parent.document.title; } catch (e) { return e.name; } })()")
        == "SecurityError"
    )
    context.close()


# -- hidden when it loads ---------------------------------------------------------------------------------------------

# ways in which a page keeps a notebook's cell out of sight, and what shows it
HIDDEN = {
    "details": ("<details>{}</details>", "document.querySelector('details').open = true"),
    "tab": ('<div id="tab" style="display: none">{}</div>', "tab.style.display = 'block'"),
    "width": ('<div id="tab" style="width: 0; overflow: hidden">{}</div>', "tab.style.width = '900px'"),
    "cell": ('<div id="tab" style="content-visibility: hidden">{}</div>', "tab.style.contentVisibility = 'visible'"),
    "slide": ('<section id="tab" hidden>{}</section>', "tab.hidden = false"),
    "frame": ("{}", "document.querySelector('iframe').style.display = 'block'"),
}


@pytest.mark.parametrize("way", HIDDEN)
@pytest.mark.parametrize("moved", [False, True])
def test_a_frame_that_was_hidden_when_it_loaded_shows_its_graph(browser: Any, way: str, moved: bool) -> None:
    around, reveal = HIDDEN[way]
    cell = notebook(walkthrough(Value(2.0, "w") * Value(3.0, "x")))["text/html"]
    if way == "frame":
        cell = cell.replace('style="', 'style="display: none; ')
    with browser.new_context(offline=True, reduced_motion="reduce") as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.set_content(around.format(cell))
        frame = page.frames[1]
        frame.wait_for_function("window.view")
        if moved:
            frame.evaluate("view.go(3)")
        page.evaluate(reveal)
        assert missed(frame) == 0
        assert troubles == []


@pytest.mark.parametrize("sandbox", ["", "sandbox", 'sandbox="allow-scripts"'])
def test_a_saved_page_in_a_frame_in_closed_details(sandbox: str, browser: Any, tmp_path: Path) -> None:
    """As in a course's own pages. Without scripts there is the graph, and no more."""
    walkthrough(neuron()).save_html(tmp_path / "page.html")
    frame = f'<iframe src="page.html" {sandbox} style="width: 900px; height: 700px"></iframe>'
    (tmp_path / "course.html").write_text(f"<!doctype html><details><summary>open</summary>{frame}</details>")
    with browser.new_context(offline=True, reduced_motion="reduce") as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto((tmp_path / "course.html").as_uri())
        page.locator("summary").click()
        if sandbox == "sandbox":
            assert page.frame_locator("iframe").locator("g.node").count() == 11
            return
        frame = page.frames[1]
        frame.wait_for_function("() => window.view")
        assert missed(frame) == 0
        frame.locator("#next").click()
        assert frame.locator("#where").inner_text() == "step 1 of 15"
        frame.wait_for_function("() => location.hash === '#step=1'")
        assert page.evaluate("location.hash") == ""
        assert troubles == []


def test_the_whole_graph_follows_the_size_until_it_is_moved_by_hand(show_page: Open) -> None:
    page = show_page(neuron(), reduced_motion="reduce")
    for width in (1280, 700, 400, 1500):
        page.set_viewport_size({"width": width, "height": 800})
        if width == 400:  # too narrow for all of it: as at the start
            continue
        page.locator("#zoom-fit").click()
        assert missed(page) == 0
    page.set_viewport_size({"width": 1100, "height": 700})
    assert missed(page) == 0, "all of it, whatever the size"
    page.locator("#zoom-in").click()
    view = page.evaluate("view.graph.view")
    page.set_viewport_size({"width": 1000, "height": 700})
    missed(page)
    assert page.evaluate("view.graph.view") == view


def test_the_step_is_in_view_after_a_change_of_size(show_page: Open) -> None:
    deep = Value(0.5, "x")
    for _ in range(30):
        deep = autograd.sin(deep)
    page = show_page(deep, at="#step=31", reduced_motion="reduce")
    for width in (1280, 500, 900):
        page.set_viewport_size({"width": width, "height": 800})
        missed(page)
        box = page.locator("g.node.target rect").bounding_box()
        frame = page.locator("#graph > svg").bounding_box()
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_a_depth_limit_shows_what_is_given(show_page: Open) -> None:
    page = show_page(walkthrough(neuron(), depth=2))
    assert rows(page)["f"] == (str(neuron().operands[0].operands[1].data), "—")
    assert page.locator("g.node.given").count() == 1
