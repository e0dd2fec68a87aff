"""Stages between matrix products: every row of the table, memory that is used again, several callers at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, Primitive, Value, dot, grad, jit, log, sigmoid, sqrt, tanh, value_and_grad, vmap
from autograd import sum as total

pytest.importorskip("llvmlite")

from autograd.program.entry import Prepared
from autograd.program.stage import Run
from autograd.program.steps import Memory
from support.calls import calls

POINTS, UNITS, INPUTS = 200, 24, 24
ROWS = [row for row in PRIMITIVES.values() if row.samples and len(row.samples[0]) <= 3]


def arguments(count: int, seed: int = 0) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(seed)
    shapes = (UNITS, INPUTS), (16, UNITS), (count, INPUTS)
    w, v, x = [random.uniform(-1.0, 1.0, size=shape) for shape in shapes]
    return w, v, x


def network(w: Any, v: Any, x: Any) -> Any:
    """Two layers: the first stage is no last one."""
    hidden = [sigmoid(dot(row, list(x)) + 0.25) for row in w]
    return total([tanh(dot(row, hidden)) for row in v])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_between_two_products(row: Primitive) -> None:
    """What eager computes at each point, near the samples and in either branch of a choice."""
    samples = row.samples

    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = []
        for k, weights in enumerate(w):
            sample = samples[k % len(samples)]
            small = dot(weights, list(x)) * 0.0005
            hidden.append(row(*[small * (j + 1) + number for j, number in enumerate(sample)]))
        return total([tanh(dot(weights, hidden) * 0.01) for weights in v])

    w, v, x = arguments(3)
    x = np.resize(x, (POINTS, INPUTS))  # the three points again and again: as many as make a product worth it
    mapped = vmap(jit(f), in_axes=(None, None, 0), reduce="sum")
    assert mapped.listing(w, v, x).count("matrix product: ") == 2
    by_w, by_v = value_and_grad(mapped, argnums=(0, 1))(w, v, x)[1]
    expected_w, expected_v = np.zeros_like(w), np.zeros_like(v)
    for k in range(3):
        count = len(range(k, POINTS, 3))
        point = x[k].tolist()
        at_w, at_v = grad(f, argnums=(0, 1))(w.tolist(), v.tolist(), point)
        expected_w += count * np.array(at_w)
        expected_v += count * np.array(at_v)
    assert by_w == pytest.approx(expected_w, rel=1e-9, abs=1e-12)
    assert by_v == pytest.approx(expected_v, rel=1e-9, abs=1e-12)


def test_what_was_returned_is_not_written_to_again() -> None:
    """Calls of the same size share memory; what they return is theirs."""
    both = value_and_grad(vmap(jit(network), in_axes=(None, None, 0), reduce="mean"), argnums=(0, 1, 2))
    each = vmap(jit(network), in_axes=(None, None, 0))
    first, second = arguments(POINTS, 1), arguments(POINTS, 2)
    kept, kept_values = both(*first), each(*first)
    copies = [array.copy() for array in (*kept[1], kept_values)]
    both(*second), each(*second)
    for array, copy in zip((*kept[1], kept_values), copies, strict=True):
        assert (array == copy).all()
    again = both(*first)
    assert again[0] == kept[0]
    assert all((a == b).all() for a, b in zip(again[1], kept[1], strict=True))


@pytest.mark.parametrize(
    "given",
    [
        np.asfortranarray,
        lambda w: np.repeat(w, 2, axis=1)[:, ::2],
        lambda w: np.frombuffer(b"-" + w.tobytes(), np.float64, offset=1).reshape(w.shape),
        list,
        lambda w: [*w[:5], *w[5:].tolist()],
        lambda w: [{"": row[:7], "then": row[7:]} for row in w],
    ],
    ids=["Fortran's order", "a view with gaps", "at an odd address", "a list of rows", "lists", "rows in two parts"],
)
def test_shared_numbers_in_any_form(given: Callable[[Any], Any]) -> None:
    """Where they lie in one array, BLAS takes them from there; the results are those of one matrix."""

    def rows(w: Any) -> list[list[Any]]:
        return [[*row[""], *row["then"]] if isinstance(row, dict) else list(row) for row in w]

    def f(w: Any, v: Any, x: Any) -> Any:
        return network(rows(w), rows(v), x)

    both = value_and_grad(vmap(jit(f), in_axes=(None, None, 0), reduce="mean"), argnums=(0, 1))
    w, v, x = arguments(POINTS)
    value, expected = both(w, v, x)
    for _ in range(2):  # recorded, and by the short way
        found, gradients = both(given(w), given(v), x)
        assert found == pytest.approx(value, rel=1e-13)
        for gradient, matrix in zip(gradients, expected, strict=True):
            assert np.array(rows(gradient)) == pytest.approx(matrix, rel=1e-12, abs=1e-15)


def test_batches_of_changing_size() -> None:
    """Whole vectors, parts of them, and back to a size that was there before; each point by itself is the oracle."""
    mapped = vmap(jit(network), in_axes=(None, None, 0), reduce="sum")
    w, v, x = arguments(230)
    assert mapped.listing(w, v, x[:197]).count("matrix product: ") == 2
    both = value_and_grad(mapped)
    exact = value_and_grad(vmap(jit(network, exact=True), in_axes=(None, None, 0), reduce="sum"))
    for count in (*range(197, 214), 230, 197, 224, 200, 199):
        value, gradient = both(w, v, x[:count])
        expected, by_w = exact(w, v, x[:count])
        assert value == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(by_w, rel=1e-10, abs=1e-13)


def test_a_point_that_leaves_the_reals_spoils_no_later_call() -> None:
    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = [1.0 / (dot(row, list(x)) + 0.0) for row in w]
        return total([dot(row, hidden) for row in v])

    each = vmap(jit(f), in_axes=(None, None, 0))
    w, v, x = arguments(POINTS)
    expected = each(w, v, x)
    broken = x.copy()
    broken[7] = 0.0
    with pytest.raises(ZeroDivisionError, match="in row 7 of the batch"):
        each(w, v, broken)
    assert (each(w, v, x) == expected).all()


def test_several_callers_at_once() -> None:
    both = value_and_grad(vmap(jit(network), in_axes=(None, None, 0), reduce="mean", threads=1))
    calls = [arguments(POINTS, seed) for seed in range(24)]
    expected = [both(*call) for call in calls]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda call: both(*call), calls * 4))
    for k, (value, gradient) in enumerate(found):
        assert value == expected[k % 24][0]
        assert (gradient == expected[k % 24][1]).all()


def as_values(array: Any) -> Any:
    return np.array([Value(x) for x in array.ravel().tolist()], dtype=object).reshape(array.shape)


@pytest.mark.parametrize("variables", ["w", "v", "wv"])
@pytest.mark.parametrize("kept", [True, False], ids=["memory kept", "memory not kept"])
def test_several_results_with_other_cotangents_for_each_point(
    variables: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of an inner stage and of a product, of which not all depend on what is differentiated by."""
    if not kept:
        monkeypatch.setattr("autograd.program.staged._KEPT", 0)

    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = [sigmoid(dot(row, list(x)) + 0.25) for row in w]
        return [total(hidden), *[dot(row, hidden) for row in v]]

    w, v, x = arguments(POINTS)
    random = np.random.default_rng(7)
    c0, c = random.normal(size=POINTS), random.normal(size=(16, POINTS))
    mapped = vmap(f, in_axes=(None, None, 0))
    assert mapped.listing(w, v, x).count("matrix product: ") == 2
    h = 1.0 / (1.0 + np.exp(-(x @ w.T + 0.25)))
    by_h = (c0 + v.T @ c).T * h * (1.0 - h)
    expected = {"w": by_h.T @ x, "v": c @ h}
    for _ in range(2):
        given = {"w": as_values(w), "v": as_values(v)}
        chosen = {name: given[name] if name in variables else array for name, array in (("w", w), ("v", v))}
        first, *rest = mapped(chosen["w"], chosen["v"], x)
        assert np.array([y.data if isinstance(y, Value) else y for y in first]) == pytest.approx(h.sum(axis=1))
        terms = [y * u for y, u in zip(first, c0.tolist(), strict=True)]
        terms += [y * u for ys, us in zip(rest, c.tolist(), strict=True) for y, u in zip(ys, us, strict=True)]
        total(terms).backward()
        for name in variables:
            found = np.array([x.grad for x in given[name].ravel()]).reshape(given[name].shape)
            assert found == pytest.approx(expected[name], rel=1e-10, abs=1e-13)


def test_results_that_are_used_further_and_results_twice() -> None:
    """Cotangents of their own are added to what comes from behind."""

    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = [sigmoid(dot(row, list(x))) for row in w]
        products = [dot(row, hidden) for row in v]
        return [hidden[1], hidden[1], products[2], products[2], tanh(products[2])]

    w, v, x = arguments(POINTS)
    mapped = vmap(f, in_axes=(None, None, 0))
    assert mapped.listing(w, v, x).count("matrix product: ") == 2
    c = np.random.default_rng(7).normal(size=(5, POINTS))
    h = 1.0 / (1.0 + np.exp(-(x @ w.T)))
    by_product = c[2] + c[3] + c[4] * (1.0 - np.tanh(h @ v[2]) ** 2)
    by_h = np.outer(by_product, v[2])
    by_h[:, 1] += c[0] + c[1]
    for _ in range(2):
        given = as_values(w)
        results = mapped(given, v, x)
        total(
            [y * u for ys, us in zip(results, c.tolist(), strict=True) for y, u in zip(ys, us, strict=True)]
        ).backward()
        found = np.array([x.grad for x in given.ravel()]).reshape(w.shape)
        assert found == pytest.approx((by_h * h * (1.0 - h)).T @ x, rel=1e-10, abs=1e-13)


def decayed(w: Any, x: Any) -> Any:
    return total([tanh(dot(row, list(x))) for row in w]) + w[0][0] * w[1][1]


def gathered(w: Any, x: Any) -> Any:
    rows = [*w, [*w[0][:8], *w[1][8:]]]
    return total([tanh(dot(row, list(x))) for row in rows])


def twice(w: Any, x: Any) -> Any:
    long, again = [a for row in w for a in row], list(x) * UNITS
    return tanh(dot(long, again) * 0.1) * dot(long, again)


def tied(w: Any, x: Any) -> Any:
    hidden = [tanh(dot(row, list(x)) * w[0][1] + row[2]) for row in w]
    return total([tanh(dot(row, hidden)) for row in w]) * w[0][1]


@pytest.mark.parametrize("f", [decayed, gathered, twice, tied])
def test_rows_that_are_used_elsewhere_too(f: Callable[..., Any]) -> None:
    """Eager at three points, again and again, is the oracle."""
    w, _, x = arguments(3)
    points = np.resize(x, (POINTS, INPUTS))
    mapped = vmap(jit(f), in_axes=(None, 0), reduce="sum")
    assert "matrix product: " in mapped.listing(w, points)
    value, found = value_and_grad(mapped)(w, points)
    expected, by_w = 0.0, np.zeros_like(w)
    for k in range(3):
        y, slope = value_and_grad(f)(w.tolist(), x[k].tolist())
        count = len(range(k, POINTS, 3))
        expected += count * y
        by_w += count * np.array(slope)
    assert value == pytest.approx(expected, rel=1e-11)
    assert found == pytest.approx(by_w, rel=1e-9, abs=1e-12)


def test_a_slope_that_is_infinite_in_an_inner_stage() -> None:
    """The way back leaves the reals there: the batch is computed without products, and the other points are as ever."""

    def f(w: Any, v: Any, x: Any) -> Any:
        hidden = [sqrt(dot(row, list(x))) for row in w]
        return total([tanh(dot(row, hidden)) for row in v])

    w, v, x = (abs(array) for array in arguments(POINTS))
    x[17] = 0.0
    mapped = vmap(value_and_grad(f, argnums=2), in_axes=(None, None, 0))
    assert mapped.listing(w, v, x).count("matrix product: ") == 2
    for _ in range(2):
        values, slopes = mapped(w, v, x)
        for k in (0, 16, 17, 18, POINTS - 1):
            value, slope = value_and_grad(f, argnums=2)(w.tolist(), v.tolist(), x[k].tolist())
            assert values[k] == pytest.approx(value, rel=1e-12)
            assert slopes[k] == pytest.approx(np.array(slope), rel=1e-9)
        assert np.isinf(slopes).any(axis=1).nonzero()[0].tolist() == [17]


@pytest.mark.parametrize("reduce", ["sum", "mean"])
@pytest.mark.parametrize("argnums", [1, 2, (1, 2)])
def test_a_value_that_does_not_depend_on_what_is_differentiated_by(argnums: Any, reduce: Any) -> None:
    """The last stage has nothing to do on the way back; it is computed all the same."""

    def f(w: Any, shared: Any, own: Any, x: Any) -> Any:
        return total([tanh(dot(row, list(x))) for row in w])

    w, _, x = arguments(POINTS)
    own = np.ones(POINTS)
    mapped = vmap(f, in_axes=(None, None, 0, 0), reduce=reduce)
    assert "matrix product: " in mapped.listing(w, 2.0, own, x)
    expected = np.tanh(x @ w.T).sum() / (1 if reduce == "sum" else POINTS)
    for shared in (2.0, 3.0):
        value, slopes = value_and_grad(mapped, argnums)(w, shared, own, x)
        assert value == pytest.approx(expected, rel=1e-12)
        assert not any(np.any(slope) for slope in (slopes if isinstance(slopes, tuple) else (slopes,)))


@pytest.mark.parametrize("seed", range(3))
def test_a_last_stage_without_results_asks_and_raises(seed: int) -> None:
    """The result is one of the products; what comes after them decides whether it holds."""

    def f(w: Any, x: Any) -> Any:
        products = [dot(row, list(x)) for row in w]
        log(products[0])
        return products[1] if products[2] > 0.0 else products[3] * 3.0

    w, _, x = arguments(POINTS, seed)
    x[x @ w[0] <= 0.0] *= -1.0
    found = x @ w.T
    holds = found[:, 2] > 0.0
    expected = np.where(holds, found[:, 1], 3.0 * found[:, 3]).sum()
    by_w = np.zeros_like(w)
    by_w[1], by_w[3] = x[holds].sum(axis=0), 3.0 * x[~holds].sum(axis=0)
    mapped = vmap(f, in_axes=(None, 0), reduce="sum")
    assert "matrix product: " in mapped.listing(w, x)
    for _ in range(2):
        value, slopes = value_and_grad(mapped)(w, x)
        assert value == pytest.approx(expected, rel=1e-11)
        assert slopes == pytest.approx(by_w, rel=1e-11, abs=1e-12)


def test_an_error_of_a_last_stage_without_results() -> None:
    def f(w: Any, x: Any) -> Any:
        products = [dot(row, list(x)) for row in w]
        log(products[0])
        return products[1]

    w, _, x = arguments(POINTS)
    x[x @ w[0] <= 0.0] *= -1.0
    mapped = vmap(f, in_axes=(None, 0), reduce="sum")
    assert "matrix product: " in mapped.listing(w, x)
    calls = [mapped, grad(mapped), value_and_grad(mapped, 1), vmap(grad(f, argnums=1), in_axes=(None, 0))]
    for call in calls:
        call(w, x)
    x[17] *= -1.0
    for call in calls:
        with pytest.raises(ValueError, match=r"log\(.*; in row 17 of the batch"):
            call(w, x)


@pytest.mark.parametrize(
    ("argnums", "products"), [(0, 2 + 1 + 1), (1, 2 + 1), (2, 2 + 2), ((0, 1), 2 + 2 + 1), ((0, 1, 2), 2 + 2 + 2)]
)
def test_only_products_that_are_wanted_are_computed_and_what_is_prepared_is_used_again(
    argnums: Any, products: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two forward; back one for each matrix, and one for what each is multiplied by. All write where they shall."""
    both = value_and_grad(vmap(jit(network), in_axes=(None, None, 0), reduce="mean"), argnums)
    both(*arguments(POINTS))
    multiplied = calls(monkeypatch, np, "matmul")
    prepared = calls(monkeypatch, Prepared, "__init__")
    both(*arguments(POINTS, 1))
    assert len(multiplied) == products
    assert prepared == []


def test_adjoints_of_a_whole_table_are_taken_as_they_are_and_others_added() -> None:
    memory = Memory([2, 3], 0, 4, 1)
    found = np.arange(20.0).reshape(5, 4)
    memory.give([Run(0, 0, 2), Run(1, 1, 3)], found[:4])
    assert np.shares_memory(memory.adjoints[0], found)
    assert memory.adjoints[1].tolist() == [[0.0] * 4, *found[2:4].tolist()]
    memory.give([Run(1, 0, 3)], found[:3])
    assert memory.adjoints[1].tolist() == [found[0].tolist(), *(found[1:3] + found[2:4]).tolist()]
    assert memory.size == 3 * 4 * 8
