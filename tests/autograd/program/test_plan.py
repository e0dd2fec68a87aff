"""Calls of a mapped function that are like one before: the short way gives the same numbers."""

from __future__ import annotations

import pytest

from autograd import value_and_grad, vmap

np = pytest.importorskip("numpy", reason="NumPy is not installed")


def test_a_shared_argument_is_read_at_every_call_where_every_point_has_a_gradient_by_it() -> None:
    f = vmap(value_and_grad(lambda x, w: x * w * w, argnums=(0, 1)), in_axes=(0, None))
    x = np.arange(3.0)
    for w in (3.0, 4.0, 5.0):
        value, (by_x, by_w) = f(x, w)
        assert value.tolist() == (x * w * w).tolist()
        assert by_x.tolist() == [w * w] * 3
        assert by_w.tolist() == (x * w + x * w).tolist()
