"""Derivatives carried through a recorded graph, backwards or forwards, without touching any `.grad`.

Each sweep works in floats, with the partials that were recorded, or *on the graph*: then the partials are recorded
in their turn, by the same rules, and what comes out can be differentiated again. Compiled with the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from autograd.engine.recording import OPEN, sweep_starts
from autograd.engine.value import MARKS, Value, nodes_below
from autograd.support.compilation import keep_attributes
from autograd.transforms.block import Block, Output
from autograd.transforms.on_graph import Inline, Terms, edges_on_graph, sum_of_products

_STRIDE: Final = 2**32  # between the marks of one walk and the next


class Subgraph:
    """The nodes between outputs and sources that depend on a source: operands first, the sources foremost.

    A sweep looks its nodes up by marks in them, which it renews; so whoever sweeps holds `SWEEP.lock`.

    Attributes:
        order: the nodes.
        foreign: whether gradients of the outputs also flow to variables that are not among the sources.
        ends: how many sources stand foremost, which a sweep goes no further from, though one may be made of another.
    """

    def __init__(self, outputs: Sequence[Value], sources: Sequence[Value], through: bool = False) -> None:
        """Walk the graph.

        Args:
            outputs: where to start.
            sources: by what to differentiate; they may be results themselves.
            through: whether to go on below the sources, one of which may lie below another.
        """
        mark: int = next(MARKS)
        self.order: list[Value] = []
        self.foreign: bool = False
        for x in () if through else sources:
            if x._mark < mark:
                x._mark = mark + 1  # as visited
                self.order.append(x)
        self.ends: int = len(self.order)
        wanted = {id(x) for x in sources} if through else set()
        walked = nodes_below(outputs, mark, False)
        self._mark: int = next(MARKS)  # mark + 1 + i is the i-th of the order
        self._end: int = self._mark + _STRIDE
        self.mark_again()
        for node in walked:
            rest, lhs, rhs = node._rest, node._lhs, node._rhs
            if rest is not None:
                depends = self._has_any(rest.variables)
            else:
                depends = (lhs is not None and self.place(lhs) >= 0) or (rhs is not None and self.place(rhs) >= 0)
            if depends or id(node) in wanted:
                self.order.append(node)
                node._mark = self._mark + len(self.order)
            elif node._primitive is None and not node._constant:
                self.foreign = True

    def _has_any(self, nodes: list[Value]) -> bool:
        for x in nodes:  # noqa: SIM110 - mypyc compiles a loop to a loop
            if self.place(x) >= 0:
                return True
        return False

    def place(self, node: Value) -> int:
        """Where a node stands in the order; -1 if it doesn't."""
        mark = node._mark
        return mark - self._mark - 1 if self._mark < mark < self._end else -1

    def places(self, nodes: Sequence[Value]) -> list[int]:
        return [self.place(x) for x in nodes]

    def mark_again(self) -> None:
        """After code that has walked over the same nodes."""
        for i, node in enumerate(self.order):
            node._mark = self._mark + 1 + i
        self._latest: int = next(MARKS)

    def mark_again_if_walked(self) -> None:
        """After code that may have: every walk takes the next of `MARKS`, and so does this look at them."""
        latest: int = next(MARKS)
        if latest == self._latest + _STRIDE:
            self._latest = latest
        else:
            self.mark_again()

    def mark_again_unless(self, nodes: Sequence[Value], places: list[int]) -> None:
        """After a rule, which differentiates something, perhaps: then it has walked over its operands."""
        if self.places(nodes) != places:
            self.mark_again()


keep_attributes(Subgraph)


def reverse_sweep(graph: Subgraph, seeds: Sequence[tuple[Value, Any]], sources: Sequence[Value]) -> list[float | None]:
    """The adjoints of the sources: Σ seed · d(output)/d(source), None where nothing flows.

    Args:
        graph: between the outputs and the sources.
        seeds: outputs, each with the factor its derivatives get; one of 0 flows, too, and is NaN times infinity.
        sources: by what to differentiate.
    """
    if OPEN:
        sweep_starts(graph.order, seeds)
    graph.mark_again()
    order = graph.order
    adjoints: list[float | None] = [None] * len(order)
    arrived: dict[int, list[Any]] = {}
    for output, seed in seeds:
        place = graph.place(output)
        if place >= 0:
            adjoints[place] = (adjoints[place] or 0.0) + seed
    for i in range(len(order) - 1, graph.ends - 1, -1):
        node = order[i]
        rest = node._rest
        upstream = adjoints[i]
        if rest is not None and rest.pullback is not None:
            places, pulled = _come_to_block(graph, node, i, upstream, adjoints, arrived)
            for place, total in zip(places, pulled, strict=True):
                if place >= 0 and total is not None:
                    adjoints[place] = total
        elif upstream is None:
            continue
        elif rest is not None:
            for x, partial in zip(rest.variables, rest.partials):  # noqa: B905 - as mypyc compiles it
                place = graph.place(x)
                if place >= 0:
                    old = adjoints[place]
                    adjoints[place] = (0.0 if old is None else old) + upstream * partial
        else:
            lhs, rhs = node._lhs, node._rhs
            if lhs is not None:
                place = graph.place(lhs)
                if place >= 0:
                    old = adjoints[place]
                    adjoints[place] = (0.0 if old is None else old) + upstream * node._dlhs
            if rhs is not None:
                place = graph.place(rhs)
                if place >= 0:
                    old = adjoints[place]
                    adjoints[place] = (0.0 if old is None else old) + upstream * node._drhs
    return [adjoints[graph.place(x)] for x in sources]


def reverse_sweep_on_graph(graph: Subgraph, seeds: Sequence[tuple[Value, Any]], sources: Sequence[Value]) -> list[Any]:
    """The same, recorded; a seed may be a Value."""
    graph.mark_again()
    order = graph.order
    terms = Terms(len(order))
    inline = Inline()
    arrived: dict[int, list[Any]] = {}
    for output, seed in seeds:
        terms.add(graph.place(output), seed, 1.0)
    for i in range(len(order) - 1, graph.ends - 1, -1):
        node = order[i]
        upstream = terms.total(i)
        row, rest = node._primitive, node._rest
        if rest is not None and rest.pullback is not None:
            places, pulled = _come_to_block(graph, node, i, upstream, None, arrived)
            for place, total in zip(places, pulled, strict=True):
                if total is not None:
                    terms.add(place, total, 1.0)
        elif upstream is None or row is None:
            continue
        elif rest is not None:
            before = graph.places(rest.variables)
            edges = edges_on_graph(node, rest, row)
            graph.mark_again_unless(rest.variables, before)
            for k in range(0, len(edges), 2):
                terms.add(graph.place(edges[k]), upstream, edges[k + 1])
        else:
            lhs, rhs = node._lhs, node._rhs
            left = -1 if lhs is None else graph.place(lhs)
            right = -1 if rhs is None else graph.place(rhs)
            inline.record(node, row)
            terms.add(left, upstream, inline.by_lhs)
            terms.add(right, upstream, inline.by_rhs)
            if (lhs is not None and graph.place(lhs) != left) or (rhs is not None and graph.place(rhs) != right):
                graph.mark_again()
    places = [graph.place(x) for x in sources]
    return [terms.total(place) if place >= 0 else None for place in places]


def forward_sweep(
    graph: Subgraph, seeds: Sequence[tuple[Value, Any]], outputs: Sequence[Any], on_graph: bool
) -> list[Any]:
    """The tangents of the outputs: Σ d(output)/d(source) · seed, None where nothing flows.

    Args:
        graph: between the outputs and the sources.
        seeds: sources, each with its tangent; one of 0 flows, too.
        outputs: what to differentiate, Values and numbers.
        on_graph: whether the tangents are to be recorded.
    """
    if not on_graph:
        return forward_sweeps(graph, [seeds], outputs)[0]
    graph.mark_again()
    order = graph.order
    tangents = _tangents(graph, seeds)
    pushed: dict[int, Sequence[Any]] = {}
    inline = Inline()
    for i in range(graph.ends, len(order)):
        node = order[i]
        row, rest = node._primitive, node._rest
        if rest is not None and rest.pullback is not None:
            tangents[i] = _push_through_block(graph, node, i, tangents, pushed, True)
            continue
        assert row is not None
        operands = [x for x in (node._lhs, node._rhs) if x is not None] if rest is None else rest.variables
        before = graph.places(operands)
        if rest is not None:
            edges = edges_on_graph(node, rest, row)
        else:
            inline.record(node, row)
            edges = [] if node._lhs is None else [node._lhs, inline.by_lhs]
            edges += [] if node._rhs is None else [node._rhs, inline.by_rhs]
        graph.mark_again_unless(operands, before)
        terms: list[Any] = []
        for k in range(0, len(edges), 2):
            tangent = tangents[graph.place(edges[k])]
            if tangent is not None and edges[k + 1] is not None:
                terms += [tangent, edges[k + 1]]
        if terms:
            tangents[i] = sum_of_products(terms)
    return [tangents[graph.place(y)] if isinstance(y, Value) else None for y in outputs]


def forward_sweeps(
    graph: Subgraph, seeds: Sequence[Sequence[tuple[Value, Any]]], outputs: Sequence[Any]
) -> list[list[float | None]]:
    """The same in floats, along several directions at once: a walk over the graph is most of the cost of each.

    Args:
        graph, outputs: as `forward_sweep`.
        seeds: of every direction, the sources, each with its tangent.
    """
    graph.mark_again()
    directions: list[list[Any]] = [_tangents(graph, along) for along in seeds]
    pushed: list[dict[int, Sequence[Any]]] = [{} for _ in seeds]
    order = graph.order
    for i in range(graph.ends, len(order)):
        node = order[i]
        rest = node._rest
        if rest is not None and rest.pullback is not None:
            for k, tangents in enumerate(directions):
                tangents[i] = _push_through_block(graph, node, i, tangents, pushed[k], False)
        elif rest is not None:
            places = [graph.place(x) for x in rest.variables]
            for tangents in directions:
                total, reached = 0.0, False
                for place, partial in zip(places, rest.partials):  # noqa: B905 - as mypyc compiles it
                    tangent: float | None = tangents[place]
                    if tangent is not None:
                        total += tangent * partial
                        reached = True
                if reached:
                    tangents[i] = total
        else:
            lhs, rhs = node._lhs, node._rhs
            by_lhs, by_rhs = node._dlhs, node._drhs
            at_lhs = -1 if lhs is None else graph.place(lhs)
            at_rhs = -1 if rhs is None else graph.place(rhs)
            for tangents in directions:
                left: float | None = tangents[at_lhs]
                right: float | None = tangents[at_rhs]
                if left is not None and right is not None:
                    tangents[i] = left * by_lhs + right * by_rhs
                elif left is not None:
                    tangents[i] = left * by_lhs
                elif right is not None:
                    tangents[i] = right * by_rhs
    places = [graph.place(y) if isinstance(y, Value) else -1 for y in outputs]
    return [[tangents[place] for place in places] for tangents in directions]


def _tangents(graph: Subgraph, seeds: Sequence[tuple[Value, Any]]) -> list[Any]:
    """By place in the order what a forward sweep starts from; None elsewhere, and at -1, of what has no place."""
    tangents: list[Any] = [None] * (len(graph.order) + 1)
    for source, seed in seeds:
        tangents[graph.place(source)] = seed
    return tangents


# ---------------------------------------------------------------------------------------------------------------------
# Blocks: one pullback, or one push, for all of the outputs


def _come_to_block(
    graph: Subgraph, node: Value, i: int, upstream: Any, adjoints: list[Any] | None, arrived: dict[int, list[Any]]
) -> tuple[list[int], Sequence[Any]]:
    """A reverse sweep has come to an output, or to the joint below all of them: then it pulls.

    Args:
        graph, node, i: what is swept, and where the sweep is.
        upstream: what has come to an output.
        adjoints: what has come to each node so far, to which is added; None on the graph.
        arrived: what has come to the outputs, by the place of the joint.

    Returns:
        The places of the block's inputs, and what is pulled to each; None where nothing flows.
    """
    rest, output = node._rest, node._primitive
    assert rest is not None
    block = rest.pullback
    assert isinstance(block, Block)
    if isinstance(output, Output):
        if upstream is not None:
            joint = graph.place(rest.variables[0])
            if joint not in arrived:
                arrived[joint] = [None] * block.count
            arrived[joint][output.position] = upstream
        return [], []
    if i not in arrived:
        return [], []
    places = [graph.place(x) for x in block.inputs]
    start: list[Any] = [None] * len(places)
    if adjoints is None:
        block.check_unchanged()
    else:
        start = [adjoints[place] if place >= 0 else None for place in places]
    with block.as_called():
        pulled = block.pull(arrived[i], start, adjoints is None)
    graph.mark_again_if_walked()
    return places, pulled


def _push_through_block(
    graph: Subgraph, node: Value, i: int, tangents: list[Any], pushed: dict[int, Sequence[Any]], on_graph: bool
) -> Any:
    """The tangent of an output; of the joint none, but what its outputs will get."""
    rest, output = node._rest, node._primitive
    assert rest is not None
    block = rest.pullback
    assert isinstance(block, Block)
    if isinstance(output, Output):
        return pushed[graph.place(rest.variables[0])][output.position]
    along = [tangents[graph.place(x)] for x in block.inputs]
    if on_graph:
        block.check_unchanged()
    with block.as_called():
        found = block.push(along, on_graph)
    if found is None:
        found = []
        for k in range(block.count):
            cotangents: list[Any] = [None] * block.count
            cotangents[k] = 1.0
            with block.as_called():
                row = block.pull(cotangents, [None] * len(along), on_graph)
            terms: list[Any] = []
            for tangent, partial in zip(along, row, strict=True):
                if tangent is not None and partial is not None:
                    terms += [tangent, partial]
            found.append(sum_of_products(terms) if terms else None)
    pushed[i] = found
    graph.mark_again_if_walked()
    return None
