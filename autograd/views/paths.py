"""The paths from one node of a graph to another: counted, listed, or grouped, never one by one if there are many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd.engine.value import Value

MOST_COUNTED = 10**15


class Edge(NamedTuple):
    """One factor of the chain rule: the derivative of a node by one below it.

    Attributes:
        above, below: the nodes.
        number: the derivative.
        position: which operand the edge leads to; None if it leads through other nodes.
        label: tells it from another edge between the same nodes; empty if it is the only one.
        together: how many paths are taken together in it without being written out; 0 if it is to be derived.
    """

    above: Value
    below: Value
    number: float
    position: int | None = None
    label: str = ""
    together: int = 0


Path = list[Edge]


def product(path: Path) -> float:
    """The product of the factors of a path."""
    return math.prod(edge.number for edge in path)


def edges_down(node: Value) -> Iterator[Edge]:
    """The edges along which a gradient flows from a node to its operands, in order."""
    for position, (operand, partial) in enumerate(zip(node.operands, node.partials, strict=True)):
        if isinstance(operand, Value) and partial is not None:
            yield Edge(node, operand, partial, position)


def _below(node: Value) -> list[int]:
    """The ids of the operands to which a gradient flows."""
    return [id(x) for x, partial in zip(node.operands, node.partials, strict=True) if partial is not None]


def nodes_between(order: Sequence[Value], y: Value, x: Value) -> list[Value]:
    """The nodes on paths from y to x, out of a topological order: x first, y last; none if there is no path."""
    above_x = {id(x)} if any(node is x for node in order) else set()
    for node in order:
        if not above_x.isdisjoint(_below(node)):
            above_x.add(id(node))
    below_y = {id(y)}
    for node in reversed(order):
        if id(node) in below_y and node is not x:
            below_y.update(_below(node))
    return [node for node in order if id(node) in above_x and id(node) in below_y]


class Paths:
    """The paths from a node y down to a node x, from one *landmark* to the next.

    Landmarks are y, x, and the nodes with a label. A node without one that is only used on the way from one landmark
    is folded into the factors that start there. Without folding, every node is a landmark.

    Args:
        nodes: as of `nodes_between`.
        fold: whether to fold.

    Attributes:
        landmarks: results first, by id.
        edges: of every landmark, the factors to landmarks below.
        folded: of every landmark, the nodes folded into its factors, results first.
        adjoints: ∂y/∂landmark.
        count: how many paths there are; more than 10¹⁵ are not counted.
    """

    def __init__(self, nodes: Sequence[Value], fold: bool) -> None:
        self.x, self.y = nodes[0], nodes[-1]
        self.landmarks: dict[int, Value] = {}
        self.edges: dict[int, list[Edge]] = {}
        self.folded: dict[int, list[Value]] = {}
        self.adjoints: dict[int, float] = {}
        self._paths_to: dict[int, int] = {}
        arriving: dict[int, dict[int, list[Edge]]] = {id(node): {} for node in nodes}  # by the landmark they start from
        for node in reversed(nodes):
            above = arriving.pop(id(node))
            if fold and len(above) == 1 and not node.label and node is not self.x:
                [(top, edges)] = above.items()
                upstream = sum(edge.number for edge in edges)
                self.folded[top].append(node)
            else:
                top, upstream = id(node), 1.0
                self._add_landmark(node, [_merged(edges) if fold else _labelled(edges) for edges in above.values()])
            for edge in edges_down(node) if node is not self.x else ():
                if id(edge.below) in arriving:
                    if top != id(node):
                        edge = Edge(self.landmarks[top], edge.below, upstream * edge.number)
                    arriving[id(edge.below)].setdefault(top, []).append(edge)
        for edges in self.edges.values():
            edges.reverse()  # as the operands stand
        self.count = self._paths_to[id(self.x)]

    def _add_landmark(self, node: Value, above: list[list[Edge]]) -> None:
        self.landmarks[id(node)], self.edges[id(node)], self.folded[id(node)] = node, [], []
        first = node is self.y
        self.adjoints[id(node)], self._paths_to[id(node)] = (1.0, 1) if first else (0.0, 0)
        for edge in (edge for edges in above for edge in edges):
            top = id(edge.above)
            self.edges[top].append(edge)
            self.adjoints[id(node)] += self.adjoints[top] * edge.number
            self._paths_to[id(node)] = min(self._paths_to[id(node)] + self._paths_to[top], MOST_COUNTED)

    def each(self) -> Iterator[Path]:
        """Every path, depth first."""
        path: Path = []
        branches = [iter(self.edges[id(self.y)])]
        while branches:
            edge = next(branches[-1], None)
            if edge is None:
                branches.pop()
                del path[-1:]
            elif edge.below is self.x:
                yield [*path, edge]
            else:
                path.append(edge)
                branches.append(iter(self.edges[id(edge.below)]))

    def groups(self) -> list[Path]:
        """All paths, by the edge with which they reach x: at most two factors each, the largest product first."""
        groups: list[Path] = []
        for here, node in self.landmarks.items():
            all_the_way = Edge(self.y, node, self.adjoints[here], together=self._paths_to[here])
            before = [] if node is self.y else [all_the_way]
            groups += [[*before, edge] for edge in self.edges[here] if edge.below is self.x]
        return sorted(groups, key=lambda path: -abs(product(path)))


def _merged(edges: list[Edge]) -> list[Edge]:
    """The edges from one landmark to another as one factor."""
    return edges if len(edges) == 1 else [Edge(edges[0].above, edges[0].below, sum(edge.number for edge in edges))]


def _labelled(edges: list[Edge]) -> list[Edge]:
    """The edges from one node to another, the last first, told apart if there are several."""
    return edges if len(edges) == 1 else [edge._replace(label=str(i)) for i, edge in enumerate(edges, 1)][::-1]
