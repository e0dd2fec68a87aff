"""Names for the nodes of a graph, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from autograd.engine.value import Value


def node_names(nodes: Sequence[Value]) -> list[str]:
    """A name for each of the nodes: its label, or v1, v2, ... in the order given. No two names are the same.

    >>> from autograd import topological_order
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> node_names(topological_order(x * w + Value(1.0, label="x")))
    ['x', 'w', 'v1', 'x#2', 'v2']
    """
    labels = {node.label for node in nodes}
    short = _unused("v", 1, labels)
    again: dict[str, Iterator[str]] = {}
    names: list[str] = []
    for node in nodes:
        label = node.label
        if not label:
            names.append(next(short))
        elif label in again:
            names.append(next(again[label]))
        else:
            again[label] = _unused(label + "#", 2, labels)
            names.append(label)
    return names


def _unused(stem: str, start: int, labels: set[str | None]) -> Iterator[str]:
    return (name for name in (f"{stem}{i}" for i in count(start)) if name not in labels)
