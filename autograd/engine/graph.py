"""Walking a graph: in order, without recursion, whatever its depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograd.engine.value import Value
from autograd.support.errors import typed


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
