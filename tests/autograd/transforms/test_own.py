"""`custom_vjp`: any function with a pullback of its own, in every transform and every view."""

from __future__ import annotations

import inspect
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    adjoints,
    custom_vjp,
    derivative,
    draw,
    explain,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
    walkthrough,
)
from autograd.transforms.sweeps import Subgraph
from support.polar import forward, polar, pullback, wrapped


def direct(point: Any) -> list[Any]:
    x, y = point
    return [autograd.hypot(x, y), autograd.atan2(y, x)]


def mixed(function: Any) -> Any:
    """A function of two numbers with the block in its middle."""

    def f(v: Any) -> Any:
        r, angle = function([v[0] * v[1], v[0] + v[1]])
        return r * autograd.sin(angle) + r * r

    return f


POINT = [0.7, -1.3]


def slopes(f: Any, variables: list[Value]) -> list[float]:
    return [slope.data for slope in adjoints(f(variables), variables)]


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: grad(f)(POINT),
        lambda f: value_and_grad(f)(POINT)[1],
        lambda f: hessian(f)(POINT),
        lambda f: hvp(f, POINT, [1.0, 0.5]),
        lambda f: jvp(f, POINT, [0.3, -2.0])[1],
        lambda f: vjp(f, POINT)[1](2.0),
        lambda f: jacobian(lambda v: [f(v), v[0], f(v) * v[1]])(POINT),  # forward mode
        lambda f: jacobian(grad(f))(POINT),
        lambda f: grad(lambda t: jvp(f, [t * 0.7, -1.3], [1.0, 1.0])[1])(1.0),
        lambda f: derivative(lambda t: f([t, -1.3]), 3)(0.7),
        lambda f: slopes(f, [Value(x) for x in POINT]),
    ],
)
def test_every_transform_gives_what_the_operations_themselves_give(transform: Any) -> None:
    assert np.allclose(transform(mixed(wrapped)), transform(mixed(direct)), rtol=1e-12, atol=1e-14)


def test_backward_pulls_once_for_all_outputs_and_adds_to_what_is_there() -> None:
    pulls = []

    def counted(residuals: Any, u: Any) -> Any:
        pulls.append(u)
        return pullback(residuals, u)

    f = custom_vjp(polar, forward, counted)
    x, y = Value(3.0), Value(4.0)
    r, angle = f([x, y])
    (r * 2.0 + angle + x).backward()
    assert pulls == [[2.0, 1.0]]
    assert x.grad == pytest.approx(2.0 * 0.6 - 4.0 / 25.0 + 1.0)
    assert y.grad == pytest.approx(2.0 * 0.8 + 3.0 / 25.0)


def test_it_passes_gradcheck_in_both_orders() -> None:
    assert gradcheck(mixed(wrapped), POINT, order=2)


def test_plain_numbers_give_plain_numbers_and_no_grad_constants() -> None:
    assert wrapped([3.0, 4.0]) == polar([3.0, 4.0])
    with no_grad():
        r, _ = wrapped([Value(3.0), Value(4.0)])
    assert (r.data, r.is_constant) == (5.0, True)


def test_arrays_in_and_arrays_out_by_way_of_scipy() -> None:
    linalg = pytest.importorskip("scipy.linalg")

    def solve(a: Any, b: Any) -> Any:
        return linalg.solve(a, b)

    def solve_forward(a: Any, b: Any) -> Any:
        x = solver(a, b)
        return x, (a, x)

    def solve_pullback(residuals: Any, u: Any) -> Any:
        a, x = residuals
        w = solver(a.T, u)
        return -np.outer(w, x), w

    solver = custom_vjp(solve, solve_forward, solve_pullback)
    a, b = np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([1.0, 2.0])

    def f(a: Any) -> Any:
        x = solver(a, b)
        return x[0] * x[1]

    expected = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            step = np.zeros((2, 2))
            step[i, j] = 1e-6
            expected[i, j] = (np.prod(linalg.solve(a + step, b)) - np.prod(linalg.solve(a - step, b))) / 2e-6
    assert np.allclose(grad(f)(a), expected, rtol=1e-8)
    second = hessian(f)(a).reshape(4, 4)
    assert np.allclose(second, second.T)
    assert gradcheck(f, a, order=2)


def test_views_show_its_outputs_as_operations() -> None:
    x, y = Value(3.0, label="x"), Value(4.0, label="y")
    r, _ = wrapped([x, y])
    r.label = "r"
    assert [(operand.label, partial) for operand, partial in r.edges] == [("x", 0.6), ("y", 0.8)]
    assert "polar[0]" in draw(r * 2.0).dot
    assert "polar[0](x, y)" in str(walkthrough(r))
    assert explain(r, x).gradient == pytest.approx(0.6)


def test_it_keeps_name_signature_and_keywords() -> None:
    assert wrapped.__name__ == "polar"
    assert list(inspect.signature(wrapped).parameters) == ["point"]
    assert wrapped(point=[3.0, 4.0])[0] == 5.0


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (
            (1.0, 2.0),
            r"polar: the pullback must return a tuple of 1, one cotangent for each argument .* got tuple of 2",
        ),
        (3.0, r"must return a tuple of 1.* got float"),
        (([1.0],), r"cotangent 0 must be a list of 2 here, got a list of 1"),
        ((["a", 1.0],), r"cotangent 0\[0\] must be a real number"),
    ],
)
def test_a_pullback_that_returns_the_wrong_things_is_told(returned: Any, message: str) -> None:
    f = custom_vjp(polar, forward, lambda residuals, u: returned)
    x, y = Value(3.0), Value(4.0)
    with pytest.raises((TypeError, ValueError), match=message):
        f([x, y])[0].backward()


def test_what_is_captured_or_not_recorded_is_told() -> None:
    w = Value(2.0, label="w")
    captured = custom_vjp(lambda x: x * w, lambda x: (x * w, None), lambda r, u: (u * 2.0,))
    with pytest.raises(
        TypeError, match="computed with a Value that the function was not given; pass it as an argument"
    ):
        captured(Value(1.0))
    plain_forward = custom_vjp(math.exp, lambda x: (math.exp(x), math.exp(x)), lambda y, u: (u * y,))
    assert grad(plain_forward)(0.5) == math.exp(0.5)
    with pytest.raises(
        TypeError, match=r"forward can't be recorded.*let it call the function that custom_vjp returned"
    ):
        grad(grad(plain_forward))(0.5)
    with pytest.raises(TypeError, match=r"custom_vjp: pullback must be a function, got int 3"):
        custom_vjp(math.exp, forward, 3)  # type: ignore[arg-type]  # what is tested


def test_nothing_flows_where_the_pullback_says_none() -> None:
    f = custom_vjp(lambda a, b: a * 1.0, lambda a, b: (a * 1.0, None), lambda r, u: (u, None))
    x = Value(0.0)
    f(Value(2.0), x.sqrt()).backward()
    assert x.grad == 0.0


def test_a_rule_may_differentiate_something_made_of_its_operand() -> None:
    """A walk of its own over the operand doesn't stop the sweep that asked the rule."""
    cube = autograd.primitive(
        "nested_cube", lambda a: a**3, lambda a, y: (3.0 * grad(lambda z: a * z * z / 2.0)(a),), samples=[(2.0,)]
    )
    many = autograd.primitive(
        "nested_cube_of_many",
        lambda xs: xs[0] ** 3,
        lambda xs, y: (3.0 * grad(lambda z: xs[0] * z * z / 2.0)(xs[0]),),
        samples=[(2.0,)],
        variadic=True,
    )
    for f in (cube, many):
        assert hessian(f)(2.0) == 12.0
        assert derivative(f, 3)(2.0) == 6.0
        assert jvp(grad(f), 2.0, 1.0) == (12.0, 12.0)
        assert grad(lambda x, f=f: jvp(f, x, 1.0)[1])(2.0) == 12.0


def test_a_pullback_may_differentiate_and_be_recorded() -> None:
    """x² = a: the pullback divides by a derivative that it takes itself, on plain numbers and on Values."""

    def forward(a: Any) -> tuple[Any, Any]:
        x = root(a)
        return x, (x, a)

    def pullback(residuals: Any, u: Any) -> Any:
        x, a = residuals
        return (u / jacobian(lambda xs: [xs[0] * xs[0] - a])([x])[0][0],)

    root = custom_vjp(lambda a: a**0.5, forward, pullback)
    for f in (grad(autograd.jit(root)), autograd.jit(grad(root)), grad(root)):
        assert f(4.0) == 0.25
    for f in (
        hessian(autograd.jit(root)),
        autograd.jit(hessian(root)),
        hessian(root),
        jacobian(grad(autograd.jit(root))),
    ):
        assert f(4.0) == -0.03125


def test_of_constants_it_makes_constants() -> None:
    f = custom_vjp(lambda a: 2.0 * a, lambda a: (2.0 * a, (a,)), lambda residuals, u: (u * 2.0 * residuals[0] / 3.0,))
    w = Value(5.0)
    y = f(autograd.constant(3.0))
    (y * w).backward()
    assert y.is_constant
    assert w.grad == 6.0


@pytest.mark.skipif(autograd.compiled, reason="methods of compiled classes can't be replaced")
def test_many_blocks_are_differentiated_in_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are renewed after a pullback that walks over nodes itself, and after no other."""
    renewed = []
    again = Subgraph.mark_again
    monkeypatch.setattr(Subgraph, "mark_again", lambda graph: (renewed.append(1), again(graph)))
    for pulled, least, most in (
        (lambda y, u: (2.0 * u,), 1, 5),
        (lambda y, u: (grad(lambda x: 2.0 * x * u)(y),), 50, 200),
    ):
        double = custom_vjp(lambda x: 2.0 * x, lambda x: (2.0 * x, x), pulled)

        def f(x: Value, double: Any = double) -> Value:
            for _ in range(50):
                x = double(x)
            return x

        renewed.clear()
        assert grad(f)(1.5) == 2.0**50
        assert least <= len(renewed) <= most


@pytest.mark.parametrize("number", [2, True, Fraction(1, 4), np.float32(0.5)])
def test_a_cotangent_may_be_any_real_number(number: Any) -> None:
    f = custom_vjp(lambda a: a * 1.0, lambda a: (a * 1.0, None), lambda residuals, u: (number,))
    x = Value(3.0)
    f(x).backward()
    assert type(x.grad) is float
    assert x.grad == number
    assert grad(f)(3.0) == number
