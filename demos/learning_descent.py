"""Gradient descent on surfaces of two variables: how the learning rate and the starting point decide where it goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from demos.report import Row, Section, derivatives, show

Surface = Callable[[Any, Any], Any]
Path = list[tuple[float, float]]

BOWL_START = (-3.0, 4.0)
RATES = {0.1: "good", 1.1: "too large", 0.001: "too small"}

VALLEY_RATE, VALLEY_STEPS = 0.1, 200
VALLEY_ENDS = {
    (2.0, 1.0): ("local minimum", "(1.0000, 0.0000, −0.416667)"),
    (-1.0, 1.0): ("global minimum", "(−2.0000, 0.0000, −2.666667)"),
    (0.001, 1.0): ("local minimum", "(1.0000, 0.0000, −0.416667)"),
    (0.0, 1.0): ("saddle point", "(0.0000, 0.0000, 0.000000)"),
}
"""By starting point: what descent comes to, and its (x0, x1, f)."""


def bowl(x0: Any, x1: Any) -> Any:
    """The document's x0² + x1²: one minimum, at the origin."""
    return x0 * x0 + x1 * x1


def valleys(x0: Any, x1: Any) -> Any:
    """x0⁴/4 + x0³/3 − x0² + x1², whose derivative by x0 is x0(x0 − 1)(x0 + 2).

    Its global minimum is at (−2, 0), a local one at (1, 0), a saddle point at the origin.
    """
    return x0**4 / 4.0 + x0**3 / 3.0 - x0 * x0 + x1 * x1


def gradient(f: Surface, point: Sequence[float]) -> tuple[float, float]:
    """∇f at a point, by the engine.

    >>> gradient(bowl, (3.0, 4.0))
    (6.0, 8.0)
    """
    x0, x1 = Value(point[0]), Value(point[1])
    g0, g1 = derivatives(f(x0, x1), x0, x1)
    return g0, g1


def descend(f: Surface, start: tuple[float, float], rate: float, steps: int) -> Path:
    """The points of x ← x − η∇f, the start first.

    >>> descend(bowl, (1.0, -1.0), rate=0.25, steps=2)
    [(1.0, -1.0), (0.5, -0.5), (0.25, -0.25)]
    """
    path = [start]
    for _ in range(steps):
        (x0, x1), (g0, g1) = path[-1], gradient(f, path[-1])
        path.append((x0 - rate * g0, x1 - rate * g1))
    return path


def descent_sections() -> list[Section]:
    """The learning rate on a bowl, and the starting point among two minima and a saddle point."""
    exact = {  # 5·|1 − 2η|ⁿ: each step multiplies both coordinates by 1 − 2η
        0.1: "(0.536871, 0.00000000101852)",
        1.1: "(30.9587, 414089873)",
        0.001: "(4.900895, 4.092834)",
    }
    rates = []
    for rate, quality in RATES.items():
        path = descend(bowl, BOWL_START, rate, 100)
        rates.append(Row(f"η = {rate}: {quality}", "picture", exact[rate], [math.hypot(*path[n]) for n in (10, 100)]))
    starts = []
    for start, (where, end) in VALLEY_ENDS.items():
        x0, x1 = descend(valleys, start, VALLEY_RATE, VALLEY_STEPS)[-1]
        what = f"from ({show(start[0])}, {show(start[1])}): {where}"
        starts.append(Row(what, "picture", end, (x0, x1, valleys(x0, x1))))
    return [
        Section(
            "Gradient descent: the learning rate",
            rates,
            ["f = x0² + x1² from (−3, 4), 5 from the minimum: the distance after 10 and after 100 steps."],
        ),
        Section(
            "Gradient descent: the starting point",
            starts,
            ["f = x0⁴/4 + x0³/3 − x0² + x1²: (x0, x1, f) after 200 steps with η = 0.1; ∇f is 0 at each of these ends."],
        ),
    ]
