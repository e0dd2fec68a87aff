"""A Value as a number among numbers: compared by its data, and never turned into a float behind one's back."""

from __future__ import annotations

from typing import Any, Final

from autograd.engine.errors import as_float
from autograd.engine.operators import Recorded, is_operand


class Scalar(Recorded):
    """A recorded number that holds a float, and compares as that float does."""

    __slots__ = ("_data",)

    def __init__(self, data: Any) -> None:
        self._data: float = as_float(data, "Value", "data")

    @property
    def data(self) -> float:
        """The number. Assigning to a leaf's data doesn't bend graphs recorded before."""
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
        self._data = number if type(number) is float else as_float(number, "Value", "data")

    def __eq__(self, other: object) -> bool:
        return self._data == _number(other) if is_operand(other) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return self._data != _number(other) if is_operand(other) else NotImplemented

    def __lt__(self, other: Any) -> bool:
        return self._data < _number(other) if is_operand(other) else NotImplemented

    def __le__(self, other: Any) -> bool:
        return self._data <= _number(other) if is_operand(other) else NotImplemented

    def __gt__(self, other: Any) -> bool:
        return self._data > _number(other) if is_operand(other) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        return self._data >= _number(other) if is_operand(other) else NotImplemented

    def __hash__(self) -> int:
        return id(self) >> 4  # identity: two variables may hold the same number

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __float__(self) -> float:
        raise TypeError(_DROPS_GRADIENT.format("float", self))

    def __int__(self) -> int:
        raise TypeError(_DROPS_GRADIENT.format("int", self))


_DROPS_GRADIENT: Final = (
    "{0}() of {1!r} would drop its gradient silently; use .data for the number, "
    "or the functions of autograd (autograd.exp, not math.exp) to keep the graph"
)


def _number(operand: Any) -> Any:
    return operand._data if isinstance(operand, Scalar) else operand
