"""Jitted and mapped functions inside `ieee` and outside: eager's answer each time, wherever they were recorded."""

from __future__ import annotations

import itertools
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import (
    PRIMITIVES,
    Program,
    Value,
    constant,
    exp,
    grad,
    hessian,
    ieee,
    jit,
    log,
    sqrt,
    stop_gradient,
    value_and_grad,
    vmap,
    where,
)
from autograd.engine.value import number_of
from support.every_transform import same

ERRORS = (ValueError, OverflowError, ZeroDivisionError)
NASTY = [0.0, 1.0, -2.5, 1000.0, -1.7e308, math.inf, math.nan]


def answer(f: Callable[..., Any], *args: Any) -> Any:
    """What f returns, or the type of its error."""
    try:
        return f(*args)
    except ERRORS as error:
        return type(error)


def agree(a: Any, b: Any) -> bool:
    if isinstance(a, type) or isinstance(b, type):
        return a is b
    if isinstance(a, (tuple, list)):
        return all(map(agree, a, b))
    return same(a, b)


def both(a: Any, b: Any) -> Any:
    """A branch, a choice, and operations that fail here and there."""
    y = log(a) * b + sqrt(b) / a
    return y if y > 0.0 else y * exp(b * 500.0)


def caught(a: Any, b: Any) -> Any:
    """Asks before, and has an operation of constants that fails."""
    return where(a > 1.0, a * b, exp(b)) + a * exp(1000.0) if b > 0.0 else a**b


@pytest.mark.parametrize("f", [both, caught, lambda a, b: a / b, lambda a, b: a**b * log(constant(0.0))])
@pytest.mark.parametrize("first", [True, False])
def test_calls_inside_and_outside_by_turns(f: Callable[..., Any], first: bool) -> None:
    for recorded, eager in (
        (jit(f), lambda a, b: number_of(f(Value(a), Value(b)))),
        (value_and_grad(jit(f), (0, 1)), value_and_grad(f, (0, 1))),
        (grad(jit(f), (0, 1)), grad(f, (0, 1))),
    ):
        for a, b in itertools.product(NASTY, repeat=2):
            for inside in (first, not first, first):
                if inside:
                    with ieee():
                        expected, found = answer(eager, a, b), answer(recorded, a, b)
                else:
                    expected, found = answer(eager, a, b), answer(recorded, a, b)
                assert agree(found, expected), (a, b, inside, found, expected)


@pytest.mark.parametrize("name", ["div", "pow", "exp", "log", "log1p", "sqrt", "sin", "acos", "cosh", "acosh", "atanh"])
def test_rows_replayed_in_a_graph_and_in_batches(name: str) -> None:
    row = PRIMITIVES[name]
    recorded, mapped = jit(lambda *xs: row(*xs) * 1.0), vmap(value_and_grad(lambda *xs: row(*xs) * 1.0))
    points = list(itertools.product(NASTY, repeat=len(row.operands)))
    expected = []
    with ieee():
        for point in points:
            xs, others = [Value(x) for x in point], [Value(x) for x in point]
            y, z = row(*xs) * 1.0, recorded(*others)
            y.backward()
            assert same(y.data, z.data)
            expected.append((y.data, xs[0].grad))
            z.backward()
            assert all(same(a.grad, b.grad) for a, b in zip(xs, others, strict=True)), point
        values, slopes = mapped(*np.array(points).T)
    assert all(map(agree, zip(values, slopes, strict=True), expected))
    with pytest.raises(ERRORS):
        mapped(*np.array(points).T)


def test_a_call_in_a_graph_pulls_after_the_block_as_it_was_called() -> None:
    x = Value(0.0)
    root = jit(lambda a: sqrt(a) + log(a))
    with ieee():
        y = root(x)
    y.backward()
    assert (y.data, x.grad) == (-math.inf, math.inf)
    w = Value(0.0)
    with ieee():
        mean = vmap(jit(lambda a, b: log(a) * b), in_axes=(None, 0), reduce="mean")(w, np.array([1.0, 2.0]))
    mean.backward()
    assert (mean.data, w.grad) == (-math.inf, math.inf)


def test_higher_orders_of_recorded_functions() -> None:
    f = jit(lambda v: log(v[0]) + v[0] * v[1])
    with ieee():
        assert hessian(f)([0.0, 2.0])[0] == [-math.inf, 1.0]
    with pytest.raises(ERRORS):
        hessian(f)([0.0, 2.0])
    assert hessian(f)([1.0, 2.0])[0] == [-1.0, 1.0]


def guarded(x: Any) -> Any:
    """A block of its own around one operation; the other raises outside."""
    with ieee():
        y = log(x)
    return where(x > 0.0, y, 0.0) + sqrt(stop_gradient(x) + 1.0)


def test_a_block_inside_a_recorded_function(tmp_path: Path) -> None:
    for f in (jit(guarded), grad(jit(guarded)), value_and_grad(jit(guarded))):
        plain = {"grad": grad(guarded), "value_and_grad": value_and_grad(guarded)}.get(getattr(f, "name", ""), guarded)
        for x in (2.0, 0.0, -1.0, -2.0, 0.5):
            assert agree(answer(f, x), answer(plain, x)), x
            with ieee():
                assert agree(answer(f, x), answer(plain, x)), x
    program = jit(guarded).program(2.0)
    program.save(tmp_path / "program.json")
    for again in (program, Program.load(tmp_path / "program.json"), pickle.loads(pickle.dumps(program))):
        assert again(-0.5) == [math.sqrt(0.5)]
        assert jit(again)(-0.5) == [math.sqrt(0.5)]
        with pytest.raises(ValueError, match="sqrt"):
            again(-2.0)
    values = vmap(guarded)(np.array([2.0, -0.5]))
    np.testing.assert_array_equal(values, [guarded(2.0), guarded(-0.5)])


def test_a_whole_function_inside_a_block_of_its_own() -> None:
    f = jit(ieee()(lambda x: log(x) + log(0.0) * x))
    assert f(0.0) != f(0.0)
    assert f(1.0) == -math.inf
    with ieee():
        assert f(1.0) == -math.inf


def test_in_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)
    test_calls_inside_and_outside_by_turns(both, True)
    values = vmap(jit(guarded))(np.array([2.0, -0.5]))
    np.testing.assert_array_equal(values, [guarded(2.0), guarded(-0.5)])
