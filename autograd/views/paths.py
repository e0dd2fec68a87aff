"""The paths from one node of a graph to another: counted, listed, or grouped, never one by one if there are many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograd.engine.value import Value
from autograd.transforms.chain_rule import Contribution, Edge, contributions, edges_down, totals

MOST_COUNTED = 10**15


@dataclass(frozen=True, slots=True)
class Factor(Edge[Value, float]):
    """One factor of the chain rule: an edge, or many taken together.

    Attributes:
        label: tells it from another factor between the same nodes; empty if it is the only one.
        together: how many paths are taken together in it without being written out; 0 if it is to be derived.
    """

    label: str = ""
    together: int = 0


Path = list[Factor]


def product(path: Path) -> float:
    """The product of the factors of a path."""
    return math.prod(factor.partial for factor in path)


class Paths:
    """The paths from a node y down to a node x, from one *landmark* to the next.

    Landmarks are y, x, and the nodes with a label. A node without one that is only used on the way from one landmark
    is folded into the factors that start there. Without folding, every node is a landmark.

    Args:
        nodes: as of `nodes_between`.
        fold: whether to fold.

    Attributes:
        regions: of every landmark, itself and the nodes folded into its factors; results first, both.
        factors: of every landmark, those to landmarks below.
        adjoints: ∂y/∂landmark.
        count: how many paths there are; more than 10¹⁵ are not counted.
    """

    def __init__(self, nodes: Sequence[Value], fold: bool) -> None:
        self.x, self.y = nodes[0], nodes[-1]
        self._place = {node: i for i, node in enumerate(nodes)}
        self._edges = {node: [edge for edge in edges_down(node) if edge.below in self._place] for node in nodes}
        self._edges[self.x] = []
        self.regions: dict[Value, list[Value]] = {}
        used_from: dict[Value, set[Value]] = {node: set() for node in nodes}  # which landmarks
        for node in reversed(nodes):
            tops = used_from.pop(node)
            if not fold or len(tops) != 1 or node.label or node is self.x:
                tops, self.regions[node] = {node}, []
            (top,) = tops
            self.regions[top].append(node)
            for edge in self._edges[node]:
                used_from[edge.below].add(top)
        self.factors = {landmark: self._factors(landmark, fold) for landmark in self.regions}
        seed = {self.y: 1.0}
        self.adjoints = seed | totals(contributions(self.regions, seed, self.factors.__getitem__, zero=0.0))
        counts = seed | totals(contributions(self.regions, seed, self._ones, zero=0.0))
        self._paths_to = {landmark: int(min(count, MOST_COUNTED)) for landmark, count in counts.items()}
        self.count = self._paths_to[self.x]

    def _factors(self, landmark: Value, fold: bool) -> list[Factor]:
        """The factors from a landmark down to others, as the operands stand."""
        arriving: dict[Value, list[Contribution[Value, float]]] = {}
        for way in contributions(self.regions[landmark], {landmark: 1.0}, self._edges.__getitem__, zero=0.0):
            if way.edge.below in self.regions:
                arriving.setdefault(way.edge.below, []).append(way)
        factors: list[Factor] = []
        for below in sorted(arriving, key=self._place.__getitem__):
            ways = arriving[below]
            if fold and (len(ways) > 1 or ways[0].edge.above is not landmark):
                factors.append(Factor(landmark, below, ways[-1].new))
                continue
            for i, (edge, *_) in enumerate(ways, 1):
                label = str(i) if len(ways) > 1 else ""
                factors.append(Factor(landmark, below, edge.partial, edge.position, label))
        return factors

    def _ones(self, landmark: Value) -> list[Edge[Value, float]]:
        """The factors, each 1: the chain rule then counts the paths."""
        return [Edge(landmark, factor.below, 1.0) for factor in self.factors[landmark]]

    def each(self) -> Iterator[Path]:
        """Every path, depth first."""
        path: Path = []
        branches = [iter(self.factors[self.y])]
        while branches:
            factor = next(branches[-1], None)
            if factor is None:
                branches.pop()
                del path[-1:]
            elif factor.below is self.x:
                yield [*path, factor]
            else:
                path.append(factor)
                branches.append(iter(self.factors[factor.below]))

    def groups(self) -> list[Path]:
        """All paths, by the edge with which they reach x: at most two factors each, the largest product first."""
        groups: list[Path] = []
        for node, factors in self.factors.items():
            all_the_way = Factor(self.y, node, self.adjoints[node], together=self._paths_to[node])
            before = [] if node is self.y else [all_the_way]
            groups += [[*before, factor] for factor in factors if factor.below is self.x]
        return sorted(groups, key=lambda path: -abs(product(path)))
