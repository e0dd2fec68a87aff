"""The Runge-Kutta method against SciPy's and against its own order; the fit against the published one."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("scipy", reason="the fit uses SciPy: pip install scipy")

from scipy.integrate import solve_ivp

from demos import ode
from demos.report import Verdict


def test_every_row_agrees() -> None:
    rows = [row for section in ode.report() for row in section.rows]
    assert len(rows) == 1 + 12
    assert {row.verdict for row in rows} == {Verdict.AGREES}


def test_the_years_are_scipy_s() -> None:
    logs = [math.log(mean) for mean, _ in ode.PUBLISHED]
    births, eaten, deaths, fed, *start = map(math.exp, logs)

    def change(_: float, s: list[float]) -> list[float]:
        return [s[0] * (births - eaten * s[1]), s[1] * (fed * s[0] - deaths)]

    path = solve_ivp(change, (0.0, 20.0), start, t_eval=[5.0, 20.0], rtol=1e-11, atol=1e-12, method="DOP853").y
    found = ode.years(logs, steps=64)
    for k, year in enumerate((5, 20)):
        assert found[year] == pytest.approx(path[:, k].tolist(), rel=1e-7)


def test_the_method_is_of_order_4() -> None:
    errors = []
    for steps in (10, 20):
        state = [1.0]
        for _ in range(steps):
            state = ode.runge_kutta(lambda s: [-s[0]], state, 1.0 / steps)
        errors.append(abs(state[0] - math.exp(-1.0)))
    assert errors[0] / errors[1] == pytest.approx(16.0, rel=0.1)


def test_the_picture_is_drawn(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="plots use matplotlib")
    (path,) = ode.plots(tmp_path)
    assert path.stat().st_size > 10_000
