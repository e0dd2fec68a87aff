"""The inner loops of the optimisers, over the parameters' own fields: compiled where the engine is (see setup.py)."""

from __future__ import annotations

from math import sqrt

from autograd.engine.value import Value


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


def gradient_step(parameters: list[Value], rate: float, decay: float) -> None:
    """p ← p − rate · (∇ + decay · p)."""
    for p in parameters:
        g = p._grad + decay * p._data if decay else p._grad
        p._data -= rate * g


def momentum_step(
    parameters: list[Value], velocity: list[float], rate: float, decay: float, momentum: float, nesterov: bool
) -> None:
    """g = ∇ + decay · p;  v ← momentum · v + g;  p ← p − rate · v, or p − rate · (g + momentum · v) if `nesterov`."""
    for i, p in enumerate(parameters):
        g = p._grad + decay * p._data if decay else p._grad
        v = momentum * velocity[i] + g
        velocity[i] = v
        p._data -= rate * (g + momentum * v if nesterov else v)


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
) -> None:
    """g = ∇ + decay · p;  m, v ← their running means with g, g²;  p ← kept · p − rate · m / (√v / root + epsilon)."""
    _, beta2 = betas
    new1, new2 = 1.0 - betas[0], 1.0 - beta2
    for i, p in enumerate(parameters):
        g = p._grad + decay * p._data if decay else p._grad
        m = mean[i]
        m += new1 * (g - m)
        v = beta2 * mean_square[i] + new2 * g * g
        mean[i] = m
        mean_square[i] = v
        p._data = kept * p._data - rate * m / (sqrt(v) / root + epsilon)
