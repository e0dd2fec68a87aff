"""At the same time: threads on one graph, forks, interrupts at every point where one can arrive; and cycles.

An interrupt is raised by a trace function, at each instruction in turn at which Python looks for signals, so that no
test depends on the clock. Where the engine is compiled there are fewer of these.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, detect_anomaly, no_grad
from autograd.engine.recording import watched
from support.interrupts import interrupted

OPERATIONS = 60_000


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads that take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def trunk(x: Value, operations: int = OPERATIONS) -> Value:
    """A long chain whose derivative by x is 1."""
    h = x
    for _ in range(operations // 2):
        h = h * 2.0 * 0.5
    return h


# -- threads over one graph -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hurried")
def test_backward_passes_of_four_threads_through_one_trunk_add_up() -> None:
    x = Value(3.0, label="x")
    h = trunk(x)
    start = threading.Barrier(4)
    errors: list[BaseException] = []

    def run(k: float) -> None:
        try:
            start.wait()
            (h * k).backward()
        except BaseException as error:
            errors.append(error)

    for _ in range(3):
        x.grad = 0.0
        threads = [threading.Thread(target=run, args=(float(k),)) for k in (1, 2, 3, 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert x.grad == 1.0 + 2.0 + 3.0 + 4.0


@pytest.mark.usefixtures("hurried")
def test_transforms_run_beside_backward_passes_of_other_threads() -> None:
    """They touch no gradient: neither do they change the others' sums, nor the others their numbers."""
    x = Value(3.0, label="x")
    h = trunk(x, 6_000)
    found: list[float] = []
    errors: list[BaseException] = []

    def guarded(work: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            try:
                for _ in range(5):
                    work()
            except BaseException as error:
                errors.append(error)

        return run

    work: list[Callable[[], Any]] = [
        lambda: (h * 1.0).backward(),
        lambda: (h * 2.0).backward(),
        lambda: found.append(autograd.adjoints(h * 3.0, [x])[0].data),
        lambda: found.append(autograd.grad(lambda v: v * 3.0)(2.0)),
    ]
    threads = [threading.Thread(target=guarded(task)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert x.grad == 5 * (1.0 + 2.0)
    assert found == [3.0] * 10


# -- forks ------------------------------------------------------------------------------------------------------------


def exit_code(pid: int, seconds: float = 60.0) -> int | None:
    """How a child ended; None if it hangs, and then it is killed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def forked(work: Callable[[], bool]) -> int:
    """The number of a child that does this and says with its exit code how it went."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return pid


@contextmanager
def busy_thread(work: Callable[[], Any]) -> Iterator[None]:
    """Another thread that does nothing else but this."""
    stop, started = threading.Event(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            work()
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def what_a_child_does(x: Value, h: Value) -> bool:
    own = Value(3.0)
    (own * own).backward()
    with no_grad():
        paused = (own * own).is_constant
    x.grad = 0.0
    (h * 2.0).backward()  # the graph that the other thread may be in the middle of
    return own.grad == 6.0 and paused and x.grad == 2.0 and autograd.grad(lambda v: v * v)(1.0) == 2.0


def enter_and_leave() -> None:
    with no_grad():
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("occupation", ["in a backward pass", "in no_grad blocks", "in detect_anomaly blocks"])
def test_a_child_forked_beside_a_busy_thread_works(occupation: str) -> None:
    x = Value(1.0)
    h = trunk(x, 2_000)

    def anomaly() -> None:
        with detect_anomaly():
            pass

    work = {"in a backward pass": h.backward, "in no_grad blocks": enter_and_leave, "in detect_anomaly blocks": anomaly}
    with busy_thread(work[occupation]), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, about forking beside threads
        for _ in range(15):
            assert exit_code(forked(lambda: what_a_child_does(x, h))) == 0, "None: the child hangs"


class Pauser:
    """A trace function that waits at the n-th instruction until it is told to go on."""

    def __init__(self, n: int) -> None:
        self.left = n
        self.waiting, self.go_on = threading.Event(), threading.Event()

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes = True
        if event == "opcode":
            if self.left == 0:
                self.waiting.set()
                self.go_on.wait()
            self.left -= 1
        return self


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
@pytest.mark.parametrize("occupation", ["in a backward pass", "in a no_grad block", "in a detect_anomaly block"])
def test_a_child_forked_while_a_thread_is_at_any_instruction_works(occupation: str) -> None:
    x = Value(1.0)
    h = x * 2.0 * 0.5
    work = {
        "in a backward pass": lambda: (h * 1.0).backward(),
        "in a no_grad block": enter_and_leave,
        "in a detect_anomaly block": in_detect_anomaly,
    }[occupation]
    for n in range(100_000):
        pauser, ended = Pauser(n), threading.Event()

        def run(pauser: Pauser = pauser, ended: threading.Event = ended) -> None:
            sys.settrace(pauser)
            try:
                work()
            finally:
                sys.settrace(None)
                ended.set()
                pauser.waiting.set()

        thread = threading.Thread(target=run)
        thread.start()
        pauser.waiting.wait()
        if ended.is_set():
            thread.join()
            break
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = forked(lambda: what_a_child_does(x, h))
        code = exit_code(pid, 20.0)
        pauser.go_on.set()
        thread.join()
        assert code == 0, f"the child {'hangs' if code is None else 'fails'}, at instruction {n}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
def test_a_child_forked_while_a_thread_frees_a_graph_frees_its_own() -> None:
    ready, go = threading.Event(), threading.Event()

    class Lingering:
        def __del__(self) -> None:
            ready.set()
            go.wait()

    double = autograd.custom_vjp(lambda x: x * 2.0, lambda x: (x * 2.0, Lingering()), lambda r, u: (2.0 * u,))
    graph = [double(X) * 3.0]
    thread = threading.Thread(target=graph.clear)

    def frees() -> bool:
        before = sys.getallocatedblocks()
        for _ in range(20):
            y = X
            for _ in range(20_000):
                y = y * 1.000001
            del y
        return sys.getallocatedblocks() - before < 200_000  # of 400,000 nodes; some are kept for reuse

    thread.start()
    assert ready.wait(60.0)
    pid = forked(frees)
    go.set()
    thread.join()
    assert exit_code(pid) == 0


# -- interrupts -------------------------------------------------------------------------------------------------------

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


# -- cycles -----------------------------------------------------------------------------------------------------------


class Layer:
    """A layer that keeps the result of a checkpoint over one of its own methods: a cycle through the graph."""

    def __init__(self, x: Value) -> None:
        self.w = Value(0.5)
        self.y = checkpoint(self.f, x)

    def f(self, x: Value) -> Value:
        return (x * self.w).tanh()


class Deeper(Layer):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z = self.y * 2


class Longer(Layer):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z = autograd.sum([checkpoint(self.f, self.y) * 2, self.y, 1.0])


class Swept(Deeper):
    def __init__(self, x: Value) -> None:
        super().__init__(x)
        self.z.backward()


@pytest.mark.parametrize("kind", [Layer, Deeper, Longer, Swept])
def test_a_cycle_through_a_checkpoint_is_collected(kind: type[Layer]) -> None:
    x = Value(1.5)
    kept = [weakref.ref(kind(x)) for _ in range(200)]
    gc.collect()
    assert sum(ref() is not None for ref in kept) == 0
    assert math.isfinite(x.grad)
