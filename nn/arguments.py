"""Checks of arguments that several parts of the package take, with messages that name them."""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import BuiltinMethodType
from typing import Any, Final, Protocol, TypeAlias, TypeGuard, TypeVar, cast

from autograd.engine.reductions import Number as Number  # others take it from here
from autograd.support.errors import as_float, is_real, one_line, shown, typed

Plain: TypeAlias = float | numbers.Real
"""A number that records nothing: int, float, Fraction, a NumPy scalar."""

T_co = TypeVar("T_co", covariant=True)


class Row(Protocol[T_co]):
    """Elements in order, as type checkers see them: a list, a tuple, an array, but neither a string nor a dict."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> T_co: ...
    def __iter__(self) -> Iterator[T_co]: ...


def is_row(thing: Any) -> TypeGuard[Row[Any]]:
    """Whether it is a list, a tuple or an array: elements in order. A string, a dict or a set is not.

    >>> is_row([1.0, 2.0]), is_row("12"), is_row({1.0, 2.0})
    (True, False, False)
    """
    return hasattr(thing, "__len__") and hasattr(thing, "__getitem__") and not isinstance(thing, (str, bytes, dict))


def count_of(owner: str, argument: str, number: Any, least: int = 1) -> int:
    """A whole number of at least 1, or of another least one; NumPy's will do.

    Raises:
        TypeError: if it is not whole.
        ValueError: if it is less.

    >>> count_of("fit", "epochs", 0)
    Traceback (most recent call last):
    ValueError: fit: epochs is 0, but must be at least 1
    """
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise TypeError(f"{owner}: {argument} must be a whole number, got {typed(number)}")
    count = int(number)
    if count < least:
        raise ValueError(f"{owner}: {argument} is {shown(count)}, but must be at least {least}")
    return count


def truth_of(owner: str, argument: str, thing: Any) -> bool:
    """True or False; NumPy's will do, and the numbers 1 and 0.

    Raises:
        TypeError: for anything else.
    """
    if not is_real(thing) or thing not in (0, 1):
        raise TypeError(f"{owner}: {argument} must be True or False, got {typed(thing)}")
    return bool(thing)


def check_made(owner: str, argument: str, model: Any) -> None:
    """Refuse the class of a model in place of one.

    Raises:
        TypeError: it says how to make one.
    """
    if isinstance(model, type) and hasattr(model, "parameters"):
        name = one_line(model.__name__)
        raise TypeError(f"{owner}: {argument} is the class {name}; make one: {name}(...)")


def as_python(thing: Any) -> Any:
    """NumPy's numbers as Python's, which a file can hold, in a tuple too; anything else as it is.

    >>> from fractions import Fraction
    >>> as_python((Fraction(1, 2), 3, True, "relu"))
    (0.5, 3, True, 'relu')
    """
    if isinstance(thing, tuple):
        return tuple(map(as_python, thing))
    if not is_real(thing) or type(thing) in (bool, int, float):
        return thing
    if isinstance(thing, numbers.Integral):
        return int(thing)
    return float(thing) if isinstance(thing, numbers.Real) else bool(thing)


def not_negative(owner: str, argument: str, number: Any) -> float:
    """A finite number of at least 0.

    Raises:
        TypeError: if it is not a real number.
        ValueError: if it is negative or not finite.
    """
    value = as_float(number, owner, argument)
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{owner}: {argument} is {value}, but must be finite and not negative")
    return value


def share_of(owner: str, argument: str, number: Any) -> float:
    """A number in [0, 1].

    Raises:
        TypeError: if it is not a real number.
        ValueError: if it lies outside.

    >>> share_of("Dropout", "p", 1.5)
    Traceback (most recent call last):
    ValueError: Dropout: p is 1.5, but must lie in [0, 1]
    """
    value = as_float(number, owner, argument)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{owner}: {argument} is {value}, but must lie in [0, 1]")
    return value


_INSTEAD: Final[ContextVar[random.Random | None]] = ContextVar("nn_drawn_from_instead", default=None)


@contextmanager
def drawing_from(generator: random.Random) -> Iterator[None]:
    """Let what has no seed draw from a generator in here, and leave Python's shared one as it is.

    >>> before = random.getstate()
    >>> with drawing_from(random.Random(0)):
    ...     number = generator_of(None).random()
    >>> random.getstate() == before
    True
    """
    before = _INSTEAD.set(generator)
    try:
        yield
    finally:
        _INSTEAD.reset(before)


def generator_of(seed: int | random.Random | None) -> random.Random:
    """The random generator for a seed: a new one for an int, a generator itself, Python's shared one for None.

    Raises:
        TypeError: for anything else.
    """
    if seed is None and (instead := _INSTEAD.get()) is not None:
        return instead
    if seed is None:
        return cast(random.Random, cast(BuiltinMethodType, random.random).__self__)  # what random.seed() seeds
    if isinstance(seed, random.Random):
        return seed
    if hasattr(seed, "__index__") and not isinstance(seed, bool):
        return random.Random(int(seed))
    raise TypeError(f"seed must be an int, a random.Random or None, got {typed(seed)}")
