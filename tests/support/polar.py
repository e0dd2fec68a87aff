"""A function computed with plain floats, whose pullback is written by hand."""

from __future__ import annotations

import math
from typing import Any

from autograd import custom_vjp


def polar(point: Any) -> list[Any]:
    """Radius and angle."""
    x, y = point
    return [math.hypot(x, y), math.atan2(y, x)]


def forward(point: Any) -> tuple[Any, Any]:
    result = wrapped(point)
    return result, (point, result)


def pullback(residuals: Any, u: Any) -> tuple[Any]:
    (x, y), (r, _) = residuals
    return ([u[0] * x / r - u[1] * y / (r * r), u[0] * y / r + u[1] * x / (r * r)],)


wrapped = custom_vjp(polar, forward, pullback)
