"""A program as data: a flat list of operations.

Every number has a slot. The inputs come first, then one slot for each operation, in the order in which eager
evaluation would list the graph: operands before results. A negative operand is a constant: -1 is the first of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autograd.engine.primitive import Primitive


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
class Operations:
    """What a program consists of.

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
        ieee: slots of operations that are done inside `ieee`, wherever the program is called.
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
    ieee: frozenset[int] = frozenset()

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
