"""Random expressions over the whole table: data bit for bit those of floats, gradients those of central differences."""

from __future__ import annotations

import collections
import math
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from autograd import PRIMITIVES, Value, constant, no_grad
from support.expressions import (
    Expression,
    any_expressions,
    apply_engine,
    apply_floats,
    derivative,
    is_smooth_and_well_conditioned,
    size_of_gradient,
    tame_expressions,
)
from support.oracles import bits

TOLERANCE = 1e-8
"""Of a gradient, relative to the sum of its paths' absolute products.

What is compared is the engine's rounding, for the oracle has almost none. Every partial is computed at a result that
is off by up to 1e-11 (see `is_smooth_and_well_conditioned`); a factor 1000 is left for curvature, which multiplies
that: near a pole of `tan` or a root's branch point a partial is more sensitive than its operand.
"""

ORACLE = 1e-25
"""The oracle's own error: it has 60 digits and a step of 1e-20, so that a smaller derivative drowns."""


@settings(max_examples=400)
@given(expression=any_expressions, kinds=st.lists(st.sampled_from([Value, Value, constant]), min_size=4, max_size=4))
def test_data_are_those_of_floats_bit_for_bit(expression: Expression, kinds: list[Any]) -> None:
    leaves = [kind(x) for kind, x in zip(kinds, expression.leaves, strict=False)]
    try:
        expected = expression.run(expression.leaves, apply_floats)
    except (ArithmeticError, ValueError) as error:
        event(f"raises {type(error).__name__}")
        with pytest.raises(type(error)):
            expression.run(leaves, apply_engine)
        return
    results = expression.run(leaves, apply_engine)
    assert [bits(result.data) for result in results] == [bits(x) for x in expected]
    with no_grad():
        assert [bits(result.data) for result in expression.run(leaves, apply_engine)] == [bits(x) for x in expected]


@settings(max_examples=400)
@given(expression=tame_expressions)
def test_gradients_are_those_of_central_differences(expression: Expression) -> None:
    assume(is_smooth_and_well_conditioned(expression))
    leaves = [Value(x) for x in expression.leaves]
    y = expression.run(leaves, apply_engine)[-1]
    y.backward()
    for i, leaf in enumerate(leaves):
        expected = derivative(expression, i)
        if expected is not None:
            assert abs(leaf.grad - expected) <= TOLERANCE * size_of_gradient(y, leaf) + ORACLE
            event("a derivative that is not zero" if expected else "a derivative of zero")


@settings(max_examples=100)
@given(expression=tame_expressions, kinds=st.lists(st.sampled_from([Value, constant]), min_size=4, max_size=4))
def test_a_constant_changes_no_gradient_of_the_others(expression: Expression, kinds: list[Any]) -> None:
    variables = [Value(x) for x in expression.leaves]
    y = expression.run(variables, apply_engine)[-1]
    y.backward()
    leaves = [kind(x) for kind, x in zip(kinds, expression.leaves, strict=False)]
    z = expression.run(leaves, apply_engine)[-1]
    if z.is_constant:
        return
    z.backward()
    for leaf, variable in zip(leaves, variables, strict=True):
        if not leaf.is_constant:
            assert leaf.grad == variable.grad or (math.isnan(leaf.grad) and math.isnan(variable.grad))


def test_the_expressions_are_worth_testing() -> None:
    """Most of the tame ones reach the comparison, and between them they use nearly every row of the table."""
    used: collections.Counter[str] = collections.Counter()
    compared = [0, 0]

    @settings(max_examples=600, database=None, derandomize=True)
    @given(expression=tame_expressions)
    def count(expression: Expression) -> None:
        if not is_smooth_and_well_conditioned(expression):
            compared[0] += 1
            return
        compared[1] += 1
        used.update(step.name for step in expression.steps)

    count()
    assert compared[1] > compared[0]
    assert len(used) > 0.9 * len(PRIMITIVES)
