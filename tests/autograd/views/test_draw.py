"""Drawings: what is in them, read back from DOT and SVG, and that every file is whole or not there."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import nn
from autograd import Value, constant, dot, draw, draw_dot, sum, where
from autograd.views.draw import _STYLES, Drawing
from autograd.views.rendering import render

pygraphviz = pytest.importorskip("pygraphviz")


def texts(drawing: Drawing) -> dict[str, list[str]]:
    """The lines of text in each node of the picture, by the node's key in DOT."""
    root = ElementTree.fromstring(render(drawing.dot, "svg"))
    found = {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        if group.get("class") == "node":
            title = group.findtext("{http://www.w3.org/2000/svg}title")
            lines = [text.text or "" for text in group.iter("{http://www.w3.org/2000/svg}text")]
            found[str(title)] = [line.replace("\u00a0", " ") for line in lines]
    return found


def edges(drawing: Drawing) -> list[tuple[str, str, str]]:
    """Every edge as (first line of its tail, first line of its head, label)."""
    first = {key: lines[0] for key, lines in texts(drawing).items()}
    graph = pygraphviz.AGraph(string=drawing.dot)
    return [(first[a], first[b], graph.get_edge(a, b, key).attr["label"] or "") for a, b, key in graph.edges(keys=True)]


def node(drawing: Drawing, title: str) -> list[str]:
    [lines] = [lines for lines in texts(drawing).values() if lines[0] == title]
    return lines


def neuron() -> Value:
    w, x, b = Value(2.0, label="w"), Value(-0.5, label="x"), Value(0.25, label="b")
    z = w * x + b
    z.label = "z"
    y = z.tanh()
    y.label = "y"
    return y


def network(samples: int = 1) -> Value:
    model = nn.MLP(2, [3, 2, 1], seed=3)
    loss: Value = sum((model([0.5, -1.0 + i]) - 1.0) ** 2 for i in range(samples))
    loss.label = "loss"
    return loss


def test_a_node_used_twice_has_two_edges() -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    assert edges(draw(y)) == [("x", "×", "3"), ("x", "×", "3"), ("×", "y", "")]


def test_values_show_label_data_and_gradient_and_edges_their_local_derivative() -> None:
    y = neuron()
    drawing = draw(y)
    assert node(drawing, "w") == ["w", "data", "2", "grad", "—"]
    assert node(drawing, "v1") == ["v1", "data", "−1", "grad", "—"]
    y.backward()
    drawing = draw(y, digits=3)
    slope = f"{1 - math.tanh(-0.75) ** 2:.3f}"
    assert node(drawing, "w") == ["w", "data", "2", "grad", f"−{float(slope) / 2:.3f}".rstrip("0")]
    assert node(drawing, "y") == ["y", "data", "−0.635", "grad", "1"]
    assert ("z", "tanh", slope) in edges(drawing)
    assert ("w", "×", "−0.5") in edges(drawing)
    assert ("x", "×", "2") in edges(drawing)


def test_no_gradient_is_shown_where_no_backward_pass_has_come() -> None:
    x, z, target = Value(1.0, label="x"), Value(2.0, label="z"), constant(3.0, label="t")
    used = where(Value(1.0, label="c"), x * 2.0, z * 2.0) - target
    y = used + z.detach() * x
    used.backward()
    assert node(draw(y), "x")[-1] == "2"
    assert node(draw(y), "z")[-1] == "—"
    assert node(draw(y), "c")[-1] == "—"
    assert node(draw(y), "t") == ["t", "data", "3"]
    x.grad = 0.0
    assert node(draw(y), "x")[-1] == "0"


def test_constants_are_told_from_variables_by_their_border() -> None:
    y = Value(1.0, label="x") * constant(2.0, label="c") + 0.5
    graph = pygraphviz.AGraph(string=draw(y).dot)
    style = {lines[0]: graph.get_node(key).attr["style"] for key, lines in texts(draw(y)).items()}
    assert "dashed" in style["c"]
    assert "dashed" in style["0.5"]
    assert "dashed" not in (style["x"] or "")


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_has_contrast_and_operations_differ_from_values_in_greyscale() -> None:
    fills = {kind: style["fillcolor"] for kind, style in _STYLES.items() if kind != "more"}
    for kind, fill in fills.items():
        for ink in [_STYLES["operation"]["fontcolor"]] if kind == "operation" else ["#1F2A37", "#4E5A68", "#A33B00"]:
            light, dark = sorted([_luminance(fill), _luminance(ink)], reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (kind, ink)  # WCAG's AA for text
    assert all(_luminance(fill) > 0.7 for kind, fill in fills.items() if kind != "operation")


LABELS = [
    'say "hi"', "{a|b}", "a<b>&c", "back\\slash \\n", r"\N \G \E \L", "a\\", "naïve β₁ 重み 😀", "אבג", "&amp;", "<>",
    "<img src=x onerror=alert(1)>", "</TD></TABLE>", "%s {} $x$",
]  # fmt: skip


@pytest.mark.parametrize("wheel", [False, True], ids=["dot", "pygraphviz"])
def test_labels_come_out_as_they_are(wheel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if wheel:
        monkeypatch.setattr(shutil, "which", lambda program: None)
    elif shutil.which("dot") is None:
        pytest.skip("no `dot` program here")
    y = sum(Value(1.0, label=label) for label in LABELS)
    drawing = draw(y)
    first = [lines[0] for lines in texts(drawing).values()]
    for label in LABELS:
        assert label in first
    assert render(drawing.dot, "png").startswith(b"\x89PNG")


def test_labels_of_several_lines_long_ones_and_characters_no_file_can_hold() -> None:
    y = (
        Value(1.0, label="two\nlines")
        + Value(1.0, label="x" * 70)
        + Value(1.0, label="\x1b[31m\x00\ud800")
        + Value(1.0, label=" ")
    )
    found = list(texts(draw(y)).values())
    assert ["two lines", "data", "1", "grad", "—"] in found
    assert ["x" * 30, "…" + "x" * 29, "data", "1", "grad", "—"] in found
    assert ["\ufffd[31m\ufffd\ufffd", "data", "1", "grad", "—"] in found
    assert ["v3", "data", "1", "grad", "—"] in found, "a blank is not a label"


def test_infinite_and_undefined_numbers() -> None:
    y = Value(math.nan, label="n") * Value(-math.inf, label="i")
    y.backward()
    assert node(draw(y), "n") == ["n", "data", "NaN", "grad", "−∞"]
    assert node(draw(y), "i") == ["i", "data", "−∞", "grad", "NaN"]


# ---------------------------------------------------------------------------------------------------------------------
# Folding and leaving out


def test_neurons_fold_into_boxes_that_show_their_output() -> None:
    loss = network()
    loss.backward()
    drawing = draw(loss, fold=True)
    boxes = [lines[0] for lines in texts(drawing).values() if "parameters" in " ".join(lines)]
    assert sorted(boxes) == [f"layer{i}.neuron{j}" for i, n in enumerate([3, 2, 1]) for j in range(n)]
    output = loss.operands[0].operands[0].operands[0]  # loss = Σ (output − 1)²
    shown = node(drawing, "layer2.neuron0")
    assert shown[1] == "3 parameters, 2 operations"
    assert shown[2:4] == ["data", f"{output.data:.4f}".rstrip("0").rstrip(".").replace("-", "−")]
    assert shown[4:] == ["grad", f"{output.grad:.4f}".rstrip("0").rstrip(".").replace("-", "−")]
    assert ("layer2.neuron0", "−", "1") in edges(drawing)


def test_named_modules_fold_and_others_stay_open() -> None:
    loss = network()
    first = {lines[0] for lines in texts(draw(loss, fold=["layer0", "layer1.neuron1"])).values()}
    assert {"layer0", "layer1.neuron1", "layer1.neuron0.w[0]", "layer2.neuron0.b"} <= first
    assert not any(title.startswith("layer0.") for title in first)
    drawing = draw(loss, fold=True, unfold=["layer1.neuron0"])
    first = {lines[0] for lines in texts(drawing).values()}
    assert {"layer0.neuron0", "layer1.neuron1", "layer1.neuron0.w[0]"} <= first
    assert "parameters" not in " ".join(node(drawing, "layer1.neuron0")), "its output has its name, and is no box"


def test_a_large_network_folds_by_itself_and_says_so() -> None:
    assert draw(network()).notes == ()
    loss = network(samples=9)
    drawing = draw(loss)
    [note] = drawing.notes
    assert re.fullmatch(r"3\d\d nodes are too many, so modules are folded; unfold=\['layer2.neuron0'\] opens one", note)
    first = [lines[0] for lines in texts(drawing).values()]
    assert {"layer0.neuron0", "layer1.neuron1", "layer2.neuron0", "loss"} <= set(first)
    assert "so modules are folded" in render(drawing.dot, "svg").decode()
    wide = nn.MLP(2, [16, 16, 1], seed=1)  # 256 arrows between neurons would tangle
    first = [lines[0] for lines in texts(draw(wide([1.0, 2.0]))).values()]
    assert first == ["layer2", "layer1", "layer0"]
    assert "layer1.neuron0" in [lines[0] for lines in texts(draw(wide([1.0, 2.0]), unfold=["layer1"])).values()]


def test_what_belongs_to_a_neuron() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    out = model([1.0, 2.0])
    y = (out.exp() + model.parameters()[0] ** 2).log()
    drawing = draw(y, fold=True)
    first = [lines[0] for lines in texts(drawing).values()]
    assert "tanh" not in first, "an activation is in its neuron"
    assert "exp" in first or node(drawing, "layer1.neuron0")[1] == "3 parameters, 3 operations"
    assert "log" in first


def test_a_graph_without_modules_is_cut_off_and_says_so() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(20_000):
        y = y.sin() * 1.5
    drawing = draw(y)
    assert drawing.dot.count("->") < 100
    [note] = drawing.notes
    assert note.endswith("of 40,001 values lie beyond the dots; a larger limit draws more")
    assert "⋯" in [lines[0] for lines in texts(drawing).values()]


def test_depth() -> None:
    drawing = draw(neuron(), depth=2)
    first = [lines[0] for lines in texts(drawing).values()]
    assert sorted(first) == sorted(["y", "tanh", "z", "+", "v1", "b", "⋯"])
    assert drawing.notes == ("2 of 6 values lie beyond the dots; a larger depth draws more",)


def test_a_scalar_product_opens_into_products_and_their_sum() -> None:
    w = [Value(2.0, label="w0"), Value(3.0, label="w1")]
    y = dot(w, [10.0, Value(100.0, label="x1")])
    y.label = "y"
    y.backward()
    assert {lines[0] for lines in texts(draw(y)).values()} == {"w0", "w1", "x1", "10", "·", "y"}
    drawing = draw(y, open_dots=True)
    assert node(drawing, "w0·10") == ["w0·10", "data", "20", "grad", "1"]
    assert node(drawing, "w1·x1") == ["w1·x1", "data", "300", "grad", "1"]
    assert ("w1", "×", "100") in edges(drawing)
    assert ("x1", "×", "3") in edges(drawing)
    assert ("w1·x1", "Σ", "1") in edges(drawing)
    assert ("Σ", "y", "") in edges(drawing)


def test_many_plain_numbers_are_one_item() -> None:
    y = dot([Value(1.0, label=f"w{i}") for i in range(9)], [0.5] * 9)
    assert "9 numbers" in [lines[0] for lines in texts(draw(y)).values()]


# ---------------------------------------------------------------------------------------------------------------------
# The layout: nothing overlaps, nothing is cut off

Rectangle = tuple[float, float, float, float]


def rectangles(drawing: Drawing) -> tuple[Rectangle, list[Rectangle], list[Rectangle]]:
    """The whole picture, its nodes, its edges' labels, in points: left, bottom, right, top."""
    layout: dict[str, Any] = json.loads(render(drawing.dot, "json0"))

    def around(center: str, width: float, height: float) -> Rectangle:
        x, y = map(float, center.split(","))
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2

    left, bottom, right, top = map(float, layout["bb"].split(","))
    nodes = [around(n["pos"], 72 * float(n["width"]), 72 * float(n["height"])) for n in layout["objects"]]
    labels = [around(e["lp"], 5.0 * len(e["label"]), 9.0) for e in layout["edges"] if e.get("label")]
    return (left, bottom, right, top), nodes, labels


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("make", [neuron, network])
def test_nothing_overlaps_or_is_cut_off(make: Any, direction: str) -> None:
    y = make()
    y.backward()
    whole, nodes, labels = rectangles(draw(y, direction=direction))
    assert len(nodes) > 5
    assert len(labels) > 3
    for a, b in combinations([*nodes, *labels], 2):
        assert not overlap(a, b)
    for left, bottom, right, top in [*nodes, *labels]:
        assert whole[0] <= left + 1
        assert whole[1] <= bottom + 1
        assert right - 1 <= whole[2]
        assert top - 1 <= whole[3]


# ---------------------------------------------------------------------------------------------------------------------
# Files and notebooks

BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}


@pytest.mark.parametrize("wheel", [False, True], ids=["dot", "pygraphviz"])
@pytest.mark.parametrize("form", BEGINNINGS)
def test_saving(form: str, wheel: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if wheel:
        monkeypatch.setattr(shutil, "which", lambda program: None)
    elif shutil.which("dot") is None:
        pytest.skip("no `dot` program here")
    path = tmp_path / f"y.{form.upper()}"
    assert draw(neuron()).save(path) == path
    assert path.read_bytes().startswith(BEGINNINGS[form])
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_not_be_saved_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = draw(neuron())
    with pytest.raises(ValueError, match=r"'.*y\.jpeg' must end in \.svg, \.png, \.pdf, \.dot"):
        drawing.save(tmp_path / "y.jpeg")
    with pytest.raises(ValueError, match="must end in"):
        drawing.save(tmp_path / "y")
    with pytest.raises(FileNotFoundError):
        drawing.save(tmp_path / "nowhere" / "y.svg")
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        drawing.save(folder)
    old = tmp_path / "old.png"
    old.write_text("old")
    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"install Graphviz.* dot .*pip install pygraphviz"):
        drawing.save(old)
    assert old.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [folder, old]
    drawing.save(tmp_path / "y.dot")
    assert (tmp_path / "y.dot").read_text(encoding="utf-8") == drawing.dot


def test_notebooks_show_the_picture_or_say_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = draw_dot(neuron())
    bundle = drawing._repr_mimebundle_()
    assert bundle["image/svg+xml"].lstrip().startswith("<?xml")
    assert bundle["text/plain"] == repr(drawing)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    bundle = drawing._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "pip install pygraphviz" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y": 2.0}, TypeError, r"y must be a Value, or a recorded program, got float 2\.0"),
        ({"y": Value(2.0)}, ValueError, r"has no history; pass the result of an expression"),
        ({"direction": "left"}, ValueError, r"direction must be one of LR, RL, TB, BT, got 'left'"),
        ({"digits": 0}, ValueError, r"digits must be at least 1, got 0"),
        ({"digits": 2.5}, TypeError, r"digits must be an int, got float 2\.5"),
        ({"depth": 0}, ValueError, r"depth must be at least 1, got 0"),
        ({"limit": 1}, ValueError, r"limit must be at least 2, got 1"),
        (
            {"fold": ["layer9"]},
            ValueError,
            r"no module 'layer9' in this graph; the modules are layer0, layer0\.neuron0",
        ),
        ({"unfold": "layer9"}, ValueError, r"no module 'layer9' in this graph"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"draw: .*{message}"):
        draw(**{"y": network(), **arguments})


def test_a_module_of_a_graph_without_modules() -> None:
    with pytest.raises(ValueError, match="no module 'layer0' in this graph; no label names a module"):
        draw(neuron(), fold="layer0")
