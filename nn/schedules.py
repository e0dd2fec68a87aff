"""Learning-rate schedules: plain functions of the step, which counts from 0. Any function of yours will do as well.

Rates and factors are finite and not negative, counts of steps whole and at least 1; else there is a ValueError, or a
TypeError for what is not a number.

>>> from autograd import Value
>>> from nn import SGD
>>> optimizer = SGD([Value(1.0)], learning_rate=step_decay(0.1, factor=0.5, every=100))
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.support.errors import typed
from nn.arguments import count_of, not_negative

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """The same rate at every step: what a plain number means, for use inside `warm_up`."""
    rate = not_negative("constant", "rate", rate)
    return lambda step: rate


def step_decay(rate: float, factor: float, every: int) -> Schedule:
    """rate · factor^⌊step / every⌋.

    >>> [step_decay(0.1, factor=0.5, every=2)(step) for step in range(5)]
    [0.1, 0.1, 0.05, 0.05, 0.025]
    """
    rate, factor = not_negative("step_decay", "rate", rate), not_negative("step_decay", "factor", factor)
    every = count_of("step_decay", "every", every)
    return lambda step: rate * factor ** (step // every)


def exponential_decay(rate: float, factor: float) -> Schedule:
    """rate · factor^step.

    >>> exponential_decay(0.5, factor=0.5)(2)
    0.125
    """
    rate, factor = not_negative("exponential_decay", "rate", rate), not_negative("exponential_decay", "factor", factor)
    return lambda step: rate * factor**step


def cosine_decay(rate: float, steps: int, final: float = 0.0) -> Schedule:
    """final + (rate − final) · (1 + cos(π · step / steps)) / 2, and `final` after `steps`.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq. 5.

    >>> [round(cosine_decay(1.0, steps=4)(step), 4) for step in (0, 2, 4, 9)]
    [1.0, 0.5, 0.0, 0.0]
    """
    rate, final = not_negative("cosine_decay", "rate", rate), not_negative("cosine_decay", "final", final)
    steps = count_of("cosine_decay", "steps", steps)
    return lambda step: final + 0.5 * (rate - final) * (1.0 + math.cos(math.pi * min(step, steps) / steps))


def warm_up(schedule: Schedule, steps: int) -> Schedule:
    """Rises in equal steps to the start of a schedule, (step + 1) / steps of it, then follows it from its step 0.

    Source: Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2.

    Raises:
        TypeError: if the schedule is not a function, or the steps are not a whole number.
        ValueError: if the steps are less than 1.

    >>> [warm_up(constant(1.0), steps=4)(step) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    schedule = _checked("warm_up", schedule)
    steps = count_of("warm_up", "steps", steps)
    return lambda step: schedule(0) * (step + 1) / steps if step < steps else schedule(step - steps)


def scaled(schedule: Schedule, factor: float) -> Schedule:
    """A schedule times a factor, at every step: what `ReduceLROnPlateau` makes of one.

    Raises:
        TypeError: if the schedule is not a function.
        ValueError: if the factor is negative or not finite.

    >>> [scaled(step_decay(0.1, factor=0.5, every=2), 0.5)(step) for step in range(3)]
    [0.05, 0.05, 0.025]
    """
    schedule = _checked("scaled", schedule)
    factor = not_negative("scaled", "factor", factor)
    return lambda step: schedule(step) * factor


def _checked(name: str, schedule: Schedule) -> Schedule:
    if not callable(schedule):
        raise TypeError(
            f"{name}: schedule must be a function of the step, such as constant(0.1), got {typed(schedule)}"
        )
    return schedule
