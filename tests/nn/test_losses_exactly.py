"""Losses at the edges against mpmath: values, gradients and second derivatives, by predictions and by targets."""

import itertools
import math
import sys

import pytest

import nn
from autograd import Value, constant, derivative, hessian

mpmath = pytest.importorskip("mpmath")

EPS = sys.float_info.epsilon
INF = math.inf
SHARES = [0.0, 1e-20, 1e-10, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0 - 1e-10, 1.0]
PROBABILITIES = [1e-150, 1e-20, 1e-10, 1e-5, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0 - 1e-5, 1.0 - 1e-10, 1.0 - 2.0**-53]
LOGITS = [sign * z for z in (0.0, 1e-10, 0.3, 1.0, 20.0, 40.0, 300.0, 1e3, 1e8, 1e16, 1e300) for sign in (1.0, -1.0)]


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(400):
        yield


def close(found, exact, scale=0.0, ulps=16):
    """Agreement to some units in the last place of the number itself, or of what had to be subtracted for it."""
    exact = float(exact)
    if math.isinf(exact):
        assert found == exact
    else:
        assert abs(found - exact) <= ulps * EPS * max(abs(exact), float(scale)), (found, exact)


def slopes(loss, prediction, target):
    """The loss and its gradients by prediction and target, one number each; None where a target is not a Value."""
    p = Value(prediction)
    y = loss(p, target)
    y.backward()
    return y.data, p.grad, target.grad if isinstance(target, Value) else None


# -- of one probability ----------------------------------------------------------------------------------------------


def surprise(p, t):
    """−[t log p + (1 − t) log(1 − p)], its derivatives by p and t, and the second ones by p and by both."""
    p, t = mpmath.mpf(p), mpmath.mpf(t)
    yes, no = -mpmath.log(p), -mpmath.log(1 - p)
    return (
        t * yes + (1 - t) * no,
        (1 - t) / (1 - p) - t / p,
        yes - no,
        t / p**2 + (1 - t) / (1 - p) ** 2,
        -1 / p / (1 - p),
    )


@pytest.mark.parametrize("t", SHARES)
@pytest.mark.parametrize("p", PROBABILITIES)
def test_binary_cross_entropy(p, t):
    value, by_p, by_t, by_pp, by_pt = surprise(p, t)
    scale = t / p + (1.0 - t) / (1.0 - p)  # what by_p is the difference of
    for target in (t, constant(t), Value(t)):
        found = slopes(nn.binary_cross_entropy, p, target)
        close(found[0], value)
        close(found[1], by_p, scale)
        if isinstance(target, Value) and not target.is_constant:
            close(found[2], by_t, 1.0)
    close(nn.binary_cross_entropy(p, t), value)
    close(derivative(lambda x: nn.binary_cross_entropy(x, t), 2)(p), by_pp)
    [[pp, pt], [tp, tt]] = hessian(lambda v: nn.binary_cross_entropy(v[0], v[1]))([p, t])
    close(pp, by_pp)
    close(pt, by_pt)
    close(tp, by_pt)
    assert tt == 0.0


def test_binary_cross_entropy_by_hand():
    assert nn.binary_cross_entropy(1e-10, 0.0) == 1.00000000005e-10
    assert slopes(nn.binary_cross_entropy, 0.7, Value(1.0))[2] == pytest.approx(-0.8472978603872037, rel=1e-15)


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy, lambda p, t: nn.cross_entropy([p, Value(0.5)], [t, 0.5])])
def test_a_probability_of_zero_for_a_share_of_zero(loss):
    """The slope by the prediction is that of plain targets; by the target it is ∞, as at any smaller probability."""
    plain = slopes(loss, 0.0, 0.0)
    assert slopes(loss, 0.0, constant(0.0))[:2] == plain[:2]
    assert slopes(loss, 0.0, Value(0.0)) == (*plain[:2], INF)
    target = Value(0.0)
    loss(0.0, target).backward()
    assert target.grad == INF


def test_a_probability_of_one_for_a_share_of_one():
    for target in (1.0, constant(1.0), Value(1.0)):
        found = slopes(nn.binary_cross_entropy, 1.0, target)
        assert found[:2] == (0.0, -1.0)
    assert found[2] == -INF


# -- of one logit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("t", SHARES)
@pytest.mark.parametrize("z", LOGITS)
def test_binary_cross_entropy_with_logits(z, t):
    exact_z, exact_t = mpmath.mpf(z), mpmath.mpf(t)
    no, yes = 1 / (1 + mpmath.exp(exact_z)), 1 / (1 + mpmath.exp(-exact_z))
    value = exact_t * mpmath.log1p(mpmath.exp(-exact_z)) + (1 - exact_t) * mpmath.log1p(mpmath.exp(exact_z))
    by_z = (1 - exact_t) * yes - exact_t * no
    for target in (t, constant(t), Value(t)):
        found = slopes(nn.binary_cross_entropy_with_logits, z, target)
        close(found[0], value)
        close(found[1], by_z, max((1.0 - t) * float(yes), t * float(no)))
        if isinstance(target, Value) and not target.is_constant:
            assert found[2] == -z
    close(nn.binary_cross_entropy_with_logits(z, t), value)
    close(derivative(lambda x: nn.binary_cross_entropy_with_logits(x, t), 2)(z), yes * no)
    [[zz, zt], [tz, tt]] = hessian(lambda v: nn.binary_cross_entropy_with_logits(v[0], v[1]))([z, t])
    close(zz, yes * no)
    assert (zt, tz, tt) == (-1.0, -1.0, 0.0)


def test_binary_cross_entropy_with_logits_by_hand():
    assert nn.binary_cross_entropy_with_logits(40, 1) == 4.248354255291589e-18
    assert slopes(nn.binary_cross_entropy_with_logits, 40.0, 1.0)[:2] == (4.248354255291589e-18, -4.248354255291589e-18)
    for z, t in ((INF, 1.0), (-INF, 0.0)):
        for target in (t, constant(t), Value(t)):
            found = slopes(nn.binary_cross_entropy_with_logits, z, target)
            assert found[:2] == (0.0, 0.0)
        assert found[2] == -z
    for z, t in itertools.product((INF, -INF), (0.25, 0.5)):
        assert nn.binary_cross_entropy_with_logits(z, t) == INF
        assert slopes(nn.binary_cross_entropy_with_logits, z, t)[1] == (1.0 - t if z > 0.0 else -t)


# -- of a row of logits ----------------------------------------------------------------------------------------------

ROWS = [[1.0, 1.0], [1.0, -1.0], [0.3, -0.7, 0.2], [-1.0, -1.0, -1.0], [0.0, 0.5, 1.0, 1.0]]
WEIGHTS = [3.0, 1.0, 0.0, 4.0]
SIZES = [1e-8, 1.0, 40.0, 1e3, 1e8, 1e12, 1e16]


def shares_of(row):
    """Rows of shares that fit a row of logits: each class alone, and mixtures of sum 1, less and more."""
    n = len(row)
    hard = [[float(j == k) for j in range(n)] for k in range(n)]
    soft = [WEIGHTS[:n], [1.0] * n, WEIGHTS[n - 1 :: -1]]
    return hard + [[w / sum(s) for w in s] for s in soft] + [[0.25] * n, [0.0] * n, [1.0] * n]


def softmax(logits):
    largest = max(logits)
    powers = [mpmath.exp(mpmath.mpf(z) - largest) for z in logits]
    total = mpmath.fsum(powers)
    return [power / total for power in powers]


def log_softmax(logits):
    largest = max(map(mpmath.mpf, logits))
    total = mpmath.log(mpmath.fsum(mpmath.exp(z - largest) for z in logits))
    return [z - largest - total for z in logits]


def row_slopes(loss, row, target):
    values = [Value(z) for z in row]
    y = loss(values, target)
    y.backward()
    return y.data, [v.grad for v in values]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("row", ROWS)
def test_cross_entropy_with_logits(row, size):
    row = [z * size for z in row]
    exact = softmax(row)
    span = 16.0 + max(row) - min(row)  # a relative error of a difference is an absolute one in the exponent
    for shares in shares_of(row):
        whole = sum(shares)
        value = -mpmath.fsum(t * log for t, log in zip(shares, log_softmax(row), strict=True))
        targets = [shares, [constant(t) for t in shares], [Value(t) for t in shares]]
        targets += [shares.index(1.0)] if sorted(shares)[-2:] == [0.0, 1.0] else []
        for target in targets:
            found, gradients = row_slopes(nn.cross_entropy_with_logits, row, target)
            close(found, value, ulps=max(span, 16) if abs(value) < 1e-3 else 16)
            for share, p, gradient in zip(shares, exact, gradients, strict=True):
                close(gradient, whole * p - share, scale=whole, ulps=4 * len(row))
        close(nn.cross_entropy_with_logits(row, shares), value, ulps=max(span, 16) if abs(value) < 1e-3 else 16)
        variables = targets[2]
        for variable, log in zip(variables, log_softmax(row), strict=True):
            close(variable.grad, -log, ulps=span if abs(log) < 1e-3 else 16)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("row", ROWS)
def test_the_true_class_has_an_exact_slope_however_sure_the_prediction(row, size):
    """−Σ p of the others, which p − 1 would have rounded away."""
    row = [z * size for z in row]
    exact, span = softmax(row), 16.0 + max(row) - min(row)
    for k in range(len(row)):
        _, gradients = row_slopes(nn.cross_entropy_with_logits, row, k)
        close(gradients[k], -mpmath.fsum(p for j, p in enumerate(exact) if j != k), ulps=4.0 * span)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("row", ROWS)
def test_second_derivatives_of_cross_entropy_with_logits(row, size):
    row = [z * size for z in row]
    n, exact = len(row), softmax(row)
    for shares in shares_of(row):
        whole = sum(shares)
        found = hessian(lambda z: nn.cross_entropy_with_logits(z, shares))(row)  # noqa: B023 - called at once
        for i, j in itertools.product(range(n), range(n)):
            close(found[i][j], whole * exact[i] * ((i == j) - exact[j]), scale=whole, ulps=8 * n)
        both = hessian(lambda v: nn.cross_entropy_with_logits(v[:n], v[n:]))(row + shares)
        for i, j in itertools.product(range(n), range(n)):
            close(both[i][j], whole * exact[i] * ((i == j) - exact[j]), scale=whole, ulps=8 * n)
            close(both[n + i][j], exact[j] - (i == j), scale=1.0, ulps=8 * n)
            assert both[n + i][n + j] == 0.0


def test_cross_entropy_with_logits_by_hand():
    for size in (1.0, 1e3, 1e8, 1e12, 1e16):
        found, gradients = row_slopes(nn.cross_entropy_with_logits, [size, size], 0)
        assert found == pytest.approx(math.log(2.0), rel=1e-15)
        assert gradients == [-0.5, 0.5]


@pytest.mark.parametrize("soft", [False, True])
def test_a_logit_of_minus_infinity_for_a_share_of_zero(soft):
    """A class that is ruled out: the loss and its slopes are those without it."""
    for finite, shares in (([2.0, 1.0], [0.25, 0.75] if soft else [0.0, 1.0]), ([3.0], [1.0])):
        expected, slopes_expected = row_slopes(nn.cross_entropy_with_logits, finite, shares)
        for place in range(len(finite) + 1):
            row = [*finite[:place], -INF, *finite[place:]]
            for zero in (0.0, constant(0.0), Value(0.0)):
                target = [*shares[:place], zero, *shares[place:]]
                found, gradients = row_slopes(nn.cross_entropy_with_logits, row, target)
                assert found == pytest.approx(expected, rel=1e-14)
                assert gradients.pop(place) == 0.0
                assert gradients == pytest.approx(slopes_expected, rel=1e-14)
            assert zero.grad == INF


@pytest.mark.parametrize("shares", [[1.0, 0.0, 0.0], [0.6, 0.4, 0.0], [0.4, 0.6, 0.0]])
def test_an_infinite_loss_has_finite_slopes(shares):
    """As the softmax has them: its probabilities less the targets."""
    for row, probabilities in (([-INF, 1.0, 1.0], [0.0, 0.5, 0.5]), ([1.0, 1.0, INF], [0.0, 0.0, 1.0])):
        for target in (shares, [constant(t) for t in shares], [Value(t) for t in shares]):
            found, gradients = row_slopes(nn.cross_entropy_with_logits, row, target)
            assert found == INF
            assert gradients == pytest.approx([p - t for p, t in zip(probabilities, shares, strict=True)], abs=1e-15)


def test_one_class_alone_is_certain():
    for target in (0, [1.0], [Value(1.0)]):
        assert row_slopes(nn.cross_entropy_with_logits, [1e16], target) == (0.0, [0.0])


# -- of a row of probabilities ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", PROBABILITIES)
def test_cross_entropy(p):
    row = [p, 0.25, 1.0]
    for shares in shares_of(row):
        value = -mpmath.fsum(t * mpmath.log(x) for t, x in zip(shares, row, strict=True))
        for target in (shares, [constant(t) for t in shares], [Value(t) for t in shares]):
            found, gradients = row_slopes(nn.cross_entropy, row, target)
            close(found, value)
            for share, x, gradient in zip(shares, row, gradients, strict=True):
                close(gradient, -mpmath.mpf(share) / x)
        for variable, x in zip(target, row, strict=True):
            close(variable.grad, -mpmath.log(x))
        both = hessian(lambda v: nn.cross_entropy(v[:3], v[3:]))(row + shares)
        for i, j in itertools.product(range(3), range(3)):
            close(both[i][j], (i == j) * mpmath.mpf(shares[i]) / mpmath.mpf(row[i]) ** 2)
            close(both[3 + i][j], -(i == j) / mpmath.mpf(row[i]))


# -- targets that are Values, in every loss --------------------------------------------------------------------------

POINTS = {
    "mse": ([0.3, -2.0, 5.0], [0.0, 1.0, 0.5]),
    "half_squared_error": ([0.3, -2.0, 5.0], [0.0, 1.0, 0.5]),
    "binary_cross_entropy": ([0.3, 0.7, 0.9, 0.0, 1.0], [0.0, 1.0, 0.5, 0.0, 1.0]),
    "binary_cross_entropy_with_logits": ([0.3, -2.0, 5.0, 800.0, -800.0, 0.0], [0.0, 1.0, 0.5, 1.0, 0.0, 0.25]),
    "cross_entropy": ([0.2, 0.5, 0.3, 0.0], [0.0, 1.0, 0.0, 0.0]),
    "cross_entropy_with_logits": ([1e3, 0.2, -1e3, 5.0], [0.0, 1.0, 0.0, 0.0]),
    "hinge": ([0.3, -2.0, 5.0], [1.0, -1.0, -1.0]),
}


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_predictions_get_the_same_slopes_from_targets_of_every_kind(name, reduction):
    predictions, targets = POINTS[name]
    loss = getattr(nn, name)
    expected, gradients = row_slopes(lambda p, t: loss(p, t, reduction=reduction), predictions, targets)
    for kind in (constant, Value):
        found, slopes_found = row_slopes(
            lambda p, t: loss(p, t, reduction=reduction),
            predictions,
            [kind(t) for t in targets],
        )
        assert found == pytest.approx(expected, rel=1e-14, abs=1e-300)
        assert slopes_found == pytest.approx(gradients, rel=1e-14, abs=1e-15)


def test_hinge_and_squares_by_their_targets():
    s, t = Value(0.25), Value(-1.0)
    nn.hinge(s, t).backward()
    assert (s.grad, t.grad) == (1.0, -0.25)
    p, t = Value(3.0), Value(1.0)
    nn.mse(p, t).backward()
    assert (p.grad, t.grad) == (4.0, -4.0)
