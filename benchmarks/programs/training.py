"""Training steps of the peers: PyTorch's tensors, NumPy by hand, micrograd, and the textbook's node."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from benchmarks.engines import ENGINES
from benchmarks.networks import shaped, two_moons
from benchmarks.programs.formulas import (
    BATCH,
    NETWORK,
    Run,
    digits_parameters,
    hinge,
    moons_parameters,
    pictures,
)
from benchmarks.transformer import transformer

RATE = 0.1


def torch_moons(threads: int) -> Run:
    """The mean hinge loss of all points at once, and its gradient."""
    torch = import_module("torch")
    torch.set_num_threads(threads)
    layers = []
    for neurons in shaped(NETWORK, moons_parameters()):
        layers += [[w for w, _ in neurons], [b for _, b in neurons]]
    parameters = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in layers]
    points, sides = (torch.tensor(part, dtype=torch.float64) for part in two_moons(BATCH))

    def step() -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = torch.relu(torch.addmm(b1, points, w1.T))
        hidden = torch.relu(torch.addmm(b2, hidden, w2.T))
        scores = torch.addmm(b3, hidden, w3.T)[:, 0]
        loss = torch.relu(1.0 - sides * scores).mean()
        return loss, torch.autograd.grad(loss, parameters)

    def numbers(result: Any) -> list[float]:
        loss, parts = result
        flat = [loss.item()]
        for weights, biases in zip(parts[::2], parts[1::2], strict=True):
            for row, bias in zip(weights.tolist(), biases.tolist(), strict=True):
                flat += [*row, bias]
        return flat

    return Run(step, numbers)


def micrograd_moons() -> Run:
    engine = ENGINES["micrograd"]()
    variables = engine.variables(moons_parameters())
    points, sides = two_moons(BATCH)
    relu = engine.functions["relu"]

    def loss(_: list[Any]) -> Any:
        return sum(hinge(variables, p, side, relu) for p, side in zip(points, sides, strict=True)) * (1.0 / BATCH)

    def step() -> list[float]:
        recorded = engine.record(loss, variables)
        return [recorded.data, *engine.sweep(recorded, variables)]

    return Run(step, list)


def numpy_digits(threads: int) -> Run:
    """A step of gradient descent: sigmoids, half the squared error, its mean over the batch."""
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads)  # read when NumPy is first imported
    numpy = import_module("numpy")
    parameters = list(map(numpy.array, digits_parameters()))
    pixels, targets = map(numpy.array, pictures())

    def sigmoid(z: Any) -> Any:
        return 1.0 / (1.0 + numpy.exp(-z))

    def step() -> float:
        w1, b1, w2, b2 = parameters
        hidden = sigmoid(pixels @ w1.T + b1)
        found = sigmoid(hidden @ w2.T + b2)
        error = found - targets
        outer = error * found * (1.0 - found) * (1.0 / BATCH)
        inner = (outer @ w2) * hidden * (1.0 - hidden)
        gradient = [inner.T @ pixels, inner.sum(axis=0), outer.T @ hidden, outer.sum(axis=0)]
        for p, g in zip(parameters, gradient, strict=True):
            p -= RATE * g
        return float((error * error).sum() * (0.5 / BATCH))

    return Run(step, lambda loss: [loss])


def torch_digits(threads: int) -> Run:
    torch = import_module("torch")
    torch.set_num_threads(threads)
    parameters = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in digits_parameters()]
    pixels, targets = (torch.tensor(part, dtype=torch.float64) for part in pictures())

    def step() -> float:
        w1, b1, w2, b2 = parameters
        hidden = torch.sigmoid(torch.addmm(b1, pixels, w1.T))
        found = torch.sigmoid(torch.addmm(b2, hidden, w2.T))
        loss = ((found - targets) ** 2).sum() * (0.5 / BATCH)
        gradient = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradient, strict=True):
                p.sub_(g, alpha=RATE)
        return float(loss.item())

    return Run(step, lambda loss: [loss])


def textbook_transformer() -> Run:
    """The textbook's node through the step of `transformer.py`, Adam included."""
    sys.setrecursionlimit(10**9)
    run = transformer(ENGINES["textbook"](), 1)
    return Run(run, list)
