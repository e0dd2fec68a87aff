"""Metrics: what is reported but not differentiated. All take predictions first and targets second, as losses do.

scikit-learn, which has them the other way round (`r2_score(targets, predictions)`), gives the same numbers.
"""

from __future__ import annotations

import math
from typing import Any

from autograd import Value
from autograd.support.errors import as_float, shown, typed
from nn.arguments import Number, Plain, Row, count_of, is_row
from nn.batches import class_index


def accuracy(
    predictions: Row[Number | Row[Number]], targets: Row[Number | Row[Number]], threshold: Plain | None = None
) -> float:
    """The share of examples that are classified correctly.

    Args:
        predictions: one per example: a row of class scores, of which the largest decides (the first of equal ones); or
            one number, which is positive if it is above the threshold.
        targets: one per example: the class index or one-hot row; or a number, positive above the same threshold.
        threshold: 0 for scores and logits, with targets −1 or 0 and 1. None is ½, for probabilities with targets 0 and
            1; other numbers are refused then.

    Raises:
        TypeError: if predictions or targets are not lists, or something in them is not a number.
        ValueError: if there are no examples, or not as many targets as predictions; if a number is NaN, a class index
            outside the classes, or a one-hot row of another length than its scores; without a threshold, if a single
            number lies outside [0, 1].

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([2.5, -0.3, 0.1], [1, -1, -1], threshold=0.0) == 2 / 3
    True
    """
    _check("accuracy", predictions, targets)
    bound = _bound("accuracy", threshold)
    right = 0
    for i, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        if is_row(prediction):
            scores = len(prediction)
            right += _argmax("accuracy", f"predictions[{i}]", prediction) == _class("accuracy", i, target, scores)
        else:
            right += _positive("accuracy", f"predictions[{i}]", prediction, bound) == _positive(
                "accuracy", f"targets[{i}]", target, bound
            )
    return right / len(predictions)


def confusion_matrix(
    predictions: Row[Number | Row[Number]],
    targets: Row[Number | Row[Number]],
    classes: int | None = None,
    threshold: Plain | None = None,
) -> list[list[int]]:
    """How many examples of class i were taken for class j, as row i and column j: what is right is on the diagonal.

    Args:
        predictions: one per example: a row of class scores, of which the largest decides; or a class index; or, with a
            threshold, one number, which is of class 1 if it is above the threshold, else of class 0.
        targets: one per example: the class index or one-hot row; or, with a threshold, a number, of class 1 above it.
        classes: how many there are; None for as many as are met, or as there are scores.
        threshold: 0 for scores and logits, ½ for probabilities; None where predictions are rows or class indices.

    Raises:
        TypeError: if predictions or targets are not lists, or something in them is neither a number nor a row.
        ValueError: if there are no examples, or not as many targets as predictions; if a number is NaN, a class index
            outside the classes, or rows are of different lengths.

    >>> confusion_matrix([0, 2, 1, 2], [0, 1, 1, 2])
    [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    >>> confusion_matrix([1.5, -0.5, 0.5], [1, 1, 0], threshold=0.0)
    [[0, 1], [1, 1]]
    """
    return _confusion("confusion_matrix", predictions, targets, classes, threshold)


def f1(
    predictions: Row[Number | Row[Number]],
    targets: Row[Number | Row[Number]],
    threshold: Plain | None = None,
    average: str = "binary",
) -> float:
    """2TP / (2TP + FP + FN): the harmonic mean of precision and recall; 0 where there is nothing to find, none found.

    Args:
        predictions, targets, threshold: as for `confusion_matrix`.
        average: "binary" for two classes: that of class 1. For more, "macro" is the mean over the classes, "weighted"
            that by their number of targets, "micro" counts all classes together, which is the accuracy.

    Raises:
        TypeError, ValueError: as for `confusion_matrix`; and if average is none of these, or "binary" and there are
            more than two classes.

    >>> f1([1, 1, 0, 1], [1, 0, 0, 1])
    0.8
    >>> f1([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]], [0, 1], average="macro") == 1 / 3
    True
    """
    averages = ("binary", "macro", "weighted", "micro")
    if average not in averages:
        raise ValueError(f"f1: average must be one of {', '.join(averages)}, got {shown(average)}")
    counts = _confusion("f1", predictions, targets, None, threshold)
    classes = range(len(counts))
    if average == "binary" and len(counts) > 2:
        raise ValueError(
            f'f1: average is "binary", but there are {len(counts)} classes; pass average="macro", "weighted" or "micro"'
        )
    met = [sum(counts[k]) for k in classes]
    found = [sum(row[k] for row in counts) for k in classes]
    scores = [2.0 * counts[k][k] / (met[k] + found[k]) if met[k] + found[k] else 0.0 for k in classes]
    if average == "binary":
        return scores[1] if len(scores) > 1 else 0.0
    if average == "micro":
        return sum(counts[k][k] for k in classes) / sum(met)
    if average == "weighted":
        return sum(score * n for score, n in zip(scores, met, strict=True)) / sum(met)
    present = [k for k in classes if met[k] or found[k]]
    return sum(scores[k] for k in present) / len(present)


def r2(predictions: Row[Number | Row[Number]], targets: Row[Number | Row[Number]]) -> float:
    """1 − Σ(t − p)² / Σ(t − mean t)², the share of the targets' variance that is explained; 1 is perfect.

    Of several outputs it is the mean of theirs. It is negative where the targets' mean would predict better.

    Args:
        predictions: one number per example, or a row of the outputs.
        targets: numbers of the same shape.

    Raises:
        TypeError: if predictions or targets are not lists of numbers or rows.
        ValueError: if there are fewer than two examples, or not as many targets; if a number is not finite; if all
            targets of an output are equal: there is no variance to explain.

    >>> round(r2([2.5, 0.0, 2.0, 8.0], [3.0, -0.5, 2.0, 7.0]), 4)
    0.9486
    """
    _check("r2", predictions, targets)
    if len(predictions) == 1:
        raise ValueError("r2: one example has no variance to explain; pass at least two")
    predicted, expected = _columns("r2", "predictions", predictions), _columns("r2", "targets", targets)
    if len(predicted) != len(expected):
        raise ValueError(f"r2: {len(predicted)} outputs in predictions, but {len(expected)} in targets")
    scores = []
    for j, (ps, ts) in enumerate(zip(predicted, expected, strict=True)):
        middle = math.fsum(ts) / len(ts)
        whole = math.fsum((t - middle) ** 2 for t in ts)
        if whole == 0.0:
            which = f" of output {j}" * (len(expected) > 1)
            raise ValueError(f"r2: all targets{which} are {ts[0]}: no variance to explain; use mae or mse")
        scores.append(1.0 - math.fsum((t - p) ** 2 for p, t in zip(ps, ts, strict=True)) / whole)
    return math.fsum(scores) / len(scores)


def argmax(scores: Row[Number]) -> int:
    """The index of the largest score: the class that is predicted; the first of equal ones.

    Raises:
        TypeError: if a score is not a number.
        ValueError: if there are none, or one is NaN.

    >>> argmax([0.1, 0.7, 0.2])
    1
    """
    return _argmax("argmax", "scores", scores)


def _check(name: str, predictions: Any, targets: Any) -> None:
    """One target for each prediction, and at least one of them."""
    for argument, things in (("predictions", predictions), ("targets", targets)):
        if not is_row(things):
            raise TypeError(f"{name}: {argument} must be a list with one for each example, got {typed(things)}")
    if len(predictions) != len(targets):
        raise ValueError(f"{name}: {len(predictions)} predictions, but {len(targets)} targets; give each its target")
    if len(predictions) == 0:
        raise ValueError(f"{name}: of no examples; pass at least one")


def _confusion(name: str, predictions: Any, targets: Any, classes: Any, threshold: Any) -> list[list[int]]:
    _check(name, predictions, targets)
    known = None if classes is None else count_of(name, "classes", classes)
    bound = _bound(name, threshold)
    pairs: list[tuple[int, int]] = []
    for i, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        if is_row(prediction):
            known = len(prediction) if known is None else known
            if len(prediction) != known:
                raise ValueError(
                    f"{name}: predictions[{i}] has {len(prediction)} scores, but there are {known} classes"
                )
            pairs.append((_class(name, i, target, known), _argmax(name, f"predictions[{i}]", prediction)))
        elif threshold is not None:
            label = int(_positive(name, f"predictions[{i}]", prediction, bound))
            pairs.append((int(_positive(name, f"targets[{i}]", target, bound)), label))
        else:
            number = _number(name, f"predictions[{i}]", prediction)
            if not number.is_integer():
                raise ValueError(
                    f"{name}: predictions[{i}] is {number}, no class index; pass threshold=0.0 for scores and logits, "
                    "0.5 for probabilities, or a row of scores for each example"
                )
            label = _label(name, f"predictions[{i}]", number, known)
            pairs.append((_class(name, i, target, known), label))
    size = known or max(2, 1 + max(max(pair) for pair in pairs))
    counts = [[0] * size for _ in range(size)]
    for row, column in pairs:
        if max(row, column) >= size:
            raise ValueError(f"{name}: class {max(row, column)}, but the {size} classes are 0 to {size - 1}")
        counts[row][column] += 1
    return counts


def _columns(name: str, argument: str, things: Any) -> list[list[float]]:
    """Finite numbers, those of one output in one list."""
    rows = [list(thing) if is_row(thing) else [thing] for thing in things]
    numbers = []
    for i, (row, thing) in enumerate(zip(rows, things, strict=True)):
        if len(row) != len(rows[0]) or not row:
            raise ValueError(f"{name}: {argument}[{i}] has {len(row)} numbers, but {argument}[0] has {len(rows[0])}")
        places = [f"{argument}[{i}][{j}]" if is_row(thing) else f"{argument}[{i}]" for j in range(len(row))]
        numbers.append([_number(name, place, x) for place, x in zip(places, row, strict=True)])
        for place, x in zip(places, numbers[-1], strict=True):
            if math.isinf(x):
                raise ValueError(f"{name}: {place} is {x}; leave such examples out, or repair them")
    return [list(column) for column in zip(*numbers, strict=True)]


def _argmax(name: str, argument: str, scores: Row[Any]) -> int:
    if len(scores) == 0:
        raise ValueError(f"{name}: {argument} is empty; pass a score for each class")
    numbers = [_number(name, f"{argument}[{j}]", score) for j, score in enumerate(scores)]
    return numbers.index(max(numbers))


def _class(name: str, i: int, target: Any, classes: int | None) -> int:
    """The class of a target; of any class where it is not known how many there are."""
    if not is_row(target):
        return _label(name, f"targets[{i}]", target, classes)
    if classes is not None and len(target) != classes:
        raise ValueError(f"{name}: targets[{i}] has {len(target)} numbers, but there are {classes} classes")
    return _argmax(name, f"targets[{i}]", target)


def _label(name: str, argument: str, index: Any, classes: int | None) -> int:
    if classes is not None:
        return class_index(name, argument, index, classes)
    number = _number(name, argument, index)
    if not number.is_integer() or number < 0.0:
        raise ValueError(f"{name}: {argument} is {number}, no class index; classes are 0, 1, 2, ...")
    return int(number)


def _bound(name: str, threshold: Any) -> float | None:
    return None if threshold is None else _number(name, "threshold", threshold)


def _positive(name: str, argument: str, number: Any, bound: float | None) -> bool:
    """Whether it lies above the threshold; above ½ where there is none, for a probability."""
    value = _number(name, argument, number)
    if bound is None and not 0.0 <= value <= 1.0:
        raise ValueError(
            f"{name}: {argument} is {value}, no probability; pass threshold=0.0 for scores and logits, or a row of "
            "scores for each example"
        )
    return value > (0.5 if bound is None else bound)


def _number(name: str, argument: str, number: Any) -> float:
    """The number of a Value or a plain one, which is not NaN."""
    value = number.data if isinstance(number, Value) else as_float(number, name, argument)
    if math.isnan(value):
        raise ValueError(f"{name}: {argument} is nan, neither above nor below anything; look for where it comes from")
    return value
