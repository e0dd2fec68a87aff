"""The function transforms: their numbers and costs, and what they return for structures and arrays."""

from __future__ import annotations

import functools
import inspect
import math
import warnings
from collections import namedtuple

import numpy as np
import pytest
import scipy.optimize

import autograd
from autograd import (
    Value,
    adjoints,
    constant,
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
from autograd.engine.recording import watched
from autograd.transforms.functional import transform_of
from support.rosenbrock import rosenbrock, rosenbrock_gradient, rosenbrock_hessian


class Counter:
    """A watcher that counts the operations that are recorded, and the sweeps that go back in floats."""

    def __init__(self):
        self.count = self.sweeps = 0

    def operation_done(self, primitive, operands, result):
        self.count += primitive.name != "source"  # the variables a transform makes

    def sweep_starts(self, order, seeds):
        self.sweeps += 1


def operations(run):
    """How many operations are recorded while this runs, whether the result needs them or not."""
    counter = Counter()
    with watched(counter):
        run()
    return counter.count


def network(x):
    """A small network of every common activation, with weights given by a formula."""
    for layer, activation in enumerate(
        [autograd.tanh, autograd.relu, autograd.sigmoid, autograd.softplus, autograd.exp]
    ):
        rows = [[math.cos(7.0 * i + 3.0 * j + layer) for j in range(len(x))] for i in range(5)]
        x = [activation(autograd.dot(row, x)) for row in rows]
    return autograd.logsumexp(x)


# -- Rosenbrock: values and costs ---------------------------------------------------------------------------------


@pytest.fixture
def point():
    return np.random.default_rng(5).uniform(-2.0, 2.0, 100)


def test_rosenbrock_gradient_hessian_and_hvp(point):
    v = np.random.default_rng(6).normal(size=100)
    value, gradient = value_and_grad(rosenbrock)(point)
    assert type(value) is float
    assert gradient.dtype == np.float64
    assert value == pytest.approx(scipy.optimize.rosen(point), rel=1e-13)
    np.testing.assert_allclose(gradient, rosenbrock_gradient(point), rtol=1e-12, atol=1e-10)
    h = hessian(rosenbrock)(point)
    assert h.dtype == np.float64
    np.testing.assert_allclose(h, rosenbrock_hessian(point), rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(hvp(rosenbrock, point, v), rosenbrock_hessian(point) @ v, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize(("f", "n"), [(rosenbrock, 100), (network, 10)])
def test_costs_in_recorded_operations(point, f, n):
    point = point[:n]
    function = operations(lambda: f(list(map(Value, point))))
    xs = list(map(Value, point))
    assert operations(lambda: grad(f)(point)) <= 1.5 * function
    assert operations(lambda: adjoints(f(xs), xs)) <= 4 * function  # recorded to be differentiated again
    assert operations(lambda: hvp(f, point, point)) <= 10 * function
    assert operations(lambda: jvp(f, point, point)) <= 1.5 * function


# -- what comes out -----------------------------------------------------------------------------------------------


def test_numbers_give_floats_and_values_give_values():
    assert type(grad(lambda x: x * x)(3)) is float
    assert type(grad(lambda x: x * x)(constant(3.0))) is float
    x = Value(3.0)
    slope = grad(lambda z: z**3.0)(x)
    slope.backward()
    assert (slope.data, x.grad) == (27.0, 18.0)
    assert isinstance(grad(lambda z: 2.0 * z)(x), Value)


def test_structures_keep_their_shape():
    Pair = namedtuple("Pair", "a b")
    tree = {"w": [1.0, (2.0, 3.0)], "p": Pair(4.0, 5.0), "m": np.array([[6.0, 7.0]])}

    def f(t):
        return t["w"][0] * t["w"][1][1] + t["p"].a * t["p"].b + (t["m"] ** 2.0).sum()

    g = grad(f)(tree)
    assert g["w"] == [3.0, (0.0, 1.0)]
    assert g["p"] == Pair(5.0, 4.0)
    assert type(g["p"]) is Pair
    np.testing.assert_array_equal(g["m"], [[12.0, 14.0]])
    assert hvp(f, tree, tree)["p"] == Pair(5.0, 4.0)


def test_arrays_of_every_kind_of_number():
    for dtype in (np.int64, np.float32, np.bool_, object):
        value, gradient = value_and_grad(lambda x: (3.0 * x * x).sum())(np.array([1, 0], dtype=dtype))
        assert (value, gradient.dtype, gradient.tolist()) == (3.0, np.float64, [6.0, 0.0])
    assert grad(lambda x: x**2)(np.float32(3.0)) == 6.0
    assert grad(np.prod)(np.array([1.0, 2.0, 0.0])).tolist() == [0.0, 0.0, 2.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy warns of floating-point exceptions
        assert grad(lambda x: (x**2).sum())(np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian, derivative], ids=lambda t: t.__name__)
def test_what_a_transform_returns_has_the_name_and_the_signature_of_f(transform):
    def energy(position, spring=1.0, *, offset=0.0):
        return spring * position * position + offset

    class Model:
        def __init__(self):
            self.weight = Value(2.0)

        def __call__(self, x):
            return self.weight * x

    transformed = transform(energy)
    assert transformed.__wrapped__ is energy
    assert transformed.__name__ == "energy"
    assert str(inspect.signature(transformed)) == "(position, spring=1.0, *, offset=0.0)"
    assert str(inspect.signature(transform(transformed))) == "(position, spring=1.0, *, offset=0.0)"
    assert str(inspect.signature(transform(autograd.leaky_relu))) == "(a, slope=0.01)"
    assert "position" in inspect.signature(transform(functools.partial(energy, offset=1.0))).parameters
    of_model = transform(Model())
    assert list(inspect.signature(of_model).parameters) == ["x"]
    assert not hasattr(of_model, "weight"), "what a model holds stays the model's"


def test_function_that_changes_its_argument_changes_a_copy():
    def f(x):
        x.append(x[0] * x[1])
        x[0] = x[0] * 2.0
        return autograd.sum(x)

    x = [2.0, 3.0]
    assert grad(f)(x) == [5.0, 3.0]
    assert x == [2.0, 3.0]


def test_argnums():
    def f(a, b, c=1.0):
        return a * b**2.0 * c

    assert grad(f)(2.0, 3.0) == 9.0
    assert grad(f, 1)(2.0, 3.0, c=10.0) == 120.0
    assert grad(f, -1)(2.0, 3.0) == 12.0
    assert grad(f, (1, 0))(2.0, 3.0) == (12.0, 9.0)
    assert hessian(f, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    assert value_and_grad(f, [0])(2.0, 3.0) == (18.0, (9.0,))


@pytest.mark.parametrize(("n", "m"), [(2, 5), (5, 2), (3, 3), (1, 4), (4, 1)])
def test_jacobian_in_both_modes(n, m):
    matrix = np.random.default_rng(7).normal(size=(m, n))
    x = np.random.default_rng(8).normal(size=n)

    def f(x):
        return np.array([autograd.tanh(autograd.dot(row, x)) for row in matrix.tolist()])

    expected = (1.0 - np.tanh(matrix @ x) ** 2)[:, None] * matrix
    found = jacobian(f)(x)
    assert found.shape == (m, n)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    lists = jacobian(lambda x: list(f(x)))(x.tolist())
    np.testing.assert_allclose(lists, expected, rtol=1e-12)
    y, pullback = vjp(f, x)
    np.testing.assert_allclose(y, np.tanh(matrix @ x), rtol=1e-14)
    u, v = np.arange(1.0, m + 1.0), np.arange(1.0, n + 1.0)
    np.testing.assert_allclose(pullback(u), u @ expected, rtol=1e-12)
    np.testing.assert_allclose(pullback(2.0 * u), 2.0 * u @ expected, rtol=1e-12)
    np.testing.assert_allclose(jvp(f, x, v)[1], expected @ v, rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "m", "sweeps"), [(1, 2, 0), (2, 3, 0), (5, 6, 0), (1, 1, 1), (3, 3, 3), (3, 2, 2), (0, 2, 2)]
)
def test_which_way_a_jacobian_goes(n, m, sweeps):
    """Forwards where there are fewer numbers in the argument; backwards it takes a sweep for each of the result."""
    counter = Counter()
    with watched(counter):
        found = jacobian(lambda x: [autograd.sum([*x, constant(0.5)]) * i for i in range(m)])([1.0] * n)
    assert found == [[float(i)] * n for i in range(m)]
    assert counter.sweeps == sweeps


def test_it_is_known_what_a_derivative_is_the_derivative_of():
    def f(a, b):
        return a * b

    for transform in (grad, value_and_grad, jacobian, hessian):
        assert transform_of(transform(f)) == (transform.__name__, f, 0)
        assert transform_of(transform(f, (1, 0))) == (transform.__name__, f, (1, 0))
        assert transform_of(transform(f, has_aux=True)) is None
        assert transform_of(functools.wraps(transform(f))(lambda a, b: 2.0 * a)) is None
    assert transform_of(f) is None


def test_jacobian_of_structures():
    found = jacobian(lambda t: {"s": t["a"].sum() * t["b"], "v": t["a"] * t["b"]})({"a": np.ones((2, 2)), "b": 3.0})
    assert found["s"]["b"] == 4.0
    np.testing.assert_array_equal(found["s"]["a"], np.full((2, 2), 3.0))
    np.testing.assert_array_equal(found["v"]["b"], np.ones((2, 2)))
    np.testing.assert_array_equal(found["v"]["a"], 3.0 * np.eye(4).reshape(2, 2, 2, 2))
    assert jacobian(lambda x: np.array([]))(np.ones(3)).shape == (0, 3)
    assert jacobian(lambda x: np.array([Value(1.0)]))(np.ones(0)).shape == (1, 0)


def test_only_the_variables_of_the_call_get_anything():
    w = Value(2.0)
    w.grad = 7.0
    grad(lambda x: w * x)(3.0)
    hessian(lambda x: w * x * x)(3.0)
    jacobian(lambda x: [w * x, x])(3.0)
    assert w.grad == 7.0
    xs = [Value(1.0), Value(2.0)]
    adjoints(xs[0] * xs[1], xs)
    assert [x.grad for x in xs] == [0.0, 0.0]


def test_under_no_grad_the_result_is_plain():
    w = Value(2.0)
    with no_grad():
        assert grad(lambda x: w * x * x)(Value(3.0)) == 12.0
        assert type(grad(lambda x: w * x * x)(Value(3.0))) is float
        assert hessian(lambda x: w * x * x)([3.0][0]) == 4.0
        assert type(value_and_grad(lambda x: w * x)(3.0)[0]) is float
        assert (w * 1.0).is_constant  # still paused
    assert w.grad == 0.0
    assert not (w * 1.0).is_constant


# -- adjoints -----------------------------------------------------------------------------------------------------


def test_adjoints_by_results_on_the_way():
    x = Value(3.0)
    z = x * x
    y = z * x
    by_z, by_x = adjoints(y, [z, x])
    assert (by_z.data, by_x.data) == (3.0, 27.0)
    assert [a.data for a in adjoints(by_x, [x])] == [18.0]
    assert [a.data for a in adjoints(x, [x, z])] == [1.0, 0.0]


def test_long_chains_under_the_default_recursion_limit():
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.0000001
    (slope,) = adjoints(y, [x])
    assert slope.data == pytest.approx(y.data, rel=1e-9)
    assert jvp(lambda z: y + z, 1.0, 1.0)[1].data == 1.0


def test_no_nan_from_the_branch_not_taken():
    def f(x):
        return autograd.where(x > 0.0, autograd.sqrt(abs(x)), 1.0) + autograd.where(x > 0.0, 1.0, x / abs(x))

    for order in (1, 2, 3):
        assert derivative(f, order)(-4.0) == 0.0
    assert derivative(f, 2)(4.0) == -0.25 / 8.0


@pytest.mark.parametrize(
    ("f", "slope"),
    [(lambda a: a * 2.0, 2.0), (lambda a: 2.0 * a, 2.0), (lambda a: -a, -1.0), (autograd.exp, math.exp(0.5))],
)
def test_an_input_that_is_an_output_leaves_the_others_alone(f, slope):
    point, along = [0.5, 3.0], [1.0, 10.0]
    assert jvp(lambda v: [f(v[0]), v[1]], point, along)[1] == [slope, 10.0]
    assert jvp(lambda v: [v[1], f(v[0])], point, along)[1] == [10.0, slope]
    assert jacobian(lambda v: [f(v[0]), v[1], v[1]])(point) == [[slope, 0.0], [0.0, 1.0], [0.0, 1.0]]
