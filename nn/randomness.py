"""Whether a model has drawn random numbers: where the generators are that it may draw from."""

from __future__ import annotations

import random
import sys
from typing import Any

from nn.module import Module


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
