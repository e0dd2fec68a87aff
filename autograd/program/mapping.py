"""One call of a mapped function: the points are computed by the programs whose guards they pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import and_
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.computed import Computed
from autograd.program.jit import ERRORS
from autograd.program.plain import eagerly
from autograd.program.points import Points
from autograd.program.result import DONE, LEFT_THE_REALS, NOT_DONE, OTHER_BRANCH
from autograd.program.signature import Arguments
from autograd.program.unrolled import check_alike
from autograd.program.variant import Variant
from autograd.support.errors import typed
from autograd.transforms.tree import is_one_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.computed import Compute
    from autograd.program.jit import Jitted

    Array = NDArray[np.float64]


class Call:
    """The outputs at all points, and the adjoints of some inputs.

    Args:
        jitted: the function.
        points: its arguments.
        wanted: by which of the arguments' numbers to differentiate; None for values alone.
        by_captured: whether to differentiate by what the function captures, too.
        summed: whether adjoints of shared inputs are summed over the points, rather than kept for each.
        seeds: the cotangents: one number for the one output at all points; or a row for every output.
        threads: how many cores to use.

    Attributes:
        variant: one of those that were tried; all return the same structure.
        served: those that computed some points.
        kernel: what computed all points, if one did.
        outputs: a row for every output, a column for every point.
        adjoints: a row for every wanted input that is not summed.
        sums: the adjoint of every wanted input that is.
        captured: the adjoint of every Value that the function captures.
    """

    def __init__(
        self,
        jitted: Jitted[..., Any],
        points: Points,
        threads: int,
        wanted: Sequence[bool] | None = None,
        by_captured: bool = False,
        summed: bool = True,
        seeds: float | Array = 1.0,
    ) -> None:
        self._jitted = jitted
        self._points = points
        self._threads = threads
        self._wanted = wanted
        self._by_captured = by_captured
        self._seeds = seeds
        shared = points.shared()
        wants = [False] * len(shared) if wanted is None else wanted
        self._spread = not summed and any(map(and_, wants, shared))
        self._shared = [False] * len(shared) if self._spread else shared
        self._by_point = [i for i, want in enumerate(wants) if want and not self._shared[i]]
        self._summed = [i for i, want in enumerate(wants) if want and self._shared[i]]
        self._common = [] if self._spread else points.common()
        self._first: Variant | None = None
        self.served: list[Variant] = []
        self.kernel: Compute | None = None
        self.outputs: Array = np.empty((0, points.how_many))
        self.adjoints: Array = np.empty((len(self._by_point), points.how_many))
        self.sums: Array = np.zeros(len(self._summed))
        self.captured: dict[int, float] = {}
        self._recorded: dict[int, Variant] = {}  # at which points, in this call
        self._lonely = False  # whether some points were not computed with the others
        self._compute()

    @property
    def variant(self) -> Variant:
        assert self._first is not None  # there is a point
        return self._first

    def _compute(self) -> None:
        points, jitted = self._points, self._jitted
        pending: Any = np.arange(points.how_many)
        tried: list[Variant] = []
        while len(pending):
            known = [x for x in jitted.variants.get(points.key, []) if x.serves and not any(x is y for y in tried)]
            if not known:
                point = int(pending[0])
                with told(point):
                    known = [self._record(point)]
            for variant in known:
                if len(pending):
                    tried.append(variant)
                    self._check_structure(variant)
                    left = self._run(variant, pending)
                    if len(left) < len(pending):
                        self.served.append(variant)
                    pending = left
        if (
            self._spread
            or len(tried) > 1
            or self._lonely
            or self.variant.captured
            or self.variant.is_bound
            or min(self.variant.program.outputs, default=-1) < 0
        ):
            self.kernel = None

    def _record(self, point: int) -> Variant:
        points = self._points
        numbers = points.numbers(point)
        given = Arguments(points.key, numbers, points.starts)
        self._recorded[point] = self._jitted.record(given, numbers, points.example(point), {})
        return self._recorded[point]

    def _check_structure(self, variant: Variant) -> None:
        """Raise a ValueError if it returns something else than the others, a TypeError if there is no one number."""
        name = self._jitted.name
        if self._first is None:
            self._first = variant
            self.outputs = np.empty((len(variant.program.outputs), self._points.how_many))
            if isinstance(self._seeds, float) and self._wanted is not None and not is_one_number(variant.result):
                raise TypeError(f"{name}: it must return one number to have a gradient, got {typed(variant.result)}")
        check_alike(name, variant.result, self._first.result)

    def _run(self, variant: Variant, pending: Any) -> Any:
        """Compute the points that pass a program's guards; returns the others."""
        others: list[Any] = []
        while len(pending):
            computed = self._batch(variant, pending)
            done = computed.status == DONE
            at = slice(None) if len(pending) == self._points.how_many and done.all() else pending[done]
            here = slice(None) if done.all() else done
            rest = iter(computed.outputs)
            for k, slot in enumerate(variant.program.outputs):
                self.outputs[k, at] = next(rest)[here] if slot >= 0 else variant.program.constants[-1 - slot]
            for k in range(len(self._by_point)):
                self.adjoints[k, at] = computed.adjoints[k][here]
            self._add(variant, computed.sums)
            self._lonely |= not done.all()
            left = pending[computed.status == LEFT_THE_REALS]
            others.append(left[[not self._alone(variant, int(point)) for point in left]] if len(left) else left)
            others.append(pending[computed.status == OTHER_BRANCH])
            pending = pending[computed.status == NOT_DONE]
        return np.sort(np.concatenate(others))  # all of them, in their order, are taken as they lie

    def _batch(self, variant: Variant, pending: Any) -> Computed:
        points = self._points
        captured = len(variant.captured)
        wanted = None if self._wanted is None else (*self._wanted, *[self._by_captured] * captured)
        kernel = self.kernel = self._jitted.batch(variant, wanted, (*self._shared, *[True] * captured), len(pending))
        count = len(pending)
        rows = points.rows(None if count == points.how_many else pending, self._spread)
        common = [*self._common, np.array([x._data for x in variant.captured])]
        seeds = self._seeds
        if wanted is None:
            return kernel(rows, common, None, count, self._threads)
        given = seeds[:, pending] if isinstance(seeds, np.ndarray) and count < points.how_many else seeds
        return kernel(rows, common, given, count, self._threads)

    def _add(self, variant: Variant, sums: Array) -> None:
        count = len(self._summed)
        self.sums += sums[:count]
        for x, adjoint in zip(variant.captured, sums[count:], strict=False):
            self.captured[id(x)] = self.captured.get(id(x), 0.0) + float(adjoint)

    def _alone(self, variant: Variant, point: int) -> bool:
        """Compute one point at which a number may have left the reals; False if it raises an error.

        Then f itself shall raise it, while it is recorded at that point, or go another way.
        """
        numbers = variant.numbers(self._points.numbers(point))
        wanted: tuple[bool, ...] | None = None
        seeds: list[float] = []
        if self._wanted is not None:
            wanted = (*self._wanted, *[self._by_captured] * len(variant.captured))
            given = self._seeds
            each = len(variant.program.outputs)
            seeds = given[:, point].tolist() if isinstance(given, np.ndarray) else [given] * each
        result = variant.run(numbers, seeds, wanted)
        if result.status != DONE:
            try:
                result = eagerly(variant.program, numbers, seeds, wanted)
            except ERRORS:
                if variant is self._recorded.get(point):
                    with told(point):
                        raise
                return False
        self.outputs[:, point] = result.outputs
        if wanted is not None:
            self.adjoints[:, point] = [result.adjoints[i] for i in self._by_point]
            places = [*self._summed, *range(len(self._wanted or ()), len(numbers))]
            self._add(variant, np.array([result.adjoints[i] for i in places]))
        return True


@contextmanager
def told(point: int) -> Iterator[None]:
    """Errors inside name the point."""
    try:
        yield
    except (ValueError, OverflowError, ZeroDivisionError, TypeError, IndexError) as error:
        raise type(error)(f"{error}; in row {point} of the batch") from error
