"""What a playground is held to Python's fit on: models, losses, optimisers, batches; each is trained by both."""

from __future__ import annotations

import math
import random
from typing import Any

from autograd import Value, exp, sigmoid, softmax, tanh
from demos.moons import two_moons
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Layer,
    LayerNorm,
    Module,
    RMSprop,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_with_logits,
    hinge,
    mse,
    playground,
)
from support.playgrounds import Case

STEPS = 100
POINTS, SIDES = two_moons(30, 0.1, seed=3)
SHARES = [(side + 1) / 2 for side in SIDES]
TIMES = [[0.1 * i] for i in range(-10, 11)]
SINES = [math.sin(3.0 * t[0]) for t in TIMES]
CORNERS = [(random.Random(i).random(), random.Random(-i).random()) for i in range(25)]
THIRDS = [int(3.0 * a) for a, _ in CORNERS]


class Network(Module):
    """A user's own: a row of logits, made probabilities by a softmax."""

    def __init__(self) -> None:
        self.hidden = Layer(2, 5, "tanh", seed=1)
        self.out = Layer(5, 3, "linear", seed=2)

    def __call__(self, x: Any) -> Any:
        return softmax(self.out(self.hidden(x)))


class Recurrent(Module):
    """A tiny recurrent network over four numbers, with labels of its own."""

    def __init__(self) -> None:
        self.w, self.u, self.b, self.v = (Value(z) for z in (0.5, -0.4, 0.1, 0.9))

    def __call__(self, xs: Any) -> Any:
        h: Any = 0.0
        for x in xs:
            h = tanh(self.w * x + self.u * h + self.b)
            h.label = "h"
        return self.v * h


class Xnor(Module):
    """Two hidden units and one output, written with Values alone."""

    def __init__(self) -> None:
        generator = random.Random(5)
        self.weights = [[Value(generator.uniform(-2.0, 2.0)) for _ in range(3)] for _ in range(3)]

    def __call__(self, x: Any) -> Any:
        a, b = x
        first, second = (sigmoid(w[0] * a + w[1] * b + w[2]) for w in self.weights[:2])
        w = self.weights[2]
        return sigmoid(w[0] * first + w[1] * second + w[2])


class Normed(Module):
    def __init__(self) -> None:
        self.first = Layer(2, 4, "elu", seed=1)
        self.norm = LayerNorm(4)
        self.second = Layer(4, 3, "linear", seed=2)

    def __call__(self, x: Any) -> Any:
        return self.second(self.norm(self.first(x)))


class Curve(Module):
    """Of one number, which is no row."""

    def __init__(self) -> None:
        self.a, self.b = Value(0.5), Value(-0.2)

    def __call__(self, x: Any) -> Any:
        return self.a * x * x + self.b


def sgd(model: Any) -> Any:
    return SGD(model.parameters(), 0.3)


def case(make: Any, inputs: Any, targets: Any, loss: Any, optimizer: Any = sgd, **options: Any) -> Case:
    return Case(make, inputs, targets, loss, optimizer, {"seed": 11, **options})


def moons() -> Any:
    return MLP(2, [6, 6, 1], seed=2)


SERIES = [[math.sin(i + j) for j in range(4)] for i in range(12)]
CASES = {
    "classes": case(lambda: MLP(2, [8, 3], "tanh", seed=0), CORNERS, THIRDS, cross_entropy_with_logits, batch_size=8),
    "classes, one-hot": case(
        Network, CORNERS, [[float(k == c) for k in range(3)] for c in THIRDS], cross_entropy, batch_size=10
    ),
    "classes of probabilities": case(Network, CORNERS, THIRDS, cross_entropy),
    "regression": case(lambda: MLP(1, [8, 1], "tanh", seed=0), TIMES, SINES, mse, batch_size=4),
    "several outputs": case(lambda: MLP(2, [3, 2], "sigmoid", seed=0), CORNERS, [[a, a * b] for a, b in CORNERS], mse),
    "two moons": case(moons, POINTS, SIDES, hinge),
    "two moons, batches": case(moons, POINTS, SIDES, hinge, batch_size=7),
    "logits": case(moons, POINTS, SHARES, binary_cross_entropy_with_logits, batch_size=30),
    "recurrent": case(Recurrent, SERIES, [sum(row) for row in SERIES], mse, batch_size=5),
    "xnor": case(Xnor, [(0, 0), (0, 1), (1, 0), (1, 1)], [1, 0, 0, 1], binary_cross_entropy, batch_size=3),
    "own loss": case(
        lambda: MLP(1, [4, 1], "gelu", seed=0), TIMES, SINES, lambda p, t: (p - t) ** 4 + 0.1 * exp(-p), batch_size=6
    ),
    "layer norm": case(Normed, CORNERS, THIRDS, cross_entropy_with_logits, batch_size=9),
    "one number in": case(Curve, [0.0, 0.5, 1.0], [0.3, 0.2, 0.8], mse),
    "share to validate on": case(moons, POINTS, SIDES, hinge, batch_size=7, validation=0.3),
    "data to validate on": case(moons, POINTS, SIDES, hinge, batch_size=7, validation=(POINTS[:5], SIDES[:5])),
    "momentum": case(moons, POINTS, SIDES, hinge, lambda m: SGD(m.parameters(), 0.05, momentum=0.9)),
    "nesterov": case(
        moons, POINTS, SIDES, hinge, lambda m: SGD(m.parameters(), 0.05, 0.9, nesterov=True, weight_decay=0.01)
    ),
    "decay": case(moons, POINTS, SIDES, hinge, lambda m: SGD(m.parameters(), 0.05, weight_decay=0.1)),
    "adam": case(moons, POINTS, SIDES, hinge, lambda m: Adam(m.parameters(), 0.02), batch_size=8),
    "adam, decay": case(
        moons, POINTS, SIDES, hinge, lambda m: Adam(m.parameters(), 0.02, (0.8, 0.9), 1e-6, 0.05), batch_size=8
    ),
    "adamw": case(moons, POINTS, SIDES, hinge, lambda m: AdamW(m.parameters(), 0.02, weight_decay=0.1), batch_size=8),
    "rmsprop": case(moons, POINTS, SIDES, hinge, lambda m: RMSprop(m.parameters(), 0.01), batch_size=8),
    "rmsprop, momentum": case(
        moons, POINTS, SIDES, hinge, lambda m: RMSprop(m.parameters(), 0.01, 0.9, 1e-6, 0.01, 0.5), batch_size=8
    ),
}


def page_of(case: Case) -> Any:
    model = case.make()
    return playground(model, case.X, case.y, loss=case.loss, optimizer=case.optimizer(model), **case.options)


def epochs_of(case: Case) -> int:
    """How many make at least so many steps."""
    count = len(case.X) - (round(0.3 * len(case.X)) if case.options.get("validation") == 0.3 else 0)
    return math.ceil(STEPS / math.ceil(count / (case.options.get("batch_size") or count)))
