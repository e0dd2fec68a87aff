"""The order of a graph's nodes from top to bottom, where their names have one: h0 above h1 above h2."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from autograd.views.walk import Node

Place = tuple[float, float]


def in_order(nodes: Sequence[Node], places: Mapping[int, Place]) -> list[str]:
    """Lines of DOT that put siblings in order which a layout has in another; none, if all are as they should be.

    Siblings stand in one column, and their names differ in their numbers only: the units of a layer, the inputs. A leaf
    that is used once is no such, as a weight: it stands with what uses it.

    Args:
        nodes: of the graph.
        places: where each of them is, x to the right and y upwards.
    """
    uses = Counter(operand for node in nodes for operand in node.operands)
    columns: dict[tuple[float, str], list[tuple[list[int], int]]] = {}
    for i, node in enumerate(nodes):
        numbers = [int(digits) for digits in re.findall(r"\d+", node.name)]
        counted = node.kind != "number" and (node.primitive is not None or uses[i] > 1)
        if numbers and counted and not re.fullmatch(r"v\d+", node.name):  # v1, v2, ...: names for want of any
            columns.setdefault((places[i][0], re.sub(r"\d+", "#", node.name)), []).append((numbers, i))
    rows = [[i for _, i in sorted(column)] for column in columns.values() if len(column) > 1]
    if all(places[upper][1] > places[lower][1] for row in rows for upper, lower in pairwise(row)):
        return []
    return [f'{{rank=same; edge [style=invis label=""]; {" -> ".join(map(str, row))}}}' for row in rows]
