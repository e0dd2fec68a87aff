"""Messages that name the operation, the operand, its value and the remedy.

A `Value` raises what a float raises, by type; only the message says more.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

_REMEDIES: dict[type[ArithmeticError] | type[ValueError], str] = {
    ZeroDivisionError: "keep the divisor away from zero, for instance by adding a small constant",
    OverflowError: "scale the operands down, or use a stable form (logsumexp, softplus, a loss from logits)",
    ValueError: "keep the operand inside the domain, for instance with clip() or maximum()",
}


def describe(operand: Any) -> str:
    """One operand as a reader knows it: `x = 2.0` with a label, `2.0` without."""
    label = getattr(operand, "label", None)
    number = getattr(operand, "data", operand)
    return f"{label} = {number!r}" if label else repr(number)


def describe_all(operands: Sequence[Any]) -> str:
    """The operands of one operation, the middle left out of a long list."""
    if len(operands) <= 6:
        return ", ".join(map(describe, operands))
    head, tail = operands[:3], operands[-1:]
    return ", ".join([*map(describe, head), f"... {len(operands) - 4} more", *map(describe, tail)])


def numeric_error(
    error: ArithmeticError | ValueError, name: str, operands: Sequence[Any], domain: str
) -> ArithmeticError | ValueError:
    """The error of a float operation, of the same builtin type, told with names and a remedy.

    Args:
        error: what the float operation raised.
        name: the operation.
        operands: what it was given.
        domain: where it is defined, as a sentence; may be empty.
    """
    kind, remedy = next((kind, remedy) for kind, remedy in _REMEDIES.items() if isinstance(error, kind))
    reason = error.args[-1] if error.args else type(error).__name__  # the last: pow overflows with (errno, reason)
    return kind("; ".join(filter(None, [f"{name}({describe_all(operands)}): {reason}", domain, remedy])))


def is_real(thing: Any) -> bool:
    """Whether it is a real number: int, float, bool, Fraction, a NumPy scalar."""
    kind = type(thing)
    return (
        kind is float
        or kind is int
        or isinstance(thing, numbers.Real)
        or (kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_"))  # the one NumPy scalar that is no Real
    )


def as_float(number: Any, operation: str, argument: str) -> float:
    """The float of a real number: int, bool, Fraction, a NumPy scalar.

    Raises:
        TypeError: for anything else; a `Value` and a string too.
        OverflowError: for an int too large for a float.
    """
    if type(number) is float:
        return number
    if is_real(number):
        try:
            return float(number)
        except OverflowError as error:
            raise OverflowError(f"{operation}: {argument} is too large for a float ({error}); scale it down") from None
    raise TypeError(
        f"{operation}: {argument} must be a real number (int, float, Fraction, NumPy scalar), "
        f"got {type(number).__name__} {_short(number)}; {_type_remedy(number)}"
    )


def _type_remedy(number: Any) -> str:
    if hasattr(number, "backward"):
        return "it is a Value already: use it as it is, or its number with .data"
    if isinstance(number, str):
        return "convert it with float(...) first"
    if isinstance(number, complex):
        return "only real numbers are differentiated; use .real and .imag"
    if hasattr(number, "__iter__"):
        return "make one Value per element, for instance [Value(n) for n in numbers]"
    return "pass its number as a float"


def _short(thing: Any) -> str:
    text = repr(thing)
    return text if len(text) <= 40 else text[:37] + "..."
