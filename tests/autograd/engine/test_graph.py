"""The order of a graph and the variables in it."""

from __future__ import annotations

import random
import sys
from types import FrameType
from typing import Any

import pytest

import autograd
from autograd import Value, constant, sum, topological_order, variables, where
from autograd.engine.graph import operand_values


def test_operands_come_before_results_and_every_node_once() -> None:
    generator = random.Random(0)
    nodes = [Value(1.0) for _ in range(4)]
    for _ in range(300):
        a, b, c = (generator.choice(nodes) for _ in range(3))
        nodes.append(generator.choice([a + b, a * 0.5, sum([a, b, c]) * 0.1, where(a > b, b, c)]))
    root = sum(nodes)
    order = topological_order(root)
    assert order[-1] is root
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert {id(node) for node in nodes} <= set(place)
    for node in order:
        assert all(place[id(operand)] < place[id(node)] for operand in operand_values(node))


def test_the_order_is_that_of_the_expression() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    y = (a + b) * a - 3.0
    assert [n.label or n.primitive.name for n in topological_order(y)] == ["a", "b", "add", "mul", "sub"]  # type: ignore[union-attr]


def test_several_outputs_share_one_order() -> None:
    x = Value(2.0)
    shared = x * x
    first, second = shared + 1.0, shared * 3.0
    order = topological_order(first, second)
    assert [id(node) for node in order] == [id(node) for node in (x, shared, first, second)]
    assert topological_order(first, first)[-1] is first
    assert len(topological_order(first, first)) == 3
    assert topological_order() == []


def test_an_output_below_another_is_not_repeated() -> None:
    x = Value(2.0)
    inner = x * x
    outer = inner + 1.0
    assert [id(n) for n in topological_order(outer, inner)] == [id(n) for n in (x, inner, outer)]


def test_constants_and_branches_not_taken_are_in_the_graph() -> None:
    x, z, c = Value(2.0), Value(3.0), constant(5.0)
    y = where(x > 0.0, x * c, z)
    assert {id(n) for n in topological_order(y)} >= {id(x), id(z), id(c)}
    assert [id(v) for v in variables(y)] == [id(x), id(z)]


def test_operands_repeat_and_plain_numbers_are_left_out() -> None:
    x = Value(2.0)
    assert list(operand_values(x * x)) == [x, x]
    assert [v is x for v in operand_values(sum([x, 1.0, x]))] == [True, True]
    assert list(operand_values(x)) == []


def test_a_leaf_alone() -> None:
    x, c = Value(2.0), constant(3.0)
    assert [v is x for v in variables(x)] == [True]
    assert variables(c) == []
    assert len(topological_order(c)) == 1


@pytest.mark.parametrize("thing", [3.0, None, [Value(1.0)], "x"])
@pytest.mark.parametrize("function", [topological_order, variables])
def test_an_output_that_is_not_a_value(function: Any, thing: Any) -> None:
    with pytest.raises(TypeError, match=f"must be a Value, got {type(thing).__name__}"):
        function(thing)


def lines_of_engine(run: Any) -> int:
    """How many lines of the engine's `Value` are executed: a cost that depends on nothing but the program."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace if frame.f_code.co_filename == autograd.engine.value.__file__ else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.skipif(autograd.compiled, reason="machine code has no lines to count")
def test_a_backward_pass_over_a_wide_sum_of_sums_costs_as_much_as_it_has_edges() -> None:
    def wide(n: int) -> Value:
        x = Value(1.0)
        return sum([sum([x, x * 2.0, x * 3.0]) for _ in range(n)])

    small, large = (lines_of_engine(wide(n).backward) for n in (100, 400))
    assert 0 < small < large < 4.5 * small
