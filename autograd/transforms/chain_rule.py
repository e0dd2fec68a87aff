"""The chain rule an edge at a time, for whoever shows or inspects it; `backward` and the sweeps are the fast way."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from autograd.engine.primitive import Primitive
from autograd.engine.recording import ieee
from autograd.engine.value import Value, number_of
from autograd.support.errors import describe_all

N = TypeVar("N", bound=Hashable)
T = TypeVar("T", bound=Any)  # what can be multiplied and added


@dataclass(frozen=True, slots=True)
class Edge(Generic[N, T]):
    """What a gradient flows along, from a result to one of its operands.

    Attributes:
        above, below: the nodes: Values, or whatever stands for them.
        partial: the local derivative of the one by the other.
        position: which operand it leads to; None if it leads through other nodes.
    """

    above: N
    below: N
    partial: T
    position: int | None = None


class Contribution(NamedTuple, Generic[N, T]):
    """What one edge adds to a gradient.

    Attributes:
        edge: where it flows.
        upstream: the gradient of the node above, complete.
        term: upstream × partial.
        old, new: the gradient of the node below, before and after.
    """

    edge: Edge[N, T]
    upstream: T
    term: T
    old: T | None
    new: T


def operand_partials(node: Value) -> list[tuple[Value | float, float | None]]:
    """The operands of a node, each with the local derivative by it; None where nothing flows back."""
    return list(zip(node.operands, node.partials, strict=True))


def edges_of(above: N, operands: Iterable[Any], partials: Iterable[T | None]) -> list[Edge[N, T]]:
    """The edges that lead down from a node, in the order of its operands; none where the partial is None."""
    pairs = enumerate(zip(operands, partials, strict=True))
    return [Edge(above, below, partial, position) for position, (below, partial) in pairs if partial is not None]


def edges_down(node: Value) -> list[Edge[Value, float]]:
    """The edges along which a gradient flows from a node.

    >>> x = Value(3.0)
    >>> [(edge.position, edge.partial) for edge in edges_down(x * 2.0)]
    [(0, 2.0)]
    """
    return edges_of(node, node.operands, node.partials)


def contributions(
    order: Iterable[N],
    seeds: Mapping[N, T],
    edges: Callable[[N], Iterable[Edge[N, T]]],
    zero: T | None = None,
    multiply: Callable[[T, T], T] = operator.mul,
) -> Iterator[Contribution[N, T]]:
    """Reverse accumulation: what every edge adds to the gradient of the node below it, one after the other.

    Args:
        order: nodes, results before operands; a gradient flows on from these.
        seeds: the gradients to start from.
        edges: those that lead down from a node.
        zero: what every other gradient starts from; None: from its first contribution.
        multiply: how an upstream gradient is multiplied by a partial.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> [(c.old, c.term, c.new) for c in contributions([y, x], {y: 1.0}, edges_down, zero=0.0)]
    [(0.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    """
    gradients = dict(seeds)
    for node in order:
        if node in gradients:
            upstream = gradients[node]
            for edge in edges(node):
                term, old = multiply(upstream, edge.partial), gradients.get(edge.below, zero)
                new = gradients[edge.below] = term if old is None else old + term
                yield Contribution(edge, upstream, term, old, new)


def totals(found: Iterable[Contribution[N, T]]) -> dict[N, T]:
    """The gradients that contributions add up to, by node."""
    return {contribution.edge.below: contribution.new for contribution in found}


def reached(order: Sequence[Value], outputs: Iterable[Value]) -> set[Value]:
    """The outputs, and whatever a gradient flows to from them; the order is a topological one, operands first."""
    found = set(outputs)
    for node in reversed(order):
        if node in found:
            found.update(edge.below for edge in edges_down(node))
    return found


def nodes_between(order: Sequence[Value], y: Value, x: Value) -> list[Value]:
    """The nodes on paths from y to x, out of a topological order: x first, y last; none if there is no path."""
    below_y = reached(order, [y])
    found: dict[Value, None] = {}
    for node in order:
        if node in below_y and (node is x or any(edge.below in found for edge in edges_down(node))):
            found[node] = None
    return list(found)


def check_unchanged(order: Iterable[Value]) -> None:
    """Hold every recorded number against what its operands are now.

    Raises:
        ValueError: if the data of an operand was changed since it was used, so that old and new would be mixed.
    """
    for node in order:
        row = node.primitive
        operands = node.operands
        if row is not None and operands:
            recorded = (number_of(node), *node.partials)
            check_recorded(node.label or row.name, row, operands, recorded, "compute the output again")


def check_recorded(
    name: str,
    row: Primitive,
    operands: Sequence[Value | float],
    recorded: Sequence[float | None],
    remedy: str,
    tolerance: float = 0.0,
) -> None:
    """Hold the recorded numbers of an operation against its rules.

    Args:
        name: of the result, for the message, as is the remedy.
        row: the operation.
        operands: what it is applied to.
        recorded: its value, and its partials; None where nothing flows back.
        tolerance: the largest relative difference.

    Raises:
        ValueError: if they are not what the rules compute from the operands.
    """
    numbers = [number_of(x) for x in operands]
    expected: tuple[Any, ...]
    try:
        with ieee():  # where the number may have been recorded, too
            y = row.value_at(numbers, operands)
            expected = (y, *row.partials_at(numbers, y))
    except (ValueError, ArithmeticError, IndexError) as error:
        expected = (error,)
    for was, now in zip(recorded, expected, strict=False):
        if was is None or was == now or (was != was and now != now):
            continue
        if now is None or isinstance(now, Exception) or not math.isclose(was, now, rel_tol=tolerance):
            raise ValueError(
                f"{name} = {row.name}({describe_all(operands)}) is recorded with {was!r}, its rules return "
                f"{now!r}; a number was changed afterwards: {remedy}"
            )
