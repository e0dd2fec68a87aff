"""Small pictures of operations on one number and of their derivatives, as SVG, for `operations.md`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from autograd import Primitive

RIGHT, TOP = 4.0, 3.0  # of what is shown; the origin is in the middle
_STEPS = 160
_SCALE = 30  # units of the picture, to which coordinates are rounded, for 1
_STEEPEST = 15.0  # between two points; what is steeper is a jump, and not drawn

_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90" viewBox="0 0 {width} {height}" fill="none" \
stroke-width="4" stroke-linejoin="round">
<path stroke="#8a94a3" stroke-width="1.5" d="M0 {middle}H{width}M{centre} 0V{height}"/>
<path stroke="#d9730d" stroke-dasharray="9 6" d="{slope}"/>
<path stroke="#2f7fc1" d="{value}"/>
</svg>
"""


def has_plot(row: Primitive) -> bool:
    """Whether a row is one that is drawn."""
    return not row.variadic and len(row.operands) == 1 and not row.name.startswith("ieee_")


def plot(row: Primitive) -> str:
    """A row's value, and its derivative in dashes."""

    def slope(x: float) -> float:
        partial = row.partials_at([x], row(x))[0]
        return 0.0 if partial is None else float(partial)

    return _FRAME.format(
        width=round(2 * RIGHT * _SCALE),
        height=round(2 * TOP * _SCALE),
        centre=round(RIGHT * _SCALE),
        middle=round(TOP * _SCALE),
        value=_path(row),
        slope=_path(slope),
    )


def _path(f: Callable[[float], float]) -> str:
    return "".join("M" + " ".join(f"{x},{y}" for x, y in _straightened(piece)) for piece in _pieces(f))


def _pieces(f: Callable[[float], float]) -> Iterator[list[tuple[int, int]]]:
    """The curve in pieces, interrupted where it leaves the picture, jumps, or doesn't exist."""
    piece: list[tuple[int, int]] = []
    before = math.nan
    for i in range(_STEPS + 1):
        x = RIGHT * (2 * i - _STEPS) / _STEPS
        y = _number(f, x)
        if not abs(y) <= TOP or abs(y - before) > _STEEPEST * 2.0 * RIGHT / _STEPS:
            if len(piece) > 1:
                yield piece
            piece = []
        if abs(y) <= TOP:
            piece.append((round((RIGHT + x) * _SCALE), round((TOP - y) * _SCALE)))
        before = y
    if len(piece) > 1:
        yield piece


def _number(f: Callable[[float], float], x: float) -> float:
    """f(x), or NaN where there is none."""
    try:
        return float(f(x))
    except (ValueError, ArithmeticError):
        return math.nan


def _straightened(piece: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same line without the points between two others on one straight line with them."""
    kept = piece[0]
    yield kept
    for point, after in pairwise(piece[1:]):
        (a, b), (c, d) = (point[0] - kept[0], point[1] - kept[1]), (after[0] - point[0], after[1] - point[1])
        if a * d != b * c:
            kept = point
            yield kept
    yield piece[-1]
