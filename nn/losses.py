"""Losses: how far predictions are from their targets.

Each takes one example or a batch of them, of Values or plain numbers; without a Value among them it returns a float.
Targets may be Values too, constants for drawings or variables. `reduction` is "mean" or "sum".
"""

from __future__ import annotations

import math
import re
from typing import Any

import autograd
from autograd import Value
from autograd.support.errors import typed
from nn.arguments import count_of, is_row, not_negative
from nn.batches import (
    check_share,
    checked,
    class_index,
    examples,
    is_recorded,
    pairs,
    place,
    plain,
    varies,
)
from nn.module import Module

_NEVER = -math.inf
"""The logarithm of a probability of 0."""

_BIAS = re.compile(r"(b|bias|biases)\d*(\[(\d+|\(\))\])*")


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
    return _reduced([_squared([p - t for p, t in row]) * 0.5 for row in rows], reduction)


def binary_cross_entropy(probabilities: Any, targets: Any, reduction: str = "mean") -> Any:
    """−[t log p + (1 − t) log(1 − p)], over all numbers; 0 · log 0 is 0.

    Args:
        probabilities: a number in [0, 1], a row of them, or rows.
        targets: numbers in [0, 1] of the same shape; 0 or 1 if the class is known.
        reduction: over the numbers, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, a number lies outside [0, 1], or the loss is infinite (p is
            0 where t is not, or 1 where t is not); logits have no such limits.

    >>> round(binary_cross_entropy(0.3, 0.0), 4)
    0.3567
    """
    name = "binary_cross_entropy"
    losses = []
    for i, row in enumerate(pairs(name, "probabilities", probabilities, targets, reduction)):
        for j, (p, t) in enumerate(row):
            check_share(name, "targets", targets, i, j, t)
            check_share(name, "probabilities", probabilities, i, j, p)
            if (checked(p) == 0.0 and checked(t) > 0.0) or (checked(p) == 1.0 and checked(t) < 1.0):
                raise _infinite(name, probabilities, i, j, p, t)
            known = not varies(t) and not is_recorded(t)
            if known and t == 1.0:
                losses.append(-autograd.log(p))
            elif known and t == 0.0:
                losses.append(-autograd.log1p(-p))
            else:
                logs = [_NEVER if p == 0.0 else autograd.log(p), _NEVER if p == 1.0 else autograd.log1p(-p)]
                losses.append(_expected_surprise([t, 1.0 - t], logs))
    return _reduced(losses, reduction)


def binary_cross_entropy_with_logits(logits: Any, targets: Any, reduction: str = "mean") -> Any:
    """binary_cross_entropy(sigmoid(z), t) = t softplus(−z) + (1 − t) softplus(z), for logits of any size.

    Args:
        logits: a number, a row of them, or rows.
        targets: numbers in [0, 1] of the same shape; 0 or 1 if the class is known.
        reduction: over the numbers, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target lies outside [0, 1].

    >>> binary_cross_entropy_with_logits([1000.0, -1000.0], [1.0, 1.0], reduction="sum")
    1000.0
    """
    name = "binary_cross_entropy_with_logits"
    losses = []
    for i, row in enumerate(pairs(name, "logits", logits, targets, reduction)):
        for j, (z, t) in enumerate(row):
            check_share(name, "targets", targets, i, j, t)
            known = not varies(t) and not is_recorded(t)
            if known and t == 1.0:
                losses.append(autograd.softplus(-z))
            elif known and t == 0.0:
                losses.append(autograd.softplus(z))
            elif known or is_recorded(t):  # both not negative: nothing cancels
                losses.append(autograd.softplus(-z) * t + autograd.softplus(z) * (1.0 - t))
            elif z >= 0.0:  # here neither, and the slope by t is −z without a rounding
                losses.append(autograd.softplus(-z) + _expected_surprise([1.0 - t], [-z]))
            else:
                losses.append(autograd.softplus(z) + _expected_surprise([t], [z]))
    return _reduced(losses, reduction)


def cross_entropy(probabilities: Any, targets: Any, reduction: str = "mean") -> Any:
    """−Σₖ tₖ log pₖ of each example, which is −log p of the true class; 0 · log 0 is 0.

    Args:
        probabilities: the row of one example, one number in [0, 1] per class; or a row for each.
        targets: per example its class index, or a row of shares in [0, 1] (one-hot if the class is known).
        reduction: over the examples, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, a number lies outside [0, 1], a class index outside the
            classes, or the loss is infinite (p is 0 where t is not); logits have no such limits.

    >>> round(cross_entropy([0.1, 0.6, 0.3], 1), 6), round(cross_entropy([0.1, 0.6, 0.3], [0, 1, 0]), 6)
    (0.510826, 0.510826)
    """
    name = "cross_entropy"
    losses = []
    for i, (row, target) in enumerate(examples(name, "probabilities", probabilities, targets, reduction)):
        for j, p in enumerate(row):
            check_share(name, "probabilities", probabilities, i, j, p)
            t = target[j] if isinstance(target, list) else float(j) == target
            if checked(p) == 0.0 and checked(t) > 0.0:
                raise _infinite(name, probabilities, i, j, p, t)
        if isinstance(target, int):
            losses.append(-autograd.log(row[target]))
        elif isinstance(target, Value):
            losses.append(-autograd.log(autograd.take(row, target)))
        else:
            kept = [j for j, t in enumerate(target) if varies(t) or is_recorded(t) or t != 0.0]
            kept = kept or [row.index(max(row))]  # nothing but zeros: 0, which still depends on the predictions
            logs = [_NEVER if row[j] == 0.0 else autograd.log(row[j]) for j in kept]
            losses.append(_expected_surprise([target[j] for j in kept], logs))
    return _reduced(losses, reduction)


def cross_entropy_with_logits(logits: Any, targets: Any, reduction: str = "mean") -> Any:
    """cross_entropy(softmax(z), t) = Σₖ tₖ (logsumexp(z) − zₖ) of each example, for logits of any size.

    Args:
        logits: the row of one example, one number per class; or a row for each.
        targets: per example its class index, or a row of shares in [0, 1] (one-hot if the class is known).
        reduction: over the examples, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, a share lies outside [0, 1], or a class index outside the
            classes.

    >>> round(cross_entropy_with_logits([1000.0, 1000.0], 0), 6)
    0.693147
    """
    rows = examples("cross_entropy_with_logits", "logits", logits, targets, reduction)
    return _reduced([_from_logits(row, target) for row, target in rows], reduction)


def hinge(scores: Any, targets: Any, reduction: str = "mean") -> Any:
    """max(0, 1 − t·s), over all numbers: zero beyond the margin of 1 on the right side.

    Args:
        scores: a number, a row of them, or rows.
        targets: numbers of the same shape, each −1 or 1.
        reduction: over the numbers, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target is neither −1 nor 1.

    >>> hinge([0.5, 2.0], [1, 1])
    0.25
    """
    losses = []
    for i, row in enumerate(pairs("hinge", "scores", scores, targets, reduction)):
        for j, (s, t) in enumerate(row):
            if abs(checked(t)) != 1.0:
                raise ValueError(
                    f"hinge: {place('targets', targets, i, j)} is {plain(t)}, but must be −1 or 1; "
                    "make it of 0 and 1 with 2 * t - 1"
                )
            losses.append(autograd.relu(s * -t + 1.0))
    return _reduced(losses, reduction)


def l2_penalty(model: Module, strength: float) -> Any:
    """(strength / 2) Σ w² over the weights of a model, which keeps them small; its derivative by w is strength · w.

    Biases are left out: parameters whose own name is `b`, `bias` or `biases`, numbered or not (`b1`, `bias[2]`).
    With a cost that is a mean over m examples, the strength is the λ/m of λ/2m.

    Raises:
        TypeError: if the model is not a Module, or strength not a real number.
        ValueError: if strength is negative or not finite, or the model has no weights.

    >>> from nn import MLP
    >>> l2_penalty(MLP(2, [1], initializer=lambda generator, fan_in, fan_out: 3.0), strength=0.5).data
    4.5
    """
    if not isinstance(model, Module):
        raise TypeError(f"l2_penalty: model must be a Module, such as an MLP, got {typed(model)}")
    strength = not_negative("l2_penalty", "strength", strength)
    weights = [
        parameter for name, parameter in model.named_parameters() if not _BIAS.fullmatch(name.rpartition(".")[2])
    ]
    if not weights:
        raise ValueError(f"l2_penalty: {type(model).__name__} has no weights")
    return autograd.dot(weights, weights) * (0.5 * strength)


def one_hot(index: Any, classes: int) -> Any:
    """The row that is 1 at the class and 0 elsewhere; for a list of indices a row for each.

    Raises:
        ValueError: if an index lies outside the classes.
        TypeError: if an index, or the number of classes, is not a whole number.

    >>> one_hot(2, 4), one_hot([0, 1], 2)
    ([0.0, 0.0, 1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]])
    """
    classes = count_of("one_hot", "classes", classes)
    if is_row(index):
        return [one_hot(each, classes) for each in index]
    hot = class_index("one_hot", "index", index, classes)
    return [float(k == hot) for k in range(classes)]


def _from_logits(row: list[Any], target: int | Value | list[Any]) -> Any:
    """Σₖ tₖ (logsumexp(z) − zₖ), of differences to one logit: the logits themselves may be large, and would cancel."""
    if not isinstance(target, int) and (isinstance(target, Value) or any(map(is_recorded, target))):
        return _from_recorded(row, target)
    pivot = _pivot(row, target)
    differences = [0.0 if j == pivot and len(row) > 1 else z - row[pivot] for j, z in enumerate(row)]
    total = autograd.logsumexp(differences)
    if isinstance(target, int):
        return total if target == pivot else total - differences[target]
    whole = autograd.sum(target)
    others = [j for j, t in enumerate(target) if j != pivot and (varies(t) or t != 0.0)]
    scaled = total if not varies(whole) and whole == 1.0 else total * whole
    if not others:
        return scaled
    return scaled + _expected_surprise([target[j] for j in others], [differences[j] for j in others])


def _from_recorded(row: list[Any], target: Value | list[Any]) -> Any:
    """The same without a branch, of differences to the largest logit, on which it doesn't depend."""
    largest = autograd.stop_gradient(autograd.amax(row))
    differences = [z - largest for z in row]
    total = autograd.logsumexp(differences)
    if isinstance(target, Value):
        return total - autograd.take(differences, target)
    return total * autograd.sum(target) + _expected_surprise(target, differences)


def _pivot(row: list[Any], target: int | list[Any]) -> int:
    """The logit to take differences to: the true class's, or that of the largest share.

    By shares that vary the slopes are as exact as the values only with the largest logit. So are they where a logit is
    infinite: ∞ − ∞ is not a number.
    """
    pivot = target if isinstance(target, int) else max(range(len(row)), key=lambda j: target[j])
    variable = not isinstance(target, int) and any(map(varies, target))
    if variable or row[pivot] == _NEVER or math.inf in row:
        return row.index(max(row))
    return pivot


def _expected_surprise(shares: list[Any], logs: list[Any]) -> Any:
    """−Σ share · log, where 0 · −∞ is 0: what never happens surprises nobody.

    By a share that varies the slope of 0 · −∞ is that of the surprise, ∞; the square root has it there.
    """
    steep = [bool(x == _NEVER and t == 0.0) for t, x in zip(shares, logs, strict=True)]
    finite = [j for j, is_steep in enumerate(steep) if not is_steep]
    terms = [autograd.sqrt(t) for t, is_steep in zip(shares, steep, strict=True) if is_steep and varies(t)]
    if finite:
        terms.append(-autograd.dot([shares[j] for j in finite], [logs[j] for j in finite]))
    return terms[0] if len(terms) == 1 else autograd.sum(terms)


def _squared(differences: list[Any]) -> Any:
    """Σ dᵢ²: one node, or a plain product for a lone one."""
    return differences[0] * differences[0] if len(differences) == 1 else autograd.dot(differences, differences)


def _reduced(losses: list[Any], reduction: str) -> Any:
    if len(losses) == 1:
        return losses[0]
    return autograd.mean(losses) if reduction == "mean" else autograd.sum(losses)


def _infinite(name: str, things: Any, i: int, j: int, p: Any, t: Any) -> ValueError:
    return ValueError(
        f"{name}: {place('probabilities', things, i, j)} is {plain(p)} for target {plain(t)}: an infinite loss; "
        f"use {name}_with_logits"
    )
