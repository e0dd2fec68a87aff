"""Walking over the page by keyboard, button and mouse: what it shows and asks."""

from __future__ import annotations

import math

import pytest

import autograd
from autograd import Value, topological_order, walkthrough
from autograd.views.walk import show
from support.pages import Open, neuron, rows


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


def test_numbers_are_rounded_as_in_python(show_page: Open) -> None:
    page = show_page(neuron())
    ties = [m / 32.0 for m in range(-99, 100)] + [(2 * n + 1) * 500.0 for n in range(1995, 2025)]
    near = [math.nextafter(x, to) for x in ties for to in (-math.inf, math.inf)]
    numbers = [
        *ties,
        *near,
        *[x * 10.0**e for x in (1.2345, -9.9995, 9.9985) for e in (-9, -3, 0, 5, 9, 300)],
        0.0,
        -0.0,
    ]
    assert page.evaluate("numbers => numbers.map(show)", numbers) == [show(x) for x in numbers]


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
