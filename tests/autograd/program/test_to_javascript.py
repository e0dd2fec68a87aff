"""The JavaScript of a program, run by node: values and gradients are Python's to within rounding, branches are told."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from autograd import PRIMITIVES, Value, dot, exp, jit, primitive, relu, sqrt, take, tanh, where
from autograd.engine.value import number_of
from autograd.program.program import Program
from autograd.program.to_javascript import to_javascript
from support.expressions import apply_engine
from support.random_graphs import random_graph, together

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="no `node` to run JavaScript with")

_RUN = """
const hear = (x) => (typeof x === "string" ? Number(x) : x);
const tell = (x) => (Number.isFinite(x) && !Object.is(x, -0) ? x : Object.is(x, -0) ? "-0" : String(x));
const results = POINTS.map((point) => {
  const inputs = point.map(hear);
  const p = Float64Array.from(inputs.slice(0, PARAMETERS)), x = Float64Array.from(inputs.slice(PARAMETERS));
  const v = new Float64Array(COUNT), g = new Float64Array(PARAMETERS), at = (slot) =>
    slot < 0 ? hear(CONSTANTS[-1 - slot]) : slot < inputs.length ? inputs[slot] : v[slot - inputs.length];
  let guard = CODE.guards(p, x);
  for (const values of CODE.values) if (guard < 0) guard = values(p, x, v);
  const gradients = OUTPUTS.map((slot) => {
    const a = new Float64Array(COUNT).fill(-0);
    g.fill(-0);
    if (slot >= inputs.length) a[slot - inputs.length] = 1;
    for (const adjoints of CODE.adjoints) adjoints(p, x, v, a, g);
    return [...g].map((number) => tell(number + 0));
  });
  return [guard, OUTPUTS.map((slot) => tell(at(slot))), gradients];
});
console.log(JSON.stringify(results));
"""


class Result(NamedTuple):
    """What JavaScript makes of a point: the guard that fails or -1, outputs, the gradient of each by parameters."""

    guard: int
    outputs: list[float]
    gradients: list[list[float]]


def run(
    program: Program, points: Sequence[Sequence[float]], parameters: int | None = None, first: int = 0
) -> list[Result]:
    count = len(program.inputs) if parameters is None else parameters
    told = {
        "POINTS": [list(map(spelled, point)) for point in points],
        "PARAMETERS": count,
        "COUNT": len(program),
        "CONSTANTS": list(map(spelled, program.constants)),
        "OUTPUTS": list(program.outputs),
    }
    lines = [f"const {name} = {json.dumps(thing)};" for name, thing in told.items()]
    script = "\n".join(['"use strict";', f"const CODE = {to_javascript(program, count, first)};", *lines, _RUN])
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Result(*heard(result)) for result in json.loads(done.stdout)]


def spelled(number: float) -> float | str:
    return number if math.isfinite(number) else repr(number).replace("inf", "Infinity")


def heard(thing: Any) -> Any:
    if isinstance(thing, list):
        return [heard(part) for part in thing]
    return float(thing.replace("Infinity", "inf")) if isinstance(thing, str) else thing


def eager(f: Callable[..., Any], numbers: Sequence[float]) -> tuple[float, list[float]]:
    """The value and the gradient of a function of numbers by all of them; where nothing flows, 0."""
    leaves = [Value(x) for x in numbers]
    y = f(*leaves)
    if isinstance(y, Value) and not y.is_constant:
        y.backward()
    return number_of(y), [x.grad for x in leaves]


def check(f: Callable[..., Any], points: Sequence[Sequence[float]]) -> None:
    for point, result in zip(points, run(jit(f).program(*points[0]), points), strict=True):
        y, gradient = eager(f, point)
        assert result.guard == -1
        assert result.outputs == [pytest.approx(y, rel=1e-13, nan_ok=True)], point
        assert result.gradients == [pytest.approx(gradient, rel=1e-13, nan_ok=True)], point


def test_every_row_once() -> None:
    """At its samples and kinks, all in one program."""
    cases = [(row, point) for row in PRIMITIVES.values() for point in (*row.samples, *row.kinks)]
    starts = [sum(len(point) for _, point in cases[:i]) for i in range(len(cases) + 1)]
    numbers = [x for _, point in cases for x in point]
    program = jit(lambda *xs: [row(*xs[i : i + len(at)]) for i, (row, at) in zip(starts, cases, strict=False)]).program(
        *numbers
    )
    [result] = run(program, [numbers])
    for k, (row, point) in enumerate(cases):
        y, gradient = eager(row, point)
        own = result.gradients[k][starts[k] : starts[k + 1]]
        assert [result.outputs[k], *own] == pytest.approx([y, *gradient], rel=1e-13, nan_ok=True), (row, point)
        assert not any(result.gradients[k][: starts[k]] + result.gradients[k][starts[k + 1] :]), row


def test_random_programs() -> None:
    graphs = [random_graph(seed) for seed in range(0, 200, 2)]  # the moderate ones
    every, numbers, starts = together(graphs)
    [result] = run(jit(every).program(*numbers), [numbers])
    for k, graph in enumerate(graphs):
        y, gradient = eager(lambda *xs, graph=graph: graph.run(xs, apply_engine)[-1], graph.leaves)
        own = result.gradients[k][starts[k] : starts[k + 1]]
        assert [result.outputs[k], *own] == pytest.approx([y, *gradient], rel=1e-9, nan_ok=True), graph


@pytest.mark.parametrize(
    ("f", "points"),
    [
        (lambda x, w: sqrt(x) * w, [[0.0, 0.0], [0.0, -0.0], [0.0, 1.0]]),  # a 0 that has come meets infinity: NaN
        (lambda x, w: relu(-sqrt(x) - 1.0) * w, [[0.0, 2.0]]),  # nothing has come: 0
        (lambda x, w: where(x < w, sqrt(x), -w), [[0.0, 1.0], [0.0, 0.0], [2.0, 1.0], [math.inf, 2.0]]),
        (lambda x, w: -x - w, [[0.0, 1.0]]),
        (lambda x, w: x * x + x * w + x, [[2.0, 3.0], [-0.0, 0.0]]),
    ],
)
def test_nothing_flows_where_nothing_flows_in_python(f: Any, points: Any) -> None:
    check(f, points)


def test_long_programs_are_many_functions() -> None:
    def chain(x: Any, w: Any) -> Any:
        for _ in range(1_000):
            x = tanh(x * w) * 0.5 + x
        return x

    check(chain, [[0.3, 0.1], [0.1, -0.2]])
    code = to_javascript(jit(chain).program(0.3, 0.1), 2)
    assert max(len(function.splitlines()) for function in code.split("\n};")) < 2_000


@pytest.mark.parametrize(
    "pick",
    [
        lambda xs: (xs[:8], xs[8:]),
        lambda xs: (xs[:8][::-1], xs[8:]),
        lambda xs: (xs[::2], xs[1::2]),
        lambda xs: (xs[:8], xs[:8]),
        lambda xs: ([xs[0]] * 6, xs[4:10]),
        lambda xs: (xs[:6], [2.0] * 6),
        lambda xs: (xs[:6], [2.0, -3.0, *xs[9:13]]),
        lambda xs: ([tanh(x) * 0.5 for x in xs[:7]], xs[9:]),
        lambda xs: ([tanh(x) for x in xs[:7]], [x * x for x in xs[9:]]),
        lambda xs: ([*xs[:4], *[tanh(x) for x in xs[:4]]], xs[8:]),
        lambda xs: (xs[:5], [x.detach() if isinstance(x, Value) else x for x in xs[5:10]]),
        lambda xs: (xs[:1], xs[1:2]),
    ],
)
def test_long_sums_of_products_are_loops(pick: Any) -> None:
    def f(*xs: Any) -> Any:
        return dot(*pick(list(xs))) * 0.5

    points = [[math.sin(3.0 * i + shift) for i in range(16)] for shift in (0.0, 1.0)]
    check(f, points)
    loops = "for (let k" in to_javascript(jit(f).program(*points[0]), 16)
    assert loops == (len(pick(points[0])[0]) > 3)
    [whole], [part] = (run(jit(f).program(*points[0]), points[1:], parameters=n) for n in (16, 9))
    assert part.outputs == whole.outputs
    assert part.gradients == [whole.gradients[0][:9]]


def test_data_are_apart_from_parameters_and_get_no_adjoints() -> None:
    program = jit(lambda w, v, x: (w * x + v) * x).program(2.0, 3.0, 5.0)
    [result] = run(program, [[2.0, 3.0, 7.0]], parameters=2)
    assert (result.outputs, result.gradients) == ([119.0], [[49.0, 7.0]])
    assert "g[2]" not in to_javascript(program, 2)


def test_the_first_operations_are_in_functions_of_their_own() -> None:
    program = jit(lambda x: exp(x * 2.0) + x).program(1.0)
    assert "values: [values_0, values_1], first: 1, adjoints: [adjoints_1, adjoints_0]" in to_javascript(program, 1, 2)
    [result] = run(program, [[0.5]], first=2)
    assert result.gradients == [[pytest.approx(2.0 * math.e + 1.0)]]


def test_another_branch_is_told_with_its_guard() -> None:
    def f(x: Any, w: Any) -> Any:
        if x > w and x * w != 6.0:
            return x * 2.0
        return w

    points = [[3.0, 1.0], [1.0, 3.0], [3.0, 2.0], [3.0, -2.0], [math.nan, 1.0]]
    assert [result.guard for result in run(jit(f).program(3.0, 1.0), points)] == [-1, 0, 1, -1, 0]
    program = jit(lambda x: x + 1.0 if x else 5.0).program(3.0)
    assert [result.guard for result in run(program, [[3.0], [0.0], [-0.0], [math.nan]])] == [-1, 0, 0, -1]


def test_comparisons_are_numbers() -> None:
    def f(x: Any, w: Any) -> list[Any]:
        return [where(c, 1.0, 0.0) for c in (x < w, x <= w, x > w, x >= w, x == w, x != w, w < 0.5)]

    points = [[x, w] for x in (1.0, 2.0, 0.0, math.inf, math.nan) for w in (1.0, 2.0, -0.0, math.nan)]
    for point, result in zip(points, run(jit(f).program(1.0, 2.0), points), strict=True):
        assert result.outputs == f(*point), point


def test_an_index_chooses() -> None:
    program = jit(lambda i, a, b: take([a, b, -4.0], i) * b).program(1.0, 2.0, 3.0)
    points = [[i, 2.0, 3.0] for i in (0.0, 1.0, 2.0)]
    results = run(program, points)
    assert [result.outputs for result in results] == [[6.0], [9.0], [-12.0]]
    assert [result.gradients for result in results] == [[[0.0, 3.0, 2.0]], [[0.0, 0.0, 6.0]], [[0.0, 0.0, -4.0]]]
    for result in run(program, [[i, 2.0, 3.0] for i in (-1.0, 3.0, 0.5, math.nan)]):
        assert math.isnan(result.outputs[0])


def test_a_primitive_of_the_users() -> None:
    bump = primitive("delete", lambda a: exp(-a * a), lambda a, y: (-2.0 * a * y,), samples=[(0.5,)])
    check(lambda x: bump(x) * 2.0, [[0.5], [-1.0]])
    gamma = primitive("gamma", math.gamma, lambda a, y: (a,))
    with pytest.raises(TypeError, match=r"<lambda>: gamma: its value rule can't be written as a formula"):
        to_javascript(jit(lambda x: gamma(x) + 1.0).program(2.0), 1)
