"""Accurate where it is hard: large logits, far tails, the edges of a domain, tiny bases and exponents; mpmath knows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

import autograd
from autograd import PRIMITIVES, derivative, grad, hessian
from support.every_transform import assert_gradient, assert_hessian, first_order
from support.formulas import many_digits

INF = math.inf
Numeric = Callable[..., Any]

# -- slopes of logsumexp ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("t", [0.0, 1.0, 1e8, 1e12, 1e16, 1e300, -1.0, -1e8, -1e12, -1e16, -1e300])
@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_equal_operands_of_logsumexp_share_alike(t: float, n: int) -> None:
    assert_gradient(autograd.logsumexp, [t] * n, [1.0 / n] * n)
    expected = [[((i == j) - 1.0 / n) / n for j in range(n)] for i in range(n)]
    rows = hessian(autograd.logsumexp)([t] * n)
    assert all(abs(rows[i][j] - expected[i][j]) <= 1e-14 for i in range(n) for j in range(n)), rows


@pytest.mark.parametrize("t", [0.0, 1e8, 1e12, 1e15, -1e12])
def test_slopes_of_logsumexp_depend_on_differences_alone(t: float) -> None:
    shifts = (0.0, 1.0, -3.0, 0.5)
    total = sum(map(math.exp, shifts))
    assert_gradient(autograd.logsumexp, [t + s for s in shifts], [math.exp(s) / total for s in shifts])
    mixed = [1e16, 1e16, 0.0]
    assert_gradient(autograd.logsumexp, mixed, [0.5, 0.5, 0.0])
    half = [(x if i % 2 else -INF) for i, x in enumerate([t, t, t, t])]
    assert_gradient(autograd.logsumexp, half, [0.0, 0.5, 0.0, 0.5])


@pytest.mark.parametrize("t", [1.0, 1e8, 1e12, 1e16])
def test_constants_among_the_operands_of_logsumexp(t: float) -> None:
    assert_gradient(lambda v: autograd.logsumexp([v[0], t]), [t], [0.5])
    assert_gradient(lambda v: autograd.logsumexp([t, v[0], v[0], t]), [t], [0.5])


# -- mpmath as the oracle ---------------------------------------------------------------------------------------------


def exact(name: str, x: float, order: int) -> float:
    """The derivative of a unary row at x, from the textbook's definition in so many digits that no tail is lost."""
    with mpmath.workdps(1500):
        if order == 0:
            return float(many_digits(name, 1)(mpmath.mpf(x)))
        return float(mpmath.diff(many_digits(name, 1), mpmath.mpf(x), order, h=mpmath.mpf(10) ** -150))


TAILS = [sign * x for x in (20.0, 36.0, 38.0, 40.0, 300.0, 700.0) for sign in (1.0, -1.0)]
NEAR_ONE = [1.0 - 2.0**-k for k in (2, 10, 20, 30, 40, 50, 53)]
HARD = [
    *itertools.product(["sigmoid", "tanh", "log_sigmoid", "softplus"], TAILS),
    *itertools.product(["silu"], [x for x in TAILS if abs(x) <= 40.0]),
    *itertools.product(["asin", "acos", "atanh"], [*NEAR_ONE, *(-x for x in NEAR_ONE)]),
    *itertools.product(["acosh"], [1.0 + 2.0**-k for k in (2, 10, 20, 30, 40, 50, 52)] + [2.0, 1e8, 1e100]),
    *itertools.product(["log1p"], [-1.0 + 2.0**-k for k in (2, 20, 40, 53)] + [1e-300, 1e300]),
    *itertools.product(["expm1"], [-700.0, -40.0, 1e-300, -1e-9]),
    *itertools.product(["sigmoid", "tanh"], [0.0, 5.0, -5.0]),
]


@pytest.mark.parametrize(("name", "x"), HARD)
def test_derivatives_are_accurate_in_tails_and_near_the_edges(name: str, x: float) -> None:
    row = PRIMITIVES[name]
    for order in (1, 2):
        found, expected = derivative(row, order)(x), exact(name, x, order)
        # A number below 1e-307 has fewer digits, and no relative accuracy.
        assert abs(found - expected) <= 1e-13 * abs(expected) + 1e-320, f"{name}{order * '′'}({x}): {found}, {expected}"
        if order == 1:
            assert_gradient(lambda v: row(v[0]), [x], [found])
        else:
            assert_hessian(lambda v: row(v[0]), [x], [[found]])


POWERS = [
    *itertools.product([0.5, 1.0, 2.5, 1e-100, 1e100], [0.0, -0.0, 1.0, 2.0, -1.0, 0.5, 3.0]),
    *itertools.product([1e-320, 5e-324, 1e-310], [1e-320, 1e-310, 5e-324, 1e-300, 0.5, 1.0]),
]


@pytest.mark.parametrize(("a", "b"), POWERS)
@pytest.mark.parametrize(
    "power", [lambda a, b: a**b, PRIMITIVES["pow"], PRIMITIVES["ieee_pow"]], ids=["**", "pow", "ieee"]
)
def test_powers_by_base_and_by_exponent(power: Numeric, a: float, b: float) -> None:
    """With variables in either place, or in both."""
    with mpmath.workdps(60):
        base, exponent = mpmath.mpf(a), mpmath.mpf(b)
        y, log = base**exponent, mpmath.log(base)
        by_a, by_b = float(exponent * y / base), float(y * log)
        second = float(exponent * (exponent - 1) * y / base**2)
        mixed = float(y / base * (1 + exponent * log))
        last = float(y * log**2)
    assert_gradient(lambda v: power(v[0], v[1]), [a, b], [by_a, by_b])
    assert_gradient(lambda v: power(v[0], b), [a], [by_a])
    assert_gradient(lambda v: power(a, v[0]), [b], [by_b])
    if a > 1e-300:
        assert_hessian(lambda v: power(v[0], v[1]), [a, b], [[second, mixed], [mixed, last]], 1e-12)
        assert_hessian(lambda v: power(v[0], b), [a], [[second]], 1e-12)
        assert_hessian(lambda v: power(a, v[0]), [b], [[last]], 1e-12)


@pytest.mark.parametrize("a", [0.0, -0.0, 2.0, -2.0, INF])
@pytest.mark.parametrize("b", [0.0, -0.0])
def test_the_slope_of_a_power_at_exponent_0_is_0_and_not_minus_0(a: float, b: float) -> None:
    found = first_order(lambda v: v[0] ** b, [a])
    found |= {f"{name}, two variables": row[:1] for name, row in first_order(lambda v: v[0] ** v[1], [a, b]).items()}
    for name, (slope,) in found.items():
        assert slope == 0.0, name
        assert math.copysign(1.0, slope) == 1.0, name


@pytest.mark.parametrize("a", [0.0, -0.0, 2.0, -2.0, 1e-300])
def test_powers_with_whole_exponents_are_polynomials(a: float) -> None:
    """x**0, x**1 and x**2 to second order, at 0 and below it too, whether the exponent is an int or a float."""
    for exponent, first, second in [(0, 0.0, 0.0), (1, 1.0, 0.0), (2, 2.0 * a, 2.0), (3, 3.0 * a * a, 6.0 * a)]:
        for b in (exponent, float(exponent)):
            assert_gradient(lambda v, b=b: v[0] ** b, [a], [first])
            assert_hessian(lambda v, b=b: v[0] ** b, [a], [[second]])
    assert grad(lambda v: v**1.0)(a) == 1.0
    assert derivative(lambda v: v**2.0, 3)(a) == 0.0
