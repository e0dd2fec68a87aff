"""Structures of numbers: what two of them must have in common, and how it is told where they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import custom_vjp, hvp, jvp, vjp

LONG = {f"weight {i:03}": float(i) for i in range(100)}  # more keys than a message shows
WITHOUT_LAST = {key: x for key, x in LONG.items() if key != "weight 099"}
NAME = "the name of a parameter that is longer than what a message shows of it, "

DIFFERENT: list[tuple[Any, Any, str]] = [
    ({"a": 1.0}, {"b": 1.0}, r"must be a dict with the keys 'a' here, got a dict with the keys 'b'$"),
    ({"a": 1.0, "b": 2.0, "c": 3.0}, {"b": 2.0, "a": 1.0}, r"the keys 'c', 'a', 'b' here, got .* the keys 'a', 'b'$"),
    (LONG, LONG | {"weight 100": 0.0}, r"got a dict with the keys 'weight 100', 'weight 000'"),
    (LONG, WITHOUT_LAST, r"must be a dict with the keys 'weight 099', 'weight 000'"),
    ({NAME + "w": 1.0}, {NAME + "b": 1.0}, r"must be a dict"),
    ({"a": 1.0}, [1.0], r"must be a dict with the keys 'a' here, got a list of 1$"),
    ([1.0], {"a": 1.0}, r"must be a list of 1 here, got a dict with the keys 'a'$"),
    ([1.0, 2.0], [1.0], r"must be a list of 2 here, got a list of 1$"),
    ([1.0, 2.0], (1.0, 2.0), r"must be a list of 2 here, got a tuple of 2$"),
    ((1.0, 2.0), np.ones(2), r"must be a tuple of 2 here, got an array of shape \(2,\)$"),
    (np.ones((2, 1)), np.ones((1, 2)), r"must be an array of shape \(2, 1\) here, got an array of shape \(1, 2\)$"),
    (np.ones(2), 1.0, r"must be an array of shape \(2,\) here, got one number$"),
    (1.0, np.ones(()), r"must be one number here, got an array of shape \(\)$"),
    ({"a": [1.0, 2.0]}, {"a": [1.0, [2.0]]}, r"\['a'\]\[1\] must be one number here, got a list of 1$"),
]


def total(tree: Any) -> Any:
    """The sum of all numbers, squared."""
    if isinstance(tree, np.ndarray):
        return (tree**2).sum()
    children = tree.values() if isinstance(tree, dict) else tree
    return autograd.sum(map(total, children)) if isinstance(tree, (dict, list, tuple)) else tree**2


def pulled(x: Any, v: Any) -> Any:
    """With v as what the pullback of a `custom_vjp` returns."""
    f: Any = custom_vjp(lambda tree: 0.0, lambda tree: (0.0, None), lambda residuals, u: (v,))
    return autograd.grad(f)(x)


PRODUCTS: dict[str, Callable[[Any, Any], Any]] = {
    "hvp": lambda x, v: hvp(total, x, v),
    "jvp": lambda x, v: jvp(total, x, v),
    "vjp": lambda x, v: vjp(lambda tree: tree, x)[1](v),
    "custom_vjp": pulled,
}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(("x", "v", "message"), DIFFERENT)
def test_a_vector_of_another_structure_is_refused_and_told_apart(product: str, x: Any, v: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PRODUCTS[product](x, v)


@pytest.mark.parametrize("product", ["hvp", "jvp", "vjp"])
def test_keys_may_come_in_any_order(product: str) -> None:
    backwards = dict(reversed(LONG.items()))
    assert repr(PRODUCTS[product](LONG, backwards)) == repr(PRODUCTS[product](LONG, LONG))
