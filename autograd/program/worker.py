"""The side of a cluster that answers: what its workers run."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from autograd.program.computed import Computed
from autograd.program.result import NOT_DONE
from autograd.program.shipped import Shipped, loaded
from autograd.program.variant import Variant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

T = TypeVar("T")

_PROGRAMS: Final = 256  # that a worker keeps compiled
_COMPILING: Final = threading.Lock()  # a worker may have several threads


def held(thing: T) -> T:
    """What is sent to a worker for other tasks to take."""
    return thing


def computed(
    program: Sequence[NDArray[np.uint8]],
    rows: Sequence[Array],
    common: Array,
    seeds: float | Array | None,
    count: int,
) -> Computed:
    """Values and adjoints at the points of a piece, as a `Batch` computes them, on one core.

    Points whose vector did not pass the guards as a whole are computed once more without those that did not.
    """
    with _COMPILING:
        variant, shipped = _loaded(program[0].tobytes())
        batch = variant.batch(*shipped[1:], count)
    rows, shared = [_aligned(part) for part in rows], [common]
    seeds = _aligned(seeds) if isinstance(seeds, np.ndarray) else seeds
    found = batch(rows, shared, seeds, count, 1)
    pending = np.flatnonzero(found.status == NOT_DONE)
    while len(pending):
        some = seeds[:, pending] if isinstance(seeds, np.ndarray) else seeds
        again = batch([np.ascontiguousarray(part[:, pending]) for part in rows], shared, some, len(pending), 1)
        found.status[pending] = again.status
        found.outputs[:, pending] = again.outputs
        found.adjoints[:, pending] = again.adjoints
        found = found._replace(sums=found.sums + again.sums)
        pending = pending[again.status == NOT_DONE]
    return found


def _aligned(array: Array) -> Array:
    """The same numbers; what has travelled may lie at odd addresses."""
    return np.require(array, np.float64, ["C", "A"])


@functools.lru_cache(_PROGRAMS)
def _loaded(data: bytes) -> tuple[Variant, Shipped]:
    """A program with its machine code; once for every process."""
    shipped = loaded(data)
    return Variant(shipped.program, (), None), shipped
