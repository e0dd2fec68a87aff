"""Losses of classes: how far probabilities, logits and scores are from their targets; and the penalty of weights.

Each takes one example or a batch of them, of Values or plain numbers; without a Value among them it returns a float.
Targets may be Values too, constants for drawings or variables. `reduction` is "mean" or "sum".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from autograd.support.errors import typed
from nn.arguments import count_of, is_row, not_negative, share_of
from nn.batches import (
    check_share,
    checked,
    class_index,
    examples,
    is_recorded,
    pairs,
    place,
    plain,
    reduced,
    varies,
)
from nn.module import Module

_NEVER = -math.inf
"""The logarithm of a probability of 0."""

_BIAS = re.compile(r"(b|bias|biases)\d*(\[(\d+|\(\))\])*")


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
    return reduced(losses, reduction)


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
    return reduced(losses, reduction)


def cross_entropy(probabilities: Any, targets: Any, reduction: str = "mean", label_smoothing: float = 0.0) -> Any:
    """−Σₖ tₖ log pₖ of each example, which is −log p of the true class; 0 · log 0 is 0.

    Args:
        probabilities: the row of one example, one number in [0, 1] per class; or a row for each.
        targets: per example its class index, or a row of shares in [0, 1] (one-hot if the class is known).
        reduction: over the examples, "mean" or "sum".
        label_smoothing: ε in [0, 1]: the targets become (1 − ε) tₖ + ε / classes, so that no class is quite certain.

    Raises:
        ValueError: if the shapes differ, nothing is given, a number lies outside [0, 1], a class index outside the
            classes, or the loss is infinite (p is 0 where t is not); logits have no such limits.

    Source: Szegedy and others, Rethinking the Inception architecture, 2016, section 7 (label smoothing).

    >>> round(cross_entropy([0.1, 0.6, 0.3], 1), 6), round(cross_entropy([0.1, 0.6, 0.3], [0, 1, 0]), 6)
    (0.510826, 0.510826)
    """
    name = "cross_entropy"
    smoothing = share_of(name, "label_smoothing", label_smoothing)
    losses = []
    for i, (row, target) in enumerate(examples(name, "probabilities", probabilities, targets, reduction)):
        for j, p in enumerate(row):
            check_share(name, "probabilities", probabilities, i, j, p)
            t = target[j] if isinstance(target, list) else float(j) == target
            if checked(p) == 0.0 and (smoothing or checked(t) > 0.0):
                raise _infinite(name, probabilities, i, j, p, smoothing / len(row) or t)
        losses.append(_smoothed(_from_probabilities, row, target, smoothing))
    return reduced(losses, reduction)


def cross_entropy_with_logits(logits: Any, targets: Any, reduction: str = "mean", label_smoothing: float = 0.0) -> Any:
    """cross_entropy(softmax(z), t) = Σₖ tₖ (logsumexp(z) − zₖ) of each example, for logits of any size.

    Args:
        logits: the row of one example, one number per class; or a row for each.
        targets: per example its class index, or a row of shares in [0, 1] (one-hot if the class is known).
        reduction: over the examples, "mean" or "sum".
        label_smoothing: ε in [0, 1]: the targets become (1 − ε) tₖ + ε / classes, so that no class is quite certain.

    Raises:
        ValueError: if the shapes differ, nothing is given, a share lies outside [0, 1], or a class index outside the
            classes.

    >>> round(cross_entropy_with_logits([1000.0, 1000.0], 0), 6)
    0.693147
    """
    name = "cross_entropy_with_logits"
    smoothing = share_of(name, "label_smoothing", label_smoothing)
    rows = examples(name, "logits", logits, targets, reduction)
    return reduced([_smoothed(_from_logits, row, target, smoothing) for row, target in rows], reduction)


def kl_divergence(probabilities: Any, targets: Any, reduction: str = "mean") -> Any:
    """Σₖ tₖ log(tₖ / pₖ) of each example, the divergence D(t ‖ p) of what is predicted from the targets; 0 log 0 is 0.

    It is the cross entropy less the targets' own entropy: 0 where p is t. (PyTorch's kl_div takes log p in p's place.)

    Args:
        probabilities: the row of one example, one number in [0, 1] per class; or a row for each.
        targets: per example a row of shares in [0, 1], or its class index.
        reduction: over the examples, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, a number lies outside [0, 1], a class index outside the
            classes, or the loss is infinite (p is 0 where t is not); logits have no such limits.

    >>> kl_divergence([0.25, 0.75], [0.25, 0.75]), round(kl_divergence([0.5, 0.5], [1.0, 0.0]), 6)
    (0.0, 0.693147)
    """
    name = "kl_divergence"
    losses = []
    for i, (row, target) in enumerate(examples(name, "probabilities", probabilities, targets, reduction)):
        for j, p in enumerate(row):
            check_share(name, "probabilities", probabilities, i, j, p)
            t = target[j] if isinstance(target, list) else float(j) == target
            if checked(p) == 0.0 and checked(t) > 0.0:
                raise _infinite(name, probabilities, i, j, p, t)
        if isinstance(target, list):
            terms = [autograd.xlogy(t, t) - autograd.xlogy(t, p) for t, p in zip(target, row, strict=True)]
            losses.append(autograd.sum(terms))
        else:  # of a class that is known: no entropy
            losses.append(_from_probabilities(row, target))
    return reduced(losses, reduction)


def kl_divergence_with_logits(logits: Any, targets: Any, reduction: str = "mean") -> Any:
    """kl_divergence(softmax(z), t), for logits of any size.

    Args:
        logits: the row of one example, one number per class; or a row for each.
        targets: per example a row of shares in [0, 1], or its class index.
        reduction: over the examples, "mean" or "sum".

    Raises:
        ValueError: if the shapes differ, nothing is given, a share lies outside [0, 1], or a class index outside the
            classes.

    >>> round(kl_divergence_with_logits([1000.0, 1000.0], [1.0, 0.0]), 6)
    0.693147
    """
    losses = []
    for row, target in examples("kl_divergence_with_logits", "logits", logits, targets, reduction):
        loss = _from_logits(row, target)
        entropy = -autograd.sum([autograd.xlogy(t, t) for t in target]) if isinstance(target, list) else 0.0
        losses.append(loss - entropy)
    return reduced(losses, reduction)


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
    return reduced(losses, reduction)


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
    weights = [parameter for name, parameter in model.named_parameters() if is_weight(name)]
    if not weights:
        raise ValueError(f"l2_penalty: {type(model).__name__} has no weights")
    return autograd.dot(weights, weights) * (0.5 * strength)


def is_weight(name: str) -> bool:
    """Whether a parameter of this name is one that `l2_penalty` keeps small: not a bias."""
    return not _BIAS.fullmatch(name.rpartition(".")[2])


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


def _smoothed(loss: Callable[[list[Any], Any], Any], row: list[Any], target: Any, smoothing: float) -> Any:
    """The loss of targets that are mixed with equal shares; it is linear in its targets."""
    if smoothing == 0.0:
        return loss(row, target)
    return loss(row, target) * (1.0 - smoothing) + loss(row, [1.0] * len(row)) * (smoothing / len(row))


def _from_probabilities(row: list[Any], target: int | Value | list[Any]) -> Any:
    """−Σₖ tₖ log pₖ."""
    if isinstance(target, int):
        return -autograd.log(row[target])
    if isinstance(target, Value):
        return -autograd.log(autograd.take(row, target))
    kept = [j for j, t in enumerate(target) if varies(t) or is_recorded(t) or t != 0.0]
    kept = kept or [row.index(max(row))]  # nothing but zeros: 0, which still depends on the predictions
    logs = [_NEVER if row[j] == 0.0 else autograd.log(row[j]) for j in kept]
    return _expected_surprise([target[j] for j in kept], logs)


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


def _infinite(name: str, things: Any, i: int, j: int, p: Any, t: Any) -> ValueError:
    return ValueError(
        f"{name}: {place('probabilities', things, i, j)} is {plain(p)} for target {plain(t)}: an infinite loss; "
        f"use {name}_with_logits"
    )
