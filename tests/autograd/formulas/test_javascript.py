"""The table in JavaScript, run by node, against the table in Python."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest

from autograd import PRIMITIVES, Primitive, exp, primitive, where
from autograd.formulas.javascript import javascript_table

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no `node` to run JavaScript with")

# Where the conventions show: zeros of both signs, ties, infinities and the ends of domains.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 40.0, math.inf, -math.inf, math.nan]


def run(function: str, points: list[list[Any]]) -> list[Any]:
    """The results of a JavaScript function at points; numbers travel as text, which keeps infinities and NaN."""
    script = f"""
        const tell = (v) => Array.isArray(v) ? v.map(tell) : v === null ? v : Object.is(v, -0) ? "-0" : String(v);
        const hear = (v) => Array.isArray(v) ? v.map(hear) : Number.isNaN(Number(v)) && v !== "NaN" ? v : Number(v);
        const f = {function};
        console.log(JSON.stringify({json.dumps(_told(points))}.map(hear).map((point) => tell(f(...point)))));
    """
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=True)
    return list(_heard(json.loads(done.stdout)))


def _told(thing: Any) -> Any:
    if isinstance(thing, (list, tuple)):
        return [_told(part) for part in thing]
    return repr(thing).replace("inf", "Infinity").replace("nan", "NaN") if isinstance(thing, float) else thing


def _heard(thing: Any) -> Any:
    if isinstance(thing, list):
        return [_heard(part) for part in thing]
    return None if thing is None else float(thing.replace("Infinity", "inf"))


def accepted_points(row: Primitive) -> Iterator[tuple[float, ...]]:
    """Every sample and kink, and those combinations of special numbers that Python's floats accept."""
    yield from (*row.samples, *row.kinks)
    count = len(row.samples[-1]) if row.variadic else len(row.operands)
    for first in SPECIAL:
        for second in SPECIAL:
            point = (first, second, *(0.5,) * count)[:count]
            try:
                row.partials_at(point, row(*point))
            except (ValueError, OverflowError, ZeroDivisionError):
                continue
            yield point


def same(ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return theirs == pytest.approx(ours, rel=1e-13, abs=0.0, nan_ok=True)


@needs_node
def test_every_row_computes_in_javascript_what_it_computes_in_python() -> None:
    cases = [(row, point, row(*point)) for row in PRIMITIVES.values() for point in accepted_points(row)]
    table = javascript_table((row, len(point)) for row, point, _ in cases)
    results = run(
        f"((table) => (name, x, y) => [table[name].value(x), table[name].partials(x, y)])({table})",
        [[row.name, point, y] for row, point, y in cases],
    )
    assert len(results) == len(cases) > 10 * len(PRIMITIVES)
    for (row, point, y), (their_y, their_partials) in zip(cases, results, strict=True):
        assert same(y, their_y), (row, point)
        for ours, theirs in zip(row.partials_at(point, y), their_partials, strict=True):
            assert same(ours, theirs), (row, point)


@needs_node
def test_error_functions_are_exact_to_13_digits_everywhere() -> None:
    points = [i / 64 for i in range(-6 * 64, 26 * 64, 3)] + [1e-300, 1e-9, -1e-9, 0.99999, 1.00001, 2.00001]
    table = javascript_table([(PRIMITIVES["erf"], 1), (PRIMITIVES["erfc"], 1)])
    results = run(f"((table) => (x) => [table.erf.value([x]), table.erfc.value([x])])({table})", [[x] for x in points])
    for x, (erf, erfc) in zip(points, results, strict=True):
        assert erf == pytest.approx(float(mpmath.erf(x)), rel=1e-14, abs=0.0)
        assert erfc == pytest.approx(float(mpmath.erfc(x)), rel=1e-13, abs=0.0)


@pytest.fixture
def own_row() -> Iterator[Any]:
    """A way to enter rows that are gone after the test."""
    before = set(PRIMITIVES)
    yield primitive
    for name in set(PRIMITIVES) - before:
        del PRIMITIVES[name]


@needs_node
def test_a_primitive_of_the_users_comes_out_too(own_row: Any) -> None:
    bump = own_row(
        "bump",
        lambda a, function: where(abs(a) < function, exp(-a * a) - 0.25, 0.0),  # an operand with a JavaScript keyword
        lambda a, function, y: (where(abs(a) < function, -2.0 * a * exp(-a * a), 0.0), None),
        samples=[(0.5, 1.0), (2.0, 1.0)],
    )
    table = javascript_table([(bump, 2)])
    results = run(
        f"((table) => (x) => [table.bump.value(x), ...table.bump.partials(x)])({table})", [[[0.5, 1.0]], [[2.0, 1.0]]]
    )
    half = math.exp(-0.25)
    assert results[0] == [pytest.approx(half - 0.25, rel=1e-15), pytest.approx(-half, rel=1e-15), None]
    assert results[1] == [0.0, 0.0, None]


@pytest.mark.parametrize(
    ("value", "partials", "rule"),
    [
        (math.gamma, lambda a, y: (a,), "value"),
        (lambda a: a if a > 0.0 else 0.0, lambda a, y: (a,), "value"),
        (lambda a: a, lambda a, y: (1.0 if a > 0.0 else 0.0,), "partials"),
        (lambda a: a, lambda a, y: (math.cos(a),), "partials"),
    ],
)
def test_a_rule_that_computes_with_floats_only_is_refused_by_name(
    own_row: Any, value: Any, partials: Any, rule: str
) -> None:
    mine = own_row("mine", value, partials)
    with pytest.raises(TypeError, match=rf"mine: its {rule} rule can't be written as a formula .* where\(\.\.\.\)"):
        javascript_table([(mine, 1)])


@needs_node
def test_ten_thousand_operands() -> None:
    row = PRIMITIVES["dot"]
    table = javascript_table([(row, 10_000)])
    numbers = [0.001 * i for i in range(10_000)]
    [(value, partials)] = run(
        f"((table) => (x) => [table.dot.value(x), table.dot.partials(x, 0.0)])({table})", [[numbers]]
    )
    assert value == row(*numbers)
    assert partials == numbers[5_000:] + numbers[:5_000]
