"""Large walks, module by module: what belongs together, how steps are taken, and the page that shows it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import autograd
import nn
from autograd import Value, walkthrough
from autograd.views.folding import MANY_NODES, Folding, modules
from autograd.views.walk import show
from autograd.views.walkthrough import Walkthrough
from support.pages import Open


def squared_error(model: Any, x: Any, y: Any) -> Any:
    return (model(x) - y) ** 2


def network(*units: int) -> Walkthrough:
    return walkthrough(squared_error, nn.MLP(2, list(units), activation="tanh", seed=1), [0.5, -1.0], 1.0)


def taken(walk: Walkthrough, folding: Folding) -> list[int]:
    """Where one stands after each press of a key, to the end."""
    positions = [-1]
    while positions[-1] < len(walk) - 1:
        positions.append(folding.after(positions[-1]))
    return positions


def test_a_network_is_walked_layer_by_layer_there_and_back() -> None:
    walk = network(16, 16, 1)
    folding = Folding(walk)
    positions = taken(walk, folding)
    boxes = [
        (walk[stop].phase, folding.box(walk[stop].node) or walk[stop].text.split(" ")[0]) for stop in positions[1:]
    ]
    assert [box for _, box in boxes][:3] == ["layer0", "layer1", "layer2"]
    assert [box for phase, box in boxes if phase == "backward"][-3:] == ["layer2", "layer1", "layer0"]
    assert len(positions) < 20
    for before, after in pairwise(positions):
        assert folding.before(after) == before
    assert folding.before(-1) == -1
    assert folding.after(len(walk) - 1) == len(walk) - 1


def test_an_opened_layer_shows_its_neurons_and_an_opened_neuron_its_steps() -> None:
    walk = network(16, 16, 1)
    folding = Folding(walk)
    node = next(i for i, module in enumerate(folding.modules) if module == "layer1.neuron3" and walk.nodes[i].primitive)
    assert [folding.toggle(node), folding.box(node)] == ["layer1", "layer1.neuron3"]
    assert [folding.toggle(node), folding.box(node)] == ["layer1.neuron3", ""]
    inside = [i for i, step in enumerate(walk) if step.node == node and step.phase == "forward"]
    assert folding.after(inside[0] - 1) == inside[0]
    assert [folding.toggle(node), folding.box(node)] == ["layer1.neuron3", "layer1.neuron3"]  # folded again


def test_every_parameter_is_in_its_own_module_and_what_is_in_none_in_no_box() -> None:
    walk = network(16, 16, 1)
    for node, module in zip(walk.nodes, modules(walk), strict=True):
        if node.kind == "variable" and "." in node.name:
            assert module == node.name.rpartition(".")[0]
    output = len(walk.nodes) - 1
    assert modules(walk)[output] == ""


def test_a_small_walk_is_never_folded() -> None:
    walk = network(3, 1)
    assert len(walk.nodes) <= MANY_NODES
    assert set(modules(walk)) == {""}
    assert taken(walk, Folding(walk)) == list(range(-1, len(walk)))


def test_one_module_around_everything_is_open_from_the_start() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            self.body = nn.MLP(2, [16, 16, 1], seed=1)

        def __call__(self, x: Any) -> Any:
            return self.body(x)

    model = Model()
    for name, parameter in model.named_parameters():
        parameter.label = name
    walk = walkthrough(lambda: model([0.5, -1.0]))
    folding = Folding(walk)
    assert {folding.box(i) for i in range(len(walk.nodes))} - {""} == {f"body.layer{i}" for i in range(3)}


# -- in the page ------------------------------------------------------------------------------------------------------


def boxes_of(page: Any, module: str) -> list[str]:
    """What is folded now, of a module; the picture has no more of it than is in view."""
    return [name for name in page.evaluate("[...view.folding.boxes.keys()]") if name.startswith(module)]


def test_the_page_takes_the_same_steps_and_opens_on_click_and_key(show_page: Open) -> None:
    walk = network(16, 16, 1)
    page = show_page(walk)
    stops = [position + 1 for position in taken(walk, Folding(walk))]
    seen = [0]
    while seen[-1] < len(walk):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate("view.position"))
    assert seen == stops
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("view.position") == stops[-2]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator("#arithmetic").inner_text() == "layer0: 48 steps forward"
    assert page.locator("g.box.target .name").text_content() == "▸ layer0"
    names = [f"layer0.neuron{i}" for i in range(6)]
    numbers = {node.name: node.data for node in walk.nodes}
    told = ", ".join(f"{name} = {show(numbers[name])}" for name in names)
    assert page.locator("#words").inner_text() == f"It hands on {told} and 10 more."
    page.locator("g.box", has_text="layer1").click()
    assert boxes_of(page, "layer1") == [f"layer1.neuron{i}" for i in range(16)]
    page.keyboard.press("Home")
    page.keyboard.press("u")
    assert len(boxes_of(page, "layer0")) == 16
    page.keyboard.press("ArrowRight")
    assert page.locator("#arithmetic").inner_text() == "layer0.neuron0: 3 steps forward"
    page.keyboard.press("u")
    assert len(boxes_of(page, "layer0")) == 15
    page.locator("#rows button", has_text="▾ layer0").first.click()
    assert boxes_of(page, "layer0") == ["layer0"]


def test_the_table_has_a_row_for_every_module_in_the_networks_order(show_page: Open) -> None:
    page = show_page(network(16, 16, 1))
    heads = page.locator("tr.module:visible button")
    assert heads.all_inner_texts() == [f"▸ {name}" for name in ("x", "layer0", "layer1", "layer2")]
    heads.nth(1).press("Enter")
    assert heads.count() == 4 + 16
    assert heads.nth(1).get_attribute("aria-expanded") == "true"
    assert heads.nth(2).inner_text() == "▸ layer0.neuron0"
    heads.nth(2).press("Enter")
    assert page.get_by_label("data of layer0.neuron0.w[0]", exact=True).is_visible()
    assert not page.get_by_label("data of layer0.neuron1.w[0]", exact=True).is_visible()


def test_numbers_inside_folded_modules_follow_an_edit_outside(show_page: Open) -> None:
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    page = show_page(walkthrough(squared_error, model, [0.5, -1.0], 1.0))
    page.get_by_label("data of y", exact=True).fill("3")
    page.keyboard.press("Escape")
    expected = squared_error(model, [Value(0.5), Value(-1.0)], Value(3.0))
    assert page.evaluate("walk.nodes.at(-1).data") == pytest.approx(expected.data, rel=1e-12)


def test_text_too_small_to_read_is_left_out_and_there_where_one_looks(show_page: Open) -> None:
    y = Value(1.0, "x")
    for _ in range(MANY_NODES):
        y = autograd.tanh(y)
    page = show_page(y)
    texts = page.locator("#graph .node text:visible")
    assert (page.locator("#graph .node").count(), texts.count()) == (MANY_NODES + 1, 0)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => view.graph.view.width === view.graph.aim.width")
    assert page.locator("#graph .node").count() < 30
    assert texts.first.text_content() == "x"
    page.locator("#zoom-fit").click()
    page.locator("#graph > svg.far").wait_for()
    page.emulate_media(media="print")
    assert texts.count() > MANY_NODES


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_boxes_overlap_and_no_text_leaves_its_box(show_page: Open, lang: str) -> None:
    page = show_page(network(16, 16, 1), made={"lang": lang})
    page.keyboard.press("End")
    for opened in ("", "layer0", "layer1.neuron3"):
        if opened:
            page.evaluate(f"view.folding.around[0] && view.folding.toggleModule({opened.split('.')[0]!r})")
        if "." in opened:
            page.evaluate(f"view.folding.toggleModule({opened!r})")
        page.locator("#zoom-fit").click()
        boxes = page.evaluate(
            "[...new Set(walk.nodes.map((n) => n.box.join()))].map((text) => text.split(',').map(Number))"
        )
        for i, (x, y, w, h) in enumerate(boxes):
            for a, b, c, d in boxes[:i]:
                assert x + w <= a or a + c <= x or y + h <= b or b + d <= y
        outside = page.evaluate(
            """[...document.querySelectorAll("g.box")].filter((g) => {
            const r = g.querySelector("rect").getBoundingClientRect();
            return [...g.querySelectorAll("text")].some((t) => t.getBoundingClientRect().right > r.right); }).length"""
        )
        assert outside == 0


@pytest.mark.parametrize("kind", ["network", "chain"])
def test_near_two_thousand_steps_a_key_writes_no_more_than_it_must(show_page: Open, kind: str) -> None:
    if kind == "network":
        walk = network(27, 27, 1)
    else:
        x, y = Value(0.5, "x"), Value(1.0, "y")
        z = x
        for _ in range(240):
            z = autograd.tanh(z * x + y)
        walk = walkthrough(z)
    assert 1_900 < len(walk) <= 2_000
    page = show_page(walk, reduced_motion="reduce")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.locator("#graph > svg > g").count() < 600  # what is far away isn't there
    changed = page.evaluate(
        """() => { const seen = new MutationObserver(() => {});
        seen.observe(document.querySelector("#nodes"), { subtree: true, childList: true, characterData: true });
        view.next(); return seen.takeRecords().length; }"""
    )
    assert changed < 20
