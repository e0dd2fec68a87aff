"""The steps of `fit`: gradients accumulate example by example, then the optimizer moves the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from autograd import Value, no_grad
from autograd.support.errors import shown
from nn.batches import plain_structure
from nn.descent import zero_gradients
from nn.optim import Optimizer


class Model(Protocol):
    """What `fit` trains: a Module, or anything called and with `parameters()` like one."""

    def __call__(self, x: Any, /) -> Any: ...

    def parameters(self) -> list[Value]: ...


Loss = Callable[[Any, Any], Any]
"""`(prediction, target) -> Value` for one example; every loss of `nn.losses` is one."""


class Eager:
    """Steps whose graph is made anew for every example.

    Args:
        model, rows, targets, loss, penalty, optimizer: as `fit` has checked them.

    Attributes:
        parameters: of the model.
    """

    def __init__(
        self,
        model: Model,
        rows: list[list[float]],
        targets: list[Any],
        loss: Loss,
        penalty: Callable[[Any], Any] | None,
        optimizer: Optimizer,
    ) -> None:
        self.model = model
        self.rows = rows
        self.targets = targets
        self.loss = loss
        self.penalty = penalty
        self.optimizer = optimizer
        self.parameters = model.parameters()

    def step(
        self, total: float, batch: Sequence[int], epoch: int, untried: Sequence[int], predictions: list[Any] | None
    ) -> float:
        """One step, along the mean gradient of a batch.

        Args:
            total: the sum of the losses of this epoch so far.
            batch: the indices of its examples.
            epoch: which it is, from 1.
            untried: examples whose loss is computed before the step, so that a bad target stops before it.
            predictions: to append those of the batch to, in plain numbers; None if nobody wants them.

        Returns:
            The sum with those of the batch.
        """
        zero_gradients(self.parameters)
        try:
            total = self.differentiate(total, batch, epoch, predictions)
            self.try_targets(untried)
            if self.penalty is not None:
                total += len(batch) * self.differentiate_penalty(epoch)
            self.optimizer.step()
        finally:
            zero_gradients(self.parameters)
        return total

    def differentiate(
        self, total: float, batch: Sequence[int], epoch: int, predictions: list[Any] | None = None
    ) -> float:
        """Accumulate the mean gradient of a batch."""
        for i in batch:
            prediction = self.model(self.rows[i])
            cost = _loss_of(self.loss, prediction, self.targets[i], i)
            total += _differentiated(cost, 1.0 / len(batch), f"the loss of example {i} in epoch {epoch}")
            if predictions is not None:
                predictions.append(plain_structure(prediction))
        return total

    def differentiate_penalty(self, epoch: int) -> float:
        """Accumulate the gradient of the penalty, and return it."""
        assert self.penalty is not None
        return _differentiated(self.penalty(self.model), 1.0, f"the penalty in epoch {epoch}")

    def try_targets(self, examples: Sequence[int]) -> None:
        """Compute the loss of some examples, without a graph."""
        with no_grad():
            for i in examples:
                _loss_of(self.loss, self.model(self.rows[i]), self.targets[i], i)

    def read(self) -> None:
        """Take note of what others did to the parameters: nothing to do, each step looks."""

    def write_back(self) -> None:
        """Let others see the parameters: nothing to do, they are in their Values."""


def _differentiated(value: Any, weight: float, what: str) -> float:
    """Accumulate the gradients of a loss, and return it.

    Raises:
        TypeError: if it depends on no parameter.
        FloatingPointError: if it is not finite.
    """
    if not isinstance(value, Value) or value.is_constant:
        raise TypeError(
            f"fit: {what} is {shown(value)}, which depends on no parameter; return a Value made of the prediction, "
            "and don't train under no_grad()"
        )
    if not math.isfinite(value.data):
        raise FloatingPointError(
            f"fit: {what} is {value.data}; parameters are as the last step left them. Lower the learning rate, "
            "scale the inputs, or use a loss from logits"
        )
    value.backward(weight)
    return value.data


def _loss_of(loss: Loss, prediction: Any, target: Any, i: int) -> Any:
    """The loss of one example, whose errors say which one it is."""
    try:
        return loss(prediction, target)
    except Exception as error:
        if type(error) in (TypeError, ValueError):
            raise type(error)(f"fit: y[{i}]: {error}") from error
        error.add_note(f"fit: this is the loss of example {i}, with the target y[{i}]")
        raise
