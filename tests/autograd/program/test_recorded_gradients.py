"""Gradients that are part of a recorded function: where an operation has no edge is a branch, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import PRIMITIVES, Value, derivative, grad, jit

POINTS = (-2.0, -0.5, 0.0, 0.3, 0.5, 1.0, 3.0)
UNARY = [row for row in PRIMITIVES.values() if len(row.operands) == 1 and not row.variadic and not row.domain]


def bits(x: float) -> str:
    """A number's bits, but for the sign of a zero."""
    return (x + 0.0).hex() if x == x else "nan"


def at_zero_slope(x: Any) -> Any:
    return PRIMITIVES["amax"](x, x * x, 1.0)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    **{row.name: row for row in UNARY},
    "maximum": lambda x: PRIMITIVES["maximum"](x, 0.5),
    "minimum": lambda x: PRIMITIVES["minimum"](x, x * x),
    "clip": lambda x: PRIMITIVES["clip"](x, -1.0, 1.0),
    "elu": lambda x: PRIMITIVES["elu"](x, 2.0),
    "leaky_relu": lambda x: PRIMITIVES["leaky_relu"](x, 0.0),
    "where": lambda x: PRIMITIVES["where"](x, x * x, x),
    "xlogy": lambda x: PRIMITIVES["xlogy"](x * x, 2.5 + x),
    "amax": at_zero_slope,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("first", POINTS)
def test_a_recorded_gradient_is_the_gradient_wherever_it_was_recorded(name: str, first: float) -> None:
    f = FUNCTIONS[name]

    def weighted(x: Any) -> Any:
        return f(x) * x

    for transform in (grad, lambda f: derivative(f, 2)):
        wanted = transform(weighted)
        recorded = jit(lambda x, wanted=wanted: wanted(x) + 0.0)
        for x in (first, *POINTS):
            assert bits(recorded(x)) == bits(wanted(x)), x


def test_through_the_graph_of_a_larger_computation() -> None:
    """A pullback is recorded once; a Value from outside takes part."""
    w = Value(2.0)
    f = jit(lambda x: PRIMITIVES["relu"](x - 1.0) * w)
    for x in (0.0, 3.0, 0.5, 4.0):
        expected = 2.0 if x > 1.0 else 0.0
        assert getattr(grad(f)(x), "data", grad(f)(x)) == expected
        assert getattr(derivative(lambda t: f(t) * t, 2)(x), "data", None) == 2.0 * expected


@pytest.mark.parametrize("what", ["an argument", "a captured Value"])
def test_gradients_are_those_at_the_numbers_of_the_call(what: str) -> None:
    """Whatever is assigned afterwards, as anywhere in the engine."""
    x, w = Value(3.0), Value(2.0)
    y = jit(lambda x, w: x * x * w)(x, w) if what == "an argument" else jit(lambda: x * x * w)()
    x.data = 10.0
    w.data = 7.0
    y.backward()
    assert (x.grad, w.grad) == (12.0, 9.0)
