"""What a learner types for a number: plain arithmetic, read safely."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Final

LONGEST: Final = 100  # characters

_SIGNS: Final = str.maketrans({"×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "^": "**"})
_NOT_FINITE: Final = {"inf": math.inf, "∞": math.inf, "nan": math.nan}
_NUMBER: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_BINARY: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class UnreadableError(ValueError):
    """What was typed is no number; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reckon(text: str) -> float:
    """The number that a text of `+ − × / ** ( )` and numbers comes to; `^` is a power, too.

    Raises:
        UnreadableError: if it is not plain arithmetic, or its result is no finite number. Only `∞`, `inf`, `nan`, typed
            alone, are numbers that are not finite.

    >>> reckon("0.5×0.4"), reckon("−0.2+1"), reckon("2^3"), reckon("(1 + 1/3)*3")
    (0.2, 0.8, 8.0, 4.0)
    """
    plain = text.strip().translate(_SIGNS)
    if not plain:
        raise UnreadableError("empty")
    if len(plain) > LONGEST:
        raise UnreadableError("long")
    word = plain.lstrip("+-").lower()
    if word in _NOT_FINITE and len(plain) - len(word) <= 1:
        return -_NOT_FINITE[word] if plain.startswith("-") else _NOT_FINITE[word]
    if re.search("[0-9],[0-9]", plain):
        raise UnreadableError("comma")
    if not set("".join(_NUMBER.sub("", plain).split())) <= set("+-*/()"):
        raise UnreadableError("words")
    spaced = _NUMBER.sub(lambda number: f" {float(number[0])!r} ".replace("inf", "1e999"), " ".join(plain.split()))
    try:
        return _value(ast.parse(spaced.strip(), mode="eval").body)
    except ZeroDivisionError:
        raise UnreadableError("zero") from None
    except OverflowError:
        raise UnreadableError("large") from None
    except SyntaxError:
        raise UnreadableError("grammar") from None


def _value(node: ast.expr) -> float:
    """The number of a part of the expression, which is too short to be deep."""
    match node:
        case ast.Constant(value=float(number)):
            result = number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            result = -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            result = _value(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            number = _BINARY[type(sign)](_value(left), _value(right))
            if isinstance(number, complex):
                raise UnreadableError("root")
            result = number
        case _:
            raise UnreadableError("grammar")
    if not math.isfinite(result):
        raise UnreadableError("large")
    return result
