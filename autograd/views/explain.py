"""The chain rule of one gradient, written out as a lecture writes it: every path, its factors, their products."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from autograd.engine.graph import operand_values, topological_order
from autograd.engine.value import Value
from autograd.formulas.notation import LATEX, TEXT, operands_first, sizes, statements, to_text
from autograd.formulas.symbol import Symbol, partial_formulas
from autograd.support.errors import typed
from autograd.transforms.chain_rule import Edge, check_unchanged, contributions, edges_down, nodes_between, totals
from autograd.views.names import node_names, shown
from autograd.views.paths import MOST_COUNTED, Factor, Path, Paths, product

MANY_FACTORS = 12  # the middle of a longer path is one factor
MANY_OPERATIONS = 12  # a larger expression is not written out


class Equation(NamedTuple):
    """A quantity, the forms it is brought into one after the other, and a note on it."""

    left: Symbol
    right: Sequence[Symbol]
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """Why a gradient has the value it has. `print` it; a notebook shows it typeset.

    Attributes:
        gradient: ∂y/∂x.
        paths: how many paths lead from y to x; more than 10¹⁵ are not counted.
        summary: one sentence.
        equations: every path's product, their sum, and how factors that lead over nodes without a label come about.
        definitions: what the short names of those nodes stand for.
    """

    gradient: float
    paths: int
    summary: str
    equations: tuple[Equation, ...] = ()
    definitions: tuple[Equation, ...] = ()

    def __str__(self) -> str:
        blocks = [self.summary]
        for left, right, note in self.equations:
            name, *forms = statements([left, *right], TEXT)[1]
            lines = [f"{name} = {forms[0]}{note}", *(f"{'':{len(name)}} = {form}" for form in _changes(forms))]
            blocks.append("\n".join(lines))
        definitions = [" = ".join(statements([left, *right], TEXT)[1]) for left, right, _ in self.definitions]
        return "\n\n".join([*blocks, "\n".join(definitions)]).strip()

    @property
    def latex(self) -> str:
        """The equations and definitions as one `aligned` block of LaTeX's math mode."""
        lines = []
        for left, right, _ in self.equations:
            name, *forms = statements([left, *right], LATEX)[1]
            lines += [f"{name} &= {forms[0]}", *(f" &= {form}" for form in _changes(forms))]
        for left, right, _ in self.definitions:
            name, *forms = statements([left, *right], LATEX)[1]
            lines.append(f"{name} &= {' = '.join(forms)}")
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}" if lines else ""

    @property
    def markdown(self) -> str:
        """The summary and the equations, as notebooks and GitHub typeset them."""
        summary = re.sub(r"([\\`*_\[\]<>#|$&~])", r"\\\1", self.summary)  # a label is text, never markup
        return summary + (f"\n\n$$\n{self.latex}\n$$" if self.equations else "")

    def _repr_markdown_(self) -> str:
        return self.markdown


def _changes(forms: Sequence[str]) -> Iterator[str]:
    """Every form but the first, unless it reads like the one before."""
    return (form for before, form in pairwise(forms) if form != before)


def explain(y: Value, x: Value, *, paths: int = 20, fold: bool = True) -> Explanation:
    """Write out the chain rule of ∂y/∂x: each path from y to x as a product of local derivatives, and their sum.

    Args:
        y: the result of an expression.
        x: what it is differentiated by: a variable, or any node that y was computed from.
        paths: how many are written out. More are grouped by the edge with which they reach x: the derivative of y by
            the node it starts from, all ways to that taken together, times the last local derivative.
        fold: write the way from one labelled node to the next as one factor, and derive that below. Otherwise, and
            where nothing in between is labelled, every operation is a factor.

    Raises:
        TypeError: if y or x is not a Value.
        ValueError: if paths is less than 1.

    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> z = w * x
    >>> z.label = "z"
    >>> y = z.tanh()
    >>> y.label = "y"
    >>> print(explain(y, w))
    One path leads from y to w.
    <BLANKLINE>
    ∂y/∂w = ∂y/∂z · ∂z/∂w
          = (1 − y²) · x
          = (1 − 0.7616²) · 2
          = 0.42 · 2
          = 0.8399
    """
    for argument, node in (("y", y), ("x", x)):
        if not isinstance(node, Value):
            raise TypeError(f"explain: {argument} must be a Value, got {typed(node)}")
    if paths < 1:
        raise ValueError(f"explain: paths must be at least 1, got {paths}")
    order = topological_order(y)
    check_unchanged(order)
    writer = _Writer(order)
    nodes = nodes_between(order, y, x)
    if len(nodes) < 2:
        return Explanation(float(len(nodes)), len(nodes), writer.why_no_edge(y, x))
    found = Paths(nodes, fold and any(node.label for node in nodes[1:-1]))
    equations = writer.equations(found, paths)
    for top, below in list(writer.folded):
        region = [below, *reversed(found.regions[top])]
        part = Paths(nodes_between(region, top, below), fold=False)
        equations += writer.equations(part, paths, is_part=True)
    ways = "One path leads" if found.count == 1 else f"{_counted(found.count)} paths lead"
    grouped = ", grouped by the edge with which they reach it" if found.count > paths else ""
    summary = f"{ways} from {to_text(writer.name(y))} to {to_text(writer.name(x))}{grouped}."
    definitions = writer.definitions(equations)
    return Explanation(found.adjoints[x], found.count, summary, tuple(equations), tuple(definitions))


class _Writer:
    """Nodes and paths as formulas.

    Attributes:
        folded: the ends of the factors written so far that lead over nodes without a label.
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self._order = order
        self._names = dict(zip(map(id, order), node_names(order), strict=True))
        self._named: dict[str, Value] = {}
        self.folded: dict[tuple[Value, Value], None] = {}

    def name(self, node: Value) -> Symbol:
        """The node by its name."""
        name = self._names[id(node)]
        self._named[name] = node
        return Symbol(name)

    def equations(self, paths: Paths, limit: int, is_part: bool = False) -> list[Equation]:
        """Every path's product, or every group's if there are more than a limit; and their sum."""
        left = self._derivative(Factor(paths.y, paths.x, 0.0))
        listed, kind = (list(paths.each()), "path") if paths.count <= limit else (paths.groups(), "group")
        if len(listed) == 1:
            return [self._product(left, listed[0], paths)]
        others = listed[limit - 1 :] if len(listed) > limit else []
        listed = listed[: len(listed) - len(others)]
        of = f" of {to_text(left)}" if is_part else ""
        equations = [self._product(Symbol(f"{kind} {i}{of}"), path, paths) for i, path in enumerate(listed, 1)]
        parts = [equation.left for equation in equations]
        numbers = [product(path) for path in listed]
        if others:
            parts.append(Symbol(f"{len(others):,} smaller groups"))
            numbers.append(sum(map(product, others)))
        total = [_chained("add", parts), _chained("add", map(_shown, numbers)), _shown(paths.adjoints[paths.x])]
        return [*equations, Equation(left, total)]

    def _product(self, left: Symbol, path: Path, paths: Paths) -> Equation:
        """One path's product: of derivatives, of formulas, of formulas in numbers, of numbers; and its value."""
        if len(path) > MANY_FACTORS:
            half = MANY_FACTORS // 2
            middle = path[half:-half]
            taken_together = Factor(middle[0].above, middle[-1].below, product(middle), together=1)
            path = [*path[:half], taken_together, *path[-half:]]
        derivatives, formulas, in_numbers = [], [], []
        for factor in path:
            derivative = formula = self._derivative(factor)
            if not factor.together:
                formula = self._formula(factor, derivative, paths)
            if not factor.together and factor.position is None:
                self.folded[factor.above, factor.below] = None
            derivatives.append(derivative)
            formulas.append(formula)
            in_numbers.append(_shown(factor.partial) if formula is derivative else self._in_numbers(formula))
        numbers = [_shown(factor.partial) for factor in path]
        first = path[0]
        note = (
            f"   ({_counted(first.together)} paths to {to_text(self.name(first.below))})" if first.together > 1 else ""
        )
        right = [_chained("times", factors) for factors in (derivatives, formulas, in_numbers, numbers)]
        return Equation(left, [*right, _shown(product(path))], note)

    def _derivative(self, factor: Factor) -> Symbol:
        nodes = (self.name(factor.above), self.name(factor.below))
        label = (Symbol(factor.label),) if factor.label else ()
        return Symbol("derivative_by_operand" if label else "derivative", nodes + label)

    def _formula(self, factor: Factor, derivative: Symbol, paths: Paths) -> Symbol:
        """The formula of a factor; just ∂y/∂x if it is too large, or a rule on the way can't be written."""
        top = factor.above
        nodes = [top] if factor.position is not None else paths.regions[top]
        if len(nodes) > MANY_OPERATIONS:
            return derivative

        try:
            edges = {node: self._edges(node, factor.position, paths) for node in nodes}
        except TypeError:
            return derivative
        formula = totals(contributions(nodes, {top: Symbol(1.0)}, edges.__getitem__, multiply=_simplified))[
            factor.below
        ]
        return formula if sizes([formula])[0] <= 4 * MANY_OPERATIONS else derivative

    def _edges(self, node: Value, position: int | None, paths: Paths) -> list[Edge[Value, Symbol]]:
        """The edges down from a node, their derivatives as formulas; if a position is given, that one alone.

        Raises:
            TypeError: if the rule computes with floats only.
        """
        assert node.primitive is not None
        operands = [self._expression(x, paths.regions) if isinstance(x, Value) else x for x in node.operands]
        partials = partial_formulas(node.primitive, operands, self._expression(node, paths.regions))
        edges = [edge for edge in edges_down(node) if position in (None, edge.position)]
        return [Edge(node, edge.below, partials[edge.position or 0]) for edge in edges]

    def _expression(self, node: Value, landmarks: Container[Value]) -> Symbol:
        """A node in terms of labelled nodes and landmarks, if that is short; else its name."""

        def has_name(node: Value) -> bool:
            return node.primitive is None or bool(node.label) or node in landmarks

        nodes: list[Value] = []
        waiting = [node]
        while waiting:
            nodes.append(waiting.pop())
            if len(nodes) > MANY_OPERATIONS:
                return self.name(node)
            if not has_name(nodes[-1]):
                waiting.extend(operand_values(nodes[-1]))
        written: dict[int, Symbol] = {}
        for below in reversed(nodes):
            written[id(below)] = self.name(below) if has_name(below) else _operation(below, written)
        return written[id(node)]

    def _in_numbers(self, formula: Symbol) -> Symbol:
        """A formula with the numbers of the nodes in place of their names."""
        written: dict[int, Symbol] = {}
        for symbol in operands_first([formula]):
            if symbol.operands:
                operands = tuple(written[id(operand)] for operand in symbol.operands)
                written[id(symbol)] = Symbol(symbol.head, operands, symbol.primitive)
            else:
                written[id(symbol)] = _shown(self._named[symbol.head].data) if isinstance(symbol.head, str) else symbol
        return written[id(formula)]

    def definitions(self, equations: Sequence[Equation]) -> list[Equation]:
        """What the short names in equations stand for, and where labelled results of constants come from."""
        used = {symbol.head for symbol in operands_first([form for equation in equations for form in equation.right])}
        nodes = [self._named[name] for name in self._names.values() if name in used and name in self._named]
        defined = {node for node in nodes if node.primitive and (node.is_constant or not node.label)}
        for node in reversed(self._order):  # what results of constants are made of are constants again
            if node in defined and node.is_constant:
                defined |= {x for x in operand_values(node) if x.primitive}
        found = []
        for node in filter(defined.__contains__, self._order):
            few = [operand for operand in operand_values(node) if len(node.operands) <= MANY_OPERATIONS]
            operands = {id(operand): self._expression(operand, defined) for operand in few}
            found.append(Equation(self.name(node), [_operation(node, operands), _shown(node.data)]))
        return found

    def why_no_edge(self, y: Value, x: Value) -> str:
        """What there is to say when no edge lies between y and x."""
        top = to_text(self.name(y))
        if y is x:
            return f"{top} is the node itself: its derivative by itself is 1."
        if y.is_constant:
            return f"{top} is a constant and depends on nothing: its derivative is 0."
        if id(x) not in self._names:
            other = shown(x.label) if x.label else f"Value({x.data!r})"
            return f"{top} was not computed from {other}: the derivative is 0."
        below = to_text(self.name(x))
        if x.is_constant:
            return f"{below} is a constant: no gradient flows to it."
        return f"{top} uses {below} only where nothing flows back, as in a branch not taken: the derivative is 0."


def _operation(node: Value, operands: dict[int, Symbol]) -> Symbol:
    assert node.primitive is not None
    if len(node.operands) > MANY_OPERATIONS:
        return Symbol(f"{node.primitive.name} of {len(node.operands):,} operands")
    symbols = tuple(operands[id(x)] if isinstance(x, Value) else Symbol(x) for x in node.operands)
    return Symbol(node.primitive.name, symbols, node.primitive)


def _chained(operation: str, symbols: Iterable[Symbol]) -> Symbol:
    return reduce(lambda left, right: Symbol(operation, (left, right)), symbols)


def _simplified(a: Symbol, b: Symbol) -> Symbol:
    """The product of two formulas, their numbers multiplied together: 0.5·(2·v) is v."""
    factor = 1.0
    rest: list[Symbol] = []
    for symbol in (a, b):
        while symbol.operands and symbol.head in ("neg", "mul"):
            number = -1.0 if symbol.head == "neg" else symbol.operands[0].head
            if not isinstance(number, float):
                break
            factor *= number
            symbol = symbol.operands[-1]
        if isinstance(symbol.head, float):
            factor *= symbol.head
        else:
            rest.append(symbol)
    if not rest:
        return Symbol(factor)
    formula = _chained("mul", rest)
    return formula if factor == 1.0 else -formula if factor == -1.0 else factor * formula


def _shown(number: float) -> Symbol:
    """A number to four decimal places, a small one to four digits."""
    small = number != 0.0 and abs(number) < 1e-3
    return Symbol(float(f"{number:.4g}") if small else round(number, 4))


def _counted(paths: int) -> str:
    return f"{paths:,}" if paths < MOST_COUNTED else "More than 10¹⁵"
