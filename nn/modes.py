"""Training and evaluation mode, for as long as something is done in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nn.module import Module


@contextmanager
def in_mode(model: Any, training: bool) -> Iterator[None]:
    """Put a Module, and all below it, into one mode or the other, and back into their own afterwards.

    A Module that is in training mode already is left as it is, with parts of it that are not: somebody froze them.
    What is not a Module has no mode.

    >>> module = Module()
    >>> with in_mode(module, training=False):
    ...     print(module.training)
    False
    >>> module.training
    True
    """
    modules = list(model.modules()) if isinstance(model, Module) and not (training and model.training) else []
    before = [module.training for module in modules]
    try:
        for module in modules:
            module.training = training
        yield
    finally:
        for module, mode in zip(modules, before, strict=True):
            module.training = mode
