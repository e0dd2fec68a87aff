"""Graphviz in each of its guises."""

from __future__ import annotations

import json
import shutil
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


def test_without_either_the_error_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"install Graphviz, .* dot is on PATH, or pip install .*\[draw\]"):
        render(GRAPH, "svg")
