"""`gradcheck`: derivatives proved by differences, down to the one operation that is wrong."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.engine.errors import describe, describe_all
from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import no_grad
from autograd.engine.value import Value
from autograd.transforms.anomaly import kinks
from autograd.transforms.functional import jacobian
from autograd.transforms.linearize import Function
from autograd.transforms.tree import flatten, located, unflatten

Numeric = Callable[[list[float]], list[float]]


def gradcheck(f: Function, *args: Any, order: int = 1) -> bool:
    """Compare the derivatives of f with central differences, extrapolated to step 0.

    The steps follow the size of each number; where f can't be evaluated beside it, smaller ones are taken.

    Args:
        f: a function that returns numbers, however nested.
        args: what to call it with: numbers, or nested lists, tuples, dicts and arrays of them.
        order: 1 to check the first derivatives, 2 to check the derivatives of those.

    Returns:
        True.

    Raises:
        AssertionError: for a difference above one part in a million (and the differences' own error). It names the
            worst input, both numbers, and the first operation whose local derivative is to blame.
        ValueError: if f can't be evaluated on both sides of a number, or the order is neither 1 nor 2.

    >>> gradcheck(lambda x: x[0] * x[1], [2.0, 3.0], order=2)
    True
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, got {order!r}")
    places = [place for i, x in enumerate(args) for place, _ in located(x, x, "gradcheck", f"argument {i}")]
    point = [x.data if isinstance(x, Value) else x for x in flatten(args, "gradcheck", "the arguments")]

    def outputs(xs: Sequence[Any]) -> list[Any]:
        return flatten(f(*unflatten(args, xs)), "gradcheck", "the result of f")

    def gradients(xs: Sequence[Any]) -> list[Any]:
        return [slope for row in jacobian(outputs)(list(xs)) for slope in row]

    checked = outputs if order == 1 else gradients

    def numeric(xs: list[float]) -> list[float]:
        with no_grad():
            return [y.data if isinstance(y, Value) else y for y in checked([Value(x) for x in xs])]

    rows = jacobian(checked)(point)
    worst, message = 1.0, ""
    for j, place in enumerate(places):
        for i, estimates in enumerate(_differences(numeric, point, j)):
            excess = min(estimate.excess(rows[i][j]) for estimate in estimates)
            if excess > worst:
                what = f"output {i} of f" if order == 1 else f"first derivative {i} of f"
                worst = excess
                message = f"the derivative of {what} by {place} = {point[j]!r} is {rows[i][j]!r}, but {min(estimates)}"
    if message:
        variables = list(map(Value, point))
        reason = _kink(outputs(variables)) or _culprit(checked(variables)) or _UNRECORDED
        raise AssertionError(f"gradcheck: {message}; {reason}")
    return True


_UNRECORDED = (
    "the local derivative of every operation is right, so something between them is not recorded: "
    "look for .data, detach(), no_grad() or math"
)


def _kink(outputs: list[Any]) -> str:
    met = kinks(*(y for y in outputs if isinstance(y, Value)))
    return f"f is at a kink, {met[0]}, where differences prove nothing: check at another point" if met else ""


class _Estimate(NamedTuple):
    """A derivative by differences: how far it may be off, the number, and the least that can be told from zero."""

    error: float
    derivative: float
    least: float

    def excess(self, exact: float) -> float:
        """How many times the tolerated difference the exact derivative is away."""
        if exact == self.derivative:
            return 0.0
        size = max(abs(exact), abs(self.derivative))
        tolerance = 1e-6 * size + 10.0 * min(self.error, 1e-4 * size + self.least)
        return abs(exact - self.derivative) / tolerance if math.isfinite(tolerance) else math.inf

    def __str__(self) -> str:
        return f"{self.derivative!r} ± {self.error:.1g} by differences"


def _differences(f: Numeric, point: list[float], j: int) -> list[list[_Estimate]]:
    """The derivative of each output by number j, estimated on the scale of that number and on the scale of 1.

    Central differences at steps that shrink by 4, extrapolated to step 0: C. J. F. Ridders, Accurate computation of
    F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982).

    Raises:
        ValueError: if f can't be evaluated beside the point.
    """
    x = point[j]
    found: list[list[_Estimate]] = []
    for scale in {max(abs(x), 1.0), abs(x) or 1.0}:
        tables: list[list[float]] = []  # per output: the last row of the extrapolations
        best: list[_Estimate] = []
        for step in (scale * 0.25**k for k in range(2, 12)):
            high, low = x + step, x - step
            try:
                above, below = (f([*point[:j], beside, *point[j + 1 :]]) for beside in (high, low))
            except (ValueError, ArithmeticError):
                continue
            if not all(map(math.isfinite, above + below)):
                continue
            tables = tables or [[] for _ in above]
            best = best or [_Estimate(math.inf, math.nan, math.inf) for _ in above]
            for i, (up, down) in enumerate(zip(above, below, strict=True)):
                row = [(up - down) / (high - low)]
                size = max(abs(up), abs(down))
                noise = 4.0 * sys.float_info.epsilon * size / (high - low)
                for k, coarse in enumerate(tables[i]):
                    row.append(row[k] + (row[k] - coarse) / (16.0 ** (k + 1) - 1.0))
                    error = max(noise, abs(row[-1] - row[k]), abs(row[-1] - coarse))
                    best[i] = min(best[i], _Estimate(error, row[-1], 1e-8 * size / max(abs(x), 1.0)))
                tables[i] = row
        if best:
            found.append(best)
    if not found:
        raise ValueError(f"gradcheck: f can't be evaluated on both sides of {x!r}; check at another point")
    return [list(estimates) for estimates in zip(*found, strict=True)]


def _culprit(outputs: list[Any]) -> str:
    """The first operation below the outputs whose local derivative is not that of its value."""
    for node in topological_order(*(y for y in outputs if isinstance(y, Value))):
        row = node.primitive
        if row is None:
            continue
        numbers = [x.data if isinstance(x, Value) else x for x in node.operands]

        def value(xs: list[float], row: Primitive = row) -> list[float]:
            return [row.value_at(xs, xs)]

        for i, (operand, partial) in enumerate(zip(node.operands, node.partials, strict=True)):
            if partial is None:
                continue
            try:
                (estimates,) = _differences(value, numbers, i)
            except ValueError:
                continue  # at the edge of its domain
            if min(estimate.excess(partial) for estimate in estimates) > 1.0:
                return (
                    f"the first operation to blame is {row.name}({describe_all(node.operands)}): its local derivative "
                    f"by {describe(operand)} is {partial!r}, but {min(estimates)}"
                )
    return ""
