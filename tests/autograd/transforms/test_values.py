"""values, data, isnan, isfinite: structures of numbers to Values and back, and questions that stay right on replay."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from autograd import Value, constant, data, grad, isfinite, isnan, jit, sign, values, vmap, where
from autograd.transforms.tree import flatten

np = pytest.importorskip("numpy", reason="NumPy is not installed")
Point = namedtuple("Point", "x y")

STRUCTURES = [
    2,
    Fraction(1, 2),
    [],
    [1, 2.0, True],
    (1.0, [2.0, {"a": 3.0}]),
    Point(1.0, 2.0),
    np.float32(1.5),
    np.arange(6).reshape(2, 3),
    np.array([True, False]),
    np.array(2.0),
    np.zeros((0, 2)),
    {"w": np.ones((2, 2)), "b": [np.zeros(3), 1.0]},
]


@pytest.mark.parametrize("numbers", STRUCTURES, ids=str)
def test_there_and_back(numbers: Any) -> None:
    made = values(numbers)
    leaves = flatten(made, "test", "made")
    assert all(type(leaf) is Value and leaf.is_leaf and not leaf.is_constant for leaf in leaves)
    assert len(set(map(id, leaves))) == len(leaves)
    assert repr(data(made)) == repr(data(numbers))
    assert flatten(data(made), "test", "data") == flatten(numbers, "test", "numbers")


def test_of_an_array_comes_an_array() -> None:
    x = values(np.arange(6).reshape(2, 3))
    assert (x.shape, x.dtype) == ((2, 3), object)
    back = data(x * 2.0)
    assert back.dtype == np.float64
    assert (back == 2.0 * np.arange(6).reshape(2, 3)).all()
    back[0, 0] = 7.0  # its own
    assert x[0, 0].data == 0.0


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: values([1.0, Value(2.0)]), r"values: numbers\[1\] must be .*; it is a Value already"),
    (lambda: values(np.array([1j])), r"values: numbers\.flat\[0\] must be .*complex 1j; the engine is real"),
    (lambda: values({"w": [None]}), r"values: numbers\['w'\]\[0\] must be .*NoneType"),
    (lambda: values("12"), r"values: numbers must be .*; convert it with float\(x\)"),
    (lambda: data([1.0, "2"]), r"data: tree\[1\] must be .*; convert it with float\(x\)"),
    (lambda: isnan("nan"), r"isnan: operand a must be .*; convert it with float\(x\)"),
    (lambda: isnan(np.ones(2)), r"isnan: operand a must be .*: \[isnan\(v\) for v in x\.flat\]"),
    (lambda: isfinite(values(np.ones(2))), r"isfinite: .* np\.vectorize\(isfinite, otypes=\[object\]\)\(x\)"),
    (lambda: isfinite(None), r"isfinite: operand a must be .*NoneType"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_what_is_no_number_is_refused_by_its_place(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize("x", [0.0, -1.5, 1e308, math.inf, -math.inf, math.nan])
def test_questions_are_those_of_math(x: float) -> None:
    for made in (x, Value(x), constant(x), np.float64(x)):
        assert isnan(made) is math.isnan(x)
        assert isfinite(made) is math.isfinite(x)


@pytest.mark.parametrize("question", [isnan, isfinite])
def test_questions_are_asked_again_on_replay(question: Callable[[Any], bool]) -> None:
    branches = jit(lambda x: x * 2.0 if question(x) else 7.0 * x)
    chosen = jit(lambda x: where(question(x), x * 2.0, 7.0 * x))
    numbers = [1.0, math.nan, math.inf, -2.0, -math.inf, math.nan]
    for f in (branches, chosen):
        expected = [2.0 * x if question(x) else 7.0 * x for x in numbers]
        assert [f(x) for x in numbers] == pytest.approx(expected, nan_ok=True)
        assert vmap(f)(np.array(numbers)) == pytest.approx(expected, nan_ok=True)
        assert grad(f)(3.0) == (7.0 if question is isnan else 2.0)


def test_numbers_are_not_taken_out_of_what_is_recorded() -> None:
    with pytest.raises(TypeError, match=r"would be frozen; compute with the Value itself"):
        jit(lambda x: data([x, 2.0])[0])(1.0)


def test_sign_takes_either() -> None:
    assert [sign(x) for x in (2.0, -0.5, 0.0, 3)] == [1.0, -1.0, 0.0, 1.0]
    assert sign(Value(-3.0)).data == -1.0
    assert math.isnan(sign(math.nan))
    assert grad(lambda x: sign(x) * x)(-2.0) == -1.0
