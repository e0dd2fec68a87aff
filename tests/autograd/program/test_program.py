"""A program called with numbers, in plain Python."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from autograd import Program, Value, jit, stop_gradient
from autograd.program.program import BranchError


def by_a_result(x: Any, y: Any) -> Any:
    return x * y if x - y > 0.0 else x + y


def by_a_truth(x: Any, y: Any) -> Any:
    return x * y if Value(1.0) * x else y


def by_an_input(x: Any, y: Any) -> Any:
    return x * y if x else y


@pytest.mark.parametrize("f", [by_a_result, by_a_truth, by_an_input])
def test_other_answers_than_the_recorded_are_refused(f: Any) -> None:
    program = jit(f).program(3.0, 2.0)
    for x, y in ((3.0, 2.0), (5.0, -1.0)):
        assert program(x, y) == [f(x, y)]
    with pytest.raises(BranchError, match=rf"^{f.__name__}: recorded where .*test_program.py.* was True; .*again$"):
        program(0.0, 2.0)


@pytest.mark.parametrize("numbers", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_another_count_of_numbers_is_refused(numbers: tuple[float, ...]) -> None:
    program = jit(by_a_result).program(3.0, 2.0)
    with pytest.raises(TypeError, match=rf"^by_a_result: the program has 2 inputs, got {len(numbers)} numbers"):
        program(*numbers)


def test_it_shows_how_large_it_is_on_one_line() -> None:
    assert repr(jit(by_a_result).program(3.0, 2.0)) == "<program by_a_result: 2 inputs, 3 operations>"
    parts: dict[str, Any] = {"constants": [], "primitives": [], "operands": [], "outputs": []}
    assert repr(Program(name="a\nb", inputs=[], **parts)).count("\n") == 0


def test_a_listing_tells_everything_once() -> None:
    """Inputs, constants, names, stops and questions."""

    def f(x: Any, y: Any) -> Any:
        total = x * y - 2.0
        held = stop_gradient(total)
        return [x, held + y, 3.0] if total > 1.0 else x

    program = jit(f).program(3.0, 2.0)
    place = str(program.questions()[0])
    program = dataclasses.replace(program, labels={2: "xy"})
    first, *middle, last = program.listing().splitlines()
    assert first == "f(x, y)"
    assert middle[0] == "  %2 = xy = mul(x, y)"
    assert middle[1].startswith("  %3 = sub(xy, 2.0)")
    assert [line for line in middle if line.endswith(" (nothing flows back)")] != []
    assert [line for line in middle if line.endswith(f"  holds where this is True: {place}")] != []
    assert last.startswith("returns x, %")
    assert last.endswith(", 3.0")
    assert program(3.0, 2.0) == [3.0, 6.0, 3.0]


@pytest.mark.parametrize("names", [("a", "b"), ("ab", "cd")])
def test_a_guard_whose_line_is_unknown_is_told_so(names: tuple[str, str]) -> None:
    program = jit(by_a_result).program(3.0, 2.0)
    unknown = dataclasses.replace(program, inputs=names, guards=[x._replace(place=-1) for x in program.guards])
    with pytest.raises(BranchError, match="recorded where an unknown line was True") as told:
        unknown(0.0, 2.0)
    assert told.value.guard is unknown.guards[0]
    assert unknown.spelled(1) == names[1]
    with pytest.raises(BranchError, match=r"test_program\.py") as told:
        program(0.0, 2.0)
    assert told.value.guard is program.guards[0]
