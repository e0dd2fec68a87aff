"""A block: one call of a function with many outputs, differentiated by a pullback of its own.

Each output is a node like any other, whose operands are the numbers the function was given. Below the outputs lies one
node more, the joint, which no view shows: a sweep that comes back to it knows what has come to all of the outputs, and
pulls once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from autograd.engine.primitive import Primitive
from autograd.engine.recording import ieee_as, ieee_enabled, no_grad
from autograd.engine.value import Operands, Pullback, Value, record_many
from autograd.support.compilation import keep_attributes, mypyc_attr
from autograd.support.errors import as_float, describe_all

JOINT: Final = Primitive("block", lambda xs: 0.0, lambda xs, y: (None,) * len(xs), variadic=True)


class Output(Primitive):
    """One output of a block as an operation on its operands."""

    def __init__(self, name: str, block: Block, position: int) -> None:
        super().__init__(
            name,
            lambda xs: block.value(position, computed(name, xs)),
            lambda xs, y: block.row(position, any(isinstance(x, Value) for x in computed(name, xs))),
            variadic=True,
        )
        self.block = block
        self.position = position


def computed(name: str, xs: Sequence[Any]) -> Sequence[Any]:
    """The operands, if they are numbers rather than symbols of a formula."""
    if not all(isinstance(x, (float, Value)) for x in xs):
        raise TypeError(f"{name} has a pullback rather than formulas")
    return xs


@mypyc_attr(allow_interpreted_subclasses=True)
class Block(Pullback):
    """One call of a function; a subclass says in `pull` how its derivatives come back, in `values_at` its value.

    Attributes:
        name: of the function.
        operands: the numbers it was given, Values and floats.
        inputs: the variables among them, each once.
        numbers: what the inputs' data were.
        count: how many outputs there are.
    """

    def __init__(self, name: str, operands: Sequence[Value | float], count: int) -> None:
        self.name = name
        self.operands = list(operands)
        self.inputs = list({id(x): x for x in self.operands if isinstance(x, Value) and not x._constant}.values())
        self.numbers = [x._data for x in self.inputs]
        self.count = count
        self._ieee: bool = ieee_enabled()
        self._arrived: dict[int, float] = {}

    def as_called(self) -> AbstractContextManager[None]:
        """Inside `ieee` or outside, as the call was: whatever computes it again, or pulls, does so in here."""
        return ieee_as(self._ieee)

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> Sequence[Any]:
        """start + Σ cotangent · d(output)/d(input) for every input.

        Args:
            cotangents: one for every output, None where nothing comes back.
            start: one for every input, None where there is nothing yet.
            on_graph: whether the result is to be recorded, as functions of inputs and cotangents.

        Returns:
            One number for every input; None where there was nothing and nothing flows.
        """
        raise NotImplementedError

    def push(self, tangents: Sequence[Any], on_graph: bool) -> Sequence[Any] | None:
        """Σ d(output)/d(input) · tangent for every output, or None: let it be done by a pullback for every output.

        Args:
            tangents: one for every input, None where it is 0.
            on_graph: whether the result is to be recorded.
        """
        return None

    def row_at(self, position: int) -> Primitive:
        """One output as an operation of its own, for recorded programs, at whatever numbers.

        Raises:
            TypeError: if there is none.
        """
        raise TypeError(
            f"{self.name}: it can't be part of a recorded function; record what it calls, or call it outside"
        )

    def values_at(self, numbers: Sequence[float]) -> Sequence[float]:
        """The outputs for other numbers in place of the operands."""
        raise NotImplementedError

    def value(self, position: int, numbers: Sequence[float]) -> float:
        """One output for other numbers.

        Meanwhile a variable holds the number that isn't its own: it may have several places, or be known from outside.
        """
        pairs = list(zip(self.operands, numbers, strict=True))
        moved = {id(x): (x, x._data, number) for x, number in pairs if isinstance(x, Value) and x._data != number}
        try:
            for x, _, number in moved.values():
                x._data = number
            with self.as_called():
                return self.values_at([x._data if isinstance(x, Value) else number for x, number in pairs])[position]
        finally:
            for x, before, _ in moved.values():
                x._data = before

    def record(self, data: Sequence[float]) -> list[Value]:
        """The nodes of the outputs: constants where nothing could flow on."""
        names = [self.name] if self.count == 1 else [f"{self.name}[{i}]" for i in range(self.count)]
        with nullcontext() if self.inputs else no_grad():
            joint = record_many(JOINT, 0.0, Operands(self.operands, [], self.inputs, [], self))
            return [
                record_many(Output(name, self, i), y, Operands(self.operands, [], [joint], [], self))
                for i, (name, y) in enumerate(zip(names, data, strict=True))
            ]

    def begin(self) -> None:
        self._arrived = {}

    def arrive(self, node: Value) -> list[Value]:
        primitive = node._primitive
        if isinstance(primitive, Output):
            self._arrived[primitive.position] = node._grad
            assert node._rest is not None
            return node._rest.variables
        cotangents = [self._arrived.get(i) for i in range(self.count)]
        with self.as_called():
            totals = self.pull(cotangents, [x._grad for x in self.inputs], False)
        reached: list[Value] = []
        for x, total in zip(self.inputs, totals, strict=True):
            if total is not None:
                x._grad = as_float(total, self.name, "a cotangent")
                if x._primitive is not None:  # a leaf hands nothing on
                    reached.append(x)
        return reached

    def row(self, position: int, on_graph: bool) -> list[Any]:
        """The derivatives of one output by every operand; None where nothing flows."""
        if on_graph:
            self.check_unchanged()
        cotangents: list[Any] = [None] * self.count
        cotangents[position] = 1.0
        with self.as_called():
            pulled = self.pull(cotangents, [None] * len(self.inputs), on_graph)
        found = {id(x): partial for x, partial in zip(self.inputs, pulled, strict=True)}
        return [found.pop(id(x), None) for x in self.operands]  # an operand given twice has it all at once

    def partials_of(self, node: Value) -> list[float | None]:
        primitive = node._primitive
        assert isinstance(primitive, Output)  # no view shows the joint
        return self.row(primitive.position, False)

    def check_unchanged(self) -> None:
        """Raise a ValueError if the data of an input is not what it was."""
        for x, number in zip(self.inputs, self.numbers, strict=True):
            if x._data != number and (x._data == x._data or number == number):
                raise ValueError(
                    f"{self.name}({describe_all(self.operands)}) was computed at {number!r}; a number was changed "
                    "afterwards: compute the output again"
                )


keep_attributes(Output)
keep_attributes(Block)
