"""Bessel functions and the exponential integral: rows beside the table.

Derivatives are sums of neighbouring orders (https://dlmf.nist.gov/10.6 and https://dlmf.nist.gov/10.29), of rows that
never overflow with an error.
"""

from __future__ import annotations

import sys
from math import nan
from typing import Any, Final

from autograd.engine.define import Binary, Unary, special_row
from autograd.engine.primitives import choose, exp, ieee_div
from autograd.special.of_scipy import ieee_of_scipy, of_scipy, within

_HERE: Final = __name__
_iv_of_scipy: Final = ieee_of_scipy("iv")


def _jv_partials(v: Any, x: Any, y: Any) -> tuple[Any, Any]:
    at_0 = choose(x == 0.0, choose(v > 0.0, choose(v < 1.0, 1.0, 0.0), 0.0), 0.0)  # where it begins as a root does
    inside = choose(at_0 == 1.0, 1.0, x)
    slope = 0.5 * (ieee_jv(v - 1.0, inside) - ieee_jv(v + 1.0, inside))
    return nan, choose(at_0 == 1.0, ieee_div(1.0, x), slope)


def _jv_textbook(v: Any, x: Any, y: Any) -> tuple[Any, Any]:
    return nan, 0.5 * (ieee_jv(v - 1.0, x) - ieee_jv(v + 1.0, x))


def _iv(v: float, x: float) -> float:
    return _iv_of_scipy(v, x if abs(x) >= sys.float_info.min else 0.0)  # NaN in SciPy between 0 and that


def _iv_partials(v: Any, x: Any, y: Any) -> tuple[Any, Any]:
    return nan, 0.5 * (iv(v - 1.0, x) + iv(v + 1.0, x))


ieee_jv: Binary
iv: Binary
i1: Unary

# fmt: off
expi = special_row(Unary, _HERE, "expi", within(lambda a: a != 0.0, of_scipy("expi")), lambda a, y: (exp(a) / a,),
        symbol="Ei", domain="a ≠ 0, a < 709.78",
        samples=[(-2.0,), (0.25,), (3.0,)])
jv = special_row(Binary, _HERE, "jv", of_scipy("jv"), _jv_partials, textbook=_jv_textbook,
        symbol="J", domain="finite x > 0; x = 0 with v ≥ 0; x ≤ 0 with a whole v",
        convention="NaN by the order v; inf at x = 0 with 0 < v < 1",
        samples=[(0.0, 2.5), (1.0, 0.5), (2.5, 20.0), (-0.5, 2.0)], kinks=[(0.5, 0.0)],
        at_kink=lambda v, x: x == 0.0 < v < 1.0)
ieee_jv = special_row(Binary, _HERE, "ieee_jv", ieee_of_scipy("jv"), _jv_partials, textbook=_jv_textbook,
        symbol="J", domain="as of jv, and where that overflows", convention="as of jv",
        samples=[(0.0, 2.5), (1.0, 0.5), (2.5, 20.0), (-0.5, 2.0)], kinks=[(0.5, 0.0)],
        at_kink=lambda v, x: x == 0.0 < v < 1.0)
i0 = special_row(Unary, _HERE, "i0", of_scipy("i0"), lambda a, y: (i1(a),),
        symbol="I₀", domain="|a| < 713.99", samples=[(-2.0,), (0.0,), (8.5,)])
i1 = special_row(Unary, _HERE, "i1", of_scipy("i1"), lambda a, y: (0.5 * (iv(0.0, a) + iv(2.0, a)),),
        symbol="I₁", domain="|a| < 713.99", samples=[(-2.0,), (0.0,), (8.5,)])
iv = special_row(Binary, _HERE, "iv", _iv, _iv_partials,
        symbol="I", domain="a whole v, and any x; any v with x > 0", convention="NaN by the order v",
        samples=[(0.0, 2.5), (1.0, -0.5), (2.0, 20.0)])
# fmt: on
