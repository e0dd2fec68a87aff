# What type checkers see of the primitives and of operators: a Value among the operands makes the result one.

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from numbers import Real
from typing import Any, Protocol, Self, TypeAlias, TypedDict, TypeVar, Unpack, overload

from autograd.engine.primitive import Primitive, Rule

Plain: TypeAlias = float | Real  # records nothing: int, float, Fraction, a NumPy scalar

# What a Value is given. Compiled code (see setup.py) would refuse anything else before we can say why.
if sys.platform == "mypyc":
    Given: TypeAlias = Any
    Name: TypeAlias = Any
else:
    Given: TypeAlias = Plain
    Name: TypeAlias = str | None

class Recordable(Protocol):
    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any], /) -> Self: ...

R = TypeVar("R", bound=Recordable)
P = TypeVar("P", bound=Primitive)

# fmt: off
# (one signature a line, to be compared)

class Unary(Primitive):
    @overload
    def __call__(self, a: R) -> R: ...
    @overload
    def __call__(self, a: Plain) -> float: ...

class Binary(Primitive):
    @overload
    def __call__(self, a: R, b: R | Plain) -> R: ...
    @overload
    def __call__(self, a: Plain, b: R) -> R: ...
    @overload
    def __call__(self, a: Plain, b: Plain) -> float: ...

class Sloped(Primitive):
    @overload
    def __call__(self, a: R, slope: R | Plain = ...) -> R: ...
    @overload
    def __call__(self, a: Plain, slope: R) -> R: ...
    @overload
    def __call__(self, a: Plain, slope: Plain = ...) -> float: ...

class Scaled(Primitive):
    @overload
    def __call__(self, a: R, alpha: R | Plain = ...) -> R: ...
    @overload
    def __call__(self, a: Plain, alpha: R) -> R: ...
    @overload
    def __call__(self, a: Plain, alpha: Plain = ...) -> float: ...

class Bounded(Primitive):
    @overload
    def __call__(self, a: R, low: R | Plain, high: R | Plain) -> R: ...
    @overload
    def __call__(self, a: Plain, low: R, high: R | Plain) -> R: ...
    @overload
    def __call__(self, a: Plain, low: Plain, high: R) -> R: ...
    @overload
    def __call__(self, a: Plain, low: Plain, high: Plain) -> float: ...

class Choice(Primitive):
    @overload
    def __call__(self, condition: R | Plain, a: R, b: R | Plain) -> R: ...
    @overload
    def __call__(self, condition: R | Plain, a: Plain, b: R) -> R: ...
    @overload
    def __call__(self, condition: R, a: Plain, b: Plain) -> R: ...
    @overload
    def __call__(self, condition: Plain, a: Plain, b: Plain) -> float: ...

class Reduction(Primitive):
    @overload
    def __call__(self, *xs: Plain) -> float: ...  # type: ignore[overload-overlap]  # of nothing: a float
    @overload
    def __call__(self, *xs: R | Plain) -> R: ...

class Own(Primitive):
    @overload
    def __call__(  # type: ignore[overload-overlap]  # of nothing: a float
        self, *operands: Plain, **named: Plain) -> float: ...
    @overload
    def __call__(self, *operands: R | Plain, **named: R | Plain) -> R: ...

# fmt: on

class Facts(TypedDict, total=False):  # what else may be said of a primitive, as of the attributes of Primitive
    symbol: str
    variadic: bool
    defaults: tuple[float, ...]
    domain: str
    convention: str
    samples: Sequence[tuple[float, ...]]
    kinks: Sequence[tuple[float, ...]]
    at_kink: Rule | None
    textbook: Rule | None
    ieee: Rule | None

class Array(Protocol):  # of NumPy's: whether it holds Values or numbers, its type doesn't say
    def ravel(self) -> Any: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...

class OfMany(Protocol):
    @overload
    def __call__(self, xs: Array) -> Any: ...
    @overload
    def __call__(self, xs: Iterable[R]) -> R: ...
    @overload
    def __call__(self, xs: Iterable[Plain]) -> float: ...
    @overload
    def __call__(self, xs: Iterable[R | Plain]) -> R | float: ...

class EachOfMany(Protocol):
    @overload
    def __call__(self, xs: Array) -> list[Any]: ...
    @overload
    def __call__(self, xs: Iterable[R]) -> list[R]: ...
    @overload
    def __call__(self, xs: Iterable[Plain]) -> list[float]: ...
    @overload
    def __call__(self, xs: Iterable[R | Plain]) -> list[R] | list[float]: ...

def of_many(reduction: Callable[[Iterable[Any]], Any]) -> OfMany: ...
def each_of_many(function: Callable[[Iterable[Any]], list[Any]]) -> EachOfMany: ...
def entered(made: P, table: dict[str, Primitive] = ...) -> P: ...
def row(kind: type[P], name: str, value: Rule, partials: Rule, **facts: Unpack[Facts]) -> P: ...
def special_row(kind: type[P], module: str, name: str, value: Rule, partials: Rule, **facts: Unpack[Facts]) -> P: ...
