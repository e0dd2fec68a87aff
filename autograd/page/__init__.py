"""The walk as one live HTML file: it opens from disk, asks the network for nothing, and computes in the browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import Any

from autograd.javascript import javascript_table
from autograd.rendering import render
from autograd.terminal import columns
from autograd.walk_json import document
from autograd.walkthrough import MANY_STEPS, Node, Walkthrough

_SCRIPTS = ("walk.js", "graph.js", "view.js")
_POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"
_LONGEST_NAME = 20  # columns of a name in a box


def to_html(walk: Walkthrough) -> str:
    """The page as text.

    Raises:
        ValueError: if the walk has more than 2,000 steps.
        TypeError: for a primitive of your own whose rules compute with floats only.
        RuntimeError: if nothing here can lay out the graph.
    """
    if len(walk) > MANY_STEPS:
        raise ValueError(f"page: {len(walk):,} steps make no page one can use; walkthrough(y, depth=10) stays near y")
    uses = {(node.primitive, len(node.operands)): None for node in walk.nodes if node.primitive}
    script = "\n".join(['"use strict";', f"const TABLE = {javascript_table(uses)};", *map(_asset, _SCRIPTS)])
    boxes, graph = _graph(walk)
    data = document(walk)
    for i, entry in enumerate(data["nodes"]):
        entry.update(_shown(walk, i), box=boxes[i])
    style = _asset("page.css")
    parts = {
        "title": html.escape(f"{walk.nodes[-1].name}, step by step"),
        "policy": html.escape(_POLICY.format(_hash(script), _hash(style))),
        "style": style,
        "graph": graph,
        "walk": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))


def notebook(walk: Walkthrough) -> dict[str, str]:
    """What a notebook shows: the page in a frame of its own; text alone, with the reason, where there is no page."""
    try:
        page = html.escape(to_html(walk))
    except (ValueError, TypeError, RuntimeError) as error:
        return {"text/plain": f"{walk!r}: {error}"}
    frame = 'sandbox="allow-scripts allow-forms" style="width: 100%; height: 800px; border: 0"'
    return {"text/plain": repr(walk), "text/html": f'<iframe srcdoc="{page}" {frame}></iframe>'}


def _shown(walk: Walkthrough, i: int) -> dict[str, Any]:
    """What the page says about an operation: its formula, the same with places for numbers, its derivatives."""
    node = walk.nodes[i]
    if node.primitive is None:
        return {}
    places = [f"{{{k}}}" for k in range(len(node.operands))]
    return {
        "formula": walk.operation(node),
        "pattern": walk.operation(node, places),
        "locals": [walk.local(i, k) for k in range(len(node.operands))],
        "domain": node.primitive.domain,
    }


def _asset(name: str) -> str:
    return files("autograd.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# -- the picture ------------------------------------------------------------------------------------------------------


def _size(node: Node, is_output: bool) -> tuple[int, int]:
    """Width and height of a node's box, in pixels."""
    if node.kind == "number":
        return 8 * len(node.name) + 20, 26
    title = min(columns(node.name), _LONGEST_NAME) + (columns(node.primitive.symbol) + 2 if node.primitive else 0)
    return max(132, 8 * title + 20), 44 if node.kind == "constant" else 62


def _graph(walk: Walkthrough) -> tuple[list[list[float]], str]:
    """Where each node's box is (left, top, width, height), and the graph as SVG.

    Graphviz lays it out; the elements get ids, n3 for a node and e3-0 for the edge of its first operand.
    """
    last = len(walk.nodes) - 1
    sizes = [_size(node, i == last) for i, node in enumerate(walk.nodes)]
    dot = ['digraph { rankdir=LR; nodesep=.2; ranksep=.35; node [shape=box fixedsize=true label=""];']
    dot += ['edge [arrowhead=none fontname=Helvetica fontsize=11 label="−0.0000"];']
    for i, (width, height) in enumerate(sizes):
        dot.append(f"{i} [width={width / 72} height={height / 72}];")
    for i, node in enumerate(walk.nodes):
        dot += [f'{operand} -> {i} [id="e{i}-{k}"];' for k, operand in enumerate(node.operands)]
    layout = json.loads(render("\n".join([*dot, "}"]), "json0"))
    right, top = (float(x) for x in layout["bb"].split(",")[2:])

    def point(text: str) -> tuple[float, float]:
        x, y = text.split(",")
        return round(float(x), 1), round(top - float(y), 1)

    boxes = [[0.0] * 4] * len(sizes)
    shapes = []
    for edge in layout.get("edges", []):
        first, *others = (f"{x:g},{y:g}" for x, y in map(point, edge["pos"].split()))
        x, y = point(edge["lp"])
        path = f'<path d="M{first}C{" ".join(others)}"/>'
        shapes.append(f'<g class="edge" id="{edge["id"]}">{path}<text x="{x:g}" y="{y + 4:g}"></text></g>')
    for entry in layout["objects"]:
        i = int(entry["name"])
        x, y = point(entry["pos"])
        width, height = sizes[i]
        boxes[i] = [x - width / 2, y - height / 2, width, height]
        shapes.append(_box(walk.nodes[i], i, boxes[i], i == last))
    size = f"0 0 {right:g} {top:g}"
    return boxes, f'<svg viewBox="{size}" role="img" aria-label="The graph">{_ARROWS}{"".join(shapes)}</svg>'


_ARROWS = "<defs>{}</defs>".format(
    "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" markerHeight="{size}" '
        f'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker>'
        for name, size in (("arrow", 8), ("arrow-forward", 14), ("arrow-backward", 14))
    )
)


def _box(node: Node, i: int, box: list[float], is_output: bool) -> str:
    left, top, width, height = box
    kind = f"{node.kind} output" if is_output else node.kind
    start = f'<g class="node {kind}" id="n{i}" transform="translate({left:g} {top:g})">'
    frame = f'<rect width="{width:g}" height="{height:g}" rx="{height / 2 if node.kind == "number" else 8:g}"/>'
    if node.kind == "number":
        return f'{start}{frame}<text x="{width / 2:g}" y="17">{node.name}</text></g>'
    name = node.name if columns(node.name) <= _LONGEST_NAME else node.name[: _LONGEST_NAME - 1] + "…"
    inside = [
        f"<title>{html.escape(node.name)}</title>",
        frame,
        f'<text class="name" x="9" y="17">{html.escape(name)}</text>',
    ]
    if node.primitive:
        inside.append(f'<text class="is" x="{width - 9:g}" y="17">{html.escape(node.primitive.symbol)}</text>')
    for y, caption in [(36, "data"), (53, "grad")][: 1 if node.kind == "constant" else 2]:
        inside.append(f'<text class="caption" x="9" y="{y}">{caption}</text>')
        inside.append(f'<text class="{caption}" x="{width - 9:g}" y="{y}"></text>')
    return f"{start}{''.join(inside)}</g>"
