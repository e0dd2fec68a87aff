"""What a comparison is while a function is recorded: Python's bool, and a number to the engine."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

from autograd import jit, where
from autograd.program.comparison import COMPARISONS

USES: dict[str, Callable[[Any], Any]] = {
    "int": lambda c: int(c) + 2,
    "float": lambda c: float(c) / 2.0,
    "an index": lambda c: [3.0, 5.0][c],
    "not": lambda c: not c,
    "repr": lambda c: len(repr(c)),
    "a key": lambda c: {True: 3.0, False: 5.0}[c],
    "where": lambda c: where(c, 3.0, 5.0),
    "times": lambda c: c * 3.0,
    "minus": lambda c: 5.0 - c,
    **{
        f"{f.__name__} {other}": lambda c, f=f, other=other: f(c, other)
        for f in (
            *(operator.and_, operator.or_, operator.xor),
            *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
        )
        for other in (True, False)
    },
    **{
        f"{other} {f.__name__}": lambda c, f=f, other=other: f(other, c)
        for f in (operator.and_, operator.or_, operator.xor)
        for other in (True, False)
    },
}


@pytest.mark.parametrize("sign", [operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize("use", USES)
def test_it_is_used_as_a_bool_is(use: str, sign: Callable[[Any, Any], Any]) -> None:
    """At points on either side of it, and on it, the first of which is recorded; Python's own bool is the oracle."""
    replayed = jit(lambda x: x + USES[use](sign(x, 0.25)))
    for x in (0.5, -1.0, 0.25, 2.0):
        assert replayed(x) == x + USES[use](sign(x, 0.25))


@pytest.mark.parametrize("sign", [operator.lt, operator.le, operator.gt, operator.ge])
def test_two_are_compared(sign: Callable[[Any, Any], Any]) -> None:
    replayed = jit(lambda x, y: x + float(sign(x, y > 0.0)))
    for x, y in ((0.5, 1.0), (0.5, -1.0), (1.0, 1.0), (-1.0, -1.0)):
        assert replayed(x, y) == x + float(sign(x, y > 0.0))


SIGNS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@pytest.mark.parametrize("sign", SIGNS)
def test_its_row_says_1_or_0_as_floats(sign: str) -> None:
    row = COMPARISONS[sign]
    assert (row.symbol, COMPARISONS.keys()) == (sign, SIGNS.keys())
    for a, b in ((1.0, 2.0), (2.0, 1.0), (1.0, 1.0)):
        found = row.value_at([a, b], [a, b])
        assert (type(found), found) == (float, float(SIGNS[sign](a, b)))
        assert list(row.partials_at([a, b], found)) == [None, None]


@pytest.mark.parametrize("sign", [operator.eq, operator.ne])
def test_equality_of_numbers_is_a_branch_too(sign: Callable[[Any, Any], Any]) -> None:
    replayed = jit(lambda x: x * (3.0 if sign(x, 0.25) else 5.0))
    for x in (0.25, 1.0, 0.25, -0.25):
        assert replayed(x) == x * (3.0 if sign(x, 0.25) else 5.0)


def test_numbers_and_comparisons_are_computed_with_as_1_and_0() -> None:
    """On either side, and of two of them; `where` makes no program for the other answer."""
    replayed = jit(lambda x: where(x > 0.25, x, 2.0 * x) + (x > 0.0) * x - (x > 1.0) * (x > 0.5))
    for x in (0.5, -1.0, 0.25, 2.0):
        assert replayed(x) == (x if x > 0.25 else 2.0 * x) + (x > 0.0) * x - (x > 1.0) * (x > 0.5)
    assert [len(ways) for ways in replayed.variants.values()] == [1]
