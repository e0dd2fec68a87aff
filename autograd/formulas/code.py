"""The table in languages like C: every row's value and partials as expressions, written out by the rows' own rules."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from autograd.engine.primitive import Primitive
from autograd.formulas.masks import flowing
from autograd.formulas.notation import Dialect, operands_first, statements
from autograd.formulas.rewriting import shared, spelled_out
from autograd.formulas.symbol import Symbol, partial_formulas, value_formula
from autograd.support.floats import PLAIN_ZERO

LOGIC = {"not": "!({})", "and": "({} && {})", "or": "({} || {})"}
"""How conditions are joined in these languages."""


class Language(NamedTuple):
    """A language that programs are compiled to.

    Attributes:
        dialect: how formulas are written in it.
        constant: how a constant is declared: its name and its value.
    """

    dialect: Dialect
    constant: str

    def statements(self, outputs: Sequence[Symbol]) -> tuple[list[str], list[str]]:
        """Declarations of constants t0, t1, ..., and the outputs, expressions in those names."""
        steps, results = statements(outputs, self.dialect)
        return [self.constant.format(name, text) for name, text in steps], results

    def calls(self, outputs: Sequence[Symbol]) -> frozenset[Primitive]:
        """The operations of formulas that the language has no sign for."""
        return frozenset(
            symbol.primitive
            for symbol in operands_first(outputs)
            if symbol.primitive is not None and symbol.head not in self.dialect.templates
        )


class PartialCode(NamedTuple):
    """A partial derivative as code.

    Attributes:
        expression: its value, where the condition holds; elsewhere it may be anything.
        condition: where it flows; None: everywhere.
    """

    expression: str
    condition: str | None


class ValueCode(NamedTuple):
    """The value of an operation as code.

    Attributes:
        steps: declarations of constants t0, t1, ... that the expression uses, for a block of their own.
        expression: the value.
        calls: the rows whose functions are called.
    """

    steps: list[str]
    expression: str
    calls: frozenset[Primitive]


class PartialsCode(NamedTuple):
    """The partial derivatives of an operation as code; `steps` and `calls` are those of all of them.

    Attributes:
        steps, calls: as of a `ValueCode`.
        partials: one for each operand; None where nothing ever flows.
    """

    steps: list[str]
    partials: list[PartialCode | None]
    calls: frozenset[Primitive]


def function_name(row: Primitive) -> str:
    """What the function of a row is called that its rule makes."""
    return "row_" + "".join(c if c.isascii() and (c.isalnum() or c == "_") else f"_u{ord(c):x}_" for c in row.name)


def value_code(language: Language, primitive: Primitive, operands: Sequence[str | float]) -> ValueCode:
    """The value of an operation.

    What Python's floats refuse (a division by zero, an overflow) becomes the infinity or NaN of IEEE 754.

    Args:
        language: what to write in.
        primitive: the row.
        operands: each an expression that needs no parentheses, such as `v[3]`, or a plain number.

    Raises:
        TypeError: for a primitive whose rules compute with floats only.
    """
    value = Symbol(primitive.name, tuple(_leaf(operand) for operand in operands), primitive)
    if not any(isinstance(operand, str) for operand in operands):
        numbers = [float(operand) for operand in operands]
        with suppress(ValueError, ArithmeticError):  # what Python refuses is left to the language
            value = Symbol(primitive.value_at(numbers, numbers))
    outputs = compilable([value])
    steps, [expression] = language.statements(outputs)
    return ValueCode(steps, expression, language.calls(outputs))


def partials_code(language: Language, primitive: Primitive, operands: Sequence[str | float], y: str) -> PartialsCode:
    """The partials of an operation by those operands that aren't plain numbers.

    Args:
        language: what to write in.
        primitive: the row.
        operands: as for `value_code`; nothing flows into plain numbers.
        y: the value, an expression that needs no parentheses.

    Raises:
        TypeError: for a primitive whose rules compute with floats only.
    """
    leaves = [_leaf(operand) for operand in operands]
    marked = [
        leaf if isinstance(operand, str) else PLAIN_ZERO if operand == 0.0 else float(operand)
        for operand, leaf in zip(operands, leaves, strict=True)
    ]
    try:
        formulas = partial_formulas(primitive, marked, Symbol(y), exact=True)
    except (ValueError, ArithmeticError):  # what Python refuses to do with the plain numbers is left to the language
        formulas = partial_formulas(primitive, leaves, Symbol(y), exact=True)
    flows = [
        flowing(formula) if isinstance(operand, str) else None
        for operand, formula in zip(operands, compilable(formulas), strict=True)
    ]
    parts = [part for flow in flows if flow for part in flow if isinstance(part, Symbol) and flow.condition is not None]
    outputs = shared(parts)
    steps, texts = language.statements(outputs)
    unread = iter(texts)
    partials = [
        None
        if flow is None or flow.condition is None
        else PartialCode(next(unread), None if flow.condition is True else next(unread))
        for flow in flows
    ]
    return PartialsCode(steps, partials, language.calls(outputs))


def function_code(language: Language, row: Primitive) -> tuple[list[str], list[str], str, frozenset[Primitive]]:
    """The function that a row's rule makes: the names of its operands, steps, its result, and the rows it calls.

    Raises:
        TypeError: for a primitive whose value rule computes with floats only.
    """
    names = [f"x{i}" for i in range(len(row.operands))]
    outputs = compilable([value_formula(row, [Symbol(x) for x in names])])
    steps, [result] = language.statements(outputs)
    return names, steps, result, language.calls(outputs)


def compilable(formulas: Sequence[Symbol]) -> list[Symbol]:
    """Formulas of operations that a language has a sign or a function for, equal parts made one."""
    return shared(spelled_out(formulas, kept=("norm",)))


def _leaf(operand: str | float) -> Symbol:
    return Symbol(operand if isinstance(operand, str) else float(operand))
