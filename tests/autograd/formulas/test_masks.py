"""Masks: the partial and the condition say what the formula with `None` in it says."""

from __future__ import annotations

import itertools
import math
import operator
import random
from typing import Any

import pytest

from autograd import PRIMITIVES, where
from autograd.formulas.masks import Flow, flowing
from autograd.formulas.notation import operands_first
from autograd.formulas.rewriting import shared
from autograd.formulas.symbol import Symbol, operand_symbols, partial_formulas

OPERATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "not": operator.not_,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "where": lambda condition, a, b: a if condition else b,
}
a, b, c = Symbol("a"), Symbol("b"), Symbol("c")


def evaluate(formula: Symbol, names: dict[str, float]) -> Any:
    """What a formula means: a number, None, or whether it holds."""
    if not formula.operands:
        return names[formula.head] if isinstance(formula.head, str) else formula.head
    return OPERATIONS[str(formula.head)](*[evaluate(operand, names) for operand in formula.operands])


def meaning(flow: Flow, names: dict[str, float]) -> float | None:
    """What a partial with its condition means."""
    condition = flow.condition
    if condition is None or (condition is not True and evaluate(condition, names) is False):  # type: ignore[arg-type]
        return None
    number = evaluate(flow.partial, names)
    assert isinstance(number, float)
    return number


def random_choice(generator: random.Random, depth: int) -> Symbol:
    """A formula that chooses by comparisons and by numbers."""
    if depth == 0 or generator.random() < 0.1:
        return Symbol(generator.choice([None, None, 1.0, 2.0, "a", "b"]))
    x, y = generator.choice([a, b, c]), generator.choice([a, b, c, Symbol(0.0)])
    condition = generator.choice([x < y, x <= y, x > y, x >= y, x == y, x != y, x])
    branches = random_choice(generator, depth - 1), random_choice(generator, depth - 1)
    return where(condition, *branches)


@pytest.mark.parametrize("seed", range(300))
def test_a_mask_means_what_the_formula_means(seed: int) -> None:
    generator = random.Random(seed)
    [formula] = shared([random_choice(generator, 1 + seed % 4)])
    flow = flowing(formula)
    if flow.condition is not None:
        assert all(symbol.head is not None for symbol in operands_first([flow.partial]))
    if isinstance(flow.condition, Symbol):
        assert flow.condition.is_comparison
    for numbers in itertools.product([0.0, -1.0, 2.0, math.nan], repeat=3):
        names = dict(zip("abc", numbers, strict=True))
        assert repr(meaning(flow, names)) == repr(evaluate(formula, names))


@pytest.mark.parametrize(
    ("formula", "partial", "condition"),
    [
        (a, "a", "True"),
        (Symbol(None), "None", "None"),
        (where(a > b, None, None), "None", "None"),
        (where(a > b, 1.0, 2.0), "where(>(...), 1.0, 2.0)", "True"),
        (where(a > b, 1.0, None), "1.0", ">(a, b)"),
        (where(a > b, None, 1.0), "1.0", "not(>(...))"),
        (where(a == b, None, 1.0), "1.0", "!=(a, b)"),
        (where(a != b, None, 1.0), "1.0", "==(a, b)"),
        (where(a, 1.0, None), "1.0", "!=(a, 0.0)"),
        (where(a, None, 1.0), "1.0", "==(a, 0.0)"),
        (where(a < b, None, where(b > c, None, 1.0)), "1.0", "and(not(...), not(...))"),
        (where(a < b, 2.0, where(b > c, None, 1.0)), "where(<(...), 2.0, 1.0)", "or(<(...), not(...))"),
        (where(a < b, where(b > c, None, 1.0), 2.0), "where(<(...), 1.0, 2.0)", "or(not(...), not(...))"),
    ],
)
def test_masks_are_as_short_as_they_can_be(formula: Symbol, partial: str, condition: str) -> None:
    flow = flowing(formula)
    assert repr(flow.partial) == partial
    assert repr(flow.condition) == condition


def test_branches_that_are_the_same_are_no_choice() -> None:
    [formula] = shared([where(a == 0.0, where(b >= 0.0, None, a * b), a * b)])
    flow = flowing(formula)
    assert repr(flow.partial) == "mul(a, b)"
    assert repr(flow.condition) == "or(!=(...), not(...))"


def test_masks_of_any_depth() -> None:
    formula = Symbol(None)
    for _ in range(20_000):
        formula = where(a > b, 1.0, formula)
    assert flowing(formula).condition is not None


def test_every_partial_of_the_table_has_a_mask_without_none() -> None:
    masked = set()
    for row in PRIMITIVES.values():
        for formula in partial_formulas(row, operand_symbols(row, 4), Symbol("y"), exact=True):
            partial, condition = flowing(formula)
            if condition is not None:
                assert all(symbol.head is not None for symbol in operands_first([partial])), row
            if condition is not True:
                masked.add(row.name)
    assert {"where", "relu", "clip", "maximum", "minimum", "pow", "xlogy", "elu", "leaky_relu"} <= masked
