"""Batches cut into pieces, whose sums are added up; of whole numbers every order gives the same sum."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import PRIMITIVES, Program, sqrt, value_and_grad, vmap
from autograd.program.batch import Batch
from autograd.program.driver import Parameters
from autograd.program.entry import Code, Entry, Prepared, address_of


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.entry._SUMMED", 400)
    monkeypatch.setattr("autograd.program.entry._WORTHWHILE", 400)


@pytest.mark.parametrize("cores", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 8, 100, 1001, 5000])
def test_every_piece_is_in_the_sums(count: int, cores: int) -> None:
    x = np.arange(count) % 7 - 3.0
    mapped = vmap(lambda w, x: (w * x + 1.0) * w + x, in_axes=(None, 0), reduce="sum", threads=cores)
    step = value_and_grad(mapped, argnums=(0, 1))
    for w in (2.0, -3.0, 5.0):
        value, (by_w, by_x) = step(w, x)
        assert value == sum((w * a + 1.0) * w + a for a in x.tolist())
        assert by_w == sum(2.0 * w * a + 1.0 for a in x.tolist())
        assert by_x.tolist() == [w * w + 1.0] * count


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("infinite", [[], [0], [9, 700], [999]])
def test_a_slope_that_is_infinite_is_in_the_sum_and_its_neighbours_are_once(infinite: list[int], cores: int) -> None:
    """A vector that leaves the reals on the way back is summed again without it."""
    x = np.array([3.0, 0.0] * 500)
    x[infinite] = 4.0
    mapped = vmap(lambda w, c, x: sqrt(w - x) + c, in_axes=(None, None, 0), reduce="sum", threads=cores)
    step: Any = value_and_grad(mapped, argnums=(0, 1))
    for _ in range(2):
        value, (by_w, by_c) = step(4.0, 1.0, x)
        assert value == sum(math.sqrt(4.0 - a) + 1.0 for a in x.tolist())
        assert by_w == (math.inf if infinite else 375.0)
        assert by_c == 1000.0


def roots(sums: int, count: int) -> Batch:
    """x less each of some shared numbers, and roots of that: so many operations altogether."""
    names = ["x", *[f"w{i}" for i in range(sums)]]
    rows = [PRIMITIVES["sub"]] * sums + [PRIMITIVES["sqrt"]] * (count - sums)
    operands: list[tuple[int, ...]] = []
    for k in range(count):
        before = sums + k if k else 0
        operands.append((before, k + 1) if k < sums else (before,))
    program = Program("f", names, [], rows, operands, [sums + count])
    return Batch(program, [True] * (sums + 1), [False, *[True] * sums], False)


@pytest.mark.parametrize("operations", [0, 1, 2, 7])
@pytest.mark.parametrize("sums", [0, 1, 3])
@pytest.mark.parametrize("lanes", [2, 8])
def test_a_batch_is_cut_by_its_size_and_its_program_and_without_sums_by_threads(
    lanes: int, sums: int, operations: int
) -> None:
    """Between vectors, into pieces as large as each other, each worth its thread or its sum."""
    program = Program("f", ["x"], [], [PRIMITIVES["neg"]] * operations, [(k,) for k in range(operations)], [operations])
    code = Code(program, lambda address: 0, [0], [0], lanes, 1, 1, slice(0), slice(sums), sums, None)
    entry = Entry(code, True, True, [0], [0], [])
    for points in (0, 1, 7, 8, 9, 399, 400, 799, 800, 801, 1601, 30_000):
        for threads in (1, 2, 3):
            enough = points * max(1, operations) // 400
            most = 64 if sums else 1 if threads == 1 else 8 * threads
            vectors = math.ceil(points / lanes)
            pieces = entry.pieces(points, threads)
            assert len(pieces) == max(1, min(most, enough, vectors))
            assert [a for a, _ in pieces] == [0, *[b for _, b in pieces[:-1]]]
            assert pieces[-1][1] == points
            assert all(b % lanes == 0 for _, b in pieces[:-1])
            sizes = [math.ceil((b - a) / lanes) for a, b in pieces]
            assert max(sizes) - min(sizes) <= 1


def counted(entry: Entry) -> list[int]:
    """Notes each time that its machine code is run."""
    runs: list[int] = []
    run = entry.code.run

    def noted(address: int) -> int:
        runs.append(address)
        return run(address)

    entry.code = replace(entry.code, run=noted)
    return runs


@pytest.mark.parametrize("infinite", [False, True])
@pytest.mark.parametrize("sums", [0, 1, 2])
def test_what_left_the_reals_on_the_way_back_is_computed_again_only_where_it_is_in_a_sum(
    sums: int, infinite: bool
) -> None:
    x = np.full((1, 9), 5.0)
    shared = np.array([1.0, 2.0][:sums])
    if infinite:
        x[0, 4] = shared.sum()
    batch = roots(sums, sums + 1)
    runs = counted(batch.whole)
    status, results, found = batch.whole([x], shared, 1.0, 9, 1)
    assert len(runs) == (2 if infinite and sums else 1)
    slope = 0.5 / math.sqrt(5.0 - shared.sum())
    fine = [i for i in range(9) if not status[i]]
    assert fine == [*range(9)] or infinite
    assert 8 in fine
    assert results[1, fine].tolist() == [slope] * len(fine)
    assert found == pytest.approx([-slope * len(fine)] * sums)


def test_threads_memory_is_used_again_and_lies_on_the_boundary_of_a_vector() -> None:
    entry = roots(1, 2).whole
    runs = counted(entry)
    x, w = np.full((1, 5000), 5.0), np.array([1.0])
    first = entry([x], w, 1.0, 5000, 1)
    assert len(runs) == 5000 * 2 // 400
    assert len(entry.spaces) == 1
    again = entry([x], w, 1.0, 5000, 1)
    assert len(set(runs)) == len(entry.spaces) == 1
    assert first[2] == again[2]
    lanes = entry.code.lanes
    for space in (entry.spaces[0], entry.space(), entry.space(), entry.space()):
        assert space.parameters[Parameters.VALUES] % (8 * lanes) == 0
        assert space.parameters[Parameters.ADJOINTS] % (8 * lanes) == 0
        code = entry.code
        numbers = (code.value_count + 1 + code.adjoint_count) * lanes
        start = space._memory.__array_interface__["data"][0]
        assert start <= space.parameters[Parameters.VALUES]
        behind = space.parameters[Parameters.VALUES] + 8 * numbers
        assert behind <= start + space._memory.nbytes == start + 8 * (numbers + lanes)


def test_what_is_prepared_keeps_the_arrays_it_reads_and_writes() -> None:
    entry = roots(0, 1).whole
    x, seeds, results = np.full((1, 3), 4.0), np.array([[1.0, 2.0, 3.0]]), np.empty((2, 3))
    arrays: list[Any] = [x, seeds, results]
    kept: list[Callable[[], Any]] = [weakref.ref(array) for array in arrays]
    prepared = Prepared(entry, [x], results, seeds, 1)
    del x, seeds, results, arrays
    assert prepared(np.empty(0)).tolist() == []
    points, cotangents, found = [ref() for ref in kept]
    assert found.tolist() == [[2.0] * 3, [0.25, 0.5, 0.75]]
    points[:], cotangents[:] = 16.0, 1.0
    prepared(np.empty(0))
    assert found.tolist() == [[4.0] * 3, [0.125] * 3]
    assert prepared.status.tolist() == [0, 0, 0]
    assert prepared.status.dtype == np.uint8


def test_the_address_of_numbers_whatever_they_lie_in() -> None:
    """An array's `ctypes` looks a module up: only those that can't be written through a buffer are asked for it."""

    class Plain(bytearray):
        ctypes = None

    memory = Plain(64)
    assert address_of(memory) == np.frombuffer(memory).ctypes.data
    whole = np.zeros((4, 6))
    fixed = np.zeros(3)
    fixed.setflags(write=False)
    for array in (whole, whole[1:], whole[:, ::2], whole[1:, 3:], fixed, np.zeros((0, 3))):
        assert address_of(array) == array.__array_interface__["data"][0]
