"""Partial and directional derivatives of a surface, its tangent plane and its level curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value
from demos.learning_descent import gradient
from demos.report import Gradient, Row, Section, central_difference, derivatives, gradient_section

POINT = (2.0, 0.75)
"""Where the surface is looked at; its gradient there is (3, 4), of length 5."""


def surface(x0: Any, x1: Any) -> Any:
    """f(x0, x1) = x0²·x1, whose derivatives are (2·x0·x1, x0²)."""
    return x0 * x0 * x1


def surface_at(at: Mapping[str, float]) -> Value:
    """The surface with labelled variables."""
    result: Value = surface(Value(at["x0"], "x0"), Value(at["x1"], "x1"))
    return result


def directional_derivative(degrees: float) -> float:
    """D_v f at the point by the engine, v at this angle to the x0 axis: the derivative of f(x + t·v) by t."""
    v0, v1 = _direction(degrees)
    t = Value(0.0)
    return derivatives(surface(POINT[0] + t * v0, POINT[1] + t * v1), t)[0]


def direction_sections() -> list[Section]:
    """Partial and directional derivatives, the tangent plane, and the level curve."""
    g = gradient(surface, POINT)
    uphill = math.degrees(math.atan2(g[1], g[0]))
    turns = (0, 60, 90, 180)
    exact = ("5.000000", "2.500000", "0.000000", "−5.000000")  # 5 cos θ
    along = [_dot(g, _direction(uphill + turn)) for turn in turns]
    sweep = [directional_derivative(degrees) for degrees in range(360)]
    rows = [
        Row("∂f/∂x0 = 2·x0·x1", "limit", "3", g[0]),
        Row("∂f/∂x1 = x0²", "limit", "4", g[1]),
        Row("‖∇f‖", "formula", "5", math.hypot(*g)),
        *(Row(f"∇f·v at {t}° to ∇f", "‖∇f‖ cos θ", e, d) for t, e, d in zip(turns, exact, along, strict=True)),
        Row("of 360 directions, largest along", "∇f, 53.13°", "53", sweep.index(max(sweep))),
        Row("smallest along", "−∇f, 233.13°", "233", sweep.index(min(sweep))),
        Row(
            "nearest to 0 at", "right angles", "(143, 323)", sorted(sorted(range(360), key=lambda i: abs(sweep[i]))[:2])
        ),
    ]
    limits = [
        Gradient(f"D_v f, v at {turn}° to ∇f", _central_limit(uphill + turn), directional_derivative(uphill + turn))
        for turn in turns
    ]
    text = ["f(x0, x1) = x0²·x1 at (2, 0.75), where f = 3; angles of v are taken from the x0 axis, or from ∇f."]
    return [
        Section("Partial and directional derivatives", rows, text),
        Section("The same as limits", limits, head=("derivative", "difference", "engine")),
        gradient_section(surface_at, {"x0": POINT[0], "x1": POINT[1]}, "f"),
        Section("Tangent plane and level curve", _plane_rows(g)),
    ]


def _plane_rows(g: Sequence[float]) -> list[Row]:
    """The tangent plane touches: its distance from the surface shrinks as the square; the level curve f = 3."""
    height = surface(*POINT)

    def plane(x0: float, x1: float) -> float:
        return float(height) + _dot(g, (x0 - POINT[0], x1 - POINT[1]))

    gap, half = surface(2.1, 0.8) - plane(2.1, 0.8), surface(2.05, 0.775) - plane(2.05, 0.775)
    angles = []
    for x0 in (1.0, 2.0, 3.0):  # the curve is x1 = 3 / x0²; the engine returns its direction (1, dx1/dx0)
        x = Value(x0)
        tangent = (1.0, derivatives(3.0 / (x * x), x)[0])
        normal = gradient(surface, (x0, 3.0 / x0**2))
        cosine = _dot(normal, tangent) / math.hypot(*normal) / math.hypot(*tangent)
        angles.append(math.degrees(math.acos(cosine)))
    return [
        Row("plane at (2.1, 0.8)", "formula", "3.5", plane(2.1, 0.8)),
        Row("f − plane there, and half way there", "touches", "(0.028000, 0.0069375)", (gap, half)),
        Row("angle of ∇f to the curve f = 3 (degrees)", "right angles", "(90.0000, 90.0000, 90.0000)", angles),
    ]


def _direction(degrees: float) -> tuple[float, float]:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def _central_limit(degrees: float) -> float:
    v0, v1 = _direction(degrees)
    return central_difference(lambda t: float(surface(POINT[0] + t * v0, POINT[1] + t * v1)), 0.0)
