"""Work shared by threads."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections import deque

import pytest

from autograd.program import threads
from autograd.program.threads import share


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_take_part_until_nothing_is_left(count: int) -> None:
    meeting = threading.Barrier(count, timeout=60)
    names = set()

    def work() -> None:
        meeting.wait()
        names.add(threading.get_ident())

    for _ in range(3):
        share(work, count)
        assert len(names) == count  # the same threads every time
        assert threading.get_ident() in names


def test_every_piece_is_done_once() -> None:
    todo, done = deque(range(1000)), []

    def work() -> None:
        while todo:
            try:
                done.append(todo.popleft())
            except IndexError:
                break

    share(work, 4)
    assert sorted(done) == list(range(1000))


@pytest.mark.parametrize("fails_here", [True, False])
def test_an_error_comes_out(fails_here: bool) -> None:
    home, meeting = threading.get_ident(), threading.Barrier(2, timeout=60)

    def work() -> None:
        meeting.wait()
        if (threading.get_ident() == home) is fails_here:
            raise RuntimeError("no number")

    with pytest.raises(RuntimeError, match="no number"):
        share(work, 2)
    share(meeting.wait, 2)  # and the threads are there for the next call


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no thread is moved")
def test_the_caller_is_not_moved_and_the_others_stay_where_it_may_run() -> None:
    allowed, found = os.sched_getaffinity(0), []
    meeting = threading.Barrier(2, timeout=60)
    home = threading.get_ident()

    def work() -> None:
        meeting.wait()
        if threading.get_ident() != home:
            found.append(os.sched_getaffinity(0))

    for _ in range(3):
        share(work, 2)
    assert os.sched_getaffinity(0) == allowed
    assert all(cores <= allowed for cores in found)
    assert len(allowed) == 1 or len(found[-1]) < len(allowed)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no thread is moved")
@pytest.mark.parametrize("refusal", [OSError, PermissionError, ProcessLookupError])
def test_where_no_thread_may_be_moved_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, refusal: type[OSError]
) -> None:
    asked = []

    def refused(member: int, cores: list[int]) -> None:
        asked.append(member)
        raise refusal("not here")

    monkeypatch.setattr(os, "sched_setaffinity", refused)
    monkeypatch.setattr(threads, "_this_core", lambda: len(asked))  # another at every call
    monkeypatch.setattr(threads, "_team", functools.cache(threads._Team))  # none that stand where they shall
    meeting = threading.Barrier(3, timeout=60)
    for _ in range(3):
        share(meeting.wait, 3)
    assert len(set(asked)) == 2


@pytest.mark.parametrize(
    ("allowed", "here", "expected"),
    [
        ({0}, 0, [[0], [0], [0]]),
        ({0, 1}, 0, [[1], [1], [1]]),
        ({1, 2}, 0, [[1], [2], [1, 2]]),
        ({3, 0, 1, 2}, 2, [[0], [1], [3]]),
        ({0, 1, 2, 3, 4, 5}, 0, [[1, 4], [2, 5], [3]]),
    ],
)
def test_the_others_share_the_cores_that_are_left_and_are_moved_when_the_caller_is(
    monkeypatch: pytest.MonkeyPatch, allowed: set[int], here: int, expected: list[list[int]]
) -> None:
    moved: list[tuple[int, list[int]]] = []
    core = [here]
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(allowed), raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda member, cores: moved.append((member, cores)), raising=False)
    monkeypatch.setattr(threads, "_this_core", lambda: core[0])
    team = threads._Team(3)
    team._members = [11, 12, 13]
    team._make_way()
    assert moved == list(zip([11, 12, 13], expected, strict=True))
    moved.clear()
    team._make_way()
    assert moved == []
    core[0] = 7
    team._make_way()
    assert [member for member, _ in moved] == [11, 12, 13]
    moved.clear()
    team._members.append(14)
    team._make_way()
    assert [member for member, _ in moved] == [11, 12, 13, 14]
    moved.clear()
    monkeypatch.setattr(threads, "_this_core", None)  # another system
    core[0] = 8
    team._make_way()
    assert moved == []


def test_threads_have_a_name_and_one_alone_is_the_caller_s() -> None:
    meeting, names = threading.Barrier(2, timeout=60), set()

    def work() -> None:
        meeting.wait()
        names.add(threading.current_thread().name.rpartition("_")[0] or "caller")

    share(work, 2)
    assert "autograd" in names
    before, found = threading.active_count(), []
    for count in (1, 0):
        share(lambda: found.append(threading.get_ident()), count)
    assert found == [threading.get_ident()] * 2
    assert threading.active_count() == before
