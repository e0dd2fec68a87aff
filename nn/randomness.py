"""Whether a model draws random numbers: which generators it may draw from, and what a call does to them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from nn.module import Module

_T = TypeVar("_T")

_TRIES = 50


def watched_for_draws(model: Any, call: Callable[[], _T]) -> tuple[_T, bool]:
    """What a call returns, and whether it draws random numbers, of the model's own generators or of the shared ones.

    The shared ones are everybody's: another thread may have drawn from them meanwhile. So the call is made again until
    it leaves them as they were.

    >>> watched_for_draws(None, lambda: 1.0), watched_for_draws(None, random.random)[1]
    ((1.0, False), True)
    """
    tries = 0
    while True:
        own, shared = _own_states(model), _shared_states()
        result = call()
        tries += 1
        if _own_states(model) != own:
            return result, True
        if _shared_states() == shared:
            return result, False
        if tries == _TRIES:
            return result, True


def _shared_states() -> list[Any]:
    """The states of Python's generator and of NumPy's, which nobody draws from who hasn't imported it."""
    numpy: Any = sys.modules.get("numpy")
    return [random.getstate(), None if numpy is None else repr(numpy.random.get_state())]


def _own_states(model: Any) -> list[Any]:
    """The states of the generators that a model's Modules have."""
    numpy: Any = sys.modules.get("numpy")
    states: list[Any] = []
    for module in model.modules() if isinstance(model, Module) else []:
        for thing in vars(module).values():
            if isinstance(thing, random.Random):
                states.append(thing.getstate())
            elif numpy is not None and isinstance(thing, numpy.random.Generator):
                states.append(repr(thing.bit_generator.state))
    return states
