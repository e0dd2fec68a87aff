"""`take`: a choice by an index that is an argument, such as the row of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial, reduce
from typing import Any, Final

from autograd.engine import primitives as p
from autograd.engine.operators import Recorded
from autograd.engine.primitive import Primitive
from autograd.support.errors import shown, typed
from autograd.transforms.tree import flatten, unflatten


def _chosen(xs: Sequence[Any]) -> Any:
    index, *values = xs
    if isinstance(index, float):
        return values[_whole(index, len(values))]
    # A formula: where the index names none of them, a division by zero says so. (A quotient of two constants would be
    # divided by the compiler, and say nothing.)
    is_one = reduce(lambda found, i: p.where(index == float(i), 1.0, found), range(len(values)), 0.0)
    nothing = p.where(index > 0.5, 1.0, 2.0) / is_one
    return reduce(lambda y, i: p.where(index == float(i), values[i], y), range(len(values)), nothing)


def _partials(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    index = xs[0]
    return None, *[p.choose(index == float(i), 1.0, None) for i in range(len(xs) - 1)]


TAKE: Final = Primitive(
    "take", _chosen, _partials, variadic=True, domain="a whole index, from 0 to the number of the others less 1"
)
"""The row: of an index and values the one it names; nothing flows into the others."""


def take(values: Sequence[Any], index: Any) -> Any:
    """values[index], where the index may be a number that is recorded: it is no branch, and makes no new program.

    Args:
        values: numbers, or structures of numbers, all of one kind: the rows of a table.
        index: from 0 to len(values) - 1.

    Raises:
        IndexError: if there is no such value.
        TypeError: if the index is not a whole number.

    >>> from autograd import jit
    >>> lookup = jit(lambda table, i: take(table, i))
    >>> lookup([[1.0, 2.0], [3.0, 4.0]], 1)
    [3.0, 4.0]
    """
    if not isinstance(index, Recorded):
        with suppress(TypeError, ValueError, OverflowError):
            if int(index) == index:
                return values[_whole(int(index), len(values))]
        raise TypeError(f"take: the index must be a whole number, got {typed(index)}")
    rows = [flatten(value, "take", f"values[{i}]") for i, value in enumerate(values)]
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"take: values must be one or more, of one structure, got {shown(values)}")
    return unflatten(values[0], map(partial(TAKE, index), *rows))


def _whole(index: float, count: int) -> int:
    if not (0.0 <= index < count and index == int(index)):
        raise IndexError(f"take: the index must be a whole number from 0 to {count - 1}, got {shown(index)}")
    return int(index)
