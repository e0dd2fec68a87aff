"""What a primitive is: one differentiable operation, said once.

A primitive's two rules are plain Python and *polymorphic*. Given floats they compute; given numbers that
record themselves (`Value`, `Symbol`, any class with `apply_primitive`) they are recorded. That one idea serves
eager evaluation, derivatives of derivatives, printed formulas and generated code.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from math import nan
from typing import Any, Final

from autograd.engine.recording import OPEN, ieee_enabled, recorder
from autograd.support.compilation import keep_attributes, mypyc_attr
from autograd.support.errors import as_float, numeric_error, one_line, typed
from autograd.support.floats import without_errors

Rule = Callable[..., Any]
"""A polymorphic rule; its types are those of the numbers it is given."""

PRIMITIVES: Final[dict[str, Primitive]] = {}
"""Every primitive by name, in the order of the table."""

SPECIAL: Final[dict[str, Primitive]] = {}
"""The special functions by name, rows beside the table; those over SciPy come with `autograd.special`."""


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
        textbook: the partials as books write them, for formulas, where those of `partials` are written for accuracy.
        ieee: `(a, b) -> y`: the value inside `ieee()` where that of `value` raises an error; if it is left out, what
            `value` makes of numbers whose operators don't raise, and NaN where it raises all the same.
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
        textbook: Rule | None = None,
        ieee: Rule | None = None,
    ) -> None:
        self.name = name
        self.symbol = symbol or name
        self.value = value
        self.partials = partials
        self.operands = ("xs",) if variadic else tuple(inspect.signature(partials).parameters)[:-1]
        self.variadic = variadic
        self.defaults = defaults
        self.domain = domain
        self.convention = convention
        self.samples = tuple(samples)
        self.kinks = tuple(kinks)
        self.at_kink = at_kink
        self.textbook = partials if textbook is None else textbook
        self.ieee = ieee
        self.__name__ = name
        signature = f"{name}({', '.join(self.operands)})"
        self.definition = f"{signature} is defined for {domain}" if domain else signature

    def __call__(self, *operands: Any, **keywords: Any) -> Any:
        """Apply the operation: of floats it returns a float; anything that records itself is recorded.

        Raises:
            TypeError: for a wrong number of operands, or one that is not a real number.
            ValueError, OverflowError, ZeroDivisionError: as the float operation does.
        """
        if keywords or (len(operands) != len(self.operands) and not self.variadic):
            operands = self._bound(operands, keywords)
        for operand in operands:
            if type(operand) is not float:
                record = getattr(operand, "apply_primitive", None)
                if record is not None:
                    return record(self, operands)
        numbers = [x if type(x) is float else self.float_operand(i, x) for i, x in enumerate(operands)]
        return self.value_at(numbers, numbers)

    def _bound(self, operands: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """The operands of a call by position, by name and by default.

        Raises:
            TypeError: for too many, too few, or an unknown name.
        """
        names, bound = self.operands, list(operands)
        for i in range(len(bound), len(names)):
            default = i - len(names) + len(self.defaults)
            if names[i] in keywords:
                bound.append(keywords[names[i]])
            elif default >= 0:
                bound.append(self.defaults[default])
        wrong = [name for name in keywords if name not in names[len(operands) :] or self.variadic]
        if wrong or len(bound) != len(names):
            got = [str(len(operands)), *(f"{name}=" for name in keywords)]
            raise TypeError(
                f"{self.name} takes {len(names)} operand{'s' if len(names) > 1 else ''} ({', '.join(names)}), "
                f"got {one_line(' and '.join(got), 120)}"
            )
        return tuple(bound)

    def float_operand(self, i: int, operand: Any) -> float:
        """The i-th operand as a float.

        Raises:
            TypeError: if it is not a real number.
        """
        if type(operand) is int and operand.bit_length() < 1024:  # by far the most frequent
            return float(operand)
        return as_float(operand, self.name, f"operand {i}" if self.variadic else f"operand {self.operands[i]}")

    def value_at(self, numbers: Sequence[float], operands: Sequence[Any]) -> float:
        """The value at plain numbers; `operands` are what an error message shows.

        Raises:
            ValueError, OverflowError, ZeroDivisionError: as the float operation does, with a fuller message.
        """
        n = len(numbers)
        try:  # calls with one or two operands, spelled out, are much faster than with *numbers
            if self.variadic:
                y = self.value(tuple(numbers))
            elif n == 1:
                y = self.value(numbers[0])
            else:
                y = self.value(numbers[0], numbers[1]) if n == 2 else self.value(*numbers)
            return y if type(y) is float else as_float(y, self.name, "the value")
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            if OPEN and (hearer := recorder()) is not None:
                hearer.operation_failed(self, operands)
            if n and ieee_enabled():
                return self._ieee_value(numbers)
            raise numeric_error(error, self.name, operands, self.definition if self.domain else "") from None

    def _ieee_value(self, numbers: Sequence[float]) -> float:
        rule = self.value if self.ieee is None else self.ieee
        xs = list(map(without_errors, numbers))
        try:
            return float(rule(tuple(xs)) if self.variadic else rule(*xs))
        except (ValueError, OverflowError, ZeroDivisionError):
            return nan

    def partials_at(self, operands: Sequence[Any], y: Any, textbook: bool = False) -> Sequence[Any]:
        """The partials at operands of any kind, floats or recorded numbers; those of the textbook if so wanted.

        Raises:
            TypeError: if the rule doesn't return a tuple of one per operand.
            ValueError, OverflowError, ZeroDivisionError: as the rule does.
        """
        rule = self.textbook if textbook else self.partials
        partials: Sequence[Any]
        n = len(operands)
        try:
            if self.variadic:
                partials = rule(tuple(operands), y)
            elif n == 1:
                partials = rule(operands[0], y)
            else:
                partials = rule(operands[0], operands[1], y) if n == 2 else rule(*operands, y)
        except (ValueError, OverflowError, ZeroDivisionError):
            if not ieee_enabled():
                raise
            partials = self._ieee_partials(operands, y)
        if not isinstance(partials, (tuple, list)):
            raise TypeError(f"{self.name}: the rule for the partials must return a tuple, got {typed(partials)}")
        if len(partials) != n:
            raise TypeError(
                f"{self.name}: the rule returns {len(partials)} partials for {n} operands; "
                "return one for each, None where the operand cannot influence the result"
            )
        return partials

    def _ieee_partials(self, operands: Sequence[Any], y: Any) -> Sequence[Any]:
        xs, y = list(map(without_errors, operands)), without_errors(y)
        try:
            partials: Sequence[Any] = self.partials(tuple(xs), y) if self.variadic else self.partials(*xs, y)
            return [float(x) if isinstance(x, float) else x for x in partials]
        except (ValueError, OverflowError, ZeroDivisionError):
            return [nan] * len(xs)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name, (self.name,)


keep_attributes(Primitive)


def _by_name(name: str) -> Primitive:
    return PRIMITIVES[name]
