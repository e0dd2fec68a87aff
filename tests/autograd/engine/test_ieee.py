"""`ieee`: infinities and NaN in place of errors, row by row against PyTorch and NumPy; and whom it concerns."""

from __future__ import annotations

import asyncio
import itertools
import math
import operator
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, exp, ieee, log, no_grad, primitive
from autograd.engine.recording import OPEN, ieee_as, ieee_enabled, ieee_within, recorded
from support.every_transform import same
from support.torch_rows import NOT_IN_TORCH, partial_differs, torch_at, value_differs

ERRORS = (ValueError, OverflowError, ZeroDivisionError)
NASTY = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5, 1000.0, -1000.0, 1.7e308, -1.7e308, 1e-300, -5e-324]
NASTY += [math.inf, -math.inf, math.nan]
every_row = pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in PRIMITIVES.values()])

DIFFERS_OUTSIDE = {
    "acosh": "PyTorch's derivative is a number where the function has left the reals; ours is NaN",
    "fmod": "PyTorch's derivative by a divisor of 0 is infinite; ours is NaN, as the remainder",
    "clip": "of NaN between crossed bounds PyTorch's is 0 by the number; ours is 1, as inside the bounds",
}
"""Rows whose partials are not held against PyTorch's where they raise an error outside `ieee`, and why."""


@pytest.fixture(autouse=True)
def everything_is_closed_afterwards() -> Iterator[None]:
    yield
    assert not ieee_enabled()
    assert not OPEN


def points(row: Primitive) -> Iterator[tuple[float, ...]]:
    count = 2 if row.variadic else len(row.operands)
    return itertools.product(NASTY if count < 3 else NASTY[::2], repeat=count)


def fails(row: Primitive, point: tuple[float, ...]) -> bool:
    try:
        row(*point)
    except ERRORS:
        return True
    return False


def gradient(row: Callable[..., Any], point: tuple[float, ...]) -> tuple[float, list[float]]:
    """The value and the derivatives, by a graph made inside the block and swept outside."""
    xs = [Value(x) for x in point]
    with ieee():
        y = row(*xs)
    if not y.is_constant:
        y.backward()
    return y.data, [x.grad for x in xs]


@every_row
def test_values_and_partials_are_those_of_pytorch(row: Primitive) -> None:
    if row.name in NOT_IN_TORCH:
        return
    asked = list(points(row))
    for point, (expected, slopes) in zip(asked, torch_at(row.name, asked), strict=True):
        y, partials = gradient(row, point)
        failed = fails(row, point)
        assert same(y, expected, tolerance=1e-13, floor=1e-299) or value_differs(row.name, point), (row.name, point)
        for i, (partial, slope) in enumerate(zip(partials, slopes, strict=True)):
            if not (row.name in DIFFERS_OUTSIDE if failed else partial_differs(row.name, point, i)):
                assert same(partial, slope, tolerance=1e-12), (row.name, point)


NUMPY = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power", "abs": "absolute"}
# fmt: off
NUMPY |= {name: name for name in [
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "maximum", "minimum", "hypot", "sin", "cos", "tan",
    "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "clip",
]}
# fmt: on


@pytest.mark.parametrize("name", NUMPY)
def test_values_are_those_of_numpy(name: str) -> None:
    row = PRIMITIVES.get(name) or getattr(autograd, name)
    function = getattr(np, NUMPY[name])
    for point in points(row):
        if name == "pow" and point[1] == 0.5:  # NumPy takes the square root, which differs from a power at −0 and −inf
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            expected = float(function(*map(np.float64, point)))
        with ieee():
            y = row(*point)
        assert same(y, expected, tolerance=1e-13), (name, point, y, expected)


@every_row
def test_nothing_changes_where_nothing_fails(row: Primitive) -> None:
    for point in points(row):
        if not fails(row, point):
            xs = [Value(x) for x in point]
            y = row(*xs)
            if not y.is_constant:
                y.backward()
            expected = y.data, [x.grad for x in xs]
            assert repr(gradient(row, point)) == repr(expected)


@every_row
def test_constants_plain_numbers_and_no_grad_give_the_same_values(row: Primitive) -> None:
    for point in points(row):
        y, partials = gradient(row, point)
        with ieee():
            assert same(row(*point), y)
            with no_grad():
                assert same(row(*map(Value, point)).data, y)
            for i in range(len(point)):  # the other operands are plain numbers
                x = Value(point[i])
                alone = row(*point[:i], x, *point[i + 1 :])
                assert same(alone.data, y)
                if not alone.is_constant:
                    alone.backward()
                    # no edge of a plain zero's; and a plain exponent spares a power
                    assert same(x.grad, partials[i]) or x.grad == 0.0 or row.name == "pow", (row.name, point, i)


@pytest.mark.parametrize("operate", [operator.truediv, operator.pow, operator.add, operator.mul])
def test_operators_are_their_rows(operate: Callable[[Any, Any], Any]) -> None:
    names = {operator.truediv: "div", operator.pow: "pow", operator.add: "add", operator.mul: "mul"}
    row = PRIMITIVES[names[operate]]
    for a, b in itertools.product(NASTY, repeat=2):
        assert repr(gradient(operate, (a, b))) == repr(gradient(row, (a, b)))
        for form in (lambda x, b=b: operate(x, b), lambda x, a=a: operate(a, x)):
            gradient(form, (a,))


def test_divisors_and_bases_that_are_plain_zeros_keep_their_signs() -> None:
    assert gradient(lambda x: x / 0.0, (1.0,)) == (math.inf, [math.inf])
    assert gradient(lambda x: x / -0.0, (1.0,)) == (-math.inf, [-math.inf])
    assert gradient(lambda x: -(0.0**x), (-1.0,))[0] == -math.inf
    assert gradient(lambda x: x ** (1.0 / 3.0), (-8.0,))[0] != gradient(lambda x: x ** (1.0 / 3.0), (-8.0,))[0]
    assert gradient(lambda x: (x * 1.0) ** 2.0, (1e200,)) == (math.inf, [2e200])


def test_reductions_give_infinities() -> None:
    big = [Value(1.7e308), Value(1.7e308)]
    with ieee():
        assert autograd.sum(big).data == autograd.mean(big).data == autograd.prod(big).data == math.inf
        assert autograd.dot(big, big).data == autograd.norm([1.7e308, 1.7e308]) == math.inf
        assert autograd.logsumexp([Value(math.inf), Value(0.0)]).data == math.inf
        assert math.isnan(autograd.logsumexp([Value(math.nan), Value(0.0)]).data)
        with pytest.raises(ValueError, match="of nothing"):
            autograd.mean([])
        with pytest.raises(ValueError, match="nothing to take the mean of"):
            PRIMITIVES["mean"]()


def test_errors_are_raised_before_and_after_and_by_plain_floats() -> None:
    block = ieee()
    for _ in range(2):
        with block, block:
            assert log(0.0) == -math.inf
            with pytest.raises(ZeroDivisionError):
                1.0 / 0.0  # noqa: B018 - of two plain numbers
        with pytest.raises(ValueError, match=r"log\(0.0\)"):
            log(0.0)
    with pytest.raises(RuntimeError, match="mine"), ieee():
        raise RuntimeError("mine")


def test_as_a_decorator() -> None:
    @ieee()
    def likelihood(x: float) -> float:
        return log(x)

    assert likelihood(0.0) == -math.inf
    with pytest.raises(TypeError, match="runs after the call"):

        @ieee()
        def numbers() -> Iterator[float]:
            yield log(0.0)


def test_it_belongs_to_its_thread() -> None:
    found: list[type[BaseException] | float] = []

    def other() -> None:
        try:
            found.append(log(0.0))
        except ValueError as error:
            found.append(type(error))

    with ieee():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert log(0.0) == -math.inf
    assert found == [ValueError]


def test_it_belongs_to_its_task() -> None:
    async def inside(entered: asyncio.Event, tried: asyncio.Event) -> float:
        with ieee():
            entered.set()
            await tried.wait()
            return log(Value(0.0)).data

    async def outside(entered: asyncio.Event, tried: asyncio.Event) -> None:
        await entered.wait()
        with pytest.raises(ValueError, match="log"):
            log(Value(0.0))
        tried.set()

    async def both() -> float:
        entered, tried = asyncio.Event(), asyncio.Event()
        return (await asyncio.gather(inside(entered, tried), outside(entered, tried)))[0]

    assert asyncio.run(both()) == -math.inf


def test_operations_inside_are_recorded_the_short_way() -> None:
    """No operation need ask its context."""
    with ieee():
        assert not OPEN


def test_own_rules_are_run_on_numbers_that_never_raise() -> None:
    ratio = primitive("ratio", lambda a, b: 1.0 + a / abs(b), lambda a, b, y: (1.0 / abs(b), -a / b**2.0))
    assert gradient(ratio, (2.0, -0.0)) == (math.inf, [math.inf, -math.inf])
    bumped = primitive("bumped", lambda a: exp(a) / a, lambda a, y: (y * (1.0 - 1.0 / a),))
    assert gradient(bumped, (1000.0,)) == (math.inf, [math.inf])
    rough = primitive("rough", lambda a: math.log(a) / 2.0, lambda a, y: (math.sqrt(a - 1.0),))
    y, (slope,) = gradient(rough, (0.0,))
    assert math.isnan(y)  # a rule that calls math raises there all the same
    assert math.isnan(slope)
    told = primitive("told", math.log, lambda a, y: (1.0 / a,), ieee=lambda a: -math.inf)
    assert gradient(told, (0.0,)) == (-math.inf, [math.inf])
    with pytest.raises(ZeroDivisionError, match=r"ratio\(2.0, 0.0\)"):
        ratio(2.0, 0.0)
    poor = primitive("poor", math.log, lambda a, y: (1.0 / a,), ieee=lambda a: math.log(a))
    assert math.isnan(gradient(poor, (0.0,))[0])  # what is said of infinities may fail, too


class Deaf:
    """A recorder to which nothing happens."""


def test_what_a_recorded_function_says_itself_is_told_from_what_is_said_around_it() -> None:
    def states() -> tuple[bool, bool]:
        return ieee_enabled(), ieee_within()

    assert states() == (False, False)
    recorder: Any = Deaf()
    with recorded(recorder):
        assert states() == (False, False)
        with ieee():
            assert states() == (True, True)
    with ieee():
        assert states() == (True, True)
        with recorded(recorder):
            assert states() == (True, False)
            with no_grad():
                assert states() == (True, False)
            with ieee(), no_grad():
                assert states() == (True, True)
                with ieee_as(False):
                    assert states() == (False, False)


def test_special_functions_are_those_of_scipy() -> None:
    scipy = pytest.importorskip("scipy.special")
    special = pytest.importorskip("autograd.special")
    for name in ["gammaln", "gamma", "ndtr", "log_ndtr", "ndtri", "erfinv", "logit", "expi", "i0", "i1"]:
        for x in [*NASTY, -2.0]:
            if name == "gamma" and (x < 0.0 or x == 0.0):  # versions of SciPy differ at the poles
                continue
            with ieee():
                y = getattr(special, name)(x)
            with np.errstate(all="ignore"):
                assert same(y, float(getattr(scipy, name)(x)), tolerance=1e-12), (name, x)
    with ieee():
        assert (special.gamma(0.0), special.gamma(-0.0)) == (math.inf, -math.inf)
