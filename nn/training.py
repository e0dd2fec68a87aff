"""`fit`: training by gradient descent on batches, example by example."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.support.errors import as_float, typed
from autograd.support.extras import needed
from nn.arguments import Plain, Row, check_made, count_of, generator_of, truth_of
from nn.callbacks import Callback, Epoch, call, check_callbacks, end
from nn.examples import Validation, checked_examples, split
from nn.history import History
from nn.modes import in_mode
from nn.optim import Optimizer
from nn.progress import Progress
from nn.steps import Eager, Loss, Model, Task
from nn.weights import ClassWeight, class_weights, scaled, weighted

if TYPE_CHECKING:
    from nn.recorded import Recorded


M = TypeVar("M", bound=Model)

Metric = Callable[[Sequence[Any], Sequence[Any]], float]
"""`(predictions, targets) -> float` for many examples, in plain numbers; such as `nn.accuracy`."""


def fit(
    model: M,
    X: Row[Any],  # noqa: N803 - the field's name for the examples
    y: Row[Any],
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    seed: int | random.Random | None = None,
    validation: Validation | None = None,
    callbacks: Sequence[Callback] = (),
    metrics: Mapping[str, Metric] | None = None,
    penalty: Callable[[M], Any] | None = None,
    clip_norm: Plain | None = None,
    sample_weight: Row[Plain] | None = None,
    class_weight: ClassWeight | None = None,
    progress: bool = True,
    jit: bool = False,
) -> History:
    """Train a model: each epoch shuffles the examples and does one step per batch, along its mean gradient.

    Gradients accumulate example by example, so that memory holds the graph of one example, whatever the batch size.
    A model in evaluation mode is put into training mode meanwhile; parts of a model in training mode that are in
    evaluation mode stay in it. For validation all is in evaluation mode.

    Args:
        model: a Module, or anything called and with `parameters()` like one; maps an input to whatever `loss` takes: a
            number, or lists, tuples, dicts, arrays of them, however deep.
        X: the inputs, one per example, each whatever the model takes: a row of numbers, a sequence of rows, a text, a
            dict, an int. They need not be of one length. Numbers must be finite; arrays reach the model as lists.
        y: the targets, one per example: what `loss` takes.
        loss: of one prediction and its target. Before the first step it has seen every target, with the prediction
            that the model has for it then; those outside the first batch in evaluation mode and without a graph.
        optimizer: made with the parameters of the model.
        epochs: how many times to go through the examples.
        batch_size: how many examples a step looks at; None for all. The last batch may be smaller.
        seed: of the shuffling, and before it of the choice of a share for validation: an int, a `random.Random` to go
            on with, or None for Python's shared generator.
        validation: what to compute the loss and the metrics of after each epoch: data `(X, y)`, or a share of the
            examples between 0 and 1, chosen at random, which is not trained on. It is tried before the first step.
        callbacks: called after each epoch with an `nn.Epoch`; one that returns True stops the training. `EarlyStopping`
            and `ReduceLROnPlateau` are some.
        metrics: by name, what to report of the predictions besides the loss; they get these in plain numbers.
        penalty: added to the loss of each batch, for instance `lambda model: l2_penalty(model, 1e-4)`.
        clip_norm: the largest norm of the gradient of a step, of all parameters of the optimizer together; a longer one
            is shortened to it.
        sample_weight: what each example counts, not negative; those set apart for validation, too. Only the ratios
            matter: they are scaled to a mean of 1.
        class_weight: by class, what its examples count, validation examples too; or "balanced": every class as much as
            every other. Targets are then numbers, texts or one-hot rows.
        progress: whether to show on the terminal how far it is: tqdm's bar where it is installed, else a line.
        jit: whether to record the loss of one example once and replay it in machine code (`autograd.jit`, needs
            NumPy), which gives the same numbers but for roundings, far sooner. Model, loss and penalty must then be
            functions of the example, its target and the parameters: no random numbers, no `.data`, no counters.
            Numbers in inputs and targets reach them as Values. Examples of other lengths, or with other texts, are
            recorded again. While it runs the parameters are in one array; they are written back before metrics,
            callbacks and a learning rate of your own look at them, and when it ends, with an error or Ctrl-C, too.

    Raises:
        TypeError, ValueError: for bad data or arguments, or what model and loss raise for an example; all are looked at
            before any parameter changes.
        FloatingPointError: if a loss or gradient becomes NaN or infinite; parameters stay as the last step left them.
        TypeError: if a callback returns anything other than True, False or None, or a metric no number; parameters
            stay, too. What a callback or a metric raises is passed on.
        TypeError, ValueError, RuntimeError: with `jit`, if model, loss or penalty can't be recorded.
        ImportError: with `jit`, without NumPy.

    >>> from nn import MLP, SGD, mse
    >>> model = MLP(1, [1], seed=0)
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> history = fit(model, X, y, loss=mse, optimizer=SGD(model.parameters(), 0.1), epochs=200, seed=0)
    >>> [round(parameter.data, 3) for parameter in model.parameters()], len(history.loss)
    ([2.0, 1.0], 200)
    """
    check_made("fit", "model", model)
    if not callable(model) or not hasattr(model, "parameters"):
        raise TypeError(f"fit: model must be a Module, such as an MLP, got {typed(model)}")
    if not callable(loss):
        raise TypeError(
            f"fit: loss must be a function of a prediction and its target, such as nn.mse, got {typed(loss)}"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit: optimizer must be one, such as SGD(model.parameters(), 0.1), got {typed(optimizer)}")
    metrics = {} if metrics is None else metrics
    if not isinstance(metrics, Mapping) or not all(isinstance(k, str) and callable(m) for k, m in metrics.items()):
        raise TypeError(f'fit: metrics must be a dict by name, such as {{"accuracy": accuracy}}, got {typed(metrics)}')
    if penalty is not None and not callable(penalty):
        raise TypeError(f"fit: penalty must be a function of the model, or None, got {typed(penalty)}")
    callbacks = check_callbacks(callbacks, validation is not None)
    examples = weighted(checked_examples(X, y), sample_weight)
    by_class = class_weights(examples, class_weight)
    epochs = count_of("fit", "epochs", epochs)
    size = None if batch_size is None else count_of("fit", "batch_size", batch_size)
    bound = None if clip_norm is None else _bound_of(clip_norm)
    recorded, shows = truth_of("fit", "jit", jit), truth_of("fit", "progress", progress)
    generator = generator_of(seed)
    learnt, validated = split(examples, validation, generator)
    learnt, validated = scaled(learnt, by_class, "train on"), scaled(validated, by_class, "validate on")
    eager = Eager(Task(model, learnt, validated, loss, penalty, optimizer, bound))
    if not set(map(id, optimizer.parameters)) <= set(map(id, eager.parameters)):
        raise ValueError(
            "fit: the optimizer trains parameters that are not the model's; make it with model.parameters()"
        )
    history = History(
        metrics={name: [] for name in metrics},
        validation_metrics={name: [] for name in metrics} if validation is not None else {},
    )
    with in_mode(model, training=True):
        run: Eager | Recorded = eager
        if recorded:
            needed("fit(jit=True)", "numpy")
            from nn.recorded import Recorded

            run = Recorded(eager)
        try:
            try:
                _train(run, history, epochs, size or len(learnt), generator, metrics, callbacks, shows)
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
    callbacks: Sequence[Callback],
    progress: bool,
) -> None:
    task = run.task
    count = len(task.examples)
    if len(task.validation):
        _validate(run, None)  # what is wrong with it is found before the first step
    with Progress(progress, epochs, math.ceil(count / size)) as bar:
        for number in range(1, epochs + 1):
            order = list(range(count))  # afresh, so that two runs of 5 epochs are one of 10
            generator.shuffle(order)
            predictions: list[Any] = []
            total = 0.0
            for start in range(0, count, size):
                batch = order[start : start + size]
                untried = order[size:] if number == 1 and start == 0 else []
                total = run.step(total, batch, number, untried, predictions if metrics else None)
                bar.advance(number, total / (start + len(batch)))
            history.loss.append(total / count)
            validated: list[Any] = []
            if len(task.validation):
                history.validation_loss.append(_validate(run, validated if metrics else None))
                bar.validated(history.validation_loss[-1])
            if not metrics and not callbacks:
                continue
            run.write_back()  # they may look at the model
            _measure(metrics, predictions, [task.examples.targets[i] for i in order], history.metrics)
            if len(task.validation):
                _measure(metrics, validated, task.validation.targets, history.validation_metrics)
            epoch = Epoch(number, history, task.model, task.optimizer)
            stops = call(callbacks, epoch) or number == epochs
            if stops:
                end(callbacks, epoch)
            run.read()  # they may have changed it
            if stops:
                break


def _validate(run: Eager | Recorded, predictions: list[Any] | None) -> float:
    with in_mode(run.task.model, training=False):
        return run.validate(predictions)


def _measure(
    metrics: Mapping[str, Metric], predictions: list[Any], targets: list[Any], found: dict[str, list[float]]
) -> None:
    for name, metric in metrics.items():
        found[name].append(as_float(metric(predictions, targets), "fit", f"what the metric {name!r} returns"))


def _bound_of(clip_norm: Plain) -> float:
    bound = as_float(clip_norm, "fit", "clip_norm")
    if not 0.0 < bound < math.inf:
        raise ValueError(f"fit: clip_norm is {bound}, but must be positive and finite; None doesn't clip")
    return bound
