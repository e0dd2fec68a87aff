"""Pictures of a walk for slides: one a step, the graph with what has been computed so far, and the arithmetic below."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from autograd.views.code import described
from autograd.views.folding import MANY_NODES
from autograd.views.page.graph import laid_out, size_of
from autograd.views.terminal import clip
from autograd.views.walk import MANY_STEPS, Node, Step, Walk, show

INK, QUIET, PAPER, PALE = "#1b1f24", "#5c6670", "#ffffff", "#eceff3"
PHASES = {"forward": ("#0063a6", "#ddeefb"), "backward": ("#b34700", "#fdeadb")}  # as in the page
MARGIN, LINE, CAPTION = 16, 17, 22  # pixels
_LONGEST_NAME = 20  # columns, as in the page
_LEAST_WIDTH = 480


class Box(NamedTuple):
    """A rectangle with round corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str
    thickness: float = 1.2
    dashed: bool = False


class Text(NamedTuple):
    """A line of text; `anchor` says which end of it is at x: start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 12
    color: str = INK
    bold: bool = False
    anchor: str = "start"


class Curve(NamedTuple):
    """Bézier curves, one after the other: a point, then three for each; with an arrowhead at its end, or its start."""

    points: tuple[tuple[float, float], ...]
    stroke: str
    thickness: float = 1.1
    dashed: bool = False
    backwards: bool = False


class Frame(NamedTuple):
    """One picture."""

    width: float
    height: float
    shapes: list[Box | Text | Curve]


class Frames:
    """The pictures of a walk, all of one size: the first before any step, then one after each.

    Args:
        walk: what they show.
        operation: who asks, for messages.
        most: how many steps there may be.

    Raises:
        ValueError: if the walk is too large for a picture.
        RuntimeError: if nothing here can lay out the graph.
    """

    def __init__(self, walk: Walk, operation: str, most: int = MANY_STEPS) -> None:
        if len(walk.nodes) > MANY_NODES or len(walk) > most:
            raise ValueError(
                f"{operation}: {len(walk.nodes):,} nodes and {len(walk):,} steps are too many for pictures; "
                "walkthrough(y, depth=5) stays near y"
            )
        self.walk = walk
        sizes = [size_of(node) for node in walk.nodes]
        (self._right, self._top), edges, centres = laid_out(walk, sizes)
        self._boxes = [(x - w / 2, y - h / 2, w, h) for (x, y), (w, h) in zip(centres, sizes, strict=True)]
        self._edges = {name: (_points(path), place) for name, path, place in edges}
        self.width = max(self._right, _LEAST_WIDTH) + 2 * MARGIN
        self._captions = [self._caption(None), *map(self._caption, walk)]
        lines = max(map(len, self._captions))
        self.height = self._top + 3 * MARGIN + CAPTION * lines

    def __len__(self) -> int:
        return len(self._captions)

    def __iter__(self) -> Iterator[Frame]:
        return map(self.frame, range(len(self)))

    def frame(self, position: int) -> Frame:
        """The picture after so many steps."""
        step = self.walk[position - 1] if position else None
        data, gradients = self.walk.state(position - 1)
        shapes: list[Box | Text | Curve] = []
        labels: list[Box | Text | Curve] = []
        for i, node in enumerate(self.walk.nodes):
            for k in range(len(node.operands)):
                curve, *label = self._edge(i, k, step, known=data[i] is not None)
                shapes.append(curve)
                labels += label
        shapes += labels
        for i, node in enumerate(self.walk.nodes):
            shapes += self._node(i, node, step, data[i], gradients[i])
        x = MARGIN + (self.width - 2 * MARGIN - self._right) / 2
        shapes = [_moved(shape, x, MARGIN) for shape in shapes]
        for number, (text, color, bold) in enumerate(self._captions[position], start=1):
            y = self._top + 2 * MARGIN + CAPTION * number - 6
            shapes.append(Text(MARGIN, y, text, 15 if bold else 13, color, bold))
        return Frame(self.width, self.height, shapes)

    def _edge(self, i: int, k: int, step: Step | None, known: bool) -> list[Box | Text | Curve]:
        points, (x, y) = self._edges[f"e{i}-{k}"]
        partial = self.walk.nodes[i].partials[k]
        active = step is not None and step.node == i and (step.phase == "forward" or step.operand == k)
        backwards = active and step is not None and step.phase == "backward"
        color = PHASES[step.phase][0] if active and step else QUIET
        curve = Curve(points, color, 3 if active else 1.1, partial is None, backwards)
        if not known or partial is None:
            return [curve]
        text = show(partial)
        width = 6.5 * len(text)
        return [
            curve,
            Box(x - width / 2, y - 6, width, 13, PAPER, PAPER),
            Text(x, y + 4, text, 11, color, active, "middle"),
        ]

    def _node(
        self, i: int, node: Node, step: Step | None, data: float | None, gradient: float | None
    ) -> list[Box | Text | Curve]:
        x, y, width, height = self._boxes[i]
        fill, stroke, thickness = (PALE if node.kind == "variable" else PAPER), QUIET, 1.2
        if step and step.target == i:
            (stroke, fill), thickness = PHASES[step.phase], 3
        elif step and (i == step.node or (step.phase == "forward" and i in self.walk.nodes[step.node].operands)):
            stroke, thickness = INK, 2.5
        elif i == len(self.walk.nodes) - 1:
            thickness = 3
        ink = QUIET if data is None else INK
        box = Box(x, y, width, height, fill, stroke, thickness, node.kind in ("constant", "number", "given"))
        name = clip(node.name, _LONGEST_NAME)
        if node.kind == "number":
            return [box, Text(x + width / 2, y + LINE, name, anchor="middle")]
        shapes: list[Box | Text | Curve] = [box, Text(x + 9, y + LINE, name, 13, ink, bold=True)]
        if node.primitive:
            shapes.append(Text(x + width - 9, y + LINE, node.primitive.symbol, color=QUIET, anchor="end"))
        numbers = {"data": data} if node.kind == "constant" else {"data": data, "grad": gradient}
        for line, (caption, number) in enumerate(numbers.items(), start=2):
            down = y + LINE * line + 2
            shapes += [Text(x + 9, down, caption, color=QUIET)]
            shapes += [Text(x + width - 9, down, show(number), color=ink, anchor="end")]
        return shapes

    def _caption(self, step: Step | None) -> list[tuple[str, str, bool]]:
        """The lines below the graph: text, colour, and whether it is bold."""
        if step is None:
            return [("The inputs are given.", INK, True)]
        nodes = self.walk.nodes
        told = [(step.text, PHASES[step.phase][0], True)]
        if step.operand is not None:
            told.append((f"∂{nodes[step.node].name}/∂{nodes[step.target].name} = {step.formula}", INK, False))
        place = described(self.walk.functions, nodes[step.node].places[-1:], with_text=True)
        told += [(place, QUIET, False)] if place else []
        most = int((self.width - 2 * MARGIN) / 9)  # characters in a line
        return [(line, color, bold) for text, color, bold in told for line in textwrap.wrap(text, most)]


def _points(path: str) -> tuple[tuple[float, float], ...]:
    numbers = list(map(float, re.findall(r"-?[\d.]+(?:e[-+]?\d+)?", path)))
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _moved(shape: Box | Text | Curve, x: float, y: float) -> Box | Text | Curve:
    if isinstance(shape, Curve):
        return shape._replace(points=tuple((a + x, b + y) for a, b in shape.points))
    return shape._replace(x=shape.x + x, y=shape.y + y)


def svg(frame: Frame) -> str:
    """A picture as an SVG file, which needs neither style sheets nor scripts: slides know little of either."""
    size = f'width="{frame.width:g}" height="{frame.height:g}" viewBox="0 0 {frame.width:g} {frame.height:g}"'
    shapes = "\n".join(filter(None, map(_element, frame.shapes)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">\n'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{shapes}\n</svg>\n'
    )


def _element(shape: Box | Text | Curve) -> str:
    if isinstance(shape, Text):
        weight = ' font-weight="bold"' if shape.bold else ""
        start = f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" fill="{shape.color}"'
        return f'{start} text-anchor="{shape.anchor}"{weight}>{escape(shape.text)}</text>' if shape.text else ""
    look = f'stroke="{shape.stroke}" stroke-width="{shape.thickness:g}"' + (
        ' stroke-dasharray="4 3"' if shape.dashed else ""
    )
    if isinstance(shape, Box):
        place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:g}" height="{shape.height:g}" rx="8"'
        return f'<rect {place} fill="{shape.fill}" {look}/>'
    (x, y), *rest = shape.points
    path = f"M{x:.1f},{y:.1f}C" + " ".join(f"{a:.1f},{b:.1f}" for a, b in rest)
    head = " ".join(f"{a:.1f},{b:.1f}" for a, b in arrowhead(shape))
    return f'<path d="{path}" fill="none" {look}/><polygon points="{head}" fill="{shape.stroke}"/>'


def arrowhead(curve: Curve) -> list[tuple[float, float]]:
    """The corners of the arrowhead of a curve."""
    points = curve.points[::-1] if curve.backwards else curve.points
    tip = points[-1]
    before = next((point for point in reversed(points[:-1]) if point != tip), (tip[0] - 1.0, tip[1]))
    across, down = tip[0] - before[0], tip[1] - before[1]
    length = (across**2 + down**2) ** 0.5
    across, down = across / length, down / length
    size = 8.0 if curve.thickness < 2 else 13.0
    back = (tip[0] - size * across, tip[1] - size * down)
    return [
        tip,
        (back[0] - size / 2 * down, back[1] + size / 2 * across),
        (back[0] + size / 2 * down, back[1] - size / 2 * across),
    ]
