"""A network trained by the processes of a Dask cluster, twice: undisturbed, and with a worker killed in mid-epoch."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from autograd import Value, distribute, no_grad, relu, vmap
from demos import moons
from demos.report import AtLeast, Report, Section, Verdict, show
from nn import MLP, Adam

if TYPE_CHECKING:
    from distributed import Client

WORKERS = 2
POINTS, NOISE, BATCH, EPOCHS = 180_000, 0.1, 60_000, 10
KILLED_IN = 4
"""The epoch, counted from 0, whose second batch finds that a worker is gone."""


@dataclass(frozen=True)
class Training:
    """The loss of each batch, and the share of the points that the network then tells apart."""

    losses: list[float]
    accuracy: float

    @property
    def epochs(self) -> list[list[float]]:
        """The losses of each epoch."""
        size = POINTS // BATCH
        return [self.losses[i : i + size] for i in range(0, len(self.losses), size)]


@dataclass(frozen=True)
class SameLosses:
    """The losses of an epoch in both trainings, which must be the same to the last bit."""

    what: str
    undisturbed: Sequence[float]
    disturbed: Sequence[float]
    remark: str = ""

    @property
    def verdict(self) -> Verdict:
        """✓ where they are."""
        return Verdict.AGREES if self.undisturbed == self.disturbed else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return self.what, show(fmean(self.undisturbed), 10), show(fmean(self.disturbed), 10)


def trained(client: Client, before_batch: Callable[[int, int], None]) -> Training:
    """Train the network of two moons on many more points.

    Args:
        client: of the cluster that computes the losses and their gradients.
        before_batch: is called with the numbers of epoch and batch.
    """
    import numpy as np

    pairs, signs = moons.two_moons(POINTS, NOISE, seed=0)
    points, sides = np.array(pairs), np.array(signs, float)
    model = MLP(2, [16, 16, 1], activation="relu", seed=0)
    margin = vmap(lambda point, side: relu(1.0 - side * model(point)), reduce="mean")
    step = distribute(margin, client)
    optimizer = Adam(model.parameters(), 0.05)
    losses = []
    for epoch in range(EPOCHS):
        for batch in range(POINTS // BATCH):
            before_batch(epoch, batch)
            some = slice(batch, None, POINTS // BATCH)  # each batch has points from all over
            loss = step(points[some], sides[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.data)
    with no_grad():
        scores = vmap(model)(points)
    return Training(losses, float(np.mean(scores * sides > 0.0)))


@cache
def both() -> tuple[Training, Training]:
    """An undisturbed training, and one in which a worker is killed; once per process.

    Raises:
        ModuleNotFoundError: without dask.distributed.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("it computes with Dask: pip install distributed", name=error.name) from None

    connected = Client(  # type: ignore[no-untyped-call]  # of Dask
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    )
    with connected as client:

        def kill(epoch: int, batch: int) -> None:
            if (epoch, batch) == (KILLED_IN, 1):
                first = min(client.run(os.getpid).values())
                os.kill(first, signal.SIGKILL)

        return trained(client, lambda epoch, batch: None), trained(client, kill)


def report() -> Report:
    """The loss of every epoch, with and without the mishap."""
    undisturbed, disturbed = both()
    settings = (
        f"{POINTS:,} points in batches of {BATCH:,}, which {WORKERS} processes share; MLP 2-16-16-1, max-margin loss. "
        f"In the second training one process is killed in epoch {KILLED_IN + 1}, before its second batch."
    )
    rows = [
        SameLosses(f"epoch {i + 1:>2}: mean loss", *pair, "here a worker was killed" if i == KILLED_IN else "")
        for i, pair in enumerate(zip(undisturbed.epochs, disturbed.epochs, strict=True))
    ]
    result = AtLeast("accuracy", 0.95, disturbed.accuracy)
    return [
        Section("Training", rows, [settings], ("what", "undisturbed", "worker killed")),
        Section("The result", [result], head=("what", "wanted", "engine")),
    ]


def output() -> Value:
    """The max-margin loss of one neuron on one point, as in `moons`."""
    return moons.output()


def plots(folder: Path) -> list[Path]:
    """Both loss curves."""
    from matplotlib.figure import Figure

    undisturbed, disturbed = both()
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes: Any = figure.subplots()
    axes.plot(undisturbed.losses, color="C0", linewidth=4, alpha=0.5, label="undisturbed")
    axes.plot(disturbed.losses, color="black", linewidth=1, linestyle="--", label="a worker killed")
    axes.axvline(KILLED_IN * (POINTS // BATCH) + 1, color="C3", linestyle=":", label="here")
    axes.set(
        title="two trainings on a cluster: the same losses", xlabel="batch", ylabel="max-margin loss", ylim=(0, None)
    )
    axes.legend()
    path = folder / "cluster.png"
    figure.savefig(path)
    return [path]
