"""Matrices as they come, in nested lists or arrays, and back in the kind of container they came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.engine.value import Value
from autograd.support.errors import as_float, one_line, typed
from autograd.transforms.tree import is_array, object_array

if TYPE_CHECKING:
    from autograd.linalg.operation import Array


def matrix(operation: str, argument: str, given: Any, vector: bool = False) -> Array:
    """A matrix as an array of floats, or of Values and floats where there are Values in it.

    Args:
        operation, argument: for messages.
        given: lists of rows, or an array.
        vector: whether it may be a vector, too.

    Raises:
        TypeError: if it is anything else, or holds anything other than real numbers.
        LinAlgError: if it is empty, its rows are not equally long, or it has another number of dimensions.
    """
    numbers: list[Any]
    if is_array(given):
        array = np.asarray(given)
        shape, numbers = array.shape, array.ravel().tolist()
    elif isinstance(given, (list, tuple)):
        shape, numbers = _gone_through(operation, argument, given)
    else:
        remedy = "pass x.to_numpy()" if hasattr(given, "to_numpy") else "pass lists of rows, or an array"
        raise TypeError(f"{operation}: {argument} must be nested lists or a NumPy array, got {typed(given)}; {remedy}")
    wanted = "a vector or a matrix" if vector else "a matrix"
    if len(shape) != 2 and not (vector and len(shape) == 1):
        dimensions = f"{len(shape)} dimension{'' if len(shape) == 1 else 's'}"
        remedy = "call it once for each matrix" if len(shape) > 2 else "write its rows as lists, [[...], [...]]"
        raise np.linalg.LinAlgError(f"{operation}: {argument} must be {wanted}, got {dimensions}, {shape}; {remedy}")
    if not numbers:
        raise np.linalg.LinAlgError(f"{operation}: {argument} is empty, of shape {shape}; give it at least one number")
    kinds = set(map(type, numbers))
    if not kinds <= {float, Value}:
        for i, x in enumerate(numbers):
            if not isinstance(x, Value):
                numbers[i] = as_float(x, operation, f"{argument}{place_of(i, shape)}")
    return object_array(shape, numbers) if Value in kinds else np.array(numbers, dtype=np.float64).reshape(shape)


def _gone_through(operation: str, argument: str, rows: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]]:
    """The shape and the numbers of nested lists; an array may be a row."""
    if not any(isinstance(row, (list, tuple)) or (is_array(row) and row.ndim) for row in rows):
        return (len(rows),), list(rows)
    numbers: list[Any] = []
    shapes = set()
    for i, row in enumerate(rows):
        if is_array(row) and row.ndim:
            shape, elements = row.shape, row.ravel().tolist()
        elif isinstance(row, (list, tuple)):
            shape, elements = _gone_through(operation, f"{argument}[{i}]", row)
        else:
            shape, elements = (), [row]
        shapes.add(shape)
        if len(shapes) > 1:
            raise np.linalg.LinAlgError(
                f"{operation}: the rows of {one_line(argument)} must be equally long, but row 0 has the shape "
                f"{(shapes - {shape}).pop()}, and row {i} {shape}"
            )
        numbers += elements
    return (len(rows), *shapes.pop()), numbers


def place_of(i: int, shape: tuple[int, ...]) -> str:
    """Where the i-th number stands, as an index is written."""
    return "".join(f"[{k}]" for k in np.unravel_index(i, shape))


def check_square(operation: str, argument: str, a: Array, remedy: str = "only square matrices have one") -> None:
    """Raise a LinAlgError unless there are as many rows as columns."""
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError(f"{operation}: {argument} must be square, got shape {a.shape}; {remedy}")


def check_rows(operation: str, a: Array, b: Array) -> None:
    """Raise a LinAlgError unless a and b have equally many rows."""
    if a.shape[0] != b.shape[0]:
        raise np.linalg.LinAlgError(
            f"{operation}: a and b must have equally many rows, got shapes {a.shape} and {b.shape}"
        )


def check_finite(operation: str, argument: str, a: Array) -> None:
    """Raise a ValueError that names the first number that is infinite or NaN."""
    finite = np.isfinite(a)
    if not finite.all():
        i = int(np.argmin(finite.ravel()))
        place = f"{argument}{place_of(i, a.shape)}"
        raise np.linalg.LinAlgError(
            f"{operation}: {place} is {float(a.ravel()[i])!r}; every number must be finite: look where it comes from"
        )


def check_result(operation: str, *results: Array) -> None:
    """Raise an OverflowError if a result is too large for a float."""
    if not all(np.isfinite(y).all() for y in results):
        raise OverflowError(f"{operation}: the result is too large for a float; scale the arguments")


def like(given: Sequence[Any], result: Array) -> Any:
    """A result as what was given: an array if one of the arguments is one, otherwise lists; one number as it is."""
    if result.ndim == 0:
        return result.item()
    return result if any(map(is_array, given)) else result.tolist()
