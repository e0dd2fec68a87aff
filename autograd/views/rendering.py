"""Graphviz, wherever it is."""

from __future__ import annotations

import importlib.util
import shutil


def render(source: str, form: str) -> bytes:
    """What Graphviz's `dot` makes of DOT source, in one of its formats (`svg`, `png`, `pdf`, `plain`, ...).

    Raises:
        RuntimeError: if there is neither a `dot` program nor the pygraphviz wheel, which brings Graphviz along; or if
            Graphviz cannot make anything of the source.

    >>> render("digraph { a -> b }", "plain").split()[:2]
    [b'graph', b'1']
    """
    if shutil.which("dot"):
        import graphviz

        try:
            return bytes(graphviz.Source(source).pipe(format=form, quiet=True))
        except graphviz.CalledProcessError as error:
            raise RuntimeError(f"Graphviz failed: {error.stderr.decode(errors='replace').strip()}") from None
    if importlib.util.find_spec("pygraphviz"):
        import pygraphviz

        return bytes(pygraphviz.AGraph(string=source).draw(format=form, prog="dot"))
    raise RuntimeError(
        "nothing here can lay out a graph: install Graphviz, so that its program dot is on PATH, or "
        "pip install 'scalar-autograd[draw]', whose pygraphviz has Graphviz inside"
    )
