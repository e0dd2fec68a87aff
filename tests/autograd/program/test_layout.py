"""Where numbers lie in memory: a program of few functions by hand, and others at random, beside what must be kept."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

from autograd import PRIMITIVES, Program
from autograd.program import layout
from autograd.program.layout import Layout, step_of

MUL, ADD, WHERE = PRIMITIVES["mul"], PRIMITIVES["add"], PRIMITIVES["where"]


def operands_and_results(program: Program) -> Any:
    """What all adjoints are made of: every operand."""

    def reads(slot: int, may_keep: bool) -> tuple[Iterable[int], Iterable[int]]:
        return (), range(len(program.operands[slot - len(program.inputs)]))

    return reads


def nothing(slot: int, may_keep: bool) -> tuple[Iterable[int], Iterable[int]]:
    return (), ()


def at_random(seed: int) -> Program:
    """Operations on inputs, constants and what lies some steps back, some of them twice, some used by none."""
    r = random.Random(seed)
    inputs, count = r.randrange(1, 4), r.randrange(1, 40)
    rows, operands = [], []
    for slot in range(inputs, inputs + count):
        row = r.choice([MUL, ADD, WHERE])
        rows.append(row)
        operands.append(tuple(r.randrange(max(-1, slot - 12), slot) for _ in range(3 if row is WHERE else 2)))
    outputs = [r.randrange(-1, inputs + count) for _ in range(r.randrange(1, 4))]
    return Program("f", [f"x{i}" for i in range(inputs)], [2.0], rows, operands, outputs)


def first_of_the_same(program: Program) -> list[int]:
    """For every slot the first that computes the same, by trying all before it."""
    n = len(program.inputs)
    first = list(range(n))

    def meant(operands: tuple[int, ...]) -> list[int]:
        return [first[x] if x >= 0 else x for x in operands]

    for k, (row, operands) in enumerate(zip(program.primitives, program.operands, strict=True)):
        before = (i for i in range(k) if program.primitives[i] is row and meant(program.operands[i]) == meant(operands))
        found = next(before, None)
        first.append(n + k if found is None else first[n + found])
    return first


@pytest.mark.parametrize("differentiates", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_what_another_function_reads_has_a_place_of_its_own_as_long_as_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, seed: int, differentiates: bool
) -> None:
    """And nothing else has; there are as many places as there are ever numbers at once."""
    monkeypatch.setattr(layout, "CHUNK", 6)
    program = at_random(seed)
    n, size = len(program.inputs), len(program.inputs) + len(program)
    active = program.active() if differentiates else bytearray(size)
    reads = operands_and_results(program)
    found = Layout(program, active, reads, False)

    chunks: list[int] = []
    operands_so_far, chunk = 0, 0
    for operands in program.operands:
        if operands_so_far >= 6:
            operands_so_far, chunk = 0, chunk + 1
        operands_so_far += len(operands)
        chunks.append(chunk)
    assert found.chunks == chunks

    same = first_of_the_same(program)
    assert found.same == {slot: first for slot, first in enumerate(same) if first != slot}

    until: dict[int, int] = {}
    end = max(chunks) + 1

    def needed(slot: int, chunk: int) -> None:
        if slot >= n:
            until[slot] = max(until.get(slot, -1), chunk)

    read = set()
    used = {same[x] for operands in program.operands for x in operands if x >= 0}
    for slot in range(n, size):
        row, operands, chunk = program.primitives[slot - n], program.operands[slot - n], chunks[slot - n]
        if slot == same[slot] and slot not in used:
            needed(slot, chunk)
        for x in operands:
            if x >= 0:
                if row is WHERE or (slot == same[slot] and same[x] >= n and chunks[same[x] - n] != chunk):
                    needed(same[x], chunk)
                if active[slot]:
                    needed(same[x], end)
                    read.add(same[x])
    for x in program.outputs:
        if x >= 0:
            needed(same[x], end)
    assert set(found.read) == read
    assert {x for x in range(n, size) if found.values[x] >= 0} == set(until)
    assert found.values[:n] == list(range(n))
    assert {place for place in found.values + found.adjoints if place < 0} <= {-1}
    assert found.outputs == [same[x] for x in program.outputs if x >= 0]
    lives = {x: range(chunks[x - n], last + 1) for x, last in until.items()}
    assert found.value_count == n + max(sum(c in life for life in lives.values()) for c in range(end + 1))
    for x in lives:
        assert n <= found.values[x] < found.value_count
        for y in lives:
            if x < y and found.values[x] == found.values[y]:
                assert lives[x].stop <= lives[y].start

    added_to = {x for x in program.outputs if x >= n}
    for slot in range(n, size):
        if active[slot]:
            others = [x for x in program.operands[slot - n] if x >= n and chunks[x - n] != chunks[slot - n]]
            added_to |= {x for x in others if active[x]}
    assert {x for x in range(n, size) if found.adjoints[x] >= 0} == added_to
    assert sorted(found.adjoints[x] for x in added_to) == list(range(n, n + len(added_to)))
    assert (found.adjoints[:n], found.adjoint_count) == (list(range(n)), n + len(added_to))


@pytest.mark.parametrize("seed", range(10))
def test_one_function_hands_nothing_on_but_outputs(seed: int) -> None:
    """Choices, whose operands are stored all the same, and what nobody uses, apart."""
    program = at_random(seed)
    n, size = len(program.inputs), len(program.inputs) + len(program)
    same = first_of_the_same(program)
    found = Layout(program, program.active(), operands_and_results(program), True)
    assert found.is_fused
    assert found.chunks == [0] * len(program)
    assert not found.read
    assert not found.partials
    chosen = {
        same[x]
        for row, xs in zip(program.primitives, program.operands, strict=True)
        if row is WHERE
        for x in xs
        if x >= 0
    }
    used = {same[x] for xs in program.operands for x in xs if x >= 0}
    stored = (
        chosen
        | {same[x] for x in program.outputs if x >= 0}
        | {x for x in range(n, size) if x == same[x] and x not in used}
    )
    assert {x for x in range(n, size) if found.values[x] >= 0} == {x for x in stored if x >= n}
    assert found.adjoint_count == n + len({x for x in program.outputs if x >= n})


def test_operations_on_what_is_the_same_are_the_same() -> None:
    program = Program("f", ["x", "y"], [], [MUL, MUL, ADD, ADD, ADD], [(0, 1), (0, 1), (2, 0), (3, 0), (5, 4)], [6])
    assert Layout(program, bytearray(7), nothing, False).same == {3: 2, 5: 4}


def test_partials_that_are_kept_lie_behind_the_values() -> None:
    """Of what is computed already none may be: it is asked for what it reads."""
    program = Program("f", ["x", "y"], [], [MUL, MUL, ADD], [(0, 1), (0, 1), (2, 3)], [4])
    asked = []

    def reads(slot: int, may_keep: bool) -> tuple[Iterable[int], Iterable[int]]:
        asked.append((slot, may_keep))
        return ((0, 1), ()) if may_keep and slot == 2 else ((), (0, 2))

    found = Layout(program, program.active(), reads, False)
    assert asked == [(2, True), (3, False), (4, True)]
    assert found.partials == {(2, 0): found.value_count - 2, (2, 1): found.value_count - 1}
    # The inputs; the product, of which the sum is made, and the sum; the partials.
    assert found.value_count == 2 + 2 + 2
    # By the second product x and the first one's value, by the sum that and itself.
    assert list(found.read) == [0, 2, 4]
    assert found.outputs == [4]


@pytest.mark.parametrize(
    ("operands", "step"),
    [
        ((9, 0, 1, 2, 3, 4), 1),
        ((9, 1, 3, 5, 7, 9), 2),
        ((0, 0, 4, 8, 12, 16), 4),
        ((9, 0, 1, 2, 3), 0),  # few
        ((9, 0, 1, 2, 3, 5), 0),
        ((9, 0, 0, 0, 0, 0), 0),
        ((9, 4, 3, 2, 1, 0), 0),
        ((9, 15, 16, 17, 18, 19), 1),
        ((9, 16, 17, 18, 19, 20), 0),  # the last is a result
        ((9, -1, 0, 1, 2, 3), 0),  # the first is a constant
        ((25, 0, 1, 2, 3, 4), 1),  # the index may be anything
        ((-1, 0, 1, 2, 3, 4), 1),
    ],
)
def test_inputs_at_equal_distances_are_read_by_their_address(operands: tuple[int, ...], step: int) -> None:
    assert step_of(operands, 20) == step


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_functions_of_200_operands(count: int) -> None:
    """A function ends with the operation that makes it full."""
    program = Program("f", ["x"], [2.0], [MUL] * count, [(k, -1) for k in range(count)], [count])
    found = Layout(program, bytearray(count + 1), nothing, False)
    assert found.chunks == [k // 100 for k in range(count)]
