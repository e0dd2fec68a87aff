"""A program compiled for the points of a batch, a vector of them at a time."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.formulas.llvm_text import Width
from autograd.program.computed import Computed
from autograd.program.driver import Parameters
from autograd.program.emit import Emitter
from autograd.program.layout import TUNED
from autograd.program.machine import Functions, check_memory, this_machine
from autograd.program.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_SUMMED: Final = 2_000_000  # operations × points that are summed up by themselves
_WORTHWHILE: Final = 100_000  # operations × points for which another thread is woken
_MOST_PIECES: Final = 64


class Batch:
    """A program compiled for many points.

    Args:
        program: what to compute.
        wanted: by which inputs to differentiate; None for the values alone.
        shared: which inputs are the same for all points: their adjoints are summed over the points.
        vector_math: whether functions may be right within 4 units in the last place: written as steps where the program
            is small, elsewhere those of libmvec.
    """

    def __init__(
        self, program: Program, wanted: Sequence[bool] | None, shared: Sequence[bool], vector_math: bool
    ) -> None:
        n = len(program.inputs)
        wants = [False] * n if wanted is None else list(wanted)
        self.program = program
        machine = this_machine()
        tuned = vector_math and machine.has_fma and sum(map(len, program.operands)) <= TUNED
        # Of two vectors at once the one's operations fill the time that the other's take.
        self.lanes = 2 * machine.lanes if tuned else machine.lanes
        width = Width(self.lanes)
        functions = Functions(machine, width, vector_math, inline=tuned)
        level = 1 if tuned else 0
        self.own = [i for i in range(n) if not shared[i]]
        self.common = _run_of([i for i in range(n) if shared[i]])
        self.summed = _run_of([i for i in range(n) if shared[i] and wants[i]])
        self.by_point = [i for i in self.own if wants[i]]
        self.sums = sum(shared[i] and wants[i] for i in range(n))
        emitter = Emitter(program, width, wanted, [a and b for a, b in zip(shared, wants, strict=True)], functions)
        layout = emitter.layout
        self.outputs = [layout.values[x] for x in layout.outputs]
        self.value_count, self.adjoint_count = layout.value_count, layout.adjoint_count
        check_memory(program, width.lanes)
        self._forward = machine.load(emitter.forward(), functions, level)
        self._reverse = machine.load(emitter.reverse(), functions, level)
        self._functions = functions
        self.tables = [np.array(part.addresses or [0], np.uint64) for part in (self._forward, self._reverse)]
        self.counts = [len(part.addresses) for part in (self._forward, self._reverse)]
        self._run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(machine.driver(self.lanes))
        self._spaces: list[_Space] = []  # one for each piece that is under way

    takes_views = False  # whether the columns of a row may lie apart

    def __call__(
        self, rows: Sequence[Array], common: Array, seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch.

        Args:
            rows: for the inputs that are not shared, in order, arrays of a row for every input and a column for every
                point, whose columns lie side by side.
            common: one number for every shared input.
            seeds: the cotangents of the outputs: one number for all, or a row for each; None for values alone.
            count: how many points there are.
            threads: how many cores may be taken.
        """
        given = [*rows, seeds] if isinstance(seeds, np.ndarray) else rows
        results = np.empty((len(self.outputs) + len(self.by_point), count))
        status = np.zeros(count, np.uint8)
        pieces = self._pieces(count, threads)
        sums = np.zeros((len(pieces), self.sums))
        inputs, outputs = _addresses(given), _addresses([results])
        places = address_of(inputs), len(inputs), address_of(outputs), len(outputs), address_of(status)

        def compute(k: int) -> None:
            self._piece(places, *pieces[k], common, seeds, sums[k])

        workers = min(threads, len(pieces))
        shares = [range(first, len(pieces), workers) for first in range(workers)]
        others = [_threads(threads).submit(lambda share: list(map(compute, share)), share) for share in shares[1:]]
        for k in shares[0]:
            compute(k)
        for other in others:
            other.result()
        total = sums[0] if len(pieces) == 1 else sums.sum(axis=0)
        return Computed(status, results[: len(self.outputs)], results[len(self.outputs) :], total)

    def _pieces(self, points: int, threads: int) -> list[tuple[int, int]]:
        """Where the batch is cut: by its size alone where adjoints are summed, so that threads change no number."""
        work = points * max(1, len(self.program))
        count = min(_MOST_PIECES, work // _SUMMED) if self.sums else min(threads, work // _WORTHWHILE)
        if count < 2 or (threads == 1 and not self.sums):
            return [(0, points)]
        vectors = -(-points // self.lanes)
        cuts = [min(points, vectors * k // count * self.lanes) for k in range(count + 1)]
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    def _piece(
        self,
        places: tuple[int, int, int, int, int],
        start: int,
        stop: int,
        common: Array,
        seeds: float | Array | None,
        sums: Array,
    ) -> None:
        """Compute some of the points, and sum up what is shared."""
        space = self._spaces.pop() if self._spaces else _Space(self)
        space.common[:] = common[:, None]
        are_rows = isinstance(seeds, np.ndarray)
        if seeds is not None and not are_rows:
            space.seeds[:] = seeds
        parameters = space.parameters
        inputs, input_count, outputs, output_count, status = places
        parameters[Parameters.INPUT : Parameters.SEEDS] = (
            inputs,
            input_count,
            space.all_places if are_rows else space.places,
            outputs,
            output_count,
            space.results,
            status,
            start,
            stop,
        )
        again = True
        while again:  # where a vector left the reals on the way back, it is in the sums: once more without it
            if self.sums:
                space.summed[:] = 0.0
            again = bool(self._run(space.address)) and self.sums > 0
            if again and isinstance(seeds, float):
                space.seeds[:] = seeds
        if self.sums:
            np.dot(space.summed[:], space.ones, out=sums)
        self._spaces.append(space)


class _Space:
    """The memory of one piece of a batch, on the boundary of a vector."""

    def __init__(self, batch: Batch) -> None:
        lanes, size, seeds = batch.lanes, batch.value_count, len(batch.program.outputs)
        total = size + seeds + batch.adjoint_count
        self._memory = np.zeros((total + 1) * lanes)
        skip = -address_of(self._memory) // 8 % lanes
        aligned = self._memory[skip : skip + total * lanes].reshape(-1, lanes)
        values, adjoints = aligned[: size + seeds], aligned[size + seeds :]
        self.seeds = values[size:]
        self.common = _Rows(values, batch.common)
        self.summed = _Rows(adjoints, batch.summed)
        step = 8 * lanes
        first, back = address_of(values), address_of(adjoints)
        places = [first + step * x for x in [*batch.own, *range(size, size + seeds)]]
        results = [first + step * x for x in batch.outputs] + [back + step * x for x in batch.by_point]
        self._tables = numbers_of(places), numbers_of(places[: len(batch.own)]), numbers_of(results)
        self.all_places, self.places, self.results = map(ctypes.addressof, self._tables)
        self.parameters = numbers_of([0] * len(Parameters))
        self.parameters[: Parameters.INPUT] = (
            address_of(batch.tables[0]),
            batch.counts[0],
            address_of(batch.tables[1]),
            batch.counts[1],
            first,
            back,
        )
        self.parameters[Parameters.SEEDS] = first + step * size
        self.parameters[Parameters.SEED_COUNT] = seeds
        self.ones = np.ones(lanes)
        self.address = ctypes.addressof(self.parameters)


class _Rows:
    """Some rows of an array, read and set as if they were one."""

    def __init__(self, array: Array, rows: slice | list[int]) -> None:
        self._array = array[rows] if isinstance(rows, slice) else array
        self._rows: Any = slice(None) if isinstance(rows, slice) else rows

    def __getitem__(self, every: slice) -> Array:
        rows: Array = self._array[self._rows]
        return rows

    def __setitem__(self, every: slice, numbers: Any) -> None:
        self._array[self._rows] = numbers


def _run_of(indices: list[int]) -> slice | list[int]:
    """Indices as a slice, where they follow each other: it is faster."""
    if not indices:
        return slice(0, 0)
    is_run = indices == list(range(indices[0], indices[-1] + 1))
    return slice(indices[0], indices[-1] + 1) if is_run else indices


def _addresses(arrays: Sequence[Array]) -> NDArray[np.int64]:
    """Where each row of the arrays begins."""
    found = [address_of(array) + array.strides[0] * np.arange(len(array)) for array in arrays]
    return found[0] if len(found) == 1 else np.concatenate(found) if found else np.empty(0, np.int64)


def numbers_of(found: Sequence[int]) -> Any:
    """Addresses and counts as machine code reads them."""
    return (ctypes.c_uint64 * len(found))(*found)


def address_of(array: Any) -> int:
    """Where the numbers of an array begin."""
    address: int = array.ctypes.data
    return address


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="autograd")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # a child has none of them
