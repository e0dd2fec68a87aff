"""A large walk module by module: what is folded is taken in one go, and shown as one."""

from __future__ import annotations

import re
from collections import Counter

from autograd.views.modules import Member, around, owners
from autograd.views.walk import Walk

MANY_NODES = 200  # a walk over no more is not folded


def modules(walk: Walk) -> list[str]:
    """The module of each node of a large walk, by its dotted name; empty if it has none, or the walk is small."""
    nodes = walk.nodes
    if len(nodes) <= MANY_NODES:
        return [""] * len(nodes)
    members = []
    for node in nodes:
        label = "" if node.primitive and re.fullmatch(r"v\d+", node.name) else node.name
        operands = [i for i in node.operands if nodes[i].kind != "number"]
        members.append(Member(label, node.primitive, operands, node.kind in ("constant", "number")))
    found = owners(members)
    for node, module in zip(nodes, found, strict=True):
        for i in node.operands:
            if nodes[i].kind == "number":  # a plain number belongs to the operation that it stands in
                found[i] = module
    return found


class Folding:
    """Which modules of a walk are folded: at first all, layer by layer; a small walk has none.

    Attributes:
        modules: the module of each node; empty if it has none.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.modules = modules(walk)
        self._around = {name: around(name) for name in dict.fromkeys(self.modules) if name}
        self._counts = Counter(
            (name, node.primitive is not None)
            for node, module in zip(walk.nodes, self.modules, strict=True)
            for name in self._around.get(module, ())
            if node.kind != "number"
        )
        self._open: set[str] = set()
        while len(boxes := set(filter(None, map(self.box, range(len(walk.nodes)))))) == 1 and self._has_inside(*boxes):
            self._open |= boxes  # one module around everything hides everything

    def _has_inside(self, box: str) -> bool:
        return any(box in names[:-1] for names in self._around.values())

    def box(self, i: int) -> str:
        """The folded module that a node is in; empty if it can be seen."""
        return next((name for name in self._around.get(self.modules[i], ()) if name not in self._open), "")

    def rows(self) -> list[tuple[str, int]]:
        """What can be seen, as the computation meets it: a folded module and its first node, or none and a node."""
        first: dict[str, int] = {}
        for i, node in enumerate(self.walk.nodes):
            box = self.box(i)
            if box and (box not in first or (node.primitive and not self.walk.nodes[first[box]].primitive)):
                first[box] = i
        seen = ((self.box(i), i) for i, node in enumerate(self.walk.nodes) if node.kind != "number")
        return [(box, i) for box, i in seen if not box or first[box] == i]

    def contents(self, box: str) -> str:
        """What there is in a module."""
        leaves, operations = self._counts[box, False], self._counts[box, True]
        return f"{leaves:,} parameters, {operations:,} operations" if operations else f"{leaves:,} variables"

    def summary(self, position: int) -> str:
        """The steps that were taken together last; empty if the last was one of its own."""
        if position < 0 or position == self.walk.forward_steps:
            return ""
        phase, node = self.walk.at(position)
        count = position - self.before(position)
        way = "forward" if phase == "forward" else "back"
        return f"{self.box(node)}: {count:,} steps {way}, at once" if self.box(node) else ""

    def toggle(self, i: int) -> str:
        """Open the folded module of a node, or fold the innermost one that it is seen in; returns which it was."""
        box = self.box(i)
        if box:
            self._open.add(box)
            return box
        name = self.modules[i]
        self._open -= {other for other in self._open if other == name or other.startswith(f"{name}.")}
        return name

    def after(self, position: int) -> int:
        """Where the walk stands after the next step, or after all those that are taken with it (-1: at the start)."""
        last = len(self.walk) - 1
        position = min(position + 1, last)
        while position < last and self._together(position, position + 1):
            position += 1
        return position

    def before(self, position: int) -> int:
        """Where the walk stood before its last step, or before all those that were taken with it."""
        while position > 0 and self._together(position - 1, position):
            position -= 1
        return max(position - 1, -1)

    def _together(self, step: int, other: int) -> bool:
        """Whether two steps are in the same folded module, both on the same way; the seed is in none."""
        if self.walk.forward_steps in (step, other):
            return False
        (phase, node), (other_phase, other_node) = self.walk.at(step), self.walk.at(other)
        return phase == other_phase and self.box(node) != "" and self.box(node) == self.box(other_node)
