"""Comparisons as operations: what a recorder gives Python in place of True and False."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.operators import Recorded
from autograd.engine.primitive import Primitive, Rule
from autograd.engine.value import Value


def _row(name: str, sign: str, holds: Callable[[float, float], bool]) -> Primitive:
    def value(a: Any, b: Any) -> Any:
        condition = holds(a, b)
        return float(condition) if isinstance(condition, bool) else condition  # a symbol stays a comparison

    partials: Rule = lambda a, b, y: (None, None)  # noqa: E731 - a rule, like those of the table
    return Primitive(name, value, partials, symbol=sign)


COMPARISONS: dict[str, Primitive] = {
    sign: _row(name, sign, holds)
    for name, sign, holds in [
        ("equal", "==", lambda a, b: a == b),
        ("not_equal", "!=", lambda a, b: a != b),
        ("less", "<", lambda a, b: a < b),
        ("less_equal", "<=", lambda a, b: a <= b),
        ("greater", ">", lambda a, b: a > b),
        ("greater_equal", ">=", lambda a, b: a >= b),
    ]
}
"""The rows by their signs: 1.0 where the comparison holds, else 0.0; nothing flows back."""


class Comparison(Recorded):
    """True or False while a function is recorded.

    Chosen by with `where`, or computed with as 1 and 0, it is an operation like others. Where Python asks for its
    truth (`if`, `and`, `max`, `sorted`) it tells the recorder, for then the recording holds for that answer only.

    Attributes:
        number: 1.0 or 0.0, as an operation's result.
    """

    __slots__ = ("_ask", "number")

    def __init__(self, number: Value, ask: Callable[[Value], bool]) -> None:
        self.number = number
        self._ask = ask

    def __bool__(self) -> bool:
        return self._ask(self.number)

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """Compute with it as a number, 1.0 or 0.0."""
        plain = [x.number if isinstance(x, Comparison) else x for x in operands]
        return self.number.apply_primitive(primitive, plain)

    # fmt: off
    def __index__(self) -> int: return int(bool(self))
    def __int__(self) -> int: return int(bool(self))
    def __float__(self) -> float: return float(bool(self))
    def __and__(self, other: Any) -> Any: return bool(self) & other
    def __rand__(self, other: Any) -> Any: return other & bool(self)
    def __or__(self, other: Any) -> Any: return bool(self) | other
    def __ror__(self, other: Any) -> Any: return other | bool(self)
    def __xor__(self, other: Any) -> Any: return bool(self) ^ other
    def __rxor__(self, other: Any) -> Any: return other ^ bool(self)
    def __eq__(self, other: object) -> bool: return bool(self) == other
    def __ne__(self, other: object) -> bool: return bool(self) != other
    def __lt__(self, other: Any) -> Any: return bool(self) < other
    def __le__(self, other: Any) -> Any: return bool(self) <= other
    def __gt__(self, other: Any) -> Any: return bool(self) > other
    def __ge__(self, other: Any) -> Any: return bool(self) >= other
    def __hash__(self) -> int: return hash(bool(self))
    # fmt: on

    def __repr__(self) -> str:
        return repr(bool(self))
