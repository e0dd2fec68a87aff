"""Random expressions over the whole table, and what they are worth in floats, in Values and in many digits.

An expression is a straight-line program: each step applies a row to earlier results (so that results are shared) and to
plain numbers. It is run by handing every step to a function `apply(name, operands)`.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Value
from support.formulas import many_digits

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": abs,
}
STEPS: dict[str, Callable[..., Any]] = {
    "mod": operator.mod,
    "floordiv": operator.floordiv,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
}
_BUILT_IN = OPERATORS | STEPS


@dataclass(frozen=True)
class Step:
    """One operation; an int among the operands is an earlier result, a float is a constant."""

    name: str
    operands: tuple[int | float, ...]


@dataclass(frozen=True)
class Expression:
    """Numbers to start from, and steps; the last result is what the expression is worth."""

    leaves: tuple[float, ...]
    steps: tuple[Step, ...] = ()

    def run(self, leaves: Sequence[Any], apply: Callable[[str, list[Any]], Any]) -> list[Any]:
        """The leaves and the result of every step."""
        results = list(leaves)
        for step in self.steps:
            results.append(apply(step.name, [results[x] if type(x) is int else x for x in step.operands]))
        return results


def apply_engine(name: str, operands: list[Any]) -> Any:
    """A step as a user of the engine writes it."""
    if name in _BUILT_IN:
        return _BUILT_IN[name](*operands)
    if name == "dot":
        half = len(operands) // 2
        return autograd.dot(operands[:half], operands[half:])
    if PRIMITIVES[name].variadic:
        return getattr(autograd, name)(operands)
    return PRIMITIVES[name](*operands)


def apply_floats(name: str, operands: list[float]) -> float:
    """A step in Python's floats: operators, functions of `math`, loops; a row on floats where Python has neither."""
    if name in _BUILT_IN:
        result = _BUILT_IN[name](*operands)
        if isinstance(result, complex):
            raise ValueError("complex")
        return float(result)
    if name in ("sum", "mean", "prod"):
        start, combine = (1.0, operator.mul) if name == "prod" else (0.0, operator.add)
        total = functools.reduce(combine, operands, start)
        return total / len(operands) if name == "mean" else total
    if name == "dot":
        half = len(operands) // 2
        return functools.reduce(operator.add, map(operator.mul, operands[:half], operands[half:]), 0.0)
    if name == "norm":
        return math.hypot(*operands)
    return getattr(math, name, PRIMITIVES[name])(*operands)


def apply_many_digits(name: str, operands: list[Any]) -> Any:
    """A step in mpmath's numbers, by the textbook's definition; a ValueError where it leaves the real numbers."""
    result = many_digits(name, len(operands))(*operands)
    if not (isinstance(result, mpmath.mpf | int) and mpmath.isfinite(result)):
        raise ValueError(f"{name} is {result}")
    return mpmath.mpf(result)


# ---------------------------------------------------------------------------------------------------------------------
# Strategies


def _arity(draw: st.DrawFn, name: str) -> int:
    row = PRIMITIVES[name]
    if not row.variadic:
        return len(row.operands)
    count = draw(st.integers(1, 4))
    return 2 * count if name == "dot" else count


@st.composite
def expressions(draw: st.DrawFn, numbers: st.SearchStrategy[float], keep: Callable[[float], bool]) -> Expression:
    """Expressions of up to twelve steps.

    Args:
        numbers: where leaves and constants come from.
        keep: whether a step with this result is kept; one that raises comes as NaN.
    """
    leaves = tuple(draw(st.lists(numbers, min_size=1, max_size=4)))
    results = list(leaves)
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(sorted(PRIMITIVES.keys() - {"stop_gradient"})))  # not what differences find
        references = st.integers(0, len(results) - 1)
        operands = [draw(references if draw(st.booleans()) else numbers) for _ in range(_arity(draw, name))]
        if all(type(x) is float for x in operands):
            operands[draw(st.integers(0, len(operands) - 1))] = draw(references)
        try:
            result = apply_floats(name, [results[x] if type(x) is int else x for x in operands])
        except (ArithmeticError, ValueError):
            result = math.nan
        if keep(result):
            results.append(result)
            steps.append(Step(name, tuple(operands)))
    return Expression(leaves, tuple(steps))


any_expressions = expressions(st.floats(width=64) | st.floats(-3.0, 3.0), keep=lambda result: True)
"""Anything, with infinities, NaNs and steps that raise."""

tame_expressions = expressions(
    st.floats(0.05, 3.0) | st.floats(-3.0, -0.05), keep=lambda result: math.isfinite(result) and abs(result) < 1e3
)
"""Defined, and of moderate size, at every step."""


# ---------------------------------------------------------------------------------------------------------------------
# The derivative in many digits


# How far a row is from the points where its derivative jumps or is infinite.
def _from_whole(a: Any, b: Any = 1) -> Any:
    return a / b - mpmath.nint(a / b)


def _from_half_of(step: Any, a: Any) -> Any:
    return step * _from_whole(a / step + 0.5)


_MARGINS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(["floor", "ceil", "trunc", "mod", "floordiv", "fmod"], _from_whole),
    "round": lambda a: _from_half_of(1, a),
    "round_digits": lambda a, n: min(abs(_from_half_of(10 ** mpmath.nint(-n), a)), abs(_from_whole(n + 0.5))),
    "sign": lambda a: a,
    "abs": lambda a: a,
    "relu": lambda a: a,
    "leaky_relu": lambda a, slope: a,
    "elu": lambda a, alpha: a,
    "where": lambda condition, a, b: condition,
    "maximum": lambda a, b: a - b,
    "minimum": lambda a, b: a - b,
    "clip": lambda a, low, high: min(abs(a - low), abs(a - high)),
    "atan2": lambda a, b: abs(a) + (b > 0),
    "hypot": lambda a, b: abs(a) + abs(b),
    "norm": lambda *xs: sum(map(abs, xs)),
    "cosine": lambda a, b: b,
    "xlogy": lambda a, b: abs(a) + (b > 0),
    "amax": lambda *xs: max(xs) - sorted([min(xs) - 1, *xs])[-2],
    "pow": lambda a, b: a,
    "ieee_pow": lambda a, b: a,
    "sqrt": lambda a: a,
    "cbrt": lambda a: a,
    "asin": lambda a: 1 - abs(a),
    "acos": lambda a: 1 - abs(a),
    "acosh": lambda a: a - 1,
}


def is_smooth_and_well_conditioned(expression: Expression) -> bool:
    """Whether a derivative exists at the leaves, and floats are able to find it.

    No step lies within 1e-6 of a jump or a pole of a derivative, and rounding has moved no result by more than 1e-11
    of itself: what a gradient is made of, the partials at these results, is then as good.
    """
    margins: list[Any] = []

    def apply(name: str, operands: list[Any]) -> Any:
        if name in _MARGINS:
            margins.append(abs(_MARGINS[name](*operands)))
        return apply_many_digits(name, operands)

    rounded = expression.run(expression.leaves, apply_floats)
    for step in expression.steps:
        if step.name in ("pow", "ieee_pow") and type(step.operands[1]) is int:
            base = step.operands[0]
            if (rounded[base] if type(base) is int else base) <= 0.0:
                return False  # by the exponent, a power of a negative base has no derivative: NaN by convention
    with mpmath.workdps(60):
        try:
            results = expression.run(list(map(mpmath.mpf, expression.leaves)), apply)
        except (ArithmeticError, ValueError):
            return False  # rounding has brought it inside the domain
        return min(margins, default=1.0) > 1e-6 and all(
            abs(x - y) <= 1e-11 * abs(y) for x, y in zip(rounded, results, strict=True)
        )


def derivative(expression: Expression, i: int) -> float | None:
    """The derivative by a leaf: a central difference with a step of 1e-20 in 60 digits, good to some 1e-30.

    None where the expression leaves the real numbers on one side, and there is no derivative.
    """
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -20
        ends = []
        for sign in (1, -1):
            leaves = list(map(mpmath.mpf, expression.leaves))
            leaves[i] += sign * step
            try:
                ends.append(expression.run(leaves, apply_many_digits)[-1])
            except (ArithmeticError, ValueError):
                return None
        return float((ends[0] - ends[1]) / (2 * step))


def size_of_gradient(y: Value, x: Value) -> float:
    """The gradient by x if no two paths cancelled, the sum of the absolute products: rounding is relative to this.

    A partial counts for at least 1e-7. In the flat tails, 1 − tanh² and σ(1 − σ) are exact as numbers of size 1 are,
    not relative to how small they are.
    """
    sizes = {id(y): 1.0}
    for node in reversed(autograd.topological_order(y)):
        for operand, partial in zip(node.operands, node.partials, strict=True):
            if partial is not None:
                sizes[id(operand)] = sizes.get(id(operand), 0.0) + sizes.get(id(node), 0.0) * max(abs(partial), 1e-7)
    return sizes.get(id(x), 0.0)
