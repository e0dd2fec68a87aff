"""The demos' walks as live pages, each with what it computes, and an index of them."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from autograd import walkthrough
from autograd.support.files import write_whole
from autograd.views.page import to_html
from autograd.views.page.settings import Settings
from demos.catalogue import Demo

LEARN = {
    "chain_rule": ["w10", "w20", "w11", "w21"],  # a10 and a11 are what the layer before has computed
    "implicit_function": [],
    "montecarlo": [],
}
"""Which variables of a page are ticked to learn, where not all of them are."""

_INDEX = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; font: 1.05rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; }}
ul {{ padding: 0; list-style: none; display: grid; gap: .75rem; }}
a {{ display: block; padding: .75rem 1rem; border: 1px solid #8888; border-radius: 10px; color: inherit; }}
a {{ text-decoration: none; }}
a:hover, a:focus-visible {{ border-color: currentColor; }}
strong, span {{ display: block; }}
small {{ opacity: .75; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{lead}</p>
<ul>
{entries}
</ul>
</body>
</html>
"""


@cache
def _texts(lang: str) -> dict[str, Any]:
    """The texts of a language, as `demos/pages.json` has them."""
    every = json.loads(files("demos").joinpath("pages.json").read_text(encoding="utf-8"))
    texts: dict[str, Any] = every[lang]
    return texts


def write_page(demo: Demo, path: Path, lang: str = "en", home: str = "") -> Path:
    """Write a demo's page, with a title and what it computes; returns its path.

    Args:
        demo: whose.
        path: where to.
        lang: the language, `en` or `ko`.
        home: where its link to an index leads, if there is one.

    Raises:
        OSError: if the file cannot be written.
        RuntimeError: if nothing here can lay out a graph.
    """
    title, computed = _texts(lang)["demos"][demo.name]
    intro = f"<p>{html.escape(computed)}</p>"
    chosen = Settings(title=title, intro=intro, learn=LEARN.get(demo.name), lang=lang, home=home)
    write_whole(path, to_html(walkthrough(demo.output()), chosen).encode())
    return path


def write_site(demos: Sequence[Demo], folder: Path, lang: str = "en") -> list[Path]:
    """Write a page for each demo, and index.html with links to them; returns the paths.

    Raises:
        OSError: if a file cannot be written.
        RuntimeError: if nothing here can lay out a graph.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = [write_page(demo, folder / f"{demo.name}.html", lang, "index.html") for demo in demos]
    index, texts = folder / "index.html", _texts(lang)
    entries = "\n".join(_entry(demo, texts) for demo in demos)
    whole = _INDEX.format(lang=lang, title=texts["index"], lead=texts["lead"], entries=entries)
    write_whole(index, whole.encode())
    return [index, *pages]


def _entry(demo: Demo, texts: dict[str, Any]) -> str:
    title, computed = map(html.escape, texts["demos"][demo.name])
    document = texts["document"].format(number=demo.document) + ", " if demo.document else ""
    small = document + texts["steps"].format(count=len(walkthrough(demo.output())))
    told = f"<strong>{title}</strong><span>{computed}</span> <small>{small}</small>"
    return f'<li><a href="{demo.name}.html">{told}</a></li>'
