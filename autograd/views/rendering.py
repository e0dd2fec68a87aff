"""Graphviz, wherever it is."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys

# Graphviz and its font library write warnings straight to the stderr of the process they are loaded into, past
# `sys.stderr`. A process of its own has a stderr of its own, whatever other threads print meanwhile.
_PYGRAPHVIZ = """
import sys
sys.path += sys.argv[2:]
import pygraphviz
source = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(pygraphviz.AGraph(string=source).draw(format=sys.argv[1], prog="dot"))
"""


def render(source: str, form: str) -> bytes:
    """What Graphviz's `dot` makes of DOT source, in one of its formats (`svg`, `png`, `pdf`, `plain`, ...).

    What Graphviz writes to stderr is shown only if it fails, as the message of the error.

    Raises:
        RuntimeError: if there is neither a `dot` program nor the pygraphviz wheel, which brings Graphviz along; or if
            Graphviz cannot make anything of the source.

    >>> render("digraph { a -> b }", "plain").split()[:2]
    [b'graph', b'1']
    """
    dot = shutil.which("dot")
    if dot:
        command = [dot, "-Kdot", f"-T{form}"]
    elif importlib.util.find_spec("pygraphviz"):
        # -P: no file in the folder one stands in is taken for a module; the path: as this process finds modules
        command = [sys.executable, "-P", "-c", _PYGRAPHVIZ, form, *filter(None, sys.path)]
    else:
        raise RuntimeError(
            "nothing here can lay out a graph: install Graphviz, so that its program dot is on PATH, or "
            "pip install pygraphviz, version 2 or later, which has Graphviz inside"
        )
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows a program without a console would open one
    done = subprocess.run(command, input=source.encode(), capture_output=True, creationflags=no_window)
    if done.returncode != 0:
        raise RuntimeError(f"Graphviz failed: {_reason(done.stderr)}")
    return done.stdout


def _reason(stderr: bytes) -> str:
    """What went wrong, out of all that was written: Graphviz's own errors, else the last line."""
    lines = stderr.decode(errors="replace").split("\n")
    errors = [line.strip() for line in lines if line.startswith("Error")]
    return "; ".join(errors or [line.strip() for line in lines if line.strip()][-1:]) or "it did not say why"
