"""Metrics against scikit-learn's, and by hand; of rows, classes and single numbers."""

import random

import pytest

from autograd import Value
from nn import accuracy, argmax, confusion_matrix, f1, mae, one_hot, r2


def test_the_largest_score_decides():
    rows = [[0.1, 0.9, 0.0], [0.5, 0.2, 0.3], [0.0, 0.1, 0.9], [0.4, 0.4, 0.2]]
    assert accuracy(rows, [1, 0, 0, 0]) == 0.75
    assert accuracy(rows, one_hot([1, 0, 0, 0], 3)) == 0.75
    assert accuracy([[Value(x) for x in row] for row in rows], [1, 0, 0, 1]) == 0.5


def test_one_number_is_held_against_the_threshold():
    assert accuracy([0.7, 0.2, 0.5], [1, 0, 0]) == 1.0
    assert accuracy([Value(0.7), Value(-0.2), Value(3.0)], [1, -1, -1], threshold=0.0) == pytest.approx(2 / 3)


def test_no_threshold_is_guessed_for_logits():
    """½ is for probabilities; of a logit it would be a wrong number."""
    for predictions, targets in (([2.5, 0.3], [1, 0]), ([0.7, -0.1], [1, 0]), ([0.7, 0.3], [1, -1])):
        with pytest.raises(ValueError, match=r"no probability; pass threshold=0\.0 for scores and logits"):
            accuracy(predictions, targets)
    assert accuracy([2.5, 0.3], [1, 0], threshold=0.0) == 0.5
    assert accuracy([2.5, 0.3], [1, 0], threshold=0.5) == 1.0


CHOICES = random.Random(1)
LABELS = [(CHOICES.randrange(4), CHOICES.randrange(4)) for _ in range(200)]
BITS = [(CHOICES.randrange(2), CHOICES.randrange(2)) for _ in range(50)]


def scores(labels, classes):
    """Rows whose largest number stands at the label."""
    return [[float(k == label) + 0.1 * k for k in range(classes)] for label in labels]


@pytest.mark.parametrize("pairs", [LABELS, BITS, [(0, 0), (2, 2)], [(1, 1), (1, 1)], [(0, 0)], [(0, 1), (0, 1)]])
def test_classes_are_counted_as_scikit_learn_does_it(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    predicted, true = map(list, zip(*pairs, strict=True))
    size = max(2, 1 + max(map(max, pairs)))
    expected = metrics.confusion_matrix(true, predicted, labels=range(size)).tolist()
    assert confusion_matrix(predicted, true) == expected
    assert confusion_matrix(scores(predicted, size), true) == expected
    assert (
        confusion_matrix([[Value(x) for x in row] for row in scores(predicted, size)], one_hot(true, size)) == expected
    )
    assert confusion_matrix(predicted, true, classes=6)[4:] == [[0] * 6] * 2
    for average in ("macro", "weighted", "micro", *["binary"][: 3 - size]):
        score = metrics.f1_score(true, predicted, average=average, zero_division=0.0)
        assert f1(predicted, true, average=average) == pytest.approx(score, abs=1e-15)
        assert f1(scores(predicted, size), true, average=average) == pytest.approx(score, abs=1e-15)


def test_scores_are_held_against_the_threshold():
    metrics = pytest.importorskip("sklearn.metrics")
    logits = [random.Random(i).gauss(0.0, 1.0) for i in range(40)]
    true = [random.Random(-i).randrange(2) for i in range(40)]
    predicted = [int(z > 0.25) for z in logits]
    assert confusion_matrix(logits, true, threshold=0.25) == metrics.confusion_matrix(true, predicted).tolist()
    assert f1(list(map(Value, logits)), true, threshold=0.25) == pytest.approx(metrics.f1_score(true, predicted))
    assert f1(logits, [2 * t - 1 for t in true], threshold=0.0) == f1(logits, true, threshold=0.0)


def test_r2_and_mae_are_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    numpy = pytest.importorskip("numpy")
    true = [[random.Random(i + 100 * j).gauss(j, 1.0 + j) for j in range(3)] for i in range(30)]
    predicted = [[t + random.Random(i).gauss(0.0, 0.5) for t in row] for i, row in enumerate(true)]
    assert r2(predicted, true) == pytest.approx(metrics.r2_score(true, predicted), rel=1e-13)
    assert mae(predicted, true) == pytest.approx(metrics.mean_absolute_error(true, predicted), rel=1e-13)
    first, expected = [row[0] for row in predicted], [row[0] for row in true]
    assert r2(list(map(Value, first)), expected) == pytest.approx(metrics.r2_score(expected, first), rel=1e-13)
    assert r2(numpy.array(predicted), numpy.array(true)) == r2(predicted, true)
    assert r2([[x] for x in first], expected) == r2(first, expected)
    assert r2([1e9 + x for x in first], [1e9 + x for x in expected]) == pytest.approx(r2(first, expected), rel=1e-6)
    assert r2([-x for x in expected], expected) < 0.0


def test_the_first_of_equal_scores_is_taken():
    assert argmax([Value(1.0), 3.0, 3.0]) == 1


NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: accuracy([], []), ValueError, "of no examples"),
        (lambda: accuracy([0.1], [1, 0]), ValueError, "1 predictions, but 2 targets"),
        (lambda: accuracy(0.5, [1]), TypeError, "accuracy: predictions must be a list with one for each example"),
        (lambda: accuracy([0.5], 1), TypeError, "accuracy: targets must be a list"),
        (lambda: accuracy(["a"], [1]), TypeError, r"accuracy: predictions\[0\] must be a real number"),
        (lambda: accuracy([0.7], [1], threshold="a"), TypeError, "accuracy: threshold must be a real number"),
        (lambda: accuracy([0.7, NAN], [1, 0]), ValueError, r"accuracy: predictions\[1\] is nan"),
        (lambda: accuracy([0.7], [Value(NAN)]), ValueError, r"accuracy: targets\[0\] is nan"),
        (lambda: accuracy([[NAN, 1.0]], [0]), ValueError, r"accuracy: predictions\[0\]\[0\] is nan"),
        (lambda: accuracy([[0.1, 0.9]], [2]), ValueError, r"targets\[0\] is class 2, but the 2 classes are 0 to 1"),
        (lambda: accuracy([[0.1, 0.9]], [0.5]), TypeError, r"targets\[0\] must be a class index"),
        (lambda: accuracy([[0.1, 0.9]], [[0, 1, 0]]), ValueError, r"targets\[0\] has 3 numbers.*2 classes"),
        (lambda: accuracy([[]], [0]), ValueError, r"accuracy: predictions\[0\] is empty"),
        (lambda: confusion_matrix([], []), ValueError, "confusion_matrix: of no examples"),
        (lambda: confusion_matrix([1], [1, 0]), ValueError, "1 predictions, but 2 targets"),
        (lambda: confusion_matrix(1, [1]), TypeError, "confusion_matrix: predictions must be a list"),
        (
            lambda: confusion_matrix([0.7], [1]),
            ValueError,
            r"predictions\[0\] is 0.7, no class index; pass threshold=0.0",
        ),
        (lambda: confusion_matrix([-1], [1]), ValueError, r"predictions\[0\] is -1.0, no class index"),
        (lambda: confusion_matrix([1], [0.5]), ValueError, r"targets\[0\] is 0.5, no class index"),
        (lambda: confusion_matrix([3], [1], classes=3), ValueError, r"predictions\[0\] is class 3, but the 3 classes"),
        (lambda: confusion_matrix([1], [3], classes=3), ValueError, r"targets\[0\] is class 3, but the 3 classes"),
        (lambda: confusion_matrix([0.5], [1], classes=1, threshold=0.0), ValueError, "class 1, but the 1 classes"),
        (lambda: confusion_matrix([1], [1], classes=0), ValueError, "classes is 0"),
        (
            lambda: confusion_matrix([[0.1, 0.2], [0.1]], [1, 0]),
            ValueError,
            r"predictions\[1\] has 1 scores.*2 classes",
        ),
        (lambda: confusion_matrix([NAN], [1]), ValueError, r"predictions\[0\] is nan"),
        (lambda: confusion_matrix(["a"], [1]), TypeError, r"predictions\[0\] must be a real number"),
        (
            lambda: f1([0, 1, 2], [0, 1, 2]),
            ValueError,
            'f1: average is "binary", but there are 3 classes; pass average=',
        ),
        (lambda: f1([0], [0], average="mean"), ValueError, "f1: average must be one of binary, macro, weighted, micro"),
        (lambda: f1([0.3], [0]), ValueError, r"f1: predictions\[0\] is 0.3, no class index; pass threshold"),
        (lambda: r2([1.0], [1.0]), ValueError, "r2: one example has no variance"),
        (
            lambda: r2([1.0, 2.0], [3.0, 3.0]),
            ValueError,
            "r2: all targets are 3.0: no variance to explain; use mae or mse",
        ),
        (
            lambda: r2([[1.0], [2.0]], [[3.0, 1.0], [3.0, 2.0]]),
            ValueError,
            "r2: 1 outputs in predictions, but 2 in targ",
        ),
        (lambda: r2([1.0, NAN], [1.0, 2.0]), ValueError, r"r2: predictions\[1\] is nan"),
        (lambda: r2([1.0, 2.0], [1.0, float("inf")]), ValueError, r"r2: targets\[1\] is inf"),
        (lambda: r2([[1.0], [1.0, 2.0]], [1.0, 2.0]), ValueError, r"r2: predictions\[1\] has 2 numbers"),
        (lambda: r2([], []), ValueError, "r2: of no examples"),
        (lambda: argmax([]), ValueError, "argmax: scores is empty"),
        (lambda: argmax([1.0, NAN]), ValueError, r"argmax: scores\[1\] is nan"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
