"""The gamma function and its relatives: rows beside the table, which need nothing but Python.

The values of `lgamma` and `gamma` are those of Python's `math`, with the same exceptions.
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any, Final

from autograd.engine.define import Binary, Unary, special_row
from autograd.engine.primitives import choose
from autograd.support.polygamma import polygamma as _polygamma

POLES: Final = "a ≠ 0, −1, −2, ..."


def _log_slope(a: Any, y: Any) -> tuple[Any]:
    at_end = a == -inf  # where log|Γ| is infinite, as the C standard has it
    return (choose(at_end, nan, digamma(choose(at_end, 1.0, a))),)


def _at_pole(n: float, x: float) -> float:
    """Outside the domain: the infinity of an odd ψ⁽ⁿ⁾ at its poles, of an even one at 0 by the sign of that; or NaN."""
    if x % 1.0 != 0.0 or n % 1.0 != 0.0 or not 0.0 <= n <= 1000.0:
        return nan
    return inf if n % 2.0 else math.copysign(inf, -x) if x == 0.0 else nan


polygamma: Binary
polygamma = special_row(Binary, __name__, "polygamma", _polygamma, lambda n, x, y: (nan, polygamma(n + 1.0, x)),
        symbol="ψ", domain="n = 0, 1, ..., 1000; x ≠ 0, −1, −2, ..., −∞", convention="NaN by the order n",
        ieee=_at_pole, samples=[(0.0, 2.5), (1.0, 0.5), (2.0, -1.25), (3.0, 20.0)])  # fmt: skip
digamma = special_row(Unary, __name__, "digamma", lambda a: _polygamma(0.0, a), lambda a, y: (polygamma(1.0, a),),
        symbol="ψ", domain="a ≠ 0, −1, −2, ..., −∞",
        ieee=lambda a: _at_pole(0.0, a), samples=[(0.25,), (3.0,), (-1.25,)])  # fmt: skip
lgamma = special_row(Unary, __name__, "lgamma", math.lgamma, _log_slope,
        textbook=lambda a, y: (digamma(a),), symbol="log|Γ(·)|",
        domain=POLES, ieee=lambda a: inf, samples=[(0.25,), (3.0,), (-1.25,)])  # fmt: skip
gamma = special_row(Unary, __name__, "gamma", math.gamma, lambda a, y: (y * digamma(a),),
        symbol="Γ", domain="a < 171.63, " + POLES + ", −∞",
        ieee=lambda a: math.copysign(inf, a) if a > -1.0 else nan, samples=[(0.25,), (3.0,), (-1.25,)])  # fmt: skip
