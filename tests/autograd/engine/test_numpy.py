"""NumPy: its scalars are numbers, its object arrays compute with Values and keep the graph."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, constant

np = pytest.importorskip("numpy", reason="NumPy is not installed")

SCALARS = [
    np.bool_(True),
    np.int8(3),
    np.uint8(3),
    np.int64(3),
    np.uint64(3),
    np.float16(1.5),
    np.float32(1.5),
    np.float64(1.5),
    np.longdouble(1.5),
]
every_scalar = pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: scalar.dtype.name)


# ---------------------------------------------------------------------------------------------------------------------
# Scalars


@every_scalar
def test_a_scalar_makes_a_value(scalar: Any) -> None:
    v = Value(scalar)
    assert type(v.data) is float
    assert v.data == float(scalar)
    v.data = v.grad = scalar
    assert type(v.data) is type(v.grad) is float
    assert autograd.exp(scalar) == autograd.exp(float(scalar))
    assert autograd.sum([v, scalar]).operands == (v, float(scalar))


@every_scalar
@pytest.mark.parametrize(
    "operate",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv],
    ids=lambda f: f.__name__,
)
def test_a_scalar_is_an_operand_on_either_side(scalar: Any, operate: Callable[[Any, Any], Any]) -> None:
    for v in (Value(2.0), constant(2.0)):
        for result, expected in [
            (operate(v, scalar), operate(2.0, float(scalar))),
            (operate(scalar, v), operate(float(scalar), 2.0)),
        ]:
            assert type(result) is Value
            assert result.data == expected
            assert result.is_constant == v.is_constant
            assert all(type(x) in (Value, float) for x in result.operands)


@every_scalar
def test_a_scalar_compares(scalar: Any) -> None:
    number = float(scalar)
    assert bool(Value(number) == scalar)
    assert bool(scalar == Value(number))
    assert bool(Value(0.5) < scalar)
    assert bool(scalar > Value(0.5))


def test_complex_scalars_and_arrays_are_not_numbers() -> None:
    for thing in (np.complex128(1j), np.array([1.0, 2.0]), np.datetime64("2020-01-01"), np.str_("3")):
        with pytest.raises(TypeError, match="must be a real number"):
            Value(thing)


# ---------------------------------------------------------------------------------------------------------------------
# Object arrays


def values(*numbers: float) -> tuple[list[Value], Any]:
    xs = [Value(number) for number in numbers]
    return xs, np.array(xs)


@pytest.mark.parametrize(
    "operate",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv],
)
def test_arithmetic_broadcasts(operate: Callable[[Any, Any], Any]) -> None:
    xs, array = values(1.0, 2.0, 3.0)
    w = Value(2.0)
    for result, expected in [
        (operate(w, array), [operate(2.0, x.data) for x in xs]),
        (operate(array, w), [operate(x.data, 2.0) for x in xs]),
        (operate(array, array), [operate(x.data, x.data) for x in xs]),
        (operate(array, 2.0), [operate(x.data, 2.0) for x in xs]),
        (operate(np.array([1.0, 2.0, 3.0]), array), [operate(x.data, x.data) for x in xs]),
        (operate(w, np.array([1.0, 2.0, 3.0])), [operate(2.0, x.data) for x in xs]),
        (operate(np.array([1.0, 2.0, 3.0]), w), [operate(x.data, 2.0) for x in xs]),
        (operate(w, np.arange(1, 4)), [operate(2.0, x.data) for x in xs]),
    ]:
        assert result.shape == (3,)
        assert all(type(y) is Value and y.operands for y in result)
        assert [y.data for y in result] == expected


UFUNCS = {
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "log2": "log2",
    "log10": "log10",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "arcsinh": "asinh",
    "arctanh": "atanh",
    "absolute": "abs",
    "negative": "neg",
}


@pytest.mark.parametrize(("ufunc", "row"), UFUNCS.items())
def test_ufuncs_call_the_rows(ufunc: str, row: str) -> None:
    _, array = values(0.25, 0.5)
    result = getattr(np, ufunc)(array)
    assert [y.primitive.name for y in result] == [row, row]
    assert [y.data for y in result] == pytest.approx([float(getattr(np, ufunc)(x)) for x in (0.25, 0.5)], rel=1e-15)
    single = getattr(np, ufunc)(Value(0.25))
    assert single.primitive.name == row


def test_arccosh_and_square() -> None:
    _, array = values(1.5, 2.0)
    assert [y.primitive.name for y in np.arccosh(array)] == ["acosh"] * 2
    assert [y.data for y in np.square(array)] == [2.25, 4.0]
    assert all(y.operands for y in np.square(array))


@pytest.mark.parametrize(("ufunc", "row"), [("hypot", "hypot"), ("arctan2", "atan2"), ("power", "pow")])
def test_ufuncs_of_two_operands(ufunc: str, row: str) -> None:
    xs, array = values(3.0, 1.0)
    ys, other = values(4.0, 2.0)
    result = getattr(np, ufunc)(array, other)
    assert [y.primitive.name for y in result] == [row, row]
    assert [y.operands for y in result] == list(zip(xs, ys, strict=True))
    assert [y.data for y in result] == pytest.approx(getattr(np, ufunc)([3.0, 1.0], [4.0, 2.0]))


def gradients(xs: list[Value], y: Value) -> list[float]:
    for x in xs:
        x.grad = 0.0
    y.backward()
    return [x.grad for x in xs]


def test_reductions_keep_the_graph() -> None:
    xs, array = values(1.0, 5.0, 3.0)
    assert gradients(xs, array.sum()) == gradients(xs, np.sum(array)) == [1.0, 1.0, 1.0]
    assert gradients(xs, array.mean()) == gradients(xs, np.mean(array)) == pytest.approx([1 / 3] * 3)
    assert gradients(xs, np.max(array)) == [0.0, 1.0, 0.0]
    assert gradients(xs, array.min()) == [1.0, 0.0, 0.0]
    assert gradients(xs, np.prod(array)) == [15.0, 3.0, 5.0]
    assert gradients(xs, np.cumsum(array)[1]) == [1.0, 1.0, 0.0]
    assert gradients(xs, np.mean(array.reshape(3, 1), axis=0)[0]) == pytest.approx([1 / 3] * 3)
    assert int(np.argmax(array)) == 1
    assert [v.data for v in np.sort(array)] == [1.0, 3.0, 5.0]


@pytest.mark.parametrize(
    "product",
    [
        np.dot,
        np.inner,
        operator.matmul,
        lambda a, b: np.einsum("i,i->", a, b),
        lambda a, b: np.tensordot(a, b, axes=1)[()],
        lambda a, b: (a * b).sum(),
    ],
    ids=["dot", "inner", "@", "einsum", "tensordot", "sum of products"],
)
def test_products_keep_the_graph(product: Callable[[Any, Any], Any]) -> None:
    xs, array = values(1.0, 2.0)
    ws, weights = values(3.0, 4.0)
    y = product(array, weights)
    assert y.data == 11.0
    assert gradients(xs, y) == [3.0, 4.0]
    assert gradients(ws, y) == [1.0, 2.0]
    assert gradients(xs, product(array, np.array([5.0, 6.0]))) == [5.0, 6.0]
    assert gradients(xs, product(np.array([5.0, 6.0]), array)) == [5.0, 6.0]


def test_matrices() -> None:
    """d(Σᵢⱼ Gᵢⱼ (XW)ᵢⱼ)/dX = G Wᵀ, computed by NumPy in floats."""
    generator = random.Random(0)

    def matrix(rows: int, columns: int) -> Any:
        return np.array([[generator.uniform(-1, 1) for _ in range(columns)] for _ in range(rows)])

    x, w, g = matrix(3, 4), matrix(4, 2), matrix(3, 2)
    vx, vw = np.vectorize(Value, otypes=[object])(x), np.vectorize(Value, otypes=[object])(w)
    for product in (vx @ vw, np.einsum("ij,jk->ik", vx, vw), np.matmul(vx, vw)):
        y = (product * g).sum()
        assert y.data == pytest.approx(float((x @ w * g).sum()))
        assert gradients(list(vx.flat), y) == pytest.approx(list((g @ w.T).flat))
        assert gradients(list(vw.flat), y) == pytest.approx(list((x.T @ g).flat))


def test_the_norm_of_an_array() -> None:
    xs, array = values(3.0, 4.0)
    assert np.linalg.norm(array).data == 5.0
    assert gradients(xs, np.linalg.norm(array)) == pytest.approx([0.6, 0.8])


def test_comparisons_broadcast() -> None:
    _, array = values(1.0, 2.0, 3.0)
    assert list(array > 1.5) == list(Value(1.5) < array) == [False, True, True]
    assert list(array == np.array([1.0, 0.0, 3.0])) == [True, False, True]
    assert [v.data for v in np.where(array > 1.5, array, 0.0)[1:]] == [2.0, 3.0]


@pytest.mark.parametrize(
    "convert",
    [
        lambda array: array.astype(float),
        lambda array: np.array(list(array), dtype=np.float64),
        lambda array: np.float64(array[0]),
        lambda array: np.zeros(1).__setitem__(0, array[0]),
        lambda array: np.asarray(array, dtype=int),
    ],
)
def test_arrays_of_floats_are_not_made_silently(convert: Callable[[Any], Any]) -> None:
    _, array = values(1.0, 2.0)
    with pytest.raises(TypeError, match=r"would drop its gradient silently; use \.data"):
        convert(array)


@pytest.mark.parametrize("ufunc", ["isnan", "isfinite", "spacing", "heaviside"])
def test_ufuncs_without_a_row_are_refused(ufunc: str) -> None:
    _, array = values(1.0, 2.0)
    operands = (array, array) if ufunc == "heaviside" else (array,)
    with pytest.raises(TypeError):
        getattr(np, ufunc)(*operands)
