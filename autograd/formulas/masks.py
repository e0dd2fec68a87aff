"""Where a partial flows: a row's rule says None for an operand that cannot influence the result under a condition."""

from __future__ import annotations

from typing import Any, Literal

from autograd.engine import primitives as p
from autograd.formulas.symbol import Symbol, as_symbol


def flowing(partial: Symbol) -> tuple[Symbol, Symbol | Literal[True] | None]:
    """A partial without its Nones, and the condition under which it flows: True for always, None for never."""
    if partial.head is None:
        return Symbol(0.0), None
    if partial.head != "where" or not partial.operands:
        return partial, True
    condition, a, b = partial.operands
    value_a, flows_a = flowing(a)
    value_b, flows_b = flowing(b)
    if flows_a is None and flows_b is None:
        return Symbol(0.0), None
    if flows_a is True and flows_b is True:
        return as_symbol(p.where(condition, value_a, value_b)), True
    if flows_a is None:
        return value_b, _condition(condition, False, flows_b)
    if flows_b is None:
        return value_a, _condition(condition, flows_a, False)
    return p.where(condition, value_a, value_b), _condition(condition, flows_a, flows_b)


def _condition(condition: Symbol, a: Any, b: Any) -> Symbol:
    """A condition, or whether another one holds, as 1.0 or 0.0."""
    return as_symbol(p.where(condition, _number(a), _number(b))) != 0.0


def _number(flows: Any) -> Any:
    return p.where(flows, 1.0, 0.0) if isinstance(flows, Symbol) else float(bool(flows))
