"""A node of many outputs with a pullback of its own: what one written from outside may return, and what it may not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value
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


def test_none_leaves_a_gradient_as_it_is() -> None:
    x = Value(3.0)
    x.grad = 7.0
    halved(x, None).backward()
    assert x.grad == 7.0
