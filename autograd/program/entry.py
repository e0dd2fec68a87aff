"""The ways into the machine code of a batch, and the arrays that a call reads and writes."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.program.driver import Parameters
from autograd.program.threads import share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.program.program import Program

    Array = NDArray[np.float64]

_SUMMED: Final = 2_000_000  # operations × points that are summed up by themselves
_WORTHWHILE: Final = 100_000  # operations × points for which another thread is woken
_MOST_PIECES: Final = 64
_OF_CALL: Final = slice(Parameters.INPUT, Parameters.STATUS + 1)
_OF_PIECE: Final = slice(Parameters.START, Parameters.STOP + 1)
_SHARES: Final = 8  # pieces a thread, where their number is free: one that starts late takes fewer


@dataclass(frozen=True)
class Code:
    """The machine code of a batch.

    Attributes:
        program: what it computes.
        run: computes the points of a space.
        forward, reverse: where its parts lie.
        lanes: how many points it computes at once.
        value_count, adjoint_count: how many it keeps of each point.
        common: which inputs are the same for all points.
        summed: those of them whose adjoints are summed over the points.
        sums: how many these are.
        held: what it is gone with.
    """

    program: Program
    run: Callable[[int], int]
    forward: Sequence[int]
    reverse: Sequence[int]
    lanes: int
    value_count: int
    adjoint_count: int
    common: slice | NDArray[np.intp]
    summed: slice | NDArray[np.intp]
    sums: int
    held: object


class Entry:
    """A way into the machine code of a batch: to values, to adjoints, or to both.

    Args:
        code: the machine code.
        forward, reverse: whether values are computed, and whether adjoints.
        given: where the numbers of a point go, among the values; the cotangents come behind them.
        values: where results lie, among the values.
        adjoints: where further results lie, among the adjoints.
    """

    def __init__(
        self,
        code: Code,
        forward: bool,
        reverse: bool,
        given: Sequence[int],
        values: Sequence[int],
        adjoints: Sequence[int],
    ) -> None:
        self.code = code
        self.counts = len(code.forward) if forward else 0, len(code.reverse) if reverse else 0
        seeds = range(code.value_count, code.value_count + len(code.program.outputs))
        self.given = [*given, *seeds]
        self.values = list(values)
        self.adjoints = list(adjoints)
        self.sums = code.sums if reverse else 0
        self.spaces: list[_Space] = []  # one for each thread that is under way

    def __call__(
        self, rows: Sequence[Array], common: Array, seeds: float | Array | None, count: int, threads: int
    ) -> tuple[Any, Array, Array]:
        """The status of each point, rows of results, and sums."""
        results = np.empty((len(self.values) + len(self.adjoints), count))
        prepared = Prepared(self, rows, results, seeds, threads)
        sums = prepared(common)
        return prepared.status, results, sums

    def pieces(self, points: int, threads: int) -> list[tuple[int, int]]:
        """Where a batch is cut: by its size alone where adjoints are summed, so that threads change no number."""
        work = points * max(1, len(self.code.program))
        if self.sums:
            count = min(_MOST_PIECES, work // _SUMMED)
        else:
            count = 1 if threads == 1 else min(_SHARES * threads, work // _WORTHWHILE)
        if count < 2:
            return [(0, points)]
        lanes = self.code.lanes
        vectors = -(-points // lanes)
        cuts = [min(points, vectors * k // count * lanes) for k in range(count + 1)]
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    def space(self) -> _Space:
        """Memory for a thread, to be put back into `spaces`."""
        try:
            return self.spaces.pop()
        except IndexError:
            return _Space(self)


class Prepared:
    """An entry with the arrays that it reads and writes: called, it computes from what they hold then.

    Args:
        entry: the machine code.
        rows: arrays of a row for every number of a point and a column for every point, whose columns lie side by side.
        results: an array with a row for every result.
        seeds: the cotangents of the outputs: one number for all, or a row for each; None for values alone.
        threads: how many cores may be taken.

    Attributes:
        status: of each point.
    """

    def __init__(
        self, entry: Entry, rows: Sequence[Array], results: Array, seeds: float | Array | None, threads: int
    ) -> None:
        count = results.shape[1]
        given = [*rows, seeds] if isinstance(seeds, np.ndarray) else rows
        self._entry = entry
        self._arrays = given, results  # as long as they are written to
        self._seed = seeds if isinstance(seeds, float) else None
        self._threads = threads
        self._pieces = entry.pieces(count, threads)
        self.status = np.zeros(count, np.uint8)
        self._rows = _addresses(given), _addresses([results])
        sides = [number for rows in self._rows for number in (ctypes.addressof(rows), len(rows))]
        self._parameters = (*sides, address_of(self.status))

    def __call__(self, common: Array) -> Array:
        """Compute all points.

        Args:
            common: one number for every shared input.

        Returns:
            The sums over the points.
        """
        pieces = len(self._pieces)
        sums = np.zeros((pieces, self._entry.sums))
        todo = deque(range(pieces))
        share(lambda: self._work(todo, common, sums), min(self._threads, pieces))
        total: Array = sums[0] if pieces == 1 else sums.sum(axis=0)
        return total

    def _work(self, todo: deque[int], common: Array, sums: Array) -> None:
        """Compute the pieces that no other thread has begun."""
        entry = self._entry
        space = entry.space()
        space.common[:] = common[:, None]
        parameters = space.parameters
        parameters[_OF_CALL] = self._parameters
        while True:
            try:
                k = todo.popleft()
            except IndexError:
                break
            parameters[_OF_PIECE] = self._pieces[k]
            again = True
            while again:  # where a vector left the reals on the way back, it is in the sums: once more without it
                if self._seed is not None:  # of the last vector it keeps only those of points
                    space.seeds[:] = self._seed
                if entry.sums:
                    space.summed[:] = 0.0
                again = bool(entry.code.run(space.address)) and entry.sums > 0
            if entry.sums:
                np.dot(space.summed[:], space.ones, out=sums[k])
        entry.spaces.append(space)


class _Space:
    """The memory of a thread, on the boundary of a vector."""

    def __init__(self, entry: Entry) -> None:
        code = entry.code
        lanes, size, seeds = code.lanes, code.value_count, len(code.program.outputs)
        total = size + seeds + code.adjoint_count
        self._memory = np.zeros((total + 1) * lanes)
        skip = -address_of(self._memory) // 8 % lanes
        aligned = self._memory[skip : skip + total * lanes].reshape(total, lanes)
        values, adjoints = aligned[: size + seeds], aligned[size + seeds :]
        self.seeds = values[size:]
        self.common = _Rows(values, code.common)
        self.summed = _Rows(adjoints, code.summed)
        step = 8 * lanes
        first, back = address_of(values), address_of(adjoints)
        self._tables = (
            _numbers([first + step * x for x in entry.given]),
            _numbers([first + step * x for x in entry.values] + [back + step * x for x in entry.adjoints]),
            _numbers(code.forward),
            _numbers(code.reverse),
        )
        given, found, forward, reverse = map(ctypes.addressof, self._tables)
        parameters: Any = (ctypes.c_uint64 * len(Parameters))()
        self.parameters = parameters
        for parameter, number in (
            (Parameters.FORWARD, forward),
            (Parameters.FORWARD_COUNT, entry.counts[0]),
            (Parameters.REVERSE, reverse),
            (Parameters.REVERSE_COUNT, entry.counts[1]),
            (Parameters.VALUES, first),
            (Parameters.ADJOINTS, back),
            (Parameters.INPUT_PLACES, given),
            (Parameters.OUTPUT_PLACES, found),
            (Parameters.SEEDS, first + step * size),
            (Parameters.SEED_COUNT, seeds),
        ):
            parameters[parameter] = number
        self.ones = np.ones(lanes)
        self.address = ctypes.addressof(parameters)


class _Rows:
    """Some rows of an array, read and set as if they were one."""

    def __init__(self, array: Array, rows: slice | NDArray[np.intp]) -> None:
        self._array = array[rows] if isinstance(rows, slice) else array
        self._rows: Any = slice(None) if isinstance(rows, slice) else rows

    def __getitem__(self, every: slice) -> Array:
        rows: Array = self._array[self._rows]
        return rows

    def __setitem__(self, every: slice, numbers: Any) -> None:
        self._array[self._rows] = numbers


def _addresses(arrays: Sequence[Array]) -> Any:
    """Where each row of the arrays begins."""
    found: list[int] = []
    for array in arrays:
        first, step = address_of(array), array.strides[0]
        found += [first + step * k for k in range(len(array))]
    return _numbers(found)


def _numbers(found: Sequence[int]) -> Any:
    """Addresses and counts as machine code reads them."""
    return (ctypes.c_uint64 * len(found))(*found)


def address_of(array: Any) -> int:
    """Where the numbers of an array begin."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):  # read-only, empty, or with gaps; this looks a module up, at the price of a batch
        address: int = array.ctypes.data
        return address
