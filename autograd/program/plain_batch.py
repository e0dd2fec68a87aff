"""A program over a batch in plain Python, point by point, for where llvmlite is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.program.computed import Computed, joined
from autograd.program.plain import Plain
from autograd.program.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class PlainBatch:
    """The kernel; built and called as a `Batch` is."""

    takes_views = True

    def __init__(self, program: Program, wanted: Sequence[bool] | None, shared: Sequence[bool]) -> None:
        n = len(program.inputs)
        self._point = Plain(program, None if wanted is None else tuple(wanted))
        wants = [False] * n if wanted is None else wanted
        self._own = [i for i in range(n) if not shared[i]]
        self._common = [i for i in range(n) if shared[i]]
        self._by_point = [i for i in self._own if wants[i]]
        self._summed = [i for i in self._common if wants[i]]
        self._outputs = [k for k, x in enumerate(program.outputs) if x >= 0]

    def __call__(
        self, rows: Sequence[Array], common: Sequence[Array], seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch."""
        own = np.concatenate([np.empty((0, count)), *rows])
        status = np.zeros(count, np.uint8)
        outputs = np.zeros((len(self._outputs), count))
        adjoints = np.zeros((len(self._by_point), count))
        sums = np.zeros(len(self._summed))
        numbers = np.empty(len(self._own) + len(self._common))
        numbers[self._common] = joined(common)
        for k in range(count):
            numbers[self._own] = own[:, k]
            given: list[float] = []
            if seeds is not None:
                each = len(self._point.program.outputs)
                given = seeds[:, k].tolist() if isinstance(seeds, np.ndarray) else [seeds] * each
            status[k], found, back = self._point(numbers.tolist(), given)
            if status[k] == 0:
                outputs[:, k] = [found[i] for i in self._outputs]
                if back:
                    adjoints[:, k] = [back[i] for i in self._by_point]
                    sums += [back[i] for i in self._summed]
        return Computed(status, outputs, adjoints, sums)
