"""A mapped function inside a recorded one: its points, one after the other, are part of the larger program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from autograd.engine.reductions import mean
from autograd.engine.reductions import sum as total
from autograd.program.points import points_of
from autograd.program.signature import key_of
from autograd.support.errors import typed
from autograd.transforms.tree import flatten, is_array, object_array, refill, unflatten


def unrolled(
    f: Callable[..., Any], args: Sequence[Any], in_axes: Any, static_argnums: Sequence[int], reduce: str | None
) -> Any:
    """The results of f at all points, as arrays of Values; or their mean or sum.

    Raises:
        TypeError, ValueError: as of a mapped function.
    """
    name = getattr(f, "__name__", type(f).__name__)
    points = points_of(name, args, in_axes, static_argnums, with_values=True)
    results = [f(*points.example(k)) for k in range(points.how_many)]
    for result in results:
        check_alike(name, result, results[0])
    columns = list(zip(*[flatten(result, name, "the result") for result in results], strict=True))
    if reduce is not None:
        return unflatten(results[0], [(mean if reduce == "mean" else total)(column) for column in columns])
    return _arrays(results[0], iter(columns), len(results))


def check_alike(name: str, result: Any, other: Any) -> None:
    """Raise a ValueError if a function returns other structures for some points than for others."""
    if key_of(name, [result]) != key_of(name, [other]):
        raise ValueError(
            f"{name}: it returns {typed(result)} for some points and {typed(other)} for others; an array needs the "
            "same of all"
        )


def _arrays(result: Any, columns: Iterator[Sequence[Any]], count: int) -> Any:
    """The structure of one result, with arrays that have the points along their first axis."""

    def stacked(leaf: Any) -> Any:
        size = leaf.size if is_array(leaf) else 1
        rows = object_array((size, count), chain.from_iterable(islice(columns, size)))
        return rows.T.reshape(count, *leaf.shape) if is_array(leaf) else rows[0]

    return refill(result, stacked)
