"""The inner loops of the optimisers."""

from autograd import Value
from nn.descent import zero_gradients


def test_gradients_are_set_to_zero():
    x, y = Value(2.0), Value(3.0)
    (x * y * y).backward()
    zero_gradients([x, y])
    assert (x.data, x.grad, y.data, y.grad) == (2.0, 0.0, 3.0, 0.0)
