"""`gradcheck`: derivatives proved by differences, down to the one operation that is wrong."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import no_grad
from autograd.engine.value import Value, number_of
from autograd.support.errors import describe, describe_all, one_line, shown
from autograd.transforms.anomaly import kinks
from autograd.transforms.chain_rule import contributions, edges_down, totals
from autograd.transforms.functional import jacobian
from autograd.transforms.linearize import Function
from autograd.transforms.tree import flatten, located, unflatten

Numeric = Callable[[list[float]], list[float]]


def gradcheck(f: Function, *args: Any, order: int = 1) -> bool:
    """Compare the derivatives of f with central differences, extrapolated to step 0.

    Steps from a quarter of each number down to the spacing of floats beside it find f's own scale; differences are
    believed where they agree with each other and with those at smaller steps. That evaluates f (its gradient, for
    order 2) at most 52 times for each number of size 1 or more, 104 times for a smaller one.

    Args:
        f: a function that returns numbers, however nested.
        args: what to call it with: numbers, or nested lists, tuples, dicts and arrays of them.
        order: 1 to check the first derivatives, 2 to check the derivatives of those.

    Returns:
        True.

    Raises:
        AssertionError: for a difference above one part in a million (and the differences' own error), or a derivative
            that is infinite or NaN. It names the worst input, both numbers, and the first operation whose local
            derivative is to blame.
        ValueError: if f can't be evaluated on both sides of a number, the differences agree at no step (f jumps, or
            is noise), or the order is neither 1 nor 2.

    >>> gradcheck(lambda x: x[0] * x[1], [2.0, 3.0], order=2)
    True
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, got {shown(order)}")
    places = [place for i, x in enumerate(args) for place, _ in located(x, x, "gradcheck", f"argument {i}")]
    point = list(map(number_of, flatten(args, "gradcheck", "the arguments")))

    def outputs(xs: Sequence[Any]) -> list[Any]:
        return flatten(f(*unflatten(args, xs)), "gradcheck", "the result of f")

    def gradients(xs: Sequence[Any]) -> list[Any]:
        return [slope for row in jacobian(outputs)(list(xs)) for slope in row]

    checked = outputs if order == 1 else gradients

    def numeric(xs: list[float]) -> list[float]:
        with no_grad():
            return list(map(number_of, checked(list(map(Value, xs)))))

    rows = [list(map(number_of, row)) for row in jacobian(checked)(point)]  # f may use Values from outside
    recorded = checked(list(map(Value, point)))
    sizes = list(map(_rounded, recorded))
    worst, message, unsettled = 1.0, "", ""
    for j, place in enumerate(places):
        for i, estimates in enumerate(_differences(numeric, point, j, sizes)):
            what = f"output {i} of f" if order == 1 else f"first derivative {i} of f"
            what = f"the derivative of {what} by {one_line(place, 120)} = {point[j]!r}"
            excess, estimate = _compared(rows[i][j], estimates)
            if excess > 1.0 and not estimate.sure:
                unsettled = unsettled or f"{what} is {rows[i][j]!r}, and differences can't tell: they agree at no step"
            elif excess > worst:
                worst, message = excess, f"{what} is {rows[i][j]!r}, but {estimate}"
    if not message and not unsettled:
        return True
    reason = _kink(outputs(list(map(Value, point)))) or _culprit(recorded)
    if reason or message:
        raise AssertionError(f"gradcheck: {message or unsettled}; {reason or _UNRECORDED}")
    raise ValueError(f"gradcheck: {unsettled}, so f jumps there, or is noise; check at another point")


_UNRECORDED = (
    "the local derivative of every operation is right, so something between them is not recorded: "
    "look for .data, detach(), no_grad() or math"
)


def _kink(outputs: list[Any]) -> str:
    met = kinks(*(y for y in outputs if isinstance(y, Value)))
    return (
        f"f is at a kink, {one_line(str(met[0]), 400)}, where differences prove nothing: check at another point"
        if met
        else ""
    )


class _Estimate(NamedTuple):
    """A derivative by differences, and how far it may be off.

    `size` is what the values of f divided by the step are; `rounded` the same of the numbers they were rounded from.
    """

    error: float
    derivative: float
    size: float = 0.0
    rounded: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether it is sure enough to confirm a derivative, to one part in ten thousand."""
        return 10.0 * self.error <= 1e-4 * abs(self.derivative) + 1e-8 * max(self.size, self.rounded)

    @property
    def sure(self) -> bool:
        """Whether it is sure enough to refute one: not if the values of f are themselves hardly more than roundoff."""
        return 10.0 * self.error <= 1e-4 * abs(self.derivative) + 1e-8 * self.size

    def contradicted(self, other: _Estimate) -> bool:
        """Whether another, far surer than the two are apart, is a different number."""
        return 1e4 * other.error < abs(self.derivative - other.derivative) > 10.0 * self.error

    def excess(self, exact: float) -> float:
        """How many times the tolerated difference the exact derivative is away."""
        if exact == self.derivative:
            return 0.0
        if not math.isfinite(exact):
            return math.inf
        tolerance = 1e-6 * max(abs(exact), abs(self.derivative)) + 10.0 * self.error
        return abs(exact - self.derivative) / tolerance if tolerance > 0.0 else math.inf

    def __str__(self) -> str:
        return f"{self.derivative!r} ± {self.error:.1g} by differences"


def _compared(exact: float, estimates: list[_Estimate]) -> tuple[float, _Estimate]:
    """How far the derivative is from the nearest of its estimates, in tolerances, and the estimate."""
    return min([(estimate.excess(exact), estimate) for estimate in estimates], default=(math.inf, _UNKNOWN))


_UNKNOWN = _Estimate(math.inf, math.nan)
_DEPTH = 4  # so many larger steps go into an extrapolation


class _Sample(NamedTuple):
    """One output at two points, `width` apart, with the number in the middle, and what it was rounded from."""

    width: float
    above: float
    below: float
    rounded: float

    @property
    def size(self) -> float:
        return max(abs(self.above), abs(self.below))

    @property
    def slope(self) -> float:
        return (self.above - self.below) / self.width

    @property
    def roundoff(self) -> float:
        return 4.0 * sys.float_info.epsilon * max(self.size, self.rounded) / self.width


def _differences(f: Numeric, point: list[float], j: int, sizes: list[float]) -> list[list[_Estimate]]:
    """The derivative of each output by number j: one estimate, none, or two where the values don't tell which.

    Args:
        f: the function of all numbers of the point.
        point, j: where to differentiate, and by which number.
        sizes: what each output was rounded from, if that is more than the output.

    Raises:
        ValueError: if f can't be evaluated beside the point.
    """
    x = point[j]
    samples: list[list[_Sample]] = []
    for step in _steps(x):
        high, low = x + step, x - step
        try:
            above, below = (f([*point[:j], number, *point[j + 1 :]]) for number in (high, low))
        except (ValueError, ArithmeticError):
            continue
        beside = [_Sample(high - low, *numbers) for numbers in zip(above, below, sizes, strict=True)]
        if all(math.isfinite(sample.slope) for sample in beside):
            samples.append(beside)
    if len(samples) < 3:
        raise ValueError(f"gradcheck: f can't be evaluated on both sides of {x!r}; check at another point")
    return [_estimates(list(output)) for output in zip(*samples, strict=True)]


def _steps(x: float) -> list[float]:
    """Powers of 4 from a quarter of x, and of 1 if that is more, down to the spacing of floats: then x ± step is exact.

    Which one suits f is not known beforehand: it may change on the scale of |x|, of 1, or on any smaller one.
    """
    scales = (math.frexp(number)[1] - 3 for number in (abs(x) or 1.0, max(abs(x), 1.0)))
    steps = {math.ldexp(1.0, scale - 2 * k) for scale in scales for k in range(26)}
    return sorted((step for step in steps if x - step < x < x + step), reverse=True)


def _rounded(y: Any) -> float:
    """Σ |dy/dv · v| over the operations v below y, each of which rounds its result: what y's roundoff is in scale with.

    S. Linnainmaa, Taylor expansion of the accumulated rounding error, BIT 16 (1976).
    """
    if not isinstance(y, Value):
        return 0.0
    seeds = {y: 1.0}
    adjoints = seeds | totals(contributions(reversed(topological_order(y)), seeds, edges_down))
    total = sum(abs(adjoint) * _largest(node) for node, adjoint in adjoints.items() if not node.is_leaf)
    return total if math.isfinite(total) else 0.0


def _largest(node: Value) -> float:
    """The size of an operation's result, and of the terms that may have cancelled in it."""
    if node.primitive is not None and node.primitive.variadic:
        return sum(abs(x.data * partial) for x, partial in node.edges)
    return 0.0 if any(abs(x.data) == abs(node.data) for x, _ in node.edges) else abs(node.data)


def _estimates(samples: list[_Sample]) -> list[_Estimate]:
    """The derivative of one output, from samples at shrinking steps.

    Each step, extrapolated with the few before it, makes an estimate. Too large a step may find nothing but the flat
    tail of f, and too small a one nothing but roundoff; so an estimate is off by as much as the extrapolations
    differ, by the roundoff that smaller steps show, and by what it disagrees with theirs. The least of these wins:
    C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982), and
    O. V. Lepskii's comparison with all smaller steps, Theory of Probability and its Applications 35 (1991).
    """
    flat: list[_Estimate] = []  # f doesn't change at all over the smallest steps
    width = 0.0
    while samples and samples[-1].above == samples[-1].below:
        last = samples.pop()
        width = last.width
        flat = [_Estimate(last.roundoff, 0.0, max(last.size, last.rounded) / width)]
    noise = abs(samples[-1].slope) * width if samples else 0.0  # of the values, as all smaller steps show it
    finer: list[_Estimate] = []
    found: list[_Estimate] = []
    for sample, (error, slope) in reversed(_extrapolated(samples)):
        noise = max(noise, error * sample.width)
        width = sample.width
        estimate = _Estimate(noise / width, slope, sample.size / width, sample.rounded / width)
        if estimate.settled and not any(estimate.contradicted(other) for other in finer):
            found = [min([*found, estimate])]
        finer.append(estimate)
    # Flat within roundoff tells nothing new; if not, f has a corner beside the point, or its noise comes in steps.
    return found + [still for still in flat if all(abs(x.derivative) > 10.0 * (x.error + still.error) for x in found)]


def _extrapolated(samples: list[_Sample]) -> list[tuple[_Sample, tuple[float, float]]]:
    """Each sample but the first with the best extrapolation to step 0 that ends at it: its error, and the slope."""
    found: list[tuple[_Sample, tuple[float, float]]] = []
    before: list[float] = []  # the extrapolations that end one sample earlier
    for k, sample in enumerate(samples):
        row = [sample.slope]
        fits: list[tuple[float, float]] = []
        for m, coarse in enumerate(before[:_DEPTH]):
            ratio = samples[k - m - 1].width / sample.width
            row.append(row[m] + (row[m] - coarse) / (ratio * ratio - 1.0))
            error = max(sample.roundoff, abs(row[m + 1] - row[m]), abs(row[m + 1] - coarse))
            fits.append((error, row[m + 1]))
        if fits:
            found.append((sample, min(fits)))
        before = row
    return found


def refuted(row: Primitive, numbers: list[float], i: int, partial: float, size: float = 0.0) -> _Estimate | None:
    """What the local derivative of a row is by differences; None where they agree with the partial, or can't tell.

    Args:
        row: the operation.
        numbers: its operands.
        i: by which of them.
        partial: what its rule says.
        size: what its value was rounded from, if that is more than the value.
    """

    def value(xs: list[float]) -> list[float]:
        return [row.value_at(xs, xs)]

    try:
        (estimates,) = _differences(value, numbers, i, [size])
    except (TypeError, ValueError):
        return None  # at the edge of its domain, or of a mapped call, which can't be computed elsewhere
    excess, estimate = _compared(partial, estimates)
    return estimate if excess > 1.0 and estimate.sure else None


def _culprit(outputs: list[Any]) -> str:
    """The first operation below the outputs whose local derivative is not that of its value."""
    for node in topological_order(*(y for y in outputs if isinstance(y, Value))):
        row = node.primitive
        if row is None:
            continue
        numbers = list(map(number_of, node.operands))
        for edge in edges_down(node):
            estimate = refuted(row, numbers, edge.position or 0, edge.partial, _largest(node))
            if estimate is not None:
                return (
                    f"the first operation to blame is {one_line(row.name)}({describe_all(node.operands)}): "
                    f"its local derivative by {describe(edge.below)} is {edge.partial!r}, but {estimate}"
                )
    return ""
