"""Messages that name the operation, the operand, its value and the remedy.

A `Value` raises what a float raises, by type; only the message says more.
"""

from __future__ import annotations

import math
import numbers
import reprlib
from collections.abc import Mapping, Sequence, Set
from itertools import islice
from typing import Any, Final

_REMEDIES: dict[type[ArithmeticError] | type[ValueError], str] = {
    ZeroDivisionError: "keep the divisor away from zero, for instance by adding a small constant",
    OverflowError: "scale the operands down, or use a stable form (logsumexp, softplus, a loss from logits)",
    ValueError: "keep the operand inside the domain, for instance with clip() or maximum()",
}


def shown(thing: Any, width: int = 40) -> str:
    """The repr of anything, on one line and short; for messages, which must not fail on what they tell of.

    >>> shown([1.0] * 1000), shown(10**5000)
    ('[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, ...]', '<int of 16610 bits>')
    """
    if isinstance(thing, int) and not -(10**width) < thing < 10**width:
        return f"<int of {thing.bit_length()} bits>"
    try:
        return one_line(_REPR.repr(thing[:width] if isinstance(thing, bytes) else thing), width)
    except Exception:  # whatever a class of the user's raises; and a list with an int too long for a repr
        return f"<{one_line(type(thing).__name__, width)}>"


def typed(thing: Any) -> str:
    """What an argument turned out to be: its type, and the thing itself; of a Value its label and number.

    >>> typed("2")
    "str '2'"
    """
    told = describe(thing) if hasattr(type(thing), "apply_primitive") else shown(thing)
    return f"{one_line(type(thing).__name__)} {told}"


def one_line(text: str, width: int = 40) -> str:
    """A text of the user's as a message may hold it: on one line, without control characters, the rest left out.

    >>> one_line("weight\\n\\x1b[31m"), one_line("w" * 100, 8)
    ('weight \\\\x1b[31m', 'wwwww...')
    """
    line = printable(" ".join(text[: 2 * width].split()))
    return line if len(line) <= width and len(text) <= 2 * width else line[: width - 3] + "..."


def printable(text: str) -> str:
    """A text with what can't be printed escaped."""
    return "".join([c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text])


def describe(operand: Any) -> str:
    """One operand as a reader knows it: `x = 2.0` with a label, `2.0` without."""
    label = getattr(operand, "label", None)
    number = getattr(operand, "_data", None)  # not .data: a message reads no number of the user's computation
    text = shown(number if type(number) is float else operand)
    return f"{one_line(str(label), 40)} = {text}" if label else text


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
    told = f"{one_line(name)}({describe_all(operands)}): {one_line(str(reason), 120)}"
    return kind("; ".join(filter(None, [told, one_line(domain, 120), remedy])))


def is_real(thing: Any) -> bool:
    """Whether it is a real number: int, float, bool, Fraction, a NumPy scalar."""
    kind = type(thing)
    return (
        kind is float
        or kind is int
        or isinstance(thing, numbers.Real)
        or (
            kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_")
        )  # the one NumPy scalar that is not a Real
    )


def as_float(number: Any, operation: str, argument: str, nested: bool = False) -> float:
    """The float of a real number: int, bool, Fraction, a NumPy scalar.

    Args:
        number: what was given.
        operation, argument: what a message calls the operation and its argument; "operand ..." of a row of the table.
        nested: whether a list, tuple, dict or array of numbers may stand there, too.

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
            place = f"{one_line(operation)}: {one_line(argument, 120)}"
            raise OverflowError(f"{place} is too large for a float ({error}); scale it down") from None
    try:
        remedy = _remedy(number, operation, argument, nested)
    except Exception:  # a class of the user's whose attributes raise
        remedy = _ONE_NUMBER
    raise TypeError(
        f"{one_line(operation)}: {one_line(argument, 120)} must be a real number (int, float, Fraction, NumPy scalar), "
        f"got {typed(number)}; {one_line(remedy, 300)}"
    )


def as_list(numbers: Any, operation: str, argument: str, ordered: bool = False) -> list[Any]:
    """The elements of any iterable of numbers; they aren't looked at.

    Args:
        numbers: what was given.
        operation, argument: what a message calls the operation and its argument.
        ordered: whether the order of the elements counts, so that a set won't do.

    Raises:
        TypeError: for what is not a row of numbers: a single number, an array of none or several dimensions, a text,
            a dict, whose elements would be its keys.
    """
    if type(numbers) is list or type(numbers) is tuple:
        return list(numbers)
    try:
        remedy = _row_remedy(numbers, ordered)
    except Exception:  # a class of the user's whose attributes raise
        remedy = _IN_A_LIST
    if remedy:
        raise TypeError(
            f"{one_line(operation)}: {one_line(argument)} must be a list of Values and numbers, got {typed(numbers)}; "
            f"{remedy}"
        )
    return list(numbers)


def unsupported(other: Any, operation: str) -> Any:
    """What an operator returns for an operand that it doesn't take: NotImplemented, so that the other class may answer.

    Raises:
        TypeError: for a complex number, to say why.
    """
    if isinstance(other, numbers.Complex):
        as_float(other, operation, "an operand")
    return NotImplemented


_REPR: Final = reprlib.Repr()
_REPR.maxlevel, _REPR.maxdict, _REPR.maxstring, _REPR.maxother, _REPR.maxlong = 3, 3, 100, 100, 100
_ONE_NUMBER: Final = "pass its number as a float"
_IN_A_LIST: Final = "put it into a list"
_NOTHING: Final = "None is what a function without `return` returns: look where it comes from"
_REAL: Final = "the engine is real, only real numbers are differentiated: use x.real and x.imag"


def _remedy(x: Any, operation: str, argument: str, nested: bool) -> str:
    """What to write instead; the code in it calls the operand x."""
    if hasattr(x, "apply_primitive"):
        return "it is a Value already: use it as it is, or its number with x.data"
    if x is None:
        return _NOTHING
    if isinstance(x, (str, bytes)):
        return _text_remedy(x)
    if isinstance(x, numbers.Complex):
        return _REAL
    if isinstance(x, numbers.Number):  # Decimal
        return "convert it with float(x)"
    if isinstance(getattr(x, "shape", None), tuple):
        return _array_remedy(x, operation, argument, nested)
    if callable(x):
        return f"call it: {_called(x)} is a number, the function is not"
    if not hasattr(x, "__iter__"):
        return _ONE_NUMBER
    if nested:
        return "pass list(x)"
    return _each("x.values()" if isinstance(x, dict) else "x", operation, argument)


def _row_remedy(x: Any, ordered: bool) -> str:
    """What to write instead of x where a list of numbers must stand; empty where its elements may be taken."""
    shape = getattr(x, "shape", None)
    if isinstance(shape, tuple):
        return _array_row_remedy(x, shape)
    if x is None:
        return _NOTHING
    if isinstance(x, (str, bytes, bytearray)):
        return "read the numbers out of it first, with float() or struct"
    if isinstance(x, Mapping):
        return "pass x.values()"
    if isinstance(x, Set) and ordered:
        return "a set has no order: pass a list"
    if hasattr(x, "__iter__"):
        return ""
    if isinstance(x, numbers.Complex) and not isinstance(x, numbers.Real):
        return _REAL
    if callable(x) and not hasattr(x, "apply_primitive"):
        return f"call it: {_called(x)} may be a list, the function is not"
    return _IN_A_LIST


def _array_row_remedy(x: Any, shape: tuple[Any, ...]) -> str:
    if _holds_complex(x):
        return _REAL
    if shape == ():
        return "pass [x.item()]"
    if hasattr(x, "to_numpy"):
        return "pass x.to_numpy().flat" if len(shape) > 1 else ""
    if hasattr(x, "flat"):
        return "pass x.flat" if len(shape) > 1 else ""
    if hasattr(x, "item"):  # a tensor, whose elements would be tensors
        return "pass x.flatten().tolist()" if len(shape) > 1 else "pass x.tolist()"
    return ""


def _called(function: Any) -> str:
    return f"{one_line(getattr(function, '__name__', 'x'), 40)}(...)"


def _holds_complex(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "") == "c" or bool(getattr(x, "is_complex", bool)())


def _text_remedy(x: str | bytes) -> str:
    try:
        float(x)
    except ValueError:
        return "it doesn't read as a number" if isinstance(x, str) else "unpack it with struct or np.frombuffer first"
    return "convert it with float(x)"


def _array_remedy(x: Any, operation: str, argument: str, nested: bool) -> str:
    """Arrays of NumPy, tensors of PyTorch, columns and tables of pandas, and what is made like them."""
    if _holds_complex(x):
        return _REAL
    if math.prod(x.shape) == 1:
        return "pass x.item()" if hasattr(x, "item") else "pass x.to_numpy().item()"
    if hasattr(x, "to_numpy"):
        return "pass x.to_numpy()" if nested else _each("x.to_numpy().flat", operation, argument)
    if hasattr(x, "flat"):
        holds_values = any(hasattr(v, "apply_primitive") for v in islice(x.flat, 100))
        if holds_values and argument == "data":
            return "it holds Values already: use it as it is"
        advice = _each("x.flat", operation, argument)
        vectorized = f"; or np.vectorize({operation}, otypes=[object])(x)"
        return advice + vectorized if holds_values and argument == "operand a" else advice
    return "pass x.tolist()" if nested else _each("x.flatten().tolist()", operation, argument)


def _each(flat: str, operation: str, argument: str) -> str:
    """What to do with many numbers where one must stand."""
    if operation == "Value" and argument == "data":
        return f"make one Value per element: [Value(n) for n in {flat}]"
    if not argument.startswith("operand "):
        return "pass one number here"
    if argument.removeprefix("operand ").isdigit():  # of a reduction
        return f"pass single numbers: [*{flat}]"
    if argument == "operand a":
        return f"apply it to each, with its other operands if it has any: [{operation}(v) for v in {flat}]"
    return f"call {operation} once for each v in {flat}"
