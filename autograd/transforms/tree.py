"""Numbers in nested lists, tuples, dicts and NumPy arrays: taken out in order, and put back.

NumPy is never imported here: where nobody has loaded it, nothing can be an array.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from typing import Any

from autograd.engine.value import Value
from autograd.support.errors import as_float, one_line, shown


def flatten(tree: Any, operation: str, where: str) -> list[Value | float]:
    """The numbers of a structure, in order: Values as they are, others as floats.

    Args:
        tree: a number, or a nested list, tuple, dict or array of them.
        operation, where: what an error message calls the operation and the structure.

    Raises:
        TypeError: for an element that is not a number.

    >>> flatten({"w": [1, 2.0], "b": 3.0}, "grad", "x")
    [1.0, 2.0, 3.0]
    """
    if is_row(tree):
        return list(tree)
    return [number for _, number in located(tree, tree, operation, where)]


def is_row(tree: Any) -> bool:
    """Whether it is a list of nothing but floats and Values: by far the most frequent, and to be gone through fast."""
    return type(tree) is list and {float, Value}.issuperset(map(type, tree))


def located(tree: Any, other: Any, operation: str, where: str) -> Iterator[tuple[str, Value | float]]:
    """The numbers of `other` in the order of `tree`, each with the place where it stands.

    Raises:
        ValueError: if the structures differ.
        TypeError: for an element that is not a number.

    >>> list(located({"w": [1, 2.0]}, {"w": [3.0, 4.0]}, "hvp", "v"))
    [("v['w'][0]", 3.0), ("v['w'][1]", 4.0)]
    """
    if not _alike(tree, other):
        raise ValueError(f"{operation}: {where} must be {_kind(tree, other)} here, got {_kind(other, tree)}")
    if isinstance(tree, (list, tuple, dict)):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from located(tree[key], other[key], operation, f"{where}[{shown(key)}]")
    elif is_array(tree):
        for i, element in enumerate(other.ravel().tolist()):
            place = f"{where}.flat[{i}]"
            yield place, element if isinstance(element, Value) else as_float(element, operation, place)
    else:
        yield where, other if isinstance(other, Value) else as_float(other, operation, where, nested=True)


def unflatten(tree: Any, numbers: Iterable[Any]) -> Any:
    """The structure of `tree`, filled with the numbers in order; an array becomes one of float64, or of Values.

    >>> unflatten({"w": [0.0, 0.0], "b": 0.0}, [1.0, 2.0, 3.0])
    {'w': [1.0, 2.0], 'b': 3.0}
    """
    rest = iter(numbers)
    if is_row(tree):
        return _take(len(tree), rest)
    return refill(tree, lambda leaf: filled_array(_take(leaf.size, rest), leaf.shape) if is_array(leaf) else next(rest))


def unflatten_matrix(outer: Any, inner: Any, rows: Iterable[Sequence[Any]]) -> Any:
    """A matrix as a structure of structures: one row for each number of `outer`, one column for each of `inner`.

    Between lists it is a list of lists, between arrays an array of shape outer.shape + inner.shape.

    >>> unflatten_matrix([0.0, 0.0], {"a": 0.0, "b": 0.0}, [[1.0, 2.0], [3.0, 4.0]])
    [{'a': 1.0, 'b': 2.0}, {'a': 3.0, 'b': 4.0}]
    """
    rest = iter(rows)

    def row_block(leaf: Any) -> Any:
        if not is_array(leaf):
            return unflatten(inner, next(rest))
        columns: Iterator[Sequence[Any]] = zip(*_take(leaf.size, rest), strict=True) if leaf.size else repeat(())

        def block(column_leaf: Any) -> Any:
            if not is_array(column_leaf):
                return filled_array(list(next(columns)), leaf.shape)
            numbers = chain.from_iterable(zip(*_take(column_leaf.size, columns), strict=True))
            return filled_array(list(numbers), leaf.shape + column_leaf.shape)

        return refill(inner, block)

    return refill(outer, row_block)


def is_one_number(thing: Any) -> bool:
    """Whether it holds exactly one number, and no structure around it."""
    return getattr(thing, "shape", ()) == () and not isinstance(thing, (list, tuple, dict))


def is_array(thing: Any) -> bool:
    """Whether it is a NumPy array."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(thing, numpy.ndarray)


def _take(count: int, things: Iterator[Any]) -> list[Any]:
    return list(islice(things, count))


def object_array(shape: tuple[int, ...], things: Iterable[Any]) -> Any:
    """A NumPy array of Values, or of whatever else, in order."""
    numpy = sys.modules["numpy"]
    return numpy.fromiter(things, dtype=object).reshape(shape)


def filled_array(numbers: list[Any], shape: tuple[int, ...]) -> Any:
    """A NumPy array of these numbers in order: of float64, or of objects if there are Values among them."""
    numpy = sys.modules["numpy"]
    flat = numpy.empty(len(numbers), dtype=object if any(isinstance(x, Value) for x in numbers) else numpy.float64)
    flat[:] = numbers
    return flat.reshape(shape)


def refill(tree: Any, fill: Callable[[Any], Any]) -> Any:
    """The same containers, each number and array in them replaced."""
    if isinstance(tree, dict):
        return {key: refill(child, fill) for key, child in tree.items()}
    if isinstance(tree, list):
        return [refill(child, fill) for child in tree]
    if isinstance(tree, tuple):
        children = [refill(child, fill) for child in tree]
        return type(tree)(*children) if hasattr(tree, "_fields") else tuple(children)  # a named tuple takes them apart
    return fill(tree)


def _alike(tree: Any, other: Any) -> bool:
    """Whether two structures have in common, on their outermost level, what they must."""
    if isinstance(tree, dict) and isinstance(other, dict):
        return tree.keys() == other.keys()  # of which a message shows some
    return _kind(tree, other) == _kind(other, tree)


def _kind(thing: Any, other: Any) -> str:
    """What it is on its outermost level; of a dict first the keys that the other has not got."""
    if isinstance(thing, dict):
        keys = sorted(thing, key=lambda key: (isinstance(other, dict) and key in other, shown(key)))
        return f"a dict with the keys {one_line(', '.join(map(shown, keys)), 200)}"
    if isinstance(thing, (list, tuple)):
        return f"a {'list' if isinstance(thing, list) else 'tuple'} of {len(thing)}"
    if is_array(thing):
        return f"an array of shape {thing.shape}"
    return "one number"
