"""Where numbers go bad: the operation that first returned inf or NaN, the edge where a gradient became one, kinks."""

from __future__ import annotations

import linecache
import math
import sys
from collections.abc import Sequence
from typing import NamedTuple

from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import watched
from autograd.engine.value import Value, number_of
from autograd.support.errors import describe, describe_all
from autograd.support.source import users_frame
from autograd.transforms.chain_rule import contributions, edges_down, reached


def detect_anomaly() -> watched:
    """Stop inside the block at the first number that goes bad, and say where it was computed.

    Forward that is the first operation that returns NaN from numbers, or an infinity from finite numbers; backward the
    first edge over which a gradient that was a number turns NaN, mostly 0 times infinity. Leaves' gradients are then
    untouched. Slow: to find a fault, not for every day.

    Raises (from the operation, or from `backward`):
        FloatingPointError: naming operation, operands, and the line of code.

    >>> x = Value(0.0, label="x")
    >>> try:
    ...     with detect_anomaly():
    ...         (x * x).sqrt().backward()
    ... except FloatingPointError as error:
    ...     print(str(error).partition(";")[0])
    backward: the gradient of mul(x = 0.0, x = 0.0) is inf, times the local derivative 0.0 by x = 0.0 makes nan
    """
    return watched(_Detector())


class Kink(NamedTuple):
    """An operation at a point where its derivative is a matter of convention."""

    node: Value
    convention: str

    def __str__(self) -> str:
        return f"{_call(self.node.primitive, self.node.operands)}: {self.convention}"


def kinks(*outputs: Value) -> list[Kink]:
    """Which conventions of the table decided about derivatives on the way to the outputs.

    >>> x = Value(0.0, label="x")
    >>> [str(kink) for kink in kinks(abs(x) + x.relu() + x * 2.0)]
    ['abs(x = 0.0): 0 at 0, the second NaN', 'relu(x = 0.0): 0 at 0']
    """
    order = topological_order(*outputs)
    live = reached(order, outputs)
    found: list[Kink] = []
    for node in order:
        row = node.primitive
        if row is not None and row.at_kink is not None and node in live:
            numbers = tuple(map(number_of, node.operands))
            if row.at_kink(numbers) if row.variadic else row.at_kink(*numbers):
                found.append(Kink(node, row.convention))
    return found


class _Detector:
    """The watcher of a `detect_anomaly` block."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[Value, str, int]] = {}  # where each node was made; the nodes are kept alive

    def operation_done(self, primitive: Primitive, operands: Sequence[Value | float], result: Value) -> None:
        frame = users_frame(sys._getframe())
        self._lines[id(result)] = result, frame.f_code.co_filename, frame.f_lineno
        y = number_of(result)
        if math.isfinite(y):
            return
        numbers = list(map(number_of, operands))
        good = not any(map(math.isnan, numbers)) if math.isnan(y) else all(map(math.isfinite, numbers))
        if good:
            raise FloatingPointError(f"{_call(primitive, operands)} is {y!r}{self._place(result)}")

    def sweep_starts(self, order: Sequence[Value], seeds: Sequence[tuple[Value, float]]) -> None:
        """Run the sweep in numbers of its own, before it touches a gradient."""
        starts: dict[Value, float] = {}
        for output, seed in seeds:
            starts[output] = starts.get(output, 0.0) + seed
        for edge, upstream, term, old, new in contributions(reversed(order), starts, edges_down):
            if math.isnan(new) and old == old and not math.isnan(upstream):  # old: None, or a number
                reason = f"times the local derivative {edge.partial!r} by {describe(edge.below)}"
                if not math.isnan(term):
                    reason += f", added to {old!r} from other operations,"
                raise FloatingPointError(
                    f"backward: the gradient of {_call(edge.above.primitive, edge.above.operands)} is {upstream!r}, "
                    f"{reason} makes nan{self._place(edge.above)}"
                )

    def _place(self, node: Value) -> str:
        if id(node) not in self._lines:
            return "; computed before the detect_anomaly() block"
        _, file, line = self._lines[id(node)]
        return f'; computed in "{file}", line {line}: {linecache.getline(file, line).strip()}'


def _call(primitive: Primitive | None, operands: Sequence[Value | float]) -> str:
    assert primitive is not None
    return f"{primitive.name}({describe_all(operands)})"
