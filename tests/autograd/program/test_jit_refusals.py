"""What `jit` refuses, and the errors of the functions that it records."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import (
    Value,
    grad,
    jit,
    log,
    sqrt,
    value_and_grad,
)


def test_an_error_is_that_of_the_first_operation_that_raises_it() -> None:
    def h(x: Any, y: Any) -> Any:
        x / y
        return log(y)

    jitted = jit(h)
    assert jitted(1.0, 2.0) == math.log(2.0)
    with pytest.raises(ZeroDivisionError, match="div"):
        jitted(1.0, 0.0)
    with pytest.raises(ValueError, match="log"):
        jitted(1.0, -1.0)
    assert jitted(1.0, 2.0) == math.log(2.0)


def test_an_operation_on_the_way_not_taken_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_llvm in (True, False):
        if not has_llvm:
            monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)
        jitted = jit(lambda x: log(x) if x > 0.0 else x)
        assert [jitted(x) for x in (2.0, -1.0, 0.0, 1.0)] == [math.log(2.0), -1.0, 0.0, 0.0]


def test_errors_that_the_function_catches_are_refused() -> None:
    def h(x: Any) -> Any:
        try:
            return sqrt(x)
        except ValueError:
            return 0.0

    jitted = jit(h)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"an error of sqrt\(x = -1.0\) was caught"):
            jitted(-1.0)
        assert jitted(4.0) == 2.0


W = Value(2.0, label="w")


NUMBERS = iter(range(10**9))


def swept(x: Any) -> Any:
    y = x * x
    y.backward()
    return y


def assigned(x: Any) -> Any:
    W.data = 3.0
    return W * x


def longer(x: Any) -> Any:
    return x * x if next(NUMBERS) % 2 else x


@pytest.mark.parametrize(
    ("h", "kind", "message"),
    [
        (
            lambda x: x.data * 2.0,
            TypeError,
            r"\.data of x = 2.0 was read .*test_jit_refusals.py.*compute with the Value",
        ),
        (lambda x: W.data * x, TypeError, r"\.data of w = 2.0 was read"),
        (lambda x: float(x), TypeError, r"float\(\) of Value x"),
        (lambda x: int(x), TypeError, r"int\(\) of Value x"),
        (lambda x: math.exp(x), TypeError, r"autograd.exp, not math.exp"),
        (assigned, TypeError, r"\.data of w = 2.0 was set .*test_jit_refusals.py.*assign it outside"),
        (swept, RuntimeError, r"backward\(\) inside a recorded function; use grad"),
        (lambda x: x * next(NUMBERS), ValueError, r"called twice .* it did mul\(x = 2.0, .*must be arguments"),
        (lambda x: [x * x, next(NUMBERS)], ValueError, r"called twice .* it returned other numbers"),
        (lambda x: [x * x, x + 1.0][next(NUMBERS) % 2], ValueError, r"called twice .* it returned other numbers"),
        (
            lambda x: [x] * (1 + next(NUMBERS) % 2),
            ValueError,
            "called twice .* it returned . numbers first and . then",
        ),
        (longer, ValueError, r"called .*with the same arguments"),
        (lambda x: "text", TypeError, r"the result must be a real number.* got str"),
        (lambda x: None, TypeError, r"the result must be a real number.* got NoneType"),
        (lambda x: (y for y in [x]), TypeError, r"the result must be a real number.* got generator"),
    ],
)
def test_functions_that_cannot_be_recorded(h: Any, kind: type[Exception], message: str) -> None:
    jitted = jit(h)
    for _ in range(2):
        with pytest.raises(kind, match=message):
            jitted(2.0)
    assert W.data == 2.0
    assert jit(lambda x: x * W)(2.0).data == 4.0  # nothing is left open


def test_constants_that_are_nan_are_the_same() -> None:
    jitted = jit(lambda x: [x * math.nan, x, math.nan])
    assert all(map(math.isnan, [jitted(1.0)[0], jitted(2.0)[0], jitted(2.0)[2]]))


def test_random_numbers_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers"

    def h(x: Any) -> Any:
        with path.open("a") as file:
            file.write("1")
        return x + path.stat().st_size

    with pytest.raises(ValueError, match="what is read from outside must be arguments"):
        jit(h)(1.0)


def test_what_is_no_function() -> None:
    with pytest.raises(TypeError, match=r"jit: f must be a function, got float 3.0; pass f, not f\(x\)"):
        jit(3.0)  # type: ignore[arg-type]


def f(x: Any, y: Any) -> Any:
    return x * y if x > 0.0 else y


@pytest.mark.parametrize(
    ("args", "kind", "message"),
    [
        ((1.0,), TypeError, "missing 1 required positional argument"),
        ((1.0, 2.0, 3.0), TypeError, "takes 2 positional arguments but 3 were given"),
        ((1j, 2.0), TypeError, "complex"),
        (
            ({1}, 2.0),
            TypeError,
            r"^f: argument 0 is static \(it is no number, or was named so\), and must be hashable; got set",
        ),
        ((np.array(["a"]), 2.0), TypeError, r"^f: argument 0.flat\[0\] must be a real number.* got str"),
        ((0.7, {"b": [1.0, np.array([1, None])]}), TypeError, r"^f: argument 1\['b'\]\[1\].flat\[1\] must be .* None"),
        ((10**400, 2.0), OverflowError, "^f: argument 0 is too large for a float"),
    ],
)
def test_arguments_that_do_not_fit(args: tuple[Any, ...], kind: type[Exception], message: str) -> None:
    for jitted in (jit(f), grad(jit(f))):
        jitted(0.7, 1.3)
        with pytest.raises(kind, match=message):
            jitted(*args)
        jitted(0.7, 1.3)


@pytest.mark.parametrize(
    ("argnums", "kind", "message"),
    [
        (2, ValueError, "argnums is 2, but f was given 2 positional arguments"),
        ((0, -2), ValueError, "names an argument twice"),
        ("x", TypeError, "argnums must be an int or several, got str"),
    ],
)
def test_argnums_that_do_not_fit(argnums: Any, kind: type[Exception], message: str) -> None:
    slope = grad(jit(f), argnums=argnums)
    for _ in range(2):
        with pytest.raises(kind, match=message):
            slope(0.7, 1.3)


def test_gradients_are_of_one_number() -> None:
    for slope in (grad(jit(lambda x: [x, x])), jit(grad(lambda x: [x, x])), jit(value_and_grad(lambda x: (x,)))):
        for _ in range(2):
            with pytest.raises(TypeError, match="f must return one number, got a"):
                slope(1.0)
