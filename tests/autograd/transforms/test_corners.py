"""Corners, each as a family over the table and over all transforms: what isn't selected, what poisons, what is silent.

The numbers expected are exact (nothing flows: 0), those of PyTorch, or mpmath's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

import autograd
from autograd import (
    PRIMITIVES,
    Value,
    clip,
    derivative,
    elu,
    exp,
    hessian,
    hvp,
    jacobian,
    jvp,
    kinks,
    leaky_relu,
    maximum,
    minimum,
    relu,
    vjp,
    where,
    xlogy,
)
from support.every_transform import assert_gradient, assert_hessian, disagreements, first_order, second_order

INF = math.inf
Numeric = Callable[..., Any]


# -- what was not selected has no edge --------------------------------------------------------------------------------


class Steep(NamedTuple):
    """A function whose derivative is infinite at a place where its value is a number."""

    name: str
    f: Numeric
    place: float


def steep_rows() -> Iterator[Steep]:
    """Every row with an infinite partial at a point of the table's, or at the edge of its domain, by that operand."""
    edges = [(5e-324,), (0.0, 0.5), (0.0, 0.25), (1.0, 5e-324), (1.0, 0.0), (0.0, -1.0), (0.0,)]
    for name, row in PRIMITIVES.items():
        if row.variadic:
            continue
        for point in (*row.kinks, *(edge for edge in edges if len(edge) == len(row.operands))):
            try:
                y = row(*point)
                partials = row.partials_at(point, y)
            except (ArithmeticError, ValueError):
                continue
            for i, partial in enumerate(partials):
                if partial is not None and math.isinf(partial):
                    before, after = point[:i], point[i + 1 :]
                    title = f"{name}({', '.join('·' if j == i else repr(x) for j, x in enumerate(point))})"
                    yield Steep(title, lambda a, row=row, b=before, c=after: row(*b, a, *c), point[i])


STEEP = [
    *{f"{steep.name} at {steep.place}": steep for steep in steep_rows()}.values(),
    Steep("a ** 0.5", lambda a: a**0.5, 0.0),
    Steep("1 / a", lambda a: 1.0 / a, 1e-300),
    Steep("sqrt as a method", lambda a: a.sqrt() if isinstance(a, Value) else math.sqrt(a), 0.0),
]


class Selector(NamedTuple):
    """A function whose value an operand cannot influence at a place."""

    name: str
    f: Numeric
    place: float


SELECTORS = [
    *(Selector(f"relu at {x}", relu, x) for x in (-1.0, -1e-300, 0.0, -0.0, -INF)),
    Selector("maximum(·, 0)", lambda a: maximum(a, 0.0), -1.0),
    Selector("maximum(0, ·)", lambda a: maximum(0.0, a), -1.0),
    Selector("minimum(·, 0)", lambda a: minimum(a, 0.0), 1.0),
    Selector("minimum(0, ·)", lambda a: minimum(0.0, a), 1.0),
    Selector("maximum(·, 1)", lambda a: maximum(a, 1.0), -2.0),
    Selector("minimum(·, −1)", lambda a: minimum(a, -1.0), 2.0),
    Selector("maximum with a variable", lambda a: maximum(a, Value(0.0)), -1.0),
    Selector("clip below", lambda a: clip(a, 0.0, 1.0), -1.0),
    Selector("clip above", lambda a: clip(a, -1.0, 0.0), 1.0),
    Selector("clip above, to 1", lambda a: clip(a, 0.0, 1), 2.0),
    Selector("clip, a low bound that isn't met", lambda a: clip(0.0, a, 1.0), -1.0),
    Selector("clip, a high bound that isn't met", lambda a: clip(0.0, -1.0, a), 1.0),
    Selector("clip, a low bound at a tie", lambda a: clip(0.0, a, 1.0), 0.0),
    Selector("clip, a high bound at a tie", lambda a: clip(0.0, -1.0, a), 0.0),
    Selector("where, the other branch", lambda a: where(False, a, 0.0), 3.0),
    Selector("where, the first branch", lambda a: where(1.0, 0.0, a), 3.0),
    Selector("where, a Value's comparison", lambda a: where(a > 5.0, a, 1.0), 3.0),
    Selector("where, the condition", lambda a: where(a, 0.0, 1.0), 3.0),
    Selector("leaky_relu, slope 0", lambda a: leaky_relu(a, 0.0), -1.0),
    Selector("leaky_relu, slope 0, at 0", lambda a: leaky_relu(a, 0.0), 0.0),
    Selector("leaky_relu, by the slope", lambda a: leaky_relu(1.0, a), 0.3),
    Selector("elu, alpha 0", lambda a: elu(a, 0.0), -1.0),
    Selector("elu, by alpha", lambda a: elu(1.0, a), 0.3),
    Selector("xlogy(0, ·)", lambda a: xlogy(0.0, a), 2.0),
    Selector("xlogy(0, ·) at 0", lambda a: xlogy(0.0, a), 0.0),
    Selector("xlogy(0, ·) below 0", lambda a: xlogy(0.0, a), -1.0),
    Selector("a ** 0.0", lambda a: a**0.0, 2.0),
    Selector("a ** 0", lambda a: a**0, 0.0),
    Selector("a ** -0.0", lambda a: a**-0.0, 2.0),
    Selector("0.0 ** a", lambda a: 0.0**a, 2.0),
    Selector("maximum of maximum", lambda a: maximum(maximum(a, 0.0), 0.5), -1.0),
    Selector("relu of a sum", lambda a: relu(a * 3.0 - 1.0), -1.0),
]


def shift_between(height: Any, place: float) -> float | None:
    """What must be added to a result to come to a place; None if no float does."""
    height = height.data if isinstance(height, Value) else height
    shift = place - height
    return shift if height + shift == place else None


def shifted(a: Any, shift: float) -> Any:
    return a if shift == 0.0 else a + shift


def what_flows(f: Numeric, place: float) -> list[str]:
    """What the transforms say other than that nothing flows back, in first and in second order."""
    return [
        *disagreements(first_order(f, [place]), [0.0]),
        *disagreements(first_order(f, [place, 1.0]), [0.0, 0.0]),
        *disagreements(second_order(f, [place]), [[0.0]]),
    ]


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda selector: selector.name)
def test_nothing_flows_through_what_was_not_selected_however_steep_it_is_above(selector: Selector) -> None:
    """steep(selector(x)): 0 in every order, not infinity times 0."""
    tried, wrong = 0, []
    for steep in STEEP:
        shift = shift_between(selector.f(selector.place), steep.place)
        if shift is not None:
            tried += 1
            found = what_flows(lambda v, f=steep.f, by=shift: f(shifted(selector.f(v[0]), by)), selector.place)
            wrong += [f"{steep.name} at {steep.place}: {line}" for line in found]
    assert tried > 5
    assert not wrong, "\n".join([f"{len(wrong)} are wrong:", *wrong[:20]])


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda selector: selector.name)
def test_nothing_flows_through_what_was_not_selected_however_steep_it_is_below(selector: Selector) -> None:
    """selector(steep(x)): 0 in every order, not 0 times infinity."""
    tried, wrong = 0, []
    for steep in STEEP:
        shift = shift_between(steep.f(steep.place), selector.place)
        if shift is not None:
            tried += 1
            found = what_flows(lambda v, f=steep.f, by=shift: selector.f(shifted(f(v[0]), by)), steep.place)
            wrong += [f"{steep.name} at {steep.place}: {line}" for line in found]
    assert tried > 5
    assert not wrong, "\n".join([f"{len(wrong)} are wrong:", *wrong[:20]])


def test_the_losing_operand_beside_the_winning_one() -> None:
    """Both are variables, in either order; the winner's derivative is its own."""
    for f in [
        lambda v: maximum(autograd.sqrt(v[0]), v[1]),
        lambda v: maximum(v[1], autograd.sqrt(v[0])),
        lambda v: minimum(-autograd.sqrt(v[0]) + 5.0, v[1]),
        lambda v: where(v[1] > 0.0, v[1], autograd.sqrt(v[0])),
        lambda v: clip(v[1], autograd.sqrt(v[0]) - 1.0, 3.0),
    ]:
        assert_gradient(f, [0.0, 2.0], [0.0, 1.0])
        assert_hessian(f, [0.0, 2.0], [[0.0, 0.0], [0.0, 0.0]])


def test_xlogy_by_its_second_operand_where_the_first_is_zero() -> None:
    for b in (0.0, 1.0, -1.0, 5e-324, INF):
        assert_gradient(lambda v: xlogy(0.0, v[0]), [b], [0.0])
        y = xlogy(Value(0.0), variable := Value(b))
        y.backward()
        assert variable.grad == 0.0


# -- one column poisons another ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("steep", STEEP, ids=lambda steep: f"{steep.name} at {steep.place}")
def test_an_infinite_derivative_stays_where_it_belongs(steep: Steep) -> None:
    x = [steep.place, 1.0]
    slope = derivative(steep.f)(steep.place)

    def three(v: Any) -> list[Any]:
        return [steep.f(v[0]), v[1], v[0]]

    def two(v: Any) -> list[Any]:
        return [steep.f(v[0]), v[1]]

    def one(v: Any) -> Any:
        return steep.f(v[0]) + v[1]

    assert jacobian(three)(x) == [[slope, 0.0], [0.0, 1.0], [1.0, 0.0]]
    assert jacobian(two)(x) == [[slope, 0.0], [0.0, 1.0]]
    assert jacobian(one)(x) == [slope, 1.0]
    assert jvp(one, x, [0.0, 1.0])[1] == 1.0
    assert jvp(two, x, [0.0, 1.0])[1] == [0.0, 1.0]
    assert jvp(two, x, [-0.0, 1.0])[1] == [0.0, 1.0]
    assert vjp(two, x)[1]([0.0, 1.0]) == [0.0, 1.0]
    assert vjp(two, x)[1]([-0.0, 1.0]) == [0.0, 1.0]
    assert_gradient(one, x, [slope, 1.0])
    assert hvp(lambda v: steep.f(v[0]) + v[1] * v[1], x, [0.0, 1.0]) == [0.0, 2.0]
    curvature = hessian(lambda v: steep.f(v[0]) + v[1] * v[1])(x)
    assert [curvature[0][1], *curvature[1]] == [0.0, 0.0, 2.0]


@pytest.mark.parametrize("steep", STEEP, ids=lambda steep: f"{steep.name} at {steep.place}")
def test_a_seed_of_zero_does_not_flow(steep: Steep) -> None:
    for seed in (0.0, -0.0):
        x = Value(steep.place)
        steep.f(x).backward(seed)
        assert x.grad == 0.0
        assert jvp(steep.f, steep.place, seed)[1] == 0.0
        assert vjp(steep.f, steep.place)[1](seed) == 0.0
        assert hvp(steep.f, steep.place, seed) == 0.0


def test_a_checkpoint_s_outputs_do_not_poison_each_other() -> None:
    """Nor does one of a function's outputs another, of which no gradient is wanted."""
    root, x = Value(0.0), Value(3.0)
    autograd.checkpoint(lambda p, q: [p * 1.0, q * 2.0], autograd.sqrt(root), x)[1].backward()
    assert (root.grad, x.grad) == (0.0, 2.0)


# -- never a wrong finite number --------------------------------------------------------------------------------------

ORIGIN = [0.0, 0.0]
IDENTITY = [[1.0, 0.0], [0.0, 1.0]]


def times(factor: float, matrix: list[list[float]]) -> list[list[float]]:
    return [[factor * x for x in row] for row in matrix]


def norm(v: Any) -> Any:
    return autograd.norm(list(v))


def hypot(v: Any) -> Any:
    return autograd.hypot(v[0], v[1])


LENGTHS: dict[str, tuple[Numeric, int]] = {
    "norm of two": (norm, 2),
    "norm of one": (norm, 1),
    "norm of three": (norm, 3),
    "hypot": (hypot, 2),
    "hypot with a constant": (lambda v: autograd.hypot(v[0], 0.0), 1),
    "hypot with a constant before": (lambda v: autograd.hypot(0.0, v[0]), 1),
    "norm with a constant": (lambda v: autograd.norm([v[0], 0.0, v[1]]), 2),
    "abs": (lambda v: abs(v[0]), 1),
    "hypot of hypot": (lambda v: autograd.hypot(autograd.hypot(v[0], v[1]), v[2]), 3),
}

# Functions of a length r whose Hessian at the origin is a multiple of the identity: the factor.
OF_A_LENGTH: dict[str, tuple[Numeric, float]] = {
    "r²/2": (lambda r: 0.5 * r**2, 1.0),
    "r²/2, with a float exponent": (lambda r: 0.5 * r**2.0, 1.0),
    "r·r": (lambda r: r * r, 2.0),
    "exp(−r²)": (lambda r: exp(-(r**2)), -2.0),
    "cos r": (lambda r: autograd.cos(r), -1.0),
    "cosh r": (lambda r: autograd.cosh(r), 1.0),
    "log(1 + r²)": (lambda r: autograd.log1p(r * r), 2.0),
    "r³": (lambda r: r**3, 0.0),
    "the dot product of r with itself": (lambda r: autograd.dot([r], [r]), 2.0),
}


@pytest.mark.parametrize("function", OF_A_LENGTH)
@pytest.mark.parametrize("length", LENGTHS)
def test_second_derivatives_at_the_origin_of_a_length_are_right_or_nan(length: str, function: str) -> None:
    (r, n), (g, factor) = LENGTHS[length], OF_A_LENGTH[function]
    expected = [[factor * (i == j) for j in range(n)] for i in range(n)]

    def f(v: Any) -> Any:
        return g(r(v))

    for name, rows in second_order(f, [0.0] * n).items():
        assert not isinstance(rows, type), f"{name} raises {rows}"
        for i, j in itertools.product(range(n), repeat=2):
            entry = rows[i][j]
            right = math.isnan(entry) or abs(entry - expected[i][j]) <= 1e-13
            assert right, f"{name}: {rows}, but the Hessian is {expected}"
    assert_gradient(f, [0.0] * n, [0.0] * n)
    met = kinks(f(list(map(Value, [0.0] * n))))
    assert met, "kinks names the place"


@pytest.mark.parametrize("length", [name for name in LENGTHS if name != "abs"])
def test_where_there_is_no_second_derivative_of_a_length_none_is_made_up(length: str) -> None:
    """The length itself at the origin: its curvature across is infinite. That along (and abs) is 0 from both sides."""
    r, n = LENGTHS[length]
    for name, rows in second_order(r, [0.0] * n).items():
        if n > 1:
            assert all(not math.isfinite(rows[i][i]) for i in range(n)), f"{name}: {rows}"
        else:
            assert math.isnan(rows[0][0]) or rows[0][0] == 0.0, f"{name}: {rows}"


def test_an_angle_has_no_second_derivative_at_the_origin() -> None:
    def f(v: Any) -> Any:
        return autograd.atan2(v[0], v[1])

    for name, rows in second_order(f, ORIGIN).items():
        assert not any(math.isfinite(x) for row in rows for x in row), f"{name}: {rows}"
    assert kinks(f(list(map(Value, ORIGIN))))


def test_away_from_the_origin_lengths_have_the_hessian_of_the_textbook() -> None:
    for f in (norm, hypot):
        assert_hessian(f, [3.0, 4.0], [[16 / 125, -12 / 125], [-12 / 125, 9 / 125]], 1e-12)
        assert_hessian(f, [3e-200, 4e-200], times(1e200, [[16 / 125, -12 / 125], [-12 / 125, 9 / 125]]), 1e-12)
        assert_hessian(f, [0.0, 2.0], [[0.5, 0.0], [0.0, 0.0]], 1e-12)


@pytest.mark.parametrize("alpha", [1.0, 0.5, 2.0, 0.0])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_elu_at_0_as_in_pytorch(alpha: float, zero: float) -> None:
    assert derivative(lambda a: elu(a, alpha))(zero) == alpha
    assert derivative(lambda a: elu(a, alpha), 2)(zero) == 0.0
    assert_hessian(lambda v: elu(v[0], alpha), [zero], [[0.0]])
    rows = hessian(lambda v: elu(v[0], v[1]))([zero, alpha])
    assert rows[0][1] == rows[1][0]
    assert rows[1][1] == 0.0
    assert rows[0][0] == 0.0


def test_elu_beside_0() -> None:
    for a in (1e-9, 1.0, 700.0, 1e300):
        assert_hessian(lambda v: elu(v[0], v[1]), [a, 0.5], [[0.0, 0.0], [0.0, 0.0]])
    for a in (-1e-9, -1.0, -30.0):
        p = math.exp(a)
        assert_hessian(lambda v: elu(v[0], v[1]), [a, 0.5], [[0.5 * p, p], [p, 0.0]])


@pytest.mark.parametrize("name", [name for name, row in PRIMITIVES.items() if row.kinks])
def test_hessians_at_kinks_are_symmetric_where_they_are_finite(name: str) -> None:
    row = PRIMITIVES[name]
    for point in row.kinks:
        try:
            rows = hessian(lambda v: row(*v))(list(point))
        except (ArithmeticError, ValueError):
            continue
        for i, j in itertools.combinations(range(len(point)), 2):
            a, b = rows[i][j], rows[j][i]
            assert a == b or not (math.isfinite(a) and math.isfinite(b)), f"{name} at {point}: {rows}"
