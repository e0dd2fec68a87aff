"""A function of arrays: what `vmap` returns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from autograd.engine.recording import grad_enabled
from autograd.engine.value import Value
from autograd.program.batch import cores
from autograd.program.jit import Jitted
from autograd.program.mapping import Call
from autograd.program.parts import Parts
from autograd.program.points import Points, points_of
from autograd.transforms.block import Block
from autograd.transforms.linearize import positions
from autograd.transforms.tree import is_array, unflatten

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Reduce = Literal["mean", "sum"] | None


class Mapped:
    """A function of arrays; made by `autograd.vmap`."""

    def __init__(
        self,
        jitted: Jitted[..., Any],
        derivative: str | None,
        argnums: int | Sequence[int],
        in_axes: Any,
        reduce: Reduce,
        threads: int | None,
    ) -> None:
        functools.update_wrapper(self, jitted.f, updated=())
        self._jitted = jitted
        self._derivative = derivative
        self._argnums = argnums
        self._in_axes = in_axes
        self._reduce = reduce
        self._threads = threads
        self._outer = False

    def own_transform(self, name: str, argnums: int | Sequence[int]) -> Callable[..., Any] | None:
        """The gradient of the mean or the sum over the points."""
        if name not in ("grad", "value_and_grad") or self._derivative is not None:
            return None
        if self._reduce is None:
            raise TypeError(
                f"{name}: a vmap returns an array, and {name} is of one number; write vmap({name}(f)) for a gradient "
                'of every point, or vmap(f, ..., reduce="mean") for that of the mean'
            )
        mapped = Mapped(self._jitted, name, argnums, self._in_axes, self._reduce, self._threads)
        mapped._outer = True
        return mapped

    def __call__(self, *args: Any) -> Any:
        """The results at all points."""
        points = points_of(self._jitted.name, args, self._in_axes)
        threads = self._threads or cores()
        if self._derivative is not None:
            return self._gradient(points, threads)
        operands = points.values()
        found = Call(self._jitted, points, threads)
        variant = found.variant
        assert variant is not None  # there is a point
        if grad_enabled() and (any(map(_is_variable, operands)) or variant.has_variables):
            return self._block(points, operands, found, threads)
        if self._reduce is None:
            return self._arrays(variant.result, found.outputs)
        return unflatten(variant.result, self._reduced(found.outputs).tolist())

    def _gradient(self, points: Points, threads: int) -> Any:
        name, argnums, count = str(self._derivative), self._argnums, points.how_many
        picked = positions(name, argnums, len(points.args))
        wanted = [False] * points.starts[-1]
        for i in picked:
            wanted[points.starts[i] : points.starts[i + 1]] = [True] * (points.starts[i + 1] - points.starts[i])
        is_mean = self._reduce == "mean"
        seed = 1.0 / count if is_mean else 1.0
        found = Call(self._jitted, points, threads, wanted, summed=self._reduce is not None, seeds=seed)
        parts = Parts(points, found, wanted, self._outer, self._reduce is not None)
        gradients = [parts.by_argument(i) for i in picked]
        gradient = tuple(gradients) if isinstance(argnums, Sequence) else gradients[0]
        if name == "grad":
            return gradient
        values = found.outputs[0]
        return (values if self._reduce is None else float(self._reduced(found.outputs)[0])), gradient

    def _block(self, points: Points, operands: list[Any], found: Call, threads: int) -> Any:
        """The results as nodes of a graph, from which gradients flow back to shared arguments and captured Values."""
        variant = found.variant
        assert variant is not None
        block = _MappedCall(
            self._jitted, points, [*operands, *variant.captured], found.outputs.shape, threads, self._reduce
        )
        data = found.outputs if self._reduce is None else self._reduced(found.outputs)
        nodes = np.empty(data.size, dtype=object)
        nodes[:] = block.record(data.ravel().tolist())
        if self._reduce is None:
            return self._arrays(variant.result, nodes.reshape(data.shape))
        return unflatten(variant.result, nodes.tolist())

    def _reduced(self, outputs: Array) -> Array:
        total: Array = outputs.sum(axis=1)
        return total / outputs.shape[1] if self._reduce == "mean" else total

    def _arrays(self, result: Any, outputs: Array) -> Any:
        """The structure of one result, with arrays that have the points along their first axis."""
        rest = iter(range(len(outputs)))

        def filled(tree: Any) -> Any:
            if isinstance(tree, dict):
                return {key: filled(x) for key, x in tree.items()}
            if isinstance(tree, (list, tuple)):
                children = [filled(x) for x in tree]
                return type(tree)(*children) if hasattr(tree, "_fields") else type(tree)(children)
            if not is_array(tree):
                return outputs[next(rest)]
            rows = outputs[[next(rest) for _ in range(tree.size)]]
            return rows.T.reshape((outputs.shape[1], *tree.shape))

        return filled(result)


class _MappedCall(Block):
    """One call of a mapped function in a graph."""

    def __init__(
        self,
        jitted: Jitted[..., Any],
        points: Points,
        operands: Sequence[Value | float],
        shape: tuple[int, ...],
        threads: int,
        reduce: Reduce,
    ) -> None:
        super().__init__(f"vmap of {jitted.name}", operands, shape[0] if reduce else shape[0] * shape[1])
        self._jitted = jitted
        self._points = points
        self._shape = shape
        self._threads = threads
        self._reduce = reduce

    def values_at(self, numbers: Sequence[float]) -> list[float]:
        raise TypeError(f"{self.name}: it can't be computed at other numbers; call it again")

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        if on_graph:
            raise TypeError(
                f"{self.name}: its gradient is numbers, which can't be differentiated again; map the derivative "
                "instead, or write the loop out"
            )
        self.check_unchanged()
        count = self._shape[1]
        seeds = np.array([0.0 if u is None else u for u in cotangents])
        if self._reduce is not None:
            each = seeds / count if self._reduce == "mean" else seeds
            seeds = np.repeat(each[:, None], count, axis=1)
        wanted = [_is_variable(x) for x in self._points.values()]
        shared = self._points.shared()
        mask = iter(wanted)
        by_input = [next(mask) if same else False for same in shared]
        found = Call(self._jitted, self._points, self._threads, by_input, True, True, seeds.reshape(self._shape))
        sums = dict(found.captured)
        variables = [x for x, want in zip(self._points.values(), wanted, strict=True) if want]
        for x, adjoint in zip(variables, found.sums.tolist(), strict=True):
            sums[id(x)] = sums.get(id(x), 0.0) + adjoint
        return [
            before if id(x) not in sums else sums[id(x)] if before is None else before + sums[id(x)]
            for x, before in zip(self.inputs, start, strict=True)
        ]


def _is_variable(x: Any) -> bool:
    return isinstance(x, Value) and not x.is_constant
