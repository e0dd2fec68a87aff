"""The function transforms with object arrays of NumPy, and as derivatives for SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize

from autograd import (
    grad,
    hessian,
    hvp,
    jacobian,
    value_and_grad,
)
from support.rosenbrock import rosenbrock


def test_object_arrays_keep_the_graph():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])

    def f(x):
        return (
            np.dot(a, x).sum()
            + (a @ x).mean()
            + np.max(x)
            + np.einsum("i,ij,j->", x, a, x)
            + np.sum(np.exp(x))
            + np.float64(2.0) * x[0]
            + (x * np.array([1.0, 2.0])).sum()
            + np.linalg.norm(x)
        )

    x = np.array([0.5, 2.0])
    ones = np.ones(2)
    expected = a.T @ ones + a.T @ ones / 2.0 + [0.0, 1.0] + (a + a.T) @ x + np.exp(x) + [2.0, 0.0] + [1.0, 2.0]
    np.testing.assert_allclose(grad(f)(x), expected + x / np.sqrt(x @ x), rtol=1e-14)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B"])
def test_scipy_minimize_with_jac_true(method):
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), np.zeros(5), jac=True, method=method)
    np.testing.assert_allclose(found.x, np.ones(5), atol=1e-4)


@pytest.mark.parametrize("method", ["trust-exact", "Newton-CG", "trust-ncg", "trust-krylov"])
def test_scipy_minimize_with_second_derivatives(method):
    products = {"hessp": lambda x, v: hvp(rosenbrock, x, v)} if method == "Newton-CG" else {"hess": hessian(rosenbrock)}
    start = np.full(4, 0.8)
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), start, jac=True, method=method, **products)
    np.testing.assert_allclose(found.x, np.ones(4), atol=1e-4)


def test_scipy_least_squares():
    t = np.linspace(0.0, 1.0, 20)

    def residuals(p):
        return p[0] * np.exp(-p[1] * t) - 2.0 * np.exp(-1.5 * t)

    found = scipy.optimize.least_squares(residuals, [1.0, 1.0], jac=jacobian(residuals))
    np.testing.assert_allclose(found.x, [2.0, 1.5], rtol=1e-8)
