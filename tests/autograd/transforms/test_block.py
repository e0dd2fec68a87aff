"""A node of many outputs with a pullback of its own: what one written from outside may return, and what it may not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, adjoints, checkpoint, constant, jit
from autograd.transforms.block import Block, Output


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


@pytest.mark.parametrize("make", [checkpoint, lambda f, *args: jit(f)(*args)], ids=["checkpoint", "jit"])
def test_an_output_is_an_operation_on_all_of_its_variables(make: Callable[..., Value]) -> None:
    """At other numbers a variable moves in all of its places, also where it comes from outside."""
    x, w = Value(2.0), Value(5.0)
    y = make(lambda a, b, k: a * b * k * w, x, x, 7.0)
    row = y.primitive
    assert isinstance(row, Output)
    assert (row.name, y.operands) == (row.block.name, (x, x, 7.0, w))
    for moved, expected in (((3.0, 2.0), 315.0), ((2.0, 3.0), 315.0), ((2.0, 2.0), 140.0)):
        numbers = [*moved, 7.0, 5.0]
        assert row.value_at(numbers, numbers) == expected
    assert row.value_at([2.0, 2.0, 7.0, 1.0], [2.0, 2.0, 7.0, 1.0]) == 28.0
    with pytest.raises(TypeError):
        row.value_at(["3", 2.0, 7.0, 5.0], [])  # type: ignore[list-item]
    assert (x.data, w.data) == (2.0, 5.0)
    by_x, nothing, neither, by_w = row.partials_at(y.operands, y)
    assert (by_x.data, nothing, neither, by_w.data) == (140.0, None, None, 28.0)
    assert [slope.data for slope in adjoints(by_x, [x, w])] == [70.0, 28.0]
    assert y.edges == [(x, 140.0), (w, 28.0)]
    several = make(lambda a: [a, a * w], x)
    assert [z.primitive.name.rpartition("[")[2] for z in several] == ["0]", "1]"]  # type: ignore[attr-defined]
