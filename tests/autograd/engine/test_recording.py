"""`no_grad`: what it stops, and whom it concerns."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import autograd
from autograd import Value, constant, dot, no_grad
from autograd.engine import recording
from autograd.engine.recording import OPEN, grad_enabled, ieee_as, ieee_enabled, resumed


@pytest.fixture(autouse=True)
def everything_is_closed_afterwards() -> Iterator[None]:
    yield
    assert grad_enabled()
    assert not OPEN


def records() -> bool:
    """Whether every way to make a node records one now, or none does."""
    x = Value(2.0)
    nodes = [
        *(x + x, x - x, x * x, x / x, x**x, -x, x + 1.0, x - 1.0, x * 2.0, x / 2.0, 0 + x, 1.0 - x, 2.0 / x),
        *(x.exp(), autograd.exp(x), autograd.where(x, x, 1.0)),
        *(autograd.sum([x, x]), autograd.sum([x, 1.0]), dot([x], [2.0]), autograd.logsumexp([x, x])),
        *(*autograd.softmax([x, x]), *autograd.log_softmax([x, 1.0])),
    ]
    recorded = {not node.is_constant for node in nodes}
    assert recorded == {all(node.operands for node in nodes)}
    assert len(recorded) == 1
    return recorded.pop()


def test_nothing_is_recorded_inside_and_everything_afterwards() -> None:
    assert records()
    with no_grad():
        assert not records()
        assert not grad_enabled()
    assert records()


def test_variables_made_inside_are_variables() -> None:
    with no_grad():
        x = Value(2.0)
    assert not x.is_constant
    (x * x).backward()
    assert x.grad == 4.0


def test_a_graph_from_before_is_differentiated_inside() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
        x.data -= 0.1 * x.grad
    assert (x.grad, x.data) == (6.0, 2.4)


def test_blocks_nest() -> None:
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_one_block_object_opens_again_and_again() -> None:
    block = no_grad()
    with block, block:
        assert not records()
    with block:
        assert not records()
    assert records()


def test_an_exception_closes_the_block() -> None:
    with pytest.raises(ZeroDivisionError), no_grad():
        Value(1.0) / Value(0.0)
    assert records()


@pytest.mark.parametrize("block", [autograd.no_grad, autograd.enable_grad, autograd.ieee])
@pytest.mark.parametrize("misplaced", [records, True])
def test_without_brackets_it_is_no_decorator(block: Any, misplaced: object) -> None:
    with pytest.raises(TypeError, match=rf"{block.__name__} takes nothing, got .*; write {block.__name__}\(\)"):
        block(misplaced)


def test_as_a_decorator() -> None:
    @no_grad()
    def evaluate(x: Value, scale: float = 1.0) -> Value:
        """What it does."""
        return x * scale

    assert evaluate(Value(3.0), scale=2.0).is_constant
    assert evaluate.__name__ == "evaluate"
    assert evaluate.__doc__ == "What it does."
    assert records()


def test_a_decorated_function_that_calls_itself_or_fails() -> None:
    @no_grad()
    def countdown(n: int) -> None:
        assert not records()
        if n == 0:
            raise KeyError(n)
        countdown(n - 1)

    with pytest.raises(KeyError):
        countdown(5)
    assert records()


def generator() -> Iterator[int]:
    yield 1


async def coroutine() -> None:
    await asyncio.sleep(0)


async def async_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize("function", [generator, coroutine, async_generator])
def test_a_function_whose_body_runs_later_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match=f"no_grad: the body of {function.__name__} runs after the call"):
        no_grad()(function)


def test_another_thread_goes_on_recording() -> None:
    seen: list[bool] = []
    opened, looked = threading.Event(), threading.Event()

    def pause() -> None:
        with no_grad():
            seen.append(records())
            opened.set()
            looked.wait(10)
            seen.append(records())

    thread = threading.Thread(target=pause)
    thread.start()
    assert opened.wait(10)
    assert len(OPEN) == 1
    assert records()
    with no_grad():
        assert not records()
    assert records()
    looked.set()
    thread.join()
    assert seen == [False, False]


def test_one_decorated_function_in_many_threads() -> None:
    start = threading.Barrier(8)
    results: list[bool] = []

    @no_grad()
    def evaluate() -> bool:
        return any(records() for _ in range(50))

    def run() -> None:
        start.wait()
        results.extend([evaluate(), not records()])

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [False] * 16


def test_another_task_goes_on_recording() -> None:
    async def main() -> None:
        opened, looked = asyncio.Event(), asyncio.Event()

        async def pause() -> None:
            with no_grad():
                opened.set()
                await looked.wait()
                assert not records()

        task = asyncio.create_task(pause())
        await opened.wait()
        assert records()
        looked.set()
        await task
        assert records()

    asyncio.run(main())


def in_force(kind: Any) -> bool:
    """Whether a `no_grad` or an `ieee` holds here."""
    return ieee_enabled() if kind is autograd.ieee else not records()


@pytest.mark.parametrize("kind", [no_grad, autograd.ieee])
def test_tasks_that_share_a_block_object_leave_it_in_any_order(kind: Any) -> None:
    async def main() -> None:
        block = kind()
        both_inside, first_left = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            with block:
                await both_inside.wait()
                assert in_force(kind)
            assert not in_force(kind)
            first_left.set()

        async def second() -> None:
            with block:
                both_inside.set()
                await first_left.wait()
                assert in_force(kind)
            assert not in_force(kind)

        await asyncio.gather(first(), second())

    asyncio.run(main())


@pytest.mark.parametrize("kind", [no_grad, autograd.ieee])
def test_a_task_that_outlives_the_block_it_was_started_in_is_outside_then(kind: Any) -> None:
    """Also where another block is open, so that operations ask their context."""

    async def main() -> None:
        left = asyncio.Event()

        async def task() -> list[bool]:
            before = in_force(kind)
            await left.wait()
            return [before, in_force(kind)]

        with kind():
            started = asyncio.create_task(task())
            await asyncio.sleep(0)
        with autograd.enable_grad():
            left.set()
            assert await started == [True, False]

    asyncio.run(main())


@pytest.mark.parametrize("kind", [no_grad, autograd.ieee])
def test_a_block_that_is_left_in_another_context_is_closed_in_its_own(kind: Any) -> None:
    block, context = kind(), contextvars.copy_context()
    context.run(block.__enter__)
    assert context.run(in_force, kind)
    assert not in_force(kind)
    block.__exit__(None, None, None)
    with autograd.enable_grad():
        assert not context.run(in_force, kind)


def test_what_is_left_open_inside_a_block_ends_with_it() -> None:
    inner = no_grad()
    with autograd.enable_grad():
        inner.__enter__()
        assert not records()
    assert records()
    inner.__exit__(None, None, None)


def test_a_block_ends_when_its_object_is_dropped() -> None:
    block = no_grad()
    block.__enter__()
    assert not records()
    del block
    assert records()
    assert not OPEN


@pytest.mark.skipif(autograd.compiled, reason="names of compiled modules can't be replaced")
def test_an_interrupt_on_the_way_in_leaves_a_block_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def get(self) -> None: ...

        def set(self, state: Any) -> None:
            raise KeyboardInterrupt

    block = no_grad()
    with monkeypatch.context() as patched:
        patched.setattr(recording, "_STATE", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            block.__enter__()
    assert not OPEN
    block.__exit__(None, None, None)
    assert records()


def test_a_block_that_changes_nothing_is_not_opened() -> None:
    """An open one slows every operation down."""
    with resumed():
        assert not OPEN
    with no_grad(), resumed():
        assert records()
    for enabled in (False, True):
        with ieee_as(enabled):
            assert ieee_enabled() is enabled
            assert isinstance(ieee_as(enabled), contextlib.nullcontext)
            with ieee_as(not enabled):
                assert ieee_enabled() is not enabled


def test_a_block_object_that_was_not_initialised_is_dropped_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", errors.append)
    no_grad.__new__(no_grad)
    assert errors == []


def test_what_depends_on_constants_alone_records_nothing() -> None:
    c, x = constant(2.0), Value(3.0)
    results = [c * c, c + 1.0, -c, c.exp(), 2.0**c, autograd.sum([c, 1.0]), dot([c], [c]), x.detach() * c]
    for y in results:
        assert y.is_constant
        assert y.operands == ()
        assert y.primitive is None
