"""The C file of a program, compiled: values and gradients are eager's to the last bit, branches are checked."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograd import (
    PRIMITIVES,
    Value,
    cos,
    erfc,
    exp,
    jit,
    log,
    primitive,
    relu,
    sqrt,
    take,
    tanh,
    value_and_grad,
    where,
)
from autograd.engine.value import number_of
from autograd.program import to_c
from nn import MLP
from support.c_code import bits, needs_c
from support.c_library import Library
from support.expressions import apply_engine
from support.random_graphs import random_graph, together

ROUNDED_OTHERWISE = "logsumexp"  # its formula adds otherwise than its rule for floats


def all_bits(numbers: Sequence[float]) -> list[str]:
    return [bits(x) for x in numbers]


def eager(f: Callable[..., Any], numbers: Sequence[float]) -> tuple[float, list[float]]:
    """The value and the gradient of a function of numbers by all of them; where nothing flows, 0."""
    leaves = [Value(x) for x in numbers]
    y = f(*leaves)
    if not isinstance(y, Value) or y.is_constant:
        return number_of(y), [0.0] * len(leaves)
    y.backward()
    return y.data, [x.grad for x in leaves]


def check(f: Callable[..., Any], points: Sequence[Sequence[float]], directory: Path, level: str = "-O1") -> None:
    """A function of numbers with one result: in C it is what it is in Python."""
    library = Library(jit(f).program(*points[0]), directory, level)
    for point in points:
        y, gradient = eager(f, point)
        assert library.values(*point) == (0, [y], [])
        found = library.gradient(point, [1.0])
        assert all_bits([*found.outputs, *found.adjoints]) == all_bits([y, *gradient]), point


# -- the same bits ----------------------------------------------------------------------------------------------------


@needs_c
def test_every_row_once(tmp_path: Path) -> None:
    """At its samples and kinks, all in one program."""
    cases = [(row, point) for row in PRIMITIVES.values() for point in (*row.samples, *row.kinks)]
    starts = [sum(len(point) for _, point in cases[:i]) for i in range(len(cases) + 1)]
    numbers = [x for _, point in cases for x in point]
    program = jit(lambda *xs: [row(*xs[i : i + len(at)]) for i, (row, at) in zip(starts, cases, strict=False)]).program(
        *numbers
    )
    library = Library(program, tmp_path)
    for k, (row, point) in enumerate(cases):
        y, gradient = eager(row, point)
        found = library.gradient(numbers, [float(i == k) for i in range(len(cases))])
        own = found.adjoints[starts[k] : starts[k + 1]]
        assert found.status == 0
        assert not any(found.adjoints[: starts[k]] + found.adjoints[starts[k + 1] :]), row
        if row.name == ROUNDED_OTHERWISE:
            assert found.outputs[k] == pytest.approx(y, rel=1e-15)
            assert own == pytest.approx(gradient, rel=1e-15)
        else:
            assert all_bits([found.outputs[k], *own]) == all_bits([y, *gradient]), (row, point)


@needs_c
def test_random_programs(tmp_path: Path) -> None:
    """With ties, zeros and infinite derivatives; their gradients flow through shared memory, in several functions."""
    graphs = [random_graph(seed) for seed in range(120)]
    graphs = [graph for graph in graphs if all(step.name != ROUNDED_OTHERWISE for step in graph.steps)]
    every, numbers, starts = together(graphs)
    program = jit(every).program(*numbers)
    assert len(program) > 500
    library = Library(program, tmp_path, "-O2")
    for k, graph in enumerate(graphs):
        y, gradient = eager(lambda *xs, graph=graph: graph.run(xs, apply_engine)[-1], graph.leaves)
        found = library.gradient(numbers, [float(i == k) for i in range(len(graphs))])
        own = found.adjoints[starts[k] : starts[k + 1]]
        assert all_bits([found.outputs[k], *own]) == all_bits([y, *gradient]), graph


def black_scholes(spot: Any, strike: Any, rate: Any, volatility: Any, years: Any) -> Any:
    spread = volatility * sqrt(years)
    d = (log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    normal = lambda x: 0.5 * erfc(-x / math.sqrt(2.0))  # noqa: E731 - a formula
    return spot * normal(d) - strike * exp(-rate * years) * normal(d - spread)


@needs_c
def test_black_scholes_and_its_greeks(tmp_path: Path) -> None:
    generator = random.Random(5)
    points = [[100.0, 105.0, 0.03, 0.2, 0.75]]
    points += [[generator.uniform(50, 150), 100.0, 0.01, generator.uniform(0.1, 0.9), 1.5] for _ in range(50)]
    check(black_scholes, points, tmp_path)
    compiled = value_and_grad(jit(black_scholes), (0, 1, 2, 3, 4))(*points[3])
    library = Library(jit(black_scholes).program(*points[0]), tmp_path)
    assert library.gradient(points[3], [1.0]) == (0, [compiled[0]], list(compiled[1]))


@needs_c
def test_a_network_and_its_parameters(tmp_path: Path) -> None:
    model = MLP(2, [16, 16, 1], ["tanh", "relu", "sigmoid"], seed=3)
    loss = jit(lambda a, b, target: (model([a, b]) - target) ** 2)
    program = loss.program(0.5, -0.25, 1.0)
    parameters = {name: parameter.data for name, parameter in model.named_parameters()}
    names = program.inputs[3:]
    assert set(names) == set(parameters)
    library = Library(program, tmp_path)
    for a, b in ((0.5, -0.25), (-2.0, 1.0), (0.0, 0.0)):
        model.zero_grad()
        y = (model([a, b]) - 1.0) ** 2
        y.backward()
        gradient = {name: parameter.grad for name, parameter in model.named_parameters()}
        found = library.gradient([a, b, 1.0, *(parameters[name] for name in names)], [1.0])
        assert (found.status, found.outputs) == (0, [y.data])
        assert all_bits(found.adjoints[3:]) == all_bits([gradient[name] for name in names])


@needs_c
def test_two_thousand_operations_in_functions_of_some_hundred(tmp_path: Path) -> None:
    def chain(x: Any, w: Any) -> Any:
        for _ in range(500):
            x = tanh(x * w) * 0.5 + x
        return x

    check(chain, [[0.3, 0.1], [0.1, -0.2]], tmp_path, "-O0")
    longest = max(len(function.splitlines()) for function in jit(chain).program(0.3, 0.1).to_c().split("\n}"))
    assert longest < 2_000


@needs_c
@pytest.mark.parametrize(("count", "asked_for"), [(50, 0), (51, 2), (100, 2), (101, 3)])
def test_whether_numbers_are_on_the_stack_or_not(
    count: int, asked_for: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the operations, where they are a hundred; the gradient needs two for each."""
    monkeypatch.setattr(to_c, "_ON_STACK", 100)

    def powers(x: Any) -> Any:
        y = x
        for _ in range(count):
            y = y * x
        return y

    assert jit(powers).program(1.0001).to_c().count(" = malloc(") == asked_for
    check(powers, [[1.0001], [-0.9999]], tmp_path)


# -- where gradients flow ---------------------------------------------------------------------------------------------


@needs_c
@pytest.mark.parametrize(
    ("f", "points"),
    [
        (lambda x, w: sqrt(x) * w, [[0.0, 0.0], [0.0, -0.0], [0.0, 1.0]]),  # a 0 that has come meets infinity: NaN
        (lambda x, w: relu(-sqrt(x) - 1.0) * w, [[0.0, 2.0]]),  # nothing has come: 0
        (lambda x, w: sqrt(x) * w - sqrt(x) * w, [[0.0, 1.0], [2.0, 3.0]]),
        (lambda x, w: where(x < w, sqrt(x), -w), [[0.0, 1.0], [0.0, 0.0], [2.0, 1.0], [math.inf, 2.0]]),
        (lambda x, w: -x - w, [[0.0, 1.0]]),
        (lambda x, w: x * x + x * w + x, [[2.0, 3.0], [-0.0, 0.0]]),
    ],
)
def test_nothing_flows_where_nothing_flows_in_python(f: Any, points: Any, tmp_path: Path) -> None:
    check(f, points, tmp_path)


@needs_c
def test_several_outputs_each_with_its_cotangent(tmp_path: Path) -> None:
    def f(x: Any, w: Any) -> list[Any]:
        y = x * w
        y = y.detach() if isinstance(y, Value) else y
        return [exp(x), y * w, x, 2.5, x]

    library = Library(jit(f).program(0.5, 2.0), tmp_path)
    assert library.values(0.5, 2.0) == (0, [math.exp(0.5), 2.0, 0.5, 2.5, 0.5], [])
    found = library.gradient([0.5, 2.0], [2.0, 10.0, 100.0, 1e9, 1000.0])
    assert found.adjoints == [2.0 * math.exp(0.5) + 1100.0, 10.0]
    assert library.gradient([0.5, 2.0], [0.0] * 5).adjoints == [0.0, 0.0]
    infinite = Library(jit(lambda x: [sqrt(x), x * 2.0]).program(1.0), tmp_path, name="other")
    assert infinite.gradient([0.0], [0.0, 1.0]).adjoints == [2.0]  # from a cotangent of 0 nothing flows


@needs_c
@pytest.mark.parametrize("f", [lambda x: x, lambda x: 2.0, lambda x: [], lambda x: [x, -0.0, math.inf, -math.inf]])
def test_programs_without_operations(f: Any, tmp_path: Path) -> None:
    program = jit(f).program(3.0)
    library = Library(program, tmp_path)
    assert all_bits(library.values(3.0).outputs) == all_bits(program(3.0))
    expected = float(sum(slot == 0 for slot in program.outputs))
    assert library.gradient([3.0], [1.0] * len(program.outputs)).adjoints == [expected]


# -- branches, and what leaves the reals ------------------------------------------------------------------------------


@needs_c
def test_another_branch_is_told(tmp_path: Path) -> None:
    def f(x: Any, w: Any) -> Any:
        if x > w and x * w != 6.0:
            return x * 2.0
        return w

    library = Library(jit(f).program(3.0, 1.0), tmp_path)
    for x, w, status in ((3.0, 1.0, 0), (1.0, 3.0, 1), (3.0, 2.0, 1), (3.0, -2.0, 0), (math.nan, 1.0, 1)):
        assert library.values(x, w).status == status, (x, w)
        assert library.gradient([x, w], [1.0]).status == status, (x, w)


@needs_c
def test_a_branch_on_an_input_itself(tmp_path: Path) -> None:
    library = Library(jit(lambda x: x + 1.0 if x else 5.0).program(3.0), tmp_path)
    assert [library.values(x).status for x in (3.0, 0.0, -0.0, math.nan)] == [0, 1, 1, 0]


@needs_c
def test_comparisons_are_numbers(tmp_path: Path) -> None:
    def f(x: Any, w: Any) -> list[Any]:
        signs = [x < w, x <= w, x > w, x >= w, x == w, x != w, w < 0.5, w <= -1.5]
        return [where(condition, 1.0, 0.0) for condition in signs]

    program = jit(f).program(1.0, 2.0)
    library = Library(program, tmp_path)
    for x in (1.0, 2.0, -2.0, 0.0, -0.0, math.inf, math.nan):
        for w in (1.0, 2.0, -2.0, 0.0, math.nan):
            assert library.values(x, w).outputs == f(x, w)


@needs_c
def test_an_index_chooses(tmp_path: Path) -> None:
    def f(i: Any, *table: Any) -> Any:
        return take([*table, -4.0, cos(table[0])], i) * table[1]

    program = jit(f).program(1.0, 2.0, 3.0)
    library = Library(program, tmp_path)
    for i in range(4):
        y, gradient = eager(lambda a, b, i=i: f(i, a, b), [2.0, 3.0])
        found = library.gradient([float(i), 2.0, 3.0], [1.0])
        assert (found.status, found.outputs) == (0, [y])
        assert found.adjoints == [0.0, *gradient]
    for wrong in (-1.0, 4.0, 0.5, math.nan, math.inf, 1e300):
        assert math.isnan(library.values(wrong, 2.0, 3.0).outputs[0])


@needs_c
def test_outside_of_a_domain_c_goes_on(tmp_path: Path) -> None:
    library = Library(jit(lambda x: [log(x), 1.0 / x, exp(x)]).program(1.0), tmp_path)
    assert library.values(0.0).outputs == [-math.inf, math.inf, 1.0]
    assert library.gradient([1000.0], [0.0, 0.0, 1.0]) == (0, [math.log(1000.0), 0.001, math.inf], [math.inf])
    assert math.isnan(library.values(-1.0).outputs[0])


# -- operations and names of the user's -------------------------------------------------------------------------------


@needs_c
def test_a_primitive_of_the_users(tmp_path: Path) -> None:
    bump = primitive(
        "index",
        lambda a, b: where(a < b, exp(-a * a), 0.0),
        lambda a, b, y: (where(a < b, -2.0 * a * y, 0.0), None),
        samples=[(0.5, 1.0)],
    )
    less = primitive("less", lambda a, b: a - b, lambda a, b, y: (1.0, -1.0))
    check(lambda x, w: bump(x, 1.0) * less(x, w) * where(x < w, 2.0, 3.0), [[0.5, 1.0], [2.0, 1.0]], tmp_path)


def test_a_primitive_that_computes_with_floats_only_is_refused() -> None:
    gamma = primitive("gamma", math.gamma, lambda a, y: (a,))
    program = jit(lambda x: gamma(x) + 1.0).program(2.0)
    with pytest.raises(
        TypeError, match=r"to_c: <lambda>: gamma: its value rule can't be written as a formula .* write it with"
    ):
        program.to_c()


@needs_c
@pytest.mark.parametrize("word", ["*/ int x; /*", "a\\\nb", "??/", "*" * 3 + "/", "λ \x1b[31m", "\ud800", '"'])
def test_words_of_the_users_stay_in_comments(word: str, tmp_path: Path) -> None:
    w = Value(3.0, label=word)

    def f(x: Any) -> Any:
        y = x * w
        y.label = word
        return y

    f.__name__ = word
    program = jit(f).program(2.0)
    assert word in program.inputs
    library = Library(program, tmp_path)
    assert library.values(2.0, 3.0) == (0, [6.0], [])


@needs_c
@pytest.mark.parametrize(
    ("own", "name"),
    [
        ("<lambda>", "lambda"),
        ("price", "price"),
        ("exp", "exp_"),
        ("double", "double_"),
        ("main", "main_"),
        ("2d", "f2d"),
        ("λ", "f"),
        ("row_pow", "row_pow_"),
        ("values", "values_"),
        ("values_0", "values_0_"),
        ("NAN", "NAN_"),
        ("expf", "expf_"),
    ],
)
def test_a_function_is_called_like_the_program(own: str, name: str, tmp_path: Path) -> None:
    f = lambda x: x**2.5  # noqa: E731 - it gets another name
    f.__name__ = own
    library = Library(jit(f).program(2.0), tmp_path)
    assert library.name == name
    assert library.values(2.0).outputs == [2.0**2.5]


@needs_c
def test_a_name_of_ones_own(tmp_path: Path) -> None:
    library = Library(jit(lambda x: x * 3.0).program(2.0), tmp_path, name="Price2")
    assert library.name == "Price2"
    assert library.values(2.0).outputs == [6.0]


@pytest.mark.parametrize("name", ["", "2x", "a b", "a;", "λ", "int", "exp", "row_x", "_x", "values", "main", "x\n"])
def test_names_that_c_cannot_have_are_refused(name: str) -> None:
    program = jit(lambda x: x * 3.0).program(2.0)
    with pytest.raises(ValueError, match="to_c: name must be an identifier that C has no use for itself"):
        program.to_c(name)


def test_a_name_must_be_a_text() -> None:
    with pytest.raises(TypeError, match="to_c: name must be a str, got int 3"):
        jit(lambda x: x * 3.0).program(2.0).to_c(3)  # type: ignore[arg-type]


def test_the_file_is_the_same_every_time() -> None:
    sources = {jit(black_scholes).program(100.0, 105.0, 0.03, 0.2, 0.75).to_c() for _ in range(3)}
    assert len(sources) == 1
