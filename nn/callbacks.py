"""What `fit` calls after each epoch: functions of yours, early stopping, a learning rate that sees the validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.support.errors import is_real, shown, typed
from nn import schedules
from nn.arguments import count_of, not_negative
from nn.descent import move
from nn.history import History
from nn.optim import LearningRate, Optimizer


@dataclass(frozen=True)
class Epoch:
    """Where a training is, after one of its epochs: what a callback is given.

    Attributes:
        number: of the epoch, from 1.
        history: of all epochs up to this one.
        model: with the parameters that the last step left.
        optimizer: which trains it.
    """

    number: int
    history: History
    model: Any
    optimizer: Optimizer

    @property
    def loss(self) -> float:
        """The mean loss of the epoch."""
        return self.history.loss[-1]

    @property
    def validation_loss(self) -> float | None:
        """The validation loss after it, or None without validation."""
        return self.history.validation_loss[-1] if self.history.validation_loss else None


Callback = Callable[[Epoch], object]
"""Called after each epoch; returns True to stop the training, else False or None.

If it has a method `on_train_end(epoch)`, that is called after the last epoch, whoever stopped.
"""


class EarlyStopping:
    """Stop when the validation loss has not improved for some epochs, and give back the best parameters.

    Whichever way the training ends, by its number of epochs too, the parameters are those of the epoch with the least
    validation loss; after an error or Ctrl-C they stay as the last step left them.

    Args:
        patience: for how many epochs in a row nothing may improve, before it stops.
        min_delta: by how much the loss must fall to have improved.

    Attributes:
        best_epoch: whose parameters were the best; 0 before the first.
        best_loss: its validation loss.

    Raises:
        TypeError, ValueError: if patience is not a whole number of at least 1, or min_delta is negative or not finite.

    Source: L. Prechelt, Early stopping - but when?, 1998, with a criterion as Keras has it.

    >>> from nn import MLP, SGD, fit, mse
    >>> model, stopping = MLP(1, [1], seed=0), EarlyStopping(patience=3)
    >>> data = [[0.0], [1.0]], [0.0, 1.0]
    >>> history = fit(model, *data, loss=mse, optimizer=SGD(model.parameters(), 0.1), epochs=1000, seed=0,
    ...               validation=([[2.0]], [1.5]), callbacks=[stopping])
    >>> len(history.loss) - stopping.best_epoch, stopping.best_loss == min(history.validation_loss)
    (3, True)
    """

    needs_validation = True

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience = count_of("EarlyStopping", "patience", patience)
        self.min_delta = not_negative("EarlyStopping", "min_delta", min_delta)
        self.best_epoch, self.best_loss = 0, math.inf
        self._best: list[float] = []

    def __call__(self, epoch: Epoch) -> bool:
        """Whether to stop."""
        loss = _validation_loss("EarlyStopping", epoch)
        if epoch.number == 1:
            self.best_epoch, self.best_loss = 0, math.inf
        if loss < self.best_loss - self.min_delta:
            self.best_epoch, self.best_loss = epoch.number, loss
            self._best = [parameter.data for parameter in epoch.model.parameters()]
        return epoch.number - self.best_epoch >= self.patience

    def on_train_end(self, epoch: Epoch) -> None:
        """Give back the best parameters."""
        move(epoch.model.parameters(), self._best)
        self._best = []

    def __repr__(self) -> str:
        return f"EarlyStopping(patience={self.patience}, min_delta={self.min_delta})"


class ReduceLROnPlateau:
    """Multiply the learning rate by a factor whenever the validation loss has not improved for some epochs.

    A schedule goes on, as much lower; so do groups of parameters that have a rate of their own.

    Args:
        factor: what the rate is multiplied by, between 0 and 1.
        patience: for how many epochs in a row nothing may improve, before it is.
        min_delta: by how much the loss must fall to have improved.

    Raises:
        TypeError, ValueError: for numbers out of their range.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html, but that the
    rate falls with the epoch that exhausts the patience, as in Keras, and `min_delta` is absolute.

    >>> ReduceLROnPlateau(factor=0.5, patience=3)
    ReduceLROnPlateau(factor=0.5, patience=3, min_delta=0.0)
    """

    needs_validation = True

    def __init__(self, factor: float = 0.1, patience: int = 10, min_delta: float = 0.0) -> None:
        self.factor = not_negative("ReduceLROnPlateau", "factor", factor)
        if not 0.0 < self.factor < 1.0:
            raise ValueError(f"ReduceLROnPlateau: factor is {self.factor}, but must be between 0 and 1")
        self.patience = count_of("ReduceLROnPlateau", "patience", patience)
        self.min_delta = not_negative("ReduceLROnPlateau", "min_delta", min_delta)
        self._best_loss, self._since = math.inf, 0

    def __call__(self, epoch: Epoch) -> None:
        """Look at the loss, and lower the rate if need be."""
        loss = _validation_loss("ReduceLROnPlateau", epoch)
        if epoch.number == 1:
            self._best_loss, self._since = math.inf, 0
        if loss < self._best_loss - self.min_delta:
            self._best_loss, self._since = loss, 0
            return
        self._since += 1
        if self._since >= self.patience:
            self._since = 0
            optimizer = epoch.optimizer
            optimizer.learning_rate = self._reduced(optimizer.learning_rate)
            for group in optimizer.groups:
                if "learning_rate" in group:
                    group["learning_rate"] = self._reduced(group["learning_rate"])

    def _reduced(self, rate: LearningRate) -> LearningRate:
        return schedules.scaled(rate, self.factor) if callable(rate) else rate * self.factor

    def __repr__(self) -> str:
        return f"ReduceLROnPlateau(factor={self.factor}, patience={self.patience}, min_delta={self.min_delta})"


def _validation_loss(name: str, epoch: Epoch) -> float:
    if epoch.validation_loss is None:
        raise ValueError(f"{name}: there is no validation loss to watch; pass validation=0.2, or (X, y), to fit")
    return epoch.validation_loss


def check_callbacks(callbacks: Any, has_validation: bool) -> Sequence[Callback]:
    """The callbacks, checked.

    Raises:
        TypeError: if they are not functions in a list.
        ValueError: if one watches the validation loss, and there is none.
    """
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(
            f"fit: callbacks must be a list of functions of an Epoch, such as [EarlyStopping()], got {typed(callbacks)}"
        )
    for callback in callbacks:
        if isinstance(callback, type):
            raise TypeError(f"fit: callbacks has the class {callback.__name__}; make one: {callback.__name__}()")
        if not has_validation and getattr(callback, "needs_validation", False):
            raise ValueError(
                f"fit: {type(callback).__name__} watches the validation loss, but there is none; pass validation=0.2, "
                "or data (X, y)"
            )
    return callbacks


def call(callbacks: Sequence[Callback], epoch: Epoch) -> bool:
    """Call all of them; whether one asks to stop.

    Raises:
        TypeError: if one returns anything other than True, False or None.
        Exception: what a callback raises, with a note that says which.
    """
    stops = False
    for i, callback in enumerate(callbacks):
        answer = _called(callback, i, epoch)
        if answer is not None and not (is_real(answer) and type(answer).__name__ in ("bool", "bool_")):
            raise TypeError(
                f"fit: callbacks[{i}] returned {shown(answer)} after epoch {epoch.number}; return True to stop, else "
                "False or nothing"
            )
        stops = stops or bool(answer)
    return stops


def end(callbacks: Sequence[Callback], epoch: Epoch) -> None:
    """Tell those that want to know that this was the last epoch."""
    for i, callback in enumerate(callbacks):
        if (told := getattr(callback, "on_train_end", None)) is not None:
            _called(told, i, epoch)


def _called(callback: Callable[[Epoch], object], i: int, epoch: Epoch) -> object:
    try:
        return callback(epoch)
    except Exception as error:
        error.add_note(f"fit: this is callbacks[{i}] after epoch {epoch.number}")
        raise
