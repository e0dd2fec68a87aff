"""The walk as one live HTML file: it opens from disk, asks the network for nothing, and computes in the browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import Any

from autograd.formulas.javascript import javascript_table
from autograd.views.folding import MANY_NODES, modules
from autograd.views.page.code import code_html
from autograd.views.page.graph import graph_svg
from autograd.views.walk import MANY_STEPS, Walk
from autograd.views.walk_json import document

_SCRIPTS = ("walk.js", "graph.js", "code.js", "layout.js", "folding.js", "view.js")
_POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def to_html(walk: Walk) -> str:
    """The page as text.

    Raises:
        ValueError: if the walk has more than 2,000 steps.
        TypeError: for a primitive of your own whose rules compute with floats only, or two of one name.
        RuntimeError: if nothing here can lay out the graph.
    """
    if len(walk) > MANY_STEPS:
        raise ValueError(f"page: {len(walk):,} steps make no page one can use; walkthrough(y, depth=10) stays near y")
    uses = {(node.primitive, len(node.operands)): None for node in walk.nodes if node.primitive}
    script = "\n".join(['"use strict";', f"const TABLE = {javascript_table(uses)};", *map(_asset, _SCRIPTS)])
    module_of = modules(walk)
    is_large = len(walk.nodes) > MANY_NODES  # it can be folded; and Graphviz would take minutes
    graph, boxes = graph_svg(walk, has_places=not is_large)
    data = document(walk)
    data["functions"] = [{"name": function.name} for function in walk.functions]  # the text is in the page already
    for i, entry in enumerate(data["nodes"]):
        entry.update(_shown(walk, i), box=boxes[i])
        if module_of[i]:
            entry["module"] = module_of[i]
    style = _asset("page.css") + (_asset("code.css") if walk.functions else "")
    style += _asset("folding.css") if is_large else ""
    parts = {
        "title": html.escape(f"{walk.nodes[-1].name}, step by step"),
        "policy": html.escape(_POLICY.format(_hash(script), _hash(style))),
        "style": style,
        "graph": graph,
        "kind": "with-code" if walk.functions else "",
        "code": code_html(walk),
        "walk": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))


def notebook(walk: Walk) -> dict[str, str]:
    """What a notebook shows: the page in a frame of its own; text alone, with the reason, where there is no page."""
    try:
        page = html.escape(to_html(walk))
    except (ValueError, TypeError, RuntimeError) as error:
        return {"text/plain": f"{walk!r}: {error}"}
    frame = 'sandbox="allow-scripts allow-forms" style="width: 100%; height: 800px; border: 0"'
    return {"text/plain": repr(walk), "text/html": f'<iframe srcdoc="{page}" {frame}></iframe>'}


def _shown(walk: Walk, i: int) -> dict[str, Any]:
    """What the page says about an operation: its formula, the same with places for numbers, its derivatives."""
    node = walk.nodes[i]
    if node.primitive is None:
        return {}
    return {
        "formula": walk.operation(node),
        "pattern": walk.pattern(node),
        "locals": [walk.local(i, k) for k in range(len(node.operands))],
        "domain": node.primitive.domain,
    }


def _asset(name: str) -> str:
    return files("autograd.views.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
