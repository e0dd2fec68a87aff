"""Random programs: what is replayed is what eager evaluation computes, bit for bit, but for the sign of a zero.

Every row of the table, branches, loops, structures, parameters; one point and batches; machine code and plain Python;
values, gradients and errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from autograd import Value, jit, value_and_grad
from autograd.engine.value import number_of
from autograd.transforms.tree import flatten
from support.random_programs import Function, any_numbers, functions, numbers, own_operations, source

EXAMPLES = 100
ERRORS = (ValueError, OverflowError, ZeroDivisionError)
pytestmark = pytest.mark.filterwarnings("ignore")  # of a function that depends on no variable the gradient is 0


@pytest.fixture(scope="module", autouse=True)
def _own_operations() -> Iterator[None]:
    with own_operations():
        yield


@pytest.fixture(params=["machine code", "plain Python"], scope="module")
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "plain Python":
            patch.setattr("autograd.program.variant.has_llvm", lambda: False)
        yield


both_ways = pytest.mark.usefixtures("_way")


def outcome(f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The numbers of a result, NaN as None and the zeros as one; or what error it was, and of which operation."""
    try:
        result = f(*args)
    except ERRORS as error:
        return type(error), str(error).partition("(")[0]
    return plain(result)


def plain(result: Any) -> list[float | None]:
    """The numbers of a result, NaN as None, and a zero without its sign."""
    found = [float(number_of(x)) for x in flatten(result, "test", "the result")]
    return [None if math.isnan(x) else x + 0.0 for x in found]


def story(made: Function, points: list[list[float]], i: int, found: Any, expected: Any) -> str:
    return f"{made.form}\n{source(made)}\nparameters {made.parameters}, points {points}, at {i}:\n{found}\n{expected}"


def check_values(made: Function, points: list[list[float]]) -> None:
    parameters = [Value(x) for x in made.parameters]
    f = made.called_with(parameters)
    jitted = jit(f)
    for i, point in enumerate([*points, points[0]]):
        expected = outcome(f, made.arguments([Value(x) for x in point]))
        found = outcome(jitted, made.arguments(point))
        assert found == expected, story(made, points, i, found, expected)


def check_gradients(made: Function, points: list[list[float]]) -> None:
    f = made.called_with([Value(x) for x in made.parameters])
    eager, jitted = value_and_grad(f), value_and_grad(jit(f))
    for i, point in enumerate([*points, points[0]]):
        expected = outcome(eager, made.arguments(point))
        found = outcome(jitted, made.arguments(point))
        if isinstance(found, tuple) and isinstance(expected, tuple):  # what is no variable in the one is in the other
            found, expected = found[:1], expected[:1]
        assert found == expected, story(made, points, i, found, expected)


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions())
def test_values(example: tuple[Function, list[list[float]]]) -> None:
    check_values(*example)


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(any_numbers | numbers))
def test_values_at_any_numbers(example: tuple[Function, list[list[float]]]) -> None:
    check_values(*example)


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(result="number"))
def test_gradients(example: tuple[Function, list[list[float]]]) -> None:
    check_gradients(*example)


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(any_numbers | numbers, result="number"))
def test_gradients_at_any_numbers(example: tuple[Function, list[list[float]]]) -> None:
    check_gradients(*example)
