"""The optimisers: how parameters follow their gradients downhill. The formulas are PyTorch's, term by term."""

from __future__ import annotations

import math

from autograd.support.errors import shown, typed
from nn.arguments import is_row, not_negative, truth_of
from nn.groups import Parameters
from nn.optim import LearningRate, N, Optimizer, P, Rules, called


class SGD(Optimizer):
    """Gradient descent on batches, with momentum if asked.

    g = ∇ + weight_decay · p;  v = momentum · v + g (v = g at the first step);  p ← p − learning_rate · v, or with
    `nesterov` p ← p − learning_rate · (g + momentum · v).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

    Raises:
        TypeError: if a parameter is not a variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> from autograd import Value
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
        parameters: Parameters,
        learning_rate: LearningRate,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum, self.nesterov = momentum, nesterov
        super().__init__(parameters, learning_rate, weight_decay)
        self.check_groups()

    def check(self, name: str) -> None:
        super().check(name)
        self.momentum = not_negative(name, "momentum", self.momentum)
        self.nesterov = truth_of(name, "nesterov", self.nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError(f"{name}: nesterov needs a momentum; pass for instance momentum=0.9")

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

    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = Adam([x], learning_rate=0.5)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    4.5
    """

    remembers = ("mean", "mean_square")
    squares = ("mean_square",)

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.betas, self.epsilon = betas, epsilon
        super().__init__(parameters, learning_rate, weight_decay)
        self.check_groups()

    def check(self, name: str) -> None:
        super().check(name)
        betas = self.betas
        if not is_row(betas) or len(betas) != 2:
            raise TypeError(f"{name}: betas must be two numbers, such as (0.9, 0.999), got {typed(betas)}")
        self.betas = not_negative(name, "betas[0]", betas[0]), not_negative(name, "betas[1]", betas[1])
        if max(self.betas) >= 1.0:
            raise ValueError(f"{name}: betas must be two numbers in [0, 1), got {shown(betas)}")
        self.epsilon = not_negative(name, "epsilon", self.epsilon)

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
            raise _nothing_to_divide_by(self, error) from None
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
        parameters: Parameters,
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


class RMSprop(Optimizer):
    """RMSprop: steps of the size of the learning rate, scaled by a running mean of the gradient's square.

    g = ∇ + weight_decay · p;  s = alpha · s + (1 − alpha) · g²;  v = momentum · v + g / (√s + epsilon);
    p ← p − learning_rate · v.

    Source: Tieleman and Hinton, Lecture 6.5 of Neural networks for machine learning, 2012; the terms are PyTorch's.

    Raises:
        TypeError: if a parameter is not a variable.
        ValueError: if there is no parameter, one comes twice, or a number is out of its range.

    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = RMSprop([x], learning_rate=0.5, alpha=0.75)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    4.0
    """

    remembers = ("mean_square", "velocity")
    squares = ("mean_square",)

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: LearningRate = 0.01,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
    ) -> None:
        self.alpha, self.epsilon, self.momentum = alpha, epsilon, momentum
        super().__init__(parameters, learning_rate, weight_decay)
        self.check_groups()

    def check(self, name: str) -> None:
        super().check(name)
        self.alpha = not_negative(name, "alpha", self.alpha)
        if self.alpha >= 1.0:
            raise ValueError(f"{name}: alpha is {self.alpha}, but must lie in [0, 1)")
        self.epsilon = not_negative(name, "epsilon", self.epsilon)
        self.momentum = not_negative(name, "momentum", self.momentum)

    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        alpha, epsilon, decay = float(self.alpha), float(self.epsilon), float(self.weight_decay)
        mean_square, velocity = (state[name] if name in state else rules.zeros(parameters) for name in self.remembers)
        try:
            numbers, mean_square, velocity = rules.rmsprop_step(
                parameters, mean_square, velocity, alpha, rate, epsilon, decay, float(self.momentum)
            )
        except ZeroDivisionError as error:
            raise _nothing_to_divide_by(self, error) from None
        return numbers, {"mean_square": mean_square, "velocity": velocity}


def _nothing_to_divide_by(optimizer: Optimizer, error: ZeroDivisionError) -> ZeroDivisionError:
    parameter = optimizer.parameters[error.args[0]]
    return ZeroDivisionError(
        f"{type(optimizer).__name__}.step: division by 0 for {called(parameter)}: the mean square of its "
        "gradients is 0, and epsilon is 0; no parameter was moved. Pass a small epsilon, such as 1e-8"
    )
