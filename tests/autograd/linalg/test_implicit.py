"""Implicit derivatives against closed forms, by solvers of every kind; and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd import (
    Value,
    checkpoint,
    constant,
    cos,
    derivative,
    exp,
    grad,
    gradcheck,
    hessian,
    implicit,
    jacobian,
    jit,
    jvp,
    no_grad,
    sin,
    vmap,
)

np = pytest.importorskip("numpy", reason="NumPy is not installed")
optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")


def kepler(E: Any, M: Any, e: Any) -> Any:  # noqa: N803
    return E - e * sin(E) - M


def bisected(M: float, e: float) -> float:  # noqa: N803
    return float(optimize.brentq(kepler, M - 1.0, M + 1.0, args=(M, e), xtol=1e-15))


anomaly = implicit(kepler, bisected)


def kepler_by_hand(M: float, e: float) -> tuple[list[float], list[list[float]]]:  # noqa: N803
    """Gradient and Hessian of E by (M, e), worked out by differentiating E = M + e sin E twice."""
    root = bisected(M, e)
    s, c = math.sin(root), math.cos(root)
    d = 1.0 - e * c
    by_m, by_e = 1.0 / d, s / d
    slopes = [-(e * s * by_m) / d**2, (c - e * s * by_e) / d**2]  # of 1/d, by M and by e
    return [by_m, by_e], [slopes, [c * by_m / d + s * slopes[0], c * by_e / d + s * slopes[1]]]


@pytest.mark.parametrize(("M", "e"), [(1.0, 0.5), (0.1, 0.95), (3.0, 0.01), (-2.0, 0.3), (0.0, 0.7)])
def test_kepler(M: float, e: float) -> None:  # noqa: N803
    gradient, curvature = kepler_by_hand(M, e)
    assert grad(anomaly, (0, 1))(M, e) == pytest.approx(gradient, rel=1e-12, abs=1e-13)
    found = hessian(lambda v: anomaly(v[0], v[1]))([M, e])
    assert np.array(found) == pytest.approx(np.array(curvature), rel=1e-11, abs=1e-12)
    assert gradcheck(anomaly, M, e, order=2)

    def second(x: float) -> float:
        return kepler_by_hand(x, e)[1][0][0]

    h = 1e-3
    third = (second(M - 2 * h) - 8.0 * second(M - h) + 8.0 * second(M + h) - second(M + 2 * h)) / (12.0 * h)
    assert derivative(lambda x: anomaly(x, e), 3)(M) == pytest.approx(third, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("kind", ["lists", "arrays"])
def test_a_linear_system(kind: str) -> None:
    """Against `linalg.solve`, to the second order, by the matrix and the right-hand side."""
    a, b = np.array([[3.0, 1.0], [-1.0, 2.0]]), np.array([1.0, -2.0])
    if kind == "lists":
        arguments: Any = (a.tolist(), b.tolist())
        found = implicit(
            lambda x, a, b: [row[0] * x[0] + row[1] * x[1] - y for row, y in zip(a, b, strict=True)],
            lambda a, b: np.linalg.solve(a, b).tolist(),
        )
    else:
        arguments = (a, b)
        found = implicit(lambda x, a, b: a @ x - b, np.linalg.solve)
    inverse = np.linalg.inv(a)
    x = inverse @ b
    by_a = -np.einsum("ij,k->ijk", inverse, x)  # dx/dA = −A⁻¹ dA x
    assert np.array(jacobian(found)(*arguments)) == pytest.approx(by_a, rel=1e-13, abs=1e-15)
    assert np.array(jacobian(found, 1)(*arguments)) == pytest.approx(inverse, rel=1e-13, abs=1e-15)
    for i in range(2):
        second = np.array(hessian(lambda a, b, i=i: found(a, b)[i])(*arguments))
        known = np.einsum("j,kl,m->jklm", inverse[i], inverse, x)  # A⁻¹ dA A⁻¹ dA x, in either order
        known += np.einsum("l,mj,k->jklm", inverse[i], inverse, x)
        assert second == pytest.approx(known, rel=1e-12, abs=1e-14)
        assert np.array(hessian(lambda a, b, i=i: found(a, b)[i], 1)(*arguments)) == pytest.approx(np.zeros((2, 2)))


def test_a_fixed_point() -> None:
    """x = a cos x by iteration: x' = cos x / (1 + a sin x), and the derivative of that."""

    def iterate(a: float) -> float:
        x = 0.5
        for _ in range(2_000):
            x = a * math.cos(x)
        return x

    fixed = implicit(lambda x, a: x - a * cos(x), iterate)
    for a in (0.3, 0.8, -0.6):
        x = iterate(a)
        s, c = math.sin(x), math.cos(x)
        first = c / (1.0 + a * s)
        second = (-s * first * (1.0 + a * s) - c * (s + a * c * first)) / (1.0 + a * s) ** 2
        assert (fixed(a), grad(fixed)(a)) == pytest.approx((x, first), rel=1e-13)
        assert derivative(fixed, 2)(a) == pytest.approx(second, rel=1e-12)
        assert jvp(grad(fixed), a, 1.0)[1] == pytest.approx(second, rel=1e-12)


def test_the_minimum_of_a_function() -> None:
    def energy(x: Any, t: Any) -> Any:
        return (x[0] - t) ** 4 + (x[0] - t * t) ** 2 + (x[1] - x[0]) ** 2

    def minimum(t: float) -> Any:
        return optimize.minimize(lambda x: energy(x, t), [0.5, 0.5], method="BFGS", options={"gtol": 1e-10}).x

    x = implicit(grad(energy), minimum)
    t, h = 1.5, 1e-3
    roots = [
        optimize.brentq(lambda z, t=t + k * h: 2.0 * (z - t) ** 3 + (z - t * t), 0.0, 5.0, xtol=1e-15)
        for k in (-2, -1, 0, 1, 2)
    ]
    first = (roots[0] - 8.0 * roots[1] + 8.0 * roots[3] - roots[4]) / (12.0 * h)
    second = (-roots[0] + 16.0 * roots[1] - 30.0 * roots[2] + 16.0 * roots[3] - roots[4]) / (12.0 * h * h)
    assert jacobian(x)(t) == pytest.approx([first, first], rel=1e-6)
    assert derivative(lambda t: x(t)[0], 2)(t) == pytest.approx(second, rel=1e-5)


def test_structures() -> None:
    """Root and arguments may be nested as transforms have them; plain numbers in, plain numbers out."""
    found = implicit(
        lambda x, t: {"p": x["p"] ** 2 - t["a"], "q": [x["q"][0] * x["p"] - t["b"][1]]},
        lambda t: {"p": t["a"] ** 0.5, "q": [t["b"][1] / t["a"] ** 0.5]},
    )
    t = {"a": 4.0, "b": (1.0, 3.0)}
    assert found(t) == {"p": 2.0, "q": [1.5]}
    slopes = jacobian(found)(t)
    assert slopes["p"] == {"a": 0.25, "b": (0.0, 0.0)}
    assert slopes["q"][0] == {"a": pytest.approx(-0.1875), "b": (0.0, 0.5)}
    cubic = implicit(lambda x, t: x**3 - t, np.cbrt)
    t = np.array([8.0, 27.0])
    assert jacobian(cubic)(t) == pytest.approx(np.diag([1.0 / 12.0, 1.0 / 27.0]))
    assert jacobian(jacobian(cubic))(t)[0, 0, 0] == pytest.approx(-2.0 / 9.0 * 8.0 ** (-5.0 / 3.0))


def test_transforms_and_programs() -> None:
    (by_m, _), ((second, _), _) = kepler_by_hand(1.0, 0.5)
    assert grad(jit(anomaly))(1.0, 0.5) == pytest.approx(by_m)
    assert jit(grad(anomaly))(1.0, 0.5) == pytest.approx(by_m)
    assert hessian(jit(anomaly))(1.0, 0.5) == pytest.approx(second)
    assert jit(hessian(anomaly))(1.0, 0.5) == pytest.approx(second)
    assert grad(lambda m: checkpoint(anomaly, m, 0.5))(1.0) == pytest.approx(by_m)
    means = np.array([1.0, 2.0, -0.5])
    assert vmap(anomaly, in_axes=(0, None))(means, 0.5) == pytest.approx([bisected(m, 0.5) for m in means])
    slopes = vmap(grad(anomaly), in_axes=(0, None))(means, 0.5)
    assert slopes == pytest.approx([kepler_by_hand(m, 0.5)[0][0] for m in means])
    with no_grad():
        assert anomaly(Value(1.0), 0.5).is_constant
    assert anomaly(constant(1.0), 0.5).is_constant
    w = Value(3.0)
    (w * anomaly(constant(1.0), 0.5)).backward()
    assert w.grad == bisected(1.0, 0.5)
    assert anomaly(M=Value(1.0), e=0.5).data == bisected(1.0, 0.5)


def test_a_solver_s_usual_tolerance_will_do() -> None:
    root = implicit(lambda x, t: exp(x) + x - t, lambda t: optimize.fsolve(lambda x: np.exp(x) + x - t, 0.0)[0])
    assert grad(root)(2.0) == pytest.approx(1.0 / (1.0 + math.exp(root(2.0))), rel=1e-12)
    offset = implicit(lambda x, t: x + 0.1 + 0.2 - t, lambda t: 0.0)  # a root at 0 but for roundoff
    assert grad(offset)(0.3) == 1.0


def square(x: Any, t: Any) -> Any:
    return x * x - t


W = Value(1.0)


@pytest.mark.parametrize(
    ("F", "solve", "t", "message"),
    [
        (
            square,
            lambda t: 1.4,
            2.0,
            r"solve returned x = 1\.4, which is no root: F is \[-0\.04\d*\] there, .* step 0\.0143",
        ),
        (square, lambda t: 3e-8, 0.0, "solve returned x = 3e-08, which is no root: .*where two roots meet"),
        (square, lambda t: 1e-80, 0.0, "solve returned x = 1e-80, which is no root: .*where two roots meet"),
        (square, lambda t: 0.0, 0.0, r"∂F/∂x is singular or not finite at the root x = 0\.0"),
        (square, lambda t: math.nan, 2.0, "solve returned nan, which is not finite"),
        (
            lambda x, t: [x[0] - t, x[0] - t],
            lambda t: [1.0, 1.0],
            1.0,
            r"∂F/∂x is singular or not finite at the root x = \[1\.0, 1\.0\]",
        ),
        (lambda x, t: [x[0] - t], lambda t: [1.0, 1.0], 1.0, "F returns 1 numbers for the 2 of x"),
        (lambda x, t: x[0] - t, lambda t: [], 1.0, r"solve returned \[\], which holds no number"),
        (lambda x, t: x - t + math.inf, lambda t: 1.0, 1.0, r"F is \[inf\] at x = \[1\.0\]"),
    ],
)
@pytest.mark.parametrize("wrap", [float, Value])
def test_what_is_no_root(F: Any, solve: Any, t: float, message: str, wrap: Any) -> None:  # noqa: N803
    with pytest.raises(ValueError, match=f"^implicit of .*: {message}"):
        implicit(F, solve)(wrap(t))


@pytest.mark.parametrize(
    ("F", "solve", "message"),
    [
        (square, lambda t: Value(1.0), "solve returned Value 1.0; let it compute in plain numbers"),
        (
            lambda x, t: x * W - t,
            lambda t: 1.0,
            "F returned Value 0.0 for plain numbers, computed with a Value that it was not",
        ),
        (square, lambda t: None, "what solve returned must be a real number .* got NoneType"),
        (square, lambda t: 1j, "what solve returned must be a real number"),
        (
            square,
            lambda t: optimize.root(lambda x: x - 1.0, [0.0]),
            r"solve must return the root alone, got OptimizeResult .*; return its \.x",
        ),
        (
            square,
            lambda t: optimize.root_scalar(lambda x: x - 1.0, bracket=(0.0, 2.0)),
            r"solve must return the root alone, got RootResults .*; return its \.root",
        ),
    ],
)
def test_what_is_no_plain_number(F: Any, solve: Any, message: str) -> None:  # noqa: N803
    with pytest.raises(TypeError, match=f"^implicit of .*: {message}"):
        implicit(F, solve)(1.0)


def test_infinite_cotangents_are_handed_on() -> None:
    t = Value(4.0)
    ((implicit(square, lambda t: t**0.5)(t) - 2.0) ** 0.5).backward()
    assert t.grad == math.inf


def test_what_is_no_function() -> None:
    with pytest.raises(TypeError, match=r"^implicit: F must be a function, got float 3\.0"):
        implicit(3.0, square)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^implicit: solve must be a function, got NoneType None"):
        implicit(square, None)  # type: ignore[arg-type]


def test_errors_of_the_solver_are_the_solver_s() -> None:
    with pytest.raises(ValueError, match="different signs"):
        implicit(square, lambda t: optimize.brentq(lambda x: x * x + 1.0, 0.0, 1.0))(1.0)


def test_a_program_that_comes_to_a_point_without_a_root_says_so() -> None:
    root = jit(implicit(square, lambda t: max(t, 0.0) ** 0.5))
    assert root(4.0) == 2.0
    with pytest.raises(ValueError, match="singular or not finite at the root"):
        root(0.0)
    assert grad(root)(4.0) == 0.25
