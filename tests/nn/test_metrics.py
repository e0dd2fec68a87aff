"""Accuracy of rows and of single numbers."""

import pytest

from autograd import Value
from nn import accuracy, largest, one_hot


def test_the_largest_score_decides():
    rows = [[0.1, 0.9, 0.0], [0.5, 0.2, 0.3], [0.0, 0.1, 0.9], [0.4, 0.4, 0.2]]
    assert accuracy(rows, [1, 0, 0, 0]) == 0.75
    assert accuracy(rows, one_hot([1, 0, 0, 0], 3)) == 0.75
    assert accuracy([[Value(x) for x in row] for row in rows], [1, 0, 0, 1]) == 0.5


def test_one_number_is_held_against_the_threshold():
    assert accuracy([0.7, 0.2, 0.5], [1, 0, 0]) == 1.0
    assert accuracy([Value(0.7), Value(-0.2), Value(3.0)], [1, -1, -1], threshold=0.0) == pytest.approx(2 / 3)


def test_the_first_of_equal_scores_is_taken():
    assert largest([Value(1.0), 3.0, 3.0]) == 1


@pytest.mark.parametrize(
    ("predictions", "targets", "message"), [([], [], "of no examples"), ([0.1], [1, 0], "1 predictions, but 2 targets")]
)
def test_bad_input_is_named(predictions, targets, message):
    with pytest.raises(ValueError, match=message):
        accuracy(predictions, targets)
