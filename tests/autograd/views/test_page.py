"""The page in a real browser: what it shows, computes, asks and refuses. It never reaches the network."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, constant, primitive, topological_order, walkthrough
from autograd.views import rendering
from autograd.views.page import notebook, to_html
from autograd.views.walk import show
from autograd.views.walkthrough import Walkthrough

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def neuron() -> Value:
    """Document 002's ε at (1, 0) in short: one sigmoid unit, and its weight used twice."""
    w, x, b = Value(2.0, "w"), constant(0.5, "x"), Value(-0.25, "b")
    f = autograd.sigmoid(w * x + b * w)
    f.label = "f"
    error = (0.25 - f) ** 2
    error.label = "ε"
    return error


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the page with")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


Open = Callable[..., Any]


@pytest.fixture
def show_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a walk's page from disk, cut off from the network; whatever it asks for or complains of fails the test."""
    contexts = []
    troubles: list[str] = []

    def opened(y: Value | Walkthrough, at: str = "", **options: Any) -> Any:
        path = tmp_path / "page.html"
        (y if isinstance(y, Walkthrough) else walkthrough(y)).save_html(path)
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


def rows(page: Any) -> dict[str, tuple[str, str]]:
    """The table: data and gradient, as shown, by name."""
    cells: list[list[str]] = page.eval_on_selector_all(
        "#rows tr",
        """lines => lines.map(({ cells: [name, , data, grad] }) =>
          [name.innerText, data.querySelector("input")?.value ?? data.innerText, grad.innerText])""",
    )
    return {name: (data, grad) for name, data, grad in cells}


def fill(page: Any, name: str, text: str) -> None:
    page.get_by_label(f"data of {name}", exact=True).fill(text)


# -- walking ----------------------------------------------------------------------------------------------------------


def test_by_keyboard_to_the_end_it_shows_the_engines_gradients(show_page: Open) -> None:
    y = neuron()
    page = show_page(y)
    for _ in range(len(walkthrough(y))):
        page.keyboard.press("ArrowRight")
    assert page.locator("#where").inner_text() == "step 15 of 15"
    y.backward()
    shown = rows(page)
    for value in topological_order(y):
        if value.label and not value.is_constant:
            assert shown[value.label][1] == show(value.grad)
    assert shown["x"] == ("0.5", "—")
    exact = page.evaluate("[walk.gradients, walk.nodes.map(node => node.name)]")
    gradients = dict(zip(exact[1], exact[0], strict=True))
    for value in autograd.variables(y):
        assert gradients[value.label] == pytest.approx(value.grad, rel=1e-12)


def test_every_step_reads_as_in_python(show_page: Open) -> None:
    y = neuron() * autograd.sum([Value(float(i)) for i in range(9)]) + autograd.sqrt(Value(0.0)) * 1e-9
    y = y * autograd.maximum(autograd.tanh(Value(-0.5)), Value(-2.0)) * abs(Value(-3.0)) ** 2
    page = show_page(y)
    walk = walkthrough(y)
    assert page.evaluate("walk.steps.map(step => walk.text(step))") == [
        step.text.replace(", where every gradient starts", "") for step in walk
    ]
    for position in (0, 3, len(walk.nodes), len(walk)):
        state = page.evaluate(f"(() => {{ const s = walk.state({position}); return [s.data, s.gradients]; }})()")
        assert state == list(map(list, walk.state(position - 1)))


def test_keys_buttons_and_slider(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=2")
    where = page.locator("#where")
    assert where.inner_text() == "step 2 of 15"
    assert page.locator("#arithmetic").inner_text() == "v2 = b·w: (−0.2500) × 2.0000 = −0.5000"
    page.keyboard.press("End")
    assert where.inner_text() == "step 15 of 15"
    page.keyboard.press("ArrowLeft")
    assert where.inner_text() == "step 14 of 15"
    page.keyboard.press("Home")
    assert where.inner_text() == "15 steps ahead"
    assert page.locator("#back").is_disabled()
    for button, there in [("next", 1), ("last", 15), ("back", 14), ("first", 0)]:
        page.locator(f"#{button}").click()
        assert page.evaluate("view.position") == there
    page.locator("#slider").fill("7")
    assert where.inner_text() == "step 7 of 15"
    assert page.locator("#phase").inner_text() == "backward"
    page.get_by_label("data of w", exact=True).press("ArrowRight")  # moves in the field, not in the walk
    assert where.inner_text() == "step 7 of 15"


def test_play_goes_to_the_end_and_can_be_paused(show_page: Open) -> None:
    page = show_page(neuron())
    page.keyboard.press(" ")
    page.locator("#back:enabled").wait_for()  # the first step was taken
    page.locator("#play[aria-label=Pause]").click()
    assert page.evaluate("view.timer") is None
    page.locator("#speed").select_option(label="6×")
    page.locator("#play[aria-label=Play]").click()
    page.locator("#where", has_text="step 15 of 15").wait_for()
    page.locator("#play[aria-label=Play]").wait_for()


def test_the_step_is_marked_in_the_graph_and_its_numbers_written_there(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=15")
    assert page.locator("g.node.target .name").text_content() == "w"
    assert page.locator("g.node.source .name").text_content() == "v1"
    assert page.locator("g.edge.backward").count() == 1
    assert page.locator("g.edge.backward text").text_content() == "0.5000"
    assert page.locator("g.node.target .grad").text_content() == rows(page)["w"][1]
    page.keyboard.press("Home")
    assert page.locator("g.node.target").count() == 0
    assert page.locator("g.node:has(.name) .grad").all_text_contents() == ["—"] * 8


def test_the_step_stays_in_view(show_page: Open) -> None:
    deep = Value(0.5, "x")
    for _ in range(30):
        deep = autograd.sin(deep)
    page = show_page(deep, reduced_motion="reduce")
    for _ in range(61):
        page.keyboard.press("ArrowRight")
        inside = page.evaluate(
            """() => {
              const frame = document.querySelector("#graph > svg").getBoundingClientRect();
              const box = document.querySelector("g.node.target rect").getBoundingClientRect();
              return box.left >= frame.left && box.right <= frame.right
                && box.top >= frame.top && box.bottom <= frame.bottom;
            }"""
        )
        assert inside


def test_zoom_and_pan_by_button_wheel_and_mouse(show_page: Open) -> None:
    deep = Value(0.5, "x")
    for _ in range(30):
        deep = autograd.sin(deep)
    page = show_page(deep, reduced_motion="reduce")
    graph = page.locator("#graph > svg")

    def view() -> list[float]:
        return [float(number) for number in graph.get_attribute("viewBox").split()]

    begin = view()
    page.locator("#zoom-in").click()
    assert view()[2] == pytest.approx(0.8 * begin[2], rel=1e-3)
    page.locator("#zoom-out").click()
    assert view() == pytest.approx(begin, abs=0.2)
    box = graph.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.wheel(0, -100)  # scrolls the page, as anywhere
    assert view() == pytest.approx(begin, abs=0.2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    for _ in range(100):  # the wheel turns in its own time
        page.wait_for_timeout(20)
        if view()[2] < begin[2]:
            break
    assert view()[2] < begin[2]
    before = view()
    under = [[v[0] + 20 * v[2] / box["width"], v[1] + 20 * v[2] / box["width"]] for v in (begin, before)]
    assert under[0] == pytest.approx(under[1], abs=0.5)  # what is under the pointer stays there
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 250, steps=4)
    page.mouse.up()
    scale = before[2] / box["width"]
    assert view()[:2] == pytest.approx([before[0] + 100 * scale, before[1] - 50 * scale], abs=2.0)
    page.locator("#zoom-fit").click()
    x, y, width, height = view()
    for left, top, wide, high in page.evaluate("walk.nodes.map(node => node.box)"):
        assert x <= left
        assert y <= top
        assert left + wide <= x + width
        assert top + high <= y + height


def test_dragging_selects_nothing(show_page: Open) -> None:
    page = show_page(neuron())
    box = page.locator("#n0").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 40, steps=4)
    page.mouse.up()
    assert page.locator("#detail").is_hidden()
    page.locator("#n0").click()
    assert page.locator("#detail").is_visible()


def test_a_node_tells_what_comes_back_to_it(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=14")
    page.locator("#n0").click()
    detail = page.locator("#detail")
    assert detail.locator("h2").inner_text() == "w"
    lines = detail.locator("li").all_inner_texts()
    assert lines[0].startswith("through v2, ∂v2/∂w = b: 0.")
    assert lines[1] == "through v1, ∂v1/∂w = x: —"
    page.keyboard.press("End")
    y = neuron()
    y.backward()
    w = autograd.variables(y)[0]
    assert detail.locator("#detail-sum").inner_text() == f"grad {show(w.grad)}: the sum of 2 contributions"
    parts = [float(line.rsplit(" = ", 1)[1].replace("−", "-")) for line in detail.locator("li").all_inner_texts()]
    assert sum(parts) == pytest.approx(w.grad, abs=1e-4)


# -- alive ------------------------------------------------------------------------------------------------------------


def table_expression(points: dict[str, list[float]]) -> tuple[Value, dict[str, Value], list[Value]]:
    """The sum of every row of the table, each at a point of its own; its leaves by label, its rows' results."""
    leaves: dict[str, Value] = {}
    results = []
    for name, point in points.items():
        own = [Value(number, f"{name}.{i}") for i, number in enumerate(point)]
        leaves |= {str(leaf.label): leaf for leaf in own}
        results.append(PRIMITIVES[name](*own))
        results[-1].label = name
    return autograd.sum(results), leaves, results


def random_point(row: Primitive, draw: random.Random) -> list[float]:
    """A random point at which the row is defined: near a sample, or far from all."""
    sample = draw.choice(row.samples)
    while True:
        near = draw.random() < 0.5
        point = [x * draw.uniform(0.9, 1.1) if near else draw.uniform(-4.0, 4.0) for x in sample]
        try:
            row.partials_at(point, row(*point))
        except (ValueError, ArithmeticError):
            continue
        return point


def test_every_row_follows_20_random_inputs_to_12_digits(show_page: Open) -> None:
    draw = random.Random(1)
    longest = {name: max(row.samples, key=len) for name, row in PRIMITIVES.items()}
    y, leaves, _ = table_expression({name: list(point) for name, point in longest.items()})
    page = show_page(y)
    assert len(leaves) > len(PRIMITIVES)
    for _ in range(20):
        points = {}
        for name, row in PRIMITIVES.items():
            while len(points.get(name, [])) != len(longest[name]):
                points[name] = random_point(row, draw)
        fresh, fresh_leaves, results = table_expression(points)
        fresh.backward()
        numbers = {label: leaf.data for label, leaf in fresh_leaves.items()}
        shown = page.evaluate(
            """numbers => {
              for (const row of view.rows) {
                if (!row?.input) continue;
                row.input.value = String(numbers[row.input.ariaLabel.slice("data of ".length)]);
                row.input.dispatchEvent(new Event("input"));
              }
              return Object.fromEntries(walk.nodes.map((node, i) => [node.name, [node.data, walk.gradients[i]]]));
            }""",
            numbers,
        )
        for result in results:
            assert shown[result.label][0] == pytest.approx(result.data, rel=1e-12, abs=0.0, nan_ok=True), (
                result.label,
                points,
            )
        for label, leaf in fresh_leaves.items():
            gradient = shown[label][1]
            assert (0.0 if gradient is None else gradient) == pytest.approx(
                leaf.grad, rel=1e-12, abs=0.0, nan_ok=True
            ), (
                label,
                points,
            )


def test_kinks_and_ties_follow_the_convention(show_page: Open) -> None:
    for count in range(1, 4):
        kinks = {
            name: list(row.kinks[-1]) for name, row in PRIMITIVES.items() if row.kinks and len(row.kinks[-1]) == count
        }
        y, leaves, _ = table_expression(kinks)
        page = show_page(y)
        y.backward()
        gradients = dict(page.evaluate("walk.nodes.map((node, i) => [node.name, walk.gradients[i]])"))
        assert {label: gradients[label] or 0.0 for label in leaves} == pytest.approx(
            {label: leaf.grad for label, leaf in leaves.items()}, rel=1e-12, nan_ok=True
        )


def test_typing_a_number_changes_every_view(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=15")
    fill(page, "w", "1e1")
    w, b = Value(10.0), Value(-0.25)
    f = autograd.sigmoid(w * 0.5 + b * w)
    ((0.25 - f) ** 2).backward()
    assert rows(page)["f"][0] == show(f.data)
    assert rows(page)["w"] == ("1e1", show(w.grad))
    assert page.locator("#n0 .data").text_content() == "10.0000"
    assert page.locator("#n0 .grad").text_content() == show(w.grad)
    assert page.locator("#arithmetic").inner_text().endswith(f"= {show(w.grad)}")
    page.locator("#reset").click()
    assert rows(page)["w"][0] == "2"


def test_what_is_not_a_number_changes_nothing_and_is_marked(show_page: Open) -> None:
    page = show_page(neuron(), at="#step=15")
    before = rows(page)["w"][1]
    field = page.get_by_label("data of w", exact=True)
    for text in ("", "two", "1,5", "--1"):
        field.fill(text)
        assert field.get_attribute("aria-invalid") == "true"
        assert rows(page)["w"][1] == before
    field.press("Tab")
    assert field.input_value() == "2"
    assert field.get_attribute("aria-invalid") == "false"
    field.fill("−1.5")  # a proper minus sign will do
    assert page.evaluate("walk.nodes[0].data") == -1.5


def test_a_branch_follows_its_condition(show_page: Open) -> None:
    c, a, b = Value(1.0, "c"), Value(2.0, "a"), Value(3.0, "b")
    page = show_page(autograd.where(c, a * a, b * b), at="#step=99")
    assert (rows(page)["a"][1], rows(page)["b"][1], rows(page)["c"][1]) == ("4.0000", "—", "—")
    fill(page, "c", "0")
    assert (rows(page)["a"][1], rows(page)["b"][1], rows(page)["c"][1]) == ("—", "6.0000", "—")


def test_what_is_not_defined_is_said(show_page: Open) -> None:
    page = show_page(autograd.log(Value(2.0, "x")), at="#step=3")
    fill(page, "x", "-1")
    assert page.locator("#undefined").inner_text() == "v1 = log(x) is not defined at these numbers; it needs a > 0."
    assert rows(page)["v1"][0] == "NaN"
    fill(page, "x", "0")
    assert rows(page)["v1"] == ("−∞", "1.0000")
    fill(page, "x", "1")
    assert page.locator("#undefined").is_hidden()


def test_training_takes_the_gradient_step_of_python(show_page: Open) -> None:
    page = show_page(neuron())
    page.get_by_label("b learns").uncheck()
    page.locator("#rate").fill("0.5")
    page.locator("#train").click()
    y = neuron()
    y.backward()
    w, b = autograd.variables(y)
    assert page.evaluate("walk.nodes[0].data") == pytest.approx(w.data - 0.5 * w.grad, rel=1e-12)
    assert rows(page)["b"][0] == str(b.data)
    w.data -= 0.5 * w.grad
    after = (0.25 - autograd.sigmoid(w * 0.5 + b * w)) ** 2
    assert page.locator("#learned").inner_text() == f"ε: {show(y.data)} → {show(after.data)}"
    page.locator("#rate").fill("fast")
    page.locator("#train").click()
    assert page.locator("#rate").get_attribute("aria-invalid") == "true"


# -- practice ---------------------------------------------------------------------------------------------------------


def test_practice_asks_first_and_scores(show_page: Open) -> None:
    page = show_page(neuron())
    page.get_by_label("Practice").check()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.locator("#arithmetic").inner_text() == "v1 = w·x: 2.0000 × 0.5000 = ?"
    assert rows(page)["v1"][0] == "—"
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text() == "Right. 1 of 1."
    assert page.locator("#arithmetic").inner_text() == "v1 = w·x: 2.0000 × 0.5000 = 1.0000"
    page.keyboard.press("ArrowRight")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text() == "No, it is −0.5000. 1 of 2."
    page.keyboard.press("ArrowRight")
    page.keyboard.type("half")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text() == "Type a number."
    page.locator("#tell").click()
    assert page.locator("#where").inner_text() == "step 3 of 15"
    page.locator("#slider").fill("7")
    page.locator("#next").click()
    page.locator("#answer").fill("−1.0")
    page.locator("#question button[type=submit]").click()
    assert page.locator("#verdict").inner_text().startswith("No, it is ")
    assert page.evaluate("view.position") == 8


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
    frame.get_by_label("Practice").check()
    frame.locator("#first").click()
    frame.locator("#next").click()
    frame.locator("#answer").fill("1")
    frame.locator("#answer").press("Enter")
    assert frame.locator("#verdict").inner_text() == "Right. 1 of 1."
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
# how many boxes are not drawn (an empty viewBox draws nothing), or cannot be hit within the graph's frame
MISSED = """() => [...document.querySelectorAll("g.node rect")].filter((rect) => {
  const { x, y, width, height } = rect.getBoundingClientRect();
  const hit = document.elementFromPoint(x + width / 2, y + height / 2)?.closest("g.node");
  return hit !== rect.parentNode || !document.querySelector("#graph > svg").viewBox.baseVal.width;
}).length"""


def missed(frame: Any) -> int:
    """What `MISSED` says once the page has had two frames to draw."""
    frame.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    count: int = frame.evaluate(MISSED)
    return count


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


# -- without a browser ------------------------------------------------------------------------------------------------


def test_the_xnor_network_over_its_four_rows_takes_less_than_200_kb() -> None:
    weights = [[Value(0.5 * i - j) for j in range(3)] for i in range(3)]

    def unit(w: list[Value], a: Any, b: Any) -> Value:
        made: Value = autograd.sigmoid(w[0] * a + w[1] * b + w[2])
        return made

    errors = []
    for a, b in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]:
        hidden = [unit(w, constant(a), constant(b)) for w in weights[:2]]
        errors.append((float(a == b) - unit(weights[2], *hidden)) ** 2)
    assert len(to_html(walkthrough(autograd.mean(errors))).encode()) < 200_000


def test_no_page_of_a_walk_nobody_walks(tmp_path: Path) -> None:
    y = Value(1.0)
    for _ in range(1_500):
        y = y * 1.0
    with pytest.warns(UserWarning, match="depth=10"):
        walk = walkthrough(y)
    with pytest.raises(ValueError, match=r"3,001 steps make no page one can use; walkthrough\(y, depth=10\)"):
        walk.save_html(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []
    walkthrough(y, depth=10).save_html(tmp_path / "x.html")


def test_a_rule_that_knows_floats_only_is_named(tmp_path: Path) -> None:
    row = primitive("floats_only", lambda a: a if a > 0.0 else 0.0, lambda a, y: (1.0,))
    try:
        walk = walkthrough(row(Value(1.0)))
        with pytest.raises(TypeError, match="floats_only: its value rule can't be written as a formula"):
            walk.save_html(tmp_path / "x.html")
        assert list(tmp_path.iterdir()) == []
    finally:
        del PRIMITIVES["floats_only"]


def test_without_a_renderer_a_clear_error_and_a_notebooks_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    walk = walkthrough(neuron())
    with pytest.raises(RuntimeError, match=r"install Graphviz, .* or pip install pygraphviz"):
        walk.save_html(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []
    shown = walk._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert shown["text/plain"].startswith("<walk of 15 steps over 11 nodes to ε = 0.1387>: nothing here can lay out")


def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        walkthrough(neuron()).save_html(tmp_path)
    with pytest.raises(FileNotFoundError):
        walkthrough(neuron()).save_html(tmp_path / "no" / "x.html")
