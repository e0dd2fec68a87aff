"""Formulas: what is written down means what the row computes."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd import PRIMITIVES, Primitive
from autograd.symbol import Symbol, operand_symbols, partial_formulas

ROWS = list(PRIMITIVES.values())
POINTS = [(row, point) for row in ROWS for point in (*row.samples, *row.kinks)]


def by_name(case: Any) -> str:
    return case.name if isinstance(case, Primitive) else str(case)


def evaluate(text: str, names: dict[str, float]) -> float:
    """What a formula in text means, read by Python after its signs are spelled out."""
    for sign, spelled in [("·", "*"), ("−", "-"), ("^", "**"), ("²", "**2"), ("≥", ">="), ("≤", "<="), ("≠", "!=")]:
        text = text.replace(sign, spelled)
    text = text.replace(" = ", " == ").replace("∞", "math.inf").replace("√", "math.sqrt")
    functions = {name: getattr(math, name) for name in ("exp", "expm1", "log", "sin", "cos", "sinh", "cosh", "hypot")}
    functions |= {"erfc": math.erfc, "min": min, "math": math, "σ": lambda a: 1 / (1 + math.exp(-a))}
    return float(eval(text, functions, names))


@pytest.mark.parametrize(("row", "point"), POINTS, ids=by_name)
def test_text_of_every_partial_means_the_partial(row: Primitive, point: tuple[float, ...]) -> None:
    operands = operand_symbols(row, len(point))
    y = row(*point)
    names = {str(symbol.head): number for symbol, number in zip(operands, point, strict=True)} | {"y": y}
    expected = row.partials_at(point, y)
    for formula, number in zip(partial_formulas(row, operands, Symbol("y")), expected, strict=True):
        try:
            result = evaluate(formula.text, names)
        except (ZeroDivisionError, ValueError):  # 1/0, log(−2): a reader stops where the row has inf or NaN
            assert not math.isfinite(number)
            continue
        assert result == pytest.approx(number or 0.0, rel=1e-5, nan_ok=True)
