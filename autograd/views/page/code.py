"""The source beside the graph, as HTML in which the page lights the line of the step."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from autograd.views.code import Function
from autograd.views.walk import Walk


def code_html(walk: Walk, texts: Mapping[str, str]) -> str:
    """The panel, where line 14 of the second function has the id `c1-14`; nothing for a walk not over a function."""
    if not walk.functions:
        return ""
    functions = "".join(_function(i, function, texts) for i, function in enumerate(walk.functions))
    code, source = escape(texts["the_code"]), escape(texts["source"])
    listing = f'<div id="listing" tabindex="0" role="region" aria-label="{source}">{functions}</div>'
    return f'<section id="code" class="card" aria-label="{code}"><p id="code-where"></p>{listing}</section>'


def _function(index: int, function: Function, texts: Mapping[str, str]) -> str:
    head = f"<h2>{escape(function.name)} <small>{escape(function.file)}</small></h2>"
    if not function.lines:
        return f'<div class="function">{head}<p>{escape(texts["no_source"].format(name=function.name))}</p></div>'
    lines = "".join(
        f'<li data-number="{number}" id="c{index}-{number}"><code>{escape(text) or " "}</code></li>'
        for number, text in enumerate(function.lines, function.first)
    )
    return f'<div class="function">{head}<ol>{lines}</ol></div>'
