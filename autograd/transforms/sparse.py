"""Jacobians and Hessians of few entries, from as many sweeps as their patterns need colours; SciPy sparse arrays."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import index
from typing import TYPE_CHECKING, Any

from autograd.engine.recording import grad_enabled, recorder
from autograd.engine.value import number_of
from autograd.support.errors import shown, typed
from autograd.support.extras import needed
from autograd.transforms.coloring import NO_COLOR, color_columns, color_count, color_symmetric
from autograd.transforms.linearize import Call, Number

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Array = NDArray[Any]

_CHECKED_TO = 1e-6  # relative to the terms of a row: far above rounding, far below an entry that matters


def sparse_jacobian(call: Call, sparsity: Any) -> csr_array:
    """The Jacobian of a call: one row for each number of the result, one column for each of the arguments.

    Args:
        call: the call.
        sparsity: "detect", or where the entries are, as `pattern` takes it.

    Raises:
        ImportError: without SciPy.
        TypeError: if it would depend on Values.
        ValueError: for a pattern that doesn't fit, or misses an entry.
    """
    rows = _pattern(call, sparsity)
    import numpy

    i, j = _places(rows)
    columns: list[list[int]] = [[] for _ in call.sources]
    for row, column in zip(i.tolist(), j.tolist(), strict=True):
        columns[column].append(row)
    is_forward, colors = _direction(rows, columns)
    color = numpy.array(colors, dtype=numpy.int64)
    if is_forward:
        swept = call.push_all(seeds for _, seeds in _groups(colors))
        numbers = _matrix(swept, len(rows))[color[j], i]
    else:
        outputs = ([call.outputs[k] for k in group] for group, _ in _groups(colors))
        pulled = (call.pull(together, [1.0] * len(together)) for together in outputs)
        numbers = _matrix(pulled, len(columns))[color[i], j]
    return _array(call, sparsity, i, j, numbers)


def sparse_hessian(call: Call, sparsity: Any) -> csr_array:
    """The Hessian of a call whose result is one number; args and errors as `sparse_jacobian`.

    The derivatives of all slopes along each colour are one sweep over the recorded gradient. Every entry is one of
    these numbers, as it is: nothing is solved for.
    """
    call.turn_to(call.slopes(call.one_output()))
    i, j = _places(_pattern(call, sparsity))
    import numpy

    size = len(call.sources)
    entries = numpy.unique(numpy.concatenate([i * size + j, j * size + i]))
    i, j = entries // size, entries % size
    beside = i != j
    ends = numpy.searchsorted(i[beside], numpy.arange(1, size + 1)).tolist()
    others = j[beside].tolist()
    neighbors = [others[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    colors = color_symmetric(neighbors, numpy.isin(numpy.arange(size), i).tolist())
    swept = _matrix(call.push_all(seeds for _, seeds in _groups(colors)), size)
    color = numpy.array(colors, dtype=numpy.int64)
    # An entry is read where it stands alone in its row among those of its colour; of the two that mirror each other,
    # where the upper one does, both are read there.
    _, place, counts = numpy.unique(i * size + color[j], return_inverse=True, return_counts=True)
    upper = numpy.searchsorted(entries, numpy.minimum(i, j) * size + numpy.maximum(i, j))
    alone, i_upper, j_upper = (counts[place] == 1)[upper], i[upper], j[upper]
    numbers = numpy.where(alone, swept[color[j_upper], i_upper], swept[color[i_upper], j_upper])
    return _array(call, sparsity, i, j, numbers)


def pattern(operation: str, sparsity: Any, shape: tuple[int, int]) -> list[list[int]]:
    """The columns of the entries of every row.

    Args:
        operation: what a message calls the operation.
        sparsity: a SciPy sparse array, or pairs of a row and a column.
        shape: of the matrix.

    Raises:
        TypeError: if it is neither.
        ValueError: if it doesn't fit into the shape.

    >>> pattern("jacobian", [(0, 1), (1, 0), (1, 1)], (2, 2))
    [[1], [0, 1]]
    """
    rows: list[set[int]] = [set() for _ in range(shape[0])]
    for i, j in _pairs(operation, sparsity, shape):
        if not (0 <= i < shape[0] and 0 <= j < shape[1]):
            raise ValueError(
                f"{operation}: sparsity has an entry at {(i, j)}, outside of the {shape[0]} × {shape[1]} matrix"
            )
        rows[i].add(j)
    return [sorted(row) for row in rows]


def _pairs(operation: str, sparsity: Any, shape: tuple[int, int]) -> Iterable[tuple[int, int]]:
    if hasattr(sparsity, "tocoo"):
        if sparsity.shape != shape:
            raise ValueError(
                f"{operation}: sparsity must be of shape {shape} here, one row for each number of the result and one "
                f"column for each number of the arguments, got {shown(sparsity.shape)}"
            )
        stored = sparsity.tocoo()  # entries that are stored count, though they may be 0
        return zip(stored.row.tolist(), stored.col.tolist(), strict=True)
    try:
        found = None if isinstance(sparsity, str) else [(index(i), index(j)) for i, j in sparsity]
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise TypeError(
            f"{operation}: sparsity must be 'detect', a SciPy sparse array or pairs of indices (row, column), "
            f"got {typed(sparsity)}"
        )
    return found


def _pattern(call: Call, sparsity: Any) -> list[list[int]]:
    """The columns of the entries of every row, once it is sure that they will be numbers."""
    needed(call.operation, "scipy")
    if recorder() is not None:
        raise TypeError(
            f"{call.operation}: with sparsity it returns a SciPy array, which can't be recorded; call it outside of "
            "jit and vmap (f itself may be a jit)"
        )
    if grad_enabled() and call.is_open:
        raise TypeError(
            f"{call.operation}: with sparsity it returns numbers, but these would depend on Values from outside f "
            "or in its arguments; call it inside no_grad(), or without sparsity"
        )
    if isinstance(sparsity, str) and sparsity == "detect":
        return call.dependencies()
    return pattern(call.operation, sparsity, (len(call.outputs), len(call.sources)))


def _direction(rows: list[list[int]], columns: list[list[int]]) -> tuple[bool, list[int]]:
    """Whether to sweep forward, along columns, or in reverse, from rows; and their colours.

    The columns with an entry in a row need a colour each, so that a dense row tells beforehand which way is longer.
    """
    if max(map(len, rows), default=0) <= max(map(len, columns), default=0):
        by_columns = color_columns(columns, len(rows)) or []
        by_rows = color_columns(rows, len(columns), color_count(by_columns) - 1)
        return (True, by_columns) if by_rows is None else (False, by_rows)
    by_rows = color_columns(rows, len(columns)) or []
    found = color_columns(columns, len(rows), color_count(by_rows))
    return (False, by_rows) if found is None else (True, found)


def _groups(colors: Sequence[int]) -> Iterable[tuple[list[int], list[float]]]:
    """Of every colour the columns that have it, and the seeds for a sweep along these."""
    groups: list[list[int]] = [[] for _ in range(color_count(colors))]
    for j, color in enumerate(colors):
        if color != NO_COLOR:
            groups[color].append(j)
    for group in groups:
        seeds = [0.0] * len(colors)
        for j in group:
            seeds[j] = 1.0
        yield group, seeds


def _places(rows: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """The rows and the columns of the entries, row by row."""
    import numpy

    counts = numpy.fromiter(map(len, rows), numpy.int64)
    return numpy.repeat(numpy.arange(len(rows)), counts), numpy.fromiter(chain.from_iterable(rows), numpy.int64)


def _matrix(rows: Iterable[Sequence[Number]], width: int) -> Array:
    """Rows of numbers as an array."""
    import numpy

    found = [numpy.fromiter(map(number_of, row), numpy.float64) for row in rows]
    return numpy.array(found).reshape(len(found), width)


def _array(call: Call, sparsity: Any, rows: Array, columns: Array, numbers: Array) -> csr_array:
    """The entries as an array; a pattern that was given is tried on a vector: it may have missed some."""
    import numpy
    from scipy.sparse import csr_array

    found = csr_array((numbers, (rows, columns)), shape=(len(call.outputs), len(call.sources)))
    if not isinstance(sparsity, str):
        chance = random.Random(0)
        seeds = [chance.uniform(0.5, 1.5) for _ in call.sources]
        (product,) = _matrix([call.push(seeds)], len(call.outputs))
        size = abs(found) @ numpy.array(seeds) + abs(product)
        with numpy.errstate(invalid="ignore"):  # of infinities nothing is known
            wrong = abs(found @ numpy.array(seeds) - product) > _CHECKED_TO * size
        if wrong.any():
            raise ValueError(
                f"{call.operation}: sparsity misses an entry of row {int(wrong.argmax())}, whose derivative is not 0 "
                "at this point; add it, or write sparsity='detect'"
            )
    return found
