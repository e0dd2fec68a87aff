"""The side of a cluster that asks: programs and pieces of batches are sent to workers, and their answers added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.program.computed import Computed, joined
from autograd.program.jit import Jitted
from autograd.program.shipped import Shipped
from autograd.program.variant import Variant
from autograd.program.worker import computed, held

if TYPE_CHECKING:
    from distributed import Client, Future
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_WORK: Final = 20_000_000  # operands × points of a piece: about what it takes to hand it out
_BYTES: Final = 4_000_000  # of a piece at most; Dask warns of messages above 10 MB
_MOST_PIECES: Final = 256
_SMALL: Final = 100_000  # bytes that travel with their task


class Distributed(Jitted[..., Any]):
    """A recorded function whose programs are computed for many points by a cluster; the programs are common to both."""

    def __init__(self, jitted: Jitted[..., Any], client: Client) -> None:
        vars(self).update(vars(jitted))
        self._client = client
        self._remote: dict[tuple[Variant, object, object], Remote] = {}

    def batch(self, variant: Variant, wanted: tuple[bool, ...] | None, shared: tuple[bool, ...], count: int) -> Remote:
        """What has a program computed for many points."""
        key = variant, wanted, shared
        if key not in self._remote:
            shipped = Shipped(variant.program, wanted, shared, self.vector_math, self.exact)
            self._remote[key] = Remote(self._client, shipped)
        return self._remote[key]


class Remote:
    """A program computed for the points of a batch by a cluster; called as a `Batch` is.

    Whatever is sent is held as the result of a task: where a worker is lost, its scheduler computes it again.

    Args:
        client: of the cluster.
        shipped: the program.
    """

    takes_views = True

    def __init__(self, client: Client, shipped: Shipped) -> None:
        self._client = client
        self._name = shipped.program.name
        self._work = max(1, sum(map(len, shipped.program.operands)))
        self._kernel = _Sent(client, [np.frombuffer(shipped.dumped(), np.uint8)])
        self._rows: dict[tuple[int, int], _Sent] = {}

    def __call__(
        self, rows: Sequence[Array], common: Sequence[Array], seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch, as a `Batch` computes them."""
        client = self._client
        if client.status in ("closing", "closed"):
            raise RuntimeError(f"{self._name}: the client of its cluster has been closed; distribute it by a new one")
        pieces = self._pieces(rows, count)
        kernel = self._kernel.future()
        numbers = joined(common)
        shared = numbers if numbers.nbytes <= _SMALL else client.submit(held, numbers, pure=False)
        kept, self._rows = self._rows, {}
        points = [self._points(rows, piece, kept.get(piece)) for piece in pieces]
        cotangents = [seeds[:, a:b].copy() if isinstance(seeds, np.ndarray) else seeds for a, b in pieces]
        sizes = [b - a for a, b in pieces]
        tasks = client.map(
            computed, [kernel] * len(pieces), points, [shared] * len(pieces), cotangents, sizes, pure=False
        )
        gather: Any = client.gather  # Dask doesn't say what it returns
        found: list[Computed] = gather(tasks)
        sums = found[0].sums.copy()
        for part in found[1:]:
            sums += part.sums
        return Computed(
            np.concatenate([part.status for part in found]),
            np.concatenate([part.outputs for part in found], axis=1),
            np.concatenate([part.adjoints for part in found], axis=1),
            sums,
        )

    def _pieces(self, rows: Sequence[Array], count: int) -> list[tuple[int, int]]:
        """Where the batch is cut: by its size alone, so that the workers change no number."""
        size = sum(part.nbytes for part in rows)
        pieces = min(_MOST_PIECES, count, max(1, count * self._work // _WORK, -(-size // _BYTES)))
        return [*pairwise(count * k // pieces for k in range(pieces + 1))]

    def _points(self, rows: Sequence[Array], piece: tuple[int, int], kept: _Sent | None) -> Any:
        """What a task is given for the points of a piece: the arrays, or what stands for them in the cluster."""
        parts = [np.array(part[:, slice(*piece)], order="C") for part in rows]
        if sum(part.nbytes for part in parts) <= _SMALL:
            return parts
        sent = self._rows[piece] = kept if kept is not None and kept.is_of(parts) else _Sent(self._client, parts)
        return sent.future()


class _Sent:
    """Arrays that a cluster holds, and a copy of them, by which is seen whether they are still wanted."""

    def __init__(self, client: Client, arrays: Sequence[NDArray[Any]]) -> None:
        self._client = client
        self._arrays = arrays
        self._future: Future[Any] | None = None

    def is_of(self, arrays: Sequence[Array]) -> bool:
        """Whether these are the same numbers, to the bit."""
        return len(arrays) == len(self._arrays) and all(map(_same_bits, arrays, self._arrays))

    def future(self) -> Future[Any]:
        """What stands for them in tasks; they are sent again after a cluster was started afresh."""
        if self._future is None or self._future.status in ("cancelled", "lost", "error"):
            self._future = self._client.submit(held, self._arrays, pure=False)
        return self._future


def _same_bits(a: Array, b: Array) -> bool:
    return np.array_equal(a.view(np.int64), b.view(np.int64))
