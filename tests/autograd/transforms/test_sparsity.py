"""Which outputs depend on which inputs: sets of a few, which are shared, and of many."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import autograd as ag
from autograd import Value, jacobian
from autograd.engine.value import SWEEP
from autograd.transforms.sparsity import dependencies
from autograd.transforms.sweeps import Subgraph


def test_outputs_of_the_same_few_inputs_share_one_list() -> None:
    """A list for each of many outputs would take as much memory as the dense matrix."""
    x = [Value(1.0 + i) for i in range(20)]
    ways: list[Callable[[list[Value], float], Any]] = [
        lambda x, factor: ag.sum(factor * a for a in x),
        lambda x, factor: ag.dot(x[::-1], [factor] * 20),
        lambda x, factor: ag.norm([*x, factor]),
        lambda x, factor: functools.reduce(operator.mul, x, factor),
    ]
    outputs = [way(x, 0.5 + i) for i in range(50) for way in ways]
    with SWEEP.lock:
        rows = dependencies(Subgraph(outputs, x, False), outputs)
    assert rows == [list(range(20))] * 200
    assert len(set(map(id, rows))) == 1


def test_sets_of_more_than_a_few_inputs() -> None:
    """Running sums, by additions, sums of slices, and both together."""
    n = 120
    x = [Value(1.0 + i) for i in range(n)]
    first = list(itertools.accumulate(x, operator.add))
    outputs = [
        *first,
        *[ag.sum(x[i : 2 * i]) for i in range(1, n)],
        *[a * b for a, b in itertools.pairwise(first)],
        *[ag.sum([first[i], x[i], x[n - 1 - i]]) for i in range(n)],
        *[first[i] + ag.sum(x[i : i + 40]) for i in range(n)],
        *[x[n - 1 - i] + first[i] for i in range(n)],
    ]
    expected = [
        *[range(i + 1) for i in range(n)],
        *[range(i, min(2 * i, n)) for i in range(1, n)],
        *[range(i + 1) for i in range(1, n)],
        *[{*range(i + 1), n - 1 - i} for i in range(n)],
        *[range(min(i + 40, n)) for i in range(n)],
        *[{*range(i + 1), n - 1 - i} for i in range(n)],
    ]
    with SWEEP.lock:
        rows = dependencies(Subgraph(outputs, x, False), outputs)
    assert rows == [sorted(some) for some in expected]


def test_outputs_of_the_same_two_sets_of_many_inputs_share_one_list() -> None:
    x = [Value(1.0 + i) for i in range(100)]
    a, b = ag.sum(x[:60]), ag.sum(x[40:])
    outputs = [a + b, b + a, a * b, b - a, *[a * (b + i) for i in range(20)]]
    with SWEEP.lock:
        rows = dependencies(Subgraph(outputs, x, False), outputs)
    assert rows == [list(range(100))] * 24
    assert len(set(map(id, rows))) == 1


def test_long_chains_and_wide_sums_under_the_default_recursion_limit() -> None:
    def f(x: Sequence[Any]) -> list[Any]:
        total = x[0]
        for _ in range(20):
            for a in x:
                total = total + a * 0.5
        return [total, *x]

    n = 2_000
    found = jacobian(f, sparsity="detect")([1.0] * n)
    assert found.nnz == 2 * n
    assert found[[0]].toarray().tolist() == [[11.0] + [10.0] * (n - 1)]
