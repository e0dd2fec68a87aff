"""Hints to mypyc, which compiles the engine while a wheel is built (see setup.py). Interpreted, they say nothing.

The stub beside this file tells mypyc where they come from; at run time nothing but the standard library is needed.
"""

from collections.abc import Callable
from typing import TypeVar

C = TypeVar("C", bound=type)


def mypyc_attr(**hints: bool) -> Callable[[C], C]:
    return lambda decorated: decorated
