"""Document 003's headline on real MNIST: 784-50-10, batches of 100, learning rate 0.1, 10,000 updates.

The loss of one picture is scalar code; it is recorded once, and replayed over the pictures of a batch. The folder with
MNIST's files is named by `MNIST_DIR`, or by `--data`.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd import Value, constant, dot, jit, logsumexp, sigmoid, value_and_grad, vmap
from demos import handwriting
from demos.progress import progress
from demos.report import AtLeast, Gradient, Report, Row, Section, central_difference, duration

if TYPE_CHECKING:
    from demos.arrays import Array

HIDDEN, DIGITS = 50, 10
BATCH, RATE, UPDATES = 100, 0.1, 10_000
WANTED = 0.93
CURVE = 20  # lines of the loss curve in the terminal
_BAR = 45  # columns of its longest bar


# -- one picture, in scalars -------------------------------------------------------------------------------------------


def scores(parameters: Mapping[str, Any], picture: Sequence[Any]) -> list[Any]:
    """What the network gives each digit: affine, sigmoid, affine. A row of W1 or W2 leads to one neuron."""
    hidden = [sigmoid(dot(w, picture) + b) for w, b in zip(parameters["W1"], parameters["b1"], strict=True)]
    return [dot(w, hidden) + b for w, b in zip(parameters["W2"], parameters["b2"], strict=True)]


def loss(parameters: Mapping[str, Any], picture: Sequence[Any], target: Sequence[Any]) -> Any:
    """The cross entropy −Σ tₖ log yₖ of the softmax yₖ = exp(sₖ) / Σ exp(sⱼ).

    With Σ tₖ = 1 that is log Σ exp(sⱼ) − Σ tₖ sₖ, which no score overflows.
    """
    s = scores(parameters, picture)
    return logsumexp(s) - dot(target, s)


# -- many, replayed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Training:
    """A trained network and how it came about.

    Attributes:
        source: where the pictures come from.
        pictures: how many it learnt from.
        parameters: W1, b1, W2, b2 after the last update.
        losses: the mean loss of each batch before its update.
        seconds: how long all updates took.
        labels: the digits of the test pictures.
        guesses: what the network reads them as.
        gradients: some derivatives of the mean loss of a batch, beside central differences of it.
        loss_seconds: how long that mean loss takes by itself.
    """

    source: str
    pictures: int
    parameters: dict[str, Array]
    losses: Array
    seconds: float
    labels: list[int]
    guesses: list[int]
    gradients: list[Gradient]
    loss_seconds: float

    @property
    def size(self) -> int:
        """How many parameters it has."""
        return sum(numbers.size for numbers in self.parameters.values())

    @property
    def accuracy(self) -> float:
        """The fraction of the test pictures that are read right."""
        return sum(map(int.__eq__, self.guesses, self.labels)) / len(self.labels)

    @property
    def confusion(self) -> list[list[int]]:
        """How many pictures of each digit (row) are read as each digit (column)."""
        counts = [[0] * DIGITS for _ in range(DIGITS)]
        for label, guess in zip(self.labels, self.guesses, strict=True):
            counts[label][guess] += 1
        return counts


def pictures(data: str | None) -> handwriting.Handwriting:
    """MNIST; of its 10,000 test pictures alone, 8,000 to learn from and 2,000 to test on.

    Raises:
        FileNotFoundError: if no folder is named, or it lacks the files.
        DataError: if a file is not what it should be.
    """
    named = data or os.environ.get("MNIST_DIR")
    if not named:
        raise FileNotFoundError(
            "it trains on MNIST; name the folder with t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz "
            "by --data or in MNIST_DIR"
        )
    folder = Path(named)
    train, test = (60_000, 10_000) if any(folder.glob("train-images*")) else (8_000, 2_000)
    return handwriting.mnist(folder, train, test)


@cache
def trained(data: str | None = None, updates: int = UPDATES) -> Training:
    """The network after training; once per process.

    Raises:
        FileNotFoundError, DataError: as `pictures`.
        ModuleNotFoundError: without NumPy.
    """
    from demos.arrays import np

    found = pictures(data)
    inputs, targets = np.array(found.train_images), np.eye(DIGITS)[found.train_labels]
    parameters = initial((inputs.shape[1], HIDDEN, DIGITS))
    mean_loss = vmap(jit(loss), in_axes=(None, 0, 0), reduce="mean")
    step = value_and_grad(mean_loss)
    losses = np.empty(updates)
    start = time.perf_counter()
    with progress(updates, "update") as advance:
        for update, chosen in zip(range(updates), batches(len(inputs)), strict=False):
            losses[update], gradient = step(parameters, inputs[chosen], targets[chosen])
            for name, numbers in parameters.items():
                numbers -= RATE * gradient[name]
            advance(1, f"loss {losses[update]:.3f}")
    seconds = time.perf_counter() - start
    read = vmap(jit(scores), in_axes=(None, 0))(parameters, np.array(found.test_images))
    guesses = np.argmax(np.array(read), axis=0).tolist()
    gradients, loss_seconds = both_ways(mean_loss, parameters, inputs[:BATCH], targets[:BATCH])
    return Training(
        found.source,
        len(inputs),
        parameters,
        losses,
        seconds,
        found.test_labels,
        guesses,
        gradients,
        loss_seconds,
    )


def initial(sizes: tuple[int, int, int]) -> dict[str, Array]:
    """Weights drawn from U(−a, a), a = √(6 / (inputs + units)), as `nn.init.xavier` does; biases of 0."""
    from demos.arrays import np

    generator = np.random.default_rng(0)
    parameters = {}
    for layer, (inputs, units) in enumerate(pairwise(sizes), start=1):
        bound = math.sqrt(6.0 / (inputs + units))
        parameters[f"W{layer}"] = generator.uniform(-bound, bound, (units, inputs))
        parameters[f"b{layer}"] = np.zeros(units)
    return parameters


def batches(count: int) -> Iterator[Any]:
    """Which pictures each update looks at, without end: all in a new order, then again; what fills no batch waits."""
    from demos.arrays import np

    generator = np.random.default_rng(0)
    size = min(BATCH, count)
    while True:
        order = generator.permutation(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def both_ways(
    mean_loss: Callable[..., float], parameters: dict[str, Array], inputs: Array, targets: Array
) -> tuple[list[Gradient], float]:
    """Derivatives of the mean loss by a few parameters, by the engine and numerically, and the seconds of one loss."""
    _, gradient = value_and_grad(mean_loss)(parameters, inputs, targets)
    seconds = []

    def at(numbers: Array, place: tuple[int, ...], number: float) -> float:
        kept, numbers[place] = numbers[place], number
        start = time.perf_counter()
        value = mean_loss(parameters, inputs, targets)
        seconds.append(time.perf_counter() - start)
        numbers[place] = kept
        return value

    inked = int(inputs.mean(axis=0).argmax())  # a pixel without ink moves nothing
    rows = []
    for name, place in (("W1", (3, inked)), ("b1", (3,)), ("W2", (7, 3)), ("b2", (7,))):
        numbers = parameters[name]
        numeric = central_difference(partial(at, numbers, place), float(numbers[place]))
        rows.append(Gradient(f"∂L/∂{name}[{', '.join(map(str, place))}]", numeric, float(gradient[name][place])))
    return rows, min(seconds)


# -- the report --------------------------------------------------------------------------------------------------------


def report(data: str | None = None, updates: int = UPDATES) -> Report:
    """The progress of the training, what it would have cost numerically, and what the network reads.

    Args:
        data: the folder with MNIST's files; None for the one that MNIST_DIR names.
        updates: how many steps to train.

    Raises:
        FileNotFoundError, DataError, ModuleNotFoundError: as `trained`.
    """
    done = trained(data, updates)
    width = done.parameters["W1"].shape[1]
    settings = (
        f"{done.source}: {width}-{HIDDEN}-{DIGITS}, {done.pictures:,} pictures, batches of {BATCH}, SGD with learning "
        f"rate {RATE}. {updates:,} updates took {duration(done.seconds)}, {duration(done.seconds / updates)} each."
    )
    evaluations = 2 * done.size * updates
    cost = (
        f"A central difference takes two losses. The mean loss of a batch takes {duration(done.loss_seconds)} here; "
        f"{done.size:,} × {updates:,} numerical derivatives would take {duration(done.loss_seconds * evaluations)}."
    )
    rows: list[Row | AtLeast] = []
    if width == 784:
        rows.append(Row("variables of the loss", "39,760", "39760", done.size))
    tested = f"accuracy on {len(done.labels):,} other pictures"
    text = []
    if updates >= UPDATES:
        rows.append(AtLeast(tested, WANTED, done.accuracy))
    else:
        text.append(f"{tested}: {done.accuracy:.4f}")
    return [
        Section("Training: the mean loss of the batches", text=[settings, *curve(done.losses)]),
        Section(
            "The gradient of a batch, and numerically",
            done.gradients,
            [cost],
            head=("derivative", "difference", "engine"),
        ),
        Section("Test", rows, text),
        Section("The digits (rows), and what they are read as (columns)", text=confusion_lines(done.confusion)),
    ]


def curve(losses: Array) -> list[str]:
    """The losses as a chart of bars, each the mean of some successive updates."""
    from demos.arrays import np

    parts = np.array_split(losses, min(CURVE, len(losses)))
    means = [float(part.mean()) for part in parts]
    ends = np.cumsum([len(part) for part in parts]).tolist()
    return [
        f"to update {end:>6,}: {mean:.4f} {'█' * round(_BAR * mean / max(means))}".rstrip()
        for end, mean in zip(ends, means, strict=True)
    ]


def confusion_lines(counts: Sequence[Sequence[int]]) -> list[str]:
    """The confusion matrix in columns; a dot for none."""
    head = "     " + "".join(f"{digit:>6}" for digit in range(DIGITS))
    lines = [f"{digit:>5}" + "".join(f"{n or '·':>6}" for n in row) for digit, row in enumerate(counts)]
    return [head, *lines]


def output() -> Value:
    """The loss of a network of one hidden neuron and two digits, on one pixel of a picture of the second."""
    x = constant(0.8, "pixel")
    h = sigmoid(Value(1.5, "w1") * x + Value(-0.5, "b1"))
    h.label = "hidden"
    s = [Value(w, f"w2{k}") * h + Value(b, f"b2{k}") for k, (w, b) in enumerate(((-1.0, 0.25), (2.0, -0.25)))]
    for k, score in enumerate(s):
        score.label = f"score{k}"
    entropy: Value = logsumexp(s) - s[1]
    entropy.label = "loss"
    return entropy


def plots(folder: Path, data: str | None = None, updates: int = UPDATES) -> list[Path]:
    """The loss of every update, and the confusion matrix."""
    from matplotlib.figure import Figure

    done = trained(data, updates)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, updates + 1), done.losses, linewidth=0.5)
    axes.set(title=f"{done.source}: the mean loss of each batch", xlabel="update", ylabel="loss", yscale="log")
    figure.savefig(folder / "mnist_loss.png")

    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(done.confusion, cmap="Blues")
    for digit, row in enumerate(done.confusion):
        for guess, count in enumerate(row):
            axes.text(guess, digit, str(count), ha="center", va="center", color="white" if digit == guess else "black")
    axes.set(title=f"{done.accuracy:.1%} read right", xlabel="read as", ylabel="digit")
    axes.set(xticks=range(DIGITS), yticks=range(DIGITS))
    figure.savefig(folder / "mnist_confusion.png")
    return [folder / "mnist_loss.png", folder / "mnist_confusion.png"]
