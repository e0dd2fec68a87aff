"""Graphviz in each of its guises."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.views import rendering
from autograd.views.rendering import render

GRAPH = 'digraph { a [label="ä\\"<&>"]; a -> a; a -> a }'


def test_a_dot_program_on_path_is_used_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\ncat > /dev/null\necho from the program\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert render(GRAPH, "svg") == b"from the program\n"


def test_without_the_program_the_wheel_renders(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygraphviz", reason="pygraphviz is the renderer tested")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert render(GRAPH, "svg").count(b'class="edge"') == 2
    assert render(GRAPH, "png").startswith(b"\x89PNG")
    assert len(json.loads(render(GRAPH, "json0"))["edges"]) == 2


# pictures of every kind, and a label that Graphviz has something to say about
PROGRAM = """
from pathlib import Path
from autograd import Value, draw, walkthrough
from autograd.views.rendering import render
y = Value(2.0, "x") * Value(3.0, "w" * 40)
for form in ("svg", "png", "pdf"):
    draw(y).save(f"y.{form}")
walkthrough(y).save_html("y.html")
draw(y)._repr_mimebundle_()
render('digraph { a [label="too large" fixedsize=true width=0.01 fontname="no such font"] }', "png")
print(*sorted(path.name for path in Path().iterdir()))
"""


@pytest.mark.parametrize("renderer", ["dot", "pygraphviz"])
def test_what_graphviz_has_to_say_stays_off_the_users_stderr(renderer: str, tmp_path: Path) -> None:
    folder = tmp_path / "program"
    folder.mkdir()
    if renderer == "dot":
        dot = shutil.which("dot") or pytest.skip("no dot here")
        (folder / "dot").symlink_to(dot)
    else:
        pytest.importorskip("pygraphviz", reason="pygraphviz is the renderer tested")
    (tmp_path / "work").mkdir()
    environment = {**os.environ, "PATH": str(folder), "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path / "work", env=environment, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["y.html", "y.pdf", "y.png", "y.svg"]


@pytest.mark.parametrize("renderer", ["dot", "pygraphviz"])
def test_a_failure_says_what_graphviz_said(renderer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if renderer == "pygraphviz":
        pytest.importorskip("pygraphviz", reason="pygraphviz is the renderer tested")
        monkeypatch.setattr(shutil, "which", lambda name: None)
    elif not shutil.which("dot"):
        pytest.skip("no dot here")
    with pytest.raises(RuntimeError, match=r"^Graphviz failed: Error: .*syntax error in line 1$"):
        render("digraph { a [", "svg")
    with pytest.raises(RuntimeError, match=r"^Graphviz failed: .*nonsense"):
        render("digraph { a }", "nonsense")


def test_modules_are_found_where_this_process_finds_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pygraphviz", reason="pygraphviz is the renderer tested")
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the user, not the module')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert b"</svg>" in render(GRAPH, "svg")


def test_without_either_the_error_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"install Graphviz, .* dot is on PATH, or pip install pygraphviz,"):
        render(GRAPH, "svg")
