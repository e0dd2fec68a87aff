"""Derivatives carried through a recorded graph, backwards or forwards, without touching any `.grad`.

Each sweep works in floats, with the partials that were recorded, or *on the graph*: then the partials are recorded
in their turn, by the same rules, and what comes out can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd.engine.errors import describe_all
from autograd.engine.graph import topological_order
from autograd.engine.reductions import dot
from autograd.engine.reductions import sum as sum_of
from autograd.engine.value import Value, constant

Number = Value | float


def adjoints(y: Value, xs: Iterable[Value]) -> list[Value]:
    """The derivatives of y by each of xs as Values, which can be differentiated again; no `.grad` is touched.

    An edge whose partial is the plain number 0.0 by its rule (relu where it is flat) counts as no edge.

    Args:
        y: the output.
        xs: variables, or results on the way to y.

    Raises:
        TypeError: if y or one of xs is no Value.
        RuntimeError: if the data of an operand was changed since it was used.

    >>> x = Value(3.0)
    >>> (slope,) = adjoints(x**3.0, [x])
    >>> (curvature,) = adjoints(slope, [x])
    >>> slope.data, curvature.data, x.grad
    (27.0, 18.0, 0.0)
    """
    if isinstance(xs, Value):
        raise TypeError("adjoints: xs must be a list of Values, got one Value; write adjoints(y, [x])")
    sources = list(xs)
    for x in sources:
        if not isinstance(x, Value):
            raise TypeError(f"adjoints: xs must hold Values, got {type(x).__name__} {x!r}")
    found = reverse_sweep([(y, 1.0)], sources, topological_order(y))
    return [x if isinstance(x, Value) else constant(x) for x in found]


def reverse_sweep(
    seeds: Iterable[tuple[Value, Number]], sources: Sequence[Value], order: Sequence[Value]
) -> list[Number]:
    """The adjoints of the sources, recorded: Σ seed · d(output)/d(source), 0.0 where nothing flows.

    Args:
        seeds: outputs, each with the factor its derivatives get.
        sources: by what to differentiate; they may be results themselves.
        order: the nodes below the outputs, operands first; the sources and what lies below them may be left out.
    """
    order, inside = _unfolded(order)
    reached = {id(x) for x in sources}  # the nodes that depend on a source
    for node in order:
        for x, _ in _edges(node, inside):
            if id(x) in reached:
                reached.add(id(node))
                break
    terms: dict[int, list[tuple[Number, Number]]] = {}
    for output, seed in seeds:
        terms.setdefault(id(output), []).append((seed, 1.0))
    for node in reversed(order):
        if id(node) in terms and id(node) in reached:
            upstream = _sum_of_products(terms[id(node)])
            terms[id(node)] = [(upstream, 1.0)]
            for x, partial in _edges_on_graph(node, inside):
                if isinstance(x, Value) and id(x) in reached:
                    terms.setdefault(id(x), []).append((upstream, partial))
    return [_sum_of_products(terms.get(id(x), [])) for x in sources]


def forward_sweep(
    seeds: Iterable[tuple[Value, Number]], outputs: Sequence[Number], order: Sequence[Value], on_graph: bool
) -> list[Number]:
    """The tangents of the outputs: Σ d(output)/d(source) · seed, 0.0 where nothing flows.

    Args:
        seeds: sources, each with its tangent.
        outputs: what to differentiate.
        order: the nodes between sources and outputs, operands first.
        on_graph: whether the tangents are to be recorded.
    """
    order, inside = _unfolded(order)
    tangent = {id(x): seed for x, seed in seeds}
    for node in order:
        edges: Iterable[tuple[Number, Number]] = _edges(node, inside)
        if on_graph and any(id(x) in tangent for x, _ in edges):
            edges = _edges_on_graph(node, inside)
        terms = [(tangent[id(x)], partial) for x, partial in edges if id(x) in tangent]
        if terms:
            tangent[id(node)] = _sum_of_products(terms)
    return [tangent.get(id(y), 0.0) for y in outputs]


def _unfolded(order: Sequence[Value]) -> tuple[list[Value], dict[int, Number]]:
    """The order with what is inside checkpoints, computed again, and what each of their outputs stands for."""
    nodes: list[Value] = []
    inside: dict[int, Number] = {}
    outputs: dict[int, list[Number]] = {}  # by checkpoint
    for node in order:
        if node.segment is None:
            nodes.append(node)
            continue
        joint, position = node.segment.place(node)
        if position is None:
            outputs[id(joint)] = again = node.segment.outputs_again(node.segment.inputs)
            below = topological_order(*(y for y in again if isinstance(y, Value)), until=node.segment.inputs)
            operations, further = _unfolded(below)
            nodes += operations
            inside |= further
        else:
            nodes.append(node)
            inside[id(node)] = outputs[id(joint)][position]
    return nodes, inside


def _edges(node: Value, inside: dict[int, Number]) -> Sequence[tuple[Number, float]]:
    """What an operation was computed from, each with the local derivative by it."""
    return [(inside[id(node)], 1.0)] if id(node) in inside else node.edges


def _edges_on_graph(node: Value, inside: dict[int, Number]) -> list[tuple[Number, Number]]:
    """The same, the derivatives recorded anew as functions of the operands."""
    if id(node) in inside or node.primitive is None:
        return list(_edges(node, inside))
    operands = node.operands
    edges: list[tuple[Number, Number]] = []
    for x, was, partial in zip(operands, node.partials, node.primitive.partials_at(operands, node), strict=True):
        now = partial.data if isinstance(partial, Value) else partial
        if was is not None and now != was and not (now != now and was != was):
            raise RuntimeError(
                f"{node.primitive.name}({describe_all(operands)}): the data of an operand was changed after this "
                f"was computed (its local derivative was {was!r}, now it is {now!r}); compute it again first"
            )
        # A partial that is 0.0 whatever the operands are is no edge: nothing flows, not even 0 times infinity.
        if was is not None and not (type(partial) is float and partial == 0.0):
            edges.append((x, partial))
    return edges


def _sum_of_products(terms: Sequence[tuple[Number, Number]]) -> Number:
    """Σ factor · partial, recorded as one operation if it must be; a partial or a factor of 1.0 costs none."""
    total: Number
    if len(terms) == 1:
        ((factor, partial),) = terms
        if type(partial) is float and partial == 1.0:
            return factor
        if type(factor) is float and factor == 1.0:
            return partial
        total = factor * partial
    elif all(type(partial) is float and partial == 1.0 for _, partial in terms):
        total = sum_of([factor for factor, _ in terms])
    else:
        total = dot(*zip(*terms, strict=True))
    return total
