"""The side of a cluster that answers: what its workers run, and the form in which programs travel."""

from __future__ import annotations

import functools
import io
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import cloudpickle
import numpy as np

from autograd.engine.define import Own
from autograd.engine.primitive import Primitive, Rule
from autograd.program.batch import Computed
from autograd.program.comparison import COMPARISONS
from autograd.program.result import NOT_DONE
from autograd.program.variant import Variant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.batch import Batch

    Array = NDArray[np.float64]

T = TypeVar("T")

_KERNELS: Final = 256  # that a worker keeps compiled
_COMPILING: Final = threading.Lock()  # a worker may have several threads


def held(thing: T) -> T:
    """What is sent to a worker for other tasks to take."""
    return thing


def computed(
    kernel: Sequence[NDArray[np.uint8]],
    rows: Sequence[Array],
    common: Array,
    seeds: float | Array | None,
    count: int,
) -> Computed:
    """Values and adjoints at the points of a piece, as a `Batch` computes them, on one core.

    Points whose vector did not pass the guards as a whole are computed once more without those that did not.
    """
    with _COMPILING:
        batch = _loaded(kernel[0].tobytes())
    rows = [np.require(part, np.float64, ["C", "A"]) for part in rows]  # what has travelled may lie at odd addresses
    found = batch(rows, np.require(common, np.float64, ["C", "A"]), seeds, count, 1)
    pending = np.flatnonzero(found.status == NOT_DONE)
    while len(pending):
        some = seeds[:, pending] if isinstance(seeds, np.ndarray) else seeds
        again = batch([np.ascontiguousarray(part[:, pending]) for part in rows], common, some, len(pending), 1)
        found.status[pending] = again.status
        found.outputs[:, pending] = again.outputs
        found.adjoints[:, pending] = again.adjoints
        found = found._replace(sums=found.sums + again.sums)
        pending = pending[again.status == NOT_DONE]
    return found


@functools.lru_cache(_KERNELS)
def _loaded(kernel: bytes) -> Batch:
    """Machine code of what was `dumped`; once for every process."""
    program, wanted, shared, vector_math = cloudpickle.loads(kernel)
    return Variant(program, (), None).batch(wanted, shared, vector_math)


def dumped(thing: Any) -> bytes:
    """A thing made of programs as bytes, with those of their rows that are the user's own."""
    file = io.BytesIO()
    _Pickler(file).dump(thing)
    return file.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Sends the rows of the table by name, and those of the user, which workers don't know, with their rules."""

    def reducer_override(self, thing: Any) -> Any:
        if not isinstance(thing, Primitive):
            return super().reducer_override(thing)
        if COMPARISONS.get(thing.symbol) is thing:
            return _comparison, (thing.symbol,)
        if _is_own(thing):
            return _row, (thing.name, thing.value, thing.partials, {name: getattr(thing, name) for name in _FACTS})
        return thing.__reduce__()


_FACTS = ("symbol", "variadic", "defaults", "domain", "convention", "samples", "kinks", "at_kink", "textbook")


def _comparison(sign: str) -> Primitive:
    return COMPARISONS[sign]


def _row(name: str, value: Rule, partials: Rule, facts: dict[str, Any]) -> Primitive:
    return Own(name, value, partials, **facts)


def _is_own(row: Primitive) -> bool:
    """Whether a row is the user's own rather than one of the table."""
    return not str(getattr(row.partials, "__module__", "")).startswith("autograd.")
