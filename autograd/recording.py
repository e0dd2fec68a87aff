"""Whether operations are being recorded, per thread and per task."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final

_PAUSED: Final[ContextVar[bool]] = ContextVar("autograd_paused", default=False)
_LOCK: Final = threading.Lock()


class _Hint:
    """How many `no_grad` blocks are open anywhere: while none is, no operation need ask its context."""

    def __init__(self) -> None:
        self.open_blocks: int = 0


HINT: Final = _Hint()


def paused() -> bool:
    """Whether a `no_grad` block is open in this context."""
    return HINT.open_blocks > 0 and _PAUSED.get()


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

    def __init__(self) -> None:
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        with _LOCK:
            HINT.open_blocks += 1
        self._tokens.append(_PAUSED.set(True))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _PAUSED.reset(self._tokens.pop())
        with _LOCK:
            HINT.open_blocks -= 1
