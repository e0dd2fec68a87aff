"""The steps of `fit`: gradients accumulate example by example, then the optimizer moves the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from autograd import Value, no_grad
from autograd.engine.value import number_of
from autograd.support.errors import is_real, shown
from nn.batches import plain_structure
from nn.descent import clip_gradients, zero_gradients
from nn.examples import Examples
from nn.modes import in_mode
from nn.optim import Optimizer


class Model(Protocol):
    """What `fit` trains: a Module, or anything called and with `parameters()` like one."""

    def __call__(self, x: Any, /) -> Any: ...

    def parameters(self) -> list[Value]: ...


Loss = Callable[[Any, Any], Any]
"""`(prediction, target) -> Value` for one example; every loss of `nn.losses` is one."""


@dataclass(frozen=True)
class Task:
    """What a step needs to know, as `fit` has checked it.

    Attributes:
        model, loss, penalty, optimizer, clip_norm: as they were given.
        examples: to train on.
        validation: to validate on; there may be none.
    """

    model: Model
    examples: Examples
    validation: Examples
    loss: Loss
    penalty: Callable[[Any], Any] | None
    optimizer: Optimizer
    clip_norm: float | None


class Eager:
    """Steps whose graph is made anew for every example.

    Attributes:
        task: what is trained.
        parameters: of the model.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.parameters = task.model.parameters()

    def step(
        self, total: float, batch: Sequence[int], epoch: int, untried: Sequence[int], predictions: list[Any] | None
    ) -> float:
        """One step, along the mean gradient of a batch.

        Args:
            total: the sum of the losses of this epoch so far.
            batch: the indices of its examples.
            epoch: which it is, from 1.
            untried: examples whose loss is computed before the step, so that a bad one stops before it.
            predictions: to append those of the batch to, in plain numbers; None if nobody wants them.

        Returns:
            The sum with those of the batch.
        """
        task = self.task
        zero_gradients(self.parameters)
        try:
            total = self.differentiate(total, batch, epoch, predictions)
            self.try_examples(untried)
            if task.penalty is not None:
                total += len(batch) * self.differentiate_penalty(epoch)
            if task.clip_norm is not None:
                clip_gradients(task.optimizer.parameters, task.clip_norm)
            task.optimizer.step()
        finally:
            zero_gradients(self.parameters)
        return total

    def differentiate(
        self, total: float, batch: Sequence[int], epoch: int, predictions: list[Any] | None = None
    ) -> float:
        """Accumulate the mean gradient of a batch."""
        examples = self.task.examples
        for i in batch:
            prediction, cost = self._loss_of(examples, i)
            weight = 1.0 if examples.weights is None else examples.weights[i]
            what = f"the loss of example {examples.places[i]} in epoch {epoch}"
            total += weight * _differentiated(cost, weight / len(batch), what)
            if predictions is not None:
                predictions.append(plain_structure(prediction))
        return total

    def differentiate_penalty(self, epoch: int) -> float:
        """Accumulate the gradient of the penalty, and return it."""
        assert self.task.penalty is not None
        return _differentiated(self.task.penalty(self.task.model), 1.0, f"the penalty in epoch {epoch}")

    def try_examples(self, indices: Sequence[int]) -> None:
        """Compute the loss of some examples, without a graph; in evaluation mode, so that dropout doesn't draw."""
        with no_grad(), in_mode(self.task.model, training=False):
            for i in indices:
                self._loss_of(self.task.examples, i)

    def validate(self, predictions: list[Any] | None) -> float:
        """The mean loss of the validation examples.

        Args:
            predictions: to append theirs to, in plain numbers; None if nobody wants them.

        Raises:
            TypeError: if the loss of an example is no number.
            FloatingPointError: if it is not finite.
        """
        examples, total = self.task.validation, 0.0
        with no_grad():
            for i in range(len(examples)):
                prediction, cost = self._loss_of(examples, i)
                weight = 1.0 if examples.weights is None else examples.weights[i]
                total += weight * _number(cost, f"the validation loss of {examples.target_name(i)}")
                if predictions is not None:
                    predictions.append(plain_structure(prediction))
        return total / len(examples)

    def _loss_of(self, examples: Examples, i: int) -> tuple[Any, Any]:
        """The prediction for one example, and its loss; errors say which example it is."""
        prediction = output_of("fit", self.task.model, examples.inputs[i], examples.input_name(i))
        try:
            return prediction, self.task.loss(prediction, examples.targets[i])
        except Exception as error:
            name = examples.target_name(i)
            told(error, "fit", name, f"the loss of example {examples.places[i]}, with the target {name}")

    def read(self) -> None:
        """Take note of what others did to the parameters: nothing to do, each step looks."""

    def write_back(self) -> None:
        """Let others see the parameters: nothing to do, they are in their Values."""


def output_of(owner: str, model: Any, x: Any, name: str) -> Any:
    """What a model makes of an input, whose errors say which one it is."""
    try:
        return model(x)
    except Exception as error:
        told(error, owner, name, f"the model's output for {name}")


def told(error: Exception, owner: str, name: str, what: str) -> NoReturn:
    """Raise an error of somebody else's again, which says where it comes from."""
    if type(error) in (TypeError, ValueError):
        raise type(error)(f"{owner}: {name}: {error}") from error
    error.add_note(f"{owner}: this is {what}")
    raise error


def _differentiated(value: Any, seed: float, what: str) -> float:
    """Accumulate the gradients of a loss, times the seed, and return it.

    Raises:
        TypeError: if it depends on no parameter.
        FloatingPointError: if it is not finite.
    """
    if not isinstance(value, Value) or value.is_constant:
        raise TypeError(
            f"fit: {what} is {shown(value)}, which depends on no parameter; return a Value made of the prediction, "
            "don't train under no_grad(), and unfreeze() what is to be trained"
        )
    number = _number(value, what)
    value.backward(seed)
    return number


def _number(cost: Any, what: str) -> float:
    """A loss as a plain number, which is finite."""
    if not isinstance(cost, Value) and not is_real(cost):
        raise TypeError(f"fit: {what} is {shown(cost)}, but must be a number; return a Value made of the prediction")
    number = float(number_of(cost))
    if not math.isfinite(number):
        raise FloatingPointError(
            f"fit: {what} is {number}; parameters are as the last step left them. Lower the learning rate, "
            "scale the inputs, or use a loss from logits"
        )
    return number
