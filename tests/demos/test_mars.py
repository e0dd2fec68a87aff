"""The orbit against what astronomers know of it, and the model against an integration of Newton's law."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("scipy", reason="the fits use SciPy: pip install scipy")

from scipy.integrate import solve_ivp

from demos import mars
from demos.fitting import fit
from demos.report import Verdict


def test_the_orbit_is_that_of_mars() -> None:
    period, e, perihelion, _ = fit(mars.residuals, mars.START).parameters
    assert period == pytest.approx(686.930, abs=0.05)  # tropical, of today's almanacs
    assert e == pytest.approx(0.0930, abs=0.0006)  # of 1591
    assert math.degrees(perihelion) % 360.0 == pytest.approx(328.5, abs=0.6)


def test_every_row_agrees() -> None:
    rows = [row for section in mars.report() for row in section.rows]
    assert len(rows) >= 12 + 3 + 4
    assert {row.verdict for row in rows} == {Verdict.AGREES}
    assert mars.Opposition("off", 66.0, 66.05).verdict is Verdict.WRONG


def test_the_longitude_follows_newtons_law() -> None:
    period, e, perihelion = 100.0, 0.3, 0.5
    strength = (2.0 * math.pi / period) ** 2  # GM for a mean distance of 1
    speed = math.sqrt(strength * (1.0 + e) / (1.0 - e))  # at the perihelion
    start = [1.0 - e, 0.0, 0.0, speed]
    days = [5.0, 30.0, 50.0, 77.0]

    def newton(_: float, s: list[float]) -> list[float]:
        pull = -strength / math.hypot(s[0], s[1]) ** 3
        return [s[2], s[3], pull * s[0], pull * s[1]]

    path = solve_ivp(newton, (0.0, 80.0), start, t_eval=days, rtol=1e-11, atol=1e-12).y
    for day, x, y in zip(days, path[0], path[1], strict=True):
        expected = math.atan2(y, x) + perihelion
        angle = mars.longitude([period, e, perihelion, perihelion], day)
        assert math.remainder(angle - expected, 2.0 * math.pi) == pytest.approx(0.0, abs=1e-8)


def test_julian_days() -> None:
    assert mars.julian_day(1582, 10, 4, 12, 0) == 2299160.0  # the last day before the calendar's reform
    assert mars.julian_day(1600, 3, 1, 0, 0) - mars.julian_day(1600, 2, 28, 0, 0) == 2.0
