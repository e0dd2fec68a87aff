"""One call of a mapped function: what is recorded, what each program computes, and what is told where one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, grad, jit, log, take, value_and_grad, vmap

np = pytest.importorskip("numpy", reason="NumPy is not installed")


def three_ways(x: Any, w: Any) -> Any:
    if x > 1.0:
        return exp(x * w)
    return x * w * w if x > -1.0 else (x - w) * 2.0


@pytest.mark.parametrize("count", [1, 2, 3, 17])
@pytest.mark.parametrize("argnums", [0, 1, (0, 1)])
@pytest.mark.parametrize("llvm", [True, False])
def test_each_branch_is_recorded_once_and_every_point_is_its_own(
    count: int, argnums: Any, llvm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not llvm:
        monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)
    recorded = jit(three_ways)
    mapped = vmap(value_and_grad(recorded, argnums=argnums), (0, None))
    x = np.linspace(-2.0, 2.0, count)
    for _ in range(2):
        values, gradients = mapped(x, 0.75)
        for k, a in enumerate(x.tolist()):
            value, gradient = value_and_grad(three_ways, argnums=argnums)(a, 0.75)
            assert values[k] == value
            assert np.array(gradients)[..., k].tolist() == np.array(gradient).tolist()
    ways = {1 if a > 1.0 else 0 if a > -1.0 else -1 for a in x.tolist()}
    assert [len(programs) for programs in recorded.variants.values()] == [len(ways)]


@pytest.mark.parametrize("bad", [0, 3, 8])
@pytest.mark.parametrize("transform", [lambda g: g, grad])
def test_every_kind_of_error_names_its_row(bad: int, transform: Callable[[Any], Any]) -> None:
    x = np.ones(9)
    functions: list[tuple[Any, float, type[Exception]]] = [
        (lambda x: log(x), -1.0, ValueError),
        (lambda x: 1.0 / x, 0.0, ZeroDivisionError),
        (lambda x: exp(x), 1000.0, OverflowError),
        (lambda x: take([x, 2.0 * x], x), 5.0, IndexError),
    ]
    for f, number, kind in functions:
        x[bad] = number
        mapped = vmap(transform(f))
        for _ in range(2):
            with pytest.raises(kind, match=f"; in row {bad} of the batch$"):
                mapped(x)
        x[bad] = 1.0
        assert len(mapped(x)) == 9


def of_two_structures(x: Any) -> Any:
    return [x, x] if x > 0.0 else [x]


OTHERS: list[Any] = [of_two_structures, lambda x: {"a": x} if x > 0.0 else {"b": x}, lambda x: x if x > 0.0 else (x,)]


@pytest.mark.parametrize("f", OTHERS)
def test_points_of_other_structures_are_refused(f: Any) -> None:
    """By itself, and as a part of a larger program."""
    x = np.array([1.0, -1.0])
    for call in (lambda: vmap(f)(x), lambda: jit(lambda w: vmap(f)(x * 2.0))(1.0)):
        with pytest.raises(ValueError, match=rf"^{f.__name__}: it returns .* for some points and .* for others"):
            call()


@pytest.mark.parametrize("f", OTHERS)
def test_so_is_the_gradient_of_what_is_no_number(f: Any) -> None:
    with pytest.raises(TypeError, match=rf"^{f.__name__}: it must return one number to have a gradient, got "):
        vmap(grad(f))(np.array([-1.0, -2.0]))


@pytest.mark.parametrize("count", [1, 5])
def test_outputs_that_are_inputs_and_constants(count: int) -> None:
    x = np.arange(float(count))
    found = vmap(lambda a, w: [w, 3.0, a, 2.5, a * w], (0, None))(x, 7.0)
    expected = [np.full(count, 7.0), np.full(count, 3.0), x, np.full(count, 2.5), x * 7.0]
    assert [part.tolist() for part in found] == [part.tolist() for part in expected]


@pytest.mark.parametrize("bad", [[1], [0, 4], [0, 1, 2, 3, 4]])
def test_points_that_are_computed_by_themselves_count_like_the_others(bad: list[int]) -> None:
    """NaN leaves the real numbers, and is no error: its row is NaN, and the others' sums are as they are."""
    x = np.arange(1.0, 6.0)
    x[bad] = float("nan")
    w = Value(2.0)
    mapped = vmap(lambda a, s: [w * a * s, 4.0, s], (0, None))
    s = Value(3.0)
    products, *_ = mapped(x, s)
    assert [k for k, y in enumerate(products) if y.data != y.data] == bad
    values, gradients = vmap(value_and_grad(lambda a, s: a * s * s, argnums=(0, 1)), (0, None))(x, 3.0)
    for k in range(5):
        if k in bad:
            assert np.isnan(values[k])
            assert gradients[0][k] == 9.0
        else:
            assert (values[k], gradients[0][k], gradients[1][k]) == (9.0 * x[k], 9.0, 6.0 * x[k])
