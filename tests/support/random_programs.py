"""Random functions as users write them, with branches, loops, structures and parameters, to be recorded and replayed.

A function is a list of steps, each applied to earlier results and to plain numbers; an earlier result is named by any
int, counted round and round, so that every list of steps is a function. Unlike the expressions of `expressions` the
steps steer Python: what a step does depends on the numbers it meets.
"""

from __future__ import annotations

import contextlib
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Value, checkpoint, grad, no_grad, stop_gradient, where
from autograd.transforms.tree import flatten
from support.expressions import apply_engine, apply_floats
from support.random_graphs import CORNERS

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
SELECTING = {
    "where",
    "maximum",
    "minimum",
    "clip",
    "relu",
    "leaky_relu",
    "elu",
    "amax",
    "take",
    "xlogy",
    "pow",
    "ieee_pow",
}
OWN = ("random_programs_softsign", "random_programs_cosine")
"""Two operations of a user's own: rules that can be compiled, and rules that must be called back."""


@contextlib.contextmanager
def own_operations() -> Iterator[None]:
    """The operations of `OWN` are in the table."""
    compiled, called = OWN
    autograd.primitive(
        compiled, lambda a: a / (1.0 + abs(a)), lambda a, y: ((1.0 - abs(y)) * (1.0 - abs(y)),), samples=[(2.0,)]
    )
    autograd.primitive(called, lambda a: math.cos(a), lambda a, y: (-math.sin(a),), samples=[(2.0,)])
    try:
        yield
    finally:
        for name in OWN:
            del PRIMITIVES[name]


@dataclass(frozen=True)
class Step:
    """One line of a function; an int among the operands is an earlier result, a float is a constant."""

    kind: str
    detail: str
    operands: tuple[int | float, ...]


@dataclass(frozen=True)
class Function:
    """A function of numbers in a structure.

    Attributes:
        form: of the arguments: "numbers", "list", "array" or "tree".
        result: its form: "number" or "tree".
        steps: what it does.
        parameters: the data of Values that it uses from outside.
    """

    form: str
    result: str
    steps: tuple[Step, ...]
    parameters: tuple[float, ...] = ()

    @property
    def selects(self) -> bool:
        """Whether a row may select among its operands, so that the graph is another at another point."""
        return any(x.kind == "condition" or (x.kind == "row" and x.detail in SELECTING) for x in self.steps)

    def run(self, numbers: Sequence[Any], parameters: Sequence[Any]) -> list[Any]:
        """The numbers, and the result of every step."""
        results = list(numbers)
        for step in self.steps:
            results.append(apply(step, results, parameters))
        return results

    def called_with(self, parameters: Sequence[Any]) -> Callable[..., Any]:
        """The function as a user's, of arguments in its form."""

        def f(*args: Any) -> Any:
            results = self.run(flatten([x for x in args if not isinstance(x, bool)], "f", "x"), parameters)
            y = results[-1]
            if self.result == "number":
                return y
            return {"y": y, "more": [results[0], (3.0, results[-2 % len(results)]), y]}

        return f

    def arguments(self, numbers: Sequence[Any]) -> tuple[Any, ...]:
        """The numbers in the form of the arguments."""
        if self.form == "numbers":
            return tuple(numbers)
        if self.form == "list":
            return (list(numbers),)
        if self.form == "array":
            return (np.array(numbers),)
        return {"a": numbers[0], "b": [*numbers[1:-1], (np.array(numbers[-1:]),)]}, True

    def batch(self, points: Sequence[Sequence[float]]) -> tuple[Any, ...]:
        """The arguments at many points, as `vmap` takes them with the points along the first axis."""
        columns = [np.array(column) for column in zip(*points, strict=True)]
        if self.form == "numbers":
            return tuple(columns)
        if self.form == "list":
            return (columns,)
        if self.form == "array":
            return (np.array(points),)
        return {"a": columns[0], "b": [*columns[1:-1], (columns[-1][:, None],)]}, True


def apply(step: Step, results: Sequence[Any], parameters: Sequence[Any]) -> Any:
    """The result of a step."""
    xs = [results[x % len(results)] if type(x) is int else x for x in step.operands]
    return KINDS[step.kind](step.detail, xs, parameters)


def _row(name: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    return (apply_engine if any(isinstance(x, Value) for x in xs) else apply_floats)(name, xs)


def _guarded(name: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    """An operation that would raise an error on the other way."""
    a, b = xs
    if name == "log":
        return autograd.log(a) if a > 0.0 else a * b
    if name == "sqrt":
        return b if a < 0.0 else autograd.sqrt(a) - b
    return a / b if b != 0.0 else a


def _if(sign: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    a, b, c, d = xs
    if SIGNS[sign](a, b):
        return c * d
    return c - d if c else d


def _condition(sign: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    a, b, c, d = xs
    return where(SIGNS[sign](a, b), c, d) + (a > c) * b


def _between(sign: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    a, b, c, d = xs
    if a < b < c or not a:
        return d
    return a + d


def _halved(sign: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    x, times = xs[0], 0
    while abs(x) > 1.0 and times < 5:
        x, times = 0.5 * x, times + 1
    return x + times


def _max(detail: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    return max(xs) if detail == "max" else min(xs, key=abs)


def _sorted(detail: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    ordered = sorted(xs)
    return ordered[0] - 2.0 * ordered[len(ordered) // 2]


def _without_gradient(detail: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    a, b, *_ = xs
    if detail == "detach":
        return (a.detach() if isinstance(a, Value) else a) * b
    if detail == "stop_gradient":
        return stop_gradient(a) + b
    with no_grad():
        c = a * b
    return c * a


def _derivative(detail: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    a, b, c, _ = xs
    return grad(lambda t: autograd.tanh(t * b) * c + t * t)(a)


def _parameter(detail: str, xs: list[Any], parameters: Sequence[Any]) -> Any:
    return xs[0] * parameters[int(detail) % len(parameters)] if parameters else xs[0]


KINDS: dict[str, Callable[[str, list[Any], Sequence[Any]], Any]] = {
    "row": _row,
    "guarded": _guarded,
    "if": _if,
    "condition": _condition,
    "between": _between,
    "halved": _halved,
    "max": _max,
    "sorted": _sorted,
    "without gradient": _without_gradient,
    "derivative": _derivative,
    "checkpoint": lambda detail, xs, parameters: checkpoint(lambda a, b: a * b + autograd.sin(a), xs[0], xs[1]),
    "parameter": _parameter,
}
_CHOICES: list[tuple[str, str, int]] = [
    *[("if", sign, 4) for sign in SIGNS],
    *[("condition", sign, 4) for sign in SIGNS],
    *[("max", name, 3) for name in ("max", "min")] * 2,
    *[("without gradient", name, 2) for name in ("detach", "stop_gradient", "no_grad")],
    *[("parameter", str(i), 1) for i in range(2)] * 2,
    *[("guarded", name, 2) for name in ("log", "sqrt", "div")] * 2,
    ("between", "", 4),
    ("halved", "", 1),
    ("sorted", "", 4),
    ("derivative", "", 4),
    ("checkpoint", "", 2),
]
_ARITHMETIC = ("add", "sub", "mul", "div")


def _rows() -> list[tuple[str, str, int]]:
    found = [("row", name, 2) for name in _ARITHMETIC] * 5 + [("row", name, 1) for name in OWN] * 2
    for name, row in PRIMITIVES.items():
        if not row.variadic:
            found.append(("row", name, len(row.operands)))
        elif name == "dot":
            found += [("row", name, 2), ("row", name, 4)]
        else:
            found += [("row", name, count) for count in (1, 2, 4)]
    return found


numbers = st.floats(-3.0, 3.0) | st.sampled_from(CORNERS)
finite = st.floats(allow_nan=False, allow_infinity=False)
any_numbers = st.floats()


@st.composite
def functions(
    draw: st.DrawFn, inputs: st.SearchStrategy[float] = numbers, result: str | None = None
) -> tuple[Function, list[list[float]]]:
    """A function of up to ten steps, and some points. At the first of them most raise no error.

    Args:
        inputs: where the points' numbers come from.
        result: the form of the result; None for any.
    """
    count = draw(st.integers(1, 4))
    points = draw(st.lists(st.lists(inputs, min_size=count, max_size=count), min_size=2, max_size=5))
    if draw(st.booleans()):  # near the first, so that many go the same way
        points[1:] = [
            [a + 0.01 * b if abs(b) < 1e6 else a for a, b in zip(points[0], p, strict=True)] for p in points[1:]
        ]
    parameters = draw(st.lists(numbers, max_size=2))
    operands = st.tuples(*[st.integers(0, 13) | st.integers(0, 13) | numbers] * 4)
    size = draw(st.integers(1, 10))
    lines = draw(st.lists(st.tuples(st.sampled_from(_CHOICES + _rows()), operands), min_size=size, max_size=size))
    steps = [Step(kind, detail, each[:n]) for (kind, detail, n), each in lines]
    form = draw(st.sampled_from(["numbers", "list", "array", "tree"]))
    made = Function(form, result or draw(st.sampled_from(["number", "tree"])), tuple(steps), tuple(parameters))
    if draw(st.integers(0, 4)):
        made = replace(made, steps=_without_errors(made, points[0]))
    return made, points


def _without_errors(made: Function, point: Sequence[float]) -> tuple[Step, ...]:
    """The steps but those that raise an error at the point."""
    kept: list[Step] = []
    results: list[Any] = list(map(Value, point))
    parameters = list(map(Value, made.parameters))
    for step in made.steps:
        with contextlib.suppress(ArithmeticError, ValueError):
            y = apply(step, results, parameters)
            results.append(y)
            kept.append(step)
    return tuple(kept)


def source(made: Function) -> str:
    """The steps as lines to be read."""
    return "\n".join(map(str, made.steps))
