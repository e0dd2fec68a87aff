"""Python's operators and the elementary methods, for any number that records what is done to it.

`Value` records a graph, `Symbol` writes a formula; each says what recording means in one method,
`apply_primitive`, and inherits the rest from here.
"""

# mypy: disable-error-code="no-any-return"
# (an operator also returns NotImplemented, which has no type of its own)

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Sequence
from math import pi
from numbers import Real
from operator import index
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, TypeAlias, TypeVar

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.support.compilation import keep_attributes, mypyc_attr
from autograd.support.errors import is_real, unsupported

_Number = TypeVar("_Number")
if TYPE_CHECKING and sys.platform != "mypyc":
    from typing import Self as Result

    Pair: TypeAlias = tuple[_Number, _Number]
else:  # compiled code would refuse the NotImplemented that operators also return (see setup.py)
    Result: TypeAlias = Any
    Pair: TypeAlias = tuple[_Number, _Number] | Any


@mypyc_attr(allow_interpreted_subclasses=True)
class Recorded:
    """A number whose operators and methods go through the table of primitives."""

    __slots__ = ()

    @abstractmethod
    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Self:
        """Record one operation; at least one operand is of this class, the others may be plain numbers."""
        raise NotImplementedError(f"{type(self).__name__} must say how it records: define apply_primitive")

    # Of an unknown operand an operator returns NotImplemented, so that its class may answer: an ndarray broadcasts.
    # fmt: off
    def __add__(self, other: Self | float | Real) -> Self: return self._record(p.add, self, other)
    def __radd__(self, other: Self | float | Real) -> Self: return self._record(p.add, other, self)
    def __sub__(self, other: Self | float | Real) -> Self: return self._record(p.sub, self, other)
    def __rsub__(self, other: Self | float | Real) -> Self: return self._record(p.sub, other, self)
    def __mul__(self, other: Self | float | Real) -> Self: return self._record(p.mul, self, other)
    def __rmul__(self, other: Self | float | Real) -> Self: return self._record(p.mul, other, self)
    def __truediv__(self, other: Self | float | Real) -> Self: return self._record(p.div, self, other)
    def __rtruediv__(self, other: Self | float | Real) -> Self: return self._record(p.div, other, self)
    def __pow__(self, other: Self | float | Real) -> Self: return self._record(p.pow, self, other)
    def __rpow__(self, other: Self | float | Real) -> Self: return self._record(p.pow, other, self)
    def __mod__(self, other: Self | float | Real) -> Result: return self._record(p.mod, self, other)
    def __rmod__(self, other: Self | float | Real) -> Result: return self._record(p.mod, other, self)
    def __floordiv__(self, other: Self | float | Real) -> Result: return self._record(p.floordiv, self, other)
    def __rfloordiv__(self, other: Self | float | Real) -> Result: return self._record(p.floordiv, other, self)
    def __divmod__(self, other: Self | float | Real) -> Pair[Self]:
        return (self // other, self % other) if is_operand(other) else unsupported(other, "divmod")
    def __rdivmod__(self, other: Self | float | Real) -> Pair[Self]:
        return (self.__rfloordiv__(other), self.__rmod__(other)) if is_operand(other) else unsupported(other, "divmod")
    def __neg__(self) -> Self: return self.apply_primitive(p.neg, (self,))
    def __pos__(self) -> Self: return self
    def __abs__(self) -> Self: return self.apply_primitive(p.abs, (self,))
    def __floor__(self) -> Self: return self.apply_primitive(p.floor, (self,))
    def __ceil__(self) -> Self: return self.apply_primitive(p.ceil, (self,))
    def __trunc__(self) -> Self: return self.apply_primitive(p.trunc, (self,))

    def __round__(self, ndigits: SupportsIndex | None = None) -> Self:
        row, digits = (p.round, ()) if ndigits is None else (p.round_digits, (index(ndigits),))
        return self.apply_primitive(row, (self, *digits))

    # One method per unary primitive: `x.exp()` is `autograd.exp(x)`, and what `np.exp` calls on an object array.
    def exp(self) -> Self: return self.apply_primitive(p.exp, (self,))
    def expm1(self) -> Self: return self.apply_primitive(p.expm1, (self,))
    def log(self) -> Self: return self.apply_primitive(p.log, (self,))
    def log1p(self) -> Self: return self.apply_primitive(p.log1p, (self,))
    def log2(self) -> Self: return self.apply_primitive(p.log2, (self,))
    def log10(self) -> Self: return self.apply_primitive(p.log10, (self,))
    def sqrt(self) -> Self: return self.apply_primitive(p.sqrt, (self,))
    def cbrt(self) -> Self: return self.apply_primitive(p.cbrt, (self,))
    def sin(self) -> Self: return self.apply_primitive(p.sin, (self,))
    def cos(self) -> Self: return self.apply_primitive(p.cos, (self,))
    def tan(self) -> Self: return self.apply_primitive(p.tan, (self,))
    def asin(self) -> Self: return self.apply_primitive(p.asin, (self,))
    def acos(self) -> Self: return self.apply_primitive(p.acos, (self,))
    def atan(self) -> Self: return self.apply_primitive(p.atan, (self,))
    def sinh(self) -> Self: return self.apply_primitive(p.sinh, (self,))
    def cosh(self) -> Self: return self.apply_primitive(p.cosh, (self,))
    def tanh(self) -> Self: return self.apply_primitive(p.tanh, (self,))
    def asinh(self) -> Self: return self.apply_primitive(p.asinh, (self,))
    def acosh(self) -> Self: return self.apply_primitive(p.acosh, (self,))
    def atanh(self) -> Self: return self.apply_primitive(p.atanh, (self,))
    def sigmoid(self) -> Self: return self.apply_primitive(p.sigmoid, (self,))
    def log_sigmoid(self) -> Self: return self.apply_primitive(p.log_sigmoid, (self,))
    def softplus(self) -> Self: return self.apply_primitive(p.softplus, (self,))
    def relu(self) -> Self: return self.apply_primitive(p.relu, (self,))
    def silu(self) -> Self: return self.apply_primitive(p.silu, (self,))
    def gelu(self) -> Self: return self.apply_primitive(p.gelu, (self,))
    def erf(self) -> Self: return self.apply_primitive(p.erf, (self,))
    def erfc(self) -> Self: return self.apply_primitive(p.erfc, (self,))
    def floor(self) -> Self: return self.apply_primitive(p.floor, (self,))
    def ceil(self) -> Self: return self.apply_primitive(p.ceil, (self,))
    def trunc(self) -> Self: return self.apply_primitive(p.trunc, (self,))
    def sign(self) -> Self: return self.apply_primitive(p.sign, (self,))
    def fmod(self, other: Self | float | Real) -> Self: return self.apply_primitive(p.fmod, (self, other))
    def atan2(self, x: Self | float | Real) -> Self: return self.apply_primitive(p.atan2, (self, x))
    def hypot(self, other: Self | float | Real) -> Self: return self.apply_primitive(p.hypot, (self, other))
    def elu(self, alpha: Self | float | Real = 1.0) -> Self: return self.apply_primitive(p.elu, (self, alpha))
    def leaky_relu(self, slope: Self | float | Real = 0.01) -> Self:
        return self.apply_primitive(p.leaky_relu, (self, slope))

    # What NumPy calls them, and what else it asks the elements of object arrays for
    def arcsin(self) -> Self: return self.apply_primitive(p.asin, (self,))
    def arccos(self) -> Self: return self.apply_primitive(p.acos, (self,))
    def arctan(self) -> Self: return self.apply_primitive(p.atan, (self,))
    def arcsinh(self) -> Self: return self.apply_primitive(p.asinh, (self,))
    def arccosh(self) -> Self: return self.apply_primitive(p.acosh, (self,))
    def arctanh(self) -> Self: return self.apply_primitive(p.atanh, (self,))
    def arctan2(self, x: Self | float | Real) -> Self: return self.apply_primitive(p.atan2, (self, x))
    def exp2(self) -> Self: return self.apply_primitive(p.pow, (2.0, self))
    def fabs(self) -> Self: return self.apply_primitive(p.abs, (self,))
    def rint(self) -> Self: return self.apply_primitive(p.round, (self,))
    def deg2rad(self) -> Self: return self.apply_primitive(p.mul, (self, pi / 180.0))
    def rad2deg(self) -> Self: return self.apply_primitive(p.mul, (self, 180.0 / pi))
    def radians(self) -> Self: return self.deg2rad()
    def degrees(self) -> Self: return self.rad2deg()
    def conjugate(self) -> Self: return self
    @property
    def real(self) -> Self: return self
    @property
    def imag(self) -> float: return 0.0
    # fmt: on

    def _record(self, primitive: Primitive, lhs: Any, rhs: Any) -> Any:
        if is_operand(lhs) and is_operand(rhs):
            return self.apply_primitive(primitive, (lhs, rhs))
        return unsupported(rhs if is_operand(lhs) else lhs, primitive.name)


def is_operand(thing: Any) -> bool:
    """Whether an operator takes it: a recorded number or a real one."""
    return isinstance(thing, Recorded) or is_real(thing)


keep_attributes(Recorded)
