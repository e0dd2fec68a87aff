"""Initialisers: what the weights are drawn from before training. Biases start at zero."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from autograd.support.errors import shown, typed

Initializer = Callable[[random.Random, int, int], float]
"""Draws one weight: `(generator, fan_in, fan_out) -> float`, for a layer of `fan_in` inputs and `fan_out` units."""


def uniform(generator: random.Random, fan_in: int, fan_out: int) -> float:
    """U(−1, 1), whatever the size of the layer: micrograd's. Good for small networks."""
    return generator.uniform(-1.0, 1.0)


def xavier(generator: random.Random, fan_in: int, fan_out: int) -> float:
    """U(−a, a), a = √(6 / (fan_in + fan_out)): keeps the variance of signals and gradients; for tanh and sigmoid.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010, eq. 16.
    """
    bound = math.sqrt(6.0 / (fan_in + fan_out))
    return generator.uniform(-bound, bound)


def he(generator: random.Random, fan_in: int, fan_out: int) -> float:
    """N(0, 2 / fan_in), by variance: keeps the variance of signals that a ReLU halves.

    Source: He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015, eq. 10.
    """
    return generator.gauss(0.0, math.sqrt(2.0 / fan_in))


INITIALIZERS: dict[str, Initializer] = {"uniform": uniform, "xavier": xavier, "he": he}


def initializer_of(initializer: str | Initializer) -> Initializer:
    """The initialiser of that name; a function is returned as it is.

    Raises:
        ValueError: for an unknown name.
        TypeError: for what is neither a name nor a function.
    """
    if isinstance(initializer, str):
        if initializer not in INITIALIZERS:
            raise ValueError(
                f"unknown initializer {shown(initializer)}; known are {', '.join(INITIALIZERS)}, "
                "or pass a function (generator, fan_in, fan_out) -> float"
            )
        return INITIALIZERS[initializer]
    if not callable(initializer):
        raise TypeError(
            f"initializer must be a name ({', '.join(INITIALIZERS)}) or a function (generator, fan_in, fan_out) -> "
            f"float, got {typed(initializer)}"
        )
    return initializer
