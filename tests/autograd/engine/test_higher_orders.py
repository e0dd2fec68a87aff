"""Derivatives of derivatives: every row to the third order, random expressions to the second."""

from __future__ import annotations

import math
import random
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import assume, event, given, settings

from autograd import PRIMITIVES, Value, adjoints
from support import formulas
from support.expressions import (
    Expression,
    apply_engine,
    apply_many_digits,
    is_smooth_and_well_conditioned,
    size_of_gradient,
    tame_expressions,
)

# ---------------------------------------------------------------------------------------------------------------------
# Rows


def derivatives(y, xs, order):
    """The derivatives of y of every order up to this, by the positions of what they are taken by, in order."""
    found = {(): y}
    for length in range(order):
        for taken in [key for key in found if len(key) == length]:
            for i, slope in enumerate(adjoints(found[taken], xs)):
                if not taken or i >= taken[-1]:
                    found[*taken, i] = slope
    return {key: value.data for key, value in found.items() if key}


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=lambda row: row.name)
def test_every_row_agrees_with_sympy_to_the_third_order(row):
    names = formulas.symbols(row)
    definition = formulas.meaning(row, names)
    generator = random.Random(row.name)
    points = []
    while len(points) < 10:
        point = tuple(generator.uniform(-3.0, 3.0) + 3.0 * (row.name == "acosh") for _ in names)
        try:
            defined = math.isfinite(row(*point))
        except (ValueError, ZeroDivisionError):
            defined = False
        if defined:
            points.append((point, derivatives(row(*(xs := list(map(Value, point)))), xs, 3)))
    for key in points[0][1]:
        # The derivative of |a|, as SymPy has it, is a sign, and that of a sign is Dirac's delta: 0 away from 0.
        exact = sympy.diff(definition, *(names[i] for i in key)).replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
        function = formulas.compiled(names, exact)
        for point, found in points:
            expected = function(*point)
            assert abs(found[key] - expected) <= 1e-10 * abs(expected), f"{row.name}{point} by {key}"


# ---------------------------------------------------------------------------------------------------------------------
# Random expressions


def second_derivative(expression: Expression, i: int, j: int) -> float | None:
    """By central differences with a step of 1e-20 in 80 digits; None where the expression leaves the real numbers."""
    with mpmath.workdps(80):
        step = mpmath.mpf(10) ** -20

        def at(di: int, dj: int) -> Any:
            leaves = list(map(mpmath.mpf, expression.leaves))
            leaves[i] += di * step
            leaves[j] += dj * step
            return expression.run(leaves, apply_many_digits)[-1]

        try:
            return float((at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * step * step))
        except (ArithmeticError, ValueError):
            return None


@settings(max_examples=150, deadline=None)
@given(expression=tame_expressions)
def test_second_derivatives_are_those_of_differences_in_many_digits(expression: Expression) -> None:
    assume(is_smooth_and_well_conditioned(expression))
    leaves = [Value(x) for x in expression.leaves]
    y = expression.run(leaves, apply_engine)[-1]
    for i, slope in enumerate(adjoints(y, leaves)):
        for j, curvature in enumerate(adjoints(slope, leaves)):
            expected = second_derivative(expression, i, j)
            if expected is not None:
                tolerance = 1e-6 * size_of_gradient(slope, leaves[j]) + 1e-25
                assert abs(curvature.data - expected) <= tolerance, (i, j, curvature.data, expected)
                event("a derivative that is not zero" if expected else "a derivative of zero")
