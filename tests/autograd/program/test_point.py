"""Every row in machine code, at one point and in batches, at zeros, ends of domains, huge numbers, infinities, NaN.

Value, gradient and error are those of the engine.
"""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograd import (
    PRIMITIVES,
    Primitive,
    Program,
    Value,
    erf,
    exp,
    jit,
    sigmoid,
    silu,
    sin,
    softplus,
    tanh,
    value_and_grad,
    vmap,
)
from autograd.engine.value import number_of
from autograd.program.operations import Guard, Place
from autograd.program.plain import Plain
from autograd.program.result import DONE, OTHER_BRANCH
from support.calls import calls
from support.expressions import apply_engine

ERRORS = (ValueError, OverflowError, ZeroDivisionError)
inf, nan = math.inf, math.nan
ONE = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1.0000001, 1e-320, -1e-320, 1e160, 1e308, -1e308, 710.0, -746.0]
NASTY = {1: [*ONE, inf, -inf, nan], 2: [*ONE, inf, -inf, nan], 3: [0.0, 1.0, -1.0, 0.5, 1e308, inf, -inf, nan]}
FEW = [0.0, 1.0, 1e308, inf, nan]
ROWS = [
    (name, count)
    for name, row in PRIMITIVES.items()
    if name != "take"  # its index is a whole number
    for count in (([2, 4] if name == "dot" else [1, 2, 3]) if row.variadic else [len(row.operands)])
]


def outcome(compute: Callable[..., Any], point: Sequence[Any]) -> Any:
    """The numbers, NaN as None, a zero without its sign; or the type of the error."""
    try:
        result = compute(*point)
    except ERRORS as error:
        return type(error)
    numbers = [result[0], *result[1]] if isinstance(result, tuple) else [result]
    return [None if math.isnan(x) else x + 0.0 for x in map(number_of, numbers)]


@pytest.mark.usefixtures("nothing_is_computed_again")
@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.samples], ids=lambda row: row.name)
def test_at_its_samples_every_row_is_computed_by_machine_code(row: Primitive) -> None:
    pytest.importorskip("llvmlite")
    for sample in row.samples:
        by_all = tuple(range(len(sample)))
        value, slopes = value_and_grad(row, by_all)(*sample)
        assert number_of(jit(row)(*sample)) == value
        assert value_and_grad(jit(row), by_all)(*sample) == (value, slopes)
        values, each = vmap(value_and_grad(jit(row), by_all))(*np.array([sample] * 9).T)
        assert values.tolist() == [value] * 9
        assert [slope.tolist() for slope in each] == [[slope] * 9 for slope in slopes]


@pytest.mark.parametrize(("name", "count"), ROWS, ids=[f"{name}-{count}" for name, count in ROWS])
def test_values_gradients_and_errors(name: str, count: int) -> None:
    def f(*xs: Any) -> Any:
        return apply_engine(name, list(xs))

    by_all = tuple(range(count))
    eager, gradient, jitted = value_and_grad(f, by_all), value_and_grad(jit(f), by_all), jit(f)
    good = []
    for point in itertools.product(NASTY.get(count, FEW), repeat=count):
        expected = outcome(f, [Value(x) for x in point])
        assert outcome(jitted, point) == expected, point
        both = outcome(eager, point)
        assert outcome(gradient, point) == both, point
        if isinstance(both, list):
            good.append((point, both))
    columns = np.array([point for point, _ in good]).T
    values, slopes = vmap(gradient)(*columns)
    for i, (point, both) in enumerate(good):
        assert outcome(lambda i=i: (values[i], [x[i] for x in slopes]), ()) == both, point


def test_errors_of_a_batch_are_those_of_its_points() -> None:
    for f, point in [(lambda a, b: a / b, (inf, 0.0)), (lambda a, b: a / b, (nan, 0.0))]:
        x, y = (np.array([1.0, number] * 5) for number in point)
        with pytest.raises(ZeroDivisionError, match="in row 1 of"):
            vmap(f)(x, y)


def test_what_no_one_uses_may_raise_an_error() -> None:
    def f(x: Any) -> Any:
        1.0 / x
        return x * 2.0

    jitted = jit(f)
    assert jitted(2.0) == 4.0
    with pytest.raises(ZeroDivisionError):
        jitted(0.0)
    with pytest.raises(ZeroDivisionError, match="in row 3"):
        vmap(jitted)(np.array([1.0, 2.0, 3.0, 0.0]))


def mixed(x: Any, y: Any) -> Any:
    """Some hundred operations whose partials call functions, in several pieces of machine code."""
    for _ in range(40):
        a = sigmoid(x) * y + tanh(x - y)
        b = silu(a) + erf(a * y) - sigmoid(x)
        x, y = softplus(b) - 0.5 * x, sin(a) * exp(-x * x) + 0.3
    return x * y


@pytest.mark.parametrize(("x", "y"), [(0.3, -0.7), (-2.0, 1.5), (0.0, 0.0), (40.0, -3.0)])
def test_partials_that_are_kept_have_the_bits_of_eager(x: float, y: float) -> None:
    expected, by = value_and_grad(mixed, argnums=(0, 1))(x, y)
    assert value_and_grad(jit(mixed), argnums=(0, 1))(x, y) == (expected, by)
    found, (by_x, by_y) = vmap(value_and_grad(jit(mixed), argnums=(0, 1)))(np.full(11, x), np.full(11, y))
    assert found.tolist() == [expected] * 11
    assert by_x.tolist() == [by[0]] * 11
    assert by_y.tolist() == [by[1]] * 11


@pytest.mark.parametrize(("more", "keeps"), [(-1, False), (0, True), (1, True)])
def test_other_threads_run_meanwhile_where_a_program_is_long(
    more: int, keeps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To let go of the interpreter takes longer than a short program does."""
    pytest.importorskip("llvmlite")
    from autograd.program import point

    program = jit(mixed).program(0.5, 0.25)
    monkeypatch.setattr(point, "_LONG", len(program) + more)
    run, keeps_it = [type(x) for x in (point.Point(program, None).run, ctypes.PYFUNCTYPE(ctypes.c_int)())]
    assert (run._flags_ == keeps_it._flags_) is keeps


@pytest.mark.parametrize("picked", [(0, 1), (1, 0), (0,), (1,), (1, 1), ()])
def test_the_fastest_way_returns_the_adjoints_that_are_picked(picked: tuple[int, ...]) -> None:
    pytest.importorskip("llvmlite")
    from autograd.program.point import Point

    point = Point(jit(lambda x, y: x * x * y).program(1.0, 1.0), (True, True))
    plan = point.plan(picked)
    assert plan is not None
    for x, y in ((2.0, 3.0), (-1.0, 5.0)):
        slopes = 2.0 * x * y, x * x
        assert plan((x, y)) == (x * x * y, tuple(slopes[i] for i in picked))


def test_one_memory_serves_calls_that_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llvmlite")
    from autograd.program.point import Point

    program = jit(lambda x: 1.0 / x).program(1.0)
    made = calls(monkeypatch, Point, "space")
    point = Point(program, (True,))
    plan = point.plan([0])
    assert plan is not None
    for x in (2.0, 0.0, 4.0):
        status = point([x], [1.0]).status
        assert plan((x,)) == (None if status != DONE else (1.0 / x, (-1.0 / (x * x),)))
    assert len(made) == 1


@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("wanted", [None, (True,)])
def test_a_program_that_asks_its_input(wanted: tuple[bool, ...] | None, answer: bool) -> None:
    """A file may hold such a one. With machine code and without, it is not for points that answer otherwise."""
    pytest.importorskip("llvmlite")
    from autograd.program.point import Point

    program = Program(
        name="f",
        inputs=["x"],
        constants=[3.0],
        primitives=[PRIMITIVES["add"]],
        operands=[(0, -1)],
        outputs=[1],
        guards=[Guard(0, answer, 0)],
        places=[Place("f.py", 1)],
    )
    for kernel in (Point(program, wanted), Plain(program, wanted)):
        for x in (2.0, 0.0, -1.0):
            found = kernel([x], [] if wanted is None else [1.0])
            assert found.status == (DONE if (x != 0.0) is answer else OTHER_BRANCH)
            if found.status == DONE:
                assert list(found.outputs) == [x + 3.0]
                assert list(found.adjoints) == ([] if wanted is None else [1.0])
