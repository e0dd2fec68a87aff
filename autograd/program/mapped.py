"""A function of arrays: what `vmap` returns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from itertools import compress
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from autograd.engine.recording import OPEN, grad_enabled, recorder
from autograd.engine.value import Value
from autograd.program.computed import cores
from autograd.program.jit import Jitted
from autograd.program.mapping import Call
from autograd.program.parts import Parts, evaluated
from autograd.program.plan import MOST_PLANS, Plan, UnusualError, looked_at
from autograd.program.points import Points, points_of
from autograd.program.signature import as_static
from autograd.program.unrolled import unrolled
from autograd.transforms import functional
from autograd.transforms.block import Block
from autograd.transforms.tree import is_array, refill, unflatten

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Reduce = Literal["mean", "sum"] | None
Finish = Callable[[Any, Any, Any], Any]
"""What makes a result of outputs, adjoints and sums."""


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
        self._reduce: Reduce = reduce
        self._threads = threads
        self._outer = False
        self._plans: dict[Hashable, Plan] = {}

    def own_transform(
        self, name: str, argnums: int | Sequence[int], has_aux: bool = False
    ) -> Callable[..., Any] | None:
        """The gradient of the mean or the sum over the points."""
        if name not in ("grad", "value_and_grad") or self._derivative is not None:
            return None
        if has_aux:
            raise TypeError(
                f"{name}: of a vmap it takes no has_aux; map what f returns besides by itself, or write "
                f"vmap({name}(f, has_aux=True))"
            )
        if self._reduce is None:
            raise TypeError(
                f"{name}: a vmap returns an array, and {name} is of one number; write vmap({name}(f)) for a gradient "
                'of every point, or vmap(f, ..., reduce="mean") for that of the mean'
            )
        mapped = Mapped(self._jitted, name, argnums, self._in_axes, self._reduce, self._threads)
        mapped._outer = True
        return mapped

    def replaced(self, by: Callable[[Jitted[..., Any]], Jitted[..., Any]]) -> Mapped:
        """The same, of another recorded function."""
        mapped = Mapped(by(self._jitted), self._derivative, self._argnums, self._in_axes, self._reduce, self._threads)
        mapped._outer = self._outer
        return mapped

    def __call__(self, *args: Any) -> Any:
        """The results at all points."""
        if recorder() is not None:
            return self._recorded(args)
        arrays: list[Any] = []
        form: Hashable = None
        if not OPEN:
            with suppress(UnusualError, TypeError):  # which are looked at below
                form = self._form(args, arrays)
            plan = self._plans.get(form)
            if plan is not None:
                result = plan(arrays)
                if result is not None:
                    return result
        points = self._points(args)
        threads = self._threads or cores()
        if self._derivative is None:
            call = Call(self._jitted, points, threads)
            result = self._values(points, call, threads)
            if result is not None:
                return result
            finish = self._finish_values(call.variant.result)
        elif grad_enabled() and any(map(_is_variable, points.values())):
            return self._recorded(args)  # a derivative that is to be differentiated: operation by operation
        else:
            call, finish = self._gradient(points, threads)
        if form is not None and call.kernel is not None:
            seeds = None if self._derivative is None else self._seed(points)
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[form] = Plan(points, arrays, call.kernel, seeds, threads, finish)
        return finish(call.outputs, call.adjoints, call.sums)

    def _recorded(self, args: Sequence[Any]) -> Any:
        """The same as part of a larger program."""
        f, name = self._jitted.f, self._derivative
        how = self._in_axes, self._jitted.static_argnums, self._reduce
        if name is None:
            return unrolled(f, args, *how)
        self._jitted.positions(name, self._argnums, len(args))  # refuses those that are static
        transform = getattr(functional, name)
        if not self._outer:
            return unrolled(transform(f, self._argnums), args, *how)
        return transform(lambda *xs: unrolled(f, xs, *how), self._argnums)(*args)

    def _form(self, args: Sequence[Any], arrays: list[Any]) -> Hashable:
        """The form of the arguments; arrays and floats are appended."""
        name, static = self._jitted.name, self._jitted.static_argnums
        return tuple(
            [
                as_static(arg, name, f"argument {i}") if i in static else looked_at(arg, arrays)
                for i, arg in enumerate(args)
            ]
        )

    def _points(self, args: Sequence[Any]) -> Points:
        return points_of(self._jitted.name, args, self._in_axes, self._jitted.static_argnums)

    def listing(self, *args: Any) -> str:
        """The program of the first point, and the matrix products that are made of it for so many points.

        >>> import numpy as np
        >>> from autograd import dot, vmap
        >>> layer = vmap(lambda w, x: [dot(row, x) for row in w], in_axes=(None, 0))
        >>> print(layer.listing(np.ones((20, 30)), np.ones((1000, 30))).splitlines()[-1])
        matrix product: 20 rows w.flat[0], ... by 1 column x[0], ... of 30 numbers
        """
        points = self._points(args)
        variant = Call(self._jitted, points, self._threads or cores()).variant
        lines = [variant.program.listing()]
        shared = (*points.shared(), *[True] * len(variant.captured))
        stages = None if self._jitted.exact else variant.stages_for(shared)
        if stages is not None and stages.pays(points.how_many):
            lines += [product.told(stages.program) for product in stages.products]
        return "\n".join(lines)

    def _seed(self, points: Points) -> float:
        return 1.0 / points.how_many if self._reduce == "mean" else 1.0

    def _gradient(self, points: Points, threads: int) -> tuple[Call, Finish]:
        """The gradients of all points, and what makes a result of them."""
        name, argnums = str(self._derivative), self._argnums
        picked = self._jitted.positions(name, argnums, len(points.args))
        wanted = [False] * points.starts[-1]
        for i in picked:
            wanted[points.starts[i] : points.starts[i + 1]] = [True] * (points.starts[i + 1] - points.starts[i])
        is_reduced = self._reduce is not None
        call = Call(self._jitted, points, threads, wanted, summed=is_reduced, seeds=self._seed(points))
        parts = Parts(points, wanted, self._outer, is_reduced)
        forms = [parts.form(i) for i in picked]
        are_several, is_pair = isinstance(argnums, Sequence), name == "value_and_grad"

        def finish(outputs: Array, adjoints: Array, sums: Array) -> Any:
            gradients = [evaluated(form, adjoints, sums) for form in forms]
            gradient = tuple(gradients) if are_several else gradients[0]
            if not is_pair:
                return gradient
            return (float(self._reduced(outputs)[0]) if is_reduced else outputs[0]), gradient

        return call, finish

    def _values(self, points: Points, call: Call, threads: int) -> Any:
        """The results as nodes of a graph, where they are to be differentiated; otherwise None."""
        operands = points.values()
        if grad_enabled() and (any(map(_is_variable, operands)) or any(x.has_variables for x in call.served)):
            return self._block(points, operands, call, threads)
        return None

    def _finish_values(self, result: Any) -> Finish:
        if self._reduce is None:
            return lambda outputs, adjoints, sums: self._arrays(result, outputs)
        return lambda outputs, adjoints, sums: unflatten(result, self._reduced(outputs).tolist())

    def _block(self, points: Points, operands: list[Any], found: Call, threads: int) -> Any:
        """The results as nodes of a graph, from which gradients flow back to shared arguments and captured Values."""
        result = found.variant.result
        captured = [x for variant in found.served for x in variant.captured]
        block = _MappedCall(self._jitted, points, [*operands, *captured], found.outputs.shape, threads, self._reduce)
        data = found.outputs if self._reduce is None else self._reduced(found.outputs)
        nodes = np.empty(data.size, dtype=object)
        nodes[:] = block.record(data.ravel().tolist())
        if self._reduce is None:
            return self._arrays(result, nodes.reshape(data.shape))
        return unflatten(result, nodes.tolist())

    def _reduced(self, outputs: Array) -> Array:
        total: Array = np.add.reduce(outputs, axis=1)
        return total / outputs.shape[1] if self._reduce == "mean" else total

    def _arrays(self, result: Any, outputs: Array) -> Any:
        """The structure of one result, with arrays that have the points along their first axis."""
        rest = iter(range(len(outputs)))

        def arrays(leaf: Any) -> Any:
            if not is_array(leaf):
                return outputs[next(rest)]
            rows = outputs[[next(rest) for _ in range(leaf.size)]]
            return rows.T.reshape((outputs.shape[1], *leaf.shape))

        return refill(result, arrays)


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
        self._reduce: Reduce = reduce

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
            seeds = np.repeat(each, count)
        wanted = [_is_variable(x) for x in self._points.values()]
        shared = self._points.shared()
        mask = iter(wanted)
        by_input = [next(mask) if same else False for same in shared]
        found = Call(self._jitted, self._points, self._threads, by_input, True, True, seeds.reshape(self._shape))
        sums = dict(found.captured)
        for x, adjoint in zip(compress(self._points.values(), wanted), found.sums.tolist(), strict=True):
            sums[id(x)] = sums.get(id(x), 0.0) + adjoint
        return [
            before if id(x) not in sums else sums[id(x)] if before is None else before + sums[id(x)]
            for x, before in zip(self.inputs, start, strict=True)
        ]


def _is_variable(x: Any) -> bool:
    return isinstance(x, Value) and not x.is_constant
