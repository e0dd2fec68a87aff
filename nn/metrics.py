"""Metrics: what is reported but not differentiated."""

from __future__ import annotations

import math
from typing import Any

from autograd import Value
from autograd.support.errors import as_float, typed
from nn.arguments import Number, Plain, Row, is_row
from nn.batches import class_index


def accuracy(
    predictions: Row[Number | Row[Number]], targets: Row[Number | Row[Number]], threshold: Plain = 0.5
) -> float:
    """The share of examples that are classified correctly.

    Args:
        predictions: one per example: a row of class scores, of which the largest decides (the first of equal ones); or
            one number, which is positive if it is above the threshold.
        targets: one per example: the class index or one-hot row; or a number, positive above the same threshold.
        threshold: ½ for probabilities with targets 0 and 1; use 0 for scores and logits, with targets −1 or 0 and 1.

    Raises:
        TypeError: if predictions or targets are not lists, or something in them is not a number.
        ValueError: if there are no examples, or not as many targets as predictions; if a number is NaN, a class index
            outside the classes, or a one-hot row of another length than its scores.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([2.5, -0.3, 0.1], [1, -1, -1], threshold=0.0) == 2 / 3
    True
    """
    for argument, things in (("predictions", predictions), ("targets", targets)):
        if not is_row(things):
            raise TypeError(f"accuracy: {argument} must be a list with one for each example, got {typed(things)}")
    if len(predictions) != len(targets):
        raise ValueError(f"accuracy: {len(predictions)} predictions, but {len(targets)} targets; give each its target")
    if len(predictions) == 0:
        raise ValueError("accuracy: of no examples; pass at least one")
    bound = _number("accuracy", "threshold", threshold)
    right = 0
    for i, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        if is_row(prediction):
            right += _argmax("accuracy", f"predictions[{i}]", prediction) == _class(i, target, len(prediction))
        else:
            positive = _number("accuracy", f"predictions[{i}]", prediction) > bound
            right += positive == (_number("accuracy", f"targets[{i}]", target) > bound)
    return right / len(predictions)


def argmax(scores: Row[Number]) -> int:
    """The index of the largest score: the class that is predicted; the first of equal ones.

    Raises:
        TypeError: if a score is not a number.
        ValueError: if there are none, or one is NaN.

    >>> argmax([0.1, 0.7, 0.2])
    1
    """
    return _argmax("argmax", "scores", scores)


def _argmax(name: str, argument: str, scores: Row[Any]) -> int:
    if len(scores) == 0:
        raise ValueError(f"{name}: {argument} is empty; pass a score for each class")
    numbers = [_number(name, f"{argument}[{j}]", score) for j, score in enumerate(scores)]
    return numbers.index(max(numbers))


def _class(i: int, target: Any, classes: int) -> int:
    if not is_row(target):
        return class_index("accuracy", f"targets[{i}]", target, classes)
    if len(target) != classes:
        raise ValueError(f"accuracy: targets[{i}] has {len(target)} numbers, but there are {classes} classes")
    return _argmax("accuracy", f"targets[{i}]", target)


def _number(name: str, argument: str, number: Any) -> float:
    """The number of a Value or a plain one, which is not NaN."""
    value = number.data if isinstance(number, Value) else as_float(number, name, argument)
    if math.isnan(value):
        raise ValueError(f"{name}: {argument} is nan, neither above nor below anything; look for where it comes from")
    return value
