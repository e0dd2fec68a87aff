"""Accuracy of rows and of single numbers."""

import pytest

from autograd import Value
from nn import accuracy, argmax, one_hot


def test_the_largest_score_decides():
    rows = [[0.1, 0.9, 0.0], [0.5, 0.2, 0.3], [0.0, 0.1, 0.9], [0.4, 0.4, 0.2]]
    assert accuracy(rows, [1, 0, 0, 0]) == 0.75
    assert accuracy(rows, one_hot([1, 0, 0, 0], 3)) == 0.75
    assert accuracy([[Value(x) for x in row] for row in rows], [1, 0, 0, 1]) == 0.5


def test_one_number_is_held_against_the_threshold():
    assert accuracy([0.7, 0.2, 0.5], [1, 0, 0]) == 1.0
    assert accuracy([Value(0.7), Value(-0.2), Value(3.0)], [1, -1, -1], threshold=0.0) == pytest.approx(2 / 3)


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
        (lambda: argmax([]), ValueError, "argmax: scores is empty"),
        (lambda: argmax([1.0, NAN]), ValueError, r"argmax: scores\[1\] is nan"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
