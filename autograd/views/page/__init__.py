"""The walk as one live HTML file: it opens from disk, asks the network for nothing, and computes in the browser."""

from __future__ import annotations

import html
from typing import Any

from autograd.engine.primitives import stop_gradient
from autograd.formulas.javascript import javascript_table
from autograd.support.offline import filled, framed, read_asset, script_json
from autograd.views.folding import MANY_NODES, modules
from autograd.views.page.code import code_html
from autograd.views.page.graph import graph_svg
from autograd.views.page.practice import choices_of, practice_of
from autograd.views.page.settings import TEXTS, THEMES, Settings, learners
from autograd.views.walk import MANY_STEPS, Walk
from autograd.views.walk_json import document

_SCRIPTS = (
    "walk.js",
    "address.js",
    "graph.js",
    "code.js",
    "layout.js",
    "folding.js",
    "reckon.js",
    "practice.js",
    "practice_form.js",
    "view.js",
)
DEFAULT = Settings()


def to_html(walk: Walk, chosen: Settings = DEFAULT) -> str:
    """The page as text.

    Args:
        walk: what it walks over.
        chosen: what can be chosen about it.

    Raises:
        ValueError: if the walk has more than 2,000 steps.
        TypeError: for a primitive of your own whose rules compute with floats only, or two of one name.
        RuntimeError: if nothing here can lay out the graph.
    """
    if len(walk) > MANY_STEPS:
        raise ValueError(f"page: {len(walk):,} steps make no page one can use; walkthrough(y, depth=10) stays near y")
    texts = TEXTS[chosen.lang]
    uses = {(node.primitive, len(node.operands)): None for node in walk.nodes if node.primitive}
    tables = [f"const TABLE = {javascript_table(uses)};", f"const TEXTS = {script_json(texts)};"]
    tables.append(f"const PRACTICE = {script_json(practice_of(walk, chosen.lang))};")
    script = "\n".join(['"use strict";', *tables, *map(_asset, _SCRIPTS)])
    module_of = modules(walk)
    is_large = len(walk.nodes) > MANY_NODES  # it can be folded; and Graphviz would take minutes
    graph, boxes = graph_svg(walk, texts["the_graph"], has_places=not is_large)
    learn = learners(walk) if chosen.learn is None else chosen.learn
    data = document(walk)
    choices = choices_of(walk)
    data["functions"] = [{"name": function.name} for function in walk.functions]  # the text is in the page already
    held = _held(walk)
    for i, entry in enumerate(data["nodes"]):
        entry.update(_shown(walk, i), box=boxes[i], choices=choices[i])
        if module_of[i]:
            entry["module"] = module_of[i]
        if walk.nodes[i].kind == "variable":
            entry["learns"] = walk.nodes[i].name in learn
        if i in held:
            entry["held"] = True
    style = _asset("page.css") + (_asset("code.css") if walk.functions else "")
    style += _asset("folding.css") if is_large else ""
    style = style.replace(THEMES["auto"], THEMES[chosen.theme])
    home = f'<p><a href="{html.escape(chosen.home)}">{html.escape(texts["home"])}</a></p>' if chosen.home else ""
    parts = {name: html.escape(text) for name, text in texts.items()} | {
        "lang": chosen.lang,
        "scheme": {"auto": "light dark"}.get(chosen.theme, chosen.theme),
        "title": html.escape(chosen.title or texts["title_of"].format(name=walk.nodes[-1].name)),
        "intro": f'<div id="intro">{home}{chosen.intro}</div>' if home or chosen.intro else "",
        "graph": graph,
        "kind": "with-code" if walk.functions else "",
        "code": code_html(walk, texts),
        "walk": script_json({**data, "start": chosen.start}),
    }
    return filled(_asset("page.html"), parts, script, style)


def notebook(walk: Walk) -> dict[str, str]:
    """What a notebook shows: the page in a frame of its own; text alone, with the reason, where there is no page."""
    try:
        page = to_html(walk)
    except (ValueError, TypeError, RuntimeError) as error:
        return {"text/plain": f"{walk!r}: {error}"}
    instead = f"{walk!r}; run the cell, or trust the notebook, to walk over it"
    return {"text/plain": repr(walk), "text/html": framed(page, "allow-scripts allow-forms", instead)}


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


def _held(walk: Walk) -> set[int]:
    """The operations to which no gradient flows whatever the numbers: recorded without derivatives that they have."""
    flows: list[bool] = []
    held = set()
    for i, node in enumerate(walk.nodes):
        if node.primitive is None:
            flows.append(node.kind in ("variable", "given"))
            continue
        ways = [k for k, operand in enumerate(node.operands) if flows[operand]]
        if ways and all(partial is None for partial in node.partials):
            partials = node.primitive.partials_at([walk.nodes[operand].data for operand in node.operands], node.data)
            if node.primitive is stop_gradient or any(partials[k] is not None for k in ways):
                held.add(i)
        flows.append(bool(ways) and i not in held)
    return held


def _asset(name: str) -> str:
    return read_asset("autograd.views.page", name)
