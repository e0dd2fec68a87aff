"""A stage of a program, the rows that its numbers are in, and arrays read as if they were one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES
from autograd.program.operations import Guard, Place
from autograd.program.program import Program
from autograd.program.stage import OWN, Given, Run, Stage, runs
from autograd.program.staging import Stages

MUL, ADD, EXP = PRIMITIVES["mul"], PRIMITIVES["add"], PRIMITIVES["exp"]


def test_a_stage_has_its_operations_and_what_belongs_to_them() -> None:
    """Slots 0 and 2 are shared, 1 and 3 are not; 4 and 8 are of the level below, 5 a product of this one."""
    whole = Program(
        name="f",
        inputs=["w", "x", "v", "y"],
        constants=[0.5, 7.0],
        primitives=[EXP, MUL, MUL, ADD, EXP, ADD],
        operands=[(3,), (0, 1), (5, 0), (6, 4), (1,), (7, -2)],
        outputs=[7, 9],
        guards=[Guard(4, False, 0), Guard(6, True, 1)],
        stopped=frozenset([4, 7]),
        places=[Place("a.py", 1), Place("b.py", 2)],
    )
    levels = [0, 0, 0, 0, 0, 1, 1, 1, 0, 1]
    places = {1: (OWN, 0), 3: (OWN, 1), 5: (1, 0), 4: (2, 0)}
    stage = Stage(Stages(whole, [], levels, 2, frozenset([5])), 1, [7, 9], places)
    assert stage.common == [0]
    assert stage.others == [5, 4]
    assert stage.inputs == [Run(1, 0, 1), Run(2, 0, 1)]
    assert stage.outputs == [7, 9]
    program = stage.program
    assert program.name == "f"
    assert list(program.inputs) == [whole.spelled(slot) for slot in (0, 5, 4)]
    assert program.primitives == [MUL, ADD, ADD]
    assert program.operands == [(1, 0), (3, 2), (4, -2)]
    assert program.outputs == [4, 5]
    assert list(program.constants) == [0.5, 7.0]
    assert program.guards == [Guard(3, True, 1)]
    assert program.stopped == {4}
    assert program.places == whole.places


def test_inputs_of_a_stage_are_in_the_order_of_the_tables_so_that_few_runs_hold_them() -> None:
    whole = Program("f", ["a", "b", "c"], [], [ADD, ADD], [(0, 1), (3, 2)], [4])
    stage = Stage(Stages(whole, [], [0] * 5, 1), 0, [4], {0: (OWN, 2), 1: (OWN, 1), 2: (OWN, 0)})
    assert stage.others == [2, 1, 0]
    assert stage.inputs == [Run(OWN, 0, 3)]
    assert stage.program.operands == [(2, 1), (3, 0)]


PLACES = [*itertools.product([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)], repeat=3), ((2, 5),), ()]


@pytest.mark.parametrize("places", PLACES, ids=str)
def test_runs_are_the_places_in_their_order_and_as_long_as_may_be(places: Any) -> None:
    found = runs(places)
    assert [(run.table, row) for run in found for row in range(run.start, run.stop)] == list(places)
    assert not any(a.table == b.table and a.stop == b.start for a, b in itertools.pairwise(found))


SIZES = [(5,), (2, 3), (1, 1, 3), (2, 0, 3), (0, 5), (5, 0)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_arrays_are_read_as_one_and_where_they_lie_if_that_is_one_place(sizes: tuple[int, ...]) -> None:
    whole = np.arange(10.0).reshape(5, 2)
    ends = list(itertools.accumulate(sizes))
    arrays = [whole[end - size : end].copy() for size, end in zip(sizes, ends, strict=True)]
    for first, last in itertools.combinations(range(6), 2):
        given = Given(arrays)
        found = given[first:last]
        assert found.tolist() == whole[first:last].tolist()
        lies_in_one = any(end - size <= first and last <= end for size, end in zip(sizes, ends, strict=True))
        assert any(np.shares_memory(found, array) for array in arrays) is lies_in_one
        assert np.shares_memory(given[first:last], found)  # joined once
    given = Given(arrays)
    assert given[np.array([4, 0, 4])].tolist() == whole[[4, 0, 4]].tolist()
    assert given[0:0].tolist() == []


def test_where_nothing_is_given_nothing_is_read() -> None:
    assert Given([])[0:0].tolist() == []
    assert Given([])[np.array([], dtype=np.intp)].tolist() == []
