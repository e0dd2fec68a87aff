"""At the same time: threads on one graph, and forks beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import autograd
from autograd import Value, detect_anomaly, no_grad

OPERATIONS = 60_000
X = Value(2.0, label="x")


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


def test_threads_that_share_leaves_read_them_alike() -> None:
    shared = Value(1.5)
    results: list[float] = []

    def run() -> None:
        local = Value(2.0)
        y = local
        for _ in range(1_000):
            y = (y * shared + local).tanh()
        adjoint = y * 1.0
        adjoint.backward()
        results.append(local.grad)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1


# -- forks ------------------------------------------------------------------------------------------------------------


def exit_code(pid: int, seconds: float = 600.0) -> int | None:
    """How a child ended; None if it hangs, and then it is killed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
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


def watch_an_operation() -> None:
    with detect_anomaly():
        _ = X * X


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
    """By a process of its own, this file run as a script: the smaller it is, the sooner it has forked."""
    home = str(Path(str(autograd.__file__)).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-P", __file__, occupation]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > (0 if autograd.compiled else 20)


def fork_at_every_instruction(occupation: str) -> int:
    """Let a thread pause at each of its instructions in turn, and fork beside it; how many there were."""
    x = Value(1.0)
    h = x * 2.0 * 0.5
    work = {
        "in a backward pass": lambda: (h * 1.0).backward(),
        "in a no_grad block": enter_and_leave,
        "in a detect_anomaly block": watch_an_operation,
    }[occupation]
    for n in range(100_000):
        pauser, ended = Pauser(n), threading.Event()

        def run(pauser: Pauser = pauser, ended: threading.Event = ended) -> None:
            sys._getframe().f_trace_opcodes = True  # CPython 3.12 traces instructions if some frame wants it by now
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
            return n
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = forked(lambda: what_a_child_does(x, h))
        code = exit_code(pid, 20.0)
        pauser.go_on.set()
        thread.join()
        assert code == 0, f"the child {'hangs' if code is None else 'fails'}, at instruction {n}"
    raise AssertionError("a thread that never ends")


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


if __name__ == "__main__":
    print(fork_at_every_instruction(sys.argv[1]))
