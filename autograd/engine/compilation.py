"""What compiling adds to the engine (see setup.py); where it runs as plain Python, this adds nothing.

The stub beside this file tells mypyc where the hints come from; at run time they take no package.
"""

from collections.abc import Callable
from typing import Any, TypeVar

C = TypeVar("C", bound=type)


def _nothing(*things: object) -> None:
    pass


def mypyc_attr(**hints: bool) -> Callable[[C], C]:
    return lambda decorated: decorated


keep_attributes: Callable[[type], Any] = _nothing
make_nodes: Callable[[type], Any] = _nothing
make_untracked: Callable[[type], Any] = _nothing
track: Callable[..., Any] = _nothing
untrack: Callable[..., Any] = _nothing
try:
    from autograd.engine._native import (  # noqa: F401 - others take them from here
        keep_attributes,
        make_nodes,
        make_untracked,
        track,
        untrack,
    )

    COMPILED = True
except ImportError:
    COMPILED = False
