"""The function transforms with bad input: what they say."""

from __future__ import annotations

import functools
import math
import warnings

import numpy as np
import pytest

from autograd import (
    Value,
    adjoints,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    value_and_grad,
    vjp,
    vmap,
)
from support.rosenbrock import rosenbrock


def test_result_that_is_not_one_number():
    for f in (lambda x: [x, x], lambda x: (x,), lambda x: {"a": x}, lambda x: np.array([x, x])):
        for transform in (grad, functools.partial(hessian, sparsity="detect"), value_and_grad, derivative):
            with pytest.raises(TypeError, match=r"f must return one number, got a .*; sum it up, or use jacobian"):
                transform(f)(1.0)
    with pytest.raises(TypeError, match=r"grad: the result of f must be a real number.*NoneType"):
        grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"grad: the result of f must be a real number.*str"):
        grad(lambda x: "1")(1.0)


def test_result_in_an_array_without_axes_is_one_number():
    assert grad(lambda x: np.array(x * x))(3.0) == 6.0


def test_arguments_that_are_no_numbers():
    with pytest.raises(TypeError, match=r"grad: argument 0\['w'\]\[1\] must be a real number.*str 'a'"):
        grad(lambda x: 0.0)({"w": [1.0, "a"]})
    with pytest.raises(TypeError, match=r"only real numbers are differentiated"):
        grad(lambda x: x)(1j)
    with pytest.raises(TypeError, match=r"grad: f must be a function, got Value.*pass f, not f\(x\)"):
        grad(Value(3.0))(1.0)


def test_wrong_argnums():
    for argnums in (2, -3, (0, 2)):
        with pytest.raises(ValueError, match=r"argnums is .* f was given 2 positional arguments"):
            grad(lambda a, b: a * b, argnums)(1.0, 2.0)
    with pytest.raises(TypeError, match=r"argnums must be an int or several, got str 'a'"):
        grad(lambda a: a, "a")(1.0)
    with pytest.raises(TypeError, match=r"argnums must be an int or several"):
        grad(lambda a: a, 0.0)(1.0)
    with pytest.raises(TypeError, match=r"argnums must be an int or several, got bool True"):
        grad(lambda a, b: a * b, True)(1.0, 2.0)
    with pytest.raises(ValueError, match=r"twice"):
        grad(lambda a, b: a * b, (0, -2))(1.0, 2.0)


def test_result_without_any_variable_warns_and_has_gradient_0():
    with pytest.warns(UserWarning, match=r"f returned plain numbers.*derivative is 0") as caught:
        assert grad(lambda x: x.data**2)(3.0) == 0.0
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=r"plain numbers"):
        assert jacobian(lambda x: [1.0, 2.0])([3.0]) == [[0.0], [0.0]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert derivative(lambda x: 3.0 * x, 4)(1.0) == 0.0
        assert grad(grad(lambda x: 3.0 * x))(1.0) == 0.0
        assert jvp(lambda x: [x, 1.0], 3.0, 2.0) == ([3.0, 1.0], [2.0, 0.0])


def test_data_changed_after_recording():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = x * w
    w.data = 4.0
    with pytest.raises(ValueError, match=r"mul\(x = 2.0, w = 4.0\) is recorded with 6.0, its rules return 8.0"):
        adjoints(y, [x])
    y.backward()  # uses what was recorded
    assert x.grad == 3.0


def test_seeds():
    with pytest.raises(ValueError, match=r"hvp: v\[1\] is nan"):
        hvp(rosenbrock, [1.0, 2.0], [1.0, math.nan])
    with pytest.raises(ValueError, match=r"jvp: v is nan"):
        jvp(lambda x: x, 1.0, math.nan)
    _, pullback = vjp(lambda x: [x, x], 1.0)
    with pytest.raises(ValueError, match=r"vjp: u must be a list of 2 here, got a list of 3"):
        pullback([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"hvp: v must be a list of 2 here, got an array of shape \(2,\)"):
        hvp(rosenbrock, [1.0, 2.0], np.ones(2))
    with pytest.raises(ValueError, match=r"hvp: v\['a'\] must be one number here, got a list of 1"):
        hvp(lambda x: x["a"], {"a": 1.0}, {"a": [1.0]})
    for order in (0, 2.0, "2", None):
        with pytest.raises(ValueError, match=rf"order n must be an int of 1 or more, got {order!r}"):
            derivative(lambda x: x, order)
    assert derivative(lambda x: x**4, np.int64(2))(2.0) == 48.0


def test_adjoints_of_what_is_no_value():
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"write adjoints\(y, \[x\]\)"):
        adjoints(x * x, x)
    with pytest.raises(TypeError, match=r"xs must hold Values, got float 2.0"):
        adjoints(x * x, [2.0])
    with pytest.raises(TypeError, match=r"must be a Value, got float"):
        adjoints(2.0, [x])


@pytest.mark.parametrize("element", [[1.0], (1.0,), {"a": 1.0}, np.ones(2), range(1)], ids=str)
@pytest.mark.parametrize("transform", [grad, jacobian, jit, lambda f: vmap(f, None), lambda f: vmap(f, 1)])
def test_an_array_holds_numbers_and_no_further_lists(transform, element):
    """A list in its place, which other arguments may be, would be no remedy."""
    array = np.array([[1.0, 1.0], [1.0, 1.0]], dtype=object)
    array[1, 0] = element
    with pytest.raises(TypeError, match=r"argument 0(\.flat\[2\])? must be .*") as caught:
        transform(lambda x: x[0])(array)
    assert "pass list(x)" not in str(caught.value)
