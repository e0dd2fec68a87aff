"""Reading and writing many variables at once, as optimisers do at every step."""

from __future__ import annotations

from autograd.value import Value


def numbers_of(leaves: list[Value]) -> list[float]:
    """What the variables are.

    >>> numbers_of([Value(1.0), Value(2.0)])
    [1.0, 2.0]
    """
    return [leaf._data for leaf in leaves]


def gradients_of(leaves: list[Value]) -> list[float]:
    """What backward passes have left in the variables."""
    return [leaf._grad for leaf in leaves]


def assign(leaves: list[Value], numbers: list[float]) -> None:
    """Set the variables to these floats, one each."""
    for leaf, number in zip(leaves, numbers, strict=True):
        leaf._data = number


def zero_gradients(leaves: list[Value]) -> None:
    """Set the gradients of the variables to zero."""
    for leaf in leaves:
        leaf._grad = 0.0
