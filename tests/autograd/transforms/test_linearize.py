"""One call of a function, what every transform starts from: where it warns, and sums that overflow on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import (
    Value,
    derivative,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)

TRANSFORMS: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "grad": lambda f: grad(f)(3.0),
    "value_and_grad": lambda f: value_and_grad(f)(3.0),
    "elementwise_grad": lambda f: elementwise_grad(f)(3.0),
    "jacobian": lambda f: jacobian(f)(3.0),
    "hessian": lambda f: hessian(f)(3.0),
    "derivative": lambda f: derivative(f, 2)(3.0),
    "hvp": lambda f: hvp(f, 3.0, 1.0),
    "jvp": lambda f: jvp(f, 3.0, 1.0),
    "vjp": lambda f: vjp(f, 3.0)[1](1.0),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_line_that_calls_is_warned_where_nothing_depends_on_a_variable(name: str) -> None:
    with pytest.warns(UserWarning, match=f"^{name}: f returned plain numbers") as caught:
        found = TRANSFORMS[name](lambda x: 7.0)
    assert [warning.filename for warning in caught] == [__file__]
    assert found in (0.0, (7.0, 0.0))


@pytest.mark.parametrize("one", [1.0, Value(1.0)])
def test_outputs_whose_adjoints_overflow_together_are_pulled_one_by_one(one: Any) -> None:
    """Each is x again, with a slope of 1; but half way down 1e308 comes from each."""

    def twice(x: Any) -> list[Any]:
        small = 1e-308 * x
        return [1e308 * small, 1e308 * small, x]

    (pulled,) = vjp(twice, 3.0, argnums=(0,))[1]([one, one, 0.0])
    assert float(getattr(pulled, "data", pulled)) == pytest.approx(2.0)
