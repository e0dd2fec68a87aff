"""Graphviz in each of its guises, and files that are whole or not there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd import rendering
from autograd.rendering import render, write_whole

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


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    write_whole(path, b"first")
    write_whole(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.svg"
    path.write_bytes(b"old")
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        write_whole(tmp_path, b"new")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "missing" / "x.svg", b"new")

    def full(self: Path, target: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to() -> None:
    script = "from autograd.rendering import write_whole; write_whole('/dev/stdout', b'through the pipe')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"through the pipe"
