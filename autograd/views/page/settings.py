"""What can be chosen about a page, and its texts, which are in one file for all languages."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from autograd.support.errors import one_line, shown, typed
from autograd.support.extras import needed
from autograd.views.walk import Walk

TEXTS: dict[str, dict[str, str]] = json.loads(
    files("autograd.views.page").joinpath("texts.json").read_text(encoding="utf-8")
)
"""Every text of the page by language and name; {words} in braces are filled in."""

THEMES = {"auto": "screen and (prefers-color-scheme: dark)", "light": "not all", "dark": "screen"}
"""Where a page is dark, as CSS says it."""


_PARAMETER = re.compile(r"\w+(\[\d+\])*(\.\w+(\[\d+\])*)+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a page is made with, besides its walk.

    Attributes:
        title: of the page; by default the output's name, step by step.
        intro: what stands above the graph, as HTML.
        start: how many steps are taken when it opens.
        learn: the names of the variables that are ticked to learn; None: see `learners`.
        theme: `light`, `dark`, or `auto`, as the reader's system has it.
        lang: the language of its texts.
        home: where its link to an index leads; empty: it has none.
    """

    title: str = ""
    intro: str = ""
    start: int = 0
    learn: Collection[str] | None = None
    theme: str = "auto"
    lang: str = "en"
    home: str = ""


def settings(
    walk: Walk,
    *,
    title: str | None,
    intro: str | None,
    start: int,
    learn: Collection[str] | None,
    theme: str,
    lang: str,
) -> Settings:
    """The settings of a page, checked; the arguments are those of `Walkthrough.save_html`.

    Raises:
        TypeError, ValueError: for an argument out of its range.
        ImportError: if there is an intro, but nothing here that reads Markdown.
    """
    for name, text in (("title", title), ("intro", intro)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"save_html: {name} must be a text, got {typed(text)}")
    if title is not None and not title.strip():
        raise ValueError("save_html: title is empty; leave it out for the name of the output")
    if not isinstance(start, int) or isinstance(start, bool):
        raise TypeError(f"save_html: start must be an int, the number of a step, got {typed(start)}")
    if not 0 <= start <= len(walk):
        raise ValueError(f"save_html: start must be from 0 to {len(walk)}, the last step, got {shown(start)}")
    _check_choice("theme", theme, THEMES)
    _check_choice("lang", lang, TEXTS)
    return Settings(
        title=" ".join(_encodable(title or "").split()),
        intro=_markdown(_encodable(intro)) if intro else "",
        start=start,
        learn=None if learn is None else _learners(walk, learn),
        theme=theme,
        lang=lang,
    )


def learners(walk: Walk) -> Collection[str]:
    """The variables that learn where nobody says which: the parameters of Modules, or all, if there are none.

    Names of parameters have dots in them, `layer1.neuron3.w[2]`: a variable besides them is data.
    """
    variables = [node.name for node in walk.nodes if node.kind == "variable"]
    return [name for name in variables if _PARAMETER.fullmatch(name)] or variables


def _check_choice(name: str, choice: Any, known: Collection[str]) -> None:
    if not isinstance(choice, str) or choice not in known:
        raise ValueError(f"save_html: {name} must be one of {', '.join(known)}, got {shown(choice)}")


def _learners(walk: Walk, learn: Any) -> frozenset[str]:
    """The names in `learn`, each of a variable of the walk."""
    if isinstance(learn, str):
        learn = [learn]
    if not isinstance(learn, Collection) or isinstance(learn, (bytes, bytearray)):
        raise TypeError(f"save_html: learn must be a list of labels, got {typed(learn)}")
    kinds = {node.name: node.kind for node in walk.nodes}
    variables = [name for name, kind in kinds.items() if kind == "variable"]
    for label in learn:
        if not isinstance(label, str):
            remedy = "; pass its label" if hasattr(type(label), "apply_primitive") else ""
            raise TypeError(f"save_html: learn must be a list of labels, got {typed(label)} in it{remedy}")
        if label in variables:
            continue
        called = f"save_html: learn names {one_line(label, 60)!r}"
        some = ", ".join(variables[:10]) + (", ..." if len(variables) > 10 else "")
        there = f"the variables are {some}" if variables else "there is no variable in this walk"
        if label in kinds:
            raise ValueError(f"{called}, which is no variable but a node of kind {kinds[label]}; {there}")
        raise ValueError(f"{called}, which is not in this walk; {there}")
    return frozenset(learn)


def _encodable(text: str) -> str:
    """A text that a file can hold: halves of characters are replaced."""
    return text.encode(errors="replace").decode()


def _markdown(text: str) -> str:
    """Markdown as HTML that does nothing: what looks like HTML stays text, and pictures, which would be fetched, too.

    Raises:
        ImportError: if markdown-it-py is not installed.
    """
    needed("save_html(intro=...)", "markdown_it")
    from markdown_it import MarkdownIt  # here, so that importing the engine loads no other package

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    html: str = reader.render(text)
    return html
