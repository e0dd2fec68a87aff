"""Whether operations are being recorded, and who watches them: per thread and per task."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar

_DEPTH: Final[ContextVar[int]] = ContextVar("autograd_no_grad_depth", default=0)
_LOCK: Final = threading.Lock()
_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Hint:
    """How many blocks are open anywhere, `no_grad` or `watched`: while none is, no operation need ask its context."""

    def __init__(self) -> None:
        self.open_blocks: int = 0


HINT: Final = _Hint()


def paused() -> bool:
    """Whether a `no_grad` block is open in this context."""
    return HINT.open_blocks > 0 and _DEPTH.get() > 0


class Watcher(Protocol):
    """What hears of every operation and every backward pass inside a `watched` block."""

    def operation_done(self, primitive: Any, operands: Sequence[Any], result: Any) -> None:
        """An operation was computed; its result is about to be recorded."""

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        """Gradients are about to flow from the seeded outputs through these nodes, the last one first."""


_WATCHERS: Final[ContextVar[tuple[Watcher, ...]]] = ContextVar("autograd_watchers", default=())


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell a watcher, too, of what happens inside the block, in this context."""
    before = _WATCHERS.get()
    with _LOCK:
        HINT.open_blocks += 1
    _WATCHERS.set((*before, watcher))
    try:
        yield
    finally:
        _WATCHERS.set(before)
        with _LOCK:
            HINT.open_blocks -= 1


def operation_done(primitive: Any, operands: Sequence[Any], result: Any) -> None:
    """Tell the watchers of this context."""
    for watcher in _WATCHERS.get():
        watcher.operation_done(primitive, operands, result)


def sweep_starts(order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
    """Tell the watchers of this context."""
    for watcher in _WATCHERS.get():
        watcher.sweep_starts(order, seeds)


@contextmanager
def resumed() -> Iterator[None]:
    """Record inside the block, even within `no_grad`."""
    depth = _DEPTH.get()
    _DEPTH.set(0)
    try:
        yield
    finally:
        _DEPTH.set(depth)


class no_grad(ContextDecorator):  # noqa: N801 - lower case, as everyone knows it from PyTorch
    """Record no history inside the block: results are constants. Works as a decorator, too.

    It belongs to its context: another thread or task goes on recording.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.is_constant
    (9.0, True)
    """

    def __enter__(self) -> None:
        with _LOCK:
            HINT.open_blocks += 1
        _DEPTH.set(_DEPTH.get() + 1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _DEPTH.set(_DEPTH.get() - 1)
        with _LOCK:
            HINT.open_blocks -= 1

    def __call__(self, function: _Function) -> _Function:
        """Decorate a function.

        Raises:
            TypeError: for a generator or coroutine function, whose body runs after the call has returned.
        """
        if (
            inspect.isgeneratorfunction(function)
            or inspect.iscoroutinefunction(function)
            or inspect.isasyncgenfunction(function)
        ):
            raise TypeError(
                f"no_grad: the body of {function.__name__} runs after the call, outside the block; "
                "write `with no_grad():` inside it"
            )
        return super().__call__(function)
