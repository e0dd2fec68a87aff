"""Optimisers: how parameters follow their gradients downhill. The formulas are PyTorch's, term by term."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from autograd import Value
from autograd.support.errors import as_float, one_line, shown, typed
from nn import descent
from nn.arguments import as_python, count_of, is_row, not_negative, truth_of
from nn.descent import move, sum_of_gradients, zero_gradients

LearningRate = float | Callable[[int], float]
"""A number, or a schedule: a function of the step, which counts from 0 (see `nn.schedules`)."""

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)
N = TypeVar("N")


class Rules(Protocol[P_contra, N]):
    """The formulas of the steps: `nn.descent` over Values and lists, `nn.descent_arrays` over arrays."""

    def zeros(self, parameters: P_contra) -> N: ...
    def gradient_step(self, parameters: P_contra, rate: float, decay: float) -> N: ...
    def momentum_step(
        self, parameters: P_contra, velocity: N, rate: float, decay: float, momentum: float, nesterov: bool
    ) -> tuple[N, N]: ...
    def adam_step(
        self,
        parameters: P_contra,
        mean: N,
        mean_square: N,
        betas: tuple[float, float],
        rate: float,
        root: float,
        epsilon: float,
        decay: float,
        kept: float,
    ) -> tuple[N, N, N]: ...


_OF_EVERY_OPTIMIZER = ("parameters", "learning_rate", "steps", "state")
_STATE_DICT = ("learning_rate", "options", "steps", "state")


class Optimizer(ABC):
    """What all optimisers share: the parameters, the learning rate and the count of steps.

    Attributes:
        parameters: what it trains.
        steps: how many steps it has done.
        state: what it remembers: by name, a list of one float per parameter. Empty before the first step.
        remembers: the names of the class's state.
    """

    remembers: tuple[str, ...] = ()

    def __init__(self, parameters: Iterable[Value], learning_rate: LearningRate, weight_decay: float) -> None:
        name = type(self).__name__
        if not hasattr(parameters, "__iter__"):
            raise TypeError(
                f"{name}: parameters must be a list of Values, got {typed(parameters)}; pass model.parameters()"
            )
        self.parameters = list(parameters)
        for i, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value) or not parameter.is_leaf or parameter.is_constant:
                raise TypeError(
                    f"{name}: parameters[{i}] is {shown(parameter)}, not a variable; pass model.parameters()"
                )
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
        """Move every parameter by its gradient: all of them, or after an error or Ctrl-C none.

        Raises:
            FloatingPointError: if a gradient is not finite; nothing is moved then.
            ZeroDivisionError: if Adam's epsilon is 0 and the gradients of a parameter were, too; nothing is moved then.
            ValueError: if the learning rate is negative or not finite; nothing is moved then.
        """
        rate = self.rate_at(self.steps)
        if not math.isfinite(sum_of_gradients(self.parameters)):  # a finite sum of finite numbers may overflow, too
            self.check_gradients([parameter.grad for parameter in self.parameters])
        numbers, state = self.moved(descent, self.parameters, self.state, self.steps, rate)
        move(self.parameters, numbers, self, {"state": state, "steps": self.steps + 1})

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, which counts from 0.

        Raises:
            TypeError, ValueError: if it is not a number, negative or not finite.
        """
        name, rate = type(self).__name__, self.learning_rate
        if callable(rate):
            return not_negative(name, f"the learning rate of step {step}", rate(step))
        return not_negative(name, "learning_rate", rate)

    def check_gradients(self, gradients: Iterable[float]) -> None:
        """Raise a FloatingPointError that names the first parameter whose gradient is not finite, if there is one."""
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            if not math.isfinite(gradient):
                raise FloatingPointError(
                    f"{type(self).__name__}.step: the gradient of {_called(parameter)} is {gradient}; no parameter was "
                    "moved. Lower the learning rate, or look for an infinite derivative (sqrt or log at 0)"
                )

    def zero_grad(self) -> None:
        """Set the gradients of the parameters to zero."""
        zero_gradients(self.parameters)

    def state_dict(self) -> dict[str, Any]:
        """All that a step depends on, but the parameters: plain data, which `load_state_dict` takes.

        A learning rate that is a schedule is left out (None): a function is not data.

        >>> sorted(SGD([Value(1.0)], learning_rate=0.1, momentum=0.9).state_dict())
        ['learning_rate', 'options', 'state', 'steps']
        """
        rate = self.learning_rate
        return {
            "learning_rate": None if callable(rate) else not_negative(type(self).__name__, "learning_rate", rate),
            "options": self._options(),
            "steps": self.steps,
            "state": {name: list(numbers) for name, numbers in self.state.items()},
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from the state of another optimizer of the same class, with its hyperparameters.

        Args:
            state_dict: what `state_dict()` returned. A learning rate of None, a schedule's, leaves the one here.

        Raises:
            TypeError, ValueError: if it is of another class or of another number of parameters, or holds something that
                the class doesn't take; nothing is changed then.

        >>> first, second = Adam([Value(1.0)], learning_rate=0.5), Adam([Value(2.0)])
        >>> first.step()
        >>> second.load_state_dict(first.state_dict())
        >>> second.steps, second.learning_rate
        (1, 0.5)
        """
        name = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{name}: state_dict must be what state_dict() returned, got {typed(state_dict)}")
        _check_names(name, "entries", state_dict, _STATE_DICT)
        rate, options, steps, state = (state_dict[entry] for entry in _STATE_DICT)
        _check_names(name, "options", options, self._options())
        made = type(self)(self.parameters, self.learning_rate if rate is None else rate, **options)
        made.steps = count_of(name, "steps", steps, least=0)
        if state:
            _check_names(name, "state", state, self.remembers)
        for entry, numbers in state.items():
            if not is_row(numbers) or len(numbers) != len(self.parameters):
                got = f"{len(numbers)} numbers" if is_row(numbers) else repr(numbers)
                raise ValueError(f"{name}: {entry} is {got}, but there are {len(self.parameters)} parameters")
            made.state[entry] = [as_float(number, name, f"{entry}[{i}]") for i, number in enumerate(numbers)]
        vars(self).update(vars(made))

    def _options(self) -> dict[str, Any]:
        """The hyperparameters besides the learning rate, as the constructor takes them."""
        return {name: as_python(thing) for name, thing in vars(self).items() if name not in _OF_EVERY_OPTIMIZER}

    @abstractmethod
    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        """Where a step brings parameters, and what is remembered of it; nothing changes yet.

        Args:
            rules: the formulas.
            parameters: with their gradients, as the rules take them.
            state: what is remembered of the steps before; empty before the first.
            steps: how many these are.
            rate: the learning rate.
        """


class SGD(Optimizer):
    """Gradient descent on batches, with momentum if asked.

    g = ∇ + weight_decay · p;  v = momentum · v + g (v = g at the first step);  p ← p − learning_rate · v, or with
    `nesterov` p ← p − learning_rate · (g + momentum · v).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

    Raises:
        TypeError: if a parameter is not a variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> x = Value(5.0)
    >>> optimizer = SGD([x], learning_rate=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data
    4.0
    """

    remembers = ("velocity",)

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
        self.nesterov = truth_of("SGD", "nesterov", nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: nesterov needs a momentum; pass for instance momentum=0.9")

    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        decay, momentum = float(self.weight_decay), float(self.momentum)
        if not momentum:
            return rules.gradient_step(parameters, rate, decay), state
        velocity = state["velocity"] if "velocity" in state else rules.zeros(parameters)
        numbers, velocity = rules.momentum_step(parameters, velocity, rate, decay, momentum, bool(self.nesterov))
        return numbers, {"velocity": velocity}


class Adam(Optimizer):
    """Adam: steps of the size of the learning rate, scaled by running means of the gradient and of its square.

    g = ∇ + weight_decay · p;  m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;
    p ← p − learning_rate · m / (1 − β₁ᵗ) / (√v / √(1 − β₂ᵗ) + epsilon), with t = 1 at the first step.

    Source: Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Raises:
        TypeError: if a parameter is not a variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> x = Value(5.0)
    >>> optimizer = Adam([x], learning_rate=0.5)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    4.5
    """

    remembers = ("mean", "mean_square")

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
        if not is_row(betas) or len(betas) != 2:
            raise TypeError(f"{name}: betas must be two numbers, such as (0.9, 0.999), got {typed(betas)}")
        self.betas = not_negative(name, "betas[0]", betas[0]), not_negative(name, "betas[1]", betas[1])
        if max(self.betas) >= 1.0:
            raise ValueError(f"{name}: betas must be two numbers in [0, 1), got {shown(betas)}")
        self.epsilon = not_negative(name, "epsilon", epsilon)

    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        return self._descent(rules, parameters, state, steps, rate, decay=float(self.weight_decay), kept=1.0)

    def _descent(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float, decay: float, kept: float
    ) -> tuple[N, dict[str, N]]:
        betas, epsilon = (float(self.betas[0]), float(self.betas[1])), float(self.epsilon)
        mean, mean_square = (state[name] if name in state else rules.zeros(parameters) for name in self.remembers)
        size, root = (1.0 - beta ** (steps + 1) for beta in betas)
        try:
            numbers, mean, mean_square = rules.adam_step(
                parameters, mean, mean_square, betas, rate / size, math.sqrt(root), epsilon, decay, kept
            )
        except ZeroDivisionError as error:
            parameter = self.parameters[error.args[0]]
            raise ZeroDivisionError(
                f"{type(self).__name__}.step: division by 0 for {_called(parameter)}: the mean square of its "
                "gradients is 0, and epsilon is 0; no parameter was moved. Pass a small epsilon, such as 1e-8"
            ) from None
        return numbers, {"mean": mean, "mean_square": mean_square}


class AdamW(Adam):
    """Adam whose weight decay acts on the parameters directly: p ← p − learning_rate · weight_decay · p, then Adam.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.

    Raises:
        TypeError: if a parameter is not a variable.
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

    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        kept = 1.0 - rate * float(self.weight_decay)
        return self._descent(rules, parameters, state, steps, rate, decay=0.0, kept=kept)


def _called(parameter: Value) -> str:
    return one_line(parameter.label or "") or "a parameter without label"


def _check_names(name: str, argument: str, found: Any, expected: Iterable[str]) -> None:
    """Refuse a dict of other names."""
    if not isinstance(found, Mapping) or set(found) != set(expected):
        got = ", ".join(map(str, found)) if isinstance(found, Mapping) else shown(found)
        raise ValueError(
            f"{name}: the {argument} must be {', '.join(expected)}, got {one_line(got, 200) or 'none'}; "
            "is it of another class?"
        )
