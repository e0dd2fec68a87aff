"""Where the numbers of a program go: which function computes them, and where in memory they lie, if they must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from autograd.engine import primitives as p
from autograd.program.program import Program

CHUNK: Final = 200  # operands a function: compiling is linear in functions, and no register lives longer than one
FUSED: Final = 400  # operands up to which values and adjoints share one function, and stay in registers
TUNED: Final = 100  # operands up to which vector math is compiled for speed: that takes ten times as long
_FEW: Final = 5  # operands of a choice by an index that is written out as choices by conditions


class Layout:
    """The functions and the memory of a program.

    Args:
        program: what is compiled.
        active: the slots whose adjoints are wanted; none where only values are.
        reads: of an operation, for which operands, by index, partials are kept that are computed beside its value; and
            what the others need: operands by index, and the result, which comes after them. Its second argument says
            whether partials may be kept.
        fused: whether values and adjoints are computed by one function.

    Attributes:
        is_fused: whether they are.
        chunks: which function each operation goes to.
        same: of operations that are computed already, by which slot.
        values: where each slot's value lies in memory; -1 for those that never leave a register.
        value_count: how much memory that takes, in numbers; the cotangents lie behind it.
        adjoints: the same for adjoints.
        adjoint_count: and for these.
        partials: where those lie, among the values, that are kept; by slot and operand.
        read: the slots whose values a function of adjoints reads.
    """

    def __init__(
        self,
        program: Program,
        active: Sequence[int],
        reads: Callable[[int, bool], tuple[Iterable[int], Iterable[int]]],
        fused: bool,
    ) -> None:
        self._program = program
        self._first = len(program.inputs)
        self._size = self._first + len(program)
        self.is_fused = fused
        self.chunks = _chunks(program, fused)
        self.same = _duplicates(program)
        self.partials: dict[tuple[int, int], int] = {}
        self.read: dict[int, None] = {}
        self.outputs = [self.same.get(x, x) for x in program.outputs if x >= 0]
        last = self._last_uses(active, reads)
        self.values, self.value_count = self._value_places(last)
        for key in self.partials:
            self.partials[key] = self.value_count
            self.value_count += 1
        self.adjoints, self.adjoint_count = self._adjoint_places(active)

    def _last_uses(
        self, active: Sequence[int], reads: Callable[[int, bool], tuple[Iterable[int], Iterable[int]]]
    ) -> list[int]:
        """The last function that reads each value from memory; -1 if none does.

        What no one uses is there for the errors it may raise; it is stored, for otherwise it would not be computed.
        """
        same, chunks, first = self.same, self.chunks, self._first
        never, always = -1, len(self._program)
        used = {same.get(x, x) for operands in self._program.operands for x in operands}
        unused = [x for x in range(first, self._size) if x not in used and x not in same]
        last = [never] * self._size
        for slot in unused:
            last[slot] = chunks[slot - first]
        for slot, row, operands in self._program.operations():
            chunk = chunks[slot - first]
            if slot not in same:
                for x in operands:
                    source = same.get(x, x)
                    if source >= first and chunks[source - first] != chunk:
                        last[source] = max(last[source], chunk)
            if row is p.where:  # stored, or LLVM leaves out the lanes that are not chosen, and their errors
                for x in operands:
                    source = same.get(x, x)
                    if source >= first:
                        last[source] = max(last[source], chunk)
            if active[slot] and not self.is_fused:
                slots = (*operands, slot)
                kept, used_back = reads(slot, slot not in same)
                self.partials.update({(slot, i): -1 for i in kept})
                for i in used_back:
                    source = same.get(slots[i], slots[i])
                    if source >= 0:
                        self.read[source] = None
                    if source >= first:
                        last[source] = always
        for source in self.outputs:
            last[source] = always
        return last

    def _value_places(self, last: list[int]) -> tuple[list[int], int]:
        """Values that no later function reads leave their place to others."""
        first = self._first
        places = list(range(first)) + [-1] * (self._size - first)
        count = first
        free: list[int] = []
        ending: dict[int, list[int]] = {}
        chunk = 0
        for slot in range(first, self._size):
            while chunk < self.chunks[slot - first]:
                free += ending.pop(chunk, [])
                chunk += 1
            if last[slot] < 0:
                continue
            if free:
                places[slot] = free.pop()
            else:
                places[slot] = count
                count += 1
            ending.setdefault(last[slot], []).append(places[slot])
        return places, count

    def _adjoint_places(self, active: Sequence[int]) -> tuple[list[int], int]:
        """Adjoints to which other functions add lie in memory."""
        first = self._first
        chunks = self.chunks
        handed_on: dict[int, None] = {}
        for slot, _, operands in self._program.operations():
            if active[slot]:
                for x in operands:
                    if x >= first and active[x] and chunks[x - first] != chunks[slot - first]:
                        handed_on[x] = None
        handed_on.update(dict.fromkeys(x for x in self._program.outputs if x >= first))
        places = list(range(first)) + [-1] * (self._size - first)
        for place, x in enumerate(handed_on, first):
            places[x] = place
        return places, first + len(handed_on)


def step_of(operands: tuple[int, ...], inputs: int) -> int:
    """How far apart the values of a choice by an index lie in memory, if they are inputs; 0 if it is written out."""
    if len(operands) <= _FEW or not all(0 <= x < inputs for x in operands[1:]):
        return 0
    first, step = operands[1], operands[2] - operands[1]
    return max(step, 0) if all(x == first + i * step for i, x in enumerate(operands[1:])) else 0


def _chunks(program: Program, fused: bool) -> list[int]:
    if fused:
        return [0] * len(program)
    chunks: list[int] = []
    size = chunk = 0
    for operands in program.operands:
        if size >= CHUNK:
            size, chunk = 0, chunk + 1
        size += len(operands)
        chunks.append(chunk)
    return chunks


def _duplicates(program: Program) -> dict[int, int]:
    """Common subexpressions: the operations that some operation before computes already.

    Their values are the same number; their adjoints are not made one, for a sum of products rounds otherwise.
    """
    same: dict[int, int] = {}
    known: dict[tuple[object, ...], int] = {}
    for slot, row, operands in program.operations():
        key = row, *([same.get(x, x) for x in operands] if same else operands)
        before = known.setdefault(key, slot)
        if before != slot:
            same[slot] = before
    return same
