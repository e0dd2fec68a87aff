"""Formulas rewritten: they stay the same formulas."""

from __future__ import annotations

import math

import pytest

from autograd import PRIMITIVES, primitive
from autograd.formulas.notation import operands_first, to_text
from autograd.formulas.rewriting import shared, spelled_out
from autograd.formulas.symbol import Symbol

a, b = Symbol("a"), Symbol("b")


def test_equal_parts_become_one() -> None:
    first, second = shared([(a + b) * (a + b), (Symbol("a") + b).tanh()])
    assert first.operands[0] is first.operands[1] is second.operands[0]
    assert to_text(first) == "(a + b)²"
    assert to_text(second) == "tanh(a + b)"


@pytest.mark.parametrize(("x", "y"), [(0.0, -0.0), ("1.0", 1.0), ("None", None), ("nan", math.nan), (1.0, 2.0)])
def test_leaves_that_differ_stay_two(x: str | float | None, y: str | float | None) -> None:
    first, second = shared([Symbol(x), Symbol(y)])
    assert (first.head, second.head) == (x, y)
    assert first is not second


def test_order_of_operands_is_kept() -> None:
    first, second = shared([a - b, b - a])
    assert (to_text(first), to_text(second)) == ("a − b", "b − a")


def test_sums_and_products_are_spelled_out() -> None:
    total = PRIMITIVES["sum"](a, PRIMITIVES["dot"](a, 2.0, b, 3.0), PRIMITIVES["norm"](a, b))
    [formula] = spelled_out([total.exp()], kept=["norm"])
    heads = [symbol.head for symbol in operands_first([formula])]
    assert {"sum", "dot"}.isdisjoint(heads)
    assert "norm" in heads
    assert to_text(formula) == "exp(a + (a·b + 2·3) + ‖a, b‖)"


def test_a_row_of_rows_is_spelled_out_to_the_end() -> None:
    twice = primitive(
        "twice",
        lambda xs: 2.0 * PRIMITIVES["sum"](*xs),
        lambda xs, y: (2.0,) * len(xs),
        variadic=True,
        samples=[(1.0,)],
    )
    [formula] = spelled_out([twice(a, b)])
    assert to_text(formula) == "2·(a + b)"


def test_what_computes_with_floats_only_is_refused() -> None:
    with pytest.raises(TypeError, match="norm: its value rule can't be written as a formula"):
        spelled_out([PRIMITIVES["norm"](a, b)])


def test_formulas_of_any_depth() -> None:
    formula = a
    for _ in range(20_000):
        formula = PRIMITIVES["sum"](formula, b)
    assert to_text(shared(spelled_out([formula]))[0]).count("b") == 20_000
