"""Losses of numbers: how far predictions are from targets that are measured, not chosen.

Each takes one example or a batch of them, of Values or plain numbers; without a Value among them it returns a float.
Targets may be Values too. `reduction` is "mean" or "sum".
"""

from __future__ import annotations

import math
from typing import Any, Final

import autograd
from autograd.support.errors import as_float
from nn.arguments import is_row, truth_of
from nn.batches import checked, pairs, place, plain, reduced

_HALF_LOG_TWO_PI: Final = 0.5 * math.log(2.0 * math.pi)


def mse(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """The mean squared error (1/n) Σ (pᵢ − tᵢ)² over all n numbers; with "sum", without the 1/n.

    Args:
        predictions: a number, a row of them, or rows.
        targets: numbers of the same shape.
        reduction: over the numbers, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target is not finite.

    >>> round(mse([0.7, 0.2, 0.1], [1.0, 0.0, 0.0]), 6)
    0.046667
    """
    differences = [p - t for row in pairs("mse", "predictions", predictions, targets, reduction) for p, t in row]
    total = _squared(differences)
    return total / float(len(differences)) if reduction == "mean" else total


def half_squared_error(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """½ Σₖ (pₖ − tₖ)² of each example, k over its outputs; the derivative by pₖ is the plain difference.

    Args:
        predictions: the outputs of one example (a number or a row), or a row for each.
        targets: numbers of the same shape.
        reduction: over the examples, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target is not finite.

    >>> half_squared_error([0.5, 0.0], [1.0, 1.0])
    0.625
    """
    rows = pairs("half_squared_error", "predictions", predictions, targets, reduction)
    return reduced([_squared([p - t for p, t in row]) * 0.5 for row in rows], reduction)


def mae(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """The mean absolute error (1/n) Σ |pᵢ − tᵢ| over all n numbers; with "sum", without the 1/n.

    The slope is −1 or 1, and 0 where a prediction is its target. It is a metric, too.

    Args:
        predictions: a number, a row of them, or rows.
        targets: numbers of the same shape.
        reduction: over the numbers, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target is not finite.

    >>> mae([2.0, 5.0], [3.0, 7.0])
    1.5
    """
    rows = pairs("mae", "predictions", predictions, targets, reduction)
    return reduced([abs(p - t) for row in rows for p, t in row], reduction)


def huber(predictions: Any, targets: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """½ d² of differences d = p − t up to delta, delta · (|d| − ½ delta) beyond: squares that outliers don't rule.

    Args:
        predictions: a number, a row of them, or rows.
        targets: numbers of the same shape.
        reduction: over the numbers, "mean" or "sum".
        delta: where squares end and straight lines begin; positive.

    Raises:
        ValueError: if the shapes differ, nothing is given, a target is not finite, or delta not positive.

    Source: Huber, Robust estimation of a location parameter, 1964.

    >>> huber([0.5, 3.0], [0.0, 0.0], reduction="sum")
    2.625
    """
    bound = as_float(delta, "huber", "delta")
    if not 0.0 < bound < math.inf:
        raise ValueError(f"huber: delta is {bound}, but must be positive and finite; 1.0 is usual")
    losses = []
    for row in pairs("huber", "predictions", predictions, targets, reduction):
        for p, t in row:
            d = p - t
            near = autograd.clip(d, -bound, bound)
            losses.append(near * (d - near * 0.5))  # one formula for both sides: no branch to record, any order
    return reduced(losses, reduction)


def gaussian_nll(means: Any, targets: Any, variances: Any, reduction: str = "mean", full: bool = False) -> Any:
    """½ (log σ² + (t − μ)² / σ²): the negative log likelihood of targets under normal distributions, over all numbers.

    Args:
        means: μ: a number, a row of them, or rows.
        targets: numbers of the same shape.
        variances: σ², positive numbers of the same shape, or one for all. A model best has their logarithms for
            outputs: `gaussian_nll(mean, target, exp(log_variance))`.
        reduction: over the numbers, "mean" or "sum".
        full: whether to add ½ log 2π, which no gradient depends on.

    Raises:
        ValueError: if the shapes differ, nothing is given, a target is not finite, or a variance not positive.

    Source: Nix and Weigend, Estimating the mean and variance of the target probability distribution, 1994, eq. 4.

    >>> gaussian_nll([1.0, 2.0], [1.0, 4.0], 1.0), round(gaussian_nll(0.0, 0.0, 1.0, full=True), 6)
    (1.0, 0.918939)
    """
    name = "gaussian_nll"
    constant = _HALF_LOG_TWO_PI if truth_of(name, "full", full) else 0.0
    rows = pairs(name, "means", means, targets, reduction)
    if is_row(variances):
        widths = [[v for v, _ in row] for row in pairs(name, "variances", variances, targets, reduction)]
    else:
        lone = pairs(name, "variances", variances, 0.0, reduction)[0][0][0]
        widths = [[lone] * len(row) for row in rows]
    losses = []
    for i, (row, spread) in enumerate(zip(rows, widths, strict=True)):
        for j, ((m, t), v) in enumerate(zip(row, spread, strict=True)):
            if not 0.0 < checked(v) < math.inf:
                raise ValueError(
                    f"{name}: {place('variances', variances, i, j)} is {plain(v)}, but must be positive and finite; "
                    "let the model predict its logarithm, and pass exp() of that"
                )
            d = m - t
            losses.append((autograd.log(v) + d * d / v) * 0.5 + constant)
    return reduced(losses, reduction)


def _squared(differences: list[Any]) -> Any:
    """Σ dᵢ²: one node, or a plain product for a lone one."""
    return differences[0] * differences[0] if len(differences) == 1 else autograd.dot(differences, differences)
