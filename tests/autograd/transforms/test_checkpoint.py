"""checkpoint(): the gradients of the plain computation bit for bit, for less memory."""

from __future__ import annotations

import gc
import itertools
import math
import random
import tracemalloc
import weakref

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    adjoints,
    checkpoint,
    constant,
    detect_anomaly,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    topological_order,
    variables,
)
from support.every_transform import disagreements, first_order


def plain(f, *args):
    return f(*args)


def oscillator(run, blocks, steps, mass, start):
    """A damped oscillator: two state variables, a parameter used in every step."""

    def block(state):
        x, v = state
        for _ in range(steps):
            v = v - 0.01 * (autograd.sin(x) + 0.1 * v) / mass
            x = x + 0.01 * v
        return [x, v]

    state = start
    for _ in range(blocks):
        state = run(block, state)
    return state[0] * state[0] + state[1]


def test_gradients_are_those_of_the_plain_loop_bit_for_bit():
    found = []
    for run in (plain, checkpoint):
        mass, x, v = leaves = [Value(1.5), Value(0.3), Value(-0.2)]
        y = oscillator(run, 12, 15, mass, [x, v])
        y.backward()
        y.backward(0.3)  # adds to the leaves
        found.append([y.data, *(leaf.grad for leaf in leaves)])
    assert found[0] == found[1]


def test_random_chains_with_shared_parameters_bit_for_bit():
    found = []
    for run in (plain, checkpoint):
        rng = random.Random(3)
        ws = [Value(rng.gauss(0.0, 1.0), label=f"w{i}") for i in range(6)]
        xs = [Value(rng.gauss(0.0, 1.0)) for _ in range(4)]
        layer_inputs = list(xs)
        for _ in range(7):
            rows = [[rng.choice(ws) for _ in layer_inputs] for _ in range(4)]

            def layer(inputs, rows=rows):
                return [autograd.tanh(autograd.dot(row, inputs)) for row in rows]

            layer_inputs = run(layer, layer_inputs)
        y = autograd.sum(layer_inputs)
        y.backward()
        found.append([leaf.grad for leaf in ws + xs])
    assert found[0] == pytest.approx(found[1], rel=1e-14)
    assert all(found[0])


def peak_memory(run, blocks, steps):
    def block(x):
        for _ in range(steps):
            x = x * 1.0001 + 0.0001
        return x

    nodes = [Value(0.0) for _ in range(150_000)]  # more than the compiled engine keeps for reuse
    tracemalloc.start()
    x = Value(0.5)
    y = x
    for _ in range(blocks):
        y = run(block, y)
    y.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del nodes
    return peak, x.grad


def test_memory_grows_with_the_root_of_the_length():
    stored, slope = peak_memory(plain, 80, 80)
    small, again = peak_memory(checkpoint, 40, 40)
    large, again = peak_memory(checkpoint, 80, 80)
    assert slope == again
    assert large < stored / 6
    assert large < 2.5 * small  # 4 times the operations


def test_nested():
    def inner(x):
        return checkpoint(lambda z: autograd.sin(z) * z, x) + autograd.exp(x)

    def outer(x):
        return checkpoint(inner, checkpoint(inner, x * 0.5))

    def bare(x):
        for z in [x * 0.5]:
            for _ in range(2):
                z = autograd.sin(z) * z + autograd.exp(z)
        return z

    assert grad(lambda x: checkpoint(outer, x))(0.7) == grad(bare)(0.7)
    assert hessian(lambda x: checkpoint(outer, x))(0.7) == pytest.approx(hessian(bare)(0.7), rel=1e-13)


def flat(result):
    """The floats of a result, however nested."""
    return [x for part in result for x in flat(part)] if isinstance(result, (list, tuple)) else [result]


def test_every_transform_goes_through():
    def f(x):
        return [autograd.exp(x[0]) * x[1], autograd.sin(x[1])]

    def scalar(x, run):
        y = run(f, x)
        return y[0] * y[1] + x[0]

    x, v = [0.3, 0.8], [1.0, -2.0]
    for transform in (
        lambda run: grad(lambda x: scalar(x, run))(x),
        lambda run: hvp(lambda x: scalar(x, run), x, v),
        lambda run: jvp(lambda x: run(f, x), x, v),
        lambda run: jacobian(lambda x: run(f, x))(x),
        lambda run: jacobian(lambda z: run(lambda z: [z, z * z, z * z * z], z))(0.5),  # forward mode
        lambda run: hessian(lambda x: scalar(x, run))(np.array(x)).tolist(),
        lambda run: grad(lambda z: jvp(lambda x: run(f, x), [z, 0.8], v)[1][0])(0.3),
    ):
        assert flat(transform(checkpoint)) == pytest.approx(flat(transform(plain)), rel=1e-13)
    xs = list(map(Value, x))
    (by_first, _) = adjoints(scalar(xs, checkpoint), xs)
    by_first.backward()
    assert [z.grad for z in xs] == pytest.approx(hessian(lambda x: scalar(x, plain))(x)[0], rel=1e-13)


def test_second_derivatives_where_one_argument_is_made_of_another() -> None:
    product = lambda a, b: a * b  # noqa: E731
    assert hessian(lambda x: checkpoint(product, x, x * x))(0.5) == 3.0
    assert grad(grad(lambda x: checkpoint(lambda a, b: checkpoint(product, a, b), x, x * x)))(0.5) == 3.0


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda v, run: run(autograd.sqrt, v[0]) * 0.0, 0.0),
        (lambda v, run: run(autograd.sqrt, v[0] * 0.0), 1.0),
        (lambda v, run: run(lambda a, b: a * b, v[0] * 0.0, autograd.sqrt(v[0])), 0.0),
        (lambda v, run: autograd.where(v[0] < 0.0, run(autograd.sqrt, v[0]), 1.0), 0.0),
    ],
)
def test_a_gradient_of_0_times_an_infinite_one_is_nan_as_without_it(f, x) -> None:
    """And where nothing flows it is 0, by every transform."""
    expected = first_order(lambda v: f(v, plain), [x])["grad"]
    assert disagreements(first_order(lambda v: f(v, checkpoint), [x]), expected) == []


def test_a_variable_made_inside_gets_nothing() -> None:
    def f(run):
        return grad(lambda x: autograd.sum(run(lambda a: [a * 2.0, Value(3.0), Value(4.0) * a], x)))(5.0)

    assert f(checkpoint).data == f(plain).data == 6.0


def test_structures_constants_and_what_depends_on_nothing():
    x, w = Value(2.0, label="x"), Value(5.0, label="w")
    found = checkpoint(lambda t, k: {"a": (t[0] * k, 7.0), "same": t[1], "w": w}, [x, x], 3.0)
    assert found["a"][1] == 7.0
    (found["a"][0] * found["same"] * found["w"]).backward()
    assert (x.grad, w.grad) == (2.0 * 3.0 * 2.0 * 5.0, 12.0)
    assert set(variables(found["a"][0])) == {x, w}
    assert checkpoint(lambda a: a * 2.0, 3.0) == 6.0
    assert checkpoint(lambda: w * 2.0).data == 10.0
    with no_grad():
        assert checkpoint(lambda a: a * w, x).is_constant
        y = found["a"][0] * 2.0
    assert y.is_constant
    z = checkpoint(lambda a: a * x, x)  # as an argument and from outside
    x.grad = 0.0
    z.backward()
    assert x.grad == 4.0


def test_only_the_ends_stay():
    x = Value(1.0)
    y = checkpoint(lambda x: autograd.sum(x * i for i in range(1, 50)), x)
    assert topological_order(y) == [x, y]
    assert y.edges == [(x, 1225.0)]  # computed again


def test_result_computed_outside_is_refused():
    x = Value(2.0, label="x")
    h = x * 3.0
    with pytest.raises(ValueError, match=r"<lambda> uses mul\(x = 2.0, 3.0\), a result computed outside it; pass it"):
        checkpoint(lambda z: z * h, x)
    checkpoint(lambda z, h: z * h, x, h).backward()
    assert x.grad == 12.0


class Unnamed:
    """A function without a name."""

    def __init__(self, w: Value) -> None:
        self.w = w

    def __call__(self, x: Value) -> Value:
        return x * self.w


def test_what_a_function_may_use_from_outside() -> None:
    x, w, named = Value(2.0), Value(5.0), constant(3.0, label="named")
    history = named * 2.0  # a constant, which remembers what it was made of
    y = checkpoint(lambda x: x * history * w, x)
    assert topological_order(y) == [x, w, y]
    y.backward()
    assert (y.data, x.grad, w.grad) == (60.0, 30.0, 12.0)
    alone = checkpoint(lambda: (w * 2.0) * w)
    assert topological_order(alone) == [w, alone]
    assert checkpoint(lambda: history).operands == (named, 2.0)
    with pytest.raises(ValueError, match=r"^checkpoint: f uses mul\(5.0, 3.0\), a result computed outside it"):
        checkpoint(Unnamed(w * 3.0), x)


def test_what_it_says_of_its_arguments_and_results() -> None:
    x = Value(1e200, label="x")
    with pytest.raises(TypeError, match=r"^checkpoint: the arguments\[0\]\[1\] must be a real number.* got str '2'"):
        checkpoint(lambda xs: xs[0], [x, "2"])
    with pytest.raises(TypeError, match=r"^checkpoint: the result of f must be a real number.* got NoneType"):
        checkpoint(lambda x: None, x)
    with pytest.raises(FloatingPointError, match=r"^mul\(x = 1e\+200, x = 1e\+200\) is inf"), detect_anomaly():
        checkpoint(lambda x: x * x, x)
    y, z = checkpoint(lambda x: [x, x * 2.0], x)
    assert (y.primitive.name, z.primitive.name) == ("checkpoint of <lambda>[0]", "checkpoint of <lambda>[1]")


def test_without_recording_it_is_the_function_itself() -> None:
    x = Value(2.0)
    with no_grad():
        assert checkpoint(lambda x: x, x) is x


def test_function_that_does_not_compute_the_same_again():
    x, w = Value(2.0), Value(3.0)
    y = checkpoint(lambda x: x * w, x)
    z = checkpoint(lambda y: y * w, y)
    w.data = 4.0
    with pytest.raises(
        RuntimeError, match=r"returned \[18.0\], and now returns \[24.0\]; it must return the same again"
    ):
        z.backward()
    with pytest.raises(RuntimeError, match="the same again"):
        adjoints(z, [x])
    w.data = 3.0
    x.grad = w.grad = 0.0
    z.backward()  # nothing is left over from the pass that failed
    assert (x.grad, w.grad) == (9.0, 12.0)
    counter = itertools.count(1)
    with pytest.raises(RuntimeError, match="random numbers as arguments"):
        checkpoint(lambda x: x * float(next(counter)), x).backward()
    x.data = 100.0  # an argument's number is kept
    x.grad = 0.0
    y.backward()
    assert x.grad == 3.0


def test_gradient_of_an_earlier_pass_is_not_taken_again():
    x = Value(2.0)
    a, b = checkpoint(lambda x: [x * 3.0, x * 5.0], x)
    (a + b).backward()
    assert x.grad == 8.0
    x.grad = 0.0
    a.backward()
    assert x.grad == 3.0


def test_nan_is_computed_again_like_any_number():
    x = Value(2.0)
    checkpoint(lambda x: [x * math.nan, x], x)[1].backward()
    assert x.grad == 1.0


def test_anomalies_inside_are_found():
    x = Value(0.0, label="x")
    with pytest.raises(FloatingPointError, match=r"the gradient of mul\(x = 0.0, x = 0.0\) is inf"), detect_anomaly():
        (checkpoint(lambda x: autograd.sqrt(x * x), x) * 2.0).backward()


class Layer:
    """A layer that keeps the result of a checkpoint over one of its own methods: a cycle through the graph."""

    def __init__(self, x: Value) -> None:
        self.w = Value(0.5)
        self.y = checkpoint(self.f, x)

    def f(self, x: Value) -> Value:
        return (x * self.w).tanh()


class Deeper(Layer):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z = self.y * 2


class Longer(Layer):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z = autograd.sum([checkpoint(self.f, self.y) * 2, self.y, 1.0])


class Swept(Deeper):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z.backward()


@pytest.mark.parametrize("kind", [Layer, Deeper, Longer, Swept])
def test_a_cycle_through_a_checkpoint_is_collected(kind: type[Layer]) -> None:
    x = Value(1.5)
    kept = [weakref.ref(kind(x)) for _ in range(200)]
    gc.collect()
    assert sum(ref() is not None for ref in kept) == 0
    assert math.isfinite(x.grad)
