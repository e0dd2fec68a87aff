"""What is computed for a batch, and by what: machine code, plain Python, or other machines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Compute(Protocol):
    """What a `Batch` is for those who call it; another may compute in another way, or elsewhere."""

    takes_views: bool

    def __call__(
        self, rows: Sequence[Array], common: Array, seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch."""
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


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
