"""What a primitive is: one differentiable operation, said once.

A primitive's two rules are plain Python and *polymorphic*. Given floats they compute; given numbers that
record themselves (`Value`, `Symbol`, any class with `apply_primitive`) they are recorded. That one idea serves
eager evaluation, derivatives of derivatives, printed formulas and generated code.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Sequence
from typing import Any, overload

from autograd.engine.compilation import mypyc_attr
from autograd.engine.errors import as_float, numeric_error

Rule = Callable[..., Any]
"""A polymorphic rule; its types are those of the numbers it is given."""

PRIMITIVES: dict[str, Primitive] = {}
"""Every primitive by name, in the order of the table."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Primitive:
    """One row of the table: an operation, its value and its partial derivatives.

    Call it with plain numbers and it returns a float; with a `Value` among them it records a node.

    Attributes:
        name: unique; the word in errors and formulas.
        symbol: what drawings show, `×` or `tanh`.
        value: `(a, b) -> y`; a variadic primitive takes all operands as one tuple, `(xs) -> y`.
        partials: `(a, b, y) -> (dy/da, dy/db)`, or `(xs, y) -> (dy/dx0, ...)`. The output `y` is handed in so that
            it is not computed twice. `None` in place of a partial means: this operand cannot influence `y` here.
        operands: the names of the operands, read off the rule; `("xs",)` if variadic.
        defaults: what the last operands are when a call leaves them out.
        variadic: takes any number of operands.
        domain: where the operation is defined, in words; empty for all reals.
        definition: the same as a sentence.
        convention: which derivative is meant where the mathematical one is not unique.
        samples: points inside the domain at which the derivative is unique.
        kinks: points at which the convention decides.
        at_kink: `(a, b) -> bool`: whether the convention decides at these operands.
    """

    def __init__(
        self,
        name: str,
        value: Rule,
        partials: Rule,
        *,
        symbol: str = "",
        variadic: bool = False,
        defaults: tuple[float, ...] = (),
        domain: str = "",
        convention: str = "",
        samples: Sequence[tuple[float, ...]] = (),
        kinks: Sequence[tuple[float, ...]] = (),
        at_kink: Rule | None = None,
    ) -> None:
        self.name = name
        self.symbol = symbol or name
        self.value = value
        self.partials = partials
        self.operands = tuple(inspect.signature(partials).parameters)[:-1]
        self.variadic = variadic
        self.defaults = defaults
        self.domain = domain
        self.convention = convention
        self.samples = tuple(samples)
        self.kinks = tuple(kinks)
        self.at_kink = at_kink
        self.__name__ = name
        signature = f"{name}({', '.join(self.operands)})"
        self.definition = f"{signature} is defined for {domain}" if domain else signature

    def __call__(self, *operands: Any) -> Any:
        """Apply the operation: floats give a float, anything that records itself is recorded.

        Raises:
            TypeError: for a wrong number of operands, or one that is no real number.
            ValueError, OverflowError, ZeroDivisionError: as the float operation does.
        """
        missing = len(self.operands) - len(operands)
        if missing and not self.variadic:
            if not 0 < missing <= len(self.defaults):
                raise TypeError(
                    f"{self.name} takes {len(self.operands)} operands ({', '.join(self.operands)}), got {len(operands)}"
                )
            operands += self.defaults[-missing:]
        for operand in operands:
            if type(operand) is not float:
                record = getattr(operand, "apply_primitive", None)
                if record is not None:
                    return record(self, operands)
        numbers = [x if type(x) is float else self.float_operand(i, x) for i, x in enumerate(operands)]
        return self.value_at(numbers, numbers)

    def float_operand(self, i: int, operand: Any) -> float:
        """The i-th operand as a float.

        Raises:
            TypeError: if it is no real number.
        """
        if type(operand) is int and -(2**53) <= operand <= 2**53:  # by far the most frequent
            return float(operand)
        return as_float(operand, self.name, f"operand {i}" if self.variadic else f"operand {self.operands[i]}")

    def value_at(self, numbers: Sequence[float], operands: Sequence[Any]) -> float:
        """The value at plain numbers; `operands` are what an error message shows.

        Raises:
            ValueError, OverflowError, ZeroDivisionError: as the float operation does, with a fuller message.
        """
        try:
            n = len(numbers)  # calls with one or two operands, spelled out, are much faster than with *numbers
            if self.variadic:
                y = self.value(tuple(numbers))
            elif n == 1:
                y = self.value(numbers[0])
            else:
                y = self.value(numbers[0], numbers[1]) if n == 2 else self.value(*numbers)
            return y if type(y) is float else as_float(y, self.name, "the value")
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            raise numeric_error(error, self.name, operands, self.definition if self.domain else "") from None

    def partials_at(self, operands: Sequence[Any], y: Any) -> Sequence[Any]:
        """The partials at operands of any kind, floats or recorded numbers.

        Raises:
            TypeError: if the rule doesn't give a tuple of one per operand.
        """
        partials: Sequence[Any]
        n = len(operands)
        if self.variadic:
            partials = self.partials(tuple(operands), y)
        elif n == 1:
            partials = self.partials(operands[0], y)
        else:
            partials = self.partials(operands[0], operands[1], y) if n == 2 else self.partials(*operands, y)
        if not isinstance(partials, (tuple, list)):
            raise TypeError(f"{self.name}: the rule for the partials must give a tuple, got {partials!r}")
        if len(partials) != len(operands):
            raise TypeError(
                f"{self.name}: the rule gives {len(partials)} partials for {len(operands)} operands; "
                "give one for each, None where the operand cannot influence the result"
            )
        return partials

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name, (self.name,)


def _by_name(name: str) -> Primitive:
    return PRIMITIVES[name]


def row(name: str, value: Rule, partials: Rule, **facts: Any) -> Primitive:
    """Make a primitive and enter it in the table, unchecked: the table's own rows, which the tests check."""
    PRIMITIVES[name] = made = Primitive(name, value, partials, **facts)
    return made


@overload
def primitive(name: str, value: Rule, partials: Rule, **facts: Any) -> Primitive: ...


@overload
def primitive(name: str | None = None, *, partials: Rule, **facts: Any) -> Callable[[Rule], Primitive]: ...


def primitive(
    name: str | None = None, value: Rule | None = None, partials: Rule | None = None, **facts: Any
) -> Primitive | Callable[[Rule], Primitive]:
    """Add an operation of your own to the table; as a decorator, with the function it stands above as the value.

    The rules are checked at the samples. Prove the partials with `autograd.gradcheck`.

    Args:
        name: a Python identifier no other primitive has; the decorated function's name if left out.
        value: the rule for the value.
        partials: the polymorphic rule for the partial derivatives; its last parameter is the output.
        facts: the other attributes of `Primitive`: symbol, variadic, defaults, domain, convention, samples, kinks,
            at_kink.

    Raises:
        TypeError: if a rule takes or gives the wrong number of things, or something else than real numbers.
        ValueError: if the name is taken or is no identifier.

    >>> cube = primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), samples=[(2.0,)])
    >>> cube(2.0)
    8.0
    >>> @primitive(partials=lambda a, y: (2.0 * a,), samples=[(3.0,)])
    ... def square(a):
    ...     return a * a
    >>> square(3.0)
    9.0
    >>> del PRIMITIVES["cube"], PRIMITIVES["square"]
    """
    if partials is None:
        raise TypeError("primitive: give the rule for the partials, partials=lambda a, y: (...,)")
    if value is None:
        return lambda function: primitive(name or function.__name__, function, partials, **facts)
    if name is None or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"primitive: the name must be a Python identifier, got {name!r}")
    if name in PRIMITIVES:
        raise ValueError(f"primitive: {name!r} is already in the table; choose another name")
    made = Primitive(name, value, partials, **facts)
    _check_rules(made)
    PRIMITIVES[name] = made
    return made


def _check_rules(made: Primitive) -> None:
    """Raise a TypeError unless both rules take the same operands and give real numbers at the samples."""
    name, count = made.name, len(made.operands)
    if made.variadic and count != 1:
        raise TypeError(f"{name}: a variadic rule for the partials takes (xs, y), got {made.operands}")
    try:
        inspect.signature(made.value).bind(*made.operands)
    except ValueError:
        pass  # some of Python's own functions can't tell their parameters
    except TypeError:
        raise TypeError(
            f"{name}: the partials are for {count} operands ({', '.join(made.operands)}), "
            f"but the value takes {inspect.signature(made.value)}; the last parameter of the partials is the output"
        ) from None
    for sample in (*made.samples, *made.kinks):
        if not made.variadic and len(sample) != count:
            raise TypeError(f"{name}: the sample {sample} has {len(sample)} numbers for {count} operands")
        y = as_float(made.value(sample) if made.variadic else made.value(*sample), name, f"the value at {sample}")
        for i, partial in enumerate(made.partials_at(sample, y)):
            if partial is not None:
                as_float(partial, name, f"partial {i} at {sample}")
