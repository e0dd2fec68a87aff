"""Document 001: the loops of the notes against PyTorch-free oracles, and the comparison that must notice an error."""

import math

import pytest

from demos import network_cost as demo
from demos.report import by_label

numpy = pytest.importorskip("numpy")

NETWORKS = {
    "K = 3": (demo.fixed_weights(3, 5, 3), demo.Y),
    "K = 1": (demo.fixed_weights(3, 4, 1), demo.IS_CLASS_0),
    "four layers": (demo.fixed_weights(3, 4, 2, 3), demo.Y),
}


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS.keys())
def network(request):
    return request.param


def cost_and_gradient_by_matrices(theta, ys, lambda_):
    """The notes' formulas as the matrix products they stand for."""
    m = len(demo.X)
    weights = [numpy.array(matrix) for matrix in theta]
    a = [numpy.array(demo.X)]
    for w in weights:
        a.append(1 / (1 + numpy.exp(-(numpy.c_[numpy.ones(m), a[-1]] @ w.T))))
    y, h = numpy.array(ys), a[-1]
    j = -(y * numpy.log(h) + (1 - y) * numpy.log(1 - h)).sum() / m
    j += lambda_ / (2 * m) * sum((w[:, 1:] ** 2).sum() for w in weights)
    delta, d = h - y, []
    for w, a_l in zip(weights[::-1], a[-2::-1], strict=True):
        d_l = delta.T @ numpy.c_[numpy.ones(m), a_l] / m
        d_l[:, 1:] += lambda_ / m * w[:, 1:]
        d.insert(0, d_l)
        delta = delta @ w[:, 1:] * a_l * (1 - a_l)
    return j, numpy.concatenate([d_l.ravel() for d_l in d])


@pytest.mark.parametrize("lambda_", [0.0, 1.0])
def test_loops_engine_and_matrices_agree(network, lambda_):
    theta, ys = network
    j, d = cost_and_gradient_by_matrices(theta, ys, lambda_)
    assert demo.cost(theta, demo.X, ys, lambda_) == pytest.approx(j, rel=1e-14)
    assert demo.flat(demo.gradient(theta, demo.X, ys, lambda_)) == pytest.approx(d, rel=1e-12, abs=1e-15)
    model = demo.network(theta)
    recorded = demo.engine_cost(model, demo.X, ys, lambda_)
    assert recorded.data == pytest.approx(j, rel=1e-14)
    assert demo.engine_gradient(model, recorded) == pytest.approx(d, rel=1e-12, abs=1e-15)
    assert demo.difference(demo.central_differences(theta, demo.X, ys, lambda_), d) < 1e-9


def test_the_bias_weights_are_not_regularised(network):
    theta, ys = network
    plain, regularised = (demo.gradient(theta, demo.X, ys, lambda_) for lambda_ in (0.0, 1.0))
    for before, after in zip(plain, regularised, strict=True):
        for row_before, row_after in zip(before, after, strict=True):
            assert row_before[0] == row_after[0]
            assert all(b != a for b, a in zip(row_before[1:], row_after[1:], strict=True))


def test_one_wrong_weight_shows_in_the_relative_difference():
    d = demo.flat(demo.gradient(demo.fixed_weights(3, 5, 3), demo.X, demo.Y, 1.0))
    assert demo.difference(d, d) == 0.0
    assert demo.difference(d, [d[0] * (1 + 1e-6), *d[1:]]) > 1e-9


def test_the_simplest_case_is_logistic_cross_entropy():
    nodes = by_label(demo.output())
    assert nodes["J"].data == pytest.approx(-math.log(nodes["h"].data), rel=1e-15)
    assert demo.simplest({**demo.SIMPLEST, "y": 0.0}).data == pytest.approx(-math.log(1 - nodes["h"].data), rel=1e-14)
