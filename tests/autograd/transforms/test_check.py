"""gradcheck: passes what is right at every magnitude, and finds what is wrong, with its place."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import autograd
from autograd import PRIMITIVES, Value, gradcheck, primitive

SAMPLES = [
    pytest.param(row, sample, id=f"{row.name}{sample}")
    for row in PRIMITIVES.values()
    for sample in row.samples
    if row.name != "where"
]


@pytest.fixture
def wrong_rows():
    """Deliberately wrong rows: a wrong partial, and a right one whose own derivative is lost."""
    wrong = primitive("wrong_cube", lambda a: a * a * a, lambda a, y: (3.0 * a,))
    lossy = primitive("lossy_square", lambda a: a * a, lambda a, y: (2.0 * getattr(a, "data", a),))
    yield wrong, lossy
    del PRIMITIVES["wrong_cube"], PRIMITIVES["lossy_square"]


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_every_row_passes_in_both_orders(row, sample):
    assert gradcheck(row, *sample)
    assert gradcheck(row, *sample, order=2)


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_every_row_fails_with_a_partial_that_is_slightly_off(row, sample):
    def off(xs, y):
        right = row.partials_at(xs, y)
        return tuple(None if partial is None else partial + 1e-5 * abs(partial) + 1e-6 for partial in right)

    if not any(row.partials_at(sample, row(*sample))):
        pytest.skip("where nothing flows, nothing is off")
    wrong = autograd.Primitive("off", lambda xs: row.value_at(xs, xs), off, variadic=True)
    with pytest.raises(AssertionError, match=r"gradcheck: the derivative of output 0 of f .* to blame is off\("):
        gradcheck(wrong, *sample)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x + 1.0, 1e-30),
        (autograd.log, 1e-30),
        (autograd.log, 1e30),
        (lambda x: x * x, 1e150),
        (lambda x: autograd.sin(1e4 * x), 1.0),
        (lambda x: (x + 1e8) - 1e8, 1.0),
        (autograd.exp, 700.0),
        (autograd.erfc, 20.0),
        (autograd.cos, 0.0),
        (autograd.relu, 1e-9),
        (lambda x: 0.0 * x, 1.0),
        (lambda x: autograd.sqrt(x) * x, 1e-12),
    ],
)
def test_step_follows_the_magnitude(f, x):
    assert gradcheck(f, x)
    assert gradcheck(f, x, order=2)


def test_structures_arrays_and_several_arguments():
    def f(p, t):
        return {"wave": p["a"] * np.exp(-p["k"] * t), "sum": (t * p["a"]).sum()}

    assert gradcheck(f, {"a": 2.0, "k": Value(0.5)}, np.linspace(0.1, 1.0, 4), order=2)


def test_failure_names_the_worst_input_both_numbers_and_the_first_wrong_operation(wrong_rows):
    wrong, _ = wrong_rows

    def f(p):
        return autograd.sin(p["w"][0]) * wrong(p["w"][1] * 2.0) + p["b"]

    with pytest.raises(AssertionError) as caught:
        gradcheck(f, {"w": [0.3, 2.5], "b": 1.0})
    text = str(caught.value)
    found = re.match(
        r"gradcheck: the derivative of output 0 of f by argument 0\['w'\]\[1\] = 2.5 is (\S+), but (\S+) ", text
    )
    assert found
    assert float(found[1]) == pytest.approx(math.sin(0.3) * 2.0 * 15.0)
    assert float(found[2]) == pytest.approx(math.sin(0.3) * 2.0 * 75.0)
    assert "the first operation to blame is wrong_cube(5.0): its local derivative by 5.0 is 15.0, but 75.0" in text


def test_second_order_finds_a_derivative_that_was_lost(wrong_rows):
    _, lossy = wrong_rows
    assert gradcheck(lossy, 3.0)
    with pytest.raises(AssertionError, match=r"first derivative 0 of f by argument 0 = 3.0 is 0.0, but 2.0.*\.data"):
        gradcheck(lossy, 3.0, order=2)


def test_what_is_not_recorded():
    with pytest.raises(AssertionError, match=r"is 1.0, but 3.0.*something between them is not recorded"):
        gradcheck(lambda x: x + 2.0 * x.data, 1.0)


@pytest.mark.parametrize("order", [1, 2])
def test_kink(order):
    with pytest.raises(AssertionError, match=r"f is at a kink, relu\(0.0\): 0 at 0, .* check at another point"):
        gradcheck(autograd.relu, 0.0, order=order)


def test_bad_input():
    with pytest.raises(ValueError, match="order must be 1 or 2, got 3"):
        gradcheck(autograd.exp, 1.0, order=3)
    with pytest.raises(ValueError, match=r"f can't be evaluated on both sides of 0.0"):
        gradcheck(autograd.sqrt, 0.0)
    with pytest.raises(TypeError, match=r"gradcheck: argument 0\[1\] must be a real number"):
        gradcheck(lambda x: x[0], [1.0, "2"])
