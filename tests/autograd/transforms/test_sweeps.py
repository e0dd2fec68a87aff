"""The sweeps themselves, all four of them, against sums over enumerated paths, in whole numbers: to the last bit.

None where no path leads: a 0 there would flow on, and be NaN times infinity.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, constant, custom_vjp, relu, where
from autograd.engine.value import SWEEP, number_of
from autograd.transforms.sweeps import Subgraph, forward_sweep, forward_sweeps, reverse_sweep, reverse_sweep_on_graph

every_graph = pytest.mark.parametrize("seed", range(100))

OPERATIONS: list[Any] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: -a,
    lambda a, b: 3.0 - a,
    lambda a, b: a * 2.0,
    lambda a, b: relu(a),
    lambda a, b: where(a > 0.0, a, b),
    lambda a, b: autograd.sum([a, 1.0, b]),
    lambda a, b: autograd.dot([a, 2.0], [b, a]),
    lambda a, b: autograd.prod([a, b, constant(2.0)]),
    lambda a, b: checkpoint(lambda p, q: [p * q, p - q], a, b)[0],
    lambda a, b: checkpoint(lambda p, q: [p * q, p - q], a, b)[1],
]


twice: Any = custom_vjp(lambda a: 2.0 * a, lambda a: (twice(a), None), lambda residuals, u: (2.0 * u,))


def random_graph(draw: random.Random, *further: Any) -> tuple[list[Value], list[Value]]:
    """Variables, and results of them and of a constant, operands first; all small."""
    leaves = [Value(draw.choice([-2.0, -1.0, 0.0, 1.0, 2.0])) for _ in range(4)]
    nodes = [*leaves, constant(3.0)]
    while len(nodes) < 15:
        y = draw.choice([*OPERATIONS, *further])(draw.choice(nodes[-8:]), draw.choice(nodes))
        if abs(y.data) <= 4.0:
            nodes.append(y)
    return leaves, nodes[5:]


def by_paths(y: Any, x: Value, ends: Sequence[Value] = ()) -> float | None:
    """The derivative of y by x over all paths that lead through none of the ends; None if there is no path."""
    if y is x:
        return 1.0
    if not isinstance(y, Value) or any(y is end for end in ends):
        return None
    return summed((partial, by_paths(a, x, ends)) for a, partial in y.edges)


def summed(products: Iterable[tuple[float, float | None]]) -> float | None:
    terms = [factor * slope for factor, slope in products if slope is not None]
    return sum(terms) if terms else None


def flows_elsewhere(y: Value, ends: Sequence[Value]) -> bool:
    """Whether a path leads from y to a variable that is none of the ends."""
    if any(y is end for end in ends):
        return False
    return (y.is_leaf and not y.is_constant) or any(flows_elsewhere(a, ends) for a, _ in y.edges)


def numbers(found: Iterable[Any]) -> list[float | None]:
    return list(map(number_of, found))


@every_graph
def test_every_sweep_sums_over_all_paths_between_outputs_and_sources(seed: int) -> None:
    draw = random.Random(seed)
    leaves, results = random_graph(draw)
    sources = draw.sample(leaves, 2) + draw.sample([y for y in results if not y.is_constant], 1)
    outputs: list[Any] = [*draw.sample(results, 4), *draw.sample(leaves, 2), 7.0]
    rows = [[by_paths(y, x, sources) for x in sources] for y in outputs]
    columns = [list(column) for column in zip(*rows, strict=True)]
    recorded = [y for y in outputs if isinstance(y, Value) and not y.is_constant]
    with SWEEP.lock:
        graph = Subgraph(recorded, sources)
        assert list(map(id, graph.order[: graph.ends])) == list(map(id, sources))
        assert graph.foreign == any(flows_elsewhere(y, sources) for y in recorded)
        for y, row in zip(outputs, rows, strict=True):
            if isinstance(y, Value):
                assert reverse_sweep(graph, [(y, 1.0)], sources) == row
                assert numbers(reverse_sweep_on_graph(graph, [(y, 1.0)], sources)) == row
        assert forward_sweeps(graph, [[(x, 1.0)] for x in sources], outputs) == columns
        for x, column in zip(sources, columns, strict=True):
            assert forward_sweep(graph, [(x, 1.0)], outputs, False) == column
            assert numbers(forward_sweep(graph, [(x, 1.0)], outputs, True)) == column


@every_graph
def test_seeds_are_factors_that_add_up(seed: int) -> None:
    leaves, results = random_graph(random.Random(seed))
    outputs = [y for y in results if not y.is_constant][-4:]
    seeds = list(zip([*outputs, outputs[0]], (2.0, 0.0, -3.0, -0.0, 4.0), strict=True))
    tangents = list(zip(leaves, (0.0, 5.0, -1.0, -0.0), strict=True))
    pulled = [summed((u, by_paths(y, x)) for y, u in seeds) for x in leaves]
    pushed = [summed((u, by_paths(y, x)) for x, u in tangents) for y in outputs]
    with SWEEP.lock:
        graph = Subgraph(outputs, leaves)
        assert reverse_sweep(graph, seeds, leaves) == pulled
        assert numbers(reverse_sweep_on_graph(graph, seeds, leaves)) == pulled
        assert forward_sweeps(graph, [tangents], outputs) == [pushed]
        assert numbers(forward_sweep(graph, tangents, outputs, True)) == pushed


@every_graph
def test_through_a_source_a_sweep_goes_on_to_those_below_it(seed: int) -> None:
    leaves, results = random_graph(random.Random(seed))
    sources = [*results[2:5], *leaves]
    with SWEEP.lock:
        found = reverse_sweep_on_graph(Subgraph(results[-1:], sources, True), [(results[-1], 1.0)], sources)
    assert numbers(found) == [by_paths(results[-1], x) for x in sources]


@every_graph
def test_a_pullback_of_the_users_is_swept_in_every_way(seed: int) -> None:
    """Which hands on no 0: None and 0 are the same here."""
    leaves, results = random_graph(random.Random(seed), *[lambda a, b: twice(a * b)] * 5)
    outputs = [y for y in results if not y.is_constant][-3:]
    rows = [[by_paths(y, x) or 0.0 for x in leaves] for y in outputs]
    with SWEEP.lock:
        graph = Subgraph(outputs, leaves)
        for i, y in enumerate(outputs):
            for sweep in (reverse_sweep, reverse_sweep_on_graph):
                assert [x or 0.0 for x in numbers(sweep(graph, [(y, 1.0)], leaves))] == rows[i]
        for j, x in enumerate(leaves):
            for on_graph in (False, True):
                found = numbers(forward_sweep(graph, [(x, 1.0)], outputs, on_graph))
                assert [y or 0.0 for y in found] == [row[j] for row in rows]
