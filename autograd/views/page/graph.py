"""The graph of a walk as SVG, which the page brings to life: laid out by Graphviz, every element with an id."""

from __future__ import annotations

import json
from html import escape

from autograd.views.page.order import in_order
from autograd.views.rendering import render
from autograd.views.terminal import clip, columns
from autograd.views.walk import Node, Walk

_LONGEST_NAME = 20  # columns of a name in a box
_LINE = 17  # pixels

# An arrowhead at the end of every edge; a larger one for the edge of a step, forward at its end, backward at its start.
_ARROWS = "".join(
    f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" markerHeight="{size}" '
    f'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker>'
    for name, size in (("arrow", 8), ("arrow-forward", 14), ("arrow-backward", 14))
)


def graph_svg(walk: Walk, name: str, has_places: bool = True) -> tuple[str, list[list[float]]]:
    """The SVG, and each node's box in it: left, top, width, height.

    `n3` is the id of a node, `e3-0` that of the edge from its first operand. Numbers are left for the page to fill in.

    Args:
        walk: what it is the graph of.
        name: what screen readers call it.
        has_places: whether to lay it out; otherwise the places are left for the page, too.

    Raises:
        RuntimeError: if nothing here can lay out the graph.
    """
    sizes = [size_of(node) for node in walk.nodes]
    if has_places:
        whole, edges, centres = laid_out(walk, sizes)
    else:
        whole, centres = (0.0, 0.0), [(0.0, 0.0)] * len(sizes)
        edges = [(f"e{i}-{k}", "", (0.0, 0.0)) for i, node in enumerate(walk.nodes) for k in range(len(node.operands))]
    shapes = []
    for edge, path, (x, y) in edges:
        shapes.append(f'<g class="edge" id="{edge}"><path d="{path}"/><text x="{x:g}" y="{y + 4:g}"></text></g>')
    boxes = []
    for i, (node, (width, height), (x, y)) in enumerate(zip(walk.nodes, sizes, centres, strict=True)):
        boxes.append([x - width / 2, y - height / 2, width, height])
        kind = f"{node.kind} output" if i == len(walk.nodes) - 1 else node.kind
        place = f"translate({boxes[i][0]:g} {boxes[i][1]:g})"
        shapes.append(f'<g class="node {kind}" id="n{i}" transform="{place}">{_inside(node, width, height)}</g>')
    far = "" if has_places else ' class="far"'  # what has no place yet need not be laid out as text
    head = f'<svg{far} viewBox="0 0 {whole[0]:g} {whole[1]:g}" role="img" aria-label="{escape(name)}">'
    return f"{head}<defs>{_ARROWS}</defs>{''.join(shapes)}</svg>", boxes


_Point = tuple[float, float]


def laid_out(walk: Walk, sizes: list[tuple[int, int]]) -> tuple[_Point, list[tuple[str, str, _Point]], list[_Point]]:
    """By Graphviz: the size of the whole, every edge with its id, path and the place of its number, the nodes' centres.

    Raises:
        RuntimeError: if nothing here can lay out the graph.
    """
    dot = ['digraph { rankdir=LR; nodesep=.2; ranksep=.35; node [shape=box fixedsize=true label=""];']
    dot += ['edge [arrowhead=none fontname=Helvetica fontsize=11 label="−0.0000"];']
    for i, (node, (width, height)) in enumerate(zip(walk.nodes, sizes, strict=True)):
        dot.append(f"{i} [width={width / 72} height={height / 72}];")
        dot += [f'{operand} -> {i} [id="e{i}-{k}"];' for k, operand in enumerate(node.operands)]
    layout = json.loads(render("\n".join([*dot, "}"]), "json0"))
    rows = in_order(walk.nodes, {int(entry["name"]): _point(entry["pos"]) for entry in layout["objects"]})
    if rows:
        layout = json.loads(render("\n".join([*dot, *rows, "}"]), "json0"))
    right, top = map(float, layout["bb"].split(",")[2:])

    def point(text: str) -> _Point:
        x, y = _point(text)
        return round(x, 1), round(top - y, 1)  # Graphviz measures from below

    edges = []
    for edge in layout["edges"]:
        if edge.get("style") == "invis":
            continue
        start, *curve = (f"{x:g},{y:g}" for x, y in map(point, edge["pos"].split()))
        edges.append((edge["id"], f"M{start}C{' '.join(curve)}", point(edge["lp"])))
    centres = {entry["name"]: point(entry["pos"]) for entry in layout["objects"] if "pos" in entry}  # or a row
    return (right, top), edges, [centres[str(i)] for i in range(len(walk.nodes))]


def _point(text: str) -> _Point:
    """A point as Graphviz writes it."""
    x, y = map(float, text.split(","))
    return x, y


def size_of(node: Node) -> tuple[int, int]:
    """Width and height of a node's box, in pixels."""
    title = columns(clip(node.name, _LONGEST_NAME))
    if node.kind == "number":
        return 8 * title + 20, 26
    if node.primitive:
        title += columns(node.primitive.symbol) + 2
    return max(132, 8 * title + 20), _LINE * (2 if node.kind == "constant" else 3) + 11


def _inside(node: Node, width: int, height: int) -> str:
    """Frame and texts of a box: the name, the operation, and places for data and gradient."""
    name = escape(clip(node.name, _LONGEST_NAME))
    if node.kind == "number":
        frame = f'<rect width="{width}" height="{height}" rx="13"/>'
        return f'{frame}<text x="{width / 2:g}" y="{_LINE}">{name}</text>'
    parts = [f"<title>{escape(node.name)}</title>", f'<rect width="{width}" height="{height}" rx="8"/>']
    parts.append(f'<text class="name" x="9" y="{_LINE}">{name}</text>')
    if node.primitive:
        parts.append(f'<text class="is" x="{width - 9}" y="{_LINE}">{escape(node.primitive.symbol)}</text>')
    for line, caption in enumerate(["data"] if node.kind == "constant" else ["data", "grad"], start=2):
        y = _LINE * line + 2
        parts.append(f'<text class="caption" x="9" y="{y}">{caption}</text>')
        parts.append(f'<text class="{caption}" x="{width - 9}" y="{y}"></text>')
    return "".join(parts)
