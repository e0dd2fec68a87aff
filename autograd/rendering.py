"""Graphviz, wherever it is, and files that are whole or not there."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from pathlib import Path


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


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place, then move it there: it is whole, or as it was.

    Raises:
        IsADirectoryError: if the path is a folder.
        OSError: if it cannot be written there; a file that was there stays.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; name a file in it")
    if target.exists() and not target.is_file():  # a pipe, a device: nothing to move into its place
        target.write_bytes(content)
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
