"""`checkpoint`: part of a computation that is done again in the backward pass instead of being kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, TypeVarTuple

from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import grad_enabled, no_grad, recorder, resumed, watched
from autograd.engine.value import SWEEP, Value, number_of
from autograd.support.errors import describe_all
from autograd.transforms.block import Block
from autograd.transforms.sweeps import Subgraph, forward_sweep, reverse_sweep, reverse_sweep_on_graph
from autograd.transforms.tree import flatten, unflatten

Arguments = TypeVarTuple("Arguments")
Y = TypeVar("Y")


def checkpoint(f: Callable[[*Arguments], Y], *args: *Arguments) -> Y:
    """f(*args), of whose graph only the ends are kept; a backward pass computes f again.

    A loop of n operations in √n checkpoints of √n operations needs memory for 2√n, and one more evaluation. The
    gradients are those of the plain computation. f may use variables from outside, as a layer its parameters; results
    computed outside must be arguments. Nests.

    Args:
        f: a function that computes the same whenever it is called.
        args: numbers, Values, or nested lists, tuples, dicts and arrays of them.

    Raises:
        ValueError: if f uses a result computed outside.
        ValueError (from the backward pass): if an argument's data was changed meanwhile.
        RuntimeError (from the backward pass): if f doesn't compute the same again, because a parameter was changed.

    >>> def steps(x):
    ...     for _ in range(100):
    ...         x = x + 0.01 * x
    ...     return x
    >>> x = Value(1.0)
    >>> y = x
    >>> for _ in range(100):
    ...     y = checkpoint(steps, y)
    >>> y.backward()
    >>> len(topological_order(y)), x.grad == y.data
    (101, True)
    """
    if not grad_enabled() or recorder() is not None:  # a recorder keeps every operation
        return f(*args)
    name = getattr(f, "__name__", "f")
    numbers = flatten(args, "checkpoint", "the arguments")
    given = list({id(x): x for x in numbers if isinstance(x, Value) and not x.is_constant}.values())
    inputs = [Value(x.data, x.label) for x in given]
    made = _Made()
    with watched(made):
        result, outputs = _call(f, args, numbers, given, inputs)
    outside: list[Value] = []
    for node in topological_order(*(y for y in outputs if isinstance(y, Value)), until=inputs):
        if not (node.is_leaf or node.is_constant or id(node) in made.ids):
            assert node.primitive is not None
            raise ValueError(
                f"checkpoint: {name} uses {node.primitive.name}({describe_all(node.operands)}), "
                "a result computed outside it; pass it as an argument"
            )
        if node.is_leaf and not node.is_constant:
            outside.append(node)
    places = [i for i, y in enumerate(outputs) if isinstance(y, Value) and not y.is_constant]
    segment = _Segment(name, f, args, numbers, given, outside, [number_of(y) for y in outputs], places)
    for i, node in zip(places, segment.record([segment.outputs[i] for i in places]), strict=True):
        outputs[i] = node
    filled: Y = unflatten(result, outputs)
    return filled


def _call(
    f: Callable[..., Y],
    args: tuple[Any, ...],
    numbers: Sequence[Value | float],
    given: Sequence[Value],
    inputs: Sequence[Any],
) -> tuple[Y, list[Value | float]]:
    """f's result and the numbers in it, with these inputs in place of the variables that were given."""
    stand_ins = {id(x): stand_in for x, stand_in in zip(given, inputs, strict=True)}
    result = f(*unflatten(args, [stand_ins.get(id(x), x) for x in numbers]))
    return result, flatten(result, "checkpoint", "the result of f")


class _Made:
    """The watcher that knows which operations are f's own."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def operation_done(self, primitive: Primitive, operands: Sequence[Any], result: Value) -> None:
        self.ids.add(id(result))

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        pass


class _Segment(Block):
    """One checkpointed call of f.

    Attributes:
        outputs: all numbers f returned.
        places: which of them are outputs of the block.
    """

    def __init__(
        self,
        name: str,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        numbers: list[Value | float],
        given: list[Value],
        outside: list[Value],
        outputs: list[float],
        places: list[int],
    ) -> None:
        super().__init__(f"checkpoint of {name}", [*numbers, *outside], len(places))
        self._f, self._args, self._arguments = f, unflatten(args, numbers), numbers
        self._given, self._outside = given, outside
        self.outputs = outputs
        self.places = places

    def values_at(self, numbers: Sequence[float]) -> list[float]:
        by_id = {id(x): Value(number) for x, number in zip(self.operands, numbers, strict=True)}
        with no_grad():
            outputs = self._called([by_id[id(x)] for x in self._given])
        return [number_of(outputs[i]) for i in self.places]

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        stand_ins, outputs = self._again(on_graph)
        sources = self._sources(stand_ins)
        pairs = [(y, u) for y, u in zip(outputs, cotangents, strict=True) if isinstance(y, Value) and u is not None]
        # As if f's operations stood in the graph: what has come to the inputs so far comes first.
        began = [(stand_ins.get(id(x), x), s) for x, s in zip(self.inputs, start, strict=True) if s]  # 0 is nothing yet
        sweep = reverse_sweep_on_graph if on_graph else reverse_sweep
        with SWEEP.lock, resumed():
            graph = Subgraph([y for y, _ in pairs], sources)
            found = dict(zip(map(id, sources), sweep(graph, [*began, *pairs], sources), strict=True))
        totals: list[Any] = []
        for x in self.inputs:  # one that f was given may be known to it from outside, too
            both = {id(x): x, id(stand_ins.get(id(x))): x}
            parts: list[Any] = [found[key] for key in both if found.get(key) is not None]
            totals.append(sum(parts[1:], parts[0]) if parts else None)
        return totals

    def push(self, tangents: Sequence[Any], on_graph: bool) -> list[Any]:
        stand_ins, outputs = self._again(on_graph)
        along = dict(zip(map(id, self.inputs), tangents, strict=True))
        along |= {id(stand_in): along[key] for key, stand_in in stand_ins.items()}
        sources = self._sources(stand_ins)
        seeds = [(x, along[id(x)]) for x in sources if along[id(x)] is not None]
        with SWEEP.lock, resumed():
            graph = Subgraph([y for y in outputs if isinstance(y, Value)], sources)
            return forward_sweep(graph, seeds, outputs, on_graph)

    def _sources(self, stand_ins: dict[int, Value]) -> list[Value]:
        return list({id(x): x for x in (*stand_ins.values(), *self._outside)}.values())

    def _again(self, on_graph: bool) -> tuple[dict[int, Value], list[Value | float]]:
        """f computed again: what stood in for the variables it was given (on the graph these themselves), its outputs.

        Raises:
            RuntimeError: if they are not those that it returned before.
        """
        inputs = (
            self._given if on_graph else [Value(n, x.label) for x, n in zip(self._given, self.numbers, strict=False)]
        )
        with resumed():
            outputs = self._called(inputs)
        now = [number_of(y) for y in outputs]
        if list(map(repr, now)) != list(map(repr, self.outputs)):  # repr: nan is as good as nan
            raise RuntimeError(
                f"{self.name}: f returned {self.outputs}, and now returns {now}; it must return the same again: "
                "change parameters after the backward pass, and pass random numbers as arguments"
            )
        return dict(zip(map(id, self._given), inputs, strict=True)), [outputs[i] for i in self.places]

    def _called(self, inputs: Sequence[Value]) -> list[Value | float]:
        return _call(self._f, self._args, self._arguments, self._given, inputs)[1]
