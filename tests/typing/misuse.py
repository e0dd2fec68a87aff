# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What a type checker must refuse: where it doesn't, the comment that ignores the error is an error itself."""

from collections.abc import Callable, Sequence
from typing import Any

import autograd as ag
import nn
from autograd import Value

x = Value(0.5)
y = Value(1.5)


def energy(position: Value | float, spring: float = 1.0) -> Value | float:
    return spring * position * position


def energy_of(positions: Sequence[Value | float]) -> Value | float:
    return ag.sum(positions)


# A table's function: not a number, too many, too few, unknown names.
ag.exp("a")  # type: ignore[call-overload]
ag.exp("a", "b", 3)  # type: ignore[call-overload]
ag.exp(x, y)  # type: ignore[call-overload]
ag.exp()  # type: ignore[call-overload]
ag.exp(None)  # type: ignore[call-overload]
ag.exp([x])  # type: ignore[call-overload]
ag.exp(1j)  # type: ignore[call-overload]
ag.exp(b=x)  # type: ignore[call-overload]
ag.maximum(x)  # type: ignore[call-overload]
ag.maximum(x, "a")  # type: ignore[call-overload]
ag.maximum(x, y, 1.0)  # type: ignore[call-overload]
ag.where()  # type: ignore[call-overload]
ag.where(True, x)  # type: ignore[call-overload]
ag.where(True, "a", x)  # type: ignore[call-overload]
ag.clip(x)  # type: ignore[call-overload]
ag.clip(x, 0.0)  # type: ignore[call-overload]
ag.clip(x, 0.0, "a")  # type: ignore[call-overload]
ag.leaky_relu(x, slop=0.2)  # type: ignore[call-overload]
ag.leaky_relu(x, 0.2, 0.3)  # type: ignore[call-overload]
ag.leaky_relu(x, alpha=0.2)  # type: ignore[call-overload]
ag.elu(x, slope=0.2)  # type: ignore[call-overload]
ag.elu(x, "a")  # type: ignore[call-overload]

# Operators
_: object = x + "a"  # type: ignore[operator]
_ = "a" + x  # type: ignore[operator]
_ = x - None  # type: ignore[operator]
_ = x * [1.0]  # type: ignore[operator]
_ = [1.0] * x  # type: ignore[operator]
_ = x / "a"  # type: ignore[operator]
_ = x ** "a"  # type: ignore[operator]
_ = x * 1j  # type: ignore[operator]
z = Value(2.0)
z += "a"  # type: ignore[operator]
_ = x < "a"  # type: ignore[operator]
_ = x >= None  # type: ignore[operator]
_ = x > 1j  # type: ignore[operator]

# Methods and attributes
Value(1.0).relu(3)  # type: ignore[call-arg]
x.exp(2.0)  # type: ignore[call-arg]
x.leaky_relu(slop=0.2)  # type: ignore[call-arg]
x.elu("a")  # type: ignore[arg-type]
x.hypot()  # type: ignore[call-arg]
x.softmax()  # type: ignore[attr-defined]
x.swept = True  # type: ignore[misc]
x.operands = ()  # type: ignore[misc]
gradient: Value = x.backward()  # type: ignore[assignment, func-returns-value]
Value()  # type: ignore[call-arg]
Value("a")  # type: ignore[arg-type]
Value(None)  # type: ignore[arg-type]
Value([1.0])  # type: ignore[arg-type]
Value(1j)  # type: ignore[arg-type]
Value(x)  # type: ignore[arg-type]
Value(1.0, 3)  # type: ignore[arg-type]
Value(1.0, (x,), (2.0,))  # type: ignore[arg-type]
ag.constant("a")  # type: ignore[arg-type]
ag.constant(x)  # type: ignore[arg-type]
ag.constant(1.0, 3)  # type: ignore[arg-type]
x.data = "a"  # type: ignore[assignment]
x.data = None  # type: ignore[assignment]
x.data = x  # type: ignore[assignment]
x.grad = "a"  # type: ignore[assignment]
x.grad = y  # type: ignore[assignment]
x.label = 3  # type: ignore[assignment]
x.backward("a")  # type: ignore[arg-type]
x.backward(y)  # type: ignore[arg-type]

# Reductions
ag.sum(x)  # type: ignore[call-overload]
ag.sum(["a"])  # type: ignore[type-var]
ag.sum([x], [x])  # type: ignore[call-overload]
ag.mean(1.0)  # type: ignore[call-overload]
ag.prod("ab")  # type: ignore[type-var]
ag.logsumexp([None])  # type: ignore[type-var]
ag.norm(x, y)  # type: ignore[call-overload]
ag.softmax(x)  # type: ignore[call-overload]
ag.softmax(["a"])  # type: ignore[type-var]
ag.log_softmax(1.0)  # type: ignore[call-overload]
ag.log_softmax([None])  # type: ignore[type-var]
ag.dot([x], ["a"])  # type: ignore[list-item]
ag.dot(["a"], [x])  # type: ignore[list-item]
ag.dot([x])  # type: ignore[call-overload]
ag.dot(x, x)  # type: ignore[call-overload]

# Transforms
ag.grad(energy)()  # type: ignore[call-arg]
ag.grad(energy)("a")  # type: ignore[arg-type]
ag.grad(energy)(1.0, 2.0, 3.0)  # type: ignore[call-arg]
ag.grad(energy)(1.0, sprin=2.0)  # type: ignore[call-arg]
ag.grad(energy_of)(1.0)  # type: ignore[arg-type]
ag.grad(3.0)  # type: ignore[arg-type]
ag.grad(energy(1.0))  # type: ignore[arg-type]
ag.grad(energy, argnums="position")  # type: ignore[arg-type]
ag.grad(energy, argnum=1)  # type: ignore[call-arg]
ag.value_and_grad(energy)("a")  # type: ignore[arg-type]
ag.value_and_grad(energy)(1.0, sprin=2.0)  # type: ignore[call-arg]
ag.jacobian(energy)()  # type: ignore[call-arg]
ag.jacobian(energy_of)(1.0)  # type: ignore[arg-type]
ag.hessian(energy)(1.0, 2.0, 3.0)  # type: ignore[call-arg]
ag.hessian(energy_of)(1.0)  # type: ignore[arg-type]
ag.derivative(energy)("a")  # type: ignore[arg-type]
ag.derivative(energy, "2")  # type: ignore[arg-type]
ag.hvp(3.0, 1.0, 1.0)  # type: ignore[arg-type]
ag.jvp(energy, 1.0)  # type: ignore[call-overload]
ag.vjp(energy)  # type: ignore[call-overload]
ag.elementwise_grad(energy, (0, 1))  # type: ignore[arg-type]
ag.elementwise_grad(energy)()  # type: ignore[call-arg]
ag.grad(energy, has_aux="yes")  # type: ignore[arg-type]
ag.adjoints(x, x)  # type: ignore[arg-type]
ag.checkpoint(energy)  # type: ignore[arg-type]
ag.checkpoint(energy, "a")  # type: ignore[arg-type]
ag.checkpoint(energy, 1.0, 2.0, 3.0)  # type: ignore[arg-type]
ag.checkpoint(energy, position=1.0)  # type: ignore[arg-type, call-arg]

ag.topological_order("a")  # type: ignore[arg-type]
ag.variables(1.0)  # type: ignore[arg-type]
ag.kinks([x])  # type: ignore[arg-type]
ag.gradcheck(3.0, 1.0)  # type: ignore[arg-type]
ag.gradcheck(energy, 1.0, order="2")  # type: ignore[arg-type]
ag.draw(1.0)  # type: ignore[arg-type]
ag.draw(y, digit=3)  # type: ignore[call-arg]
ag.explain(y)  # type: ignore[call-arg]
ag.explain(y, 1.0)  # type: ignore[arg-type]
ag.walkthrough([y])  # type: ignore[arg-type]
ag.no_grad()(3)  # type: ignore[type-var]

# Networks
nn.Neuron("2")  # type: ignore[arg-type]
nn.Neuron(2, activation=3)  # type: ignore[arg-type]
nn.Neuron(2)(1.0)  # type: ignore[arg-type]
nn.Layer(2, 3)(["a"])  # type: ignore[list-item]
nn.MLP(2, 8)  # type: ignore[arg-type]
nn.MLP(2, [8, 1])([None])  # type: ignore[list-item]
nn.mse("a", 1.0)  # type: ignore[arg-type]
nn.mse([x], ["a"])  # type: ignore[arg-type]
nn.mse(x, None)  # type: ignore[call-overload]
nn.mse(x)  # type: ignore[call-overload]
nn.mse({x}, [1.0])  # type: ignore[call-overload]
nn.mse(x, 1.0, reduction=2)  # type: ignore[call-overload]
nn.cross_entropy(scores=[x], targets=0)  # type: ignore[call-overload]
nn.hinge(x, 1j)  # type: ignore[call-overload]
nn.l2_penalty([x], 0.1)  # type: ignore[arg-type]
nn.one_hot("a", 3)  # type: ignore[arg-type]
nn.one_hot(1, "3")  # type: ignore[call-overload]
nn.accuracy(1.0, 1)  # type: ignore[arg-type]
nn.accuracy(["a"], [1])  # type: ignore[list-item]
nn.argmax(x)  # type: ignore[arg-type]
nn.argmax(["a"])  # type: ignore[list-item]
nn.SGD([1.0], 0.1)  # type: ignore[list-item]
nn.SGD([x], "0.1")  # type: ignore[arg-type]
nn.Adam([x], beta=0.9)  # type: ignore[call-arg]
nn.schedules.warm_up(0.1, 3)  # type: ignore[arg-type]
nn.load(3)  # type: ignore[arg-type]


def train(model: nn.MLP, optimizer: nn.SGD) -> None:
    nn.fit(model, 1.0, [1], loss=nn.mse, optimizer=optimizer, epochs=1)  # type: ignore[arg-type]
    nn.fit(model, [[1.0]], [1], loss=nn.mse, optimizer=optimizer, epochs=1, validation="0.2")  # type: ignore[arg-type]
    nn.fit(model, [[1.0]], [1], loss=nn.mse, optimizer=optimizer, epochs=1, callbacks=3)  # type: ignore[arg-type]
    nn.fit(model, [[1.0]], 1, loss=nn.mse, optimizer=optimizer, epochs=1)  # type: ignore[arg-type]
    nn.fit(model, [[1.0]], [1], loss="mse", optimizer=optimizer, epochs=1)  # type: ignore[arg-type]
    nn.fit(model, [[1.0]], [1], loss=nn.mse, optimizer="SGD", epochs=1)  # type: ignore[arg-type]
    nn.fit(x, [[1.0]], [1], loss=nn.mse, optimizer=optimizer, epochs=1)  # type: ignore[type-var]


def own_operations(f: Callable[..., Any], g: Callable[..., Any]) -> None:
    ag.primitive("n", f, g, smaples=[(1.0,)])  # type: ignore[call-overload]
    ag.primitive("n", f)  # type: ignore[call-overload]
    ag.primitive("n", f, g, variadic="yes")  # type: ignore[call-overload]
    ag.primitive(3, f, g)  # type: ignore[call-overload]
    ag.custom_vjp(energy, f)  # type: ignore[call-arg]
    ag.custom_vjp(energy, f, g)("a")  # type: ignore[arg-type]
    ag.custom_vjp(energy, f, g)(1.0, sprin=2.0)  # type: ignore[call-arg]
