"""Many variables at once: read and written, as optimisers do at every step, and searched for in a graph."""

from __future__ import annotations

from autograd.value import Value


def numbers_of(leaves: list[Value]) -> list[float]:
    """What the variables are.

    >>> numbers_of([Value(1.0), Value(2.0)])
    [1.0, 2.0]
    """
    return [leaf._data for leaf in leaves]


def gradients_of(leaves: list[Value]) -> list[float]:
    """What backward passes have left in the variables."""
    return [leaf._grad for leaf in leaves]


def assign(leaves: list[Value], numbers: list[float]) -> None:
    """Set the variables to these floats, one each."""
    for leaf, number in zip(leaves, numbers, strict=True):
        leaf._data = number


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
