"""Two moons: a small network separates two interleaved half circles, with micrograd's network, loss and settings.

It is validated on as many other points, and stops when they are told apart no better.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograd import Value, constant, relu
from autograd.support.extras import has
from demos.report import AtLeast, Report, Section
from nn import MLP, SGD, EarlyStopping, History, Playground, accuracy, fit, hinge, l2_penalty, playground, predict

POINTS, NOISE, STEPS, PATIENCE = 100, 0.1, 100, 20
PENALTY = 2e-4
"""Half of it times Σ w²; micrograd's 1e-4 Σ p², but without the biases."""


@dataclass(frozen=True)
class Separation:
    """The points, their sides (1 or −1), others to validate on, and the network that tells them apart."""

    points: list[tuple[float, float]]
    sides: list[int]
    others: list[tuple[float, float]]
    other_sides: list[int]
    model: MLP
    history: History
    best_epoch: int


def two_moons(count: int, noise: float, seed: int) -> tuple[list[tuple[float, float]], list[int]]:
    """Points of two half circles of radius 1, each reaching into the other, and their sides, 1 and −1 in turn.

    Args:
        count: how many points.
        noise: the standard deviation of each coordinate about the half circle.
        seed: of the noise.

    >>> points, sides = two_moons(4, noise=0.0, seed=0)
    >>> [(round(x, 9), round(y, 9)) for x, y in points], sides
    ([(1.0, 0.0), (0.0, 0.5), (-1.0, 0.0), (2.0, 0.5)], [1, -1, 1, -1])
    """
    generator = random.Random(seed)
    points, sides = [], []
    for i in range(count):
        angle = math.pi * (i // 2) / max((count - 1) // 2, 1)
        x, y = math.cos(angle), math.sin(angle)
        if i % 2:
            x, y = 1.0 - x, 0.5 - y
        points.append((generator.gauss(x, noise), generator.gauss(y, noise)))
        sides.append(-1 if i % 2 else 1)
    return points, sides


@cache
def trained() -> Separation:
    """The network after training on all points at once, as it was when it validated best; once per process."""
    points, sides = two_moons(POINTS, NOISE, seed=0)
    others, other_sides = two_moons(POINTS, NOISE, seed=1)
    stopping = EarlyStopping(PATIENCE)
    model = MLP(2, [16, 16, 1], activation="relu", seed=0)
    history = fit(
        model,
        points,
        sides,
        loss=hinge,
        optimizer=SGD(model.parameters(), lambda step: 1.0 - 0.9 * step / STEPS),
        epochs=STEPS,
        validation=(others, other_sides),
        callbacks=[stopping],
        metrics={"accuracy": lambda scores, targets: accuracy(scores, targets, threshold=0.0)},
        penalty=lambda model: l2_penalty(model, PENALTY),
        jit=has("numpy") and has("llvmlite"),
    )
    return Separation(points, sides, others, other_sides, model, history, stopping.best_epoch)


def report() -> Report:
    """The progress of the training, and the accuracy it ends with."""
    done = trained()
    history, steps = done.history, len(done.history.loss)
    progress = [
        f"step {i + 1:>3}: loss {history.loss[i]:.4f}, accuracy {history.metrics['accuracy'][i]:.0%}; on the others "
        f"{history.validation_loss[i]:.4f}, {history.validation_metrics['accuracy'][i]:.0%}"
        for i in [0, *range(9, steps - 1, 10), steps - 1]
    ]
    settings = (
        f"{POINTS} points, {len(done.model.parameters())} parameters (2-16-16-1, ReLU), max-margin loss, L2 penalty, "
        f"up to {STEPS} steps of gradient descent with a learning rate from 1 down to 0.1. Validated on {POINTS} other "
        f"points; stopped after {PATIENCE} steps without improvement, with the parameters of step {done.best_epoch}."
    )
    results = [
        AtLeast("accuracy", 1.0, accuracy(predict(done.model, done.points), done.sides, threshold=0.0)),
        AtLeast("accuracy, others", 1.0, accuracy(predict(done.model, done.others), done.other_sides, threshold=0.0)),
    ]
    return [
        Section("Training", text=[settings, *progress]),
        Section("The result", results, head=("what", "wanted", "engine")),
    ]


def output() -> Value:
    """The max-margin loss of one neuron on one point, with its labels."""
    w1, w2, b = Value(0.5, "w1"), Value(-1.0, "w2"), Value(0.25, "b")
    x1, x2, side = constant(1.0, "x1"), constant(0.5, "x2"), constant(1.0, "side")
    score = w1 * x1 + w2 * x2 + b
    score.label = "score"
    loss: Value = relu(1.0 - side * score)
    loss.label = "loss"
    return loss


def training_page() -> Playground:
    """The same points and network as a page that trains it."""
    model = MLP(2, [16, 16, 1], activation="relu", seed=0)
    return playground(
        model,
        *two_moons(POINTS, NOISE, seed=0),
        loss=hinge,
        optimizer=SGD(model.parameters(), 0.1),
        seed=0,
        validation=two_moons(POINTS, NOISE, seed=1),
        title="Two moons",
    )


def plots(folder: Path) -> list[Path]:
    """The points, and where the network draws the line between them."""
    from matplotlib.figure import Figure

    done = trained()
    xs, ys = [-1.6 + 0.06 * i for i in range(71)], [-1.1 + 0.06 * i for i in range(46)]
    scores = [predict(done.model, [(x, y) for x in xs]) for y in ys]
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    axes = figure.subplots()
    shades = axes.contourf(xs, ys, scores, levels=[-1e9, -1, 0, 1, 1e9], colors=["C0", "C0", "C1", "C1"], alpha=0.35)
    shades.set_alpha([0.5, 0.2, 0.2, 0.5])
    axes.contour(xs, ys, scores, levels=[0.0], colors="black")
    for side, colour, marker in ((1, "C1", "o"), (-1, "C0", "s")):
        own = [point for point, other in zip(done.points, done.sides, strict=True) if other == side]
        x, y = zip(*own, strict=True)
        axes.scatter(x, y, c=colour, marker=marker, edgecolors="black", label=f"side {side:+d}")
    axes.set(title="two moons: the decision boundary, and the margins of ±1 (darker beyond)", xlabel="x", ylabel="y")
    axes.set_aspect("equal")
    axes.legend(loc="upper right")
    path = folder / "moons.png"
    figure.savefig(path)
    return [path]
