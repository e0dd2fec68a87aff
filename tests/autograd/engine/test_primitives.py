"""The table: every row against central differences, SymPy and PyTorch, and each of these checks against wrong rows."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import sympy

import autograd
from autograd import PRIMITIVES, Primitive, Value
from support import formulas
from support.oracles import (
    altered,
    assert_close,
    check_differences,
    check_sympy,
    check_torch,
    check_torch_at_extremes,
    float_partials,
    random_points,
)
from support.torch_rows import NOT_IN_TORCH, value_differs

ROWS = [pytest.param(row, id=row.name) for row in PRIMITIVES.values()]
every_row = pytest.mark.parametrize("row", ROWS)
every_row_but_stop_gradient = pytest.mark.parametrize("row", [row for row in ROWS if row.id != "stop_gradient"])


def check_or_skip_torch(row: Primitive) -> None:
    if row.name in NOT_IN_TORCH:
        pytest.skip(NOT_IN_TORCH[row.name])
    check_torch(row)


# ---------------------------------------------------------------------------------------------------------------------
# Every row against the oracles


@every_row_but_stop_gradient  # whose derivative is declared
def test_partials_equal_central_differences(row: Primitive) -> None:
    check_differences(row)


@every_row
def test_value_and_partials_equal_what_sympy_computes(row: Primitive) -> None:
    check_sympy(row)


@every_row
def test_value_partials_and_conventions_equal_those_of_torch(row: Primitive) -> None:
    check_or_skip_torch(row)


UNPROVED = {
    "fmod": "SymPy doesn't see that (y − a)/b is a whole number",
    "clip": "SymPy doesn't see that a < low and a > high exclude each other",
    "ieee_log": "SymPy takes the logarithm of a negative number for a complex one",
    "abs": "SymPy doesn't see that a < 0 or a > 0 leaves out only the kink",
    "elu": "SymPy doesn't see that a < 0 or a > 0 leaves out only the kink",
}


asks_sympy_alone = pytest.mark.skipif(autograd.compiled, reason="about the textbook's formulas, which no build changes")


@asks_sympy_alone
@every_row
def test_sympy_proves_the_partials(row: Primitive) -> None:
    if row.name in UNPROVED:
        pytest.skip(UNPROVED[row.name])
    names = formulas.symbols(row)
    value = formulas.meaning(row, names)
    for name, partial in zip(names, formulas.partial_expressions(row, names), strict=True):
        assert formulas.vanishes(sympy.diff(value, name) - partial)


CONVENTIONS = [
    ("where", (0.0, 2.0, 3.0), (0.0, 0.0, 1.0)),
    ("stop_gradient", (2.0,), (0.0,)),
    ("pow", (0.0, 0.0), (0.0, 0.0)),
    ("pow", (0.0, 1.0), (1.0, 0.0)),
    ("pow", (0.0, 2.0), (0.0, 0.0)),
    ("pow", (0.0, 0.5), (math.inf, 0.0)),
    ("pow", (-2.0, 3.0), (12.0, math.nan)),
    ("pow", (-2.0, -1.0), (-0.25, math.nan)),
    ("abs", (0.0,), (0.0,)),
    ("floor", (2.0,), (0.0,)),
    ("ceil", (2.0,), (0.0,)),
    ("trunc", (-1.0,), (0.0,)),
    ("round", (2.5,), (0.0,)),
    ("sign", (0.0,), (0.0,)),
    ("mod", (6.0, 2.0), (1.0, -3.0)),
    ("mod", (-6.0, 2.0), (1.0, 3.0)),
    ("floordiv", (6.0, 2.0), (0.0, 0.0)),
    ("fmod", (-6.0, 4.0), (1.0, 1.0)),
    ("sqrt", (0.0,), (math.inf,)),
    ("cbrt", (0.0,), (math.inf,)),
    ("xlogy", (0.0, 1.0), (0.0, 0.0)),
    ("xlogy", (0.0, -1.0), (0.0, 0.0)),
    ("xlogy", (0.0, 0.0), (0.0, 0.0)),
    ("ieee_pow", (0.0, 0.0), (0.0, -math.inf)),
    ("ieee_pow", (0.0, 1.0), (1.0, 0.0)),
    ("ieee_log", (0.0,), (math.inf,)),
    ("ieee_log", (-1.0,), (math.nan,)),
    ("maximum", (2.0, 2.0), (0.5, 0.5)),
    ("minimum", (2.0, 2.0), (0.5, 0.5)),
    ("clip", (1.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
    ("clip", (-1.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
    ("clip", (1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
    ("clip", (0.0, 1.0, 1.0), (0.0, 1.0, 0.0)),
    ("clip", (2.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
    ("hypot", (0.0, 0.0), (0.0, 0.0)),
    ("amax", (1.0, 1.0), (0.5, 0.5)),
    ("amax", (2.0, 1.0, 2.0, 2.0), (1 / 3, 0.0, 1 / 3, 1 / 3)),
    ("norm", (0.0, 0.0), (0.0, 0.0)),
    ("asin", (1.0,), (math.inf,)),
    ("asin", (-1.0,), (math.inf,)),
    ("acos", (1.0,), (-math.inf,)),
    ("acosh", (1.0,), (math.inf,)),
    ("atan2", (0.0, 0.0), (0.0, 0.0)),
    ("relu", (0.0,), (0.0,)),
    ("leaky_relu", (0.0, 0.25), (0.25, 0.0)),
    ("elu", (0.0, 0.25), (0.25, 0.0)),
]


@pytest.mark.parametrize(("name", "point", "expected"), CONVENTIONS)
def test_conventions_at_kinks_are_the_stated_ones(
    name: str, point: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    for actual, partial in zip(float_partials(PRIMITIVES[name], point), expected, strict=True):
        assert_close(actual, partial, 1e-15, f"{name} at {point}")


# ---------------------------------------------------------------------------------------------------------------------
# Kinks

GRID = [-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, -0.125, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
LEFT_OUT: dict[str, Callable[..., bool]] = {
    "pow": lambda a, b: a < 0.0,  # where exponents beside a whole one give no number
    "ieee_pow": lambda a, b: a < 0.0,
    "clip": lambda a, low, high: low == high,  # where no bound can move both ways
    "atan2": lambda a, b: a == 0.0 > b,  # where the angle jumps, but not its derivative
    "round_digits": lambda a, ndigits: ndigits % 1.0 != 0.0,
}


def has_a_derivative(row: Primitive, point: tuple[float, ...]) -> bool:
    """Whether slopes to both sides agree, along each operand and along all together; at an edge one side will do."""
    step, n = 2.0**-20, len(point)
    for along in ([1.0] * n, *[[float(i == j) for j in range(n)] for i in range(n)]):
        slopes = []
        for h in (-step, step):
            with contextlib.suppress(ValueError, ZeroDivisionError):
                slope = (row(*[x + h * d for x, d in zip(point, along, strict=True)]) - row(*point)) / h
                slopes += [] if math.isnan(slope) else [slope]
        if not slopes or max(slopes) - min(slopes) > 0.01 or max(map(abs, slopes)) > 500.0:
            return False
    return True


@pytest.mark.parametrize("row", [row for row in ROWS if row.values[0].at_kink is not None])  # type: ignore[union-attr]
def test_a_convention_decides_where_there_is_no_derivative_and_nowhere_else(row: Primitive) -> None:
    found = set()
    assert row.at_kink is not None
    for point in itertools.product(GRID, repeat=2 if row.variadic else len(row.operands)):
        try:
            defined = math.isfinite(row(*point))
        except (ValueError, ZeroDivisionError):
            continue
        if defined and not (row.name in LEFT_OUT and LEFT_OUT[row.name](*point)):
            at_kink = row.at_kink(point) if row.variadic else row.at_kink(*point)
            assert at_kink is not has_a_derivative(row, point), point
            found.add(at_kink)
    assert found == {False, True}


ODD_VALUES = [
    ("relu", (-0.0,), 0.0),  # not −0
    ("leaky_relu", (0.0, -1.0), -0.0),  # at 0 it is the slope that counts
    ("leaky_relu", (0.0, math.inf), math.nan),
    ("elu", (0.0, -1.0), -0.0),  # and alpha
    ("elu", (0.0, math.inf), math.nan),
    ("floor", (-0.0,), 0.0),
    ("ceil", (-0.5,), 0.0),
    ("trunc", (-0.5,), 0.0),
    ("round", (-0.5,), 0.0),
    ("sign", (-0.0,), 0.0),
    ("maximum", (-0.0, 0.0), -0.0),  # of two that are equal the first
    ("maximum", (0.0, -0.0), 0.0),
    ("minimum", (-0.0, 0.0), -0.0),
    ("minimum", (0.0, -0.0), 0.0),
]


@pytest.mark.parametrize(("name", "point", "expected"), ODD_VALUES)
def test_values_at_zeros(name: str, point: tuple[float, ...], expected: float) -> None:
    assert repr(PRIMITIVES[name](*point)) == repr(expected)
    assert repr(PRIMITIVES[name](*map(Value, point)).data) == repr(expected)


# ---------------------------------------------------------------------------------------------------------------------
# A legal point has partials, whatever its numbers

_EXTREMES = [0.0, 1.0, 1e-300, 5e-324, 1e154, 1.7e308, math.inf, 709.782712893384, 710.4758600739439, 0.5]
EXTREMES = [*_EXTREMES, *(-x for x in _EXTREMES), math.nan]


def extreme_points(row: Primitive) -> list[tuple[float, ...]]:
    return list(itertools.product(EXTREMES, repeat=2 if row.variadic else len(row.operands)))


@every_row
def test_a_derivative_never_raises_where_the_value_is_defined(row: Primitive) -> None:
    legal = 0
    for point in extreme_points(row):
        try:
            y = row(*point)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        legal += 1
        assert all(partial is None or isinstance(partial, float) for partial in row.partials_at(point, y))
    assert legal


@every_row
def test_outside_its_domain_and_only_there_a_row_raises_and_says_so(row: Primitive) -> None:
    points = extreme_points(row) + ([(), (1.0,)] if row.variadic else [])
    messages = []
    for point in points:
        try:
            row(*point)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            messages.append(str(error))
    assert bool(messages) == bool(row.domain)
    assert all(row.name in message and row.domain in message for message in messages)


@every_row
def test_value_and_partials_equal_those_of_torch_at_extremes(row: Primitive) -> None:
    if row.name in NOT_IN_TORCH:
        pytest.skip(NOT_IN_TORCH[row.name])
    check_torch_at_extremes(row, [point for point in extreme_points(row) if not value_differs(row.name, point)])


# ---------------------------------------------------------------------------------------------------------------------
# The checks are checked: a wrong row fails them


def with_rule(row: Primitive, rule: str, wrong: Callable[[Any], Any]) -> Primitive:
    original = getattr(row, rule)
    return altered(row, **{rule: functools.wraps(original)(lambda *operands: wrong(original(*operands)))})


def wrong_value(row: Primitive) -> Primitive:
    return with_rule(row, "value", lambda y: y + 1e-6 * y * y)


def wrong_partials(row: Primitive) -> Primitive:
    return with_rule(row, "partials", lambda partials: tuple((0.0 if p is None else p) + 1e-6 for p in partials))


STEPS = ("floor", "ceil", "trunc", "round", "round_digits", "sign", "floordiv")


@every_row_but_stop_gradient
@pytest.mark.parametrize("spoil", [wrong_value, wrong_partials])
@pytest.mark.parametrize("check", [check_differences, check_sympy, check_or_skip_torch])
def test_every_check_rejects_a_wrong_row(row: Primitive, spoil: Any, check: Any) -> None:
    if spoil is wrong_value and check is check_differences and row.name in STEPS:
        pytest.skip("a step at the wrong height is as level as the right one")
    with pytest.raises(AssertionError, match=row.name):
        check(spoil(row))


@asks_sympy_alone
@every_row
def test_sympy_does_not_prove_wrong_partials(row: Primitive) -> None:
    names = formulas.symbols(row)
    value = formulas.meaning(row, names)
    partials = formulas.partial_expressions(wrong_partials(row), names)
    assert not any(
        formulas.vanishes(sympy.diff(value, name) - partial) for name, partial in zip(names, partials, strict=True)
    )


WRONG_CONVENTIONS = [
    pytest.param(altered(PRIMITIVES["relu"], partials=lambda a, y: (float(a >= 0.0),)), id="relu'(0) = 1"),
    pytest.param(altered(PRIMITIVES["abs"], partials=lambda a, y: (math.copysign(1.0, a),)), id="|x|'(0) = 1"),
    pytest.param(
        altered(PRIMITIVES["maximum"], partials=lambda a, b, y: (float(a >= b), float(a < b))), id="a tie to the first"
    ),
    pytest.param(
        altered(PRIMITIVES["sqrt"], partials=lambda a, y: (0.5 / y if y else 0.0,)), id="sqrt'(0) = 0 hides the pole"
    ),
]


@pytest.mark.parametrize("row", WRONG_CONVENTIONS)
def test_torch_rejects_a_wrong_convention(row: Primitive) -> None:
    check_differences(row)  # right but for the kink
    with pytest.raises(AssertionError, match="partial 0"):
        check_torch(row)


# ---------------------------------------------------------------------------------------------------------------------
# What a row says about itself


@every_row
def test_a_row_describes_itself(row: Primitive) -> None:
    assert PRIMITIVES[row.name] is row
    assert row.symbol
    assert row.operands
    assert row.operands == ("xs",) or not row.variadic
    assert len(row.defaults) < len(row.operands)
    assert row.samples or row.name == "stop_gradient", "a row without samples is a row without tests"
    for point in (*row.samples, *row.kinks):
        assert row.variadic or len(point) == len(row.operands)
        assert all(type(x) is float for x in point)
        assert isinstance(row(*point), float)  # inside the domain
    assert bool(row.kinks) == bool(row.convention), "a kink needs a convention, a convention a point to test it at"


@every_row
def test_partials_are_finite_at_samples(row: Primitive) -> None:
    assert all(math.isfinite(partial) for point in row.samples for partial in float_partials(row, point))


@every_row_but_stop_gradient
def test_a_value_records_the_row(row: Primitive) -> None:
    for point in (*row.samples, *row.kinks):
        operands = [Value(x) for x in point]
        node = row(*operands)
        assert node.primitive is row
        assert node.operands == tuple(operands)
        assert node.data == row(*point)
        node.backward()
        for operand, partial in zip(operands, float_partials(row, point), strict=True):
            assert_close(operand.grad, partial, 0.0, f"gradient of {row.name} at {point}")


# ---------------------------------------------------------------------------------------------------------------------
# What formulas show

TEXTBOOK = [pytest.param(row, id=row.name) for row in PRIMITIVES.values() if row.textbook is not row.partials]
NO_NUMBER_AT_KINKS = (
    "pow",
    "ieee_pow",
    "xlogy",
    "atan2",
)  # books write 0 · log 0 there, or b / 0 for what is not meant


@pytest.mark.parametrize("row", TEXTBOOK)
def test_partials_as_books_write_them_equal_those_that_are_computed(row: Primitive) -> None:
    kinks = () if row.name in NO_NUMBER_AT_KINKS else row.kinks
    for point in (*row.samples, *random_points(row), *kinks):
        written = row.partials_at(point, row(*point), textbook=True)
        for i, (partial, computed) in enumerate(zip(written, float_partials(row, point), strict=True)):
            assert_close(partial or 0.0, computed, 1e-11, f"textbook's partial {i} of {row.name} at {point}")
