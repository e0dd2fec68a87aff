"""Programs computed by the engine: what they come to, and what is told of points that they can't compute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, jit, log, take, value_and_grad
from autograd.program.plain import Plain, eagerly
from autograd.program.result import DONE, LEFT_THE_REALS, OTHER_BRANCH


def smooth(x: Any, y: Any) -> Any:
    return exp(x * y) * y + x


def branching(x: Any, y: Any) -> Any:
    return log(x) * y if x > 0.0 else x * x * y


def no_operation(x: Any, y: Any) -> Any:
    return y


FUNCTIONS: list[Callable[[Any, Any], Any]] = [smooth, branching, no_operation]
WANTED = [(True, True), (True, False), (False, True), (False, False)]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_values_alone(f: Callable[[Any, Any], Any]) -> None:
    program = jit(f).program(1.5, -2.0)
    for found in (Plain(program, None)((0.5, 3.0), ()), eagerly(program, (0.5, 3.0), (), None)):
        assert found == (DONE, [f(0.5, 3.0)], [])


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("wanted", WANTED)
def test_adjoints_of_those_that_are_wanted(f: Callable[[Any, Any], Any], wanted: tuple[bool, ...]) -> None:
    program = jit(f).program(1.5, -2.0)
    value, gradient = value_and_grad(f, argnums=(0, 1))(0.5, 3.0)
    expected = [2.0 * slope if want else 0.0 for slope, want in zip(gradient, wanted, strict=True)]
    for found in (Plain(program, wanted)((0.5, 3.0), (2.0,)), eagerly(program, (0.5, 3.0), (2.0,), wanted)):
        assert found == (DONE, [value], expected)
        assert all(type(x) is float for x in (*found.outputs, *found.adjoints))


@pytest.mark.parametrize("wanted", [None, (True,)])
def test_points_that_it_cannot_compute(wanted: tuple[bool, ...] | None) -> None:
    """The kernel says so, and who asks for the error gets it."""
    seeds = () if wanted is None else (1.0,)
    functions: list[tuple[Any, float, float, type[Exception], str]] = [
        (lambda x: log(x), 1.0, -2.0, ValueError, r"log\(.*-2.0"),
        (lambda x: 1.0 / x, 1.0, 0.0, ZeroDivisionError, r"div"),
        (lambda x: exp(x), 1.0, 1000.0, OverflowError, r"exp\(.*1000.0"),
        (lambda x: take([1.0, 2.0], x), 1.0, 5.0, IndexError, r"from 0 to 1, got .*5.0"),
    ]
    for f, fine, bad, kind, message in functions:
        program = jit(f).program(fine)
        assert Plain(program, wanted)((bad,), seeds) == (LEFT_THE_REALS, [], [])
        assert Plain(program, wanted)((fine,), seeds).outputs == [f(fine)]
        with pytest.raises(kind, match=message):
            eagerly(program, (bad,), seeds, wanted)


@pytest.mark.parametrize("wanted", [None, (True, True)])
def test_another_branch(wanted: tuple[bool, ...] | None) -> None:
    seeds = () if wanted is None else (1.0,)
    kernel = Plain(jit(branching).program(-1.0, 2.0), wanted)
    assert kernel((1.0, 2.0), seeds) == (OTHER_BRANCH, [], [])
    assert kernel((-3.0, 2.0), seeds).outputs == [18.0]


def test_several_outputs_are_weighed_each_by_itself() -> None:
    """Of those that get nothing nothing flows back, not even NaN: 0 times the slope, which is infinite here."""
    program = jit(lambda x, y: [x * y, 3.0, y, (x - 1.0) ** 0.5]).program(2.0, 3.0)
    for seeds in ([1.0, 5.0, 0.5, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0] * 4):
        found = Plain(program, (True, True))((1.0, 7.0), seeds)
        assert found == (DONE, [7.0, 3.0, 7.0, 0.0], [7.0 * seeds[0], 1.0 * seeds[0] + seeds[2]])


@pytest.mark.parametrize("wanted", [(True, True), (True, False)])
def test_an_input_given_as_a_number_of_its_own_has_its_own_adjoint(wanted: tuple[bool, ...]) -> None:
    """Equal numbers are two inputs."""
    program = jit(lambda x, y: x * x * y).program(2.0, 3.0)
    assert Plain(program, wanted)((2.0, 2.0), (1.0,)).adjoints == [8.0, 4.0 * wanted[1]]


def test_errors_name_the_argument() -> None:
    program = jit(lambda rate: log(rate)).program(1.0)
    with pytest.raises(ValueError, match="rate"):
        eagerly(program, (-1.0,), (1.0,), (True,))
    with pytest.raises(ValueError, match="rate"):
        log(Value(-1.0, "rate"))
