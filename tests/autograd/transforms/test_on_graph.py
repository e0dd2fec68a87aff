"""What sweeps on the graph record: few operations, and all of what is to be differentiated again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from autograd import Value, adjoints, dot, hessian, jacobian
from autograd.engine.recording import watched


class Names:
    """A watcher that writes down the names of the operations that are recorded."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def operation_done(self, primitive: Any, operands: Sequence[Any], result: Any) -> None:
        self.names.append(primitive.name)

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[Any]) -> None:
        pass


def recorded(y: Value, xs: list[Value]) -> list[str]:
    """What is recorded for the derivatives of y."""
    with watched(names := Names()):
        adjoints(y, xs)
    return names.names


@pytest.mark.parametrize(
    ("f", "names"),
    [
        (lambda x, w: x + w, []),
        (lambda x, w: x - w, []),
        (lambda x, w: x * w, []),
        (lambda x, w: -x, []),
        (lambda x, w: x * 3.0, []),
        (lambda x, w: x / 3.0, []),
        (lambda x, w: x**2, ["mul"]),
        (lambda x, w: x * x * w, ["mul", "mul", "add"]),
    ],
)
def test_what_is_frequent_takes_no_operation_of_its_own(f: Callable[[Value, Value], Value], names: list[str]) -> None:
    x, w = Value(3.0), Value(5.0)
    assert recorded(f(x, w), [x, w]) == names


@pytest.mark.parametrize("n", range(1, 8))
def test_a_few_products_are_added_up_and_more_are_one_operation(n: int) -> None:
    x, ws = Value(3.0), [Value(0.5 + i) for i in range(n)]
    total = 0.0 * x
    for w in ws:
        total = total + x * w
    added = ["add"] * n if n < 4 else ["dot"]  # to 0 times x
    assert recorded(total, [x]) == added


@pytest.mark.parametrize("n", range(2, 8))
def test_what_is_only_added_up_is_not_multiplied_by_1(n: int) -> None:
    x, w = Value(3.0), Value(5.0)
    total = x
    for _ in range(n - 1):
        total = total + x
    assert recorded(total * w, [x]) == (["add"] * (n - 1) if n < 5 else ["sum"])


def test_each_operand_of_a_dot_product_has_its_partner_for_a_derivative() -> None:
    beside = [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    point = [2.0, 3.0, 5.0, 7.0]
    assert hessian(lambda v: dot(v[:2], v[2:]))(point) == beside
    assert hessian(lambda v: dot(v, v))(point) == [[2.0 * (i == j) for j in range(4)] for i in range(4)]
    assert hessian(lambda v: dot([v[0], 11.0, v[2]], [13.0, v[1], v[3]]))(point) == [
        [0.0] * 4,
        [0.0] * 4,
        [0.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 1.0, 0.0],
    ]
    assert jacobian(jacobian(lambda v: dot([v[0], 3.0], [5.0, v[1]])))(point[:2]) == [[0.0, 0.0], [0.0, 0.0]]


# -- numbers that happen to be 1 ----------------------------------------------------------------------------------


def products(v: Sequence[Any]) -> Any:
    x, rest = v[0], v[1:]
    total = 0.0
    for a, b in zip(rest[::2], rest[1::2], strict=True):
        total = total + x * a * b
    return total


def squares(v: Sequence[Any]) -> Any:
    total = 0.0
    for a in v[1:]:
        total = total + (v[0] + a) ** 2 / 2.0
    return total


def differences(v: Sequence[Any]) -> Any:
    total = 0.0
    for a in v[1:]:
        total = total + (a - v[0]) ** 2 / 2.0
    return total


@pytest.mark.parametrize("n", range(1, 8))
def test_factors_and_partials_of_1_are_differentiated_again(n: int) -> None:
    """At ones, which a sweep might take for plain ones: by hand, Σ x·aᵢ·bᵢ, and half of Σ (aᵢ ± x)²."""
    ones = [1.0] * (2 * n + 1)
    partner = [0] + [i + 1 if i % 2 else i - 1 for i in range(1, 2 * n + 1)]
    expected = [
        [float(i != j and (0 in (i, j) or partner[i] == j)) for j in range(2 * n + 1)] for i in range(2 * n + 1)
    ]
    assert hessian(products)(ones) == expected
    third = jacobian(hessian(products))(ones)
    assert third[0][1][2] == third[1][0][2] == third[2][1][0] == 1.0
    for f, sign in ((squares, 1.0), (differences, -1.0)):
        arrow = [[float(n), *[sign] * n], *[[sign, *[float(i == j) for j in range(n)]] for i in range(n)]]
        assert hessian(f)([1.0] * (n + 1)) == arrow


def test_a_derivative_by_the_exponent_is_not_taken_for_the_exponent() -> None:
    """At e to the log 2 it is 2.0, as of a square."""
    b = math.nextafter(math.log(2.0), 1.0)
    assert hessian(lambda v: v[0] ** v[1])([math.e, b])[0][0] == pytest.approx(b * (b - 1.0) * math.e ** (b - 2.0))
