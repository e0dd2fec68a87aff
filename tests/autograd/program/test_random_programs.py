"""Random programs: what is replayed is what eager evaluation computes, bit for bit, but for the sign of a zero.

Every row of the table, branches, loops, structures, parameters; one point and batches; machine code and plain Python;
values, gradients and errors. A few of each, others at every run; or as many as are asked for:

    EXAMPLES=1000 python -m pytest tests/autograd/program/test_random_programs.py
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from autograd import Value, jit, no_grad, value_and_grad, vmap
from autograd.engine.value import number_of
from autograd.program import variant
from autograd.transforms.tree import flatten
from support.random_programs import Function, any_numbers, functions, numbers, own_operations, source

EXAMPLES = int(os.environ.get("EXAMPLES", 40))
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
    except (*ERRORS, TypeError) as error:  # an operation of one's own may have no second derivative
        return type(error), str(error).partition("(")[0]
    return plain(result)


def plain(result: Any) -> list[float | None]:
    """The numbers of a result, NaN as None, and a zero without its sign."""
    found = [float(number_of(x)) for x in flatten(result, "test", "the result")]
    return [None if math.isnan(x) else x + 0.0 for x in found]


def is_same_gradient(made: Function, found: Any, expected: Any) -> bool:
    """Bit for bit, but for the order in which machine code adds what comes to one number from several.

    Where a row selects among its operands, eager's order at a point is not one that serves all points.
    """
    if found == expected or not (made.selects and variant.has_llvm()):
        return bool(found == expected)
    if isinstance(found, tuple) or isinstance(expected, tuple) or None in found or None in expected:
        return False
    return all(abs(a - b) <= 1e-11 * max(map(abs, expected)) for a, b in zip(found, expected, strict=True))


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
        assert is_same_gradient(made, found, expected), story(made, points, i, found, expected)


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


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(any_numbers | numbers))
def test_backward_through_a_call(example: tuple[Function, list[list[float]]]) -> None:
    """In a larger graph, by the arguments and by the Values that the function uses from outside."""
    made, points = example
    parameters = [Value(x) for x in made.parameters]
    f = made.called_with(parameters)

    def gradients(g: Callable[..., Any], *point: float) -> list[float]:
        leaves = [Value(x) for x in point]
        for x in parameters:
            x.grad = 0.0
        result = g(*made.arguments([1.5 * x for x in leaves]))
        y = result if made.result == "number" else result["y"]
        if isinstance(y, Value) and not y.is_constant:
            (3.0 * y).backward()  # from a cotangent of 0 nothing flows through a block
        return [x.grad for x in [*leaves, *parameters]]

    jitted = jit(f)
    for i, point in enumerate(points):
        expected = outcome(lambda *xs: gradients(f, *xs), tuple(point))
        found = outcome(lambda *xs: gradients(jitted, *xs), tuple(point))
        assert is_same_gradient(made, found, expected), story(made, points, i, found, expected)


def at_each(tree: Any, count: int) -> list[list[float | None]]:
    """What a structure of arrays says of each point."""
    leaves = list(_arrays(tree))
    return [plain([x[i] for x in leaves]) for i in range(count)]


def _arrays(tree: Any) -> Iterator[Any]:
    if isinstance(tree, np.ndarray):
        yield tree
    else:
        for x in tree.values() if isinstance(tree, dict) else tree:
            yield from _arrays(x)


def check_batch(
    made: Function,
    points: list[list[float]],
    mapped: Callable[..., Any],
    eager: Callable[..., Any],
    is_same: Callable[..., bool],
) -> None:
    expected = [outcome(eager, made.arguments(point)) for point in points]
    errors = {x[0] for x in expected if isinstance(x, tuple)}
    if errors:
        with pytest.raises(tuple(errors), match="in row"):
            mapped(*made.batch(points))
        return
    found = at_each(mapped(*made.batch(points)), len(points))
    for i in range(len(points)):
        assert is_same(made, found[i], expected[i]), story(made, points, i, found[i], expected[i])


axes_of_points = {"numbers": 0, "list": 0, "array": 0, "tree": (0, None)}


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(any_numbers | numbers))
def test_batches_of_values(example: tuple[Function, list[list[float]]]) -> None:
    made, points = example
    f = made.called_with([Value(x) for x in made.parameters])
    with no_grad():  # or the results are Values, by the parameters
        check_batch(made, points * 4, vmap(jit(f), axes_of_points[made.form]), f, lambda made, a, b: bool(a == b))


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(any_numbers | numbers, result="number"))
def test_batches_of_gradients(example: tuple[Function, list[list[float]]]) -> None:
    made, points = example
    f = made.called_with(made.parameters)
    eager = value_and_grad(f)
    check_batch(made, points * 4, vmap(value_and_grad(jit(f)), axes_of_points[made.form]), eager, is_same_gradient)


@both_ways
@settings(max_examples=EXAMPLES)
@given(functions(result="number"))
def test_the_gradient_of_a_mean(example: tuple[Function, list[list[float]]]) -> None:
    """By arguments with points and one that is the same for all of them."""
    made, points = example
    made = replace(made, form="numbers")
    n = len(points[0])
    points = [[*point[:-1], points[0][-1]] for point in points] * 4
    f = made.called_with(made.parameters)
    by_all = tuple(range(n))
    each = [outcome(value_and_grad(f, argnums=by_all), tuple(point)) for point in points]
    axes = [0] * (n - 1) + [None] if n > 1 else [0]
    args = [*made.batch(points)]
    if n > 1:
        args[-1] = points[0][-1]
    mean = value_and_grad(vmap(jit(f), axes, reduce="mean"), argnums=by_all)
    if any(isinstance(x, tuple) for x in each):
        with pytest.raises(ERRORS):
            mean(*args)
        return
    value, gradients = mean(*args)
    table = np.array([[math.nan if x is None else x for x in row] for row in each])
    close(value, table[:, 0].mean(), np.abs(table[:, 0]).mean())
    for i in range(n):
        column = table[:, 1 + i]
        if axes[i] is None:
            close(gradients[i], column.mean(), np.abs(column).mean())
        else:
            for x, row in zip(gradients[i], table / len(points), strict=True):
                close(
                    x, row[1 + i], np.abs(row[np.isfinite(row)]).max(initial=0.0)
                )  # where terms have cancelled, their rounding is left


def close(a: float, b: float, size: float) -> None:
    if math.isfinite(a) and math.isfinite(b):
        assert abs(a - b) <= 1e-12 * size + 1e-300
    else:
        assert plain(a) == plain(b)
