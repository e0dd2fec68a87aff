"""`vmap` inside what is recorded: the points are part of the larger program, and the numbers those of a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import exp, grad, hessian, jit, value_and_grad, vmap

np = pytest.importorskip("numpy", reason="NumPy is not installed")

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]


def f(w: Any, x: Any) -> Any:
    """Of one point: a number, and an array."""
    return {"y": exp(-w * x[0]) * x[1], "both": np.array([w * x[0], w + x[1]])}


def one(w: Any, x: Any) -> Any:
    return exp(-w * x[0]) * x[1]


def in_structures(tree: Any, pair: Any) -> Any:
    return exp(-tree["a"][0]) * tree["a"][1]["b"] + pair[0] * pair[0]


def column(w: Any, k: int) -> Any:
    return np.array([w * x[k] for x in X])


def total(tree: Any) -> Any:
    if isinstance(tree, dict):
        return total(list(tree.values()))
    if isinstance(tree, list):
        return sum(map(total, tree[1:]), start=total(tree[0]))
    return total(list(tree)) if isinstance(tree, np.ndarray) else tree


WAYS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "arrays": (
        lambda w: total(vmap(f, in_axes=(None, 0))(w, np.array(X))),
        lambda w: total([f(w, np.array(x)) for x in X]),
    ),
    "sum": (
        lambda w: vmap(one, in_axes=(None, 0), reduce="sum")(w, np.array(X)),
        lambda w: sum(one(w, x) for x in X),
    ),
    "mean": (
        lambda w: vmap(one, in_axes=(None, 0), reduce="mean")(w, np.array(X)),
        lambda w: sum(one(w, x) for x in X) / 3.0,
    ),
    "a gradient for every point": (
        lambda w: total(vmap(grad(one), in_axes=(None, 0))(w, np.array(X))),
        lambda w: sum(exp(-w * x[0]) * x[1] * -x[0] for x in X),
    ),
    "the gradient of the mean": (
        lambda w: grad(vmap(one, in_axes=(None, 0), reduce="mean"))(w, np.array(X)),
        lambda w: sum(exp(-w * x[0]) * x[1] * -x[0] for x in X) / 3.0,
    ),
    "points that are Values": (
        lambda w: total(vmap(one, in_axes=(None, 0))(2.0, np.array([[w * a for a in x] for x in X]))),
        lambda w: sum(one(2.0, [w * a for a in x]) for x in X),
    ),
    "points that are Values in a structure": (
        lambda w: total(vmap(in_structures, in_axes=0)({"a": [column(w, 0), {"b": column(w, 1)}]}, (column(w, 1),))),
        lambda w: sum(in_structures({"a": [w * x[0], {"b": w * x[1]}]}, (w * x[1],)) for x in X),
    ),
    "a shared array of Values": (
        lambda w: total(vmap(lambda a, x: a[0] * x[0] + a[1] * x[1], (None, 0))(np.array([w, w * w]), np.array(X))),
        lambda w: sum(w * x[0] + w * w * x[1] for x in X),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_values_and_derivatives_are_those_of_a_loop(way: str) -> None:
    mapped, loop = WAYS[way]
    replayed = jit(mapped)
    for w in (0.5, -1.25):
        assert replayed(w) == pytest.approx(loop(w), rel=1e-13)
        value, slope = value_and_grad(loop)(w)
        assert value_and_grad(replayed)(w) == pytest.approx((value, slope), rel=1e-12)
        assert grad(grad(replayed))(w) == pytest.approx(hessian(loop)(w), rel=1e-11)


def test_a_mapped_function_mapped_again() -> None:
    rows = np.arange(12.0).reshape(3, 2, 2)
    found = vmap(vmap(one, in_axes=(None, 0)), in_axes=(None, 0))(0.5, rows)
    assert found.shape == (3, 2)
    assert found.tolist() == [[one(0.5, x) for x in part] for part in rows.tolist()]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_of_any_number_of_points(count: int) -> None:
    rows = np.arange(2.0 * count).reshape(count, 2) - 1.5
    found = jit(lambda w: vmap(one, in_axes=(None, 0))(w, rows))(0.5)
    assert np.array(found).tolist() == [one(0.5, x) for x in rows.tolist()]


def test_results_may_hold_arrays_of_any_size() -> None:
    def several(x: Any) -> Any:
        return {"empty": np.zeros((0, 2)), "row": np.array([x, 2.0 * x, 3.0]), "table": np.array([[x], [x * x]])}

    points = np.array([1.0, 2.0, 4.0, 8.0])
    found, expected = jit(lambda xs: vmap(several)(xs))(points), vmap(several)(points)
    assert {key: np.shape(part) for key, part in found.items()} == {
        "empty": (4, 0, 2),
        "row": (4, 3),
        "table": (4, 2, 1),
    }
    assert {key: part.tolist() for key, part in found.items()} == {key: part.tolist() for key, part in expected.items()}
