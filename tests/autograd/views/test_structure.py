"""Drawings of recorded programs: the operations and how they hang together, without numbers."""

from __future__ import annotations

import math
import re
from html import unescape
from typing import Any

import pytest

import nn
from autograd import PRIMITIVES, Program, Value, draw, draw_dot, exp, jit, primitive, sum, tanh, where
from autograd.program.comparison import COMPARISONS
from autograd.views.structure import structure

pygraphviz = pytest.importorskip("pygraphviz")


def title(node: Any) -> str:
    """The first word of an item."""
    words = re.sub(r"<[^>]*>", " ", node.attr["label"]).split()
    return unescape(words[0]) if words else ""


def titles(program: Program, **arguments: Any) -> list[str]:
    """The first word of every item."""
    graph = pygraphviz.AGraph(string=draw(program, **arguments).dot)
    return sorted(map(title, graph.nodes()))


def edges(program: Program, **arguments: Any) -> list[tuple[str, str, bool]]:
    """Every edge by the titles of its ends, and whether a gradient flows back along it."""
    graph = pygraphviz.AGraph(string=draw(program, **arguments).dot)
    keys = graph.edges(keys=True)
    return sorted((title(a), title(b), graph.get_edge(a, b, k).attr["style"] != "dashed") for a, b, k in keys)


def test_the_operations_are_drawn_and_no_numbers() -> None:
    def f(x: Any, w: Any) -> Any:
        y = tanh(x * w) + 1.0
        y.label = "y"
        return y

    program = jit(f).program(2.0, 3.0)
    assert edges(program) == [
        ("+", "y", True),
        ("1", "+", False),
        ("tanh", "v2", True),
        ("v1", "tanh", True),
        ("v2", "+", True),
        ("w", "×", True),
        ("x", "×", True),
        ("×", "v1", True),
    ]
    dot = draw(program).dot
    assert not {"data", "grad", "local derivative", "nan", "NaN"} & set(re.findall(r"[\w ]+", dot))
    assert draw_dot(program).dot == dot


def test_it_is_the_graph_of_the_value_without_its_numbers() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    f = lambda a, b: (model([a, b]) - 1.0) ** 2  # noqa: E731 - a loss
    program = jit(f).program(0.5, -1.0)
    drawn = pygraphviz.AGraph(string=draw(program).dot)
    eager = pygraphviz.AGraph(string=draw(f(Value(0.5, "a"), Value(-1.0, "b"))).dot)
    assert len(drawn.nodes()) == len(eager.nodes())
    assert len(drawn.edges()) == len(eager.edges())


def test_several_outputs_inputs_and_constants_among_them() -> None:
    program = jit(lambda x: [exp(x), exp(x), x, 2.5, x * x]).program(1.0)
    assert titles(program) == sorted(["x", "exp", "v1", "exp", "v2", "2.5", "×", "v3"])
    assert titles(jit(lambda x: x).program(1.0)) == ["x"]
    assert titles(jit(lambda x: []).program(1.0)) == []


def test_edges_along_which_nothing_ever_flows_are_dashed() -> None:
    program = jit(lambda x, w: where(x < w, x * 2.0, (w * w).detach())).program(1.0, 2.0)
    flows = {(a, b): way for a, b, way in edges(program)}
    assert flows["x", "<"] is flows["w", "<"] is flows["v3", "stop_gradient"] is False
    assert flows["x", "×"] is True
    assert [way for (_, b), way in flows.items() if b == "where"].count(True) == 1


def test_what_it_holds_for_is_said() -> None:
    def f(x: Any) -> Any:
        for i in range(5):
            if x > i:
                x = x * 2.0
        return x

    notes = draw(jit(f).program(3.0)).notes
    assert all(re.fullmatch(r"recorded where test_structure\.py, line \d+ was True", note) for note in notes[:3])
    assert notes[3:] == ("and 2 more such conditions",)


def test_large_programs_are_folded_as_graphs_are() -> None:
    model = nn.MLP(4, [8, 8, 1], seed=1)
    program = jit(lambda *x: sum([model(list(x)), model([-v for v in x])])).program(1.0, 2.0, 3.0, 4.0)
    drawing = draw(program, limit=100)
    assert len(titles(program, limit=100)) <= 100
    assert any("modules are folded" in note for note in drawing.notes)
    assert "layer0" in titles(program, fold=["layer0"])
    chain = jit(lambda x: math_chain(x)).program(0.5)
    assert any("lie beyond the dots" in note for note in draw(chain).notes)
    assert len(titles(chain, depth=2)) < 12


def math_chain(x: Any) -> Any:
    for _ in range(2_000):
        x = tanh(x) * 1.5
    return x


@pytest.mark.parametrize("name", [*PRIMITIVES, *COMPARISONS])
def test_every_row_is_drawn_with_the_edges_that_a_gradient_may_take(name: str) -> None:
    row = PRIMITIVES.get(name) or COMPARISONS[name]
    points = [*row.samples, *row.kinks] or [(1.0, 2.0)]
    count = len(points[0])
    names = [f"x{i}" for i in range(count)]
    [node] = structure(Program(name, names, [], [row], [tuple(range(count))], [count]))
    partials = [row.partials_at(point, row.value_at(point, point)) for point in points if len(point) == count]
    seen = [any(partial[i] is not None for partial in partials) for i in range(count)]
    may = [partial is not None for partial in node.partials]
    assert all(m or not s for m, s in zip(may, seen, strict=True)), (may, seen)
    assert all(math.isnan(x.data) for x in [node, *node.operands] if isinstance(x, Value))


def test_a_primitive_that_computes_with_floats_only_is_drawn() -> None:
    gamma = primitive("gamma", math.gamma, lambda a, y: (math.cos(a),))
    assert edges(jit(lambda x: gamma(x)).program(2.0)) == [("gamma", "v1", True), ("x", "gamma", True)]


def test_drawing_computes_nothing() -> None:
    calls: list[float] = []
    own = primitive("counted", lambda a: calls.append(a) or a, lambda a, y: (1.0,))
    program = jit(lambda x: own(x)).program(2.0)
    before = len(calls)
    draw(program)
    assert len(calls) == before
