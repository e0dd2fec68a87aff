"""Whether a model draws random numbers: which generators it may draw from, and what a call does to them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from nn.module import Module

_T = TypeVar("_T")

_TRIES = 10


def watched_for_draws(model: Any, call: Callable[[], _T]) -> tuple[_T, bool]:
    """What a call returns, and whether it draws random numbers, of the shared generators or of the model's own.

    The shared ones are everybody's: where another thread draws from them meanwhile, the call is made again.

    >>> watched_for_draws(None, lambda: 1.0), watched_for_draws(None, random.random)[1]
    ((1.0, False), True)
    """
    for _ in range(_TRIES):
        before = random_states(model)
        result = call()
        if random_states(model) == before:
            return result, False
    return result, True


def random_states(model: Any) -> list[Any]:
    """The states of Python's and NumPy's shared generators, and of all that a model's Modules have.

    >>> from nn import Dropout
    >>> dropout = Dropout(0.5)
    >>> before = random_states(dropout)
    >>> _ = dropout([1.0, 2.0])
    >>> random_states(dropout) == before
    False
    """
    numpy: Any = sys.modules.get("numpy")  # which nobody draws from who hasn't imported it
    states: list[Any] = [random.getstate()]
    if numpy is not None:
        states.append(repr(numpy.random.get_state()))
    for module in model.modules() if isinstance(model, Module) else []:
        for thing in vars(module).values():
            if isinstance(thing, random.Random):
                states.append(thing.getstate())
            elif numpy is not None and isinstance(thing, numpy.random.Generator):
                states.append(repr(thing.bit_generator.state))
    return states
