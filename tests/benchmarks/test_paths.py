"""The paths: what is timed computes the right numbers. Never a word about time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value
from benchmarks.objectives import chain_end, chain_end_twice, examples, logistic_regression, rosenbrock
from benchmarks.paths import COUNT, GROUPS, MANY, OPERATORS, Group, names, repeated, rounds

STATEMENTS = {name: {s for path in group.paths for s in (path.statement, path.peer)} for name, group in GROUPS.items()}


@pytest.mark.parametrize("statement", sorted(STATEMENTS["operators"]))
def test_an_operator_s_value_and_slope(statement: str) -> None:
    """Against floats and their central difference."""
    namespace = names()
    variable = namespace["x" if "x" in statement else "y"]
    result = eval(statement, namespace)

    def of_floats(number: float) -> float:
        return float(eval(statement, {"x": number, "y": number}))

    result.backward()
    h = 1e-6
    quotient = (of_floats(variable.data + h) - of_floats(variable.data - h)) / (2 * h)
    assert result.data == of_floats(variable.data)
    assert variable.grad == pytest.approx(quotient, rel=1e-8)


REDUCTIONS: dict[str, Callable[..., float]] = {
    "dot": lambda a, b: math.fsum(x * y for x, y in zip(a, b, strict=True)),
    "logsumexp": lambda xs: math.log(math.fsum(map(math.exp, xs))),
    "norm": lambda xs: math.hypot(*xs),
    "sum": math.fsum,
    "mean": lambda xs: math.fsum(xs) / len(xs),
    "prod": math.prod,
}


@pytest.mark.parametrize("statement", sorted(STATEMENTS["reductions"]))
def test_a_reduction_s_value_and_kind(statement: str) -> None:
    namespace = names()
    plain = {name: _data(thing) for name, thing in namespace.items() if isinstance(thing, list)}
    assert {name: len(numbers) for name, numbers in plain.items()} == dict.fromkeys(plain, COUNT) | {"many": MANY}
    result = eval(statement, namespace)
    assert _data([result]) == [pytest.approx(eval(statement, REDUCTIONS | plain), rel=1e-13)]
    assert isinstance(result, Value) == ("value" in statement)


def test_one_element_is_of_the_other_kind() -> None:
    namespace = names()
    for name, kind in (("values_and_a_float", float), ("floats_and_a_value", Value)):
        assert [type(x) for x in namespace[name]].count(kind) == 1
        assert _data(namespace[name]) == namespace["floats"]


def test_what_the_issue_names_is_measured() -> None:
    peers = {path.statement: (path.peer, path.bar) for group in GROUPS.values() for path in group.paths}
    for statement in OPERATORS:
        assert peers[statement] == ("y * 1.0", 1.4)
    for name in REDUCTIONS:
        arguments = [f"{kind}, more_{kind}" if name == "dot" else kind for kind in ("floats", "values")]
        assert peers[f"{name}({arguments[0]})"] == (f"{name}({arguments[1]})", 1.0)
    for f in ("rosenbrock", "logistic"):
        assert peers[f"jvp({f}, floats, more_floats)"] == (f"{f}(values)", 4.0)
        assert peers[f"hvp({f}, floats, more_floats)"] == (f"{f}(values)", 10.0)


def test_a_system_and_its_gradient_by_numpy() -> None:
    pytest.importorskip("scipy")
    found = []
    for path in ("solved_with_gradient", "solved_twice_by_numpy"):
        namespace = names()
        matrix, load = namespace["equations"]
        x = namespace[path](matrix, load)
        found.append([*x, *(v.grad for row in matrix for v in row), *(v.grad for v in load)])
    assert found[0] == pytest.approx(found[1], rel=1e-9, abs=1e-12)
    assert GROUPS["linalg"].paths[0].bar == 3.0


def test_rosenbrock_by_scipy() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    namespace = names()
    x, v = namespace["floats"], namespace["more_floats"]
    value, slope, product = _transformed("rosenbrock", namespace)
    assert value == pytest.approx(optimize.rosen(x), rel=1e-12)
    assert slope == pytest.approx(optimize.rosen_der(x) @ v, rel=1e-10)
    assert product == pytest.approx(optimize.rosen_hess_prod(x, v), rel=1e-9, abs=1e-9)


def test_the_sparse_hessian_by_scipy() -> None:
    np = pytest.importorskip("numpy")
    optimize = pytest.importorskip("scipy.optimize")
    namespace = names()
    statement, peer = _statements("hessian(")
    x = namespace["many"]
    assert eval(peer, namespace) == pytest.approx(optimize.rosen_der(np.array(x)), rel=1e-9, abs=1e-9)
    found = eval(statement, namespace)
    assert found.shape == (MANY, MANY)
    np.testing.assert_allclose((found @ x), optimize.rosen_hess_prod(np.array(x), np.array(x)), rtol=1e-9, atol=1e-9)


def test_logistic_regression_by_its_own_formulas() -> None:
    np = pytest.importorskip("numpy")
    namespace = names()
    w, v = namespace["floats"], namespace["more_floats"]
    value, slope, product = _transformed("logistic", namespace)
    rows, targets = map(np.array, examples(300, COUNT))
    assert set(targets) == {0.0, 1.0}
    logits = rows @ w
    chances = 1.0 / (1.0 + np.exp(-logits))
    assert value == pytest.approx(np.mean(np.logaddexp(0.0, logits) - targets * logits), rel=1e-12)
    assert slope == pytest.approx((chances - targets) @ rows @ v / 300, rel=1e-10)
    assert product == pytest.approx(rows.T @ (chances * (1.0 - chances) * (rows @ v)) / 300, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("f", [rosenbrock, logistic_regression(*examples(5, 4))])
def test_an_objective_s_gradient_by_differences(f: Callable[..., Any]) -> None:
    generator = random.Random(2)
    numbers = [generator.uniform(-1.0, 1.0) for _ in range(4)]
    variables = [Value(number) for number in numbers]
    f(variables).backward()
    for i, variable in enumerate(variables):
        h = [1e-6 * (i == j) for j in range(4)]
        above, below = ([x + sign * hi for x, hi in zip(numbers, h, strict=True)] for sign in (1, -1))
        assert variable.grad == pytest.approx((f(above) - f(below)) / 2e-6, rel=1e-6, abs=1e-8)


def test_the_chain_forward_and_in_reverse() -> None:
    namespace = names()
    forward, reverse = (eval(statement, namespace) for statement in _statements("jacobian"))
    expected = 1.0 + (2.0 - 1.0) * 0.999**1000  # y ↦ 0.999 y + 0.001 shrinks the distance from 1
    assert chain_end(2.0) == chain_end_twice(2.0)[0] == pytest.approx(expected, rel=1e-12)
    assert forward == pytest.approx([0.999**1000, 0.999**1000], rel=1e-12)
    assert reverse == pytest.approx(0.999**1000, rel=1e-12)


@pytest.mark.parametrize("keep", [True, False])
def test_a_statement_runs_as_often_as_its_group_says(keep: bool) -> None:
    calls: list[str] = []
    group = Group("", 3, (), keep)
    assert repeated("note('ours') or 7", group, {"note": calls.append})() == ([7, 7, 7] if keep else None)
    assert calls == ["ours"] * 3


def test_a_round_measures_every_statement_and_its_peer() -> None:
    paths = GROUPS["operators"].paths
    measure_once = rounds(Group("", 1, paths))
    for measured in (measure_once(), measure_once()):
        assert [len(pair) for pair in measured] == [2] * len(paths)


def _data(numbers: list[Any]) -> list[float]:
    return [number.data if isinstance(number, Value) else number for number in numbers]


def _statements(start: str) -> tuple[str, str]:
    ((statement, peer),) = (
        (path.statement, path.peer)
        for group in GROUPS.values()
        for path in group.paths
        if path.statement.startswith(start)
    )
    return statement, peer


def _transformed(f: str, namespace: dict[str, Any]) -> tuple[float, float, list[float]]:
    """The value, the slope along the vector and the product with the Hessian, by the statements that are timed."""
    jvp, recorded = _statements(f"jvp({f}")
    hvp, _ = _statements(f"hvp({f}, floats")
    (value, slope), product = (eval(statement, namespace) for statement in (jvp, hvp))
    assert value == eval(recorded, namespace).data
    assert value == pytest.approx(namespace[f](namespace["floats"]), rel=1e-14)  # Python 3.12 adds floats otherwise
    return value, slope, product
