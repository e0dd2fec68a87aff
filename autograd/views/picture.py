"""What a drawing of a graph shows: its items and arrows, what is folded into boxes, and what is left out."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from autograd.engine.graph import operand_values, topological_order
from autograd.engine.value import Value
from autograd.formulas.notation import to_text
from autograd.formulas.symbol import Symbol
from autograd.transforms.chain_rule import check_unchanged, operand_partials, reached
from autograd.views.modules import Member, around, owners
from autograd.views.names import node_names, shown

MANY_NUMBERS = 4  # more plain numbers in one operation are drawn as one


@dataclass(slots=True)
class Item:
    """A node of a drawing.

    Attributes:
        kind: `variable`, `constant`, `result` or `output`, which are Values; `number`, a plain one; `operation`;
            `box`, many nodes folded; or `more`, what is left out.
        title: a label, a symbol, a number.
        has_label: whether the title is the user's own word.
        data: its number; None if none is shown.
        grad: its gradient; None before a backward pass.
        inside: what there is in a box.
        ordered: whether an operation takes its operands in order, a − b not being b − a.
    """

    kind: str
    title: str
    has_label: bool = True
    data: float | None = None
    grad: float | None = None
    inside: str = ""
    ordered: bool = False


@dataclass(slots=True)
class Arrow:
    """An edge of a drawing, in the direction of the computation, between items by their keys.

    Attributes:
        local: the local derivative; None if there is none to show.
        flows: whether a gradient flows back along it.
    """

    tail: str
    head: str
    local: float | None = None
    flows: bool = True


@dataclass(slots=True)
class Picture:
    """The items of a drawing by key, the arrows, and what is to be said about what it doesn't show.

    Attributes:
        has_numbers: whether it shows data and gradients; a program has none.
    """

    items: dict[str, Item] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_numbers: bool = True


def _owners(order: Collection[Value]) -> dict[int, str]:
    """The module that a node belongs to, by id."""
    index = {id(node): i for i, node in enumerate(order)}
    members = [
        Member(node.label or "", node.primitive, [index[id(x)] for x in operand_values(node)], node.is_constant)
        for node in order
    ]
    return {id(node): name for node, name in zip(order, owners(members), strict=True) if name}


def boxes(
    order: Collection[Value], fold: bool | Collection[str] | None, unfold: Collection[str], limit: int
) -> dict[int, str]:
    """The box of each node that is folded, by id.

    Raises:
        ValueError: if a name to fold or unfold is not a module's.
    """
    owner = _owners(order)
    modules = {name: around(name) for name in set(owner.values())}
    known = sorted({prefix for prefixes in modules.values() for prefix in prefixes})
    named = fold if isinstance(fold, Collection) else []
    for name in [*named, *unfold]:
        if name not in known:
            names = "the modules are " + ", ".join(map(shown, known[:10])) if known else "no label names a module"
            raise ValueError(f"draw: there is no module {shown(name)!r} in this graph; {names}")
    if fold is False:
        return {}
    deepest = max(map(len, modules.values()), default=0)
    choices = [
        {name: prefixes[depth:] or prefixes[-1:] for name, prefixes in modules.items()} for depth in range(deepest)
    ]
    choices = choices[::-1] or [{}]  # the innermost modules first
    box_of: dict[int, str] = {}
    if isinstance(fold, Collection):
        choices = [{name: [prefix for prefix in prefixes if prefix in named] for name, prefixes in modules.items()}]
    elif fold is None:
        choices = [{}, *choices]
    for choice in choices:
        box = {name: next((p for p in prefixes if p not in unfold), "") for name, prefixes in choice.items()}
        box_of = {node: box[name] for node, name in owner.items() if box.get(name)}
        if fold is not None or _items(order, box_of) + _box_arrows(order, box_of) <= limit:
            break
    return box_of


def _items(order: Collection[Value], box_of: dict[int, str]) -> int:
    """How many items there are to draw: a value, the operation that made it, a box."""
    alone = sum(1 if node.primitive is None else 2 for node in order if id(node) not in box_of)
    return alone + len(set(box_of.values()))


def _box_arrows(order: Collection[Value], box_of: dict[int, str]) -> int:
    """How many arrows lead from and to boxes; too many tangle."""
    arrows = {
        (box_of.get(id(x), id(x)), box_of.get(id(node), id(node)))
        for node in (order if box_of else ())
        for x in operand_values(node)
        if id(x) in box_of or id(node) in box_of
    }
    return len(arrows)


def picture(
    outputs: Sequence[Value],
    *,
    has_numbers: bool,
    depth: int | None,
    fold: bool | Collection[str] | None,
    unfold: Collection[str],
    open_dots: bool,
    limit: int,
) -> Picture:
    """Choose what to draw of a graph; the other arguments are those of `autograd.draw`.

    Args:
        outputs: where to start.
        has_numbers: whether to show numbers.
    """
    order = topological_order(*outputs)
    if has_numbers:
        check_unchanged(order)
    box_of = boxes(order, fold, unfold, limit)
    painter = _Painter(outputs, order, box_of, open_dots, has_numbers)
    fits = depth is not None or _items(order, box_of) <= limit
    painter.paint(depth, limit if fits else limit // 5)  # of what is too large anyway, no more than is easily read
    notes = painter.picture.notes
    if fold is None and painter.members:
        some = shown(min(painter.members, key=len).removeprefix("box "))
        notes.append(f"{_items(order, {}):,} nodes are too many, so modules are folded; unfold=[{some!r}] opens one")
    missing = len(order) - painter.drawn
    if missing:
        remedy = "depth" if depth is not None else "limit"
        notes.append(f"{missing:,} of {len(order):,} values lie beyond the dots; a larger {remedy} draws more")
    return painter.picture


class _Painter:
    """Puts a graph into a picture, from the output down, nearest first.

    Attributes:
        members: the nodes in each box.
        drawn: how many nodes are in the picture, those in boxes included.
    """

    def __init__(
        self,
        outputs: Sequence[Value],
        order: list[Value],
        box_of: dict[int, str],
        open_dots: bool,
        has_numbers: bool,
    ) -> None:
        self.outputs = {id(y): y for y in outputs}
        self.picture = Picture(has_numbers=has_numbers)
        self.members: dict[str, list[Value]] = {}
        self.drawn = 0
        self._order = order
        self._box_of = {node: f"box {name}" for node, name in box_of.items()}
        self._open_dots = open_dots
        self._index = {id(node): i for i, node in enumerate(order)}
        self._names = node_names(order)
        self._merged: dict[tuple[str, str], Arrow] = {}
        self._reached = reached(order, [node for node in order if node.swept])  # by a backward pass
        self._outputs: dict[str, dict[int, Value]] = {}  # what is used of a box outside of it
        for node in order if box_of else ():
            box = self._box_of.get(id(node), "")
            if box:
                self.members.setdefault(box, []).append(node)
            for x in [*operand_values(node), *outputs]:
                if id(x) in self._box_of and (self._box_of[id(x)] != box or id(x) in self.outputs):
                    self._outputs.setdefault(self._box_of[id(x)], {})[id(x)] = x

    def paint(self, depth: int | None, limit: int) -> None:
        """Draw down to a depth, as long as there are no more items than the limit."""
        items = self.picture.items
        level_of = {self._add(y): 0 for y in self.outputs.values()}
        waiting = deque(level_of)
        while waiting:
            key = waiting.popleft()
            nodes = self.members.get(key) or [self._order[int(key)]]
            below = {self._key(x): x for node in nodes for x in operand_values(node)}
            below.pop(key, None)
            if not below:
                continue
            if level_of[key] == depth or len(items) + len(below.keys() - items.keys()) >= limit:
                items[f"more {key}"] = Item("more", "⋯")
                self.picture.arrows.append(Arrow(f"more {key}", key))
                continue
            for operand_key, operand in below.items():
                if operand_key not in items:
                    level_of[self._add(operand)] = level_of[key] + 1
                    waiting.append(operand_key)
            for node in nodes:
                self._draw_operation(node, key)

    def _key(self, node: Value) -> str:
        """The key of the item a node is drawn as: its box, or its number."""
        return self._box_of.get(id(node)) or str(self._index[id(node)])

    def _gradient(self, node: Value) -> float | None:
        known = node in self._reached or (node.primitive is None and node.grad != 0.0)
        return node.grad if known and not node.is_constant else None

    def _add(self, node: Value) -> str:
        """The key of a node's item, which is made if need be."""
        key = self._key(node)
        members = self.members.get(key)
        if key in self.picture.items:
            return key
        if members:
            operations = sum(1 for member in members if member.primitive)
            parameters = sum(1 for member in members if member.primitive is None)
            inside = f"{parameters:,} parameters, {operations:,} operations"
            outputs = list(self._outputs[key].values())
            self.picture.items[key] = Item("box", shown(key.removeprefix("box ")), inside=inside)
            if len(outputs) == 1 and self.picture.has_numbers:
                self.picture.items[key].data = outputs[0].data
                self.picture.items[key].grad = self._gradient(outputs[0])
        else:
            kind = "constant" if node.is_constant else "result" if node.primitive else "variable"
            kind = "output" if id(node) in self.outputs else kind
            title = self._names[self._index[id(node)]]
            data = node.data if self.picture.has_numbers else None
            self.picture.items[key] = Item(kind, title, bool(shown(node.label or "")), data, self._gradient(node))
        self.drawn += len(members or [node])
        return key

    def _draw_operation(self, node: Value, key: str) -> None:
        """The operation that made a node and its operands; of one in a box only the arrows that come from outside."""
        if node.primitive is None:
            return
        if key in self.members:
            for x, partial in operand_partials(node):
                if isinstance(x, Value) and self._key(x) != key:
                    self._arrow(self._key(x), key, partial, partial is not None)
            return
        if self._open_dots and node.primitive.name == "dot":
            self._draw_products(node, key)
        else:
            ordered = node.primitive.name not in ("add", "mul") and not node.primitive.variadic
            self._draw(key, node.primitive.symbol, operand_partials(node), ordered)

    def _draw(self, key: str, symbol: str, operands: list[tuple[Value | float, float | None]], ordered: bool) -> None:
        """An operation that makes the item of a key, with arrows from its operands; plain numbers get items here."""
        operation = f"operation {key}"
        self.picture.items[operation] = Item("operation", symbol, ordered=ordered)
        self._arrow(operation, key)
        numbers = [x for x, _ in operands if not isinstance(x, Value)]
        if len(numbers) > MANY_NUMBERS:
            self.picture.items[f"numbers {key}"] = Item("number", f"{len(numbers):,} numbers")
            self._arrow(f"numbers {key}", operation, flows=False)
        for position, (x, partial) in enumerate(operands):
            if isinstance(x, Value):
                self._arrow(self._key(x), operation, partial, partial is not None)
            elif len(numbers) <= MANY_NUMBERS:
                self.picture.items[f"number {key} {position}"] = Item("number", to_text(Symbol(x)))
                self._arrow(f"number {key} {position}", operation, flows=False)

    def _draw_products(self, node: Value, key: str) -> None:
        """A scalar product as products and their sum."""
        operation = f"operation {key}"
        self.picture.items[operation] = Item("operation", "Σ")
        self._arrow(operation, key)
        half = len(node.operands) // 2
        pairs = operand_partials(node)
        for i, (left, right) in enumerate(zip(pairs[:half], pairs[half:], strict=True)):
            names = [Symbol(self._names[self._index[id(x)]] if isinstance(x, Value) else x) for x, _ in (left, right)]
            data = None
            if self.picture.has_numbers:
                data = math.prod(x.data if isinstance(x, Value) else x for x, _ in (left, right))
            product = f"product {i} {key}"
            title = to_text(names[0] * names[1])
            self.picture.items[product] = Item("result", title, False, data, self._gradient(node))
            self._draw(product, "×", [left, right], ordered=False)
            self._arrow(product, operation, 1.0)

    def _arrow(self, tail: str, head: str, local: float | None = None, flows: bool = True) -> None:
        """An arrow; to or from a box, at most one."""
        arrow = Arrow(tail, head, local if self.picture.has_numbers else None, flows)
        if tail in self.members or head in self.members:
            known = self._merged.setdefault((tail, head), arrow)
            if known is not arrow:
                known.local, known.flows = None, known.flows or flows
                return
        self.picture.arrows.append(arrow)
