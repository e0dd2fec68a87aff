"""A Gaussian mixture: the log-likelihood of points, and a Wishart prior on the inverse covariances."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.adbench import Functions, lines_of, numbers


class Mixture(NamedTuple):
    """What a file holds: K components and N points in D dimensions.

    Attributes:
        alphas: K logarithms of weights, which need no norm.
        means: K of D.
        factors: of the inverse covariances, K of D(D+1)/2: the logarithms of the diagonal, then what is below it,
            column by column.
        points: N of D.
        gamma, m: of the prior.
    """

    alphas: list[float]
    means: list[list[float]]
    factors: list[list[float]]
    points: list[list[float]]
    gamma: float
    m: float

    def variables(self) -> list[float]:
        """All that is differentiated by, in the order of the references."""
        return [*self.alphas, *(x for row in (*self.means, *self.factors) for x in row)]


def read(path: Path) -> Mixture:
    with lines_of(path) as lines:
        d, k, n = map(int, lines[0].split())
        rows = [numbers(line) for line in lines[1:]]
        if min(d, k, n) < 1 or len(rows) <= 3 * k + n:
            raise ValueError(f"{k} components and {n} points are told by another number of lines")
        means, factors, points = rows[k : 2 * k], rows[2 * k : 3 * k], rows[3 * k : 3 * k + n]
        if {*map(len, means), *map(len, points)} != {d} or set(map(len, factors)) != {d * (d + 1) // 2}:
            raise ValueError(f"a row has another length than {d} dimensions ask for")
        gamma, m = rows[3 * k + n]
        return Mixture([alpha for (alpha,) in rows[:k]], means, factors, points, gamma, m)


def example(d: int, k: int, n: int) -> Mixture:
    """A mixture and points drawn at random."""
    generator = random.Random(1)

    def rows(count: int, size: int) -> list[list[float]]:
        return [[generator.gauss(0.0, 1.0) for _ in range(size)] for _ in range(count)]

    return Mixture(rows(1, k)[0], rows(k, d), rows(k, d * (d + 1) // 2), rows(n, d), 1.0, 0.0)


def objective(functions: Functions, mixture: Mixture) -> Callable[[Sequence[Any]], Any]:
    """The objective, of the variables of a mixture in their order."""
    exp, logsumexp = functions["exp"], functions["logsumexp"]
    points, k, d = mixture.points, len(mixture.alphas), len(mixture.means[0])
    constant = -0.5 * len(points) * d * math.log(2.0 * math.pi) - k * _log_norm(d, mixture.gamma, mixture.m)

    def value(variables: Sequence[Any]) -> Any:
        alphas, means = variables[:k], [variables[k + i * d : k + (i + 1) * d] for i in range(k)]
        size = d * (d + 1) // 2
        factors = [variables[k + k * d + i * size : k + k * d + (i + 1) * size] for i in range(k)]
        diagonals = [[exp(q) for q in factor[:d]] for factor in factors]
        log_determinants = [sum(factor[1:d], factor[0]) for factor in factors]
        total = constant - len(points) * logsumexp(alphas)
        for point in points:
            total = total + logsumexp(
                [
                    alpha + log_determinant - 0.5 * _squares(_transformed(diagonal, factor[d:], point, mean))
                    for alpha, mean, factor, diagonal, log_determinant in zip(
                        alphas, means, factors, diagonals, log_determinants, strict=True
                    )
                ]
            )
        for factor, diagonal, log_determinant in zip(factors, diagonals, log_determinants, strict=True):
            squares = _squares([*diagonal, *factor[d:]])
            total = total + 0.5 * mixture.gamma**2 * squares - mixture.m * log_determinant
        return total

    return value


def _transformed(diagonal: Sequence[Any], below: Sequence[Any], point: Sequence[Any], mean: Sequence[Any]) -> list[Any]:
    """The lower triangular factor times what the point is away from the mean."""
    away = [x - centre for x, centre in zip(point, mean, strict=True)]
    found = [scale * x for scale, x in zip(diagonal, away, strict=True)]
    at = iter(below)
    for column in range(len(away)):
        for row in range(column + 1, len(away)):
            found[row] = found[row] + next(at) * away[column]
    return found


def _squares(xs: Sequence[Any]) -> Any:
    return sum([x * x for x in xs[1:]], xs[0] * xs[0])


def _log_norm(d: int, gamma: float, m: float) -> float:
    """The logarithm of the Wishart density's norm, with the multivariate gamma function."""
    n = d + m + 1.0
    log_gamma = 0.25 * d * (d - 1) * math.log(math.pi) + math.fsum(math.lgamma(0.5 * (n - j)) for j in range(d))
    return n * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma
