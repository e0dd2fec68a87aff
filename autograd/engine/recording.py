"""Whether operations are being recorded, and who watches them: per thread and per task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final, Never, Protocol, TypeVar

from autograd.support.compilation import keep_attributes, mypyc_attr, run_inside
from autograd.support.errors import typed

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Watcher(Protocol):
    """What hears of every operation and every backward pass inside a `watched` block."""

    def operation_done(self, primitive: Any, operands: Sequence[Any], result: Any) -> None:
        """An operation was computed; its result is about to be recorded."""

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        """Gradients are about to flow from the seeded outputs through these nodes, the last one first."""


class Recorder(Watcher, Protocol):
    """A watcher that hears, too, wherever numbers enter or leave the graph: of leaves after, else before."""

    def compared(self, sign: str, a: Any, b: Any) -> Any: ...  # `a sign b`: what this returns is its result
    def asked(self, value: Any) -> None: ...  # `bool(value)`
    def data_read(self, value: Any) -> None: ...
    def data_set(self, value: Any) -> None: ...
    def leaf_made(self, value: Any) -> None: ...
    def differentiated(self, outputs: Sequence[Any]) -> None: ...  # their derivatives are about to be recorded
    def copied(self, value: Any, leaf: Any) -> None: ...  # a leaf was made that holds a Value's number
    def operation_failed(self, primitive: Any, operands: Sequence[Any]) -> None: ...  # an error, unless in `ieee`


class _State:
    """What an open block says, and the state around it, which holds where the block says nothing."""

    def __init__(self, block: _Block, outer: _State | None) -> None:
        self.records: bool = block.records if block.records is not None else outer is None or outer.records
        heard = None if block.alone else outer
        self.watchers: tuple[Watcher, ...] = (*(() if heard is None else heard.watchers), *block.watchers)
        inherited = None if heard is None else heard.recorder
        self.recorder: Recorder | None = inherited if block.recorder is None else block.recorder
        self.ieee: bool = block.ieee if block.ieee is not None else outer is not None and outer.ieee
        within = outer is not None and outer.ieee_within and block.recorder is None
        self.ieee_within: bool = within if block.ieee is None else block.ieee
        self.outer = outer
        self.closed: bool = False


_STATE: Final[ContextVar[_State | None]] = ContextVar("autograd_state", default=None)

OPEN: Final[dict[_State, None]] = {}
"""The states of all blocks open anywhere that operations heed: while there is none, they need not ask their context."""


def _innermost() -> _State | None:
    """What holds here: a task may outlive the block that it was started in, which then says nothing any more."""
    state = _STATE.get()
    while state is not None and state.closed:
        state = state.outer
    return state


def grad_enabled() -> bool:
    """Whether operations are recorded here: not inside `no_grad`.

    >>> with no_grad():
    ...     grad_enabled()
    False
    """
    if not OPEN:
        return True
    return (state := _innermost()) is None or state.records


def ieee_enabled() -> bool:
    """Whether operations give infinities and NaN here, rather than errors: asked where one has failed."""
    return (state := _innermost()) is not None and state.ieee


def ieee_within() -> bool:
    """Whether that was said inside the innermost recorder, by the function itself that is being recorded."""
    return (state := _innermost()) is not None and state.ieee_within


def recorder() -> Recorder | None:
    """The innermost recorder of this context."""
    return None if (state := _innermost()) is None else state.recorder


def operation_done(primitive: Any, operands: Sequence[Any], result: Any) -> None:
    """Tell the watchers of this context."""
    state = _innermost()
    for watcher in () if state is None else state.watchers:
        watcher.operation_done(primitive, operands, result)


def sweep_starts(order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
    """Tell the watchers of this context."""
    state = _innermost()
    for watcher in () if state is None else state.watchers:
        watcher.sweep_starts(order, seeds)


@mypyc_attr(native_class=False)
class _Block:
    """A `with` block that changes the state of its context.

    An interrupt can come between any two lines, also on the way in or out: what it leaves open is closed by the next
    block around it, or when the object is dropped.
    """

    records: bool | None = None
    watchers: tuple[Watcher, ...] = ()
    recorder: Recorder | None = None
    ieee: bool | None = None
    alone: bool = False  # whether the watchers and the recorder around it hear nothing

    def __init__(self) -> None:
        self._open: list[_State] = []

    def __enter__(self) -> None:
        state = _State(self, _innermost())
        try:
            self._open.append(state)
            if self.ieee is None:  # else only an operation that fails asks
                OPEN[state] = None
            _STATE.set(state)
        except BaseException:
            self._close(state)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state = _STATE.get()
        while state is not None and state not in self._open:  # what lies inside was left open by an interrupt
            state = state.outer
        if state is not None:
            _STATE.set(state.outer)
            self._close(state)
        elif self._open:  # it was entered in another context
            self._close(self._open[-1])

    def __del__(self) -> None:
        while getattr(self, "_open", None):  # which an object without `__init__` has not got
            self._close(self._open[-1])

    def _close(self, state: _State) -> None:
        state.closed = True
        OPEN.pop(state, None)
        if state in self._open:
            self._open.remove(state)


@mypyc_attr(native_class=False)
class _Recording(_Block):
    """A block that is a decorator, too."""

    def __init__(self, *misplaced: Never) -> None:
        if misplaced:
            name = type(self).__name__
            raise TypeError(f"{name} takes nothing, got {typed(misplaced[0])}; write {name}(), as a decorator, too")
        super().__init__()

    def __call__(self, function: _Function) -> _Function:
        """Decorate a function: its body runs inside a block of its own.

        Raises:
            TypeError: for a generator or coroutine function, whose body runs after the call has returned.
        """
        return run_inside(type(self), function)


@mypyc_attr(native_class=False)
class no_grad(_Recording):  # noqa: N801 - lower case, as everyone knows it from PyTorch
    """Record no history inside the block: results are constants. Works as a decorator, too.

    It belongs to its context: another thread or task goes on recording.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.is_constant
    (9.0, True)
    """

    records = False


@mypyc_attr(native_class=False)
class enable_grad(_Recording):  # noqa: N801 - as in PyTorch
    """Record inside the block, even within `no_grad`. Works as a decorator, too.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad(), enable_grad():
    ...     y = x * x
    >>> y.is_constant
    False
    """

    records = True


@mypyc_attr(native_class=False)
class ieee(_Recording):  # noqa: N801 - reads as the blocks above
    """Infinities and NaN inside the block, as NumPy has them, where a float raises an error. Works as a decorator, too.

    For line searches and samplers that step outside the domain. Values and derivatives are IEEE 754's, these with the
    conventions of PyTorch; of a rule of your own that raises an error all the same, NaN. Plain numbers' own operators
    are Python's: `1.0 / 0.0` raises. It belongs to its context: another thread or task goes on raising errors.

    >>> from autograd import Value, ieee, log
    >>> x = Value(0.0)
    >>> with ieee():
    ...     y = log(x)
    >>> y.backward()
    >>> y.data, x.grad
    (-inf, inf)
    """

    ieee = True


@mypyc_attr(native_class=False)
class _raising(_Recording):  # noqa: N801 - reads as the blocks above
    ieee = False


def ieee_as(enabled: bool) -> AbstractContextManager[None]:
    """The block in which `ieee_enabled()` is as given."""
    return nullcontext() if ieee_enabled() is enabled else ieee() if enabled else _raising()


def resumed() -> AbstractContextManager[None]:
    """`enable_grad` where it is needed; elsewhere nothing, since open blocks slow operations down."""
    return nullcontext() if grad_enabled() else enable_grad()


@mypyc_attr(native_class=False)
class watched(_Block):  # noqa: N801 - reads as the blocks above
    """Tell a watcher, too, of what happens inside the block, in this context."""

    def __init__(self, watcher: Watcher, recorder: Recorder | None = None) -> None:
        super().__init__()
        self.watchers = (watcher,)
        self.recorder = recorder


def recorded(recorder: Recorder) -> watched:
    """Tell a recorder of everything; one outside goes on hearing as a watcher."""
    return watched(recorder, recorder)


@mypyc_attr(native_class=False)
class unheard(_Block):  # noqa: N801 - reads as the blocks above
    """Tell nobody what happens inside: how one operation computes its plain numbers, with graphs of its own, say."""

    alone = True


keep_attributes(_State)
