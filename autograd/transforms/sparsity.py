"""Which outputs depend on which sources, read from a recorded graph. Compiled with the engine.

What a node depends on is a set, known by a number: sources by their own, further sets by the next ones. A set of few is
kept whole; of more, only which sets it is made of, to be gone through where an output asks for it. So memory grows with
the graph, never with its square.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from autograd.engine.value import Value
from autograd.transforms.sweeps import Subgraph

_FEW: Final = 32
_NONE: Final = -1
_LARGEST: Final = 2**31  # no number of a set reaches it


class _Sets:
    """Sets of sources by their numbers.

    Attributes:
        few: of a number the set, None if it has more than a few.
        parts: of a number the sets it is the union of, if it has more than a few.
    """

    def __init__(self, count: int) -> None:
        self.few: list[frozenset[int] | None] = [frozenset((i,)) for i in range(count)]
        self.parts: dict[int, list[int]] = {}
        self._numbers: dict[frozenset[int], int] = {}
        self._unions: dict[int, int] = {}

    def of_two(self, a: int, b: int) -> int:
        """The number of the union of two."""
        if a == b or b == _NONE:
            return a
        if a == _NONE:
            return b
        in_a, in_b = self.few[a], self.few[b]
        if in_b is not None and a in in_b:
            return b
        if in_a is not None and b in in_a:
            return a
        pair = a * _LARGEST + b if a < b else b * _LARGEST + a
        found = self._unions.get(pair)
        if found is None:
            found = self._unions[pair] = (
                self._made_of([a, b]) if in_a is None or in_b is None else self._of_members(in_a | in_b, [a, b])
            )
        return found

    def union(self, sets: list[int]) -> int:
        """The number of the union of several."""
        distinct = sorted(set(sets))
        if len(distinct) == 1:
            return distinct[0]
        together: frozenset[int] = frozenset()
        for number in distinct:
            members = self.few[number]
            if members is None or len(together) > _FEW:
                return self._made_of(distinct)
            together |= members
        return self._of_members(together, distinct)

    def _of_members(self, members: frozenset[int], sets: list[int]) -> int:
        """The number of these, which are in some sets, each of few."""
        size = len(members)
        for number in sets:
            part = self.few[number]
            if part is not None and len(part) == size:
                return number
        if size > _FEW:
            return self._made_of(sets)
        found = self._numbers.get(members)
        if found is None:
            found = self._numbers[members] = len(self.few)
            self.few.append(members)
        return found

    def _made_of(self, sets: list[int]) -> int:
        number = len(self.few)
        self.few.append(None)
        self.parts[number] = sets
        return number

    def members(self, number: int) -> list[int]:
        """The sources in a set, ascending."""
        few = self.few[number]
        if few is not None:
            return sorted(few)
        found: set[int] = set()
        seen: set[int] = set()
        waiting = [number]
        while waiting:
            number = waiting.pop()
            members = self.few[number]
            if members is not None:
                found |= members
                continue
            for part in self.parts[number]:
                if part not in seen:
                    seen.add(part)
                    waiting.append(part)
        return sorted(found)


def dependencies(graph: Subgraph, outputs: Sequence[Any]) -> list[list[int]]:
    """For every output the indices of the sources it depends on, ascending.

    An output depends on a source if an edge leads there, whatever number it holds at this point. All outputs of a
    block depend on all of its inputs. Whoever calls holds `SWEEP.lock`.

    Args:
        graph: between the outputs and the sources.
        outputs: Values, and numbers, which depend on nothing.
    """
    graph.mark_again()
    sets = _Sets(graph.ends)
    found: list[int] = list(range(graph.ends))
    order = graph.order
    for i in range(graph.ends, len(order)):
        node = order[i]
        rest, lhs, rhs = node._rest, node._lhs, node._rhs
        if rest is not None:
            places = [graph.place(x) for x in rest.variables]
            found.append(sets.union([found[place] for place in places if place >= 0]))
        else:
            left = _NONE if lhs is None else graph.place(lhs)
            right = _NONE if rhs is None else graph.place(rhs)
            found.append(
                sets.of_two(_NONE if left < 0 else found[left], _NONE if right < 0 else found[right]),
            )
    rows: list[list[int]] = []
    known: dict[int, list[int]] = {}
    for y in outputs:
        place = graph.place(y) if isinstance(y, Value) else -1
        if place < 0:
            rows.append([])
            continue
        number = found[place]
        row = known.get(number)
        if row is None:
            row = known[number] = sets.members(number)
        rows.append(row)
    return rows
