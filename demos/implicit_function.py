"""An implicit function: Kepler's equation, solved by SciPy and differentiated by the theorem; Newton's method on it.

The radius of an orbit is a function of its eccentricity only through the root of an equation. Newton's method, and
Halley's, which needs second derivatives, find the eccentricity that puts the planet where it was seen.
"""

from __future__ import annotations

import math
from typing import Any

import autograd as ag
from autograd import Value
from demos.report import Gradient, Report, Section, show

MEAN_ANOMALY = 0.3
ECCENTRICITY = 0.5
POINTS = ((0.5, 0.2), (1.0, 0.5), (2.5, 0.7), (-1.5, 0.1))


def kepler(eccentric: Any, mean: Any, e: Any) -> Any:
    """Kepler's equation E − e·sin E = M, as what must be 0."""
    return eccentric - e * ag.sin(eccentric) - mean


def solved(mean: float, e: float) -> float:
    """The eccentric anomaly in plain numbers, by Brent's method."""
    from demos.fitting import brentq

    return float(brentq(kepler, mean - 1.0, mean + 1.0, args=(mean, e), xtol=1e-15))


anomaly = ag.implicit(kepler, solved)


def radius(e: Any, mean: Any = MEAN_ANOMALY) -> Any:
    """The distance from the Sun in mean distances: 1 − e·cos E."""
    return 1.0 - e * ag.cos(anomaly(mean, e))


def by_hand(mean: float, e: float) -> dict[str, float]:
    """The derivatives of the root, worked out from E' (1 − e·cos E) = 1 and E' (1 − e·cos E) = sin E."""
    eccentric = solved(mean, e)
    s, c = math.sin(eccentric), math.cos(eccentric)
    d = 1.0 - e * c
    return {
        "∂E/∂M": 1.0 / d,
        "∂E/∂e": s / d,
        "∂²E/∂M²": -e * s / d**3,
        "∂²E/∂M∂e": (c - e) / d**3,
        "∂²E/∂e²": s * (c * (2.0 - e * c) - e) / d**3,
    }


def by_engine(mean: float, e: float) -> dict[str, float]:
    """The same by the implicit function theorem."""
    first = ag.grad(anomaly, (0, 1))(mean, e)
    second = ag.hessian(lambda v: anomaly(v[0], v[1]))([mean, e])
    return dict(zip(by_hand(mean, e), [*first, second[0][0], second[0][1], second[1][1]], strict=True))


def eccentricities(seen: float, order: int) -> list[float]:
    """The steps from a circle to the eccentricity at which the radius is the one seen.

    Args:
        seen: the radius.
        order: 1 for Newton's method, 2 for Halley's.
    """
    e = 0.1
    found = [e]
    while len(found) < 20:
        miss, slope = ag.value_and_grad(lambda x: radius(x) - seen)(e)
        curvature = ag.hessian(radius)(e) if order == 2 else 0.0
        step = 2.0 * miss * slope / (2.0 * slope * slope - miss * curvature)
        e -= step
        found.append(e)
        if abs(step) < 1e-14:
            break
    return found


def report() -> Report:
    """The derivatives of the root beside those by hand, and the two methods.

    Raises:
        ImportError: without SciPy.
    """
    sections = []
    for mean, e in POINTS:
        theirs, ours = by_hand(mean, e), by_engine(mean, e)
        rows = [Gradient(name, theirs[name], ours[name]) for name in theirs]
        sections.append(
            Section(
                f"E(M = {show(mean)}, e = {show(e)}) = {show(anomaly(mean, e), 8)}",
                rows,
                head=("derivative", "by hand", "engine"),
            )
        )
    seen = radius(ECCENTRICITY)
    rows = []
    for order, name in ((1, "Newton"), (2, "Halley")):
        steps = eccentricities(seen, order)
        rows.append(Gradient(f"{name}, {len(steps) - 1} steps", ECCENTRICITY, steps[-1]))
    text = [f"At M = {show(MEAN_ANOMALY)} the planet is {show(seen, 8)} mean distances from the Sun."]
    sections.append(Section("The eccentricity from one distance", rows, text, ("method", "exact", "engine")))
    return sections


def output() -> Value:
    """The derivative of the root by the eccentricity as the theorem has it: −(∂F/∂E)⁻¹ ∂F/∂e."""
    eccentric, e = Value(1.4987011335178484, label="E"), Value(0.5, label="e")  # the root at M = 1
    by_root, by_e = 1.0 - e * ag.cos(eccentric), -ag.sin(eccentric)
    by_root.label, by_e.label = "∂F/∂E", "∂F/∂e"
    slope: Value = -by_e / by_root
    slope.label = "dE/de"
    return slope
