"""Walking a graph: in order, without recursion, whatever its depth."""

from __future__ import annotations

from collections.abc import Iterator

from autograd.value import Value


def topological_order(*outputs: Value) -> list[Value]:
    """Every Value the outputs were computed from, operands before results; the outputs come last.

    Leaves and labelled constants are in it, and branches nothing flows back into; plain numbers are not.

    >>> x = Value(2.0, label="x")
    >>> [node.label or node.primitive.name for node in topological_order(x * x + 1.0)]
    ['x', 'mul', 'add']
    """
    order: list[Value] = []
    seen: set[int] = set()
    for output in outputs:
        path: list[tuple[Value, Iterator[Value]]] = []
        node: Value | None = output
        while node is not None or path:
            if node is not None and id(node) not in seen:
                seen.add(id(node))
                path.append((node, operand_values(node)))
            above, rest = path[-1] if path else (None, iter(()))
            node = next((operand for operand in rest if id(operand) not in seen), None)
            if node is None and above is not None:
                order.append(above)
                path.pop()
    return order


def operand_values(node: Value) -> Iterator[Value]:
    """The operands of a node that are Values, in order; one used twice comes twice."""
    return (operand for operand in node.operands if isinstance(operand, Value))


def variables(*outputs: Value) -> list[Value]:
    """The variables the outputs were computed from, in the order in which the computation meets them."""
    return [node for node in topological_order(*outputs) if node.is_leaf and not node.is_constant]
