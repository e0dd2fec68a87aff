"""What compiling adds to the engine (see setup.py); where it runs as plain Python, this adds nothing.

The stub beside this file tells mypyc where the hints come from; at run time they take no package.
"""

from collections.abc import Callable
from typing import TypeVar

try:
    from autograd.engine._collector import untrack
except ImportError:
    untrack = None

C = TypeVar("C", bound=type)


def mypyc_attr(**hints: bool) -> Callable[[C], C]:
    return lambda decorated: decorated
