"""What compiling adds to the engine (see setup.py); where it runs as plain Python, this adds nothing.

The stub beside this file tells mypyc where the hints come from; at run time they take no package.
"""

import functools
import inspect
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

C = TypeVar("C", bound=type)


def _nothing(*things: object) -> None:
    pass


def mypyc_attr(**hints: bool) -> Callable[[C], C]:
    return lambda decorated: decorated


def run_inside(block: Callable[[], AbstractContextManager[None]], function: Callable[..., Any]) -> Any:
    """The function with its body inside a `with` block, a new one for every call. (A compiled closure can't wrap.)

    Raises:
        TypeError: for a generator or coroutine function, whose body runs after the call has returned.
    """
    name = block.__name__
    if (
        inspect.isgeneratorfunction(function)
        or inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
    ):
        raise TypeError(
            f"{name}: the body of {function.__name__} runs after the call, outside the block; "
            f"write `with {name}():` inside it"
        )

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with block():
            return function(*args, **kwargs)

    return inside


answer_numbers: Callable[[type], Any] = _nothing
keep_attributes: Callable[[type], Any] = _nothing
make_nodes: Callable[[type], Any] = _nothing
make_untracked: Callable[[type], Any] = _nothing
track: Callable[..., Any] = _nothing
untrack: Callable[..., Any] = _nothing
try:
    # in a compiled wheel alone; others take them from here
    from autograd.support._native import (  # noqa: F401  # pyright: ignore[reportMissingImports]
        answer_numbers,
        free_afresh,
        keep_attributes,
        make_nodes,
        make_untracked,
        track,
        untrack,
    )

    if hasattr(os, "register_at_fork"):  # the thread that was freeing nodes may not exist in the child
        os.register_at_fork(after_in_child=free_afresh)
    COMPILED = True
except ImportError:
    COMPILED = False
