"""The polygamma functions ψ, ψ′, ψ″, ... of floats, which Python's `math` lacks, and their differences.

A small operand is moved upwards by the recurrence, a negative one mirrored by the reflection; then Stirling's series
converges to the last bit: https://dlmf.nist.gov/5.15 and https://dlmf.nist.gov/5.11.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

_BERNOULLI: Final = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
    854513 / 138,
    -236364091 / 2730,
)
"""B₂, B₄, ..., B₂₄."""
_HIGHEST: Final = 1000
_LARGE: Final = 12.0  # from here on, and as much further as the order, the series has all digits


class _Term(NamedTuple):
    """One term of a sum for ψ⁽ⁿ⁾: proportional to base to the power of -exponent."""

    value: float
    base: float
    exponent: int


def polygamma(n: float, x: float) -> float:
    """ψ⁽ⁿ⁾(x), the (n + 1)-th derivative of log Γ; ±inf where it overflows.

    Raises:
        OverflowError: for a negative x and an order so high that it can't be told.
        ValueError: at a pole, at -inf, and for an order that is not one of 0, 1, ..., 1000.

    >>> round(polygamma(0, 1.0), 12), round(polygamma(1, 1.0), 12)  # -γ, π²/6
    (-0.577215664902, 1.644934066848)
    """
    order = _order(n)
    if math.isnan(x):
        return x
    if is_pole(x) or x == -math.inf:
        raise ValueError("math domain error")
    if x == math.inf:
        return 0.0 if order else x
    if x < 0.0:  # 1 - x is far from the poles, and the cotangent knows how far x is from one
        mirrored = polygamma(n, 1.0 - x)
        return (-mirrored if order % 2 else mirrored) - _derivative_of_cotangent(order, x)
    terms, far = _terms(order, x)
    values = [term.value for term in terms]
    if not order:
        values.append(math.log(far))
    return _total(values)


def is_pole(x: float) -> bool:
    """Whether the gamma function and its relatives have a pole there: at 0, -1, -2, ..."""
    return x <= 0.0 and x % 1.0 == 0.0


def polygamma_difference(n: float, x: float, h: float) -> float:
    """ψ⁽ⁿ⁾(x + h) − ψ⁽ⁿ⁾(x) for positive x and h, to all digits however small the difference is.

    Raises:
        ValueError: for an order that is not one of 0, 1, ..., 1000, and for an operand that is not positive and finite.

    >>> polygamma_difference(0, 1e10, 1.0)  # 1/x
    1e-10
    """
    order = _order(n)
    if math.isnan(x) or math.isnan(h):
        return math.nan
    if not (0.0 < x < math.inf and 0.0 < h < math.inf):
        raise ValueError("both must be positive and finite")
    terms, far = _terms(order, x)
    values = [term.value * math.expm1(-term.exponent * math.log1p(h / term.base)) for term in terms]
    if not order:
        values.append(math.log1p(h / far))
    return _total(values)


def _order(n: float) -> int:
    if not (0.0 <= n <= _HIGHEST and n % 1.0 == 0.0):
        raise ValueError(f"the order must be a whole number from 0 to {_HIGHEST}")
    return int(n)


def _total(values: list[float]) -> float:
    return math.fsum(values) if all(map(math.isfinite, values)) else sum(values)


def _terms(n: int, x: float) -> tuple[list[_Term], float]:
    """The terms of ψ⁽ⁿ⁾(x) for a positive x, but for ψ's own logarithm; and of what that is to be taken."""
    sign = 1.0 if n % 2 else -1.0
    steps = max(0, math.ceil(_LARGE + n - x))
    terms = [_Term(sign * _falling(n, x + k), x + k, n + 1) for k in range(steps)]
    far = x + steps
    lead = sign
    if n:
        lead *= _falling(n - 1, far)
        terms.append(_Term(lead, far, n))
    terms.append(_Term(lead * max(n, 1) * 0.5 / far, far, n + 1))
    factor = lead * (n + 1) * max(n, 1) * 0.5 / far / far
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        terms.append(_Term(bernoulli * factor, far, n + 2 * k))
        factor *= (2 * k + n) * (2 * k + n + 1) / ((2 * k + 1) * (2 * k + 2)) / far / far
    return terms, far


def _falling(n: int, x: float) -> float:
    """n! / xⁿ⁺¹, whose parts may overflow where it doesn't."""
    y = 1.0 / x
    for k in range(1, n + 1):
        y *= k / x
    return y


def _derivative_of_cotangent(n: int, x: float) -> float:
    """The n-th derivative of π·cot(πx), a polynomial in the cotangent, for an x that is no whole number."""
    rest = x - round(x)  # exact
    if abs(rest) < 0.25:
        cotangent = 1.0 / math.tan(math.pi * rest)
    else:
        cotangent = math.copysign(math.tan(math.pi * (0.5 - abs(rest))), rest)
    coefficients = [0.0, 1.0]  # of 1, cot, cot², ...
    for _ in range(n):  # the derivative of a power of the cotangent by itself, times -(1 + cot²)
        slopes = [-k * c for k, c in enumerate(coefficients)][1:]
        coefficients = [a + b for a, b in zip([*slopes, 0.0, 0.0], [0.0, 0.0, *slopes], strict=True)]
    y = coefficients.pop()
    for c in reversed(coefficients):
        y = y * cotangent + c
    for _ in range(n + 1):
        y *= math.pi
    if math.isnan(y):  # coefficients overflow from the order 150 or so
        raise OverflowError("math range error")
    return y
