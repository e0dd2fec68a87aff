"""Where a partial flows: the `None` of a formula, nothing flows, taken out of it and made a condition."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from autograd.formulas.notation import operands_first
from autograd.formulas.symbol import Symbol

Condition: TypeAlias = Symbol | bool | None


class Flow(NamedTuple):
    """A partial and where it flows.

    Attributes:
        partial: a formula without `None`, to be read where the condition holds; elsewhere it may be anything.
        condition: `True` (everywhere), `None` (nowhere), or a symbol that is true or false: a comparison, or the `not`,
            `and`, `or` of such symbols.
    """

    partial: Symbol
    condition: Condition


def flowing(formula: Symbol) -> Flow:
    """The partial that a formula with `None` in branches of its choices stands for, and where it flows.

    A choice between branches that are one and the same symbol is no choice: see `rewriting.shared`.

    >>> from autograd import where
    >>> a = Symbol("a")
    >>> flowing(where(a > 0.0, a * 2.0, None))
    Flow(partial=mul(a, 2.0), condition=>(a, 0.0))
    >>> flowing(where(a > 0.0, None, a))
    Flow(partial=a, condition=not(>(...)))
    >>> flowing(a).condition, flowing(Symbol(None)).condition
    (True, None)
    """
    flows: dict[int, Flow] = {}
    for symbol in operands_first([formula]):
        if symbol.head == "where":
            flow = _chosen(symbol, *[flows[id(branch)] for branch in symbol.operands[1:]])
        else:
            flow = Flow(symbol, None if symbol.head is None else True)
        flows[id(symbol)] = flow
    return flows[id(formula)]


def _chosen(symbol: Symbol, first: Flow, second: Flow) -> Flow:
    choice, *branches = symbol.operands
    holds = choice if choice.is_comparison else Symbol("!=", (choice, Symbol(0.0)))
    if first.condition is True:
        condition = _either(holds, second.condition)
    elif second.condition is True:
        condition = _either(_opposite(holds), first.condition)
    else:
        condition = _either(_both(holds, first.condition), _both(_opposite(holds), second.condition))
    if first.condition is None or first.partial is second.partial:
        return Flow(second.partial, condition)
    if second.condition is None:
        return Flow(first.partial, condition)
    if first.partial is branches[0] and second.partial is branches[1]:
        return Flow(symbol, condition)
    return Flow(Symbol("where", (choice, first.partial, second.partial), symbol.primitive), condition)


def _opposite(holds: Symbol) -> Symbol:
    """The condition that holds where this one doesn't; of a < b that is not a >= b, for one may be NaN."""
    sign = {"==": "!=", "!=": "=="}.get(str(holds.head))
    return Symbol("not", (holds,)) if sign is None else Symbol(sign, holds.operands)


def _both(a: Symbol, b: Condition) -> Condition:
    return Symbol("and", (a, b)) if isinstance(b, Symbol) else b


def _either(a: Condition, b: Condition) -> Condition:
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        return Symbol("or", (a, b))
    if a is True or b is True:
        return True
    return b if a is None else a
