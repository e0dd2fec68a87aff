"""Every function of `linalg` to the third order, against the same in mpmath with 60 digits: along lines through points.

Where a matrix is badly conditioned its functions' derivatives are, too: the tolerance at hard points says so.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from autograd import derivative, linalg

mpmath = pytest.importorskip("mpmath", reason="mpmath is not installed")
np = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("scipy", reason="SciPy is not installed")

Rows = list[list[float]]


class Point(NamedTuple):
    """The arguments of a function, and to how many digits its derivatives are to be right there."""

    arguments: list[Rows]
    tolerance: float = 1e-9


class Case(NamedTuple):
    """A function of matrices twice, both returning a list of numbers, and how random and hard arguments come about."""

    ours: Callable[..., list[Any]]
    theirs: Callable[..., list[Any]]
    random: Callable[[random.Random], list[Rows]]
    hard: list[Point]


def flat(rows: Sequence[Sequence[Any]]) -> list[Any]:
    return [x for row in rows for x in row]


def normal(generator: random.Random, rows: int, columns: int) -> Rows:
    return [[generator.gauss(0.0, 1.0) for _ in range(columns)] for _ in range(rows)]


def hilbert(n: int) -> Rows:
    return [[1.0 / (i + j + 1.0) for j in range(n)] for i in range(n)]


def scaled(rows: Rows, sizes: Sequence[float]) -> Rows:
    """The matrix with rows and columns of these sizes."""
    return [[x * a * b for x, b in zip(row, sizes, strict=True)] for row, a in zip(rows, sizes, strict=True)]


def squared(rows: Rows, more: float = 0.0) -> Rows:
    """A symmetric matrix A Aᵀ + more."""
    return [
        [sum(x * y for x, y in zip(a, b, strict=True)) + (more if i == j else 0.0) for j, b in enumerate(rows)]
        for i, a in enumerate(rows)
    ]


def triangle(a: Any) -> Any:
    """mpmath's matrix of the lower triangle, mirrored."""
    return mpmath.matrix([[a[max(i, j), min(i, j)] for j in range(a.cols)] for i in range(a.rows)])


def numbers(a: Any) -> list[Any]:
    return [a[i, j] for i in range(a.rows) for j in range(a.cols)]


def eigen(a: Any) -> list[Any]:
    values, vectors = mpmath.eigsy(triangle(a))
    order = sorted(range(len(values)), key=lambda i: values[i])
    return [*(values[i] for i in order), *(vectors[k, i] ** 2 for k in range(a.rows) for i in order)]


def our_eigen(a: Any) -> list[Any]:
    values, vectors = linalg.eigh(a)
    return [*values, *(x * x for x in flat(vectors))]  # squared: the sign is free


def least_squares(a: Any, b: Any) -> list[Any]:
    x = mpmath.lu_solve(a.T * a, a.T * b) if a.rows >= a.cols else a.T * mpmath.lu_solve(a * a.T, b)
    rest = b - a * x
    return [*numbers(x), sum(r * r for r in rest)]


def our_least_squares(a: Any, b: Any) -> list[Any]:
    x, residuals = linalg.lstsq(a, flat(b))
    return [*x, residuals]


def our_log_determinant(a: Any) -> list[Any]:
    return [linalg.slogdet(a).logabsdet]


ONES = [[1.0], [-1.0], [2.0]]
NEAR = [[1.0, 1.0], [1.0, 1.0 + 1e-8]]
FOUR = [[1.0], [-1.0], [2.0], [0.5]]
HARD = [
    Point([hilbert(4)], 1e-8),
    Point([scaled(normal(random.Random(1), 3, 3), [1e-6, 1.0, 1e6])]),
    Point([NEAR], 1e-5),
    Point([[[1e-10, 1.0], [1.0, 0.0]]]),  # without pivoting it would be lost
    Point([[[3.0]]]),
]
SINGULAR = [
    [[1.0, 2.0], [2.0, 4.0]],
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
    [[0.0] * 3 for _ in range(3)],
    [
        [1.0, 2.0, 0.0, 1.0, 3.0],
        [2.0, 4.0, 0.0, 2.0, 6.0],
        [0.5, 1.0, 2.0, 3.0, 1.0],
        [1.0] * 5,
        [2.0, 0.0, 1.0, 1.0, 1.0],
    ],
    hilbert(6),
]
DEFINITE = [
    Point([hilbert(4)], 1e-8),
    Point([scaled(squared(normal(random.Random(1), 3, 3), 0.5), [1e-6, 1.0, 1e6])]),
    Point([[[1.0, 0.0], [1.0 - 1e-6, 1.0]]], 1e-7),
    Point([[[4.0, 7.0], [1.0, 2.0]]]),  # what lies above the diagonal is not read
    Point([[[3.0]]]),
]
CASES = {
    "solve": Case(
        lambda a, b: linalg.solve(a, flat(b)),
        lambda a, b: numbers(mpmath.lu_solve(a, b)),
        lambda g: [normal(g, 3, 3), normal(g, 3, 1)],
        [Point([*point.arguments, [*ONES, [1.0]][: len(point.arguments[0])]], point.tolerance) for point in HARD],
    ),
    "solve, two right-hand sides": Case(
        lambda a, b: flat(linalg.solve(a, b)),
        lambda a, b: numbers(mpmath.inverse(a) * b),
        lambda g: [normal(g, 2, 2), normal(g, 2, 2)],
        [],
    ),
    "inv": Case(lambda a: flat(linalg.inv(a)), lambda a: numbers(a**-1), lambda g: [normal(g, 3, 3)], HARD),
    "det": Case(
        lambda a: [linalg.det(a)],
        lambda a: [mpmath.det(a)],
        lambda g: [normal(g, *[g.randint(1, 5)] * 2)],
        [*HARD, *(Point([a]) for a in SINGULAR)],
    ),
    "slogdet": Case(
        our_log_determinant,
        lambda a: [mpmath.log(abs(mpmath.det(a)))],
        lambda g: [normal(g, 3, 3)],
        HARD,
    ),
    "cholesky": Case(
        lambda a: [x for i, row in enumerate(linalg.cholesky(a)) for x in row[: i + 1]],
        lambda a: [x for i, row in enumerate(mpmath.cholesky(triangle(a)).tolist()) for x in row[: i + 1]],
        lambda g: [squared(normal(g, 3, 3), 0.5)],
        DEFINITE,
    ),
    "eigh": Case(
        our_eigen,
        eigen,
        lambda g: [normal(g, 3, 3)],
        [
            Point([hilbert(4)], 1e-7),
            Point([scaled(normal(random.Random(1), 3, 3), [1e-2, 1.0, 1e2])], 1e-7),
            Point([[[1.0, 0.0], [1e-3, 1.0]]]),
            Point([[[4.0, 7.0], [1.0, -4.0]]]),
            Point([[[3.0]]]),
        ],
    ),
    "lstsq": Case(
        our_least_squares,
        least_squares,
        lambda g: [normal(g, 4, 2), normal(g, 4, 1)],
        [
            Point([[row[:3] for row in hilbert(4)], FOUR], 1e-7),
            Point([[[1e-6, 1.0], [2e-6, 3.0], [5e-6, -1.0]], ONES]),
            Point([[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0 + 1e-4]], ONES], 1e-7),
            Point([[[2.0], [3.0], [-1.0]], ONES]),
            Point([[[0.0, 2.0], [1.0, 1.0]], ONES[:2]]),
        ],
    ),
    "lstsq, wide": Case(
        our_least_squares,
        least_squares,
        lambda g: [normal(g, 2, 4), normal(g, 2, 1)],
        [Point([hilbert(4)[:2], ONES[:2]], 1e-8), Point([[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0 + 1e-3]], ONES[:2]], 1e-7)],
    ),
}


def weighed(found: Sequence[Any]) -> Any:
    """One number that all of them matter to, and their squares."""
    return sum((i + 1.0) * y + 0.5 * y * y for i, y in enumerate(found))


def directions(generator: random.Random, arguments: list[Rows]) -> list[Rows]:
    """As large as the numbers are, by which each is changed."""
    return [[[x * generator.gauss(0.0, 1.0) or 0.25 for x in row] for row in rows] for rows in arguments]


def check(case: Case, point: Point, generator: random.Random) -> None:
    along = directions(generator, point.arguments)

    def moved(t: Any, convert: Callable[[float], Any] = float) -> list[list[list[Any]]]:
        return [
            [[convert(x) + t * convert(v) for x, v in zip(*pair, strict=True)] for pair in zip(*pairs, strict=True)]
            for pairs in zip(point.arguments, along, strict=True)
        ]

    with mpmath.workdps(60):

        def exact(t: Any) -> Any:
            return weighed(case.theirs(*map(mpmath.matrix, moved(t, mpmath.mpf))))

        expected = [float(x) for x in mpmath.diffs(exact, mpmath.mpf(0), 3)]
    found = [weighed(case.ours(*point.arguments))]
    found += [derivative(lambda t: weighed(case.ours(*moved(t))), order)(0.0) for order in (1, 2, 3)]
    for order, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        assert ours == pytest.approx(theirs, rel=point.tolerance, abs=point.tolerance), (order, point.arguments)


@pytest.mark.parametrize("name", CASES)
def test_at_20_random_points(name: str) -> None:
    generator = random.Random(name)
    for _ in range(20):
        check(CASES[name], Point(CASES[name].random(generator)), generator)


@pytest.mark.parametrize("name", CASES)
def test_at_hard_points(name: str) -> None:
    generator = random.Random(name)
    for point in CASES[name].hard:
        check(CASES[name], point, generator)
