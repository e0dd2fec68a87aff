"""Many variables at once: their gradients set to zero, and searched for in a graph."""

from __future__ import annotations

from autograd.value import Value


def zero_gradients(leaves: list[Value]) -> None:
    """Set the gradients of the variables to zero."""
    for leaf in leaves:
        leaf._grad = 0.0


def reach_beyond(outputs: list[Value], sources: list[Value], variables: frozenset[int]) -> bool:
    """Whether gradients of the outputs flow to variables that are none of the sources, nor below them.

    Args:
        outputs: where to start.
        sources: nodes at which to stop.
        variables: ids of nodes that count as variables though they are no leaves.
    """
    seen = {id(node) for node in sources}
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node._primitive is None:
            if not node._constant:
                return True
        elif node._rest is None:
            if node._lhs is not None:
                waiting.append(node._lhs)
            if node._rhs is not None:
                waiting.append(node._rhs)
        elif id(node) in variables:
            return True
        else:
            waiting.extend(node._rest.variables)
    return False
