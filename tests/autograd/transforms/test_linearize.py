"""One call of a function, what every transform starts from: where it warns, and sums that overflow on the way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import (
    Value,
    constant,
    derivative,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    no_grad,
    sqrt,
    value_and_grad,
    vjp,
)
from support.every_transform import disagreements, first_order

TRANSFORMS: dict[str, Callable[[Callable[..., Any], Any], Any]] = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x),
    "elementwise_grad": lambda f, x: elementwise_grad(f)(x),
    "jacobian": lambda f, x: jacobian(f)(x),
    "hessian": lambda f, x: hessian(f)(x),
    "derivative": lambda f, x: derivative(f, 2)(x),
    "hvp": lambda f, x: hvp(f, x, 1.0),
    "jvp": lambda f, x: jvp(f, x, 1.0),
    "vjp": lambda f, x: vjp(f, x)[1](1.0),
    "aux": lambda f, x: grad(lambda z: (z * z, f(z)), has_aux=True)(x),
}


every_transform = pytest.mark.parametrize("name", TRANSFORMS)


@every_transform
def test_recorded_under_no_grad_it_is_computed_anew_at_each_call(name: str) -> None:
    derived = no_grad()(lambda x: TRANSFORMS[name](lambda z: z**3, x))
    recorded = jit(derived)
    for x in (2.0, 3.0, -0.5):
        assert recorded(x) == derived(x)


@every_transform
def test_a_constant_is_a_point_like_its_number_and_so_is_a_variable_under_no_grad(name: str) -> None:
    expected = TRANSFORMS[name](lambda z: z**3, 2.0)
    assert TRANSFORMS[name](lambda z: z**3, constant(2.0)) == expected
    with no_grad():
        assert TRANSFORMS[name](lambda z: z**3, Value(2.0)) == expected


@pytest.mark.parametrize("name", [name for name in TRANSFORMS if name != "aux"])
def test_the_line_that_calls_is_warned_where_nothing_depends_on_a_variable(name: str) -> None:
    with pytest.warns(UserWarning, match=f"^{name}: f returned plain numbers") as caught:
        found = TRANSFORMS[name](lambda x: 7.0, 3.0)
    assert [warning.filename for warning in caught] == [__file__]
    assert found in (0.0, (7.0, 0.0))


VALUES: dict[str, Callable[[Callable[..., Any], Any], Any]] = {
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[0],
    "jvp": lambda f, x: jvp(f, x, 1.0)[0],
    "vjp": lambda f, x: vjp(f, x)[0],
}


@pytest.mark.parametrize("name", VALUES)
def test_the_value_beside_a_derivative_is_differentiated_by_what_the_caller_knows(name: str) -> None:
    value = VALUES[name]
    assert grad(lambda w: value(lambda x: w * x * x, 3.0))(2.0) == 9.0
    assert grad(lambda x: value(lambda z: 2.0 * z * z, x))(3.0) == 12.0
    w = Value(2.0)
    assert type(value(lambda x: 2.0 * x * x, 3.0)) is float
    with no_grad():
        assert type(value(lambda x: w * x * x, 3.0)) is float


def test_outputs_whose_adjoints_overflow_together_are_pulled_one_by_one() -> None:
    """Each is x²; but half way down 1e308 comes from each."""

    def squares(x: Any) -> list[Any]:
        small = 1e-308 * x**2
        return [1e308 * small, 1e308 * small]

    def pulled(x: Any, u: Any = 1.0) -> Any:
        return vjp(squares, x)[1]([u, 1.0])

    assert pulled(3.0) == pytest.approx(12.0)
    assert grad(pulled)(3.0) == pytest.approx(4.0)
    assert grad(pulled, 1)(3.0, 1.0) == pytest.approx(6.0)


@pytest.mark.parametrize(
    "f", [lambda x: x * 1e308 * 1e308 * 1e-308 * 1e-308, lambda x: x * 1e308 * 1e308 * 0.0 + 2.0 * x]
)
def test_where_slopes_overflow_on_the_way_forward_mode_has_the_answer_of_reverse_mode(f: Callable[[Any], Any]) -> None:
    expected = grad(f)(0.0)
    assert math.isfinite(expected)
    assert disagreements(first_order(lambda v: f(v[0]), [0.0]), [expected]) == []
    assert jvp(f, 0.0, Value(1.0))[1].data == expected
    assert jvp(lambda x: [x, f(x)], 0.0, Value(2.0))[1][1].data == 2.0 * expected
    assert jvp(lambda v: sqrt(v[0]) + f(v[1]), [0.0, 0.0], [0.0, 1.0])[1] == expected, (
        "nothing flows from a tangent of 0"
    )
