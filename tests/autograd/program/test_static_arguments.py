"""Static arguments: whatever is made of a recorded function heeds them at every call, and refuses what can't be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import grad, hessian, jacobian, jit, value_and_grad, vmap
from autograd import sum as total

XS = np.array([0.5, 1.0, 2.0])
NS = [2, 3.0, True, "cube", None, (2.0, 1.0), (1.0, 2.0)]


def power(x: Any, n: Any) -> Any:
    """x², x³, ...; equal numbers of other types are other functions."""
    if isinstance(n, tuple):
        return n[0] * x + n[1]
    count = {"cube": 3, None: 5}[n] if isinstance(n, str) or n is None else int(n)
    y = x * (1.0 if isinstance(n, float) else 1.5)
    for _ in range(count - 1):
        y = y * x
    return y


def alone(n: Any) -> Callable[[Any], Any]:
    """The same function of one argument: a new one each time, recorded by nobody."""
    return lambda x: power(x, n)


MEAN: dict[str, Any] = {"in_axes": (0, None), "reduce": "mean"}
EACH: dict[str, Any] = {"in_axes": (0, None)}

# What is made of the recorded function, and what it is by definition; both get the points and the static argument.
WAYS: dict[str, tuple[Callable[[Any], Callable[..., Any]], Callable[[Any], Any]]] = {
    "values": (lambda f: lambda xs, n: [f(x, n) for x in xs], lambda n: [alone(n)(x) for x in XS]),
    "grad": (lambda f: lambda xs, n: [grad(f)(x, n) for x in xs], lambda n: [grad(alone(n))(x) for x in XS]),
    "grad of an array": (
        lambda f: grad(jit(lambda xs, n: total([f(x, n) for x in xs]), static_argnums=1)),
        lambda n: [grad(alone(n))(x) for x in XS],
    ),
    "value_and_grad by several": (
        lambda f: lambda xs, n: [value_and_grad(f, argnums=(0,))(x, n)[1][0] for x in xs],
        lambda n: [grad(alone(n))(x) for x in XS],
    ),
    "grad of grad": (
        lambda f: lambda xs, n: [grad(grad(f))(x, n) for x in xs],
        lambda n: [grad(grad(alone(n)))(x) for x in XS],
    ),
    "hessian": (lambda f: lambda xs, n: [hessian(f)(x, n) for x in xs], lambda n: [hessian(alone(n))(x) for x in XS]),
    "jacobian": (
        lambda f: lambda xs, n: [jacobian(lambda x: [f(x, n)])(x)[0] for x in xs],
        lambda n: [grad(alone(n))(x) for x in XS],
    ),
    "in a larger program": (
        lambda f: lambda xs, n: [jit(lambda x: f(x, n) * 2.0)(x) for x in xs],
        lambda n: [2.0 * alone(n)(x) for x in XS],
    ),
    "vmap": (lambda f: vmap(f, **EACH), lambda n: [alone(n)(x) for x in XS]),
    "vmap of grad": (lambda f: vmap(grad(f), **EACH), lambda n: [grad(alone(n))(x) for x in XS]),
    "vmap of value_and_grad": (
        lambda f: lambda xs, n: vmap(value_and_grad(f), **EACH)(xs, n)[1],
        lambda n: [grad(alone(n))(x) for x in XS],
    ),
    "grad of vmap": (lambda f: grad(vmap(f, **MEAN)), lambda n: [grad(alone(n))(x) / 3.0 for x in XS]),
    "vmap in a larger program": (
        lambda f: lambda xs, n: jit(lambda xs: vmap(f, **EACH)(xs, n))(xs),
        lambda n: [alone(n)(x) for x in XS],
    ),
    "vmap of grad in a larger program": (
        lambda f: lambda xs, n: jit(lambda xs: vmap(grad(f), **EACH)(xs, n))(xs),
        lambda n: [grad(alone(n))(x) for x in XS],
    ),
}


@pytest.mark.parametrize("static", [{"static_argnums": 1}, {"static_argnums": -1}, {"static_argnames": "n"}], ids=str)
@pytest.mark.parametrize("way", WAYS)
def test_each_call_heeds_its_static_argument(way: str, static: dict[str, Any]) -> None:
    """In any order, again and again: a program, or a short way, made for another one would be noticed."""
    make, by_definition = WAYS[way]
    computed = make(jit(power, **static))
    for n in [*NS, *reversed(NS), NS[0]]:
        assert np.array(computed(XS, n)).tolist() == pytest.approx(by_definition(n), rel=1e-14), n


def test_a_static_argument_stands_anywhere() -> None:
    recorded = jit(lambda n, x, k, y: power(x, n) * k - power(y, k), static_argnums=(0, 2))
    for n, k in [(2, 3.0), (3.0, 2), (2, 2), (2, 3.0)]:
        found = vmap(grad(recorded, argnums=(1, 3)), in_axes=(None, 0, None, 0))(n, XS, k, XS[::-1])
        assert found[0].tolist() == pytest.approx([k * grad(alone(n))(x) for x in XS])
        assert found[1].tolist() == pytest.approx([-grad(alone(k))(y) for y in XS[::-1]])


@pytest.mark.parametrize("make", [grad, value_and_grad, lambda f, n: vmap(grad(f, n), (0, None))], ids=["g", "v", "m"])
@pytest.mark.parametrize("argnums", [1, -1, (0, 1)], ids=str)
@pytest.mark.parametrize("inside", [False, True])
def test_there_is_no_gradient_by_a_static_argument(make: Any, argnums: Any, inside: bool) -> None:
    derived = make(jit(power, static_argnums=1), argnums)
    told = r"grad: argument 1 of power is static and has no gradient; leave it out of argnums, or out of static_argnums"
    xs = XS if "Mapped" in type(derived).__name__ else 2.0
    with pytest.raises(ValueError, match=told):
        jit(lambda x: derived(x, 2))(xs) if inside else derived(xs, 2)


@pytest.mark.parametrize("inside", [False, True])
def test_points_along_a_static_argument_are_refused(inside: bool) -> None:
    told = r"^power: argument 1 is static, so it is the same for all points, and in_axes must have None for it, got 0$"
    mapped = vmap(jit(power, static_argnums=1))
    for n in (2, XS, [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match=told):
            jit(lambda xs, n=n: mapped(xs, n))(XS) if inside else mapped(XS, n)


def test_a_static_argument_that_is_not_hashable_is_refused() -> None:
    told = "^power: argument 1 is static .* and must be hashable; got "
    recorded = jit(power, static_argnums=1)
    for n in ([2.0, 1.0], XS, {"n": 2}):
        for call in (recorded, grad(recorded)):
            with pytest.raises(TypeError, match=told):
                call(2.0, n)
        with pytest.raises(TypeError, match=told):
            vmap(recorded, **EACH)(XS, n)
