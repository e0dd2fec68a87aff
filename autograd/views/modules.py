"""Which module each node of a graph belongs to, as the names of parameters tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograd.engine.primitive import Primitive

MANY_LEVELS = 20  # modules deeper in each other are one


class Member(NamedTuple):
    """What there is to know of a node.

    Attributes:
        label: the user's own word for it; empty if there is none.
        row: the operation; None for a leaf.
        operands: places of the nodes that it is applied to, all before it.
        is_constant: whether no gradient flows to it.
    """

    label: str
    row: Primitive | None
    operands: Sequence[int]
    is_constant: bool


def owners(members: Sequence[Member]) -> list[str]:
    """The module of each node; empty if it has none.

    `layer1.neuron3.w[2]` belongs to layer1.neuron3, `w[2]` to w. An operation belongs to what its parameters belong
    to (a list of inputs, `x[0]`, beside `layer1.w[0]` says nothing), and so does an activation: a function of one such
    result that nothing else uses.
    """
    uses = Counter(operand for member in members for operand in member.operands)
    owner: list[str] = []
    activations: set[int] = set()
    for i, (label, row, operands, is_constant) in enumerate(members):
        owner.append("")
        if row is None:
            prefix, dot, name = label.rpartition(".")
            prefix = prefix if dot else name.partition("[")[0] if "[" in name else ""
            if not is_constant:
                owner[i] = prefix
            continue
        parameters = [x for x in operands if members[x].row is None and owner[x]]
        if parameters:
            of_modules = [x for x in parameters if "." in members[x].label]
            owner[i] = _common({owner[x] for x in of_modules or parameters})
        elif len(operands) == 1 and len(row.operands) - len(row.defaults) == 1 and not row.variadic:
            (below,) = operands
            if owner[below] and uses[below] == 1 and not members[below].label and below not in activations:
                owner[i] = owner[below]
                activations.add(i)
    return owner


def _common(names: Iterable[str]) -> str:
    """The part that dotted names start with in common."""
    parts = zip(*(name.split(".") for name in names), strict=False)
    common = []
    for same in parts:
        if len(set(same)) > 1:
            break
        common.append(same[0])
    return ".".join(common)


def around(name: str) -> list[str]:
    """A module and those around it, the outermost first.

    >>> around("layer1.neuron3")
    ['layer1', 'layer1.neuron3']
    """
    parts = name.split(".", MANY_LEVELS)
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
