"""Jacobians and Hessians of few entries, from as many sweeps as their patterns need colours; SciPy sparse arrays."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from operator import index
from typing import TYPE_CHECKING, Any

from autograd.engine.recording import grad_enabled, recorder
from autograd.engine.value import number_of
from autograd.support.errors import shown, typed
from autograd.support.extras import needed
from autograd.transforms.coloring import NO_COLOR, color_columns, color_count, color_symmetric, stands_alone
from autograd.transforms.linearize import Call

if TYPE_CHECKING:
    from scipy.sparse import csr_array

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
    width = len(call.sources)
    columns: list[list[int]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].append(i)
    column_colors = color_columns(columns, len(rows))
    row_colors = color_columns(rows, width)
    entries: list[tuple[int, int, float]] = []
    if color_count(column_colors) <= color_count(row_colors):
        for group, seeds in _groups(column_colors):
            pushed = call.push(seeds)
            entries += [(i, j, number_of(pushed[i])) for j in group for i in columns[j]]
    else:
        for group, _ in _groups(row_colors):
            pulled = call.pull([call.outputs[i] for i in group], [1.0] * len(group))
            entries += [(i, j, number_of(pulled[j])) for i in group for j in rows[i]]
    return _checked(call, sparsity, entries)


def sparse_hessian(call: Call, sparsity: Any) -> csr_array:
    """The Hessian of a call whose result is one number; args and errors as `sparse_jacobian`.

    The derivatives of all slopes along each colour are one sweep over the recorded gradient. Every entry is one of
    these numbers, as it is: nothing is solved for.
    """
    call.turn_to(call.slopes(call.one_output()))
    rows = _pattern(call, sparsity)
    size = len(rows)
    around: list[set[int]] = [set() for _ in rows]
    on_diagonal = [False] * size
    for i, row in enumerate(rows):
        for j in row:
            if i == j:
                on_diagonal[i] = True
            else:
                around[i].add(j)
                around[j].add(i)
    neighbors = [sorted(found) for found in around]
    colors = color_symmetric(neighbors, [on_diagonal[i] or bool(neighbors[i]) for i in range(size)])
    alone = stands_alone(neighbors, colors)
    entries: list[tuple[int, int, float]] = []
    for group, seeds in _groups(colors):
        pushed = call.push(seeds)
        for j in group:
            if on_diagonal[j]:
                entries.append((j, j, number_of(pushed[j])))
            for i in neighbors[j]:
                # Where either of the two would do, the row above the diagonal says it for both.
                if alone[i] >> colors[j] & 1 and (i < j or not alone[j] >> colors[i] & 1):
                    number = number_of(pushed[i])
                    entries += [(i, j, number), (j, i, number)]
    return _checked(call, sparsity, entries)


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
        found = [(index(i), index(j)) for i, j in ([] if isinstance(sparsity, str) else sparsity)]
    except (TypeError, ValueError):
        found = []
    if not found and not (isinstance(sparsity, (list, tuple)) and not sparsity):
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


def _checked(call: Call, sparsity: Any, entries: list[tuple[int, int, float]]) -> csr_array:
    """The entries as an array; a pattern that was given is tried on a vector: it may have missed some."""
    import numpy
    from scipy.sparse import csr_array

    rows, columns, numbers = zip(*entries, strict=True) if entries else ((), (), ())
    places = numpy.array(rows, dtype=numpy.int64), numpy.array(columns, dtype=numpy.int64)
    shape = len(call.outputs), len(call.sources)
    found = csr_array((numpy.array(numbers, dtype=numpy.float64), places), shape=shape)
    found.sort_indices()
    if not isinstance(sparsity, str):
        chance = random.Random(0)
        seeds = [chance.uniform(0.5, 1.5) for _ in call.sources]
        product = numpy.array([number_of(x) for x in call.push(seeds)], dtype=numpy.float64)
        size = abs(found) @ numpy.array(seeds) + abs(product)
        with numpy.errstate(invalid="ignore"):  # of infinities nothing is known
            wrong = abs(found @ numpy.array(seeds) - product) > _CHECKED_TO * size
        if wrong.any():
            raise ValueError(
                f"{call.operation}: sparsity misses an entry of row {int(wrong.argmax())}, whose derivative is not 0 "
                "at this point; add it, or write sparsity='detect'"
            )
    return found
