"""Walking a graph: in order, without recursion, whatever its depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograd.engine.value import Value, number_of
from autograd.support.errors import describe_all, typed


def topological_order(*outputs: Value, until: Iterable[Value] = ()) -> list[Value]:
    """Every Value the outputs were computed from, operands before results; the outputs come last.

    Leaves and constant Values are in it, and branches nothing flows back into; plain numbers are not.

    Args:
        outputs: where to start.
        until: nodes to leave out, with everything below them that is met nowhere else.

    Raises:
        TypeError: if an output is not a Value.

    >>> x = Value(2.0, label="x")
    >>> [node.label or node.primitive.name for node in topological_order(x * x + 1.0)]
    ['x', 'mul', 'add']
    """
    order: list[Value] = []
    seen = {id(node) for node in until}
    for output in outputs:
        if not isinstance(output, Value):
            raise TypeError(f"topological_order: an output must be a Value, got {typed(output)}")
        waiting: list[Value | tuple[Value]] = [output]  # to visit; in a tuple, what comes once its operands are through
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                order.append(node[0])
            elif id(node) not in seen:
                seen.add(id(node))
                waiting.append((node,))
                waiting.extend([x for x in reversed(node.operands) if isinstance(x, Value)])
    return order


def operand_values(node: Value) -> Iterator[Value]:
    """The operands of a node that are Values, in order; one used twice comes twice."""
    return (operand for operand in node.operands if isinstance(operand, Value))


def variables(*outputs: Value) -> list[Value]:
    """The variables the outputs were computed from, in the order in which the computation meets them."""
    return [node for node in topological_order(*outputs) if node.is_leaf and not node.is_constant]


def check_unchanged(order: Iterable[Value]) -> None:
    """Hold every recorded number against what its operands are now.

    Raises:
        ValueError: if the data of an operand was changed since it was used, so that old and new would be mixed.
    """
    for node in order:
        row = node.primitive
        operands = node.operands
        if row is None or not operands:
            continue
        numbers = [number_of(x) for x in operands]
        recorded = (node.data, *node.partials)
        try:
            y = row.value_at(numbers, operands)
            expected = (y, *row.partials_at(numbers, y))
        except (ValueError, ArithmeticError) as error:
            expected = (error,)
        pairs = zip(recorded, expected, strict=False)
        if not all(was is None or was == now or (was != was and now != now) for was, now in pairs):
            name = node.label or row.name
            raise ValueError(
                f"{name} = {row.name}({describe_all(operands)}) is recorded with {recorded[0]!r}, its rules return "
                f"{expected[0]!r}; a number was changed afterwards: compute the output again"
            )
