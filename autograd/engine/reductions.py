"""Functions of many operands: each reduction is one node, however many operands it has.

Operands come as any iterable of Values and plain numbers; anything else is a TypeError.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd.engine import primitives as p
from autograd.engine.errors import as_float
from autograd.engine.recording import paused
from autograd.engine.value import Operands, Value, record_many

Number = Value | float
"""What the engine computes with: recorded, or plain."""


def sum(xs: Iterable[Number]) -> Any:
    """The sum, added left to right as a loop would; 0.0 of nothing.

    >>> sum([Value(1.0), 2.0, Value(3.0)]).data
    6.0
    """
    operands = _listed(xs, "sum")
    numbers = _plain_numbers(operands)
    if numbers is None or numbers is operands:
        return p.sum(*operands)
    edges = Operands(operands, range(len(operands)), operands, [1.0] * len(operands))
    return record_many(p.sum, p.sum.value(numbers), edges)


def mean(xs: Iterable[Number]) -> Any:
    """The arithmetic mean.

    Raises:
        ValueError: of nothing.
    """
    return p.mean(*_listed(xs, "mean", least=1))


def prod(xs: Iterable[Number]) -> Any:
    """The product; 1.0 of nothing."""
    return p.prod(*_listed(xs, "prod"))


def logsumexp(xs: Iterable[Number]) -> Any:
    """log(Σ exp(xᵢ)), stable for operands of any size.

    >>> round(logsumexp([1000.0, 1000.0]), 6)
    1000.693147

    Raises:
        ValueError: of nothing.
    """
    operands = _listed(xs, "logsumexp", least=1)
    numbers = _plain_numbers(operands)
    largest = math.inf if numbers is None else max(numbers)
    if numbers is None or numbers is operands or math.isinf(largest):
        return p.logsumexp(*operands)
    total = 0.0
    for x in numbers:
        total += math.exp(x - largest)
    y = largest + math.log(total)
    edges = Operands(operands, range(len(operands)), operands, [math.exp(x - y) for x in numbers])
    return record_many(p.logsumexp, y, edges)


def norm(xs: Iterable[Number]) -> Any:
    """The Euclidean length √Σ xᵢ², neither overflowing nor underflowing; subgradient 0 at the origin."""
    return p.norm(*_listed(xs, "norm"))


def dot(a: Iterable[Number], b: Iterable[Number]) -> Any:
    """The scalar product Σ aᵢ·bᵢ, added left to right.

    >>> w = [Value(2.0), Value(3.0)]
    >>> y = dot(w, [10.0, 100.0])
    >>> y.backward()
    >>> y.data, w[1].grad
    (320.0, 100.0)

    Raises:
        ValueError: if the lengths differ.
    """
    left, right = _listed(a, "dot", "a"), _listed(b, "dot", "b")
    if len(left) != len(right):
        raise ValueError(f"dot: a has {len(left)} elements and b has {len(right)}; they must be of the same length")
    x, y = _plain_numbers(left), _plain_numbers(right)
    if x is None or y is None or (x is left and y is right):
        return p.dot(*left, *right)
    total = 0.0
    for xi, yi in zip(x, y):  # noqa: B905 - as mypyc compiles it
        total += xi * yi
    n = len(left)
    operands = left + right
    if y is right:
        return record_many(p.dot, total, Operands(operands, range(n), left, y))
    if x is left:
        return record_many(p.dot, total, Operands(operands, range(n, 2 * n), right, x))
    return record_many(p.dot, total, Operands(operands, range(2 * n), operands, y + x))


def log_softmax(xs: Iterable[Number]) -> list[Any]:
    """The logarithms of the softmax, finite where the softmax itself underflows.

    Raises:
        ValueError: of nothing.
    """
    shifted = _shifted(xs, "log_softmax")
    total = logsumexp(shifted)
    return [x - total for x in shifted]


def softmax(xs: Iterable[Number]) -> list[Any]:
    """exp(xᵢ) / Σ exp(xⱼ): positive and summing to 1, stable for operands of any size.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]

    Raises:
        ValueError: of nothing.
    """
    powers = [p.exp(x) for x in _shifted(xs, "softmax")]
    total = sum(powers)
    return [power / total for power in powers]


def _listed(xs: Any, function: str, argument: str = "xs", least: int = 0) -> list[Any]:
    """The operands, which may come from any iterable; Any, so that what is no number gets as far as the message."""
    if not hasattr(xs, "__iter__"):
        raise TypeError(f"{function}: {argument} must be a list of Values and numbers, got {xs!r}; put it into a list")
    operands = list(xs)
    if len(operands) < least:
        raise ValueError(f"{function}: of nothing; pass at least one operand")
    return operands


def _shifted(xs: Iterable[Number], function: str) -> list[Any]:
    """The operands less the largest of them. Softmax doesn't change by a shift, so it may be a plain number."""
    operands = _listed(xs, function, least=1)
    largest = max(
        x.data if isinstance(x, Value) else as_float(x, function, f"operand {i}") for i, x in enumerate(operands)
    )
    return [x - largest for x in operands]


def _plain_numbers(operands: list[Any]) -> list[float] | None:
    """The numbers of operands that are all floats (the same list) or all variables; None for a mixture, or for nothing.

    Under `no_grad` constants pass for variables: nothing is recorded there.
    """
    if not operands:
        return None
    if type(operands[0]) is float:
        for operand in operands:
            if type(operand) is not float:
                return None
        return operands
    recording = not paused()
    for operand in operands:
        if not isinstance(operand, Value) or (operand._constant and recording):
            return None
    variables: list[Value] = operands
    return [x._data for x in variables]
