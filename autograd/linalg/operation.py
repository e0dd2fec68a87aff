"""A function of matrices as one block: NumPy computes its value, and its pullback is written once, for all orders.

The pullback is polymorphic, as the rules of the table are: given arrays of floats it computes, given arrays of Values
it records, for it is written in operations of this kind and in arithmetic that arrays do element by element.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograd.engine.primitive import Primitive
from autograd.engine.recording import resumed
from autograd.engine.value import Value
from autograd.transforms.block import Block, computed
from autograd.transforms.tree import object_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
    Shapes: TypeAlias = tuple[tuple[int, ...], ...]

_Numbers: TypeAlias = Sequence[Value | float]


class Operation:
    """A function of arrays that returns arrays.

    Args:
        value: arrays of floats in, arrays of floats out; it raises what the operation raises.

    Attributes:
        name: the word in messages and drawings.
        pullback: `(inputs, outputs, cotangents) -> cotangents of the inputs`, of floats or of Values.
    """

    def __init__(
        self,
        name: str,
        value: Callable[..., tuple[Array, ...]],
        pullback: Callable[[Sequence[Array], Sequence[Array], Sequence[Array]], tuple[Array, ...]],
    ) -> None:
        self.name = name
        self._value = value
        self.pullback = pullback
        self._rows: dict[tuple[Shapes, int], Primitive] = {}
        self._latest: tuple[Shapes, tuple[float, ...], list[float]] | None = None

    def __call__(self, *arrays: Array) -> tuple[Array, ...]:
        """The outputs: arrays of floats, or of Values where an input holds one.

        Raises:
            ValueError: where the value has none.
        """
        if all(a.dtype != object for a in arrays):
            return self.value(*arrays)
        numbers = [x for a in arrays for x in a.ravel().tolist()]
        return _Call(self, tuple([a.shape for a in arrays]), numbers).outputs()

    def value(self, *arrays: Array) -> tuple[Array, ...]:
        """The outputs for arrays of floats; NumPy's warnings are for the operation to turn into errors."""
        with np.errstate(all="ignore"):
            return self._value(*arrays)

    def values_at(self, shapes: Shapes, numbers: Sequence[float]) -> list[float]:
        """The numbers of the outputs for the numbers of the inputs; those of the latest ones are kept."""
        given, latest = tuple(numbers), self._latest
        if latest is None or latest[0] != shapes or latest[1] != given:
            found = self.value(*split(np.array(given), shapes))
            latest = self._latest = shapes, given, np.concatenate([y.ravel() for y in found]).tolist()
        return latest[2]

    def row_at(self, shapes: Shapes, position: int, name: str) -> Primitive:
        """One output as an operation on the inputs' numbers: always the same one, so that programs can be compared."""
        if (shapes, position) not in self._rows:

            def partials(xs: Sequence[Any], y: Any) -> list[Any]:
                again = [x if isinstance(x, Value) else Value(x) for x in computed(self.name, xs)]
                return _Call(self, shapes, again).row(position, any(isinstance(x, Value) for x in xs))

            self._rows[shapes, position] = Primitive(
                name,
                lambda xs: self.values_at(shapes, computed(self.name, xs))[position],
                partials,
                variadic=True,
            )
        return self._rows[shapes, position]


class _Call(Block):
    """One call of an operation."""

    def __init__(self, operation: Operation, shapes: Shapes, operands: _Numbers) -> None:
        self._operation, self._shapes = operation, shapes
        self._given = split(np.array(_floats(operands)), shapes)
        self._found = operation.value(*self._given)
        self._data = [number for y in self._found for number in y.ravel().tolist()]
        self._result: Shapes = tuple([y.shape for y in self._found])
        super().__init__(operation.name, operands, len(self._data))
        self._places: list[int] | None = None  # of the operands among the inputs, where they are not the same
        if len(self.inputs) < len(self.operands):
            places = {id(x): i for i, x in enumerate(self.inputs)}
            self._places = [places.get(id(x), -1) for x in self.operands]

    def outputs(self) -> tuple[Array, ...]:
        """The arrays of the nodes."""
        nodes = self.record(self._data)
        return split(object_array((len(nodes),), nodes), self._result)

    def row_at(self, position: int) -> Primitive:
        name = self.name if self.count == 1 else f"{self.name}[{position}]"
        return self._operation.row_at(self._shapes, position, name)

    def values_at(self, numbers: Sequence[float]) -> list[float]:
        return self._operation.values_at(self._shapes, numbers)

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        arrived = [0.0 if u is None else u for u in cotangents]
        if on_graph:
            with resumed():
                xs = split(object_array((len(self.operands),), self.operands), self._shapes)
                us = split(object_array((len(arrived),), arrived), self._result)
                pulled = self._operation.pullback(xs, self._operation(*xs), us)
        else:
            us = split(np.array(arrived), self._result)
            with np.errstate(all="ignore"):  # an infinite cotangent is no error
                pulled = self._operation.pullback(self._given, self._found, us)
        terms = [term for array in pulled for term in array.ravel().tolist()]
        if self._places is None and not on_graph and 0.0 not in terms and start.count(None) == len(start):
            return terms
        totals = list(start)
        for i, term in enumerate(terms):
            place = i if self._places is None else self._places[i]
            if place >= 0 and not (type(term) is float and term == 0.0):
                before = totals[place]
                totals[place] = term if before is None else before + term
        return totals


def _floats(operands: _Numbers) -> list[float]:
    if set(map(type, operands)) == {Value}:  # by far the most frequent
        return list(map(_DATA, operands))
    return [x._data if isinstance(x, Value) else x for x in operands]


_DATA: Callable[[Any], float] = attrgetter("_data")


def split(numbers: Array, shapes: Shapes) -> tuple[Array, ...]:
    """One row of numbers as arrays of these shapes."""
    arrays, start = [], 0
    for shape in shapes:
        stop = start + math.prod(shape)
        arrays.append(numbers[start:stop].reshape(shape))
        start = stop
    return tuple(arrays)
