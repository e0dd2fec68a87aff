"""`fit`: training by gradient descent on batches, example by example, and the `History` of it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.support.errors import as_float, shown, typed
from autograd.support.extras import needed
from autograd.transforms.tree import is_array
from nn.arguments import Plain, Row, count_of, generator_of, is_row, truth_of
from nn.optim import Optimizer
from nn.steps import Eager, Loss, Model

if TYPE_CHECKING:
    from nn.recorded import Recorded


M = TypeVar("M", bound=Model)

Metric = Callable[[Sequence[Any], Sequence[Any]], float]
"""`(predictions, targets) -> float` for many examples, in plain numbers; such as `nn.accuracy`."""


@dataclass
class History:
    """What training reports, one entry per epoch.

    Attributes:
        loss: the mean loss of the examples, each as it was when its batch was trained on, penalty included.
        metrics: the same for every metric, by name.
    """

    loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)

    def plot(self) -> Any:
        """Draw the curves over the epochs with matplotlib, metrics against an axis on the right.

        Returns:
            The matplotlib Axes of the loss; `history.plot().figure.savefig("loss.png")` saves the picture.

        Raises:
            ImportError: without matplotlib.
            ValueError: if there is nothing to draw.
        """
        if not self.loss:
            raise ValueError("History.plot: there are no epochs to draw")
        try:
            from matplotlib import pyplot
        except ImportError:
            raise ImportError("History.plot needs matplotlib; pip install matplotlib") from None
        epochs = range(1, len(self.loss) + 1)
        _, axes = pyplot.subplots(layout="constrained")
        lines = axes.plot(epochs, self.loss, color="C0", marker=".", label="loss")
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        if self.metrics:
            right = axes.twinx()
            right.set_ylabel(", ".join(self.metrics))
            for i, (name, numbers) in enumerate(self.metrics.items(), start=1):
                lines += right.plot(epochs, numbers, color=f"C{i}", linestyle="--", marker=".", label=name)
            axes.legend(handles=lines, loc="center right")
        return axes


def fit(
    model: M,
    X: Row[Row[Plain]],  # noqa: N803 - the field's name for a matrix of examples
    y: Row[Any],
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    seed: int | random.Random | None = None,
    metrics: Mapping[str, Metric] | None = None,
    penalty: Callable[[M], Any] | None = None,
    progress: bool = True,
    jit: bool = False,
) -> History:
    """Train a model: each epoch shuffles the examples and does one step per batch, along its mean gradient.

    Gradients accumulate example by example, so that memory holds the graph of one example, whatever the batch size.

    Args:
        model: a Module, or anything called and with `parameters()` like one; maps a row to whatever `loss` takes: a
            number, or lists, tuples, dicts, arrays of them, however deep.
        X: the examples, shape (examples, inputs), finite numbers.
        y: the targets, one per example: what `loss` takes.
        loss: of one prediction and its target. Before the first step it has seen every target, with the prediction
            that the model has for it then; those outside the first batch without a graph.
        optimizer: made with the parameters of the model.
        epochs: how many times to go through the examples.
        batch_size: how many examples a step looks at; None for all. The last batch may be smaller.
        seed: of the shuffling: an int, a `random.Random` to go on with, or None for Python's shared generator.
        metrics: by name, what to report of the predictions besides the loss; they get these in plain numbers.
        penalty: added to the loss of each batch, for instance `lambda model: l2_penalty(model, 1e-4)`.
        progress: whether to show a bar on the terminal, if tqdm is installed.
        jit: whether to record the loss of one example once and replay it in machine code (`autograd.jit`, needs
            NumPy), which gives the same numbers but for roundings, far sooner. Model, loss and penalty must then be
            functions of the example, its target and the parameters: no random numbers, no `.data`, no counters.
            Targets are numbers, or lists of them, all of one structure, and reach the loss as Values. While it runs
            the parameters are in one array; they are written back before metrics and a learning rate of your own look
            at them, and when it ends, with an error or Ctrl-C, too.

    Raises:
        TypeError, ValueError: for bad data or arguments, or what the loss raises for a target; all are looked at before
            any parameter changes.
        FloatingPointError: if a loss or gradient becomes NaN or infinite; parameters stay as the last step left them.
        TypeError, ValueError, RuntimeError: with `jit`, if model, loss or penalty can't be recorded.
        ImportError: with `jit`, without NumPy.

    >>> from nn import MLP, SGD, mse
    >>> model = MLP(1, [1], seed=0)
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> history = fit(model, X, y, loss=mse, optimizer=SGD(model.parameters(), 0.1), epochs=200, seed=0)
    >>> [round(parameter.data, 3) for parameter in model.parameters()], len(history.loss)
    ([2.0, 1.0], 200)
    """
    if not callable(model) or not hasattr(model, "parameters"):
        raise TypeError(f"fit: model must be a Module, such as an MLP, got {typed(model)}")
    if not callable(loss):
        raise TypeError(
            f"fit: loss must be a function of a prediction and its target, such as nn.mse, got {typed(loss)}"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit: optimizer must be one, such as SGD(model.parameters(), 0.1), got {typed(optimizer)}")
    metrics = {} if metrics is None else metrics
    if not isinstance(metrics, Mapping) or not all(map(callable, metrics.values())):
        raise TypeError(f'fit: metrics must be a dict by name, such as {{"accuracy": accuracy}}, got {typed(metrics)}')
    if penalty is not None and not callable(penalty):
        raise TypeError(f"fit: penalty must be a function of the model, or None, got {typed(penalty)}")
    rows, targets = _checked_data(X, y)
    epochs = count_of("fit", "epochs", epochs)
    size = len(rows) if batch_size is None else count_of("fit", "batch_size", batch_size)
    generator = generator_of(seed)
    eager = Eager(model, rows, targets, loss, penalty, optimizer)
    if not set(map(id, optimizer.parameters)) <= set(map(id, eager.parameters)):
        raise ValueError(
            "fit: the optimizer trains parameters that are not the model's; make it with model.parameters()"
        )
    run: Eager | Recorded = eager
    if truth_of("fit", "jit", jit):
        needed("fit(jit=True)", "numpy")
        from nn.recorded import Recorded

        run = Recorded(eager)
    history = History(metrics={name: [] for name in metrics})
    try:
        try:
            _train(run, history, epochs, size, generator, metrics, progress)
        finally:
            run.write_back()
    finally:
        run.write_back()  # once more, where Ctrl-C came just then
    return history


def _train(
    run: Eager | Recorded,
    history: History,
    epochs: int,
    size: int,
    generator: random.Random,
    metrics: Mapping[str, Metric],
    progress: bool,
) -> None:
    count = len(run.targets)
    with _Progress(progress, epochs * math.ceil(count / size)) as bar:
        for epoch in range(1, epochs + 1):
            order = list(range(count))  # afresh, so that two runs of 5 epochs are one of 10
            generator.shuffle(order)
            predictions: list[Any] = []
            total = 0.0
            for start in range(0, count, size):
                batch = order[start : start + size]
                untried = order[size:] if epoch == 1 and start == 0 else []
                total = run.step(total, batch, epoch, untried, predictions if metrics else None)
                bar.advance(epoch, total / (start + len(batch)))
            history.loss.append(total / count)
            if metrics:
                run.write_back()  # they may look at the model
                in_order = [run.targets[i] for i in order]
                for name, metric in metrics.items():
                    history.metrics[name].append(metric(predictions, in_order))
                run.read()


def _checked_data(X: Row[Any], y: Row[Any]) -> tuple[list[list[float]], list[Any]]:  # noqa: N803
    """The examples as rows of finite floats, the targets as a list."""
    for argument, things in (("X", X), ("y", y)):
        if not is_row(things):
            raise TypeError(f"fit: {argument} must be a list with one for each example, got {typed(things)}")
    if len(X) == 0:
        raise ValueError("fit: X is empty; pass at least one example")
    if len(X) != len(y):
        raise ValueError(f"fit: X has {len(X)} examples, but y has {len(y)} targets; give each example its target")
    if is_array(X) and (found := _finite_rows(X)) is not None:
        return found, list(y)
    rows = []
    for i, example in enumerate(X):
        if not is_row(example):
            raise TypeError(
                f"fit: X[{i}] is {shown(example)}, but must be a row of numbers; put a lone one into a list"
            )
        if len(example) != len(X[0]):
            raise ValueError(
                f"fit: X[{i}] has {len(example)} numbers, but X[0] has {len(X[0])}; make rows of one length"
            )
        row = [as_float(number, "fit", f"X[{i}][{j}]") for j, number in enumerate(example)]
        for j, number in enumerate(row):
            if not math.isfinite(number):
                raise ValueError(f"fit: X[{i}][{j}] is {number}; leave out or repair examples that are not finite")
        rows.append(row)
    return rows, list(y)


def _finite_rows(array: Any) -> list[list[float]] | None:
    """A matrix as rows of finite floats, sooner than number by number; None where there is an error to be told."""
    if array.ndim != 2 or array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        return None
    rows: list[list[float]] = array.astype(float).tolist()
    return rows if all(map(math.isfinite, chain.from_iterable(rows))) else None


class _Progress:
    """A bar over the steps: tqdm's where it is installed and asked for, else nothing."""

    def __init__(self, wanted: bool, steps: int) -> None:
        self.bar: Any = None
        if wanted:
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self.bar = tqdm(total=steps, unit="step", disable=None)  # None: only on a terminal

    def advance(self, epoch: int, loss: float) -> None:
        if self.bar is not None:
            self.bar.set_description(f"epoch {epoch}, loss {loss:.4f}", refresh=False)
            self.bar.update()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()
