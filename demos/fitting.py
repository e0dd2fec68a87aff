"""Nonlinear least squares: SciPy's solver, our exact Jacobians."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

try:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.optimize import brentq, least_squares, minimize
except ModuleNotFoundError as error:
    missing = str(error.name).partition(".")[0]
    raise ModuleNotFoundError(f"it fits with {missing}: pip install {missing}", name=error.name) from None

from autograd import jacobian

__all__ = ["Fit", "brentq", "fit", "minimize"]

Array = NDArray[np.float64]
Residuals = Callable[[Sequence[Any]], list[Any]]

_POLISHING_STEPS = 10


@dataclass(frozen=True)
class Fit:
    """What a least-squares fit found.

    Attributes:
        parameters: those at the minimum.
        deviations: their standard deviations, √(s² · diag((JᵀJ)⁻¹)), with s² the variance of the residuals; infinite
            where the observations don't determine the parameters.
        residuals: prediction less observation, at the minimum.
        evaluations: how often the residuals were computed.
        jacobians: how often their derivatives were.
    """

    parameters: Array
    deviations: Array
    residuals: Array
    evaluations: int
    jacobians: int

    @property
    def residual_sum_of_squares(self) -> float:
        return float(self.residuals @ self.residuals)


class _Problem:
    """The residuals and their Jacobian as SciPy wants them, counted."""

    def __init__(self, residuals: Residuals, size: int) -> None:
        self.evaluations = 0
        self.jacobians = 0
        self._residuals = residuals
        self._derivative = jacobian(residuals)
        self._size = size

    def value(self, b: Array) -> Array:
        self.evaluations += 1
        try:
            return np.array(self._residuals(b.tolist()), dtype=np.float64)
        except (ArithmeticError, ValueError):  # outside the model's domain: the solver takes a shorter step
            return np.full(self._size, np.inf)

    def derivative(self, b: Array) -> Array:
        self.jacobians += 1
        return np.array(self._derivative(b.tolist()), dtype=np.float64)


def fit(residuals: Residuals, start: Sequence[float], max_evaluations: int = 20_000) -> Fit:
    """Minimise Σ rᵢ(b)² from a starting point.

    The trust-region solver goes to the minimum. Gauss-Newton steps polish what it found: with exact derivatives they
    go on to the last digits, where difference quotients drown in rounding.

    Args:
        residuals: a function of the parameters, floats or Values, that returns one number an observation.
        start: the parameters to start from.
        max_evaluations: give up after so many evaluations.

    Raises:
        ValueError: if the residuals are not finite at the start.
        RuntimeError: if no minimum was found.
    """
    problem = _Problem(residuals, len(residuals(list(start))))
    found = least_squares(
        problem.value,
        start,
        problem.derivative,
        x_scale="jac",
        ftol=1e-15,
        xtol=1e-15,
        gtol=1e-15,
        max_nfev=max_evaluations,
    )
    if found.status <= 0:
        raise RuntimeError(f"fit: no minimum after {found.nfev} evaluations from {list(start)}; start from elsewhere")
    b = _polished(problem, found.x)
    r, j = problem.value(b), problem.derivative(b)
    variance = r @ r / (len(r) - len(b)) if len(r) > len(b) else np.nan
    return Fit(b, np.sqrt(variance) * _spread(j), r, problem.evaluations, problem.jacobians)


def _polished(problem: _Problem, b: Array) -> Array:
    """Gauss-Newton steps from near the minimum, as long as they don't lead away from it."""
    r = problem.value(b)
    for _ in range(_POLISHING_STEPS):
        j = problem.derivative(b)
        scale = _lengths(j)
        step = -np.linalg.lstsq(j / scale, r, rcond=None)[0] / scale
        stepped = problem.value(b + step)
        if not stepped @ stepped <= (r @ r) * (1.0 + 1e-9):  # the last digits of the sum are rounding
            break
        b, r = b + step, stepped
        if np.all(np.abs(step) <= 1e-14 * np.abs(b)):
            break
    return b


def _spread(j: Array) -> Array:
    """√diag((JᵀJ)⁻¹) = the lengths of the rows of R⁻¹, where J = QR: JᵀJ itself would lose half of the digits.

    Source: Björck, Numerical Methods for Least Squares Problems (1996), section 2.8.3.
    """
    scale = _lengths(j)
    triangle = np.linalg.qr(j / scale, mode="r")
    if np.linalg.matrix_rank(triangle) < j.shape[1]:
        return np.full(j.shape[1], np.inf)
    return np.array(np.linalg.norm(np.linalg.inv(triangle), axis=1) / scale)


def _lengths(j: Array) -> Array:
    """The lengths of the columns, by which they are scaled, for parameters may differ by powers of ten."""
    lengths = np.linalg.norm(j, axis=0)
    return np.where(lengths > 0.0, lengths, 1.0)
