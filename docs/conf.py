"""How Sphinx makes the site of `docs/`, by `.ci/docs`: nothing is fetched, and the project makes what pages embed."""

from __future__ import annotations

import re
import runpy
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

project = "scalar-autograd"
version = release = version_of("scalar-autograd")
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"  # docstrings mark code as Markdown does

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say what arguments are

html_theme = "furo"
html_title = "scalar-autograd"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_search_summary = False  # it would be fetched, which browsers refuse to do from disk


def unmarked(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Keep docutils from reading markup into a docstring, which is text with code in backticks: |x|, *args."""
    text = re.sub(r"^Raises \(.*\):$", "Raises:", "\n".join(lines), flags=re.M)  # the only headings napoleon knows
    paragraphs = re.split(r"(\n\s*\n)", text)
    for i, text in enumerate(paragraphs):
        if not text.lstrip().startswith(">>>"):
            paragraphs[i] = re.sub(
                r"`[^`]*`|[*|]", lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", text
            )
    lines[:] = "".join(paragraphs).split("\n")
    if what in ("property", "attribute", "data"):
        lines.insert(0, "\\ ")  # nothing: napoleon takes what stands before a colon in the first line for a type


def in_its_language(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Say of Korean pages that they are, to screen readers and hyphenation."""
    if page.startswith("ko/"):
        context["language"] = "ko"


def embed(app: Any, error: Exception | None) -> None:
    """Write the live pages and pictures beside the pages that show them."""
    if error is None and app.builder.format == "html":
        runpy.run_path(str(HERE / "live.py"))["write"](Path(app.outdir))


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", unmarked, priority=400)  # before napoleon
    app.connect("html-page-context", in_its_language)
    app.connect("build-finished", embed)
