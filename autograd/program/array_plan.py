"""The short way of a gradient at one point, for arguments that are arrays: they are copied, not taken apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.plan import FLOAT, MOST_PLANS, UnusualError, looked_at
from autograd.program.result import DONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.point import Point

    Array = NDArray[np.float64]

ARRAY = np.ndarray  # found sooner than an attribute of NumPy is


class ArrayPlans:
    """The plans of one function, each for arguments of other forms."""

    def __init__(self) -> None:
        self._plans: dict[Hashable, ArrayPlan] = {}
        self._newest: ArrayPlan | None = None

    def __call__(self, args: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The value and the gradients; None where there is no plan, or a point must be looked at more closely."""
        found = None if self._newest is None else self._newest.of_arrays(args)
        if found is not None:
            return found
        leaves: list[Any] = []
        try:
            plan = self._plans.get(tuple([looked_at(arg, leaves) for arg in args]))
        except UnusualError:
            return None
        return None if plan is None else plan(leaves)

    def add(self, point: Point, args: Sequence[Any], picked: Sequence[int]) -> None:
        """From now on, calls with arguments of these forms copy them, if they are made of floats and arrays."""
        with suppress(UnusualError):
            form = tuple([looked_at(arg, []) for arg in args])
            plan = ArrayPlan(point, args, picked)
            if plan.size > point.inputs:  # some of the arguments are static: their numbers belong to the program
                return
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._newest = self._plans[form] = plan


class ArrayPlan:
    """A program's one output, and its gradient by some arguments, at floats and arrays of the forms of an example.

    Args:
        point: the program; it has one output, and no inputs beyond the arguments'.
        args: the example.
        picked: by which arguments to differentiate.

    Attributes:
        size: how many numbers the arguments hold.
    """

    def __init__(self, point: Point, args: Sequence[Any], picked: Sequence[int]) -> None:
        self._point = point
        self._slices: list[tuple[int, int, tuple[int, ...]]] = []
        forms = [self._form(arg) for arg in args]
        self._forms = [forms[i] for i in picked]
        self.size = self._slices[-1][1] if self._slices else 0
        self._count = len(args) if all(type(arg) is ARRAY for arg in args) else -1
        self._spaces: list[_Views] = []  # one for each call that is under way

    def __call__(self, leaves: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The value and the gradients; None if a point must be looked at more closely."""
        space = self._spaces.pop() if self._spaces else _Views(self._point, self._slices)
        for (view, _), leaf in zip(space.leaves, leaves, strict=True):
            view[...] = leaf
        return self._computed(space)

    def of_arrays(self, args: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The same for arguments that are arrays, looked at while they are copied; None for any others, too."""
        if len(args) != self._count:
            return None
        space = self._spaces.pop() if self._spaces else _Views(self._point, self._slices)
        for arg, (view, shape) in zip(args, space.leaves):  # noqa: B905 (as many; to say so takes longer than a copy)
            if type(arg) is not ARRAY or arg.dtype is not FLOAT or arg.shape != shape:
                self._spaces.append(space)
                return None
            view[...] = arg
        return self._computed(space)

    def _computed(self, space: _Views) -> tuple[float, list[Any]] | None:
        adjoints = space.adjoints
        is_done = space.run(space.parameters) == DONE
        result = (space.output.item(), [form(adjoints) for form in self._forms]) if is_done else None
        self._spaces.append(space)
        return result

    def _form(self, tree: Any) -> Callable[[Sequence[Array]], Any]:
        """What copies the gradient by an argument from the adjoints of all leaves."""
        if isinstance(tree, dict):
            parts = {key: self._form(x) for key, x in tree.items()}
            return lambda adjoints: {key: part(adjoints) for key, part in parts.items()}
        if isinstance(tree, (list, tuple)) and not (type(tree) is list and set(map(type, tree)) == {float}):
            kind, each = type(tree), [self._form(x) for x in tree]
            return lambda adjoints: kind([part(adjoints) for part in each])
        k = len(self._slices)
        shape = tree.shape if isinstance(tree, np.ndarray) else (len(tree),) if type(tree) is list else ()
        start = self._slices[-1][1] if self._slices else 0
        self._slices.append((start, start + math.prod(shape), shape))
        if isinstance(tree, np.ndarray):
            return lambda adjoints: adjoints[k].copy()
        return lambda adjoints: adjoints[k].tolist()  # of one number that is the number


class _Views:
    """The memory of one call, seen as arrays."""

    def __init__(self, point: Point, slices: Sequence[tuple[int, int, tuple[int, ...]]]) -> None:
        self._space = point.space()
        values, adjoints = np.frombuffer(self._space.values), np.frombuffer(self._space.adjoints)
        self.leaves = [(values[start:stop].reshape(shape), shape) for start, stop, shape in slices]
        self.adjoints = [adjoints[start:stop].reshape(shape) for start, stop, shape in slices]
        self.output = values[point.output : point.output + 1]
        values[point.size :] = 1.0
        self.run = point.run
        self.parameters = self._space.parameters
