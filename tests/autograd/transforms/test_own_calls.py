"""Calls of a `custom_vjp`: what is called when, by which name it is told, and forms of arguments of a recorded one."""

from __future__ import annotations

import math
import re
import zlib
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, custom_vjp, grad, jit, no_grad
from support.polar import forward, polar, pullback, wrapped


def double(a: Any) -> Any:
    return 2.0 * a


def test_nothing_flows_to_the_first_argument_or_by_a_cotangent_of_0() -> None:
    second = custom_vjp(lambda a, b: b * 3.0, lambda a, b: (b * 3.0, None), lambda r, u: (None, 3.0 * u))
    assert grad(second, (0, 1))(2.0, 5.0) == (0.0, 3.0)
    for zero in (0.0, -0.0, 0, False):
        flat = custom_vjp(lambda a: 1.0, lambda a: (1.0, None), lambda r, u, zero=zero: (zero,))  # type: ignore[misc]
        assert grad(lambda x, flat=flat: flat(x.sqrt()))(0.0) == 0.0  # not 0 times infinity


def test_forward_is_called_where_something_is_to_be_differentiated() -> None:
    calls = []

    def forward(a: Any) -> tuple[Any, Any]:
        calls.append(a)
        return 2.0 * a, None

    double = custom_vjp(lambda a: 2.0 * a, forward, lambda residuals, u: (2.0 * u,))
    with no_grad():
        assert double(Value(3.0)).data == 6.0
    assert double(autograd.constant(3.0)).data == double(3.0) == 6.0
    assert calls == []
    assert double(Value(3.0)).data == 6.0
    assert calls == [3.0]


class Doubling:
    """A function without a name of its own."""

    def __call__(self, a: Any, *, by: float = 2.0) -> Any:
        return by * a


def test_names_in_messages() -> None:
    double = custom_vjp(Doubling(), lambda a: (2.0 * a, None), lambda residuals, u: 3.0)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"^Doubling: by can't be given by name only in a custom_vjp$"):
        double(1.0, by=3.0)
    assert double(a=1.0) == 2.0
    with pytest.raises(TypeError, match=r"^Doubling: .* \(None where nothing flows\), got float: 3\.0$"):
        double(Value(1.0)).backward()


@pytest.mark.parametrize("which", ["f", "forward", "pullback"])
def test_what_is_no_function_is_refused_by_its_name(which: str) -> None:
    with pytest.raises(TypeError, match=rf"^custom_vjp: {which} must be a function, got int 3$"):
        custom_vjp(**{"f": polar, "forward": forward, "pullback": pullback, which: 3})  # type: ignore[arg-type]


def test_what_is_no_number_and_what_is_no_pair_is_told_with_the_name_of_the_function() -> None:
    def exp(a: Any) -> Any:
        return math.exp(a)

    x = Value(1.0)
    with pytest.raises(TypeError, match=r"^polar: the arguments\[0\]\[1\] must be a real number.* got str 'a'"):
        wrapped([x, "a"])
    with pytest.raises(TypeError, match=r"^exp: forward must return a pair, .* got float 1\.0$"):
        custom_vjp(exp, lambda a: 1.0, pullback)(x)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"^exp: the result must be a real number.* got str 'a'"):
        custom_vjp(exp, lambda a: ("a", None), pullback)(x)


FORMS = [
    [1.0, 2.0],
    (1.0, 2.0),
    {"a": 1.0, "b": 2.0},
    {"b": 1.0, "a": 2.0},
    [[1.0], [2.0]],
    [1.0, [2.0]],
    np.array([1.0, 2.0]),
    np.array([[1.0, 2.0]]),
    np.array([[1.0], [2.0]]),
]


def test_arguments_of_another_form_are_another_call_in_a_recorded_function() -> None:
    def told(tree: Any) -> float:
        return float(len(calls)) + zlib.crc32(re.sub(r"\d+\.\d*", "x", repr(tree)).encode())

    calls: list[Any] = []
    f = custom_vjp(told, lambda tree: (told(tree), tree), lambda tree, u: (None,))
    recorded = jit(lambda tree: f(tree))
    expected = [told(tree) for tree in FORMS]
    assert len(set(expected)) == len(FORMS)
    assert [recorded(tree) for tree in FORMS] == expected


def test_recorded_it_has_the_name_and_the_derivatives_that_it_has_otherwise() -> None:
    def f(function: Any, v: Any) -> Any:
        r, angle = function([v[0] * v[1], v[0] + v[1]])
        return r * autograd.sin(angle)

    def direct(point: Any) -> list[Any]:
        x, y = point
        return [autograd.hypot(x, y), autograd.atan2(y, x)]

    point = [0.7, -1.3]
    doubled = custom_vjp(double, lambda a: (2.0 * a, None), lambda residuals, u: (2.0 * u,))
    assert [row.name for row in jit(lambda a: doubled(a)).program(1.5).primitives] == ["double"]
    names = [row.name for row in jit(lambda v: wrapped(v)).program(point).primitives]
    assert sorted(names) == ["polar[0]", "polar[1]"]
    expected = grad(lambda v: f(direct, v))(point)
    assert grad(jit(lambda v: f(wrapped, v)))(point) == pytest.approx(expected, rel=1e-13)
    wrong = custom_vjp(polar, forward, lambda residuals, u: ())
    with pytest.raises(TypeError, match=r"^polar: the pullback must return a tuple of 1.* got tuple of 0: \(\)$"):
        grad(jit(lambda v: f(wrong, v)))(point)
