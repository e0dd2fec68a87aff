"""Zeros, ties, infinities and huge numbers: values, first and second derivatives against PyTorch and mpmath."""

from __future__ import annotations

import itertools
import math

import mpmath
import pytest

import autograd
from autograd import PRIMITIVES, Value, adjoints, derivative, grad, hessian
from support.formulas import many_digits
from support.pytorch import ask
from support.torch_rows import TORCH_ROWS

INF = math.inf

ONE = [(x,) for x in (0.0, -0.0, 1.0, -1.0, 0.5, 40.0, -40.0, 1e3, -1e3, 1e200, -1e200, INF, -INF)]
TWO = list(itertools.product([0.0, 1.0, -1.0, 2.5, 1e200, -1e200, INF, -INF], repeat=2))

UNARY = [
    "sqrt",
    "softplus",
    "log_sigmoid",
    "sigmoid",
    "tanh",
    "silu",
    "gelu",
    "relu",
    "abs",
    "erf",
    "erfc",
    "atan",
    "asinh",
    "asin",
    "acos",
    "acosh",
    "log",
    "log1p",
    "exp",
]
BINARY = ["pow", "xlogy", "hypot", "maximum", "minimum", "atan2", "logsumexp", "norm", "prod"]


def derivatives(y, xs):
    """Value, gradient, and second derivatives row by row, in one list."""
    slopes = adjoints(y, xs)
    return [y.data, *(slope.data for slope in slopes), *(c.data for slope in slopes for c in adjoints(slope, xs))]


def derivatives_in_torch(name, function, point):
    """The same by PyTorch."""

    def answer(torch):
        xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
        y = function(torch, *xs)
        slopes = torch.autograd.grad(y, xs, create_graph=True)
        second = []
        for slope in slopes:
            flows = slope.requires_grad
            row = torch.autograd.grad(slope, xs, retain_graph=True, allow_unused=True) if flows else [None] * len(xs)
            second += [0.0 if entry is None else entry.item() for entry in row]
        return [y.item(), *(slope.item() for slope in slopes), *second]

    return ask(f"second derivatives of {name} at {point}", answer)


def close(a, b):
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b)) + 1e-15


def pytorch_is_wrong(name, point):
    """Where PyTorch has a number, but the wrong one."""
    if name == "pow":  # the mixed derivative a^(b − 1)·(1 + b·log(a)): 0 in PyTorch at b = 0, and 1 at (0, 1)
        return point[1] == 0.0 != point[0] or point == (0.0, 1.0)
    huge = max(map(abs, point)) == 1e200
    if name == "xlogy":  # the result is 0 whatever the second operand is; PyTorch has −1 for a mixed derivative
        return point[0] == 0.0 >= point[1]
    if name == "abs":  # the second derivative is not 0 where the first one jumps
        return point == (0.0,)
    return huge and name in ("norm", "prod", "logsumexp")  # it squares; divides by an operand; takes exp(x − y)


@pytest.mark.parametrize(
    ("name", "point"),
    [(name, x) for name in UNARY for x in ONE if not pytorch_is_wrong(name, x)]
    + [(name, x) for name in BINARY for x in TWO if not pytorch_is_wrong(name, x)],
)
def test_as_in_pytorch_but_where_that_has_no_number(name, point):
    xs = list(map(Value, point))
    try:
        y = PRIMITIVES[name](*xs)
    except (ValueError, ArithmeticError):
        return  # as the float operation does; PyTorch returns nan or inf
    ours, theirs = derivatives(y, xs), derivatives_in_torch(name, TORCH_ROWS[name], point)
    for a, b in zip(ours, theirs, strict=True):
        assert close(a, b) or math.isnan(b), (ours, theirs)


def test_a_power_by_its_exponent_at_exponent_zero():
    assert hessian(lambda x: x[0] ** x[1])([2.5, 0.0])[0][1] == pytest.approx(1.0 / 2.5)
    assert derivative(lambda b: grad(lambda a: a**b)(2.5))(0.0) == pytest.approx(1.0 / 2.5)


@pytest.mark.parametrize("name", ["hypot", "norm", "atan2"])
def test_subgradient_0_at_the_origin_and_no_second_derivative(name):
    xs = [Value(0.0), Value(0.0)]
    value, *slopes, first, second, third, last = derivatives(PRIMITIVES[name](*xs), xs)
    assert [value, *slopes] == [0.0, 0.0, 0.0]
    assert any(map(math.isnan, (first, second, third, last)))


@pytest.mark.parametrize(
    ("name", "point"),
    [
        *itertools.product(["hypot", "norm"], [(3e200, 4e200), (3e-200, 4e-200), (1e200, 1.0), (1e-200, 1.0)]),
        *itertools.product(["atan2"], [(1e200, 1e200), (1.0, 1e150), (1e150, 1.0)]),
        *itertools.product(["logsumexp"], [(1e200, 1e200), (1000.0, 1001.0), (-1000.0, -1001.0), (1e5, -1e5)]),
        *itertools.product(["softplus", "log_sigmoid", "sigmoid"], [(700.0,), (-700.0,), (36.0,), (1e200,), (-1e200,)]),
        *itertools.product(["silu", "gelu"], [(30.0,), (-30.0,), (-1e200,), (1e200,)]),
        *itertools.product(["erf", "erfc"], [(5.0,), (-5.0,), (25.0,)]),
        *itertools.product(["asinh", "acosh"], [(1e100,), (1e200,), (1.5,)]),
        *itertools.product(["sqrt", "log", "cbrt"], [(1e-300,), (1e300,)]),
        *itertools.product(["expm1", "log1p"], [(1e-300,), (1e-10,), (-1e-10,)]),
        *itertools.product(["xlogy", "pow"], [(1e-100, 2.0), (1e-8, 1.5), (2.0, 1e-300)]),
    ],
)
def test_as_in_mpmath_at_huge_and_tiny_numbers(name, point):
    xs = list(map(Value, point))
    ours = derivatives(PRIMITIVES[name](*xs), xs)
    n = len(point)
    function = many_digits(name, n)
    # Digits enough for a step that is small beside every number, next to every other.
    digits, step = (450, -40) if all(1e-20 < abs(x) < 1e20 for x in point) else (1300, -400)
    with mpmath.workdps(digits):
        exact = list(map(mpmath.mpf, point))
        orders = [[0] * n] + [[int(i == j) for j in range(n)] for i in range(n)]
        orders += [[(i == k) + (j == k) for k in range(n)] for i in range(n) for j in range(n)]
        theirs = [
            mpmath.diff(function, tuple(exact), tuple(order), h=mpmath.mpf(10) ** step)
            if any(order)
            else function(*exact)
            for order in orders
        ]
        theirs = [float(number) for number in theirs]
    # A flat tail is exact as a number of size 1 is, not relative to how small it is: 1 - y and the like round there.
    for a, b in zip(ours, theirs, strict=True):
        assert a == b or abs(a - b) <= 1e-12 * abs(b) + 1e-16 * max(map(abs, ours[: n + 1])), (ours, theirs)


@pytest.mark.parametrize("xs", [[1000.0, 0.0], [-INF, 0.0], [2.0, 2.0], [1e308, -1e308], [-1000.0, -1001.0]])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_as_in_pytorch(name, xs):
    for i in range(len(xs)):
        values = list(map(Value, xs))
        ours = derivatives(getattr(autograd, name)(values)[i], values)
        theirs = derivatives_in_torch(
            f"{name}[{i}]", lambda torch, *ts, i=i: getattr(torch, name)(torch.stack(ts), 0)[i], xs
        )
        for a, b in zip(ours, theirs, strict=True):
            assert close(a, b) or math.isnan(b), (i, ours, theirs)
