"""Batches where no machine code can be made: the numbers, gradients and errors of each point by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, log, value_and_grad, vmap

np = pytest.importorskip("numpy", reason="NumPy is not installed")

X = [0.5, -1.5, 2.0, 0.0, -0.25]


@pytest.fixture(autouse=True)
def without_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)


def smooth(w: Any, x: Any) -> Any:
    return exp(w * x) * w + x


def branching(w: Any, x: Any) -> Any:
    return log(x) * w if x > 0.0 else x * x * w


FUNCTIONS: list[Callable[[Any, Any], Any]] = [smooth, branching]


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1, 0)])
def test_values_and_gradients_of_points(f: Callable[[Any, Any], Any], argnums: Any) -> None:
    mapped = vmap(value_and_grad(f, argnums=argnums), in_axes=(None, 0))
    for w in (1.5, -2.0):
        values, gradients = mapped(w, np.array(X))
        assert vmap(f, in_axes=(None, 0))(w, np.array(X)).tolist() == values.tolist() == [f(w, x) for x in X]
        expected = [value_and_grad(f, argnums=argnums)(w, x)[1] for x in X]
        assert np.array(gradients).T.tolist() == np.array(expected).tolist()


@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_gradient_of_every_point_by_what_they_share(f: Callable[[Any, Any], Any]) -> None:
    """Beside what is shared, and not asked for."""

    def g(weights: Any, x: Any, shift: Any) -> Any:
        return f(weights[0], x) * weights[1] + shift

    mapped = vmap(value_and_grad(g), in_axes=(None, 0, None))
    for weights in ([1.5, -2.0], [0.5, 3.0]):
        values, gradients = mapped(weights, np.array(X), 0.25)
        each = [value_and_grad(g)(weights, x, 0.25) for x in X]
        assert values.tolist() == [value for value, _ in each]
        assert np.array(gradients).T.tolist() == [gradient for _, gradient in each]


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("reduce", ["sum", "mean"])
def test_the_gradient_of_a_sum_and_of_a_mean(f: Callable[[Any, Any], Any], reduce: Any) -> None:
    scale = 1.0 if reduce == "sum" else 1.0 / len(X)
    each = [value_and_grad(f, argnums=(0, 1))(1.5, x) for x in X]
    value, (by_w, by_x) = value_and_grad(vmap(f, (None, 0), reduce=reduce), argnums=(0, 1))(1.5, np.array(X))
    assert value == pytest.approx(scale * sum(y for y, _ in each), rel=1e-14)
    assert by_w == pytest.approx(scale * sum(slopes[0] for _, slopes in each), rel=1e-14)
    assert by_x == pytest.approx([scale * slopes[1] for _, slopes in each], rel=1e-14)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_backward_with_other_cotangents_for_each_point(f: Callable[[Any, Any], Any]) -> None:
    w, c = Value(1.5), Value(-0.5)
    found = vmap(lambda a, x: f(a, x) * c, in_axes=(None, 0))(w, np.array(X))
    sum(y * (k + 1.0) for k, y in enumerate(found)).backward()
    by_map = w.grad, c.grad
    w.grad = c.grad = 0.0
    sum(f(w, x) * c * (k + 1.0) for k, x in enumerate(X)).backward()
    assert by_map == pytest.approx((w.grad, c.grad), rel=1e-14)


def test_an_error_names_the_row() -> None:
    for mapped in (vmap(log), vmap(value_and_grad(log)), value_and_grad(vmap(log, reduce="sum"))):
        with pytest.raises(ValueError, match=r"log\(.*-1.5\).*; in row 1 of the batch"):
            mapped(np.array([0.5, -1.5, 2.0]))
