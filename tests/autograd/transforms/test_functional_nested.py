"""The function transforms inside each other, and in several threads at once."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from support.rosenbrock import rosenbrock


def test_one_gradient_inside_another_is_not_confused_with_it():
    assert grad(lambda x: grad(lambda y: x * y)(x))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x + y)(2.0))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x)(2.0))(3.0) == 0.0
    # d/dx [x² · d/dy (y² x)|y=x] = d/dx (x² · 2x²) = 8x³
    assert grad(lambda x: x * x * grad(lambda y: y * y * x)(x))(2.0) == 64.0


def test_gradient_inside_a_gradient_sees_a_closed_over_variable_at_a_number():
    assert grad(lambda x: grad(lambda y: x * y)(3.0))(2.0) == 1.0
    assert type(grad(lambda x: grad(lambda y: x * y * y)(3.0))(2.0)) is float  # 3.0 is nobody's variable
    w = Value(2.0)
    slope = grad(lambda y: w * y * y)(3.0)
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 6.0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_grad_nests_to_any_depth(n):
    f = autograd.sin
    for _ in range(n):
        f = grad(f)
    assert f(0.7) == pytest.approx(math.sin(0.7 + n * math.pi / 2.0), rel=1e-14)
    assert derivative(autograd.sin, n)(0.7) == pytest.approx(math.sin(0.7 + n * math.pi / 2.0), rel=1e-14)


def test_every_transform_inside_every_other():
    def cubic(x):
        return x**3.0

    at = 1.5
    inner = {
        "grad": (lambda x: grad(cubic)(x), 6.0 * at),
        "value_and_grad": (lambda x: value_and_grad(cubic)(x)[1], 6.0 * at),
        "jacobian": (lambda x: jacobian(lambda z: [z**3.0, z])(x)[0], 6.0 * at),
        "hessian": (lambda x: hessian(cubic)(x), 6.0),
        "hvp": (lambda x: hvp(cubic, x, 2.0), 12.0),
        "hvp by its vector": (lambda x: hvp(cubic, at, x), 6.0 * at),
        "jvp": (lambda x: jvp(cubic, x, 2.0)[1], 12.0 * at),
        "jvp by its vector": (lambda x: jvp(cubic, at, x)[1], 3.0 * at**2),
        "vjp": (lambda x: vjp(cubic, x)[1](2.0), 12.0 * at),
        "vjp by its vector": (lambda x: vjp(cubic, at)[1](x), 3.0 * at**2),
        "derivative": (lambda x: derivative(cubic, 2)(x), 6.0),
    }
    for name, (f, expected) in inner.items():
        assert grad(f)(at) == pytest.approx(expected), name
        assert jvp(f, at, 1.0)[1] == pytest.approx(expected), name
        assert derivative(f)(at) == pytest.approx(expected), name
        assert jacobian(lambda x: [f(x)])(at)[0] == pytest.approx(expected), name  # noqa: B023 - called at once


def test_eight_threads_give_the_single_threaded_numbers():
    shared = Value(1.5)

    def work(seed):
        x = np.random.default_rng(seed).uniform(-1.0, 1.0, 10)
        h = hessian(rosenbrock)(x)
        w = grad(lambda z: shared * autograd.sin(z))(float(seed)).data
        return value_and_grad(rosenbrock)(x)[1].tolist(), h.tolist(), w

    expected = [work(seed) for seed in range(8)]
    found = [None] * 8
    start = threading.Barrier(8)

    def run(seed):
        start.wait()
        for _ in range(3):
            found[seed] = work(seed)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_no_grad_in_one_thread_does_not_leak():
    inside, done = threading.Event(), threading.Event()

    def pausing():
        with no_grad():
            inside.set()
            done.wait(10.0)

    thread = threading.Thread(target=pausing)
    thread.start()
    inside.wait(10.0)
    x = Value(3.0)
    assert not (x * x).is_constant
    assert grad(lambda z: z * z)(3.0) == 6.0
    assert isinstance(grad(lambda z: z * z)(x), Value)
    done.set()
    thread.join()
