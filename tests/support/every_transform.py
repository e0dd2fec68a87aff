"""The derivatives of one function by every transform there is, to be held against each other.

Functions take a list of numbers and return one. A transform that raises leaves the error's type in place of numbers.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value, adjoints, derivative, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp

Function = Callable[[Any], Any]
Row = list[float] | type[Exception]
Matrix = list[list[float]] | type[Exception]


def axis(i: int, n: int) -> list[float]:
    """The i-th unit vector."""
    return [float(i == j) for j in range(n)]


def first_order(f: Function, point: Sequence[float]) -> dict[str, Row]:
    """The gradient of f at a point, by the name of the transform that computed it."""
    x = list(point)
    n = len(x)

    def wide(v: Any) -> list[Any]:  # fewer results than arguments, or as many: reverse mode
        return [f(v), *v[1:]]

    def tall(v: Any) -> list[Any]:  # more results than arguments: forward mode
        return [f(v), *v, *v]

    # What is sparse are plain numbers: f may use Values from outside, and nothing can flow to these.
    found = {
        "backward": _by_backward(f, x),
        "adjoints": _by_adjoints(f, x),
        "grad": _row(lambda: grad(f)(x)),
        "value_and_grad": _row(lambda: value_and_grad(f)(x)[1]),
        "vjp": _row(lambda: vjp(f, x)[1](1.0)),
        "vjp, other cotangents 0": _row(lambda: vjp(tall, x)[1]([1.0] + [0.0] * 2 * n)),
        "jacobian, one result": _row(lambda: jacobian(f)(x)),
        "jacobian, reverse": _row(lambda: jacobian(wide)(x)[0]),
        "jacobian, forward": _row(lambda: jacobian(tall)(x)[0]),
        "jvp": _row(lambda: [jvp(f, x, axis(i, n))[1] for i in range(n)]),
        "sparse jacobian, one result": _row(no_grad()(lambda: jacobian(_as_row(f), sparsity="detect")(x).toarray()[0])),
        "sparse jacobian, many results": _row(no_grad()(lambda: jacobian(tall, sparsity="detect")(x).toarray()[0])),
    }
    if n == 1:
        found["derivative"] = _row(lambda: [derivative(lambda a: f([a]))(x[0])])
    return found


def second_order(f: Function, point: Sequence[float]) -> dict[str, Matrix]:
    """The Hessian of f at a point, by the name of the transforms that computed it."""
    x = list(point)
    n = len(x)
    gradient = grad(f)

    def tall(v: Any) -> list[Any]:
        return [*gradient(v), *v]

    curvature = _matrix(lambda: hessian(f)(x))
    found = {
        "hessian": curvature,
        "hvp": _either_way(curvature, _matrix(lambda: [hvp(f, x, axis(j, n)) for j in range(n)])),
        "sparse hessian": _either_way(
            curvature, _matrix(no_grad()(lambda: hessian(f, sparsity="detect")(x).toarray()))
        ),
        "sparse jacobian of grad": _matrix(no_grad()(lambda: jacobian(gradient, sparsity="detect")(x).toarray())),
        "jacobian of grad": _matrix(lambda: jacobian(gradient)(x)),
        "jacobian of grad, forward": _matrix(lambda: jacobian(tall)(x)[:n]),
        "jvp of grad": _matrix(lambda: _transposed([jvp(gradient, x, axis(j, n))[1] for j in range(n)])),
        "vjp of grad": _matrix(lambda: [vjp(gradient, x)[1](axis(i, n)) for i in range(n)]),
        "grad of grad": _matrix(lambda: [grad(lambda v, i=i: gradient(v)[i])(x) for i in range(n)]),
        "adjoints of adjoints": _by_adjoints_twice(f, x),
        "backward of adjoints": _by_backward_of_adjoints(f, x),
    }
    if n == 1:
        found["derivative(f, 2)"] = _matrix(lambda: [[derivative(lambda a: f([a]), 2)(x[0])]])
    return found


def same(a: float, b: float, size: float = 0.0, tolerance: float = 1e-9, floor: float = 1e-300) -> bool:
    """Whether two numbers are NaN both, the same infinity, or equal up to rounding.

    Args:
        a, b: the numbers.
        size: of the terms they are sums of, which may have cancelled; without cancellation 0 will do.
        tolerance: relative to the numbers; a thousandth of it relative to the size.
        floor: the least that counts.
    """
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    slack = 1e-3 * tolerance * size if math.isfinite(size) else 0.0
    return abs(a - b) <= tolerance * max(abs(a), abs(b)) + slack + floor


def disagreements(
    found: dict[str, Any], expected: Any, sizes: Any = None, tolerance: float = 1e-9, floor: float = 1e-300
) -> list[str]:
    """What says something other than expected, as a line for each; rows and matrices alike."""
    return [
        f"{name}: {numbers}, expected {expected}"
        for name, numbers in found.items()
        if not _equal(numbers, expected, sizes, tolerance, floor)
    ]


def _equal(numbers: Any, expected: Any, sizes: Any, tolerance: float, floor: float) -> bool:
    if isinstance(expected, type) or isinstance(numbers, type):
        return numbers is expected
    if not isinstance(expected, list):
        return same(numbers, expected, sizes or 0.0, tolerance, floor)
    sizes = sizes or [None] * len(expected)
    return len(numbers) == len(expected) and all(
        _equal(*each, tolerance, floor) for each in zip(numbers, expected, sizes, strict=True)
    )


def _as_row(f: Function) -> Callable[[Any], list[Any]]:
    return lambda v: [f(v)]


def _number(x: Any) -> float:
    return float(x.data if isinstance(x, Value) else x)


def _row(compute: Callable[[], Any]) -> Row:
    rows = _matrix(lambda: [compute()])
    return rows if isinstance(rows, type) else rows[0]


def _matrix(compute: Callable[[], Any]) -> Matrix:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a function that depends on no variable: its derivative is 0
            return [[_number(x) for x in row] for row in compute()]
    except (ArithmeticError, ValueError) as error:
        return type(error)


def _transposed(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _either_way(curvature: Matrix, products: Matrix) -> Matrix:
    """The Hessian as `hvp` has it, which may take either of two entries that should be equal (NaN may not be)."""
    if isinstance(curvature, type) or isinstance(products, type):
        return products
    n = len(curvature)
    return [
        [
            curvature[i][j]
            if same(products[j][i], curvature[i][j]) or same(products[j][i], curvature[j][i])
            else products[j][i]
            for j in range(n)
        ]
        for i in range(n)
    ]


def _by_backward(f: Function, x: Sequence[float]) -> Row:
    def compute() -> list[float]:
        variables = list(map(Value, x))
        y = f(variables)
        if isinstance(y, Value) and not y.is_constant:
            y.backward()
        return [v.grad for v in variables]

    return _row(compute)


def _by_adjoints(f: Function, x: Sequence[float]) -> Row:
    def compute() -> list[Any]:
        variables = list(map(Value, x))
        return _adjoints(f(variables), variables)

    return _row(compute)


def _adjoints(y: Any, variables: list[Value]) -> list[Any]:
    return list(adjoints(y, variables)) if isinstance(y, Value) else [0.0] * len(variables)


def _by_adjoints_twice(f: Function, x: Sequence[float]) -> Matrix:
    def compute() -> list[list[Any]]:
        variables = list(map(Value, x))
        return [_adjoints(slope, variables) for slope in _adjoints(f(variables), variables)]

    return _matrix(compute)


def _by_backward_of_adjoints(f: Function, x: Sequence[float]) -> Matrix:
    def compute() -> list[list[float]]:
        variables = list(map(Value, x))
        rows = []
        for slope in _adjoints(f(variables), variables):
            for v in variables:
                v.grad = 0.0
            if isinstance(slope, Value) and not slope.is_constant:
                slope.backward()
            rows.append([v.grad for v in variables])
        return rows

    return _matrix(compute)


def recorded_kinks(f: Function, point: Sequence[float]) -> list[Any]:
    """The conventions that decided about derivatives of f at a point."""
    y = f(list(map(Value, point)))
    return autograd.kinks(y) if isinstance(y, Value) else []


def assert_gradient(f: Function, point: list[float], expected: list[float], tolerance: float = 1e-13) -> None:
    """That every transform says that this is f's gradient at the point."""
    wrong = disagreements(first_order(f, point), expected, tolerance=tolerance)
    assert not wrong, "\n".join(["first order", *wrong])


def assert_hessian(f: Function, point: list[float], expected: list[list[float]], tolerance: float = 1e-13) -> None:
    """That every transform says that this is f's Hessian at the point."""
    wrong = disagreements(second_order(f, point), expected, tolerance=tolerance)
    assert not wrong, "\n".join(["second order", *wrong])
