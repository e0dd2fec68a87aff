"""Kepler's Mars: an elliptical orbit fitted to the twelve oppositions of 1580 to 1604.

At an opposition the planet is seen from the Earth where it would be seen from the Sun, so that each one gives a
heliocentric longitude. The observations are Tycho Brahe's and Kepler's: J. Kepler, Astronomia Nova, 1609, chapter 15.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd as ag
from autograd import Value, constant
from demos.report import Gradient, Report, Section, Verdict, central_difference

OPPOSITIONS = (  # Julian calendar: year, month, day, hour, minute; longitude in degrees, minutes, seconds of arc
    ((1580, 11, 18, 1, 31), (66, 28, 35)),
    ((1582, 12, 28, 3, 58), (106, 55, 30)),
    ((1585, 1, 30, 19, 14), (141, 36, 10)),
    ((1587, 3, 6, 7, 23), (175, 43, 0)),
    ((1589, 4, 14, 6, 23), (214, 24, 0)),
    ((1591, 6, 8, 7, 43), (266, 43, 0)),
    ((1593, 8, 25, 17, 27), (342, 16, 0)),
    ((1595, 10, 31, 0, 39), (47, 31, 40)),
    ((1597, 12, 13, 15, 44), (92, 28, 0)),
    ((1600, 1, 18, 14, 2), (128, 38, 0)),
    ((1602, 2, 20, 14, 13), (162, 27, 0)),
    ((1604, 3, 28, 16, 23), (198, 37, 10)),
)
NAMES = ("period", "eccentricity", "perihelion", "longitude")
START = (687.0, 0.0, 5.5, 4.7)  # a circle
TYCHO = 2.0  # minutes of arc: how well he observed
_TURN = 2.0 * math.pi
_MINUTE = math.radians(1.0 / 60.0)
_NEWTON_STEPS = 6  # each doubles the digits; the eccentricity is below 0.1


def julian_day(year: int, month: int, day: int, hour: int, minute: int) -> float:
    """Days since noon of 1 January 4713 BC, of a date in the Julian calendar.

    >>> julian_day(2000, 1, 1, 12, 0)
    2451558.0
    """
    years, months = year + 4800 - (month < 3), (month - 3) % 12  # counted from March: the leap day comes last
    days = day + (153 * months + 2) // 5 + 365 * years + years // 4 - 32083
    return days + (hour - 12) / 24 + minute / 1440


EPOCH = julian_day(1591, 6, 8, 7, 43)
DAYS = [julian_day(*when) - EPOCH for when, _ in OPPOSITIONS]
LONGITUDES = [math.radians(d + m / 60 + s / 3600) for _, (d, m, s) in OPPOSITIONS]


def longitude(orbit: Sequence[Any], day: float) -> Any:
    """Where the planet stands, in radians.

    Args:
        orbit: the period in days, the eccentricity, the longitude of the perihelion and the mean longitude at the
            epoch in radians; numbers or Values.
        day: days since the epoch.
    """
    period, e, perihelion, mean_longitude = orbit
    mean_anomaly = _TURN * day / period + mean_longitude - perihelion
    eccentric = mean_anomaly
    for _ in range(_NEWTON_STEPS):  # Kepler's equation E − e·sin E = M, by Newton's method
        eccentric = eccentric - (eccentric - e * ag.sin(eccentric) - mean_anomaly) / (1.0 - e * ag.cos(eccentric))
    beta = e / (1.0 + ag.sqrt(1.0 - e * e))
    true_anomaly = eccentric + 2.0 * ag.atan(beta * ag.sin(eccentric) / (1.0 - beta * ag.cos(eccentric)))
    return true_anomaly + perihelion


def residuals(orbit: Sequence[Any]) -> list[Any]:
    """Computed less observed longitude, in minutes of arc, one number an opposition."""
    differences = [longitude(orbit, day) - observed for day, observed in zip(DAYS, LONGITUDES, strict=True)]
    turns = [round((d.data if isinstance(d, Value) else d) / _TURN) for d in differences]
    return [(d - _TURN * n) / _MINUTE for d, n in zip(differences, turns, strict=True)]


def misfit(orbit: Sequence[Any]) -> Any:
    """Half the sum of the squared residuals."""
    return 0.5 * ag.sum(r * r for r in residuals(orbit))


@dataclass(frozen=True)
class Opposition:
    """One observation beside the fitted orbit, in degrees."""

    what: str
    observed: float
    computed: float

    @property
    def verdict(self) -> Verdict:
        """✓ within Tycho's accuracy."""
        return Verdict.AGREES if abs(self.computed - self.observed) * 60.0 <= TYCHO else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return self.what, _degrees(self.observed), _degrees(self.computed)

    @property
    def remark(self) -> str:
        """The line below the row, if any."""
        return "" if self.verdict is Verdict.AGREES else f"must agree to {TYCHO:.0f}′"


def report() -> Report:
    """The orbit, the observations on it, and three of SciPy's minimisers on our derivatives.

    Raises:
        ImportError: without SciPy.
    """
    from demos.fitting import fit, minimize

    found = fit(residuals, START)
    orbit = found.parameters.tolist()
    sigma = found.deviations
    fitted = Section(
        "The orbit",
        text=[
            f"period        {orbit[0]:.3f} ± {sigma[0]:.3f} days (of today's almanacs: 686.930)",
            f"eccentricity  {orbit[1]:.5f} ± {sigma[1]:.5f} (Kepler: 0.09264)",
            f"perihelion    {_degrees(math.degrees(orbit[2]))} ± {math.degrees(sigma[2]) * 60:.0f}′ (Kepler: 328°59′)",
        ],
    )
    rows = [
        Opposition(f"{when[0]}-{when[1]:02}-{when[2]:02}", math.degrees(seen), math.degrees(seen) + float(r) / 60.0)
        for (when, _), seen, r in zip(OPPOSITIONS, LONGITUDES, found.residuals, strict=True)
    ]
    scale = [1.0, 0.01, 0.1, 0.1]  # so that the minimisers see numbers of like size

    def scaled(x: Sequence[Any]) -> Any:
        return misfit([start + size * xi for start, size, xi in zip(START, scale, x, strict=True)])

    slope, curvature = ag.value_and_grad(scaled), ag.hessian(scaled)
    reached = []
    for method in ("BFGS", "Newton-CG", "trust-exact"):
        second = {} if method == "BFGS" else {"hess": curvature}
        result = minimize(slope, [0.0] * 4, jac=True, method=method, **second)
        least = 0.5 * found.residual_sum_of_squares
        reached.append(Gradient(f"{method}, {result.nit} iterations", least, float(result.fun)))
    return [
        fitted,
        Section("The observations", rows, head=("opposition", "observed", "computed")),
        Section(
            "SciPy's minimisers with our gradients and Hessians",
            reached,
            ["They start from a circle and must find the least-squares minimum."],
            ("method", "least squares", "minimum"),
        ),
        _gradients(orbit),
    ]


def _gradients(orbit: Sequence[float]) -> Section:
    at = [b + step for b, step in zip(orbit, (0.5, 0.01, 0.05, 0.05), strict=True)]  # off the minimum
    engine = ag.grad(misfit)(at)
    rows = []
    for i, name in enumerate(NAMES):
        numeric = central_difference(_along(at, i), at[i], 1e-6)
        rows.append(Gradient(f"∂misfit/∂{name}", numeric, engine[i]))
    return Section("Gradients beside central differences", rows, head=("derivative", "difference", "engine"))


def _along(orbit: Sequence[float], i: int) -> Callable[[float], float]:
    """The misfit as a function of one element of the orbit."""
    return lambda x: float(misfit([*orbit[:i], x, *orbit[i + 1 :]]))


def _degrees(angle: float) -> str:
    minutes = (angle % 360.0) * 60.0
    return f"{int(minutes // 60)}°{minutes % 60:04.1f}′"


def output() -> Value:
    """Kepler's equation for one day, one step of Newton's method."""
    e = Value(0.0926, label="e")
    mean_anomaly = constant(1.0, label="M")
    eccentric = mean_anomaly + e * ag.sin(mean_anomaly)
    eccentric.label = "E0"
    better: Value = eccentric - (eccentric - e * ag.sin(eccentric) - mean_anomaly) / (1.0 - e * ag.cos(eccentric))
    better.label = "E"
    return better


def plots(folder: Path) -> list[Path]:
    """The orbit with the observations, and the residuals."""
    from matplotlib.figure import Figure

    from demos.fitting import fit

    found = fit(residuals, START)
    period, e, perihelion, _ = orbit = found.parameters.tolist()
    figure = Figure(figsize=(12, 6), layout="constrained")
    plane, below = figure.subplots(1, 2, width_ratios=(1, 1))

    def place(angle: float) -> tuple[float, float]:
        radius = (1.0 - e * e) / (1.0 + e * math.cos(angle - perihelion))
        return radius * math.cos(angle), radius * math.sin(angle)

    ellipse = [place(_TURN * i / 360) for i in range(361)]
    circle = [(math.cos(_TURN * i / 360), math.sin(_TURN * i / 360)) for i in range(361)]
    seen = [place(angle) for angle in LONGITUDES]
    plane.plot(*zip(*circle, strict=True), ":", color="gray", label="a circle around the Sun")
    plane.plot(*zip(*ellipse, strict=True), label=f"the fit: e = {e:.5f}, {period:.2f} days")
    plane.plot(*zip(*seen, strict=True), "ko", markersize=5, label="oppositions 1580 to 1604")
    plane.plot([0.0], [0.0], "o", color="C1", markersize=12)
    plane.annotate("Sun", (0.0, 0.0), (0.05, 0.07))
    plane.set(aspect="equal", title="Mars", xlabel="mean distances", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    plane.legend(loc="lower right", fontsize=8)
    circular = residuals([orbit[0], 0.0, orbit[2], orbit[3]])
    below.axhspan(-TYCHO, TYCHO, color="C0", alpha=0.15, label="Tycho's accuracy")
    years = [when[0] + (when[1] - 1) / 12 for when, _ in OPPOSITIONS]
    below.stem(years, found.residuals, linefmt="C0-", markerfmt="ko", basefmt=" ")
    worst = max(abs(float(r)) for r in circular) / 60.0
    below.set(title=f"residuals (a circle would be off by up to {worst:.0f}°)", xlabel="year", ylabel="minutes of arc")
    below.legend()
    path = folder / "mars.png"
    figure.savefig(path)
    return [path]
