"""`jit` among the other transforms, in threads, interrupted, and called in ways in which it can't be."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product, repeat
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    checkpoint,
    constant,
    custom_vjp,
    derivative,
    exp,
    grad,
    gradcheck,
    hessian,
    hvp,
    ieee,
    jacobian,
    jit,
    jvp,
    log,
    no_grad,
    relu,
    sin,
    value_and_grad,
    vjp,
)

POINTS = [(0.7, 1.3), (-0.7, 1.3), (2.0, -0.5), (0.0, 1.0), (-3.0, -2.0)]


def f(x: Any, y: Any) -> Any:
    return sin(x * y) + x**3.0 * y if x > 0.0 else x * y - y


def g(v: Any) -> Any:
    return [v[0] * v[1], sin(v[0]) if v[1] > 0.0 else v[1], v[1] / 2.0]


# ---------------------------------------------------------------------------------------------------------------------
# Composition

# of a function of two numbers, something to be computed at two numbers
OF_TWO: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "itself": lambda h: h,
    "grad": grad,
    "grad by both": lambda h: grad(h, argnums=(0, 1)),
    "value_and_grad": lambda h: value_and_grad(h, argnums=1),
    "jacobian": lambda h: jacobian(h, argnums=(0, 1)),
    "hessian": lambda h: hessian(h, argnums=(0, 1)),
    "grad of grad": lambda h: grad(grad(h), argnums=1),
    "hvp": lambda h: lambda x, y: hvp(lambda v: h(*v), [x, y], [1.0, 2.0]),
    "jvp": lambda h: lambda x, y: jvp(lambda v: h(*v), [x, y], [1.0, 2.0]),
    "vjp": lambda h: lambda x, y: vjp(lambda v: h(*v), [x, y])[1](3.0),
    "derivative": lambda h: lambda x, y: derivative(lambda a: h(a, y), 3)(x),
    "jit": jit,
    "checkpoint": lambda h: lambda x, y: checkpoint(h, x, x * y),
    "grad of checkpoint": lambda h: grad(lambda x, y: checkpoint(h, x, x * y), argnums=(0, 1)),
    "hessian of checkpoint": lambda h: hessian(lambda x, y: checkpoint(h, x, x * y), argnums=(0, 1)),
    "of itself": lambda h: lambda x, y: h(h(x, y), y),
    "grad of itself": lambda h: grad(lambda x, y: h(h(x, y), y) * x, argnums=(0, 1)),
}


@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize("point", POINTS)
def test_transforms_of_a_jitted_function(name: str, point: tuple[float, float]) -> None:
    transform = OF_TWO[name]
    jitted = jit(f)
    assert flat(transform(jitted)(*point)) == pytest.approx(flat(transform(f)(*point)), rel=1e-14)
    assert flat(transform(jitted)(*point)) == pytest.approx(flat(transform(f)(*point)), rel=1e-14)


@pytest.mark.parametrize("name", OF_TWO)
def test_jit_of_a_transform(name: str) -> None:
    transform = OF_TWO[name](f)
    jitted = jit(transform)
    for point in [*POINTS, *POINTS]:
        assert flat(jitted(*point)) == pytest.approx(flat(transform(*point)), rel=1e-14)


@pytest.mark.parametrize("transform", [jacobian, jit, lambda h: jit(jacobian(h)), lambda h: jacobian(jit(jit(h)))])
def test_functions_of_a_list(transform: Any) -> None:
    expected = jacobian(g) if "jit" not in str(transform) and transform is not jit else None
    for v in ([0.7, 1.3], [0.5, -2.0]):
        wanted = (expected or (g if transform is jit else jacobian(g)))(v)
        assert flat(transform(jit(g))(v)) == flat(wanted)


def flat(result: Any) -> list[float]:
    if isinstance(result, dict | list | tuple | np.ndarray):
        return [x for part in (result.values() if isinstance(result, dict) else result) for x in flat(part)]
    return [result.data if isinstance(result, Value) else float(result)]


def test_gradcheck_of_a_jitted_function() -> None:
    assert gradcheck(jit(f), 0.7, 1.3)


def test_under_no_grad() -> None:
    jitted = jit(f)
    with no_grad():
        assert jitted(Value(0.7), 1.3) == f(0.7, 1.3)
        assert grad(jitted)(0.7, 1.3) == grad(f)(0.7, 1.3)
    y = jitted(Value(0.7), 1.3)
    assert not y.is_constant


def test_derivatives_inside_of_constants_and_under_no_grad_are_not_frozen() -> None:
    w = Value(3.0)

    def of_plain(x: Any) -> Any:
        return x * grad(lambda t: t * t * w)(2.0)

    def of_detached(x: Any) -> Any:
        return x * grad(lambda t: t * t * w)(x.detach())

    def under_no_grad(x: Any) -> Any:
        with no_grad():
            value, slope = value_and_grad(lambda t: t * t * w)(x)
        return x * slope + value

    for h in (of_plain, of_detached, under_no_grad):
        jitted = jit(h)
        for number in (3.0, 5.0):
            w.data = number
            for x in (2.0, -1.5):
                eager, replayed = Value(x), Value(x)
                h(eager).backward()
                w.grad, expected = 0.0, w.grad
                y = jitted(replayed)
                y.backward()
                assert (y.data, replayed.grad, w.grad) == (h(Value(x)).data, eager.grad, expected)
                w.grad = 0.0


def test_a_constant_stays_one() -> None:
    jitted = jit(f)
    assert jitted(constant(0.7), 1.3) == f(0.7, 1.3)


def test_methods() -> None:
    class Line:
        def __init__(self, slope: float) -> None:
            self.slope = Value(slope)

        @jit
        def at(self, x: Any) -> Any:
            return self.slope * x

    first, second = Line(2.0), Line(3.0)
    y = first.at(5.0) + second.at(7.0)
    y.backward()
    assert (y.data, first.slope.grad, second.slope.grad) == (31.0, 5.0, 7.0)
    assert first.at(1.0).data == 2.0


def test_recursion() -> None:
    @jit
    def halved(x: Any) -> Any:
        return x if x < 1.0 else halved(x * 0.5) + x

    def factorial(n: int, x: Any) -> Any:
        return x if n <= 0 else factorial(n - 1, x) * x

    assert [halved(x) for x in (10.0, 0.5, 3.0)] == [19.375, 0.5, 5.25]
    assert jit(factorial, static_argnums=0)(4, 2.0) == 32.0


def test_threads_call_one_function_at_once() -> None:
    jitted, slope = jit(f), value_and_grad(jit(f), argnums=(0, 1))
    points = [(0.1 * i - 20.0, 1.0 + 0.01 * i) for i in range(400)]
    start = threading.Barrier(4)

    def work(k: int) -> list[Any]:
        start.wait()
        return [(jitted(*p), slope(*p)) for p in points[k:] + points[:k]]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, (0, 100, 200, 300)))
    expected = [(f(*p), value_and_grad(f, argnums=(0, 1))(*p)) for p in points]
    for k, results in zip((0, 100, 200, 300), found, strict=True):
        assert results == expected[k:] + expected[:k]


def test_an_interrupt_while_recording_leaves_it_usable() -> None:
    interrupts = iter([True, False, True])  # in the first recording; in the second of the two

    def h(x: Any) -> Any:
        if x > 0.0 and next(interrupts, False):
            raise KeyboardInterrupt
        return x * x

    jitted = jit(h)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            jitted(3.0)
        assert autograd.grad_enabled()
    assert jitted(3.0) == 9.0
    assert grad(jitted)(3.0) == 6.0


def test_many_programs_leave_what_is_there() -> None:
    def h(x: Any) -> Any:
        return next(i * x for i in count() if x < i)

    jitted = jit(h, max_programs=5)
    assert [jitted(x) for x in (0.5, 1.5, 2.5, 3.5, 4.5)] == [h(x) for x in (0.5, 1.5, 2.5, 3.5, 4.5)]
    line = h.__code__.co_firstlineno + 1
    with pytest.raises(RuntimeError, match=rf'test_jit.py", line {line} goes another way'):
        jitted(5.5)
    assert jitted(2.25) == h(2.25)
    assert grad(jitted)(4.25) == 5.0


def test_a_function_with_a_pullback_of_its_own() -> None:
    plain: Any = lambda x, y: math.exp(x) * y  # noqa: E731
    own = custom_vjp(plain, lambda x, y: (own(x, y), (own(x, y), y)), lambda r, u: (u * r[0], u * r[0] / r[1]))
    h = lambda x, y: own(x, y) * x if x > 0.0 else x * y  # noqa: E731
    jitted = jit(h)
    for point in POINTS:
        assert jitted(*point) == h(*point)
        assert grad(jitted, argnums=(0, 1))(*point) == grad(h, argnums=(0, 1))(*point)
    assert hessian(jitted)(0.7, 1.3) == pytest.approx(hessian(h)(0.7, 1.3), rel=1e-14)


# ---------------------------------------------------------------------------------------------------------------------
# Static arguments


@pytest.mark.parametrize("static", [{"static_argnums": 1}, {"static_argnums": (-1,)}, {"static_argnames": "n"}])
def test_static_arguments_are_given_by_position_or_by_name(static: dict[str, Any]) -> None:
    def power(x: Any, n: int) -> Any:
        return math.prod(repeat(x, n))

    jitted = jit(power, **static)
    assert [jitted(2.0, 3), jitted(2.0, n=4), jitted(3.0, 3), jitted(2.0, 0)] == [8.0, 16.0, 27.0, 1.0]
    assert grad(jitted)(2.0, 3) == 12.0
    with pytest.raises(TypeError, match="must be hashable; got list"):
        jitted(2.0, [3])


def test_what_is_no_number_is_static() -> None:
    def h(x: Any, way: str, twice: bool, nothing: None) -> Any:
        y = {"sin": sin, "log": log}[way](x)
        return y * y if twice else y

    jitted = jit(h)
    for args in [("sin", True, None), ("log", False, None), ("sin", False, None), ("sin", True, None)]:
        assert jitted(2.0, *args) == h(2.0, *args)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"static_argnums": 5}, ValueError, "static_argnums has 5, and f takes 2 arguments by position"),
        ({"static_argnums": -3}, ValueError, "static_argnums has -3"),
        ({"static_argnums": "x"}, TypeError, "static_argnums must be an int or several, got str"),
        ({"static_argnames": "z"}, ValueError, "static_argnames has 'z', which is no parameter of f"),
        ({"static_argnames": 1}, TypeError, "int"),
        ({"static_argnames": (1,)}, TypeError, "static_argnames must be a string or several, got int 1"),
        ({"max_programs": 0}, ValueError, "max_programs must be an int of 1 or more, got 0"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        jit(f, **options)


def test_too_many_static_arguments() -> None:
    jitted = jit(lambda x, n: x * n, static_argnums=1, max_programs=3)
    assert [jitted(2.0, n) for n in range(3)] == [0.0, 2.0, 4.0]
    with pytest.raises(RuntimeError, match="they differ in their static arguments"):
        jitted(2.0, 3)
    assert jitted(2.0, 1) == 2.0


def test_a_function_that_cannot_tell_its_parameters() -> None:
    jitted = jit(max)
    assert [jitted(x, 2.0) for x in (1.0, 3.0, 0.5)] == [2.0, 3.0, 2.0]
    assert list(jitted.program(1.0, 2.0).inputs) == ["argument 0", "argument 1"]
    assert jit(max, static_argnums=1)(1.0, 2.0) == 2.0


@pytest.mark.parametrize("transform", [lambda f: f, grad, value_and_grad], ids=["value", "grad", "both"])
def test_what_was_recorded_inside_ieee_is_not_for_calls_outside(transform: Any) -> None:
    """Of constants alone an operation leaves nothing in the program but its result: infinity, or an error."""
    replayed, eager = transform(jit(lambda x: x * exp(1000.0))), transform(lambda x: x * exp(1000.0))
    for _ in range(2):
        with ieee():
            assert replayed(2.0) == eager(2.0)
        with pytest.raises(OverflowError, match="exp"):
            replayed(2.0)


def test_names_of_arguments_in_a_program() -> None:
    def h(x: Any, *, w: Any, flag: bool) -> Any:
        return x * w["a"][1] if flag else x

    program = jit(h, static_argnames="flag").program(1.0, w={"a": [2.0, 3.0]}, flag=True)
    assert list(program.inputs) == ["x", "w['a'][0]", "w['a'][1]"]


def test_second_derivatives_whose_rules_choose_in_more_ways_than_there_may_be_programs() -> None:
    def h(v: Any) -> Any:
        return sum(relu(x) * x * v[0] for x in v)

    replayed = hessian(jit(h, max_programs=2))
    for signs in product((1.0, -1.0), repeat=3):
        v = [sign * (k + 1.0) for k, sign in enumerate(signs)]
        assert replayed(v) == hessian(h)(v)


def test_an_output_computed_at_other_numbers() -> None:
    """As views and checks do it."""
    y, z = jit(lambda a, b: [a * b, sin(a) if b > 0.0 else a - b])(Value(2.0), Value(3.0))
    for node, other in ((y, lambda a, b: a * b), (z, lambda a, b: math.sin(a) if b > 0.0 else a - b)):
        assert node.primitive is not None
        for point in ((2.0, 3.0), (0.5, -1.0)):
            assert node.primitive.value_at(point, point) == other(*point)
