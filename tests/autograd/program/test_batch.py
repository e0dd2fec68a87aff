"""A program compiled for the points of a batch: for every width of vectors, and with values and adjoints apart."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import PRIMITIVES, Program
from autograd.program import machine
from autograd.program.batch import Batch
from autograd.program.machine import this_machine

MUL, ADD, SUB, NEG, EXP = [PRIMITIVES[name] for name in ("mul", "add", "sub", "neg", "exp")]
POINTS = 21  # whole vectors of up to 16, and a part of one


def at_random(seed: int, count: int) -> Program:
    """Of whole numbers that stay small, for which every order of adding is exact."""
    r = random.Random(seed)
    inputs = 4
    rows = [r.choice([MUL, ADD, SUB, NEG]) for _ in range(count)]
    operands: list[tuple[int, ...]] = []
    for slot, row in enumerate(rows, inputs):
        if row is MUL:  # of inputs and constants
            operands.append((r.randrange(inputs), r.randrange(-2, inputs)))
        else:
            operands.append(tuple(r.randrange(max(-2, slot - 9), slot) for _ in range(1 if row is NEG else 2)))
    outputs = [inputs + count - 1, r.randrange(inputs, inputs + count), r.randrange(-2, inputs)]
    return Program("f", ["a", "b", "c", "d"], [3.0, -2.0], rows, operands, outputs)


def by_hand(program: Program, xs: list[float], seed: float) -> tuple[list[float], list[float]]:
    """Outputs and adjoints of the inputs, in plain Python."""
    slots = list(xs)

    def number(x: int) -> float:
        return slots[x] if x >= 0 else program.constants[-1 - x]

    for row, operands in zip(program.primitives, program.operands, strict=True):
        a = number(operands[0])
        b = number(operands[-1])
        slots.append(a * b if row is MUL else a + b if row is ADD else a - b if row is SUB else -a)
    adjoints = [0.0] * len(slots)
    for x in program.outputs:
        if x >= 0:
            adjoints[x] += seed
    n = len(xs)
    for k in range(len(program) - 1, -1, -1):
        row, operands, upstream = program.primitives[k], program.operands[k], adjoints[n + k]
        parts = {MUL: (number(operands[-1]), number(operands[0])), ADD: (1.0, 1.0), SUB: (1.0, -1.0), NEG: (-1.0,)}[row]
        for x, part in zip(operands, parts, strict=True):
            if x >= 0:
                adjoints[x] += upstream * part
    return [slots[x] for x in program.outputs if x >= 0], adjoints[:n]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("shared", [(), (1,), (0, 3), (0, 1, 2)])
@pytest.mark.parametrize("lanes", [2, 4, 8])
@pytest.mark.parametrize("tuned", [False, True])
def test_every_width_computes_the_same(
    monkeypatch: pytest.MonkeyPatch, lanes: int, tuned: bool, shared: tuple[int, ...], apart: bool
) -> None:
    """LLVM makes two vectors of one that is too wide for the processor."""
    monkeypatch.setattr(this_machine(), "lanes", lanes)
    monkeypatch.setattr(this_machine(), "has_fma", tuned)
    monkeypatch.setattr("autograd.program.layout.CHUNK", 12)
    monkeypatch.setattr("autograd.program.emit.FUSED", 30)
    points = np.random.default_rng(lanes).integers(-3, 4, (4, POINTS)).astype(float)
    points[list(shared)] = points[list(shared), :1]
    own = [i for i in range(4) if i not in shared]
    common = points[list(shared), 0]
    wanted = [True, True, False, True]
    for seed, count in enumerate((1, 9, 40)):
        program = at_random(seed, count)
        expected = [by_hand(program, x, 2.0) for x in points.T.tolist()]
        slopes = np.array([adjoints for _, adjoints in expected]).T
        batch = Batch(program, wanted, [i in shared for i in range(4)], tuned, apart)
        assert batch.whole.code.lanes == (2 * lanes if tuned else lanes)
        assert batch.whole.code.sums == sum(wanted[i] for i in shared)
        computed = batch([points[own]], [common], 2.0, POINTS, 1)
        assert not computed.status.any()
        assert computed.outputs.T.tolist() == [outputs for outputs, _ in expected]
        assert computed.adjoints.tolist() == [slopes[i].tolist() for i in own if wanted[i]]
        assert computed.sums.tolist() == [slopes[i].sum() for i in shared if wanted[i]]
        if apart:
            status, results, _ = batch.values([points[own]], common, None, POINTS, 1)
            assert not status.any()
            assert results[: len(program.outputs)].tolist()[: len(computed.outputs)] == computed.outputs.tolist()
            rows = np.array([results[k] if is_result else points[own][k] for is_result, k in batch.read])
            given = [rows.reshape(len(batch.read), POINTS)]
            status, back, sums = batch.adjoints(given, common, 2.0, POINTS, 1)
            assert not status.any()
            assert back.tolist() == computed.adjoints.tolist()
            assert sums.tolist() == computed.sums.tolist()


@pytest.mark.parametrize("wanted", [None, [False, False], [True, False], [False, True]])
def test_only_what_is_wanted_is_computed(wanted: list[bool] | None) -> None:
    program = Program("f", ["x", "y"], [], [MUL, EXP], [(0, 1), (2,)], [2])
    batch = Batch(program, wanted, [False, True], False)
    assert not hasattr(batch, "values")  # which are made where they are asked for
    computed = batch([np.array([[1.0, 2.0, 3.0]])], [np.array([4.0])], None if wanted is None else 1.0, 3, 1)
    assert computed.outputs.tolist() == [[4.0, 8.0, 12.0]]
    by_x, by_y = wanted or (False, False)
    assert computed.adjoints.tolist() == ([[4.0] * 3] if by_x else [])
    assert computed.sums.tolist() == ([6.0] if by_y else [])
    assert [len(batch.whole.code.forward), len(batch.whole.code.reverse)] == [1, 0]  # one function computes both


@pytest.mark.parametrize("links", [1, 2, 3, 4, 5])
def test_values_are_kept_for_adjoints_where_they_take_no_more_memory_than_the_outputs(links: int) -> None:
    """Otherwise they are computed once more. The last of the products is an output, of which nothing is made."""
    operands = [(0, 1), *[(k + 2, 1) for k in range(links - 1)], (0, 1)]
    program = Program("f", ["x", "y"], [], [MUL] * links + [ADD], operands, [links + 1, links + 2])
    batch = Batch(program, [True, True], [False, False], False, True)
    x, y = np.array([1.5, -2.0, 0.25]), np.array([0.5, 3.0, -1.0])
    status, results, _ = batch.values([np.array([x, y])], np.empty(0), None, 3, 1)
    assert not status.any()
    assert results[:2].tolist() == [(x * y**links).tolist(), (x + y).tolist()]
    keeps = links - 1 <= 2
    assert batch.values.counts == (1, 0)
    assert batch.adjoints.counts == (0 if keeps else 1, 1)
    assert len(results) == (2 + links - 1 if keeps else 2)
    if not keeps:
        assert batch.read == [(False, 0), (False, 1)]
    rows = np.array([results[k] if is_result else (x, y)[k] for is_result, k in batch.read])
    _, back, _ = batch.adjoints([rows], np.empty(0), 1.0, 3, 1)
    assert back.tolist() == [(y**links + 1.0).tolist(), (links * x * y ** (links - 1) + 1.0).tolist()]


def test_partials_that_take_long_are_kept_behind_the_values() -> None:
    """sin(x) sin(y) is an output twice, and so much as x more is another."""
    sin = PRIMITIVES["sin"]
    operands: list[tuple[int, ...]] = [(0,), (1,), (2, 3), (4, 0), (0, 1)]
    program = Program("f", ["x", "y"], [], [sin, sin, MUL, ADD, ADD], operands, [5, 6, 4, 4])
    batch = Batch(program, [True, True], [False, False], False, True)
    x, y = np.array([1.5, 2.0, 0.25]), np.array([0.5, 3.0, -1.0])
    _, results, _ = batch.values([np.array([x, y])], np.empty(0), None, 3, 1)
    assert len(results) == 4 + 2 + 2
    assert results[4:] == pytest.approx(np.array([np.sin(x), np.sin(y), np.cos(x), np.cos(y)]))
    assert batch.adjoints.counts == (0, 1)
    rows = np.array([results[k] if is_result else (x, y)[k] for is_result, k in batch.read])
    _, back, _ = batch.adjoints([rows], np.empty(0), 1.0, 3, 1)
    assert back[0] == pytest.approx(2.0 + 3.0 * np.cos(x) * np.sin(y))
    assert back[1] == pytest.approx(1.0 + 3.0 * np.sin(x) * np.cos(y))


def test_a_program_without_inputs() -> None:
    batch = Batch(Program("f", [], [0.5], [EXP, ADD], [(-1,), (0, 0)], [0, 1]), None, [], False)
    assert batch([], [], None, 3, 1).outputs == pytest.approx(
        np.exp([[0.5] * 3, [0.5] * 3]) * [[1.0], [2.0]], rel=1e-15
    )


@pytest.mark.parametrize("vector_math", [False, True])
def test_memory_is_asked_for_what_the_width_takes(monkeypatch: pytest.MonkeyPatch, vector_math: bool) -> None:
    """500 bytes an operand, and 64 an operation and lane."""
    program = at_random(0, 9)
    tuned = vector_math and this_machine().has_fma
    lanes = this_machine().lanes * (2 if tuned else 1)
    needed = 500 * sum(map(len, program.operands)) + 64 * lanes * 9
    monkeypatch.setattr(machine, "_free_memory", lambda: needed)
    batch = Batch(program, None, [False] * 4, vector_math)
    functions: Any = batch.whole.code.held[2]  # type: ignore[index]  # whatever keeps the code alive
    assert (functions.inline, functions.vector_math) == (tuned, vector_math)
    monkeypatch.setattr(machine, "_free_memory", lambda: needed - 1)
    with pytest.raises(MemoryError, match="f: compiling its 9 operations takes"):
        Batch(program, None, [False] * 4, vector_math)
