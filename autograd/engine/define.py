"""How a primitive is entered in the table, and what type checkers and help() see of it.

The classes below differ in nothing but the types of their calls: a Value among the operands makes the result one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypedDict, TypeVar, Unpack, overload

from autograd.engine.primitive import PRIMITIVES, Primitive, Rule

Plain: TypeAlias = float | Real
"""A number that records nothing: int, float, Fraction, a NumPy scalar."""


class PlainZero(float):
    """A plain 0.0 among the operands of a rule: unlike a variable that happens to be 0.0, nothing can come of it."""


PLAIN_ZERO = PlainZero(0.0)


class Recordable(Protocol):
    """A number that records what is done to it."""

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any], /) -> Self: ...


R = TypeVar("R", bound=Recordable)

# fmt: off
# (one signature a line, to be compared)


class Unary(Primitive):
    """A primitive of one operand."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, a: R) -> R: ...
        @overload
        def __call__(self, a: Plain) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Binary(Primitive):
    """A primitive of two operands."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, a: R, b: R | Plain) -> R: ...
        @overload
        def __call__(self, a: Plain, b: R) -> R: ...
        @overload
        def __call__(self, a: Plain, b: Plain) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Sloped(Primitive):
    """A primitive of an operand and a slope."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, a: R, slope: R | Plain = ...) -> R: ...
        @overload
        def __call__(self, a: Plain, slope: R) -> R: ...
        @overload
        def __call__(self, a: Plain, slope: Plain = ...) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Scaled(Primitive):
    """A primitive of an operand and a scale alpha."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, a: R, alpha: R | Plain = ...) -> R: ...
        @overload
        def __call__(self, a: Plain, alpha: R) -> R: ...
        @overload
        def __call__(self, a: Plain, alpha: Plain = ...) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Bounded(Primitive):
    """A primitive of an operand and its bounds."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, a: R, low: R | Plain, high: R | Plain) -> R: ...
        @overload
        def __call__(self, a: Plain, low: R, high: R | Plain) -> R: ...
        @overload
        def __call__(self, a: Plain, low: Plain, high: R) -> R: ...
        @overload
        def __call__(self, a: Plain, low: Plain, high: Plain) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Choice(Primitive):
    """A primitive of a condition and what to choose from."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, condition: R | Plain, a: R, b: R | Plain) -> R: ...
        @overload
        def __call__(self, condition: R | Plain, a: Plain, b: R) -> R: ...
        @overload
        def __call__(self, condition: R, a: Plain, b: Plain) -> R: ...
        @overload
        def __call__(self, condition: Plain, a: Plain, b: Plain) -> float: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Reduction(Primitive):
    """A primitive of any number of operands."""

    if TYPE_CHECKING:
        @overload
        def __call__(self, *xs: Plain) -> float: ...  # type: ignore[overload-overlap]  # of nothing: a float
        @overload
        def __call__(self, *xs: R | Plain) -> R: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


class Own(Primitive):
    """A primitive of a user's."""

    if TYPE_CHECKING:
        @overload
        def __call__(  # type: ignore[overload-overlap]  # of nothing: a float
            self, *operands: Plain, **named: Plain) -> float: ...
        @overload
        def __call__(self, *operands: R | Plain, **named: R | Plain) -> R: ...
        def __call__(self, *operands: Any, **named: Any) -> Any: ...


# fmt: on


class OfMany(Protocol):
    """A function of many operands."""

    @overload
    def __call__(self, xs: Iterable[R]) -> R: ...
    @overload
    def __call__(self, xs: Iterable[Plain]) -> float: ...
    @overload
    def __call__(self, xs: Iterable[R | Plain]) -> R | float: ...


def of_many(reduction: Callable[[Iterable[Any]], Any]) -> OfMany:
    """The same function, as type checkers see it: of Values a Value, of floats a float."""
    return reduction  # type: ignore[return-value]  # more is said of it than it says itself


class Facts(TypedDict, total=False):
    """What else may be said of a primitive, as of the attributes of `Primitive`."""

    symbol: str
    variadic: bool
    defaults: tuple[float, ...]
    domain: str
    convention: str
    samples: Sequence[tuple[float, ...]]
    kinks: Sequence[tuple[float, ...]]
    at_kink: Rule | None
    textbook: Rule | None


P = TypeVar("P", bound=Primitive)


def row(kind: type[P], name: str, value: Rule, partials: Rule, **facts: Unpack[Facts]) -> P:
    """Make a primitive and enter it in the table, unchecked: the table's own rows, which the tests check."""
    return entered(kind(name, value, partials, **facts))


def entered(made: P) -> P:
    """Enter a primitive in the table, with the signature and the words that help() shows."""
    signature = _signature(made)
    words = [f"{made.name}{signature}", "", f"The operation {made.symbol} of the table of primitives."]
    if made.domain:
        words.append(f"Defined for {made.domain}.")
    if made.convention:
        words.append(f"Its derivative: {made.convention}.")
    made.__doc__ = "\n".join(words)
    made.__signature__ = signature  # type: ignore[attr-defined]  # where inspect looks
    PRIMITIVES[made.name] = made
    return made


def _signature(made: Primitive) -> inspect.Signature:
    kinds = inspect.Parameter
    if made.variadic:
        return inspect.Signature([kinds("xs", kinds.VAR_POSITIONAL)])
    required = len(made.operands) - len(made.defaults)
    defaults = (*[kinds.empty] * required, *made.defaults)
    pairs = zip(made.operands, defaults, strict=True)
    return inspect.Signature([kinds(name, kinds.POSITIONAL_OR_KEYWORD, default=default) for name, default in pairs])
