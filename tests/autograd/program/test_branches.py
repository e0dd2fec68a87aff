"""10,000 random inputs through functions full of `if`: no wrong branch is ever replayed.

Plain Python floats are the oracle: the functions are written for any numbers. Where the way through is a matter of the
last bit, so is what a point is compared with: equality is exact.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import grad, jit, vmap

INPUTS = 10_000


def tax(income: Any, children: Any) -> Any:
    """Brackets, as tables have them."""
    rest, owed = income - 500.0 * children, 0.0 * income
    for lower, upper, rate in [(0.0, 10_000.0, 0.0), (10_000.0, 30_000.0, 0.2), (30_000.0, math.inf, 0.45)]:
        if rest <= lower:
            break
        if children >= 3.0 and lower == 10_000.0:
            rate = rate / 2.0
        owed = owed + (min(rest, upper) - lower) * rate
    return owed


def newton(a: Any, x: Any) -> Any:
    """A square root; how many steps it takes depends on the numbers."""
    step = x
    while abs(step) > 1e-12:
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if x < 0.0:
            x = -x
    return x


def bisection(low: Any, width: Any) -> Any:
    high = low + width
    for _ in range(8):
        middle = 0.5 * (low + high)
        if middle * middle * middle - middle > 1.0:
            high = middle
        else:
            low = middle
    return low * high


def order_statistics(a: Any, b: Any) -> Any:
    numbers = [a, b, a * b, a - b]
    ordered = sorted(numbers)
    largest = max(numbers, key=abs)
    return ordered[0] + 2.0 * ordered[1] + 3.0 * ordered[2] * largest - min(numbers)


def pieces(x: Any, y: Any) -> Any:
    if x < -1.0 or (x == 0.0 and not y):
        z = x * y
    elif -1.0 <= x < 0.0:
        z = x + y if y > 0.0 else x - y if y != -1.0 else x
    elif abs(y) > 2.0 and (x > 1.0) != (y > 0.0):
        z = y / (1.0 + x)
    else:
        z = (x > y) * x + (x <= y) * y
    return z * z if z else x


def triangle(x: Any, y: Any) -> Any:
    """Which side a point lies on, of three."""
    signs = [(x - a) * d - (y - b) * c > 0.0 for a, b, c, d in [(0, 0, 1, 0), (1, 0, -1, 1), (0, 1, 0, -1)]]
    if all(signs) or not any(signs):
        return x * y
    return x + y if signs.count(True) == 1 else x - y


FUNCTIONS: list[tuple[Callable[..., Any], Callable[[random.Random], tuple[float, float]]]] = [
    (tax, lambda r: (r.choice([r.uniform(-5e3, 6e4), 1e4, 3e4, 0.0]), float(r.randrange(5)))),
    (newton, lambda r: (10.0 ** r.uniform(-2.0, 2.0), r.uniform(0.5, 2.0))),
    (bisection, lambda r: (r.uniform(1.0, 1.2), r.uniform(0.1, 0.3))),
    (order_statistics, lambda r: (whole(r), whole(r))),
    (pieces, lambda r: (whole(r), whole(r))),
    (triangle, lambda r: (r.uniform(-1.0, 2.0), r.choice([0.0, r.uniform(-1.0, 2.0)]))),
]


def whole(r: random.Random) -> float:
    """A number that is often equal to others."""
    return r.choice([r.uniform(-3.0, 3.0), float(r.randint(-3, 3))])


@pytest.mark.parametrize(("f", "draw"), FUNCTIONS, ids=[f.__name__ for f, _ in FUNCTIONS])
def test_no_wrong_branch(f: Callable[..., Any], draw: Callable[[random.Random], tuple[float, float]]) -> None:
    r = random.Random(f.__name__)
    points = [draw(r) for _ in range(INPUTS)]
    expected = [f(*point) for point in points]
    jitted = jit(f, max_programs=1000)
    assert [jitted(*point) for point in points] == expected
    found = vmap(jitted)(*np.array(points).T)
    assert found.tolist() == expected
    slopes = grad(jit(f, max_programs=1000))
    some = points[:200]
    expected_slopes = [float(grad(f)(*point)) for point in some]
    assert [slopes(*point) for point in some] == expected_slopes
    assert vmap(slopes)(*np.array(some).T).tolist() == expected_slopes


def test_no_wrong_branch_in_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)
    for f, draw in FUNCTIONS:
        r = random.Random(f.__name__)
        jitted = jit(f, max_programs=1000)
        for _ in range(INPUTS // 50):
            point = draw(r)
            assert jitted(*point) == f(*point), point


def test_a_branch_by_a_parameter() -> None:
    """A Value from outside may change its sign between two calls."""
    w = autograd.Value(1.0)
    jitted = jit(lambda x: x * w if w > 0.0 else x - w)
    found = []
    for number in (1.0, -1.0, 2.0, -3.0):
        w.data = number
        found.append(jitted(5.0).data)
    assert found == [5.0, 6.0, 10.0, 8.0]
