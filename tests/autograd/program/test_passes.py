"""Programs rewritten into others: they compute the same, and every operation stands where it stood in the source."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Program, exp, ieee, jit, log, sin, stop_gradient
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


def with_everything(w: Any, x: Any) -> Any:
    """A sum of products before and behind what is stopped, named, asked and done inside `ieee`."""
    total = sum(a * b for a, b in zip(w, x, strict=True))
    held = stop_gradient(exp(total))
    with ieee():
        quotient = 1.0 / (total - held)
    if quotient == quotient:
        total = total + sum(a * b for a, b in zip(x, w, strict=True)) * held
    return total * quotient


def test_what_is_known_of_operations_moves_with_them() -> None:
    w, x = point(9)
    program = jit(with_everything).program(w, x)
    program = dataclasses.replace(program, labels={slot: f"s{slot}" for slot, _, _ in program.operations()})
    rewritten = sums_of_products(program)
    names = {slot: row.name for slot, row, _ in rewritten.operations()}
    assert list(names.values()).count("dot") == 2

    def told(p: Program) -> list[list[tuple[str, str]]]:
        rows = {slot: row.name for slot, row, _ in p.operations()}
        marked = [p.stopped, p.ieee, [guard.slot for guard in p.guards]]
        return [sorted((rows[slot], p.labels[slot]) for slot in slots) for slots in marked]

    assert told(rewritten) == told(program)
    assert [len(marks) > 0 for marks in told(program)] == [True, True, True]
    assert {rewritten.labels[slot] for slot in names} <= set(program.labels.values())
    assert rewritten(*w, *x) == pytest.approx([with_everything(w, x)], rel=1e-12)


def test_parts_of_a_sum_that_are_used_elsewhere_stay() -> None:
    """As results, in guards, behind a stop, by another operation or twice by one."""

    def as_results(w: Any, x: Any) -> Any:
        products = [a * b for a, b in zip(w, x, strict=True)]
        return [sum(products), products[0], products[8]]

    def twice(w: Any, x: Any) -> Any:
        products = [a * b for a, b in zip(w, x, strict=True)]
        return sum(products) + products[3] * products[3]

    def asked(w: Any, x: Any) -> Any:
        products = [a * b for a, b in zip(w, x, strict=True)]
        return sum(products) if products[2] else sum(products) + log(products[2])

    w, x = point(11)
    for f, inside in ((as_results, 9), (twice, 11), (asked, 10)):
        program = jit(f).program(w, x)
        rewritten = sums_of_products(program)
        (dot,) = [operands for _, row, operands in rewritten.operations() if row.name == "dot"]
        assert len(dot) == 2 * inside
        expected = f(w, x)
        assert rewritten(*w, *x) == pytest.approx(expected if isinstance(expected, list) else [expected], rel=1e-13)


@pytest.mark.parametrize("rest", [0.0, 1.0, -2.5])
def test_constants_in_a_sum_are_added_but_for_0(rest: float) -> None:
    def f(w: Any, x: Any) -> Any:
        return sum((a * b for a, b in zip(w, x, strict=True)), start=rest) + w[0]

    w, x = point(8)
    rewritten = sums_of_products(jit(f).program(w, x))
    assert rewritten(*w, *x) == pytest.approx([f(w, x)], rel=1e-13)
    assert rewritten.counts() == {"dot": 1, "add": 1 if rest == 0.0 else 2}
