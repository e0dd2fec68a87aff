"""Functions of many operands: each reduction is one node, however many operands it has.

Operands come as any iterable of Values and plain numbers; anything else is a TypeError. The loops carry their rows
inline, for speed; the tests hold them to the table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from autograd.engine import primitives as p
from autograd.engine.define import each_of_many, of_many
from autograd.engine.primitive import Primitive
from autograd.engine.value import Operands, Value, number_of, record_many, remembered
from autograd.support.errors import as_float, as_list

if TYPE_CHECKING:
    from autograd.engine.define import Array

Number: TypeAlias = Value | float | Real
"""What the engine computes with: recorded, or plain."""


@of_many
def sum(xs: Iterable[Any]) -> Any:
    """The sum, added left to right as a loop would; 0.0 of nothing.

    >>> sum([Value(1.0), 2.0, Value(3.0)]).data
    6.0
    """
    operands = _listed(xs, "sum")
    numbers, places = _numbers(operands, p.sum)
    return _reduced(p.sum, _total(numbers), operands, places, [1.0] * len(numbers))


@of_many
def mean(xs: Iterable[Any]) -> Any:
    """The arithmetic mean.

    Raises:
        ValueError: of nothing.
    """
    operands = _listed(xs, "mean", least=1)
    numbers, places = _numbers(operands, p.mean)
    n = float(len(numbers))
    return _reduced(p.mean, _total(numbers) / n, operands, places, [1.0 / n] * len(numbers))


@of_many
def prod(xs: Iterable[Any]) -> Any:
    """The product; 1.0 of nothing."""
    operands = _listed(xs, "prod")
    numbers, places = _numbers(operands, p.prod)
    product = 1.0
    partials: list[float] = []
    for x in numbers:
        partials.append(product)
        product *= x
    after = 1.0
    for i in range(len(numbers) - 1, -1, -1):
        partials[i] *= after
        after *= numbers[i]
    return _reduced(p.prod, product, operands, places, partials)


@of_many
def logsumexp(xs: Iterable[Any]) -> Any:
    """log(Σ exp(xᵢ)), stable for operands of any size.

    >>> round(logsumexp([1000.0, 1000.0]), 6)
    1000.693147

    Raises:
        ValueError: of nothing.
    """
    operands = _listed(xs, "logsumexp", least=1)
    numbers, places = _numbers(operands, p.logsumexp)
    largest = max(numbers)
    if math.isinf(largest):
        return p.logsumexp(*operands)
    powers: list[float] = []
    total, others = 0.0, 0.0
    largest_is_met = False
    for x in numbers:
        power = math.exp(x - largest)
        powers.append(power)
        total += power
        if largest_is_met or x != largest:
            others += power
        else:
            largest_is_met = True  # it counts exactly 1
    partials = [power / total for power in powers]
    return _reduced(p.logsumexp, largest + math.log1p(others), operands, places, partials)


@of_many
def amax(xs: Iterable[Any]) -> Any:
    """The largest, of at least one operand; at a tie its gradient is shared evenly."""
    return p.amax(*_listed(xs, "amax", least=1))


@of_many
def norm(xs: Iterable[Any]) -> Any:
    """The Euclidean length √Σ xᵢ², neither overflowing nor underflowing; subgradient 0 at the origin."""
    operands = _listed(xs, "norm")
    numbers, places = _numbers(operands, p.norm)
    length = math.hypot(*numbers)
    return _reduced(p.norm, length, operands, places, [0.0 if length == 0.0 else x / length for x in numbers])


# fmt: off
@overload
def dot(a: Array, b: Iterable[Number]) -> Any: ...
@overload
def dot(a: Iterable[Value], b: Iterable[Number]) -> Value: ...
@overload
def dot(a: Iterable[float | Real], b: Array) -> Any: ...
@overload
def dot(a: Iterable[float | Real], b: Iterable[Value]) -> Value: ...
@overload
def dot(a: Iterable[float | Real], b: Iterable[float | Real]) -> float: ...
@overload
def dot(a: Iterable[Number], b: Iterable[Number]) -> Value | float: ...
# fmt: on
def dot(a: Iterable[Any], b: Iterable[Any]) -> Any:
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
    operands = left + right
    numbers, places = _numbers(operands, p.dot)
    half = len(left)
    total = 0.0
    for i in range(half):
        total += numbers[i] * numbers[half + i]
    return _reduced(p.dot, total, operands, places, numbers[half:] + numbers[:half])


@each_of_many
def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """The logarithms of the softmax, finite where the softmax itself underflows.

    Raises:
        ValueError: of nothing.
    """
    shifted = _shifted(xs, "log_softmax")
    total = logsumexp(shifted)
    return [x - total for x in shifted]


@each_of_many
def softmax(xs: Iterable[Any]) -> list[Any]:
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
    """The operands, which may come from any iterable; Any, so that what is not a number gets as far as the message."""
    operands = as_list(xs, function, argument, ordered=function in ("dot", "log_softmax", "softmax"))
    if len(operands) < least:
        raise ValueError(f"{function}: of nothing; pass at least one operand")
    return operands


def _shifted(xs: Iterable[Number], function: str) -> list[Any]:
    """The operands less the largest of them. Softmax doesn't change by a shift, so nothing flows through that."""
    given = enumerate(_listed(xs, function, least=1))
    operands = [x if isinstance(x, Value) else as_float(x, function, f"operand {i}") for i, x in given]
    made: Any = _reduced(p.amax, max(map(number_of, operands)), operands, [], [])  # a float, where all are
    largest = made.detach() if isinstance(made, Value) else made
    if largest is not made and made._primitive is not None:
        remembered(largest, p.amax, operands)
    return [x - largest for x in operands]


def _numbers(operands: list[Any], primitive: Primitive) -> tuple[list[float], list[int]]:
    """The numbers of the operands, and which of these are variables; plain numbers are made floats in place."""
    numbers: list[float] = []
    places: list[int] = []
    for i, x in enumerate(operands):
        if type(x) is float:
            numbers.append(x)
        elif isinstance(x, Value):
            numbers.append(x._data)
            if not x._constant:
                places.append(i)
        else:
            operands[i] = primitive.float_operand(i, x)
            numbers.append(operands[i])
    return numbers, places


def _total(numbers: list[float]) -> float:
    total = 0.0
    for x in numbers:
        total += x
    return total


def _reduced(row: Primitive, y: float, operands: list[Any], places: list[int], partials: list[float]) -> Value | float:
    """The number y if the operands are plain, else its node."""
    if not places and not any(isinstance(x, Value) for x in operands):
        return y
    if len(places) == len(operands):
        return record_many(row, y, Operands(operands, places, operands, partials))
    variables = [operands[i] for i in places]
    return record_many(row, y, Operands(operands, places, variables, [partials[i] for i in places]))
