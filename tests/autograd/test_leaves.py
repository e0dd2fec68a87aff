"""Reading and writing many variables at once."""

import pytest

from autograd import Value
from autograd.leaves import assign, gradients_of, numbers_of, zero_gradients


def test_numbers_and_gradients_are_read_and_written_in_order():
    x, y = Value(2.0), Value(3.0)
    (x * y * y).backward()
    assert numbers_of([x, y]) == [2.0, 3.0]
    assert gradients_of([x, y]) == [9.0, 12.0]
    assign([x, y], [5.0, 7.0])
    zero_gradients([x, y])
    assert (x.data, x.grad, y.data, y.grad) == (5.0, 0.0, 7.0, 0.0)


def test_each_variable_gets_one_number():
    with pytest.raises(ValueError, match="shorter"):
        assign([Value(1.0), Value(2.0)], [3.0])
