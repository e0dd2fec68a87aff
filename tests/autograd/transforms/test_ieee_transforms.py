"""`ieee` in every transform: the same infinities and NaN by each of them, also where it pulls after the block."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    PRIMITIVES,
    Primitive,
    Value,
    adjoints,
    checkpoint,
    custom_vjp,
    detect_anomaly,
    explain,
    grad,
    gradcheck,
    hessian,
    ieee,
    jacobian,
    jit,
    log,
    value_and_grad,
    vjp,
    walkthrough,
)
from support.every_transform import disagreements, first_order, same, second_order

ERRORS = (ValueError, OverflowError, ZeroDivisionError)
NASTY = [0.0, -0.0, 1.0, -2.5, 1000.0, -1.7e308, math.inf, math.nan]
FAILING = ["div", "pow", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "xlogy", "sin", "tan", "asin", "acos"]
FAILING += ["sinh", "cosh", "acosh", "atanh", "mod", "floordiv", "fmod"]


def failing_points(row: Primitive) -> list[tuple[float, ...]]:
    found = []
    for point in itertools.product(NASTY, repeat=len(row.operands)):
        try:
            row(*point)
        except ERRORS:
            found.append(point)
    return found


def test_every_row_that_fails_is_tried() -> None:
    assert [row.name for row in PRIMITIVES.values() if not row.variadic and failing_points(row)] == [
        name
        for name in PRIMITIVES
        if name in {*FAILING, "cos", "clip", "floor", "ceil", "trunc", "round", "round_digits"}
    ]


@pytest.mark.parametrize("name", FAILING)
def test_first_derivatives_agree(name: str) -> None:
    row = PRIMITIVES[name]

    def f(v: Any) -> Any:
        return row(*v)

    for point in failing_points(row):
        with ieee():
            xs = [Value(x) for x in point]
            row(*xs).backward()
            assert disagreements(first_order(f, point), [x.grad for x in xs]) == [], point


@pytest.mark.parametrize("name", FAILING)
def test_second_derivatives_agree(name: str) -> None:
    row = PRIMITIVES[name]

    def f(v: Any) -> Any:
        return row(*v)

    for point in failing_points(row):
        with ieee():
            found = second_order(f, point)
            assert disagreements(found, found["hessian"]) == [], point


@pytest.mark.parametrize("name", FAILING)
def test_a_checkpoint_pulls_as_it_was_called(name: str) -> None:
    row = PRIMITIVES[name]
    for point in failing_points(row):
        xs, others = [Value(x) for x in point], [Value(x) for x in point]
        with ieee():
            y, z = row(*xs), checkpoint(row, *others)
        y.backward()
        z.backward()
        assert same(y.data, z.data)
        assert all(same(a.grad, b.grad) for a, b in zip(xs, others, strict=True))
        with pytest.raises(ERRORS):
            checkpoint(row, *others)


def test_a_checkpoint_called_outside_raises_inside() -> None:
    """It pulls by the rules of its call: a partial that raises there raises."""
    x = Value(3.0)
    y = checkpoint(lambda a: a * a, x)
    with ieee():
        y.backward()
    assert x.grad == 6.0


def test_a_pullback_is_used_after_the_block() -> None:
    with ieee():
        y, pullback = vjp(lambda v: [log(v[0]), v[0] / v[1]], [0.0, 0.0])
    assert y[0] == -math.inf
    assert math.isnan(y[1])
    assert pullback([1.0, 0.0]) == [math.inf, 0.0]
    u = Value(1.0)
    pulled = pullback([u, 0.0])[0]
    pulled.backward()
    assert (pulled.data, u.grad) == (math.inf, math.inf)


def test_a_function_differentiated_inside_raises_outside() -> None:
    with ieee():
        slope = grad(log)
        assert slope(0.0) == math.inf
    with pytest.raises(ValueError, match="log"):
        slope(0.0)


def test_custom_pullbacks_run_as_they_were_called() -> None:
    def forward(a: Any) -> tuple[Any, Any]:
        return inverse(a), a

    def pullback(a: Any, u: Any) -> tuple[Any]:
        return (-u * inverse(a) ** 2.0,)

    inverse: Callable[[Any], Any] = custom_vjp(lambda a: PRIMITIVES["div"](1.0, a), forward, pullback)
    x = Value(0.0)
    with ieee():
        y = inverse(x)
    y.backward()
    assert (y.data, x.grad) == (math.inf, -math.inf)


def test_the_graph_is_looked_at_outside(tmp_path: Path) -> None:
    x = Value(0.0, label="x")
    with ieee():
        y = log(x) + 1.0 / x
    assert "−∞" in str(walkthrough(y)[0])
    assert "∂" in str(explain(y, x))
    assert walkthrough(y).save_html(tmp_path / "page.html").exists()
    y.backward()
    assert math.isnan(x.grad)  # ∞ − ∞
    with ieee():
        (slope,) = adjoints(log(x), [x])
    assert slope.data == math.inf
    x.data = 1.0
    with pytest.raises(ValueError, match="a number was changed afterwards"):
        adjoints(y, [x])


def test_anomalies_are_found_inside() -> None:
    x = Value(0.0, label="x")
    with pytest.raises(FloatingPointError, match=r"log\(x = 0.0\) is -inf"), ieee(), detect_anomaly():
        log(x)


def test_gradcheck_steps_over_the_edge() -> None:
    with ieee():
        assert gradcheck(lambda x: x**1.5 + log(x), 0.125)


def test_scipys_tnc_converges_on_a_normal_likelihood() -> None:
    """Its line search tries a negative σ, which has no logarithm."""
    optimize = pytest.importorskip("scipy.optimize")
    data = [1.2, -0.4, 3.1, 0.7, 2.2]

    def minus_log_likelihood(theta: Any) -> Any:
        mu, sigma = theta
        return autograd.sum([log(sigma) + 0.5 * ((x - mu) / sigma) ** 2 for x in data])

    for f in (minus_log_likelihood, jit(minus_log_likelihood)):
        fitted = value_and_grad(f)
        with pytest.raises(ValueError, match=r"log\("):
            optimize.minimize(fitted, np.array([0.0, 2.0]), jac=True, method="TNC")
        with ieee():
            found = optimize.minimize(fitted, np.array([0.0, 2.0]), jac=True, method="TNC")
        assert found.success
        np.testing.assert_allclose(found.x, [np.mean(data), np.std(data)], rtol=1e-3)


def test_hessians_and_jacobians_of_plain_lists() -> None:
    with ieee():
        assert jacobian(lambda v: [log(v[0]), 1.0 / v[1]])([0.0, 2.0]) == [[math.inf, 0.0], [0.0, -0.25]]
        assert hessian(lambda v: log(v[0]))([0.0]) == [[-math.inf]]
