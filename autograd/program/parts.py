"""The gradients of a mapped function, put together in the structure of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.points import Leaf, Points
from autograd.program.signature import is_static
from autograd.transforms.tree import refill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Parts:
    """What a call has found, by argument.

    Args:
        points: the arguments.
        wanted: by which inputs was differentiated.
        is_outer: whether each gradient has the form of its argument, points along the same axis: it is that of a
            mean or a sum over the points. Otherwise it is one for every point, along the first axis.
        is_reduced: whether those of points are summed.
    """

    def __init__(self, points: Points, wanted: Sequence[bool], is_outer: bool, is_reduced: bool) -> None:
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

    def form(self, i: int) -> Any:
        """The structure of an argument, with a function in place of every number and array: of adjoints and sums."""
        points = self._points
        leaves = points.leaves[points.leaf_starts[i] : points.leaf_starts[i + 1]]
        firsts = accumulate((leaf.size for leaf in leaves), initial=points.starts[i])
        rest = zip(firsts, leaves)  # noqa: B905 (the last of these is the first of the next argument)
        return refill(points.args[i], lambda leaf: leaf if is_static(leaf) else self._getter(*next(rest)))

    def _getter(self, first: int, leaf: Leaf) -> Getter:
        is_sum, place = self._places[first] if leaf.size else (self._is_reduced and leaf.axis is None, 0)
        stop, shape, axis = place + leaf.size, leaf.shape, leaf.axis
        if is_sum:
            if not shape:
                return lambda adjoints, sums: float(sums[place])
            return lambda adjoints, sums: sums[place:stop].reshape(shape)
        if self._is_outer and axis is not None:
            return lambda adjoints, sums: np.moveaxis(adjoints[place:stop].reshape(*shape, adjoints.shape[1]), -1, axis)
        if self._is_reduced:
            return lambda adjoints, sums: _scalar(adjoints[place:stop].sum(axis=1).reshape(shape))
        if not shape:
            return lambda adjoints, sums: adjoints[place]
        return lambda adjoints, sums: adjoints[place:stop].T.reshape(adjoints.shape[1], *shape)


Getter = Callable[[Any, Any], Any]


def evaluated(form: Any, adjoints: Array, sums: Array) -> Any:
    """A form, with what its functions return in their places."""
    if callable(form):
        return form(adjoints, sums)
    return refill(form, lambda leaf: leaf(adjoints, sums) if callable(leaf) else leaf)


def _scalar(array: Array) -> Any:
    return array if array.ndim else float(array)
