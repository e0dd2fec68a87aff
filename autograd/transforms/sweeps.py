"""Derivatives carried through a recorded graph, backwards or forwards, without touching any `.grad`.

Each sweep works in floats, with the partials that were recorded, or *on the graph*: then the partials are recorded
in their turn, by the same rules, and what comes out can be differentiated again. Compiled with the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.engine.recording import OPEN, sweep_starts
from autograd.engine.reductions import dot
from autograd.engine.reductions import sum as sum_of
from autograd.engine.value import MARKS, Value, marked
from autograd.support.compilation import keep_attributes
from autograd.transforms.block import Block, Output

_ROOM: Final = 2**32 - 1  # of the marks of one walk
_ADD: Final[Primitive] = p.add
_SUB: Final[Primitive] = p.sub
_NEG: Final[Primitive] = p.neg
_MUL: Final[Primitive] = p.mul
_DIV: Final[Primitive] = p.div
_POW: Final[Primitive] = p.pow
_SUM: Final[Primitive] = p.sum
_MEAN: Final[Primitive] = p.mean
_DOT: Final[Primitive] = p.dot


class Subgraph:
    """The nodes between outputs and sources that depend on a source: operands first, the sources foremost.

    A sweep looks its nodes up by marks in them, which it renews; so whoever sweeps holds `SWEEP.lock`.

    Attributes:
        order: the nodes.
        foreign: whether gradients of the outputs also flow to variables that are not among the sources.
    """

    def __init__(self, outputs: Sequence[Value], sources: Sequence[Value], through: bool) -> None:
        """Walk the graph, depth first, with a stack of its own.

        Args:
            outputs: where to start.
            sources: by what to differentiate; they may be results themselves.
            through: whether to go on below the sources, one of which may lie below another.
        """
        mark: int = next(MARKS)
        order: list[Value] = []
        self.order = order
        self.foreign: bool = False
        self._mark: int = mark  # of a node whose operands are being walked; mark + 1 + i is the i-th of the order
        self._aside: int = mark + _ROOM  # of a node that depends on no source
        wanted = {id(x) for x in sources} if through else set()
        for x in () if through else sources:
            if x._mark < mark:
                order.append(x)
                x._mark = mark + len(order)
        waiting: list[Value] = []
        for output in outputs:
            waiting.append(output)
            while waiting:
                node = waiting[-1]
                rest, lhs, rhs = node._rest, node._lhs, node._rhs
                if node._mark < mark:
                    node._mark = mark
                    before = len(waiting)
                    if rest is not None:
                        for x in reversed(rest.variables):
                            if x._mark < mark:
                                waiting.append(x)
                    else:
                        if rhs is not None and rhs._mark < mark:
                            waiting.append(rhs)
                        if lhs is not None and lhs._mark < mark:
                            waiting.append(lhs)
                    if len(waiting) > before:
                        continue
                waiting.pop()
                if node._mark != mark:
                    continue  # met twice, and done
                if rest is not None:
                    depends = self._has_any(rest.variables)
                else:
                    depends = (lhs is not None and self.place(lhs) >= 0) or (rhs is not None and self.place(rhs) >= 0)
                if depends or (through and id(node) in wanted):
                    order.append(node)
                    node._mark = mark + len(order)
                else:
                    node._mark = self._aside
                    if node._primitive is None and not node._constant:
                        self.foreign = True

    def _has_any(self, nodes: list[Value]) -> bool:
        for x in nodes:  # noqa: SIM110 - mypyc compiles a loop to a loop
            if self.place(x) >= 0:
                return True
        return False

    def place(self, node: Value) -> int:
        """Where a node stands in the order; -1 if it doesn't."""
        mark = node._mark
        return mark - self._mark - 1 if self._mark < mark < self._aside else -1

    def mark_again(self) -> None:
        """After code that may have walked over the same nodes."""
        for i, node in enumerate(self.order):
            node._mark = self._mark + 1 + i


keep_attributes(Subgraph)


def reverse_sweep(graph: Subgraph, seeds: Sequence[tuple[Value, Any]], sources: Sequence[Value]) -> list[float | None]:
    """The adjoints of the sources: Σ seed · d(output)/d(source), None where nothing flows.

    Args:
        graph: between the outputs and the sources.
        seeds: outputs, each with the factor its derivatives get. From a factor of 0 nothing flows.
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
        if place >= 0 and seed != 0.0:
            adjoints[place] = (adjoints[place] or 0.0) + seed
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        rest = node._rest
        upstream = adjoints[i]
        if rest is not None and rest.pullback is not None:
            _come_to_block(graph, node, i, upstream, adjoints, arrived, False)
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
    places = [graph.place(x) for x in sources]
    return [adjoints[place] if place >= 0 else None for place in places]


def reverse_sweep_on_graph(graph: Subgraph, seeds: Sequence[tuple[Value, Any]], sources: Sequence[Value]) -> list[Any]:
    """The same, recorded; a seed may be a Value."""
    graph.mark_again()
    order = graph.order
    terms: list[Any] = [None] * len(order)  # of each node what adds up to its adjoint, as factors and partials
    arrived: dict[int, list[Any]] = {}
    for output, seed in seeds:
        if not (type(seed) is float and seed == 0.0):
            _add_term(graph, terms, output, seed, 1.0)
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        if terms[i] is not None:
            terms[i] = _sum_of_products(terms[i])
        upstream = terms[i]
        rest = node._rest
        if rest is not None and rest.pullback is not None:
            _come_to_block(graph, node, i, upstream, terms, arrived, True)
        elif upstream is not None and node._primitive is not None:
            edges = edges_on_graph(node, node._primitive)
            for k in range(0, len(edges), 2):
                _add_term(graph, terms, edges[k], upstream, edges[k + 1])
    places = [graph.place(x) for x in sources]
    return [terms[place] if place >= 0 else None for place in places]


def _add_term(graph: Subgraph, terms: list[Any], x: Value, factor: Any, partial: Any) -> None:
    """Note a product that adds to the adjoint of x: factors and partials, one after the other."""
    place = graph.place(x)
    if place >= 0:
        known: list[Any] | None = terms[place]
        if known is None:
            terms[place] = [factor, partial]
        else:
            known.append(factor)
            known.append(partial)


def edges_on_graph(node: Value, row: Primitive) -> list[Any]:
    """The operands something flows back to, each followed by the local derivative, recorded anew by the row's rule.

    What is frequent is said inline; the tests hold it to the table.
    """
    rest = node._rest
    edges: list[Any] = []
    if rest is None:
        lhs, rhs = node._lhs, node._rhs
        if lhs is not None and rhs is not None and row is _MUL:
            return [lhs, rhs, rhs, lhs]
        if lhs is not None and rhs is None and row is _POW and node._drhs == 2.0:
            return [lhs, lhs.__mul__(2.0)]
        if row is _ADD or row is _SUB or row is _NEG or (row is _MUL or (row is _DIV and rhs is None)):
            if rhs is None:
                return [lhs, node._dlhs]
            return [rhs, node._drhs] if lhs is None else [lhs, node._dlhs, rhs, node._drhs]
    elif row is _SUM or row is _MEAN:
        for x, slope in zip(rest.variables, rest.partials, strict=True):
            edges += [x, slope]
        return edges
    elif row is _DOT:
        operands = rest.operands
        half = len(operands) // 2
        for place, x in zip(rest.places, rest.variables, strict=True):
            edges += [x, operands[place + half if place < half else place - half]]
        return edges
    given = node.operands
    for operand, partial in zip(given, row.partials_at(marked(given, given), node), strict=True):
        if partial is not None and isinstance(operand, Value) and not operand._constant:
            edges += [operand, partial]
    return edges


def forward_sweep(
    graph: Subgraph, seeds: Sequence[tuple[Value, Any]], outputs: Sequence[Any], on_graph: bool
) -> list[Any]:
    """The tangents of the outputs: Σ d(output)/d(source) · seed, None where nothing flows.

    Args:
        graph: between the outputs and the sources.
        seeds: sources, each with its tangent. From a tangent of 0 nothing flows.
        outputs: what to differentiate, Values and numbers.
        on_graph: whether the tangents are to be recorded.
    """
    graph.mark_again()
    order = graph.order
    tangents: list[Any] = [None] * len(order)
    for source, seed in seeds:
        if not (type(seed) is float and seed == 0.0):
            tangents[graph.place(source)] = seed
    pushed: dict[int, Sequence[Any]] = {}
    for i, node in enumerate(order):
        rest = node._rest
        if node._primitive is None or tangents[i] is not None:
            continue
        if rest is not None and rest.pullback is not None:
            tangents[i] = _push_through_block(graph, node, i, tangents, pushed, on_graph)
        elif on_graph:
            terms: list[Any] = []
            edges = edges_on_graph(node, node._primitive)
            for k in range(0, len(edges), 2):
                place = graph.place(edges[k])
                if place >= 0 and tangents[place] is not None:
                    terms += [tangents[place], edges[k + 1]]
            if terms:
                tangents[i] = _sum_of_products(terms)
        elif rest is not None:
            total, reached = 0.0, False
            for x, partial in zip(rest.variables, rest.partials):  # noqa: B905 - as mypyc compiles it
                place = graph.place(x)
                if place >= 0:
                    tangent: float | None = tangents[place]
                    if tangent is not None:
                        total += tangent * partial
                        reached = True
            if reached:
                tangents[i] = total
        else:
            lhs, rhs = node._lhs, node._rhs
            left: float | None = None if lhs is None or graph.place(lhs) < 0 else tangents[graph.place(lhs)]
            right: float | None = None if rhs is None or graph.place(rhs) < 0 else tangents[graph.place(rhs)]
            if left is not None and right is not None:
                tangents[i] = left * node._dlhs + right * node._drhs
            elif left is not None:
                tangents[i] = left * node._dlhs
            elif right is not None:
                tangents[i] = right * node._drhs
    places = [graph.place(y) if isinstance(y, Value) else -1 for y in outputs]
    return [tangents[place] if place >= 0 else None for place in places]


# ---------------------------------------------------------------------------------------------------------------------
# Blocks: one pullback, or one push, for all of the outputs


def _come_to_block(
    graph: Subgraph,
    node: Value,
    i: int,
    upstream: Any,
    adjoints: list[Any],
    arrived: dict[int, list[Any]],
    on_graph: bool,
) -> None:
    """A reverse sweep has come to an output, or to the joint below all of them."""
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
        return
    if i not in arrived:
        return
    if on_graph:
        block.check_unchanged()
    places = [graph.place(x) for x in block.inputs]
    start = [adjoints[place] if place >= 0 else None for place in places]
    if on_graph:  # there, what has come so far is a list of terms, to which one more is added
        start = [None] * len(places)
    pulled = block.pull(arrived[i], start, on_graph)
    graph.mark_again()
    for place, x, total in zip(places, block.inputs, pulled, strict=True):
        if place >= 0 and total is not None:
            if on_graph:
                _add_term(graph, adjoints, x, total, 1.0)
            else:
                adjoints[place] = total


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
    places = [graph.place(x) for x in block.inputs]
    along = [tangents[place] if place >= 0 else None for place in places]
    if on_graph:
        block.check_unchanged()
    found = block.push(along, on_graph)
    if found is None:
        found = []
        for k in range(block.count):
            cotangents: list[Any] = [None] * block.count
            cotangents[k] = 1.0
            row = block.pull(cotangents, [None] * len(along), on_graph)
            terms: list[Any] = []
            for tangent, partial in zip(along, row, strict=True):
                if tangent is not None and partial is not None:
                    terms += [tangent, partial]
            found.append(_sum_of_products(terms) if terms else None)
    pushed[i] = found
    graph.mark_again()
    return None


def _sum_of_products(terms: list[Any]) -> Any:
    """Σ factor · partial, the factors and partials one after the other; a partial or a factor of 1.0 costs nothing.

    A few products are added up, more of them recorded as one operation.
    """
    if len(terms) > 8:
        factors, partials = terms[::2], terms[1::2]
        for partial in partials:
            if type(partial) is not float or partial != 1.0:
                return dot(factors, partials)
        return sum_of(factors)
    total = _product(terms[0], terms[1])
    for i in range(2, len(terms), 2):
        total = total + _product(terms[i], terms[i + 1])
    return total


def _product(factor: Any, partial: Any) -> Any:
    if type(partial) is float and partial == 1.0:
        return factor
    if type(factor) is float and factor == 1.0:
        return partial
    return factor.__mul__(partial) if isinstance(factor, Value) else factor * partial
