"""A transformer of microgpt's size learns to make up names: one layer, four heads, 4,192 parameters, all in scalars.

The loss of one name is scalar code on lists; it is recorded once for each length of name, and replayed. Network, Adam
and settings are microgpt's (https://gist.github.com/karpathy/8627fe009c40f57531cb18360106ce95).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from autograd import Value, constant, dot, softmax
from demos.report import AtLeast, Report, Section, duration

if TYPE_CHECKING:
    from demos.gpt_training import Training

UPDATES = 1000
SAVED = 0.5
"""How much less the loss must be after 1,000 updates than if all letters were equally likely."""


def report(data: str | None = None, updates: int = UPDATES) -> Report:
    """The progress of the training, and words that the network makes up.

    Args:
        data: a text file with a word on each line; None for a small list of names.
        updates: how many steps to train, each on one word.

    Raises:
        OSError, DataError: if the file can't be read or holds no words.
        ModuleNotFoundError: without NumPy.
    """
    from demos.gpt_training import trained

    done = trained(data, updates)
    settings = (
        f"{done.source}: {done.words:,} words of {len(done.letters)} letters; {done.size:,} parameters, Adam. "
        f"{updates:,} updates took {duration(done.seconds)}, {duration(done.seconds / updates)} each."
    )
    guessing = math.log(len(done.letters) + 1)
    rows = []
    if updates >= UPDATES and data is None:
        rows.append(AtLeast(f"loss of the last tenth, below {guessing:.3f}", SAVED, guessing - done.tenths[-1]))
    return [
        Section("Training: the mean loss", rows, [settings, *_progress(done)], ("what", "wanted", "engine")),
        Section("Words it makes up", text=[", ".join(done.samples)]),
    ]


def _progress(done: Training) -> list[str]:
    ends = [len(done.losses) * (tenth + 1) // len(done.tenths) for tenth in range(len(done.tenths))]
    return [f"to update {end:>5,}: {mean:.4f}" for end, mean in zip(ends, done.tenths, strict=True)]


def output() -> Value:
    """What one query hears from two tokens, each of one number: the values, weighted by how well their keys fit."""
    query = Value(1.0, "query")
    keys = [Value(k, f"key{i}") for i, k in enumerate((0.5, -1.0))]
    fits = [query * key for key in keys]
    for i, fit in enumerate(fits):
        fit.label = f"fit{i}"
    weights = softmax(fits)
    for i, weight in enumerate(weights):
        weight.label = f"weight{i}"
    heard: Value = dot(weights, [constant(v, f"value{i}") for i, v in enumerate((2.0, 3.0))])
    heard.label = "heard"
    return heard


def plots(folder: Path, data: str | None = None, updates: int = UPDATES) -> list[Path]:
    """The loss of every update, and its mean over fifty."""
    from matplotlib.figure import Figure

    from demos.gpt_training import trained

    done = trained(data, updates)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, updates + 1), done.losses, ".", markersize=2, label="each word")
    means = [math.fsum(done.losses[i - 50 : i]) / 50 for i in range(50, updates + 1)]
    axes.plot(range(50, updates + 1), means, label="mean of fifty")
    axes.axhline(math.log(len(done.letters) + 1), linestyle="--", color="black", linewidth=0.8, label="guessing")
    axes.set(title=f"{done.source}: loss of a transformer of {done.size:,} parameters", xlabel="update", ylabel="loss")
    axes.legend()
    path = folder / "gpt_loss.png"
    figure.savefig(path)
    return [path]
