"""Ctrl-C at any moment: recording goes on as it was before.

An interrupt is raised by a trace function, at each instruction in turn at which Python looks for signals, so that no
test depends on the clock. Where the engine is compiled there are fewer of these.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, detect_anomaly, no_grad
from autograd.engine.recording import watched
from support.interrupts import interrupted

X = Value(2.0, label="x")


def in_no_grad() -> None:
    with no_grad():
        _ = X * X


def in_nested_no_grad() -> None:
    with no_grad(), no_grad():
        _ = X * X


@no_grad()
def decorated() -> None:
    _ = X * X


def in_enable_grad() -> None:
    with no_grad(), autograd.enable_grad():
        _ = X * X


def in_detect_anomaly() -> None:
    with detect_anomaly():
        _ = X * X


class Silent:
    """A watcher that has nothing to say."""

    def operation_done(self, *_: Any) -> None:
        pass

    def sweep_starts(self, *_: Any) -> None:
        pass


def in_watched() -> None:
    with watched(Silent()):
        _ = X * X


def in_checkpoint() -> None:
    checkpoint(lambda v: v * v, X)


def in_the_backward_pass_of_a_checkpoint() -> None:
    checkpoint(lambda v: v * v, X).backward()


def in_a_transform_under_no_grad() -> None:
    with no_grad():
        autograd.grad(lambda v: v * v)(3.0)


BLOCKS = [
    *(in_no_grad, in_nested_no_grad, decorated, in_enable_grad, in_detect_anomaly, in_watched, in_checkpoint),
    *(in_the_backward_pass_of_a_checkpoint, in_a_transform_under_no_grad),
]


def what_is_not_as_before() -> list[str]:
    """What an interrupted block has left behind, in words."""
    left: list[str] = []
    product = Value(2.0) * Value(3.0)
    if product.is_constant or not product.edges:
        return ["nothing is recorded"]
    if not autograd.grad_enabled():
        left.append("grad_enabled() is False")
    try:
        _ = Value(1e300) * Value(1e300)
    except FloatingPointError:
        left.append("anomalies are still looked for")
    variable = Value(3.0)
    (variable * variable).backward()
    if variable.grad != 6.0:
        left.append(f"a gradient is {variable.grad} instead of 6")
    if autograd.grad(lambda v: v * v)(3.0) != 6.0:
        left.append("grad is wrong")
    return left


@pytest.mark.parametrize("work", BLOCKS)
def test_after_an_interrupt_anywhere_recording_is_as_before(work: Callable[[], None]) -> None:
    wrong: list[str] = []
    for n in range(100_000):
        # Each in a context of its own, so that what one leaves behind isn't blamed on the next.
        place, left = in_a_thread_of_its_own(lambda n=n: (interrupted(work, n), what_is_not_as_before()))
        if place is None:
            assert n > 0
            break
        wrong += [f"{work.__name__}, interrupted in {place}: {' and '.join(left)}"] if left else []
    assert not wrong, "\n".join([f"{len(wrong)} of {n} places:", *wrong[:20]])


def in_a_thread_of_its_own(work: Callable[[], Any]) -> Any:
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60.0)
    assert not thread.is_alive(), "it hangs"
    if errors:
        raise errors[0]
    return results[0]


def test_an_interrupted_enable_grad_leaves_the_no_grad_around_it_in_force() -> None:
    def work() -> None:
        with autograd.enable_grad():
            _ = X * X

    def attempt(n: int) -> tuple[str | None, bool]:
        with no_grad():
            return interrupted(work, n), autograd.grad_enabled() or not (X * X).is_constant

    for n in range(100_000):
        place, records = in_a_thread_of_its_own(lambda n=n: attempt(n))
        if place is None:
            break
        assert not records, place
