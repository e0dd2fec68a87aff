"""One call of a function on variables of its own: what every transform starts from."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from autograd.engine import primitives as p
from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import grad_enabled, recorder, resumed
from autograd.engine.reductions import dot
from autograd.engine.value import SWEEP, Value, constant, number_of
from autograd.support.errors import one_line, shown, typed
from autograd.transforms.chain_rule import check_unchanged
from autograd.transforms.sparsity import dependencies
from autograd.transforms.sweeps import Subgraph, forward_sweep, forward_sweeps, reverse_sweep, reverse_sweep_on_graph
from autograd.transforms.tree import filled_array, flatten, is_array, is_one_number, is_row, located, refill, unflatten

Function = Callable[..., Any]
Number = Value | float

_AT_ONCE = 8  # directions: so many fit into the processor's caches beside the graph

# During a call of f its variables are leaves; after it they are of this operation, and nobody's variables.
_SOURCE = Primitive("source", lambda xs: 0.0, lambda xs, y: (), variadic=True)


def adjoints(y: Value, xs: Iterable[Value]) -> list[Value]:
    """The derivatives of y by each of xs as Values, which can be differentiated again; no `.grad` is touched.

    Args:
        y: the output.
        xs: variables, or results on the way to y.

    Raises:
        TypeError: if y or one of xs is not a Value.
        ValueError: if the data of an operand was changed since it was used.

    >>> x = Value(3.0)
    >>> (slope,) = adjoints(x**3.0, [x])
    >>> (curvature,) = adjoints(slope, [x])
    >>> slope.data, curvature.data, x.grad
    (27.0, 18.0, 0.0)
    """
    if isinstance(xs, Value):
        raise TypeError("adjoints: xs must be a list of Values, got one Value; write adjoints(y, [x])")
    sources = list(xs)
    for x in sources:
        if not isinstance(x, Value):
            raise TypeError(f"adjoints: xs must hold Values, got {typed(x)}")
    check_unchanged(topological_order(y))
    if (hearer := recorder()) is not None:
        hearer.differentiated([y])
    with SWEEP.lock:
        found = reverse_sweep_on_graph(Subgraph([y], sources, True), [(y, 1.0)], sources)
    return [x if isinstance(x, Value) else constant(x) for x in _numbers(found)]


class Call:
    """One call of f on variables of its own, and what can be asked of its graph.

    Attributes:
        inputs: the arguments to differentiate by, as they were given.
        sources: the variables in their place; one that stands for a variable of the caller's depends on it.
        result: what f returned.
        outputs: the numbers in it.
        aux: what f returned beside it, if it was asked to; free of history that the caller doesn't know.
    """

    def __init__(
        self,
        operation: str,
        f: Function,
        argnums: int | Sequence[int],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        has_aux: bool = False,
    ) -> None:
        if not callable(f):
            raise TypeError(f"{operation}: f must be a function, got {typed(f)}; pass f, not f(x)")
        self.operation = operation
        picked = positions(operation, argnums, len(args))
        inputs = tuple(args[i] for i in picked)
        numbers = [flatten(x, operation, f"argument {i}") for i, x in zip(picked, inputs, strict=True)]
        recording = grad_enabled()
        filled = list(args)
        with resumed():
            variables = [[_source(x, recording) for x in xs] for xs in numbers]
            for i, x, xs in zip(picked, inputs, variables, strict=True):
                filled[i] = unflatten(x, xs)
            self.sources = [x for xs in variables for x in xs]
            own = [x for x in self.sources if x.is_leaf]
            try:
                self.result = f(*filled, **kwargs)
            finally:
                for x in own:
                    x._primitive = _SOURCE
        returned: tuple[Any, Any] = _pair(operation, self.result) if has_aux else (self.result, None)
        self.result, self.aux = returned
        self.inputs = inputs if isinstance(argnums, Sequence) else inputs[0]
        self.outputs = flatten(self.result, operation, "the result of f")
        if self.outputs and not any(isinstance(y, Value) for y in self.outputs):
            warnings.warn(
                f"{operation}: f returned plain numbers, which depend on no variable: the derivative is 0. "
                "If they should depend on one, compute without .data, detach() and no_grad()",
                stacklevel=3,
            )
        # A recorder must hear how every number came about.
        self._is_part = len(own) < len(self.sources) or recorder() is not None
        self.turn_to(self.outputs)
        if has_aux:
            self.aux = self._known_outside(self.aux)

    def turn_to(self, outputs: list[Number]) -> None:
        """From now on the outputs are these, which were computed of the sources: the slopes, say."""
        self.outputs = outputs
        self._recorded = _recorded(outputs)
        with SWEEP.lock:
            self._graph = Subgraph(self._recorded, self.sources)
        if (hearer := recorder()) is not None:
            hearer.differentiated(self._recorded)
        self._on_graph = self._graph.foreign or self._is_part

    @property
    def is_open(self) -> bool:
        """Whether derivatives depend on variables of the caller's."""
        return self._on_graph

    def dependencies(self) -> list[list[int]]:
        """For every output the indices of the sources it depends on."""
        with SWEEP.lock:
            return dependencies(self._graph, self.outputs)

    def _known_outside(self, aux: Any) -> Any:
        """The same, its Values without the history of this call, if that is all the history they have."""
        values: list[Value] = []
        refill(aux, lambda leaf: values.extend(x for x in _elements(leaf) if isinstance(x, Value)))
        with SWEEP.lock:
            foreign = Subgraph(_recorded(values), self.sources).foreign
        if (foreign or self._is_part) and grad_enabled():
            return aux
        return refill(aux, _without_history)

    def value(self) -> Any:
        """What f returned, in floats if it depends on nothing but the arguments."""
        keep = self._on_graph and grad_enabled()
        return unflatten(self.result, (y if keep else _alone(y) for y in self.outputs))

    def one_output(self) -> Number:
        """The number f returned.

        Raises:
            TypeError: if that isn't one number.
        """
        if not is_one_number(self.result):
            raise TypeError(
                f"{self.operation}: f must return one number, got a {one_line(type(self.result).__name__)} of "
                f"{len(self.outputs)}; sum it up, or use jacobian, jvp or vjp"
            )
        return self.outputs[0]

    def slopes(self, y: Number) -> list[Number]:
        """The derivatives of y by every source, recorded, to be differentiated again."""
        return self._reverse([(y, 1.0)], True)

    def pull(self, outputs: Sequence[Number], cotangents: Sequence[Number]) -> list[Number]:
        """Σ cotangent · d(output)/d(source) for every source: one reverse sweep."""
        pairs = list(zip(outputs, cotangents, strict=True))
        on_graph = self._on_graph or any(isinstance(u, Value) for u in cotangents)
        found = self._reverse(pairs, on_graph)
        if len(pairs) == 1 or all(math.isfinite(number_of(x)) for x in found):
            return found
        # Taken together, infinities may cancel or not as the sums fall; by itself each output has one answer.
        rows = [(u, self._reverse([(y, 1.0)], on_graph)) for y, u in pairs if not _is_zero(u)]
        return [_combined((u, row[j]) for u, row in rows) for j in range(len(self.sources))]

    def pull_later(self, cotangents: Sequence[Number]) -> list[Number]:
        """The same for all outputs, at whatever time: what is recorded only then is made of the data of then.

        Raises:
            ValueError: if that would mix data that were changed since with the numbers of the call.
        """
        if self._on_graph or any(isinstance(u, Value) for u in cotangents):
            # Blocks see to that themselves.
            check_unchanged(x for x in self._graph.order if x._rest is None or x._rest.pullback is None)
        return self.pull(self.outputs, cotangents)

    def push(self, tangents: Sequence[Number]) -> list[Number]:
        """Σ d(output)/d(source) · tangent for every output: one forward sweep."""
        (found,) = self.push_all([tangents])
        return found

    def push_all(self, directions: Iterable[Sequence[Number]]) -> Iterator[list[Number]]:
        """The same along many directions, some of them at a time."""
        rest = iter(directions)
        while some := list(islice(rest, _AT_ONCE)):
            on_graph = self._on_graph or any(Value in set(map(type, tangents)) for tangents in some)
            seeds = [self._seeds(tangents) for tangents in some]
            with SWEEP.lock, resumed():
                if on_graph:
                    swept = [forward_sweep(self._graph, along, self.outputs, True) for along in seeds]
                else:
                    swept = forward_sweeps(self._graph, seeds, self.outputs)
            for tangents, each in zip(some, swept, strict=True):
                yield self._settled(_numbers(each), tangents, on_graph)

    def _seeds(self, tangents: Sequence[Number]) -> list[tuple[Value, Number]]:
        return [(x, t) for x, t in zip(self.sources, tangents, strict=True) if not _is_zero(t)]

    def _settled(self, found: list[Number], tangents: Sequence[Number], on_graph: bool) -> list[Number]:
        """What was pushed, but where it is inf or NaN, as products fall, with reverse mode's answer."""
        if not all(map(math.isfinite, map(number_of, found))):
            for i, y in enumerate(self.outputs):
                if not math.isfinite(number_of(found[i])):
                    found[i] = _combined(zip(tangents, self._reverse([(y, 1.0)], on_graph), strict=True))
        return found

    def _reverse(self, seeds: Sequence[tuple[Number, Number]], on_graph: bool) -> list[Number]:
        pairs = [(y, u) for y, u in seeds if isinstance(y, Value) and not y.is_constant and not _is_zero(u)]
        outputs = [y for y, _ in pairs]
        with SWEEP.lock, resumed():
            graph = self._graph if _same(outputs, self._recorded) else Subgraph(outputs, self.sources)
            sweep = reverse_sweep_on_graph if on_graph else reverse_sweep
            return _numbers(sweep(graph, pairs, self.sources))

    def vector(self, tree: Any, vector: Any, name: str) -> list[Number]:
        """The numbers of a tangent or cotangent, which must have the structure of `tree`.

        Raises:
            ValueError: if it has another, or holds a NaN.
        """
        if is_row(tree) and is_row(vector) and len(tree) == len(vector) and all(x == x for x in vector):
            return list(vector)
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
        if not grad_enabled():
            return [_alone(x) for x in numbers]
        if self._on_graph or any(isinstance(x, Value) for x in numbers):
            return [x if isinstance(x, Value) else constant(x) for x in numbers]
        return list(numbers)


def _pair(operation: str, result: Any) -> tuple[Any, Any]:
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(f"{operation}: with has_aux f must return a pair, (result, aux), got {typed(result)}")
    return result[0], result[1]


def _recorded(numbers: Iterable[Number]) -> list[Value]:
    return [y for y in numbers if isinstance(y, Value) and not y.is_constant]


def _elements(leaf: Any) -> list[Any]:
    return leaf.ravel().tolist() if is_array(leaf) and leaf.dtype == object else [leaf]


def _without_history(leaf: Any) -> Any:
    """Of Values, alone or in an array, their numbers; anything else as it is."""
    if not any(isinstance(x, Value) for x in _elements(leaf)):
        return leaf
    return filled_array(list(map(_alone, _elements(leaf))), leaf.shape) if is_array(leaf) else _alone(leaf)


def positions(operation: str, argnums: int | Sequence[int], count: int) -> list[int]:
    """The positions of the arguments to differentiate by."""
    picked = list(argnums) if isinstance(argnums, Sequence) else [argnums]
    for i in picked:
        if not isinstance(i, int) or isinstance(i, bool):
            raise TypeError(f"{operation}: argnums must be an int or several, got {typed(argnums)}")
        if not -count <= i < count:
            raise ValueError(f"{operation}: argnums is {shown(argnums)}, but f was given {count} positional arguments")
    found = [i % count for i in picked]
    if len(set(found)) < len(found):
        raise ValueError(f"{operation}: argnums {shown(argnums)} names an argument twice")
    return found


def _source(x: Number, recording: bool) -> Value:
    """A variable for the same number; one that stands for a variable of the caller's depends on it."""
    if not isinstance(x, Value):
        return Value(x)
    if recording and not x.is_constant:
        source = p.mul(x, 1.0)
    else:
        source = Value(x._data)
        if (hearer := recorder()) is not None:
            hearer.copied(x, source)
    source.label = x.label
    return source


def _alone(x: Any) -> Any:
    """The number without its history; while a function is recorded, a constant."""
    return x.detach() if isinstance(x, Value) and recorder() is not None else number_of(x)


def _numbers(found: Iterable[Number | None]) -> list[Number]:
    return [0.0 if x is None else x for x in found]


def _same(some: Sequence[Value], others: Sequence[Value]) -> bool:
    return list(map(id, some)) == list(map(id, others))


def _is_zero(factor: Number) -> bool:
    """Whether it is a plain 0.0, from which nothing flows."""
    return not isinstance(factor, Value) and factor == 0.0


def _combined(terms: Iterable[tuple[Number, Number]]) -> Number:
    """Σ factor · derivative, where the factor is not 0."""
    flowing = [(t, d) for t, d in terms if not _is_zero(t)]
    return dot([t for t, _ in flowing], [d for _, d in flowing])
