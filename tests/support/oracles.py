"""Independent oracles for a row of the table, each as a check that raises AssertionError where the row is wrong.

- `check_differences`: central differences of the value rule, at the row's samples;
- `check_sympy`: SymPy's derivative of what the row means, at random points of its domain;
- `check_torch`: PyTorch's value and gradient, at the samples and, for the conventions, at the kinks;
- `check_torch_at_extremes`: the same at infinities, NaN, huge and tiny numbers.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sympy

from autograd import Primitive
from support import formulas
from support.torch_rows import TORCH_DIFFERS, partial_differs, torch_at

# The central stencil of order 8, https://en.wikipedia.org/wiki/Finite_difference_coefficient
_STENCIL = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))


def bits(number: float) -> bytes:
    """The bits of a float, to compare 0.0 with -0.0 and NaN with NaN; every NaN counts as the same."""
    return struct.pack("<d", math.nan if math.isnan(number) else number)


def central_difference(f: Callable[..., float], point: Sequence[float], i: int, step: float = 1e-3) -> float:
    """The derivative of f by its i-th argument, by differences of order 8 in the step.

    A step of 1e-3 leaves about 1e-13 of rounding, and less than that of truncation for a function that is smooth
    within some 0.05 of the point.
    """

    def at(x: float) -> float:
        return f(*point[:i], x, *point[i + 1 :])

    return sum(c * (at(point[i] + k * step) - at(point[i] - k * step)) for k, c in _STENCIL) / step


def assert_close(actual: float, expected: float, tolerance: float, what: str) -> None:
    """That two numbers agree: both NaN, the same infinity, or to the tolerance (absolute below 1, relative above)."""
    if math.isfinite(actual) and math.isfinite(expected):
        agree = abs(actual - expected) <= tolerance * max(1.0, abs(expected))
    else:
        agree = actual == expected or (math.isnan(actual) and math.isnan(expected))
    assert agree, f"{what}: {actual!r}, expected {expected!r}"


def float_partials(row: Primitive, point: Sequence[float]) -> list[float]:
    """What the row's rules return at a point; nothing flowing is a derivative of zero."""
    return [0.0 if partial is None else float(partial) for partial in row.partials_at(point, row(*point))]


def random_points(row: Primitive, count: int = 20, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """Points of the row's domain, of either sign and of sizes from 0.01 to 10."""
    generator = random.Random(f"{row.name} {seed}")
    size = len(formulas.symbols(row))
    found = 0
    while found < count:
        point = tuple(generator.choice((-1.0, 1.0)) * 10.0 ** generator.uniform(-2.0, 1.0) for _ in range(size))
        try:
            defined = math.isfinite(row(*point))
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        if defined:
            found += 1
            yield point


def check_differences(row: Primitive) -> None:
    """Hold the partials against differences of the value, at every sample."""
    assert row.samples
    for point in row.samples:
        scale = max(1.0, abs(row(*point)))
        for i, partial in enumerate(float_partials(row, point)):
            expected = central_difference(row, point, i)
            assert_close(partial, expected, 1e-11 * scale, f"partial {i} of {row.name} at {point}")


def check_sympy(row: Primitive) -> None:
    """Hold value and partials against the definition and its derivative, computed by SymPy with 50 digits.

    Both in floats, to 1e-12, and as formulas: the rules, run on symbols, must return the same number to the last bit
    or two. A row that the tests hold no definition of is held against the derivative of its own value rule.
    """
    names = formulas.symbols(row)
    definition = formulas.meaning(row, names)
    value, rule = (formulas.compiled(names, e) for e in (definition, formulas.value_expression(row, names)))
    derivatives = [formulas.compiled(names, sympy.diff(definition, name)) for name in names]
    partial_rules = [formulas.compiled(names, e) for e in formulas.partial_expressions(row, names)]
    for point in random_points(row):
        where = f"{row.name} at {point}"
        assert_close(row(*point), value(*point), 1e-12, f"value of {where}")
        assert_close(rule(*point), value(*point), 1e-15, f"formula of the value of {where}")
        partials = float_partials(row, point)
        for i, (derivative, partial_rule) in enumerate(zip(derivatives, partial_rules, strict=True)):
            expected = derivative(*point)
            assert_close(partials[i], expected, 1e-12, f"partial {i} of {where}")
            assert_close(partial_rule(*point), expected, 1e-15, f"formula of partial {i} of {where}")


def check_torch(row: Primitive) -> None:
    """Hold value and partials against PyTorch's, in float64, at samples and at kinks."""
    points = [*row.samples, *row.kinks]
    for point, (y, gradient) in zip(points, torch_at(row.name, points), strict=True):
        where = f"{row.name} at {point}"
        assert_close(row(*point), y, 1e-13, f"value of {where}")
        for i, (partial, slope) in enumerate(zip(float_partials(row, point), gradient, strict=True)):
            if (row.name, point, i) not in TORCH_DIFFERS:
                assert_close(partial, slope, 1e-12, f"partial {i} of {where}")


def check_torch_at_extremes(row: Primitive, points: Sequence[tuple[float, ...]]) -> None:
    """Hold the value, and the partials that aren't known to differ, against PyTorch's at huge and tiny numbers.

    Where the row raises, PyTorch returns an infinity or NaN: such points are left out.
    """
    for point, (expected, gradient) in zip(points, torch_at(row.name, points), strict=True):
        try:
            y = row(*point)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        where = f"{row.name} at {point}"
        assert_close(y, expected, 1e-13, f"value of {where}")
        for i, (partial, slope) in enumerate(zip(float_partials(row, point), gradient, strict=True)):
            if not partial_differs(row.name, point, i):
                assert_close(partial, slope, 1e-12, f"partial {i} of {where}")


def altered(row: Primitive, **rules: Any) -> Primitive:
    """The row with another value or other partials, outside the table."""
    rules = {"value": row.value, "partials": row.partials} | rules
    return Primitive(row.name, **rules, variadic=row.variadic, samples=row.samples, kinks=row.kinks)
