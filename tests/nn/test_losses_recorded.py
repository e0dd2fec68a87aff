"""Every loss inside `jit` and `vmap`: the numbers and slopes of eager evaluation, one program for all targets."""

import math
import random

import pytest

import nn
from autograd import exp, jit, sigmoid, softmax, value_and_grad, vmap

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

ROWS = [[random.Random(10 * i + k).gauss(0.0, 3.0) for k in range(3)] for i in range(40)]
CHOICES = random.Random(0)
CLASSES = [CHOICES.randrange(3) for _ in ROWS]
HOT = nn.one_hot(CLASSES, 3)
SHARES = [[0.5, 0.25, 0.25], [0.0, 0.5, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]] * 10
BITS = [[float(CHOICES.randrange(2)) for _ in range(3)] for _ in ROWS]

CASES = {
    "mse": (nn.mse, ROWS[::-1]),
    "half": (nn.half_squared_error, ROWS[::-1]),
    "binary": (lambda p, t: nn.binary_cross_entropy([sigmoid(x) for x in p], t), BITS),
    "binary, shares": (lambda p, t: nn.binary_cross_entropy([sigmoid(x) for x in p], t), SHARES),
    "logits": (nn.binary_cross_entropy_with_logits, BITS),
    "logits, shares": (nn.binary_cross_entropy_with_logits, SHARES),
    "classes": (lambda p, t: nn.cross_entropy(softmax(p), t), CLASSES),
    "classes, one-hot": (lambda p, t: nn.cross_entropy(softmax(p), t), HOT),
    "classes, shares": (lambda p, t: nn.cross_entropy(softmax(p), t), SHARES),
    "class logits": (nn.cross_entropy_with_logits, CLASSES),
    "class logits, one-hot": (nn.cross_entropy_with_logits, HOT),
    "class logits, shares": (nn.cross_entropy_with_logits, SHARES),
    "large logits": (lambda p, t: nn.cross_entropy_with_logits([300.0 * x for x in p], t), CLASSES),
    "mae": (nn.mae, ROWS[::-1]),
    "huber": (nn.huber, ROWS[::-1]),
    "likelihood": (lambda p, t: nn.gaussian_nll(p[0], t[0], exp(p[1])), ROWS[::-1]),
    "divergence": (lambda p, t: nn.kl_divergence(softmax(p), t), SHARES),
    "divergence, classes": (lambda p, t: nn.kl_divergence(softmax(p), t), CLASSES),
    "divergence, logits": (nn.kl_divergence_with_logits, SHARES),
    "divergence, logits, classes": (nn.kl_divergence_with_logits, CLASSES),
    "smoothed": (lambda p, t: nn.cross_entropy(softmax(p), t, label_smoothing=0.1), SHARES),
    "smoothed, classes": (lambda p, t: nn.cross_entropy(softmax(p), t, label_smoothing=0.1), CLASSES),
    "smoothed logits": (lambda p, t: nn.cross_entropy_with_logits(p, t, label_smoothing=0.1), SHARES),
    "smoothed logits, classes": (lambda p, t: nn.cross_entropy_with_logits(p, t, label_smoothing=0.1), CLASSES),
    "hinge": (nn.hinge, [[2.0 * t - 1.0 for t in row] for row in BITS]),
}


@pytest.mark.parametrize("kind", CASES)
def test_recorded_losses_are_the_eager_ones(kind):
    loss, targets = CASES[kind]
    recorded = jit(lambda p, t: loss(list(p), t if t.__class__.__name__ == "Value" else list(t)), max_programs=1)
    values, slopes = vmap(value_and_grad(recorded))(numpy.array(ROWS), numpy.array(targets, dtype=float))
    for row, target, value, slope in zip(ROWS, targets, values.tolist(), slopes.tolist(), strict=True):
        expected, gradient = value_and_grad(lambda p: loss(p, target))(row)  # noqa: B023 - called at once
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-14)
        assert slope == pytest.approx(gradient, rel=1e-10, abs=1e-13)


BAD = [
    (nn.cross_entropy_with_logits, 3.0, "must be a class index"),
    (nn.cross_entropy_with_logits, 0.5, "must be a class index"),
    (nn.cross_entropy_with_logits, -1.0, "must be a class index"),
    (lambda p, t: nn.cross_entropy(p, 0.0 * t), 0.0, "outside"),
    (lambda p, t: nn.hinge(p[0], t), 0.5, "must be"),
    (lambda p, t: nn.mse(p[0], t), math.nan, "leave such examples out"),
    (lambda p, t: nn.binary_cross_entropy_with_logits(p[0], t), 1.5, "outside"),
    (lambda p, t: nn.binary_cross_entropy(sigmoid(p[0]), t), -0.5, "outside"),
    (lambda p, t: nn.mae(p[0], t), math.nan, "leave such examples out"),
    (lambda p, t: nn.huber(p[0], t), math.nan, "leave such examples out"),
    (lambda p, t: nn.gaussian_nll(p[0], 0.0, t), -1.0, "must be positive and finite"),
    (nn.kl_divergence_with_logits, 3.0, "must be a class index"),
    (lambda p, t: nn.cross_entropy_with_logits(p, t, label_smoothing=0.1), 0.5, "must be a class index"),
]


@pytest.mark.parametrize(("loss", "bad", "message"), BAD)
def test_a_recorded_loss_checks_every_call(loss, bad, message):
    good = 1.0
    recorded = jit(lambda p, t: loss(list(p), t))
    row = [0.25, 0.5, 0.25]
    recorded(row, good)
    recorded(row, good)
    with pytest.raises(ValueError, match=message):
        recorded(row if message != "outside" or bad else [2.5, 0.5, 0.5], bad)
    assert recorded(row, good) == pytest.approx(loss(row, good))
