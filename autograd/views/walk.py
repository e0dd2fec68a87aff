"""The walk: every step of one forward and one backward pass, recorded once as data.

Forward goes a node at a time, backward an *edge* at a time, each with its arithmetic written out. Terminal, notebook
and page only show what is recorded here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from autograd.engine.primitive import Primitive
from autograd.formulas.notation import sizes, to_text
from autograd.formulas.symbol import Symbol, partial_formulas
from autograd.transforms.chain_rule import Edge, contributions, edges_of, totals
from autograd.views.code import Function, Place, described

MANY_STEPS = 2_000  # nobody clicks through more: a warning, and no page
MANY_OPERANDS = 6  # an operation on more is not written out
LONGEST_FORMULA = 300  # characters; a longer local derivative is not written out

LEAF_KINDS = ("variable", "constant", "number", "given")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a walk.

    Attributes:
        name: its label, or a short name; a plain number's digits.
        kind: `operation`, or what a leaf is: `variable`, `constant`, a plain `number`, or `given`, a node beyond the
            depth limit, whose history is left out.
        data: the number.
        primitive: the operation; None for a leaf.
        operands: indices of nodes, all before this one.
        partials: the local derivative by each operand; None where nothing flows back.
        places: which line of the source made it, last, and before it the lines that called its function, outermost
            first; empty if that is not known.
        fixed: whether a leaf must stay as it is, because the walk doesn't hold all that was computed from it.
    """

    name: str
    kind: str
    data: float
    primitive: Primitive | None = None
    operands: tuple[int, ...] = ()
    partials: tuple[float | None, ...] = ()
    places: tuple[Place, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: forward it computes a node; backward it seeds the output, or carries a gradient over one edge.

    Attributes:
        phase: `forward` or `backward`.
        node: index of the operation; backward, the gradient flows from here.
        operand: which operand the edge leads to; None forward and for the seed.
        target: index of the node whose data (forward) or gradient (backward) this step computes.
        formula: in names: the operation, or the local derivative.
        upstream, local: the factors, d(output)/d(node) and d(node)/d(target); None forward and for the seed.
        contribution: upstream × local: what the edge adds to the target's gradient; None forward and for the seed.
        old: the gradient before, 0.0 where there was none; None forward and for the seed.
        new: the number this step computes.
        text: the arithmetic in one line.
    """

    phase: str
    node: int
    operand: int | None
    target: int
    formula: str
    upstream: float | None
    local: float | None
    contribution: float | None
    old: float | None
    new: float
    text: str

    @property
    def question(self) -> str:
        """The arithmetic without its result."""
        return self.text.rpartition(" = ")[0] + " = ?"

    def __str__(self) -> str:
        return self.text


def show(number: float | None, digits: int = 4) -> str:
    """A number as the views show it; a dash where none has been computed.

    >>> show(0.0381136), show(-1.5e-9), show(-0.0), show(None), show(math.inf)
    ('0.0381', '−1.500e−09', '0.0000', '—', '∞')
    """
    if number is None or math.isnan(number):
        return "—" if number is None else "NaN"
    if math.isinf(number):
        return "∞" if number > 0.0 else "−∞"
    plain = number == 0.0 or 10.0**-digits <= abs(number) < 1e6
    text = f"{number + 0.0:.{digits}f}" if plain else f"{number:.{digits - 1}e}"  # + 0.0: no minus before a zero
    return text.replace("-", "−")


def factor(number: float) -> str:
    """A number inside an expression: a negative one in parentheses."""
    text = show(number)
    return f"({text})" if text.startswith("−") else text


def _filled(pattern: str, numbers: Sequence[float]) -> str:
    """A pattern with numbers in its places: negative ones in parentheses, unless they stand alone in some."""
    return re.sub(
        r"(?:(?<=[(|])|(?<=, ))\{(\d+)\}(?=[,)|])|\{(\d+)\}",
        lambda place: show(numbers[int(place[1])]) if place[1] else factor(numbers[int(place[2])]),
        pattern,
    )


def _symbol(node: Node) -> Symbol:
    return Symbol(node.data if node.kind == "number" else node.name)


class Walk(Sequence[Step]):
    """The steps of a forward and a backward pass, by number, and the nodes they lead over.

    The passes are those of one `backward()` that starts from
    no gradients at all.

    Attributes:
        nodes: operands before results; the output is the last.
        gradients: what each node's gradient is in the end; None where nothing flows back.
        forward_steps: how many of the steps are forward ones.
        practising: whether views ask before they show, from the start.
        functions: of a walk over a function the source of it and of those it calls; else empty.
    """

    practising = False

    def __init__(self, nodes: Sequence[Node], functions: Sequence[Function] = ()) -> None:
        self.nodes = tuple(nodes)
        self.functions = tuple(functions)
        self._formulas: dict[int, list[str]] = {}
        self._operations = [i for i, node in enumerate(self.nodes) if node.primitive]
        last = len(self.nodes) - 1
        self._contributions = list(contributions(range(last, -1, -1), {last: 1.0}, self._edges, zero=0.0))
        self.forward_steps = len(self._operations)
        self.gradients = self._gradients(len(self._contributions))

    def _edges(self, i: int) -> list[Edge[int, float]]:
        return edges_of(i, self.nodes[i].operands, self.nodes[i].partials)

    def _gradients(self, count: int) -> tuple[float | None, ...]:
        """The gradient of every node after so many contributions."""
        known = {len(self.nodes) - 1: 1.0} | totals(self._contributions[:count])
        return tuple(map(known.get, range(len(self.nodes))))

    def __len__(self) -> int:
        return self.forward_steps + 1 + len(self._contributions)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        step = range(len(self))[index]
        back = step - self.forward_steps  # at 0 is the seed, after it the contributions
        i = self._operations[step] if back < 0 else len(self.nodes) - 1
        node = self.nodes[i]
        if back < 0:
            formula = self.operation(node)
            numbers = _filled(self.pattern(node), [self.nodes[operand].data for operand in node.operands])
            text = f"{node.name} = {formula}: {numbers} = {show(node.data)}"
            return Step("forward", i, None, i, formula, None, None, None, None, node.data, text)
        if back == 0:
            text = f"{node.name}.grad = 1.0000, where every gradient starts"
            return Step("backward", i, None, i, "1", None, None, None, None, 1.0, text)
        edge, upstream, term, old, new = self._contributions[back - 1]
        i, target, local, position = edge.above, edge.below, edge.partial, edge.position
        assert position is not None
        text = f"{self.nodes[target].name}.grad: {show(old)} + {factor(upstream)} × {factor(local)} = {show(new)}"
        return Step("backward", i, position, target, self.local(i, position), upstream, local, term, old, new, text)

    def at(self, step: int) -> tuple[str, int]:
        """The phase of a step and its node, without the arithmetic."""
        back = step - self.forward_steps
        if back < 0:
            return "forward", self._operations[step]
        return "backward", self._contributions[back - 1].edge.above if back else len(self.nodes) - 1

    def state(self, index: int) -> tuple[list[float | None], list[float | None]]:
        """Data and gradient of every node after step `index` (-1: before the first); None where not computed yet."""
        pending = set(self._operations[index + 1 :])
        data = [None if i in pending else node.data for i, node in enumerate(self.nodes)]
        back = index - self.forward_steps
        return data, [None] * len(self.nodes) if back < 0 else list(self._gradients(back))

    def operation(self, node: Node) -> str:
        """An operation written out, with the names of its operands."""
        return self._written(node, [_symbol(self.nodes[i]) for i in node.operands])

    def pattern(self, node: Node) -> str:
        """The same with places for numbers, {0}, {1}, ...; operands that are plain numbers stand there already."""
        operands = [self.nodes[i] for i in node.operands]
        symbols = [_symbol(x) if x.kind == "number" else Symbol(f"{{{k}}}") for k, x in enumerate(operands)]
        return self._written(node, symbols).replace("·", " × ")

    def _written(self, node: Node, operands: list[Symbol]) -> str:
        assert node.primitive is not None, "a leaf is not an operation"
        if len(operands) <= MANY_OPERANDS:
            return to_text(Symbol(node.primitive.name, tuple(operands), node.primitive))
        first, second, third, *middle, last = (to_text(operand) for operand in operands)
        return f"{node.primitive.name}({first}, {second}, {third}, … {len(middle)} more …, {last})"

    def local(self, i: int, position: int) -> str:
        """The formula of a node's derivative by one of its operands, in names.

        It is just ∂z/∂x where the formula is too long to be read, or the rule knows floats only.
        """
        if i not in self._formulas:
            node = self.nodes[i]
            assert node.primitive is not None
            operands = [self.nodes[operand] for operand in node.operands]
            symbols = [x.data if x.kind == "number" else _symbol(x) for x in operands]
            self._formulas[i] = [f"∂{node.name}/∂{x.name}" for x in operands]
            try:
                formulas = partial_formulas(node.primitive, symbols, Symbol(node.name))
            except TypeError:
                return self._formulas[i][position]
            for k, (formula, size) in enumerate(zip(formulas, sizes(formulas), strict=True)):
                text = to_text(formula) if size <= LONGEST_FORMULA else ""  # writing it takes as long
                if text and len(text) <= LONGEST_FORMULA:
                    self._formulas[i][k] = text
        return self._formulas[i][position]

    def __str__(self) -> str:
        """The whole walk as plain text."""
        lines, before = [function.excuse for function in self.functions if function.excuse], ""
        lines.append("Forward")
        for step in self[: self.forward_steps]:
            place = described(self.functions, self.nodes[step.node].places[-1:], with_text=True)
            if place not in ("", before):
                lines.append(f"  {place}")
            before = place
            lines.append(f"    {step}" if self.functions else f"  {step}")
        lines.append("Backward")
        for step in self[self.forward_steps :]:
            edge = f"∂{self.nodes[step.node].name}/∂{self.nodes[step.target].name}"
            lines.append(f"  {step}" + ("" if step.operand is None else f"   [{edge} = {step.formula}]"))
        lines.append("Gradients")
        for node, gradient in zip(self.nodes, self.gradients, strict=True):
            if node.kind in ("variable", "given"):
                lines.append(f"  {node.name} = {show(node.data)}, grad {show(gradient)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        output = self.nodes[-1]
        return f"<walk of {len(self)} steps over {len(self.nodes)} nodes to {output.name} = {show(output.data)}>"
