"""The demo of implicit functions: its rows, and that its methods converge as they should."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("scipy", reason="the roots are SciPy's: pip install scipy")

from demos import implicit_function as demo
from demos.report import Verdict, central_difference


def test_every_row_agrees() -> None:
    rows = [row for section in demo.report() for row in section.rows]
    assert len(rows) == 4 * 5 + 2
    assert {row.verdict for row in rows} == {Verdict.AGREES}


@pytest.mark.parametrize(("mean", "e"), demo.POINTS)
def test_the_formulas_by_hand_are_each_other_s_derivatives(mean: float, e: float) -> None:
    found = demo.by_hand(mean, e)
    for name, first, by in (("∂²E/∂M²", "∂E/∂M", 0), ("∂²E/∂M∂e", "∂E/∂M", 1), ("∂²E/∂e²", "∂E/∂e", 1)):

        def moved(x: float, first: str = first, by: int = by) -> float:
            return demo.by_hand(x if by == 0 else mean, x if by == 1 else e)[first]

        assert found[name] == pytest.approx(central_difference(moved, (mean, e)[by]), rel=1e-7)


def test_second_derivatives_save_steps() -> None:
    newton, halley = (demo.eccentricities(demo.radius(0.5), order) for order in (1, 2))
    assert len(halley) < len(newton)
    assert newton[-1] == pytest.approx(0.5, abs=1e-14)
    misses = [abs(e - 0.5) for e in newton if abs(e - 0.5) > 1e-12]
    assert math.log(misses[-1]) / math.log(misses[-2]) > 1.5  # each doubles the digits


def test_the_drawn_slope_is_the_root_s() -> None:
    assert demo.output().data == pytest.approx(demo.by_hand(1.0, 0.5)["∂E/∂e"], rel=1e-14)
