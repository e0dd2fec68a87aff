"""Predictions and targets as rows, whether of one example or of many: what the losses check before they compute."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd
from autograd import Value, where
from autograd.engine.recording import OPEN, recorder
from autograd.engine.value import number_of
from autograd.support.errors import as_float, shown, typed
from autograd.transforms.tree import is_array, unflatten
from nn.arguments import is_row


def plain(number: Any) -> float:
    """The number itself, of a Value or of a plain one: to check it, not to compute with."""
    return float(number_of(number))


def plain_structure(thing: Any, number: Callable[[Value], float] = number_of) -> Any:
    """Lists, tuples, dicts and arrays of Values, however deep, with numbers instead; anything else as it is.

    Args:
        thing: the structure.
        number: what stands for a Value; it is asked in order.

    >>> plain_structure({"mean": Value(1.0), "rest": (2.0, [Value(3.0), "x"])})
    {'mean': 1.0, 'rest': (2.0, [3.0, 'x'])}
    """
    if isinstance(thing, Value):
        return number(thing)
    if isinstance(thing, Mapping):
        return {key: plain_structure(part, number) for key, part in thing.items()}
    if is_array(thing):
        if not thing.dtype.hasobject:
            return thing
        return unflatten(thing, [plain_structure(part, number) for part in thing.ravel().tolist()])
    if isinstance(thing, (tuple, list)):
        parts = [plain_structure(part, number) for part in thing]
        if isinstance(thing, tuple):
            return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
        return parts
    return thing


def is_recorded(number: Any) -> bool:
    """Whether it stands for a number of every call to come: a Value in a function that `jit` records.

    What depends on such a number is best written without a branch, or there would be a program for each way.
    """
    return bool(OPEN) and isinstance(number, Value) and recorder() is not None


def checked(number: Any) -> Any:
    """What a check compares: a plain number, or a Value that is recorded, so that every call is checked."""
    return number if is_recorded(number) else plain(number)


def varies(number: Any) -> bool:
    """Whether a gradient flows back to it."""
    return isinstance(number, Value) and not number.is_constant


def pairs(name: str, argument: str, predictions: Any, targets: Any, reduction: str) -> list[list[tuple[Any, Any]]]:
    """Predictions paired with their targets, as rows; a lone number, or row, is one row.

    Raises:
        ValueError: if the shapes differ, nothing is given, or a target is not finite.
    """
    _check_reduction(name, reduction)
    predicted, expected = _rows(name, argument, predictions), _rows(name, "targets", targets)
    if [len(row) for row in predicted] != [len(row) for row in expected]:
        raise ValueError(
            f"{name}: {_shape(predicted)} of {argument}, but {_shape(expected)} of targets; give each its target"
        )
    for i, row in enumerate(expected):
        for j, t in enumerate(row):
            if not -math.inf < checked(t) < math.inf:
                raise ValueError(
                    f"{name}: {place('targets', targets, i, j)} is {plain(t)}; leave such examples out, or repair them"
                )
    return [list(zip(ps, ts, strict=True)) for ps, ts in zip(predicted, expected, strict=True)]


def examples(
    name: str, argument: str, predictions: Any, targets: Any, reduction: str
) -> list[tuple[list[Any], int | Value | list[Any]]]:
    """Rows of class scores, each with its target: a class index, a recorded one, or a checked row of shares.

    Raises:
        TypeError, ValueError: if the shapes differ, nothing is given, or a target is none of the classes.
    """
    _check_reduction(name, reduction)
    rows = _rows(name, argument, predictions)
    if not is_row(predictions):
        raise TypeError(f"{name}: {argument} must be a row with a number per class, got {typed(predictions)}")
    if not is_row(predictions[0]):
        return [(rows[0], _class_target(name, "targets", targets, len(rows[0])))]
    if not is_row(targets) or len(targets) != len(rows):
        got = len(targets) if is_row(targets) else typed(targets)
        raise ValueError(f"{name}: {len(rows)} rows of {argument}, but targets are {got}; give one for each row")
    return [
        (row, _class_target(name, f"targets[{i}]", target, len(row)))
        for i, (row, target) in enumerate(zip(rows, targets, strict=True))
    ]


def reduced(losses: list[Any], reduction: str) -> Any:
    """The mean or the sum of some losses; a lone one as it is."""
    if len(losses) == 1:
        return losses[0]
    return autograd.mean(losses) if reduction == "mean" else autograd.sum(losses)


def _class_target(name: str, argument: str, target: Any, classes: int) -> Any:
    """A class index, also for a one-hot row; else, or where it is recorded, the row of shares."""
    if is_recorded(target):
        return _recorded_index(name, argument, target, classes)
    if not is_row(target):
        return class_index(name, argument, target, classes)
    shares = [_number(name, argument, target, 0, j, t) for j, t in enumerate(target)]
    if len(shares) != classes:
        raise ValueError(f"{name}: {argument} has {len(shares)} numbers, but there are {classes} classes")
    for j, t in enumerate(shares):
        check_share(name, argument, target, 0, j, t)
    if (
        not any(map(varies, shares))
        and not any(map(is_recorded, shares))
        and shares.count(1.0) == 1
        and shares.count(0.0) == classes - 1
    ):
        return shares.index(1.0)
    return shares


def class_index(name: str, argument: str, index: Any, classes: int) -> int:
    """A checked class index; any whole number will do, NumPy's or a float.

    Raises:
        TypeError: if it is not a whole number.
        ValueError: if it lies outside the classes.
    """
    if isinstance(index, bool) or not isinstance(index, numbers.Real) or not float(index).is_integer():
        raise TypeError(
            f"{name}: {argument} must be a class index (a whole number) or a one-hot row, got {typed(index)}"
        )
    hot = int(float(index))
    if not 0 <= hot < classes:
        raise ValueError(f"{name}: {argument} is class {shown(hot)}, but the {classes} classes are 0 to {classes - 1}")
    return hot


def _recorded_index(name: str, argument: str, index: Value, classes: int) -> Value:
    """A class index that every call checks, with one comparison that steers Python however many classes there are."""
    is_class: Any = 0.0
    for j in range(classes):
        is_class = where(index == float(j), 1.0, is_class)
    if is_class == 0.0:
        raise ValueError(
            f"{name}: {argument} must be a class index, a whole number, and the {classes} classes are 0 to "
            f"{classes - 1}; got {plain(index)}"
        )
    return index


def _rows(name: str, argument: str, things: Any) -> list[list[Any]]:
    if not is_row(things):
        return [[_number(name, argument, things, 0, 0, things)]]
    if len(things) == 0:
        raise ValueError(f"{name}: {argument} is empty; pass at least one example")
    rows = things if is_row(things[0]) else [things]
    for i, row in enumerate(rows):
        if not is_row(row):
            raise TypeError(f"{name}: {argument} mixes rows and numbers: {argument}[{i}] is {shown(row)}")
        if len(row) == 0:
            raise ValueError(f"{name}: {argument}[{i}] is empty; each row needs at least one number")
    return [[_number(name, argument, things, i, j, x) for j, x in enumerate(row)] for i, row in enumerate(rows)]


def _number(name: str, argument: str, things: Any, i: int, j: int, number: Any) -> Any:
    """A Value as it is, any other number as a float."""
    if isinstance(number, (float, Value)):
        return number
    return as_float(number, name, place(argument, things, i, j))


def place(argument: str, things: Any, i: int, j: int) -> str:
    """Where the j-th number of the i-th row stands in an argument, as one would index it."""
    if not is_row(things):
        return argument
    return f"{argument}[{i}][{j}]" if is_row(things[0]) else f"{argument}[{j}]"


def _shape(rows: Sequence[Sequence[Any]]) -> str:
    lengths = sorted({len(row) for row in rows})
    return f"{len(rows)} × {' or '.join(map(str, lengths))} numbers"


def _check_reduction(name: str, reduction: str) -> None:
    if reduction not in ("mean", "sum"):
        raise ValueError(f'{name}: reduction must be "mean" or "sum", got {shown(reduction)}')


def check_share(name: str, argument: str, things: Any, i: int, j: int, number: Any) -> None:
    """Refuse a number outside [0, 1], which stands at that place of an argument.

    Raises:
        ValueError: if it is one, or NaN.
    """
    if not 0.0 <= checked(number) <= 1.0:
        remedy = (
            "apply sigmoid or softmax, or use the loss from logits" if argument == "probabilities" else "rescale it"
        )
        raise ValueError(f"{name}: {place(argument, things, i, j)} is {plain(number)}, outside [0, 1]; {remedy}")
