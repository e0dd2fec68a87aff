"""The short way of a mapped function, for calls that are like one before: arrays of the same shapes, one program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.points import Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.computed import Compute

    Array = NDArray[np.float64]


class UnusualError(Exception):
    """An argument that must be looked at more closely."""


def looked_at(tree: Any, found: list[Any]) -> Hashable:
    """The form of an argument that holds nothing but floats and arrays of them, which are appended; a list of floats
    is appended as one thing.

    Raises:
        UnusualError: for anything else.
    """
    kind = type(tree)
    if kind is np.ndarray:
        if tree.dtype is not FLOAT and tree.dtype != FLOAT:  # it mostly is: that is told faster
            raise UnusualError
        found.append(tree)
        shape: tuple[int, ...] = tree.shape
        return shape
    if kind is float or kind is int:
        try:
            found.append(float(tree))
        except OverflowError:
            raise UnusualError from None
        return float
    if kind is list and set(map(type, tree)) == {float}:
        found.append(tree)
        return list, len(tree)
    if kind is list or kind is tuple:
        return kind, tuple([looked_at(x, found) for x in tree])
    if kind is dict:
        return dict, tuple([(key, looked_at(x, found)) for key, x in tree.items()])
    raise UnusualError


MOST_PLANS = 64  # of one function, each for other forms of arguments
FLOAT = np.dtype(np.float64)


class Plan:
    """How to compute a call like this one.

    Args:
        points: the arguments of a call that one program served.
        arrays: what `looked_at` found in them.
        kernel: of that program.
        seeds, threads: as of the kernel.
        finish: what makes a result of what was computed.
    """

    def __init__(
        self,
        points: Points,
        arrays: Sequence[Any],
        kernel: Compute,
        seeds: float | None,
        threads: int,
        finish: Callable[[Array, Array, Array], Any],
    ) -> None:
        leaves = iter(points.leaves)
        self._leaves = []  # of each of the arrays, its axes, with that of the points last, and the numbers of a point
        for array in arrays:
            found = [next(leaves) for _ in (array if type(array) is list else [array])]  # each float of a list is one
            axis = found[0].axis
            order = None if axis is None else (*[k for k in range(np.ndim(array)) if k != axis], axis)
            self._leaves.append((order, sum(leaf.size for leaf in found)))
        self._count = points.how_many
        self._kernel = kernel
        self._seeds = seeds
        self._threads = threads
        self._finish = finish

    def __call__(self, arrays: Sequence[Any]) -> Any:
        """The result; None if a point must be looked at more closely."""
        count = self._count
        rows: list[Array] = []
        common: list[Array] = []
        for array, (order, size) in zip(arrays, self._leaves, strict=True):
            if order is None:
                common.append(array.ravel() if type(array) is np.ndarray else np.array(array, ndmin=1))
            elif size:
                part = array.transpose(order).reshape(size, count)
                is_fine = part.strides[1] == 8 or self._kernel.takes_views
                rows.append(part if is_fine else np.ascontiguousarray(part))
        computed = self._kernel(rows, common, self._seeds, count, self._threads)
        if np.count_nonzero(computed.status):
            return None
        return self._finish(computed.outputs, computed.adjoints, computed.sums)
