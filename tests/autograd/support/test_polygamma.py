"""The polygamma functions of floats, against mpmath."""

from __future__ import annotations

import math
import random

import pytest
from mpmath import mp

from autograd.support.polygamma import polygamma, polygamma_difference

EPS = 2.0**-52


def assert_units(found: float, exact: object, slack: object, what: str) -> None:
    """That a number is right to 16 units of its own rounding and its operand's."""
    with mp.workdps(50):
        unit = EPS * float(abs(exact) + abs(slack))
        error = float(abs(mp.mpf(found) - exact))
    assert error <= 16.0 * unit, f"{what}: {found!r} is {error / unit:.1f} units wrong"


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 20, 60])
def test_random_points_and_hard_ones(n: int) -> None:
    generator = random.Random(n)
    random_points = [generator.choice((1.0, 1.0, -1.0)) * 10.0 ** generator.uniform(-3.0, 4.0) for _ in range(40)]
    for x in [*random_points, 1e-4, 0.5, 1.0, 1.4616, 12.0, 11.999, 170.0, 1e6, -0.5, -0.25, -0.75, -10.25, -20.00001]:
        if n == 60 and x < 0.0:
            x /= 1e3  # 60 poles away it would take mpmath long
        with mp.workdps(50):
            exact, slope = mp.polygamma(n, mp.mpf(x)), mp.polygamma(n + 1, mp.mpf(x))
        if 1e-300 < abs(exact) < 1e300:
            assert_units(polygamma(n, x), exact, x * slope, f"polygamma({n}, {x!r})")


@pytest.mark.parametrize("n", [0, 1, 2, 5])
@pytest.mark.parametrize("h", [1e-12, 1e-3, 1.0, 50.0, 1e9])
def test_differences(n: int, h: float) -> None:
    for x in (1e-5, 0.5, 1.4616, 11.0, 12.0, 300.0, 1e8):
        with mp.workdps(60):
            low, high = mp.mpf(x), mp.mpf(x) + mp.mpf(h)
            exact = mp.polygamma(n, high) - mp.polygamma(n, low)
            by_x = x * (mp.polygamma(n + 1, high) - mp.polygamma(n + 1, low))
            by_h = h * mp.polygamma(n + 1, high)
        assert_units(polygamma_difference(n, x, h), exact, abs(by_x) + abs(by_h), f"{n}, {x}, {h}")


def test_ends() -> None:
    assert polygamma(0, math.inf) == math.inf
    assert polygamma(1, math.inf) == 0.0
    assert math.isnan(polygamma(1, math.nan))
    assert math.isnan(polygamma_difference(0, 1.0, math.nan))
    assert polygamma(1, 1e-200) == math.inf
    assert polygamma(2, 1e-200) == -math.inf
    assert polygamma(3, -1e-200) == math.inf
    assert polygamma(500, 300.0) < 0.0  # though 500! is no float


@pytest.mark.parametrize("x", [0.0, -0.0, -1.0, -7.0, -1e20, -math.inf])
@pytest.mark.parametrize("n", [0, 1])
def test_a_pole_is_an_error(n: int, x: float) -> None:
    with pytest.raises(ValueError, match="domain"):
        polygamma(n, x)


@pytest.mark.parametrize("n", [-1.0, 0.5, math.inf, math.nan])
def test_an_order_is_a_whole_number(n: float) -> None:
    with pytest.raises(ValueError, match="order"):
        polygamma(n, 1.0)
    with pytest.raises(ValueError, match="order"):
        polygamma_difference(n, 1.0, 1.0)


@pytest.mark.parametrize(("x", "h"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (math.inf, 1.0), (1.0, math.inf)])
def test_a_difference_is_of_positive_numbers(x: float, h: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        polygamma_difference(0, x, h)
