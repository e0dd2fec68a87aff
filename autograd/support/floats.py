"""Floats that rules are given in place of plain ones: zeros that are plain numbers, and numbers that never raise."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from math import inf, nan
from typing import Any


class PlainZero(float):
    """A plain 0.0 among the operands of a rule: unlike a variable that happens to be 0.0, nothing can come of it."""


PLAIN_ZERO = PlainZero(0.0)


def ieee_div(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    return nan if a == 0.0 or math.isnan(a) else math.copysign(inf, a) * math.copysign(1.0, b)


def ieee_pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0.0 and b % 2.0 == 1.0 else inf
    except ValueError:  # a zero base with a negative exponent, or a negative base with a fractional one
        if a != 0.0:
            return nan
        return math.copysign(inf, a) if b % 2.0 == 1.0 else inf


def ieee_floordiv(a: float, b: float) -> float:
    return a // b if b != 0.0 else ieee_div(a, b)


def ieee_mod(a: float, b: float) -> float:
    return a % b if b != 0.0 else nan


def _operator(compute: Callable[[float, float], float]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """An operator of two floats that gives an `Ieee`, and its reflection; others (Values) answer for themselves."""

    def direct(a: float, b: Any) -> Any:
        return Ieee(compute(float(a), float(b))) if isinstance(b, (float, int)) else NotImplemented

    def reflected(b: float, a: Any) -> Any:
        return Ieee(compute(float(a), float(b))) if isinstance(a, (float, int)) else NotImplemented

    return direct, reflected


class Ieee(float):
    """A float that computes as IEEE 754 has it: infinities and NaN where Python's operators raise an error.

    >>> 1.0 / Ieee(0.0), Ieee(-2.0) ** 0.5
    (inf, nan)
    """

    __slots__ = ()

    def apply_primitive(self, primitive: Any, operands: Sequence[Any]) -> Ieee:
        """An operation of the table, which gives infinities and NaN itself."""
        numbers = [float(x) for x in operands]
        return Ieee(primitive.value_at(numbers, numbers))

    __add__, __radd__ = _operator(operator.add)
    __sub__, __rsub__ = _operator(operator.sub)
    __mul__, __rmul__ = _operator(operator.mul)
    __truediv__, __rtruediv__ = _operator(ieee_div)
    __floordiv__, __rfloordiv__ = _operator(ieee_floordiv)
    __mod__, __rmod__ = _operator(ieee_mod)
    __pow__, __rpow__ = _operator(ieee_pow)

    def __neg__(self) -> Ieee:
        return Ieee(-float(self))

    def __pos__(self) -> Ieee:
        return self

    def __abs__(self) -> Ieee:
        return Ieee(abs(float(self)))


class _PlainIeeeZero(Ieee, PlainZero):
    pass


def without_errors(x: Any) -> Any:
    """A float as an `Ieee`, a plain zero as one that is both; anything else as it is."""
    if not isinstance(x, float):
        return x
    return _PlainIeeeZero(x) if isinstance(x, PlainZero) else Ieee(x)
