"""A recorded computation as a flat list of operations: the one model that is replayed, compiled, drawn and saved.

Every number has a slot. The inputs come first, then one slot for each operation, in the order in which eager
evaluation would list the graph: operands before results. A negative operand is a constant: -1 is the first of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.engine.primitive import Primitive
from autograd.engine.value import Value
from autograd.support.errors import one_line


class Place(NamedTuple):
    """A line of the user's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f'"{self.file}", line {self.line}'


class Guard(NamedTuple):
    """A question that steered Python while recording, and its answer: other answers need another program.

    Attributes:
        slot: the number that was asked; true unless it is 0.
        answer: what it said.
        place: which of the program's places asked.
    """

    slot: int
    answer: bool
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A computation of outputs from inputs.

    Attributes:
        name: of the function.
        inputs: the name of each input; it has the slot of the same number.
        constants: the plain numbers it uses.
        primitives: what each operation is; the i-th has the slot len(inputs) + i.
        operands: what each is applied to: slots, and constants as negative numbers.
        outputs: the slots of the results; a negative one is a constant.
        guards: on which answers it holds.
        stopped: slots through which no gradient flows, though it could.
        labels: names of slots.
        places: lines of the user's source.
        lines: for each operation which place it comes from; -1 where that is not known.
    """

    name: str
    inputs: Sequence[str]
    constants: Sequence[float]
    primitives: Sequence[Primitive]
    operands: Sequence[tuple[int, ...]]
    outputs: Sequence[int]
    guards: Sequence[Guard] = ()
    stopped: frozenset[int] = frozenset()
    labels: dict[int, str] = field(default_factory=dict)
    places: Sequence[Place] = ()
    lines: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.primitives)

    def operations(self) -> Iterator[tuple[int, Primitive, tuple[int, ...]]]:
        """Each operation: its slot, what it is, its operands."""
        return zip(
            range(len(self.inputs), len(self.inputs) + len(self.primitives)),
            self.primitives,
            self.operands,
            strict=True,
        )

    def counts(self) -> dict[str, int]:
        """How many operations there are of each kind, the most frequent first."""
        return dict(Counter(row.name for row in self.primitives).most_common())

    def active(self, wanted: Sequence[bool] | None = None) -> bytearray:
        """Which slots depend on wanted inputs, along edges that a gradient can flow back over.

        Args:
            wanted: which inputs to differentiate by; all of them if it is None.
        """
        n = len(self.inputs)
        active = bytearray([1] * n if wanted is None else map(bool, wanted))
        for slot, _, operands in self.operations():
            live = slot not in self.stopped and any(active[x] for x in operands if x >= 0)
            active.append(live)
        return active

    def replay(self, numbers: Sequence[Any]) -> list[Any]:
        """Every slot's number, computed operation by operation: of Values the graph is recorded.

        Args:
            numbers: one for every input, Values or floats.

        Raises:
            ValueError, OverflowError, ZeroDivisionError: as the operation does.
            BranchError: where a guard's answer is another one.
        """
        slots = list(numbers)
        constants = self.constants
        asked = {guard.slot: guard for guard in self.guards}
        for slot, row, operands in self.operations():
            y = row(*[slots[x] if x >= 0 else constants[-1 - x] for x in operands])
            if slot in asked and bool(y) != asked[slot].answer:
                raise BranchError(asked[slot], self)
            slots.append(y.detach() if slot in self.stopped and isinstance(y, Value) else y)
        for slot, guard in asked.items():  # of inputs
            if 0 <= slot < len(self.inputs) and bool(slots[slot]) != guard.answer:
                raise BranchError(guard, self)
        return slots

    def __call__(self, *numbers: float) -> list[Any]:
        """The outputs at numbers, one for every input, in plain Python.

        Raises:
            TypeError: for another count of numbers.
            ValueError, OverflowError, ZeroDivisionError: as the operations do.
            BranchError: where a guard's answer is another one.
        """
        if len(numbers) != len(self.inputs):
            raise TypeError(f"{self.name}: the program has {len(self.inputs)} inputs, got {len(numbers)} numbers")
        return self.results(self.replay(numbers))

    def questions(self) -> list[Place]:
        """Where Python was steered."""
        return [self.places[guard.place] for guard in self.guards]

    def results(self, slots: Sequence[Any]) -> list[Any]:
        """The numbers of the outputs."""
        return [slots[x] if x >= 0 else self.constants[-1 - x] for x in self.outputs]

    def spelled(self, slot: int) -> str:
        """A slot or a constant as a listing shows it."""
        if slot < 0:
            return repr(self.constants[-1 - slot])
        label = self.labels.get(slot) or (self.inputs[slot] if slot < len(self.inputs) else "")
        return one_line(label) if label else f"%{slot}"

    def listing(self) -> str:
        """The program for people: a line for each operation, with where it stands in the source.

        >>> from autograd import jit
        >>> print(jit(lambda x, y: x * y + x).program(2.0, 3.0).listing())
        <lambda>(x, y)
          %2 = mul(x, y)
          %3 = add(%2, x)
        returns %3
        """
        lines = [f"{self.name}({', '.join(self.spelled(i) for i in range(len(self.inputs)))})"]
        questions = {guard.slot: guard for guard in self.guards}
        for slot, row, operands in self.operations():
            name = f"{self.spelled(slot)} = " if slot in self.labels else ""
            stop = " (nothing flows back)" if slot in self.stopped else ""
            call = f"  %{slot} = {name}{row.name}({', '.join(map(self.spelled, operands))}){stop}"
            if slot in questions:
                guard = questions[slot]
                call += f"  holds where this is {guard.answer}: {self.places[guard.place]}"
            lines.append(call)
        lines.append(f"returns {', '.join(map(self.spelled, self.outputs))}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<program {one_line(self.name)}: {len(self.inputs)} inputs, {len(self)} operations>"


class BranchError(Exception):
    """A program was replayed at numbers at which Python would have gone another way."""

    def __init__(self, guard: Guard, program: Program) -> None:
        place = program.places[guard.place] if guard.place >= 0 else "an unknown line"
        super().__init__(f"{program.name}: recorded where {place} was {guard.answer}; here it is not: record again")
        self.guard = guard
