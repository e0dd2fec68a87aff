"""`vmap`: arrays, axes and structures, and what it refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Value, exp, grad, hessian, jacobian, jit, log, sin, value_and_grad, vmap

RNG = np.random.default_rng(1)


def f(x: Any, y: Any) -> Any:
    return sin(x) * y if x > 0.0 else x - y * y


class Pair(NamedTuple):
    a: Any
    b: Any


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 64, 1001])
def test_any_number_of_points(count: int) -> None:
    x, y = RNG.normal(size=(2, count))
    assert vmap(f)(x, y).tolist() == [f(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    values, slopes = vmap(value_and_grad(f, argnums=(0, 1)))(x, y)
    expected = [value_and_grad(f, argnums=(0, 1))(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    assert list(zip(values.tolist(), zip(slopes[0].tolist(), slopes[1].tolist(), strict=True), strict=True)) == expected


def test_axes_and_structures() -> None:
    def h(tree: Any, row: Any, pair: Any, flag: bool) -> Any:
        total = tree["w"][0] * row[0] + tree["w"][1] * row[2] + pair.a * pair.b
        return {"y": -total if flag else total, "rest": [row * 2.0, 5.0]}

    tree = {"w": [RNG.normal(size=5), 3.0]}
    rows, b = RNG.normal(size=(3, 5)), RNG.normal(size=(5,))
    axes = ({"w": [0, None]}, 1, Pair(None, -1), None)
    found = vmap(h, axes)(tree, rows, Pair(2.0, b), True)
    for i in range(5):
        one = h({"w": [tree["w"][0][i], 3.0]}, rows[:, i], Pair(2.0, b[i]), True)
        assert found["y"][i] == one["y"]
        assert found["rest"][0][i].tolist() == one["rest"][0].tolist()
        assert found["rest"][1][i] == 5.0


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0)[::2],
        np.arange(6.0).reshape(3, 2)[:, 1],
        np.arange(3.0)[::-1],
        np.arange(3),
        np.arange(3, dtype=np.float32) / np.float32(3.0),
        np.arange(3).astype(">f8"),
        np.array([True, False, True]),
        np.broadcast_to(2.0, 3),
    ],
    ids=["strided", "a column", "backward", "ints", "float32", "big-endian", "bools", "broadcast"],
)
def test_arrays_of_other_layouts_and_types(array: Any) -> None:
    expected = [f(float(x), 2.0) for x in array]
    mapped = vmap(f, (0, None))
    assert mapped(array, 2.0).tolist() == expected
    assert mapped(array, 2.0).tolist() == expected  # by now it takes a shorter way
    assert vmap(value_and_grad(f), (0, None))(array, 2.0)[0].tolist() == expected


def test_gradients_of_a_mean_and_of_a_sum() -> None:
    x, y = RNG.normal(size=(2, 50))
    each = [value_and_grad(lambda a, c, b: f(a, b) * c, argnums=(0, 1))(p, 3.0, q) for p, q in zip(x, y, strict=True)]
    for reduce, scale in (("mean", 1.0 / 50.0), ("sum", 1.0)):
        mapped = vmap(lambda a, c, b: f(a, b) * c, (0, None, 0), reduce=reduce)  # type: ignore[arg-type]
        value, (by_x, by_c) = value_and_grad(mapped, argnums=(0, 1))(x, 3.0, y)
        assert value == pytest.approx(scale * math.fsum(v for v, _ in each), rel=1e-13)
        assert by_x.tolist() == pytest.approx([scale * g[0] for _, g in each], rel=1e-13)
        assert by_c == pytest.approx(scale * math.fsum(g[1] for _, g in each), rel=1e-13)


@pytest.mark.parametrize(("reduce", "scale"), [("mean", 1.0 / 50.0), ("sum", 1.0)])
def test_a_mean_and_a_sum_of_values_and_of_gradients_of_points(reduce: Any, scale: float) -> None:
    x, y = RNG.normal(size=(2, 50))
    each = [value_and_grad(f, argnums=(0, 1))(p, q) for p, q in zip(x.tolist(), y.tolist(), strict=True)]
    assert vmap(f, reduce=reduce)(x, y) == pytest.approx(scale * math.fsum(v for v, _ in each), rel=1e-13)
    found = vmap(grad(f, argnums=(0, 1)), reduce=reduce)(x, y)
    assert found == pytest.approx([scale * math.fsum(g[i] for _, g in each) for i in (0, 1)], rel=1e-13)
    both = vmap(grad(lambda p: f(p[0], p[1]) + f(p[1], p[0])), 1, reduce=reduce)(np.array([x, y]))
    pairs = [grad(lambda p: f(p[0], p[1]) + f(p[1], p[0]))(p) for p in np.array([x, y]).T.tolist()]
    assert both == pytest.approx(scale * np.sum(pairs, axis=0), rel=1e-12)


def test_what_is_no_number_is_the_same_for_all_points() -> None:
    x = RNG.normal(size=9)
    for g in (sin, exp):
        assert vmap(lambda g, a, b: g(a) if b is g else a)(g, x, g).tolist() == [g(a) for a in x.tolist()]


def test_arguments_of_more_forms_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.mapped.MOST_PLANS", 2)
    monkeypatch.setattr("autograd.program.array_plan.MOST_PLANS", 2)
    mapped, gradient = vmap(lambda x: x * x), value_and_grad(jit(lambda x: (x * x).sum()))
    for count in (1, 2, 3, 4, 2, 1, 3, 3, 4, 4):
        x = np.arange(count) + 1.0
        assert mapped(x).tolist() == (x * x).tolist()
        value, slopes = gradient(x)
        assert (value, slopes.tolist()) == ((x * x).sum(), (2.0 * x).tolist())


def test_backward_reaches_what_is_used_from_outside() -> None:
    x = RNG.normal(size=20)
    w, c = Value(2.0), Value(-1.0)
    y = vmap(lambda a, shared: exp(w * a) * shared if a > 0.0 else w * w, (0, None), reduce="sum")(x, c)
    (y * 3.0).backward()
    found = w.grad, c.grad
    w.grad = c.grad = 0.0
    for a in x.tolist():
        (3.0 * (exp(w * a) * c if a > 0.0 else w * w)).backward()
    assert found == pytest.approx((w.grad, c.grad), rel=1e-13)


def test_threads_change_no_number() -> None:
    x, y = RNG.normal(size=(2, 30_000))
    mean = lambda threads: value_and_grad(vmap(f, (0, None), reduce="mean", threads=threads), argnums=1)(x, 0.3)  # noqa: E731
    assert mean(1) == mean(2) == mean(5)
    assert (vmap(f, threads=1)(x, y) == vmap(f, threads=3)(x, y)).all()


# ---------------------------------------------------------------------------------------------------------------------
# Numbers that are none, and errors


def test_rows_of_nan() -> None:
    x = np.array([1.0, math.nan, -2.0] * 7)
    found = vmap(jit(lambda a: a * a + exp(a)))(x)
    assert np.isnan(found).tolist() == np.isnan(x).tolist()
    assert found[2] == 4.0 + math.exp(-2.0)


@pytest.mark.parametrize("where", [0, 7, 8, 18])
def test_an_error_names_the_row(where: int) -> None:
    x = np.arange(1.0, 20.0)
    x[where] = -1.0
    for mapped in (vmap(log), vmap(grad(jit(lambda a: log(a)))), grad(vmap(lambda a: log(a), reduce="sum"))):
        for _ in range(2):
            with pytest.raises(ValueError, match=rf"log\(.*-1.0\).*; in row {where} of the batch"):
                mapped(x)
        assert np.isfinite(mapped(np.abs(x))).all()


def test_what_a_point_raises_by_itself_is_not_raised_by_another_way() -> None:
    x = np.array([2.0, -1.0, 0.0, 4.0] * 5)
    assert vmap(lambda a: log(a) if a > 0.0 else a)(x).tolist() == [math.log(a) if a > 0.0 else a for a in x]


ONES = np.ones(3)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: vmap(f)(ONES, np.ones(4)), ValueError, "got 3 in argument 0 and 4 in argument 1"),
        (lambda: vmap(f)(np.ones(0), np.ones(0)), ValueError, "a batch of 0 points"),
        (lambda: vmap(f)(1.0, ONES), TypeError, "argument 0 is one number, float 1.0, .*None in in_axes"),
        (lambda: vmap(f)([1.0, 2.0], ONES), TypeError, r"argument 0\[0\] is one number"),
        (lambda: vmap(f, None)(1.0, 2.0), ValueError, "needs an argument with an axis of points"),
        (lambda: vmap(f, (0,))(ONES, ONES), ValueError, "in_axes has 1 entries for 2 arguments of f"),
        (lambda: vmap(f, 1)(ONES, ONES), ValueError, r"argument 0 has the shape \(3,\), and no axis 1"),
        (lambda: vmap(f, -2)(ONES, ONES), ValueError, "no axis -2"),
        (lambda: vmap(f)(np.array(1.0), ONES), ValueError, r"the shape \(\), and no axis 0"),
        (lambda: vmap(f, 0.5)(ONES, ONES), TypeError, "must be an int or None, got float"),
        (lambda: vmap(f, True)(ONES, ONES), TypeError, "must be an int or None, got bool"),
        (lambda: vmap(f, ({"a": 0}, 0))(ONES, ONES), TypeError, "int or None"),
        (lambda: vmap(f, ([0], 0))([ONES, ONES], ONES), ValueError, r"must have its 2 entries, got \[0\]"),
        (lambda: vmap(f, ({"a": 0}, 0))({"b": ONES}, ONES), ValueError, "must have its 1 entries"),
        (lambda: vmap(f)(np.array(["a"]), np.ones(1)), TypeError, "must be an array of real numbers, .*dtype <U1"),
        (lambda: vmap(f)(1j * ONES, ONES), TypeError, "dtype complex128"),
        (lambda: vmap(f)(np.array([None]), np.ones(1)), TypeError, "dtype object"),
        (lambda: vmap(f, reduce="max"), ValueError, "reduce must be None, 'mean' or 'sum', got 'max'"),  # type: ignore[arg-type]
        (lambda: vmap(f, threads=0), ValueError, "threads must be an int of 1 or more"),
        (lambda: vmap(f, threads=1.5), ValueError, "threads must be an int of 1 or more, got 1.5"),  # type: ignore[arg-type]
        (lambda: vmap(3.0), TypeError, "must be a function, got float"),  # type: ignore[arg-type]
        (lambda: vmap(f)(ONES), TypeError, "missing 1 required positional argument"),
        (lambda: grad(vmap(f))(ONES, ONES), TypeError, r"write vmap\(grad\(f\)\)"),
        (
            lambda: vmap(f)(np.ma.array(ONES, mask=[False, True, False]), ONES),
            TypeError,
            "^f: argument 0 is a masked array",
        ),
        (lambda: vmap(f, ([0], 0))({"a": ONES}, ONES), TypeError, "an int, None or of its structure, got list"),
        (lambda: grad(vmap(f, reduce="sum"), has_aux=True)(ONES, ONES), TypeError, r"vmap\(grad\(f, has_aux=True\)\)"),
        (
            lambda: hessian(lambda w: vmap(f, (None, 0), reduce="sum")(w, ONES))(2.0),
            TypeError,
            "vmap of f: its gradient is numbers, which can't be differentiated again",
        ),
        (lambda: vmap(grad(f, argnums=2))(ONES, ONES), ValueError, "argnums is 2"),
        (lambda: vmap(grad(lambda x: [x, x]))(ONES), TypeError, "it must return one number to have a gradient"),
        (lambda: vmap(lambda x: [x] if x > 0.0 else x)(np.array([1.0, -1.0])), ValueError, "for some points"),
    ],
)
def test_refused(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()
    assert vmap(f)(ONES, ONES).tolist() == [f(1.0, 1.0)] * 3


def test_other_derivatives_of_points() -> None:
    x, y = RNG.normal(size=(2, 9))
    for transform in (hessian, jacobian):
        found = vmap(transform(f, argnums=(0, 1)))(x, y)
        for i in range(9):
            expected = np.array(transform(f, argnums=(0, 1))(x[i], y[i]))
            assert np.array(found)[..., i] == pytest.approx(expected, rel=1e-14)


def test_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.support.extras.find_spec", lambda package: None)
    with pytest.raises(ImportError, match=r"vmap: it needs numpy.*pip install numpy$"):
        vmap(f)
    assert jit(f)(0.5, 2.0) == f(0.5, 2.0)  # in plain Python


@pytest.mark.parametrize("known", [[-1.0, 1.0], [1.0, -1.0]])
@pytest.mark.parametrize("count", [2, 9, 61])
def test_an_error_names_its_row_where_all_other_points_go_another_way(count: int, known: list[float]) -> None:
    g = lambda a: log(a) if a > 0.0 else log(a + 2.0) * 3.0  # noqa: E731
    for bad in (0, count // 2, count - 1):
        x = np.arange(1.0, count + 1.0)
        x[bad] = -3.0
        mapped = vmap(g)
        mapped(np.array(known))
        with pytest.raises(ValueError, match=rf"log\(-1.0\).*; in row {bad} of the batch"):
            mapped(x)
