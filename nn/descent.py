"""The inner loops of the optimisers, over the parameters' own fields: compiled where the engine is (see setup.py).

A step is computed first and taken then, whole: an error leaves everything where it was, an interrupt too.
"""

from __future__ import annotations

from collections import deque
from math import inf, sqrt
from typing import Any, Final

from autograd.engine.recording import OPEN, recorder
from autograd.engine.value import Value

_COMPILED: Final = not __file__.endswith((".py", ".pyc"))


def zero_gradients(parameters: list[Value]) -> None:
    """Set the gradients of the parameters to zero."""
    for p in parameters:
        p._grad = 0.0


def sum_of_gradients(parameters: list[Value]) -> float:
    """Their sum: finite only if each of them is."""
    total = 0.0
    for p in parameters:
        total += p._grad
    return total


def clip_gradients(parameters: list[Value], bound: float) -> None:
    """∇ ← ∇ · bound / ‖∇‖ where the norm of all gradients is above the bound; what is not finite is left to be found.

    Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1.
    """
    largest = 0.0
    for p in parameters:
        size = abs(p._grad)
        if not size < inf:  # NaN, too
            return
        largest = max(largest, size)
    if largest == 0.0:
        return
    total = 0.0
    for p in parameters:
        share = p._grad / largest  # whose square neither overflows nor vanishes
        total += share * share
    norm = sqrt(total)
    if largest * norm > bound:
        for p in parameters:
            p._grad = p._grad / largest * (bound / norm)


def set_frozen(parameters: list[Value], frozen: bool) -> None:
    """Make variables constants for the time being, to which no gradient flows, or variables again."""
    for p in parameters:
        p._constant = p._special = p._swept = frozen
        p._grad = 0.0


def is_frozen(p: Value) -> bool:
    """Whether it is a variable made constant for the time being."""
    return p._constant and p._swept


def frozen_places(parameters: list[Value]) -> list[int]:
    """Which of them are frozen, by index."""
    return [i for i, p in enumerate(parameters) if p._constant]


def move(
    parameters: list[Value], numbers: list[float], owner: Any = None, fields: dict[str, Any] | None = None
) -> None:
    """Give every parameter its number, and an object its fields, so that Ctrl-C comes before all of it or after.

    Python looks for signals between its own instructions only: compiled there are none here, and else there is one.
    """
    if OPEN and (hearer := recorder()) is not None:
        for p in parameters:
            hearer.data_set(p)
    names: list[str] = [] if fields is None else list(fields)
    things: list[Any] = [] if fields is None else list(fields.values())
    if _COMPILED:
        for i, p in enumerate(parameters):
            p._data = numbers[i]
        for i, name in enumerate(names):
            setattr(owner, name, things[i])
        return
    objects: list[Any] = [*parameters, *[owner for _ in names]]
    attributes = ["_data" for _ in parameters] + names
    deque(map(setattr, objects, attributes, numbers + things), maxlen=0)


def zeros(parameters: list[Value]) -> list[float]:
    """What is remembered before the first step."""
    return [0.0] * len(parameters)


def numbers_of(parameters: list[Value]) -> list[float]:
    """Where they are."""
    return [p._data for p in parameters]


def part(parameters: list[Value], places: list[int]) -> list[Value]:
    """Some of them."""
    return [parameters[i] for i in places]


def picked(numbers: list[float], places: list[int]) -> list[float]:
    """The numbers of some."""
    return [numbers[i] for i in places]


def put(numbers: list[float], places: list[int], new: list[float]) -> None:
    """Give some of them new numbers."""
    for place, number in zip(places, new):  # noqa: B905 - as mypyc compiles it
        numbers[place] = number


def gradient_step(parameters: list[Value], rate: float, decay: float) -> list[float]:
    """p ← p − rate · (∇ + decay · p)."""
    numbers = []
    for p in parameters:
        g = p._grad + decay * p._data if decay else p._grad
        numbers.append(p._data - rate * g)
    return numbers


def momentum_step(
    parameters: list[Value], velocity: list[float], rate: float, decay: float, momentum: float, nesterov: bool
) -> tuple[list[float], list[float]]:
    """g = ∇ + decay · p;  v ← momentum · v + g;  p ← p − rate · v, or p − rate · (g + momentum · v) if `nesterov`."""
    numbers, velocities = [], []
    for i, p in enumerate(parameters):
        g = p._grad + decay * p._data if decay else p._grad
        v = momentum * velocity[i] + g
        velocities.append(v)
        numbers.append(p._data - rate * (g + momentum * v if nesterov else v))
    return numbers, velocities


def adam_step(
    parameters: list[Value],
    mean: list[float],
    mean_square: list[float],
    betas: tuple[float, float],
    rate: float,
    root: float,
    epsilon: float,
    decay: float,
    kept: float,
) -> tuple[list[float], list[float], list[float]]:
    """g = ∇ + decay · p;  m, v ← their running means with g, g²;  p ← kept · p − rate · m / (√v / root + epsilon).

    Raises:
        ZeroDivisionError: where √v / root + epsilon is 0; its argument is the index of the parameter.
    """
    _, beta2 = betas
    new1, new2 = 1.0 - betas[0], 1.0 - beta2
    numbers, means, mean_squares = [], [], []
    for i, p in enumerate(parameters):
        g = p._grad + decay * p._data if decay else p._grad
        m = mean[i]
        m += new1 * (g - m)
        v = beta2 * mean_square[i] + new2 * g * g
        scale = sqrt(v) / root + epsilon
        if scale == 0.0:
            raise ZeroDivisionError(i)
        means.append(m)
        mean_squares.append(v)
        numbers.append(kept * p._data - rate * m / scale)
    return numbers, means, mean_squares


def rmsprop_step(
    parameters: list[Value],
    mean_square: list[float],
    velocity: list[float],
    alpha: float,
    rate: float,
    epsilon: float,
    decay: float,
    momentum: float,
) -> tuple[list[float], list[float], list[float]]:
    """g = ∇ + decay · p;  s ← alpha · s + (1 − alpha) · g²;  v ← momentum · v + g / (√s + epsilon);  p ← p − rate · v.

    Raises:
        ZeroDivisionError: where √s + epsilon is 0; its argument is the index of the parameter.
    """
    new = 1.0 - alpha
    numbers, mean_squares, velocities = [], [], []
    for i, p in enumerate(parameters):
        g = p._grad + decay * p._data if decay else p._grad
        s = alpha * mean_square[i] + new * g * g
        scale = sqrt(s) + epsilon
        if scale == 0.0:
            raise ZeroDivisionError(i)
        v = momentum * velocity[i] + g / scale
        mean_squares.append(s)
        velocities.append(v)
        numbers.append(p._data - rate * v)
    return numbers, mean_squares, velocities
