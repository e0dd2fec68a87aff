"""The operations between two levels of matrix products, and the tables that numbers are handed on in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from autograd.program.computed import joined
from autograd.program.operations import Guard
from autograd.program.program import Program
from autograd.program.staging import Stages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

OWN: Final = 0  # the table of the inputs that differ from point to point


class Run(NamedTuple):
    """Rows of a table that follow each other."""

    table: int
    start: int
    stop: int


class Stage:
    """The operations between two levels of products.

    Attributes:
        program: these alone.
        common: the slots of its shared inputs, in the whole program.
        others: those of its other inputs.
        inputs: where these are.
        outputs: the slots of its outputs, in the whole program.
    """

    def __init__(self, stages: Stages, level: int, outputs: Sequence[int], places: dict[int, tuple[int, int]]) -> None:
        whole = stages.program
        first = len(whole.inputs)
        members = [
            slot
            for slot in range(first, len(stages.levels))
            if stages.levels[slot] == level and slot not in stages.grouped
        ]
        inside = set(members)
        used = {x for slot in members for x in whole.operands[slot - first] if x >= 0 and x not in inside}
        guards = [guard for guard in whole.guards if guard.slot in inside]
        common = sorted(x for x in used if x not in places)  # shared inputs are in no table
        others = sorted((x for x in used if x in places), key=lambda x: places[x])
        slots = {x: i for i, x in enumerate([*common, *others])}
        for slot in members:
            slots[slot] = len(slots)
        self.outputs = list(outputs)
        self.common = common
        self.others = others
        self.inputs = runs([places[x] for x in others])
        self.program = Program(
            name=whole.name,
            inputs=[whole.spelled(x) for x in (*common, *others)],
            constants=whole.constants,
            primitives=[whole.primitives[slot - first] for slot in members],
            operands=[tuple([x if x < 0 else slots[x] for x in whole.operands[slot - first]]) for slot in members],
            outputs=[slots[x] for x in outputs],
            guards=[Guard(slots[guard.slot], guard.answer, guard.place) for guard in guards],
            stopped=frozenset(slots[x] for x in whole.stopped if x in inside),
            places=whole.places,
        )


def runs(places: Sequence[tuple[int, int]]) -> list[Run]:
    """Places as runs of rows, as long as may be."""
    found: list[Run] = []
    for table, row in places:
        last = found[-1] if found else None
        if last is not None and last.table == table and last.stop == row:
            found[-1] = Run(table, last.start, row + 1)
        else:
            found.append(Run(table, row, row + 1))
    return found


class Given:
    """The arrays that a call was given, read as if they were one, row after row.

    What lies in one of them is read where it is: BLAS takes it so.
    """

    def __init__(self, arrays: Sequence[Array]) -> None:
        self._arrays = arrays
        self._starts = list(accumulate(map(len, arrays), initial=0))
        self._joined: Array | None = None

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Array:
        if isinstance(rows, slice):
            k = bisect_right(self._starts, rows.start) - 1
            first = self._starts[k]
            if k < len(self._arrays) and rows.stop <= self._starts[k + 1]:
                return self._arrays[k][rows.start - first : rows.stop - first]
        if self._joined is None:
            self._joined = joined(self._arrays)
        return self._joined[rows]
