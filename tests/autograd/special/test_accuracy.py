"""Every special function to the third order against mpmath: twenty random points, and hard ones in the tails.

The bar follows from conditioning. An operand is known to half a unit in the last place, so that no derivative f⁽ᵏ⁾ can
be told from what it is within eps·|x·f⁽ᵏ⁺¹⁾|; with its own rounding, eps·(|f⁽ᵏ⁾| + |x·f⁽ᵏ⁺¹⁾|) is one unit. 32 of these
are allowed, for the roundings of three orders of the chain rule and of SciPy's own functions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from mpmath import mp

import autograd
from autograd import derivative, hessian, special

EPS = 2.0**-52
ORDERS = 3

Exact = Callable[[Any, int], Any]
"""The k-th derivative at x, in mpmath's numbers."""


def differences(f: Callable[[Any], Any]) -> Exact:
    """The derivatives of a function of mpmath's, with a step that is small beside x."""

    def exact(x: Any, k: int) -> Any:
        return f(x) if k == 0 else mp.diff(f, x, k, h=abs(x) * mp.mpf(10) ** -20 if x else mp.mpf(10) ** -20)

    return exact


def log_gamma(x: Any, k: int) -> Any:
    return mp.re(mp.loggamma(x)) if k == 0 else mp.polygamma(k - 1, x)


def normal(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal_distribution(x: Any, k: int) -> Any:
    """By Hermite's polynomials."""
    return normal(x) if k == 0 else [1, -x, x**2 - 1, 3 * x - x**3][k - 1] * mp.npdf(x)


def log_normal(x: Any, k: int) -> Any:
    with mp.workdps(100):  # log(1 - 1e-80) far to the right
        return differences(lambda x: mp.log(normal(x)))(x, k)


def inverse_error(x: Any, k: int) -> Any:
    """By the derivatives of an inverse function: y′ = √π/2·exp(y²), y″ = 2y·y′², ..."""
    y = mp.erfinv(x)
    slope = mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
    return [y, slope, 2 * y * slope**2, (2 + 8 * y**2) * slope**3, (28 * y + 48 * y**3) * slope**4][k]


def quantile(p: Any, k: int) -> Any:
    """The same of Φ, solved in the logarithm from SciPy's first guess."""
    low = p if p <= 0.5 else 1 - p
    x = mp.mpf(special.ndtri(float(low)))
    for _ in range(6):
        x -= (mp.log(normal(x)) - mp.log(low)) * normal(x) / mp.npdf(x)
    x = x if p <= 0.5 else -x
    slope = 1 / mp.npdf(x)
    return [x, slope, x * slope**2, (1 + 2 * x**2) * slope**3, (7 * x + 6 * x**3) * slope**4][k]


class Case(NamedTuple):
    """A function of one number, the truth, where random points lie, and hard points."""

    function: Callable[[Any], Any]
    exact: Exact
    low: float
    high: float
    hard: Sequence[float]


TINY_TO_LARGE = (1e-8, 0.5, 1.0, 1.5, 170.0, 1e10)
BETWEEN_POLES = (-0.5, -2.457, -10.3, -100.7, -1e4 - 0.25)
CASES = {
    "gammaln": Case(special.gammaln, log_gamma, -20.0, 60.0, (*TINY_TO_LARGE, *BETWEEN_POLES)),
    "lgamma": Case(autograd.lgamma, log_gamma, -20.0, 60.0, (*TINY_TO_LARGE, *BETWEEN_POLES)),
    "gamma": Case(
        special.gamma, differences(mp.gamma), -20.0, 60.0, (1e-8, 0.5, 1.0, 1.4616, 150.0, -0.5, -10.3, -100.7)
    ),
    "digamma": Case(
        special.digamma, lambda x, k: mp.polygamma(k, x), -20.0, 60.0, (*TINY_TO_LARGE, *BETWEEN_POLES, 1.46163214)
    ),
    **{
        f"polygamma {n}": Case(
            lambda x, n=n: special.polygamma(n, x),
            lambda x, k, n=n: mp.polygamma(n + k, x),
            -20.0,
            60.0,
            (*TINY_TO_LARGE, *BETWEEN_POLES[:-1]),
        )
        for n in (1, 2, 5)
    },
    "ndtr": Case(special.ndtr, normal_distribution, -8.0, 8.0, (-37.0, -20.0, 0.0, 8.0, 37.0)),
    "log_ndtr": Case(
        special.log_ndtr, log_normal, -12.0, 8.0, (-40.0, -1e5, -2.0, -1.9999, -0.75, 0.0, 0.4999, 0.5, 12.0)
    ),
    "ndtri": Case(special.ndtri, quantile, 0.0, 1.0, (1e-90, 1e-20, 0.02, 0.4999999, 0.5, 1.0 - 1e-10, 1.0 - 2.0**-53)),
    "erfinv": Case(
        special.erfinv, inverse_error, -1.0, 1.0, (1e-300, -1e-10, 0.999, 1.0 - 1e-10, -1.0 + 1e-12, 1.0 - 2.0**-53)
    ),
    "expi": Case(
        special.expi,
        lambda x, k: mp.ei(x) if k == 0 else differences(lambda x: mp.exp(x) / x)(x, k - 1),
        -30.0,
        60.0,
        (1e-80, -1e-8, 0.3725074107813666, 0.3725, 40.5, 700.0, -700.0),
    ),
    "i0": Case(special.i0, differences(lambda x: mp.besseli(0, x)), -30.0, 60.0, (1e-10, -1e-3, 7.999, 8.001, 700.0)),
    "i1": Case(special.i1, differences(lambda x: mp.besseli(1, x)), -30.0, 60.0, (1e-10, -1e-3, 7.999, 8.001, 700.0)),
    **{
        f"jv {v}": Case(
            lambda x, v=v: special.jv(v, x), lambda x, k, v=v: mp.besselj(v, x, k), low, 60.0, (*hard, 2.404825557, 1e5)
        )
        for v, low, hard in [
            (0, -30.0, (0.0, 1e-10, 1e8)),
            (1, -30.0, (0.0, 1e-10, 1e8)),
            (4, -30.0, (0.0, 1e-3, 1e8)),
            (2.5, 0.0, (1e-10, 1e-3, 30.0)),
            (-1.5, 0.0, (1e-10, 1e-3, 30.0)),
            (50, 5.0, (20.0, 48.0, 52.0)),
        ]
    },
    "logit": Case(
        special.logit, differences(lambda p: mp.log(p / (1 - p))), 0.0, 1.0, (1e-75, 0.2499, 0.2501, 0.49999, 1 - 1e-12)
    ),
    "expit": Case(special.expit, differences(lambda x: 1 / (1 + mp.exp(-x))), -30.0, 30.0, (-300.0, -40.0, 0.0, 9.0)),
    **{
        f"betaln(x, {b})": Case(
            lambda x, b=b: special.betaln(x, b),
            lambda x, k, b=b: mp.log(mp.beta(x, b)) if k == 0 else mp.polygamma(k - 1, x) - mp.polygamma(k - 1, x + b),
            0.0,
            30.0,
            (1e-8, 9.999, 10.001, 1e5, 1e10, 1e15),
        )
        for b in (1e-3, 1.0, 12.0, 1e6)
    },
    **{
        f"beta({a}, x)": Case(
            lambda x, a=a: special.beta(a, x), differences(lambda x, a=a: mp.beta(a, x)), 0.0, 30.0, hard
        )
        for a, hard in [
            (0.25, (1e-8, 1e-60, 9.999, 10.001, 1e5, 1e10)),
            (12.0, (1e-8, 1e-60, 9.999, 10.001, 1e3, 1e5)),
        ]
    },
}  # fmt: skip


def points(name: str) -> list[float]:
    case, generator = CASES[name], random.Random(name)
    return [*(generator.uniform(case.low, case.high) for _ in range(20)), *case.hard]


@pytest.mark.parametrize("name", CASES)
def test_values_and_three_derivatives(name: str) -> None:
    case = CASES[name]
    for x in points(name):
        with mp.workdps(50):
            exact = [case.exact(mp.mpf(x), k) for k in range(ORDERS + 2)]
        for k in range(ORDERS + 1):
            found = derivative(case.function, k)(x) if k else case.function(x)
            with mp.workdps(50):
                unit = EPS * float(abs(exact[k]) + abs(x * exact[k + 1]))
                error = float(abs(mp.mpf(found) - exact[k]))
            assert error <= 32.0 * unit, f"{name}{'′' * k} at {x!r}: {found!r} is {error / unit:.1f} units wrong"


@pytest.mark.parametrize(("a", "b"), [(0.5, 2.0), (12.0, 0.1), (30.0, 40.0), (1e10, 2.0), (3.0, 1e8), (1e-5, 1e5)])
def test_the_logarithm_of_beta_by_both_operands(a: float, b: float) -> None:
    with mp.workdps(50):
        mixed = -mp.polygamma(1, mp.mpf(a) + b)
        expected = [[mp.polygamma(1, a) + mixed, mixed], [mixed, mp.polygamma(1, b) + mixed]]
    for row, exact in zip(hessian(lambda v: special.betaln(v[0], v[1]))([a, b]), expected, strict=True):
        assert row == pytest.approx(list(map(float, exact)), rel=1e-14, abs=0.0)


@pytest.mark.parametrize(("a", "b"), [(0.5, 2.0), (12.0, 0.1), (30.0, 40.0), (3.0, 1e8)])
def test_the_mixed_derivative_of_beta(a: float, b: float) -> None:
    with mp.workdps(50):
        value, total = mp.beta(a, b), mp.mpf(a) + b
        slopes = (mp.digamma(a) - mp.digamma(total)) * (mp.digamma(b) - mp.digamma(total))
        expected = float(value * (slopes - mp.polygamma(1, total)))
        size = 1.0 + float(abs(mp.log(value)))  # of the exponent, in whose units the value is known
    found = hessian(lambda v: special.beta(v[0], v[1]))([a, b])[0][1]
    assert found == pytest.approx(expected, rel=32.0 * EPS * size, abs=0.0)


def test_a_point_that_is_a_unit_wrong_is_told() -> None:
    """The checker is checked: the truth, moved by 64 units, is refused."""
    case = CASES["gammaln"]
    CASES["wrong"] = case._replace(
        exact=lambda x, k: case.exact(x, k) * (1 + 64 * EPS) + 64 * EPS * abs(x * case.exact(x, k + 1))
    )
    try:
        with pytest.raises(AssertionError, match="units wrong"):
            test_values_and_three_derivatives("wrong")
    finally:
        del CASES["wrong"]
