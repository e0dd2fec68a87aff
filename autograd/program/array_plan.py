"""The short way of a gradient at one point, for arguments that are arrays: they are copied, not taken apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.plan import MOST_PLANS, UnusualError, looked_at
from autograd.program.result import DONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.point import Point

    Array = NDArray[np.float64]

__all__ = ["MOST_PLANS", "ArrayPlan", "UnusualError", "looked_at"]


class ArrayPlan:
    """A program's one output, and its gradient by some arguments, at floats and arrays of the forms of an example.

    Args:
        point: the program; it has one output, and no inputs beyond the arguments'.
        args: the example.
        picked: by which arguments to differentiate.
    """

    def __init__(self, point: Point, args: Sequence[Any], picked: Sequence[int]) -> None:
        self._point = point
        self._slices: list[tuple[int, int, tuple[int, ...]]] = []
        forms = [self._form(arg) for arg in args]
        self._forms = [forms[i] for i in picked]
        self._inputs = self._slices[-1][1] if self._slices else 0
        self._spaces: list[_Views] = []  # one for each call that is under way

    def __call__(self, leaves: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The value and the gradients; None if a point must be looked at more closely."""
        space = self._spaces.pop() if self._spaces else _Views(self._point, self._slices)
        for view, leaf in zip(space.leaves, leaves, strict=True):
            view[...] = leaf
        done = space.run(space.parameters) == DONE
        gradient = space.adjoints.copy()
        value = space.output.item()
        self._spaces.append(space)
        return (value, [form(gradient) for form in self._forms]) if done else None

    def _form(self, tree: Any) -> Callable[[Array], Any]:
        """What takes the gradient by an argument out of that by all inputs."""
        if isinstance(tree, dict):
            parts = {key: self._form(x) for key, x in tree.items()}
            return lambda gradient: {key: part(gradient) for key, part in parts.items()}
        if type(tree) is list and set(map(type, tree)) == {float}:
            start, stop = self._leaf((len(tree),))
            return lambda gradient: gradient[start:stop].tolist()
        if isinstance(tree, (list, tuple)):
            kind, each = type(tree), [self._form(x) for x in tree]
            return lambda gradient: kind([part(gradient) for part in each])
        shape = tree.shape if isinstance(tree, np.ndarray) else ()
        start, stop = self._leaf(shape)
        if shape == () and not isinstance(tree, np.ndarray):
            return lambda gradient: gradient.item(start)
        return lambda gradient: gradient[start:stop].reshape(shape)

    def _leaf(self, shape: tuple[int, ...]) -> tuple[int, int]:
        start = self._slices[-1][1] if self._slices else 0
        stop = start + int(np.prod(shape, dtype=int))
        self._slices.append((start, stop, shape))
        return start, stop


class _Views:
    """The memory of one call, seen as arrays."""

    def __init__(self, point: Point, slices: Sequence[tuple[int, int, tuple[int, ...]]]) -> None:
        self._space = point.space()
        values = np.frombuffer(self._space.values)
        self.leaves = [values[start:stop].reshape(shape) for start, stop, shape in slices]
        self.adjoints = np.frombuffer(self._space.adjoints)[: slices[-1][1] if slices else 0]
        self.output = values[point.output : point.output + 1]
        values[point.size :] = 1.0
        self.run = point.run
        self.parameters = self._space.parameters
