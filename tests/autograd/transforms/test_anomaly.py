"""detect_anomaly() and kinks(): the place where numbers go bad, and the conventions that were used."""

from __future__ import annotations

import inspect
import math
import threading

import pytest

import autograd
from autograd import PRIMITIVES, Value, constant, detect_anomaly, grad, hessian, kinks, no_grad, vjp, where


def line_of(marker):
    """The number of the line of this file that ends with a marker."""
    lines = inspect.getsource(inspect.getmodule(line_of)).splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.endswith(f"# {marker}"))


def test_first_operation_that_turns_infinite_is_named_with_its_line():
    x, w = Value(1e200, label="x"), Value(1e200, label="w")

    def compute():
        y = x * 2.0
        z = y * w  # overflows
        return z - z

    with pytest.raises(FloatingPointError) as caught, detect_anomaly():
        compute()
    text = str(caught.value)
    assert text.startswith("mul(2e+200, w = 1e+200) is inf; computed in ")
    assert f'"{__file__}", line {line_of("overflows")}: z = y * w  # overflows' in text


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda x: autograd.sum([x, math.inf, -math.inf]), r"sum\(x = 2.0, inf, -inf\) is nan"),
        (lambda x: autograd.dot([x, x], [math.inf, -math.inf]), r"dot\(.*\) is nan"),
        (lambda x: x * math.inf - math.inf, r"sub\(inf, inf\) is nan"),
        (lambda x: constant(1e308) * 10.0 + x, r"mul\(1e\+308, 10.0\) is inf"),
    ],
)
def test_every_way_of_recording_is_watched(compute, message):
    with pytest.raises(FloatingPointError, match=message), detect_anomaly():
        compute(Value(2.0, label="x"))


def test_infinities_and_nans_that_were_given_are_not_anomalies():
    x = Value(2.0)
    with detect_anomaly():
        assert autograd.maximum(x, -math.inf).data == 2.0
        assert math.isinf((x * math.inf).data)
        assert math.isnan((x * math.nan).data)


def test_edge_where_zero_times_infinity_makes_nan():
    x = Value(0.0, label="x")
    x.grad = 5.0

    def compute():
        square = x * x  # where the bad edge is
        autograd.sqrt(square).backward()

    with pytest.raises(FloatingPointError) as caught, detect_anomaly():
        compute()
    text = str(caught.value)
    assert text.startswith(
        "backward: the gradient of mul(x = 0.0, x = 0.0) is inf, times the local derivative 0.0 by x = 0.0 makes nan; "
    )
    assert f"line {line_of('where the bad edge is')}: square = x * x" in text
    assert x.grad == 5.0


def test_infinities_that_cancel_in_a_gradient():
    x = Value(0.0, label="x")
    message = (
        r"the gradient of sqrt\(x = 0.0\) is -?1.0, times the local derivative inf by x = 0.0, "
        r"added to -?inf from other operations, makes nan; "
    )
    with pytest.raises(FloatingPointError, match=message), detect_anomaly():
        (autograd.sqrt(x) - autograd.sqrt(x)).backward()


def test_local_derivative_that_is_nan():
    x = Value(3.0, label="x")
    message = r"pow\(-2.0, x = 3.0\) is 1.0, times the local derivative nan"
    with pytest.raises(FloatingPointError, match=message), detect_anomaly():
        ((-2.0) ** x).backward()


def test_transforms_are_watched():
    with pytest.raises(FloatingPointError, match="backward: the gradient of mul"), detect_anomaly():
        grad(lambda x: autograd.sqrt(x * x))(0.0)
    with pytest.raises(FloatingPointError, match=r"ieee_div\(0.5, 0.0\) is inf"), detect_anomaly():
        hessian(autograd.sqrt)(0.0)


def test_an_output_given_twice_starts_from_the_sum_of_its_seeds():
    with detect_anomaly():
        _, pullback = vjp(lambda x: [y := (-2.0) ** x, y, x], 3.0)
        with pytest.raises(FloatingPointError, match=r"the gradient of pow\(-2.0, 3.0\) is 3.0, times"):
            pullback([1.0, 2.0, 0.0])
        assert pullback([0.0, 0.0, 5.0]) == 5.0, "from 0 nothing flows"


def test_nothing_is_watched_outside_the_block_or_in_another_thread():
    x = Value(1e200)
    with detect_anomaly():
        thread = threading.Thread(target=lambda: found.append((x * x).data))
        found = []
        thread.start()
        thread.join()
    assert found == [math.inf]
    assert math.isinf((x * x).data)
    y = autograd.sqrt(Value(0.0, label="before"))
    with pytest.raises(FloatingPointError, match=r"computed before the detect_anomaly\(\) block"), detect_anomaly():
        (y * 0.0).backward()


def test_no_grad_inside_is_watched_too():
    x = Value(1e200)
    with pytest.raises(FloatingPointError, match=" is inf; "), detect_anomaly(), no_grad():
        x * x


# -- kinks --------------------------------------------------------------------------------------------------------


def test_kinks_are_told_in_the_order_of_the_computation():
    x, w = Value(0.0, label="x"), Value(2.0, label="w")
    y = autograd.relu(x) + autograd.maximum(w, 2.0) + abs(x * w) + autograd.relu(w)
    assert list(map(str, kinks(y))) == [
        "relu(x = 0.0): 0 at 0",
        "maximum(w = 2.0, 2.0): ½ and ½ at a tie",
        "abs(0.0): 0 at 0, the second NaN",
    ]
    assert kinks(y)[0].node.operands == (x,)


def test_no_kink_where_no_gradient_flows():
    x = Value(0.0)
    assert kinks(where(x > 0.0, abs(x), x)) == []
    assert len(kinks(where(x == 0.0, abs(x), x))) == 1
    assert kinks(x) == []


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.kinks and row.at_kink is not None])
def test_every_row_with_a_convention_knows_its_kinks(row):
    def kink(point):
        return row.at_kink(point) if row.variadic else row.at_kink(*point)

    assert any(map(kink, row.kinks))
    assert not any(map(kink, row.samples))
    point = next(filter(kink, row.kinks))
    assert [found.convention for found in kinks(row(*map(Value, point)))] == [row.convention]


def test_a_power_has_no_kink_but_at_zero():
    x = Value(0.0)
    assert [len(kinks(x**n)) for n in (0.0, 0.5, 1.0, 2.0, 3.0)] == [1, 1, 0, 0, 0]
