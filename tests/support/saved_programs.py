"""A program with something of everything in it, and its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograd import (
    Program,
    Value,
    exp,
    ieee,
    jit,
    where,
)
from autograd import sum as total


def branching(x: Any, w: Any) -> list[Any]:
    """Comparisons as numbers and as branches, constants, a label, a stopped slot, `ieee`, a constant for an output."""
    y = where(x < w, x * 0.1, exp(w)) if x > -1.0 else x
    if isinstance(y, Value):
        y.label = "y"
    with ieee():
        mean = total([y, x, 3.0]) / 7.0
    return [mean, y * (w * w).detach(), 2.5]


def recorded() -> Program:
    return jit(branching).program(2.0, -0.5)


def content_of(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())["content"]
    return content
