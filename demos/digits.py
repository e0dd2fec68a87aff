"""Real handwritten digits, read by a small network in plain Python: scikit-learn's 1,797 pictures of 8×8 pixels.

A tenth of what there is to learn from is set apart to validate on, and training stops when that is read no better.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograd import Value, constant, logsumexp, softmax
from demos.handwriting import Handwriting, scikit_learn_digits
from demos.report import AtLeast, Report, Section
from nn import MLP, Adam, EarlyStopping, History, accuracy, argmax, cross_entropy_with_logits, fit, predict
from nn.schedules import cosine_decay

TRAIN, TEST = 1437, 360
HIDDEN, EPOCHS, BATCH, RATE, VALIDATION, PATIENCE = 48, 16, 16, 0.01, 0.1, 4


@dataclass(frozen=True)
class Reading:
    """The pictures, the network that learnt to read them, and the probabilities it assigns to each test picture."""

    data: Handwriting
    model: MLP
    history: History
    best_epoch: int
    seconds: float
    probabilities: list[list[float]]

    @property
    def misread(self) -> list[int]:
        """The test pictures whose most probable digit is not the true one."""
        return [i for i, label in enumerate(self.data.test_labels) if argmax(self.probabilities[i]) != label]


@cache
def trained() -> Reading:
    """The network after training, as it was when it validated best; once per process.

    Raises:
        ModuleNotFoundError: if scikit-learn is missing.
    """
    data = scikit_learn_digits(TRAIN, TEST)
    model = MLP(data.width**2, [HIDDEN, 10], activation="relu", initializer="he", seed=0)
    steps = EPOCHS * math.ceil(TRAIN * (1.0 - VALIDATION) / BATCH)
    stopping = EarlyStopping(PATIENCE)
    start = time.perf_counter()
    history = fit(
        model,
        data.train_images,
        data.train_labels,
        loss=cross_entropy_with_logits,
        optimizer=Adam(model.parameters(), cosine_decay(RATE, steps)),
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=0,
        validation=VALIDATION,
        callbacks=[stopping],
        metrics={"accuracy": accuracy},
    )
    seconds = time.perf_counter() - start
    probabilities = [softmax(scores) for scores in predict(model, data.test_images)]
    return Reading(data, model, history, stopping.best_epoch, seconds, probabilities)


def report() -> Report:
    """The progress of the training, the accuracy on pictures it has not seen, and what it misreads."""
    reading = trained()
    history = reading.history
    labels, probabilities = reading.data.test_labels, reading.probabilities
    misread = [f"{labels[i]} as {argmax(probabilities[i])} ({max(probabilities[i]):.0%})" for i in reading.misread]
    settings = (
        f"{reading.data.source}: {TRAIN} to learn from, {TEST} others to test on. {len(reading.model.parameters()):,} "
        f"parameters (64-{HIDDEN}-10, ReLU), cross entropy, Adam, batches of {BATCH}: {reading.seconds:.0f} s. "
        f"{VALIDATION:.0%} set apart for validation; up to {EPOCHS} epochs, fewer where {PATIENCE} in a row don't "
        f"improve on it; the parameters are those of epoch {reading.best_epoch}."
    )
    progress = [
        f"epoch {i + 1:>2}: loss {loss:.4f}, accuracy {history.metrics['accuracy'][i]:.1%}; validation "
        f"{history.validation_loss[i]:.4f}, {history.validation_metrics['accuracy'][i]:.1%}"
        for i, loss in enumerate(history.loss)
    ]
    return [
        Section("Training", text=[settings, *progress]),
        Section(
            "Test",
            [AtLeast(f"accuracy on {TEST} other pictures", 0.94, accuracy(probabilities, labels))],
            [f"Misread: {', '.join(misread)}." if misread else "Nothing is misread."],
            head=("what", "wanted", "engine"),
        ),
    ]


def output() -> Value:
    """The cross entropy of three scores, of which the second belongs to the true class, with its labels."""
    x = constant(1.5, "ink")
    scores = [Value(w, f"w{k}") * x for k, w in enumerate((0.5, 1.0, -0.25))]
    for k, score in enumerate(scores):
        score.label = f"score{k}"
    loss: Value = logsumexp(scores) - scores[1]
    loss.label = "loss"
    return loss


def plots(folder: Path) -> list[Path]:
    """The loss curve, and up to ten of the misread digits."""
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    reading = trained()
    curve = reading.history.plot().figure
    curve.savefig(folder / "digits_loss.png")
    pyplot.close(curve)

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    figure.suptitle(f"{len(reading.misread)} of {TEST} misread")
    for axes in figure.subplots(2, 5).flat:
        axes.axis("off")
    width = reading.data.width
    for axes, i in zip(figure.axes, reading.misread, strict=False):
        pixels = reading.data.test_images[i]
        axes.imshow([pixels[row * width : (row + 1) * width] for row in range(width)], cmap="gray_r", vmin=0, vmax=1)
        probabilities = reading.probabilities[i]
        axes.set_title(f"{reading.data.test_labels[i]} read as {argmax(probabilities)} ({max(probabilities):.0%})")
    figure.savefig(folder / "digits_misread.png")
    return [folder / "digits_loss.png", folder / "digits_misread.png"]
