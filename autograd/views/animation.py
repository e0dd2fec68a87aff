"""A walk as one moving picture that slides show, drawn by Pillow with the fonts that matplotlib brings along."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from autograd.support.extras import needed
from autograd.views.frames import PAPER, Box, Curve, Frame, Frames, Text, arrowhead

ENDINGS = (".gif", ".webp")
MANY_FRAMES = 300
_SCALE = 2  # drawn so much larger, and made smaller: smooth lines
_KOREAN = ["Noto Sans CJK KR", "NanumGothic", "Apple SD Gothic Neo", "Malgun Gothic"]


def animation(frames: Frames, ending: str, seconds: float) -> bytes:
    """The moving picture as a file's bytes; it begins anew after the last frame, which stays three times as long.

    Args:
        frames: the pictures.
        ending: `.gif` or `.webp`.
        seconds: how long each is shown.

    Raises:
        ImportError: if matplotlib, and Pillow with it, is not installed.
    """
    needed("save_animation", "matplotlib")
    pictures = _pictures(frames)
    durations = [round(1000 * seconds)] * (len(frames) - 1) + [round(3000 * seconds)]
    file = io.BytesIO()
    next(pictures).save(
        file, format=ending[1:], save_all=True, append_images=pictures, duration=durations, loop=0, lossless=True
    )
    return file.getvalue()


def _pictures(frames: Frames) -> Iterator[Any]:
    from PIL import Image

    for frame in frames:
        picture = _drawn(frame)
        small = picture.resize((round(frame.width), round(frame.height)), Image.Resampling.LANCZOS)
        yield small.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _drawn(frame: Frame) -> Any:
    from PIL import Image, ImageDraw

    size = (round(frame.width) * _SCALE, round(frame.height) * _SCALE)
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    for shape in frame.shapes:
        if isinstance(shape, Text):
            _write(pen, shape)
        elif isinstance(shape, Box):
            edges = [(value * _SCALE) for value in (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)]
            thickness = round(shape.thickness * _SCALE)
            pen.rounded_rectangle(edges, 8 * _SCALE, fill=shape.fill, outline=shape.stroke, width=thickness)
            if shape.dashed:
                _gaps(pen, shape)
        else:
            _draw_curve(pen, shape)
    return picture


def _gaps(pen: Any, box: Box) -> None:
    """Take pieces out of a frame: a dashed one."""
    step, piece = 7 * _SCALE, 3 * _SCALE
    left, top, right, bottom = (
        round(value * _SCALE) for value in (box.x, box.y, box.x + box.width, box.y + box.height)
    )
    thick = round(box.thickness * _SCALE) + 1
    for x in range(left + 9 * _SCALE, right - 9 * _SCALE, step):
        for y in (top - 1, bottom - thick + 1):
            pen.rectangle([x, y, x + piece, y + thick], fill=box.fill)
    for y in range(top + 9 * _SCALE, bottom - 9 * _SCALE, step):
        for x in (left - 1, right - thick + 1):
            pen.rectangle([x, y, x + thick, y + piece], fill=box.fill)


def _write(pen: Any, text: Text) -> None:
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[text.anchor]
    font = _font(round(text.size * _SCALE), text.bold, any(unicodedata.east_asian_width(c) in "WF" for c in text.text))
    pen.text((text.x * _SCALE, text.y * _SCALE), text.text, text.color, font, anchor)


@cache
def _font(size: int, bold: bool, is_wide: bool) -> Any:
    from matplotlib import font_manager, get_data_path
    from PIL import ImageFont

    path = Path(get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    if is_wide:  # DejaVu has no Korean; whichever of these the system has
        known = {font.name: font.fname for font in font_manager.fontManager.ttflist}
        path = next((Path(known[name]) for name in _KOREAN if name in known), path)
    return ImageFont.truetype(str(path), size)


def _draw_curve(pen: Any, curve: Curve) -> None:
    points: list[tuple[float, float]] = [curve.points[0]]
    for start in range(0, len(curve.points) - 3, 3):
        ends = curve.points[start : start + 4]
        points += [_between(ends, t / 24) for t in range(1, 25)]
    points = [(x * _SCALE, y * _SCALE) for x, y in points]
    width = round(curve.thickness * _SCALE)
    if curve.dashed:
        for i in range(0, len(points) - 1, 2):
            pen.line(points[i : i + 2], curve.stroke, width)
    else:
        pen.line(points, curve.stroke, width, joint="curve")
    pen.polygon([(x * _SCALE, y * _SCALE) for x, y in arrowhead(curve)], curve.stroke)


def _between(points: tuple[tuple[float, float], ...], t: float) -> tuple[float, float]:
    """A point on a Bézier curve."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y
