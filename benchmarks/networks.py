"""Training steps of small networks, written once for every engine; and with this project's own `nn`."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from benchmarks.engines import Engine

Run = Callable[[], list[float]]
Layers = list[list[tuple[list[Any], Any]]]
"""Per layer and neuron: the weights and the bias."""


def moons(engine: Engine, steps: int) -> Run:
    """All 100 points at once, as micrograd's demo does: hinge loss, L2 penalty, plain gradient descent."""
    sizes = (2, 16, 16, 1)
    numbers = initial(sizes)
    variables = engine.variables(numbers)
    layers = shaped(sizes, variables)
    relu = engine.functions["relu"]
    points, sides = two_moons(100)

    def loss(_: list[Any]) -> Any:
        total = 0.0
        for point, side in zip(points, sides, strict=True):
            (score,) = outputs(layers, point, relu)
            total = total + relu(1.0 - side * score)
        return total * 0.01 + 1e-4 * sum(p * p for p in variables)

    return _descent(engine, loss, variables, numbers, steps)


def moons_with_nn(engine: Engine, steps: int) -> Run:
    """The same step with `nn`: a neuron's weighted sum is one node."""
    import autograd
    import nn

    model = nn.MLP(2, [16, 16, 1])
    parameters = model.parameters()
    engine.assign(parameters, initial((2, 16, 16, 1)))
    points, sides = two_moons(100)

    def loss() -> Any:
        return nn.hinge([model(point) for point in points], sides) + 1e-4 * autograd.dot(parameters, parameters)

    return _descent_with_nn(model, loss, steps)


def digits(engine: Engine, steps: int) -> Run:
    """One picture of 28 × 28 pixels: a margin between the score of its digit and the others'."""
    sizes = (784, 50, 10)
    numbers = initial(sizes)
    variables = engine.variables(numbers)
    layers = shaped(sizes, variables)
    relu = engine.functions["relu"]
    picture = _picture()

    def loss(_: list[Any]) -> Any:
        scores = outputs(layers, picture, relu)
        return sum(relu(1.0 + score - scores[3]) for score in scores)

    return _descent(engine, loss, variables, numbers, steps)


def digits_with_nn(engine: Engine, steps: int) -> Run:
    """The same step with `nn`."""
    import autograd
    import nn

    model = nn.MLP(784, [50, 10])
    engine.assign(model.parameters(), initial((784, 50, 10)))
    picture = _picture()

    def loss() -> Any:
        scores = model(picture)
        return autograd.sum([autograd.relu(1.0 + score - scores[3]) for score in scores])

    return _descent_with_nn(model, loss, steps)


def phases_with_nn() -> dict[str, float]:
    """Seconds of the parts of a step on one picture, the fastest of ten; with three optimisers."""
    import autograd
    import nn

    model = nn.MLP(784, [50, 10], seed=1)
    picture = _picture()
    optimizers = {
        "SGD": nn.SGD(model.parameters(), 1e-6),
        "SGD with momentum": nn.SGD(model.parameters(), 1e-6, momentum=0.9),
        "Adam": nn.Adam(model.parameters(), 1e-6),
    }
    seconds: dict[str, list[float]] = {}

    def timed(phase: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        seconds.setdefault(phase, []).append(time.perf_counter() - start)
        return result

    for _ in range(10):
        model.zero_grad()
        loss = timed("forward", lambda: autograd.logsumexp(model(picture)))
        timed("backward", loss.backward)
        for name, optimizer in optimizers.items():
            timed(name, optimizer.step)
    return {phase: min(times) for phase, times in seconds.items()}


def outputs(layers: Layers, x: list[Any], relu: Callable[[Any], Any]) -> list[Any]:
    for i, neurons in enumerate(layers):
        x = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), b) for w, b in neurons]
        if i < len(layers) - 1:
            x = [relu(z) for z in x]
    return x


def _descent(
    engine: Engine, loss: Callable[[list[Any]], Any], variables: list[Any], numbers: list[float], steps: int
) -> Run:
    def run() -> list[float]:
        for _ in range(steps):
            gradient = engine.sweep(engine.record(loss, variables), variables)
            numbers[:] = [number - 0.01 * partial for number, partial in zip(numbers, gradient, strict=True)]
            engine.assign(variables, numbers)
        return list(numbers)

    return run


def _descent_with_nn(model: Any, loss: Callable[[], Any], steps: int) -> Run:
    import nn

    optimizer = nn.SGD(model.parameters(), 0.01)

    def run() -> list[float]:
        for _ in range(steps):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        return [parameter.data for parameter in optimizer.parameters]

    return run


def initial(sizes: tuple[int, ...]) -> list[float]:
    """Weights and biases in the order of `nn`: layer by layer, neuron by neuron, a neuron's bias last."""
    generator = random.Random(1)
    numbers = []
    for inputs, units in pairwise(sizes):
        for _ in range(units):
            numbers += [generator.gauss(0.0, 1.0) / math.sqrt(inputs) for _ in range(inputs)] + [0.0]
    return numbers


def shaped(sizes: tuple[int, ...], variables: list[Any]) -> Layers:
    place: Iterator[Any] = iter(variables)
    return [
        [([next(place) for _ in range(inputs)], next(place)) for _ in range(units)] for inputs, units in pairwise(sizes)
    ]


def two_moons(count: int) -> tuple[list[list[float]], list[float]]:
    """Points on two half circles that reach into each other, a little noisy, and the side each is on."""
    generator = random.Random(1)
    points, sides = [], []
    for i in range(count):
        angle = math.pi * generator.random()
        upper = i % 2 == 0
        x, y = (math.cos(angle), math.sin(angle)) if upper else (1.0 - math.cos(angle), 0.5 - math.sin(angle))
        points.append([x + generator.gauss(0.0, 0.1), y + generator.gauss(0.0, 0.1)])
        sides.append(1.0 if upper else -1.0)
    return points, sides


def _picture() -> list[float]:
    """As bright as a digit of MNIST: one pixel in five is not black."""
    generator = random.Random(1)
    return [generator.random() if generator.random() < 0.2 else 0.0 for _ in range(784)]
