"""One call of a function on variables of its own: what every transform starts from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from autograd.engine import primitives as p
from autograd.engine.graph import reach_beyond, topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import paused, resumed
from autograd.engine.reductions import dot
from autograd.engine.value import Operands, Value, constant, record_many
from autograd.transforms.sweeps import Number, forward_sweep, reverse_sweep
from autograd.transforms.tree import flatten, is_one_number, located, unflatten

Function = Callable[..., Any]

# The variables of a call of f are no leaves, but of this operation: after the call they are nobody's variables.
_SOURCE = Primitive("source", lambda a: a, lambda a, y: (None,))

# The variables of all calls of f that are running, by id: to each other, they are variables from outside.
_RUNNING: ContextVar[frozenset[int]] = ContextVar("autograd_running", default=frozenset())


class Call:
    """One call of f on variables of its own, and what can be asked of its graph.

    Attributes:
        inputs: the arguments to differentiate by, as they were given.
        sources: the variables in their place; one that stands for a variable of the caller's depends on it.
        result: what f returned.
        outputs: the numbers in it.
    """

    def __init__(
        self,
        operation: str,
        f: Function,
        argnums: int | Sequence[int],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        if not callable(f):
            raise TypeError(f"{operation}: f must be a function, got {type(f).__name__} {f!r}; pass f, not f(x)")
        self.operation = operation
        picked = _picked(operation, argnums, len(args))
        inputs = tuple(args[i] for i in picked)
        numbers = [flatten(x, operation, f"argument {i}") for i, x in zip(picked, inputs, strict=True)]
        connected = [[isinstance(x, Value) and not (x.is_constant or paused()) for x in xs] for xs in numbers]
        filled = list(args)
        with resumed():
            variables = [
                [_source(*pair) for pair in zip(*xs, strict=True)] for xs in zip(numbers, connected, strict=True)
            ]
            for i, x, xs in zip(picked, inputs, variables, strict=True):
                filled[i] = unflatten(x, xs)
            self.sources = [x for xs in variables for x in xs]
            token = _RUNNING.set(_RUNNING.get() | set(map(id, self.sources)))
            try:
                self.result = f(*filled, **kwargs)
            finally:
                _RUNNING.reset(token)
        self.inputs = inputs if isinstance(argnums, Sequence) else inputs[0]
        self.outputs = flatten(self.result, operation, "the result of f")
        recorded = [y for y in self.outputs if isinstance(y, Value)]
        if self.outputs and not recorded:
            warnings.warn(
                f"{operation}: f returned plain numbers, which depend on no variable: the derivative is 0. "
                "If they should depend on one, compute without .data, detach() and no_grad()",
                stacklevel=3,
            )
        others = reach_beyond(recorded, self.sources, _RUNNING.get())
        self._on_graph = others or any(map(any, connected))
        self._order: list[Value] | None = None

    def value(self) -> Any:
        """What f returned, in floats if it depends on nothing but the arguments."""
        keep = self._on_graph and not paused()
        return unflatten(self.result, (y.data if isinstance(y, Value) and not keep else y for y in self.outputs))

    def one_output(self) -> Number:
        """The number f returned.

        Raises:
            TypeError: if that isn't one number.
        """
        if not is_one_number(self.result):
            raise TypeError(
                f"{self.operation}: f must return one number, got a {type(self.result).__name__} of "
                f"{len(self.outputs)}; sum it up, or use jacobian, jvp or vjp"
            )
        return self.outputs[0]

    def slopes(self, y: Number) -> list[Number]:
        """The derivatives of y by every source, recorded, to be differentiated again."""
        if not isinstance(y, Value):
            return [0.0] * len(self.sources)
        with resumed():
            return reverse_sweep([(y, 1.0)], self.sources, topological_order(y, until=self.sources))

    def pull(self, outputs: Sequence[Number], cotangents: Sequence[Number]) -> list[Number]:
        """Σ cotangent · d(output)/d(source) for every source: one reverse sweep."""
        pairs = [(y, u) for y, u in zip(outputs, cotangents, strict=True) if isinstance(y, Value) and not y.is_constant]
        with resumed():
            if self._on_graph or any(isinstance(u, Value) for u in cotangents):
                order = topological_order(*(y for y, _ in pairs), until=self.sources)
                return reverse_sweep(pairs, self.sources, order)
            for x in self.sources:
                x.grad = 0.0
            if pairs:
                dot(*zip(*pairs, strict=True)).backward()
            return [x.grad for x in self.sources]

    def push(self, tangents: Sequence[Number]) -> list[Number]:
        """Σ d(output)/d(source) · tangent for every output: one forward sweep."""
        on_graph = self._on_graph or any(isinstance(t, Value) for t in tangents)
        if self._order is None:
            ends = [y for y in self.outputs if isinstance(y, Value)]
            self._order = topological_order(*ends, until=self.sources)
        with resumed():
            return forward_sweep(zip(self.sources, tangents, strict=True), self.outputs, self._order, on_graph)

    def vector(self, tree: Any, vector: Any, name: str) -> list[Number]:
        """The numbers of a tangent or cotangent, which must have the structure of `tree`.

        Raises:
            ValueError: if it has another, or holds a NaN.
        """
        numbers: list[Number] = []
        for place, x in located(tree, vector, self.operation, name):
            if x != x:  # true of NaN alone
                raise ValueError(f"{self.operation}: {place} is nan; start from finite numbers")
            numbers.append(x)
        return numbers

    def like_inputs(self, numbers: Sequence[Number]) -> Any:
        """One number per source, in the structure of the inputs."""
        return unflatten(self.inputs, self.finished(numbers))

    def finished(self, numbers: Sequence[Number]) -> list[Number]:
        """What the caller gets: floats, or Values where they depend on variables of the caller's."""
        if paused():
            return [x.data if isinstance(x, Value) else x for x in numbers]
        if self._on_graph or any(isinstance(x, Value) for x in numbers):
            return [x if isinstance(x, Value) else constant(x) for x in numbers]
        return list(numbers)


def _picked(operation: str, argnums: int | Sequence[int], count: int) -> list[int]:
    """The positions of the arguments to differentiate by."""
    picked = list(argnums) if isinstance(argnums, Sequence) else [argnums]
    for i in picked:
        if not isinstance(i, int):
            raise TypeError(f"{operation}: argnums must be an int or several, got {argnums!r}")
        if not -count <= i < count:
            raise ValueError(f"{operation}: argnums is {argnums!r}, but f was given {count} positional arguments")
    positions = [i % count for i in picked]
    if len(set(positions)) < len(positions):
        raise ValueError(f"{operation}: argnums {argnums!r} names an argument twice")
    return positions


def _source(x: Number, connected: bool) -> Value:
    """A node of its own for the same number; connected, it depends on x, which is a variable of the caller's."""
    number = x.data if isinstance(x, Value) else x
    source: Value = p.mul(x, 1.0) if connected else record_many(_SOURCE, number, Operands([number], [], [], []))
    source.label = x.label if isinstance(x, Value) else None
    return source
