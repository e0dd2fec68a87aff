"""A program called with numbers, in plain Python."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import Program, Value, jit
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
