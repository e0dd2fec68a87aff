"""`vector_math`: functions written as steps or the C library's for vectors, within 4 units, with eager's errors."""

from __future__ import annotations

import itertools
import math
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import PRIMITIVES, Value, jit, value_and_grad, vmap
from autograd.formulas.llvm import LIBRARY
from autograd.formulas.llvm_text import operands_of
from autograd.formulas.vector_functions import VECTOR_FUNCTIONS

pytest.importorskip("llvmlite")

from autograd.program.machine import Functions, Machine, this_machine

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
NASTY = (
    0.0,
    -0.0,
    0.5,
    1.0,
    -1.0,
    2.5,
    -3.0,
    710.0,
    -1e3,
    1e-310,
    -1e-310,
    1e200,
    -1e200,
    math.inf,
    -math.inf,
    math.nan,
)
NAMES = sorted(name for name in LIBRARY.values() if operands_of(name) == 1)

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


@pytest.mark.parametrize("name", sorted(VECTOR_FUNCTIONS))
def test_of_what_is_written_as_steps_the_hard_numbers(name: str) -> None:
    """Within 2 units in the last place: near 0 and 1, at the borders of the ranges, where results are denormal."""
    f = getattr(ag, name)
    rng = np.random.default_rng(0)
    near = [math.nextafter(x, x + d) for x in (1.0, 6.0, 2.0**0.5, 0.5**0.5, 1000.0) for d in (-1.0, 0.0, 1.0)]
    hard = [*near, *(1.0 + rng.normal(size=200) * 1e-3), *(2.0 ** rng.uniform(-1022, 1023, 500))]
    if name != "log":
        hard += [-x for x in hard] + [0.0, -0.0, 5e-324, -5e-324, *rng.uniform(-746.0, 709.7, 500)]
    x = np.array([a for a in hard if not (name == "exp" and a > 709.7) and abs(a) < 1e150])
    with mpmath.workprec(200):
        for a, b in zip(x.tolist(), vmap(jit(f, vector_math=True))(x).tolist(), strict=True):
            expected = getattr(mpmath, name)(mpmath.mpf(a))
            assert abs(mpmath.mpf(b) - expected) <= 2.0 * math.ulp(float(expected)), (a, b, expected)
            assert math.copysign(1.0, b) == math.copysign(1.0, f(a))


@pytest.mark.parametrize("name", [name for name, row in PRIMITIVES.items() if not row.variadic and row.samples])
def test_every_row_at_every_nasty_number(name: str) -> None:
    """Value and gradient of one point among usual ones: eager's number, or its error."""
    row = PRIMITIVES[name]
    n = len(row.operands)
    mapped = vmap(value_and_grad(jit(row, vector_math=True), argnums=tuple(range(n))))
    eager = value_and_grad(row, argnums=tuple(range(n)))
    for point in itertools.product(NASTY, repeat=n):
        batch = np.array([row.samples[0]] * 9)
        batch[4] = point
        try:
            value, gradient = eager(*point)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            with pytest.raises(type(error), match="in row 4 of the batch"):
                mapped(*batch.T)
        else:
            values, gradients = mapped(*batch.T)
            found = [values[4], *(g[4] for g in gradients)]
            assert found == pytest.approx([value, *gradient], rel=1e-13, abs=1e-300, nan_ok=True), point


@pytest.mark.parametrize("vector_math", [True, False])
def test_a_large_program_calls_the_library(vector_math: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled for speed takes ten times as long: only small programs are."""

    def f(x: Value) -> Value:
        for _ in range(80):
            x = ag.exp(-0.5 * x) * ag.erf(x + 0.1) + 0.5
        return x

    texts, load = [], Machine.load

    def noted(self: Machine, bodies: Any, functions: Functions, level: int = 0) -> Any:
        texts.append(functions.text())
        return load(self, bodies, functions, level)

    monkeypatch.setattr(Machine, "load", noted)
    x = np.random.default_rng(0).uniform(0.1, 1.0, 50)
    y = vmap(jit(f, vector_math=vector_math))(x)
    assert any("_ZGV" in text for text in texts) is vector_math
    assert y == pytest.approx([f(a) for a in x.tolist()], rel=1e-12)


def test_between_matrix_products_functions_are_the_fast_ones_too() -> None:
    def f(w: Any, x: Any) -> Any:
        return ag.sum([ag.exp(ag.dot(row, list(x))) for row in w])

    random = np.random.default_rng(0)
    w, x = random.normal(size=(20, 20)) * 0.1, random.normal(size=(500, 20))
    exact, fast = (vmap(jit(f, vector_math=is_fast), in_axes=(None, 0)) for is_fast in (False, True))
    assert "matrix product" in fast.listing(w, x)
    assert exact(w, x).tolist() != fast(w, x).tolist()
    assert fast(w, x) == pytest.approx(np.exp(x @ w.T).sum(axis=1), rel=1e-13)


def test_one_point_is_computed_as_ever() -> None:
    f = jit(lambda x: ag.exp(x) * ag.sin(x), vector_math=True)
    assert f(0.7) == math.exp(0.7) * math.sin(0.7)
