"""What the page draws and explains, against numbers that Python computes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from nn import MLP, SGD, binary_cross_entropy_with_logits, hinge, mse, playground
from support.playground_pages import (
    KINDS,
    POINTS,
    SIDES,
    four,
    moons,
    moons_model,
    number,
    parameters,
    recurrent,
    shown,
)

Open = Callable[..., Any]

_PIXEL = """([canvas, x, y]) => {
  const copy = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const ratio = canvas.width / canvas.clientWidth;
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, -Math.round(x * ratio), -Math.round(y * ratio));
  return [...context.getImageData(0, 0, 1, 1).data];
}"""


def is_blue(pixel: list[int]) -> bool:
    return pixel[2] > pixel[0]


def as_shown(page: Any) -> Any:
    """The model with the page's parameters."""
    model = moons_model()
    for p, x in zip(model.parameters(), parameters(page), strict=True):
        p.data = x
    return model


def trained(open_page: Open, epochs: int = 40) -> Any:
    page = open_page(moons())
    page.evaluate(f"for (let i = 0; i < {epochs}; i++) page.trainer.epoch()")
    page.evaluate("page.settle()")
    return page


def test_the_plane_is_coloured_by_the_sign_of_the_score(open_page: Open) -> None:
    page = trained(open_page)
    model = as_shown(page)
    places = [(-0.8 + 0.4 * i, -0.5 + 0.4 * j) for i in range(7) for j in range(4)]
    scores = {place: model(place).data for place in places}
    clear = [place for place in places if abs(scores[place]) > 0.3]
    assert {scores[place] > 0 for place in clear} == {True, False}
    for place in clear:
        at = page.evaluate("([x, y]) => page.picture.axes.place(x, y)", place)
        near = page.evaluate(
            "([x, y]) => Math.min(...page.picture.places.map(([a, b]) => Math.hypot(a - x, b - y)))", at
        )
        if near > 8:  # not under the mark of an example
            assert is_blue(page.evaluate(f"([x, y]) => ({_PIXEL})([$('plot'), x, y])", at)) == (scores[place] > 0)


def test_the_map_of_a_unit_is_coloured_by_its_own_sign(open_page: Open) -> None:
    page = trained(open_page)
    hidden = as_shown(page).layers[0]
    (left, right), (low, high) = page.evaluate("page.examples.domain")
    n = 10
    for unit in range(4):
        values = {
            (i, j): hidden([left + (right - left) * i / n, high - (high - low) * j / n])[unit].data
            for i in range(1, n)
            for j in range(1, n)
        }
        largest = max(map(abs, values.values()))
        x, y = page.evaluate("(u) => page.network.centres[1].get(u)", unit)
        size = page.evaluate("page.network.size")
        for (i, j), value in values.items():
            if abs(value) > 0.3 * largest:
                at = [x + (i / n - 0.5) * (size - 2), y + (j / n - 0.5) * (size - 2)]
                assert is_blue(page.evaluate(f"([x, y]) => ({_PIXEL})([$('maps'), x, y])", at)) == (value > 0)


def test_a_unit_takes_the_place_of_the_output_and_gives_it_back(open_page: Open) -> None:
    page = trained(open_page)
    page.click('[data-unit="layer0.neuron2"]')
    assert page.locator("#picture-title").inner_text() == "layer0.neuron2"
    assert page.locator("#unit-weights button").all_inner_texts() == [
        "layer0.neuron2.w[0]", "layer0.neuron2.w[1]", "layer0.neuron2.b",
    ]  # fmt: skip
    hidden = as_shown(page).layers[0]
    for place in [(-0.9, -0.6), (1.9, 1.0), (0.5, 0.9)]:
        value = hidden(place)[2].data
        if abs(value) < 0.2:
            continue
        x, y = page.evaluate("([x, y]) => page.picture.axes.place(x, y)", place)
        assert is_blue(page.evaluate(f"([x, y]) => ({_PIXEL})([$('plot'), x, y])", [x, y])) == (value > 0)
    page.get_by_role("button", name="Show the output").click()
    assert page.locator("#picture-title").inner_text() == "Output"


def test_the_curve_of_one_input_is_drawn_through_the_outputs(open_page: Open) -> None:
    page = open_page(KINDS["sine"]())
    model = MLP(1, [4, 1], activation="tanh", seed=0)
    ink = page.evaluate("Palette.rgb(page.palette.ink)")
    for x in (-2.85, -0.15, 2.25):  # between examples
        px, py = page.evaluate("([x, y]) => page.picture.axes.place(x, y)", [x, model([x]).data])
        near = [page.evaluate(f"([x, y]) => ({_PIXEL})([$('plot'), x, y])", [px, py + d]) for d in (-1, 0, 1)]
        assert any(pixel[:3] == ink and pixel[3] == 255 for pixel in near)


def test_the_curve_of_two_classes_is_the_share_of_the_second(open_page: Open) -> None:
    model = MLP(1, [3, 1], activation="tanh", seed=1)
    x, y = [[-1.0], [-0.5], [0.5], [1.0]], [0, 0, 1, 1]
    page = open_page(
        playground(model, x, y, loss=binary_cross_entropy_with_logits, optimizer=SGD(model.parameters(), 0.1), seed=0)
    )
    ink = page.evaluate("Palette.rgb(page.palette.ink)")
    for place in (-0.75, 0.2, 0.75):
        share = 1 / (1 + math.exp(-model([place]).data))
        px, py = page.evaluate("([x, y]) => page.picture.axes.place(x, y)", [place, share])
        near = [page.evaluate(f"([x, y]) => ({_PIXEL})([$('plot'), x, y])", [px, py + d]) for d in (-1, 0, 1)]
        assert any(pixel[:3] == ink and pixel[3] == 255 for pixel in near)


def _middle(page: Any, name: str) -> list[float]:
    """The middle of a weight's line."""
    found: list[float] = page.evaluate(
        """(name) => {
          const edge = page.edges.find(({ parameter }) => page.trainer.names[parameter] === name);
          const line = page.network.line(edge);
          return [0, 1].map((k) => (line[k] + 3 * line[2 + k] + 3 * line[4 + k] + line[6 + k]) / 8);
        }""",
        name,
    )
    return found


def test_lines_have_the_colour_of_weights_or_gradients(open_page: Open) -> None:
    model = MLP(2, [1], seed=0)
    model.layers[0].neurons[0].w[0].data = 1.5
    model.layers[0].neurons[0].w[1].data = -1.5
    points, targets = [[1.0, 1.0], [1.0, 2.0]], [5.0, 5.0]
    page = open_page(playground(model, points, targets, loss=mse, optimizer=SGD(model.parameters(), 0.1), seed=0))
    names = ["layer0.neuron0.w[0]", "layer0.neuron0.w[1]"]

    def colours() -> list[bool]:
        return [
            is_blue(page.evaluate(f"([x, y]) => ({_PIXEL})([$('lines'), x, y])", _middle(page, name))) for name in names
        ]

    page.select_option("#weight", "2")  # so that no line is the chosen one
    assert colours() == [True, False]
    for p in model.parameters():
        p.grad = 0.0
    sum((mse(model(x), t) for x, t in zip(points, targets, strict=True)), start=0.0).backward()  # type: ignore[attr-defined]
    page.get_by_role("radio", name="gradients").check()
    assert colours() == [p.grad > 0 for p in model.layers[0].neurons[0].w] == [False, False]


def test_a_click_on_a_line_opens_the_chain_rule_of_its_weight(open_page: Open) -> None:
    page = trained(open_page)
    for name in ("layer2.neuron0.w[1]", "layer0.neuron3.w[0]"):
        page.locator("#lines").scroll_into_view_if_needed()
        box = page.locator("#lines").bounding_box()
        x, y = _middle(page, name)
        page.mouse.click(box["x"] + x, box["y"] + y)
        chosen = page.evaluate("page.trainer.names[page.why.weight]")
        assert page.locator("#weight").evaluate("(list) => list.selectedOptions[0].text") == chosen
        page.select_option("#weight", label=name)
        for example in (1, 7):
            page.fill("#example", str(example))
            page.locator("#example").press("Tab")
            model = as_shown(page)
            hinge(model(POINTS[example - 1]), SIDES[example - 1]).backward()
            gradient = dict(model.named_parameters())[name].grad
            assert number(page.locator("#chain-title").inner_text().rpartition("= ")[2]) == pytest.approx(
                gradient, rel=1e-4
            )
            if gradient:
                _check_chain(page, name, gradient)


def _check_chain(page: Any, name: str, gradient: float) -> None:
    """Every product is right, and what arrives at the weight adds up."""
    edge = re.compile(r"(.+) → (.+): \(?(−?[\de.−]+)\)? × \(?(−?[\de.−]+)\)? = (−?[\de.−]+)\n")
    arrived = 0.0
    rows = page.locator("#chain li").all_inner_texts()
    for row in rows:
        found = edge.match(row)
        if found is None:
            assert "nothing flows" in row
            continue
        _, to, upstream, local, product = found.groups()
        assert number(product) == pytest.approx(number(upstream) * number(local), rel=2e-4, abs=1e-9)
        arrived += number(product) if to == name else 0.0
    assert arrived == pytest.approx(gradient, rel=1e-3)
    assert rows[0].startswith("loss → ")


def test_the_line_under_the_mouse_is_the_one_that_is_clicked(open_page: Open) -> None:
    page = open_page(KINDS["function"]())
    for name in ("w2", "w1"):
        page.locator("#lines").scroll_into_view_if_needed()
        box = page.locator("#lines").bounding_box()
        x, y = _middle(page, name)
        page.mouse.click(box["x"] + x, box["y"] + y)
        assert page.locator("#weight").evaluate("(list) => list.selectedOptions[0].text") == name
    assert re.match(r"w1 = 0.3, gradient ", page.locator("#lines").get_attribute("title"))


def test_a_click_on_a_point_shows_its_forward_pass(open_page: Open) -> None:
    page = trained(open_page)
    box = page.locator("#plot").bounding_box()
    for i in (3, 11):
        x, y = page.evaluate("(i) => page.picture.places[i]", i)
        page.mouse.click(box["x"] + x, box["y"] + y)
        assert page.locator("#pass-title").inner_text() == f"Forward pass of example {i + 1}"
        model = as_shown(page)
        values = dict(
            page.eval_on_selector_all(
                "#forward tr", "(rows) => rows.map((r) => [r.cells[0].innerText, r.cells[2].innerText])"
            )
        )
        for u, unit in enumerate(model.layers[0](POINTS[i])):
            assert number(values[f"layer0.neuron{u}"]) == pytest.approx(unit.data, rel=1e-4)
        score = model(POINTS[i])
        assert number(values["layer2.neuron0"]) == pytest.approx(score.data, rel=1e-4)
        assert number(values["loss"]) == pytest.approx(hinge(score, SIDES[i]).data, rel=1e-4, abs=1e-9)
        verdict = "right" if (score.data > 0) == (SIDES[i] > 0) else "wrong"
        assert verdict in page.locator("#plot-told").inner_text()
    assert len(page.evaluate("page.examples.points")) == len(POINTS) + 10  # a click on a point adds none


def test_a_weight_set_by_hand_moves_the_loss_and_a_frozen_one_stays(open_page: Open) -> None:
    page = open_page(moons())
    page.select_option("#weight", label="layer1.neuron2.w[3]")
    page.fill("#number", "-2.5")
    page.locator("#number").press("Tab")
    page.get_by_label("frozen").check()
    model = moons_model()
    dict(model.named_parameters())["layer1.neuron2.w[3]"].data = -2.5
    assert parameters(page) == [p.data for p in model.parameters()]
    expected = sum(hinge(model(x), t).data for x, t in zip(POINTS, SIDES, strict=True)) / len(POINTS)
    assert shown(page, "train-loss") == pytest.approx(expected, rel=1e-4)
    for _ in range(3):
        page.click("#epoch")
    assert page.locator("#number").input_value() == "−2.5"
    assert "frozen: no step moves it" in page.locator("#gradient-now").inner_text()
    page.fill("#number", "much")
    page.locator("#number").press("Tab")
    assert "“much” is not used" in page.locator("#note").inner_text()
    page.get_by_label("frozen").uncheck()
    page.click("#epoch")
    assert page.locator("#number").input_value() != "−2.5"


def test_dead_units_are_named(open_page: Open) -> None:
    model = MLP(2, [3, 1], activation="relu", seed=1)
    dead = model.layers[0].neurons[1]
    for w in dead.w:
        w.data = 0.1
    assert dead.b is not None
    dead.b.data = -50.0
    page = open_page(playground(model, POINTS, SIDES, loss=hinge, optimizer=SGD(model.parameters(), 0.1), seed=0))
    assert "Dead: layer0.neuron1 is 0 for every training example" in page.locator("#health-told").inner_text()
    assert "3 of 9 are exactly 0" in page.locator("#health-told li").first.inner_text()
    unit = page.locator('[data-unit="layer0.neuron1"]')
    assert "dead" in unit.get_attribute("aria-label")
    page.select_option("#weight", label="layer0.neuron1.w[0]")
    assert "its gradient is 0" in page.locator("#chain-rule").inner_text()


def test_vanishing_gradients_are_told(open_page: Open) -> None:
    small = {"initializer": lambda generator, fan_in, fan_out: generator.uniform(-0.5, 0.5)}
    model = MLP(2, [4, 4, 4, 4, 4, 1], activation="sigmoid", seed=1, **small)
    targets = [3.0 + side for side in SIDES]
    page = open_page(playground(model, POINTS, targets, loss=mse, optimizer=SGD(model.parameters(), 0.1), seed=0))
    told = page.locator("#health-told").inner_text()
    assert re.search(r"Vanishing: gradients of layer0 are [\d,]+ times smaller than those of layer5", told)


def test_more_units_than_fit_are_shown_in_turn(open_page: Open) -> None:
    page = open_page(four())
    assert page.locator("#network button.unit").count() == 4 + 16 + 1
    page.get_by_role("button", name="1–16 of 20").click()
    assert page.locator('[data-unit="layer0.neuron19"]').is_visible()
    assert page.locator("#network button.unit").count() == 4 + 4 + 1
    page.get_by_role("button", name="17–20 of 20").click()
    assert page.locator('[data-unit="layer0.neuron0"]').is_visible()


def test_a_weight_that_is_used_again_and_again_arrives_over_every_use(open_page: Open) -> None:
    page = open_page(recurrent())
    page.select_option("#weight", label="u")
    assert "used 3 times" in page.locator("#chain-rule").inner_text()
