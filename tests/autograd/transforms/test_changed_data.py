"""Data that were changed after a result was computed from them: an error that names the node, never old and new mixed.

(`backward` uses the numbers of the forward pass: that is said of it, and tested with it.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
from autograd import (
    PRIMITIVES,
    Value,
    adjoints,
    checkpoint,
    constant,
    data,
    derivative,
    draw,
    draw_dot,
    explain,
    grad,
    no_grad,
    vjp,
    walkthrough,
)

LOOKS: dict[str, Callable[[Value, Value], Any]] = {
    "adjoints": lambda y, x: adjoints(y, [x]),
    "draw": lambda y, x: draw(y),
    "draw_dot": lambda y, x: draw_dot(y),
    "explain": lambda y, x: explain(y, x),
    "walkthrough": lambda y, x: walkthrough(y),
}
LOOK = pytest.mark.parametrize("look", LOOKS)

NUMBERS = [-2.0, 2.5, 0.0, math.nan, math.inf, math.nextafter(2.0, 3.0)]


@LOOK
@pytest.mark.parametrize("number", NUMBERS)
def test_a_changed_variable(look: str, number: float) -> None:
    x = Value(2.0, label="x")
    y = x**3
    x.data = number
    with pytest.raises(ValueError, match="pow"):
        LOOKS[look](y, x)


@LOOK
def test_the_error_names_the_node_and_the_remedy(look: str) -> None:
    x, bias = Value(2.0, label="weight"), Value(0.5)
    y = (x * 3.0 + bias).tanh()
    x.data = -2.0
    with pytest.raises(ValueError, match=r"(?s)(weight|mul).*again"):
        LOOKS[look](y, x)


@LOOK
@pytest.mark.parametrize("number", [7.0, math.nan])
def test_a_changed_interior_node(look: str, number: float) -> None:
    x = Value(2.0, label="x")
    h = x * 3.0
    y = h.tanh()
    h.data = number
    with pytest.raises(ValueError, match=r"mul|tanh"):
        LOOKS[look](y, x)


@LOOK
@pytest.mark.parametrize("number", [7.0, math.nan])
def test_a_changed_constant(look: str, number: float) -> None:
    x, target = Value(2.0, label="x"), constant(0.3, label="target")
    y = x * target
    target.data = number
    with pytest.raises(ValueError, match=r"target|mul"):
        LOOKS[look](y, x)


@LOOK
def test_the_error_begins_with_the_label_of_the_node_or_its_operation(look: str) -> None:
    for label, begin in (("area", r"^area = mul\(side = 2.5, 3.0\) is recorded"), (None, r"^mul = mul\(side = 2.5")):
        side = Value(2.0, label="side")
        area = side * 3.0
        area.label = label
        y = area * 1.0
        side.data = 2.5
        with pytest.raises(ValueError, match=begin):
            LOOKS[look](y, side)


@LOOK
def test_a_change_deep_below_the_output(look: str) -> None:
    x = Value(0.5, label="deep")
    y = x
    for _ in range(50):
        y = (y * 1.5).sin()
    x.data = 0.75
    with pytest.raises(ValueError, match=r"deep|mul"):
        LOOKS[look](y, x)


@LOOK
def test_a_step_of_an_optimiser_between(look: str) -> None:
    w = Value(0.4, label="w")
    loss = (w * 2.0 - 1.0) ** 2
    loss.backward()
    w.data -= 0.1 * w.grad
    with pytest.raises(ValueError, match=r"w|mul"):
        LOOKS[look](loss, w)


def changes() -> Iterator[tuple[str, tuple[float, ...], int, float]]:
    """For every row a sample, an operand that something flows to, and a number for it that changes the result."""
    for name, row in PRIMITIVES.items():
        if name.startswith("ieee_"):
            continue  # inside rules only
        for point in row.samples[:2]:
            partials = row.partials_at(point, row(*point))
            for i, partial in enumerate(partials):
                if not partial:
                    continue
                for other in (point[i] + 0.125, math.nan):
                    moved = (*point[:i], other, *point[i + 1 :])
                    try:
                        changed = row(*moved) != row(*point)
                    except (ArithmeticError, ValueError):
                        changed = True
                    if changed:
                        yield name, point, i, other


@LOOK
def test_every_row_and_each_of_its_operands(look: str) -> None:
    silent: list[str] = []
    for name, point, i, other in changes():
        xs = [Value(number, label=f"x{j}") for j, number in enumerate(point)]
        y = PRIMITIVES[name](*xs) * 1.0
        xs[i].data = other
        try:
            LOOKS[look](y, xs[i])
        except ValueError as error:
            if f"x{i}" in str(error) or name in str(error):
                continue
            silent.append(f"{name}{point}, x{i} = {other}: {error}, which doesn't name it")
        except Exception as error:
            silent.append(f"{name}{point}, x{i} = {other}: {type(error).__name__} {error}")
        else:
            silent.append(f"{name}{point}, x{i} = {other}: nothing is said")
    assert not silent, "\n".join([f"{len(silent)}:", *silent[:20]])


@LOOK
def test_changed_and_changed_back_is_not_changed(look: str) -> None:
    for number in (2.0, math.nan, -0.0):
        x = Value(number, label="x")
        y = x * 3.0 + 1.0
        x.data = 17.0
        x.data = number
        LOOKS[look](y, x)


@LOOK
@pytest.mark.parametrize("number", [1.0, 0.0, math.inf])
def test_nan_changed_to_a_number(look: str, number: float) -> None:
    x = Value(math.nan, label="x")
    y = x * 3.0
    x.data = number
    with pytest.raises(ValueError, match=r"mul\(x = .*\) is recorded with nan"):
        LOOKS[look](y, x)


@pytest.mark.parametrize("before", [2.0, math.nan])
@pytest.mark.parametrize("after", [2.0, 3.0, math.nan, -math.inf])
def test_an_input_of_a_block_changed_before_it_is_differentiated(before: float, after: float) -> None:
    w = Value(before, label="w")

    def f(x: Value) -> Any:
        w.data = before
        y = checkpoint(lambda a, b: a * a * b, x, w)
        w.data = after
        return y

    if before == after or (math.isnan(before) and math.isnan(after)):
        curvature = derivative(f, 2)(5.0)
        assert curvature.data == 2.0 * before or math.isnan(before)
    else:
        with pytest.raises(ValueError, match=rf"was computed at {before!r}; a number was changed"):
            derivative(f, 2)(5.0)


@LOOK
def test_nan_that_was_there_before_is_not_a_change(look: str) -> None:
    x = Value(math.nan, label="x")
    y = (x * 2.0).tanh() + x
    LOOKS[look](y, x)


@pytest.mark.parametrize("operation", [lambda x, w: autograd.exp(w * x), lambda x, w: autograd.dot([x, x], [w, 1.0])])
@pytest.mark.parametrize("after", [5.0, math.nextafter(2.0, 3.0), math.nan])
def test_data_changed_before_a_pullback_is_used(operation: Callable[[Any, Any], Any], after: float) -> None:
    """In floats it has the numbers of the call; recorded it would mix them with those of now."""
    for w in (Value(2.0), constant(2.0)):
        _, pullback = vjp(lambda x, w=w: operation(x, w), 1.0)
        before = data(pullback(1.0))
        w.data = after
        for u in (1.0, Value(1.0)):
            if w.is_constant and not isinstance(u, Value):
                assert pullback(u) == before
            else:
                with pytest.raises(ValueError, match="a number was changed afterwards: compute the output again"):
                    pullback(u)
        w.data = 2.0
        assert data(pullback(Value(1.0))) == before


def test_a_point_changed_before_a_pullback_is_used() -> None:
    x = Value(2.0)
    _, pullback = vjp(lambda v: v**3, x)
    x.data = 3.0
    with pytest.raises(ValueError, match="was changed afterwards"):
        pullback(1.0)


def test_a_transform_of_a_function_uses_the_data_of_now() -> None:
    w = Value(2.0)

    def f(x: Value) -> Value:
        return x * w

    assert grad(f)(1.0).data == 2.0
    w.data = 5.0
    assert grad(f)(1.0).data == 5.0
    with no_grad():
        assert grad(f)(1.0) == 5.0
