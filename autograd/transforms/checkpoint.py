"""`checkpoint`: part of a computation that is done again in the backward pass instead of being kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.errors import describe_all
from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import HINT, operation_done, paused, resumed, watched
from autograd.engine.reductions import dot
from autograd.engine.value import Operands, Value
from autograd.transforms.tree import flatten, unflatten

# A checkpoint is one node of many operands and no number of its own, and one node for each output, on which it hangs.
_CHECKPOINT = Primitive("checkpoint", lambda xs: 0.0, lambda xs, y: (None,) * len(xs), variadic=True)
_OUTPUT = Primitive("checkpoint_output", lambda node, i: 0.0, lambda node, i, y: (None, None))


def checkpoint(f: Callable[..., Any], *args: Any) -> Any:
    """f(*args), of whose graph only the ends are kept; a backward pass computes f again.

    A loop of n operations in √n checkpoints of √n operations needs memory for 2√n, and one more evaluation. The
    gradients are those of the plain computation. f may use variables from outside, as a layer its parameters; results
    computed outside must be arguments. Nests.

    Args:
        f: a function that computes the same whenever it is called.
        args: numbers, Values, or nested lists, tuples, dicts and arrays of them.

    Raises:
        ValueError: if f uses a result computed outside.
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
    (201, True)
    """
    if paused():
        return f(*args)
    name = getattr(f, "__name__", "f")
    segment = _Segment(f, args)
    made = _Made()
    inputs = [Value(x.data, x.label) for x in segment.inputs]
    with watched(made):
        result, outputs = segment.call(inputs)
    segment.outputs = [y.data if isinstance(y, Value) else y for y in outputs]
    outside: list[Value] = []
    for node in topological_order(*(y for y in outputs if isinstance(y, Value)), until=inputs):
        if node.primitive is not None and id(node) not in made.ids:
            raise ValueError(
                f"checkpoint: {name} uses {node.primitive.name}({describe_all(node.operands)}), "
                "a result computed outside it; pass it as an argument"
            )
        if node.is_leaf and not node.is_constant:
            outside.append(node)
    if not (inputs or outside):
        return result
    joint = _record_segment(_CHECKPOINT, 0.0, [*segment.inputs, *outside], segment, f"checkpoint of {name}")
    kept = (
        _record_segment(_OUTPUT, y.data, [joint, float(i)], segment, f"{name}[{i}]")
        if isinstance(y, Value) and not y.is_constant
        else y
        for i, y in enumerate(outputs)
    )
    return unflatten(result, kept)


def _record_segment(primitive: Primitive, data: float, operands: list[Any], segment: Any, label: str) -> Value:
    """A node whose gradients `segment.sweep(node)` hands on in a backward pass.

    Args:
        primitive, data, label: of the node.
        operands: Values, to all of which gradients may flow, and floats.
    """
    node = Value(data, label)
    if HINT.open_blocks:
        operation_done(primitive, operands, node)
    node._primitive = primitive
    node._rest = Operands(operands, [], [x for x in operands if isinstance(x, Value)], [])
    node._rest.segment = segment
    return node


class _Made:
    """The watcher that knows which operations are f's own."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def operation_done(self, primitive: Primitive, operands: Sequence[Any], result: Value) -> None:
        self.ids.add(id(result))

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        pass


class _Segment:
    """One checkpointed call of f.

    Attributes:
        inputs: the variables among the arguments.
        outputs: the numbers f gave.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._f = f
        self._numbers = flatten(args, "checkpoint", "the arguments")
        self._args = unflatten(args, self._numbers)
        self.inputs = list({id(x): x for x in self._numbers if isinstance(x, Value) and not x.is_constant}.values())
        self._data = [x.data for x in self.inputs]
        self.outputs: list[float] = []
        self._seeds: dict[int, tuple[int, float]] = {}  # by output: the sweep it comes from, and its gradient

    def call(self, inputs: Sequence[Value]) -> tuple[Any, list[Value | float]]:
        """f's result and the numbers in it, with these variables for inputs."""
        stand_ins = {id(x): stand_in for x, stand_in in zip(self.inputs, inputs, strict=True)}
        result = self._f(*unflatten(self._args, (stand_ins.get(id(x), x) for x in self._numbers)))
        return result, flatten(result, "checkpoint", "the result of f")

    def outputs_again(self, inputs: Sequence[Value]) -> list[Value | float]:
        """The numbers f gives, recorded.

        Raises:
            RuntimeError: if they are not those that it gave before.
        """
        with resumed():
            _, outputs = self.call(inputs)
        now = [y.data if isinstance(y, Value) else y for y in outputs]
        if list(map(repr, now)) != list(map(repr, self.outputs)):  # repr: nan is as good as nan
            raise RuntimeError(
                f"checkpoint: {getattr(self._f, '__name__', 'f')} gave {self.outputs}, and now gives {now}; it must "
                "give the same again: change parameters after the backward pass, and pass random numbers as arguments"
            )
        return outputs

    def place(self, node: Value) -> tuple[Value, int | None]:
        """The joint, and which output the node is; None for the joint itself."""
        if node.primitive is _CHECKPOINT:
            return node, None
        joint, position = node.operands
        assert isinstance(joint, Value)
        assert isinstance(position, float)
        return joint, int(position)

    def sweep(self, node: Value) -> None:
        """Take the gradient of one output; at the joint, hand on what has come to all of them."""
        joint, position = self.place(node)
        if position is not None:
            self._seeds[position] = joint._sweep, node.grad
            return
        seeds = [(i, seed) for i, (sweep, seed) in sorted(self._seeds.items()) if sweep == node._sweep]
        self._seeds.clear()
        inputs = [Value(number, x.label) for number, x in zip(self._data, self.inputs, strict=True)]
        outputs = self.outputs_again(inputs)
        with resumed():
            weighted = dot([outputs[i] for i, _ in seeds], [seed for _, seed in seeds])
        # As if f's operations stood in the graph: what has come to the inputs so far comes first.
        for x, stand_in in zip(self.inputs, inputs, strict=True):
            stand_in.grad, x.grad = x.grad, 0.0
        weighted.backward()
        for x, stand_in in zip(self.inputs, inputs, strict=True):
            x.grad += stand_in.grad
