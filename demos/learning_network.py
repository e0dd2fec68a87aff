"""Document 003's network on real handwriting: its parameters, the price of their gradient, and training."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from demos.handwriting import Handwriting, Image, handwriting
from demos.report import AtLeast, Row, Section, duration, show
from demos.two_layer_net import TwoLayerNet, numerical_derivative
from nn import SGD, History, cross_entropy_with_logits, fit, one_hot

SIZES = (784, 50, 10)
RATE = 0.1
SAMPLE = 40
"""How many of the 39,760 derivatives are found numerically."""

T = TypeVar("T")


@dataclass(frozen=True)
class Effort:
    """How much training plain Python does in some ten seconds.

    Attributes:
        pictures: how many to learn from.
        epochs: how often.
        batch: pictures per step.
        accuracy: what it must come to, at least, on pictures not learnt from; guessing comes to 0.1.
    """

    pictures: int
    epochs: int
    batch: int
    accuracy: float


EFFORTS = {8: Effort(1000, 4, 2, 0.85), 28: Effort(600, 1, 1, 0.6)}
"""By width of the pictures."""

TESTED = 300


def network_sections() -> list[Section]:
    """The parameters, what their gradient costs both ways, and a trained network."""
    training = trained()
    data = training.data
    return [parameter_section(), *cost_sections(data.train_images[0], data.train_labels[0]), training_section(training)]


def parameter_section() -> Section:
    """The dictionaries of the document's table, and how many numbers they hold."""
    net = TwoLayerNet(*SIZES)
    w1, b1, w2, b2 = (net.params[name] for name in ("W1", "b1", "W2", "b2"))
    count = len(net.network.parameters())
    rows = [
        Row("rows and columns of params['W1']", "784 × 50", "(784, 50)", (len(w1), len(w1[0]))),
        Row("length of params['b1']", "50", "50", len(b1)),
        Row("rows and columns of params['W2']", "50 × 10", "(50, 10)", (len(w2), len(w2[0]))),
        Row("length of params['b2']", "10", "10", len(b2)),
        Row("variables of the loss", "39,760", "39760", count),
        Row("numerical derivatives, 10,000 epochs", "39,760 × 10,000", "397600000", count * 10_000),
    ]
    return Section("TwoLayerNet(784, 50, 10)", rows)


# -- the price of a gradient ------------------------------------------------------------------------------------------


def cost_sections(image: Image, label: int) -> list[Section]:
    """One gradient by differences and by backpropagation: of a small network whole, of the document's in part."""
    x, t = [image], one_hot([label], 10)
    hidden = 10 if len(image) < 100 else 1
    small = TwoLayerNet(len(image), hidden, 10)
    numerical, slow = _timed(lambda: small.numerical_gradient(x, t))
    engine, fast = _timed(lambda: small.gradient(x, t))
    measured = (
        f"{len(image)}-{hidden}-10, {len(_flat(engine)):,} parameters, one picture, both measured: "
        f"numerical_gradient {duration(slow)}, gradient {duration(fast)}, {slow / fast:,.0f} to 1."
    )
    whole = Section(
        "Why backpropagation: one gradient, both ways",
        [Row("greatest difference between them", "equal", "0.000000", _distance(_flat(numerical), _flat(engine)))],
        [measured],
    )
    large, picture = TwoLayerNet(*SIZES), [_enlarged(image)]
    parameters = large.network.parameters()
    chosen = random.Random(0).sample(parameters, SAMPLE)
    sample, part = _timed(lambda: [numerical_derivative(lambda: large.loss(picture, t), p) for p in chosen])
    _, fast = _timed(lambda: large.gradient(picture, t))
    slow = part / SAMPLE * len(parameters)
    estimate = (
        f"784-50-10, {len(parameters):,} parameters, one picture{'' if len(image) == 784 else ', enlarged to 28×28'}. "
        f"{SAMPLE} numerical derivatives, chosen at random, took {duration(part)}; all would take {duration(slow)}: "
        f"extrapolated, not measured. gradient took {duration(fast)}, {slow / fast:,.0f} to 1."
    )
    difference = _distance(sample, [parameter.grad for parameter in chosen])
    extrapolated = Section(
        "The same for the document's network",
        [Row(f"greatest difference in {SAMPLE} of them", "equal", "0.000000", difference)],
        [estimate],
    )
    return [whole, extrapolated]


def _timed(action: Callable[[], T]) -> tuple[T, float]:
    """What it returns, and how many seconds it took."""
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def _flat(gradients: dict[str, list[Any]]) -> list[float]:
    """The numbers of a `grads` dictionary, one after the other."""
    return [
        number
        for name, values in gradients.items()
        for row in (values if name.startswith("W") else [values])
        for number in row
    ]


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def _enlarged(image: Image) -> Image:
    """A square picture of 28×28 pixels, by repeating pixels."""
    width = round(len(image) ** 0.5)
    places = [i * width // 28 for i in range(28)]
    return [image[row * width + column] for row in places for column in places]


# -- training ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Training:
    """A trained network and how it came about."""

    data: Handwriting
    effort: Effort
    net: TwoLayerNet
    loss_before: float
    history: History


@cache
def trained() -> Training:
    """The network trained on MNIST where there is one, else on scikit-learn's digits; once per process."""
    return train(handwriting(max(effort.pictures for effort in EFFORTS.values()), TESTED))


def train(data: Handwriting) -> Training:
    """Train the document's network, or one with fewer inputs for smaller pictures, by SGD with learning rate 0.1."""
    effort = EFFORTS[28 if data.width > 8 else 8]
    images, labels = data.train_images[: effort.pictures], data.train_labels[: effort.pictures]
    net = TwoLayerNet(data.width**2, *SIZES[1:])
    before = net.loss(images[:100], one_hot(labels[:100], 10)).data
    history = fit(
        net.network,
        images,
        labels,
        loss=cross_entropy_with_logits,
        optimizer=SGD(net.network.parameters(), learning_rate=RATE),
        epochs=effort.epochs,
        batch_size=effort.batch,
        seed=0,
    )
    return Training(data, effort, net, before, history)


def training_section(training: Training) -> Section:
    """How well the trained network reads pictures it has not seen."""
    data, effort = training.data, training.effort
    accuracy = training.net.accuracy(data.test_images, one_hot(data.test_labels, 10))
    used = min(effort.pictures, len(data.train_images))
    losses = ", ".join(show(loss, 3) for loss in (training.loss_before, *training.history.loss))
    text = (
        f"{data.source}: {data.width**2}-50-10, SGD with learning rate {RATE}, {used} pictures, "
        f"{effort.batch} per step, epochs: {effort.epochs} (10,000 in the document). "
        f"Mean loss before, and in each epoch: {losses}."
    )
    return Section(
        "TwoLayerNet reads handwriting",
        [AtLeast(f"accuracy on {len(data.test_images)} other pictures", effort.accuracy, accuracy)],
        [text],
        head=("what", "wanted", "engine"),
    )
