"""What the programs compute: each formula once for all engines, its inputs, and its numbers by hand in plain floats."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.networks import initial, outputs, shaped, two_moons
from benchmarks.workloads import call_by_hand, call_price, options

OPERATIONS = 20_000
POINTS = 100_000

NAMES = ("exp", "log", "sqrt", "erf")
"""The functions a price takes of a module."""

NETWORK = (2, 16, 16, 1)
DIGITS = (784, 50, 10)
BATCH = 100

START = [0.9995, 1e-3, 1.0]
"""One point of the chain: factor, summand, first number."""

Columns = list[list[float]]
"""A batch: one list for each argument."""


@dataclass(frozen=True)
class Run:
    """Something to time, ready to run.

    Attributes:
        step: what is timed.
        numbers: what it returned, as plain numbers: the value and then the gradient; of a batch all values, then all
            derivatives by the first argument, and so on.
    """

    step: Callable[[], Any]
    numbers: Callable[[Any], Sequence[float]]


def chain_points(count: int) -> Columns:
    """Points to compute a chain at."""
    generator = random.Random(1)
    bounds = [(0.999, 0.9999), (0.0, 1e-3), (0.5, 1.5)]
    return [[generator.uniform(low, high) for _ in range(count)] for low, high in bounds]


def chain_by_hand(operations: int, columns: Columns) -> list[float]:
    """The chain in closed form: y·aⁿ + b·(aⁿ - 1)/(a - 1), and its derivatives by a, b and y."""
    n = operations // 2
    rows = []
    for a, b, y in zip(*columns, strict=True):
        power, less = a**n, a - 1.0
        series = math.expm1(n * math.log(a)) / less
        by_a = n * a ** (n - 1) * y + b * (n * a ** (n - 1) - series) / less
        rows.append([power * y + b * series, by_a, series, power])
    return [number for column in zip(*rows, strict=True) for number in column]


def option_columns(count: int) -> Columns:
    return [list(column) for column in zip(*options(count), strict=True)]


def option_by_hand(columns: Columns) -> list[float]:
    rows = [call_by_hand(*option) for option in zip(*columns, strict=True)]
    return [number for column in zip(*rows, strict=True) for number in column]


def price_of(functions: Any) -> Callable[..., Any]:
    """The price of a call as a function of five arguments, by the functions of a module."""
    price = call_price({name: getattr(functions, name) for name in NAMES})
    return lambda *option: price(option)


def score(parameters: Sequence[Any], point: Sequence[Any], activation: Callable[[Any], Any]) -> Any:
    """The one output of the network 2-16-16-1."""
    return outputs(shaped(NETWORK, list(parameters)), list(point), activation)[0]


def hinge(parameters: Sequence[Any], point: Sequence[Any], side: Any, relu: Callable[[Any], Any]) -> Any:
    """How far the score of one of the two moons' points is from being on its side by 1."""
    return relu(1.0 - side * score(parameters, point, relu))


def score_by_hand(parameters: list[float], point: list[float]) -> list[float]:
    """The output of the network with tanh, and its gradient by the parameters."""
    value, pull = network_by_hand(NETWORK, parameters, point, math.tanh, lambda y: 1.0 - y * y)
    return [value, *pull(1.0)]


def hinge_by_hand(parameters: list[float]) -> list[float]:
    """The mean hinge loss of the two moons, and its gradient by the parameters."""
    points, sides = two_moons(BATCH)
    loss, gradient = 0.0, [0.0] * len(parameters)
    for point, side in zip(points, sides, strict=True):
        value, pull = network_by_hand(NETWORK, parameters, point, lambda z: max(z, 0.0), lambda y: float(y > 0.0))
        if side * value < 1.0:
            loss += (1.0 - side * value) / BATCH
            gradient = [g + partial for g, partial in zip(gradient, pull(-side / BATCH), strict=True)]
    return [loss, *gradient]


def network_by_hand(
    sizes: tuple[int, ...],
    parameters: list[float],
    point: list[float],
    activation: Callable[[float], float],
    slope: Callable[[float], float],
) -> tuple[float, Callable[[float], list[float]]]:
    """The one output of a network, and how to pull an adjoint of it back to the parameters.

    Args:
        sizes: of the layers.
        parameters: layer by layer, neuron by neuron, a neuron's bias last.
        point: the input.
        activation: of the hidden layers.
        slope: its derivative, of its result.
    """
    layers = shaped(sizes, parameters)
    seen = [point]
    for i, neurons in enumerate(layers):
        sums = [math.fsum(map(float.__mul__, w, seen[-1])) + b for w, b in neurons]
        seen.append([activation(z) for z in sums] if i < len(layers) - 1 else sums)

    def pull(adjoint: float) -> list[float]:
        deltas, gradients = [adjoint], []
        for neurons, x in zip(reversed(layers), reversed(seen[:-1]), strict=True):
            gradients.append([part for delta in deltas for part in (*(delta * xi for xi in x), delta)])
            adjoints = [math.fsum(d * w[i] for d, (w, _) in zip(deltas, neurons, strict=True)) for i in range(len(x))]
            deltas = [a * slope(xi) for a, xi in zip(adjoints, x, strict=True)]
        return [part for gradient in reversed(gradients) for part in gradient]

    return seen[-1][0], pull


def moons_parameters() -> list[float]:
    return initial(NETWORK)


def pictures() -> tuple[list[list[float]], list[list[float]]]:
    """A batch of pictures as bright as MNIST's, and for each a 1.0 at the place of its digit."""
    generator = random.Random(1)
    pixels = [[generator.random() if generator.random() < 0.2 else 0.0 for _ in range(784)] for _ in range(BATCH)]
    return pixels, [[float(i == k % 10) for i in range(10)] for k in range(BATCH)]


def digits_parameters() -> list[Any]:
    """Weights and biases of 784-50-10 as matrices and rows: W₁, b₁, W₂, b₂."""
    layers = shaped(DIGITS, initial(DIGITS))
    return [part for neurons in layers for part in ([w for w, _ in neurons], [b for _, b in neurons])]
