"""Metrics: what is reported but not differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nn.batches import plain


def accuracy(predictions: Sequence[Any], targets: Sequence[Any], threshold: float = 0.5) -> float:
    """The share of examples that are classified correctly.

    Args:
        predictions: one per example: a row of class scores, of which the largest decides (the first of equal ones); or
            one number, which is positive if it is above the threshold.
        targets: one per example: the class index or one-hot row; or a number, positive above the same threshold.
        threshold: ½ for probabilities with targets 0 and 1; use 0 for scores and logits, with targets −1 or 0 and 1.

    Raises:
        ValueError: if there are no examples, or not as many targets as predictions.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([2.5, -0.3, 0.1], [1, -1, -1], threshold=0.0) == 2 / 3
    True
    """
    if len(predictions) != len(targets):
        raise ValueError(f"accuracy: {len(predictions)} predictions, but {len(targets)} targets")
    if len(predictions) == 0:
        raise ValueError("accuracy: of no examples; pass at least one")
    right = 0
    for prediction, target in zip(predictions, targets, strict=True):
        if hasattr(prediction, "__len__"):
            right += largest(prediction) == (largest(target) if hasattr(target, "__len__") else plain(target))
        else:
            right += (plain(prediction) > threshold) == (plain(target) > threshold)
    return right / len(predictions)


def largest(scores: Sequence[Any]) -> int:
    """The index of the largest score: the class that is predicted; the first of equal ones.

    >>> largest([0.1, 0.7, 0.2])
    1
    """
    numbers = [plain(score) for score in scores]
    return numbers.index(max(numbers))
