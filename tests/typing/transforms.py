"""What the transforms make of a function, as type checkers see it: f's parameters stay."""

from collections.abc import Callable, Sequence
from typing import Any, assert_type

import autograd as ag
from autograd import Value

x = Value(0.5)
Numbers = Sequence[Value | float]


def energy(position: Value | float, spring: float = 1.0, *, offset: float = 0.0) -> Value | float:
    return spring * position * position + offset


def energy_of(positions: Numbers) -> Value | float:
    return ag.sum(p * p for p in positions)


def forces(positions: Numbers) -> list[Value | float]:
    return [-p for p in positions]


ag.grad(energy)(1.0)
ag.grad(energy)(x, 2.0)
ag.grad(energy, argnums=(0, 1))(1.0, spring=2.0, offset=1.0)
ag.value_and_grad(energy)(1.0, 2.0, offset=1.0)
ag.jacobian(energy)(1.0, offset=1.0)
ag.hessian(energy)(1.0, spring=2.0)
ag.derivative(energy)(1.0)
ag.derivative(energy, n=2)(x)

assert_type(ag.value_and_grad(energy_of)([1.0, x]), tuple[Any, Any])
ag.jacobian(forces)([1.0, x])
ag.hessian(energy_of)((1.0, 2.0))
ag.grad(ag.grad(energy))(1.0, offset=1.0)
ag.grad(lambda v: v[0] ** 2.0 * v[1])([3.0, 5.0])
ag.derivative(lambda v: v**4.0, 3)(2.0)
ag.grad(ag.exp)(1.0)
ag.grad(ag.leaky_relu)(1.0, slope=0.2)

assert_type(ag.jvp(forces, [1.0], [1.0]), tuple[Any, Any])
assert_type(ag.vjp(forces, [1.0]), tuple[Any, Callable[[Any], Any]])
ag.hvp(energy_of, [1.0], [1.0])
ag.hvp(energy, (1.0, 2.0), 1.0, argnums=1, offset=2.0)
assert_type(ag.jvp(energy, (1.0, 2.0), (1.0, 1.0), argnums=(0, 1), offset=2.0), tuple[Any, Any])
assert_type(ag.vjp(energy, 1.0, 2.0, argnums=1, offset=2.0), tuple[Any, Callable[[Any], Any]])


def with_aux(position: Value | float, spring: float = 1.0) -> tuple[Value | float, str]:
    return spring * position * position, "aux"


assert_type(ag.jvp(with_aux, 1.0, 1.0, has_aux=True), tuple[Any, Any, Any])
assert_type(ag.vjp(with_aux, 1.0, has_aux=True), tuple[Any, Callable[[Any], Any], Any])
assert_type(ag.value_and_grad(with_aux, has_aux=True)(1.0, spring=2.0), tuple[Any, Any])
ag.grad(with_aux, has_aux=True)(1.0)
ag.jacobian(with_aux, has_aux=True)(1.0)
ag.hessian(with_aux, has_aux=True)(1.0)
ag.jacobian(forces, sparsity="detect")([1.0])
ag.hessian(energy_of, sparsity=[(0, 0)])([1.0])
ag.elementwise_grad(forces)([1.0, 2.0])
ag.elementwise_grad(energy, 1)(1.0, 2.0, offset=1.0)
assert_type(ag.adjoints(x * x, [x]), list[Value])


def solve(a: Value, b: Value) -> Value:
    return b / a


def solve_forward(a: Any, b: Any) -> tuple[Any, Any]:
    y = b / a
    return y, (a, y)


def solve_pullback(residuals: Any, u: Any) -> tuple[Any, Any]:
    a, y = residuals
    return -u * y / a, u / a


solved = ag.custom_vjp(solve, solve_forward, solve_pullback)
assert_type(solved(x, x), Value)
assert_type(solved(a=x, b=x), Value)


def pair(a: Value, b: float = 1.0) -> tuple[Value, Value]:
    return a * b, a + b


assert_type(ag.checkpoint(solve, x, x), Value)
assert_type(ag.checkpoint(pair, x), tuple[Value, Value])
assert_type(ag.checkpoint(pair, x, 2.0), tuple[Value, Value])
assert_type(ag.checkpoint(energy_of, [x, x]), Value | float)

cube = ag.primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), samples=[(2.0,)])
assert_type(cube(x), Value)
assert_type(cube(2.0), float)


@ag.primitive(partials=lambda a, b, y: (2.0 * a, 1.0), samples=[(3.0, 1.0)])
def square_plus(a: Any, b: Any) -> Any:
    return a * a + b


assert_type(square_plus(x, 1.0), Value)
assert_type(square_plus(1.0, b=x), Value)
assert_type(square_plus(1.0, b=2.0), float)

with ag.no_grad():
    assert_type(ag.exp(x), Value)
assert_type(ag.grad_enabled(), bool)
assert_type(ag.variables(x), list[Value])
assert_type(ag.topological_order(x), list[Value])


def scaled(by: float, times: int = 1) -> float:
    return by * times


replayed = ag.jit(scaled)
assert_type(replayed(2.0), float)
assert_type(replayed(2.0, times=3), float)
assert_type(replayed.program(2.0), ag.Program)
assert_type(ag.jit(scaled, static_argnames="times", vector_math=True)(2.0), float)
assert_type(ag.value_and_grad(replayed)(2.0), tuple[Any, Any])


@ag.jit
def area(width: float, height: float) -> float:
    return width * height


assert_type(area(1.0, height=2.0), float)
assert_type(area.program(1.0, 2.0).listing(), str)
assert_type(area.program(1.0, 2.0)(1.0, 2.0), list[Any])
assert_type(ag.vmap(area, in_axes=(0, None), reduce="mean").listing(), str)
