"""A walk as pictures: their numbers against the walk's own, their size, and that there are all or none."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, constant, walkthrough
from autograd.support import extras
from autograd.views.frames import Curve, arrowhead
from autograd.views.walk import show
from support.pages import neuron

NAMESPACE = "{http://www.w3.org/2000/svg}"


def texts(path: Path) -> list[str]:
    return [text.text or "" for text in ET.parse(path).getroot().iter(f"{NAMESPACE}text")]


def squared(w: Any, x: Any) -> Any:
    z = w * x
    return z**2


def test_a_frame_a_step_with_the_numbers_of_the_walk(tmp_path: Path) -> None:
    walk = walkthrough(neuron())
    paths = walk.save_frames(tmp_path / "new" / "frames")
    assert [path.name for path in paths] == [f"{i:03}.svg" for i in range(len(walk) + 1)]
    assert sorted(paths) == sorted((tmp_path / "new" / "frames").iterdir())
    sizes = {tuple(ET.parse(path).getroot().get(key) for key in ("width", "height", "viewBox")) for path in paths}
    assert len(sizes) == 1
    for position, path in enumerate(paths):
        data, gradients = walk.state(position - 1)
        shown = texts(path)
        for node, number, gradient in zip(walk.nodes, data, gradients, strict=True):
            if node.kind == "number":
                assert node.name in shown
                continue
            at = shown.index(node.name)
            assert show(number) in shown[at:]
            after = shown[at + 1 : at + 6]  # the operation, data and its number, grad and its number
            assert show(number) == after[after.index("data") + 1]
            if node.kind != "constant":
                assert show(gradient) == after[after.index("grad") + 1]
        caption = walk[position - 1].text if position else "The inputs are given."
        assert caption in " ".join(shown)


def test_frames_of_a_function_quote_its_line_and_hostile_names_stay_text(tmp_path: Path) -> None:
    walk = walkthrough(squared, Value(2.0, '</text><script>"&'), 3.0)
    first = texts(walk.save_frames(tmp_path)[1])
    assert any(text.endswith("of squared: z = w * x") for text in first)
    assert any("</text><script>" in text for text in first)
    assert "script" not in {element.tag.rpartition("}")[2] for element in ET.parse(tmp_path / "001.svg").iter()}


def test_the_edge_of_the_step_points_the_way_it_is_taken(tmp_path: Path) -> None:
    walk = walkthrough(squared, 2.0, 3.0)
    thick = {}
    for position, path in enumerate(walk.save_frames(tmp_path)):
        paths = [x for x in ET.parse(path).getroot().iter(f"{NAMESPACE}path") if x.get("stroke-width") == "3"]
        thick[position] = [x.get("stroke") for x in paths]
    forward, backward = "#0063a6", "#b34700"
    assert thick == {0: [], 1: [forward] * 2, 2: [forward] * 2, 3: [], 4: [backward], 5: [backward], 6: [backward]}
    line = ((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0))
    assert arrowhead(Curve(line, "#000"))[0] == (30.0, 0.0)
    assert arrowhead(Curve(line, "#000", backwards=True))[0] == (0.0, 0.0)
    assert len(arrowhead(Curve(((1.0, 1.0),) * 4, "#000"))) == 3  # a curve of no length


@pytest.mark.parametrize("ending", [".gif", ".webp", ".GIF"])
def test_an_animation_has_a_frame_a_step_and_begins_anew(tmp_path: Path, ending: str) -> None:
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("matplotlib")
    walk = walkthrough(squared, 2.0, 3.0)
    path = walk.save_animation(tmp_path / f"walk{ending}", seconds=0.5)
    moving = image.open(path)
    assert moving.n_frames == len(walk) + 1
    assert moving.info["loop"] == 0
    frames = []
    for i in range(moving.n_frames):
        moving.seek(i)
        frames.append(moving.convert("RGB").tobytes())
    assert len(set(frames)) == len(frames)
    width = float(ET.parse(walk.save_frames(tmp_path)[0]).getroot().get("width") or 0)
    assert moving.size[0] == round(width)


def test_what_makes_no_pictures_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y = Value(1.0, "y")
    for _ in range(300):
        y = autograd.tanh(y)
    long = walkthrough(y)
    with pytest.raises(ValueError, match=r"save_frames: 301 nodes and 601 steps are too many .* depth=5\)"):
        long.save_frames(tmp_path / "frames")
    short = walkthrough(squared, 2.0, 3.0)
    for ending in (".png", "", ".svg"):
        with pytest.raises(ValueError, match=r"save_animation: '.*' must end in \.gif or \.webp"):
            short.save_animation(tmp_path / f"walk{ending}")
    for seconds in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(ValueError, match=r"seconds must be from 0\.02 to 60, got"):
            short.save_animation(tmp_path / "walk.gif", seconds=seconds)
    with pytest.raises(TypeError, match="save_animation: seconds must be"):
        short.save_animation(tmp_path / "walk.gif", seconds="1")  # type: ignore[arg-type]
    monkeypatch.setattr(extras, "has", lambda package: False)
    with pytest.raises(ImportError, match=r"save_animation: it needs matplotlib, .*; pip install matplotlib$"):
        short.save_animation(tmp_path / "walk.gif")
    assert list(tmp_path.iterdir()) == []


def test_korean_names_and_constants_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    loss = Value(2.0, "손실") * constant(3.0, "c") + 1.0
    assert walkthrough(loss).save_animation(tmp_path / "walk.gif").stat().st_size > 1_000
