"""Every function of `linalg` in every transform, in programs, in arrays and in lists: the same numbers everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from autograd import (
    Value,
    checkpoint,
    constant,
    draw,
    explain,
    grad,
    gradcheck,
    hessian,
    jit,
    linalg,
    log,
    no_grad,
    stop_gradient,
    value_and_grad,
    vmap,
)
from autograd import sum as sum_of
from support.every_transform import first_order, second_order

np = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("scipy", reason="SciPy is not installed")

A = [2.0, -1.0, 1.5, 3.0]
S = [4.0, 1.0, 1.0, 3.0]
T = [*A, 0.25, 1.0]
B = [1.0, -2.0]


def rows(v: Any, count: int = 2) -> list[list[Any]]:
    width = len(v) // count
    return [list(v[i * width : (i + 1) * width]) for i in range(count)]


def weighed(tree: Any) -> Any:
    """One number that all numbers of a result matter to."""
    if isinstance(tree, (list, tuple)):
        return sum_of([(i + 1.0) * weighed(x) for i, x in enumerate(tree)])
    return tree * tree


CASES: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "solve": (lambda v: weighed(linalg.solve(rows(v[:4]), list(v[4:]))), A + B),
    "inv": (lambda v: weighed(linalg.inv(rows(v))), A),
    "det": (lambda v: weighed(linalg.det(rows(v))), A),
    "slogdet": (lambda v: weighed(linalg.slogdet(rows(v))), A),
    "cholesky": (lambda v: weighed(linalg.cholesky(rows(v))), S),
    "eigh": (lambda v: weighed(linalg.eigh(rows(v))), S),
    "lstsq": (lambda v: weighed(linalg.lstsq(rows(v[:6], 3), list(v[6:]))), [*T, *B, 0.5]),
    "lstsq, wide": (lambda v: weighed(linalg.lstsq(rows(v[:6]), list(v[6:]))), T + B),
}
NAMES = pytest.mark.parametrize("name", CASES)


def near(expected: Any) -> Any:
    return pytest.approx(np.asarray(expected), rel=1e-9, abs=1e-11)


@NAMES
@pytest.mark.parametrize("order", [1, 2])
def test_gradcheck(name: str, order: int) -> None:
    f, x = CASES[name]
    assert gradcheck(f, x, order=order)


@NAMES
def test_every_transform_has_the_same_numbers(name: str) -> None:
    f, x = CASES[name]
    gradient, curvature = grad(f)(x), hessian(f)(x)
    for transform, found in first_order(f, x).items():
        assert np.asarray(found) == near(gradient), transform
    for transform, matrix in second_order(f, x).items():
        assert np.asarray(matrix) == near(curvature), transform


@NAMES
def test_recorded_programs_have_the_same_numbers(name: str) -> None:
    f, x = CASES[name]
    other = [1.1 * number for number in x]  # a point at which nothing was recorded
    recorded = jit(f)
    for point in (x, other):
        assert recorded(point) == f(point)  # bit for bit
        assert value_and_grad(recorded)(point) == (f(point), near(grad(f)(point)))
        assert np.asarray(hessian(recorded)(point)) == near(hessian(f)(point))
    for made in (jit(grad(f)), grad(recorded), jit(grad(recorded))):
        made(x)
        assert np.asarray(made(other)) == near(grad(f)(other))
    assert np.asarray(jit(hessian(f))(x)) == near(hessian(f)(x))


@NAMES
def test_batches(name: str) -> None:
    f, x = CASES[name]
    batch = np.array([[scale * number for number in x] for scale in (1.0, 1.1, 0.7)])
    assert vmap(f)(batch) == near([f(point) for point in batch.tolist()])
    assert vmap(grad(f))(batch) == near([grad(f)(point) for point in batch.tolist()])


@NAMES
def test_checkpoints(name: str) -> None:
    f, x = CASES[name]
    assert grad(lambda v: checkpoint(f, v))(x) == near(grad(f)(x))
    assert np.asarray(hessian(lambda v: checkpoint(f, v))(x)) == near(hessian(f)(x))


@NAMES
def test_without_variables_results_are_constants(name: str) -> None:
    f, x = CASES[name]
    with no_grad():
        unrecorded = f([Value(number) for number in x])
    for y in (unrecorded, f([constant(number) for number in x])):
        assert y.is_constant
        assert y.data == f(x)


@NAMES
def test_one_graph_in_several_threads(name: str) -> None:
    f, x = CASES[name]
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(grad(f)(x))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [grad(f)(x)] * 4


@NAMES
def test_views_show_it(name: str) -> None:
    f, x = CASES[name]
    values = [Value(number, label=f"x{i}") for i, number in enumerate(x)]
    y = f(values)
    assert name.partition(",")[0] in draw(y).dot
    assert "x0" in str(explain(y, values[0]))


PLAIN = {
    "solve": ([rows(A), B], lambda a, b: np.linalg.solve(a, b)),
    "inv": ([rows(A)], lambda a: np.linalg.inv(a)),
    "det": ([rows(A)], lambda a: np.linalg.det(a)),
    "slogdet": ([rows(A)], lambda a: np.linalg.slogdet(a)),
    "cholesky": ([rows(S)], lambda a: np.linalg.cholesky(a)),
    "eigh": ([rows(S)], lambda a: np.linalg.eigh(a)),
    "lstsq": ([rows(T, 3), [*B, 0.5]], lambda a, b: np.linalg.lstsq(a, b, rcond=None)[:1]),
}


def leaves(tree: Any) -> list[Any]:
    return [x for child in tree for x in leaves(child)] if isinstance(tree, (list, tuple, np.ndarray)) else [tree]


@pytest.mark.parametrize("name", PLAIN)
def test_containers(name: str) -> None:
    """Lists give lists, arrays arrays; plain numbers give plain ones; one Value gives Values. All are NumPy's."""
    arguments, peer = PLAIN[name]
    function = getattr(linalg, name)
    known = peer(*map(np.array, arguments))
    expected = [float(x) for x in leaves(tuple(known) if isinstance(known, tuple) else known)]

    def check(found: Any, container: type, number: type) -> None:
        parts = found[: len(found) if name != "lstsq" else 1] if isinstance(found, tuple) else (found,)
        for part in parts:
            assert isinstance(part, (container, number))
        numbers = leaves(list(parts))
        assert (
            {type(x) for x in numbers} <= {number, np.float64}
            if number is float
            else {type(x) for x in numbers} == {Value}
        )
        assert [x.data if isinstance(x, Value) else x for x in numbers] == pytest.approx(expected, rel=1e-12, abs=1e-14)

    arrays = [np.array(x) for x in arguments]
    check(function(*arguments), list, float)
    check(function(*map(tuple, arguments)), list, float)
    check(function([np.array(row) for row in arguments[0]], *arguments[1:]), list, float)
    check(function(*arrays), np.ndarray, float)
    check(function(*[x.astype(object) for x in arrays]), np.ndarray, float)
    mixed = [[Value(x) if (i, j) == (0, 0) else x for j, x in enumerate(row)] for i, row in enumerate(arguments[0])]
    check(function(mixed, *arguments[1:]), list, Value)
    check(function(np.array(mixed, dtype=object), *arguments[1:]), np.ndarray, Value)


def test_an_argument_may_stand_in_several_places() -> None:
    a = Value(2.0)
    linalg.det([[a, 1.0], [1.0, a]]).backward()
    assert a.grad == pytest.approx(4.0)
    x, y = Value(0.5), Value(3.0)
    linalg.cholesky([[y, x], [x, y]])[1][1].backward()  # √(y − x²/y)
    assert (x.grad, y.grad) == pytest.approx(
        (-x.data / y.data / (3.0 - 0.25 / 3.0) ** 0.5, (1.0 + 0.25 / 9.0) / 2.0 / (3.0 - 0.25 / 3.0) ** 0.5)
    )


def test_nothing_flows_to_constants_and_from_a_cotangent_of_zero() -> None:
    a, b = Value(2.0), Value(0.0)
    x = linalg.solve([[a, 0.0], [0.0, 4.0]], [log(b + 1.0), stop_gradient(b)])
    (x[0] + 0.0 * x[1]).backward()
    assert (a.grad, b.grad) == (0.0, 0.5)


def test_infinite_cotangents_are_handed_on() -> None:
    a = Value(4.0)
    ((linalg.det([[a]]) - 4.0) ** 0.5).backward()
    assert a.grad == float("inf")
    b = Value(0.0)
    (linalg.solve([[2.0]], [b])[0] ** 0.5).backward()
    assert b.grad == float("inf")


def test_a_recorded_branch_beside_it_is_followed() -> None:
    def f(x: Any) -> Any:
        return linalg.det([[x, 1.0], [1.0, x]]) if x > 0.0 else linalg.inv([[x]])[0][0]

    recorded = jit(f)
    assert [recorded(x) for x in (2.0, -4.0, 3.0)] == pytest.approx([3.0, -0.25, 8.0])
    assert [grad(recorded)(x) for x in (2.0, -4.0, 3.0)] == pytest.approx([4.0, -1.0 / 16.0, 6.0])
