"""Programs rewritten into others that compute the same: each pass is one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.program.program import Program

_SHORTEST: Final = 8  # products that make a sum of products worth a name


def sums_of_products(program: Program) -> Program:
    """Chains like `a*b + c*d + e*f + bias`, and sums of products, written as `dot`.

    The products are added in their order, and the rest after them, so that the last bits may differ.

    >>> from autograd import jit
    >>> f = jit(lambda w, x: w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + w[3])
    >>> program = f.program([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    >>> [row.name for row in program.primitives]
    ['mul', 'mul', 'add', 'mul', 'add', 'add']
    """
    chains = _Chains(program)
    if not chains.found:
        return program
    rewriter = Rewriter(program)
    for slot, row, operands in program.operations():
        if slot in chains.absorbed:
            continue
        if slot not in chains.found:
            rewriter.copy(slot, row, operands)
            continue
        pairs, rest = chains.found[slot]
        line = program.lines[slot - len(program.inputs)] if program.lines else -1
        total = rewriter.add(p.dot, [a for a, _ in pairs] + [b for _, b in pairs], line)
        for x in rest:
            total = rewriter.make(p.add, [total, rewriter.slot(x)], line)
        rewriter.slots[slot] = total
    return rewriter.program()


class Rewriter:
    """Builds a program from the operations of another.

    Attributes:
        slots: where each slot of the old program is in the new one.
    """

    def __init__(self, program: Program) -> None:
        self._old = program
        self._primitives: list[Primitive] = []
        self._operands: list[tuple[int, ...]] = []
        self._lines: list[int] = []
        self.slots: dict[int, int] = {i: i for i in range(len(program.inputs))}

    def slot(self, old: int) -> int:
        return old if old < 0 else self.slots[old]

    def add(self, row: Primitive, operands: Sequence[int], line: int) -> int:
        """An operation on slots of the old program."""
        return self.make(row, [self.slot(x) for x in operands], line)

    def make(self, row: Primitive, operands: Sequence[int], line: int) -> int:
        """An operation on slots of the new one."""
        self._primitives.append(row)
        self._operands.append(tuple(operands))
        self._lines.append(line)
        return len(self._old.inputs) + len(self._primitives) - 1

    def copy(self, slot: int, row: Primitive, operands: Sequence[int]) -> None:
        lines = self._old.lines
        self.slots[slot] = self.add(row, operands, lines[slot - len(self._old.inputs)] if lines else -1)

    def program(self) -> Program:
        old, slots = self._old, self.slots
        return Program(
            name=old.name,
            inputs=old.inputs,
            constants=old.constants,
            primitives=self._primitives,
            operands=self._operands,
            outputs=[self.slot(x) for x in old.outputs],
            guards=[guard._replace(slot=slots[guard.slot]) for guard in old.guards],
            stopped=frozenset(slots[x] for x in old.stopped if x in slots),
            ieee=frozenset(slots[x] for x in old.ieee if x in slots),
            labels={slots[x]: label for x, label in old.labels.items() if x in slots},
            places=old.places,
            lines=self._lines,
        )


_NONE: Final[tuple[None, Sequence[int]]] = None, ()


class _Chains:
    """The sums of products in a program.

    Attributes:
        found: by the slot of each sum its products, as pairs of slots, and what else it adds.
        absorbed: slots that are nothing but parts of one.
    """

    def __init__(self, program: Program) -> None:
        self.found: dict[int, tuple[list[tuple[int, int]], list[int]]] = {}
        self.absorbed: set[int] = set()
        self._constants = program.constants
        uses = Counter(x for operands in program.operands for x in operands)
        kept = {*program.outputs, *(guard.slot for guard in program.guards), *program.stopped}
        operations = list(program.operations())
        self._inner = {  # which are used once, and by nobody else
            slot: (row, operands) for slot, row, operands in operations if uses[slot] == 1 and slot not in kept
        }
        for slot, row, operands in reversed(operations):
            if slot not in self.absorbed and row in (p.add, p.sum):
                self._flatten(slot, operands)

    def _flatten(self, slot: int, operands: Sequence[int]) -> None:
        pairs: list[tuple[int, int]] = []
        rest: list[int] = []
        parts: set[int] = set()
        waiting = list(reversed(operands))
        while waiting:
            x = waiting.pop()
            row, operands = self._inner.get(x, _NONE)
            if row is p.add or row is p.sum:
                parts.add(x)
                waiting.extend(reversed(operands))
            elif row is p.mul:
                parts.add(x)
                a, b = operands
                pairs.append((a, b))
            elif not (x < 0 and self._constants[-1 - x] == 0.0):
                rest.append(x)
        if len(pairs) >= _SHORTEST:
            self.found[slot] = pairs, rest
            self.absorbed |= parts
