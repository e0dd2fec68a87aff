"""The rules of `nn.descent` over arrays, term by term: the same numbers, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Slope(NamedTuple):
    """Where the parameters are, and their gradient there."""

    numbers: Array
    gradient: Array


def clipped(gradient: Array, bound: float) -> Array:
    """∇ · bound / ‖∇‖ where the norm is above the bound; what is not finite is left to be found."""
    largest = float(np.abs(gradient).max())
    if not 0.0 < largest < np.inf:
        return gradient
    shares = gradient / largest  # whose squares neither overflow nor vanish
    norm = float(np.sqrt(shares @ shares))
    return shares * (bound / norm) if largest * norm > bound else gradient


def zeros(parameters: Slope) -> Array:
    """What is remembered before the first step."""
    return np.zeros_like(parameters.numbers)


def numbers_of(parameters: Slope) -> Array:
    """Where they are, in an array of their own."""
    return parameters.numbers.copy()


def part(parameters: Slope, places: list[int]) -> Slope:
    """Some of them."""
    return Slope(parameters.numbers[places], parameters.gradient[places])


def picked(numbers: Array, places: list[int]) -> Array:
    """The numbers of some."""
    some: Array = numbers[places]
    return some


def put(numbers: Array, places: list[int], new: Array) -> None:
    """Give some of them new numbers."""
    numbers[places] = new


def gradient_step(parameters: Slope, rate: float, decay: float) -> Array:
    """p ← p − rate · (∇ + decay · p)."""
    numbers: Array = parameters.numbers - rate * _decayed(parameters, decay)
    return numbers


def momentum_step(
    parameters: Slope, velocity: Array, rate: float, decay: float, momentum: float, nesterov: bool
) -> tuple[Array, Array]:
    """g = ∇ + decay · p;  v ← momentum · v + g;  p ← p − rate · v, or p − rate · (g + momentum · v) if `nesterov`."""
    g = _decayed(parameters, decay)
    velocity = momentum * velocity + g
    numbers: Array = parameters.numbers - rate * (g + momentum * velocity if nesterov else velocity)
    return numbers, velocity


def adam_step(
    parameters: Slope,
    mean: Array,
    mean_square: Array,
    betas: tuple[float, float],
    rate: float,
    root: float,
    epsilon: float,
    decay: float,
    kept: float,
) -> tuple[Array, Array, Array]:
    """g = ∇ + decay · p;  m, v ← their running means with g, g²;  p ← kept · p − rate · m / (√v / root + epsilon).

    Raises:
        ZeroDivisionError: where √v / root + epsilon is 0; its argument is the index of the parameter.
    """
    beta1, beta2 = betas
    g = _decayed(parameters, decay)
    mean = mean + (1.0 - beta1) * (g - mean)
    mean_square = beta2 * mean_square + (1.0 - beta2) * g * g
    scale = np.sqrt(mean_square) / root + epsilon
    if not epsilon and not scale.all():
        raise ZeroDivisionError(int(np.argmin(scale)))
    numbers: Array = kept * parameters.numbers - rate * mean / scale
    return numbers, mean, mean_square


def rmsprop_step(
    parameters: Slope,
    mean_square: Array,
    velocity: Array,
    alpha: float,
    rate: float,
    epsilon: float,
    decay: float,
    momentum: float,
) -> tuple[Array, Array, Array]:
    """g = ∇ + decay · p;  s ← alpha · s + (1 − alpha) · g²;  v ← momentum · v + g / (√s + epsilon);  p ← p − rate · v.

    Raises:
        ZeroDivisionError: where √s + epsilon is 0; its argument is the index of the parameter.
    """
    g = _decayed(parameters, decay)
    mean_square = alpha * mean_square + (1.0 - alpha) * g * g
    scale = np.sqrt(mean_square) + epsilon
    if not epsilon and not scale.all():
        raise ZeroDivisionError(int(np.argmin(scale)))
    velocity = momentum * velocity + g / scale
    numbers: Array = parameters.numbers - rate * velocity
    return numbers, mean_square, velocity


def _decayed(parameters: Slope, decay: float) -> Array:
    return parameters.gradient + decay * parameters.numbers if decay else parameters.gradient
