import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias, TypeVar

from mypy_extensions import mypyc_attr as mypyc_attr

F = TypeVar("F", bound=Callable[..., Any])

# What an operator of Value returns. Compiled code would refuse the NotImplemented that it also returns (see setup.py).
if sys.platform == "mypyc":
    Result: TypeAlias = Any
else:
    from autograd.engine.value import Value

    Result: TypeAlias = Value

COMPILED: bool

def keep_attributes(compiled_class: type, /) -> None: ...
def make_nodes(compiled_class: type, /) -> None: ...
def make_untracked(compiled_class: type, /) -> None: ...
def run_inside(block: Callable[[], AbstractContextManager[None]], function: F) -> F: ...
def track(*things: object) -> None: ...
def untrack(*things: object) -> None: ...
