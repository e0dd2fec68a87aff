"""Drawings of a graph: DOT source, and the pictures Graphviz makes of it."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Collection
from html import escape
from pathlib import Path
from typing import Any

from autograd.engine.value import Value
from autograd.program.program import Program
from autograd.support.errors import one_line, shown, typed
from autograd.support.extras import needed
from autograd.support.files import write_whole
from autograd.views.picture import Arrow, Item, Picture, picture
from autograd.views.rendering import render
from autograd.views.structure import conditions, structure
from autograd.views.walk import show

FORMATS = ("svg", "png", "pdf", "dot")
DIRECTIONS = ("LR", "RL", "TB", "BT")

# Dark operations among light values stay apart in greyscale and to every eye; borders say again what colours say.
_INK, _GREY, _BACKWARD = "#1F2A37", "#4E5A68", "#A33B00"
_STYLES = {
    "variable": {"fillcolor": "#CFE5F8", "color": "#1F5F99"},
    "constant": {"fillcolor": "#EEEEEE", "style": "filled,dashed"},
    "number": {"fillcolor": "#EEEEEE", "style": "filled,dashed,rounded"},
    "result": {"fillcolor": "#FFFFFF"},
    "output": {"fillcolor": "#FFFFFF", "penwidth": "2.4", "color": _INK},
    "operation": {"style": "filled,rounded", "fillcolor": _INK, "fontcolor": "#FFFFFF", "color": _INK},
    "box": {"fillcolor": "#FBEBC8", "peripheries": "2", "color": "#7A5B12"},
    "more": {"shape": "plaintext", "fillcolor": "none"},
}
_MEANING = {
    "variable": "variable",
    "constant": "constant",
    "number": "constant",
    "result": "result",
    "operation": "operation",
    "box": "module, folded",
}


class Drawing:
    """A graph as a picture; a notebook shows it by itself.

    Attributes:
        dot: the source in Graphviz's language DOT.
        notes: what is folded or left out, if anything is.
    """

    def __init__(self, dot: str, notes: Collection[str] = ()) -> None:
        self.dot = dot
        self.notes = tuple(notes)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file: .svg, .png, .pdf or .dot.

        Raises:
            ValueError: for another ending.
            RuntimeError: if nothing here can lay out the graph; a .dot file needs nothing.
            OSError: if it cannot be written there. In no case is there half a file.
        """
        form = Path(path).suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise ValueError(
                f"draw: {one_line(str(path), 120)!r} must end in {', '.join('.' + known for known in FORMATS)}"
            )
        write_whole(path, self.dot.encode() if form == "dot" else render(self.dot, form))
        return Path(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG for a notebook, with the source as the text; the text alone where nothing can lay out the graph."""
        try:
            return {"image/svg+xml": render(self.dot, "svg").decode(), "text/plain": repr(self)}
        except RuntimeError as error:
            return {"text/plain": f"{self!r}: {error}"}

    def __repr__(self) -> str:
        return "; ".join([f"<drawing, {len(self.dot):,} characters of DOT", *self.notes]) + ">"


def draw(
    y: Value | Program,
    *,
    direction: str = "LR",
    digits: int = 4,
    depth: int | None = None,
    fold: bool | Collection[str] | None = None,
    unfold: Collection[str] = (),
    open_dots: bool = False,
    limit: int = 300,
) -> Drawing:
    """Draw the graph that `y` was computed by: every value with its gradient, every edge with its local derivative.

    Of a program, which has no numbers yet, its operations are drawn.

    Args:
        y: the result of an expression; or a recorded program, `jit(f).program(...)`.
        direction: of the computation: `LR` left to right, `TB` top to bottom, or `RL`, `BT`.
        digits: decimal places.
        depth: how many operations to go down from y; None: all the way.
        fold: which modules become one box each, told by the names of their parameters (`layer1.neuron3.w[2]`): True
            for every innermost one, False for none, or a list of names (`["layer1"]`). By default none if the graph
            has no more than `limit` items; else the innermost ones, or, if that is not enough, those around them.
        unfold: names of modules that are to stay open.
        open_dots: draw the scalar product of `dot` as products and their sum.
        limit: how many items are drawn at most. Of a graph with more, even folded, the picture shows a fifth as many,
            those nearest to y, and says so.

    Raises:
        TypeError: if y is neither a Value nor a program.
        ValueError: if y has no history, or for an argument out of its range.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> draw(y).dot.count("->")  # two edges from x to the product, one from there to y
    3
    """
    if not isinstance(y, (Value, Program)):
        raise TypeError(f"draw: y must be a Value, or a recorded program, got {typed(y)}")
    if isinstance(y, Value) and y.primitive is None:
        raise ValueError(f"draw: {typed(y)} has no history; pass the result of an expression with a variable in it")
    if direction not in DIRECTIONS:
        raise ValueError(f"draw: direction must be one of {', '.join(DIRECTIONS)}, got {shown(direction)}")
    for name, number, least in (
        ("digits", digits, 1),
        ("depth", 1 if depth is None else depth, 1),
        ("limit", limit, 2),
    ):
        if not isinstance(number, int):
            raise TypeError(f"draw: {name} must be an int, got {typed(number)}")
        if number < least:
            raise ValueError(f"draw: {name} must be at least {least}, got {shown(number)}")
    fold = [fold] if isinstance(fold, str) else fold
    unfold = [unfold] if isinstance(unfold, str) else unfold
    chosen = picture(
        [y] if isinstance(y, Value) else structure(y),
        has_numbers=isinstance(y, Value),
        depth=depth,
        fold=fold,
        unfold=unfold,
        open_dots=open_dots,
        limit=limit,
    )
    if isinstance(y, Program):
        chosen.notes += conditions(y)
    return Drawing(_source(chosen, direction, digits), chosen.notes)


def draw_dot(y: Value | Program) -> Drawing:
    """`draw`, by the name micrograd knows it by."""
    return draw(y)


def _source(chosen: Picture, direction: str, digits: int) -> str:
    needed("draw", "graphviz")
    import graphviz  # here, so that importing the engine loads no other package

    graph = graphviz.Digraph()
    graph.attr(rankdir=direction, nodesep="0.14", ranksep="0.02", margin="0.1", fontname="Helvetica", fontsize="10")
    graph.attr("node", shape="box", style="filled", fontname="Helvetica", fontsize="10", fontcolor=_INK, color=_GREY)
    graph.attr("node", margin="0.03,0.02", height="0.25", width="0.25")
    graph.attr("edge", fontname="Helvetica", fontsize="9", fontcolor=_BACKWARD, color=_GREY, arrowsize="0.5")
    keys = {key: f"n{i}" for i, key in enumerate(chosen.items)}
    for key, item in chosen.items.items():
        style = _STYLES[item.kind]
        if item.kind == "operation" and len(item.title) <= 2:
            size = "20" if item.title == "·" else "12"  # a dot that can be seen
            style = {**style, "shape": "circle", "margin": "0", "fontsize": size, "width": "0.25", "fixedsize": "true"}
        if item.ordered:
            style = {**style, "ordering": "in"}
        graph.node(keys[key], _label(item, digits), **style)
    for arrow in chosen.arrows:
        graph.edge(keys[arrow.tail], keys[arrow.head], **_edge(arrow, chosen, digits))
    graph.attr(label=_legend(chosen), labelloc="b", labeljust="l")
    return str(graph.source)


def _edge(arrow: Arrow, chosen: Picture, digits: int) -> dict[str, str]:
    if chosen.items[arrow.tail].kind == "operation":
        return {"arrowhead": "none", "weight": "10"}
    if chosen.items[arrow.tail].kind == "more":
        return {"style": "dotted", "arrowhead": "none"}
    if not arrow.flows:
        return {"style": "dashed"}
    label = {} if arrow.local is None else {"label": _number(arrow.local, digits)}
    return {"weight": "3", **label}


def _number(number: float | None, digits: int) -> str:
    """A number as in the walk, without zeros at its end."""
    text = show(number, digits)
    return text.rstrip("0").removesuffix(".") if "." in text and "e" not in text else text


def _text(text: str, width: int = 30) -> str:
    """Text as HTML-like labels have it: with entities, in lines, characters that XML can't have replaced."""
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, width)] or ["\u00a0"]
    legal = (re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", line) for line in lines)
    return "<BR/>".join(escape(line).replace("\\", r"\\") for line in legal)


def _label(item: Item, digits: int) -> str:
    """An HTML-like label: the title, and beneath it a line each for data and gradient."""
    title = _text(item.title)
    if item.kind in ("operation", "number", "more"):
        return f"<{title}>"
    title = f"<B>{title}</B>" if item.has_label else f'<FONT COLOR="{_GREY}"><I>{title}</I></FONT>'
    rows = [f'<TR><TD COLSPAN="2">{title}</TD></TR>']
    if item.inside:
        rows.append(f'<TR><TD COLSPAN="2"><FONT POINT-SIZE="9">{item.inside}</FONT></TD></TR>')
    if item.data is not None:
        rows.append(_row("data", _number(item.data, digits), _INK))
    if item.data is not None and item.kind != "constant":
        rows.append(_row("grad", _number(item.grad, digits), _BACKWARD))
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>>'


def _row(name: str, number: str, color: str) -> str:
    return (
        f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="8" COLOR="{_GREY}">{name}</FONT></TD>'
        f'<TD ALIGN="RIGHT"><FONT COLOR="{color}">{number}</FONT></TD></TR>'
    )


def _legend(chosen: Picture) -> str:
    """What the shapes mean, as far as they are there, and the notes."""
    kinds = {item.kind for item in chosen.items.values()}
    cells = []
    for kind, meaning in _MEANING.items():
        if kind in kinds and (kind != "number" or "constant" not in kinds):
            style = _STYLES[kind]
            dashed = ' STYLE="DASHED"' if "dashed" in style.get("style", "") else ""
            cells.append(
                f'<TD BORDER="1" COLOR="{style.get("color", _GREY)}" BGCOLOR="{style["fillcolor"]}"{dashed}>'
                f'<FONT COLOR="{style.get("fontcolor", _INK)}">{meaning}</FONT></TD>'
            )
    notes = ["a number on an edge: the local derivative"] if chosen.has_numbers else []
    if any(not arrow.flows for arrow in chosen.arrows):
        notes.append("dashed: no gradient flows back")
    if chosen.has_numbers and any(
        item.grad is None and item.kind in ("variable", "result", "output") for item in chosen.items.values()
    ):
        notes.append("grad —: no backward pass has come here")
    key = f'<TABLE BORDER="0" CELLSPACING="3" CELLPADDING="3"><TR>{"".join(cells)}</TR></TABLE>'
    rows = [key, *(_text(note, 90) for note in [*notes, *chosen.notes])]
    table = "".join(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="1">{table}</TABLE>>'
