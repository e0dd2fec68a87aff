"""The special functions as rows: all that holds of the table holds of them; SciPy's values, and errors by name."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special

import autograd
from autograd import (
    PRIMITIVES,
    Primitive,
    Program,
    Value,
    derivative,
    draw,
    explain,
    grad,
    gradcheck,
    jit,
    jvp,
    no_grad,
    special,
    value_and_grad,
    vmap,
    walkthrough,
)
from autograd.engine.primitive import SPECIAL
from autograd.views.walkthrough import Walkthrough
from support.oracles import central_difference

ROWS = list(SPECIAL.values())
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
every_sample = pytest.mark.parametrize(
    ("row", "point"),
    [pytest.param(row, point, id=f"{row.name}{point}") for row in ROWS for point in (*row.samples, *row.kinks)],
)
HELPERS = {"ieee_jv", "iv", "polygamma_difference", "log_ndtr_derivative"}


def of_last(row: Primitive, point: tuple[float, ...]) -> Any:
    """The row as a function of its last operand; the others are plain numbers."""
    return lambda x: row(*point[:-1], x)


def by_order(row: Primitive, i: int) -> bool:
    """Whether an operand is an order, by which the derivative is NaN."""
    return i == 0 and row.operands[0] in ("n", "v")


# ---------------------------------------------------------------------------------------------------------------------
# Rows like those of the table


@every_row
def test_a_row_describes_itself(row: Primitive) -> None:
    assert SPECIAL[row.name] is row
    assert row.name not in PRIMITIVES
    assert row.samples
    assert row.domain or row.name == "ndtr"
    assert bool(row.kinks) <= bool(row.convention)
    for point in (*row.samples, *row.kinks):
        assert len(point) == len(row.operands)
        assert isinstance(row(*point), float)
    assert f"{row.name}(" in (row.__doc__ or "")


def test_every_public_function_is_a_row_or_known_from_elsewhere() -> None:
    named = {getattr(special, name) for name in special.__all__}
    assert named - set(ROWS) == {autograd.sigmoid, autograd.logsumexp}
    assert {row.name for row in ROWS} - set(special.__all__) == HELPERS | {"lgamma"}
    assert special.gamma is autograd.gamma


@every_row
def test_partials_equal_central_differences(row: Primitive) -> None:
    for point in row.samples:
        partials = row.partials_at(point, row(*point))
        for i, partial in enumerate(partials):
            if by_order(row, i):
                assert math.isnan(partial)
            else:
                expected = central_difference(row, point, i)
                assert partial == pytest.approx(expected, rel=1e-9, abs=1e-11 * max(1.0, abs(row(*point))))


@every_sample
def test_a_value_records_the_row_and_the_way_it_is_written_does_not_matter(
    row: Primitive, point: tuple[float, ...]
) -> None:
    operands = [Value(x) for x in point]
    node = row(*operands)
    assert node.primitive is row
    assert node.data == row(*point)
    f, x = of_last(row, point), point[-1]
    y, slope = value_and_grad(f)(x)
    assert y == node.data
    assert jvp(f, x, 1.0) == (y, slope)
    with no_grad():
        assert row(*operands).data == y


@every_sample
def test_recorded_it_is_replayed_with_all_derivatives(row: Primitive, point: tuple[float, ...]) -> None:
    f, x = of_last(row, point), point[-1]
    g = jit(f)
    assert g(x) == f(x)
    for order in (1, 2, 3):
        expected = derivative(f, order)(x)
        assert derivative(g, order)(x) == pytest.approx(expected, rel=1e-13, nan_ok=True)
    if math.isfinite(grad(f)(x)):
        values, slopes = vmap(value_and_grad(g))(np.array([x] * 11))
        assert set(values) == {f(x)}
        assert slopes == pytest.approx([grad(f)(x)] * 11, rel=1e-14)
    assert np.all(vmap(f)(np.array([x] * 3)) == f(x))


@every_row
def test_gradients_are_checked(row: Primitive) -> None:
    for point in row.samples:
        assert gradcheck(of_last(row, point), point[-1], order=2)


@every_row
def test_it_is_drawn_explained_and_walked(row: Primitive, tmp_path: Path) -> None:
    operands = [Value(x, label=name) for x, name in zip(row.samples[0], row.operands, strict=True)]
    y = row(*operands) * 2.0
    y.backward()
    draw(y).save(tmp_path / "y.dot")
    assert row.symbol.partition("·")[0] in (tmp_path / "y.dot").read_text()
    assert row.operands[-1] in str(explain(y, operands[-1]))
    walk = walkthrough(y)
    again = Walkthrough.from_json(walk.to_json())
    assert list(map(str, again)) == list(map(str, walk))
    if row.name in ("ndtr", "logit"):  # made of rows of the table
        walk.save_html(tmp_path / "y.html")
    else:
        with pytest.raises(TypeError, match=r"Python computes it.*play\(\)"):
            walk.save_html(tmp_path / "y.html")
        assert not (tmp_path / "y.html").exists()


@every_row
def test_it_is_copied_pickled_and_saved_in_programs(row: Primitive, tmp_path: Path) -> None:
    assert copy.deepcopy(row) is row
    assert pickle.loads(pickle.dumps(row)) is row
    point = row.samples[0]
    program = jit(of_last(row, point)).program(point[-1])
    program.save(tmp_path / "program.json")
    for again in (Program.load(tmp_path / "program.json"), pickle.loads(pickle.dumps(program))):
        assert row in again.primitives
        assert again(point[-1]) == program(point[-1])


def test_threads_find_the_same_numbers() -> None:
    def work(_: int) -> list[float]:
        return [derivative(of_last(row, row.samples[0]), 2)(row.samples[0][-1]) for row in ROWS]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(work, range(8))
    assert all(other == first for other in others)


_EXTREMES = [0.0, 1.0, 2.0, 0.5, 1e-300, 5e-324, 1e-10, 40.0, 170.0, 709.7, 713.9, 1e8, 1e154, 1.7e308, math.inf]
EXTREMES = [*_EXTREMES, *(-x for x in _EXTREMES), -2.5, math.nan]


@every_row
def test_at_extremes_it_has_a_value_with_derivatives_or_says_what_is_wrong(row: Primitive) -> None:
    """NaN of NaN alone, or of infinities."""
    legal = 0
    for point in itertools.product(EXTREMES, repeat=len(row.operands)):
        message = ""
        try:
            y = row(*point)
        except (ValueError, OverflowError) as error:
            message = str(error)
        if message:
            assert f"{row.name}(" in message
            assert row.domain in message
            continue
        legal += 1
        assert not math.isnan(y) or not all(map(math.isfinite, point)), point
        assert all(partial is None or isinstance(partial, float) for partial in row.partials_at(point, y))
    assert legal


# ---------------------------------------------------------------------------------------------------------------------
# SciPy's values, and errors in place of its NaN

OURS_OR_MATH_S = {"lgamma", "gamma", "digamma", "polygamma", "ndtr", "logit", "beta", "betaln", "expit"}
"""To a few units in the last place; the others bit for bit."""


@pytest.mark.parametrize("name", sorted(set(special.__all__) - {"logsumexp"}))
def test_values_are_scipy_s(name: str) -> None:
    ours, theirs = getattr(special, name), getattr(scipy.special, name)
    points = ours.samples
    if name == "polygamma":
        points = [point for point in points if point[1] > 0.0]
    for point in points:
        expected = float(theirs(*(int(x) if name == "polygamma" and i == 0 else x for i, x in enumerate(point))))
        assert ours(*point) == pytest.approx(expected, rel=4e-15 if name in OURS_OR_MATH_S else 0.0, abs=0.0)


def test_logsumexp_is_scipy_s() -> None:
    assert special.logsumexp([1.0, 2.0, 1000.0]) == scipy.special.logsumexp([1.0, 2.0, 1000.0])


OUTSIDE: list[tuple[str, tuple[float, ...]]] = [
    *itertools.product(["gammaln", "lgamma", "gamma", "digamma"], [(0.0,), (-3.0,)]),
    ("digamma", (-math.inf,)),
    ("gamma", (-math.inf,)),
    *itertools.product(["polygamma"], [(1.0, 0.0), (1.0, -2.0), (-1.0, 2.0), (0.5, 2.0)]),
    *itertools.product(["beta", "betaln"], [(0.0, 1.0), (1.0, -0.5), (math.inf, 1.0)]),
    *itertools.product(["ndtri", "logit"], [(0.0,), (1.0,), (-0.1,), (2.0,)]),
    *itertools.product(["erfinv"], [(-1.0,), (1.0,), (1.5,)]),
    ("expi", (0.0,)),
    *itertools.product(["jv"], [(0.5, -1.0), (1.0, math.inf)]),
]
TOO_LARGE: list[tuple[str, tuple[float, ...]]] = [
    ("gamma", (172.0,)),
    ("i0", (720.0,)),
    ("i1", (-720.0,)),
    ("expi", (720.0,)),
    ("log_ndtr", (-1e160,)),
    ("jv", (-200.5, 1e-3)),
]


@pytest.mark.parametrize(("name", "point"), OUTSIDE)
@pytest.mark.parametrize("kind", [float, Value])
def test_outside_the_domain_is_a_value_error_by_name(name: str, point: tuple[float, ...], kind: Any) -> None:
    row = SPECIAL[name]
    with pytest.raises(ValueError, match=name) as caught:
        row(*map(kind, point))
    assert row.domain in str(caught.value)


@pytest.mark.parametrize(("name", "point"), TOO_LARGE)
def test_too_large_a_result_is_an_overflow_error_by_name(name: str, point: tuple[float, ...]) -> None:
    with pytest.raises(OverflowError, match=name):
        SPECIAL[name](*point)


@pytest.mark.parametrize("x", [0.0, -1.0, 172.0, 1e400, -1e400, math.nan, 1e306, 0.5])
@pytest.mark.parametrize("name", ["lgamma", "gamma"])
def test_lgamma_and_gamma_are_those_of_math(name: str, x: float) -> None:
    def outcome(function: Any, x: Any) -> Any:
        try:
            return repr(float(function(x).data if isinstance(x, Value) else function(x)))
        except (ValueError, OverflowError) as error:
            return type(error)

    expected = outcome(getattr(math, name), x)
    assert outcome(getattr(autograd, name), x) == expected
    assert outcome(getattr(autograd, name), Value(x)) == expected


@pytest.mark.parametrize(("name", "point"), [*OUTSIDE, *TOO_LARGE])
def test_within_ieee_the_result_is_scipy_s_infinity_or_nan(name: str, point: tuple[float, ...]) -> None:
    row = SPECIAL[name]
    with autograd.ieee():
        found = row(*point)
        assert [repr(found)] == [repr(row(*map(Value, point)).data)]
        assert not math.isfinite(found) or math.inf in point  # of which beta makes 0
        assert isinstance(grad(of_last(row, point))(point[-1]), float)
    if name not in {"lgamma", "gamma", "digamma", "polygamma", "beta", "betaln"}:  # NaN
        assert repr(found) == repr(float(getattr(scipy.special, name)(*point)))


@pytest.mark.parametrize(
    ("name", "point"),
    [
        *[("digamma", (x,)) for x in (0.0, -0.0, -1.0, -3.0)],
        *[("polygamma", (n, x)) for n, x in ((0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0), (1, -1.0), (3, -2.0))],
        *[("gamma", (x,)) for x in (0.0, -0.0, 1e-310, -1e-310, -1.0, 172.0)],
        *[
            (name, point)
            for name in ("beta", "betaln")
            for point in ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (math.inf, 1.0))
        ],
        ("beta", (1e-320, 1.0)),
    ],
)
def test_within_ieee_poles_are_scipy_s(name: str, point: tuple[float, ...]) -> None:
    with np.errstate(all="ignore"):
        expected = float(getattr(scipy.special, name)(*point))
    with autograd.ieee():
        assert repr(SPECIAL[name](*point)) == repr(SPECIAL[name](*map(Value, point)).data) == repr(expected)


@pytest.mark.parametrize(
    ("n", "x", "expected"),
    [
        (999.0, -0.0, math.inf),
        (999.0, -3.0, math.inf),
        (1000.0, 0.0, -math.inf),
        (1000.0, -0.0, math.inf),
        (1000.0, -3.0, math.nan),  # −∞ on one side, ∞ on the other
        (1001.0, 0.0, math.nan),  # no such order
        (1001.0, -3.0, math.nan),
        (0.5, 0.0, math.nan),
        (-1.0, 0.0, math.nan),
        (1.0, -math.inf, math.nan),
    ],
)
def test_within_ieee_polygamma_has_infinities_at_poles_of_every_order(n: float, x: float, expected: float) -> None:
    with pytest.raises(ValueError, match="polygamma"):
        special.polygamma(n, x)
    with autograd.ieee():
        assert repr(special.polygamma(n, x)) == repr(expected)


def test_within_ieee_slopes_at_poles_are_infinite() -> None:
    with autograd.ieee():
        assert [grad(special.gammaln)(0.0), grad(special.gammaln)(-0.0)] == [-math.inf, math.inf]
        assert [grad(special.digamma)(0.0), grad(special.digamma)(-2.0)] == [math.inf, math.inf]
        assert derivative(special.gammaln, 3)(0.0) == -math.inf


def test_the_logarithm_of_gamma_is_infinite_at_the_left_end_and_has_no_slope_there() -> None:
    assert autograd.lgamma(-math.inf) == math.inf
    assert math.isnan(grad(autograd.lgamma)(-math.inf))


def test_the_derivative_by_an_order_is_nan_and_by_the_operand_it_is_not() -> None:
    assert [math.isnan(slope) for slope in grad(special.jv, argnums=(0, 1))(1.0, 2.0)] == [True, False]
    assert math.isnan(grad(special.polygamma)(1.0, 2.0))


def test_bessel_s_function_of_order_a_half_begins_like_a_root() -> None:
    assert [derivative(lambda x: special.jv(0.5, x), k)(0.0) for k in (1, 2)] == [math.inf, -math.inf]
    assert derivative(lambda x: special.jv(1.5, x))(0.0) == 0.0


# ---------------------------------------------------------------------------------------------------------------------
# With and without SciPy


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_autograd_alone_imports_no_scipy() -> None:
    assert run("import sys, autograd; print('scipy' in sys.modules, 'numpy' in sys.modules)") == "False False"


WITHOUT_SCIPY = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "scipy" else find(name, *rest)
sys.modules["scipy"] = None
import autograd
from autograd import derivative, gamma, lgamma
print([derivative(f, k)(2.5) for f in (lgamma, gamma) for k in (1, 2, 3)])
try:
    import autograd.special
except ImportError as error:
    print(error)
"""


def test_without_scipy_the_gamma_function_has_its_derivatives_and_the_rest_names_what_to_install() -> None:
    numbers, error = run(WITHOUT_SCIPY).splitlines()
    assert numbers == str([derivative(f, k)(2.5) for f in (autograd.lgamma, autograd.gamma) for k in (1, 2, 3)])
    assert error == "autograd.special: it needs scipy, which is not installed; pip install scipy"


def test_another_process_finds_the_rows(tmp_path: Path) -> None:
    """One that has not imported the module yet."""
    program = jit(lambda x: special.jv(0.0, x) + special.gammaln(x) + autograd.lgamma(x)).program(2.5)
    program.save(tmp_path / "program.json")
    (tmp_path / "pickle").write_bytes(pickle.dumps((program, special.jv)))
    loads = [
        f"from autograd import Program; print(Program.load({str(tmp_path / 'program.json')!r})(2.5))",
        f"import pickle; f, jv = pickle.load(open({str(tmp_path / 'pickle')!r}, 'rb')); print(f(2.5))",
    ]
    assert [run(load) for load in loads] == [str(program(2.5))] * 2
