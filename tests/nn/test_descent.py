"""The inner loops of the optimisers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograd import Value, jit
from nn import SGD, Adam, AdamW, RMSprop
from nn.descent import zero_gradients
from nn.optim import Optimizer


def test_gradients_are_set_to_zero() -> None:
    x, y = Value(2.0), Value(3.0)
    (x * y * y).backward()
    zero_gradients([x, y])
    assert (x.data, x.grad, y.data, y.grad) == (2.0, 0.0, 3.0, 0.0)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1), Adam, AdamW, RMSprop])
def test_a_step_inside_a_recorded_function_is_refused(make: Callable[[list[Value]], Optimizer]) -> None:
    """It would happen once, while recording, and at no replay."""
    w = Value(2.0, label="w")
    optimizer = make([w])
    w.grad = 1.0

    def stepped(x: Value) -> Value:
        y = x * w
        optimizer.step()
        return y

    with pytest.raises(
        TypeError, match=r"stepped: \.data of w = 2\.0 was set while it was recorded .*assign it outside"
    ):
        jit(stepped)(3.0)
    assert (w.data, optimizer.steps, optimizer.state) == (2.0, 0, {})


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1), Adam, AdamW, RMSprop])
def test_a_step_of_what_the_recorded_function_makes_itself_is_its_own(make: Callable[[list[Value]], Optimizer]) -> None:
    def stepped(x: Value) -> Value:
        w = Value(2.0)
        w.grad = 1.0
        make([w]).step()
        return x * w

    recorded = jit(stepped)
    for x in (3.0, -0.5):
        assert recorded(x) == stepped(Value(x)).data != 2.0 * x
