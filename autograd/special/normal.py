"""The normal distribution: its probability, the logarithm and the inverse of that; logit. Rows beside the table."""

from __future__ import annotations

import builtins
import functools
import math
from decimal import Decimal, localcontext
from math import nan, pi
from typing import Any, Final

from scipy.special import erfcx

from autograd.engine.define import Binary, Unary, special_row
from autograd.engine.primitives import atanh, choose, erfc, exp, ieee_div, log, log1p
from autograd.special.of_scipy import of_scipy, within

_HERE: Final = __name__
_ROOT_OF_2: Final = math.sqrt(2.0)
_ROOT_OF_2_PI: Final = math.sqrt(2.0 * pi)


def _density(x: Any) -> Any:
    return exp(-0.5 * x * x) / _ROOT_OF_2_PI


def _log_ndtr_derivative(n: float, x: float) -> float:
    """The n-th derivative of log Φ at x; the first is m = φ/Φ, the inverse of Mills' ratio.

    Higher ones are Taylor coefficients of m. They follow from m′ = −m·(x + m), which cancels to the left; there they
    are those of Laplace's continued fraction (https://dlmf.nist.gov/7.9), and between the two a series is shifted.
    """
    if not (1.0 <= n <= 100.0 and n % 1.0 == 0.0):
        raise ValueError("the order must be a whole number from 1 to 100")
    if math.isnan(x):
        return x
    order = int(n) - 1  # of the derivative of m
    if order == 0:
        if x < -1e100:  # erfcx underflows in the end
            return -x
        if x > 0.0:
            return math.exp(-0.5 * x * x) / _ROOT_OF_2_PI / (0.5 * math.erfc(-x / _ROOT_OF_2))
        return math.sqrt(2.0 / pi) / float(erfcx(-x / _ROOT_OF_2))
    if math.isinf(x):
        return 0.0 if x > 0.0 or order > 1 else -1.0
    if x >= 0.5:
        return math.factorial(order) * float(_coefficients(_log_ndtr_derivative(1.0, x), x, order)[-1])
    if x > -2.0:
        step = x - _CENTRE
        series = _middle(order)
        return math.fsum([math.perm(k, order) * series[k] * step ** (k - order) for k in range(order, len(series))])
    return (-1.0) ** order * math.factorial(order) * _left(order, -x)[-1]


def _coefficients(m: Any, x: Any, order: int) -> list[Any]:
    """The Taylor coefficients of m at x, where it is known: floats, or decimals."""
    found, shifted = [m], [x + m]  # of m, and of x + m
    for k in range(1, order + 1):
        found.append(-sum(a * b for a, b in zip(found, reversed(shifted), strict=True)) / k)
        shifted.append(found[k] + (k == 1))
    return found


_CENTRE: Final = -0.75
_AT_CENTRE: Final = "1.32877796522120704068093805642192321270689395"


@functools.cache
def _middle(order: int) -> list[float]:
    """The Taylor coefficients of m at the centre, as many as its derivative of an order needs around it."""
    with localcontext() as context:
        context.prec = 45
        return list(map(float, _coefficients(Decimal(_AT_CENTRE), Decimal(_CENTRE), 45 + 2 * order)))


def _left(order: int, t: float) -> list[float]:
    """The Taylor coefficients of m at -t, by t: of t + 1/(t + 2/(t + 3/(t + ...))), each denominator a series."""
    fraction = [t, 1.0, *[0.0] * (order - 1)]
    for j in range(int(20.0 * order + 800.0 / (t * t)), 0, -1):
        inverse = [1.0 / fraction[0]]
        for k in range(1, order + 1):
            inverse.append(-inverse[0] * sum(fraction[i] * inverse[k - i] for i in range(1, k + 1)))
        fraction = [j * c for c in inverse]
        fraction[0] += t
        fraction[1] += 1.0
    return fraction


def _ndtri_slope(p: Any, y: Any) -> Any:
    """1/φ(y); in the lower half 1/(p·(φ/Φ)(y)), where the exponential of a large square has fewer digits."""
    low = p <= 0.5
    return choose(
        low,
        ieee_div(1.0, p * log_ndtr_derivative(1.0, choose(low, y, 0.0))),
        _ROOT_OF_2_PI * exp(0.5 * choose(low, 0.0, y) * choose(low, 0.0, y)),
    )


def _logit(p: Any) -> Any:
    if (p <= 0.0) is True or (p >= 1.0) is True:
        raise ValueError("math domain error")
    middle = builtins.abs(p - 0.5) < 0.25  # where the difference of logarithms cancels
    return choose(middle, 2.0 * atanh(choose(middle, 2.0 * p - 1.0, 0.0)), log(p) - log1p(-p))


log_ndtr_derivative: Binary

# fmt: off
ndtr = special_row(Unary, _HERE, "ndtr", lambda a: 0.5 * erfc(-a / _ROOT_OF_2), lambda a, y: (_density(a),),
        symbol="Φ", samples=[(-1.5,), (0.0,), (0.7,)])
log_ndtr = special_row(Unary, _HERE, "log_ndtr", of_scipy("log_ndtr"), lambda a, y: (log_ndtr_derivative(1.0, a),),
        textbook=lambda a, y: (_density(a) / ndtr(a),), symbol="log Φ(·)", domain="a > −1.8e154",
        samples=[(-40.0,), (-1.5,), (0.7,)])
log_ndtr_derivative = special_row(Binary, _HERE, "log_ndtr_derivative", _log_ndtr_derivative,
        lambda n, x, y: (nan, log_ndtr_derivative(n + 1.0, x)),
        domain="n = 1, 2, ..., 100", convention="NaN by the order n", samples=[(1.0, -1.5), (2.0, 0.5), (3.0, -20.0)])
ndtri = special_row(Unary, _HERE, "ndtri", within(lambda p: 0.0 < p < 1.0, of_scipy("ndtri")),
        lambda p, y: (_ndtri_slope(p, y),), textbook=lambda p, y: (1.0 / _density(y),), symbol="Φ⁻¹",
        domain="0 < p < 1", samples=[(0.1,), (0.5,), (0.8,)])
erfinv = special_row(Unary, _HERE, "erfinv", within(lambda a: -1.0 < a < 1.0, of_scipy("erfinv")),
        lambda a, y: (0.5 * math.sqrt(pi) * exp(y * y),),
        domain="−1 < a < 1", samples=[(-0.5,), (0.0,), (0.7,)])
logit = special_row(Unary, _HERE, "logit", _logit, lambda p, y: (1.0 / p + 1.0 / (1.0 - p),),
        textbook=lambda p, y: (1.0 / (p * (1.0 - p)),),
        domain="0 < p < 1", samples=[(0.1,), (0.5,), (0.8,)])
# fmt: on
