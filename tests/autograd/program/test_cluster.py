"""What a cluster holds and when it is sent again, how answers are put together; test_distribute has real workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

np = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("distributed", reason="dask.distributed is not installed")

from autograd import jit  # noqa: E402 - after what is skipped without it
from autograd.program import cluster  # noqa: E402 - it needs distributed
from autograd.program.cluster import Remote, _Sent  # noqa: E402
from autograd.program.shipped import Shipped  # noqa: E402
from autograd.program.worker import computed, held  # noqa: E402


class Submissions:
    """A client as far as sending goes: what it was given, and the state in which its futures are."""

    def __init__(self) -> None:
        self.status = "finished"
        self.arrays: list[Any] = []

    def submit(self, function: Callable[..., Any], arrays: Any, pure: bool) -> Submissions:
        assert function is held
        assert not pure
        self.arrays.append(arrays)
        return self


@pytest.mark.parametrize(
    ("status", "times"), [("pending", 1), ("finished", 1), ("cancelled", 2), ("lost", 2), ("error", 2)]
)
def test_what_the_cluster_holds_no_longer_is_sent_again(status: str, times: int) -> None:
    client, arrays = Submissions(), [np.arange(3.0)]
    sent = _Sent(client, arrays)  # type: ignore[arg-type]  # it stands in for Dask's
    sent.future()
    client.status = status
    assert sent.future() is client
    assert client.arrays == [arrays] * times


class Held(NamedTuple):
    """What stands for a thing that the cluster holds."""

    thing: Any
    status: str = "finished"


class Here:
    """A client whose one worker is this process; it notes what it holds, and what its tasks are given."""

    def __init__(self) -> None:
        self.status = "running"
        self.held: list[Any] = []
        self.tasks: list[Any] = []

    def submit(self, function: Callable[..., Any], thing: Any, pure: Any) -> Held:
        assert function is held
        assert pure is False
        self.held.append(thing)
        return Held(thing)

    def map(self, function: Callable[..., Any], *arguments: Any, pure: Any) -> list[Any]:
        assert function is computed
        assert pure is False
        self.tasks = list(zip(*arguments, strict=True))
        return [function(*[x.thing if isinstance(x, Held) else x for x in task]) for task in self.tasks]

    def gather(self, tasks: list[Any]) -> list[Any]:
        for found in tasks:
            for array in found:
                array.flags.writeable = False  # as what has travelled may be
        return tasks


def remote(client: Here, f: Callable[..., Any], shared: tuple[bool, ...], differentiates: bool = True) -> Remote:
    program = jit(f).program(*[1.0] * len(shared))
    wanted = (True,) * len(shared) if differentiates else None
    return Remote(client, Shipped(program, wanted, shared, False, True))  # type: ignore[arg-type]  # in place of Dask's


@pytest.mark.parametrize("each", [True, False], ids=["a cotangent for each point", "one for all"])
@pytest.mark.parametrize("work", [1, 16, 60, 10**9])
def test_pieces_are_put_together_in_their_order(work: int, each: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole numbers have exact sums."""
    monkeypatch.setattr(cluster, "_WORK", work)
    client = Here()
    compute = remote(client, lambda w, x, y, v: x * w - y * v, (True, False, False, True))
    x, y = np.arange(30.0), np.arange(30.0)[::-1] % 7.0
    seeds: Any = np.arange(60.0).reshape(2, 30)[1:] % 5.0 if each else 2.0
    u = seeds[0] if each else np.full(30, 2.0)
    for _ in range(2):
        found = compute([x[None], y[None]], [np.array([3.0]), np.array([4.0])], seeds, 30, 8)
        assert found.outputs.tolist() == [(3.0 * x - 4.0 * y).tolist()]
        assert found.adjoints.tolist() == [(3.0 * u).tolist(), (-4.0 * u).tolist()]
        assert found.sums.tolist() == [(x * u).sum(), -(y * u).sum()]
        assert found.status.tolist() == [0] * 30
    assert len(client.tasks) == {1: 30, 16: 11, 60: 3, 10**9: 1}[work]


@pytest.mark.parametrize(("small", "is_held"), [(15, True), (16, False), (17, False)])
def test_shared_numbers_that_are_many_are_sent_once_a_call(
    small: int, is_held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_SMALL", small)
    client = Here()
    compute = remote(client, lambda w, v, x: x * w + v, (True, True, False))
    common = [np.array([3.0, 4.0])]
    for calls in (1, 2):
        assert compute([np.ones((1, 1))], common, None, 1, 1).outputs.tolist() == [[7.0]]
        assert len(client.held) == 1 + calls * is_held  # with the program
        [[_, _, shared, _, _]] = client.tasks
        assert isinstance(shared, Held) is is_held


@pytest.mark.parametrize(("small", "is_held"), [(159, True), (160, False)])
def test_points_that_are_many_are_held_until_others_come(
    small: int, is_held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_SMALL", small)
    monkeypatch.setattr(cluster, "_WORK", 20)
    client = Here()
    compute = remote(client, lambda x, y: x * y, (False, False), differentiates=False)
    x, y = np.arange(20.0), np.arange(20.0) + 1.0

    def sent(*rows: Any) -> int:
        """How many arrays a call has sent."""
        before = len(client.held)
        count = rows[0].shape[1]
        assert compute(rows, [], None, count, 1).outputs.tolist() == [np.prod(np.concatenate(rows), axis=0).tolist()]
        assert all(isinstance(points, Held) is is_held for _, points, *_ in client.tasks)
        return len(client.held) - before

    assert sent(x[None], y[None]) == 1 + 2 * is_held
    assert sent(x[None], y[None]) == 0
    y[19] = 7.0
    assert sent(x[None], y[None]) == 1 * is_held
    assert sent(np.stack([x, y])) == 2 * is_held  # the same numbers in one array
    assert sent(np.stack([x, y])) == 0
    sent(np.stack([x, y])[:, :10])
    assert len(compute._rows) == 1 * is_held


@pytest.mark.parametrize("small", [0, 10**6])
def test_points_are_copied_into_rows_whose_numbers_lie_side_by_side(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_SMALL", small)
    client = Here()
    rows = np.asfortranarray(np.arange(20.0).reshape(2, 10))
    remote(client, lambda x, y: x * y, (False, False))([rows], [], 1.0, 10, 1)
    [[_, points, *_]] = client.tasks
    [array] = points.thing if isinstance(points, Held) else points
    assert array.tolist() == rows.tolist()
    assert array.flags.c_contiguous
    assert not np.shares_memory(array, rows)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ([[[0.0, np.nan]], [[1.0]]], True),
        ([[[-0.0, np.nan]], [[1.0]]], False),
        ([[[0.0, np.nan]], [[2.0]]], False),
        ([[[0.0, np.nan]]], False),
        ([[[0.0, np.nan]], [[1.0]], [[1.0]]], False),
        ([[[0.0], [np.nan]], [[1.0]]], False),
        ([[[0.0, np.nan, 1.0]], [[1.0]]], False),
    ],
)
def test_numbers_are_the_same_to_the_bit_or_others(other: Any, is_same: bool) -> None:
    arrays = [np.array([[0.0, np.nan]]), np.array([[1.0]])]
    assert _Sent(Here(), arrays).is_of([np.array(rows) for rows in other]) is is_same  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "columns", "pieces"),
    [
        (1, 0, 1),
        (9_999_999, 0, 1),
        (10_000_000, 0, 2),
        (10**12, 0, 256),
        (500_000, 1, 1),
        (500_001, 1, 2),
        (500_000, 3, 3),
        (3, 10**6, 3),
    ],
)
def test_into_how_many_pieces_a_batch_is_cut(count: int, columns: int, pieces: int) -> None:
    """By twenty million operands, and four million bytes; into 256 at most, and one for each point."""
    compute = remote(Here(), lambda x: x * x * x, (False,))
    rows = [np.broadcast_to(np.zeros((1, 1)), (columns, count))]
    found = compute._pieces(rows, count)
    assert len(found) == pieces
    assert [a for a, _ in found] == [0, *[b for _, b in found[:-1]]]
    assert found[-1][1] == count
    sizes = [b - a for a, b in found]
    assert max(sizes) - min(sizes) <= 1


def test_a_program_without_operations_is_cut_by_its_points() -> None:
    compute = remote(Here(), lambda x: x, (False,))
    assert [len(compute._pieces([], count)) for count in (39_999_999, 40_000_000)] == [1, 2]


@pytest.mark.parametrize("status", ["closing", "closed"])
def test_a_client_that_is_closed_is_told(status: str) -> None:
    client = Here()
    compute = remote(client, lambda x: x, (False,))
    client.status = status
    with pytest.raises(
        RuntimeError, match="<lambda>: the client of its cluster has been closed; distribute it by a new"
    ):
        compute([np.ones((1, 1))], [], None, 1, 1)
    assert client.held == []
