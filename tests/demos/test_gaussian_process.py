"""The likelihood against scikit-learn's and its own other form, the fit against scikit-learn's."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("scipy", reason="linear algebra uses SciPy: pip install scipy")

from autograd import grad, hessian
from demos import gaussian_process as demo
from demos.report import Verdict


def test_every_row_agrees() -> None:
    rows = [row for section in demo.report() for row in section.rows]
    assert len(rows) == 9 + 3 + 3
    assert {row.verdict for row in rows} == {Verdict.AGREES}


def test_both_forms_of_the_likelihood_have_the_same_derivatives() -> None:
    at = [0.2, 0.4, -1.2]
    assert demo.surprise(at) == pytest.approx(demo.surprise_again(at), rel=1e-12)
    assert grad(demo.surprise)(at) == pytest.approx(grad(demo.surprise_again)(at), rel=1e-9)
    for ours, theirs in zip(hessian(demo.surprise)(at), hessian(demo.surprise_again)(at), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-8)


def test_likelihood_and_prediction_are_scikit_learn_s() -> None:
    processes = pytest.importorskip("sklearn.gaussian_process")
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    best = demo.fitted().hyperparameters
    amplitude, length, noise = map(math.exp, best)
    kernel = kernels.ConstantKernel(amplitude**2) * kernels.RBF(length) + kernels.WhiteKernel(noise**2)
    process = processes.GaussianProcessRegressor(kernel, alpha=0.0, optimizer=None)
    process.fit([[t] for t in demo.TIMES], demo.OBSERVED)
    value, slopes = process.log_marginal_likelihood(process.kernel_.theta, eval_gradient=True)
    assert -value == pytest.approx(demo.surprise(best), rel=1e-10)
    assert slopes == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)  # at the maximum
    mean, deviation = process.predict([[4.0]], return_std=True)
    ours, variance = demo.predicted(best, 4.0)
    assert (ours, variance + noise**2) == pytest.approx((mean[0], deviation[0] ** 2), rel=1e-8)
