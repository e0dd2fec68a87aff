"""The gradients of a mapped function, put together in the structure of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.mapping import Call
from autograd.program.points import Leaf, Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Parts:
    """What a call has found, by argument.

    Args:
        points, found: the call.
        wanted: by which inputs was differentiated.
        is_outer: whether each gradient has the form of its argument, points along the same axis: it is that of a
            mean or a sum over the points. Otherwise it is one for every point, along the first axis.
        is_reduced: whether those of points are summed.
    """

    def __init__(self, points: Points, found: Call, wanted: Sequence[bool], is_outer: bool, is_reduced: bool) -> None:
        self._points = points
        self._is_outer = is_outer
        self._is_reduced = is_reduced
        shared = points.shared()
        self._places: dict[int, tuple[bool, int]] = {}
        counts = [0, 0]
        for i, want in enumerate(wanted):
            if want:
                is_sum = shared[i] and is_reduced
                self._places[i] = is_sum, counts[is_sum]
                counts[is_sum] += 1
        self._found = found

    def by_argument(self, i: int) -> Any:
        """The gradient by an argument."""
        points = self._points
        leaves: Iterator[tuple[int, Leaf]] = iter(self._leaves(points.starts[i], points.starts[i + 1]))
        return _filled(points.args[i], lambda: self._gradient(*next(leaves)))

    def _leaves(self, start: int, stop: int) -> list[tuple[int, Leaf]]:
        """The leaves of an argument, each with the first of its inputs."""
        found = []
        first = 0
        for leaf in self._points.leaves:
            if start <= first < stop and leaf.size:
                found.append((first, leaf))
            first += leaf.size
        return found

    def _gradient(self, first: int, leaf: Leaf) -> Any:
        is_sum, place = self._places[first]
        if is_sum:
            return _scalar(self._found.sums[place : place + leaf.size].reshape(leaf.shape))
        rows = self._found.adjoints[place : place + leaf.size]
        if self._is_outer and leaf.axis is not None:
            return np.moveaxis(rows.reshape(*leaf.shape, rows.shape[1]), -1, leaf.axis)
        if self._is_reduced:
            return _scalar(rows.sum(axis=1).reshape(leaf.shape))
        return rows.T.reshape(rows.shape[1], *leaf.shape)


def _scalar(array: Array) -> Any:
    return array if array.ndim else float(array)


def _filled(tree: Any, next_gradient: Any) -> Any:
    """The structure of an argument, with a gradient in place of every number and array."""
    if isinstance(tree, dict):
        return {key: _filled(x, next_gradient) for key, x in tree.items()}
    if isinstance(tree, (list, tuple)):
        children = [_filled(x, next_gradient) for x in tree]
        return type(tree)(*children) if hasattr(tree, "_fields") else type(tree)(children)
    return tree if isinstance(tree, (bool, str)) or tree is None else next_gradient()
