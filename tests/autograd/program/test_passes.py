"""Programs rewritten into others: they compute the same, and every operation stands where it stood in the source."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Program, exp, jit, sin
from autograd.program.passes import sums_of_products


def one_sum(w: Any, x: Any) -> Any:
    slopes = [exp(a) for a in w]
    total = sum(a * b for a, b in zip(slopes, x, strict=True)) + w[0]
    return total * x[0] if total > -1e9 else x


def three_sums(w: Any, x: Any) -> Any:
    sums = [sum(a * b for a, b in zip(w[i:] + w[:i], x, strict=True)) for i in range(3)]
    a, b, c = [sin(y) for y in sums]
    return a - b / c


FUNCTIONS: list[tuple[Callable[..., Any], dict[str, set[int]]]] = [
    (one_sum, {"exp": {1}, "dot": {2}, "add": {2}, "greater": {3}, "mul": {3}}),
    (three_sums, {"dot": {1}, "sin": {2}, "sub": {3}, "div": {3}}),
]
"""And on which of its lines the operations of each name stand, when the sums are one operation each."""


def places(f: Callable[..., Any], program: Program) -> dict[str, set[int]]:
    first = f.__code__.co_firstlineno
    found: dict[str, set[int]] = {}
    for row, line in zip(program.primitives, program.lines, strict=True):
        found.setdefault(row.name, set()).add(program.places[line].line - first)
    return found


def point(count: int) -> tuple[list[float], list[float]]:
    draw = random.Random(count)
    return [draw.uniform(-1.0, 1.0) for _ in range(count)], [draw.uniform(-1.0, 1.0) for _ in range(count)]


@pytest.mark.parametrize("count", [8, 9, 20])
@pytest.mark.parametrize(("f", "expected"), FUNCTIONS)
def test_a_sum_of_products_is_one_operation(f: Callable[..., Any], expected: dict[str, set[int]], count: int) -> None:
    w, x = point(count)
    rewritten = sums_of_products(jit(f).program(w, x))
    assert places(f, rewritten) == expected
    assert rewritten(*w, *x) == pytest.approx([f(w, x)], rel=1e-13)


@pytest.mark.parametrize(("f", "expected"), FUNCTIONS)
def test_where_no_lines_are_known_none_are_afterwards(f: Callable[..., Any], expected: dict[str, set[int]]) -> None:
    w, x = point(8)
    rewritten = sums_of_products(dataclasses.replace(jit(f).program(w, x), lines=[]))
    assert rewritten.counts().keys() == expected.keys()
    assert set(rewritten.lines) == {-1}
    assert rewritten(*w, *x) == pytest.approx([f(w, x)], rel=1e-13)


@pytest.mark.parametrize("f", [f for f, _ in FUNCTIONS])
def test_few_products_stay_as_they_are(f: Callable[..., Any]) -> None:
    program = jit(f).program(*point(7))
    assert sums_of_products(program) is program
