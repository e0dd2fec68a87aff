"""The threads that share the work of a batch."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

if sys.platform == "linux":
    _this_core: Callable[[], int] | None = getattr(ctypes.PyDLL(None), "sched_getcpu", None)
else:
    _this_core = None


class _Team:
    """Threads that wait for work."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, "autograd", initializer=self._join)
        self._members: list[int] = []
        self._placed: tuple[int, int] | None = None

    def _join(self) -> None:
        self._members.append(threading.get_native_id())

    def share(self, work: Callable[[], None]) -> None:
        """Do some work here and on these threads at once."""
        self._make_way()
        others = [self._pool.submit(work) for _ in range(self._count)]
        work()
        for other in others:
            if not other.cancel():  # busy with another caller's work, it has not begun: there is none left for it
                other.result()

    def _make_way(self) -> None:
        """Keep the others off this thread's core.

        Linux wakes a thread on the core of the one that woke it, where it finds no core that is awake and idle; in a
        virtual machine an idle core sleeps. Both would then take turns.
        """
        if _this_core is None:
            return
        core, count = _this_core(), len(self._members)
        if (core, count) == self._placed:
            return
        self._placed = core, count
        cores = sorted(os.sched_getaffinity(0) - {core})
        for k, member in enumerate(self._members):
            with suppress(OSError):  # it has ended, or the system forbids it: it is slower then
                os.sched_setaffinity(member, cores[k::count] or cores or [core])


def share(work: Callable[[], None], threads: int) -> None:
    """Call a function on up to so many threads at once, this one among them, until what it does here is done."""
    if threads < 2:
        work()
    else:
        _team(threads - 1).share(work)


@cache
def _team(count: int) -> _Team:
    return _Team(count)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_team.cache_clear)  # a child has none of them
