"""NumPy's functions on arrays of Values: every row of the page `docs/numpy.md`, against NumPy's floats and JAX."""

from __future__ import annotations

import importlib
import math
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, data, jit, value_and_grad, values
from support.oracles import central_difference

np = pytest.importorskip("numpy", minversion="2.0", reason="NumPy 2 is not installed")
ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "docs" / "numpy_page.py"
pytestmark = [
    pytest.mark.skipif(not SCRIPT.exists(), reason="not in a source tree"),
    pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning"),  # NumPy's, of a NaN
]
PAGE: dict[str, Any] = runpy.run_path(str(SCRIPT)) if SCRIPT.exists() else {"IDIOMS": {}, "DIFFERENCES": []}
IDIOMS = [idiom for idioms in PAGE["IDIOMS"].values() for idiom in idioms]
WORKING = [idiom for idiom in IDIOMS if not idiom.instead]
REFUSED = [idiom for idiom in IDIOMS if idiom.instead]
DIFFERENCES = PAGE["DIFFERENCES"]

POINT = {
    "x": np.array([0.62, 0.33, 0.91, 0.48]),
    "y": np.array([0.27, 0.83, 0.44, 0.71]),
    "z": np.array([0.9, 0.4, 0.65]),
    "A": np.array([[1.9, 0.3, 0.55], [0.25, 1.4, 0.7], [0.6, 0.15, 1.2]]),
    "B": np.array([[0.5, 1.1, 0.2], [0.8, 0.35, 0.95], [0.45, 0.75, 0.3]]),
    "c": 0.8,
}
BUILTINS = {"max": max, "len": len, "range": range, "abs": abs, "round": round, "sum": sum}
NAMES = {name: getattr(autograd, name) for name in autograd.__all__} | BUILTINS
NAMES |= {"np": np, "math": math, "xs": [0.0, 0.5, 2.0]}


def by_code(row: Any) -> str:
    return row.code


def evaluated(code: str, arrays: dict[str, Any]) -> Any:
    modules = {}
    for name in ("linalg", "special"):
        if f"{name}." in code.replace(f"np.{name}", ""):
            modules[name] = pytest.importorskip(f"autograd.{name}")
    return eval(code, NAMES | modules | arrays)


def numbers_of(result: Any) -> list[Any]:
    """The numbers of a result, in order; of an array of NumPy's or JAX's."""
    if isinstance(result, tuple):
        return [x for part in result for x in numbers_of(part)]
    return list(result.ravel()) if hasattr(result, "ravel") else [result]


def loss(code: str) -> Callable[[dict[str, Any]], Any]:
    """One number of all that some code computes."""

    def weighted(arrays: dict[str, Any]) -> Any:
        return sum((1.0 + 0.37 * i) * y for i, y in enumerate(numbers_of(evaluated(code, arrays))))

    return weighted


def differences(code: str) -> dict[str, Any]:
    """The gradient of the loss by central differences of NumPy's floats."""
    found = {}
    for name, array in POINT.items():
        flat = np.ravel(array)

        def of_floats(*point: float, name: str = name) -> float:
            number = np.array(point).reshape(np.shape(POINT[name]))
            return float(loss(code)(POINT | {name: number if number.shape else float(number)}))

        slopes = [central_difference(of_floats, flat.tolist(), i) for i in range(flat.size)]
        found[name] = np.array(slopes).reshape(np.shape(array))
    return found


def assert_agrees(found: tuple[Any, dict[str, Any]], code: str) -> None:
    """That a value and a gradient are those of NumPy's floats."""
    value, gradient = found
    assert value == pytest.approx(float(loss(code)(POINT)), rel=1e-13)
    for name, expected in differences(code).items():
        assert np.asarray(gradient[name], dtype=float) == pytest.approx(expected, rel=1e-9, abs=1e-9), name


def at_leaves(code: str) -> tuple[float, dict[str, Any]]:
    """The loss of Values, and what a backward pass leaves in them."""
    leaves = {name: values(array) for name, array in POINT.items()}
    y = loss(code)(leaves)
    if isinstance(y, Value) and not y.is_constant:
        y.backward()
    return data(y), {name: np.vectorize(lambda v: v.grad)(array) for name, array in leaves.items()}


@pytest.mark.parametrize("idiom", WORKING, ids=by_code)
def test_what_works_has_the_values_and_gradients_of_floats(idiom: Any) -> None:
    assert_agrees(at_leaves(idiom.code), idiom.code)


@pytest.mark.parametrize("idiom", WORKING, ids=by_code)
def test_what_works_is_recorded_and_replayed(idiom: Any) -> None:
    recorded = value_and_grad(jit(loss(idiom.code)))
    recorded({name: array * 1.001 for name, array in POINT.items()})
    assert_agrees(recorded(POINT), idiom.code)


@pytest.mark.parametrize("idiom", REFUSED, ids=by_code)
def test_what_is_refused_raises_and_the_remedy_works(idiom: Any) -> None:
    with pytest.raises((TypeError, AttributeError, ValueError)):
        loss(idiom.code)({name: values(array) for name, array in POINT.items()})
    value, gradient = at_leaves(idiom.instead)
    if idiom.instead.startswith("np.isclose") or idiom.instead.startswith("np.allclose"):
        assert value == float(loss(idiom.code)(POINT))  # nothing flows
    else:
        assert_agrees((value, gradient), idiom.code)


# JAX takes no lists in place of arrays, and `math` no numbers of JAX's either.
FOR_JAX = {
    "math.sqrt(c)": "np.sqrt(c)",
    "np.digitize(x, [0.4, 0.6])": "np.digitize(x, np.array([0.4, 0.6]))",
    "np.histogram(x, bins=[0.0, 0.5, 1.0])[0]": "np.histogram(x, bins=np.array([0.0, 0.5, 1.0]))[0]",
    "np.sum(x, where=[True, False, True, True])": "np.sum(x, where=np.array([True, False, True, True]))",
    "x[[0, 2]]": "x[np.array([0, 2])]",
    "np.take(x, [0])": "np.take(x, np.array([0]))",
    "np.interp(c, xs, z)": "np.interp(c, np.array(xs), z)",
    "np.polyfit(xs, z, 1)": "np.polyfit(np.array(xs), z, 1)",
}


@pytest.fixture
def jax() -> Iterator[Any]:
    """JAX in double precision on the processor."""
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    importlib.import_module("jax.numpy")
    with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
        yield jax


@pytest.mark.parametrize("idiom", IDIOMS, ids=by_code)
def test_values_and_gradients_are_those_of_jax(idiom: Any, jax: Any) -> None:
    theirs = FOR_JAX.get(idiom.code, idiom.code)

    def of_jax(arrays: dict[str, Any]) -> Any:
        return 1.0 * loss(theirs)(arrays | {"np": jax.numpy})

    expected, slopes = jax.value_and_grad(of_jax)({name: jax.numpy.asarray(array) for name, array in POINT.items()})
    value, gradient = at_leaves(idiom.instead or idiom.code)
    assert value == pytest.approx(float(expected), rel=1e-13)
    for name, slope in slopes.items():
        assert np.asarray(gradient[name], dtype=float) == pytest.approx(np.asarray(slope), rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize("code", FOR_JAX)
def test_what_jax_takes_in_another_form_says_the_same(code: str) -> None:
    assert code in {idiom.code for idiom in IDIOMS}
    assert loss(FOR_JAX[code])(POINT) == loss(code)(POINT)


def test_most_idioms_work() -> None:
    assert len(IDIOMS) == len({idiom.code for idiom in IDIOMS}) >= 150
    assert len(WORKING) >= 0.8 * len(IDIOMS) >= 118


# ---------------------------------------------------------------------------------------------------------------------
# What differs


def outcome(code: str, by_gradient: bool) -> str:
    """What some code gives: its value, its gradient, or the error it raises."""
    arrays = {name: values(array) for name, array in PAGE["special_arrays"]().items()}
    try:
        result = evaluated(code, arrays)
    except (TypeError, ValueError, ArithmeticError) as error:
        return type(error).__name__
    if not by_gradient:
        return str(np.asarray(data(result)).tolist())
    result.backward()
    [name] = [name for name in arrays if name in code]
    return str([v.grad for v in arrays[name]])


@pytest.mark.parametrize("row", DIFFERENCES, ids=by_code)
def test_what_differs_gives_what_the_page_says(row: Any) -> None:
    assert outcome(row.code, row.gradient) == row.gives
    assert outcome(row.instead, row.gradient) == row.right
    if not row.gradient:
        assert row.gives != PAGE["of_floats"](row.code), "this doesn't differ"


@pytest.mark.parametrize("row", [row for row in DIFFERENCES if row.gradient], ids=by_code)
def test_gradients_that_differ_are_in_jax_one_of_the_two_that_the_page_names(row: Any, jax: Any) -> None:
    """At ties JAX shares, as `amax` and `maximum` do; a root of 0 is NaN there, too."""
    arrays = PAGE["special_arrays"]()
    [name] = [name for name in arrays if name in row.code]
    found = jax.grad(lambda array: evaluated(row.code, {name: array, "np": jax.numpy}))(arrays[name])
    assert str(found.tolist()) == (row.gives if "nan" in row.gives else row.right)


def test_the_example_of_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "numpy.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    exec(code, {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.M)


def test_the_page_is_up_to_date() -> None:
    program = f"import runpy; print(runpy.run_path({str(SCRIPT)!r})['page'](), end='')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    page = (ROOT / "docs" / "numpy.md").read_text(encoding="utf-8")
    assert page == done.stdout, "run python docs/numpy_page.py"
