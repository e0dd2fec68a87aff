"""What is computed for a batch, and by what: machine code, plain Python, or other machines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Compute(Protocol):
    """What a `Batch` is for those who call it; another may compute in another way, or elsewhere."""

    takes_views: bool

    def __call__(
        self, rows: Sequence[Array], common: Sequence[Array], seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch.

        Args:
            rows: for the inputs that are not shared, in order, arrays of a row for every input and a column for every
                point; unless it `takes_views`, the columns of a row lie side by side.
            common: for the shared inputs, in order, arrays of a number for each.
            seeds: the cotangents of the outputs: one number for all, or a row for each; None for values alone.
            count: how many points there are.
            threads: how many cores may be taken.
        """
        ...


class Computed(NamedTuple):
    """What a batch computed.

    Attributes:
        status: of each point.
        outputs: a row for each output that is no constant.
        adjoints: a row for each input of its own that was wanted.
        sums: the adjoint of each shared input that was wanted, summed over the points.
    """

    status: Any
    outputs: Array
    adjoints: Array
    sums: Array


def joined(parts: Sequence[Array]) -> Array:
    """One array of the numbers of several."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.empty(0)


def indices(places: list[int]) -> slice | NDArray[np.intp]:
    """Places as a slice, where they follow each other: it is faster."""
    if not places:
        return slice(0, 0)
    if places == list(range(places[0], places[-1] + 1)):
        return slice(places[0], places[-1] + 1)
    return np.array(places, dtype=np.intp)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
