"""The beta function, its logarithm, and that of the gamma function as SciPy has it: rows beside the table.

A sum of three logarithms of gammas has few digits left where one operand is much larger than the other; hence
Stirling's series with its large terms cancelled on paper: https://dlmf.nist.gov/5.11.
"""

from __future__ import annotations

import math
from math import inf, nan, pi
from typing import Any, Final

from autograd.engine.define import Binary, Bounded, Unary, special_row
from autograd.engine.gammas import POLES, lgamma, polygamma
from autograd.special.of_scipy import of_scipy, raw_of_scipy, within
from autograd.support.polygamma import is_pole
from autograd.support.polygamma import polygamma_difference as _difference

_HERE: Final = __name__
_LARGE: Final = 10.0
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)


def _ordered(a: float, b: float) -> tuple[float, float]:
    if not (a > 0.0 and b > 0.0 and a < inf and b < inf):
        raise ValueError("both must be positive and finite")
    return (a, b) if a <= b else (b, a)


def _betaln(a: float, b: float) -> float:
    if math.isnan(a) or math.isnan(b):
        return nan
    p, q = _ordered(a, b)
    if q < _LARGE:
        return math.fsum([math.lgamma(p), math.lgamma(q), -math.lgamma(p + q)])
    if p < _LARGE:
        return math.lgamma(p) + _log_ratio(p, q)
    ratio = p / q
    rest = _stirling(p) + _stirling(q) - _stirling(p + q)
    middle = (p - 0.5) * math.log(ratio) - (p + q - 0.5) * math.log1p(ratio)
    return middle + 0.5 * math.log(2.0 * pi) - 0.5 * math.log(q) + rest


def _beta(a: float, b: float) -> float:
    if math.isnan(a) or math.isnan(b):
        return nan
    p, q = _ordered(a, b)
    if q < _LARGE:
        return math.gamma(p) * (math.gamma(q) / math.gamma(p + q))
    if p < _LARGE:
        return math.gamma(p) * math.exp(_log_ratio(p, q))
    return math.exp(_betaln(p, q))


def _log_ratio(p: float, q: float) -> float:
    """log(Γ(q)/Γ(p + q)) for a large q."""
    return -p * math.log(q) - (p + q - 0.5) * math.log1p(p / q) + p + _stirling(q) - _stirling(p + q)


def _stirling(x: float) -> float:
    """What log Γ(x) is more than (x − ½)·log x − x + ½·log 2π, for a large x."""
    y, power = 0.0, 1.0 / x
    for c in _STIRLING:
        y += c * power
        power = power / x / x
    return y


def _slopes(a: Any, b: Any) -> tuple[Any, Any]:
    """Those of the logarithm: ψ(a) − ψ(a + b), ψ(b) − ψ(a + b)."""
    return -polygamma_difference(0.0, a, b), -polygamma_difference(0.0, b, a)


def _beta_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    by_a, by_b = _slopes(a, b)
    return y * by_a, y * by_b


def _log_at_ends(a: float, b: float) -> float:
    """The logarithm where an operand is 0 or infinite, or the result too large."""
    if math.isnan(a) or math.isnan(b) or min(a, b) < 0.0:
        return nan
    return inf if max(a, b) < inf else nan if min(a, b) == 0.0 else -inf


def _digamma(x: Any) -> Any:
    return polygamma(0.0, x)


polygamma_difference: Bounded

# fmt: off
polygamma_difference = special_row(Bounded, _HERE, "polygamma_difference", _difference,
        lambda n, x, h, y: (nan, polygamma_difference(n + 1.0, x, h), polygamma(n + 1.0, x + h)),
        textbook=lambda n, x, h, y: (nan, polygamma(n + 1.0, x + h) - polygamma(n + 1.0, x), polygamma(n + 1.0, x + h)),
        domain="n = 0, 1, ..., 1000 and finite x > 0, h > 0", convention="NaN by the order n",
        samples=[(0.0, 2.5, 0.5), (1.0, 0.5, 3.0), (2.0, 20.0, 1.0)])
gammaln = special_row(Unary, _HERE, "gammaln", within(lambda a: not is_pole(a), of_scipy("gammaln")), lgamma.partials,
        textbook=lgamma.textbook, symbol=lgamma.symbol, ieee=raw_of_scipy("gammaln"),
        domain=POLES, samples=lgamma.samples)
betaln = special_row(Binary, _HERE, "betaln", _betaln, lambda a, b, y: _slopes(a, b),
        textbook=lambda a, b, y: (_digamma(a) - _digamma(a + b), _digamma(b) - _digamma(a + b)),
        symbol="log B(·)", domain="finite a > 0, b > 0", ieee=_log_at_ends,
        samples=[(0.5, 2.0), (3.0, 12.0), (20.0, 30.0)])
beta = special_row(Binary, _HERE, "beta", _beta, _beta_partials,
        textbook=lambda a, b, y: (y * (_digamma(a) - _digamma(a + b)), y * (_digamma(b) - _digamma(a + b))),
        symbol="B", domain="finite a > 0, b > 0", ieee=lambda a, b: math.exp(_log_at_ends(a, b)),
        samples=[(0.5, 2.0), (3.0, 12.0), (20.0, 30.0)])
# fmt: on
