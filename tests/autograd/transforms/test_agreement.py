"""2,000 random graphs over the whole table: every transform says the same number, and the right one if there is one.

The same: equal up to rounding, the same infinity, NaN where the others say NaN. What is right is told by central
differences in 120 digits of the textbook's definitions (`support.formulas`), wherever no convention decides and every
number is finite.
"""

from __future__ import annotations

import collections
import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import PRIMITIVES, grad, hessian
from support.effort import some
from support.every_transform import disagreements, first_order, recorded_kinks, same, second_order
from support.expressions import Expression, is_smooth_and_well_conditioned
from support.random_graphs import as_function, exact_derivatives, pruned, random_graph, sizes, source

GRAPHS = 2_000
BLOCK = 100
ORACLE = 1e-30
"""What is not told from zero: the oracle knows that tanh(43) is 1 − 1e-37, floats don't."""

BLOCKS = pytest.mark.parametrize("start", some(range(0, GRAPHS, BLOCK)))


@functools.cache
def graph(seed: int) -> Expression:
    return pruned(random_graph(seed))


def smallest_failure(start: int, check: Callable[[Expression], list[str]]) -> str:
    """What the check has against the smallest of the graphs it fails for, and how many these are; "" if none."""
    failing: list[tuple[int, int, str]] = []
    for seed in range(start, start + BLOCK):
        expression = graph(seed)
        wrong = check(expression)
        if wrong:
            story = "\n  ".join([f"graph {seed}, {source(expression)}", *wrong])
            failing.append((len(expression.steps), seed, story))
    return f"{len(failing)} of {BLOCK} graphs, the smallest:\n  {min(failing)[2]}" if failing else ""


def transforms_that_differ(found: dict[str, Any], expression: Expression, order: int) -> list[str]:
    """A transform against the first of them: at full accuracy, or else to the rounding of terms that cancelled."""
    expected = next(iter(found.values()))
    wrong = disagreements(found, expected)
    return wrong and disagreements(found, expected, sizes(expression)[order - 1])


@BLOCKS
def test_first_derivatives_are_the_same_by_every_transform(start: int) -> None:
    def check(expression: Expression) -> list[str]:
        return transforms_that_differ(first_order(as_function(expression), expression.leaves), expression, 1)

    failure = smallest_failure(start, check)
    assert not failure, failure


@BLOCKS
def test_second_derivatives_are_the_same_by_every_transform(start: int) -> None:
    def check(expression: Expression) -> list[str]:
        return transforms_that_differ(second_order(as_function(expression), expression.leaves), expression, 2)

    failure = smallest_failure(start, check)
    assert not failure, failure


@BLOCKS
def test_hessians_are_symmetric_where_they_are_finite(start: int) -> None:
    def check(expression: Expression) -> list[str]:
        try:
            rows = hessian(as_function(expression))(list(expression.leaves))
        except (ArithmeticError, ValueError):
            return []
        size = sizes(expression)[1]
        return [
            f"hessian: {rows[i][j]} at [{i}][{j}], {rows[j][i]} at [{j}][{i}]"
            for i, j in itertools.combinations(range(len(rows)), 2)
            if math.isfinite(rows[i][j]) and math.isfinite(rows[j][i])
            if not same(rows[i][j], rows[j][i], max(size[i][j], size[j][i]))
        ]

    failure = smallest_failure(start, check)
    assert not failure, failure


def is_smooth(expression: Expression) -> bool:
    """Whether there is a derivative to be right about, and floats are able to find it."""
    return is_smooth_and_well_conditioned(expression) and not recorded_kinks(as_function(expression), expression.leaves)


@BLOCKS
def test_they_are_those_of_central_differences_in_many_digits(start: int) -> None:
    def check(expression: Expression) -> list[str]:
        exact = exact_derivatives(expression) if is_smooth(expression) else None
        if exact is None:
            return []
        f, x = as_function(expression), list(expression.leaves)
        size = sizes(expression)
        # What a row computes is off by up to 1e-11 there, and curvature multiplies that near a pole.
        return [
            *disagreements({"grad": [float(g) for g in grad(f)(x)]}, exact[0], _larger(size[0], 10.0), 1e-8, ORACLE),
            *disagreements({"hessian": hessian(f)(x)}, exact[1], [_larger(row, 10.0) for row in size[1]], 1e-7, ORACLE),
        ]

    failure = smallest_failure(start, check)
    assert not failure, failure


def _larger(numbers: list[float], factor: float) -> list[float]:
    return [factor * x for x in numbers]


def test_the_graphs_are_worth_testing() -> None:
    """They use every row, and meet kinks, infinities and points an oracle can follow."""
    met: collections.Counter[str] = collections.Counter()
    used: collections.Counter[str] = collections.Counter()
    for seed in range(GRAPHS):
        expression = graph(seed)
        used.update({step.name for step in expression.steps})
        met["deep"] += len(expression.steps) >= 4
        f = as_function(expression)
        met["kinks"] += bool(recorded_kinks(f, expression.leaves))
        met["smooth"] += is_smooth(expression)
        slopes = grad(f)(list(expression.leaves))
        met["infinite"] += any(map(math.isinf, slopes))
        met["nan"] += any(map(math.isnan, slopes))
        met["zero"] += 0.0 in slopes
    assert min(used[name] for name in PRIMITIVES if name != "stop_gradient") >= 5, used
    assert min(met[kind] for kind in ("deep", "kinks", "smooth", "zero")) > 300, met
    assert min(met[kind] for kind in ("infinite", "nan")) > 50, met
