"""Which outputs depend on which sources, read from a recorded graph. Compiled with the engine.

Of every node is kept what it depends on: one source as its index, a few as a set, more as a list of what its operands
depend on, to be gone through where an output asks for it. So memory grows with the graph, never with its square.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from autograd.engine.value import Value
from autograd.transforms.sweeps import Subgraph

_FEW: Final = 32


def dependencies(graph: Subgraph, outputs: Sequence[Any]) -> list[list[int]]:
    """For every output the indices of the sources it depends on, ascending.

    An output depends on a source if an edge leads there, whatever number it holds at this point. All outputs of a
    block depend on all of its inputs. Whoever calls holds `SWEEP.lock`.

    Args:
        graph: between the outputs and the sources.
        outputs: Values, and numbers, which depend on nothing.
    """
    graph.mark_again()
    found: list[Any] = list(range(graph.ends))
    order = graph.order
    for i in range(graph.ends, len(order)):
        node = order[i]
        rest, lhs, rhs = node._rest, node._lhs, node._rhs
        if rest is not None:
            found.append(_of_many([found[place] for x in rest.variables if (place := graph.place(x)) >= 0]))
            continue
        left: Any = None
        right: Any = None
        if lhs is not None and (place := graph.place(lhs)) >= 0:
            left = found[place]
        if rhs is not None and (place := graph.place(rhs)) >= 0:
            right = found[place]
        found.append(right if left is None else left if right is None or left is right else _of_two(left, right))
    rows: list[list[int]] = []
    known: dict[int, list[int]] = {}
    for y in outputs:
        place = graph.place(y) if isinstance(y, Value) else -1
        if place < 0:
            rows.append([])
            continue
        depends = found[place]
        row = known.get(id(depends))
        if row is None:
            row = known[id(depends)] = _listed(depends)
        rows.append(row)
    return rows


def _of_two(a: Any, b: Any) -> Any:
    if type(a) is list or type(b) is list:
        return [a, b]
    if type(a) is int and type(b) is int:
        return a if a == b else frozenset((a, b))
    return _of_many([a, b])


def _of_many(parts: list[Any]) -> Any:
    """What depends on all of these: one of them, where that is as much."""
    distinct: dict[int, Any] = {id(part): part for part in parts}
    if len(distinct) == 1:
        return parts[0]
    union: set[int] = set()
    for part in distinct.values():
        if type(part) is int:
            union.add(part)
        elif type(part) is frozenset:
            union |= part
        else:
            return list(distinct.values())
        if len(union) > _FEW:
            return list(distinct.values())
    for part in distinct.values():
        if type(part) is frozenset and len(part) == len(union):
            return part
    return frozenset(union) if len(union) > 1 else union.pop()


def _listed(depends: Any) -> list[int]:
    """The indices, ascending."""
    indices: set[int] = set()
    seen: set[int] = set()
    waiting: list[Any] = [depends]
    while waiting:
        part = waiting.pop()
        if type(part) is int:
            indices.add(part)
        elif type(part) is frozenset:
            indices |= part
        elif id(part) not in seen:
            seen.add(id(part))
            waiting += part
    return sorted(indices)
