"""How many parameters may be made while a file is read: a few bytes of it can ask for any number of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from autograd.support.errors import shown

_LEFT: Final[ContextVar[int | None]] = ContextVar("nn_room_left", default=None)


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """Let the library's layers make no more than so many parameters in here.

    >>> with room_for(100):
    ...     take_room("Neuron", 101)
    Traceback (most recent call last):
    ValueError: Neuron: the architecture has more parameters than the file has numbers for (101 more here)
    """
    before = _LEFT.set(count)
    try:
        yield
    finally:
        _LEFT.reset(before)


def check_room(owner: str, count: int) -> None:
    """Say that so many parameters are about to be made, by parts that take the room for them.

    Raises:
        ValueError: if that is more than there is room for.
    """
    left = _LEFT.get()
    if left is not None and count > left:
        raise ValueError(
            f"{owner}: the architecture has more parameters than the file has numbers for ({shown(count)} more here)"
        )


def take_room(owner: str, count: int) -> None:
    """Take the room for so many parameters.

    Raises:
        ValueError: if there isn't any.
    """
    check_room(owner, count)
    left = _LEFT.get()
    if left is not None:
        _LEFT.set(left - count)
