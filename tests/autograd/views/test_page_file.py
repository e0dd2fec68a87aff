"""The page as a file, without a browser: its size, and when there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import PRIMITIVES, Value, constant, primitive, walkthrough
from autograd.views import rendering
from autograd.views.page import to_html
from support.pages import neuron


def test_the_xnor_network_over_its_four_rows_takes_less_than_200_kb() -> None:
    weights = [[Value(0.5 * i - j) for j in range(3)] for i in range(3)]

    def unit(w: list[Value], a: Any, b: Any) -> Value:
        made: Value = autograd.sigmoid(w[0] * a + w[1] * b + w[2])
        return made

    errors = []
    for a, b in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]:
        hidden = [unit(w, constant(a), constant(b)) for w in weights[:2]]
        errors.append((float(a == b) - unit(weights[2], *hidden)) ** 2)
    assert len(to_html(walkthrough(autograd.mean(errors))).encode()) < 200_000


def test_no_page_of_a_walk_nobody_walks(tmp_path: Path) -> None:
    y = Value(1.0)
    for _ in range(1_500):
        y = y * 1.0
    with pytest.warns(UserWarning, match="depth=10"):
        walk = walkthrough(y)
    with pytest.raises(ValueError, match=r"3,001 steps make no page one can use; walkthrough\(y, depth=10\)"):
        walk.save_html(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []
    walkthrough(y, depth=10).save_html(tmp_path / "x.html")


def test_a_rule_that_knows_floats_only_is_named(tmp_path: Path) -> None:
    row = primitive("floats_only", lambda a: a if a > 0.0 else 0.0, lambda a, y: (1.0,))
    try:
        walk = walkthrough(row(Value(1.0)))
        with pytest.raises(TypeError, match="floats_only: its value rule can't be written as a formula"):
            walk.save_html(tmp_path / "x.html")
        assert list(tmp_path.iterdir()) == []
    finally:
        del PRIMITIVES["floats_only"]


def test_without_a_renderer_a_clear_error_and_a_notebooks_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    walk = walkthrough(neuron())
    with pytest.raises(RuntimeError, match=r"install Graphviz, .* or pip install pygraphviz"):
        walk.save_html(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []
    shown = walk._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert shown["text/plain"].startswith("<walk of 15 steps over 11 nodes to ε = 0.1387>: nothing here can lay out")


def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        walkthrough(neuron()).save_html(tmp_path)
    with pytest.raises(FileNotFoundError):
        walkthrough(neuron()).save_html(tmp_path / "no" / "x.html")
