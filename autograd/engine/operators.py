"""Python's operators and the elementary methods, for any number that records what is done to it.

`Value` records a graph, `Symbol` writes a formula; each says what recording means in one method,
`apply_primitive`, and inherits the rest from here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

from autograd.engine import primitives as p
from autograd.engine.compilation import mypyc_attr
from autograd.engine.errors import is_real
from autograd.engine.primitive import Primitive


@mypyc_attr(allow_interpreted_subclasses=True)
class Recorded:
    """A number whose operators and methods go through the table of primitives."""

    __slots__ = ()

    @abstractmethod
    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Self:
        """Record one operation; at least one operand is of this class, the others may be plain numbers."""

    # An unknown operand gives NotImplemented, so that its own class may answer: an ndarray broadcasts.

    def __add__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.add, (self, other)) if is_operand(other) else NotImplemented

    def __radd__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.add, (other, self)) if is_operand(other) else NotImplemented

    def __sub__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.sub, (self, other)) if is_operand(other) else NotImplemented

    def __rsub__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.sub, (other, self)) if is_operand(other) else NotImplemented

    def __mul__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.mul, (self, other)) if is_operand(other) else NotImplemented

    def __rmul__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.mul, (other, self)) if is_operand(other) else NotImplemented

    def __truediv__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.div, (self, other)) if is_operand(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.div, (other, self)) if is_operand(other) else NotImplemented

    def __pow__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.pow, (self, other)) if is_operand(other) else NotImplemented

    def __rpow__(self, other: Any) -> Self | Any:
        return self.apply_primitive(p.pow, (other, self)) if is_operand(other) else NotImplemented

    def __neg__(self) -> Self:
        return self.apply_primitive(p.neg, (self,))

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self.apply_primitive(p.abs, (self,))

    # One method per unary primitive: `x.exp()` is `autograd.exp(x)`, and what `np.exp` calls on an object array.

    def exp(self) -> Self:
        return self.apply_primitive(p.exp, (self,))

    def expm1(self) -> Self:
        return self.apply_primitive(p.expm1, (self,))

    def log(self) -> Self:
        return self.apply_primitive(p.log, (self,))

    def log1p(self) -> Self:
        return self.apply_primitive(p.log1p, (self,))

    def log2(self) -> Self:
        return self.apply_primitive(p.log2, (self,))

    def log10(self) -> Self:
        return self.apply_primitive(p.log10, (self,))

    def sqrt(self) -> Self:
        return self.apply_primitive(p.sqrt, (self,))

    def cbrt(self) -> Self:
        return self.apply_primitive(p.cbrt, (self,))

    def sin(self) -> Self:
        return self.apply_primitive(p.sin, (self,))

    def cos(self) -> Self:
        return self.apply_primitive(p.cos, (self,))

    def tan(self) -> Self:
        return self.apply_primitive(p.tan, (self,))

    def asin(self) -> Self:
        return self.apply_primitive(p.asin, (self,))

    def acos(self) -> Self:
        return self.apply_primitive(p.acos, (self,))

    def atan(self) -> Self:
        return self.apply_primitive(p.atan, (self,))

    def atan2(self, x: Any) -> Self:
        return self.apply_primitive(p.atan2, (self, x))

    def sinh(self) -> Self:
        return self.apply_primitive(p.sinh, (self,))

    def cosh(self) -> Self:
        return self.apply_primitive(p.cosh, (self,))

    def tanh(self) -> Self:
        return self.apply_primitive(p.tanh, (self,))

    def asinh(self) -> Self:
        return self.apply_primitive(p.asinh, (self,))

    def acosh(self) -> Self:
        return self.apply_primitive(p.acosh, (self,))

    def atanh(self) -> Self:
        return self.apply_primitive(p.atanh, (self,))

    def sigmoid(self) -> Self:
        return self.apply_primitive(p.sigmoid, (self,))

    def log_sigmoid(self) -> Self:
        return self.apply_primitive(p.log_sigmoid, (self,))

    def softplus(self) -> Self:
        return self.apply_primitive(p.softplus, (self,))

    def relu(self) -> Self:
        return self.apply_primitive(p.relu, (self,))

    def leaky_relu(self, slope: Any = 0.01) -> Self:
        return self.apply_primitive(p.leaky_relu, (self, slope))

    def elu(self, alpha: Any = 1.0) -> Self:
        return self.apply_primitive(p.elu, (self, alpha))

    def silu(self) -> Self:
        return self.apply_primitive(p.silu, (self,))

    def gelu(self) -> Self:
        return self.apply_primitive(p.gelu, (self,))

    def erf(self) -> Self:
        return self.apply_primitive(p.erf, (self,))

    def erfc(self) -> Self:
        return self.apply_primitive(p.erfc, (self,))

    def hypot(self, other: Any) -> Self:
        return self.apply_primitive(p.hypot, (self, other))

    # NumPy's long names

    def arcsin(self) -> Self:
        return self.asin()

    def arccos(self) -> Self:
        return self.acos()

    def arctan(self) -> Self:
        return self.atan()

    def arctan2(self, x: Any) -> Self:
        return self.atan2(x)

    def arcsinh(self) -> Self:
        return self.asinh()

    def arccosh(self) -> Self:
        return self.acosh()

    def arctanh(self) -> Self:
        return self.atanh()


def is_operand(thing: Any) -> bool:
    """Whether an operator takes it: a recorded number or a real one."""
    return isinstance(thing, Recorded) or is_real(thing)
