"""What a sweep on the graph records: local derivatives, by the rows' rules, and sums of products. Compiled.

What is frequent is said inline; the tests hold it to the table.
"""

from __future__ import annotations

from typing import Any, Final

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.engine.reductions import dot
from autograd.engine.reductions import sum as sum_of
from autograd.engine.value import ADD, DIV, MUL, NEG, POW, SUB, Operands, Value, marked

_SUM: Final[Primitive] = p.sum
_MEAN: Final[Primitive] = p.mean
_DOT: Final[Primitive] = p.dot


class Terms:
    """Of every node of an order what adds up to its adjoint: products of a factor and a partial."""

    def __init__(self, count: int) -> None:
        self.factors: list[Any] = [None] * count  # of the first product; the total, once it is known
        self.partials: list[Any] = [None] * count
        self.more: list[Any] = [None] * count  # factors and partials of further ones, one after the other

    def add(self, place: int, factor: Any, partial: Any) -> None:
        """Note a product; none where the place is -1, or the partial None."""
        if place < 0 or partial is None:
            return
        if self.partials[place] is None:
            self.factors[place] = factor
            self.partials[place] = partial
        elif self.more[place] is None:
            self.more[place] = [factor, partial]
        else:
            self.more[place] += [factor, partial]

    def total(self, place: int) -> Any:
        """What the products add up to; None if there are none."""
        if self.partials[place] is None:
            return None
        if self.more[place] is None:
            total = _product(self.factors[place], self.partials[place])
        else:
            total = sum_of_products([self.factors[place], self.partials[place], *self.more[place]])
        self.factors[place], self.partials[place], self.more[place] = total, 1.0, None
        return total


class Inline:
    """The local derivatives of a node by the operands that lie inline in it, recorded anew by the row's rule."""

    def __init__(self) -> None:
        self.by_lhs: Any = None
        self.by_rhs: Any = None

    def record(self, node: Value, row: Primitive) -> None:
        lhs, rhs = node._lhs, node._rhs
        if lhs is None and rhs is None:
            return
        if row is MUL and lhs is not None and rhs is not None:
            self.by_lhs, self.by_rhs = rhs, lhs
        elif row is POW and lhs is not None and rhs is None and node._drhs == 2.0:
            self.by_lhs = lhs.__mul__(2.0)
        elif row is ADD or row is SUB or row is NEG or row is MUL or (row is DIV and rhs is None):
            self.by_lhs, self.by_rhs = node._dlhs, node._drhs
        else:
            given = node.operands
            partials = row.partials_at(marked(given, given), node)
            self.by_lhs, self.by_rhs = partials[0], partials[-1]


def edges_on_graph(node: Value, rest: Operands, row: Primitive) -> list[Any]:
    """The same of a node whose operands don't lie inline: those something flows back to, each with its derivative."""
    edges: list[Any] = []
    if row is _SUM or row is _MEAN:
        for x, slope in zip(rest.variables, rest.partials, strict=True):
            edges += [x, slope]
    elif row is _DOT:
        operands = rest.operands
        half = len(operands) // 2
        for place, x in zip(rest.places, rest.variables, strict=True):
            edges += [x, operands[place + half if place < half else place - half]]
    else:
        given = node.operands
        for operand, partial in zip(given, row.partials_at(marked(given, given), node), strict=True):
            if partial is not None and isinstance(operand, Value) and not operand._constant:
                edges += [operand, partial]
    return edges


def sum_of_products(terms: list[Any]) -> Any:
    """Σ factor · partial, the factors and partials one after the other; a partial or a factor of 1.0 costs nothing.

    A few products are added up, more of them recorded as one operation.
    """
    if len(terms) >= 10:
        factors, partials = terms[::2], terms[1::2]
        for partial in partials:
            if type(partial) is not float or partial != 1.0:
                return dot(factors, partials)
        return sum_of(factors)
    total = _product(terms[0], terms[1])
    for i in range(2, len(terms), 2):
        total = total + _product(terms[i], terms[i + 1])
    return total


def _product(factor: Any, partial: Any) -> Any:
    if type(partial) is float and partial == 1.0:
        return factor
    if type(factor) is float and factor == 1.0:
        return partial
    return factor.__mul__(partial) if isinstance(factor, Value) else factor * partial
