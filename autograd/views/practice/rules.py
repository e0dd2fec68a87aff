"""The local derivative as a choice of four: the rule of the row, and three that belong elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from autograd.engine.primitive import PRIMITIVES, Primitive
from autograd.formulas.notation import sizes, to_text
from autograd.formulas.symbol import Symbol, as_symbol, operand_symbols, partial_formulas, value_formula
from autograd.views.walk import Walk

CHOICES: Final = 4
MOST_OPERANDS: Final = 50  # of an operation whose rules are compared
LONGEST_RULE: Final = 60  # characters; a longer one is not told from others at a glance

_FAMILIAR: Final = {
    1: ("exp", "log", "tanh", "sigmoid", "sqrt", "neg", "relu", "sin", "cos"),
    2: ("mul", "add", "sub", "div", "pow"),
}
"""The rows that wrong rules are taken from, by how many operands they have."""

_GENERIC: Final = ((0.7, 1.3, -0.6, 0.35), (1.9, 0.4, 2.3, -1.2))
"""Where rules are compared of a row that has no samples for so many operands."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Four rules in the order in which they are shown, and which of them is right."""

    options: tuple[str, ...]
    right: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule on trial: how it is written, and its numbers at the points of comparison."""

    text: str
    numbers: tuple[float, ...]


class Rules:
    """The choices for the edges of a walk. What one operation needs is made once, in places for names."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._trials: dict[tuple[Primitive, tuple[float | int, ...], tuple[bool, ...]], _Trial] = {}

    def choice(self, i: int, position: int) -> Choice | None:
        """Four rules for the derivative of node `i` by an operand; None where there aren't four short, different ones.

        The same walk gives the same order. Wrong rules are other numbers than the right one, at least somewhere.
        """
        nodes = self._walk.nodes
        node = nodes[i]
        assert node.primitive is not None, "a leaf has no derivatives"
        if len(node.operands) > MOST_OPERANDS:
            return None
        fixed = tuple(nodes[x].kind == "number" for x in node.operands)
        shape = tuple(
            nodes[x].data if plain else node.operands.index(x) for x, plain in zip(node.operands, fixed, strict=True)
        )
        key = node.primitive, shape, fixed
        if key not in self._trials:
            self._trials[key] = _Trial(*key)
        names = [nodes[x].name for x in node.operands]
        options = [text.format(*names, y=node.name) for text in self._trials[key].options(position)]
        if len(set(options)) < CHOICES or max(map(len, options)) > LONGEST_RULE:
            return None
        ordered = sorted(options, key=lambda text: crc32(f"{i} {position} {text}".encode()))
        return Choice(tuple(ordered), ordered.index(options[0]))


def rule_of(row: Primitive, position: int) -> tuple[str, str, str] | None:
    """A row's rule in the names of its own operands, as a hint shows it: the operation, the operand, the derivative.

    None for a row of any number of operands, or one whose rules know floats only.

    >>> rule_of(PRIMITIVES["mul"], 0), rule_of(PRIMITIVES["sigmoid"], 0)
    (('a·b', 'a', 'b'), ('σ(a)', 'a', 'y·(1 − y)'))
    """
    if row.variadic:
        return None
    operands = operand_symbols(row)
    try:
        formula = partial_formulas(row, operands, Symbol("y"))[position]
    except TypeError:
        return None
    if sizes([formula])[0] > LONGEST_RULE:
        return None
    return to_text(Symbol(row.name, tuple(operands), row)), row.operands[position], to_text(formula)


def definition_of(row: Primitive) -> str | None:
    """What a row computes, in the names of its own operands, where its rule is a short formula of other operations.

    >>> definition_of(PRIMITIVES["silu"]), definition_of(PRIMITIVES["exp"])
    ('a·σ(a)', None)
    """
    if row.variadic:
        return None
    operands = operand_symbols(row)
    try:
        formula = value_formula(row, operands)
    except TypeError:
        return None
    text = to_text(formula) if sizes([formula])[0] <= LONGEST_RULE else ""
    itself = to_text(Symbol(row.name, tuple(operands), row))
    return text if 0 < len(text) <= LONGEST_RULE and text != itself else None


class _Trial:
    """The rules of one operation beside those of others: in places {0}, {1}, ... and {y} for names, and in numbers.

    Args:
        row: the operation.
        shape: of every operand its number, if it is a plain one, or the first place where it stands.
        fixed: which operands are plain numbers.
    """

    def __init__(self, row: Primitive, shape: Sequence[float | int], fixed: Sequence[bool]) -> None:
        self._row = row
        self._operands = [x if plain else Symbol(f"{{{x}}}") for x, plain in zip(shape, fixed, strict=True)]
        self._points = list(_points(row, shape, fixed))
        self._ruled: dict[Primitive, list[_Rule | None]] = {}
        self._options: dict[int, list[str]] = {}

    def options(self, position: int) -> list[str]:
        """The right rule and up to three wrong ones."""
        if position not in self._options:
            found: list[_Rule] = []
            right = self._rule(self._row, position)
            for rule in self._candidates(position) if right else ():
                if all(rule.text != other.text and _differ(rule, other) for other in found):
                    found.append(rule)
                if len(found) == CHOICES:
                    break
            self._options[position] = [rule.text for rule in found]
        return self._options[position]

    def _candidates(self, position: int) -> Iterator[_Rule]:
        """The right rule first; then the row's own for other operands, those of familiar rows, and what is at hand."""
        row, operands, n = self._row, self._operands, len(self._operands)
        others = [k for k in range(n) if k != position]
        rivals = (
            [other.name for other in PRIMITIVES.values() if other.variadic] if row.variadic else _FAMILIAR.get(n, ())
        )
        familiar = [(PRIMITIVES[name], k) for name in rivals for k in [position, *others[:1]]]
        familiar.sort(key=lambda other: crc32(f"{row.name} {position} {other[0].name} {other[1]}".encode()))
        for other, k in [(row, k) for k in [position, *others[:2]]] + familiar:
            rule = self._rule(other, k)
            if rule is not None:
                yield rule
        yield _Rule("{y}", tuple(y for _, y in self._points))
        for k, operand in enumerate(operands):
            yield _Rule(to_text(as_symbol(operand)), tuple(x[k] for x, _ in self._points))
        for constant in (1.0, 0.0, -1.0):
            yield _Rule(to_text(Symbol(constant)), (constant,) * len(self._points))

    def _rule(self, row: Primitive, position: int) -> _Rule | None:
        """A row's rule for an operand, applied to these operands; None if it can't be written, or is too long."""
        if row not in self._ruled:
            self._ruled[row] = self._rules(row)
        return self._ruled[row][position]

    def _rules(self, row: Primitive) -> list[_Rule | None]:
        n = len(self._operands)
        try:
            formulas = partial_formulas(row, self._operands, Symbol("{y}"))
        except (TypeError, ValueError, ArithmeticError):  # of vectors of different lengths, say
            return [None] * n
        lengths = sizes(formulas)
        texts = [to_text(f) if size <= LONGEST_RULE else "" for f, size in zip(formulas, lengths, strict=True)]
        numbers = [_numbers(row, x, y) for x, y in self._points]
        return [
            _Rule(text, tuple(at[k] for at in numbers)) if 0 < len(text) <= LONGEST_RULE else None
            for k, text in enumerate(texts)
        ]


def _points(row: Primitive, shape: Sequence[float | int], fixed: Sequence[bool]) -> Iterator[tuple[list[float], float]]:
    """Operands and values at which rules are compared: plain numbers as they are, the same operand the same number."""
    samples = [sample for sample in row.samples if len(sample) == len(shape)]
    samples += [tuple(point[k % len(point)] + k // len(point) for k in range(len(shape))) for point in _GENERIC]
    for sample in samples:
        numbers = [x if plain else sample[int(x)] for x, plain in zip(shape, fixed, strict=True)]
        try:
            yield numbers, row.value_at(numbers, numbers)
        except (ValueError, ArithmeticError):
            continue


def _numbers(row: Primitive, numbers: list[float], y: float) -> list[float]:
    """What a row's rules come to; NaN where they aren't defined."""
    try:
        partials = row.partials_at(numbers, y, textbook=True)
        return [0.0 if partial is None else float(partial) for partial in partials]
    except (ValueError, ArithmeticError):
        return [math.nan] * len(numbers)


def _differ(one: _Rule, other: _Rule) -> bool:
    """Whether two rules are different numbers at some point where both are defined, or defined at different points."""
    return any(
        math.isnan(a) != math.isnan(b)
        or not (a == b or math.isnan(a) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12))
        for a, b in zip(one.numbers, other.numbers, strict=True)
    )
