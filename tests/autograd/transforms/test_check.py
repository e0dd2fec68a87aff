"""gradcheck: passes what is right at every magnitude, and finds what is wrong, with its place."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

import autograd
from autograd import PRIMITIVES, Value, gradcheck, primitive
from support.effort import some

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


def smooth_functions():
    """Smooth functions on scales that are not that of their argument: a name, f, and where to look."""
    for centre, width in itertools.product((0.0, 1e2, 1e4, -1e6), (1e-3, 1.0, 1e3)):

        def z(x, centre=centre, width=width):
            return (x - centre) / width

        for at in (0.5, -1.3, 3.0):
            yield (
                f"gauss({centre}, {width}) at {at}",
                lambda x, z=z: autograd.exp(-0.5 * z(x) ** 2),
                centre + width * at,
            )
        here = centre + width * 0.7
        yield f"tanh({centre}, {width})", lambda x, z=z: autograd.tanh(z(x)), here
        yield f"1000 + tanh({centre}, {width})", lambda x, z=z: 1e3 + autograd.tanh(z(x)), here
        yield f"log({centre}, {width})", lambda x, z=z: autograd.log(1.0 + z(x) ** 2), here
        yield f"product({centre}, {width})", lambda x, z=z: autograd.sin(z(x)) * autograd.exp(z(x)) * (z(x) + 2.0), here
    for x in (3e5, 1e7, -3e5, 1e7 + 0.37):
        yield f"sin at {x}", autograd.sin, x
        yield f"cos at {x}", autograd.cos, x
        yield f"sin(1.1x) at {x}", lambda x: autograd.sin(1.1 * x), x
    for x in (-500.0, -1.0, 0.0, 1e-8, 3.0, 600.0):
        yield f"exp at {x}", autograd.exp, x
    for x in (1e-30, 1e-5, 1.3, 1e5, 1e100):
        yield f"log at {x}", autograd.log, x
        for exponent in (0.5, 2.0, 3.0, -1.5):
            yield f"x^{exponent} at {x}", lambda x, exponent=exponent: autograd.pow(x, exponent), x


SMOOTH = some([pytest.param(f, x, id=name) for name, f, x in smooth_functions()])
WRONG = [0.0, -1.0, 2.0, 1.001, 1.0001]  # times the right derivative


@pytest.mark.parametrize(("f", "x"), SMOOTH)
def test_step_finds_the_scale_of_the_function(f, x):
    assert gradcheck(f, x)
    assert gradcheck(f, x, order=2)


@pytest.mark.parametrize(("f", "x"), SMOOTH)
def test_wrong_rules_are_blamed_on_every_scale(f, x):
    first, second = autograd.derivative(f), autograd.derivative(f, 2)

    def number(a):
        with autograd.no_grad():
            return f(Value(a)).data

    def times(factor, rule):
        return lambda a, y: (factor * rule(a),)

    for factor in WRONG:
        with pytest.raises(AssertionError, match=r"to blame is wrong\("):
            gradcheck(autograd.Primitive("wrong", number, times(factor, first)), x)
        if second(x) != 0.0:
            slope = autograd.Primitive("slope", first, times(factor, second))
            with pytest.raises(AssertionError, match=r"to blame is slope\("):
                gradcheck(autograd.Primitive("right", number, times(1.0, slope)), x, order=2)


@pytest.mark.parametrize("x", [1.7, 3e5, -2e-4, 1e-30, 0.0])
def test_number_of_evaluations_is_bounded(x):
    calls = []

    def f(x, y):
        calls.append(x)
        return autograd.sin(x) * y

    gradcheck(f, x, 2.0)
    assert len(calls) <= (52 if abs(x) >= 1.0 else 104) + 52 + 2  # of x, of y, and the two that are recorded


def test_flat_tail_is_not_believed():
    def bump(x):
        return x + 1e-3 * autograd.exp(-0.5 * ((x - 1e6) / 1e-3) ** 2)  # slope 1, but for 0.006 around the bump

    assert gradcheck(bump, 1e6 + 1e-3)
    wrong = primitive("tail_only", lambda a: bump(Value(a)).data, lambda a, y: (1.0,))
    try:
        with pytest.raises(AssertionError, match=r"is 1\.0, but 0\.393"):
            gradcheck(wrong, 1e6 + 1e-3)
    finally:
        del PRIMITIVES["tail_only"]


@pytest.mark.parametrize("x", [1.0, 0.1, -3.0])
def test_roundoff_that_the_value_hides(x):
    assert gradcheck(lambda x: autograd.exp((x + 1e8) - 1e8), x)
    assert gradcheck(lambda x: autograd.log1p(x * 1e-12 + 1.0 - 1.0), x)
    assert gradcheck(lambda x, y: (x * y) / x, x, 0.3, order=2)


@pytest.mark.parametrize("slope", [math.nan, math.inf, -math.inf])
def test_derivative_that_is_not_a_number(slope):
    bad = autograd.Primitive("bad", lambda a: a * a, lambda a, y: (slope,))
    with pytest.raises(AssertionError, match=rf"is {slope}, but 2.0.* to blame is bad\(1.0\)"):
        gradcheck(bad, 1.0)


def test_noise_is_not_taken_for_a_derivative():
    with pytest.raises(ValueError, match=r"is .*, and differences can't tell: they agree at no step.* another point"):
        gradcheck(lambda x: autograd.sin(1e40 * x), 1.0)


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


def through_blocks():
    """What is right, of one number and of w from outside f: a name, and f."""
    w = Value(3.0, label="w")

    def product(a, b):
        return autograd.sin(a * b)

    own = autograd.custom_vjp(
        lambda a, b: math.sin(a * b),
        lambda a, b: (product(a, b), (a, b)),
        lambda ab, u: [u * slope for slope in autograd.grad(product, (0, 1))(*ab)],
    )
    mapped = autograd.vmap(product, (0, None), reduce="sum")
    yield "operations", lambda x: autograd.sin(x * w)
    yield "checkpoint, w from outside", lambda x: autograd.checkpoint(lambda a: product(a, w), x)
    yield "checkpoint, x from outside, too", lambda x: autograd.checkpoint(lambda a: product(a, x), x)
    yield "checkpoint, given twice", lambda x: autograd.checkpoint(product, x, x)
    yield "jit, w from outside", lambda x: autograd.jit(lambda a: product(a, w))(x)
    yield "jit, given twice", lambda x: autograd.jit(product)(x, x)
    yield "custom_vjp, given twice", lambda x: own(x, x)
    yield "vmap, shared", lambda x: mapped(np.array([1.0, 2.0]), x)


@pytest.mark.parametrize("f", [pytest.param(f, id=name) for name, f in through_blocks()])
def test_values_from_outside_and_numbers_given_twice(f):
    """What is right passes, and is not blamed for what is wrong beside it."""
    assert gradcheck(f, 1.5)
    with pytest.raises(AssertionError, match="the local derivative of every operation is right, so something between"):
        gradcheck(lambda x: f(x) + 2.0 * x.data, 1.5)


def test_checkpoints(wrong_rows):
    wrong, _ = wrong_rows
    assert gradcheck(lambda x: autograd.checkpoint(autograd.sin, x * 2.0) * x, 1.5)
    with pytest.raises(AssertionError, match=r"is 8.0, but 14.* to blame is checkpoint of <lambda>"):
        gradcheck(lambda x: autograd.checkpoint(lambda a: wrong(a) + 2.0 * a, x), 2.0)


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
