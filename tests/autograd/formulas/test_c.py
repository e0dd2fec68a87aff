"""The table in C, compiled and run, against the table in Python: every bit of values and partials, and where they flow.

Logarithms of sums are compared to within rounding: their formula adds otherwise than their rule for floats.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograd import PRIMITIVES, Primitive, exp, primitive, where
from autograd.formulas.c import c_functions, c_partials, c_value
from autograd.support.floats import PLAIN_ZERO
from support.c_code import Call, bits, needs_c, run_c

# Where the conventions show: zeros of both signs, ties, infinities and the ends of domains.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 40.0, 1e300, 5e-324, math.inf, -math.inf, math.nan]

# Plain numbers among the operands.
PLAIN = [0.0, -0.0, 1.0, 2.0, 3.0, 0.5, -1.0, math.inf]

Pattern = tuple[float | None, ...]
"""Which operands are plain numbers, and what they are; None is a variable."""


class Case(NamedTuple):
    """An operation at a point, its value and its partials as Python has them."""

    row: Primitive
    pattern: Pattern
    point: tuple[float, ...]
    y: float
    partials: list[float | None]


def patterns(count: int) -> Iterator[Pattern]:
    """All operands variables; and one of them each plain number."""
    yield (None,) * count
    if count > 1:
        for i, number in itertools.product(range(count), PLAIN):
            yield (*[None] * i, number, *[None] * (count - i - 1))


def points(row: Primitive, count: int) -> Iterator[tuple[float, ...]]:
    """Samples and kinks, combinations of special numbers, random numbers."""
    generator = random.Random(row.name)
    yield from (point for point in (*row.samples, *row.kinks) if len(point) == count)
    for first, second in itertools.product(SPECIAL, SPECIAL):
        yield (first, second, *(0.5,) * count)[:count]
    for _ in range(60):
        size = 10.0 ** generator.uniform(-3.0, 3.0)
        yield tuple(generator.gauss(0.0, size) for _ in range(count))
        yield tuple(generator.random() for _ in range(count))


def cases_of(row: Primitive) -> Iterator[Case]:
    """What Python's floats accept."""
    for count in sorted({len(point) for point in row.samples or row.kinks} | ({4} if row.variadic else set())):
        at = list(points(row, count))
        for pattern in patterns(count):
            for point in at if set(pattern) == {None} else at[:: len(PLAIN)]:
                numbers = [x if plain is None else plain for x, plain in zip(point, pattern, strict=True)]
                told = [PLAIN_ZERO if plain == 0.0 else x for x, plain in zip(numbers, pattern, strict=True)]
                try:
                    y = row.value_at(numbers, numbers)
                    partials = row.partials_at(told, y)
                except (ValueError, ArithmeticError):
                    continue
                flowing = [x if plain is None else None for x, plain in zip(partials, pattern, strict=True)]
                yield Case(row, pattern, tuple(numbers), y, flowing)


def body(row: Primitive, pattern: Sequence[float | None]) -> tuple[str, set[Primitive]]:
    """A C function of the operands and y: it writes the value, then of each partial whether it flows, and what."""
    operands = [f"v[{i}]" if plain is None else plain for i, plain in enumerate(pattern)]
    value, by = c_value(row, operands), c_partials(row, operands, f"v[{len(pattern)}]")
    lines = ["{", *value.steps, f"out[0] = {value.expression};", "}", *by.steps]
    for i, partial in enumerate(by.partials):
        flows, number = f"out[{2 * i + 1}]", f"out[{2 * i + 2}]"
        lines.append(f"{flows} = {number} = 0.0;")
        if partial is not None:
            condition = "" if partial.condition is None else f"if ({partial.condition}) "
            lines.append(f"{condition}{{ {flows} = 1.0; {number} = {partial.expression}; }}")
    return "\n".join(lines), {*value.calls, *by.calls}


def in_c(cases: Sequence[Case], directory: Path) -> list[tuple[float, list[float | None]]]:
    """Value and partials of each case in C."""
    places: dict[tuple[str, str], int] = {}
    bodies: list[str] = []
    called: set[Primitive] = set()
    calls = []
    for case in cases:
        key = case.row.name, repr(case.pattern)
        if key not in places:
            places[key] = len(bodies)
            text, rows = body(case.row, case.pattern)
            bodies.append(text)
            called |= rows
        calls.append(Call(places[key], [*case.point, case.y], 1 + 2 * len(case.point)))
    return [
        (y, [x if flows else None for flows, x in zip(rest[::2], rest[1::2], strict=True)])
        for y, *rest in run_c(c_functions(called), bodies, calls, directory)
    ]


@needs_c
def test_every_row_computes_in_c_what_it_computes_in_python(tmp_path: Path) -> None:
    cases = [case for row in PRIMITIVES.values() for case in cases_of(row)]
    assert {case.row for case in cases} == set(PRIMITIVES.values())
    assert len(cases) > 500 * len(PRIMITIVES)
    for case, (y, partials) in zip(cases, in_c(cases, tmp_path), strict=True):
        assert bits(y) == bits(case.y), case
        assert [bits(x) for x in partials] == [bits(x) for x in case.partials], case


@needs_c
def test_outside_the_domain_c_goes_on(tmp_path: Path) -> None:
    """Infinities and NaN, also where plain numbers are outside: Python's rules can't compute with these."""
    inf, nan = math.inf, math.nan
    expected: list[tuple[str, Pattern, float, float, list[float | None]]] = [
        ("exp", (None,), 1000.0, inf, [inf]),
        ("log", (None,), 0.0, -inf, [inf]),
        ("log", (None,), -1.0, nan, [-1.0]),
        ("sqrt", (None,), -1.0, nan, [nan]),
        ("acosh", (None,), 0.5, nan, [nan]),
        ("pow", (None, 0.5), -1.0, nan, [nan, None]),
        ("pow", (-1.0, None), 0.5, nan, [None, nan]),
        ("div", (None, 0.0), 1.0, inf, [inf, None]),
        ("div", (1.0, 0.0), 0.0, inf, [None, None]),
        ("elu", (None, inf), -1.0, -inf, [inf, None]),
    ]
    cases = [
        Case(PRIMITIVES[name], pattern, tuple(x if plain is None else plain for plain in pattern), y, partials)
        for name, pattern, x, y, partials in expected
    ]
    for case, (y, partials) in zip(cases, in_c(cases, tmp_path), strict=True):
        assert bits(y) == bits(case.y), case
        assert [bits(partial) for partial in partials] == [bits(partial) for partial in case.partials], case


@needs_c
def test_a_primitive_of_the_users_comes_out_too(tmp_path: Path) -> None:
    bump = primitive(
        "βump",
        lambda a, double: where(abs(a) < double, exp(-a * a) - 0.25, 0.0),
        lambda a, double, y: (where(abs(a) < double, -2.0 * a * exp(-a * a), 0.0), None),
        samples=[(0.5, 1.0), (2.0, 1.0)],
    )

    def wide_partial(xs: Any, x: Any) -> Any:
        mean = PRIMITIVES["mean"](*xs)
        return x / PRIMITIVES["norm"](*xs) - 2.0 * mean * exp(-mean * mean) / len(xs)

    wide = primitive(
        "double",  # a keyword of C
        lambda xs: bump(PRIMITIVES["mean"](*xs), 3.0) + PRIMITIVES["norm"](*xs),
        lambda xs, y: tuple(wide_partial(xs, x) for x in xs),
        variadic=True,
        samples=[(0.5, 1.0)],
    )
    cases = [case for row in (bump, wide) for case in cases_of(row)]
    for case, (y, partials) in zip(cases, in_c(cases, tmp_path), strict=True):
        assert bits(y) == bits(case.y), case
        assert [bits(x) for x in partials] == [bits(x) for x in case.partials], case


@needs_c
def test_hundreds_of_operands(tmp_path: Path) -> None:
    numbers = [0.001 * i for i in range(400)]
    cases = [
        Case(row, (None,) * 400, tuple(numbers), row(*numbers), list(row.partials_at(numbers, row(*numbers))))
        for row in (PRIMITIVES["dot"], PRIMITIVES["norm"])
    ]
    assert in_c(cases, tmp_path) == [(case.y, case.partials) for case in cases]


def test_code_reads_as_c_is_written() -> None:
    def value(name: str, *operands: str | float) -> str:
        return c_value(PRIMITIVES[name], operands).expression

    def partials(name: str, *operands: str | float) -> list[Any]:
        return [partial and tuple(partial) for partial in c_partials(PRIMITIVES[name], operands, "y").partials]

    assert value("exp", "v[3]") == "exp(v[3])"
    assert value("mul", "v[3]", -2) == "v[3] * (-2.0)"
    assert value("div", 1, "v[3]") == "1.0 / v[3]"
    assert value("div", 1, 3) == "0.3333333333333333"
    assert value("where", "c", "a", 0.0) == "c != 0.0 ? a : 0.0"
    assert value("hypot", "a", "b") == value("norm", "a", "b") == "row_norm(2, (const double[]){a, b})"
    assert value("sum", "a", "b", 1.0) == "0.0 + a + b + 1.0"
    assert value("sum") == "0.0"
    assert partials("pow", "x", 2.0) == [("2.0 * x", None), None]
    assert partials("leaky_relu", "x", 0.01) == [("x > 0.0 ? 1.0 : 0.01", None), None]
    assert partials("leaky_relu", "x", 0.0) == [("1.0", "x > 0.0"), None]
    assert partials("where", "c", "a", "b") == [None, ("1.0", "c != 0.0"), ("1.0", "c == 0.0")]
    assert partials("xlogy", 2.0, "b") == [None, ("2.0 / b", None)]
    assert c_partials(PRIMITIVES["sigmoid"], ["x"], "y").calls == {PRIMITIVES["sigmoid_slope"]}


def test_the_head_is_the_same_in_every_run() -> None:
    rows = [
        called for row in PRIMITIVES.values() for called in body(row, (None,) * len((row.samples or row.kinks)[0]))[1]
    ]
    assert len(set(rows)) > 20
    assert c_functions(rows) == c_functions(reversed(rows))


@pytest.mark.parametrize(
    ("value", "partials", "rule"),
    [
        (math.gamma, lambda a, y: (a,), "value"),
        (lambda a: a if a > 0.0 else 0.0, lambda a, y: (a,), "value"),
        (lambda a: a, lambda a, y: (1.0 if a > 0.0 else 0.0,), "partials"),
        (lambda a: a, lambda a, y: (math.cos(a),), "partials"),
    ],
)
def test_a_rule_that_computes_with_floats_only_is_refused_by_name(value: Any, partials: Any, rule: str) -> None:
    mine = primitive("mine", value, partials)
    with pytest.raises(TypeError, match=rf"mine: its {rule} rule can't be written as a formula .* where\(\.\.\.\)"):
        c_functions({*c_value(mine, ["x"]).calls, *c_partials(mine, ["x"], "y").calls})


def test_two_primitives_of_one_name_are_refused() -> None:
    first = primitive("mine", lambda a: a * 2.0, lambda a, y: (2.0,), samples=[(1.0,)])
    del PRIMITIVES["mine"]
    second = primitive("mine", lambda a: a * 3.0, lambda a, y: (3.0,), samples=[(1.0,)])
    with pytest.raises(ValueError, match="mine: two primitives have this name"):
        c_functions([first, second])
