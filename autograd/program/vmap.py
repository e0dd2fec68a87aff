"""`vmap`: a function of numbers as one of arrays, a vector of points at a time, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from autograd.program.derivative import Derivative
from autograd.program.jit import Jitted, jit
from autograd.support.errors import shown, typed
from autograd.support.extras import needed

if TYPE_CHECKING:
    from autograd.program.mapped import Mapped

Reduce = Literal["mean", "sum"] | None


def vmap(f: Callable[..., Any], in_axes: Any = 0, *, reduce: Reduce = None, threads: int | None = None) -> Mapped:
    """The function of arrays that applies f to each of their points: JAX's conventions.

    f is recorded (`jit`), if it is not already; points that take different branches are computed by different
    programs. Of `grad` or `value_and_grad` it computes a gradient for every point; as Values, operation by operation,
    where arguments that are the same for all points hold variables. With `reduce`, results are averaged or summed over
    the points, and so are gradients, without a gradient for every point ever being held.

    Args:
        f: a function; its results may be nested lists, tuples, dicts and arrays of numbers.
        in_axes: for every argument along which axis of its arrays the points lie, or None where the argument is the
            same for all points, as static ones are; one for all, or a list of one for each. An argument of nested
            lists, tuples or dicts has arrays in place of the numbers.
        reduce: None, "mean" or "sum".
        threads: how many cores to use; by default, all. The numbers don't depend on it.

    Raises:
        ImportError: without NumPy.
        TypeError, ValueError: for axes that don't fit, when called: for arrays that don't, or that hold no points.
        ValueError, OverflowError, ZeroDivisionError: as f does; the message names the point.

    >>> import numpy as np
    >>> vmap(lambda x, y: x * y, in_axes=(0, None))(np.array([1.0, 2.0]), 10.0)
    array([10., 20.])
    """
    if reduce not in (None, "mean", "sum"):
        raise ValueError(f"vmap: reduce must be None, 'mean' or 'sum', got {shown(reduce)}")
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise ValueError(f"vmap: threads must be an int of 1 or more, got {shown(threads)}")
    needed("vmap", "numpy")
    from autograd.program.mapped import Mapped

    if isinstance(f, Mapped):  # its points become part of a program of this one's
        f = partial(f)
    recorded = f if isinstance(f, (Jitted, Derivative)) else jit(f)
    if isinstance(recorded, Derivative):
        return Mapped(recorded.jitted, recorded.name, recorded.argnums, in_axes, reduce, threads)
    if not isinstance(recorded, Jitted):
        raise TypeError(
            f"vmap: it maps functions, their grad and their value_and_grad, got {typed(f)}; write out what else is "
            "wanted as a function of one point"
        )
    return Mapped(recorded, None, 0, in_axes, reduce, threads)
