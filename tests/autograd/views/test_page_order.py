"""The order of the graph's nodes from top to bottom follows their names."""

from __future__ import annotations

import re

import pytest

import autograd
import nn
from autograd import Value, constant, walkthrough
from autograd.views.page.graph import graph_svg
from autograd.views.walk import Walk
from demos.catalogue import DEMOS, Demo


def tops(walk: Walk) -> dict[str, tuple[float, float]]:
    """The column of every node, as the middle of its box, and the top of it."""
    _, boxes = graph_svg(walk, "graph")
    return {
        node.name: (round(left + width / 2, 1), top)
        for node, (left, top, width, _) in zip(walk.nodes, boxes, strict=True)
    }


def test_units_stand_in_order_whatever_the_order_they_are_used_in() -> None:
    x = [Value(0.1 * i, f"x{i}") for i in range(3)]
    h = []
    for i in range(11):
        h.append(autograd.dot([Value(0.1, f"w{i}{j}") for j in range(3)], x))
        h[-1].label = f"h{i}"
    shuffled = [h[i] for i in (7, 2, 10, 0, 9, 4, 1, 8, 3, 6, 5)]
    y = nn.ACTIVATIONS["tanh"](sum(a * b for a, b in zip(shuffled, shuffled[::-1], strict=True)))
    found = tops(walkthrough(y))
    columns = {column for name, (column, _) in found.items() if re.fullmatch(r"h\d+", name)}
    assert len(columns) == 1
    heights = [found[f"h{i}"][1] for i in range(11)]
    assert heights == sorted(heights), "h10 below h9"
    assert found["x0"][1] < found["x1"][1] < found["x2"][1]


def test_a_modules_neurons_have_its_names_and_order() -> None:
    model = nn.MLP(2, [5, 4, 1], "tanh", seed=3)
    x = [constant(0.5, "x0"), constant(-1.0, "x1")]
    found = tops(walkthrough(model(x)))
    for layer, units in ((0, 5), (1, 4)):
        places = [found[f"layer{layer}.neuron{i}"] for i in range(units)]
        assert len({column for column, _ in places}) == 1
        assert [top for _, top in places] == sorted(top for _, top in places)
    assert "layer2.neuron0" in found


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: str(demo.name))
def test_no_boxes_meet(demo: Demo) -> None:
    _, boxes = graph_svg(walkthrough(demo.output()), "graph")
    for i, (a, b, w, h) in enumerate(boxes):
        for c, d, v, g in boxes[:i]:
            assert a + w <= c or c + v <= a or b + h <= d or d + g <= b
