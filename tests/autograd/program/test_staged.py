"""Sums of products over a batch: which become matrix products, and that these are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import dot, exp, jit, log, relu, sigmoid, sin, tanh, value_and_grad, vmap
from autograd import sum as total

pytest.importorskip("llvmlite")

from autograd.program import staged
from autograd.program.entry import Prepared
from autograd.program.stage import OWN
from autograd.program.staged import Staged
from autograd.program.steps import Memory
from support.calls import calls

RANDOM = np.random.default_rng(0)


def by_dot(row: Any, x: Any) -> Any:
    return dot(row, x)


def backwards(row: Any, x: Any) -> Any:
    return dot(x, row)


def by_hand(row: Any, x: Any) -> Any:
    y = row[0] * x[0]
    for a, b in zip(row[1:], x[1:], strict=True):
        y = y + b * a
    return y


def by_python(row: Any, x: Any) -> Any:
    return sum(a * b for a, b in zip(row, x, strict=True))


def by_sum(row: Any, x: Any) -> Any:
    return total([a * b for a, b in zip(row, x, strict=True)])


def alternating(row: Any, x: Any) -> Any:
    return total([a * b if i % 2 else b * a for i, (a, b) in enumerate(zip(row, x, strict=True))])


PRODUCTS = [by_dot, backwards, by_hand, by_python, by_sum, alternating]


def network(product: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The squared error of a network of two layers, with a number of the input that is used beside them."""

    def loss(parameters: Any, x: Any, t: Any) -> Any:
        w1, b1, w2, b2 = parameters
        hidden = [tanh(product(row, list(x)) + b) for row, b in zip(w1, b1, strict=True)]
        out = [sigmoid(product(row, hidden) + b) * x[0] for row, b in zip(w2, b2, strict=True)]
        return total([(y - wanted) * (y - wanted) for y, wanted in zip(out, t, strict=True)])

    return loss


def by_numpy(parameters: list[Any], x: Any, t: Any) -> tuple[float, list[Any], Any]:
    """The mean loss of the network, and its gradients by hand."""
    w1, b1, w2, b2 = parameters
    h = np.tanh(x @ w1.T + b1)
    s = 1.0 / (1.0 + np.exp(-(h @ w2.T + b2)))
    error = s * x[:, :1] - t
    n = len(x)
    by_out = 2.0 * error / n
    d2 = by_out * x[:, :1] * s * (1.0 - s)
    d1 = (d2 @ w2) * (1.0 - h * h)
    by_x = d1 @ w1
    by_x[:, 0] += (by_out * s).sum(axis=1)
    return float((error**2).sum() / n), [d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)], by_x


def example(n: int = 400) -> tuple[list[Any], Any, Any]:
    shapes = [(40, 30), (40,), (8, 40), (8,)]
    return [RANDOM.normal(size=s) * 0.3 for s in shapes], RANDOM.normal(size=(n, 30)), RANDOM.normal(size=(n, 8))


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_network_however_its_sums_are_written(product: Callable[[Any, Any], Any]) -> None:
    parameters, x, t = example()
    mapped = vmap(jit(network(product)), in_axes=(None, 0, 0), reduce="mean")
    listing = mapped.listing(parameters, x, t)
    assert listing.count("matrix product: ") == 2
    assert "matrix product: 40 rows parameters[0].flat[0], ..." in listing
    value, gradients, by_x = by_numpy(parameters, x, t)
    for _ in range(2):  # the second call takes the short way
        found, (by_parameters, by_inputs) = value_and_grad(mapped, argnums=(0, 1))(parameters, x, t)
        assert found == pytest.approx(value, rel=1e-12)
        for a, b in zip(by_parameters, gradients, strict=True):
            assert a == pytest.approx(b, rel=1e-9, abs=1e-14)
        assert by_inputs == pytest.approx(by_x, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("product", PRODUCTS)
def test_numbers_that_are_the_first_results(product: Callable[[Any, Any], Any]) -> None:
    """Their places follow those of the arguments."""

    def f(w: Any, x: Any) -> Any:
        squares = [a * a for a in x]
        return total([sin(product(row, squares)) for row in w])

    w, x = RANDOM.normal(size=(20, 24)), RANDOM.normal(size=(500, 24))
    mapped = vmap(f, in_axes=(None, 0))
    assert "matrix product: 20 rows w.flat[0], ..." in mapped.listing(w, x)
    assert mapped(w, x) == pytest.approx(np.sin(x**2 @ w.T).sum(axis=1), rel=1e-11, abs=1e-12)


def test_of_the_last_stage_values_and_adjoints_are_computed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage is two passes over the points, the last one is one."""
    parameters, x, t = example()
    step = value_and_grad(vmap(jit(network(by_dot)), in_axes=(None, 0, 0), reduce="mean"))
    step(parameters, x, t)
    computed = calls(monkeypatch, Prepared, "__call__")
    step(parameters, x, t)
    assert len(computed) == 2 * 1 + 1  # the hidden layer, and what comes after the second product


def test_exact_leaves_the_sums_as_they_are_written() -> None:
    parameters, x, t = example(300)
    loss = network(by_dot)
    mapped = vmap(jit(loss, exact=True), in_axes=(None, 0, 0))
    assert "matrix product" not in mapped.listing(parameters, x, t)
    values = mapped(parameters, x, t)
    eager = [
        loss([p.tolist() for p in parameters], a.tolist(), b.tolist()) for a, b in zip(x[:20], t[:20], strict=True)
    ]
    assert values[:20].tolist() == eager


def test_a_small_batch_is_not_worth_it() -> None:
    parameters, x, t = example(2)
    assert "matrix product" not in vmap(network(by_dot), in_axes=(None, 0, 0)).listing(parameters, x, t)


def test_one_matrix_for_many_columns_and_one_number_in_several_rows() -> None:
    """Attention's shape: the same rows meet several vectors of a point; the last row repeats numbers of the first."""

    def f(w: Any, x: Any, y: Any) -> Any:
        rows = [*w, [*w[0][:8], *w[1][8:]]]
        return total([exp(dot(row, list(v)) * 0.1) for row in rows for v in (x, y)])

    w, x, y = RANDOM.normal(size=(12, 16)), RANDOM.normal(size=(600, 16)), RANDOM.normal(size=(600, 16))
    mapped = vmap(f, in_axes=(None, 0, 0), reduce="sum")
    assert "by 2 columns" in mapped.listing(w, x, y)
    value, gradient = value_and_grad(mapped)(w, x, y)
    rows = np.vstack([w, np.concatenate([w[0, :8], w[1, 8:]])])
    each = [np.exp(rows @ v.T * 0.1) for v in (x, y)]
    assert value == pytest.approx(sum(e.sum() for e in each), rel=1e-12)
    by_rows = sum(0.1 * e @ v for e, v in zip(each, (x, y), strict=True))
    expected = by_rows[:12].copy()
    expected[0, :8] += by_rows[12, :8]
    expected[1, 8:] += by_rows[12, 8:]
    assert gradient == pytest.approx(expected, rel=1e-10, abs=1e-13)


def test_a_point_that_leaves_the_reals_or_goes_another_way_is_as_without_products() -> None:
    def f(w: Any, x: Any) -> Any:
        hidden = [dot(row, list(x)) for row in w]
        if hidden[0] > 40.0:
            return hidden[1]
        return total([1.0 / h for h in hidden])

    w, x = RANDOM.uniform(0.5, 1.0, size=(20, 20)), RANDOM.uniform(0.5, 1.0, size=(500, 20))
    x[17] = 10.0
    mapped = vmap(f, in_axes=(None, 0))
    assert "matrix product" in mapped.listing(w, x)
    expected = [1.0 / (w @ v) for v in x]
    found = mapped(w, x)
    assert found[17] == pytest.approx(w[1] @ x[17])
    assert np.delete(found, 17) == pytest.approx(np.delete([e.sum() for e in expected], 17))
    x[30] = 0.0
    with pytest.raises(ZeroDivisionError, match="in row 30 of the batch"):
        mapped(w, x)


def test_relu_layers_with_dead_units() -> None:
    """What nothing flows back to has no adjoint at all."""

    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = [relu(dot(row, list(x))) for row in w]
        return total([dot(row, hidden) for row in v])

    w, v, x = -np.ones((20, 20)), np.ones((20, 20)), RANDOM.uniform(size=(300, 20))
    by_w, by_v = value_and_grad(vmap(f, in_axes=(None, None, 0), reduce="mean"), argnums=(0, 1))(w, v, x)[1]
    assert not by_w.any()
    assert not by_v.any()


def test_memory_is_kept_for_calls_like_the_last_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two kinds, as long as it is little; a third takes their place."""
    made = calls(monkeypatch, Staged, "_memory")
    parameters, x, t = example(500)
    mapped = vmap(jit(network(by_dot)), in_axes=(None, 0, 0), reduce="mean", threads=1)
    step = value_and_grad(mapped)

    def new(count: int, call: Callable[..., Any] = step) -> int:
        before = len(made)
        call(parameters, x[:count], t[:count])
        return len(made) - before

    assert [new(count) for count in (400, 400, 401, 400, 401)] == [1, 0, 1, 0, 0]
    assert [new(500), new(500), new(400), new(401)] == [1, 0, 1, 1]
    assert [new(500, mapped), new(500, mapped)] == [1, 0]
    new(499, mapped)
    monkeypatch.setattr(staged, "_KEPT", made[-1].result.size)
    assert [new(499, mapped), new(499, mapped)] == [0, 0]
    monkeypatch.setattr(staged, "_KEPT", made[-1].result.size - 1)
    assert [new(499, mapped), new(499, mapped)] == [0, 1]
    assert made[0].result.tables[OWN] is None
    assert not hasattr(made[0].result, "common")


@pytest.mark.parametrize("count", [400, 401])
def test_the_size_of_memory_is_that_of_its_arrays(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory([3, 4, 5], 2, count, 1)
    made = calls(monkeypatch, np, "empty")
    arrays = [memory.array(3), memory.array(0), memory.adjoint(1), memory.adjoint(2), memory.adjoint(1)]
    assert [array.shape for array in arrays] == [(3, count), (0, count), (4, count), (5, count), (4, count)]
    assert arrays[2] is arrays[4]
    assert memory.size == sum(call.result.nbytes for call in made)
    assert not arrays[2].any()


def test_of_a_function_without_results_the_errors_are_left() -> None:
    """Products are made of it all the same."""

    def f(w: Any, x: Any) -> list[Any]:
        for row in w:
            log(dot(row, x))
        return []

    mapped = vmap(f, in_axes=(None, 0))
    w, x = np.ones((24, 24)), np.ones((3000, 24))
    assert mapped(w, x) == []
    assert "matrix product: 24 rows" in mapped.listing(w, x)
    x[2000] = -1.0
    with pytest.raises(ValueError, match=r"^log\(-24\.0\): .*; in row 2000 of the batch$"):
        mapped(w, x)
