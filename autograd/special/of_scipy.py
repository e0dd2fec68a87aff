"""Functions of `scipy.special` as values of rows: plain floats, and errors where SciPy returns NaN or an infinity."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special

Value = Callable[..., float]


def of_scipy(name: str) -> Value:
    """A function of SciPy's that raises what Python's `math` would: an infinity of an infinity is no error.

    It raises a ValueError where SciPy finds no number, an OverflowError where it finds an infinity.
    """
    function = ieee_of_scipy(name)

    def value(*operands: float) -> float:
        y = function(*operands)
        if math.isfinite(y) or not all(map(math.isfinite, operands)):
            return y
        raise OverflowError("math range error")

    return value


def ieee_of_scipy(name: str) -> Value:
    """The same, but an infinity is a result like others, as partials need it.

    It raises a ValueError where SciPy finds no number.
    """
    function = getattr(special, name)

    def value(*operands: float) -> float:
        y = float(function(*operands))
        if math.isnan(y) and not any(map(math.isnan, operands)):
            raise ValueError("math domain error")
        return y

    return value


def within(domain: Callable[[float], bool], function: Value) -> Value:
    """A function of one number that raises a ValueError outside of a domain."""

    def value(a: float) -> float:
        if not domain(a) and not math.isnan(a):
            raise ValueError("math domain error")
        return function(a)

    return value
