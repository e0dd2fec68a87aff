"""`vector_math`: the C library's functions for vectors, within 4 units in the last place, with eager's errors."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import jit, vmap
from autograd.formulas.llvm import LIBRARY

pytest.importorskip("llvmlite")

from autograd.program.machine import this_machine

mpmath.mp.prec = 120
RANGES = {
    "acos": (-1.0, 1.0),
    "acosh": (1.0, 50.0),
    "asin": (-1.0, 1.0),
    "atanh": (-0.999, 0.999),
    "erfc": (-5.0, 20.0),
    "log": (1e-9, 1e3),
    "log10": (1e-9, 1e3),
    "log1p": (-0.999, 1e3),
    "log2": (1e-9, 1e3),
}
IN_MPMATH = {"log2": lambda x: mpmath.log(x, 2), "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))}
NAMES = sorted(name for name in LIBRARY.values() if name != "atan2")

pytestmark = pytest.mark.skipif(this_machine().vectors is None, reason="libmvec is not here")


@pytest.mark.parametrize("name", NAMES)
def test_within_four_units_in_the_last_place(name: str) -> None:
    f = getattr(ag, name)
    low, high = RANGES.get(name, (-20.0, 20.0))
    x = np.random.default_rng(0).uniform(low, high, 500)
    y = vmap(jit(f, vector_math=True))(x)
    exact = IN_MPMATH.get(name, getattr(mpmath, name, None))
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        expected = exact(mpmath.mpf(a))
        assert abs(mpmath.mpf(b) - expected) <= 4.0 * math.ulp(float(expected)), (a, b, expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("x", [-1e5, -2.0, -1.0, 0.0, 1.0, 2.0, 1e5, math.inf, -math.inf, math.nan])
def test_errors_infinities_and_nan_are_eager_s(name: str, x: float) -> None:
    f = getattr(ag, name)
    points = np.full(9, 1.0 if name in ("acosh", "log") else 0.5)
    points[4] = x
    mapped = vmap(jit(f, vector_math=True))
    try:
        expected = f(x)
    except (ValueError, OverflowError) as error:
        with pytest.raises(type(error), match="in row 4 of the batch"):
            mapped(points)
    else:
        found = mapped(points)[4]
        assert found == pytest.approx(expected, rel=1e-15, nan_ok=True)


def test_powers_and_angles_of_two_numbers() -> None:
    a, b = np.random.default_rng(0).uniform(0.1, 3.0, (2, 300))
    for name, exact in (("pow", mpmath.power), ("atan2", mpmath.atan2)):
        y = vmap(jit(getattr(ag, name), vector_math=True))(a, b)
        for p, q, r in zip(a.tolist(), b.tolist(), y.tolist(), strict=True):
            assert abs(mpmath.mpf(r) - exact(mpmath.mpf(p), mpmath.mpf(q))) <= 4.0 * math.ulp(r)


def test_one_point_is_computed_as_ever() -> None:
    f = jit(lambda x: ag.exp(x) * ag.sin(x), vector_math=True)
    assert f(0.7) == math.exp(0.7) * math.sin(0.7)
