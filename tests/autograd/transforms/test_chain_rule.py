"""The chain rule an edge at a time, against paths enumerated one by one and central differences in 120 digits."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from autograd import PRIMITIVES, Value, constant, topological_order, where
from autograd.transforms.chain_rule import Edge, contributions, edges_down, nodes_between, reached, totals
from support.every_transform import disagreements, recorded_kinks
from support.expressions import Expression, apply_engine, is_smooth_and_well_conditioned
from support.random_graphs import as_function, exact_derivatives, pruned, random_graph, sizes

SEEDS = range(300)


def recorded(expression: Expression) -> tuple[list[Value], Any]:
    """The leaves and the result."""
    leaves = [Value(number) for number in expression.leaves]
    return leaves, expression.run(leaves, apply_engine)[-1]


def gradients(y: Value) -> dict[Value, float]:
    order = topological_order(y)
    return {y: 1.0} | totals(contributions(reversed(order), {y: 1.0}, edges_down, zero=0.0))


def paths(y: Value) -> Iterator[list[Value]]:
    """Every path down from y, to any node, by recursion."""
    yield [y]
    for operand, partial in zip(y.operands, y.partials, strict=True):
        if isinstance(operand, Value) and partial is not None:
            for path in paths(operand):
                yield [y, *path]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_the_gradient_of_backward_and_of_central_differences(seed: int) -> None:
    expression = pruned(random_graph(seed))
    leaves, y = recorded(expression)
    if y.is_constant:
        return
    found = gradients(y)
    y.backward()
    for node, gradient in found.items():
        assert gradient == node.grad or (math.isnan(gradient) and math.isnan(node.grad))
    assert all(leaf in found or leaf.grad == 0.0 for leaf in leaves)
    if is_smooth_and_well_conditioned(expression) and not recorded_kinks(as_function(expression), expression.leaves):
        exact = exact_derivatives(expression)
        if exact is not None:
            mine = {"contributions": [found.get(leaf, 0.0) for leaf in leaves]}
            assert not disagreements(mine, exact[0], [10.0 * size for size in sizes(expression)[0]], 1e-8, 1e-40)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_reached_and_what_lies_between_are_on_the_paths(seed: int) -> None:
    leaves, y = recorded(random_graph(seed))
    order = topological_order(y)
    every_path = list(paths(y))
    assert reached(order, [y]) == {path[-1] for path in every_path}
    for x in [*leaves, y]:
        on_the_way = {node for path in every_path if path[-1] is x for node in path}
        assert nodes_between(order, y, x) == [node for node in order if node in on_the_way]


@pytest.mark.parametrize("seed", range(50))
def test_any_nodes_and_any_exact_numbers(seed: int) -> None:
    """Nodes that are ints, fractions for numbers; the sums over enumerated paths come out exactly."""
    draw = random.Random(seed)
    edges = {
        above: [
            Edge(above, draw.randrange(above), Fraction(draw.randint(-9, 9), draw.randint(1, 9)), position)
            for position in range(draw.randint(0, 3) if above else 0)
        ]
        for above in range(12)
    }

    def by_paths(above: int, below: int) -> Fraction:
        if above == below:
            return Fraction(1)
        return sum((edge.partial * by_paths(edge.below, below) for edge in edges[above]), Fraction(0))

    found = list(contributions(range(11, -1, -1), {11: Fraction(1)}, edges.__getitem__))
    result = totals(found)
    assert result == {node: by_paths(11, node) for node in result}
    assert all(by_paths(11, node) == 0 for node in range(11) if node not in result)
    current: dict[int, Fraction] = {}
    for edge, upstream, term, old, new in found:
        assert upstream == by_paths(11, edge.above), "complete when it flows on"
        assert (term, old) == (upstream * edge.partial, current.get(edge.below))
        assert new == (old or 0) + term
        current[edge.below] = new
    flowing = [above for above in range(11, -1, -1) if above == 11 or above in result]
    assert [flow.edge for flow in found] == [edge for above in flowing for edge in edges[above]]


def test_edges_stand_in_the_order_of_the_operands() -> None:
    """Of every row, at every sample: those of `Value.edges` too, with the derivatives that the row's rule returns."""
    for row in PRIMITIVES.values():
        for point in row.samples:
            xs = [Value(number) for number in point]
            y = row(*xs)
            partials = row.partials_at(point, y.data)
            flowing = [i for i, partial in enumerate(partials) if partial is not None]
            slopes = pytest.approx([partials[i] for i in flowing], rel=1e-15, nan_ok=True)
            edges = edges_down(y)
            assert [edge.position for edge in edges] == flowing, row.name
            assert [(edge.above, edge.below) for edge in edges] == [(y, xs[i]) for i in flowing], row.name
            assert [edge.partial for edge in edges] == slopes, row.name
            assert [operand for operand, _ in y.edges] == [xs[i] for i in flowing], row.name
            assert [partial for _, partial in y.edges] == slopes, row.name


def test_no_edge_leads_to_plain_numbers_constants_or_what_was_not_selected() -> None:
    x, z, target = Value(2.0), Value(3.0), constant(0.5)
    assert [(e.position, e.below is x, e.partial) for e in edges_down(5.0 - x)] == [(1, True, -1.0)]
    assert [(e.position, e.below is x) for e in edges_down(target * x)] == [(1, True)]
    assert [(e.position, e.below is z) for e in edges_down(where(x < 0.0, x, z))] == [(2, True)]
    assert [(e.position, e.partial) for e in edges_down(x * x)] == [(0, 2.0), (1, 2.0)]
    assert edges_down(x) == edges_down(target) == []
