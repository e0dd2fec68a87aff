"""Between plain numbers and Values: whole structures of them, and questions asked of either."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from autograd.engine.primitives import abs
from autograd.engine.value import Value
from autograd.support.errors import as_float
from autograd.transforms.tree import flatten, located, unflatten


def values(numbers: Any) -> Any:
    """A Value of each number, in the same structure: of an array an object array, which NumPy computes with.

    Args:
        numbers: a number, or a nested list, tuple, dict or NumPy array of them.

    Raises:
        TypeError: for an element that is not a real number; one that is a Value already, too.

    >>> import numpy as np
    >>> x = values(np.array([1.0, 2.0, 3.0]))
    >>> np.var(x).backward()
    >>> [v.grad for v in x]
    [-0.6666666666666666, 0.0, 0.6666666666666666]
    """
    found = located(numbers, numbers, "values", "numbers")
    return unflatten(numbers, [Value(as_float(x, "values", place)) for place, x in found])


def data(tree: Any) -> Any:
    """The plain numbers of a structure: of an object array an array of float64. No gradient flows through them.

    Args:
        tree: a Value or a number, or a nested list, tuple, dict or NumPy array of them.

    Raises:
        TypeError: for an element that is not a number; and while a function is recorded (`jit`), where a number taken
            out would be frozen.

    >>> data({"w": [Value(1.0), 2], "b": Value(3.0)})
    {'w': [1.0, 2.0], 'b': 3.0}
    """
    return unflatten(tree, [x.data if isinstance(x, Value) else x for x in flatten(tree, "data", "tree")])


def isnan(x: Value | float | Real) -> bool:
    """Whether a Value or a plain number is NaN.

    Recorded by `jit`, the answer is computed anew at each call. Of an object array `x != x` tells it of each element.

    Raises:
        TypeError: for what is not a real number.

    >>> isnan(Value(float("nan"))), isnan(1.0)
    (True, False)
    """
    if hasattr(x, "apply_primitive"):
        is_other: bool = x != x
        return is_other
    return math.isnan(as_float(x, "isnan", "operand a"))


def isfinite(x: Value | float | Real) -> bool:
    """Whether a Value or a plain number is neither infinite nor NaN.

    Recorded by `jit`, the answer is computed anew at each call. Of an object array `abs(x) < np.inf` tells it of each
    element.

    Raises:
        TypeError: for what is not a real number.

    >>> isfinite(Value(1.0)), isfinite(float("-inf"))
    (True, False)
    """
    if hasattr(x, "apply_primitive"):
        is_less: bool = abs(x) < math.inf
        return is_less
    return math.isfinite(as_float(x, "isfinite", "operand a"))
