"""Formulas rewritten before they are compiled: sums and products spelled out, equal parts made one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from autograd.formulas.notation import operands_first
from autograd.formulas.symbol import Symbol, value_formula

Step = Callable[[Symbol, tuple[Symbol, ...]], Symbol]
"""(symbol, its rewritten operands) -> what takes its place."""


def spelled_out(formulas: Sequence[Symbol], kept: Sequence[str] = ()) -> list[Symbol]:
    """The formulas with every operation of any number of operands replaced by its own formula.

    Args:
        kept: names of operations that stay.

    Raises:
        TypeError: for an operation whose value rule computes with floats only.

    >>> from autograd import PRIMITIVES
    >>> [total] = spelled_out([PRIMITIVES["sum"](Symbol("a"), 2.0)])
    >>> total, total.operands[0]
    (add(add(...), 2.0), add(0.0, a))
    """

    def step(symbol: Symbol, operands: tuple[Symbol, ...]) -> Symbol:
        if symbol.primitive is None or not symbol.primitive.variadic or symbol.head in kept:
            return _with_operands(symbol, operands)
        stand_ins = [Symbol(f"x{i}") for i in range(len(operands))]  # what is spelled out is not gone through again
        formula = spelled_out([value_formula(symbol.primitive, stand_ins)], kept)  # as deep as rules use each other
        return _rewritten(formula, _with_operands, zip(map(id, stand_ins), operands, strict=True))[0]

    return _rewritten(formulas, step)


def shared(formulas: Sequence[Symbol]) -> list[Symbol]:
    """The formulas with equal parts made one symbol, which code computes once.

    >>> a = Symbol("a")
    >>> first, second = shared([a * 2.0, a * 2.0])
    >>> first is second
    True
    """
    known: dict[object, Symbol] = {}

    def step(symbol: Symbol, operands: tuple[Symbol, ...]) -> Symbol:
        head = symbol.head if isinstance(symbol.head, str) else (repr(symbol.head),)  # 0.0 is not −0.0
        key = (head, id(symbol.primitive), *map(id, operands))
        return known.setdefault(key, _with_operands(symbol, operands))

    return _rewritten(formulas, step)


def _rewritten(formulas: Sequence[Symbol], step: Step, known: Iterable[tuple[int, Symbol]] = ()) -> list[Symbol]:
    """The formulas step by step; of symbols known by their id it is known already what takes their place."""
    new = dict(known)
    for symbol in operands_first(formulas):
        if id(symbol) not in new:
            new[id(symbol)] = step(symbol, tuple([new[id(operand)] for operand in symbol.operands]))
    return [new[id(formula)] for formula in formulas]


def _with_operands(symbol: Symbol, operands: tuple[Symbol, ...]) -> Symbol:
    if all(old is new for old, new in zip(symbol.operands, operands, strict=True)):
        return symbol
    return Symbol(symbol.head, operands, symbol.primitive)
