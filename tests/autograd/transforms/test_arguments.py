"""What the transforms take beside f: argnums, keywords, has_aux; elementwise_grad; Hessians of many numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import (
    Value,
    checkpoint,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
    vmap,
)
from support.pytorch import ask


def energy(a: Any, b: Any, scale: float = 1.0) -> Any:
    return a[0] ** 2.0 * b * scale + a[1] * b**3.0


A, B, SCALE = [3.0, 5.0], 2.0, 10.0
BY_A, BY_B = [120.0, 8.0], 150.0  # 2·a₀·b·s and b³; a₀²·s + 3·a₁·b²


# -- argnums and keywords -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [lambda f: f, jit], ids=["eager", "jit"])
def test_products_by_any_argument_and_with_keywords(made: Callable[..., Any]) -> None:
    f = made(energy)
    value = 220.0
    assert jvp(f, (A, B), [1.0, 10.0], argnums=0, scale=SCALE) == (value, 200.0)
    assert jvp(f, (A, B), 2.0, argnums=1, scale=SCALE) == (value, 300.0)
    assert jvp(f, (A, B), 2.0, argnums=-1, scale=SCALE) == (value, 300.0)
    assert jvp(f, (A, B), (2.0, [1.0, 10.0]), argnums=(1, 0), scale=SCALE) == (value, 500.0)
    for argnums, expected in ((0, BY_A), (1, BY_B), ((1, 0), (BY_B, BY_A)), (None, (BY_A, BY_B)), ([0], (BY_A,))):
        y, pullback = vjp(f, A, B, argnums=argnums, scale=SCALE)
        assert (y, pullback(1.0)) == (value, expected)
    # by hand, ∂²: [[40, 0], [0, 0]] by a alone, [60, 12] by a and b, 60 by b alone
    assert hvp(f, (A, B), [1.0, 10.0], argnums=0, scale=SCALE) == [40.0, 0.0]
    assert hvp(f, (A, B), 2.0, argnums=1, scale=SCALE) == 120.0
    assert hvp(f, (A, B), ([1.0, 10.0], 2.0), argnums=(0, 1), scale=SCALE) == ([160.0, 24.0], 300.0)


def test_without_argnums_one_argument_may_be_a_tuple() -> None:
    assert jvp(lambda x: x[0] * x[1], (2.0, 3.0), (1.0, 10.0)) == (6.0, 23.0)
    assert hvp(lambda x: x[0] * x[1], (2.0, 3.0), (1.0, 10.0)) == (10.0, 1.0)
    assert vjp(lambda x: x[0] * x[1], (2.0, 3.0))[1](1.0) == (3.0, 2.0)
    assert vjp(lambda x: x * x, x=3.0)[1](1.0) == 6.0
    assert jvp(lambda x, power: x**power, 3.0, v=1.0, power=2.0) == (9.0, 6.0)


def test_wrong_arguments_of_products() -> None:
    for product, name in ((jvp, "jvp"), (hvp, "hvp")):
        with pytest.raises(TypeError, match=rf"^{name}: with argnums x must be the tuple of f's arguments, got list"):
            product(energy, [A, B], A, argnums=0)
        with pytest.raises(ValueError, match=rf"^{name}: argnums is 2, but f was given 2 positional arguments"):
            product(energy, (A, B), A, argnums=2)
        with pytest.raises(ValueError, match=rf"^{name}: v must be a tuple of 2 here, got a list of 2"):
            product(energy, (A, B), A, argnums=(0, 1))
    with pytest.raises(ValueError, match=r"^vjp: argnums is \(0, 5\)"):
        vjp(energy, A, B, argnums=(0, 5))


def test_products_inside_each_other_and_in_recorded_functions() -> None:
    assert grad(lambda b: jvp(energy, (A, b), [1.0, 10.0], argnums=0, scale=SCALE)[1])(B) == 2.0 * 3.0 * 10.0 + 120.0
    assert grad(lambda b: vjp(energy, A, b, argnums=0)[1](1.0)[1])(B) == 3.0 * B**2
    assert jit(lambda b: jvp(energy, (A, b), [1.0, 10.0], argnums=0, scale=SCALE)[1])(B) == 200.0
    found = vmap(lambda b: hvp(energy, (A, b), 1.0, argnums=1))(np.array([1.0, 2.0]))
    assert found.tolist() == [6.0 * A[1], 12.0 * A[1]]


# -- has_aux ------------------------------------------------------------------------------------------------------


def with_aux(x: Any, scale: float = 1.0) -> Any:
    return x[0] ** 2.0 * x[1] * scale, {"double": [x[0] * 2.0], "scale": x[1] * scale}


def many_with_aux(x: Any) -> Any:
    return [x[0] * x[1], x[1]], (x[0], 7.0)


TRANSFORMS: dict[str, Callable[..., Any]] = {
    "grad": lambda f, x: grad(f, has_aux=True)(x),
    "jacobian": lambda f, x: jacobian(f, has_aux=True)(x),
    "hessian": lambda f, x: hessian(f, has_aux=True)(x),
    "value_and_grad": lambda f, x: tuple(reversed(value_and_grad(f, has_aux=True)(x))),
    "jvp": lambda f, x: jvp(f, x, x, has_aux=True),
    "vjp": lambda f, x: vjp(f, x, has_aux=True),
}


@pytest.mark.parametrize("made", [lambda f: f, jit], ids=["eager", "jit"])
def test_has_aux(made: Callable[..., Any]) -> None:
    f, x, aux = made(with_aux), [3.0, 5.0], {"double": [6.0], "scale": 5.0}
    gradient = [30.0, 9.0]
    assert grad(f, has_aux=True)(x) == (gradient, aux)
    assert value_and_grad(f, has_aux=True)(x) == ((45.0, aux), gradient)
    assert jacobian(f, has_aux=True)(x) == (gradient, aux)
    assert hessian(f, has_aux=True)(x) == ([[10.0, 6.0], [6.0, 0.0]], aux)
    assert jvp(f, x, [1.0, 10.0], has_aux=True) == (45.0, 120.0, aux)
    y, pullback, found = vjp(f, x, has_aux=True)
    assert (y, pullback(2.0), found) == (45.0, [60.0, 18.0], aux)
    g = made(many_with_aux)
    assert jacobian(g, has_aux=True)(x) == ([[5.0, 3.0], [0.0, 1.0]], (3.0, 7.0))
    assert hessian(g, has_aux=True)(x)[1] == (3.0, 7.0)
    assert grad(f, has_aux=True)(x, scale=2.0) == ([60.0, 18.0], {"double": [6.0], "scale": 10.0})


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian], ids=lambda t: t.__name__)
def test_has_aux_in_recorded_functions_and_batches(transform: Callable[..., Any]) -> None:
    x = [3.0, 5.0]
    derived = transform(with_aux, has_aux=True)
    assert jit(derived)(x) == derived(x)
    found = vmap(derived)(np.array([x, [1.0, 2.0]]))
    singles = [derived(x), derived([1.0, 2.0])]
    place = (lambda found: found[0][1]) if transform is value_and_grad else (lambda found: found[1])
    assert place(found)["double"][0].tolist() == [place(single)["double"][0] for single in singles]


def test_aux_may_be_anything_and_keeps_what_the_caller_can_differentiate() -> None:
    thing = object()
    assert grad(lambda x: (x * x, thing), has_aux=True)(3.0) == (6.0, thing)
    found = grad(lambda x: (x * x, {"text": "a", "none": None, "x": [x]}), has_aux=True)(3.0)[1]
    assert found == {"text": "a", "none": None, "x": [3.0]}
    assert type(found["x"][0]) is float
    arrays = grad(lambda x: ((x * x).sum(), (x * 2.0, np.array(["a"]))), has_aux=True)(np.array([[1.0, 2.0]]))[1]
    assert (arrays[0].dtype, arrays[0].tolist(), arrays[1].tolist()) == (np.float64, [[2.0, 4.0]], ["a"])
    w = Value(2.0)
    slope, aux = grad(lambda x: (x * x, w * x), has_aux=True)(3.0)
    assert type(slope) is float
    aux.backward()
    assert w.grad == 3.0
    with no_grad():
        assert type(grad(lambda x: (x * x, w * x), has_aux=True)(3.0)[1]) is float
    # the outer variable is seen through the aux of the inner gradient
    assert grad(lambda y: grad(lambda x: (x * x, x * x * y), has_aux=True)(y)[1])(3.0) == 27.0


@pytest.mark.parametrize("name", TRANSFORMS)
def test_what_is_no_pair_is_refused(name: str) -> None:
    for f in (lambda x: x[0], lambda x: (x[0], 1.0, 2.0)):
        with pytest.raises(TypeError, match=rf"^{name}: with has_aux f must return a pair, \(result, aux\), got"):
            TRANSFORMS[name](f, [1.0])


def test_a_reduced_vmap_takes_no_aux() -> None:
    mean = vmap(lambda x: (x * x, x), reduce="mean")
    for transform in (grad, value_and_grad):
        with pytest.raises(TypeError, match=r"of a vmap it takes no has_aux"):
            transform(mean, has_aux=True)
    found = vmap(value_and_grad(lambda x: (x * x, 2.0 * x), has_aux=True))(np.array([1.0, 2.0]))
    assert [part.tolist() for part in (*found[0], found[1])] == [[1.0, 4.0], [2.0, 4.0], [2.0, 4.0]]


class Model:
    def __init__(self) -> None:
        self.scale = 3.0

    @jit
    def loss(self, x: Any) -> Any:
        return self.scale * x * x


def test_derivatives_of_recorded_methods() -> None:
    model = Model()
    assert grad(model.loss)(2.0) == 12.0
    assert value_and_grad(model.loss)(2.0) == (12.0, 12.0)
    assert elementwise_grad(model.loss)(2.0) == 12.0


# -- elementwise_grad ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tanh", "exp", "relu", "sqrt", "sigmoid"])
def test_elementwise_grad_of_structures(name: str) -> None:
    row = getattr(ag, name)
    slope = grad(row)
    numbers = [0.5, 1.0, 2.0]
    expected = list(map(slope, numbers))
    assert elementwise_grad(lambda xs: list(map(row, xs)))(numbers) == expected
    assert elementwise_grad(lambda xs: {k: row(x) for k, x in xs.items()})({"a": 0.5}) == {"a": expected[0]}
    over_array = np.vectorize(row, otypes=[object])
    found = elementwise_grad(over_array)(np.array([numbers, numbers]))
    assert (found.dtype, found.tolist()) == (np.float64, [expected, expected])
    assert elementwise_grad(row)(0.5) == expected[0]
    assert elementwise_grad(jit(over_array))(np.array(numbers)).tolist() == expected
    assert jit(elementwise_grad(over_array))(np.array(numbers)).tolist() == expected
    assert vmap(elementwise_grad(row))(np.array(numbers)).tolist() == expected
    twice = elementwise_grad(elementwise_grad(over_array))(np.array(numbers))
    assert twice.tolist() == [grad(slope)(x) for x in numbers]


def test_elementwise_grad_by_another_argument_and_through_checkpoints() -> None:
    def f(a: float, xs: list[Any], power: float = 2.0) -> list[Any]:
        return [a * checkpoint(lambda x: x**power, x) for x in xs]

    assert elementwise_grad(f, 1)(10.0, [1.0, 2.0]) == [20.0, 40.0]
    assert elementwise_grad(f, argnums=-1)(10.0, [1.0, 2.0], power=3.0) == [30.0, 120.0]
    assert elementwise_grad(lambda xs: [x if x > 0.0 else 0.0 for x in xs])([1.0, -1.0]) == [1.0, 0.0]


def test_elementwise_grad_refuses_what_is_not_elementwise() -> None:
    with pytest.raises(ValueError, match=r"number 1 of f's result depends on number 0 of argument 0.*use jacobian"):
        elementwise_grad(lambda x: [x[0], x[0] * x[1]])([1.0, 2.0])
    with pytest.raises(ValueError, match=r"depends on number"):
        elementwise_grad(lambda x: x - x.mean())(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"as many numbers as it is given, 2, got 1; use jacobian"):
        elementwise_grad(lambda x: x[0])([1.0, 2.0])
    with pytest.raises(TypeError, match=r"argnums must be one int, got tuple \(0,\)"):
        elementwise_grad(lambda x: x, (0,))(1.0)


# -- Hessians of many numbers -------------------------------------------------------------------------------------


def several(x: Any) -> list[Any]:
    return [x[0] ** 2.0 * x[1], ag.sin(x[0] * x[2]), x[1]]


@pytest.mark.parametrize("made", [lambda f: f, jit], ids=["eager", "jit"])
def test_hessian_of_many_numbers_is_one_for_each(made: Callable[..., Any]) -> None:
    x = [0.5, 2.0, 3.0]
    expected = [hessian(lambda x, k=k: several(x)[k])(x) for k in range(3)]
    assert hessian(made(several))(x) == expected
    found = hessian(made(lambda x: np.array(several(x)).reshape(3, 1)))(np.array(x))
    assert found.shape == (3, 1, 3, 3)
    np.testing.assert_array_equal(found[:, 0], expected)
    assert jit(hessian(several))(x) == expected


def test_hessian_of_structures_in_structures_agrees_with_the_jacobian_of_the_jacobian() -> None:
    def f(t: Any) -> Any:
        return {"s": t["a"].sum() * t["b"] ** 2.0, "v": (t["a"] * t["a"] * t["b"], t["b"])}

    point = {"a": np.array([[1.0, 2.0]]), "b": 3.0}
    found, expected = hessian(f)(point), jacobian(jacobian(f))(point)
    for path in (("s",), ("v", 0), ("v", 1)):
        mine = functools.reduce(lambda tree, key: tree[key], path, found)
        theirs = functools.reduce(lambda tree, key: tree[key], path, expected)
        for outer in ("a", "b"):
            for inner in ("a", "b"):
                assert np.shape(mine[outer][inner]) == np.shape(theirs[outer][inner])
                np.testing.assert_array_equal(mine[outer][inner], theirs[outer][inner])
    assert found["v"][0]["a"]["a"].shape == (1, 2, 1, 2, 1, 2)
    assert found["v"][0]["a"]["a"][0, 1, 0, 1, 0, 1] == 6.0


def test_hessian_of_many_numbers_is_pytorchs() -> None:
    x = [0.5, 2.0, 3.0]

    def theirs(torch: Any) -> Any:
        def several(x: Any) -> Any:
            return torch.stack([x[0] ** 2.0 * x[1], torch.sin(x[0] * x[2]), x[1]])

        return torch.func.hessian(several)(torch.tensor(x, dtype=torch.float64)).tolist()

    expected = ask(f"Hessians of several functions at {x}", theirs)
    np.testing.assert_allclose(hessian(lambda x: np.array(several(x)))(np.array(x)), expected, rtol=1e-14)


def test_hessian_of_many_numbers_can_be_differentiated_again() -> None:
    third = jacobian(hessian(lambda x: [x**3.0, ag.exp(x)]))(1.0)
    assert third == [6.0, math.e]
    assert hessian(lambda x: [])([1.0]) == []
    assert hessian(lambda a, b: (a * b, a**2.0), (0, 1))(2.0, 3.0) == (
        ((0.0, 1.0), (1.0, 0.0)),
        ((2.0, 0.0), (0.0, 0.0)),
    )
