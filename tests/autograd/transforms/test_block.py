"""A node of many outputs with a pullback of its own: what one written from outside may return, and what it may not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, checkpoint, constant
from autograd.transforms.block import Block


class Halved(Block):
    """x / 2, with a pullback that returns whatever it was given."""

    def __init__(self, x: Value, pulled: Any) -> None:
        super().__init__("halved", [x], 1)
        self._pulled = pulled

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        return [self._pulled]


def halved(x: Value, pulled: Any) -> Value:
    return Halved(x, pulled).record([x.data / 2.0])[0]


@pytest.mark.parametrize("number", [0.5, 1, True, Fraction(1, 2), np.float32(0.5), np.int64(3)])
def test_what_a_pullback_returns_becomes_a_float(number: Any) -> None:
    """At a leaf, and at a result, from which it goes on."""
    x = Value(3.0)
    halved(x, number).backward()
    assert (type(x.grad), x.grad) == (float, float(number))
    x = Value(3.0)
    halved(4.0 * x, number).backward()
    assert (type(x.grad), x.grad) == (float, 4.0 * float(number))


@pytest.mark.parametrize("thing", ["0.5", [0.5], 0.5j, Value(0.5)])
def test_what_is_no_number_is_told_with_the_name_of_the_block(thing: Any) -> None:
    with pytest.raises(TypeError, match=f"^halved: a cotangent must be a real number.* got {type(thing).__name__}"):
        halved(Value(3.0), thing).backward()


ABOVE: dict[str, tuple[Callable[[Value], Value], float]] = {
    "a sum": (lambda y: y + 1.0, 1.0),
    "a difference from a number": (lambda y: 1.0 - y, -1.0),
    "a difference from a constant": (lambda y: y - constant(1.0, label="c"), 1.0),
    "a product with itself": (lambda y: y * y, 18.0),
    "a quotient": (lambda y: 18.0 / y, -2.0 / 9.0),
    "a sign": (lambda y: -y, -1.0),
    "a power": (lambda y: y**2, 18.0),
    "a function": (autograd.exp, math.exp(9.0)),
    "a function of two": (lambda y: autograd.hypot(12.0, y), 0.6),
    "a function of two and a constant": (lambda y: autograd.hypot(y, constant(12.0, label="c")), 0.6),
    "a reduction": (lambda y: autograd.sum([2.0, y, y]), 2.0),
    "a choice": (lambda y: autograd.where(True, y, 0.0), 1.0),
    "a chain": (lambda y: autograd.hypot(-(y + 1.0), 24.0) * 2.0, 20.0 / 26.0),
}


@pytest.mark.parametrize("name", ABOVE)
def test_gradients_come_back_to_a_block_through_whatever_stands_above(name: str) -> None:
    f, slope = ABOVE[name]
    x = Value(3.0)
    f(checkpoint(lambda v: v * v, x)).backward()
    assert x.grad == pytest.approx(slope * 6.0)


def test_none_leaves_a_gradient_as_it_is() -> None:
    x = Value(3.0)
    x.grad = 7.0
    halved(x, None).backward()
    assert x.grad == 7.0
