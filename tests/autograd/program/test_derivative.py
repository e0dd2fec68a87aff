"""`grad` and `value_and_grad` of a recorded function: every way a call can take gives eager's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, elementwise_grad, exp, grad, jit, sin, value_and_grad
from autograd.engine.value import number_of


def f(x: Any, y: Any) -> Any:
    return exp(-x) * y + sin(x * y)


def constant(x: float) -> Value:
    return Value(x).detach()


FORMS: list[Callable[[float, float], tuple[Any, Any]]] = [
    lambda x, y: (x, y),
    lambda x, y: (constant(x), y),
    lambda x, y: (constant(x), constant(y)),
    lambda x, y: (Value(x), constant(y)),
    lambda x, y: (Value(x), Value(y)),
]


def numbers_in(found: Any) -> list[float]:
    parts = found if isinstance(found, tuple) else (found,)
    return [number for part in parts for number in (numbers_in(part) if isinstance(part, tuple) else [number_of(part)])]


@pytest.mark.parametrize("form", range(len(FORMS)))
@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1, 0)])
def test_numbers_constants_and_variables(argnums: Any, form: int) -> None:
    replayed, eager = value_and_grad(jit(f), argnums), value_and_grad(f, argnums)
    for x, y in ((0.5, -1.0), (2.0, 0.25)):
        assert numbers_in(replayed(*FORMS[form](x, y))) == pytest.approx(numbers_in(eager(x, y)), rel=1e-15)


def test_its_program_is_that_of_the_function() -> None:
    jitted = jit(f)
    several: list[Any] = [grad(jitted), value_and_grad(jitted, argnums=1)]
    for made in several:
        assert made.program(0.5, -1.0).listing() == jitted.program(0.5, -1.0).listing()


def cubes(xs: Any) -> list[Any]:
    return [x * x * x for x in xs]


def norm(xs: Any) -> Any:
    return sum(x * x * x * x for x in xs)


@pytest.mark.parametrize("recorded", [lambda: jit(cubes), lambda: grad(jit(lambda xs: norm(xs) / 4.0))])
def test_the_structure_of_what_is_recorded_is_seen(recorded: Callable[[], Any]) -> None:
    """As a program runs as a whole, the function is asked as it is written: each number depends on one."""
    xs = [1.0, -2.0, 0.5]
    slopes = [3.0 * x * x for x in xs]
    assert elementwise_grad(recorded())(xs) == slopes


@pytest.mark.parametrize("count", [1, 2])
def test_constants_from_outside_are_read_at_every_call(count: int) -> None:
    """In the fastest ways, too: of floats, and of arrays or lists."""
    scale = constant(3.0)

    def g(*xs: Any) -> Any:
        total = xs[0] * xs[-1] * scale
        return total * total

    def of_list(xs: Any) -> Any:
        return g(*xs)

    numbers, by_floats = [1.0, 2.0][:count], tuple(range(count))
    replayed, listed = value_and_grad(jit(g), by_floats), value_and_grad(jit(of_list))
    plain = jit(g)
    for factor in (3.0, 3.0, 0.5, -2.0):
        scale.data = factor
        value, slopes = value_and_grad(g, by_floats)(*numbers)
        assert replayed(*numbers) == (value, slopes)
        assert listed(numbers) == (value, list(slopes))
        assert number_of(plain(*numbers)) == value
