"""A Gaussian process: its likelihood by Cholesky's factor, with Hessian, and the hyperparameters that maximise it.

C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, MIT Press (2006), algorithm 2.1.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import autograd as ag
from autograd import Value, constant, linalg
from demos.report import Gradient, Report, Section, central_difference, show

COUNT = 10
NAMES = ("log amplitude", "log length", "log noise")
START = (0.0, 0.0, -1.0)
_generator = random.Random(7)
TIMES = sorted(_generator.uniform(0.0, 10.0) for _ in range(COUNT))
NOISE = 0.2
OBSERVED = [math.sin(t) + 0.3 * t - 1.5 + _generator.gauss(0.0, NOISE) for t in TIMES]


def covariance(hyperparameters: Sequence[Any], times: Sequence[float], others: Sequence[Any]) -> list[list[Any]]:
    """The squared exponential kernel between two series of times, without the noise.

    Args:
        hyperparameters: the logarithms of amplitude, length and noise; numbers or Values.
    """
    variance, steepness = ag.exp(2.0 * hyperparameters[0]), 0.5 * ag.exp(-2.0 * hyperparameters[1])
    return [[variance * ag.exp(-steepness * (a - b) ** 2) for b in others] for a in times]


def noisy(hyperparameters: Sequence[Any]) -> list[list[Any]]:
    """The covariance of the observations."""
    rows = covariance(hyperparameters, TIMES, TIMES)
    noise = ag.exp(2.0 * hyperparameters[2])
    return [[x + noise if i == j else x for j, x in enumerate(row)] for i, row in enumerate(rows)]


def surprise(hyperparameters: Sequence[Any]) -> Any:
    """The negative log likelihood: ½ yᵀ K⁻¹ y + ½ log det K + ½ n log 2π, by K = L Lᵀ."""
    factor = linalg.cholesky(noisy(hyperparameters))
    white = linalg.solve(factor, OBSERVED)
    half_log = ag.sum([ag.log(factor[i][i]) for i in range(COUNT)])
    return 0.5 * ag.sum([z * z for z in white]) + half_log + 0.5 * COUNT * math.log(2.0 * math.pi)


def surprise_again(hyperparameters: Sequence[Any]) -> Any:
    """The same by `solve` and `slogdet`."""
    matrix = noisy(hyperparameters)
    weights = linalg.solve(matrix, OBSERVED)
    quadratic = ag.dot(OBSERVED, weights)
    return 0.5 * quadratic + 0.5 * linalg.slogdet(matrix).logabsdet + 0.5 * COUNT * math.log(2.0 * math.pi)


class Newton(NamedTuple):
    """A minimum found by Newton's method.

    Attributes:
        hyperparameters: at the minimum.
        deviations: their standard deviations, by the inverse of the Hessian.
        least: the negative log likelihood.
        steps: how many it took.
    """

    hyperparameters: list[float]
    deviations: list[float]
    least: float
    steps: int


@functools.cache
def fitted() -> Newton:
    """The most likely hyperparameters: Newton's steps by exact Hessians, none longer than 1, and shortened until they
    lead downhill.

    Where the Hessian is not positive definite its eigenvalues are taken by their size.
    """
    at = list(START)
    for count in range(1, 51):
        value, slope = ag.value_and_grad(surprise)(at)
        sizes, axes = linalg.eigh(ag.hessian(surprise)(at))
        along = [sum(axes[i][k] * slope[i] for i in range(3)) / max(abs(sizes[k]), 1e-6) for k in range(3)]
        step = [-sum(axes[i][k] * along[k] for k in range(3)) for i in range(3)]
        if max(map(abs, step)) < 1e-9:
            inverse = linalg.inv(ag.hessian(surprise)(at))
            return Newton(at, [math.sqrt(inverse[i][i]) for i in range(3)], value, count)
        share = min(1.0, 1.0 / max(map(abs, step)))
        while share > 1e-6 and surprise([x + share * s for x, s in zip(at, step, strict=True)]) > value:
            share /= 2.0
        at = [x + share * s for x, s in zip(at, step, strict=True)]
    raise RuntimeError("fitted: Newton's method hasn't converged in 50 steps")


def predicted(hyperparameters: Sequence[float], time: Any) -> tuple[Any, Any]:
    """Mean and variance of the function at a time, a number or a Value."""
    factor = linalg.cholesky(noisy(hyperparameters))
    across = [row[0] for row in covariance(hyperparameters, TIMES, [time])]
    white, spread = linalg.solve(factor, OBSERVED), linalg.solve(factor, across)
    return ag.dot(spread, white), math.exp(2.0 * hyperparameters[0]) - ag.dot(spread, spread)


def report() -> Report:
    """The derivatives of the likelihood, its maximum, and what the process makes of the gaps between observations.

    Raises:
        ImportError: without SciPy.
    """
    from demos.fitting import minimize

    slope, curvature = ag.value_and_grad(surprise), ag.hessian(surprise)
    best = fitted()
    lines = [
        f"{name:13} {show(x)} ± {show(deviation, 2)}"
        for name, x, deviation in zip(NAMES, best.hyperparameters, best.deviations, strict=True)
    ]
    rows = [Gradient(f"Newton by exact Hessians, {best.steps} steps", best.least, surprise_again(best.hyperparameters))]
    for method in ("BFGS", "trust-exact"):
        second = {} if method == "BFGS" else {"hess": curvature}
        result = minimize(slope, list(START), jac=True, method=method, **second)
        rows.append(Gradient(f"SciPy's {method}, {result.nit} iterations", best.least, float(result.fun)))
    slopes = []
    for time in (1.0, 4.0, 8.0):
        mean, variance = predicted(best.hyperparameters, time)

        def expected(t: Any) -> Any:
            return predicted(best.hyperparameters, t)[0]

        what = f"at {show(time)} it is {show(mean, 3)} ± {show(math.sqrt(variance), 2)}; its slope"
        slopes.append(Gradient(what, central_difference(expected, time), ag.grad(expected)(time)))
    return [
        _derivatives(),
        Section(
            "The most likely hyperparameters",
            rows,
            [*lines, f"The noise is {show(math.exp(best.hyperparameters[2]), 3)}; the data were made with {NOISE}."],
            ("method", "minimum", "found"),
        ),
        Section(
            "The function between the observations",
            slopes,
            ["The data were made of sin t + 0.3 t − 1.5."],
            ("prediction", "difference", "engine"),
        ),
    ]


def _derivatives() -> Section:
    at = list(START)
    first, second = ag.grad(surprise)(at), ag.hessian(surprise)(at)
    rows = []
    for i, name in enumerate(NAMES):

        def moved(x: float, i: int = i) -> list[float]:
            return [*at[:i], x, *at[i + 1 :]]

        def value(x: float, moved: Callable[[float], list[float]] = moved) -> float:
            return float(surprise(moved(x)))

        rows.append(Gradient(f"∂/∂ {name}", central_difference(value, at[i]), first[i]))
        for j in range(i, 3):

            def slope(x: float, moved: Callable[[float], list[float]] = moved, j: int = j) -> float:
                return float(ag.grad(surprise)(moved(x))[j])

            rows.append(Gradient(f"∂²/∂ {name} ∂ {NAMES[j]}", central_difference(slope, at[i]), second[i][j]))
    return Section(
        "The likelihood's derivatives beside central differences", rows, head=("derivative", "difference", "engine")
    )


def output() -> Value:
    """The negative log likelihood of two observations without its constant, the 2 × 2 matrix written out."""
    length, noise = Value(1.0, label="length"), Value(0.3, label="noise")
    correlation = ag.exp(-0.5 / length**2)
    correlation.label = "k"
    variance = 1.0 + noise**2
    variance.label = "v"
    first, second = constant(0.5, label="y1"), constant(0.8, label="y2")
    determinant = variance * variance - correlation * correlation
    determinant.label = "det"
    quadratic = (variance * (first**2 + second**2) - 2.0 * correlation * first * second) / determinant
    quadratic.label = "quadratic"
    total: Value = 0.5 * quadratic + 0.5 * ag.log(determinant)
    total.label = "surprise"
    return total
