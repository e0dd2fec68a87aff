"""Optimisers: how parameters follow their gradients downhill. The formulas are PyTorch's, term by term."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Self

from autograd import Value
from autograd.engine.errors import as_float
from nn.arguments import not_negative
from nn.descent import adam_step, gradient_step, momentum_step, sum_of_gradients, zero_gradients

LearningRate = float | Callable[[int], float]
"""A number, or a schedule: a function of the step, which counts from 0 (see `nn.schedules`)."""

_OF_EVERY_OPTIMIZER = ("parameters", "learning_rate", "steps", "state")


class Optimizer(ABC):
    """What all optimisers share: the parameters, the learning rate and the count of steps.

    Attributes:
        parameters: what it trains.
        steps: how many steps it has done.
        state: what it remembers: by name, a list of one float per parameter. Empty before the first step.
    """

    def __init__(self, parameters: Iterable[Value], learning_rate: LearningRate, weight_decay: float) -> None:
        name = type(self).__name__
        if not hasattr(parameters, "__iter__"):
            raise TypeError(f"{name}: parameters must be a list of Values, got {parameters!r}; pass model.parameters()")
        self.parameters = list(parameters)
        for i, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value) or not parameter.is_leaf or parameter.is_constant:
                raise TypeError(f"{name}: parameters[{i}] is {parameter!r}, not a variable; pass model.parameters()")
        if not self.parameters:
            raise ValueError(f"{name}: no parameters to train; pass model.parameters()")
        if len(set(map(id, self.parameters))) != len(self.parameters):
            raise ValueError(f"{name}: a parameter is given twice and would be moved twice; give each once")
        if not callable(learning_rate):
            learning_rate = not_negative(name, "learning_rate", learning_rate)
        self.learning_rate: LearningRate = learning_rate
        self.weight_decay = not_negative(name, "weight_decay", weight_decay)
        self.steps = 0
        self.state: dict[str, list[float]] = {}

    def step(self) -> None:
        """Move every parameter by its gradient.

        Raises:
            FloatingPointError: if a gradient is not finite; nothing is moved then.
            ValueError: if the learning rate of a schedule is negative or not finite; nothing is moved then.
        """
        name = type(self).__name__
        rate = self.learning_rate
        if callable(rate):
            rate = not_negative(name, f"the learning rate of step {self.steps}", rate(self.steps))
        if not math.isfinite(sum_of_gradients(self.parameters)):  # a finite sum of finite numbers may overflow, too
            for parameter in self.parameters:
                if not math.isfinite(parameter.grad):
                    label = parameter.label or "a parameter without label"
                    raise FloatingPointError(
                        f"{name}.step: the gradient of {label} is {parameter.grad}; no parameter was moved. "
                        "Lower the learning rate, or look for an infinite derivative (sqrt or log at 0)"
                    )
        self._move(rate)
        self.steps += 1

    def zero_grad(self) -> None:
        """Set the gradients of the parameters to zero."""
        zero_gradients(self.parameters)

    def snapshot(self) -> dict[str, Any]:
        """All that a step depends on, but the parameters: plain data, of which `restored` makes an equal optimizer.

        A learning rate that is a schedule is left out (None): a function is no data.
        """
        own = {name: thing for name, thing in vars(self).items() if name not in _OF_EVERY_OPTIMIZER}
        rate = None if callable(self.learning_rate) else self.learning_rate
        return {"learning_rate": rate, "options": own, "steps": self.steps, "state": self.state}

    @classmethod
    def restored(cls, parameters: Iterable[Value], learning_rate: LearningRate, snapshot: dict[str, Any]) -> Self:
        """An optimizer in the state of a snapshot.

        Raises:
            ValueError: if the snapshot is not of so many parameters.
        """
        made = cls(parameters, learning_rate, **snapshot["options"])
        made.steps = int(snapshot["steps"])
        for name, numbers in snapshot["state"].items():
            if len(numbers) != len(made.parameters):
                raise ValueError(f"{cls.__name__}: {name} is of {len(numbers)} parameters, not {len(made.parameters)}")
            made.state[name] = [as_float(number, cls.__name__, name) for number in numbers]
        return made

    @abstractmethod
    def _move(self, rate: float) -> None:
        """One step of this learning rate."""

    def _remembered(self, name: str) -> list[float]:
        """A list of the state, zeros at first."""
        return self.state.setdefault(name, [0.0] * len(self.parameters))


class SGD(Optimizer):
    """Gradient descent on batches, with momentum if asked.

    g = ∇ + weight_decay · p;  v = momentum · v + g (v = g at the first step);  p ← p − learning_rate · v, or with
    `nesterov` p ← p − learning_rate · (g + momentum · v).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

    Raises:
        TypeError: if a parameter is no variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> x = Value(5.0)
    >>> optimizer = SGD([x], learning_rate=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data
    4.0
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: LearningRate,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = not_negative("SGD", "momentum", momentum)
        if nesterov and not self.momentum:
            raise ValueError("SGD: nesterov needs a momentum; pass for instance momentum=0.9")
        self.nesterov = nesterov

    def _move(self, rate: float) -> None:
        if self.momentum:
            velocity = self._remembered("velocity")
            momentum_step(self.parameters, velocity, rate, self.weight_decay, self.momentum, self.nesterov)
        else:
            gradient_step(self.parameters, rate, self.weight_decay)


class Adam(Optimizer):
    """Adam: steps of the size of the learning rate, scaled by running means of the gradient and of its square.

    g = ∇ + weight_decay · p;  m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;
    p ← p − learning_rate · m / (1 − β₁ᵗ) / (√v / √(1 − β₂ᵗ) + epsilon), with t = 1 at the first step.

    Source: Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Raises:
        TypeError: if a parameter is no variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> x = Value(5.0)
    >>> optimizer = Adam([x], learning_rate=0.5)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    4.5
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        name = type(self).__name__
        super().__init__(parameters, learning_rate, weight_decay)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"{name}: betas must be two numbers, such as (0.9, 0.999), got {betas!r}")
        self.betas = not_negative(name, "betas[0]", betas[0]), not_negative(name, "betas[1]", betas[1])
        if max(self.betas) >= 1.0:
            raise ValueError(f"{name}: betas must be two numbers in [0, 1), got {betas!r}")
        self.epsilon = not_negative(name, "epsilon", epsilon)

    def _move(self, rate: float) -> None:
        self._descend(rate, decay=self.weight_decay, kept=1.0)

    def _descend(self, rate: float, decay: float, kept: float) -> None:
        mean, mean_square = self._remembered("mean"), self._remembered("mean_square")
        size, root = (1.0 - beta ** (self.steps + 1) for beta in self.betas)
        adam_step(
            self.parameters, mean, mean_square, self.betas, rate / size, math.sqrt(root), self.epsilon, decay, kept
        )


class AdamW(Adam):
    """Adam whose weight decay acts on the parameters directly: p ← p − learning_rate · weight_decay · p, then Adam.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.

    Raises:
        TypeError: if a parameter is no variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, epsilon, weight_decay)

    def _move(self, rate: float) -> None:
        self._descend(rate, decay=0.0, kept=1.0 - rate * self.weight_decay)
