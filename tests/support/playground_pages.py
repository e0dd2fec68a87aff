"""Playgrounds of each kind for the tests of the page, and how a page is read."""

from __future__ import annotations

import math
import random
from typing import Any

from autograd import Value
from demos.moons import two_moons
from nn import (
    MLP,
    SGD,
    Adam,
    Playground,
    binary_cross_entropy_with_logits,
    cross_entropy_with_logits,
    hinge,
    mse,
    playground,
)

POINTS, SIDES = two_moons(24, 0.1, 0)
OTHERS = two_moons(10, 0.1, 1)


def moons_model() -> MLP:
    return MLP(2, [4, 3, 1], activation="tanh", seed=1)


def moons(**options: Any) -> Playground:
    """Two classes, −1 and 1, of points in the plane."""
    model = moons_model()
    optimizer = SGD(model.parameters(), 0.1)
    given = {"loss": hinge, "optimizer": optimizer, "seed": 0, "validation": OTHERS, "title": "Two moons", **options}
    return playground(model, POINTS, SIDES, **given)


def sine() -> Playground:
    """A curve over one input."""
    x = [[-3.0 + 0.3 * i] for i in range(21)]
    model = MLP(1, [4, 1], activation="tanh", seed=0)
    return playground(
        model, x, [math.sin(a) for (a,) in x], loss=mse, optimizer=Adam(model.parameters(), 0.02), batch_size=5, seed=4
    )


def three() -> Playground:
    """Three classes of points in the plane."""
    generator = random.Random(0)
    angles = [2 * math.pi * (i % 3) / 3 for i in range(30)]
    points = [[generator.gauss(math.cos(a), 0.3), generator.gauss(math.sin(a), 0.3)] for a in angles]
    model = MLP(2, [5, 3], activation="relu", seed=1)
    targets = [i % 3 for i in range(30)]
    return playground(
        model, points, targets, loss=cross_entropy_with_logits, optimizer=SGD(model.parameters(), 0.1), seed=0
    )


def four() -> Playground:
    """A number from four inputs, by a layer of more units than are shown."""
    generator = random.Random(0)
    points = [[generator.gauss(0, 1) for _ in range(4)] for _ in range(20)]
    model = MLP(4, [20, 1], activation="tanh", seed=1)
    targets = [p[0] * p[1] + p[2] for p in points]
    return playground(model, points, targets, loss=mse, optimizer=SGD(model.parameters(), 0.05), seed=0)


def function() -> Playground:
    """One neuron, a function of the user's own."""
    w1, w2, b = Value(0.3, "w1"), Value(-0.2, "w2"), Value(0.1, "b")
    corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    return playground(
        lambda x: w1 * x[0] + w2 * x[1] + b,
        corners,
        [0, 0, 0, 1],
        loss=binary_cross_entropy_with_logits,
        optimizer=SGD([w1, w2, b], 0.5),
        seed=3,
        title="One neuron",
    )


def recurrent() -> Playground:
    """A tiny recurrent network over sequences of three numbers; its weights are used again and again."""
    w, u, v = Value(0.5, "w"), Value(-0.3, "u"), Value(0.8, "v")

    def last(sequence: Any) -> Any:
        h: Any = 0.0
        for x in sequence:
            h = (w * x + u * h).tanh()
            h.label = "h"
        return v * h

    generator = random.Random(1)
    sequences = [[generator.uniform(-1, 1) for _ in range(3)] for _ in range(12)]
    return playground(last, sequences, [s[-1] for s in sequences], loss=mse, optimizer=SGD([w, u, v], 0.1), seed=0)


KINDS = {f.__name__: f for f in (moons, sine, three, four, function, recurrent)}


def number(text: str) -> float:
    """A number as the page shows it."""
    return float(text.replace("−", "-").replace("∞", "inf").replace(",", "").removesuffix(" %"))


def parameters(page: Any) -> list[float]:
    numbers: list[float] = page.evaluate("[...page.trainer.parameters]")
    return numbers


def shown(page: Any, place: str) -> float:
    """The number in an element."""
    return number(page.locator(f"#{place}").inner_text())
