"""`distribute`: a mapped function whose points are computed by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.support.errors import typed
from autograd.support.extras import needed

if TYPE_CHECKING:
    from distributed import Client


def distribute(mapped: Callable[..., Any], client: Client) -> Callable[..., Any]:
    """The same function of arrays, computed by the workers of a Dask cluster.

    A batch is cut into pieces by its size and its program alone, and what the pieces come to is added in their order:
    another number of workers, or one that is lost on the way, changes no number, as long as their processors and
    libraries are of one kind. Beside `vmap`'s, sums over the points are added in other groups, and may differ in their
    last digits; values and gradients of points, only where products of matrices are used (see `exact` of `jit`).

    Programs are recorded here, sent once, and compiled once by every process; the function itself stays here, and may
    be a lambda or read Values of a model. Shared arguments are sent once a call, and points once for as long as their
    numbers stay the same. Every piece is computed by one thread of a worker. It takes some milliseconds to hand one
    out: batches that take no longer are not sped up.

    Args:
        mapped: what `vmap` returns, or `grad` or `value_and_grad` of that.
        client: a `dask.distributed.Client`.

    Raises:
        ImportError: without dask.distributed.
        TypeError: if `mapped` is anything else, or the client is none, or an asynchronous one.
        RuntimeError: when called, if the client has been closed.
        Exception: when called, as `mapped` does; the message names the row of the whole batch.

    >>> import numpy as np
    >>> from autograd import value_and_grad, vmap
    >>> from distributed import Client
    >>> with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=":0") as client:
    ...     loss = distribute(vmap(lambda w, x: (w * x - 1.0) ** 2, in_axes=(None, 0), reduce="mean"), client)
    ...     value_and_grad(loss)(2.0, np.array([0.0, 1.0]))
    (1.0, 1.0)
    """
    needed("distribute", "distributed")
    needed("distribute", "numpy")
    from distributed import Client

    from autograd.program.cluster import Distributed
    from autograd.program.mapped import Mapped

    if not isinstance(mapped, Mapped):
        raise TypeError(
            f"distribute: it takes what vmap returns, or grad or value_and_grad of that, got {typed(mapped)}; write "
            "distribute(vmap(f), client)"
        )
    if not isinstance(client, Client):
        raise TypeError(f"distribute: client must be a dask.distributed.Client, got {typed(client)}")
    if client.asynchronous:
        raise TypeError("distribute: the client is asynchronous, and a call waits for its result; make another one")
    return mapped.replaced(lambda jitted: Distributed(jitted, client))
