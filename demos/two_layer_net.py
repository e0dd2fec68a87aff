"""`TwoLayerNet` of document 003: affine, sigmoid, affine, softmax, cross entropy, made of our layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, no_grad, softmax
from demos.report import central_difference
from nn import MLP, accuracy, cross_entropy_with_logits
from nn.descent import zero_gradients

Rows = Sequence[Sequence[float]]
"""One row per picture: its pixels, or its label one-hot."""


class TwoLayerNet:
    """A classifier of two layers, with the methods and dictionaries of the document's table.

    Args:
        input_size: neurons of the input layer, one per pixel.
        hidden_size: neurons of the hidden layer.
        output_size: neurons of the output layer, one per class.

    Attributes:
        params: the variables: `W1[i][j]` leads from input i to hidden neuron j, `b1[j]`; `W2`, `b2` likewise.
        grads: the gradients that `gradient` or `numerical_gradient` found last, in the same places.

    >>> net = TwoLayerNet(784, 50, 10)
    >>> sum(map(len, net.params["W1"])) + len(net.params["b1"])
    39250
    >>> len(net.network.parameters())
    39760
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        self.network = MLP(input_size, [hidden_size, output_size], activation="sigmoid", initializer="xavier", seed=0)
        hidden, output = self.network.layers
        self.params: dict[str, list[Any]] = {
            "W1": _columns([neuron.w for neuron in hidden.neurons]),
            "b1": [neuron.b for neuron in hidden.neurons],
            "W2": _columns([neuron.w for neuron in output.neurons]),
            "b2": [neuron.b for neuron in output.neurons],
        }
        self.grads: dict[str, list[Any]] = {}
        self._parameters = self.network.parameters()

    def predict(self, x: Rows) -> list[list[Value]]:
        """The probability of each class, for each picture."""
        return [softmax(self.network(row)) for row in x]

    def loss(self, x: Rows, t: Rows) -> Value:
        """The cross entropy −Σ tₖ log yₖ, its mean over the pictures."""
        loss: Value = cross_entropy_with_logits([self.network(row) for row in x], t)
        return loss

    def accuracy(self, x: Rows, t: Rows) -> float:
        """The fraction of pictures whose most probable class is the labelled one."""
        with no_grad():
            return accuracy([self.network(row) for row in x], t)

    def numerical_gradient(self, x: Rows, t: Rows) -> dict[str, list[Any]]:
        """The gradient by central differences: two losses for every parameter."""
        self.grads = self._for_each_parameter(
            lambda parameter: numerical_derivative(lambda: self.loss(x, t), parameter)
        )
        return self.grads

    def gradient(self, x: Rows, t: Rows) -> dict[str, list[Any]]:
        """The gradient by backpropagation: one loss and one backward pass for all parameters."""
        zero_gradients(self._parameters)
        self.loss(x, t).backward()
        self.grads = self._for_each_parameter(lambda parameter: parameter.grad)
        return self.grads

    def _for_each_parameter(self, number: Callable[[Value], float]) -> dict[str, list[Any]]:
        """A number for each parameter, in dictionaries and lists of the same shape."""
        return {
            name: [[number(p) for p in row] for row in values] if name.startswith("W") else [number(p) for p in values]
            for name, values in self.params.items()
        }


def numerical_derivative(loss: Callable[[], Value], parameter: Value, h: float = 1e-4) -> float:
    """The central difference of a loss by one of its parameters, which has its own number again afterwards."""

    def loss_at(number: float) -> float:
        parameter.data = number
        return loss().data

    kept = parameter.data
    try:
        with no_grad():
            return central_difference(loss_at, kept, h)
    finally:
        parameter.data = kept


def _columns(rows: list[list[Value]]) -> list[list[Value]]:
    """A neuron keeps its weights together; the document's matrix has a column per neuron."""
    return [list(column) for column in zip(*rows, strict=True)]
