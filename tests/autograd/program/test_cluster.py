"""What a cluster holds, and when it is sent again; the rest of `cluster` is tried through `distribute`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("distributed", reason="dask.distributed is not installed")

from autograd.program.cluster import _Sent  # noqa: E402 - it needs distributed
from autograd.program.worker import held  # noqa: E402


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
