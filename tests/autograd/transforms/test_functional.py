"""The function transforms, against closed forms, PyTorch and mpmath, nested, on structures and arrays."""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import threading
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


def rosenbrock(x):
    return autograd.sum(100.0 * (b - a**2.0) ** 2.0 + (1.0 - a) ** 2.0 for a, b in itertools.pairwise(x))


def rosenbrock_gradient(x):
    """https://en.wikipedia.org/wiki/Rosenbrock_function, differentiated by hand."""
    g = np.zeros_like(x)
    g[:-1] += -400.0 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2.0 * (1.0 - x[:-1])
    g[1:] += 200.0 * (x[1:] - x[:-1] ** 2)
    return g


def rosenbrock_hessian(x):
    h = np.diag(np.append(1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0, 0.0))
    h += np.diag(np.append(0.0, np.full(len(x) - 1, 200.0)))
    return h - np.diag(400.0 * x[:-1], 1) - np.diag(400.0 * x[:-1], -1)


class Counter:
    """A watcher that counts the operations that are recorded."""

    def __init__(self):
        self.count = 0

    def operation_done(self, primitive, operands, result):
        self.count += primitive.name != "source"  # the variables a transform makes

    def sweep_starts(self, order, seeds):
        pass


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


# -- nesting ------------------------------------------------------------------------------------------------------


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


# -- NumPy and SciPy ----------------------------------------------------------------------------------------------


def test_object_arrays_keep_the_graph():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])

    def f(x):
        return (
            np.dot(a, x).sum()
            + (a @ x).mean()
            + np.max(x)
            + np.einsum("i,ij,j->", x, a, x)
            + np.sum(np.exp(x))
            + np.float64(2.0) * x[0]
            + (x * np.array([1.0, 2.0])).sum()
            + np.linalg.norm(x)
        )

    x = np.array([0.5, 2.0])
    ones = np.ones(2)
    expected = a.T @ ones + a.T @ ones / 2.0 + [0.0, 1.0] + (a + a.T) @ x + np.exp(x) + [2.0, 0.0] + [1.0, 2.0]
    np.testing.assert_allclose(grad(f)(x), expected + x / np.sqrt(x @ x), rtol=1e-14)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B"])
def test_scipy_minimize_with_jac_true(method):
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), np.zeros(5), jac=True, method=method)
    np.testing.assert_allclose(found.x, np.ones(5), atol=1e-4)


@pytest.mark.parametrize("method", ["trust-exact", "Newton-CG", "trust-ncg", "trust-krylov"])
def test_scipy_minimize_with_second_derivatives(method):
    products = {"hessp": lambda x, v: hvp(rosenbrock, x, v)} if method == "Newton-CG" else {"hess": hessian(rosenbrock)}
    start = np.full(4, 0.8)
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), start, jac=True, method=method, **products)
    np.testing.assert_allclose(found.x, np.ones(4), atol=1e-4)


def test_scipy_least_squares():
    t = np.linspace(0.0, 1.0, 20)

    def residuals(p):
        return p[0] * np.exp(-p[1] * t) - 2.0 * np.exp(-1.5 * t)

    found = scipy.optimize.least_squares(residuals, [1.0, 1.0], jac=jacobian(residuals))
    np.testing.assert_allclose(found.x, [2.0, 1.5], rtol=1e-8)


# -- threads ------------------------------------------------------------------------------------------------------


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


# -- bad input ----------------------------------------------------------------------------------------------------


def test_result_that_is_not_one_number():
    for f in (lambda x: [x, x], lambda x: (x,), lambda x: {"a": x}, lambda x: np.array([x, x])):
        for transform in (grad, hessian, value_and_grad, derivative):
            with pytest.raises(TypeError, match=r"f must return one number, got a .*; sum it up, or use jacobian"):
                transform(f)(1.0)
    with pytest.raises(TypeError, match=r"grad: the result of f must be a real number.*NoneType"):
        grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"grad: the result of f must be a real number.*str"):
        grad(lambda x: "1")(1.0)


def test_result_in_an_array_without_axes_is_one_number():
    assert grad(lambda x: np.array(x * x))(3.0) == 6.0


def test_arguments_that_are_not_numbers():
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
    with pytest.raises(ValueError, match=r"order n must be 1 or more, got 0"):
        derivative(lambda x: x, 0)


def test_adjoints_of_what_is_not_a_value():
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"write adjoints\(y, \[x\]\)"):
        adjoints(x * x, x)
    with pytest.raises(TypeError, match=r"xs must hold Values, got float 2.0"):
        adjoints(x * x, [2.0])
    with pytest.raises(TypeError, match=r"must be a Value, got float"):
        adjoints(2.0, [x])
