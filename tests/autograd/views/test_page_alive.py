"""The page computes: every row of the table in JavaScript, numbers typed in, a training step."""

from __future__ import annotations

import random

import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, walkthrough
from autograd.views.walk import show
from support.pages import Open, fill, neuron, rows

TABLE = {name: row for name, row in PRIMITIVES.items() if name != "stop_gradient"}  # which leaves nothing to follow


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
    longest = {name: max(row.samples, key=len) for name, row in TABLE.items()}
    y, leaves, _ = table_expression({name: list(point) for name, point in longest.items()})
    page = show_page(y)
    assert len(leaves) > len(TABLE)
    for _ in range(20):
        points = {}
        for name, row in TABLE.items():
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
        kinks = {name: list(row.kinks[-1]) for name, row in TABLE.items() if row.kinks and len(row.kinks[-1]) == count}
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


def test_results_of_constants_follow_the_constants(show_page: Open) -> None:
    """J = −(y·log(p) + (1 − y)·log(1 − p)) of a constant target: 1 − y is made of constants alone."""
    z, y = Value(0.1, "z"), autograd.constant(1.0, "y")
    p = z.sigmoid()
    page = show_page(-(y * p.log() + (1.0 - y) * (1.0 - p).log()), at="#step=99")
    fill(page, "y", "0")
    assert page.evaluate("walk.nodes[walk.nodes.length - 1].data") == pytest.approx(0.744396660073571, rel=1e-12)
    assert rows(page)["z"][1] == show(0.52497918747894)


def test_what_is_no_number_changes_nothing_and_is_marked(show_page: Open) -> None:
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


def test_results_of_constants_get_no_gradient(show_page: Open) -> None:
    """1 − y again: the page takes the steps that Python takes, also after an edit."""

    def loss(target: float) -> Value:
        z, y = Value(0.1, "z"), autograd.constant(target, "y")
        p = z.sigmoid()
        return y * p.log() + (1.0 - y) * (1.0 - p).log()

    page = show_page(loss(1.0))
    for target in (1.0, 0.25):
        fill(page, "y", str(target))
        walk = walkthrough(loss(target))
        steps = page.evaluate("walk.steps.map(step => walk.text(step))")
        assert steps == [step.text.removesuffix(", where every gradient starts") for step in walk]
        assert page.evaluate("walk.gradients.map(show)") == list(map(show, walk.gradients))


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


def test_what_cannot_be_followed_cannot_be_edited(show_page: Open) -> None:
    """What more was computed from than the walk holds: beyond a depth, or from constants without a name."""
    x, w, unnamed = Value(1.0, "x"), Value(3.0, "w"), autograd.constant(2.0)
    f = autograd.sin(w)
    f.label = "f"
    page = show_page(walkthrough(f * x + w * unnamed, depth=2))
    names = page.evaluate("[...document.querySelectorAll('input.data')].map((one) => one.ariaLabel)")
    assert sorted(names) == ["data of f", "data of x"]
    assert rows(page)["w"][0] == "3.0000"
    page.get_by_role("button", name="w", exact=True).click()
    assert "can’t be changed here" in page.locator("#detail-what").inner_text()


def test_rows_over_constants_follow_their_constants(show_page: Open) -> None:
    """Every row of the table over constants alone, each used by a variable."""
    draw = random.Random(3)
    longest = {name: list(max(row.samples, key=len)) for name, row in TABLE.items()}

    def made(points: dict[str, list[float]]) -> dict[str, Value]:
        results = {}
        for name, point in points.items():
            result = PRIMITIVES[name](*[autograd.constant(number, f"{name}.{i}") for i, number in enumerate(point)])
            results[name] = result if isinstance(result, Value) else autograd.constant(result)
        return results

    x = Value(1.0, "x")
    page = show_page(autograd.sum([x * result for result in made(longest).values()]))
    for _ in range(3):
        points: dict[str, list[float]] = {}
        for name, row in TABLE.items():
            while len(points.get(name, [])) != len(longest[name]):
                points[name] = random_point(row, draw)
        numbers = {f"{name}.{i}": number for name, point in points.items() for i, number in enumerate(point)}
        page.evaluate(
            """numbers => {
              for (const row of view.rows) {
                if (!row?.input || row.input.ariaLabel === "data of x") continue;
                row.input.value = String(numbers[row.input.ariaLabel.slice("data of ".length)]);
                row.input.dispatchEvent(new Event("input"));
              }
            }""",
            numbers,
        )
        wanted = sum(result.data for result in made(points).values())
        assert page.evaluate("walk.gradients[walk.nodes.findIndex((node) => node.name === 'x')]") == pytest.approx(
            wanted, rel=1e-12, nan_ok=True
        )


def test_softmax_follows_its_largest_operand_also_in_a_recorded_program(show_page: Open) -> None:
    def share(a: Value, b: Value) -> Value:
        return autograd.softmax([a, b])[0]

    for walk in (walkthrough(share, 1.0, 2.0), walkthrough(autograd.jit(share).program(1.0, 2.0), 1.0, 2.0)):
        page = show_page(walk)
        fill(page, "a", "800")  # its exponential is beyond all floats
        fill(page, "b", "801")
        values, gradients = page.evaluate("[walk.nodes.map((node) => node.data), walk.gradients]")
        a, b = Value(800.0), Value(801.0)
        y = share(a, b)
        y.backward()
        names = [node.name for node in walk.nodes]
        assert values[-1] == pytest.approx(y.data, rel=1e-12)
        assert [gradients[names.index(name)] for name in "ab"] == pytest.approx([a.grad, b.grad], rel=1e-12)
        assert page.evaluate("walk.steps.length") == len(walk)
