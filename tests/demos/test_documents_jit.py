"""Every function of the documents through `jit`: replayed, it and its gradient are eager's, bit for bit."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import Value, jacobian, jit, softmax, value_and_grad
from demos import (
    chain_rule,
    learning,
    learning_descent,
    learning_differences,
    learning_directions,
    network_cost,
    one_neuron,
    xnor_step,
)
from demos.two_layer_net import TwoLayerNet
from nn import (
    Neuron,
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_with_logits,
    half_squared_error,
    mse,
    one_hot,
)
from nn.descent import zero_gradients

FORMULAS = {
    "000 MSE": (lambda y: mse(y, [1.0, 0.0, 0.0]), ([0.7, 0.2, 0.1],)),
    "000 cross entropy": (lambda y: cross_entropy(y, [1.0, 0.0]), ([0.6, 0.4],)),
    "003 half a squared error": (lambda y: half_squared_error(y, [0.0, 0.0, 1.0]), ([0.1, 0.7, 0.2],)),
    "003 x³": (learning_differences.cube, (1.0,)),
    "003 bowl": (learning_descent.bowl, learning_descent.BOWL_START),
    "003 valleys": (learning_descent.valleys, (-1.0, 1.0)),
    "003 surface": (learning_directions.surface, learning_directions.POINT),
    "003 cross entropy from logits": (lambda s: cross_entropy_with_logits(s, [0.0, 0.0, 1.0]), ([1.0, 0.8, 0.0],)),
    "004 binary cross entropy": (lambda y: binary_cross_entropy(y, 0.0), (0.3,)),
    "004 x²": (one_neuron.square, (3.0,)),
}

EXPRESSIONS = {
    "000": (chain_rule, chain_rule.network, chain_rule.GIVEN),
    "001": (network_cost, network_cost.simplest, network_cost.SIMPLEST),
    "002": (xnor_step, xnor_step.network, xnor_step.GIVEN),
    "003": (learning, learning.softmax_regression, learning.REGRESSION),
    "004": (one_neuron, one_neuron.neuron, one_neuron.GIVEN),
}


def check(f: Any, *others: Any) -> None:
    """Eager and replayed are the same where f was recorded, and where it was not."""
    replayed = jit(f)
    for args in others:
        eager, fast = value_and_grad(f), value_and_grad(replayed)
        assert fast(*args) == eager(*args)
        assert replayed(*args) == eager(*args)[0]


@pytest.mark.parametrize(("f", "args"), FORMULAS.values(), ids=FORMULAS.keys())
def test_formulas(f: Any, args: Any) -> None:
    first, *rest = args
    moved = [0.9 * x for x in first] if isinstance(first, list) else 0.9 * first
    check(f, args, (moved, *rest))


def test_the_softmax_of_000() -> None:
    for scores in ([1.0, 2.0, 3.0], [-1000.0, 1000.0, 1000.0]):
        assert jit(softmax)(scores) == softmax(scores)
        assert jacobian(jit(softmax))(scores) == jacobian(softmax)(scores)


@pytest.mark.parametrize(("module", "build", "at"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_expressions(module: Any, build: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Value", "constant"):  # they make variables of numbers; these are variables already
        monkeypatch.setattr(module, name, lambda number, label: number)
    check(build, (dict(at),), ({label: number + 0.125 for label, number in at.items()},))


def test_the_table_of_002(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Value", "constant"):
        monkeypatch.setattr(xnor_step, name, lambda number, label: number)
    rows = [({**xnor_step.WEIGHTS, "x1": x1, "x2": x2, "y": y},) for x1, x2, y, _, _ in xnor_step.TABLE]
    check(xnor_step.network, *rows)


def gradients(loss: Value, parameters: list[Value]) -> list[float]:
    zero_gradients(parameters)
    loss.backward()
    return [parameter.grad for parameter in parameters]


def check_network(loss: Any, parameters: list[Value]) -> None:
    """A loss of parameters that it doesn't take as arguments, before and after they move."""
    replayed = jit(loss)
    for _ in range(2):
        assert replayed().data == loss().data
        found = gradients(replayed(), parameters)
        assert found == gradients(loss(), parameters)
        for parameter, slope in zip(parameters, found, strict=True):
            parameter.data -= 0.5 * slope


@pytest.mark.parametrize("regularised", [0.0, 1.0])
@pytest.mark.parametrize(
    ("sizes", "targets"), [((3, 5, 3), network_cost.Y), ((3, 4, 1), network_cost.IS_CLASS_0)], ids=["K = 3", "K = 1"]
)
def test_the_cost_of_001(sizes: Any, targets: Any, regularised: float) -> None:
    model = network_cost.network(network_cost.fixed_weights(*sizes))
    check_network(
        lambda: network_cost.engine_cost(model, network_cost.X, targets, regularised),
        model.parameters(),
    )


def test_the_network_of_003() -> None:
    net = TwoLayerNet(16, 5, 10)
    images = [[(i * 37 + k * 11) % 17 / 17.0 for i in range(16)] for k in range(3)]
    check_network(lambda: net.loss(images, one_hot([2, 7, 2], 10)), net.network.parameters())


def test_the_neuron_of_004() -> None:
    neuron = Neuron(2, "sigmoid", seed=0)
    targets = one_neuron.GATES["AND"]
    check_network(
        lambda: binary_cross_entropy([neuron(x) for x in one_neuron.CORNERS], targets),
        neuron.parameters(),
    )
